"""Drafts: files that are incomplete until they are renamed, and clearing those that a killed process left."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path

from opd_tui.domain.errors import DeskBusy, StoreUnavailable
from opd_tui.storage.files.access import is_on_network_share, make_private

DRAFT = ".opd-tui-draft-"
"""The prefix of incomplete files."""
DAY_SECONDS = 24 * 60 * 60
"""The age from which a draft on a network share, where it cannot be locked, counts as abandoned."""
_BESIDE = re.compile("-(wal|shm|journal)$")
"""The ends of the names of SQLite's files beside a draft."""


@contextmanager
def draft(path: Path, group: str | None = None) -> Iterator[Path]:
    """Yield an empty private file to write to; it is deleted at the end unless `finish` renamed it to `path`.

    It lies in the same folder, so that it can be renamed.
    """
    written = path.with_name(f"{DRAFT}{path.name}-{secrets.token_hex(4)}")
    with refusals(path.parent):
        make_private(written, group)
        try:
            with _held(written):
                yield written
        finally:
            for suffix in ("", "-wal", "-shm", "-journal"):
                Path(f"{written}{suffix}").unlink(missing_ok=True)


@contextmanager
def _held(path: Path) -> Iterator[None]:
    """Hold a lock on a draft, by which others see that its process is alive; raise DeskBusy if one took it for dead.

    flock() is independent of the locks that SQLite takes on the same file, except on network shares, and ends with the
    process.
    """
    with open(path, "rb") as file:
        if not is_on_network_share(path):
            _lock(file.fileno(), "LOCK_SH")
        if not path.exists():  # cleared between its creation and the lock
            raise DeskBusy("Another backup is being made in the same folder.")
        yield


def abandoned(folder: Path, name: str = "") -> list[Path]:
    """Return the drafts in a folder whose process is gone, and SQLite's files beside them; `name` is the target's."""
    if not folder.is_dir():
        return []
    return [path for path in sorted(folder.glob(f"{escape(DRAFT + name)}*")) if not _is_in_use(path)]


def _is_in_use(path: Path) -> bool:
    """Return whether a process writes the draft to which a file belongs, or the file is no draft at all."""
    draft = path.with_name(_BESIDE.sub("", path.name))
    try:
        mode = os.lstat(path).st_mode
        if stat.S_ISDIR(mode):
            return False  # a drill of an older version
        if not stat.S_ISREG(mode):
            return True
        descriptor = os.open(draft, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    except FileNotFoundError:
        return False
    except OSError:
        return True  # another account's
    with os.fdopen(descriptor, "rb") as file:
        if is_on_network_share(draft):
            return time.time() - os.fstat(descriptor).st_mtime < DAY_SECONDS
        return not _lock(file.fileno(), "LOCK_EX")


def _lock(descriptor: int, kind: str) -> bool:
    """Lock a file without waiting; return False if it is locked or if the file system has no locks."""
    try:
        import fcntl

        fcntl.flock(descriptor, getattr(fcntl, kind) | fcntl.LOCK_NB)
    except ImportError:
        return True  # on Windows an open file cannot be deleted anyway
    except OSError:
        return False
    return True


def clear(folder: Path, name: str = "") -> None:
    """Delete the abandoned drafts in a folder; those of another account that may not be deleted stay."""
    for path in abandoned(folder, name):
        with suppress(OSError):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()


def clear_beside(path: Path) -> None:
    """Delete the drafts of a killed restore beside a database; the caller holds the store's lock."""
    clear(path.parent, f"{path.name}-")


def finish(written: Path, path: Path) -> None:
    """Rename a draft to its final name durably and atomically; raise OSError on failure.

    The content is synced before the rename, else a power failure could leave an empty file under the final name.
    """
    flush(written)
    os.replace(written, path)
    flush(path.parent)


def finish_new(written: Path, path: Path) -> None:
    """Do as `finish`, but raise StoreUnavailable if there is a file of that name by now."""
    flush(written)
    try:
        _give_new_name(written, path)
    except FileExistsError:
        raise StoreUnavailable(f"{path} already exists. Name another file, or a folder.") from None
    flush(path.parent)


def _give_new_name(written: Path, path: Path) -> None:
    """Give a draft its final name; raise FileExistsError if it is taken, which a rename would not."""
    try:
        os.link(written, path)  # the draft's own name goes with the draft
    except FileExistsError:
        raise
    except OSError:  # a memory stick has no hard links: claim the name first
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        os.replace(written, path)


def flush(path: Path) -> None:
    """Sync a file's content, or a folder's entries, to the disk."""
    if path.is_dir() and os.name != "posix":
        return  # only POSIX can open and sync a folder
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def refusals(place: Path) -> Iterator[None]:
    """Translate OSError into StoreUnavailable."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise StoreUnavailable(f"{place} cannot be written: {reason}. Check its disk and your permissions.") from error
