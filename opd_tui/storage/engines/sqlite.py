"""A database in one file that the desks of one machine share."""

from __future__ import annotations

import datetime as dt
import os
import random
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote
from zoneinfo import ZoneInfo

from sqlalchemy import URL, Connection, Engine, PoolProxiedConnection, create_engine, event, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from opd_tui.clock import Clock
from opd_tui.domain.errors import DeskRefusal, StoreUnavailable
from opd_tui.storage import migrations
from opd_tui.storage.engines.database import Database, create_once, has_tables, read_zone, schema_version
from opd_tui.storage.engines.file_fingerprint import FileFingerprint, file_fingerprint_of
from opd_tui.storage.engines.integrity import diagnose_corruption, first_problem, fresh_connection, whatever_is_there
from opd_tui.storage.engines.sqlite_errors import damaged, emptied, error_code, refusals
from opd_tui.storage.files import backup_store
from opd_tui.storage.files.access import loose_modes, prepare_file, refuse_network_share
from opd_tui.storage.schema.tables import APPLICATION_ID, SCHEMA_VERSION, hospital
from opd_tui.storage.transaction import Transaction

T = TypeVar("T")

PATIENCE_SECONDS = 10.0
"""How long a desk waits for the write lock before it says that another desk is busy."""
RETRY_SECONDS = (0.0003, 0.003)
"""The random steps of waiting: SQLite's own back-off grows to 100 ms and starves whoever has waited longest."""
ERASING_SECONDS = 3.0
"""How long a desk tries to empty the log while others read from it."""
SETTLING_SECONDS = 0.5
"""So long a file may be unknown because another desk is just writing the log back into it."""
SETTLING_STEPS = (0.002, 0.006)
MAKING_SECONDS = 3.0
"""So long a file may be empty because another desk is just making it."""
POLL_SECONDS = 0.1
"""How often a desk looks whether another has committed something."""


class SqliteDatabase(Database):
    """One open file."""

    def __init__(self, engine: Engine, stamp: FileFingerprint, closing: threading.Event) -> None:
        super().__init__(engine, closing)
        self.path = stamp.path
        self.location = str(stamp.path)
        self.stamp = stamp
        # As long as one connection stays open nobody takes the log away from beside the file.
        self._anchor = patiently(self.engine.raw_connection, closing)
        patiently(lambda: start_reading(cursor_of(self._anchor)), closing)
        self._anchor.rollback()
        stamp.follow_log()

    @contextmanager
    def _transaction(self, *, writing: bool) -> Iterator[Transaction]:
        with diagnose_corruption(self.engine, self.path), super()._transaction(writing=writing) as transaction:
            yield transaction

    def _connect(self) -> PoolProxiedConnection:
        self.stamp.refuse_other_file()
        return patiently(self.engine.raw_connection, self.closing)

    def _begin(self, connection: PoolProxiedConnection, writing: bool) -> None:
        cursor = cursor_of(connection)
        if not writing:
            patiently(lambda: start_reading(cursor), self.closing)
            return
        patiently(lambda: cursor.execute("BEGIN IMMEDIATE"), self.closing)
        settled_at = time.monotonic() + SETTLING_SECONDS
        while not self.stamp.is_known(cursor):
            cursor.execute("ROLLBACK")
            if time.monotonic() > settled_at:
                self._examine()
            else:
                self.closing.wait(random.uniform(*SETTLING_STEPS))
            patiently(lambda: cursor.execute("BEGIN IMMEDIATE"), self.closing)

    def _examine(self) -> None:
        """See that a file is sound that no desk left so, and trust it from now on; raises StoreDamaged.

        Others go on meanwhile; where one of them wrote the log back, the file is known by then or examined once more.
        """
        with whatever_is_there(self.path), fresh_connection(self.engine) as connection:
            cursor = cursor_of(connection)
            stamp = file_fingerprint_of(self.path)
            patiently(lambda: start_reading(cursor), self.closing)
            if first_problem(Transaction(connection, self.statements, self._commit)):
                raise damaged(self.path, "is damaged")
            cursor.execute("ROLLBACK")
            patiently(lambda: cursor.execute("BEGIN IMMEDIATE"), self.closing)
            if file_fingerprint_of(self.path) == stamp:
                self.stamp.trust(cursor)
            cursor.execute("COMMIT")

    def refusals(self) -> AbstractContextManager[None]:
        return refusals(self.path, recognised=True)

    def _commit(self, connection: PoolProxiedConnection) -> None:
        super()._commit(connection)
        self.stamp.refuse_other_file()  # replaced at this very moment: the file that is there now has it not
        self.stamp.write_back_in_turn(cursor_of(connection))

    def watch(self) -> SqliteWatch:
        with self.refusals():
            return SqliteWatch(self)

    def erase_traces(self) -> bool:
        # Where an index's page was split, its unused part may hold copies; what is freed is zeroed.
        with self.writing() as transaction:
            transaction.run(text("REINDEX patient"))
            transaction.commit()
        return self._empty_log()

    def _empty_log(self) -> bool:
        """Write the log back and cut it off between two looks of the other desks; False where that cannot be."""
        with self.refusals():
            connection = self._connect()
            try:
                deadline = time.monotonic() + ERASING_SECONDS
                while not (emptied := patiently(lambda: self.stamp.empty_log(cursor_of(connection)), self.closing)):
                    if time.monotonic() > deadline or self.closing.wait(random.uniform(*RETRY_SECONDS)):
                        break
                return emptied
            finally:
                connection.close()

    def close(self) -> None:
        self.closing.set()
        if not self._anchor.is_valid:
            return  # closed before
        stamp = ""
        with suppress(sqlite3.Error, DeskRefusal, OSError):  # what was acknowledged is durable, whatever happens now
            stamp = self.stamp.before_closing(cursor_of(self._anchor))
        self._anchor.close()
        super().close()
        if stamp:
            with suppress(OSError):  # the file belongs to another account of the group
                self.stamp.after_closing(stamp)


class SqliteWatch:
    """Looks at a counter in shared memory that every commit of another connection raises."""

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
            self.database.stamp.refuse_other_file()
            if (version := self._version()) == self.version:
                return []
            before, newest = self.newest, self._newest()
            self.version, self.newest = version, newest
            return list(range(before + 1, newest + 1))

    def _version(self) -> int:
        version: int = self.cursor.execute("PRAGMA data_version").fetchone()[0]
        return version

    def _newest(self) -> int:
        newest: int = patiently(self._ask_newest, self.database.closing)
        return newest

    def _ask_newest(self) -> int:
        newest: int = self.cursor.execute("SELECT coalesce(max(id), 0) FROM journal_entry").fetchone()[0]
        return newest

    def close(self) -> None:
        self.connection.close()


def open_file(
    path: Path, clock: Clock, system_zone: ZoneInfo, *, create: bool = True, group: str | None = None
) -> SqliteDatabase:
    """Open a database by its file's path, and make it where there is none.

    The zone is kept in a database when it is made and not asked for again; an older version is backed up and upgraded.
    Raises StoreUnavailable and DeskBusy.
    """
    refuse_network_share(path)
    if not prepare_file(path, create=create, group=group):
        refuse_empty_file(path)
    stamp = FileFingerprint(path)
    closing = threading.Event()
    recognise(path, closing)
    url, arguments = file_url(path, "rw"), {"timeout": 0}
    engine = create_engine(
        url, hide_parameters=True, paramstyle="named", connect_args=arguments, pool_size=4, max_overflow=-1
    )
    event.listen(engine, "connect", set_up_connection)
    try:
        with diagnose_corruption(engine, path), refusals(path):
            with patiently(engine.connect, closing) as connection:
                set_up_file(connection, path, clock, system_zone, closing)
                zone = read_zone(connection)
            database = SqliteDatabase(engine, stamp, closing)
    except BaseException:
        engine.dispose()
        raise
    database.zone = zone
    database.warnings = tuple(loose_modes(path, group))
    return database


def refuse_empty_file(path: Path) -> None:
    """Take no file for a new one that may have been emptied; raises StoreDamaged."""
    deadline = time.monotonic() + MAKING_SECONDS
    while not os.path.getsize(path):
        if time.monotonic() > deadline:
            raise emptied(path)
        time.sleep(random.uniform(*RETRY_SECONDS))


def set_up_file(
    connection: Connection, path: Path, clock: Clock, system_zone: ZoneInfo, closing: threading.Event
) -> None:
    """Bring the file's tables to this version; takes the write lock only where something is to be done."""
    made = patiently(lambda: keep_log(connection, path), closing)
    if made and patiently(lambda: schema_version(connection), closing) == SCHEMA_VERSION:
        return
    connection.rollback()
    with foreign_keys_off(connection):
        patiently(lambda: connection.exec_driver_sql("BEGIN IMMEDIATE"), closing)
        if not has_tables(connection):
            create_once(connection, clock, system_zone)
            stamp = file_fingerprint_of(path)  # what was made lies in the log
            connection.execute(update(hospital).values(file_stamp=stamp))
            connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION_ID}")
        elif (version := schema_version(connection)) < SCHEMA_VERSION:
            now = clock.now()
            back_up_before_upgrade(path, version, now)
            migrations.upgrade(connection, version, now)
        connection.commit()


@contextmanager
def foreign_keys_off(connection: Connection) -> Iterator[None]:
    """Let tables be rebuilt while others refer to them; SQLite heeds this between two transactions only."""
    connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        connection.rollback()
        connection.exec_driver_sql("PRAGMA foreign_keys=ON")


def back_up_before_upgrade(path: Path, version: int, now: dt.datetime) -> None:
    """Copy a file of an older version, in whose transaction nothing was written yet; raises StoreUnavailable."""
    store = backup_store.store_of(path)
    with (
        backup_store.before_upgrade(store, version, now) as written,
        closing(sqlite3.connect(path)) as original,
    ):
        backup_store.copy_pages(original, written)


def set_up_connection(connection: sqlite3.Connection, _record: object) -> None:
    """Leave transactions to us, and make each commit survive a power cut."""
    connection.isolation_level = None
    # `FileFingerprint` writes the log back, and remembers how that left the file; what is overwritten is zeroed.
    pragmas = ("foreign_keys=ON", "synchronous=FULL", "fullfsync=ON", "trusted_schema=OFF", "wal_autocheckpoint=0")
    for pragma in (*pragmas, "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")


def cursor_of(connection: PoolProxiedConnection) -> sqlite3.Cursor:
    """A cursor of the driver's own."""
    driver = connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver.cursor()


def start_reading(cursor: sqlite3.Cursor) -> None:
    """Begin a transaction and take its snapshot."""
    if cursor.connection.in_transaction:
        cursor.connection.rollback()
    cursor.execute("BEGIN")
    cursor.execute("SELECT 1 FROM hospital")


def recognise(path: Path, closing: threading.Event) -> None:
    """Refuse, untouched, a file that belongs to another program; raises StoreUnavailable and DeskBusy."""
    # Whoever closes a write-ahead log last writes it into the file, unless they may only read.
    mode = "ro" if os.path.exists(f"{path}-wal") else "rw"
    url = file_url(path, mode)
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": 0}, poolclass=NullPool)
    with diagnose_corruption(engine, path), refusals(path), engine.connect() as connection:
        # In this order: what another desk makes meanwhile has both at once.
        tables = patiently(lambda: connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar(), closing)
        mark = patiently(lambda: connection.exec_driver_sql("PRAGMA application_id").scalar(), closing)
    if mark != APPLICATION_ID and (tables or mark):
        raise StoreUnavailable(f"{path} is the database of another program. Name another file.")


def file_url(path: Path, mode: str) -> URL:
    """Where SQLite finds a file, which it does not make: “rw” to write to it, “ro” to leave it as it is."""
    return URL.create("sqlite", database=f"file:{quote(os.fsencode(path))}", query={"mode": mode, "uri": "true"})


def keep_log(connection: Connection, path: Path) -> bool:
    """Keep a write-ahead log beside the file, and say whether its tables are made."""
    connection.rollback()
    if connection.exec_driver_sql("PRAGMA journal_mode=WAL").scalar() != "wal":
        raise StoreUnavailable(f"{path} lies where several desks cannot share it safely. Move it to a local disk.")
    made = has_tables(connection)
    connection.rollback()
    return made


def patiently(attempt: Callable[[], T], closing: threading.Event) -> T:
    """Try again in short random steps while another desk holds the database; raises what SQLite says in the end."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return attempt()
        except (sqlite3.Error, DBAPIError) as error:
            if error_code(error) != sqlite3.SQLITE_BUSY:
                raise
            if time.monotonic() > deadline or closing.wait(random.uniform(*RETRY_SECONDS)):
                raise
