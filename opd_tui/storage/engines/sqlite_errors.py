"""Translation of SQLite's errors into refusals."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from opd_tui.domain.errors import DeskBusy, DeskRefusal, StoreDamaged, StoreUnavailable
from opd_tui.storage.files import backup_store

_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
WITHOUT_BACKUP = "Close the program on every desk. There is no backup beside it; ask for the hospital's own backup."
DISK_FULL = "The disk is full. Make room, then try again."
_SENTENCES = {
    sqlite3.SQLITE_READONLY: "The database can be read but not written. Check its permissions and its folder's.",
    sqlite3.SQLITE_CANTOPEN: "The database cannot be opened. Check that its file and folder are there.",
    sqlite3.SQLITE_PERM: "The database cannot be opened. Check its permissions.",
    sqlite3.SQLITE_IOERR: "The disk reports an error. Check the disk before you go on.",
    sqlite3.SQLITE_PROTOCOL: "Another desk is opening the database. Try again.",
}


@contextmanager
def refusals(path: Path, *, recognised: bool = False) -> Iterator[None]:
    """See `Database.refusals`; `recognised` means that the file is known to be this program's."""
    try:
        yield
    except (sqlite3.Error, DBAPIError) as error:
        if refusal := refusal_of(error, path, recognised):
            raise refusal from error
        raise


def refusal_of(error: Exception, path: Path, recognised: bool) -> DeskRefusal | None:
    """Return the refusal for an error, or None if the error is a bug of the program."""
    code = error_code(error)
    if code in _BUSY:
        return DeskBusy("Another desk is busy.")
    if code == sqlite3.SQLITE_CORRUPT or is_invalid_text(error):
        return damaged(path, "is damaged")
    if code == sqlite3.SQLITE_NOTADB:
        return damaged(path, "is damaged") if recognised else not_a_database(path)
    sentence = DISK_FULL if is_disk_full(error) else _SENTENCES.get(code)
    return StoreUnavailable(sentence) if sentence else None


def damaged(path: Path, how: str) -> StoreDamaged:
    """Return the refusal for a damaged file, with the newest backup as the remedy."""
    reason = f"{path} {how}, so nothing more is written."
    if remedy := backup_store.restore_newest(path):
        return StoreDamaged(reason, remedy)
    return StoreDamaged(f"{reason} {WITHOUT_BACKUP}")


def emptied(path: Path) -> StoreDamaged:
    """Return the refusal for an empty file; a desk never leaves one."""
    if backup_store.newest(path):
        return damaged(path, "is empty")
    return StoreDamaged(f"{path} is empty. Delete it to begin a new database, or restore the hospital's own backup.")


def not_a_database(path: Path) -> StoreUnavailable:
    """Return the refusal for a file without SQLite's header: another file, or a damaged one if it has backups."""
    if backup_store.newest(path):
        return damaged(path, "is damaged")
    return StoreUnavailable(f"{path} is not a database of this program. Name another file.")


def is_invalid_text(error: Exception) -> bool:
    """Return whether the error is about text that is not UTF-8; sqlite3 raises it itself, without an error code."""
    return type(error) is sqlite3.OperationalError and error_code(error) == 0


def is_disk_full(error: Exception) -> bool:
    """Return whether an error is due to a full disk or an exhausted quota, also of the log's index or of a draft."""
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
    if getattr(error, "sqlite_errorcode", 0) in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_SHMSIZE):
        return True
    return isinstance(error.__cause__, Exception) and is_disk_full(error.__cause__)


def error_code(error: Exception) -> int:
    """Return SQLite's primary error code, or 0."""
    driver = error.orig if isinstance(error, DBAPIError) else error
    return getattr(driver, "sqlite_errorcode", 0) & 0xFF
