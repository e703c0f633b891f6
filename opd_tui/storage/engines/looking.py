"""Looking at a database's file without changing anything: neither the file, nor its log, nor its version."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import NullPool

from opd_tui.domain.errors import StoreDamaged, StoreUnavailable
from opd_tui.storage.engines.database import schema_version, too_old_to_look_at
from opd_tui.storage.engines.file_fingerprint import file_fingerprint_of
from opd_tui.storage.engines.integrity import reading_damaged_file
from opd_tui.storage.engines.sqlite_errors import emptied, refusals
from opd_tui.storage.files.access import file_url, refuse_network_share, refuse_several_names
from opd_tui.storage.files.untrusted import distrust, refuse_strange_objects
from opd_tui.storage.schema.tables import APPLICATION_ID, SCHEMA_VERSION
from opd_tui.storage.transaction import Statements, Transaction

T = TypeVar("T")

BUSY_SECONDS = 10.0
"""How long a look waits for a desk that is opening or closing the file."""


def look(path: Path, at: Callable[[Transaction], T]) -> T:
    """Return what `at` finds in a snapshot of a file; raise StoreUnavailable.

    A file with a log is read through it, whether or not they belong together; opening it for writing would copy the log
    into the file and delete it. Without a log the file is opened as immutable, so that none is made, and read again if
    a desk has written to it meanwhile.
    """
    refuse_unreadable(path)
    while True:
        stamp, has_log = file_fingerprint_of(path), os.path.exists(f"{path}-wal")
        try:
            found = _look_once(path, at, "mode=ro" if has_log else "immutable=1")
        except StoreDamaged:
            if has_log or not _has_changed(path, stamp):
                raise
        else:
            if has_log or not _has_changed(path, stamp):
                return found


def _has_changed(path: Path, stamp: str) -> bool:
    return os.path.exists(f"{path}-wal") or file_fingerprint_of(path) != stamp


def refuse_unreadable(path: Path) -> None:
    """Raise StoreUnavailable if there is no file, or if it is one that no desk opens."""
    refuse_network_share(path)
    if not path.exists():
        raise StoreUnavailable(f"There is no database at {path}. Check the name.")
    if path.is_dir():
        raise StoreUnavailable(f"{path} is a folder. Name a file in it.")
    if not os.access(path, os.R_OK):
        raise StoreUnavailable(f"You may not read {path}. Check its permissions.")
    if not path.stat().st_size:
        raise emptied(path)
    refuse_several_names(path)


def _look_once(path: Path, at: Callable[[Transaction], T], how: str) -> T:
    engine = _engine_of(path, how)
    with refusals(path), engine.connect() as connection:
        refuse_other_database(connection, path)
        with reading_damaged_file(path):
            return at(Transaction(connection.connection, Statements(engine.dialect), _no_commit))


def _engine_of(path: Path, how: str) -> Engine:
    name, _, value = how.partition("=")
    url = file_url(path, **{name: value})
    arguments = {"timeout": BUSY_SECONDS, "isolation_level": None}
    engine = create_engine(url, hide_parameters=True, paramstyle="named", connect_args=arguments, poolclass=NullPool)

    @event.listens_for(engine, "connect")
    def limit(connection: sqlite3.Connection, _record: object) -> None:
        distrust(connection, path.stat().st_size)

    return engine


def refuse_other_database(connection: Connection, path: Path) -> None:
    """Begin a transaction; raise StoreUnavailable if the database is another program's or not of this version."""
    connection.exec_driver_sql("BEGIN")
    if connection.exec_driver_sql("PRAGMA application_id").scalar() != APPLICATION_ID:
        raise StoreUnavailable(f"{path} is not a database of this program. Name another file.")
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    refuse_strange_objects(driver, path)
    if (version := schema_version(connection)) < SCHEMA_VERSION:
        raise too_old_to_look_at(version)


def _no_commit(_connection: object) -> None:
    raise AssertionError("this only looks")
