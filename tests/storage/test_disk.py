"""A full or failing disk, files and folders that may not be written, and users without a home."""

from __future__ import annotations

import json
import os
import resource
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import Engine, event

from opd_tui.clock import FixedClock
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.desk.opening import open_front_desk
from opd_tui.domain.errors import StoreUnavailable
from opd_tui.storage.engines import file_fingerprint
from opd_tui.tui.app import OpdApp
from tests.conftest import ZONE
from tests.support.helpers import (
    COMMAND,
    PATIENCE_SECONDS,
    Json,
    add_doctor,
    answers_in,
    buffered_environment,
    dump,
    first_slot,
    invoke,
    issue,
    lines,
    open_slot,
)
from tests.support.pilot import OpenDesk, at_the_counter, full_slot
from tests.support.terminals import RealTerminal

FULL = "The disk is full. Make room, then try again. Nothing was changed."
FAILING = "The disk reports an error. Check the disk before you go on. Nothing was changed."


class Disk:
    """A disk with so many pages for a database, or with enough for any."""

    def __init__(self) -> None:
        self.pages: int | None = None

    def limit(self, connection: sqlite3.Connection, _record: object = None) -> None:
        if self.pages is not None:
            connection.execute(f"PRAGMA max_page_count={self.pages}")

    def is_full(self, desk: FrontDesk) -> None:
        """From now on there is no room for another page."""
        with closing(sqlite3.connect(desk.database.location)) as connection:
            (self.pages,) = connection.execute("PRAGMA page_count").fetchone()
        desk.database.engine.dispose()

    def has_room(self, desk: FrontDesk) -> None:
        """Somebody made room."""
        self.pages = None
        desk.database.engine.dispose()


@pytest.fixture
def disk() -> Iterator[Disk]:
    disk = Disk()
    event.listen(Engine, "connect", disk.limit)
    yield disk
    event.remove(Engine, "connect", disk.limit)


# Full


def issue_until_refused(desk: FrontDesk, slot: int) -> int:
    """How many tokens are issued before the disk has no room for one more."""
    for number in range(500):
        before = dump(Path(desk.database.location))
        try:
            issue(desk, slot, f"Patient {number}", "PAID")
        except StoreUnavailable as refusal:
            assert refusal.message == FULL  # noqa: PT017 - which of many is refused, one cannot know
            assert dump(Path(desk.database.location)) == before
            return number
    pytest.fail("the disk is never full")


def test_what_a_full_disk_has_no_room_for_is_refused_whole_and_done_when_there_is_room(
    desk: FrontDesk, disk: Disk
) -> None:
    slot = open_slot(desk, add_doctor(desk))
    disk.is_full(desk)
    issued = issue_until_refused(desk, slot)
    assert len(desk.token_list()) == issued, "what is there can be read"
    disk.has_room(desk)
    issue(desk, slot, "Asha")
    assert len(desk.token_list()) == issued + 1
    assert desk.verify().problems == []


def test_a_database_for_which_the_disk_has_no_room_is_not_opened_and_can_be_made_later(
    database_path: Path, clock: FixedClock, disk: Disk
) -> None:
    disk.pages = 5
    with pytest.raises(StoreUnavailable, match="The disk is full"):
        open_front_desk(str(database_path), clock=clock, zone=ZONE)
    disk.pages = None
    with closing(open_front_desk(str(database_path), clock=clock, zone=ZONE)) as desk:
        add_doctor(desk)
        assert desk.verify().problems == []


async def test_the_screens_say_that_the_disk_is_full_and_go_on_when_there_is_room(
    desk: FrontDesk, open_desk: OpenDesk, disk: Disk
) -> None:
    slot = full_slot(desk)
    app = OpdApp(open_desk)
    async with at_the_counter(app) as meera:
        assert app.desk is not None
        disk.is_full(app.desk)
        issue_until_refused(app.desk, slot)
        await meera.look_again()
        await meera.press("n")
        await meera.type("Imran")
        await meera.press("enter")
        await meera.sees("The disk is full. Make room", within="#new-token")
        disk.has_room(app.desk)
        meera.takes_a_moment()
        await meera.press("enter")
        await meera.panel_closes()
    assert "Imran" in [record.token.patient.name for record in desk.token_list()]


# Failing


def applied_with_files_of(size: int, database: Path, work: bytes) -> subprocess.CompletedProcess[bytes]:
    """Run `apply -` where no file may grow beyond a size."""
    return subprocess.run(
        [*COMMAND, "apply", "-", "--database", str(database)],
        input=work,
        capture_output=True,
        env=buffered_environment(),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)),
        timeout=PATIENCE_SECONDS,
        check=False,
    )


def bookings(count: int) -> list[Json]:
    return [{"action": "issue_token", "slot": 1, "patient": f"Patient {n}", "source": "PAID"} for n in range(count)]


@pytest.mark.parametrize("growth", [0, 30_000, 200_000])
@pytest.mark.fast_cases(1)
def test_whatever_was_answered_before_the_disk_failed_is_there_and_nothing_else(
    database_path: Path, growth: int
) -> None:
    invoke("apply", "-", "--database", database_path, input=lines(*first_slot()))
    size = database_path.stat().st_size + growth
    result = applied_with_files_of(size, database_path, lines(*bookings(150)))
    answers = answers_in(result.stdout)
    done = [answer["token"]["id"] for answer in answers if answer["ok"]]
    assert {answer["message"] for answer in answers if not answer["ok"]} <= {FAILING, FULL}
    assert len(done) < 150, "the disk did fail"
    assert b"Traceback" not in result.stderr
    assert result.returncode == (1 if answers else 2), result.stderr
    (listed,) = answers_in(invoke("token", "list", "--json", "--database", database_path).stdout_bytes)
    assert sorted(token["id"] for token in listed) == done
    assert invoke("verify", "--database", database_path).exit_code == 0


def pages_of(path: Path) -> int:
    """How many pages the database has, those in its log among them."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        return int(pages)


@pytest.mark.slow
def test_a_log_that_cannot_be_written_back_keeps_what_it_holds(
    desk: FrontDesk, monkeypatch: pytest.MonkeyPatch, open_desk: OpenDesk
) -> None:
    monkeypatch.setattr(file_fingerprint, "WRITE_BACK_AFTER", 2)
    path = Path(desk.database.location)
    slot = open_slot(desk, add_doctor(desk))
    done = [f"Patient {number}" for number in range(100)]
    for name in done:
        issue(desk, slot, name)
    assert desk.erase_traces(), "the log is empty, and smaller than the file from now on"
    issue(desk, slot, "Asha")
    done.append("Asha")
    held, limit = path.stat().st_size, resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (held, limit[1]))  # the log may grow, and the file may not
    try:
        for number in range(200, 400):
            issue(desk, slot, f"Patient {number}")
            done.append(f"Patient {number}")
    except StoreUnavailable as refusal:
        assert refusal.message in (FAILING, FULL)  # noqa: PT017 - which of many is refused, one cannot know
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert pages_of(path) * 4096 > held == path.stat().st_size, "what was done has no room in the file"
    desk.close()
    again = open_desk()
    assert {record.token.patient.name for record in again.token_list()} == set(done)
    assert again.verify().problems == []


# Permissions


AS_SOMEBODY = """
import os, sys
import sqlalchemy.dialects.sqlite, opd_tui.storage.engines.sqlite
import opd_tui.desk.opening, opd_tui.cli, opd_tui.desk.answers
opd_tui.environment.system_zone(), opd_tui.environment.default_operator()  # imports what root alone may read
os.setgroups([]), os.setgid(54321), os.setuid(54321)  # whom no list of users names
opd_tui.cli.main(sys.argv[1:])
"""

only_root = pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root becomes another user")


def as_somebody(*arguments: str | Path, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a user whom permissions bind and whom the system does not know."""
    names = ("HOME", "USER", "LOGNAME", "LNAME", "USERNAME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME")
    inherited = {name: value for name, value in os.environ.items() if name not in names}
    return subprocess.run(
        [sys.executable, "-c", AS_SOMEBODY, *map(str, arguments)],
        capture_output=True,
        text=True,
        env=inherited | environment,
        cwd=cwd,
        timeout=PATIENCE_SECONDS,
        check=False,
    )


@pytest.fixture
def anybodys() -> Iterator[Path]:
    """A folder that any user may look into; a test's own is root's alone."""
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        yield Path(folder)


def make_database(path: Path, clock: FixedClock) -> None:
    with closing(open_front_desk(str(path), clock=clock, zone=ZONE)) as desk:
        issue(desk, open_slot(desk, add_doctor(desk)), "Asha")


def refused_in_one_line(result: subprocess.CompletedProcess[str], *words: str) -> None:
    assert (result.returncode, result.stdout, result.stderr.count("\n")) == (2, "", 1), result.stderr
    assert all(word in result.stderr for word in ("opd-tui: ", *words)), result.stderr


@only_root
@pytest.mark.parametrize(
    ("file_mode", "folder_mode", "words"),
    [
        (0o444, 0o777, "You may not write to"),
        (0o444, 0o555, "You may not write to"),
        (0o000, 0o777, "You may not write to"),
        (0o666, 0o555, "The database can be read but not written. Check"),
        (0o666, 0o000, "Permission denied. Check"),
    ],
)
@pytest.mark.fast_cases(2)
def test_a_file_or_folder_that_may_not_be_used_is_refused_and_left_as_it_was(
    anybodys: Path, clock: FixedClock, file_mode: int, folder_mode: int, words: str
) -> None:
    folder = anybodys / "opd"
    folder.mkdir()
    path = folder / "opd.db"
    make_database(path, clock)
    before = path.read_bytes()
    path.chmod(file_mode)
    folder.chmod(folder_mode)
    refused_in_one_line(as_somebody("token", "list", "--database", path, cwd=anybodys), words)
    assert [file.name for file in folder.iterdir()] == ["opd.db"]
    assert path.read_bytes() == before


@only_root
@pytest.mark.slow
def test_a_folder_in_which_no_file_may_be_made_is_refused(anybodys: Path) -> None:
    folder = anybodys / "opd"
    folder.mkdir(mode=0o555)
    result = as_somebody("doctor", "list", "--database", folder / "opd.db", cwd=anybodys)
    refused_in_one_line(result, "There is no database at")
    result = as_somebody("doctor", "add", "--name", "Dr A", "--database", folder / "opd.db", cwd=anybodys)
    refused_in_one_line(result, "Permission denied. Check the name and your permissions.")


# No home


@only_root
@pytest.mark.slow
def test_a_user_whom_the_system_does_not_know_needs_to_name_a_database(anybodys: Path) -> None:
    refused_in_one_line(as_somebody("doctor", "list", cwd=anybodys), "You have no home directory", "--database")
    assert list(anybodys.iterdir()) == [], "no folder is made that is called ~"
    for command in (("doctor", "add", "--name", "Dr A"), ("paths",)):
        result = as_somebody(*command, "--database", anybodys / "opd.db", cwd=anybodys)
        assert (result.returncode, result.stderr) == (0, "")
    assert as_somebody("demo", "--plain", cwd=anybodys).returncode == 0


@only_root
@pytest.mark.parametrize("home", ["/proc/nowhere", "/", "/dev/null"])
@pytest.mark.fast_cases(1)
def test_a_home_in_which_nothing_can_be_made_is_said(anybodys: Path, home: str) -> None:
    result = as_somebody("doctor", "add", "--name", "Dr A", cwd=anybodys, HOME=home)
    refused_in_one_line(result, "cannot be made: ", "Name a database with --database.")


@pytest.mark.slow
def test_the_screens_leave_cleanly_where_there_is_no_home(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    with RealTerminal(HOME="/proc/nowhere") as terminal:
        assert terminal.ends() == 2
        terminal.assert_left_clean()
        assert b"cannot be made" in terminal.output
        assert b"Traceback" not in terminal.output


@pytest.mark.slow
def test_a_restore_for_which_the_disk_has_no_room_leaves_the_database_as_it_was(database_path: Path) -> None:
    invoke("apply", "-", "--database", database_path, input=lines(*first_slot(), *bookings(50)))
    copy = invoke("backup", "--json", "--database", database_path)
    backup = json.loads(copy.stdout)["path"]
    invoke("apply", "-", "--database", database_path, input=lines(*bookings(400)))
    before, room = dump(database_path), Path(backup).stat().st_size
    result = subprocess.run(
        [*COMMAND, "restore", backup, "--yes", "--database", str(database_path)],
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, room)),
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert result.returncode in (1, 2), result.stderr
    assert "bug" not in result.stderr
    assert FULL in result.stderr or FAILING in result.stderr
    assert dump(database_path) == before
