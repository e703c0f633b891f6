"""Keeping what a server's database of an older version holds, as a file of that version, before it is upgraded."""

from __future__ import annotations

import datetime as dt
import sqlite3
from contextlib import closing

from sqlalchemy import Connection

from opd_tui.storage import migrations
from opd_tui.storage.engines import sqlite_errors
from opd_tui.storage.files import backup_store
from opd_tui.storage.files.backup_store import BackupStore

ROWS_AT_ONCE = 1000


def back_up(connection: Connection, version: int, store: BackupStore, now: dt.datetime) -> None:
    """Write a file into the store, by the open transaction that locks every table; raises StoreUnavailable."""
    tables, trigger, rest = migrations.schema_of(version).partition("CREATE TRIGGER")
    with (
        backup_store.before_upgrade(store, version, now) as written,
        sqlite_errors.refusals(written),
        closing(sqlite3.connect(written, isolation_level=None)) as file,
    ):
        file.executescript(tables)
        file.execute("BEGIN")
        for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            copy_table(connection, name, file)
        file.execute("COMMIT")
        # The triggers come last: they would look at every row, and want the slots before the tokens.
        file.executescript(trigger + rest)


def copy_table(connection: Connection, table: str, file: sqlite3.Connection) -> None:
    """Copy a table's rows by the names of the file's columns."""
    columns = [f'"{row[1]}"' for row in file.execute(f"PRAGMA table_info({table})")]
    names, values = ", ".join(columns), ", ".join("?" * len(columns))
    streaming = {"stream_results": True, "max_row_buffer": ROWS_AT_ONCE}
    with connection.exec_driver_sql(f"SELECT {names} FROM {table}", execution_options=streaming) as rows:
        for some in rows.partitions(ROWS_AT_ONCE):
            file.executemany(f"INSERT INTO {table} ({names}) VALUES ({values})", map(tuple, some))
