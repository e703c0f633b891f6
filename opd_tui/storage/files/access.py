"""Permissions of the database's file, and detection of network file systems."""

from __future__ import annotations

import os
import re
import shutil
import stat
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import URL

from opd_tui.domain.errors import StoreUnavailable
from opd_tui.domain.remedies import Advice

OWN_FILE, OWN_FOLDER = 0o600, 0o700
SHARED_FILE, SHARED_FOLDER = 0o660, 0o2770
"""With a group: its members may read and write, and new files in the folder belong to the group (setgid)."""
NETWORK_FILE_SYSTEMS = {
    *("afs", "beegfs", "ceph", "cifs", "coda", "davfs", "fuse.davfs", "fuse.glusterfs", "fuse.rclone", "fuse.s3fs"),
    *("fuse.sshfs", "gfs2", "glusterfs", "gpfs", "lustre", "ncpfs", "nfs", "nfs4", "ocfs2", "smb3", "smbfs"),
}
OWN_FOLDER_NAME = "opd-tui"
MOUNTS = Path("/proc/self/mounts")


def prepare_file(path: Path, *, create: bool, group: str | None = None) -> bool:
    """Create an empty private file if there is none, and return whether it was created.

    Raise StoreUnavailable if the file can be neither opened nor created.
    """
    try:
        if path.is_dir():
            raise StoreUnavailable(f"{path} is a folder. Name a file in it.")
        if path.exists():
            if not os.access(path, os.W_OK):  # even a reader creates a log beside it, which it would own
                raise StoreUnavailable(f"You may not write to {path}. Check its permissions.")
            return False
        if not create:
            raise StoreUnavailable(f"There is no database at {path}. Check the name.")
        if not path.parent.is_dir():
            raise StoreUnavailable(f"The folder {path.parent} does not exist. Make it, or name another file.")
        with suppress(FileExistsError):
            make_private(path, group)
            return True
        return False
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise StoreUnavailable(f"{path} cannot be opened: {reason}. Check the name and your permissions.") from None


def file_url(path: Path, **how: str) -> URL:
    """Return the SQLAlchemy URL of an existing file; `how` holds SQLite's parameters, such as `mode`."""
    return URL.create("sqlite", database=f"file:{quote(os.fsencode(path))}", query={**how, "uri": "true"})


def make_private(path: Path, group: str | None = None) -> None:
    """Create an empty file that only its owner or the group can access; raise FileExistsError or OSError."""
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, OWN_FILE)
    os.close(descriptor)
    hand_over(path, path.parent)
    share(path, group, SHARED_FILE)


def make_private_folder(path: Path, group: str | None = None, like: Path | None = None) -> None:
    """Create a folder that only its owner or the group can access, unless it exists; raise OSError on failure.

    Made by root, it belongs to the owner of the file `like`.
    """
    if not path.is_dir():
        path.mkdir(mode=OWN_FOLDER, parents=True, exist_ok=True)
        if like is not None:
            hand_over(path, like)
        share(path, group, SHARED_FOLDER)


def hand_over(path: Path, like: Path) -> None:
    """Give what root makes to the owner of another file or folder, who could not use it otherwise."""
    if os.name == "posix" and os.geteuid() == 0 and like.exists():
        os.chown(path, like.stat().st_uid, -1)


def share(path: Path, group: str | None, mode: int) -> None:
    """Give a group access to a file or folder; raise StoreUnavailable if there is no such group."""
    if group is None:
        return
    try:
        shutil.chown(path, group=group)
    except LookupError:
        raise StoreUnavailable(f"There is no group {group} on this machine. Check the setting “group”.") from None
    path.chmod(mode)


def group_of(path: Path) -> str | None:
    """Return the group that shares a file, or its folder if there is no file yet; None if it is private."""
    try:
        import grp

        place, shared = (path, SHARED_FILE) if path.exists() else (path.parent, SHARED_FOLDER)
        found = place.stat()
        return grp.getgrgid(found.st_gid).gr_name if found.st_mode & shared == shared else None
    except (ImportError, KeyError, OSError):
        return None


def refuse_foreign_folder(folder: Path, database: Path, group: str | None) -> None:
    """Raise StoreUnavailable if a backup folder is another account's, or if anyone may write to it."""
    if not is_trusted_folder(folder, database, group):
        raise StoreUnavailable(
            f"The folder {folder} belongs to another account, which could read every backup in it. "
            "Find out who made it, move it away, then try again."
        )
    if os.name == "posix" and folder.stat().st_mode & stat.S_IWOTH:
        raise StoreUnavailable(
            f"Anyone may write to the folder {folder}. Run `chmod {_folder_mode(group):o} {folder}`, then try again."
        )


def is_trusted_folder(folder: Path, database: Path, group: str | None) -> bool:
    """Return whether a backup folder, and a link that leads to it, belong to the owner of the database or to this user.

    One that is shared with the database's group may have been made by any of its members.
    """
    if os.name != "posix" or not os.path.lexists(folder):
        return True
    owners = {0, os.geteuid()} | ({database.stat().st_uid} if database.exists() else set())
    found = folder.stat() if folder.exists() else folder.lstat()
    if folder.lstat().st_uid in owners and found.st_uid in owners:
        return True
    shared = group is not None and group_of(folder) == group and not found.st_mode & stat.S_IRWXO
    return shared and not folder.is_symlink()


def _folder_mode(group: str | None) -> int:
    return SHARED_FOLDER if group else OWN_FOLDER


def loose_mode(place: Path, group: str | None) -> int | None:
    """Return the mode of a file or folder if other accounts than its owner or the group may use it, else None."""
    try:
        found = place.stat().st_mode
    except FileNotFoundError:  # another desk has just deleted an old backup
        return None
    allowed = _folder_mode(group) if stat.S_ISDIR(found) else SHARED_FILE if group else OWN_FILE
    return stat.S_IMODE(found) if stat.S_IMODE(found) & ~allowed else None


def permission_warnings(path: Path, group: str | None = None) -> Iterator[str]:
    """Yield warnings if other accounts can read the file or the program's own folder.

    A shared file needs a setgid folder, too, else the log belongs to the primary group of the account that creates it.
    """
    if os.name != "posix":
        return
    for place in (path, path.parent) if path.parent.name == OWN_FOLDER_NAME else (path,):
        if mode := loose_mode(place, group):
            allowed = _folder_mode(group) if place.is_dir() else SHARED_FILE if group else OWN_FILE
            yield (
                f"{place} can be read by others (mode {mode:04o}) and holds patients' names. "
                f"Run `chmod {allowed:o} {place}`."
            )
    if group and not path.parent.stat().st_mode & stat.S_ISGID:
        yield (
            f"The folder {path.parent} does not pass its group on to the log beside the file, so other accounts "
            f"cannot open it. Run `chgrp {group} {path.parent}` and `chmod {SHARED_FOLDER:o} {path.parent}`."
        )


def refuse_several_names(path: Path) -> None:
    """Raise StoreUnavailable if a file can be opened under another name, in whose folder SQLite keeps another log.

    Desks that use two names of one file do not see each other's locks and logs, and lose each other's actions.
    """
    names = path.stat().st_nlink
    if names > 1:
        raise StoreUnavailable(
            f"{path} has {names} names on this disk (hard links), and desks that use different names would lose each "
            "other's actions.",
            Advice.OWN_FILE,
        )
    if is_mount_point(path):
        raise StoreUnavailable(
            f"{path} is mounted by itself, so its log would stay behind when it is mounted elsewhere. "
            "Mount the folder in which it lies instead."
        )


def is_mount_point(path: Path) -> bool:
    """Return whether a file is mounted by itself, as into a container; return False if the system does not tell."""
    return os.path.realpath(path) in (point for point, _ in _points(_mounts()))


def refuse_network_share(path: Path) -> None:
    """Raise StoreUnavailable if the file is on a network share, where locks and shared memory are unreliable."""
    if is_on_network_share(path):
        raise StoreUnavailable(
            f"{path} is on a network share, where a file loses data when two desks write to it. "
            "Use a local disk, or PostgreSQL for desks on several machines."
        )


def is_on_network_share(path: Path) -> bool:
    """Return whether the file is on a network share; return False if the system does not tell."""
    real = os.path.realpath(path)
    if sys.platform == "win32":
        import ctypes

        drive_remote = 4
        root = os.path.splitdrive(real)[0] + "\\"
        return real.startswith("\\\\") or ctypes.windll.kernel32.GetDriveTypeW(root) == drive_remote
    return file_system_of(real, _mounts()) in NETWORK_FILE_SYSTEMS


def _mounts() -> str:
    """Return the text of `/proc/self/mounts`, or an empty text if the system has no such file."""
    try:
        return MOUNTS.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return ""


def _points(text: str) -> list[tuple[str, str]]:
    """Return the mount points in the text of `/proc/self/mounts`, with the types of their file systems."""
    fields = (line.split(" ") for line in text.splitlines())
    return [(_unescaped(point), kind) for _, point, kind, *_ in fields]


def _unescaped(point: str) -> str:
    """Return a mount point whose blanks, backslashes and the like are written as octal escapes."""
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), point)


def file_system_of(path: str, mounts: str) -> str:
    """Return the type of a path's file system from `/proc/self/mounts`; a later mount hides an earlier one."""
    found = longest = ""
    for point, kind in _points(mounts):
        inside = path == point or path.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(longest):
            found, longest = kind, point
    return found
