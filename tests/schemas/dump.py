"""A database of this version as SQL: run `python -m tests.schemas.dump` before the version rises.

The actions only grow: 0001.sql has the first 17 lines, 0002.sql the first 30. A version leaves out what it refuses.
"""

from __future__ import annotations

import datetime as dt
import os
import sqlite3
import subprocess
import tempfile
from contextlib import closing, suppress
from pathlib import Path

from opd_tui.clock import FixedClock
from opd_tui.desk.answers import read_action, read_fields
from opd_tui.desk.opening import open_front_desk
from opd_tui.domain.errors import DeskRefusal
from opd_tui.storage import migrations
from opd_tui.storage.schema.tables import APPLICATION_ID, SCHEMA_VERSION
from tests.support.server import ADMIN, Server

FOLDER = Path(__file__).parent
ACTIONS = FOLDER / "actions.jsonl"
CLOCK = FixedClock(dt.datetime(2026, 11, 20, 6, tzinfo=dt.UTC))
DATABASE = "opd"
NOT_FOR_EVERY_SERVER = ("--", "\\", "SET transaction_timeout")
"""How lines of a server's dump begin that older servers, or other programs than psql, do not understand."""


def path_of(version: int, kind: str = "sqlite") -> Path:
    """Where the dump of a version lies."""
    return FOLDER / (f"{version:04}.sql" if kind == "sqlite" else f"{version:04}-{kind}.sql")


def act(location: str) -> None:
    """Do the actions, each at its own time."""
    with closing(open_front_desk(location, operator="meera", desk="desk 1", clock=CLOCK, zone="Asia/Kolkata")) as desk:
        for line in ACTIONS.read_bytes().splitlines():
            with suppress(DeskRefusal):
                desk.perform(read_action(read_fields(line)))


def write_dump(path: Path) -> None:
    """Write every table and row of a file, and its tables alone for the backups of servers."""
    with closing(sqlite3.connect(path)) as connection:
        statements = list(connection.iterdump())
    mark = f"PRAGMA application_id={APPLICATION_ID};\n"
    path_of(SCHEMA_VERSION).write_text(f"PRAGMA journal_mode=WAL;\n{mark}" + "\n".join(statements) + "\n", "utf-8")
    not_of_the_schema = ("INSERT INTO", "BEGIN TRANSACTION", "COMMIT")
    schema = [statement for statement in statements if not statement.startswith(not_of_the_schema)]
    (migrations.FOLDER / f"schema_{SCHEMA_VERSION}.sql").write_text(mark + "\n".join(schema) + "\n", "utf-8")


def write_dump_of_server(server: Server) -> None:
    """Write every table and row of a server's database."""
    how = ("--inserts", "--no-owner", "--no-privileges", "--no-comments")
    where = ("--host=127.0.0.1", f"--port={server.port}", f"--username={ADMIN}", DATABASE)
    dumped = subprocess.run(
        [server.origin / "pg_dump", *how, *where],
        env=os.environ | {"PGPASSWORD": server.password},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    lines = [line for line in dumped.splitlines() if line and not line.startswith(NOT_FOR_EVERY_SERVER)]
    path_of(SCHEMA_VERSION, "postgresql").write_text("\n".join(lines) + "\n", "utf-8")


def main() -> None:
    """Write what came of the actions in a file and on a server."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "opd.db"
        act(str(path))
        write_dump(path)
    with closing(Server()) as server:
        server.create_database(DATABASE)
        act(server.url(DATABASE))
        write_dump_of_server(server)


if __name__ == "__main__":
    main()
