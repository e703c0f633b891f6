"""A database on a PostgreSQL server, shared by desks on many machines."""

from __future__ import annotations

import math
import re
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
from psycopg import pq
from sqlalchemy import URL, Connection, Engine, PoolProxiedConnection, create_engine, event, inspect, text

from opd_tui.clock import Clock
from opd_tui.domain.errors import StoreOffline, StoreUnavailable
from opd_tui.domain.text import without_secrets
from opd_tui.storage import migrations
from opd_tui.storage.engines.database import (
    Database,
    Upgrade,
    create_once,
    has_tables,
    read_identity,
    read_zone,
    schema_version,
    too_old_to_look_at,
)
from opd_tui.storage.engines.monitored_connection import ConnectionWatchdog, MonitoredConnection
from opd_tui.storage.engines.pipeline import NumberedStatements, PipelinedTransaction
from opd_tui.storage.engines.postgresql_errors import ANOTHER_PROGRAM, refusals
from opd_tui.storage.schema.tables import APPLICATION_ID, APPLICATION_NAME, SCHEMA_VERSION
from opd_tui.storage.transaction import Transaction

OLDEST_SERVER = 15
"""The oldest supported major version of PostgreSQL."""
CHANNEL = "opd_tui_journal"
LOCK_SECONDS = 10.0
"""`lock_timeout`: how long a desk waits for a slot that another desk holds."""
IDLE_SECONDS = 8.0
"""`idle_in_transaction_session_timeout`: when the server rolls back a transaction of a desk that has stopped."""
NEWS_SECONDS = 0.5
"""How long `news` waits for a notification."""
HEARTBEAT_SECONDS = 2.0
"""The interval at which a server without news is asked whether it is alive."""
PULSE_SECONDS = 5.0
"""How long the server may take to answer that."""
CONNECTING = {
    "connect_timeout": "4",
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "tcp_user_timeout": "10000",
}
"""Defaults of libpq's parameters, which the URL overrides: they detect a lost server machine within seconds."""
_BEGIN = {
    True: "BEGIN ISOLATION LEVEL READ COMMITTED",  # the server's own default may be READ ONLY
    False: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
}
"""How transactions begin that may write, and those that only read."""
_NOTIFY = text("SELECT pg_notify(:channel, :entry)")
_NO_IDLE_TIMEOUT = text("SET LOCAL idle_in_transaction_session_timeout = 0")
_LOCK_SCHEMA = text(f"SELECT pg_advisory_xact_lock({APPLICATION_ID})")
"""Lets one desk at a time create or upgrade the tables; there may be no table yet that could be locked."""
_CURRENT_SCHEMA = text("SELECT current_schema()")
_SCHEMA_OF_TABLES = text(
    "SELECT schemaname FROM pg_tables WHERE tablename IN ('hospital', 'journal_entry')"
    " GROUP BY schemaname HAVING count(*) = 2 ORDER BY schemaname LIMIT 1"
)
_HOLD_KEY = text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))")
"""Locks an idempotency key that has no row yet; two keys with the same hash merely wait for each other."""


class PostgresDatabase(Database):
    """An open database on a PostgreSQL server."""

    answers_may_be_lost = True

    def __init__(self, engine: Engine, watchdog: ConnectionWatchdog) -> None:
        super().__init__(engine, watchdog.closing)
        self.watchdog = watchdog
        self.numbered = NumberedStatements()
        self.location = without_secrets(engine.url.render_as_string(hide_password=False))

    def _connect(self) -> PoolProxiedConnection:
        return self.engine.raw_connection()

    def _begin(self, connection: PoolProxiedConnection, writing: bool) -> PipelinedTransaction:
        return PipelinedTransaction(connection, self.statements, self.numbered, _BEGIN[writing])

    @contextmanager
    def _transaction(self, *, writing: bool) -> Iterator[Transaction]:
        with super()._transaction(writing=writing) as transaction:
            assert isinstance(transaction, PipelinedTransaction)
            try:
                yield transaction
            finally:
                with suppress(psycopg.Error):
                    transaction.roll_back()  # does nothing after a commit
                if not is_idle(driver_of(transaction.connection)):  # keep it out of the pool
                    transaction.connection.invalidate()

    @contextmanager
    def long_running(self, *, writing: bool = False) -> Iterator[Transaction]:
        """See `Database`."""
        with super().long_running(writing=writing) as transaction:
            transaction.value(_NO_IDLE_TIMEOUT)  # waited for: the caller may do something else first
            with unlimited_answers(driver_of(transaction.connection)):
                yield transaction

    @contextmanager
    def refusals(self) -> Iterator[None]:
        """See `Database`."""
        try:
            with refusals():
                yield
        except StoreOffline:
            self.engine.dispose()  # the pool's other connections are to the same server
            raise

    def hold_key(self, transaction: Transaction, key: str) -> None:
        transaction.run(_HOLD_KEY, {"key": key})

    def announce(self, transaction: Transaction, entry_id: int) -> None:
        transaction.run(_NOTIFY, {"channel": CHANNEL, "entry": str(entry_id)})

    def watch(self) -> PostgresWatch:
        with self.refusals():
            return PostgresWatch(self)

    def erase_traces(self) -> bool:
        """See `Database`; always return False, because the desk does not control the server's files."""
        with self.refusals(), closing(self.own_connection()) as driver:
            driver.answer_seconds = math.inf
            driver.execute("VACUUM patient, idempotency_key")
        return False

    def own_connection(self) -> MonitoredConnection:
        """Return a connection outside the pool, in autocommit mode; the caller closes it."""
        connection = self.engine.raw_connection()
        driver = driver_of(connection)
        connection.detach()
        driver.autocommit = True
        return driver

    def close(self) -> None:
        super().close()
        self.watchdog.end()


class PostgresWatch:
    """Listens for the notifications of all desks on a separate connection."""

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
            # Any user of the server can send any payload on the channel: ignore what is not an entry's id.
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
    """Return psycopg's connection behind a pooled one."""
    driver = connection.driver_connection
    assert isinstance(driver, MonitoredConnection)
    return driver


def is_idle(driver: MonitoredConnection) -> bool:
    """Return whether a connection is usable and has no transaction open."""
    return driver.pgconn.transaction_status == pq.TransactionStatus.IDLE


def open_server(
    url: URL, clock: Clock, system_zone: ZoneInfo | None, upgrade: Upgrade | None, *, create: bool = True
) -> PostgresDatabase:
    """Open a database on a server, and create its tables if it is empty.

    `system_zone` becomes the hospital's time zone in a new database and is ignored later. An older version is backed
    up and upgraded, or refused without an `upgrade`. Raise StoreUnavailable or DeskBusy if it cannot be opened.
    """
    watchdog = ConnectionWatchdog(threading.Event())
    database = PostgresDatabase(engine_for(url, watchdog), watchdog)
    try:
        with refusals(opening=True), database.engine.connect() as connection:
            set_up_tables(connection, clock, system_zone, upgrade, create=create)
            database.zone, database.identity = read_zone(connection), read_identity(connection)
    except UnicodeError:
        raise StoreUnavailable("The database's URL cannot be used: it contains invalid characters. Check it.") from None
    except BaseException:
        database.close()
        raise
    return database


def identity_on(url: URL) -> str:
    """Return the identity of a server's database, or "" if it has no tables; raise StoreUnavailable or DeskBusy."""
    watchdog = ConnectionWatchdog(threading.Event())
    database = PostgresDatabase(engine_for(url, watchdog), watchdog)
    try:
        with refusals(opening=True), database.engine.connect() as connection:
            return read_identity(connection) if has_tables(connection) else ""
    finally:
        database.close()


def engine_for(url: URL, watchdog: ConnectionWatchdog) -> Engine:
    """Return an engine of monitored connections; the URL overrides all defaults except the application name."""
    arguments = {name: value for name, value in CONNECTING.items() if name not in url.query}
    arguments |= {"application_name": APPLICATION_NAME, "client_encoding": "UTF8"}  # also against PGCLIENTENCODING
    arguments["options"] = f"{session_options()} {url.query.get('options', '')}".strip()
    engine = create_engine(
        url,
        hide_parameters=True,
        connect_args=arguments,
        isolation_level="READ COMMITTED",
        use_native_hstore=False,
        pool_size=4,
        max_overflow=-1,
        pool_reset_on_return=None,  # every transaction is rolled back or committed before
    )

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: object, _record: object, positional: list[Any], named: dict[str, Any]) -> MonitoredConnection:
        driver = MonitoredConnection.connect(*positional, **named | {"prepare_threshold": None})
        driver.watchdog = watchdog
        return driver

    return engine


def session_options() -> str:
    """Return libpq's `options` with the session settings of a desk's connections."""
    settings = {
        "lock_timeout": f"{LOCK_SECONDS * 1000:.0f}",
        "idle_in_transaction_session_timeout": f"{IDLE_SECONDS * 1000:.0f}",
        "synchronous_commit": "on",
        "statement_timeout": "0",
        "idle_session_timeout": "0",
        "quote_all_identifiers": "off",  # the schema is compared with what the server writes it as
    }
    return " ".join(f"-c {name}={value}" for name, value in settings.items())


def set_up_tables(
    connection: Connection, clock: Clock, system_zone: ZoneInfo | None, upgrade: Upgrade | None, *, create: bool
) -> None:
    """Create or upgrade the database's tables, one desk at a time."""
    refuse_other_server(connection)
    if not has_tables(connection):
        refuse_hidden_tables(connection, create=create)
        connection.execute(_LOCK_SCHEMA)
        if not has_tables(connection) and inspect(connection).get_table_names():
            raise StoreUnavailable(ANOTHER_PROGRAM)
        create_once(connection, clock, system_zone)
    if (version := schema_version(connection)) < SCHEMA_VERSION:
        if upgrade is None:
            raise too_old_to_look_at(version)
        connection.rollback()  # release the read locks, which would deadlock with another desk's upgrade
        with without_timeouts(connection):
            upgrade_tables(connection, clock, upgrade)
    connection.commit()


def refuse_hidden_tables(connection: Connection, *, create: bool) -> None:
    """Raise StoreUnavailable if no schema of the search path exists, or unless tables may be created."""
    elsewhere = connection.execute(_SCHEMA_OF_TABLES).scalar()
    schema = elsewhere or "public"
    setting = (
        f"`ALTER ROLE … SET search_path = {schema}`, or `?options=-csearch_path%3D{schema}` in the address, sets it."
    )
    current = connection.execute(_CURRENT_SCHEMA).scalar()
    if current is None or current.startswith("pg_"):  # the server's own, or that of temporary tables
        raise StoreUnavailable(f"The user's search_path on the server names no schema that exists. {setting}")
    if elsewhere and not create:
        raise StoreUnavailable(
            f"The tables are in the schema {elsewhere}, which the user's search_path lacks. {setting}"
        )
    if not create:
        raise StoreUnavailable("The database on the server is empty. Check its name.")


def upgrade_tables(connection: Connection, clock: Clock, upgrade: Upgrade) -> None:
    """Back up and upgrade an older database, unless another desk did while this one waited for the lock."""
    connection.execute(_LOCK_SCHEMA)
    if (version := schema_version(connection)) == SCHEMA_VERSION:
        return
    # Desks of an older program do not know the advisory lock, so every table is locked from the backup on.
    tables = ", ".join(f'"{name}"' for name in sorted(inspect(connection).get_table_names()))
    connection.execute(text(f"LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE"))
    upgrade.back_up_server(connection, version)
    migrations.upgrade(connection, version, clock.now(), upgrade.progress)
    upgrade.progress.point_of_no_return()


@contextmanager
def without_timeouts(connection: Connection) -> Iterator[None]:
    """Disable the timeouts of the server and the desk until the transaction ends, for a long upgrade."""
    connection.execute(_NO_IDLE_TIMEOUT)
    with unlimited_answers(driver_of(connection.connection)):
        yield


@contextmanager
def unlimited_answers(driver: MonitoredConnection) -> Iterator[None]:
    """Let the server take any time to answer on this connection."""
    usual, driver.answer_seconds = driver.answer_seconds, math.inf
    try:
        yield
    finally:
        driver.answer_seconds = usual


def refuse_other_server(connection: Connection) -> None:
    """Raise StoreUnavailable if the server is too old or its encoding cannot store every name."""
    info = driver_of(connection.connection).info
    if info.server_version < OLDEST_SERVER * 10_000:
        version = info.server_version // 10_000
        raise StoreUnavailable(f"The server runs PostgreSQL {version}; the desk needs {OLDEST_SERVER} or newer.")
    if (encoding := info.parameter_status("server_encoding")) != "UTF8":
        raise StoreUnavailable(f"The database is encoded in {encoding}. Make one with ENCODING 'UTF8'.")
