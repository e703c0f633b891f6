"""Raw `sqlite3` doing the same statements: what a desk executes is recorded on one copy of a database and repeated,
with the same parameters, on another copy that is in the same state."""

from __future__ import annotations

import pickle
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

PRAGMAS = ("foreign_keys=ON", "synchronous=FULL")
"""What makes a raw connection as careful as the program's; the write-ahead log is kept in the file."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One call of the driver."""

    sql: str
    parameters: Any = ()
    many: bool = False


@dataclass
class Recorder:
    """What was executed since the last `take`, on all connections together."""

    statements: list[Statement] = field(default_factory=list)

    def take(self) -> list[Statement]:
        """The statements up to now, without those that only set a connection up."""
        taken, self.statements = self.statements, []
        return [each for each in taken if not each.sql.startswith("PRAGMA")]


@contextmanager
def recorded() -> Iterator[Recorder]:
    """Record every statement of the SQLite connections that are opened meanwhile."""
    recorder = Recorder()

    class RecordingCursor(sqlite3.Cursor):
        def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
            recorder.statements.append(Statement(sql, parameters))
            return super().execute(sql, parameters)

        def executemany(self, sql: str, rows: Iterable[Any], /) -> sqlite3.Cursor:
            rows = list(rows)
            recorder.statements.append(Statement(sql, rows, many=True))
            return super().executemany(sql, rows)

    class RecordingConnection(sqlite3.Connection):
        def cursor(self, factory: Any = RecordingCursor) -> Any:
            return super().cursor(factory)

        def commit(self) -> None:
            if self.in_transaction:
                recorder.statements.append(Statement("COMMIT"))
            super().commit()

        def rollback(self) -> None:
            if self.in_transaction:
                recorder.statements.append(Statement("ROLLBACK"))
            super().rollback()

    connect = sqlite3.connect

    def recording_connect(*arguments: Any, **options: Any) -> sqlite3.Connection:
        return connect(*arguments, **{"factory": RecordingConnection} | options)

    with patch("sqlite3.connect", recording_connect), patch("sqlite3.dbapi2.connect", recording_connect):
        yield recorder


def connect_raw(path: Path) -> sqlite3.Connection:
    """A connection that leaves transactions to its statements and whose commits survive a power cut."""
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    if connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
        raise ValueError(f"{path} keeps no write-ahead log, so the floor would not be the same work.")
    return connection


def replay(connection: sqlite3.Connection, statements: Iterable[Statement]) -> None:
    """Execute statements again and read all their rows."""
    execute, execute_many = connection.execute, connection.executemany
    for statement in statements:
        if statement.many:
            execute_many(statement.sql, statement.parameters)
        else:
            execute(statement.sql, statement.parameters).fetchall()


def store(path: Path, transactions: list[list[Statement]]) -> None:
    """Keep transactions for another process."""
    path.write_bytes(pickle.dumps(transactions))


def load(path: Path) -> list[list[Statement]]:
    """Transactions that this program stored itself."""
    stored: list[list[Statement]] = pickle.loads(path.read_bytes())
    return stored
