"""What a PostgreSQL server says about itself, in words for the desk."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import errors
from sqlalchemy.exc import DBAPIError

from opd_tui.domain.errors import DeskBusy, DeskRefusal, StoreOffline, StoreUnavailable

ON_PAPER = "Write on paper meanwhile; the desk tries again by itself."
ANOTHER_PROGRAM = "The database holds tables of another program. Make an empty one for the desk."

_BUSY = (errors.LockNotAvailable, errors.DeadlockDetected, errors.SerializationFailure, errors.QueryCanceled)
_HUNG_UP = (psycopg.OperationalError, psycopg.InterfaceError, errors.IdleInTransactionSessionTimeout)
_SENTENCES: dict[type[psycopg.Error], str] = {
    errors.DiskFull: "The server's disk is full. Call whoever looks after it.",
    errors.IoError: "The server cannot use its disk. Call whoever looks after it.",
    errors.OutOfMemory: "The server has no memory left. Call whoever looks after it.",
    errors.DataCorrupted: "The server's database is damaged. Call whoever looks after it.",
    errors.IndexCorrupted: "The server's database is damaged. Call whoever looks after it.",
    errors.ReadOnlySqlTransaction: "The server can be read but not written. Call whoever looks after it.",
    errors.InsufficientPrivilege: "The server does not let this user write there. Check the user's rights.",
}
_SENTENCES_AT_OPENING: dict[type[psycopg.Error], str] = {
    errors.UndefinedColumn: ANOTHER_PROGRAM,
    errors.UndefinedTable: ANOTHER_PROGRAM,
}


@contextmanager
def refusals(*, opening: bool = False) -> Iterator[None]:
    """See `Database.refusals`; `opening` says more about a server that was never reached."""
    try:
        yield
    except (psycopg.Error, DBAPIError) as error:
        said = error.orig if isinstance(error, DBAPIError) else error
        if not isinstance(said, psycopg.Error):
            raise
        if refusal := refusal_of(said, opening):
            raise refusal from said
        raise without_values(said) from None


def refusal_of(error: psycopg.Error, opening: bool) -> DeskRefusal | None:
    """What the server says about itself, in words; None where it speaks of anything else."""
    if isinstance(error, _BUSY):
        return DeskBusy("Another desk is busy.")
    for kind, sentence in (_SENTENCES | _SENTENCES_AT_OPENING if opening else _SENTENCES).items():
        if isinstance(error, kind):
            return StoreUnavailable(sentence)
    if opening and isinstance(error, psycopg.ProgrammingError) and error.sqlstate is None:
        return StoreUnavailable(f"The database's URL cannot be used: {reason_of(error)}. Check it.")
    if isinstance(error, _HUNG_UP):
        return StoreOffline(gone(error, opening))
    return None


def gone(error: psycopg.Error, opening: bool) -> str:
    """Why there is no line to the server, and what to do about it."""
    if error.sqlstate is None and "FATAL:" in str(error):  # the server answers, and lets nobody in
        check = "Check the user, the password and the database's name." if opening else ON_PAPER
        return f"The database server refuses: {reason_of(error)}. {check}"
    if "no password supplied" in str(error):
        return "The database server asks for a password. Put it into ~/.pgpass or the variable PGPASSWORD."
    if opening:
        return f"The database server cannot be reached: {reason_of(error)}. Check its address, and whether it runs."
    return f"The database server does not answer. {ON_PAPER}"


def reason_of(error: psycopg.Error) -> str:
    """The server's or the driver's own reason, which names no password."""
    first = next(iter(str(error).strip().splitlines()), "it does not say why")
    for before in ("connection failed: ", "connection is bad: "):
        first = first.removeprefix(before)
    return first.rpartition("FATAL:")[2].strip().rstrip(".")


def without_values(error: psycopg.Error) -> psycopg.Error:
    """The same error without its details, which quote the row that was refused: it may end in a log."""
    return type(error)(error.diag.message_primary or str(error)).with_traceback(error.__traceback__)
