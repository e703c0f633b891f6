"""A database of this version as SQL: run `python -m tests.schemas.dump` before the version rises."""

from __future__ import annotations

import datetime as dt
import sqlite3
import tempfile
from contextlib import closing, suppress
from pathlib import Path

from opd_tui.clock import FixedClock
from opd_tui.desk.answers import read_action, read_fields
from opd_tui.desk.opening import open_front_desk
from opd_tui.domain.errors import UnknownToken
from opd_tui.storage.schema.tables import APPLICATION_ID, SCHEMA_VERSION

FOLDER = Path(__file__).parent
ACTIONS = FOLDER / "actions.jsonl"
CLOCK = FixedClock(dt.datetime(2026, 11, 20, 6, tzinfo=dt.UTC))


def path_of(version: int) -> Path:
    """Where the dump of a version lies."""
    return FOLDER / f"{version:04}.sql"


def write_dump(path: Path) -> None:
    """Write every table and row of a database."""
    with closing(sqlite3.connect(path)) as connection:
        pragmas = f"PRAGMA journal_mode=WAL;\nPRAGMA application_id={APPLICATION_ID};\n"
        path_of(SCHEMA_VERSION).write_text(pragmas + "\n".join(connection.iterdump()) + "\n", "utf-8")


def main() -> None:
    """Do the actions, each at its own time, and write what came of them."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "opd.db"
        with closing(
            open_front_desk(str(path), operator="meera", desk="desk 1", clock=CLOCK, zone="Asia/Kolkata")
        ) as desk:
            for line in ACTIONS.read_bytes().splitlines():
                with suppress(UnknownToken):
                    desk.perform(read_action(read_fields(line)))
        write_dump(path)


if __name__ == "__main__":
    main()
