"""Permissions of the database's file, and detection of network file systems."""

from __future__ import annotations

import os
import shutil
import stat
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from opd_tui.domain.errors import StoreUnavailable

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


def make_private(path: Path, group: str | None = None) -> None:
    """Create an empty file that only its owner or the group can access; raise FileExistsError or OSError."""
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, OWN_FILE)
    os.close(descriptor)
    share(path, group, SHARED_FILE)


def make_private_folder(path: Path, group: str | None = None) -> None:
    """Create a folder that only its owner or the group can access, unless it exists; raise OSError on failure."""
    if not path.is_dir():
        path.mkdir(mode=OWN_FOLDER, parents=True, exist_ok=True)
        share(path, group, SHARED_FOLDER)


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


def permission_warnings(path: Path, group: str | None = None) -> Iterator[str]:
    """Yield warnings if other accounts can read the file or the program's own folder.

    A shared file needs a setgid folder, too, else the log belongs to the primary group of the account that creates it.
    """
    if os.name != "posix":
        return
    places = [(path, SHARED_FILE if group else OWN_FILE)]
    if path.parent.name == OWN_FOLDER_NAME:
        places.append((path.parent, SHARED_FOLDER if group else OWN_FOLDER))
    for place, allowed in places:
        mode = stat.S_IMODE(place.stat().st_mode)
        if mode & ~allowed:
            yield (
                f"{place} can be read by others (mode {mode:04o}) and holds patients' names. "
                f"Run `chmod {allowed:o} {place}`."
            )
    if group and not path.parent.stat().st_mode & stat.S_ISGID:
        yield (
            f"The folder {path.parent} does not pass its group on to the log beside the file, so other accounts "
            f"cannot open it. Run `chgrp {group} {path.parent}` and `chmod {SHARED_FOLDER:o} {path.parent}`."
        )


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
    try:
        mounts = MOUNTS.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return False
    return file_system_of(real, mounts) in NETWORK_FILE_SYSTEMS


def file_system_of(path: str, mounts: str) -> str:
    """Return the type of a path's file system from `/proc/self/mounts`; a later mount hides an earlier one."""
    found = longest = ""
    for line in mounts.splitlines():
        _, point, kind, *_ = line.split(" ")
        point = point.encode(errors="surrogateescape").decode("unicode_escape") if "\\" in point else point
        inside = path == point or path.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(longest):
            found, longest = kind, point
    return found
