"""Reading SQLite files that anybody may have made: backups, copies, and what a restore or a check is given."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

from opd_tui.domain.errors import StoreUnavailable
from opd_tui.storage.schema.seals import identity_of

SECONDS, SECONDS_PER_MEGABYTE = 120.0, 10.0
"""How long a connection may work before it is interrupted: far longer than verifying takes on a slow machine."""
OPERATIONS_BETWEEN_LOOKS = 100_000
"""SQLite's operations between two looks at the clock, and at signals."""
VALUE_BYTES = 10_000_000
"""The longest value or row that is read."""
_STRANGE = (
    "SELECT name FROM sqlite_master WHERE type NOT IN ('table', 'index', 'trigger') OR sql LIKE 'CREATE VIRTUAL%'"
)


def read_only(path: Path) -> sqlite3.Connection:
    """Open a read-only connection that changes nothing, not even a log; without a log it makes no file beside it."""
    how = "mode=ro" if os.path.exists(f"{path}-wal") else "immutable=1"
    connection = sqlite3.connect(f"file:{quote(os.fsencode(path))}?{how}", uri=True)
    distrust(connection, os.path.getsize(path))
    return connection


def distrust(connection: sqlite3.Connection, size: int) -> None:
    """Limit what the schema and the values of a file can do to its reader."""
    connection.execute("PRAGMA trusted_schema=OFF")
    connection.execute("PRAGMA cell_size_check=ON")
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, VALUE_BYTES)
    if set_config := getattr(connection, "setconfig", None):  # from Python 3.12 on
        set_config(getattr(sqlite3, "SQLITE_DBCONFIG_DEFENSIVE"), True)  # noqa: B009
    deadline = time.monotonic() + SECONDS + SECONDS_PER_MEGABYTE * size / 1_000_000
    connection.set_progress_handler(lambda: time.monotonic() > deadline, OPERATIONS_BETWEEN_LOOKS)


def refuse_strange_objects(connection: sqlite3.Connection, path: Path) -> None:
    """Raise StoreUnavailable if the file has a view or a virtual table, which no version of this program makes.

    Call it before the first table is read: a view can have a table's name.
    """
    if found := connection.execute(_STRANGE).fetchone():
        raise StoreUnavailable(
            f"{path} was altered: its schema has a view or virtual table {found[0]}. Name another file."
        )


def identity_in(path: Path) -> str | None:
    """Return the identity of the database in a file, of any version; None if it cannot be read."""
    try:
        if not os.path.getsize(path):
            return None  # opening an empty file would make SQLite delete the log beside it
        with closing(read_only(path)) as connection:
            refuse_strange_objects(connection, path)
            return identity_of(_hospital(connection))
    except (sqlite3.Error, StoreUnavailable, OSError, LookupError, TypeError):
        return None


def zone_in(path: Path) -> str:
    """Return the hospital's time zone as a verified file holds it."""
    with closing(read_only(path)) as connection:
        return str(_hospital(connection)["time_zone"])


def _hospital(connection: sqlite3.Connection) -> dict[str, Any]:
    cursor = connection.execute("SELECT * FROM hospital")
    return dict(zip((column[0] for column in cursor.description), cursor.fetchone(), strict=True))
