"""Translation of PostgreSQL's errors into refusals."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import errors
from sqlalchemy.exc import DBAPIError

from opd_tui.domain.errors import DeskBusy, DeskRefusal, StoreOffline, StoreUnavailable

ON_PAPER = "Write on paper meanwhile; the desk tries again by itself."
ANOTHER_PROGRAM = "The database holds another program's tables. Create an empty one for the desk."

_BUSY = (errors.LockNotAvailable, errors.DeadlockDetected, errors.SerializationFailure, errors.QueryCanceled)
_HUNG_UP = (psycopg.OperationalError, psycopg.InterfaceError, errors.IdleInTransactionSessionTimeout)
_SENTENCES: dict[type[psycopg.Error], str] = {
    errors.DiskFull: "The server's disk is full. Call its administrator.",
    errors.IoError: "The server cannot use its disk. Call its administrator.",
    errors.OutOfMemory: "The server has no memory left. Call its administrator.",
    errors.DataCorrupted: "The server's database is damaged. Call its administrator.",
    errors.IndexCorrupted: "The server's database is damaged. Call its administrator.",
    errors.ReadOnlySqlTransaction: "The server can be read but not written. Call its administrator.",
    errors.InsufficientPrivilege: "The server does not let this user write. Check the user's permissions.",
}
_SENTENCES_AT_OPENING: dict[type[psycopg.Error], str] = {
    errors.UndefinedColumn: ANOTHER_PROGRAM,
    errors.UndefinedTable: ANOTHER_PROGRAM,
}


@contextmanager
def refusals(*, opening: bool = False) -> Iterator[None]:
    """See `Database.refusals`; `opening` selects the messages for a database that was never opened."""
    try:
        yield
    except (psycopg.Error, DBAPIError) as error:
        original = error.orig if isinstance(error, DBAPIError) else error
        if not isinstance(original, psycopg.Error):
            raise
        if refusal := refusal_of(original, opening):
            raise refusal from original
        raise without_values(original) from None


def refusal_of(error: psycopg.Error, opening: bool) -> DeskRefusal | None:
    """Return the refusal for an error, or None if the error is a bug of the program."""
    if isinstance(error, _BUSY):
        return DeskBusy("Another desk is busy.")
    for kind, sentence in (_SENTENCES | _SENTENCES_AT_OPENING if opening else _SENTENCES).items():
        if isinstance(error, kind):
            return StoreUnavailable(sentence)
    if opening and isinstance(error, psycopg.ProgrammingError) and error.sqlstate is None:
        return StoreUnavailable(f"The database's URL cannot be used: {reason_of(error)}. Check it.")
    if isinstance(error, _HUNG_UP):
        return StoreOffline(offline_reason(error, opening))
    return None


def offline_reason(error: psycopg.Error, opening: bool) -> str:
    """Return why the server cannot be reached, with the next step."""
    if error.sqlstate is None and "FATAL:" in str(error):  # the server is up, but rejects the connection
        check = "Check the user, the password and the database's name." if opening else ON_PAPER
        return f"The database server refuses: {reason_of(error)}. {check}"
    if "no password supplied" in str(error):
        return "The database server asks for a password. Put it into ~/.pgpass or the variable PGPASSWORD."
    if opening:
        return f"The database server cannot be reached: {reason_of(error)}. Check its address, and whether it runs."
    return f"The database server does not answer. {ON_PAPER}"


def reason_of(error: psycopg.Error) -> str:
    """Return the reason in the server's or driver's words; they do not contain the password."""
    first = next(iter(str(error).strip().splitlines()), "no reason given")
    for before in ("connection failed: ", "connection is bad: "):
        first = first.removeprefix(before)
    return first.rpartition("FATAL:")[2].strip().rstrip(".")


def without_values(error: psycopg.Error) -> psycopg.Error:
    """Return the error without its details: they quote the row with a patient's name and may reach a log."""
    return type(error)(error.diag.message_primary or str(error)).with_traceback(error.__traceback__)
