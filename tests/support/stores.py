"""The kinds of database under test, with direct access to them that bypasses the desk."""

from __future__ import annotations

import itertools
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from opd_tui.clock import Clock
from opd_tui.desk.opening import open_front_desk

if TYPE_CHECKING:
    import psycopg

    from tests.support.server import Server

KINDS = ("sqlite", "postgresql")
on_every_store = pytest.mark.on_every_store
"""Marks tests that run once on each kind of database, in the fast set only on the first."""
always_on_every_store = on_every_store(always=True)
"""Marks tests that run on each kind of database in the fast set, too."""

Row = tuple[Any, ...]
Dump = dict[str, list[Row]]


class Store(ABC):
    """A database under test."""

    location: str
    """The location by which a desk opens it."""
    broken_rule: tuple[type[Exception], ...]
    """The driver's exceptions for a violated constraint or trigger."""

    @abstractmethod
    def query(self, statement: str) -> list[Row]:
        """Return all rows of a query."""

    @abstractmethod
    def execute(self, *statements: str) -> None:
        """Run statements that bypass the desk."""

    @abstractmethod
    def force(self, *statements: str) -> None:
        """Run statements with triggers disabled, as a determined tamperer could."""

    @abstractmethod
    def tables(self) -> list[str]:
        """Return the names of all tables."""

    def dump(self) -> Dump:
        """Return every row of every table."""
        return {name: sorted(self.query(f'SELECT * FROM "{name}"'), key=repr) for name in self.tables()}


class Stores(ABC):
    """A provider of databases of one kind, which are reused between tests where possible."""

    @abstractmethod
    def make(self, *, empty: bool = False) -> Store:
        """Return a database with the program's tables, or an empty one."""

    @abstractmethod
    def take_back(self, store: Store) -> None:
        """Take back a database that is no longer needed."""

    @contextmanager
    def one(self, *, empty: bool = False) -> Iterator[Store]:
        """Yield a database for the duration of the block."""
        store = self.make(empty=empty)
        try:
            yield store
        finally:
            self.take_back(store)


NewStore = Callable[..., Store]
"""A fixture's function that makes another database for the current test, empty on request."""


class SqliteStore(Store):
    """A SQLite file."""

    broken_rule = (sqlite3.IntegrityError,)

    def __init__(self, path: Path) -> None:
        self.path = path
        self.location = str(path)

    def query(self, statement: str) -> list[Row]:
        with closing(sqlite3.connect(self.path)) as connection:
            return connection.execute(statement).fetchall()

    def execute(self, *statements: str) -> None:
        with closing(sqlite3.connect(self.path, isolation_level=None)) as connection:
            connection.execute("PRAGMA synchronous=OFF")  # no test cuts the power here
            for statement in statements:
                connection.execute(statement)

    def force(self, *statements: str) -> None:
        triggers = self.query("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        away, back = (f"DROP TRIGGER {name}" for name, _ in triggers), (sql for _, sql in triggers)
        try:
            self.execute(*away, *statements)
        finally:
            self.execute(*back)

    def tables(self) -> list[str]:
        return [row[0] for row in self.query("SELECT name FROM sqlite_master WHERE type = 'table'")]


class SqliteStores(Stores):
    """SQLite files, removed together with their folder."""

    def __init__(self, first: Path) -> None:
        self.paths = (first.with_stem(f"{first.stem}{number or ''}") for number in itertools.count())

    def make(self, *, empty: bool = False) -> SqliteStore:
        return SqliteStore(next(self.paths))

    def take_back(self, store: Store) -> None:
        """Do nothing: the test's folder is removed with the file."""


class PostgresStore(Store):
    """A PostgreSQL database, accessed as superuser."""

    def __init__(self, server: Server, name: str) -> None:
        import psycopg

        self.broken_rule = (psycopg.IntegrityError, psycopg.DataError)
        self.server = server
        self.name = name
        self.location = server.url(name)
        self.altered = False
        """Whether a test changed its schema or privileges, so that it cannot be reused."""

    def query(self, statement: str) -> list[Row]:
        return self.connection.execute(statement.encode()).fetchall()

    def execute(self, *statements: str) -> None:
        for statement in statements:
            self.altered |= statement.startswith(("ALTER", "CREATE", "DROP", "GRANT", "REVOKE"))
            self.connection.execute(statement.encode())

    def force(self, *statements: str) -> None:
        with self.forcing():
            self.execute(*statements)

    @contextmanager
    def forcing(self) -> Iterator[None]:
        """Disable triggers and foreign keys for the duration of the block."""
        with self.connection.transaction():
            self.connection.execute("SET LOCAL session_replication_role = replica")
            yield

    @property
    def connection(self) -> psycopg.Connection[Row]:
        """A superuser's connection."""
        return self.server.connection_to(self.name)

    def tables(self) -> list[str]:
        return [row[0] for row in self.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]

    def put_back(self, rows: Dump) -> None:
        """Restore every row and reset the sequences, so that the database can be reused."""
        self.connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        with self.forcing():
            for table, there in rows.items():
                self.connection.execute(f"DELETE FROM {table}".encode())
                for row in there:
                    values = ", ".join(["%s"] * len(row))
                    self.connection.execute(f"INSERT INTO {table} VALUES ({values})".encode(), row)
            self.connection.execute("SELECT setval(oid, 1, false) FROM pg_class WHERE relkind = 'S'")


class PostgresStores(Stores):
    """PostgreSQL databases.

    Creating one takes a tenth of a second or more. So the tables are created once, in a template that every database is
    copied from, and a database in which only rows were changed is restored and reused.
    """

    def __init__(self, server: Server, clock: Clock, zone: str) -> None:
        self.server = server
        self.names = (f"opd_{number}" for number in itertools.count(1))
        self.ready: list[PostgresStore] = []
        self.template = self.make(empty=True)
        open_front_desk(self.template.location, clock=clock, zone=zone).close()
        self.rows = self.template.dump()
        server.disconnect(self.template.name)  # PostgreSQL copies no template that has connections

    def make(self, *, empty: bool = False) -> PostgresStore:
        if self.ready and not empty:
            return self.ready.pop()
        store = PostgresStore(self.server, next(self.names))
        self.server.create_database(store.name, None if empty else self.template.name)
        return store

    def take_back(self, store: Store) -> None:
        assert isinstance(store, PostgresStore)
        if store.altered or len(store.tables()) != len(self.rows):
            self.server.drop_database(store.name)
        else:
            store.put_back(self.rows)
            self.ready.append(store)
