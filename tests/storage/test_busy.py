"""The write lock in another process's hands: for 5 seconds, and for longer than any desk waits."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

from opd_tui.desk.front_desk import FrontDesk
from opd_tui.storage.engines import sqlite
from tests.support.helpers import COMMAND, PATIENCE_SECONDS, issue
from tests.support.pilot import doctor_with_slots
from tests.support.terminals import RealTerminal, open_today

HOLDS_THE_LOCK = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""


PATIENT = """
from opd_tui import cli
from opd_tui.storage.engines import sqlite
sqlite.BUSY_SECONDS = 600.0
cli.main()
"""
"""The program, which waits for a lock longer than any test: what happens meanwhile does not wait for it."""


class Lock:
    """Another process that holds the write lock until it is killed."""

    def __init__(self, database: Path) -> None:
        self.database = database

    def __enter__(self) -> Self:
        command = [sys.executable, "-c", HOLDS_THE_LOCK, str(self.database)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == b"held\n"
        self.since = time.monotonic()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.process.kill()
        self.process.communicate()

    def is_held_for(self, seconds: float) -> bool:
        """Whether so much time has gone by since it was taken."""
        return time.monotonic() - self.since >= seconds


def command(
    database: Path, *arguments: str, program: Sequence[str] = (sys.executable, "-c", PATIENT)
) -> subprocess.Popen[str]:
    """A command that runs beside the test."""
    return subprocess.Popen(
        [*program, *arguments, "--database", str(database)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


BUSY = "Another desk is busy. Nothing was changed."


def statuses(database: Path) -> dict[str, str]:
    """Every token's status by its patient, read beside whoever holds the lock."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        rows = connection.execute("SELECT name, status FROM token JOIN patient ON patient.id = patient_id")
        return dict(rows.fetchall())


@pytest.mark.slow
def test_a_lock_of_five_seconds_holds_actions_up_and_no_key(database_path: Path) -> None:
    open_today(database_path)
    with RealTerminal("--database", database_path, program=("-c", PATIENT)) as meera:
        meera.shows("Dr A", "0/2")
        with Lock(database_path) as lock:
            waiting = command(database_path, "token", "issue", "--slot", "1", "--patient", "Ravi", "--source", "PAID")
            meera.press("n", "Asha", "enter")
            meera.shows("Another desk is busy. Waiting for it …")
            meera.press("ctrl+p")
            meera.shows("Search for commands")
            meera.press("escape")
            meera.until(lambda: "Search for commands" not in meera.text, "the palette's end")
            meera.until(lambda: lock.is_held_for(5), "5 seconds")
            assert statuses(database_path) == {}
            assert waiting.poll() is None
        meera.shows("Asha", "2/2")
        said, complained = waiting.communicate(timeout=PATIENCE_SECONDS)
        assert (waiting.returncode, complained) == (0, "")
        assert "Ravi has a seat" in said
    assert statuses(database_path) == {"Asha": "ACTIVE", "Ravi": "ACTIVE"}


def test_an_action_that_waits_for_another_desk_holds_no_key_and_no_read_up(database_path: Path) -> None:
    open_today(database_path, "Asha")
    with RealTerminal("--database", database_path, program=("-c", PATIENT)) as meera:
        meera.shows("Dr A", "1/2")
        meera.press("enter", "c")
        meera.shows("Cancel A-001 Asha")  # what would happen is known: only the action itself waits
        with Lock(database_path):
            meera.press("y")
            meera.shows("Another desk is busy. Waiting for it …")
            meera.press("2")
            meera.shows("Nobody waits")
            meera.press("1")
            meera.shows("Dr A", "1/2")
            assert statuses(database_path) == {"Asha": "ACTIVE"}
        meera.shows("was cancelled")
    assert statuses(database_path) == {"Asha": "CANCELLED"}


@pytest.mark.slow
def test_a_lock_that_outlasts_all_patience_is_said_and_nothing_was_changed(database_path: Path) -> None:
    open_today(database_path, "Asha")
    with RealTerminal("--database", database_path) as meera:
        meera.shows("Dr A", "1/2")
        with Lock(database_path) as lock:
            waiting = command(
                database_path, "token", "issue", "--slot", "1", "--patient", "Ravi", "--source", "PAID", program=COMMAND
            )
            meera.press("enter", "c")
            meera.shows("Another desk is busy. Waiting for it …")
            meera.press("2")
            meera.shows("Nobody waits")
            meera.press("1")
            meera.shows("Another desk is busy. Nothing was changed. Press r to try")
            said, complained = waiting.communicate(timeout=PATIENCE_SECONDS)
            assert (waiting.returncode, said, complained) == (1, "", f"opd-tui: {BUSY}\n")
            assert lock.is_held_for(sqlite.BUSY_SECONDS), "nobody gave up early"
            assert statuses(database_path) == {"Asha": "ACTIVE"}
        meera.press("escape", "r")  # right behind the refusal only Esc counts
        meera.shows("Cancel A-001 Asha")
        meera.press("y")
        meera.shows("was cancelled")
    assert statuses(database_path) == {"Asha": "CANCELLED"}


@pytest.mark.slow
def test_whoever_leaves_while_another_desk_is_busy_is_not_kept_waiting(database_path: Path) -> None:
    open_today(database_path)
    with RealTerminal("--database", database_path, program=("-c", PATIENT)) as meera:
        meera.shows("Dr A", "0/2")
        with Lock(database_path):
            meera.press("n", "Asha", "enter")
            meera.shows("Another desk is busy. Waiting for it …")
            meera.press("ctrl+q")
            assert meera.ends() == 0
        meera.assert_left_clean()
    assert statuses(database_path) == {}


@pytest.mark.slow
def test_a_database_that_is_locked_while_it_is_opened_can_be_looked_at(database_path: Path) -> None:
    open_today(database_path, "Asha")
    with Lock(database_path):
        listing = command(database_path, "token", "list")
        said, complained = listing.communicate(timeout=PATIENCE_SECONDS)
        assert (listing.returncode, complained) == (0, "")
        assert "Asha" in said


def test_the_lock_of_a_process_that_died_is_free_at_once(desk: FrontDesk, database_path: Path) -> None:
    slot = doctor_with_slots(desk)[0]
    for number in range(3):
        with Lock(database_path):
            pass
        issue(desk, slot, f"Patient {number}")
    assert len(desk.token_list()) == 3
