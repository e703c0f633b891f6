"""Alembic migrations between the released versions of the schema."""

from __future__ import annotations

import datetime as dt
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, update

from opd_tui import __version__
from opd_tui.domain.errors import StoreUnavailable
from opd_tui.domain.instants import write_instant
from opd_tui.domain.progress import UNFOLLOWED, Progress
from opd_tui.storage.schema import seals, triggers
from opd_tui.storage.schema.tables import SCHEMA_VERSION, hospital, migration

UPGRADING = "upgrading"
FOLDER = Path(__file__).parent


def schema_of(version: int) -> str:
    """Return the SQL that creates an empty SQLite database of an older version.

    Raise StoreUnavailable if that version was never released for servers.
    """
    path = FOLDER / f"schema_{version}.sql"
    if not path.exists():
        raise StoreUnavailable(f"The database has version {version}, which was never released for a server.")
    return path.read_text("utf-8")


def upgrade(connection: Connection, version: int, now: dt.datetime, progress: Progress = UNFOLLOWED) -> None:
    """Upgrade a database to this program's version within the connection's open transaction.

    On SQLite referenced tables are rebuilt: the caller turns foreign keys off before the transaction, because SQLite
    ignores that pragma within one. Raise StoreUnavailable if the journal cannot be read or a foreign key is violated.
    """
    from alembic import command
    from alembic.config import Config

    progress.report(UPGRADING, 0)
    report = partial(progress.report, UPGRADING)
    config = Config(attributes={"connection": connection, "now": write_instant(now), "report": report})
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    triggers.drop(connection)
    if version == 1:  # version 1 did not use Alembic
        migration.create(connection)
        command.stamp(config, "0001")
    try:
        command.upgrade(config, f"{SCHEMA_VERSION:04}")
    except (LookupError, TypeError, ValueError, RecursionError) as error:
        raise cannot_be_upgraded(version, "a row of its journal cannot be read") from error
    if connection.dialect.name == "sqlite":
        for row in connection.exec_driver_sql("PRAGMA foreign_key_check"):
            raise cannot_be_upgraded(version, f"a row of {row[0]} refers to a missing row of {row[2]}")
    triggers.create(connection)
    connection.execute(update(hospital).values(schema_version=SCHEMA_VERSION, program_version=__version__))
    seals.seal_hospital(connection)


def cannot_be_upgraded(version: int, reason: str) -> StoreUnavailable:
    """Return the refusal for a database that cannot be upgraded."""
    return StoreUnavailable(
        f"The database has version {version} and cannot be upgraded: {reason}. Restore a backup of it."
    )
