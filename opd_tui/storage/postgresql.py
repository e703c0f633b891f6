"""A database on a PostgreSQL server that the desks of many machines share."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import URL, Connection, Engine, PoolProxiedConnection, create_engine, inspect, text
from sqlalchemy.exc import DBAPIError

from opd_tui.clock import Clock
from opd_tui.domain.errors import AnswerLost, DeskBusy, DeskRefusal, StoreOffline, StoreUnavailable
from opd_tui.storage.database import Database, create_once, has_tables, read_zone, schema_version
from opd_tui.storage.schema import APPLICATION_ID, SCHEMA_VERSION
from opd_tui.storage.transaction import Transaction

try:
    import psycopg
    from psycopg import IsolationLevel, errors
except ImportError:
    raise StoreUnavailable(
        "PostgreSQL needs a driver that is not installed. Install it with `pip install 'opd-tui[postgres]'`."
    ) from None

OLDEST_SERVER = 15
CHANNEL = "opd_tui_journal"
ANSWER_SECONDS = 12.0
"""After so long without an answer in a transaction the server counts as gone."""
LOCK_SECONDS = 10
"""How long a desk waits for a slot that another desk holds; shorter than the server's silence."""
NEWS_SECONDS = 0.5
"""How long a look for news waits for some."""
HEARTBEAT_SECONDS = 2.0
"""How often a quiet server is asked whether it is still there."""
SESSION = f"-c lock_timeout={LOCK_SECONDS}s -c synchronous_commit=on -c client_encoding=UTF8"
CONNECTING = {
    "application_name": "opd-tui",
    "connect_timeout": "4",
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "tcp_user_timeout": "10000",
}
"""libpq's parameters, where the URL does not give its own: a machine that vanishes is missed after seconds."""
OFFLINE = "The database server does not answer. Write on paper until it does; the desk tries again by itself."
_NOTIFY = text("SELECT pg_notify(:channel, :entry)")
_HOLD_KEY = text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))")


class PostgresDatabase(Database):
    """One open database of a server."""

    answers_may_be_lost = True

    def __init__(self, engine: Engine, closing: threading.Event) -> None:
        super().__init__(engine, closing)
        self.location = engine.url.render_as_string(hide_password=True)
        self.patience = Patience(closing)

    def _connect(self) -> PoolProxiedConnection:
        return self.engine.raw_connection()

    def _begin(self, connection: PoolProxiedConnection, writing: bool) -> None:
        driver = driver_of(connection)
        driver.isolation_level = IsolationLevel.READ_COMMITTED if writing else IsolationLevel.REPEATABLE_READ
        driver.read_only = not writing

    def _commit(self, connection: PoolProxiedConnection) -> None:
        try:
            super()._commit(connection)
        except psycopg.OperationalError as error:
            raise AnswerLost from error

    @contextmanager
    def _transaction(self, *, writing: bool) -> Iterator[Transaction]:
        try:
            with super()._transaction(writing=writing) as transaction:
                driver = driver_of(transaction.connection)
                try:
                    with self.patience.limit(driver):
                        yield transaction
                finally:
                    if driver.closed:
                        transaction.connection.invalidate()
        except StoreOffline:
            self.engine.dispose()  # what else is in the pool led to the same server
            raise

    def refusals(self) -> AbstractContextManager[None]:
        return refusals()

    def hold_key(self, transaction: Transaction, key: str) -> None:
        transaction.run(_HOLD_KEY, {"key": key})

    def announce(self, transaction: Transaction, entry_id: int) -> None:
        transaction.run(_NOTIFY, {"channel": CHANNEL, "entry": str(entry_id)})

    def watch(self) -> PostgresWatch:
        with self.refusals():
            return PostgresWatch(self)


class PostgresWatch:
    """Listens on a connection of its own to what every desk announces."""

    def __init__(self, database: PostgresDatabase) -> None:
        self.database = database
        self.connection = database.engine.raw_connection()
        self.connection.detach()
        self.driver = driver_of(self.connection)
        self.driver.autocommit = True
        self.driver.execute(f"LISTEN {CHANNEL}")
        self.heard = time.monotonic()

    def news(self) -> list[int]:
        """See `Watch`."""
        with self.database.refusals():
            entries = [int(notify.payload) for notify in self.driver.notifies(timeout=NEWS_SECONDS, stop_after=1)]
            entries += [int(notify.payload) for notify in self.driver.notifies(timeout=0)] if entries else []
            if entries:
                self.heard = time.monotonic()
            elif time.monotonic() - self.heard > HEARTBEAT_SECONDS:
                with self.database.patience.limit(self.driver):
                    self.driver.execute("SELECT 1")
                self.heard = time.monotonic()
            return entries

    def close(self) -> None:
        self.driver.close()


class Patience:
    """Cuts the line to a server that has not answered for too long: the driver itself would wait for ever."""

    def __init__(self, closing: threading.Event) -> None:
        self.closing = closing
        self._under_way: dict[int, tuple[float, Any]] = {}
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    @contextmanager
    def limit(self, driver: Any, seconds: float = ANSWER_SECONDS) -> Iterator[None]:
        """Whatever is done within must be over in time."""
        with self._lock:
            self._under_way[id(driver)] = (time.monotonic() + seconds, driver)
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="server-patience", daemon=True)
                self._thread.start()
        try:
            yield
        finally:
            with self._lock:
                self._under_way.pop(id(driver), None)

    def _watch(self) -> None:
        while not self.closing.wait(0.25):
            with self._lock:
                late = [driver for deadline, driver in self._under_way.values() if time.monotonic() > deadline]
            for driver in late:
                hang_up(driver)


def hang_up(driver: Any) -> None:
    """Break a connection from outside, so that whoever waits on it gets an error."""
    with suppress(OSError, psycopg.Error), socket.socket(fileno=os.dup(driver.fileno())) as line:
        line.shutdown(socket.SHUT_RDWR)


def driver_of(connection: PoolProxiedConnection) -> Any:
    """The driver's own connection."""
    driver = connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    return driver


def open_server(url: URL, clock: Clock, system_zone: ZoneInfo, *, create: bool = True) -> PostgresDatabase:
    """Open a database of a server, and make its tables where it is empty.

    The zone is kept in a database when it is made and not asked for again. Raises StoreUnavailable and DeskBusy.
    """
    given = str(url.query.get("options", ""))
    arguments = {name: value for name, value in CONNECTING.items() if name not in url.query}
    arguments["options"] = f"{SESSION} {given}".strip()
    engine = create_engine(url, hide_parameters=True, connect_args=arguments, pool_size=4, max_overflow=-1)
    try:
        with refusals(opening=True), engine.connect() as connection:
            set_up_tables(connection, clock, system_zone, create=create)
            zone = read_zone(connection)
    except BaseException:
        engine.dispose()
        raise
    database = PostgresDatabase(engine, threading.Event())
    database.zone = zone
    return database


def set_up_tables(connection: Connection, clock: Clock, system_zone: ZoneInfo, *, create: bool) -> None:
    """Bring the database's tables to this version, one desk at a time."""
    refuse_other_server(connection)
    if not has_tables(connection):
        if not create:
            raise StoreUnavailable("The database on the server is empty. Check its name.")
        connection.execute(text(f"SELECT pg_advisory_xact_lock({APPLICATION_ID})"))
        if not has_tables(connection) and inspect(connection).get_table_names():
            raise StoreUnavailable("The database holds tables of another program. Make an empty one for the desk.")
        create_once(connection, clock, system_zone)
    if (version := schema_version(connection)) < SCHEMA_VERSION:
        raise StoreUnavailable(f"The database has version {version}, which was never released for a server.")
    connection.commit()


def refuse_other_server(connection: Connection) -> None:
    """Refuse a server that is too old or cannot write every name; raises StoreUnavailable."""
    info = driver_of(connection.connection).info
    if info.server_version < OLDEST_SERVER * 10_000:
        version = info.server_version // 10_000
        raise StoreUnavailable(f"The server runs PostgreSQL {version}; the desk needs {OLDEST_SERVER} or newer.")
    if (encoding := info.parameter_status("server_encoding")) != "UTF8":
        raise StoreUnavailable(f"The database is encoded in {encoding}. Make one with ENCODING 'UTF8'.")


@contextmanager
def refusals(*, opening: bool = False) -> Iterator[None]:
    """See `Database.refusals`; `opening` says more about a server that was never reached."""
    try:
        yield
    except (psycopg.Error, DBAPIError) as error:
        driver = error.orig if isinstance(error, DBAPIError) else error
        if refusal := refusal_of(driver, opening):
            raise refusal from error
        raise


_SENTENCES: dict[type[psycopg.Error], str] = {
    errors.DiskFull: "The server's disk is full. Call whoever looks after it.",
    errors.TooManyConnections: "The server has no room for another desk. Raise its max_connections.",
    errors.ReadOnlySqlTransaction: "The server can be read but not written. Call whoever looks after it.",
    errors.InsufficientPrivilege: "The server does not let this user write there. Check the user's rights.",
}
_BUSY = (errors.LockNotAvailable, errors.DeadlockDetected, errors.SerializationFailure, errors.QueryCanceled)


def refusal_of(error: BaseException | None, opening: bool) -> DeskRefusal | None:
    """What the server says about itself, in words; None where it speaks of anything else."""
    if isinstance(error, _BUSY):
        return DeskBusy("Another desk is busy. Try again.")
    for kind, sentence in _SENTENCES.items():
        if isinstance(error, kind):
            return StoreUnavailable(sentence)
    if not isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        return None
    if opening:
        reason = str(error).strip().splitlines()[-1].removeprefix("connection failed: ")
        return StoreOffline(f"The database server cannot be used: {reason}. Check its address, the user and itself.")
    return StoreOffline(OFFLINE)
