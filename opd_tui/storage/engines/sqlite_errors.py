"""What SQLite says about a file, in words for a person."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from opd_tui.domain.errors import DeskBusy, DeskRefusal, StoreDamaged, StoreUnavailable
from opd_tui.storage.files import backup_store

_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
WITHOUT_BACKUP = "Close the program on every desk. There is no backup beside it; ask for the hospital's own."
DISK_FULL = "The disk is full. Make room, then try again."
_SENTENCES = {
    sqlite3.SQLITE_FULL: DISK_FULL,
    sqlite3.SQLITE_READONLY: "The database can be read but not written. Check its permissions and its folder's.",
    sqlite3.SQLITE_CANTOPEN: "The database cannot be opened. Check that its file and folder are there.",
    sqlite3.SQLITE_PERM: "The database cannot be opened. Check its permissions.",
    sqlite3.SQLITE_IOERR: "The disk reports an error. Check the disk before you go on.",
    sqlite3.SQLITE_PROTOCOL: "Another desk is opening the database. Try again.",
}


@contextmanager
def refusals(path: Path, *, recognised: bool = False) -> Iterator[None]:
    """See `Database.refusals`; a file that was recognised before is this program's, whatever it looks like now."""
    try:
        yield
    except (sqlite3.Error, DBAPIError) as error:
        if refusal := refusal_of(error, path, recognised):
            raise refusal from error
        raise


def refusal_of(error: Exception, path: Path, recognised: bool) -> DeskRefusal | None:
    """What SQLite says about the file, in words; None where it speaks of anything else."""
    code = error_code(error)
    if code in _BUSY:
        return DeskBusy("Another desk is busy.")
    if code == sqlite3.SQLITE_CORRUPT or is_no_text(error):
        return damaged(path, "is damaged")
    if code == sqlite3.SQLITE_NOTADB:
        return damaged(path, "is damaged") if recognised else not_a_database(path)
    sentence = _SENTENCES.get(code)
    return StoreUnavailable(sentence) if sentence else None


def damaged(path: Path, how: str) -> StoreDamaged:
    """Return the refusal to write to this file again, with the way back to the newest backup."""
    reason = f"{path} {how}, so nothing more is written."
    if remedy := backup_store.restore_newest(path):
        return StoreDamaged(reason, remedy)
    return StoreDamaged(f"{reason} {WITHOUT_BACKUP}")


def emptied(path: Path) -> StoreDamaged:
    """A file without a single byte, which a desk that makes one never leaves."""
    if backup_store.newest(path):
        return damaged(path, "is empty")
    return StoreDamaged(f"{path} is empty. Delete it to begin a new database, or restore the hospital's own backup.")


def not_a_database(path: Path) -> StoreUnavailable:
    """A file of something else, or one of which not even the first bytes are left."""
    if backup_store.newest(path):
        return damaged(path, "is damaged")
    return StoreUnavailable(f"{path} is not a database of this program. Name another file.")


def is_no_text(error: Exception) -> bool:
    """Whether a text in the file is none any more: the driver finds that out itself, and gives it no code."""
    return type(error) is sqlite3.OperationalError and error_code(error) == 0


def error_code(error: Exception) -> int:
    """SQLite's primary error code, or 0."""
    driver = error.orig if isinstance(error, DBAPIError) else error
    return getattr(driver, "sqlite_errorcode", 0) & 0xFF
