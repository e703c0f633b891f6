"""A database of every released version is backed up and upgraded, whatever happens meanwhile."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import tempfile
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from opd_tui.clock import FixedClock
from opd_tui.desk.actions import CancelToken, CompleteToken
from opd_tui.desk.opening import open_front_desk
from opd_tui.domain.errors import KeyReused, StoreUnavailable
from opd_tui.storage import migrations
from opd_tui.storage.backups.copies import verify_file
from opd_tui.storage.schema import triggers
from opd_tui.storage.schema.tables import ONLY_ON, SCHEMA_VERSION, metadata
from tests.schemas.dump import path_of
from tests.storage.test_opening import as_an_ordinary_user
from tests.support.helpers import PATIENCE_SECONDS, dump, execute, invoke, issue, statuses

RELEASED = range(1, SCHEMA_VERSION)
"""Every version that a hospital may still have."""
BEFORE = {
    "RAO-001": "ACTIVE",
    "RAO-002": "WAITING",
    "RAO-003": "CANCELLED",
    "RAO-004": "COMPLETED",
    "RAO-005": "CANCELLED",
    "RAO-006": "NO_SHOW",
    "RAO-007": "ACTIVE",
    "JOB-001": "ACTIVE",
}
ASHA = {"name": "Asha Verma", "phone": "98765 43210", "uhid": "MRN 17", "birth_year": 1980, "sex": "female"}
DESKS, ROUNDS = 4, 5


def old_file(path: Path, version: int = 1) -> Path:
    """A database as that version of the program left it."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(path_of(version).read_text("utf-8"))
    path.chmod(0o600)
    return path


@pytest.fixture
def old(database_path: Path) -> Path:
    return old_file(database_path)


def backups_of(path: Path) -> list[Path]:
    return sorted(path.with_name(f"{path.name}-backups").glob("*.db"))


def test_every_older_version_has_its_dump_and_its_migration() -> None:
    """Whoever raises the version first runs `python -m tests.schemas.dump`, then writes the migration."""
    assert [version for version in RELEASED if not path_of(version).exists()] == []
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.set_main_option("path_separator", "newline")
    script = ScriptDirectory.from_config(config)
    assert script.get_heads() == [f"{SCHEMA_VERSION:04}"]
    assert len(list(script.walk_revisions())) == SCHEMA_VERSION


@pytest.mark.parametrize("version", RELEASED)
def test_an_older_database_is_upgraded_with_everything_in_it(
    database_path: Path, clock: FixedClock, version: int
) -> None:
    old_file(database_path, version)
    before = dump(database_path)
    with closing(open_front_desk(str(database_path), clock=clock, zone="UTC")) as desk:
        assert desk.zone.key == "Asia/Kolkata"
        assert statuses(desk) == BEFORE
        assert desk.verify().problems == []
        assert desk.activity(1)[0].sentence.startswith("RAO-005 Diya Joseph was cancelled")
    after = dump(database_path)
    for table in ("doctor", "patient", "token", "token_counter", "idempotency_key", "journal_entry"):
        assert after[table] == before[table], table
    assert len(after["journal_line"]) == len(before["journal_line"]) == 28


def test_the_day_goes_on_after_an_upgrade(old: Path, clock: FixedClock) -> None:
    with closing(open_front_desk(str(old), clock=clock)) as desk:
        at = "2026-11-20T08:10"
        assert issue(desk, 1, ASHA, "ONLINE", key="booking-1", at=at).entry_id == 5, "a repeat is the first answer"
        with pytest.raises(KeyReused):
            issue(desk, 1, "Asha Verma", "ONLINE", key="booking-1", at=at)
        desk.perform(CompleteToken(token=1))
        assert [change.token.number for change in desk.perform(CancelToken(token=7)).changes] == ["RAO-007"]
        assert issue(desk, 2, "Imran", "PAID").changes[0].token.number == "RAO-008"
        assert desk.verify().problems == []


def test_it_is_backed_up_before_in_a_private_file_of_the_old_version(old: Path, clock: FixedClock) -> None:
    before = dump(old)
    open_front_desk(str(old), clock=clock).close()
    (backup,) = backups_of(old)
    assert re.fullmatch(r"before-upgrade-from-version-1-20261122T033000\.000000Z\.db", backup.name)
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert stat.S_IMODE(backup.parent.stat().st_mode) == 0o700
    assert sorted(file.name for file in backup.parent.iterdir()) == [".lock", backup.name], "nothing lies beside it"
    assert dump(backup) == before


def test_what_was_kept_before_an_upgrade_can_be_restored(old: Path, clock: FixedClock) -> None:
    with closing(open_front_desk(str(old), clock=clock)) as desk:
        issue(desk, 2, "Imran", "PAID")
    (backup,) = backups_of(old)
    assert invoke("restore", backup, "--yes", "--database", old).exit_code == 0
    with closing(open_front_desk(str(old), clock=clock)) as desk:
        assert statuses(desk) == BEFORE
        assert desk.verify().problems == []


def test_a_backup_from_before_an_upgrade_is_not_offered_as_the_newest(old: Path, clock: FixedClock) -> None:
    open_front_desk(str(old), clock=clock).close()
    assert invoke("backup", "--drill", "--database", old).exit_code == 1


# The schema


def schema_of(path: Path) -> dict[str, Any]:
    """Tables by their parts in any order, indexes and triggers by their text."""
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    return {f"{kind} {name}": parts_of(sql) if kind == "table" else words_of(sql) for kind, name, sql in rows}


def words_of(sql: str) -> str:
    return " ".join(sql.split())


def parts_of(sql: str) -> list[str]:
    """What stands between the outer commas of a table's definition, and what stands behind it."""
    head, _, rest = words_of(sql).partition("(")
    body, _, tail = rest.rpartition(")")
    parts, depth = [""], 0
    for character in body:
        depth += (character == "(") - (character == ")")
        if character == "," and not depth:
            parts.append("")
        else:
            parts[-1] += character
    return [head.strip(), *sorted(part.strip() for part in parts), tail.strip()]


@pytest.mark.parametrize("version", RELEASED)
def test_an_upgraded_schema_is_that_of_a_new_database(
    database_path: Path, tmp_path: Path, clock: FixedClock, version: int
) -> None:
    fresh = tmp_path / "fresh.db"
    for path in (old_file(database_path, version), fresh):
        open_front_desk(str(path), clock=clock).close()
    upgraded, new = schema_of(database_path), schema_of(fresh)
    assert upgraded.keys() == new.keys()
    assert {name: parts for name, parts in upgraded.items() if parts != new[name]} == {}
    assert dump(database_path)["alembic_version"] == dump(fresh)["alembic_version"] == [(f"{SCHEMA_VERSION:04}",)]


def is_of_a_file(_thing: Any, name: str | None, *_: Any) -> bool:
    """Whether a file has it: some indexes are of a server alone."""
    return ONLY_ON.get(name or "", "sqlite") == "sqlite"


@pytest.mark.parametrize("version", RELEASED)
def test_alembic_finds_nothing_left_to_migrate(database_path: Path, clock: FixedClock, version: int) -> None:
    open_front_desk(str(old_file(database_path, version)), clock=clock).close()
    with create_engine(f"sqlite:///{database_path}").connect() as connection:
        options = {"compare_type": True, "compare_server_default": True, "include_object": is_of_a_file}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []


# Many desks, and the end of one


TOGETHER = """
import sys
from opd_tui.desk.opening import open_front_desk
import alembic.command, opd_tui.storage.migrations, opd_tui.storage.engines.sqlite
print("ready", flush=True)
for path in sys.stdin:
    desk = open_front_desk(path.strip(), operator="meera", desk="desk 1")
    print(len(desk.token_list()), desk.verify().problems, flush=True)
    desk.close()
"""


@pytest.mark.slow
def test_desks_that_open_it_at_once_upgrade_it_once(tmp_path: Path) -> None:
    command = [sys.executable, "-c", TOGETHER]
    with ExitStack() as stack:
        desks = [
            stack.enter_context(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
            for _ in range(DESKS)
        ]
        assert [said(desk) for desk in desks] == ["ready"] * DESKS
        for number in range(ROUNDS):
            path = tmp_path / str(number) / "opd.db"
            path.parent.mkdir()
            old_file(path)
            for desk in desks:
                assert desk.stdin
                desk.stdin.write(f"{path}\n")
                desk.stdin.flush()
            assert [said(desk) for desk in desks] == ["8 []"] * DESKS
            assert len(backups_of(path)) == 1


def said(desk: subprocess.Popen[str]) -> str:
    """The next line that a desk says."""
    assert desk.stdout
    return desk.stdout.readline().strip()


KILLED = """
import os, signal, sys
from sqlalchemy import Engine, event
from opd_tui.desk.opening import open_front_desk
left = int(sys.argv[2])

def count(connection, cursor, statement, parameters, context, many):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)

event.listen(Engine, "before_cursor_execute", count)
open_front_desk(sys.argv[1], operator="meera", desk="desk 1").close()
print("done")
"""


def opened_until_killed(path: Path, statements: int) -> subprocess.CompletedProcess[bytes]:
    """Open a database in a process that is killed before so many statements are run."""
    command = [sys.executable, "-c", KILLED, str(path), str(statements)]
    return subprocess.run(command, capture_output=True, timeout=PATIENCE_SECONDS, check=False)


@pytest.mark.slow
def test_whoever_is_killed_in_the_middle_leaves_the_old_version_or_the_new_one(tmp_path: Path) -> None:
    before = dump(old_file(tmp_path / "pattern.db"))
    killed = untouched = 0
    for number, statements in enumerate(range(9, 69, 4)):
        path = tmp_path / str(number) / "opd.db"
        path.parent.mkdir()
        shutil.copy(tmp_path / "pattern.db", path)
        result = opened_until_killed(path, statements)
        if result.returncode == -signal.SIGKILL:
            killed += 1
            untouched += dump(path) == before
        assert dump(path)["hospital"][0][1] in (1, SCHEMA_VERSION)
        with closing(open_front_desk(str(path))) as desk:
            assert statuses(desk) == BEFORE
            assert desk.verify().problems == []
        assert all(dump(backup) == before for backup in backups_of(path))
        assert not list(path.parent.glob(".opd-tui-draft-*"))
    assert killed >= 10, "else the kills came too late"
    assert untouched >= 8, "else they came too early"


def break_down(_connection: object) -> None:
    raise ZeroDivisionError


def test_an_upgrade_that_fails_leaves_the_old_version(
    old: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = dump(old)
    with monkeypatch.context() as broken:
        broken.setattr(triggers, "create", break_down)
        with pytest.raises(ZeroDivisionError):
            open_front_desk(str(old), clock=clock)
    assert dump(old) == before
    open_front_desk(str(old), clock=clock).close()
    assert dump(old)["hospital"][0][1] == SCHEMA_VERSION
    assert len(backups_of(old)) == 2, "each attempt kept what was there before"


def test_a_journal_that_cannot_be_read_is_not_upgraded(old: Path, clock: FixedClock) -> None:
    execute(old, "DROP TRIGGER journal_line_no_update", "UPDATE journal_line SET facts = '{' WHERE sequence = 8")
    before = dump(old)
    refused(old, clock, "a row of its journal cannot be read")
    assert dump(old) == before


def refused(path: Path, clock: FixedClock, saying: str) -> None:
    with pytest.raises(StoreUnavailable) as refusal:
        open_front_desk(str(path), clock=clock)
    assert saying in refusal.value.message
    assert refusal.value.message.endswith("Nothing was changed.")


def test_a_newer_version_is_refused_untouched_and_says_what_it_needs(old: Path, clock: FixedClock) -> None:
    open_front_desk(str(old), clock=clock).close()
    newer = SCHEMA_VERSION + 1
    execute(old, f"UPDATE hospital SET schema_version = {newer}, program_version = '9.9'")
    before = dump(old)
    refused(old, clock, f"made by opd-tui 9.9 and has version {newer}")
    refused(old, clock, "Install opd-tui 9.9 or newer.")
    assert dump(old) == before
    assert len(backups_of(old)) == 1, "only that of the upgrade before"


# Where nothing can be written


def test_without_a_place_for_the_backup_nothing_is_upgraded(old: Path, clock: FixedClock) -> None:
    before = dump(old)
    old.with_name("opd.db-backups").write_text("in the way")
    refused(old, clock, "The database has version 1 and is backed up before it is upgraded, which cannot be done: ")
    assert dump(old) == before


def test_in_a_folder_that_cannot_be_written_it_is_refused_in_words() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = old_file(folder / "opd.db")
        before = path.read_bytes()
        path.chmod(0o444)
        folder.chmod(0o555)
        result = as_an_ordinary_user("verify", "--database", str(path))
        folder.chmod(0o755)
        assert (result.returncode, result.stdout) == (2, ""), result.stderr
        assert "Check its permissions" in result.stderr
        assert "Traceback" not in result.stderr
        assert path.read_bytes() == before


def test_a_desk_of_the_old_program_that_was_left_open_writes_no_unchained_line(old: Path, clock: FixedClock) -> None:
    with closing(sqlite3.connect(old, isolation_level=None)) as left_open:
        assert left_open.execute("SELECT schema_version FROM hospital").fetchone() == (1,)
        open_front_desk(str(old), clock=clock).close()
        before = dump(old)
        left_open.execute("BEGIN IMMEDIATE")
        left_open.execute("UPDATE token SET status = 'CANCELLED', closed_at = 'x' WHERE id = 7")
        with pytest.raises(sqlite3.IntegrityError, match="a line of the journal carries its hash"):
            left_open.execute(
                "INSERT INTO journal_line (entry_id, slot_id, token_id, from_status, to_status, reason, facts)"
                " VALUES (16, 2, 7, 'ACTIVE', 'CANCELLED', 'CANCELLED', '{}')"
            )
        left_open.execute("ROLLBACK")
        assert dump(old) == before
    assert verify_file(old).problems == []


def test_an_upgraded_file_is_read_by_its_own_account_alone(old: Path, clock: FixedClock) -> None:
    open_front_desk(str(old), clock=clock).close()
    assert stat.S_IMODE(os.stat(old).st_mode) == 0o600


@pytest.mark.parametrize(("dialect", "digest"), [("sqlite", "fc6788674ece7f44"), ("postgresql", "49a080d996f965c7")])
def test_the_triggers_are_those_of_their_version(dialect: str, digest: str) -> None:
    """Other words for a trigger make `verify` doubt every database that has the old ones: they need a migration."""
    text = json.dumps(triggers.definitions(dialect), sort_keys=True)
    assert (SCHEMA_VERSION, hashlib.sha256(text.encode()).hexdigest()[:16]) == (2, digest)
