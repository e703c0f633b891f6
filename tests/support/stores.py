"""The kinds of database on which the rules are tested, each as the tests look into it behind the desk's back."""

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
"""Marks tests that run once on each kind of database if they use one, in the fast set only on the first."""
always_on_every_store = on_every_store(always=True)
"""Marks tests that do so in the fast set too."""

Row = tuple[Any, ...]
Dump = dict[str, list[Row]]


class Store(ABC):
    """A database under test."""

    location: str
    """What a desk calls it."""
    broken_rule: tuple[type[Exception], ...]
    """What the driver raises where the database itself refuses."""

    @abstractmethod
    def query(self, statement: str) -> list[Row]:
        """All rows of an answer."""

    @abstractmethod
    def execute(self, *statements: str) -> None:
        """Change the database behind the desk's back."""

    @abstractmethod
    def force(self, *statements: str) -> None:
        """Change what the database itself would refuse to change, as somebody does who knows how."""

    @abstractmethod
    def tables(self) -> list[str]:
        """The names of all tables."""

    def dump(self) -> Dump:
        """Every row of every table."""
        return {name: sorted(self.query(f'SELECT * FROM "{name}"'), key=repr) for name in self.tables()}


class Stores(ABC):
    """Databases of one kind for one test after another."""

    @abstractmethod
    def make(self, *, empty: bool = False) -> Store:
        """A database for desks, or an empty one."""

    @abstractmethod
    def take_back(self, store: Store) -> None:
        """A database is not needed any more."""

    @contextmanager
    def one(self, *, empty: bool = False) -> Iterator[Store]:
        """A database for a while."""
        store = self.make(empty=empty)
        try:
            yield store
        finally:
            self.take_back(store)


NewStore = Callable[..., Store]
"""Makes another database, an `empty` one on request, for as long as the test runs."""


class SqliteStore(Store):
    """A file."""

    broken_rule = (sqlite3.IntegrityError,)

    def __init__(self, path: Path) -> None:
        self.path = path
        self.location = str(path)

    def query(self, statement: str) -> list[Row]:
        with closing(sqlite3.connect(self.path)) as connection:
            return connection.execute(statement).fetchall()

    def execute(self, *statements: str) -> None:
        with closing(sqlite3.connect(self.path, isolation_level=None)) as connection:
            for statement in statements:
                connection.execute(statement)

    def force(self, *statements: str) -> None:
        triggers = self.query("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        away, back = (f"DROP TRIGGER {name}" for name, _ in triggers), (sql for _, sql in triggers)
        self.execute(*away, *statements, *back)

    def tables(self) -> list[str]:
        return [row[0] for row in self.query("SELECT name FROM sqlite_master WHERE type = 'table'")]


class SqliteStores(Stores):
    """Files that go with their folder."""

    def __init__(self, first: Path) -> None:
        self.paths = (first.with_stem(f"{first.stem}{number or ''}") for number in itertools.count())

    def make(self, *, empty: bool = False) -> SqliteStore:
        return SqliteStore(next(self.paths))

    def take_back(self, store: Store) -> None:
        """See `Stores`: its folder goes with the test."""


class PostgresStore(Store):
    """A database of a server, looked into by one who may do everything."""

    def __init__(self, server: Server, name: str) -> None:
        import psycopg

        self.broken_rule = (psycopg.IntegrityError, psycopg.DataError)
        self.server = server
        self.name = name
        self.location = server.url(name)
        self.altered = False
        """Whether it is more than rows that were changed behind the desk's back."""

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
        """Let no trigger and no reference be in the way."""
        with self.connection.transaction():
            self.connection.execute("SET LOCAL session_replication_role = replica")
            yield

    @property
    def connection(self) -> psycopg.Connection[Row]:
        """A connection of somebody who may do everything."""
        return self.server.line_to(self.name)

    def tables(self) -> list[str]:
        return [row[0] for row in self.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]

    def put_back(self, rows: Dump) -> None:
        """Make every row what it was, and let the ids count from one again."""
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
    """Databases of a server.

    To make one costs a tenth of a second and more. So the program makes its tables once, each database is a copy of
    that, and one of which only rows were changed is put back to be used again.
    """

    def __init__(self, server: Server, clock: Clock, zone: str) -> None:
        self.server = server
        self.names = (f"opd_{number}" for number in itertools.count(1))
        self.ready: list[PostgresStore] = []
        self.template = self.make(empty=True)
        open_front_desk(self.template.location, clock=clock, zone=zone).close()
        self.rows = self.template.dump()
        server.hang_up(self.template.name)  # nobody may look into what is copied

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
