"""Opening the database, and transactions on it."""

from __future__ import annotations

import os
import random
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import URL, Connection, Engine, create_engine, event, insert, inspect, make_url, select
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError
from sqlalchemy.pool import NullPool

from opd_tui.clock import Clock
from opd_tui.domain.errors import DeskBusy, StoreUnavailable
from opd_tui.domain.instants import write_instant
from opd_tui.storage import guards
from opd_tui.storage.schema import APPLICATION_ID, SCHEMA_VERSION, hospital, metadata

T = TypeVar("T")

PATIENCE_SECONDS = 10.0
"""How long a desk waits for the write lock before it says that another desk is busy."""
RETRY_SECONDS = (0.0003, 0.003)
"""The random steps of waiting: SQLite's own back-off grows to 100 ms and starves whoever has waited longest."""


class Database:
    """One open database; any number of threads may use it at once."""

    def __init__(self, engine: Engine, zone: ZoneInfo) -> None:
        self.engine = engine
        self.zone = zone
        self.closing = threading.Event()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that holds the write lock from its start; whoever wants to keep it commits.

        Raises DeskBusy and StoreUnavailable.
        """
        with self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one state of the database and holds nobody up; raises as `writing` does."""
        with self._transaction("BEGIN") as connection:
            yield connection

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[Connection]:
        with translated_errors(), patiently(self.engine.connect, self.closing) as connection:
            patiently(lambda: start(connection, begin), self.closing)
            yield connection

    def close(self) -> None:
        """Stop waiting for other desks and let go of the file."""
        self.closing.set()
        self.engine.dispose()


def open_database(location: str, clock: Clock, system_zone: ZoneInfo, *, create: bool = True) -> Database:
    """Open a database by its file path or URL, and make it where there is none.

    The zone is kept in a database when it is made and not asked for again. Raises StoreUnavailable and DeskBusy.
    """
    url = database_url(location)
    path = Path(url.database or "")
    prepare_file(path, create=create)
    closing = threading.Event()
    recognise(path, closing)
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": 0})
    event.listen(engine, "connect", set_up_connection)
    try:
        with translated_errors(), patiently(engine.connect, closing) as connection:
            if not patiently(lambda: keep_log(connection, path), closing):
                patiently(lambda: start(connection, "BEGIN IMMEDIATE"), closing)
                create_once(connection, clock, system_zone)
                connection.commit()
            patiently(lambda: start(connection, "BEGIN"), closing)
            zone = read_zone(connection)
    except BaseException:
        engine.dispose()
        raise
    return Database(engine, zone)


def database_url(location: str) -> URL:
    """The URL of a database that is named by its path or its URL; raises StoreUnavailable."""
    if "://" not in location:
        return URL.create("sqlite", database=os.path.abspath(location))
    try:
        url = make_url(location)
    except ArgumentError:
        raise StoreUnavailable(f"{location} is no database URL. Give the path of a file.") from None
    if url.drivername not in ("sqlite", "sqlite+pysqlite") or not url.database or url.query:
        raise StoreUnavailable("This version keeps its data in a file. Give the path of a file.")
    return url.set(database=os.path.abspath(url.database))


def prepare_file(path: Path, *, create: bool) -> None:
    """See that the file can be opened, and make an empty one that only its owner reads; raises StoreUnavailable."""
    try:
        if path.is_dir():
            raise StoreUnavailable(f"{path} is a folder. Name a file in it.")
        if path.exists():
            return
        if not create:
            raise StoreUnavailable(f"There is no database at {path}. Check the name.")
        if not path.parent.is_dir():
            raise StoreUnavailable(f"The folder {path.parent} does not exist. Make it, or name another file.")
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise StoreUnavailable(f"{path} cannot be opened: {reason}. Check the name and your permissions.") from None


def set_up_connection(connection: sqlite3.Connection, _record: object) -> None:
    """Leave transactions to us, and make each commit survive a power cut."""
    connection.isolation_level = None
    for pragma in ("foreign_keys=ON", "synchronous=FULL", "fullfsync=ON", "trusted_schema=OFF"):
        connection.execute(f"PRAGMA {pragma}")


def start(connection: Connection, begin: str) -> None:
    """Begin a transaction and take its lock or its snapshot at once."""
    connection.rollback()
    connection.exec_driver_sql(begin)
    if begin == "BEGIN":
        connection.exec_driver_sql("SELECT 1 FROM hospital")


def recognise(path: Path, closing: threading.Event) -> None:
    """Refuse, untouched, a file that belongs to another program; raises StoreUnavailable and DeskBusy."""
    # Whoever closes a write-ahead log last writes it into the file, unless they may only read.
    mode = "ro" if os.path.exists(f"{path}-wal") else "rw"
    url = URL.create("sqlite", database=f"file:{quote(os.fsencode(path))}", query={"mode": mode, "uri": "true"})
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": 0}, poolclass=NullPool)
    with translated_errors(), engine.connect() as connection:
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
    made = inspect(connection).has_table(hospital.name)
    connection.rollback()
    return made


def create_once(connection: Connection, clock: Clock, system_zone: ZoneInfo) -> None:
    """Make the tables, unless another desk made them while this one waited for the lock."""
    if inspect(connection).has_table(hospital.name):
        return
    metadata.create_all(connection)
    guards.create(connection)
    connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION_ID}")
    values = {
        "id": 1,
        "schema_version": SCHEMA_VERSION,
        "time_zone": system_zone.key,
        "created_at": write_instant(clock.now()),
    }
    connection.execute(insert(hospital), values)


def read_zone(connection: Connection) -> ZoneInfo:
    """The hospital's time zone, from a database of this version; raises StoreUnavailable."""
    row = connection.execute(select(hospital)).mappings().first()
    if row is None:
        raise StoreUnavailable("The database is damaged: it does not say whose it is. Restore a backup.")
    if row["schema_version"] != SCHEMA_VERSION:
        raise StoreUnavailable(
            f"The database has version {row['schema_version']} and this program needs version {SCHEMA_VERSION}. "
            "Use the program that fits it."
        )
    try:
        return ZoneInfo(row["time_zone"])
    except (ZoneInfoNotFoundError, ValueError):
        raise StoreUnavailable(f"The database names an unknown time zone, {row['time_zone']}. Update tzdata.") from None


def patiently(attempt: Callable[[], T], closing: threading.Event) -> T:
    """Try again in short random steps while another desk holds the database; raises DeskBusy in the end."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return attempt()
        except DBAPIError as error:
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
    sqlite3.SQLITE_CORRUPT: "The database is damaged. Stop here and restore a backup.",
    sqlite3.SQLITE_NOTADB: "The file is not a database of this program. Name another file.",
    sqlite3.SQLITE_PROTOCOL: "Another desk is opening the database. Try again.",
}


@contextmanager
def translated_errors() -> Iterator[None]:
    """Turn what the database says about itself into a refusal; a broken constraint stays the bug that it is."""
    try:
        yield
    except IntegrityError:
        raise
    except DBAPIError as error:
        code = error_code(error)
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise DeskBusy("Another desk is busy. Try again.") from error
        if sentence := _SENTENCES.get(code):
            raise StoreUnavailable(sentence) from error
        raise


def error_code(error: DBAPIError) -> int:
    """SQLite's primary error code, or 0."""
    return getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
