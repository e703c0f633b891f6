"""Restoring: replacing a database by a verified copy, and keeping the replaced one."""

from __future__ import annotations

import datetime as dt
import enum
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from sqlalchemy import text

from opd_tui.domain.errors import AnotherDatabase, DatabaseInUse, StoreUnavailable
from opd_tui.domain.progress import UNFOLLOWED, Progress
from opd_tui.domain.remedies import Advice
from opd_tui.storage.backups.copies import copy_rows, copy_rows_to_file, prepare, reading_file
from opd_tui.storage.engines import sqlite_errors
from opd_tui.storage.engines.database import Database, refuse_other_zone
from opd_tui.storage.engines.sqlite_errors import error_code
from opd_tui.storage.files import backup_store, drafts
from opd_tui.storage.files.access import group_of, hand_over, refuse_network_share, refuse_several_names
from opd_tui.storage.files.untrusted import identity_in, read_only, zone_in
from opd_tui.storage.journal.verify import Verification, verify
from opd_tui.storage.schema.tables import APPLICATION_ID, APPLICATION_NAME, journal_entry, metadata
from opd_tui.storage.transaction import Transaction

LOCK_SECONDS = 2.0
"""How long a restore waits for a command that is about to close the database."""
IN_USE = "Another desk has the database open.", Advice.CLOSE_DESKS
_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_IOERR)
_SHARED_LOCK = 0x40000002, 510
"""Start and length of the byte range on which SQLite's connections hold a shared lock (SHARED_FIRST, SHARED_SIZE)."""


class Present(enum.Enum):
    """The state of the database to be replaced."""

    NOTHING = enum.auto()
    SOUND = enum.auto()
    DAMAGED = enum.auto()


def restore_file(
    source: Path,
    path: Path,
    now: dt.datetime,
    group: str | None = None,
    *,
    another: bool = False,
    zone: str | None = None,
    progress: Progress = UNFOLLOWED,
) -> tuple[Verification, Path | None]:
    """Replace a database's file by a copy; return the verification and the path of the replaced file, if any.

    The new file belongs to the owner and group of the replaced one, else to the group of its folder or to `group`. The
    caller holds the lock of the backup store. Raise StoreUnavailable, also if the copy is not of the time zone `zone`,
    DatabaseInUse while a desk has the file open, and AnotherDatabase unless `another` database's backup may replace it.
    """
    refuse_network_share(path)
    if path.is_dir() or not path.parent.is_dir():
        raise StoreUnavailable(f"{path} cannot be restored. Name a file in a folder that exists.")
    if path.exists() and source.exists() and os.path.samefile(source, path):
        raise StoreUnavailable(f"{source} is the database itself. Name one of its backups.")
    group = group_of(path) or group
    drafts.clear_beside(path)
    with drafts.draft(path, group) as written:
        result = prepare(source, written, now, progress)
        refuse_other_zone(zone, zone_in(written))
        present = what_is_at(path)
        if present is Present.SOUND:
            refuse_several_names(path)
            refuse_another(source, identity_in(written), identity_in(path) if holds_entries(path) else None, another)
        hand_over(written, path)
        replaced = None if present is Present.NOTHING else backup_store.replaced_name(path, now)
        with drafts.refusals(path), sqlite_errors.refusals(path):
            if replaced is not None and present is Present.SOUND:
                overwrite(path, written, replaced, group, progress)
            else:
                progress.point_of_no_return()
                swap(path, written, replaced)
    return result, replaced


def what_is_at(path: Path) -> Present:
    """Return the state of a file without writing to it; raise StoreUnavailable if it is unreadable or not ours."""
    if not path.exists():
        return Present.NOTHING
    if path.stat().st_size == 0:
        return Present.DAMAGED  # opening an empty file would make SQLite delete the log beside it
    try:
        with closing(read_only(path)) as connection:
            application_id = connection.execute("PRAGMA application_id").fetchone()[0]
            tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
            if application_id != APPLICATION_ID and (tables or application_id):
                raise StoreUnavailable(f"{path} is the database of another program. Name another file.")
            sound = connection.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok"
    except sqlite3.DatabaseError as error:
        if error_code(error) not in _DAMAGE:
            raise StoreUnavailable(f"{path} cannot be read: {error}. Check its permissions.") from error
        return Present.DAMAGED
    return Present.SOUND if sound else Present.DAMAGED


def holds_entries(path: Path) -> bool:
    """Return whether anything was ever done in a sound database, of any version."""
    with closing(read_only(path)) as connection:
        tables = connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'journal_entry'").fetchone()[0]
        return bool(tables and connection.execute("SELECT EXISTS (SELECT 1 FROM journal_entry)").fetchone()[0])


def refuse_another(source: Path, identity: str | None, replaced: str | None, another: bool) -> None:
    """Raise AnotherDatabase if the identities of a backup and of the database to be replaced are known and differ."""
    if not another and replaced is not None and identity != replaced:
        raise AnotherDatabase(f"{source} is a backup of another database.", Advice.ANOTHER_DATABASE)


def overwrite(path: Path, written: Path, replaced: Path, group: str | None, progress: Progress) -> None:
    """Back up a sound file, then overwrite it in one transaction under an exclusive lock.

    SQLite's rollback journal makes this atomic: after a crash the file is either the old database or the new one.
    """
    with exclusive_connection(path) as connection:
        with drafts.draft(replaced, group) as old:
            backup_store.copy_pages(connection, old, progress)
            hand_over(old, path)
            progress.point_of_no_return()
            drafts.finish(old, replaced)
        with closing(sqlite3.connect(written)) as new:
            backup_store.write_pages(new, connection, progress)


@contextmanager
def exclusive_connection(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the only connection to a file, without a write-ahead log; raise DatabaseInUse if there is another."""
    with closing(sqlite3.connect(path, isolation_level=None, timeout=LOCK_SECONDS)) as connection:
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
    """Move a damaged file aside with its log, and put the copy in its place; raise DatabaseInUse if it is open."""
    if replaced is not None:
        refuse_open_file(path)
    aside = replaced or backup_store.replaced_name(path, dt.datetime.now(dt.UTC))
    # The log goes first: beside another file SQLite would replay it into that file.
    for suffix in ("-wal", "-journal"):
        with suppress(FileNotFoundError):
            os.rename(f"{path}{suffix}", f"{aside}{suffix}")
    with suppress(FileNotFoundError):
        os.unlink(f"{path}-shm")
    drafts.flush(path.parent)
    if replaced is not None:
        link_or_move(path, replaced)
    drafts.finish(written, path)


def link_or_move(path: Path, replaced: Path) -> None:
    """Hard-link a file to a second name, so that the first one always exists; else rename it."""
    try:
        os.link(path, replaced)
    except OSError:
        os.rename(path, replaced)


def refuse_open_file(path: Path) -> None:
    """Raise DatabaseInUse if another process has a damaged file open, by testing SQLite's own locks on it."""
    try:
        import fcntl
    except ImportError:
        return  # Windows does not move an open file anyway
    start, length = _SHARED_LOCK
    with open(path, "r+b") as file:
        # POSIX locks belong to the process, and closing any descriptor releases them: this process must not have the
        # database open.
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, length, start)
        except BlockingIOError as error:
            raise DatabaseInUse(*IN_USE) from error


def restore_server(
    source: Path,
    database: Database,
    store: backup_store.BackupStore,
    now: dt.datetime,
    *,
    another: bool = False,
    zone: str | None = None,
    progress: Progress = UNFOLLOWED,
) -> tuple[Verification, Path | None]:
    """Replace all rows of a server's database by those of a copy in one transaction, as `restore_file` does."""
    replaced = backup_store.unused(store.folder, "before-restore-{}", now)
    with drafts.draft(store.folder / "restored.db") as written:
        prepare(source, written, now, progress)
        refuse_other_zone(zone, zone_in(written))
        with database.long_running(writing=True) as target:
            hold_tables(target)
            holds_anything = target.value(text(f"SELECT EXISTS (SELECT FROM {journal_entry.name})"))
            if holds_anything:
                refuse_another(source, identity_in(written), database.identity, another)
                with drafts.draft(replaced) as old:
                    copy_rows_to_file(target, old, progress)
                    drafts.finish(old, replaced)
            with reading_file(written) as rows:
                replace_rows(rows, target, progress)
            result = verify(target, progress=progress)
            if result.problems:
                raise StoreUnavailable(
                    f"{source} does not verify on the server: {result.problems[0]}. Choose another backup."
                )
            progress.point_of_no_return()
            target.commit()
    return result, replaced if holds_anything else None


_OTHER_DESKS = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    f" AND application_name = '{APPLICATION_NAME}' AND pid <> pg_backend_pid()"
)


def hold_tables(target: Transaction) -> None:
    """Lock all tables against reading and writing; raise DatabaseInUse if a desk is connected."""
    if target.value(_OTHER_DESKS):
        raise DatabaseInUse(*IN_USE)
    names = ", ".join(table.name for table in metadata.sorted_tables)
    target.run(text(f"LOCK TABLE {names} IN ACCESS EXCLUSIVE MODE"))


def replace_rows(source: Transaction, target: Transaction, progress: Progress) -> None:
    """Replace a server's rows by those of a copy, and set the id sequences to continue after the highest ids."""
    tables = metadata.sorted_tables
    for table in tables:  # the triggers would refuse to truncate the journal
        target.run(text(f"ALTER TABLE {table.name} DISABLE TRIGGER USER"))
    target.run(text(f"TRUNCATE {', '.join(table.name for table in tables)}"))
    copy_rows(source, target, progress)
    for table in tables:
        target.run(text(f"ALTER TABLE {table.name} ENABLE TRIGGER USER"))
        column = table.autoincrement_column
        if column is not None:
            highest = f"SELECT coalesce(max({column.name}), 0) + 1 FROM {table.name}"
            sequence = f"pg_get_serial_sequence('{table.name}', '{column.name}')"
            target.run(text(f"SELECT setval({sequence}, ({highest}), false) WHERE {sequence} IS NOT NULL"))
