"""What every database is to a desk: transactions, news of other desks, and refusals in words."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Connection, Engine, PoolProxiedConnection, insert, inspect, select

from opd_tui import __version__
from opd_tui.clock import Clock
from opd_tui.domain.errors import StoreUnavailable
from opd_tui.domain.instants import write_instant
from opd_tui.storage.schema import triggers
from opd_tui.storage.schema.tables import SCHEMA_VERSION, hospital, metadata, migration
from opd_tui.storage.transaction import Statements, Transaction

SAYS_NOT_WHOSE = "The database is damaged: it does not say whose it is. Restore a backup."


class Watch(Protocol):
    """Learns what any desk commits, on a connection of its own."""

    def news(self) -> list[int]:
        """The journal entries committed since the last call, waiting for some for a while.

        Raises StoreUnavailable where the database is gone; the watch is over then.
        """

    def close(self) -> None: ...


class Database(ABC):
    """One open database; any number of threads may use it at once."""

    location: str
    """What a person calls it; a password is not in it."""
    answers_may_be_lost = False
    """Whether a commit can succeed without this desk learning of it."""

    def __init__(self, engine: Engine, closing: threading.Event) -> None:
        self.engine = engine
        self.closing = closing
        self.statements = Statements(engine.dialect)
        self.zone = ZoneInfo("UTC")
        self.warnings: tuple[str, ...] = ()

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """A transaction that may change something; whoever wants to keep it commits.

        Raises DeskBusy and StoreUnavailable.
        """
        with self._transaction(writing=True) as transaction:
            yield transaction

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """A transaction that sees one state of the database and holds nobody up; raises as `writing` does."""
        with self._transaction(writing=False) as transaction:
            yield transaction

    @contextmanager
    def long_running(self, *, writing: bool = False) -> Iterator[Transaction]:
        """A transaction for what takes long, such as a backup: no server is given up because of it."""
        with self._transaction(writing=writing) as transaction:
            yield transaction

    @contextmanager
    def _transaction(self, *, writing: bool) -> Iterator[Transaction]:
        with self.refusals():
            connection = self._connect()
            try:
                self._begin(connection, writing)
                yield Transaction(connection, self.statements, self._commit)
            finally:
                connection.close()  # takes back what was not committed

    @abstractmethod
    def refusals(self) -> AbstractContextManager[None]:
        """Turn what the driver says about the database into a refusal; a broken constraint stays the bug that it is."""

    @abstractmethod
    def _connect(self) -> PoolProxiedConnection:
        """A connection of the pool."""

    @abstractmethod
    def _begin(self, connection: PoolProxiedConnection, writing: bool) -> None:
        """Begin a transaction and take its lock or its snapshot at once."""

    def _commit(self, connection: PoolProxiedConnection) -> None:
        """Commit; once this returns, what was done is durable."""
        connection.commit()

    @abstractmethod
    def watch(self) -> Watch:
        """Learn from now on what any desk commits; raises StoreUnavailable."""

    def hold_key(self, transaction: Transaction, key: str) -> None:  # noqa: B027 - the write lock does it
        """Let nobody else act under this idempotency key until the transaction ends."""

    def announce(self, transaction: Transaction, entry_id: int) -> None:  # noqa: B027 - a file needs no word
        """Let the other desks know of an entry as soon as it is committed."""

    @abstractmethod
    def erase_traces(self) -> bool:
        """Overwrite what is left of values that were replaced; says whether nothing of them is left in the files."""

    def close(self) -> None:
        """Stop waiting for other desks and let go of the database."""
        self.closing.set()
        self.engine.dispose()


def create_once(connection: Connection, clock: Clock, system_zone: ZoneInfo) -> None:
    """Make the tables, unless another desk made them while this one waited for its turn."""
    if has_tables(connection):
        return
    metadata.create_all(connection)
    triggers.create(connection)
    values = {
        "id": 1,
        "schema_version": SCHEMA_VERSION,
        "program_version": __version__,
        "time_zone": system_zone.key,
        "created_at": write_instant(clock.now()),
    }
    connection.execute(insert(hospital), values)
    connection.execute(insert(migration), {"version_num": f"{SCHEMA_VERSION:04}"})


def has_tables(connection: Connection) -> bool:
    """Whether the database is this program's already."""
    return inspect(connection).has_table(hospital.name)


def schema_version(connection: Connection) -> int:
    """The version of the database's schema; raises StoreUnavailable where it is newer than this program's."""
    version: int | None = connection.execute(select(hospital.c.schema_version)).scalar()
    if version is None:
        raise StoreUnavailable(SAYS_NOT_WHOSE)
    if version > SCHEMA_VERSION:
        program = connection.execute(select(hospital.c.program_version)).scalar()
        if not program:
            raise StoreUnavailable(SAYS_NOT_WHOSE)
        raise StoreUnavailable(
            f"The database was made by opd-tui {program} and has version {version}; this is opd-tui {__version__}, "
            f"which knows version {SCHEMA_VERSION}. Install opd-tui {program} or newer."
        )
    return version


def read_zone(connection: Connection) -> ZoneInfo:
    """The hospital's time zone; raises StoreUnavailable."""
    zone = connection.execute(select(hospital.c.time_zone)).scalar()
    try:
        return ZoneInfo(zone or "")
    except (ZoneInfoNotFoundError, ValueError):
        raise StoreUnavailable(f"The database names an unknown time zone, {zone}. Update tzdata.") from None
