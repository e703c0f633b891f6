"""Whether a file is sound: asked where it is not as a desk left it, and where an error has no other reason."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, PoolProxiedConnection, func, select, text
from sqlalchemy.exc import DBAPIError

from opd_tui.domain.errors import DeskRefusal
from opd_tui.storage.engines.sqlite_errors import damaged, refusals
from opd_tui.storage.journal.verify import verify
from opd_tui.storage.schema.tables import SCHEMA_VERSION, hospital, journal_entry
from opd_tui.storage.transaction import Statements, Transaction

FOLDED_AT_ONCE = 20_000
"""A journal of so many lines is folded within a second; a longer one when the day's backup is verified."""

_INTEGRITY = text("PRAGMA integrity_check(1)")
_VERSION = select(hospital.c.schema_version)
_ENTRIES = select(func.max(journal_entry.c.id))


def first_problem(transaction: Transaction) -> str | None:
    """The first thing that is wrong with what stands in the file, or None; raises what the driver says."""
    if (answer := transaction.value(_INTEGRITY)) != "ok":
        return str(answer)
    if transaction.value(_VERSION) != SCHEMA_VERSION or (transaction.value(_ENTRIES) or 0) > FOLDED_AT_ONCE:
        return None  # only the version that a file has knows how to fold it
    return next(iter(verify(transaction).problems), None)


@contextmanager
def whatever_is_there(path: Path) -> Iterator[None]:
    """Read a file of which anything may be wrong; raises StoreDamaged, and else what is wrong with the disk."""
    try:
        with refusals(path, recognised=True):
            yield
    except (LookupError, TypeError, ValueError) as error:
        raise damaged(path, "is damaged") from error
    except (sqlite3.Error, DBAPIError) as error:
        raise damaged(path, "is damaged") from error


@contextmanager
def fresh_connection(engine: Engine) -> Iterator[PoolProxiedConnection]:
    """A connection that keeps no page of the file from before."""
    pool = engine.pool.recreate()
    connection = pool.connect()
    try:
        yield connection
    finally:
        connection.close()
        pool.dispose()


@contextmanager
def diagnose_corruption(engine: Engine, path: Path) -> Iterator[None]:
    """See, where something fails in a way that nobody expects, whether the file is the reason; raises StoreDamaged."""
    try:
        yield
    except DeskRefusal:
        raise
    except Exception as error:
        with whatever_is_there(path), fresh_connection(engine) as connection:
            flaw = first_problem(Transaction(connection, Statements(engine.dialect), lambda connection: None))
        if flaw:
            raise damaged(path, "is damaged") from error
        raise
