"""A database on a PostgreSQL server that the desks of many machines share."""

from __future__ import annotations

import math
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
from psycopg import IsolationLevel
from sqlalchemy import URL, Connection, Engine, PoolProxiedConnection, create_engine, event, inspect, text

from opd_tui.clock import Clock
from opd_tui.domain.errors import AnswerLost, StoreOffline, StoreUnavailable
from opd_tui.domain.text import without_secrets
from opd_tui.storage import migrations
from opd_tui.storage.engines.database import Database, create_once, has_tables, read_zone, schema_version
from opd_tui.storage.engines.monitored_connection import ConnectionWatchdog, MonitoredConnection
from opd_tui.storage.engines.postgresql_errors import ANOTHER_PROGRAM, refusals
from opd_tui.storage.schema.tables import APPLICATION_ID, APPLICATION_NAME, SCHEMA_VERSION
from opd_tui.storage.transaction import Transaction

BackUp = Callable[[Connection, int], None]
"""Keeps what a database of an older version holds, by the transaction that locks it; raises StoreUnavailable."""

OLDEST_SERVER = 15
CHANNEL = "opd_tui_journal"
LOCK_SECONDS = 10.0
"""How long a desk waits for a slot that another desk holds."""
IDLE_SECONDS = 8.0
"""After so long the server takes back what a desk began and does not go on with, such as one whose machine stopped."""
NEWS_SECONDS = 0.5
"""How long a look for news waits for some."""
HEARTBEAT_SECONDS = 2.0
"""How often a quiet server is asked whether it is still there."""
PULSE_SECONDS = 5.0
"""How long it may take to answer that."""
CONNECTING = {
    "connect_timeout": "4",
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "tcp_user_timeout": "10000",
}
"""libpq's parameters, where the URL does not give its own: a machine that vanishes is missed after seconds."""
_NOTIFY = text("SELECT pg_notify(:channel, :entry)")
_NEVER_IDLE = text("SET LOCAL idle_in_transaction_session_timeout = 0")
_ONE_DESK = text(f"SELECT pg_advisory_xact_lock({APPLICATION_ID})")
"""Lets one desk at a time make or upgrade the tables."""
_HOLD_KEY = text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))")


class PostgresDatabase(Database):
    """One open database of a server."""

    answers_may_be_lost = True

    def __init__(self, engine: Engine, watchdog: ConnectionWatchdog) -> None:
        super().__init__(engine, watchdog.closing)
        self.watchdog = watchdog
        self.location = without_secrets(engine.url.render_as_string(hide_password=False))

    def _connect(self) -> PoolProxiedConnection:
        return self.engine.raw_connection()

    def _begin(self, connection: PoolProxiedConnection, writing: bool) -> None:
        driver = driver_of(connection)
        driver.isolation_level = IsolationLevel.READ_COMMITTED if writing else IsolationLevel.REPEATABLE_READ
        driver.read_only = None if writing else True  # a server that was set to read only stays so

    def _commit(self, connection: PoolProxiedConnection) -> None:
        driver = driver_of(connection)
        try:
            super()._commit(connection)
        except psycopg.Error as error:
            if driver.closed:
                raise AnswerLost from error
            raise

    @contextmanager
    def _transaction(self, *, writing: bool) -> Iterator[Transaction]:
        with super()._transaction(writing=writing) as transaction:
            driver = driver_of(transaction.connection)
            try:
                yield transaction
            finally:
                with suppress(psycopg.Error):
                    driver.rollback()  # does nothing after a commit
                if driver.closed:
                    transaction.connection.invalidate()

    @contextmanager
    def long_running(self, *, writing: bool = False) -> Iterator[Transaction]:
        """See `Database`."""
        with super().long_running(writing=writing) as transaction:
            driver = driver_of(transaction.connection)
            transaction.run(_NEVER_IDLE)
            usual, driver.answer_seconds = driver.answer_seconds, math.inf
            try:
                yield transaction
            finally:
                driver.answer_seconds = usual

    @contextmanager
    def refusals(self) -> Iterator[None]:
        """See `Database`."""
        try:
            with refusals():
                yield
        except StoreOffline:
            self.engine.dispose()  # what else is in the pool led to the same server
            raise

    def hold_key(self, transaction: Transaction, key: str) -> None:
        transaction.run(_HOLD_KEY, {"key": key})

    def announce(self, transaction: Transaction, entry_id: int) -> None:
        transaction.run(_NOTIFY, {"channel": CHANNEL, "entry": str(entry_id)})

    def watch(self) -> PostgresWatch:
        with self.refusals():
            return PostgresWatch(self)

    def erase_traces(self) -> bool:
        """See `Database`: the server's files are in its own hands, so this is never certain."""
        with self.refusals(), closing(self.own_connection()) as driver:
            driver.answer_seconds = math.inf
            driver.execute("VACUUM patient, idempotency_key")
        return False

    def own_connection(self) -> MonitoredConnection:
        """A connection beside the pool, on which every statement counts at once."""
        connection = self.engine.raw_connection()
        driver = driver_of(connection)
        connection.detach()
        driver.autocommit = True
        return driver

    def close(self) -> None:
        super().close()
        self.watchdog.end()


class PostgresWatch:
    """Listens on a connection of its own to what every desk announces."""

    def __init__(self, database: PostgresDatabase) -> None:
        self.database = database
        self.connection = database.own_connection()
        self.connection.answer_seconds = PULSE_SECONDS
        self.connection.execute(f"LISTEN {CHANNEL}")
        self.heard = time.monotonic()

    def news(self) -> list[int]:
        """See `Watch`."""
        with self.database.refusals():
            heard = list(self.connection.notifies(timeout=NEWS_SECONDS, stop_after=1))
            heard += self.connection.notifies(timeout=0) if heard else []
            # Whoever may connect may say anything there: what no desk would say is no news.
            entries = [int(each.payload) for each in heard if re.fullmatch("[0-9]{1,18}", each.payload)]
            if heard:
                self.heard = time.monotonic()
            elif time.monotonic() - self.heard > HEARTBEAT_SECONDS:
                self.connection.execute("SELECT 1")
                self.heard = time.monotonic()
            return entries

    def close(self) -> None:
        self.connection.close()


def driver_of(connection: PoolProxiedConnection) -> MonitoredConnection:
    """The driver's own connection."""
    driver = connection.driver_connection
    assert isinstance(driver, MonitoredConnection)
    return driver


def open_server(
    url: URL, clock: Clock, system_zone: ZoneInfo, back_up: BackUp, *, create: bool = True
) -> PostgresDatabase:
    """Open a database of a server, and make its tables where it is empty.

    The zone is kept in a database when it is made and not asked for again; an older version is backed up and upgraded.
    Raises StoreUnavailable and DeskBusy.
    """
    watchdog = ConnectionWatchdog(threading.Event())
    database = PostgresDatabase(engine_for(url, watchdog), watchdog)
    try:
        with refusals(opening=True), database.engine.connect() as connection:
            set_up_tables(connection, clock, system_zone, back_up, create=create)
            database.zone = read_zone(connection)
    except UnicodeError:
        raise StoreUnavailable("The database's URL cannot be used: it holds impossible characters. Check it.") from None
    except BaseException:
        database.close()
        raise
    return database


def engine_for(url: URL, watchdog: ConnectionWatchdog) -> Engine:
    """An engine whose connections are lines; what the URL says, but for the name, goes before their defaults."""
    arguments = {name: value for name, value in CONNECTING.items() if name not in url.query}
    arguments["application_name"] = APPLICATION_NAME
    arguments["options"] = f"{session_options()} {url.query.get('options', '')}".strip()
    engine = create_engine(
        url,
        hide_parameters=True,
        connect_args=arguments,
        isolation_level="READ COMMITTED",
        use_native_hstore=False,
        pool_size=4,
        max_overflow=-1,
    )

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: object, _record: object, positional: list[Any], named: dict[str, Any]) -> MonitoredConnection:
        driver = MonitoredConnection.connect(*positional, **named)
        driver.watchdog = watchdog
        return driver

    return engine


def session_options() -> str:
    """What the server keeps to in every connection of a desk."""
    settings = {
        "lock_timeout": f"{LOCK_SECONDS * 1000:.0f}",
        "idle_in_transaction_session_timeout": f"{IDLE_SECONDS * 1000:.0f}",
        "synchronous_commit": "on",
        "client_encoding": "UTF8",
    }
    return " ".join(f"-c {name}={value}" for name, value in settings.items())


def set_up_tables(
    connection: Connection, clock: Clock, system_zone: ZoneInfo, back_up: BackUp, *, create: bool
) -> None:
    """Bring the database's tables to this version, one desk at a time."""
    refuse_other_server(connection)
    if not has_tables(connection):
        if not create:
            raise StoreUnavailable("The database on the server is empty. Check its name.")
        connection.execute(_ONE_DESK)
        if not has_tables(connection) and inspect(connection).get_table_names():
            raise StoreUnavailable(ANOTHER_PROGRAM)
        create_once(connection, clock, system_zone)
    if schema_version(connection) < SCHEMA_VERSION:
        connection.rollback()  # else the transaction might hold a lock that another desk's upgrade waits for
        with unhurried(connection):
            upgrade_tables(connection, clock, back_up)
    connection.commit()


def upgrade_tables(connection: Connection, clock: Clock, back_up: BackUp) -> None:
    """Back up an older database and upgrade it, unless another desk did while this one waited for its turn."""
    connection.execute(_ONE_DESK)
    if (version := schema_version(connection)) == SCHEMA_VERSION:
        return
    # From the backup on no desk, whatever its version, may read or write until the tables are the new ones.
    tables = ", ".join(f'"{name}"' for name in sorted(inspect(connection).get_table_names()))
    connection.execute(text(f"LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE"))
    back_up(connection, version)
    migrations.upgrade(connection, version, clock.now())


@contextmanager
def unhurried(connection: Connection) -> Iterator[None]:
    """Let what takes long take its time: neither side gives the other up until the transaction ends."""
    connection.execute(_NEVER_IDLE)
    driver = driver_of(connection.connection)
    usual, driver.answer_seconds = driver.answer_seconds, math.inf
    try:
        yield
    finally:
        driver.answer_seconds = usual


def refuse_other_server(connection: Connection) -> None:
    """Refuse a server that is too old or cannot write every name; raises StoreUnavailable."""
    info = driver_of(connection.connection).info
    if info.server_version < OLDEST_SERVER * 10_000:
        version = info.server_version // 10_000
        raise StoreUnavailable(f"The server runs PostgreSQL {version}; the desk needs {OLDEST_SERVER} or newer.")
    if (encoding := info.parameter_status("server_encoding")) != "UTF8":
        raise StoreUnavailable(f"The database is encoded in {encoding}. Make one with ENCODING 'UTF8'.")
