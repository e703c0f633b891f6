"""Failing upgrades leave the old version or the new one, and report the reason."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from opd_tui.clock import FixedClock
from opd_tui.desk.opening import open_front_desk
from opd_tui.domain.errors import DeskBusy, StoreUnavailable
from opd_tui.storage.backups.copies import verify_file
from opd_tui.storage.schema import triggers
from opd_tui.storage.schema.tables import SCHEMA_VERSION
from tests.storage.test_opening import as_an_ordinary_user
from tests.support.helpers import PATIENCE_SECONDS, dump, statuses
from tests.support.older import fill_as_old, kept_copies, old_file, upgrade, version_of
from tests.support.stores import NewStore, PostgresStore, Store

DESKS, ROUNDS = 4, 3
BOTH = [("sqlite", 1), ("postgresql", 2)]
on_both_kinds = pytest.mark.parametrize(("store_kind", "version"), BOTH)

TOGETHER = """
import sys
from opd_tui.desk.opening import open_front_desk
import alembic.command, opd_tui.storage.migrations, opd_tui.storage.engines.sqlite
print("ready", flush=True)
for location in sys.stdin:
    desk = open_front_desk(location.strip(), operator="meera", desk="desk 1")
    print(len(desk.token_list()), desk.verify().problems, flush=True)
    desk.close()
"""


@pytest.mark.slow
@pytest.mark.parametrize(("store_kind", "version", "tokens"), [("sqlite", 1, 8), ("postgresql", 2, 16)])
def test_desks_that_open_it_at_once_upgrade_it_once(new_store: NewStore, version: int, tokens: int) -> None:
    command = [sys.executable, "-c", TOGETHER]
    with ExitStack() as stack:
        desks = [
            stack.enter_context(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
            for _ in range(DESKS)
        ]
        assert [said(desk) for desk in desks] == ["ready"] * DESKS
        for _ in range(ROUNDS):
            store = fill_as_old(new_store(empty=True), version)
            before = len(kept_copies(store))  # all rounds have one database's identity
            for desk in desks:
                assert desk.stdin
                desk.stdin.write(f"{store.location}\n")
                desk.stdin.flush()
            assert [said(desk) for desk in desks] == [f"{tokens} []"] * DESKS
            assert len(kept_copies(store)) == before + 1
            assert store.query("SELECT count(*) FROM journal_entry WHERE action = 'upgrade_database'") == [(1,)]


def said(desk: subprocess.Popen[str]) -> str:
    """Return the next line of a desk's output."""
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
print(left)
"""


def opened_until_killed(location: str, statements: int) -> subprocess.CompletedProcess[bytes]:
    """Open a database in a process that is killed before statement number `statements`, or never if it is 0."""
    command = [sys.executable, "-c", KILLED, location, str(statements)]
    return subprocess.run(command, capture_output=True, timeout=PATIENCE_SECONDS, check=False)


@pytest.mark.slow
@on_both_kinds
def test_a_desk_killed_in_the_middle_leaves_the_old_version_or_the_new_one(
    new_store: NewStore, version: int, clock: FixedClock
) -> None:
    pattern = fill_as_old(new_store(empty=True), version)
    before = pattern.dump()
    statements = -int(opened_until_killed(pattern.location, 0).stdout)
    wanted, tokens = dict(column_of(pattern, "number, status")), pattern.query("SELECT count(*) FROM token")
    untouched = 0
    kills = range(statements // 5, statements, statements // 5)
    for count in kills:
        store = fill_as_old(new_store(empty=True), version)
        assert opened_until_killed(store.location, count).returncode == -signal.SIGKILL
        untouched += store.dump() == before
        assert version_of(store) in (version, SCHEMA_VERSION)
        with closing(open_front_desk(store.location, clock=clock)) as desk:
            assert statuses(desk) == wanted
            assert desk.verify().problems == []
        assert store.query("SELECT count(*) FROM token") == tokens
        assert all(dump(backup) == before for backup in kept_copies(store))
        assert not list(Path(kept_copies(store)[0]).parent.glob(".opd-tui-draft-*"))
    assert untouched >= len(kills) - 1, "all but one were killed before the commit"


def column_of(store: Store, names: str) -> list[tuple[str, str]]:
    return [(row[0], row[1]) for row in store.query(f"SELECT {names} FROM token")]


def break_down(_connection: object) -> None:
    raise ZeroDivisionError


@on_both_kinds
def test_an_upgrade_that_fails_leaves_the_old_version(
    old: Store, clock: FixedClock, monkeypatch: pytest.MonkeyPatch, version: int
) -> None:
    before = old.dump()
    with monkeypatch.context() as broken:
        broken.setattr(triggers, "create", break_down)
        with pytest.raises(ZeroDivisionError):
            upgrade(old, clock)
    assert old.dump() == before
    upgrade(old, clock)
    assert version_of(old) == SCHEMA_VERSION
    assert len(kept_copies(old)) == 2, "each attempt kept what was there before"


@on_both_kinds
@pytest.mark.parametrize("facts", ["{", '{"a":' * 5000 + "1" + "}" * 5000], ids=["cut", "nested"])
def test_a_journal_that_cannot_be_read_is_not_upgraded(old: Store, clock: FixedClock, version: int, facts: str) -> None:
    old.force(f"UPDATE journal_line SET facts = '{facts}' WHERE sequence = 8")
    before = old.dump()
    refused(old, clock, "a row of its journal cannot be read")
    assert old.dump() == before


def test_a_reference_that_leads_nowhere_is_not_upgraded(old: Store, clock: FixedClock) -> None:
    old.force("UPDATE token SET patient_id = 99 WHERE id = 8")
    before = old.dump()
    refused(old, clock, "a row of token refers to a missing row of patient")
    assert old.dump() == before


def refused(store: Store, clock: FixedClock, saying: str) -> None:
    with pytest.raises(StoreUnavailable) as refusal:
        upgrade(store, clock)
    assert saying in refusal.value.message
    assert refusal.value.message.endswith("Nothing was changed.")


@on_both_kinds
def test_a_newer_version_is_refused_untouched_and_says_what_it_needs(
    old: Store, clock: FixedClock, version: int
) -> None:
    upgrade(old, clock)
    newer = SCHEMA_VERSION + 1
    old.execute(f"UPDATE hospital SET schema_version = {newer}, program_version = '9.9'")
    before = old.dump()
    refused(old, clock, f"made by opd-tui 9.9 and has version {newer}")
    refused(old, clock, "Install opd-tui 9.9 or newer.")
    assert old.dump() == before
    assert len(kept_copies(old)) == 1, "only the previous upgrade's"


# Where nothing can be written


def test_without_a_place_for_the_backup_nothing_is_upgraded(old: Store, clock: FixedClock) -> None:
    before = old.dump()
    Path(old.location).with_name("opd.db-backups").write_text("in the way")
    refused(old, clock, "The database has version 1 and must be backed up before its upgrade, but the backup failed: ")
    assert old.dump() == before


@pytest.mark.parametrize(("store_kind", "version"), [("postgresql", 2)])
def test_without_a_place_for_its_backup_a_server_is_not_upgraded(
    old: Store, clock: FixedClock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    before = old.dump()
    (tmp_path / "in the way").write_text("")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "in the way"))
    refused(old, clock, "cannot be made")
    assert old.dump() == before


def test_in_a_folder_that_cannot_be_written_it_is_refused_in_words() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = old_file(folder / "opd.db")
        before = path.read_bytes()
        path.chmod(0o444)
        folder.chmod(0o555)
        result = as_an_ordinary_user("doctor", "list", "--database", str(path))
        folder.chmod(0o755)
        assert (result.returncode, result.stdout) == (2, ""), result.stderr
        assert "Check its permissions" in result.stderr
        assert "Traceback" not in result.stderr
        assert path.read_bytes() == before


# Beside desks of the old program


@pytest.mark.parametrize("version", [1, 2])
def test_a_desk_of_the_old_program_that_was_left_open_writes_nothing(
    old: Store, clock: FixedClock, version: int
) -> None:
    with closing(sqlite3.connect(old.location, isolation_level=None)) as left_open:
        assert left_open.execute("SELECT schema_version FROM hospital").fetchone() == (version,)
        upgrade(old, clock)
        before = old.dump()
        left_open.execute("BEGIN IMMEDIATE")
        left_open.execute("UPDATE token SET status = 'CANCELLED', closed_at = 'x' WHERE id = 7")
        with pytest.raises(sqlite3.OperationalError, match="no such table"):
            left_open.execute(
                "INSERT INTO journal_line (entry_id, slot_id, token_id, from_status, to_status, reason, facts)"
                " VALUES (16, 2, 7, 'ACTIVE', 'CANCELLED', 'CANCELLED', '{}')"
            )
        left_open.execute("ROLLBACK")
        assert old.dump() == before
    assert verify_file(Path(old.location)).problems == []


@pytest.mark.slow
@pytest.mark.parametrize(("store_kind", "version"), [("postgresql", 2)])
def test_an_upgrade_waits_for_what_an_old_desk_is_just_doing(
    old: Store, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(old, PostgresStore)
    monkeypatch.setattr("opd_tui.storage.engines.postgresql.LOCK_SECONDS", 0.5)
    before = old.dump()
    with closing(old.server.connect(old.name)) as left_open:
        left_open.execute("BEGIN")
        left_open.execute("UPDATE token SET called_at = NULL WHERE id = 7")
        with pytest.raises(DeskBusy):
            upgrade(old, clock)
        left_open.execute("ROLLBACK")
    assert old.dump() == before
    upgrade(old, clock)
    assert version_of(old) == SCHEMA_VERSION
