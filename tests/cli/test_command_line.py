"""The `opd-tui` command: options, exit statuses, tables and JSON."""

from __future__ import annotations

import json
import subprocess
import sys
import unicodedata
from pathlib import Path

import click
import pytest

from opd_tui.cli import main
from opd_tui.clock import FixedClock
from tests.conftest import ZONE
from tests.support.helpers import (
    DATE,
    PATIENCE_SECONDS,
    answers_in,
    first_slot,
    invoke,
    lines,
    run,
    stop_the_clock,
)
from tests.support.stores import Store, always_on_every_store, on_every_store

NASTY = ["Ravi [/x", "[bold]", "=cmd()", "देवनागरी", "漢字", "{0} %s \\n", "<b>&amp;", "-rf"]


@pytest.fixture(autouse=True)
def stopped(monkeypatch: pytest.MonkeyPatch, clock: FixedClock) -> None:
    """Fix the clock of all commands at nine o'clock at the hospital."""
    stop_the_clock(monkeypatch, clock, ZONE)


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch, store: Store) -> Store:
    """Return a database with one slot of two seats, named by the environment."""
    monkeypatch.setenv("OPD_TUI_DATABASE", store.location)
    assert invoke("apply", "-", input=lines(*first_slot())).exit_code == 0
    return store


def says(*arguments: str | Path, status: int = 0) -> str:
    """Return a command's output, from the stream that its exit status calls for."""
    result = invoke(*arguments)
    assert result.exit_code == status, result.output
    if status:
        assert result.stdout == ""
        return result.stderr
    assert result.stderr == ""
    return result.stdout


def issues(patient: str, *others: str) -> str:
    return says("token", "issue", "--slot", "1", "--patient", patient, "--source", "ONLINE", *others)


# Commands


@pytest.mark.fast_cases(1)
@always_on_every_store
def test_a_morning_from_the_command_line(store: Store) -> None:
    at = ("--database", store.location)
    assert says(*at, "doctor", "add", "--name", "Dr Anil Rao", "--code", "a") == (
        "Dr Anil Rao was added with the code A.\n"
    )
    window = ("--doctor", "1", "--date", DATE, "--start", "09:00", "--end", "10:00", "--capacity", "1")
    assert says(*at, "slot", "open", *window) == "Dr Anil Rao has a slot 09:00–10:00 on Sun 22 Nov with 1 seat.\n"
    later = ("--doctor", "1", "--date", DATE, "--start", "10:00", "--end", "12:00", "--capacity", "3", "--every", "60")
    assert says(*at, "session", "open", *later) == (
        "Dr Anil Rao has 2 slots 10:00–12:00 on Sun 22 Nov with 3 seats each.\n"
    )
    issue = (*at, "token", "issue", "--slot", "1", "--source")
    assert says(*issue, "ONLINE", "--patient", "Asha") == "Online A-001 Asha has a seat with Dr Anil Rao 09:00.\n"
    assert "took the seat of A-001 Asha" in says(*issue, "PAID", "--patient", "Meera")
    assert says(*at, "token", "no-show", "A-002") == "A-002 Meera did not show up; A-001 Asha moves up.\n"
    assert says(*at, "token", "complete", "1") == "A-001 Asha is done.\n"
    assert says(*issue, "WALKIN", "--patient", "Ravi") == (
        "Walk-in A-003 Ravi waits for Dr Anil Rao 09:00; the nearest free seat is at 10:00.\n"
    )
    assert says(*at, "token", "cancel", "3") == "A-003 Ravi was cancelled.\n"
    assert says(*at, "verify").endswith("All agree.\n")


@on_every_store
def test_every_field_of_an_action_is_an_option(database: Store) -> None:
    given = ("--phone", "+91 98765 43210", "--uhid", "MRN 7", "--birth-year", "1990", "--sex", "f")
    issues("Asha", *given, "--at", "2026-11-22T08:30", "--key", "k1")
    (row,) = database.dump()["patient"]
    assert row[1:6] == ("Asha", "+91 98765 43210", "MRN 7", 1990, "female")
    assert database.dump()["token"][0][10] == "2026-11-22T03:00:00.000000Z"
    issues("Asha", *given, "--at", "2026-11-22T08:30", "--key", "k1")
    assert len(database.dump()["token"]) == 1


@on_every_store
@pytest.mark.parametrize("token", ["1", "A-001", "a-001", " A-001 "])
def test_a_token_is_named_by_its_id_or_its_number(database: Store, token: str) -> None:
    issues("Asha")
    assert says("token", "cancel", token) == "A-001 Asha was cancelled.\n"


@on_every_store
def test_a_number_belongs_to_a_date_and_that_is_today_by_default(database: Store, clock: FixedClock) -> None:
    issues("Asha")
    clock.instant = clock.instant.replace(day=24)
    assert "no token 'A-001' on 24 Nov 2026" in says("token", "cancel", "A-001", status=1)
    assert says("token", "cancel", "A-001", "--date", DATE) == "A-001 Asha was cancelled.\n"


@on_every_store
def test_today_is_the_hospitals_date(database: Store, clock: FixedClock) -> None:
    issues("Asha")
    clock.instant = clock.instant.replace(day=21, hour=18, minute=30)
    assert "later than" not in says("token", "cancel", "A-001"), "18:30 in UTC is midnight at the hospital"


# The shared options


def entries(store: Store) -> list[tuple[str, str]]:
    """Return operator and desk of every journal entry."""
    return [row[4:6] for row in store.dump()["journal_entry"]]


@on_every_store
def test_who_acts_is_said_before_or_after_the_word(store: Store) -> None:
    options = ("--database", store.location, "--operator", "meera", "--desk", "desk 2")
    add = ("--name", "Dr A")
    says(*options, "doctor", "add", *add)
    says("doctor", *options, "add", *add)
    says("doctor", "add", *options, *add)
    says("doctor", "add", *add, *options)
    assert entries(store) == [("meera", "desk 2")] * 4


def test_what_stands_nearest_to_the_command_wins_over_the_environment(
    database: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPD_TUI_OPERATOR", "from the environment")
    monkeypatch.setenv("OPD_TUI_DESK", "desk of the environment")
    says("doctor", "add", "--name", "x")
    says("--operator", "outer", "doctor", "add", "--name", "x")
    says("--operator", "outer", "doctor", "--operator", "middle", "add", "--operator", "inner", "--name", "x")
    says("--operator", "", "doctor", "add", "--name", "x")
    assert [operator for operator, _ in entries(database)[2:]] == [
        "from the environment",
        "outer",
        "inner",
        "from the environment",
    ]
    assert {desk for _, desk in entries(database)[2:]} == {"desk of the environment"}


def test_who_acts_is_clean_text(database: Store) -> None:
    says("doctor", "add", "--name", "x", "--operator", "me\x1b[31m\u202era ", "--desk", "x" * 500)
    assert entries(database)[-1] == ("me[31mra", "x" * 120)


def test_the_database_is_named_before_or_after_the_word_or_by_the_environment(
    database: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = str(tmp_path / "other.db")
    says("doctor", "add", "--name", "Dr X", "--database", other)
    says("--database", other, "doctor", "add", "--name", "Dr Y")
    assert [doctor["name"] for doctor in listed("doctor", "list", "--database", other)] == ["Dr X", "Dr Y"]
    assert [doctor["name"] for doctor in listed("doctor", "list")] == ["Dr A"]
    monkeypatch.delenv("OPD_TUI_DATABASE")
    assert "No doctors yet" in says("doctor", "list")
    assert (tmp_path / "data" / "opd-tui" / "opd.db").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "data" / "opd-tui").stat().st_mode & 0o777 == 0o700


# Exit statuses


@on_every_store
def test_a_refusal_is_one_line_and_status_1(database: Store) -> None:
    before = database.dump()
    for arguments, words in (
        (("token", "cancel", "7"), "There is no token with id 7."),
        (("token", "cancel", "A-007"), "There is no token 'A-007' on 22 Nov 2026."),
        (("doctor", "add", "--name", "Dr B", "--code", "A"), "The code A belongs to another doctor."),
        (("token", "issue", "--slot", "9", "--patient", "x", "--source", "PAID"), "There is no slot with id 9."),
    ):
        said = says(*arguments, status=1)
        assert said.startswith(f"opd-tui: {words}")
        assert said.endswith("Nothing was changed.\n")
        assert said.count("\n") == 1
    assert database.dump() == before


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",),
        ("token",),
        ("token", "issue"),
        ("token", "issue", "--slot", "1", "--patient", "x"),
        ("token", "issue", "--slot", "one", "--patient", "x", "--source", "PAID"),
        ("token", "issue", "--slot", "1", "--patient", "...", "--source", "PAID"),
        ("token", "issue", "--slot", "1", "--patient", "", "--source", "PAID"),
        ("token", "issue", "--slot", "1", "--patient", "x", "--source", "vip"),
        ("token", "issue", "--slot", "1", "--patient", "x", "--source", "PAID", "--birth-year", "soon"),
        ("token", "issue", "--slot", "1", "--patient", "x", "--source", "PAID", "--at", "noon"),
        ("token", "issue", "--slot", "1", "--patient", "x", "--source", "PAID", "--at", "2026-11-22T09:01"),
        ("token", "issue", "--slot", "+-5", "--patient", "x", "--source", "PAID"),
        ("token", "cancel", "A-001", "--date", "someday"),
        ("token", "cancel"),
        ("token", "list", "--slot", "+-5"),
        ("token", "list", "--status", "absent"),
        ("slot", "list", "--date", "2026-02-30"),
        ("slot", "list", "--doctor", "9" * 5000),
        ("doctor", "list", "--nonsense"),
        ("apply", "/nowhere/at/all.jsonl"),
    ],
)
def test_wrong_use_is_status_2_and_changes_nothing(database: Store, arguments: tuple[str, ...]) -> None:
    before = database.dump()
    result = invoke(*arguments)
    assert result.exit_code == 2
    assert "Traceback" not in result.output
    assert database.dump() == before


@pytest.mark.parametrize(
    "command",
    [("doctor", "list"), ("token", "list", "--json"), ("doctor", "add", "--name", "x"), ("verify",), ("paths",)],
)
def test_a_database_that_cannot_be_opened_is_status_2_in_one_line(tmp_path: Path, command: tuple[str, ...]) -> None:
    said = says(*command, "--database", tmp_path, status=2)
    assert said == f"opd-tui: {tmp_path} is a folder. Name a file in it. Nothing was changed.\n"


@on_every_store
def test_verify_says_what_does_not_agree_with_status_1(database: Store) -> None:
    issues("Asha")
    database.execute("UPDATE token SET status = 'WAITING'")
    result = invoke("verify")
    assert result.exit_code == 1
    assert "- token 1 waits but should have a seat\n" in result.stdout
    assert result.stdout.endswith("Something does not agree.\n")
    told = json.loads(invoke("verify", "--json").stdout)
    assert told["ok"] is False
    assert "token 1 waits but should have a seat" in told["problems"]


def test_verify_makes_no_database(tmp_path: Path) -> None:
    assert "There is no database at" in says("verify", "--database", tmp_path / "opd.db", status=2)
    assert "There is no database at" in says("verify", status=2)
    assert not (tmp_path / "opd.db").exists()
    assert not (tmp_path / "data").exists()


# JSON


@on_every_store
def test_json_answers_are_those_of_apply(database: Store) -> None:
    issued = json.loads(issues("Asha", "--json"))
    assert issued == {
        "ok": True,
        "action": "issue_token",
        "at": "2026-11-22T03:30:00.000000Z",
        "entry": 3,
        "token": {
            "id": 1,
            "number": "A-001",
            "slot": 1,
            "patient": "Asha",
            "source": "ONLINE",
            "priority": 4,
            "status": "ACTIVE",
            "issued_at": "2026-11-22T03:30:00.000000Z",
        },
        "changes": [
            {"token": 1, "number": "A-001", "from": None, "to": "WAITING", "reason": "issued", "because_of": None},
            {
                "token": 1,
                "number": "A-001",
                "from": "WAITING",
                "to": "ACTIVE",
                "reason": "allocated",
                "because_of": None,
            },
        ],
    }
    assert json.loads(says("token", "cancel", "A-001", "--json"))["token"] == issued["token"] | {"status": "CANCELLED"}


@pytest.mark.parametrize(
    ("arguments", "status", "error"),
    [
        (("token", "cancel", "7"), 1, "UnknownToken"),
        (("token", "cancel", "A-007"), 1, "UnknownToken"),
        (("token", "cancel", "7", "--at", "noon"), 2, "InvalidAction"),
        (("doctor", "add", "--name", "..."), 2, "InvalidAction"),
        (("doctor", "add", "--name", "x", "--code", "A"), 1, "DoctorCodeTaken"),
    ],
)
def test_a_refusal_in_json_is_that_of_apply(
    database: Store, arguments: tuple[str, ...], status: int, error: str
) -> None:
    result = invoke(*arguments, "--json")
    answer = json.loads(result.stdout)
    assert (result.exit_code, answer["ok"], answer["error"]) == (status, False, error)
    assert list(answer) == ["ok", "action", "error", "message"]
    assert answer["action"] == {"token": "cancel_token", "doctor": "add_doctor"}[arguments[0]]
    assert result.stderr == ""


def listed(*arguments: str) -> list[dict[str, object]]:
    return json.loads(says(*arguments, "--json"))


@on_every_store
def test_the_lists_in_json_are_the_objects_of_the_contract(database: Store) -> None:
    doctor = {"id": 1, "code": "A", "name": "Dr A", "specialty": None, "room": None}
    assert listed("doctor", "list") == [doctor | {"retired": False}]
    window = {"id": 1, "doctor": 1, "date": DATE, "start": "09:00", "end": "10:00", "capacity": 2}
    more = {"closed": False, "delay": 0}
    assert listed("slot", "list") == [window | {"active": 0, "waiting": 0, "completed": 0} | more]
    for name in ("a", "b", "c", "d", "e"):
        issues(name)
    says("token", "complete", "1")
    says("token", "cancel", "4")
    assert listed("slot", "list") == [window | {"active": 1, "waiting": 2, "completed": 1} | more]
    assert listed("token", "list")[0] == json.loads(invoke("token", "cancel", "2", "--json").stdout)["token"] | {
        "status": "ACTIVE",
        "doctor": 1,
        "date": DATE,
        "patient_id": 2,
        "checked_in_at": None,
        "called_at": None,
        "held": None,
        "replaces": None,
        "to_tell": False,
    }


def test_what_is_done_in_the_course_of_a_day_has_its_words(database: Store) -> None:
    for name in ("a", "b"):
        issues(name)
    says("token", "check-in", "1")
    assert says("doctor", "call-next", "--doctor", "1") == "A-001 a was called.\n"
    assert says("token", "hold", "2", "--reason", "TEST") == "A-002 b is away for a test.\n"
    assert says("doctor", "delay", "--doctor", "1", "--date", DATE, "--minutes", "20").startswith(
        "Dr A is 20 minutes late"
    )
    assert "09:20–10:20" in says("token", "list"), "when the patients are expected"
    (inside, away) = listed("token", "list")
    assert (inside["called_at"] is not None, away["held"], away["to_tell"]) == (True, "TEST", True)
    says("slot", "open", "--doctor=1", f"--date={DATE}", "--start=10:00", "--end=11:00", "--capacity=1")
    plan = json.dumps([{"token": 2, "slot": 1}])
    says("slot", "close", "--slot", "2")
    leaving = ("doctor", "leave", "--doctor", "1", "--date", DATE, "--from", "10:00", "--plan", plan)
    assert invoke(*leaving, "--database", database.location).exit_code == 1, "A-002 has no place at ten"
    says("slot", "reopen", "--slot", "2")
    assert "was moved to Dr A 10:00" in says("token", "move", "2", "--slot", "2", "--keep-place", "yes")
    assert says("undo").startswith("Undone: moving A-002 b to Dr A 10:00")
    assert says("redo").startswith("Done again: moving A-002 b to Dr A 10:00")
    assert says("doctor", "leave", *leaving[2:]).startswith("Dr A leaves: 1 patient moved")
    assert [slot["closed"] for slot in listed("slot", "list")] == [False, True]
    says("doctor", "edit", "--doctor", "1", "--room", "7")
    assert says("doctor", "edit", "--doctor", "1", "--room", "").startswith("Dr A has another room")


@on_every_store
def test_tokens_are_listed_in_the_order_of_their_queues(database: Store) -> None:
    says("slot", "open", "--doctor=1", f"--date={DATE}", "--start=08:00", "--end=09:00", "--capacity=1")
    for name, source, slot in (
        *(("a", "WALKIN", 1), ("b", "ONLINE", 1), ("c", "ONLINE", 1), ("d", "PAID", 1), ("e", "PAID", 1)),
        *(("f", "ONLINE", 1), ("g", "FOLLOWUP", 1), ("h", "WALKIN", 2)),
    ):
        says("token", "issue", "--slot", str(slot), "--patient", name, "--source", source)
    says("token", "cancel", "2")
    says("token", "no-show", "4")
    says("token", "complete", "5")
    expected = [("h", "ACTIVE"), ("g", "ACTIVE"), ("c", "WAITING"), ("f", "WAITING"), ("a", "WAITING")]
    expected += [("e", "COMPLETED"), ("d", "NO_SHOW"), ("b", "CANCELLED")]
    assert [(token["patient"], token["status"]) for token in listed("token", "list")] == expected


@on_every_store
def test_lists_are_filtered_and_without_a_filter_they_hold_everything(database: Store) -> None:
    says("doctor", "add", "--name", "Dr B")
    for doctor, date, start in (("2", DATE, "08:00"), ("1", "2026-11-21", "09:00"), ("2", "2026-11-21", "09:00")):
        window = ("--date", date, "--start", start, "--end", "10:00", "--capacity", "1")
        says("slot", "open", "--doctor", doctor, *window)
    for slot in ("1", "1", "1", "2"):
        says("token", "issue", "--slot", slot, "--patient", "x", "--source", "PAID")

    def ids(*arguments: str) -> list[object]:
        return [each["id"] for each in listed(*arguments)]

    assert ids("slot", "list") == [3, 4, 2, 1]
    assert ids("slot", "list", "--date", DATE) == [2, 1]
    assert ids("slot", "list", "--doctor", "1") == [3, 1]
    assert ids("slot", "list", "--doctor", "1", "--date", DATE) == [1]
    assert ids("slot", "list", "--doctor", "9" * 25) == ids("slot", "list", "--doctor", "0") == []
    assert ids("token", "list") == [4, 1, 2, 3]
    assert ids("token", "list", "--slot", "1", "--status", "WAITING") == [3]
    assert ids("token", "list", "--date", "2026-11-21") == ids("token", "list", "--slot", "9" * 25) == []


# Plain tables


def cells_wide(text: str) -> int:
    """Return the number of terminal cells of a text, by the Unicode tables."""
    zero = ("Mn", "Me", "Cf")
    return sum(
        0 if unicodedata.category(c) in zero else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text
    )


def test_columns_stay_straight_under_wide_and_combining_characters(database: Store) -> None:
    for name in ("漢字漢字", "Asha", "q\u0301\u0301 x\u0300", "ｆｕｌｌ"):
        issues(name)
    table = says("token", "list").splitlines()
    head = table[0].split()
    assert head == ["ID", "NUMBER", "PATIENT", "SOURCE", "STATUS", "DATE", "TIME", "DOCTOR", "ISSUED"]
    for column in ("Online", DATE, "09:00–10:00", "Dr A"):
        assert len({cells_wide(line[: line.index(column)]) for line in table[1:]}) == 1, table


@on_every_store
def test_the_other_tables_are_as_plain(database: Store) -> None:
    assert says("doctor", "list") == "ID  CODE  NAME  SPECIALTY  ROOM\n1   A     Dr A\n"
    issues("Asha")
    assert says("slot", "list") == (
        "ID  DATE        TIME         DOCTOR  SEATS TAKEN  WAITING\n"
        "1   2026-11-22  09:00–10:00  Dr A    1 of 2       0\n"
    )


def test_an_empty_list_names_the_next_step() -> None:
    assert says("doctor", "list") == "No doctors yet. `opd-tui doctor add` adds one.\n"
    assert "`opd-tui session open`" in says("slot", "list")
    assert "`opd-tui token issue`" in says("token", "list")
    assert listed("token", "list") == []


def test_a_list_of_a_mistyped_database_makes_none(database_path: Path) -> None:
    for noun in ("doctor", "slot", "token"):
        assert "There is no database at" in says(noun, "list", "--database", database_path, status=2)
    assert not database_path.exists()


@pytest.mark.parametrize("name", NASTY)
def test_nasty_names_are_printed_literally(database: Store, name: str) -> None:
    assert f"A-001 {name} has a seat" in says(
        "token", "issue", "--slot", "1", f"--patient={name}", "--source", "ONLINE"
    )
    assert f"  {name}  " in says("token", "list")
    assert listed("token", "list")[0]["patient"] == name
    assert says("token", "cancel", "1") == f"A-001 {name} was cancelled.\n"


@pytest.mark.parametrize(
    ("typed", "clean"),
    [
        ("Ravi\x1b[31m\x07", "Ravi[31m"),
        ("Ra\u202evi\u2066", "Ravi"),
        ("Ravi\r\nKumar\tx", "Ravi Kumar x"),
        ("\u2028Ravi\u2029Kumar", "Ravi Kumar"),
        ("\x9b2JRavi", "2JRavi"),
    ],
)
def test_nothing_that_a_terminal_obeys_is_printed(database: Store, typed: str, clean: str) -> None:
    says("doctor", "add", f"--name={typed}", f"--specialty={typed}", f"--room={typed}")
    printed = issues(typed) + says("token", "list") + says("doctor", "list") + says("token", "cancel", "1")
    assert f"A-001 {clean} has a seat" in printed
    assert {unicodedata.category(c) for c in printed.replace("\n", "")} & {"Cc", "Cf", "Cs", "Zl", "Zp"} == set()


@on_every_store
def test_what_a_terminal_obeys_is_not_said_back_in_a_refusal(database: Store) -> None:
    said = says("token", "cancel", "A-\x1b[31m\u202e9", status=1)
    assert said.startswith("opd-tui: There is no token 'A-[31m9' on")


# The real command


def test_without_a_terminal_the_screens_say_so_in_one_line(database_path: Path) -> None:
    result = run("--database", database_path)
    assert (result.returncode, result.stdout) == (2, b"")
    assert result.stderr.count(b"\n") == 1
    assert result.stderr.startswith(b"opd-tui: The screens need a terminal.")
    for command in (b"token list", b"slot list", b"apply", b"demo --plain"):
        assert command in result.stderr
    assert not database_path.exists()


@on_every_store
def test_the_real_command_has_the_same_statuses(store: Store) -> None:
    added = run("doctor", "add", "--name", "Dr देवनागरी", OPD_TUI_DATABASE=store.location)
    assert (added.returncode, added.stderr) == (0, b"")
    assert added.stdout.decode() == "Dr देवनागरी was added with the code DR.\n"
    refused = run("token", "cancel", "7", "--database", store.location)
    assert (refused.returncode, refused.stdout) == (1, b"")
    assert run("token", "cancel", "--database", store.location).returncode == 2


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_terminal_that_speaks_less_gets_question_marks_and_not_a_traceback(database: Store, encoding: str) -> None:
    issues("漢字")
    result = run("token", "list", PYTHONIOENCODING=encoding)
    assert (result.returncode, result.stderr) == (0, b"")
    assert b"Online" in result.stdout


def commands(command: click.Command, *words: str) -> list[tuple[str, ...]]:
    """Return the words of every command."""
    found = [words]
    for name, inner in getattr(command, "commands", {}).items():
        found += commands(inner, *words, name)
    return found


ALL_HELP = """
import sys
from click.testing import CliRunner
from opd_tui.cli import main

for words in {words}:
    result = CliRunner().invoke(main, [*words, "--help"])
    assert result.exit_code == 0, (words, result.output)
    assert result.output.startswith("Usage: "), words
heavy = sorted({{name.split(".")[0] for name in sys.modules}} & {{"textual", "sqlalchemy", "tzlocal"}})
assert not heavy, heavy
"""


def test_help_loads_neither_textual_nor_sqlalchemy() -> None:
    words = commands(main)
    assert ("token", "no-show") in words
    script = ALL_HELP.format(words=words)
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
    )
    assert (result.returncode, result.stderr) == (0, "")


def test_the_version_is_told() -> None:
    assert says("--version").startswith("opd-tui, version ")


# Paths


def test_paths_tell_where_things_live(database: Store) -> None:
    told = json.loads(says("paths", "--json", "--desk", "desk 2", "--operator", "meera"))
    settings, reports = told.pop("settings"), told.pop("reports_of_bugs")
    assert told == {"database": database.location, "time_zone": ZONE, "desk": "desk 2", "operator": "meera"}
    assert settings.endswith("config.toml")
    assert reports.endswith("log")
    plain = says("paths")
    assert database.location in plain
    assert ZONE in plain


def test_paths_make_nothing_and_tell_the_zone_that_a_new_database_would_keep(tmp_path: Path) -> None:
    told = json.loads(says("paths", "--json"))
    assert told["database"] == str(tmp_path / "data" / "opd-tui" / "opd.db")
    assert told["time_zone"] == ZONE
    assert told["desk"]
    assert told["operator"]
    assert not (tmp_path / "data").exists()


def test_paths_tell_the_zone_that_the_database_keeps(
    database: Store, monkeypatch: pytest.MonkeyPatch, clock: FixedClock
) -> None:
    stop_the_clock(monkeypatch, clock, "Europe/Berlin")
    assert json.loads(says("paths", "--json"))["time_zone"] == ZONE


def test_paths_stand_any_name() -> None:
    assert json.loads(says("paths", "--json", "--database", "x" * 5000))["database"] == "x" * 5000


def test_a_path_that_is_no_text_is_told_all_the_same(tmp_path: Path) -> None:
    path = f"{tmp_path}/\udcff.db"
    result = run("paths", "--json", "--database", path, PYTHONIOENCODING="utf-8")
    assert (result.returncode, result.stderr) == (0, b"")
    assert answers_in(result.stdout)[0]["database"] == path
    assert run("paths", "--database", path, PYTHONIOENCODING="utf-8").returncode == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
@pytest.mark.parametrize("arguments", [("--help",), ("doctor", "list"), ("doctor", "list", "--json"), ("settings",)])
@pytest.mark.fast_cases(2)
def test_an_answer_that_finds_no_room_is_told_in_a_sentence(database: Store, arguments: tuple[str, ...]) -> None:
    with open("/dev/full", "w") as full:
        result = subprocess.run(
            [sys.executable, "-m", "opd_tui", *arguments],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
    assert result.returncode == 2
    assert result.stderr == (
        "opd-tui: The output cannot be written: No space left on device. Everything done before is saved. "
        "Free some disk space.\n"
    )


# Dates, times and words as people type them


@pytest.fixture
def rooms(monkeypatch: pytest.MonkeyPatch, store: Store) -> Store:
    """A desk on Sunday 22 November at 09:00 with two doctors in rooms 4 and 14, and three patients of the first."""
    monkeypatch.setenv("OPD_TUI_DATABASE", store.location)
    for code, room in (("RAT", "4"), ("B", "14")):
        says("doctor", "add", "--name", f"Dr {code}", "--code", code, "--room", room)
    says("slot", "open", "--doctor=1", "--date=today", "--start=9", "--end=10am", "--capacity=20")
    for name in ("Asha Verma", "Ravi Kumar", "Sunita Rao"):
        issues(name)
    return store


def numbers(*arguments: str) -> list[str]:
    """The numbers of the tokens in a list."""
    return [token["number"] for token in json.loads(says("token", "list", "--json", *arguments))]


def test_dates_and_times_are_options_as_people_type_them(rooms: Store) -> None:
    said = says(
        "slot", "open", "--doctor", "1", "--date", "28", "--start", "2pm", "--end", "3.30 pm", "--capacity", "3"
    )
    assert said == "Dr RAT has a slot 14:00–15:30 on Sat 28 Nov with 3 seats.\n"
    assert "14:00–15:30" in says("slot", "list", "--date", "28/11")
    assert says("slot", "list", "--date", "tomorrow").startswith("No slots here.")
    issue = ("token", "issue", "--slot", "1", "--source", "walk-in", "--patient")
    says(*issue, "Om Das", "--at", "8.45")
    assert json.loads(says("token", "list", "--json", "--find", "om"))[0]["issued_at"] == "2026-11-22T03:15:00.000000Z"
    assert says("token", "cancel", "rat 1", "--date", "sun 22 nov") == "RAT-001 Asha Verma was cancelled.\n"


def test_the_lists_are_searched_like_the_screens(rooms: Store) -> None:
    assert numbers("--find", "RAT-2") == numbers("--find", "kumar ravi", "--status", "active") == ["RAT-002"]
    assert numbers("--find", "room 4") == ["RAT-001", "RAT-002", "RAT-003"]
    assert numbers("--find", "room 14") == []
    assert says("doctor", "list", "--find", "room 14").splitlines()[1].split()[1] == "B"
    assert says("slot", "list", "--find", "zz") == "Nothing here matches 'zz'.\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--capacity", "501"), "--capacity must be a whole number from 1 to 500."),
        (("--end", "8"), "--end must be later than the start, 09:00, on the same day; 08:00 is not."),
        (("--start", "25"), "--start must be a time, such as 9, 930, 9.30, 14:00 or 2pm."),
        (("--date", "31/2"), "--date must be a date, such as 28, 28/11, 28 nov, tomorrow, mon or +3."),
        (("--at", "+1"), "--at must be a time, with a date unless it is today: 9.15, tomorrow 14:00 or"),
        (("--at", "23:00"), "--at must not be later than the desk's clock, 2026-11-22 09:00."),
    ],
)
def test_what_is_wrong_is_said_of_the_option(rooms: Store, arguments: tuple[str, ...], said: str) -> None:
    window = ("--doctor=2", "--date=today", "--start=9", "--end=10", "--capacity=5")
    assert says("slot", "open", *window, *arguments, status=2).startswith(f"opd-tui: {said}")


@pytest.mark.fast_cases(6)
@pytest.mark.parametrize("limit", [0, 3, 10_000])
@pytest.mark.parametrize(
    "words", [("--json",), (), ("--status", "WAITING"), ("--find", "a"), ("--slot", "99", "--json"), ("--slot", "99")]
)
@pytest.mark.usefixtures("filled")
def test_a_list_of_tokens_is_the_same_streamed_and_at_once(
    database_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], limit: int
) -> None:
    expected = invoke("token", "list", *words, "--database", database_path).stdout
    monkeypatch.setattr("opd_tui.desk.reading.READ_AT_ONCE", limit)
    assert invoke("token", "list", *words, "--database", database_path).stdout == expected
    if "--json" in words:
        numbers = [token["number"] for token in json.loads(expected)]
        assert numbers == ([] if "99" in words else ["A-001", "A-002", "A-003", "A-004"])
    elif "99" in words:
        assert expected == "No tokens here. `opd-tui token issue` issues one.\n"
