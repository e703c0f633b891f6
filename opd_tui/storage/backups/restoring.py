"""Putting a verified copy in the place of a database, and keeping what was there."""

from __future__ import annotations

import datetime as dt
import enum
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from sqlalchemy import text

from opd_tui.domain.errors import DatabaseInUse, StoreUnavailable
from opd_tui.domain.remedies import Advice
from opd_tui.storage.backups.copies import copy_rows, copy_rows_to_file, prepare, read_only, reading_file
from opd_tui.storage.engines import sqlite_errors
from opd_tui.storage.engines.database import Database
from opd_tui.storage.engines.sqlite_errors import error_code
from opd_tui.storage.files import backup_store
from opd_tui.storage.files.access import group_of, refuse_network_share
from opd_tui.storage.journal.verify import Verification, verify
from opd_tui.storage.schema.tables import APPLICATION_ID, APPLICATION_NAME, journal_entry, metadata
from opd_tui.storage.transaction import Transaction

PATIENCE_SECONDS = 2.0
"""How long a restore waits for a command that is just leaving the database."""
IN_USE = "Another desk has the database open.", Advice.CLOSE_DESKS
_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_IOERR)
_SHARED_LOCK = 0x40000002, 510
"""Which bytes of a file SQLite locks for as long as somebody has it open."""


class Present(enum.Enum):
    """What is in a database's place."""

    NOTHING = enum.auto()
    SOUND = enum.auto()
    DAMAGED = enum.auto()


def restore_file(
    source: Path, path: Path, now: dt.datetime, group: str | None = None
) -> tuple[Verification, Path | None]:
    """Put a copy in the place of a database's file; returns what was verified and where the replaced one is kept.

    It is shared as what was there before or its folder, else with `group`. Whoever restores has the backups' store to
    itself. Raises StoreUnavailable, and DatabaseInUse while anybody has the file open.
    """
    refuse_network_share(path)
    if path.is_dir() or not path.parent.is_dir():
        raise StoreUnavailable(f"{path} cannot be restored to: its folder must be there, and it must be no folder.")
    if path.exists() and source.exists() and os.path.samefile(source, path):
        raise StoreUnavailable(f"{source} is the database itself. Name one of its backups.")
    group = group_of(path) or group
    backup_store.clear_drafts_of(path)
    with backup_store.draft(path, group) as written:
        result = prepare(source, written, now)
        present = what_is_at(path)
        replaced = None if present is Present.NOTHING else backup_store.replaced_name(path, now)
        with backup_store.refusals(path), sqlite_errors.refusals(path):
            if replaced is not None and present is Present.SOUND:
                overwrite(path, written, replaced, group)
            else:
                swap(path, written, replaced)
    return result, replaced


def what_is_at(path: Path) -> Present:
    """Look without writing anything; raises StoreUnavailable where it is another program's, or cannot be read."""
    if not path.exists():
        return Present.NOTHING
    if path.stat().st_size == 0:
        return Present.DAMAGED  # whoever opens an empty file removes the log beside it
    try:
        with closing(read_only(path)) as connection:
            mark = connection.execute("PRAGMA application_id").fetchone()[0]
            tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
            if mark != APPLICATION_ID and (tables or mark):
                raise StoreUnavailable(f"{path} is the database of another program. Name another file.")
            sound = connection.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok"
    except sqlite3.DatabaseError as error:
        if error_code(error) not in _DAMAGE:
            raise StoreUnavailable(f"{path} cannot be looked into: {error}. Check its permissions.") from error
        return Present.DAMAGED
    return Present.SOUND if sound else Present.DAMAGED


def overwrite(path: Path, written: Path, replaced: Path, group: str | None) -> None:
    """Keep what a sound file holds, then overwrite it in one transaction, while nobody can open it.

    Whoever is killed here leaves either the old database or the new one.
    """
    with alone(path) as connection:
        with backup_store.draft(replaced, group) as old:
            backup_store.copy_pages(connection, old)
            backup_store.finish(old, replaced)
        with closing(sqlite3.connect(written)) as new:
            new.backup(connection)


@contextmanager
def alone(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection beside which there can be no other, and no log; raises DatabaseInUse."""
    with closing(sqlite3.connect(path, isolation_level=None, timeout=PATIENCE_SECONDS)) as connection:
        try:
            for statement in (
                "PRAGMA locking_mode=EXCLUSIVE",
                "PRAGMA journal_mode=DELETE",
                "BEGIN EXCLUSIVE",
                "COMMIT",
            ):
                connection.execute(statement)
        except sqlite3.OperationalError as error:
            if error_code(error) == sqlite3.SQLITE_BUSY:
                raise DatabaseInUse(*IN_USE) from error
            raise
        connection.executescript("PRAGMA synchronous=EXTRA; PRAGMA fullfsync=ON; PRAGMA secure_delete=ON")
        yield connection


def swap(path: Path, written: Path, replaced: Path | None) -> None:
    """Move a damaged file aside with its log, and put the copy in its place; raises DatabaseInUse."""
    if replaced is not None:
        refuse_open_file(path)
    aside = replaced or backup_store.replaced_name(path, dt.datetime.now(dt.UTC))
    # The log goes first: it must never lie beside another file than its own.
    for suffix in ("-wal", "-journal"):
        with suppress(FileNotFoundError):
            os.rename(f"{path}{suffix}", f"{aside}{suffix}")
    with suppress(FileNotFoundError):
        os.unlink(f"{path}-shm")
    backup_store.flush(path.parent)
    if replaced is not None:
        keep(path, replaced)
    backup_store.finish(written, path)


def keep(path: Path, replaced: Path) -> None:
    """Give a file a second name, so that its first is never without a file; else the new name alone."""
    try:
        os.link(path, replaced)
    except OSError:
        os.rename(path, replaced)


def refuse_open_file(path: Path) -> None:
    """Raise DatabaseInUse where another process has a file open that SQLite itself cannot look into."""
    try:
        import fcntl
    except ImportError:
        return  # there, an open file cannot be moved anyway
    start, length = _SHARED_LOCK
    with open(path, "r+b") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, length, start)
        except BlockingIOError as error:
            raise DatabaseInUse(*IN_USE) from error


def restore_server(
    source: Path, database: Database, store: backup_store.BackupStore, now: dt.datetime
) -> tuple[Verification, Path | None]:
    """Replace all rows of a server's database by a copy's in one transaction; as `restore_file`."""
    replaced = backup_store.unused(store.folder, "before-restore-{}", now)
    with backup_store.draft(store.folder / "restored.db") as written:
        prepare(source, written, now)
        with database.long_running(writing=True) as target:
            hold_tables(target)
            holds_anything = target.value(text(f"SELECT EXISTS (SELECT FROM {journal_entry.name})"))
            if holds_anything:
                with backup_store.draft(replaced) as old:
                    copy_rows_to_file(target, old)
                    backup_store.finish(old, replaced)
            with reading_file(written) as rows:
                replace_rows(rows, target)
            result = verify(target)
            if result.problems:
                raise StoreUnavailable(f"What the server made of {source} does not verify: {result.problems[0]}.")
            target.commit()
    return result, replaced if holds_anything else None


_OTHER_DESKS = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    f" AND application_name = '{APPLICATION_NAME}' AND pid <> pg_backend_pid()"
)


def hold_tables(target: Transaction) -> None:
    """Let nobody read or write until the transaction ends; raises DatabaseInUse while desks are open."""
    if target.value(_OTHER_DESKS):
        raise DatabaseInUse(*IN_USE)
    names = ", ".join(table.name for table in metadata.sorted_tables)
    target.run(text(f"LOCK TABLE {names} IN ACCESS EXCLUSIVE MODE"))


def replace_rows(source: Transaction, target: Transaction) -> None:
    """Put the rows of a copy in the place of a server's, and let its ids go on behind the highest."""
    tables = metadata.sorted_tables
    for table in tables:
        target.run(text(f"ALTER TABLE {table.name} DISABLE TRIGGER USER"))
    target.run(text(f"TRUNCATE {', '.join(table.name for table in tables)}"))
    copy_rows(source, target)
    for table in tables:
        target.run(text(f"ALTER TABLE {table.name} ENABLE TRIGGER USER"))
        column = table.autoincrement_column
        if column is not None:
            highest = f"SELECT coalesce(max({column.name}), 0) + 1 FROM {table.name}"
            sequence = f"pg_get_serial_sequence('{table.name}', '{column.name}')"
            target.run(text(f"SELECT setval({sequence}, ({highest}), false) WHERE {sequence} IS NOT NULL"))
