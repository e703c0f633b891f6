"""Odd surroundings of a command: each ends in an answer or in a sentence, and never as a bug."""

from __future__ import annotations

import datetime as dt
import errno
import os
import random
import signal
import subprocess
from pathlib import Path

import pytest

from opd_tui import environment
from opd_tui.clock import FixedClock
from opd_tui.desk.opening import open_front_desk
from opd_tui.domain.errors import ClockIsWrong
from tests.conftest import ZONE
from tests.support.helpers import (
    COMMAND,
    PATIENCE_SECONDS,
    Applying,
    answers_in,
    buffered_environment,
    dump,
    first_slot,
    invoke,
    issue,
    lines,
    run,
    stop_the_clock,
)

BUG = 70


def run_in_shell(script: str, *arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run the command, which is "$@" in a script, in its own process."""
    return subprocess.run(
        ["sh", "-c", script, "sh", *COMMAND, *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env=buffered_environment() | environment,
        timeout=PATIENCE_SECONDS,
        check=False,
    )


def says(result: subprocess.CompletedProcess[bytes], *words: str, status: int = 2) -> None:
    """Assert that a command ended with this status and one sentence."""
    message = result.stderr.decode()
    assert result.returncode == status, message
    assert all(word in message for word in words), message
    assert "Traceback" not in message


@pytest.fixture
def made(database_path: Path, clock: FixedClock) -> Path:
    """A database with one slot."""
    with_slot = invoke("apply", "-", "--database", database_path, input=lines(*first_slot()))
    assert with_slot.exit_code == 0
    return database_path


# Streams


def test_without_standard_input_or_output_apply_says_so(made: Path) -> None:
    before = dump(made)
    says(run_in_shell('"$@" <&-', "apply", "-", "--database", made), "there is no standard input. Name a file.")
    says(
        run_in_shell('"$@" < /proc/self/mem', "apply", "-", "--database", made),
        "The input cannot be read: Input/output",
    )
    says(run_in_shell('"$@" >&-', "apply", "-", "--database", made), "There is no standard output for the answers.")
    assert dump(made) == before
    assert run_in_shell('"$@" >&- 2>&-', "apply", "-", "--database", made).returncode == 2


@pytest.mark.fast_cases(1)
@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&-", "<&- >&- 2>&-"])
def test_the_screens_need_every_stream_and_a_demo_is_printed_without(made: Path, closed: str) -> None:
    result = run_in_shell(f'"$@" {closed}', "--database", made)
    assert (result.returncode, result.stdout) == (2, b"")
    assert run_in_shell(f'"$@" {closed}', "demo").returncode == 0
    says(run_in_shell('"$@" <&-', "forget", "1", "--database", made), "There is no such token", status=1)


def test_ctrl_c_ends_apply_with_the_status_of_the_signal(made: Path) -> None:
    with Applying(made) as applying:
        assert applying.ask({"action": "issue_token", "slot": 1, "patient": "Asha", "source": "PAID"})["ok"]
        applying.process.send_signal(signal.SIGINT)
        assert applying.finish() == 128 + signal.SIGINT
    assert len(dump(made)["token"]) == 1
    assert invoke("verify", "--database", made).exit_code == 0


# Bytes


@pytest.mark.fast_cases(2)
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("token", "issue", "--slot", "1", "--source", "PAID", "--patient", b"Jos\xe9"), "--patient has"),
        (("token", "issue", "--slot", "1", "--source", "PAID", "--patient", "x", "--uhid", b"\xff1"), "--uhid has"),
        (("doctor", "add", "--name", b"Dr Zo\xeb"), "--name has"),
        (("doctor", "add", "--name", "Dr B", "--room", b"\xe9"), "--room has"),
        (("doctor", "add", "--name", "Dr B", "--desk", b"desk \xe9"), "The desk's name has characters"),
        (("doctor", "add", "--name", "Dr B", "--operator", b"\xe9"), "The operator's name has characters"),
        (("forget", "--uhid", b"MRN \xe9"), "--uhid"),
        (("token", "list", "--find", b"\xe9"), "--find"),
        (("forget", "--name", b"Jos\xe9", "--phone", "12345"), "--name"),
    ],
)
def test_bytes_that_are_no_text_are_refused_and_not_dropped(
    made: Path, arguments: tuple[str | bytes, ...], words: str
) -> None:
    before = dump(made)
    decoded = [os.fsdecode(each) for each in arguments]
    says(run(*decoded, "--database", made, PYTHONUTF8="1"), words, "not in the expected encoding")
    assert dump(made) == before


def test_half_a_character_in_json_is_refused_and_not_dropped(made: Path) -> None:
    line = b'{"action": "add_doctor", "name": "Jos\\udce9"}\n'
    (answer,) = answers_in(invoke("apply", "-", "--database", made, input=line).stdout_bytes)
    assert answer["error"] == "InvalidAction"
    assert "'name' has characters that are not in the expected encoding" in answer["message"]


@pytest.mark.parametrize("words", [("token", "issue"), ("patient", "edit"), ("forget",)])
def test_the_help_of_what_takes_a_name_says_who_can_read_it(words: tuple[str, ...]) -> None:
    said = " ".join(invoke(*words, "--help").stdout.split())
    assert "Other users of this machine can read a command's arguments while it runs" in said


# Python and folders


@pytest.mark.slow
def test_help_and_commands_need_no_docstrings(made: Path) -> None:
    for command in ((), ("token", "issue"), ("apply",), ("forget",), ("backup",), ("token", "list"), ("demo",)):
        plain, stripped = (run(*command, "--help", PYTHONOPTIMIZE=level) for level in ("", "2"))
        assert plain.stdout == stripped.stdout
        assert len(plain.stdout.splitlines()[2].split()) > 1, "it says what it does"
    token = {"action": "issue_token", "slot": 1, "patient": "Asha", "source": "PAID"}
    result = run("apply", "-", "--database", made, input=lines(token), PYTHONOPTIMIZE="2")
    assert answers_in(result.stdout)[0]["ok"]
    assert run("verify", "--database", made, PYTHONOPTIMIZE="2").returncode == 0


def test_a_relative_data_folder_is_not_taken_for_one(tmp_path: Path) -> None:
    names = ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME")
    result = run_in_shell('cd "$HOME" && "$@"', "paths", HOME=str(tmp_path), **dict.fromkeys(names, "relative"))
    assert result.returncode == 0
    assert f"{tmp_path}/.local/share/opd-tui/opd.db" in result.stdout.decode()
    assert f"{tmp_path}/relative" not in result.stdout.decode()


# Names and limits


@pytest.mark.fast_cases(2)
@pytest.mark.parametrize(
    "words", [("apply", "-"), ("verify",), ("backup", "--list"), ("backup", "--drill"), ("token", "list"), ("paths",)]
)
def test_a_name_that_no_file_can_have_is_said(tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "a.db").symlink_to("b.db")
    (tmp_path / "b.db").symlink_to("a.db")
    os.mkfifo(tmp_path / "pipe.db")
    for name in ("a.db", "x" * 245, "x" * 300, "pipe.db", "/dev/null"):  # the second leaves no room for backups' names
        result = invoke(*words, "--database", tmp_path / name)
        assert result.exit_code in (0, 1, 2), result.output
        assert "Delete it" not in result.stderr
        said = ("Too many levels of symbolic links", "File name too long", "There is no backup", "a device or a pipe")
        assert words[-1] in ("paths", "--list") or any(each in result.stderr for each in said), result.stderr


def test_a_limit_on_open_files_is_no_bug(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_path: object) -> None:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    token = {"action": "issue_token", "slot": 1, "patient": "Asha", "source": "PAID"}
    cancel = {"action": "cancel_token", "token": 1}
    assert invoke("apply", "-", "--database", made, input=lines(token, cancel)).exit_code == 0
    monkeypatch.setattr(os, "scandir", refuse)
    result = invoke("forget", "1", "--yes", "--database", made)
    assert result.exit_code == 2
    assert "The system allows too few open files. Everything done before is saved." in result.stderr


# Zones and clocks


@pytest.mark.slow
@pytest.mark.parametrize("zone", ["IST-5:30", "CET-1CEST", "<+0545>-5:45", "EST5EDT4,M3.2.0,M11.1.0"])
def test_a_zone_without_a_name_is_asked_for_when_a_database_is_made(tmp_path: Path, zone: str) -> None:
    path = tmp_path / "opd.db"
    says(run("doctor", "add", "--name", "Dr A", "--database", path, TZ=zone), "Name it with --time-zone")
    assert list(tmp_path.iterdir()) == [], "no file is left"
    assert b"give --time-zone" in run("paths", "--database", path, TZ=zone).stdout
    add = ("doctor", "add", "--name", "Dr A", "--database", path)
    says(run(*add, "--time-zone", "Mars/Olympus", TZ=zone), "There is no time zone 'Mars/Olympus'")
    assert run(*add, "--time-zone", "Asia/Kathmandu", TZ=zone).returncode == 0
    assert run(*add, TZ=zone).returncode == 0, "a database has its zone"
    assert b"Asia/Kathmandu" in run("paths", "--database", path, TZ=zone).stdout
    says(run(*add, "--time-zone", "Asia/Kolkata"), "time zone is Asia/Kathmandu since the database was made")


def test_a_name_that_does_not_fit_the_clock_is_no_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container with the host's /etc/localtime and its own /etc/timezone."""
    import time

    monkeypatch.setattr("tzlocal.get_localzone_name", lambda: "Etc/UTC")
    for zone, fits in (("UTC", True), ("Asia/Kolkata", False), ("Europe/London", False)):
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        assert (environment.system_zone() is not None) == fits, zone
    monkeypatch.undo()
    time.tzset()


@pytest.mark.fast_cases(2)
@pytest.mark.parametrize("year", [3500, 9999, 1969, 1])
def test_a_clock_that_is_centuries_wrong_is_refused(made: Path, monkeypatch: pytest.MonkeyPatch, year: int) -> None:
    stop_the_clock(monkeypatch, FixedClock(dt.datetime(year, 6, 1, tzinfo=dt.UTC)), ZONE)
    before = dump(made)
    token = {"action": "issue_token", "slot": 1, "patient": "Asha", "source": "PAID"}
    (answer,) = answers_in(invoke("apply", "-", "--database", made, input=lines(token)).stdout_bytes)
    assert answer["error"] == "ClockIsWrong"
    assert f"clock says 01 Jun {year}" in answer["message"]
    assert dump(made) == before
    for command in (("token", "list"), ("slot", "list"), ("verify",), ("paths",)):
        assert invoke(*command, "--database", made).exit_code == 0


def test_the_screens_stand_a_clock_that_is_centuries_wrong(made: Path) -> None:
    wrong = FixedClock(dt.datetime(3500, 6, 1, tzinfo=dt.UTC))
    desk = open_front_desk(str(made), clock=wrong, zone=ZONE)
    desk.board(desk.today())
    with pytest.raises(ClockIsWrong):
        issue(desk, 1, "Asha")
    desk.close()


# Any of these together


STREAMS = ["", "<&-", "</proc/self/mem", "</dev/null", ">&-", "2>&-", "<&- 2>&-", ">/dev/full", "2>/dev/full"]
SURROUNDINGS = {
    "TZ": ["", "UTC", "Asia/Kolkata", "IST-5:30", "Nobody/Knows", ":", "/etc/localtime", "\x07"],
    "LC_ALL": ["", "C", "C.UTF-8", "en_US.ISO-8859-1", "xx_XX"],
    "PYTHONIOENCODING": ["", "ascii", "latin-1:strict", "utf-16"],
    "PYTHONUTF8": ["", "0", "1"],
    "PYTHONOPTIMIZE": ["", "1", "2"],
    "PYTHONWARNINGS": ["", "error", "always"],
    "HOME": ["", "/", "/nonexistent", "relative"],
    "XDG_DATA_HOME": ["", "relative", "/dev/null"],
    "XDG_CONFIG_HOME": ["", "relative", "/dev/null"],
    "TERM": ["", "dumb", "xterm", "no-such-terminal"],
    "COLUMNS": ["", "0", "-1", "many"],
    "OPD_TUI_DESK": ["", "desk 2", "\udce9", " " * 200],
    "OPD_TUI_TIME_ZONE": ["", "Asia/Kolkata", "Mars/Olympus", "../../etc/passwd"],
    "OPD_TUI_CONFIG": ["", "/", "/dev/null", "/nonexistent/config.toml"],
    "PGCLIENTENCODING": ["", "LATIN1"],
    "USER": ["", "\udce9", "x" * 500],
}
INPUT = b"".join(
    (
        lines(*first_slot()),
        b'{"action": "issue_token", "slot": 1, "patient": "\xe0\xa4\xb0\xe0\xa4\xbe\xe0\xa4\xae", "source": "PAID"}\n',
        b'{"action": "cancel_token", "token": 1, "at": "1971-01-01T00:00"}\n\xff\n',
    )
)


@pytest.mark.slow
@pytest.mark.parametrize("number", range(30))
def test_apply_ends_in_answers_or_a_sentence_in_any_surroundings(tmp_path: Path, number: int) -> None:
    dice = random.Random(number)
    chosen = {name: dice.choice(values) for name, values in SURROUNDINGS.items() if dice.random() < 0.5}
    environment = {name: value for name, value in buffered_environment().items() if name not in chosen}
    environment |= {name: value for name, value in chosen.items() if value}
    (tmp_path / "input").write_bytes(INPUT)
    stream = dice.choice(STREAMS)
    redirected = stream if "<" in stream else f"< input {stream}"
    command = ["sh", "-c", f'"$@" {redirected}', "sh", *COMMAND, "apply", "-", "--database", "opd.db"]
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, (os.getcwd(), os.environ.get("PYTHONPATH"))))
    result = subprocess.run(
        command, capture_output=True, cwd=tmp_path, env=environment, timeout=PATIENCE_SECONDS, check=False
    )
    told = f"{chosen} {stream}: {result}"
    assert result.returncode in (0, 1, 2), told
    assert b"Traceback" not in result.stderr, told
    if result.returncode == 2:
        message = result.stderr.replace(b"\0", b"")  # it may be in UTF-16
        assert message.startswith((b"opd-tui: ", b"Usage: ")) or ("2>" in stream and not message), told
    elif ">" not in stream.replace("2>", "") and "<" not in stream:
        assert [answer["ok"] for answer in answers_in(result.stdout)] == [True, True, True, False, False], told
