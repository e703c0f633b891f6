"""Databases made by older versions of the program."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from opd_tui.clock import Clock
from opd_tui.desk.opening import open_front_desk, store_of
from opd_tui.storage.schema.tables import SCHEMA_VERSION
from tests.schemas.dump import path_of
from tests.support.stores import PostgresStore, SqliteStore, Store

RELEASED = range(1, SCHEMA_VERSION)
"""The older schema versions that can be upgraded."""
RELEASED_FOR_SERVERS = range(2, SCHEMA_VERSION)
OLDER = [("sqlite", version) for version in RELEASED] + [("postgresql", version) for version in RELEASED_FOR_SERVERS]
on_every_older_version = pytest.mark.parametrize(("store_kind", "version"), OLDER)
"""Marks tests that run once on each kind of database in each older version."""


def old_file(path: Path, version: int = 1) -> Path:
    """Return a SQLite file of an older version."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(path_of(version).read_text("utf-8"))
    path.chmod(0o600)
    return path


def fill_as_old(store: Store, version: int) -> Store:
    """Fill an empty database with the tables and rows of an older version."""
    if isinstance(store, SqliteStore):
        old_file(store.path, version)
    elif isinstance(store, PostgresStore):
        import psycopg

        store.altered = True
        with psycopg.connect(store.location.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute(path_of(version, "postgresql").read_bytes())
    return store


def upgrade(store: Store, clock: Clock) -> None:
    """Open a database, which upgrades it."""
    open_front_desk(store.location, clock=clock, zone="UTC").close()


def version_of(store: Store) -> int:
    """Return the schema version recorded in a database."""
    version: int = store.query("SELECT schema_version FROM hospital")[0][0]
    return version


def kept_copies(store: Store) -> list[Path]:
    """Return the copies made before an upgrade."""
    return store_of(store.location).copies()
