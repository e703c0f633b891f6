"""Making, verifying, pruning and restoring backups."""

from __future__ import annotations

import datetime as dt
import grp
import json
import os
import re
import shlex
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from opd_tui.cli.refusals import message_of
from opd_tui.clock import FixedClock
from opd_tui.desk import backup_service
from opd_tui.desk.actions import CompleteToken
from opd_tui.desk.backup_service import back_up, back_up_today, drill, restore
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.desk.opening import open_front_desk
from opd_tui.domain.errors import (
    AnotherDatabase,
    CopyDoesNotVerify,
    DatabaseInUse,
    DeskBusy,
    NoBackup,
    StoreDamaged,
    StoreUnavailable,
)
from opd_tui.domain.progress import Progress
from opd_tui.domain.remedies import Advice, RestoreBackup
from opd_tui.storage.backups import restoring
from opd_tui.storage.backups.copies import verify_file
from opd_tui.storage.files import backup_store
from opd_tui.storage.files.backup_store import BackupStore, folder_of, newest
from tests.conftest import NINE, ZONE
from tests.support.helpers import (
    COMMAND,
    PATIENCE_SECONDS,
    Applying,
    add_doctor,
    dump,
    execute,
    first_slot,
    invoke,
    issue,
    open_slot,
    statuses,
)
from tests.support.stores import Store, on_every_store

KEPT = 3
NAME = r"opd-tui-[0-9]{6}-[0-9]{8}T[0-9]{6}\.[0-9]{6}Z-(daily|manual)\.db"
DESKS = 6


@pytest.fixture
def filled(desk: FrontDesk) -> FrontDesk:
    """Return a desk with Dr A's slot of two seats and three tokens, one of them completed."""
    slot = open_slot(desk, add_doctor(desk, "Dr A", code="A"))
    for name in ("Asha", "Ravi", "Sunita"):
        issue(desk, slot, {"name": f"{name} Kumar", "phone": "98765 43210"}, key=name)
    desk.perform(CompleteToken(token=1))
    return desk


@pytest.fixture
def left(filled: FrontDesk, database_path: Path) -> Path:
    """Return the same database as a file that no desk has open."""
    filled.close()
    return database_path


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def everything_in(folder: Path) -> list[str]:
    """Return the names in a backup folder, without the lock."""
    return sorted(path.name for path in folder.iterdir() if path.name != ".lock") if folder.is_dir() else []


def verified(path: Path) -> bool:
    return verify_file(path).problems == []


def opened(path: Path, clock: FixedClock) -> FrontDesk:
    return open_front_desk(str(path), clock=clock, zone=ZONE)


# Making a backup


@on_every_store
def test_a_backup_holds_all_that_the_desks_did_and_is_verified(filled: FrontDesk, store: Store, tmp_path: Path) -> None:
    copy = back_up(filled, None, KEPT)
    assert copy.checked == {"doctors": 1, "slots": 1, "patients": 3, "tokens": 3, "journal events": 11}
    assert copy.size == copy.path.stat().st_size
    assert verified(copy.path)
    kept, there = dump(copy.path), store.dump()
    assert {name: kept[name] for name in there} == there
    assert copy.path.is_relative_to(tmp_path)


def test_it_is_one_private_file_that_needs_nothing_beside_it(filled: FrontDesk, database_path: Path) -> None:
    copy = back_up(filled, None, KEPT)
    assert copy.path.parent == folder_of(database_path)
    assert re.fullmatch(NAME, copy.path.name)
    assert everything_in(copy.path.parent) == [copy.path.name]
    assert (mode(copy.path), mode(copy.path.parent)) == (0o600, 0o700)
    assert all(mode(path) == 0o600 for path in copy.path.parent.iterdir())
    with closing(sqlite3.connect(copy.path)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)


def test_where_a_group_shares_the_database_it_shares_the_backups(filled: FrontDesk, database_path: Path) -> None:
    os.chmod(database_path, 0o660)
    copy = back_up(filled, None, KEPT)
    assert (mode(copy.path), mode(copy.path.parent)) == (0o660, 0o2770)
    assert grp.getgrgid(copy.path.stat().st_gid) == grp.getgrgid(database_path.stat().st_gid)


def test_it_is_made_while_another_desk_is_in_the_middle_of_an_action(filled: FrontDesk, database_path: Path) -> None:
    with closing(sqlite3.connect(database_path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("UPDATE patient SET name = 'half done' WHERE id = 1")
        copy = back_up(filled, None, KEPT)
        other.execute("ROLLBACK")
    assert "half done" not in repr(dump(copy.path))


@pytest.mark.slow
def test_each_of_many_backups_under_load_is_a_state_that_was(database_path: Path, clock: FixedClock) -> None:
    with Applying(database_path) as applying:
        for line in first_slot(capacity=5):
            applying.ask(line)
        work = [{"action": "issue_token", "slot": 1, "patient": f"p {n}", "source": "PAID"} for n in range(300)]
        applying.send(*work)
        sizes = []
        with closing(opened(database_path, clock)) as desk:
            while len(sizes) < 8:
                sizes.append(back_up(desk, None, 99).checked["tokens"])
        assert [applying.answer()["ok"] for _ in work] == [True] * len(work)
    assert sizes == sorted(sizes)
    assert all(verified(path) for path in folder_of(database_path).glob("*.db"))


def test_two_backups_at_one_instant_do_not_clash_and_names_sort_by_time(filled: FrontDesk, clock: FixedClock) -> None:
    paths = [back_up(filled, None, 9).path for _ in range(3)]
    clock.instant += dt.timedelta(seconds=1)
    paths.append(back_up(filled, None, 9).path)
    clock.instant += dt.timedelta(days=200)
    paths.append(back_up_today(filled, 9).path)  # type: ignore[union-attr]
    assert sorted(set(paths)) == paths
    assert [each.path for each in backup_service.store_of(filled.database.location).backups()] == paths


KILLED = """
import os, signal, sys
import opd_tui.storage.backups.copies
from opd_tui.cli import main
os.link = os.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
main(sys.argv[1:])
"""


def killed(*arguments: object) -> None:
    """Run a command that is killed after the file is written and before it is renamed."""
    command = [sys.executable, "-c", KILLED, *map(str, arguments)]
    result = subprocess.run(command, capture_output=True, timeout=PATIENCE_SECONDS, check=False)
    assert result.returncode == -signal.SIGKILL, result.stderr


@pytest.mark.slow
def test_one_that_was_killed_never_looks_like_a_finished_one_and_is_cleared_away(
    filled: FrontDesk, database_path: Path, tmp_path: Path
) -> None:
    killed("backup", "--database", database_path)
    folder = folder_of(database_path)
    (left,) = everything_in(folder)
    assert left.startswith(".opd-tui-draft-")
    assert newest(database_path) is None
    copy = back_up(filled, None, KEPT)
    assert everything_in(folder) == [copy.path.name]
    killed("backup", tmp_path / "stick.db", "--database", database_path)
    assert not (tmp_path / "stick.db").exists()
    assert back_up(filled, tmp_path / "stick.db", KEPT).path == tmp_path / "stick.db"


def test_a_copy_that_contradicts_itself_is_kept_aside_and_is_no_backup(
    filled: FrontDesk, database_path: Path, tmp_path: Path
) -> None:
    good = back_up(filled, None, KEPT).path
    execute(database_path, "UPDATE token SET source = 'PAID', priority = 2 WHERE id = 3")
    for target in (None, tmp_path / "stick.db"):
        with pytest.raises(CopyDoesNotVerify, match=r"token 3 has .* in its table and .* in the journal and 3 more"):
            back_up(filled, target, KEPT)
    assert newest(database_path) == good
    aside = [path for path in folder_of(database_path).glob("*.db") if path != good]
    assert [re.fullmatch(NAME.replace(r"\.db", r"-does-not-verify\.db"), path.name) is None for path in aside] == [
        False
    ]
    assert not (tmp_path / "stick.db").exists()
    assert (tmp_path / "stick-does-not-verify.db").exists()
    assert mode(aside[0]) == 0o600


def test_a_page_that_is_lost_is_found_in_the_copy(
    filled: FrontDesk, database_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied = backup_store.copy_pages

    def lose_a_page(source: sqlite3.Connection, target: Path, progress: Progress) -> None:
        copied(source, target, progress)
        overwrite_pages(target)

    monkeypatch.setattr("opd_tui.storage.backups.copies.copy_pages", lose_a_page)
    with pytest.raises((CopyDoesNotVerify, StoreUnavailable)):
        back_up(filled, None, KEPT)
    assert newest(database_path) is None


def overwrite_pages(path: Path) -> None:
    """Damage every page but the first."""
    with path.open("r+b") as file:
        for page in range(1, path.stat().st_size // 4096):
            file.seek(page * 4096)
            file.write(b"\xa5" * 200)


def test_a_named_folder_gets_a_named_file_and_a_named_file_is_never_overwritten(
    filled: FrontDesk, tmp_path: Path
) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    assert re.fullmatch(NAME, back_up(filled, stick, KEPT).path.name)
    precious = tmp_path / "precious.db"
    precious.write_text("dear diary")
    with pytest.raises(StoreUnavailable, match=r"precious.db already exists. Name another file, or a folder"):
        back_up(filled, precious, KEPT)
    assert precious.read_text() == "dear diary"
    with pytest.raises(StoreUnavailable, match=r"does not exist. Make it, or name another"):
        back_up(filled, tmp_path / "nowhere" / "x.db", KEPT)


def test_where_it_cannot_be_written_it_says_so(filled: FrontDesk, database_path: Path) -> None:
    folder_of(database_path).write_text("in the way")
    with pytest.raises(StoreUnavailable, match=r"cannot be written: File exists. Check its disk and your permissions"):
        back_up(filled, None, KEPT)


def test_only_so_many_of_each_kind_are_kept_and_what_has_a_path_is_never_deleted(
    filled: FrontDesk, clock: FixedClock, tmp_path: Path
) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    made: dict[str, list[Path]] = {"daily": [], "manual": []}
    for _ in range(KEPT + 2):
        clock.instant += dt.timedelta(days=1)
        back_up(filled, stick, KEPT)
        made["manual"].append(back_up(filled, None, KEPT).path)
        made["daily"].append(back_up_today(filled, KEPT).path)  # type: ignore[union-attr]
    there = [each.path for each in backup_service.store_of(filled.database.location).backups()]
    assert there == sorted(made["manual"][-KEPT:] + made["daily"][-KEPT:])
    assert len(everything_in(stick)) == KEPT + 2


def test_backups_made_while_the_clock_was_far_ahead_crowd_out_none_that_come_later(
    filled: FrontDesk, clock: FixedClock, database_path: Path
) -> None:
    made = []
    for day in (5000, 5001, 5002, 1, 2):
        clock.instant = NINE + dt.timedelta(days=day)
        made.append(back_up(filled, None, KEPT).path)
    assert [path.exists() for path in made] == [False, False, True, True, True]
    assert newest(database_path) == made[-1]


# Once a day


def test_the_day_has_one_backup_and_the_day_is_the_hospitals(filled: FrontDesk, clock: FixedClock) -> None:
    clock.instant = dt.datetime(2026, 11, 22, 18, 20, tzinfo=dt.UTC)  # 23:50 at the hospital
    assert back_up_today(filled, KEPT) is not None
    assert back_up_today(filled, KEPT) is None
    clock.instant += dt.timedelta(minutes=20)  # the same day in UTC, the next one at the hospital
    assert back_up_today(filled, KEPT) is not None
    clock.instant += dt.timedelta(hours=23)
    assert back_up_today(filled, KEPT) is None


def test_one_that_was_asked_for_or_does_not_verify_is_not_the_days(filled: FrontDesk, database_path: Path) -> None:
    back_up(filled, None, KEPT)
    execute(database_path, "UPDATE slot SET capacity = 9")
    with pytest.raises(CopyDoesNotVerify):
        back_up_today(filled, KEPT)
    execute(database_path, "UPDATE slot SET capacity = 2")
    assert back_up_today(filled, KEPT) is not None


def test_an_empty_database_uses_up_no_days_backup(desk: FrontDesk) -> None:
    assert back_up_today(desk, KEPT) is None
    add_doctor(desk)
    assert back_up_today(desk, KEPT) is not None


@pytest.mark.slow
def test_of_desks_that_open_at_the_same_moment_only_one_makes_it(left: Path) -> None:
    command = [*COMMAND, "backup", "--daily", "--json", "--database", str(left)]
    desks = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(DESKS)]
    said = [desk.communicate(timeout=PATIENCE_SECONDS) for desk in desks]
    assert [desk.returncode for desk in desks] == [0] * DESKS, said
    made = [json.loads(answer)["path"] for answer, _ in said]
    assert len([path for path in made if path]) == 1
    assert len(list(folder_of(left).glob("*.db"))) == 1


def test_whoever_asks_while_another_is_made_waits_for_it(filled: FrontDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    store = backup_service.store_of(filled.database.location)
    monkeypatch.setattr(backup_store, "LOCK_SECONDS", 0.01)
    with store.exclusively(), pytest.raises(DeskBusy, match="Another desk is making a backup"), store.exclusively():
        pass
    with store.exclusively():
        assert back_up_today(filled, KEPT) is None, "the other one may be the day's"
    monkeypatch.undo()
    assert back_up(filled, None, KEPT)


def test_the_demo_makes_none(tmp_path: Path) -> None:
    assert invoke("demo", "--plain").exit_code == 0
    assert list(tmp_path.rglob("*backups*")) == []


# The newest backup, and the drill


def test_without_a_backup_the_drill_fails(left: Path) -> None:
    with pytest.raises(NoBackup, match=r"^There is no backup yet. Nothing was changed.$"):
        drill(str(left), FixedClock(NINE))
    result = invoke("backup", "--drill", "--database", left)
    assert result.exit_code == 1
    assert "There is no backup yet. `opd-tui backup` makes one. Nothing was changed." in result.stderr


@on_every_store
def test_the_drill_restores_the_newest_elsewhere_and_tells_its_age(
    filled: FrontDesk, store: Store, clock: FixedClock
) -> None:
    back_up(filled, None, KEPT)
    clock.instant += dt.timedelta(minutes=1)
    copy = back_up(filled, None, KEPT)
    clock.instant += dt.timedelta(hours=7)
    before, there = store.dump(), everything_in(copy.path.parent)
    drilled = drill(store.location, clock)
    assert (drilled.backup.path, drilled.age) == (copy.path, dt.timedelta(hours=7))
    assert drilled.checked == copy.checked
    assert store.dump() == before
    assert everything_in(copy.path.parent) == there


def test_a_backup_that_was_damaged_since_fails_the_drill(left: Path, filled: FrontDesk) -> None:
    assert invoke("backup", "--database", left).exit_code == 0
    (backup,) = folder_of(left).glob("*.db")
    overwrite_pages(backup)
    result = invoke("backup", "--drill", "--database", left)
    assert (result.exit_code, result.stdout) == (1, "")
    assert f"{backup} " in result.stderr


def test_only_verified_backups_are_offered_as_the_newest(filled: FrontDesk, database_path: Path) -> None:
    good = back_up(filled, None, KEPT).path
    for name in (
        "before-upgrade-from-version-1-20991231T000000.000000Z.db",
        "opd-tui-000099-20991231T000000.000000Z-manual-does-not-verify.db",
        ".opd-tui-draft-opd-tui-000099-20991231T000000.000000Z-manual.db-0a1b2c3d",
        "zzz.db",
    ):
        (good.parent / name).write_bytes(b"")
    assert newest(database_path) == good


@pytest.mark.slow
def test_the_advice_on_a_damaged_database_is_a_command_that_brings_it_back(tmp_path: Path, clock: FixedClock) -> None:
    path = tmp_path / "the hospital's.db"
    with closing(opened(path, clock)) as desk:
        issue(desk, open_slot(desk, add_doctor(desk, code="A")), "Asha")
        back_up(desk, None, KEPT)
    overwrite_pages(path)
    with pytest.raises(StoreDamaged) as damage, closing(opened(path, clock)) as desk:
        desk.check_file()
    command = re.search("`opd-tui (.*)`", message_of(damage.value))
    assert command, message_of(damage.value)
    assert invoke(*shlex.split(command[1]), "--yes").exit_code == 0
    with closing(opened(path, clock)) as desk:
        assert statuses(desk) == {"A-001": "ACTIVE"}
        desk.check_file()


@pytest.mark.parametrize("how", ["deleted", "replaced"])
def test_a_file_that_goes_while_desks_are_open_has_the_newest_backup_offered(
    filled: FrontDesk, database_path: Path, tmp_path: Path, how: str
) -> None:
    good = back_up(filled, None, KEPT).path
    if how == "deleted":
        database_path.unlink()
    else:
        shutil.copy(good, tmp_path / "other.db")
        os.replace(tmp_path / "other.db", database_path)
    with pytest.raises(StoreDamaged) as damage:
        issue(filled, 1, "Imran")
    assert damage.value.remedy == RestoreBackup(good, database_path)


# Restoring a file


@pytest.fixture
def backup(left: Path, clock: FixedClock) -> Path:
    """Return a backup with three tokens; the database has a fourth, which a restore loses."""
    with closing(opened(left, clock)) as desk:
        copy = back_up(desk, None, KEPT)
        issue(desk, 1, "Imran")
    return copy.path


BACKED_UP = {"A-001": "COMPLETED", "A-002": "ACTIVE", "A-003": "WAITING"}


def restored(path: Path, clock: FixedClock) -> None:
    """Assert that the backup is restored and verified, and that desks can go on."""
    assert mode(path) == 0o600
    assert not list(path.parent.glob(".opd-tui-draft-*"))
    for _ in range(2):
        with closing(opened(path, clock)) as desk, closing(opened(path, clock)) as other:
            desk.check_file()
            other.check_file()
            assert statuses(desk) == BACKED_UP
            assert desk.verify().problems == []
    with closing(opened(path, clock)) as desk:
        assert issue(desk, 1, "Imran").changes[0].token.number == "A-004"
        assert desk.verify().problems == []


@pytest.mark.fast_cases(1)
def test_a_restored_backup_takes_the_place_and_the_replaced_one_is_kept(
    left: Path, backup: Path, clock: FixedClock
) -> None:
    before, identity = dump(left), left.stat().st_ino
    result = restore(backup, str(left), clock)
    assert result.checked == {"doctors": 1, "slots": 1, "patients": 3, "tokens": 3, "journal events": 11}
    assert result.replaced == left.with_name("opd.db-replaced-20261122T033000.000000Z.db")
    assert dump(result.replaced) == before
    assert mode(result.replaced) == 0o600
    assert left.stat().st_ino == identity, "overwritten in one transaction, never for a moment gone"
    restored(left, clock)


@pytest.mark.slow
def test_what_lies_in_the_log_of_a_desk_that_died_is_kept_with_the_replaced_one(
    database_path: Path, clock: FixedClock
) -> None:
    with Applying(database_path) as applying:
        for line in first_slot(2):
            applying.ask(line)
        assert invoke("backup", "--database", database_path).exit_code == 0
        applying.ask({"action": "issue_token", "slot": 1, "patient": "Imran", "source": "PAID"})
        applying.process.kill()
    assert os.path.getsize(f"{database_path}-wal")
    backup = newest(database_path)
    assert backup
    replaced = restore(backup, str(database_path), clock).replaced
    assert replaced
    assert len(dump(replaced)["token"]) == 1
    assert dump(database_path)["token"] == []


@pytest.mark.slow
@pytest.mark.parametrize("way", ["this process", "another"])
@pytest.mark.fast_cases(1)
def test_while_a_desk_is_open_nothing_is_restored(
    left: Path, backup: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setattr(restoring, "LOCK_SECONDS", 0.05)
    before = dump(left)
    if way == "another":
        with Applying(left) as applying:
            assert not applying.ask({"action": "cancel_token", "token": 99})["ok"]
            with pytest.raises(DatabaseInUse) as refusal:
                restore(backup, str(left), clock)
        assert refusal.value.remedy is Advice.CLOSE_DESKS
    else:
        with closing(opened(left, clock)), pytest.raises(DatabaseInUse):
            restore(backup, str(left), clock)
    assert dump(left) == before
    assert not list(left.parent.glob("*-replaced-*"))
    restore(backup, str(left), clock)
    restored(left, clock)


def test_a_damaged_file_that_a_desk_has_open_stays_where_it_is(left: Path, backup: Path, clock: FixedClock) -> None:
    with Applying(left) as applying:
        assert not applying.ask({"action": "cancel_token", "token": 99})["ok"]
        left.write_bytes(b"x" * 5000)
        with pytest.raises(DatabaseInUse):
            restore(backup, str(left), clock)
    assert left.read_bytes() == b"x" * 5000


def lose(path: Path) -> None:
    path.unlink()


def truncate(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def empty(path: Path) -> None:
    path.write_bytes(b"")


def scribble(path: Path) -> None:
    path.write_text("Dear Asha, " * 1000)


def spoil_one_page(path: Path) -> None:
    """Damage a page that is not read when only the schema is."""
    with closing(sqlite3.connect(path)) as connection:
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'patient'").fetchone()
    with path.open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xa5" * 200)


@pytest.mark.parametrize("damage", [overwrite_pages, spoil_one_page, truncate, empty, scribble])
@pytest.mark.parametrize("with_log", [False, True])
@pytest.mark.fast_cases(2)
def test_a_damaged_database_is_moved_aside_with_its_log_and_never_deleted(
    left: Path, backup: Path, clock: FixedClock, damage: Callable[[Path], None], with_log: bool
) -> None:
    damage(left)
    log = Path(f"{left}-wal")
    if with_log:
        log.write_bytes(b"what was in the log")
        Path(f"{left}-shm").write_bytes(b"")
    bytes_before = left.read_bytes()
    replaced = restore(backup, str(left), clock).replaced
    assert replaced
    assert replaced.read_bytes() == bytes_before
    assert Path(f"{replaced}-wal").exists() == with_log
    if with_log:
        assert Path(f"{replaced}-wal").read_bytes() == b"what was in the log"
    assert not log.exists()
    restored(left, clock)


@pytest.mark.slow
def test_a_database_that_is_gone_is_restored(left: Path, backup: Path, clock: FixedClock) -> None:
    left.unlink()
    Path(f"{left}-wal").write_bytes(b"an orphan")
    assert restore(backup, str(left), clock).replaced is None
    (orphan,) = left.parent.glob("*-wal")
    assert orphan.read_bytes() == b"an orphan"
    assert orphan.name != "opd.db-wal"
    restored(left, clock)


def test_another_programs_database_is_never_replaced(left: Path, backup: Path, clock: FixedClock) -> None:
    left.unlink()
    execute(left, "PRAGMA application_id=7", "CREATE TABLE contact (name TEXT)")
    with pytest.raises(StoreUnavailable, match=r"is the database of another program. Name another file"):
        restore(backup, str(left), clock)
    assert dump(left) == {"contact": []}


def test_what_is_no_sound_backup_is_refused_before_anything_is_touched(
    left: Path, backup: Path, clock: FixedClock, tmp_path: Path
) -> None:
    def altered(name: str, *statements: str) -> Path:
        path = tmp_path / name
        shutil.copy(backup, path)
        execute(path, *statements)
        return path

    damaged = altered("damaged.db")
    overwrite_pages(damaged)
    theirs, letter = tmp_path / "theirs.db", tmp_path / "letter.db"
    execute(theirs, "PRAGMA application_id=7", "CREATE TABLE contact (name TEXT)")
    letter.write_text("Dear Asha, " * 1000)
    before = dump(left)
    for source, saying in (
        (tmp_path / "nothing.db", "There is no file"),
        (damaged, "Choose another backup"),
        (theirs, "is not a backup of this program"),
        (letter, "cannot be read"),
        (altered("newer.db", "UPDATE hospital SET schema_version = 9, program_version = '7.1'"), "Install opd-tui 7.1"),
        (altered("cheat.db", "UPDATE slot SET capacity = 3"), "does not verify: slot 1 has capacity 3"),
        (left, "is the database itself"),
    ):
        with pytest.raises(StoreUnavailable, match=saying):
            restore(source, str(left), clock)
        assert dump(left) == before
    assert not list(left.parent.glob("*-replaced-*"))
    assert not list(left.parent.glob(".opd-tui-draft-*"))


def test_a_restore_that_was_killed_leaves_the_old_database_or_the_new_one(
    left: Path, backup: Path, clock: FixedClock
) -> None:
    before = dump(left)
    killed("restore", backup, "--yes", "--database", left)
    assert dump(left) == before
    restore(backup, str(left), clock)
    restored(left, clock)


HALF_WAY = """
import os, signal, sqlite3, sys
from pathlib import Path
from opd_tui.storage.backups import restoring

with restoring.exclusive_connection(Path(sys.argv[1])) as connection:
    connection.execute("PRAGMA cache_size=1")
    connection.execute("PRAGMA cache_spill=1")
    def stop(*_):
        if stop.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        stop.left -= 1
    stop.left = int(sys.argv[3])
    sqlite3.connect(sys.argv[2]).backup(connection, pages=1, progress=stop)
print("done")
"""


@pytest.mark.parametrize("pages", [1, 5, 20])
@pytest.mark.slow
def test_whoever_is_killed_while_overwriting_leaves_the_old_database(
    left: Path, backup: Path, clock: FixedClock, pages: int
) -> None:
    before = dump(left)
    command = [sys.executable, "-c", HALF_WAY, str(left), str(backup), str(pages)]
    result = subprocess.run(command, capture_output=True, timeout=PATIENCE_SECONDS, check=False)
    assert result.returncode == -signal.SIGKILL, result.stderr
    assert dump(left) == before
    with closing(opened(left, clock)) as desk:
        desk.check_file()
        assert desk.verify().problems == []


# Restoring a server, and from a server


@pytest.fixture
def on_server(request: pytest.FixtureRequest) -> Iterator[Store]:
    """Return an empty database of a server."""
    with request.getfixturevalue("postgres_stores").one() as store:
        yield store


def fill(location: str, clock: FixedClock, count: int = 3) -> None:
    with closing(open_front_desk(location, clock=clock, zone=ZONE)) as desk:
        slot = open_slot(desk, add_doctor(desk, "Dr A", code="A"))
        for number in range(count):
            issue(desk, slot, f"patient {number}", key=f"k{number}")


def backed_up(location: str, clock: FixedClock) -> Path:
    with closing(open_front_desk(location, clock=clock, zone=ZONE)) as desk:
        return back_up(desk, None, KEPT).path


@pytest.mark.slow
def test_the_backup_of_a_server_that_is_gone_goes_on_as_a_file(
    on_server: Store, database_path: Path, clock: FixedClock
) -> None:
    fill(on_server.location, clock)
    source = backed_up(on_server.location, clock)
    before = on_server.dump()
    restore(source, str(database_path), clock)
    after = dump(database_path)
    assert {name: after[name] for name in before} == before
    with closing(opened(database_path, clock)) as desk:
        assert issue(desk, 1, "Imran").changes[0].token.number == "A-004"
        assert desk.verify().problems == []


@pytest.mark.slow
def test_a_file_is_restored_to_a_server_and_ids_go_on_behind_the_highest(
    on_server: Store, left: Path, clock: FixedClock
) -> None:
    source = backed_up(str(left), clock)
    assert restore(source, on_server.location, clock).replaced is None, "there was nothing to keep"
    before = dump(left)
    for name, rows in on_server.dump().items():
        if name != "hospital":
            assert rows == before[name], name
    with closing(open_front_desk(on_server.location, clock=clock)) as desk:
        assert statuses(desk) == BACKED_UP
        assert token_and_entry(desk) == (4, 7)
        assert desk.verify().problems == []


def token_and_entry(desk: FrontDesk) -> tuple[int, int]:
    """Return the ids of the next token and journal entry."""
    outcome = issue(desk, 1, "Imran")
    return outcome.changes[0].token.id, outcome.entry_id


def test_what_a_server_held_before_is_kept_as_a_file_and_a_failure_changes_nothing(
    on_server: Store, left: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(on_server.location, clock, 5)
    source, before = backed_up(str(left), clock), on_server.dump()
    with monkeypatch.context() as broken:
        broken.setattr(restoring, "verify", lambda transaction, progress: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            restore(source, on_server.location, clock, another=True)
    with pytest.raises(AnotherDatabase, match="is a backup of another database"):
        restore(source, on_server.location, clock)
    assert on_server.dump() == before
    replaced = restore(source, on_server.location, clock, another=True).replaced
    assert replaced
    assert replaced.name.startswith("before-restore-20261122T0330")
    assert mode(replaced) == 0o600
    assert verified(replaced)
    assert len(dump(replaced)["token"]) == 5
    assert len(on_server.dump()["token"]) == 3
    with pytest.raises(on_server.broken_rule, match="only ever added to"):
        on_server.execute("DELETE FROM journal_event")


def test_while_a_desk_is_open_on_a_server_nothing_is_restored(on_server: Store, left: Path, clock: FixedClock) -> None:
    source = backed_up(str(left), clock)
    with closing(open_front_desk(on_server.location, clock=clock)) as desk:
        desk.doctor_list()
        with pytest.raises(DatabaseInUse):
            restore(source, on_server.location, clock)
    restore(source, on_server.location, clock)


@pytest.mark.slow
def test_a_backup_of_a_server_may_take_longer_than_an_action(
    on_server: Store, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(on_server.location, clock)
    monkeypatch.setattr("opd_tui.storage.engines.monitored_connection.MonitoredConnection.answer_seconds", 2.0)
    monkeypatch.setattr("opd_tui.storage.engines.postgresql.IDLE_SECONDS", 2.0)
    with closing(open_front_desk(on_server.location, clock=clock)) as desk, desk.database.long_running() as transaction:
        transaction.run(text("SELECT pg_sleep(3)"))
        threading.Event().wait(3)  # longer than the server lets an action's transaction idle
        assert transaction.value(text("SELECT count(*) FROM token")) == 3


# From the command line


def test_the_command_says_where_what_and_how_much(left: Path) -> None:
    said = invoke("backup", "--database", left).stdout
    (backup,) = folder_of(left).glob("*.db")
    counted = "1 doctors, 1 slots, 3 patients, 3 tokens, 11 journal events"
    assert said == f"Backed up to {backup} (0.1 MB): {counted}, all verified.\n"
    answer = json.loads(invoke("backup", left.parent / "stick.db", "--json", "--database", left).stdout)
    assert answer == {
        "ok": True,
        "path": str(left.parent / "stick.db"),
        "bytes": (left.parent / "stick.db").stat().st_size,
        "checked": {"doctors": 1, "slots": 1, "patients": 3, "tokens": 3, "journal events": 11},
    }
    listed = invoke("backup", "--list", "--database", left).stdout
    assert str(backup) in listed
    assert "stick.db" not in listed
    (found,) = json.loads(invoke("backup", "--list", "--json", "--database", left).stdout)["backups"]
    assert (found["path"], found["kind"]) == (str(backup), "manual")


def test_the_list_names_what_else_is_kept(left: Path) -> None:
    assert "There is no backup yet" in invoke("backup", "--list", "--database", left).stdout
    assert invoke("backup", "--database", left).exit_code == 0
    old = folder_of(left) / "before-upgrade-from-version-1-20260101T000000.000000Z.db"
    old.write_bytes(b"")
    assert f"Also kept: {old}" in invoke("backup", "--list", "--database", left).stdout


def test_what_does_not_go_together_is_wrong_use(left: Path) -> None:
    result = invoke("backup", "--list", "--drill", "--database", left)
    assert result.exit_code == 2
    assert "cannot be combined" in result.stderr


def test_a_database_that_is_not_there_is_not_made_to_be_backed_up(tmp_path: Path) -> None:
    assert invoke("backup", "--database", tmp_path / "none.db").exit_code == 2
    assert list(tmp_path.glob("none*")) == []


def test_so_many_are_kept_as_the_settings_say(left: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config.toml").write_text("backups_kept = 2\n")
    monkeypatch.setenv("OPD_TUI_CONFIG", str(tmp_path / "config.toml"))
    for _ in range(4):
        assert invoke("backup", "--database", left).exit_code == 0
    assert len(list(folder_of(left).glob("*.db"))) == 2


def test_a_restore_asks_and_without_a_terminal_wants_to_be_told(left: Path, backup: Path) -> None:
    before = dump(left)
    result = invoke("restore", backup, "--database", left)
    assert result.exit_code == 2
    assert "Without a terminal, add --yes" in result.stderr
    assert dump(left) == before
    said = invoke("restore", backup, "--yes", "--database", left).stdout
    (replaced,) = left.parent.glob("*-replaced-*")
    assert said == (
        "Restored: 1 doctors, 1 slots, 3 patients, 3 tokens, 11 journal events, all verified.\n"
        f"The replaced database is kept as {replaced}.\n"
    )


def test_refusals_are_answers_where_answers_are_json(left: Path, tmp_path: Path) -> None:
    result = invoke("restore", tmp_path / "nothing.db", "--yes", "--json", "--database", left)
    answer = json.loads(result.stdout)
    assert (result.exit_code, answer["ok"], answer["error"]) == (1, False, "StoreUnavailable")
    assert json.loads(invoke("backup", "--drill", "--json", "--database", left).stdout)["error"] == "NoBackup"


def test_a_lock_that_cannot_be_taken_is_not_called_another_desk(tmp_path: Path) -> None:
    store = BackupStore(tmp_path / "opd.db-backups")
    (store.folder / ".lock").mkdir(parents=True)
    with pytest.raises(StoreUnavailable, match="cannot be locked"), store.exclusively():
        pass


def test_the_daily_backup_is_made_even_if_another_process_held_the_store_for_a_moment(filled: FrontDesk) -> None:
    store, made = backup_service.store_of(filled.database.location), threading.Event()

    def make() -> None:
        assert back_up_today(filled, KEPT)
        made.set()

    maker = threading.Thread(target=make)
    with store.exclusively():
        maker.start()
        assert not made.wait(0.2)
    maker.join(PATIENCE_SECONDS)
    assert made.is_set()


@pytest.mark.parametrize(
    "name", ["opd-tui-000099-20261399T000000.000000Z-daily.db", "opd-tui-000099-00010101T000000.000000Z-daily.db"]
)
def test_what_no_backup_is_called_is_none(left: Path, name: str) -> None:
    folder_of(left).mkdir(exist_ok=True)
    (folder_of(left) / name).touch()
    (folder_of(left) / "opd-tui-000099-20261101T000000.000000Z-daily.db").symlink_to("nowhere")
    (folder_of(left) / "opd-tui-000099-20261102T000000.000000Z-daily.db").mkdir()
    assert newest(left) is None
    assert invoke("backup", "--list", "--database", left).exit_code == 0
    assert invoke("backup", "--daily", "--database", left).exit_code == 0
    assert newest(left) is not None


def test_a_link_is_the_database_that_it_leads_to(left: Path, tmp_path: Path) -> None:
    backup = json.loads(invoke("backup", "--json", "--database", left).stdout)["path"]
    link = tmp_path / "link.db"
    link.symlink_to(left)
    left.write_bytes(b"damaged" * 1000)
    assert invoke("restore", backup, "--yes", "--database", link).exit_code == 0
    assert link.is_symlink()
    assert invoke("verify", "--database", left).exit_code == 0


def test_a_restore_from_a_link_has_what_stands_in_the_log_beside_the_file(left: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(left)) as other:
        other.execute("SELECT count(*) FROM token").fetchone()
        arguments = ("--slot", "1", "--patient", "Late Comer", "--source", "PAID")
        assert invoke("token", "issue", *arguments, "--database", left).stderr == ""
        copied = tmp_path / "copied.db"
        for suffix in ("", "-wal"):
            shutil.copy(f"{left}{suffix}", f"{copied}{suffix}")
    link, target = tmp_path / "link.db", tmp_path / "target.db"
    link.symlink_to(copied)
    assert invoke("restore", link, "--yes", "--database", target).exit_code == 0
    assert "Late Comer" in invoke("token", "list", "--database", target).stdout
