"""The backup of a server's database before an upgrade, as an SQLite file of the old version."""

from __future__ import annotations

import datetime as dt
import sqlite3
from contextlib import closing

from sqlalchemy import Connection

from opd_tui.domain.progress import UNFOLLOWED, Progress, RowCount
from opd_tui.storage import migrations
from opd_tui.storage.engines import sqlite_errors
from opd_tui.storage.files import backup_store
from opd_tui.storage.files.backup_store import COPYING, BackupStore

ROWS_AT_ONCE = 1000


def back_up(
    connection: Connection, version: int, store: BackupStore, now: dt.datetime, progress: Progress = UNFOLLOWED
) -> None:
    """Write a backup to the store within the transaction that locks every table; raise StoreUnavailable if it fails."""
    tables, trigger, rest = migrations.schema_of(version).partition("CREATE TRIGGER")
    with (
        backup_store.before_upgrade(store, version, now) as written,
        sqlite_errors.refusals(written),
        closing(sqlite3.connect(written, isolation_level=None)) as file,
    ):
        file.executescript(tables)
        file.execute("BEGIN")
        for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            copy_table(connection, name, file, progress)
        file.execute("COMMIT")
        # The triggers come last: they would run for every row, and fail for tokens copied before their slots.
        file.executescript(trigger + rest)


def copy_table(connection: Connection, table: str, file: sqlite3.Connection, progress: Progress) -> None:
    """Copy a table's rows, matching columns by name."""
    columns = [f'"{row[1]}"' for row in file.execute(f"PRAGMA table_info({table})")]
    count = RowCount(progress, COPYING, connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one())
    names, values = ", ".join(columns), ", ".join("?" * len(columns))
    streaming = {"stream_results": True, "max_row_buffer": ROWS_AT_ONCE}
    with connection.exec_driver_sql(f"SELECT {names} FROM {table}", execution_options=streaming) as rows:
        for batch in rows.partitions(ROWS_AT_ONCE):
            file.executemany(f"INSERT INTO {table} ({names}) VALUES ({values})", map(tuple, count.passing(batch)))
