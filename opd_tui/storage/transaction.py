"""Transactions: statements that are compiled once and run on the driver's cursor."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping
from functools import cached_property
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


class Result:
    """The rows of a statement that writes."""

    def __init__(self, rows: list[Row] | None) -> None:
        self.found = rows

    @property
    def rows(self) -> list[Row]:
        """All rows."""
        assert self.found is not None
        return self.found

    @property
    def value(self) -> Any:
        """The first value of the first row, or None."""
        rows = self.rows
        return rows[0][0] if rows else None


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

    @cached_property
    def _cursor(self) -> Any:
        return self.connection.cursor()

    @property
    def dialect(self) -> str:
        """“sqlite” or “postgresql”."""
        return self.statements.dialect.name

    def run(self, statement: ClauseElement, values: Values | None = None) -> Result:
        """Run a statement that writes; where it returns rows, they are waited for when they are read."""
        return Result(self._rows(statement, values))

    def run_many(self, statement: ClauseElement, rows: list[dict[str, Any]]) -> None:
        """Run a statement that writes once for each row of values."""
        text, _ = self.statements.compiled(statement)
        self._cursor.executemany(text, rows)

    def prefetch(self, statement: ClauseElement, values: Values | None = None) -> None:
        """Ask a server now for rows that are read soon, so that it answers several questions in one round trip.

        The rows serve the next identical question, unless something is written or locked before it. A file, which
        has no round trips, is only asked when the rows are read.
        """

    def prefetch_lock(self, statement: ClauseElement, values: Values | None = None) -> None:
        """Lock a row as `lock` does, and read it later; what is prefetched from now on is asked after it is locked."""

    def lock(self, statement: ClauseElement, values: Values | None = None) -> Row | None:
        """Lock the row of a query against other desks until the transaction ends; return it, or None."""
        return self.row(statement, values)

    def rows(self, statement: ClauseElement, values: Values | None = None) -> list[Row]:
        """Return all rows of the result."""
        return self._rows(statement, values)

    def rows_of_each(self, statement: ClauseElement, many: Iterable[Values]) -> list[Row]:
        """Return all rows of a query that is run once for each of these values."""
        return [row for values in many for row in self.rows(statement, values)]

    def row(self, statement: ClauseElement, values: Values | None = None) -> Row | None:
        """Return the first row of the result, or None."""
        return next(iter(self.rows(statement, values)), None)

    def value(self, statement: ClauseElement, values: Values | None = None) -> Any:
        """Return the first value of the first row, or None."""
        row = self.row(statement, values)
        return row[0] if row else None

    def _rows(self, statement: ClauseElement, values: Values | None) -> list[Row]:
        text, own = self.statements.compiled(statement)
        self._cursor.execute(text, {**own, **values} if values else own)
        found: list[Row] = self._cursor.fetchall()
        return found

    def stream(self, statement: ClauseElement, values: Values | None = None) -> Generator[Row, None, None]:
        """Yield the rows of a large result; several streams may be read in turn.

        A caller that may stop early closes the generator.
        """
        text, own = self.statements.compiled(statement)
        cursor = self._stream_cursor()
        try:
            cursor.execute(text, {**own, **values} if values else own)
            while rows := cursor.fetchmany(1000):
                yield from rows
        finally:
            cursor.close()

    def _stream_cursor(self) -> Any:
        return self.connection.cursor()

    def commit(self) -> None:
        """Commit durably."""
        self._commit(self.connection)


def inserting(table: Table, *names: str, returning: str | None = None) -> TextClause:
    """Return the statement that inserts a row with these columns."""
    columns = ", ".join(f'"{table.c[name].name}"' for name in names)
    values = ", ".join(f":{name}" for name in names)
    answer = f" RETURNING {returning}" if returning else ""
    return text(f"INSERT INTO {table.name} ({columns}) VALUES ({values}){answer}")
