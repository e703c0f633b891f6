"""Transactions: statements that are compiled once and run on the driver's cursor."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from itertools import count
from typing import Any

from sqlalchemy import Dialect, PoolProxiedConnection, Table, TextClause, text
from sqlalchemy.sql import ClauseElement

Row = tuple[Any, ...]
Values = Mapping[str, Any]


LARGEST_ID = 2**63 - 1


def is_valid_id(number: int) -> bool:
    """Return whether the number fits a database's id."""
    return 0 < number <= LARGEST_ID


class Statements:
    """A cache of statements compiled for a dialect.

    Threads share it without a lock: two that compile the same statement at once store equal results.
    """

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self._compiled: dict[ClauseElement, tuple[str, Values]] = {}

    def compiled(self, statement: ClauseElement) -> tuple[str, Values]:
        """Return the statement's SQL and its literal values."""
        found = self._compiled.get(statement)
        if found is None:
            compiled = statement.compile(dialect=self.dialect)
            own = {name: value for name, value in compiled.params.items() if value is not None}
            found = self._compiled[statement] = (str(compiled), own)
        return found


class Transaction:
    """An open transaction, used by one thread; it is rolled back unless `commit` is called.

    An action runs about twenty statements. Compiled once and run on the driver's cursor, each costs a tenth of an
    execution through SQLAlchemy's `Connection`. Rows are plain tuples.
    """

    def __init__(
        self, connection: PoolProxiedConnection, statements: Statements, commit: Callable[[PoolProxiedConnection], None]
    ) -> None:
        self.connection = connection
        self.statements = statements
        self._commit = commit
        self._cursor = connection.cursor()
        self._streams = count(1)

    @property
    def dialect(self) -> str:
        """“sqlite” or “postgresql”."""
        return self.statements.dialect.name

    def run(self, statement: ClauseElement, values: Values | None = None) -> Any:
        """Run a statement and return the driver's cursor."""
        text, own = self.statements.compiled(statement)
        self._cursor.execute(text, {**own, **values} if values else own)
        return self._cursor

    def run_many(self, statement: ClauseElement, rows: list[dict[str, Any]]) -> None:
        """Run a statement once for each row of values."""
        text, _ = self.statements.compiled(statement)
        self._cursor.executemany(text, rows)

    def rows(self, statement: ClauseElement, values: Values | None = None) -> list[Row]:
        """Return all rows of the result."""
        found: list[Row] = self.run(statement, values).fetchall()
        return found

    def row(self, statement: ClauseElement, values: Values | None = None) -> Row | None:
        """Return the first row of the result, or None."""
        found: Row | None = self.run(statement, values).fetchone()
        return found

    def value(self, statement: ClauseElement, values: Values | None = None) -> Any:
        """Return the first value of the first row, or None."""
        row = self.row(statement, values)
        return row[0] if row else None

    def stream(self, statement: ClauseElement, values: Values | None = None) -> Generator[Row, None, None]:
        """Yield the rows of a large result; several streams may be read in turn.

        On PostgreSQL this uses a named cursor, because a client-side one would load all rows at once. A caller that
        may stop early closes the generator.
        """
        text, own = self.statements.compiled(statement)
        driver: Any = self.connection.driver_connection
        name = {} if self.dialect == "sqlite" else {"name": f"opd_tui_stream_{next(self._streams)}"}
        cursor = driver.cursor(**name)
        try:
            cursor.execute(text, {**own, **values} if values else own)
            while rows := cursor.fetchmany(1000):
                yield from rows
        finally:
            cursor.close()

    def commit(self) -> None:
        """Commit durably."""
        self._commit(self.connection)


def inserting(table: Table, *names: str, returning: str | None = None) -> TextClause:
    """Return the statement that inserts a row with these columns."""
    columns = ", ".join(f'"{table.c[name].name}"' for name in names)
    values = ", ".join(f":{name}" for name in names)
    answer = f" RETURNING {returning}" if returning else ""
    return text(f"INSERT INTO {table.name} ({columns}) VALUES ({values}){answer}")
