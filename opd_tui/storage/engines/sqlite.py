"""A database in an SQLite file, shared by desks on one machine."""

from __future__ import annotations

import os
import random
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, PoolProxiedConnection, create_engine, event, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from opd_tui.clock import Clock
from opd_tui.domain.errors import DeskRefusal, StoreUnavailable
from opd_tui.domain.progress import UNFOLLOWED, Progress
from opd_tui.storage import migrations
from opd_tui.storage.engines.database import (
    Database,
    create_once,
    has_tables,
    read_identity,
    read_zone,
    schema_version,
)
from opd_tui.storage.engines.file_fingerprint import FileFingerprint, file_fingerprint_of
from opd_tui.storage.engines.integrity import diagnose_corruption, first_problem, fresh_connection, reading_damaged_file
from opd_tui.storage.engines.sqlite_errors import damaged, emptied, error_code, refusals
from opd_tui.storage.files import backup_store
from opd_tui.storage.files.access import file_url, prepare_file, refuse_network_share, refuse_several_names
from opd_tui.storage.schema.tables import APPLICATION_ID, SCHEMA_VERSION, hospital
from opd_tui.storage.transaction import Transaction

T = TypeVar("T")

BUSY_SECONDS = 10.0
"""How long a desk waits for the write lock before it reports another desk as busy."""
RETRY_SECONDS = (0.0003, 0.003)
"""Bounds of the random retry interval. SQLite's own backs off to 100 ms, which starves the longest waiter."""
ERASING_SECONDS = 3.0
"""How long a desk tries to truncate the log while others read from it."""
SETTLING_SECONDS = 0.5
"""How long an unknown fingerprint may be due to another desk's checkpoint."""
SETTLING_STEPS = (0.002, 0.006)
"""Bounds of the random interval at which the fingerprint is read again meanwhile."""
MAKING_SECONDS = 3.0
"""How long a file may be empty because another desk is creating the database."""
POLL_SECONDS = 0.1
"""The interval at which a desk polls for commits of other desks."""


class SqliteDatabase(Database):
    """An open SQLite file."""

    def __init__(self, engine: Engine, fingerprint: FileFingerprint, closing: threading.Event) -> None:
        super().__init__(engine, closing)
        self.path = fingerprint.path
        self.location = str(fingerprint.path)
        self.fingerprint = fingerprint
        # While one connection stays open, no other process that closes the file deletes the log.
        self._anchor = retry_while_busy(self.engine.raw_connection, closing)
        retry_while_busy(lambda: start_reading(cursor_of(self._anchor)), closing)
        self._anchor.rollback()
        fingerprint.remember_log()

    @contextmanager
    def _transaction(self, *, writing: bool) -> Iterator[Transaction]:
        with diagnose_corruption(self.engine, self.path), super()._transaction(writing=writing) as transaction:
            yield transaction

    def _connect(self) -> PoolProxiedConnection:
        self.fingerprint.refuse_other_file()
        return retry_while_busy(self.engine.raw_connection, self.closing)

    def _begin(self, connection: PoolProxiedConnection, writing: bool) -> Transaction:
        cursor = cursor_of(connection)
        begin = partial(cursor.execute, "BEGIN IMMEDIATE") if writing else partial(start_reading, cursor)
        retry_while_busy(begin, self.closing)
        settled_at = time.monotonic() + SETTLING_SECONDS
        while writing and not self.fingerprint.is_known(cursor):
            cursor.execute("ROLLBACK")
            if time.monotonic() > settled_at:
                self._examine()
            else:
                self.closing.wait(random.uniform(*SETTLING_STEPS))
            retry_while_busy(begin, self.closing)
        return Transaction(connection, self.statements, self._commit)

    def _examine(self) -> None:
        """Check a file that another program wrote to, and store its fingerprint; raise StoreDamaged if it is damaged.

        The check only holds a read snapshot, so other desks can write. If one of them runs a checkpoint meanwhile,
        the fingerprint has changed: the caller finds the file known, or examines it once more.
        """
        with reading_damaged_file(self.path), fresh_connection(self.engine) as connection:
            cursor = cursor_of(connection)
            stamp = file_fingerprint_of(self.path)
            retry_while_busy(lambda: start_reading(cursor), self.closing)
            if first_problem(Transaction(connection, self.statements, self._commit)):
                raise damaged(self.path, "is damaged")
            cursor.execute("ROLLBACK")
            retry_while_busy(lambda: cursor.execute("BEGIN IMMEDIATE"), self.closing)
            if file_fingerprint_of(self.path) == stamp:
                self.fingerprint.trust(cursor)
            cursor.execute("COMMIT")

    def refusals(self) -> AbstractContextManager[None]:
        return refusals(self.path, recognised=True)

    def _commit(self, connection: PoolProxiedConnection) -> None:
        super()._commit(connection)
        self.fingerprint.refuse_other_file()  # if it was replaced during the commit, the new file lacks the action
        self.fingerprint.checkpoint_periodically(cursor_of(connection))

    def watch(self) -> SqliteWatch:
        with self.refusals():
            return SqliteWatch(self)

    def erase_traces(self) -> bool:
        # secure_delete zeroes freed pages, but a split index page can keep old keys in its unused part.
        with self.writing() as transaction:
            transaction.run(text("REINDEX patient"))
            transaction.commit()
        return self._empty_log()

    def _empty_log(self) -> bool:
        """Truncate the log between the other desks' reads; return False if it takes longer than ERASING_SECONDS."""
        with self.refusals():
            connection = self._connect()
            try:
                deadline = time.monotonic() + ERASING_SECONDS
                while not (
                    emptied := retry_while_busy(lambda: self.fingerprint.empty_log(cursor_of(connection)), self.closing)
                ):
                    if time.monotonic() > deadline or self.closing.wait(random.uniform(*RETRY_SECONDS)):
                        break
                return emptied
            finally:
                connection.close()

    def close(self) -> None:
        self.closing.set()
        if not self._anchor.is_valid:
            return  # already closed
        stamp = ""
        with suppress(sqlite3.Error, DeskRefusal, OSError):  # acknowledged actions are durable in the log anyway
            stamp = self.fingerprint.before_closing(cursor_of(self._anchor))
        self._anchor.close()
        super().close()
        if stamp:
            with suppress(OSError):  # only the file's owner may set its time; then the next desk examines the file
                self.fingerprint.after_closing(stamp)


class SqliteWatch:
    """Polls `PRAGMA data_version`, a counter in shared memory that changes with other connections' commits."""

    def __init__(self, database: SqliteDatabase) -> None:
        self.database = database
        self.connection = database._connect()
        self.cursor = cursor_of(self.connection)
        self.version = self._version()
        self.newest = self._newest()

    def news(self) -> list[int]:
        """See `Watch`."""
        with self.database.refusals():
            self.database.closing.wait(POLL_SECONDS)
            self.database.fingerprint.refuse_other_file()
            if (version := self._version()) == self.version:
                return []
            before, newest = self.newest, self._newest()
            self.version, self.newest = version, newest
            return list(range(before + 1, newest + 1))

    def _version(self) -> int:
        version: int = self.cursor.execute("PRAGMA data_version").fetchone()[0]
        return version

    def _newest(self) -> int:
        newest: int = retry_while_busy(self._ask_newest, self.database.closing)
        return newest

    def _ask_newest(self) -> int:
        newest: int = self.cursor.execute("SELECT coalesce(max(id), 0) FROM journal_entry").fetchone()[0]
        return newest

    def close(self) -> None:
        self.connection.close()


def open_file(
    path: Path,
    clock: Clock,
    system_zone: ZoneInfo | None,
    *,
    create: bool = True,
    group: str | None = None,
    progress: Progress = UNFOLLOWED,
) -> SqliteDatabase:
    """Open a database by its file's path, and create it if it does not exist.

    `system_zone` becomes the hospital's time zone in a new database and is ignored later. An older version is backed
    up and upgraded. Raise StoreUnavailable or DeskBusy if the database cannot be opened.
    """
    refuse_network_share(path)
    if not prepare_file(path, create=create, group=group):
        refuse_empty_file(path)
    refuse_several_names(path)
    fingerprint = FileFingerprint(path)
    closing = threading.Event()
    refuse_other_program(path, closing)
    url, options = file_url(path, mode="rw"), {"connect_args": {"timeout": 0}, "pool_size": 4, "max_overflow": -1}
    engine = create_engine(url, hide_parameters=True, paramstyle="named", **options)
    event.listen(engine, "connect", set_up_connection)
    try:
        with diagnose_corruption(engine, path), refusals(path):
            with retry_while_busy(engine.connect, closing) as connection:
                set_up_file(connection, path, clock, system_zone, closing, progress)
                zone, identity = read_zone(connection), read_identity(connection)
            database = SqliteDatabase(engine, fingerprint, closing)
    except BaseException:
        engine.dispose()
        raise
    database.zone, database.identity = zone, identity
    database.warnings = backup_store.warnings_of(path, group)
    return database


def refuse_empty_file(path: Path) -> None:
    """Raise StoreDamaged if the file stays empty: it was emptied, and is not a new one of another desk."""
    deadline = time.monotonic() + MAKING_SECONDS
    while not os.path.getsize(path):
        if time.monotonic() > deadline:
            raise emptied(path)
        time.sleep(random.uniform(*RETRY_SECONDS))


def set_up_file(
    connection: Connection,
    path: Path,
    clock: Clock,
    system_zone: ZoneInfo | None,
    closing: threading.Event,
    progress: Progress,
) -> None:
    """Create or upgrade the file's tables; take the write lock only if there is something to do."""
    has_schema = retry_while_busy(lambda: use_write_ahead_log(connection, path), closing)
    if has_schema and retry_while_busy(lambda: schema_version(connection), closing) == SCHEMA_VERSION:
        return
    connection.rollback()
    with foreign_keys_off(connection):
        retry_while_busy(lambda: connection.exec_driver_sql("BEGIN IMMEDIATE"), closing)
        if not has_tables(connection):
            create_once(connection, clock, system_zone)
            # The new tables are in the log, so the file stays as it is.
            connection.execute(update(hospital).values(file_stamp=file_fingerprint_of(path)))
            connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION_ID}")
        elif (version := schema_version(connection)) < SCHEMA_VERSION:
            now = clock.now()
            backup_store.back_up_before_upgrade(path, version, now, progress)
            migrations.upgrade(connection, version, now, progress)
            progress.point_of_no_return()
        connection.commit()


@contextmanager
def foreign_keys_off(connection: Connection) -> Iterator[None]:
    """Allow rebuilding of referenced tables; SQLite ignores this pragma inside a transaction."""
    connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        connection.rollback()
        connection.exec_driver_sql("PRAGMA foreign_keys=ON")


def set_up_connection(connection: sqlite3.Connection, _record: object) -> None:
    """Disable the driver's implicit transactions, and make every commit survive a power failure."""
    connection.isolation_level = None
    # Durability: FULL syncs the log at each commit; fullfsync flushes the drive's cache on macOS, too.
    # wal_autocheckpoint is off because `FileFingerprint` must run all checkpoints; secure_delete zeroes freed content.
    pragmas = ("foreign_keys=ON", "synchronous=FULL", "fullfsync=ON", "trusted_schema=OFF", "wal_autocheckpoint=0")
    for pragma in (*pragmas, "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")


def cursor_of(connection: PoolProxiedConnection) -> sqlite3.Cursor:
    """Return a new cursor of the sqlite3 connection behind a pooled one."""
    driver = connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver.cursor()


def start_reading(cursor: sqlite3.Cursor) -> None:
    """Begin a transaction and take its snapshot, which SQLite does at the first read."""
    if cursor.connection.in_transaction:
        cursor.connection.rollback()
    cursor.execute("BEGIN")
    cursor.execute("SELECT 1 FROM hospital")


def refuse_other_program(path: Path, closing: threading.Event) -> None:
    """Raise StoreUnavailable if the file belongs to another program, without changing it; raise DeskBusy if locked."""
    # The last connection to close checkpoints the log and deletes it, unless it is read-only.
    mode = "ro" if os.path.exists(f"{path}-wal") else "rw"
    url = file_url(path, mode=mode)
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": 0}, poolclass=NullPool)
    with diagnose_corruption(engine, path), refusals(path), engine.connect() as connection:
        # The tables first: another desk commits them together with the application id, so tables imply the id.
        tables = retry_while_busy(
            lambda: connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar(), closing
        )
        application_id = retry_while_busy(lambda: connection.exec_driver_sql("PRAGMA application_id").scalar(), closing)
    if application_id != APPLICATION_ID and (tables or application_id):
        raise StoreUnavailable(f"{path} is the database of another program. Name another file.")


def use_write_ahead_log(connection: Connection, path: Path) -> bool:
    """Switch the file to WAL mode; return whether it has tables. Raise StoreUnavailable if WAL is not possible."""
    connection.rollback()
    if connection.exec_driver_sql("PRAGMA journal_mode=WAL").scalar() != "wal":
        raise StoreUnavailable(f"Desks cannot share {path} safely where it is. Move it to a local disk.")
    found = has_tables(connection)
    connection.rollback()
    return found


def retry_while_busy(attempt: Callable[[], T], closing: threading.Event) -> T:
    """Retry at short random intervals while another desk holds the lock; raise SQLite's error after BUSY_SECONDS.

    Closing the desk ends the wait. Connections have no timeout of their own, see RETRY_SECONDS.
    """
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            return attempt()
        except (sqlite3.Error, DBAPIError) as error:
            if error_code(error) != sqlite3.SQLITE_BUSY:
                raise
            if time.monotonic() > deadline or closing.wait(random.uniform(*RETRY_SECONDS)):
                raise
