"""The interface of a database to a desk: transactions, news of other desks' commits, and refusals."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Connection, Engine, PoolProxiedConnection, insert, inspect, select

from opd_tui import __version__
from opd_tui.clock import Clock
from opd_tui.domain.errors import StoreUnavailable
from opd_tui.domain.instants import write_instant
from opd_tui.domain.progress import UNFOLLOWED, Progress
from opd_tui.domain.remedies import Advice
from opd_tui.storage.schema import seals, triggers
from opd_tui.storage.schema.tables import SCHEMA_VERSION, hospital, metadata, migration
from opd_tui.storage.transaction import Statements, Transaction

NO_VERSION = "The database is damaged: its version is missing. Restore a backup."
UNNAMED_ZONE = (
    "The system's time zone has no name, or one that does not fit its clock, and a new database keeps the "
    "hospital's time zone for good."
)


@dataclass(frozen=True, slots=True)
class Upgrade:
    """How a database of an older version is upgraded."""

    back_up_server: Callable[[Connection, int], None]
    """Backs up a server's database within the transaction that locks it; raises StoreUnavailable."""
    progress: Progress = UNFOLLOWED


class Watch(Protocol):
    """Reports the commits of all desks, on a separate connection; used by one thread."""

    def news(self) -> list[int]:
        """Return the ids of journal entries committed since the last call, after waiting for some briefly.

        Raise StoreUnavailable if the database is gone; the watch cannot be used afterwards.
        """

    def close(self) -> None:
        """Close the connection."""


class Database(ABC):
    """An open database; any number of threads may use it at once."""

    location: str
    """The path or URL as shown to people, without a password."""
    answers_may_be_lost = False
    """Whether a commit can succeed although this desk gets an error."""

    def __init__(self, engine: Engine, closing: threading.Event) -> None:
        self.engine = engine
        self.closing = closing
        self.statements = Statements(engine.dialect)
        self.zone = ZoneInfo("UTC")
        self.identity = ""
        """What tells this database and its backups from others."""
        self.warnings: tuple[str, ...] = ()

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """Open a transaction that may write; it is rolled back unless the caller commits it.

        Raise DeskBusy if another desk holds the lock for too long, and StoreUnavailable if the database fails.
        """
        with self._transaction(writing=True) as transaction:
            yield transaction

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """Open a read-only transaction on a snapshot, which blocks no writer; raise the same errors as `writing`."""
        with self._transaction(writing=False) as transaction:
            yield transaction

    @contextmanager
    def long_running(self, *, writing: bool = False) -> Iterator[Transaction]:
        """Open a transaction without timeouts, for long operations such as a backup."""
        with self._transaction(writing=writing) as transaction:
            yield transaction

    @contextmanager
    def _transaction(self, *, writing: bool) -> Iterator[Transaction]:
        with self.refusals():
            connection = self._connect()
            try:
                yield self._begin(connection, writing)
            finally:
                connection.close()  # back to the pool, which rolls back what was not committed

    @abstractmethod
    def refusals(self) -> AbstractContextManager[None]:
        """Translate the driver's errors about the database into refusals; a violated constraint is a bug and passes."""

    @abstractmethod
    def _connect(self) -> PoolProxiedConnection:
        """Return a connection from the pool."""

    @abstractmethod
    def _begin(self, connection: PoolProxiedConnection, writing: bool) -> Transaction:
        """Begin a transaction; a file takes its write lock or snapshot immediately."""

    def _commit(self, connection: PoolProxiedConnection) -> None:
        """Commit durably: once this returns, the changes survive a power failure."""
        connection.commit()

    @abstractmethod
    def watch(self) -> Watch:
        """Return a watch for commits from now on; raise StoreUnavailable if the database fails."""

    def hold_key(self, transaction: Transaction, key: str) -> None:  # noqa: B027 - SQLite's write lock is enough
        """Lock an idempotency key until the transaction ends."""

    def announce(self, transaction: Transaction, entry_id: int) -> None:  # noqa: B027 - SQLite's watch polls
        """Notify the other desks of a journal entry once the transaction commits."""

    @abstractmethod
    def erase_traces(self) -> bool:
        """Overwrite remnants of replaced values in the files; return whether none are left for certain."""

    def close(self) -> None:
        """End all waits for other desks and close the database."""
        self.closing.set()
        self.engine.dispose()


def create_once(connection: Connection, clock: Clock, system_zone: ZoneInfo | None) -> None:
    """Create the tables, unless another desk created them while this one waited for the lock."""
    if has_tables(connection):
        return
    metadata.create_all(connection)
    triggers.create(connection)
    values = {
        "id": 1,
        "schema_version": SCHEMA_VERSION,
        "program_version": __version__,
        "time_zone": new_zone(system_zone).key,
        "created_at": write_instant(clock.now()),
        "identity": seals.new_identity(),
    }
    connection.execute(insert(hospital), values)
    seals.seal_hospital(connection)
    connection.execute(insert(migration), {"version_num": f"{SCHEMA_VERSION:04}"})


def new_zone(system_zone: ZoneInfo | None) -> ZoneInfo:
    """Return the time zone of a new database; raise StoreUnavailable if the system's has no name."""
    if system_zone is None:
        raise StoreUnavailable(UNNAMED_ZONE, Advice.NAME_TIME_ZONE)
    return system_zone


def has_tables(connection: Connection) -> bool:
    """Return whether the database has this program's tables."""
    return inspect(connection).has_table(hospital.name)


def schema_version(connection: Connection) -> int:
    """Return the database's schema version; raise StoreUnavailable if it is missing or newer than this program's."""
    version: int | None = connection.execute(select(hospital.c.schema_version)).scalar()
    if not isinstance(version, int):
        raise StoreUnavailable(NO_VERSION)
    if version > SCHEMA_VERSION:
        program = connection.execute(select(hospital.c.program_version)).scalar()
        if not program:
            raise StoreUnavailable(NO_VERSION)
        raise StoreUnavailable(
            f"The database was made by opd-tui {program} and has version {version}; this is opd-tui {__version__}, "
            f"which knows version {SCHEMA_VERSION}. Install opd-tui {program} or newer."
        )
    return version


def read_identity(connection: Connection) -> str:
    """Return the identity of a database of any version."""
    row = connection.exec_driver_sql("SELECT * FROM hospital").mappings().first()
    if row is None:
        raise StoreUnavailable(NO_VERSION)
    return seals.identity_of(dict(row))


def refuse_other_zone(named: str | None, kept: str) -> None:
    """Raise StoreUnavailable if a zone is named that is not the hospital's."""
    if named and named != kept:
        raise StoreUnavailable(
            f"The hospital's time zone is {kept} since the database was made, and not {named}.",
            Advice.LEAVE_OUT_TIME_ZONE,
        )


def too_old_to_look_at(version: int) -> StoreUnavailable:
    """Return the refusal for a database of an older version that is only to be looked at."""
    return StoreUnavailable(f"The database has version {version}. Open a desk, which upgrades it, then try again.")


def read_zone(connection: Connection) -> ZoneInfo:
    """Return the hospital's time zone; raise StoreUnavailable if it is unknown."""
    zone = connection.execute(select(hospital.c.time_zone)).scalar()
    try:
        return ZoneInfo(zone or "")
    except (ZoneInfoNotFoundError, ValueError):
        raise StoreUnavailable(f"The database names an unknown time zone, {zone}. Update tzdata.") from None
