"""Transactions on a server whose statements travel together, in the pipeline mode of PostgreSQL's protocol."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count
from typing import Any

import psycopg
from psycopg import errors, generators, pq
from psycopg.abc import Buffer, PQGen
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq.abc import PGconn, PGresult
from sqlalchemy import PoolProxiedConnection
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.sql import ClauseElement

from opd_tui.domain.errors import AnswerLost
from opd_tui.storage.engines.monitored_connection import MonitoredConnection
from opd_tui.storage.transaction import Result, Row, Statements, Transaction, Values

SENT_AT_ONCE = 500
"""How many statements are sent together at most, so that a long operation holds few in memory."""


@dataclass(frozen=True, slots=True)
class Numbered:
    """A statement with numbered parameters."""

    sql: str
    names: tuple[str, ...]
    """The names of `$1`, `$2` …"""
    formats: tuple[PyFormat, ...]
    own: Values
    """The literal values of the statement itself."""

    def values(self, given: Values | None) -> list[Any]:
        """Return the values of the parameters in order."""
        if given is None:
            return [self.own[name] for name in self.names]
        if not self.own:
            return [given[name] for name in self.names]
        return [given[name] if name in given else self.own[name] for name in self.names]


class NumberedStatements:
    """A cache of statements with numbered parameters; threads share it as they do `Statements`."""

    def __init__(self) -> None:
        self.dialect = PGDialect_psycopg(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]
        self._compiled: dict[ClauseElement, Numbered] = {}

    def compiled(self, statement: ClauseElement) -> Numbered:
        """Return the statement with numbered parameters."""
        found = self._compiled.get(statement)
        if found is None:
            compiled: Any = statement.compile(dialect=self.dialect)
            own = {name: value for name, value in compiled.params.items() if value is not None}
            names = tuple(compiled.positiontup or ())
            found = Numbered(str(compiled), names, (PyFormat.TEXT,) * len(names), own)
            self._compiled[statement] = found
        return found


class Request(Result):
    """A statement that waits to be sent, and then its rows."""

    def __init__(self, transaction: PipelinedTransaction, sql: str, values: list[Buffer | None] | None = None) -> None:
        super().__init__(None)
        self._transaction = transaction
        self.sql = sql
        self.values = values
        """The parameters as text; None for a statement that is not worth preparing."""

    @property
    def rows(self) -> list[Row]:
        """All rows; they are waited for if they have not arrived."""
        if self.found is None:
            self._transaction.exchange()
        return super().rows


class PipelinedTransaction(Transaction):
    """A transaction whose statements are sent when rows are needed, all that wait together, in their order.

    The server runs them one by one, as if each had been waited for: a query sees what was committed before it began,
    also while a lock before it was waited for. A statement that fails is reported by the next rows that are read, or
    by the commit; the server then skips whatever was sent after it. No more than one lock for which another desk may
    have to be waited for is sent together, so that the limit on the server's answer is longer than that on the lock.
    """

    def __init__(
        self, connection: PoolProxiedConnection, statements: Statements, numbered: NumberedStatements, begin: str
    ) -> None:
        super().__init__(connection, statements, _commit_here)
        self._numbered = numbered
        driver = connection.driver_connection
        assert isinstance(driver, MonitoredConnection)
        self._driver = driver
        self._adapter = Transformer(driver)
        self._waiting = [Request(self, begin)]
        self._ahead: dict[tuple[ClauseElement, frozenset[tuple[str, Any]]], Request] = {}
        self._streams = count(1)

    def run(self, statement: ClauseElement, values: Values | None = None) -> Result:
        """See `Transaction`."""
        self._ahead.clear()
        return self._send(statement, values)

    def run_many(self, statement: ClauseElement, rows: Iterable[Values]) -> None:
        """See `Transaction`."""
        for values in rows:
            self.run(statement, values)

    def prefetch(self, statement: ClauseElement, values: Values | None = None) -> None:
        """See `Transaction`."""
        question = _question(statement, values)
        if question not in self._ahead:
            self._ahead[question] = self._send(statement, values)

    def prefetch_lock(self, statement: ClauseElement, values: Values | None = None) -> None:
        """See `Transaction`."""
        if _question(statement, values) not in self._ahead:
            self._ahead.clear()
            self.prefetch(statement, values)

    def lock(self, statement: ClauseElement, values: Values | None = None) -> Row | None:
        """See `Transaction`."""
        self.prefetch_lock(statement, values)
        return self.row(statement, values)

    def rows_of_each(self, statement: ClauseElement, many: Iterable[Values]) -> list[Row]:
        """See `Transaction`."""
        requests = [self._asked(statement, values) for values in many]
        return [row for request in requests for row in request.rows]

    def _rows(self, statement: ClauseElement, values: Values | None) -> list[Row]:
        return self._asked(statement, values).rows

    def _asked(self, statement: ClauseElement, values: Values | None) -> Request:
        return self._ahead.pop(_question(statement, values), None) or self._send(statement, values)

    def _send(self, statement: ClauseElement, values: Values | None) -> Request:
        if len(self._waiting) >= SENT_AT_ONCE:
            self.exchange()
        numbered = self._numbered.compiled(statement)
        dumped = self._adapter.dump_sequence(numbered.values(values), numbered.formats)
        request = Request(self, numbered.sql, list(dumped))
        self._waiting.append(request)
        return request

    def _stream_cursor(self) -> Any:
        self.exchange()  # a client-side cursor would load all rows at once, and a named one cannot travel with others
        return self._driver.cursor(name=f"opd_tui_stream_{next(self._streams)}")

    def commit(self) -> None:
        """See `Transaction`; raise AnswerLost if it may have been done or not."""
        self._waiting.append(Request(self, "COMMIT"))
        try:
            self.exchange()
        except psycopg.Error as error:
            if self._driver.closed:  # COMMIT was sent, but its answer was not received
                raise AnswerLost from error
            raise

    def roll_back(self) -> None:
        """Take back what was not committed, unless it was not even sent."""
        self._waiting.clear()
        if self._driver.pgconn.transaction_status != pq.TransactionStatus.IDLE:
            self._driver.rollback()

    def exchange(self) -> None:
        """Send all statements that wait, and receive their rows; raise the error of the first that failed."""
        sent, self._waiting = self._waiting, []
        if not sent:
            return
        for request, result in zip(sent, exchanged(self._driver, sent), strict=True):
            if result.ntuples:
                self._adapter.set_pgresult(result)
                request.found = self._adapter.load_rows(0, result.ntuples, tuple)
            else:
                request.found = []


def _question(statement: ClauseElement, values: Values | None) -> tuple[ClauseElement, frozenset[tuple[str, Any]]]:
    return statement, frozenset((values or {}).items())


def _commit_here(_connection: PoolProxiedConnection) -> None:
    raise AssertionError("a pipelined transaction sends its own COMMIT")


def exchanged(driver: MonitoredConnection, requests: list[Request]) -> list[PGresult]:
    """Send statements together and return their results; raise the first error."""
    pgconn, prepared = driver.pgconn, dict(driver.prepared)
    pgconn.enter_pipeline_mode()
    try:
        holds_rows = [holds for request in requests for holds in _send(driver, request, prepared)]
        pgconn.pipeline_sync()
        results = driver.wait(_results(pgconn))
    finally:
        _leave_pipeline_mode(driver)
    for result in results:
        if result.status == pq.ExecStatus.FATAL_ERROR:
            raise errors.error_from_result(result)
    if len(results) != len(holds_rows):
        raise psycopg.OperationalError("the connection was lost")
    driver.prepared = prepared
    return [result for result, holds in zip(results, holds_rows, strict=True) if holds]


def _send(driver: MonitoredConnection, request: Request, prepared: dict[str, bytes]) -> list[bool]:
    """Put a statement into libpq's buffer, prepared at its first use; return which of the results hold its rows."""
    if request.values is None:
        driver.pgconn.send_query_params(request.sql.encode(), None)
        return [True]
    is_new = request.sql not in prepared
    if is_new:
        prepared[request.sql] = b"opd_tui_%d" % next(driver.statement_numbers)
        driver.pgconn.send_prepare(prepared[request.sql], request.sql.encode())
    driver.pgconn.send_query_prepared(prepared[request.sql], request.values)
    return [False, True] if is_new else [True]


def _results(pgconn: PGconn) -> PQGen[list[PGresult]]:
    """Flush what was sent, and receive results until all statements are answered or the connection is lost."""
    yield from generators.send(pgconn)
    results: list[PGresult] = []
    while (found := (yield from generators.fetch_many(pgconn))) and found[0].status != pq.ExecStatus.PIPELINE_SYNC:
        results += found
    return results


def _leave_pipeline_mode(driver: MonitoredConnection) -> None:
    """Let the driver use the connection in its own way again, or close it if results were left unread."""
    if driver.closed:
        return
    try:
        driver.pgconn.exit_pipeline_mode()
    except psycopg.OperationalError:
        driver.close()
