"""Online backups of a file or a server as SQLite files, each verified on its own."""

from __future__ import annotations

import datetime as dt
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Engine, PoolProxiedConnection, create_engine, event, func, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from opd_tui.domain.errors import StoreUnavailable
from opd_tui.domain.progress import UNFOLLOWED, Progress, RowCount
from opd_tui.domain.remedies import Advice
from opd_tui.storage import migrations
from opd_tui.storage.engines import sqlite_errors
from opd_tui.storage.engines.database import Database, schema_version
from opd_tui.storage.files import drafts
from opd_tui.storage.files.access import file_url
from opd_tui.storage.files.backup_store import COPYING, BackupStore, Kind, copy_pages, unverified
from opd_tui.storage.files.drafts import draft, finish, finish_new, flush, refusals
from opd_tui.storage.files.untrusted import distrust, read_only, refuse_strange_objects
from opd_tui.storage.journal.verify import Verification, verify
from opd_tui.storage.schema import triggers
from opd_tui.storage.schema.tables import APPLICATION_ID, SCHEMA_VERSION, hospital, metadata
from opd_tui.storage.schema.values import FILE_STAMP
from opd_tui.storage.transaction import Statements, Transaction, inserting

ROWS_AT_ONCE = 1000


def back_up(
    database: Database, store: BackupStore, kind: Kind, now: dt.datetime, progress: Progress = UNFOLLOWED
) -> tuple[Path, Verification]:
    """Write a backup to the store and verify it; one with problems is marked by its name.

    The caller holds the store's lock. Raise StoreUnavailable or DeskBusy if the backup cannot be made.
    """
    path = store.free_path(kind, now)
    with draft(path, store.group) as written:
        result = verified_copy(database, written, progress)
        path = unverified(path) if result.problems else path
        finish(written, path)
    return path, result


def back_up_to(database: Database, path: Path, progress: Progress = UNFOLLOWED) -> tuple[Path, Verification]:
    """Write a backup to a new file and verify it, as `back_up` does."""
    if not path.parent.is_dir():
        raise StoreUnavailable(f"The folder {path.parent} does not exist. Make it, or name another file.")
    if os.path.lexists(path) or unverified(path).exists():
        raise StoreUnavailable(f"{path} already exists. Name another file, or a folder.")
    if not path.suffix:
        raise StoreUnavailable(
            f"There is no folder {path}. Make it first, or name a file with an extension, such as .db."
        )
    drafts.clear(path.parent)  # left by a process that was killed during a backup
    with draft(path) as written:
        result = verified_copy(database, written, progress)
        path = unverified(path) if result.problems else path
        finish_new(written, path)
    return path, result


def verified_copy(database: Database, target: Path, progress: Progress) -> Verification:
    """Copy a database to an empty file and verify the copy, which is about to count as a backup."""
    copy_database(database, target, progress)
    result = verify_file(target, progress)
    progress.point_of_no_return()
    return result


def copy_database(database: Database, target: Path, progress: Progress) -> None:
    """Write a snapshot of a database to an empty file, as a database of this program."""
    with database.long_running() as transaction:
        driver = transaction.connection.driver_connection
        if isinstance(driver, sqlite3.Connection):
            copy_pages(driver, target, progress)
        else:
            copy_rows_to_file(transaction, target, progress)


def copy_rows_to_file(source: Transaction, target: Path, progress: Progress) -> None:
    """Write the rows of a server's database to an empty file."""
    engine = engine_of(target)
    with sqlite_errors.refusals(target), engine.connect() as connection:
        metadata.create_all(connection)
        copy_rows(source, Transaction(connection.connection, Statements(engine.dialect), _no_commit), progress)
        triggers.create(connection)
        connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION_ID}")
        connection.commit()


def copy_rows(source: Transaction, target: Transaction, progress: Progress, step: str = COPYING) -> None:
    """Copy all rows of all tables into empty tables."""
    counts = (source.value(select(func.count()).select_from(table)) for table in metadata.sorted_tables)
    count = RowCount(progress, step, sum(counts))
    for table in metadata.sorted_tables:
        names = table.columns.keys()
        insert = inserting(table, *names)
        rows: list[dict[str, object]] = []
        for row in count.passing(source.stream(select(table))):
            rows.append(dict(zip(names, row, strict=True)))
            if len(rows) == ROWS_AT_ONCE:
                target.run_many(insert, rows)
                rows.clear()
        if rows:
            target.run_many(insert, rows)


def verify_file(path: Path, progress: Progress = UNFOLLOWED) -> Verification:
    """Verify a file without its database: its integrity, its journal and the allocation rule."""
    with reading_file(path) as transaction:
        return verify(transaction, progress=progress)


@contextmanager
def reading_file(path: Path) -> Iterator[Transaction]:
    """Open a transaction on a file that no desk uses; raise StoreUnavailable if it cannot be read."""
    with readable(path):
        engine = engine_of(path, mode="ro")
        connection = engine.raw_connection()
        try:
            refuse_strange_objects(driver_of(connection), path)
            yield Transaction(connection, Statements(engine.dialect), _no_commit)
        finally:
            connection.close()


def engine_of(path: Path, mode: str = "rw") -> Engine:
    """Return an engine for a file that no desk uses."""
    engine = create_engine(file_url(path, mode=mode), hide_parameters=True, paramstyle="named", poolclass=NullPool)

    @event.listens_for(engine, "connect")
    def limit(connection: sqlite3.Connection, _record: object) -> None:
        distrust(connection, path.stat().st_size)

    return engine


def driver_of(connection: PoolProxiedConnection) -> sqlite3.Connection:
    """Return the sqlite3 connection behind one of such an engine."""
    driver = connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver


def _no_commit(_connection: object) -> None:
    raise AssertionError("commit on the connection instead")


def prepare(source: Path, written: Path, now: dt.datetime, progress: Progress = UNFOLLOWED) -> Verification:
    """Copy the file to restore into an empty one, upgrade it to this program's version, and verify it.

    Raise StoreUnavailable if it is damaged, of another program or of a newer version.
    """
    if not source.is_file():
        raise StoreUnavailable(f"There is no file {source}.", Advice.LIST_BACKUPS)
    with readable(source):
        with closing(read_only(source)) as original:
            if original.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
                raise StoreUnavailable(f"{source} is not a backup of this program. Name another file.")
            refuse_strange_objects(original, source)
            copy_pages(original, written, progress)
        bring_up_to_date(written, now, progress)
        result = verify_file(written, progress)
    if result.problems:
        raise StoreUnavailable(f"{source} does not verify: {result.problems[0]}. Choose another backup.")
    flush(written)
    return result


def bring_up_to_date(path: Path, now: dt.datetime, progress: Progress = UNFOLLOWED) -> None:
    """Upgrade a copy to this program's version, and clear the fingerprint, which is that of the original file."""
    with engine_of(path).connect() as connection:
        connection.exec_driver_sql("PRAGMA secure_delete=ON")
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        if (version := schema_version(connection)) < SCHEMA_VERSION:
            migrations.upgrade(connection, version, now, progress)
        stamp = connection.scalar(select(hospital.c.file_stamp))
        if isinstance(stamp, str) and FILE_STAMP.fullmatch(stamp):  # any other value is left to be found
            connection.execute(update(hospital).values(file_stamp=""))
        connection.commit()


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Translate errors of reading a copy into StoreUnavailable."""
    try:
        with refusals(path):
            yield
    except (sqlite3.Error, DBAPIError) as error:
        if sqlite_errors.is_disk_full(error):
            raise StoreUnavailable(sqlite_errors.DISK_FULL) from error
        reason = error.orig if isinstance(error, DBAPIError) else error
        raise StoreUnavailable(f"{path} cannot be read: {reason}. Choose another backup.") from error
