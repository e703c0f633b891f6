"""A database in one file that the desks of one machine share."""

from __future__ import annotations

import os
import random
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote
from zoneinfo import ZoneInfo

from sqlalchemy import URL, Connection, Engine, PoolProxiedConnection, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from opd_tui.clock import Clock
from opd_tui.domain.errors import DeskBusy, DeskRefusal, StoreDamaged, StoreUnavailable
from opd_tui.storage import backups, migrations
from opd_tui.storage.database import Database, create_once, has_tables, read_zone, schema_version
from opd_tui.storage.file_access import loose_modes, prepare_file, refuse_network_share
from opd_tui.storage.file_stamp import FileStamp
from opd_tui.storage.schema import APPLICATION_ID, SCHEMA_VERSION

T = TypeVar("T")

PATIENCE_SECONDS = 10.0
"""How long a desk waits for the write lock before it says that another desk is busy."""
RETRY_SECONDS = (0.0003, 0.003)
"""The random steps of waiting: SQLite's own back-off grows to 100 ms and starves whoever has waited longest."""
POLL_SECONDS = 0.1
"""How often a desk looks whether another has committed something."""


class SqliteDatabase(Database):
    """One open file."""

    def __init__(self, engine: Engine, path: Path, closing: threading.Event) -> None:
        super().__init__(engine, closing)
        self.path = path
        self.location = str(path)
        self.stamp = FileStamp(path)
        # As long as one connection stays open nobody takes the log away from beside the file.
        self._anchor = patiently(self.engine.raw_connection, closing)
        patiently(lambda: start_reading(cursor_of(self._anchor)), closing)
        self._anchor.rollback()

    def _connect(self) -> PoolProxiedConnection:
        return patiently(self.engine.raw_connection, self.closing)

    def _begin(self, connection: PoolProxiedConnection, writing: bool) -> None:
        self.stamp.refuse_other_file()
        cursor = cursor_of(connection)
        if writing:
            patiently(lambda: cursor.execute("BEGIN IMMEDIATE"), self.closing)
            self.stamp.check(cursor)
        else:
            patiently(lambda: start_reading(cursor), self.closing)

    def refusals(self) -> AbstractContextManager[None]:
        return refusals(self.path)

    def _commit(self, connection: PoolProxiedConnection) -> None:
        super()._commit(connection)
        self.stamp.write_back_in_turn(cursor_of(connection))

    def watch(self) -> SqliteWatch:
        with self.refusals():
            return SqliteWatch(self)

    def close(self) -> None:
        self.closing.set()
        self._anchor.close()
        super().close()


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
    prepare_file(path, create=create, group=group)
    closing = threading.Event()
    recognise(path, closing)
    url = URL.create("sqlite", database=str(path))
    engine = create_engine(
        url, hide_parameters=True, paramstyle="named", connect_args={"timeout": 0}, pool_size=4, max_overflow=-1
    )
    event.listen(engine, "connect", set_up_connection)
    try:
        with refusals(path), patiently(engine.connect, closing) as connection:
            set_up_file(connection, path, clock, system_zone, closing)
            zone = read_zone(connection)
        database = SqliteDatabase(engine, path, closing)
    except BaseException:
        engine.dispose()
        raise
    database.zone = zone
    database.warnings = tuple(loose_modes(path, group))
    return database


def set_up_file(
    connection: Connection, path: Path, clock: Clock, system_zone: ZoneInfo, closing: threading.Event
) -> None:
    """Bring the file's tables to this version; takes the write lock only where something is to be done."""
    made = patiently(lambda: keep_log(connection, path), closing)
    if made and patiently(lambda: schema_version(connection), closing) == SCHEMA_VERSION:
        return
    connection.rollback()
    patiently(lambda: connection.exec_driver_sql("BEGIN IMMEDIATE"), closing)
    if not has_tables(connection):
        create_once(connection, clock, system_zone)
        connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION_ID}")
    elif (version := schema_version(connection)) < SCHEMA_VERSION:
        backups.before_upgrade(path, version, clock.now())
        migrations.upgrade(connection, version)
    connection.commit()


def set_up_connection(connection: sqlite3.Connection, _record: object) -> None:
    """Leave transactions to us, and make each commit survive a power cut."""
    connection.isolation_level = None
    # The log is written back where `FileStamp` can remember how that left the file; what is overwritten is zeroed.
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
    url = URL.create("sqlite", database=f"file:{quote(os.fsencode(path))}", query={"mode": mode, "uri": "true"})
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": 0}, poolclass=NullPool)
    with refusals(path), engine.connect() as connection:
        # In this order: what another desk makes meanwhile has both at once.
        tables = patiently(lambda: connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar(), closing)
        mark = patiently(lambda: connection.exec_driver_sql("PRAGMA application_id").scalar(), closing)
    if mark != APPLICATION_ID and (tables or mark):
        raise StoreUnavailable(f"{path} is the database of another program. Name another file.")


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


_SENTENCES = {
    sqlite3.SQLITE_FULL: "The disk is full. Make room, then try again.",
    sqlite3.SQLITE_READONLY: "The database can be read but not written. Check its permissions and its folder's.",
    sqlite3.SQLITE_CANTOPEN: "The database cannot be opened. Check that its file and folder are there.",
    sqlite3.SQLITE_PERM: "The database cannot be opened. Check its permissions.",
    sqlite3.SQLITE_IOERR: "The disk reports an error. Check the disk before you go on.",
    sqlite3.SQLITE_NOTADB: "The file is not a database of this program. Name another file.",
    sqlite3.SQLITE_PROTOCOL: "Another desk is opening the database. Try again.",
}


@contextmanager
def refusals(path: Path) -> Iterator[None]:
    """See `Database.refusals`."""
    try:
        yield
    except (sqlite3.Error, DBAPIError) as error:
        if refusal := refusal_of(error, path):
            raise refusal from error
        raise


def refusal_of(error: Exception, path: Path) -> DeskRefusal | None:
    """What SQLite says about the file, in words; None where it speaks of anything else."""
    code = error_code(error)
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return DeskBusy("Another desk is busy. Try again.")
    if code == sqlite3.SQLITE_CORRUPT:
        return StoreDamaged(f"The database is damaged. {backups.advice(path)}")
    sentence = _SENTENCES.get(code)
    return StoreUnavailable(sentence) if sentence else None


def error_code(error: Exception) -> int:
    """SQLite's primary error code, or 0."""
    driver = error.orig if isinstance(error, DBAPIError) else error
    return getattr(driver, "sqlite_errorcode", 0) & 0xFF
