"""Long work shows how far it is on a terminal, and is left with Ctrl+C at any moment with nothing half done."""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from opd_tui.cli import long_work
from opd_tui.desk.actions import CompleteToken
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.storage.files import untrusted
from opd_tui.storage.files.backup_store import store_of
from opd_tui.storage.files.drafts import DRAFT
from tests.benchmarks.data import Content, build
from tests.cli.test_surroundings import run_in_shell
from tests.support.helpers import answers_in, dump, first_slot, invoke, lines, until
from tests.support.older import old_file
from tests.support.terminals import RealTerminal

CTRL_C = 128 + signal.SIGINT
SEEN = 1
LAST_MOMENT = 60
"""More moments than the commands here have."""

At = Callable[[int], bool]
Moments = Callable[[At], None]


@pytest.fixture
def closed(filled: FrontDesk, database_path: Path) -> Path:
    """A database that no desk has open, with a backup, and with an action since."""
    assert invoke("backup", "--database", database_path).exit_code == 0
    filled.perform(CompleteToken(token=SEEN))
    filled.close()
    return database_path


@pytest.fixture
def moments(monkeypatch: pytest.MonkeyPatch) -> Moments:
    """Let Ctrl+C be pressed at the reports for which a function returns true."""

    def press_at(is_now: At) -> None:
        reports = iter(range(1000))

        def show(_step: str, _share: float) -> None:
            if is_now(next(reports)):
                signal.raise_signal(signal.SIGINT)

        @contextmanager
        def display() -> Iterator[long_work.Show]:
            yield show

        monkeypatch.setattr(long_work, "bar_on_terminal", display)
        monkeypatch.setattr("opd_tui.cli.apply.bar_on_terminal", display)

    return press_at


def drafts(folder: Path) -> list[Path]:
    return list(folder.rglob(f"{DRAFT}*"))


def contents(folder: Path) -> dict[str, Any]:
    """The rows of every database in a folder, by the file's name."""
    return {path.name: dump(path) for path in sorted(folder.rglob("*.db"))}


# Leaving


BACKUP = "opd.db-backups"
COMMANDS = {
    "backup": ("backup",),
    "restore": ("restore", "BACKUP", "--yes"),
    "forget in the backups": ("forget", str(SEEN), "--yes", "--backups"),
    "verify": ("verify",),
    "verify against": ("verify", "--against", "BACKUP"),
    "drill": ("backup", "--drill"),
    "backup elsewhere": ("backup", "STICK"),
}


@pytest.mark.fast_cases(2)
@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_work_that_is_left_at_any_moment_is_done_or_not_done(
    closed: Path, tmp_path: Path, moments: Moments, command: tuple[str, ...]
) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    names = {"BACKUP": str(store_of(closed).backups()[-1].path), "STICK": str(stick)}
    arguments = [names.get(each, each) for each in command]
    before, statuses = contents(tmp_path), []
    for moment in range(LAST_MOMENT):
        moments(lambda number, moment=moment: number == moment)
        result = invoke(*arguments, "--database", closed)
        statuses.append(result.exit_code)
        assert drafts(tmp_path) == []
        if result.exit_code == 0:
            break
        assert result.exit_code == CTRL_C, result.output
        assert result.stderr.startswith("opd-tui: Interrupted. ")
        assert result.stderr.count("\n") == 1
        assert result.stdout == ""
        if "forget" not in command:
            assert contents(tmp_path) == before
    assert len(statuses) > 2, "it was left at some moments, and then it was done"
    assert statuses[-1] == 0
    moments(lambda _: False)
    assert invoke("verify", "--database", closed).exit_code == 0


def test_backups_that_were_not_reached_are_rewritten_by_the_same_command(closed: Path, moments: Moments) -> None:
    invoke("backup", "--database", closed)
    kept = [backup.path for backup in store_of(closed).backups()]
    seen: list[int] = []

    def in_the_second(number: int) -> bool:
        seen.append(number)
        return b"Asha" not in kept[0].read_bytes()

    moments(in_the_second)
    result = invoke("forget", str(SEEN), "--yes", "--backups", "--database", closed)
    assert result.exit_code == CTRL_C
    assert "give the same command with --backups again" in result.stderr
    assert seen
    moments(lambda _: False)
    assert invoke("forget", str(SEEN), "--yes", "--backups", "--database", closed).exit_code == 0


def test_an_upgrade_that_is_left_did_nothing(tmp_path: Path, moments: Moments) -> None:
    path = tmp_path / "opd.db"
    for moment in range(LAST_MOMENT):
        for left in tmp_path.iterdir():
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        before = dump(old_file(path, 3))
        moments(lambda number, moment=moment: number == moment)
        result = invoke("doctor", "list", "--database", path)
        if result.exit_code == 0:
            break
        assert (result.exit_code, result.stdout) == (CTRL_C, "")
        assert result.stderr == "opd-tui: Interrupted. Nothing was done.\n"
        assert dump(path) == before
        assert drafts(tmp_path) == []
    assert moment >= 2
    assert result.exit_code == 0


def test_apply_is_left_between_two_lines(
    database_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moments: Moments
) -> None:
    """Ctrl+C while an action is performed waits for its answer."""
    moments(lambda _: False)
    file = tmp_path / "lines.jsonl"
    file.write_bytes(
        lines(
            *first_slot(),
            *({"action": "issue_token", "slot": 1, "patient": f"P {n}", "source": "PAID"} for n in range(9)),
        )
    )
    performed, perform = iter(range(99)), FrontDesk.perform

    def interrupted(self: FrontDesk, *arguments: Any, **options: Any) -> Any:
        if next(performed) == 5:
            signal.raise_signal(signal.SIGINT)
        return perform(self, *arguments, **options)

    monkeypatch.setattr(FrontDesk, "perform", interrupted)
    result = invoke("apply", file, "--database", database_path)
    assert result.exit_code == CTRL_C
    assert len(answers_in(result.stdout_bytes)) == 6
    assert "Every line that was answered is done, and no other." in result.stderr
    assert len(dump(database_path)["token"]) == 4


def test_a_signal_that_comes_while_sqlite_works_is_not_taken_for_damage(
    closed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """sqlite3 drops what is raised in its progress handler, and says “interrupted”."""
    calls = iter(range(10**9))

    def monotonic() -> float:
        if next(calls) == 40:
            signal.raise_signal(signal.SIGINT)
        return 0.0

    monkeypatch.setattr(untrusted, "OPERATIONS_BETWEEN_LOOKS", 1)
    monkeypatch.setattr(untrusted, "time", SimpleNamespace(monotonic=monotonic))
    result = invoke("verify", "--database", closed)
    assert (result.exit_code, result.stderr) == (CTRL_C, "opd-tui: Interrupted. Nothing was changed.\n")


@pytest.mark.skipif(os.name != "posix", reason="only here a program can be started to ignore signals")
def test_a_signal_that_the_program_was_started_to_ignore_is_ignored(closed: Path) -> None:
    script = 'trap "" HUP; "$@" & child=$!; kill -HUP $child; wait $child'
    assert run_in_shell(script, "backup", "--database", closed).returncode == 0


# Showing


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        return True


def at_a_terminal(monkeypatch: pytest.MonkeyPatch, seconds: float = 0) -> Terminal:
    """Make standard error a terminal on which a bar appears after some seconds; pytest would undo it in a fixture."""
    stream = Terminal()
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(long_work, "SECONDS_UNTIL_SHOWN", seconds)
    return stream


def test_a_bar_shows_the_step_and_the_share_and_leaves_no_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = at_a_terminal(monkeypatch)
    with long_work.long_work() as work:
        work.report("verifying", 0.42)
        until(lambda: "Verifying" in terminal.getvalue() and "42%" in terminal.getvalue())
        work.report("copying 2 of 3", 1)
        until(lambda: "Copying 2 of 3" in terminal.getvalue() and "100%" in terminal.getvalue())
    assert terminal.getvalue().endswith("\x1b[?25h\r\x1b[1A\x1b[2K"), "the cursor is shown and the line empty"


def test_short_work_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = at_a_terminal(monkeypatch, 600)
    with long_work.long_work() as work:
        work.report("verifying", 0.42)
    assert terminal.getvalue() == ""


def test_in_a_pipe_there_is_no_bar(closed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_work, "SECONDS_UNTIL_SHOWN", 0)
    result = invoke("verify", "--database", closed)
    assert (result.exit_code, result.stderr) == (0, "")


def test_the_screens_are_told_each_per_cent_once(closed: Path) -> None:
    result = invoke("backup", "--progress", "--json", "--database", closed)
    told = [json.loads(line) for line in result.stderr.splitlines()]
    assert [each["step"] for each in told] == sorted(each["step"] for each in told)
    assert {each["step"] for each in told} == {"copying", "verifying"}
    assert all(0 <= each["per_cent"] <= 100 for each in told)
    assert len({tuple(each.items()) for each in told}) == len(told)
    assert json.loads(result.stdout)["ok"]


@pytest.mark.slow
@pytest.mark.parametrize("key", ["\x03", ""], ids=["Ctrl+C", "closed terminal"])
def test_on_a_real_terminal_a_bar_moves_and_one_can_leave(tmp_path: Path, key: str) -> None:
    path = tmp_path / "opd.db"
    build(str(path), Content(history=20_000, doctors=4))
    before = path.read_bytes()
    with RealTerminal("backup", "--database", path) as terminal:
        terminal.shows("Verifying", "%")
        if key:
            terminal.press(key)
            assert terminal.ends() == CTRL_C
            terminal.shows("opd-tui: Interrupted. Nothing was changed.")
            assert "Verifying" not in terminal.text
        else:
            terminal.hang_up()
            until(lambda: terminal.process.poll() is not None)
            assert terminal.process.returncode == 128 + signal.SIGHUP
    assert path.read_bytes() == before
    assert store_of(path).copies() == []
    assert drafts(tmp_path) == []


# Options that count


@pytest.mark.parametrize(
    "command", [("verify",), ("backup", "--drill"), ("restore", "BACKUP", "--yes"), ("backup",)], ids=" ".join
)
def test_a_time_zone_that_is_not_the_hospitals_is_refused(closed: Path, command: tuple[str, ...]) -> None:
    backup = store_of(closed).backups()[-1].path
    arguments = [str(backup) if each == "BACKUP" else each for each in command]
    before = dump(closed)
    result = invoke(*arguments, "--database", closed, "--time-zone", "Europe/Oslo")
    assert "and not Europe/Oslo." in result.stderr
    assert "Leave out --time-zone." in result.stderr
    assert result.exit_code in (1, 2)
    assert dump(closed) == before
    assert invoke(*arguments, "--database", closed, "--time-zone", "Asia/Kolkata").exit_code == 0
