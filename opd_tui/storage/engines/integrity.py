"""Integrity checks of a file: after another program wrote to it, and after an unexplained error."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, PoolProxiedConnection, func, select, text
from sqlalchemy.exc import DBAPIError

from opd_tui.domain.errors import DeskRefusal
from opd_tui.storage.engines.sqlite_errors import damaged, refusals
from opd_tui.storage.schema.tables import SCHEMA_VERSION, hospital, journal_entry
from opd_tui.storage.transaction import Statements, Transaction

FOLDED_AT_ONCE = 20_000
"""The longest journal, in entries, that is folded before an action: about a second. The daily backup folds any."""

_INTEGRITY = text("PRAGMA integrity_check(1)")
_VERSION = select(hospital.c.schema_version)
_ENTRIES = select(func.max(journal_entry.c.id))


def first_problem(transaction: Transaction) -> str | None:
    """Return the first problem of the file's content, or None; raise the driver's error if it cannot be read.

    What somebody added to the schema, such as an index, keeps no desk from working; `verify` finds it.
    """
    if (answer := transaction.value(_INTEGRITY)) != "ok":
        return str(answer)
    if transaction.value(_VERSION) != SCHEMA_VERSION or (transaction.value(_ENTRIES) or 0) > FOLDED_AT_ONCE:
        return None  # the journal of another schema version cannot be folded by this one
    from opd_tui.storage.journal.verify import verify  # most files are as the last desk left them

    return next(iter(verify(transaction, additions=False).problems), None)


@contextmanager
def reading_damaged_file(path: Path) -> Iterator[None]:
    """Translate any error while reading a possibly damaged file into StoreDamaged, or a refusal about the disk."""
    try:
        with refusals(path, recognised=True):
            yield
    except (LookupError, TypeError, ValueError) as error:
        raise damaged(path, "is damaged") from error
    except (sqlite3.Error, DBAPIError) as error:
        raise damaged(path, "is damaged") from error


@contextmanager
def fresh_connection(engine: Engine) -> Iterator[PoolProxiedConnection]:
    """Open a connection with an empty page cache, so that it reads the file from the disk."""
    pool = engine.pool.recreate()
    connection = pool.connect()
    try:
        yield connection
    finally:
        connection.close()
        pool.dispose()


@contextmanager
def diagnose_corruption(engine: Engine, path: Path) -> Iterator[None]:
    """Check the file after an unexpected error; raise StoreDamaged if it is damaged, else the original error."""
    try:
        yield
    except DeskRefusal:
        raise
    except Exception as error:
        with reading_damaged_file(path), fresh_connection(engine) as connection:
            problem = first_problem(Transaction(connection, Statements(engine.dialect), lambda connection: None))
        if problem:
            raise damaged(path, "is damaged") from error
        raise
