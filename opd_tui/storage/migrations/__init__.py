"""The way from each released version of the schema to the next, by Alembic."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, update

from opd_tui import __version__
from opd_tui.domain.errors import StoreUnavailable
from opd_tui.storage.schema import triggers
from opd_tui.storage.schema.tables import SCHEMA_VERSION, hospital, migration


def upgrade(connection: Connection, version: int) -> None:
    """Bring an older database to this program's version, within the connection's open transaction.

    Raises StoreUnavailable where its journal cannot be read.
    """
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    triggers.drop(connection)
    if version == 1:  # the first version knew nothing of Alembic
        migration.create(connection)
        command.stamp(config, "0001")
    try:
        command.upgrade(config, f"{SCHEMA_VERSION:04}")
    except (LookupError, TypeError, ValueError) as error:
        raise StoreUnavailable(
            f"The database has version {version} and cannot be upgraded: a row of its journal cannot be read. "
            "Restore a backup of it."
        ) from error
    triggers.create(connection)
    connection.execute(update(hospital).values(schema_version=SCHEMA_VERSION, program_version=__version__))
