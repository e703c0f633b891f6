"""Copies of whole databases: taken while desks work, from a file or a server, and verified by themselves."""

from __future__ import annotations

import datetime as dt
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Engine, create_engine, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from opd_tui.domain.errors import StoreUnavailable
from opd_tui.domain.remedies import Advice
from opd_tui.storage import migrations
from opd_tui.storage.engines import sqlite_errors
from opd_tui.storage.engines.database import Database, schema_version
from opd_tui.storage.engines.sqlite import file_url
from opd_tui.storage.files.backup_store import BackupStore, Kind, copy_pages, draft, finish, flush, refusals, unverified
from opd_tui.storage.journal.verify import Verification, verify
from opd_tui.storage.schema import triggers
from opd_tui.storage.schema.tables import APPLICATION_ID, SCHEMA_VERSION, hospital, metadata
from opd_tui.storage.transaction import Statements, Transaction, inserting

ROWS_AT_ONCE = 1000


def back_up(database: Database, store: BackupStore, kind: Kind, now: dt.datetime) -> tuple[Path, Verification]:
    """Put a verified copy on the store, which the caller has to itself; one with problems gets a name that says so.

    Raises StoreUnavailable and DeskBusy.
    """
    path = store.free_path(kind, now)
    with draft(path, store.group) as written:
        copy_database(database, written)
        result = verify_file(written)
        path = unverified(path) if result.problems else path
        finish(written, path)
    return path, result


def back_up_to(database: Database, path: Path) -> tuple[Path, Verification]:
    """Write a verified copy to a new file that somebody named; as `back_up`."""
    if not path.parent.is_dir():
        raise StoreUnavailable(f"The folder {path.parent} does not exist. Make it, or name another file.")
    if os.path.lexists(path) or unverified(path).exists():
        raise StoreUnavailable(f"There is a file {path} already. Name another, or a folder.")
    if not path.suffix:
        raise StoreUnavailable(f"There is no folder {path}. Make it first, or name a file with an ending, such as .db.")
    with draft(path) as written:
        copy_database(database, written)
        result = verify_file(written)
        path = unverified(path) if result.problems else path
        finish(written, path)
    return path, result


def copy_database(database: Database, target: Path) -> None:
    """Write what a database holds at one instant into an empty file, as one of this program's own."""
    with database.long_running() as transaction:
        driver = transaction.connection.driver_connection
        if isinstance(driver, sqlite3.Connection):
            copy_pages(driver, target)
        else:
            copy_rows_to_file(transaction, target)


def copy_rows_to_file(source: Transaction, target: Path) -> None:
    """Make a file with the rows of a server's database."""
    engine = engine_of(target)
    with sqlite_errors.refusals(target), engine.connect() as connection:
        metadata.create_all(connection)
        copy_rows(source, Transaction(connection.connection, Statements(engine.dialect), _no_commit))
        triggers.create(connection)
        connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION_ID}")
        connection.commit()


def copy_rows(source: Transaction, target: Transaction) -> None:
    """Copy every row of every table into empty tables, as it is stored."""
    for table in metadata.sorted_tables:
        names = table.columns.keys()
        insert = inserting(table, *names)
        rows: list[dict[str, object]] = []
        for row in source.stream(select(table)):
            rows.append(dict(zip(names, row, strict=True)))
            if len(rows) == ROWS_AT_ONCE:
                target.run_many(insert, rows)
                rows.clear()
        if rows:
            target.run_many(insert, rows)


def verify_file(path: Path) -> Verification:
    """Check a copy by itself: the file, its journal's fold, and the one rule."""
    with reading_file(path) as transaction:
        return verify(transaction)


@contextmanager
def reading_file(path: Path) -> Iterator[Transaction]:
    """A transaction on a file that no desk uses; raises StoreUnavailable."""
    with sound(path):
        engine = engine_of(path, mode="ro")
        connection = engine.raw_connection()
        try:
            yield Transaction(connection, Statements(engine.dialect), _no_commit)
        finally:
            connection.close()


def engine_of(path: Path, mode: str = "rw") -> Engine:
    """An engine for a file that is nobody else's."""
    return create_engine(file_url(path, mode), hide_parameters=True, paramstyle="named", poolclass=NullPool)


def _no_commit(_connection: object) -> None:
    raise AssertionError("whoever opened the connection commits")


def prepare(source: Path, written: Path, now: dt.datetime) -> Verification:
    """Copy a file that somebody wants back into an empty one, at this program's version, and verify it.

    Raises StoreUnavailable where it is damaged, of another program or of a newer version.
    """
    if not source.is_file():
        raise StoreUnavailable(f"There is no file {source}.", Advice.LIST_BACKUPS)
    with sound(source):
        with closing(read_only(source)) as original:
            if original.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
                raise StoreUnavailable(f"{source} is no backup of this program. Name another file.")
            copy_pages(original, written)
        bring_up_to_date(written, now)
        result = verify_file(written)
    if result.problems:
        raise StoreUnavailable(f"{source} does not verify: {result.problems[0]}. Choose another backup.")
    flush(written)
    return result


def read_only(path: Path) -> sqlite3.Connection:
    """A connection that writes nothing, not even a log back into the file."""
    how = "mode=ro" if os.path.exists(f"{path}-wal") else "immutable=1"
    return sqlite3.connect(f"file:{quote(os.fsencode(path))}?{how}", uri=True)


def bring_up_to_date(path: Path, now: dt.datetime) -> None:
    """Upgrade a copy to this program's version; it was no desk's file yet, so it has no stamp."""
    with engine_of(path).connect() as connection:
        connection.exec_driver_sql("PRAGMA secure_delete=ON")
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        if (version := schema_version(connection)) < SCHEMA_VERSION:
            migrations.upgrade(connection, version, now)
        connection.execute(update(hospital).values(file_stamp=""))
        connection.commit()


@contextmanager
def sound(path: Path) -> Iterator[None]:
    """Say in words that a copy cannot be read; raises StoreUnavailable."""
    try:
        with refusals(path):
            yield
    except (sqlite3.Error, DBAPIError) as error:
        if sqlite_errors.error_code(error) == sqlite3.SQLITE_FULL:
            raise StoreUnavailable(sqlite_errors.DISK_FULL) from error
        reason = error.orig if isinstance(error, DBAPIError) else error
        raise StoreUnavailable(f"{path} cannot be read: {reason}. Choose another backup.") from error
