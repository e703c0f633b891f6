"""A database is one file with one name, and looking at it changes nothing."""

from __future__ import annotations

import hashlib
import os
import shutil
from contextlib import closing
from pathlib import Path

import pytest

from opd_tui.clock import FixedClock
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.desk.opening import open_front_desk
from opd_tui.desk.verification import verify_database
from opd_tui.domain.errors import StoreUnavailable
from opd_tui.storage.files import access
from tests.conftest import ZONE
from tests.support.helpers import Applying, add_doctor, cannot_open, execute, first_slot, invoke, issue, statuses

ISSUE = {"action": "issue_token", "slot": 1, "patient": "Asha", "source": "PAID"}


@pytest.fixture
def closed(filled: FrontDesk, database_path: Path) -> Path:
    """Return a database that no desk has open."""
    filled.close()
    return database_path


# One name


COMMANDS = [("token", "list"), ("apply", "-"), ("verify",), ("backup",), ("token", "cancel", "1"), ("paths",)]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_file_with_another_name_is_refused_by_every_command(closed: Path, tmp_path: Path, words: tuple[str]) -> None:
    other = tmp_path / "other" / "opd.db"
    other.parent.mkdir()
    os.link(closed, other)
    before = closed.read_bytes()
    for path in (closed, other):
        result = invoke(*words, "--database", path)
        assert result.exit_code == 2
        assert f"{path} has 2 names on this disk (hard links)" in result.stderr
        assert "`opd-tui restore FILE --database NEW`" in result.stderr
    assert closed.read_bytes() == before


def test_no_answered_action_is_lost_by_way_of_two_names(database_path: Path, tmp_path: Path) -> None:
    """Each desk would write to a log of its own, and number the same tokens."""
    other = tmp_path / "other" / "opd.db"
    other.parent.mkdir()
    with Applying(database_path) as first:
        for line in first_slot(20):
            assert first.ask(line)["ok"]
        os.link(database_path, other)
        with Applying(other) as second:
            second.send(ISSUE)
            with pytest.raises(EOFError):
                second.answer()
        assert first.ask(ISSUE)["token"]["number"] == "A-001"


def test_the_advice_gives_it_a_file_of_its_own(closed: Path, tmp_path: Path, clock: FixedClock) -> None:
    with closing(open_front_desk(str(closed), clock=clock, zone=ZONE)) as desk:
        before = statuses(desk)
    os.link(closed, tmp_path / "snapshot.db")
    own = tmp_path / "own.db"
    assert invoke("restore", closed, "--yes", "--database", own).exit_code == 0
    with closing(open_front_desk(str(own), clock=clock, zone=ZONE)) as desk:
        assert statuses(desk) == before
    assert invoke("restore", own, "--yes", "--database", closed).exit_code == 1, "it would replace the snapshot, too"
    shutil.copy(closed, tmp_path / "copy.db")
    os.replace(tmp_path / "copy.db", closed)
    assert invoke("token", "list", "--database", closed).exit_code == 0


def test_a_file_that_is_mounted_by_itself_is_refused(
    closed: Path, clock: FixedClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spaced = closed.rename(tmp_path / "the hospital.db")
    mounts = tmp_path / "mounts"
    monkeypatch.setattr(access, "MOUNTS", mounts)
    mounts.write_text(f"/dev/sda1 / ext4 rw 0 0\n/dev/sda1 {spaced.parent} ext4 rw 0 0\n".replace("the ", r"the\040"))
    open_front_desk(str(spaced), clock=clock, zone=ZONE).close()
    written = str(spaced).replace(" ", r"\040")
    mounts.write_text(f"/dev/sda1 / ext4 rw 0 0\n/dev/sda1 {written} ext4 rw 0 0\n")
    cannot_open(spaced, clock, "is mounted by itself")
    link = tmp_path / "link.db"
    link.symlink_to(spaced)
    cannot_open(link, clock, "Mount the folder")
    with pytest.raises(StoreUnavailable, match="is mounted by itself"):
        verify_database(str(spaced), clock)


@pytest.mark.slow
def test_a_symbolic_link_is_its_file_with_the_log_beside_it(closed: Path, tmp_path: Path, clock: FixedClock) -> None:
    link = tmp_path / "links" / "opd.db"
    link.parent.mkdir()
    link.symlink_to(closed)
    with Applying(closed) as one, Applying(link) as other:
        numbers = [desk.ask(ISSUE | {"slot": 2})["token"]["number"] for desk in (one, other, one, other)]
        assert numbers == ["A-005", "A-006", "A-007", "A-008"]
        assert [path.name for path in link.parent.iterdir()] == ["opd.db"]
    assert verify_database(str(link), clock).problems == []


# Looking


def contents(folder: Path) -> dict[str, tuple[str, int]]:
    """Return a checksum and the time of each file, except the log's index, which readers change."""
    files = (file for file in folder.iterdir() if file.is_file() and not file.name.endswith("-shm"))
    return {file.name: (hashlib.sha256(file.read_bytes()).hexdigest(), file.stat().st_mtime_ns) for file in files}


@pytest.fixture
def with_log(database_path: Path) -> Path:
    """Return a database whose log holds three actions of a desk that was killed."""
    with Applying(database_path) as applying:
        for line in (*first_slot(), ISSUE):
            assert applying.ask(line)["ok"]
        applying.process.kill()
        applying.process.wait()
    return database_path


def test_verifying_reads_the_log_of_a_desk_that_died_and_leaves_it(with_log: Path, clock: FixedClock) -> None:
    before = contents(with_log.parent)
    result = verify_database(str(with_log), clock)
    assert (result.problems, result.checked["tokens"]) == ([], 1)
    assert contents(with_log.parent) == before


@pytest.mark.slow
def test_verifying_a_file_beside_the_log_of_another_leaves_both(
    with_log: Path, tmp_path: Path, clock: FixedClock
) -> None:
    with closing(open_front_desk(str(tmp_path / "sound.db"), clock=clock, zone=ZONE)) as desk:
        add_doctor(desk)
    with_log.write_bytes((tmp_path / "sound.db").read_bytes())
    before = contents(with_log.parent)
    assert invoke("verify", "--database", with_log).exit_code in (0, 1, 2)
    assert contents(with_log.parent) == before


def test_verifying_a_closed_file_makes_nothing_beside_it(closed: Path) -> None:
    before = contents(closed.parent)
    assert invoke("verify", "--database", closed).exit_code == 0
    assert contents(closed.parent) == before
    assert sorted(path.name for path in closed.parent.iterdir()) == ["opd.db"]


def test_verifying_a_damaged_file_changes_nothing(closed: Path) -> None:
    content = bytearray(closed.read_bytes())
    content[8192:9000] = b"\xa5" * 808
    closed.write_bytes(content)
    before = contents(closed.parent)
    assert invoke("verify", "--database", closed).exit_code in (1, 2)
    assert contents(closed.parent) == before


def test_a_desk_that_writes_meanwhile_is_verified_once_more(
    closed: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    from opd_tui.storage.engines import looking

    looked: list[str] = []

    def look_while_a_desk_works(path: Path, at: object, how: str) -> str:
        looked.append(how)
        if len(looked) == 1:
            with closing(open_front_desk(str(closed), clock=clock, zone=ZONE)) as desk:
                issue(desk, 2, "Imran")
        return how

    monkeypatch.setattr(looking, "_look_once", look_while_a_desk_works)
    assert looking.look(closed, lambda transaction: None) == "immutable=1"  # type: ignore[comparison-overlap]
    assert len(looked) == 2


def test_verifying_upgrades_nothing(closed: Path, clock: FixedClock) -> None:
    execute(closed, "UPDATE hospital SET schema_version = 3")
    with pytest.raises(StoreUnavailable, match=r"has version 3. Open a desk, which upgrades it, then try again"):
        verify_database(str(closed), clock)
