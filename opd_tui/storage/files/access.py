"""Who may read the database's file, and whether it lies where a file can be shared at all."""

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
"""With a group: its members read and write, and what is made in the folder belongs to the group."""
NETWORK_FILE_SYSTEMS = {
    *("afs", "beegfs", "ceph", "cifs", "coda", "davfs", "fuse.davfs", "fuse.glusterfs", "fuse.rclone", "fuse.s3fs"),
    *("fuse.sshfs", "gfs2", "glusterfs", "gpfs", "lustre", "ncpfs", "nfs", "nfs4", "ocfs2", "smb3", "smbfs"),
}
OWN_FOLDER_NAME = "opd-tui"
MOUNTS = Path("/proc/self/mounts")


def prepare_file(path: Path, *, create: bool, group: str | None = None) -> bool:
    """See that the file can be opened, or make an empty one that only its owner or group reads; whether it was made.

    Raises StoreUnavailable.
    """
    try:
        if path.is_dir():
            raise StoreUnavailable(f"{path} is a folder. Name a file in it.")
        if path.exists():
            if not os.access(path, os.W_OK):  # even a reader leaves a log beside it, which would be theirs
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
    """Make an empty file for its owner alone, or for a group; raises FileExistsError and OSError."""
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, OWN_FILE)
    os.close(descriptor)
    share(path, group, SHARED_FILE)


def make_private_folder(path: Path, group: str | None = None) -> None:
    """Make a folder for its owner alone, or for a group, where there is none; raises OSError."""
    if not path.is_dir():
        path.mkdir(mode=OWN_FOLDER, parents=True, exist_ok=True)
        share(path, group, SHARED_FOLDER)


def share(path: Path, group: str | None, mode: int) -> None:
    """Give a file or folder to a group; raises StoreUnavailable where the system has no such group."""
    if group is None:
        return
    try:
        shutil.chown(path, group=group)
    except LookupError:
        raise StoreUnavailable(f"There is no group {group} on this machine. Check the setting “group”.") from None
    path.chmod(mode)


def group_of(path: Path) -> str | None:
    """The group that shares a file, or its folder where there is no file; None where it is its owner's alone."""
    try:
        import grp

        place, shared = (path, SHARED_FILE) if path.exists() else (path.parent, SHARED_FOLDER)
        found = place.stat()
        return grp.getgrgid(found.st_gid).gr_name if found.st_mode & shared == shared else None
    except (ImportError, KeyError, OSError):
        return None


def loose_modes(path: Path, group: str | None = None) -> Iterator[str]:
    """A warning for the file, and for its folder where it is the program's own, that others may read.

    A group needs its folder's help: what SQLite makes beside the file belongs to whoever made it.
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
                f"{place} can be read by others (mode {mode:04o}), and patients' names are in it. "
                f"Run `chmod {allowed:o} {place}`."
            )
    if group and not path.parent.stat().st_mode & stat.S_ISGID:
        yield (
            f"The folder {path.parent} does not hand its group on to the log beside the file, so that other accounts "
            f"cannot open it. Run `chgrp {group} {path.parent}` and `chmod {SHARED_FOLDER:o} {path.parent}`."
        )


def refuse_network_share(path: Path) -> None:
    """Refuse a file whose locks other machines would not see; raises StoreUnavailable."""
    if lies_on_network(path):
        raise StoreUnavailable(
            f"{path} lies on a network share, where a file loses data when two desks write to it. "
            "Use a local disk, or PostgreSQL for desks on several machines."
        )


def lies_on_network(path: Path) -> bool:
    """Whether the file lies on a network share, as far as the system can tell."""
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
    """The kind of file system that a path lies on, by the lines of `/proc/self/mounts`; the last mounted covers."""
    found = longest = ""
    for line in mounts.splitlines():
        _, point, kind, *_ = line.split(" ")
        point = point.encode(errors="surrogateescape").decode("unicode_escape") if "\\" in point else point
        inside = path == point or path.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(longest):
            found, longest = kind, point
    return found
