"""Desks killed at random instants: every answered action is stored exactly once, and the next desk can go on."""

from __future__ import annotations

import fcntl
import json
import multiprocessing
import os
import random
import select
import signal
import sqlite3
import subprocess
import sys
import time
from collections import deque
from contextlib import closing
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from opd_tui.desk.opening import open_front_desk
from tests.support.helpers import COMMAND, PATIENCE_SECONDS, Json, first_slot, invoke, lines
from tests.support.terminals import RealTerminal, open_today

KILLS = int(os.environ.get("OPD_TUI_TEST_KILLS", "100"))
"""The number of desks killed in each slow test."""
FEW_KILLS = 20
SOURCES = ("EMERGENCY", "PAID", "FOLLOWUP", "ONLINE", "WALKIN")
SLOTS = 6
AT_ONCE = 15
"""The number of lines sent to a desk before it is killed; most are unanswered by then."""
LONGEST_LIFE = 0.03
"""The maximum time in seconds from a desk's first answer until it is killed."""
FORKING = multiprocessing.get_context("forkserver") if os.name == "posix" else None

pytestmark = pytest.mark.skipif(FORKING is None, reason="this system cannot fork a prepared process")


def apply_lines(database: str, incoming: Connection, outgoing: Connection) -> None:
    """Run `opd-tui apply -`, checkpointing the write-ahead log every few actions."""
    from opd_tui.cli import main
    from opd_tui.storage.engines import file_fingerprint

    file_fingerprint.WRITE_BACK_AFTER = 7
    sys.stdin = os.fdopen(os.dup(incoming.fileno()))
    sys.stdout = os.fdopen(os.dup(outgoing.fileno()), "w")
    incoming.close()
    outgoing.close()
    main(["apply", "-", "--database", database])


class Desk:
    """A desk with its own list of actions; each has an idempotency key and is resent until it is answered."""

    def __init__(self, database: Path, name: str, dice: random.Random) -> None:
        self.database, self.name, self.dice = database, name, dice
        self.answers: dict[str, Json] = {}
        self.unanswered: deque[Json] = deque()
        self.written = 0

    def start(self) -> None:
        """Start a process and send it the next lines."""
        assert FORKING is not None
        while len(self.unanswered) < AT_ONCE:
            self.unanswered.append(self._line())
        theirs_in, ours_out = FORKING.Pipe(duplex=False)
        self.output, theirs_out = FORKING.Pipe(duplex=False)
        self.process = FORKING.Process(target=apply_lines, args=(str(self.database), theirs_in, theirs_out))
        self.process.start()
        theirs_in.close()
        theirs_out.close()
        os.write(ours_out.fileno(), lines(*list(self.unanswered)[:AT_ONCE]))
        self.input = ours_out
        if self.dice.random() < 0.3:
            self.input.close()  # so that it may end by itself, and be killed while it closes the database

    def _line(self) -> Json:
        self.written += 1
        key = f"{self.name} {self.written}"
        if self.written % 3 == 0:
            return {"action": "cancel_token", "token": self.dice.randint(1, self.written), "key": key}
        slot = self.dice.randint(1, SLOTS)
        return {"action": "issue_token", "slot": slot, "patient": key, "source": self.dice.choice(SOURCES), "key": key}

    def wait_for_life(self) -> None:
        """Wait for the first answer, or sometimes only for a moment, to kill it while it opens the database."""
        awaited = not self.answers or self.dice.random() < 0.7
        timeout = PATIENCE_SECONDS if awaited else self.dice.uniform(0, LONGEST_LIFE)
        answered, _, _ = select.select([self.output.fileno()], [], [], timeout)
        assert answered or not awaited, "a desk does not answer"

    def kill(self) -> None:
        """Kill the process and read its remaining answers."""
        self.process.kill()
        self.input.close()
        read = b""
        while piece := os.read(self.output.fileno(), 65536):
            read += piece
        self.output.close()
        self.process.join()
        self.process.close()
        for line in read.split(b"\n")[:-1]:  # the last is incomplete or empty
            self.take(json.loads(line))

    def take(self, answer: Json) -> None:
        """Assign an answer to the first unanswered action."""
        sent = self.unanswered.popleft()
        assert answer["action"] == sent["action"]
        assert answer["ok"] or answer["error"] in ("UnknownToken", "TokenAlreadyClosed", "TokenHoldsNoSeat"), answer
        self.answers[sent["key"]] = answer


def kept(database: Path) -> dict[str, tuple[int, int | None, int]]:
    """Return, by key, the id of its journal entry, the token's id, and the number of entries with this key."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        rows = connection.execute(
            "SELECT key, k.entry_id, min(subject_id), count(DISTINCT e.entry_id) FROM idempotency_key k"
            " JOIN journal_event e ON e.entry_id = k.entry_id"
            " AND kind IN ('token_issued', 'token_cancelled') GROUP BY key"
        ).fetchall()
        (entries,) = connection.execute("SELECT count(*) FROM journal_entry WHERE action LIKE '%_token'").fetchone()
    assert entries == len(rows), "every entry has the key of one line, and so was done once"
    return {key: tuple(rest) for key, *rest in rows}


@pytest.fixture
def prepared(database_path: Path) -> Path:
    """Return a database with slots; the fork server has already imported everything."""
    assert FORKING is not None
    FORKING.set_forkserver_preload(
        ["tests.system.test_kills", "opd_tui.cli", "opd_tui.desk.opening", "opd_tui.storage.engines.sqlite"]
    )
    invoke("apply", "-", "--database", database_path, input=lines(*first_slot(capacity=5, slots=SLOTS)))
    return database_path


@pytest.mark.parametrize(
    ("count", "kills"),
    [(4, FEW_KILLS), *(pytest.param(count, KILLS, marks=pytest.mark.slow) for count in (1, 4))],
)
def test_whatever_was_answered_before_a_kill_is_there_once(
    prepared: Path, count: int, kills: int, dice: random.Random
) -> None:
    desks = [Desk(prepared, f"desk {number}", dice) for number in range(count)]
    for number in range(kills // count):
        for desk in desks:
            desk.start()
        for desk in desks:
            desk.wait_for_life()
            time.sleep(dice.uniform(0, LONGEST_LIFE / count))  # the moment of the kill is not awaited, it is random
            desk.kill()
        done = kept(prepared)
        for desk in desks:
            for key, answer in desk.answers.items():
                assert not answer["ok"] or done[key][1] == answer["token"]["id"], key
            waiting = [line["key"] in done for line in desk.unanswered]
            assert not any(waiting[1:]), "a desk is one action ahead of its answers at most"
        if number % 20 == 0:
            assert_verified(prepared)
    worked = sum(bool(desk.answers) for desk in desks)
    assert worked == count, "a desk whose first answer is awaited comes to work, however slow the machine"
    assert_verified(prepared)


def assert_verified(database: Path) -> None:
    result = invoke("verify", "--database", database)
    assert result.exit_code == 0, result.output


# Ended by signals


def work_at_a_terminal(terminal: RealTerminal) -> None:
    """Issue a token and wait for it on the screen."""
    terminal.shows("Dr A", "0/2")
    terminal.press("n", "Asha", "enter")
    terminal.shows("Asha", "1/2")


def patients(database: Path) -> list[str]:
    with closing(open_front_desk(str(database))) as desk:
        assert desk.verify().problems == []
        return [record.token.patient.name for record in desk.token_list()]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
@pytest.mark.fast_cases(1)
def test_a_signal_ends_the_screens_as_their_key_does(database_path: Path, number: signal.Signals) -> None:
    open_today(database_path)
    with RealTerminal("--database", database_path) as terminal:
        work_at_a_terminal(terminal)
        terminal.process.send_signal(number)
        assert terminal.ends() == 128 + number
        terminal.assert_left_clean()
        assert b"bug" not in terminal.output
    assert patients(database_path) == ["Asha"]


def test_a_terminal_that_is_closed_ends_the_screens(database_path: Path) -> None:
    open_today(database_path)
    with RealTerminal("--database", database_path) as terminal:
        work_at_a_terminal(terminal)
        terminal.hang_up()
        assert terminal.process.wait(PATIENCE_SECONDS) == 128 + signal.SIGHUP
    assert patients(database_path) == ["Asha"]


TIMELESS = """
import datetime as dt
from opd_tui import cli, clock
now = dt.datetime.now(dt.UTC)
clock.SystemClock.now = lambda self: now
cli.main()
"""
"""The program with a fixed clock, so that an idle screen draws nothing that would fail."""


@pytest.mark.slow
def test_a_terminal_that_is_closed_without_a_signal_ends_the_screens(database_path: Path) -> None:
    open_today(database_path, "Asha")
    with RealTerminal("--database", database_path, program=("-c", TIMELESS), controlling=False) as terminal:
        terminal.shows("Asha", "1/2")
        terminal.hang_up()
        assert terminal.process.wait(PATIENCE_SECONDS) == 128 + signal.SIGHUP


def test_a_killed_app_loses_nothing_that_was_on_its_screen(database_path: Path) -> None:
    open_today(database_path)
    with RealTerminal("--database", database_path) as terminal:
        work_at_a_terminal(terminal)
        terminal.process.kill()
    assert patients(database_path) == ["Asha"]


@pytest.mark.parametrize("end", ["SIGTERM", "SIGHUP", "hang up"])
@pytest.mark.slow
def test_the_demos_folder_is_gone_however_it_is_ended(tmp_path: Path, end: str) -> None:
    folder = tmp_path / "tmp"
    folder.mkdir()
    with RealTerminal("demo", TMPDIR=str(folder)) as terminal:
        terminal.shows("Dr A")
        assert [path.name[:13] for path in folder.iterdir()] == ["opd-tui-demo-"]
        if end == "hang up":
            terminal.hang_up()
        else:
            terminal.process.send_signal(getattr(signal, end))
        terminal.process.wait(PATIENCE_SECONDS)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGHUP])
@pytest.mark.slow
def test_the_printed_demos_folder_is_gone_when_it_is_ended(tmp_path: Path, end: signal.Signals) -> None:
    command = [*COMMAND, "demo", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=os.environ | {"TMPDIR": str(tmp_path)}) as process:
        assert process.stdout is not None
        fcntl.fcntl(process.stdout, fcntl.F_SETPIPE_SZ, 4096)  # a small pipe, so that it blocks until it is read
        assert process.stdout.read(1) == b"{"
        assert [path.name[:13] for path in tmp_path.glob("opd-tui-*")] == ["opd-tui-demo-"]
        process.send_signal(end)
        process.stdout.read()
        assert process.wait(PATIENCE_SECONDS) == 128 + end
    assert list(tmp_path.glob("opd-tui-*")) == []
