"""What the database itself refuses, how it is opened, what `verify` finds and which indexes answer."""

from __future__ import annotations

import hashlib
import sqlite3
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, text

from opd_tui.clock import FixedClock
from opd_tui.desk.actions import CancelToken, CompleteToken
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.desk.opening import open_front_desk
from opd_tui.domain.errors import DeskBusy, StoreUnavailable
from opd_tui.storage import sqlite
from opd_tui.storage.transaction import Transaction
from tests.conftest import ZONE
from tests.helpers import DATE, PATIENCE_SECONDS, add_doctor, dump, execute, issue, open_slot, token_of

WAITING, ACTIVE, CANCELLED = 3, 1, 4
"""Tokens of the filled slot, by what they are."""


@pytest.fixture
def filled(desk: FrontDesk) -> FrontDesk:
    """Doctor A with a full slot: two seated, one waiting, one cancelled; and an empty slot after it."""
    doctor = add_doctor(desk, "Dr A", code="A", specialty="Medicine", room="1")
    slot = open_slot(desk, doctor)
    open_slot(desk, doctor, "10:00", "11:00")
    for name in ("Asha", "Ravi", "Sunita", "Meera"):
        issue(desk, slot, {"name": f"{name} Kumar", "phone": "98765 43210"})
    desk.perform(CancelToken(token=CANCELLED))
    return desk


def refused(path: Path, *statements: str, because: str) -> None:
    """The last statement is refused by the database and leaves everything as it was."""
    execute(path, *statements[:-1])
    before = dump(path)
    with pytest.raises(sqlite3.IntegrityError, match=because):
        execute(path, statements[-1])
    assert dump(path) == before


def token_row(number: int, slot: int = 1, status: str = "ACTIVE", source: str = "PAID", priority: int = 2) -> str:
    """SQL that inserts a token."""
    return (
        "INSERT INTO token"
        " (slot_id, patient_id, doctor_id, date, sequence, number, source, priority, status, issued_at) "
        f"VALUES ({slot}, 1, 1, '{DATE}', {number}, 'A-{number:03}', '{source}', {priority}, '{status}',"
        " '2026-11-22T03:30:00.000000Z')"
    )


# What the database itself refuses


@pytest.mark.parametrize(
    "statement",
    [
        token_row(5),
        token_row(5, status="COMPLETED").replace("issued_at)", "issued_at, closed_at)").replace("Z')", "Z', 'x')"),
        f"UPDATE token SET status = 'ACTIVE' WHERE id = {WAITING}",
        f"UPDATE token SET status = 'COMPLETED', closed_at = 'x' WHERE id = {WAITING}",
        f"UPDATE token SET status = 'ACTIVE', closed_at = NULL WHERE id = {CANCELLED}",
        "UPDATE slot SET capacity = 1 WHERE id = 1",
    ],
)
def test_the_database_refuses_to_overbook(filled: FrontDesk, database_path: Path, statement: str) -> None:
    refused(database_path, statement, because="never holds more tokens than its capacity")


def test_the_database_refuses_to_overbook_by_a_move_to_another_slot(filled: FrontDesk, database_path: Path) -> None:
    move = f"UPDATE token SET slot_id = 1 WHERE number = 'A-{5:03}'"
    refused(database_path, token_row(5, slot=2), move, because="never holds more tokens than its capacity")


def test_the_last_free_seat_may_be_taken(filled: FrontDesk, database_path: Path) -> None:
    execute(database_path, token_row(5, slot=2), token_row(6, slot=2))
    refused(database_path, token_row(7, slot=2), because="never holds more tokens than its capacity")


@pytest.mark.parametrize(
    "window", ["'08:00', '09:01'", "'09:30', '09:40'", "'08:00', '12:00'", "'10:59', '12:00'", "'09:00', '10:00'"]
)
def test_the_database_refuses_an_overlap(filled: FrontDesk, database_path: Path, window: str) -> None:
    insert = f'INSERT INTO slot (doctor_id, date, "start", "end", capacity) VALUES (1, \'{DATE}\', {window}, 1)'
    refused(database_path, insert, because=r"never overlap|UNIQUE")


def test_the_database_refuses_an_overlap_by_a_later_change(filled: FrontDesk, database_path: Path) -> None:
    refused(database_path, "UPDATE slot SET \"end\" = '10:01' WHERE id = 1", because="never overlap")


def test_the_database_lets_slots_touch(filled: FrontDesk, database_path: Path) -> None:
    touching = f"VALUES (1, '{DATE}', '08:00', '09:00', 1), (1, '{DATE}', '11:00', '12:00', 1)"
    execute(database_path, f'INSERT INTO slot (doctor_id, date, "start", "end", capacity) {touching}')


@pytest.mark.parametrize("table", ["journal_entry", "journal_line"])
@pytest.mark.parametrize(
    "statement",
    ["UPDATE {} SET rowid = rowid", "DELETE FROM {}", "REPLACE INTO {0} SELECT * FROM {0} WHERE rowid = 1"],
)
def test_the_journal_is_only_ever_added_to(filled: FrontDesk, database_path: Path, table: str, statement: str) -> None:
    refused(database_path, statement.format(table), because="only ever added to")


@pytest.mark.parametrize(
    ("statement", "because"),
    [
        (token_row(5, 2, source="WALKIN", priority=1), "source_has_its_priority"),
        (token_row(5, 2, source="VIP", priority=0), "source_has_its_priority"),
        ("UPDATE token SET priority = 1 WHERE id = 1", "source_has_its_priority"),
        (token_row(1, 2), "UNIQUE"),
        (f"UPDATE token SET number = 'A-001' WHERE id = {WAITING}", "UNIQUE"),
        (f"UPDATE token SET sequence = 1 WHERE id = {WAITING}", "UNIQUE"),
        (token_row(0, 2), "sequence_from_one"),
        (token_row(5, 2, status="SEATED"), "status_known"),
        ("UPDATE token SET closed_at = 'x' WHERE id = 1", "closed_when_not_open"),
        (f"UPDATE token SET closed_at = NULL WHERE id = {CANCELLED}", "closed_when_not_open"),
        ("UPDATE slot SET capacity = 0 WHERE id = 2", "capacity_at_least_one"),
        ('UPDATE slot SET "end" = "start" WHERE id = 2', "start_before_end"),
        ("INSERT INTO doctor (code, name) VALUES ('A', 'Dr Other')", "UNIQUE"),
        ("INSERT INTO doctor (code, name) VALUES ('TOOLONG', 'Dr Other')", "code_length"),
        ("UPDATE patient SET name = '' WHERE id = 1", "name_length"),
        ("INSERT INTO hospital (id, schema_version, time_zone, created_at) VALUES (2, 1, 'UTC', 'x')", "single_row"),
    ],
)
def test_the_database_refuses_what_must_not_be(
    filled: FrontDesk, database_path: Path, statement: str, because: str
) -> None:
    refused(database_path, statement, because=because)


# How it is opened


def test_every_commit_survives_a_power_cut_and_references_hold(filled: FrontDesk) -> None:
    expected = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "fullfsync": 1, "trusted_schema": 0}
    with filled.database.writing() as transaction:
        found = {name: transaction.value(text(f"PRAGMA {name}")) for name in expected}
    assert found == expected


def test_only_its_owner_reads_the_file_and_its_log(filled: FrontDesk, database_path: Path) -> None:
    files = sorted(database_path.parent.glob("opd.db*"))
    assert [file.name for file in files] == ["opd.db", "opd.db-shm", "opd.db-wal"]
    assert [stat.S_IMODE(file.stat().st_mode) for file in files] == [0o600] * 3


def cannot_open(location: object, clock: FixedClock, saying: str, *, create: bool = True) -> None:
    """Opening is refused with one sentence that says what to do."""
    with pytest.raises(StoreUnavailable) as refusal:
        open_front_desk(str(location), clock=clock, zone=ZONE, create=create)
    assert saying in refusal.value.message
    assert refusal.value.message.endswith("Nothing was changed.")
    assert "\n" not in refusal.value.message
    assert "sqlite3." not in refusal.value.message


def another_program(path: Path, *statements: str) -> None:
    execute(path, *statements, "CREATE TABLE contact (name TEXT)", "INSERT INTO contact VALUES ('Asha')")


def contents(folder: Path) -> dict[str, str]:
    """A checksum of each file, but the shared memory that readers of a log need."""
    files = (file for file in folder.iterdir() if not file.name.endswith("-shm"))
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


@pytest.mark.parametrize(
    "statements", [(), ("PRAGMA journal_mode=WAL",), ("PRAGMA application_id=7",), ("PRAGMA user_version=1",)]
)
def test_another_programs_file_is_refused_untouched(
    tmp_path: Path, clock: FixedClock, statements: tuple[str, ...]
) -> None:
    another_program(tmp_path / "theirs.db", *statements)
    before = contents(tmp_path)
    cannot_open(tmp_path / "theirs.db", clock, "another program")
    assert contents(tmp_path) == before


def test_another_programs_unfinished_log_is_left_to_it(tmp_path: Path, clock: FixedClock) -> None:
    theirs = tmp_path / "theirs" / "theirs.db"
    theirs.parent.mkdir()
    with closing(sqlite3.connect(tmp_path / "live.db", isolation_level=None)) as live:
        live.execute("PRAGMA journal_mode=WAL")
        live.execute("CREATE TABLE contact (name TEXT)")
        for suffix in ("", "-wal"):
            Path(f"{theirs}{suffix}").write_bytes(Path(f"{tmp_path / 'live.db'}{suffix}").read_bytes())
    before = contents(theirs.parent)
    cannot_open(theirs, clock, "another program")
    assert contents(theirs.parent) == before


def test_another_programs_mark_on_an_empty_database_is_respected(tmp_path: Path, clock: FixedClock) -> None:
    execute(tmp_path / "theirs.db", "PRAGMA application_id=7", "CREATE TABLE t (x)", "DROP TABLE t")
    cannot_open(tmp_path / "theirs.db", clock, "another program")


def test_a_file_that_is_no_database_is_refused_untouched(tmp_path: Path, clock: FixedClock) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear Asha, " * 100)
    cannot_open(letter, clock, "not a database of this program")
    assert contents(tmp_path) == {"letter.txt": hashlib.sha256(letter.read_bytes()).hexdigest()}
    assert letter.read_text() == "Dear Asha, " * 100


def test_a_folder_is_refused(tmp_path: Path, clock: FixedClock) -> None:
    cannot_open(tmp_path, clock, "is a folder. Name a file in it.")


def test_a_missing_folder_is_not_made(tmp_path: Path, clock: FixedClock) -> None:
    cannot_open(tmp_path / "nowhere" / "opd.db", clock, "does not exist. Make it, or name another file.")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_file_is_not_made_where_it_should_be_there(tmp_path: Path, clock: FixedClock) -> None:
    cannot_open(tmp_path / "opd.db", clock, "There is no database at", create=False)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "location",
    [
        "mysql://localhost/opd",
        "sqlite://",
        "sqlite+aiosqlite:///opd.db",
        "sqlite:///opd.db?mode=ro",
        "://opd",
        "x" * 5000,
    ],
)
def test_what_names_no_file_is_refused(
    tmp_path: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch, location: str
) -> None:
    monkeypatch.chdir(tmp_path)
    cannot_open(location, clock, ".")
    assert list(tmp_path.iterdir()) == []


def test_a_url_and_a_path_name_the_same_file(filled: FrontDesk, database_path: Path, clock: FixedClock) -> None:
    with closing(open_front_desk(f"sqlite:///{database_path}", clock=clock)) as other:
        assert other.doctor_list() == filled.doctor_list()


def test_a_database_that_another_desk_makes_meanwhile_is_not_another_programs(
    database_path: Path, clock: FixedClock
) -> None:
    asked: list[str] = []

    def make_it_after_the_first_question(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)
        if len(asked) == 2:
            open_front_desk(str(database_path), clock=clock, zone=ZONE).close()

    event.listen(Engine, "before_cursor_execute", make_it_after_the_first_question)
    try:
        open_front_desk(str(database_path), clock=clock, zone="UTC").close()
    finally:
        event.remove(Engine, "before_cursor_execute", make_it_after_the_first_question)
    with closing(open_front_desk(str(database_path), clock=clock, zone="UTC")) as desk:
        assert desk.zone.key == ZONE


@pytest.mark.parametrize("name", ["a b.db", "50%.db", "what?.db", "#1.db", "देवनागरी.db", "a%20b.db"])
def test_any_file_name_will_do(tmp_path: Path, clock: FixedClock, name: str) -> None:
    for _ in range(2):
        open_front_desk(str(tmp_path / name), clock=clock).close()
    assert [file.name for file in tmp_path.iterdir()] == [name]


def test_a_file_that_cannot_be_written_is_refused(clock: FixedClock) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "opd.db"
        open_front_desk(str(path), clock=clock, zone=ZONE).close()
        before = path.read_bytes()
        path.chmod(0o444)
        Path(folder).chmod(0o555)
        result = as_an_ordinary_user("doctor", "add", "--name", "Dr B", "--database", str(path))
        Path(folder).chmod(0o755)
        assert (result.returncode, result.stdout) == (2, ""), result.stderr
        assert result.stderr.startswith("opd-tui: The database can")
        assert "Check" in result.stderr
        assert path.read_bytes() == before


AS_NOBODY = """
import os, sys
import sqlalchemy.dialects.sqlite, opd_tui.desk.opening, opd_tui.storage.sqlite, opd_tui.cli
opd_tui.settings.system_zone(), opd_tui.settings.default_operator()  # imports what root alone may read
if os.geteuid() == 0:
    os.setgroups([]), os.setgid(65534), os.setuid(65534)
opd_tui.cli.main(sys.argv[1:])
"""


def as_an_ordinary_user(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command as somebody whom permissions bind."""
    command = [sys.executable, "-c", AS_NOBODY, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)


def test_a_database_of_a_newer_version_is_refused_untouched(
    filled: FrontDesk, database_path: Path, clock: FixedClock
) -> None:
    execute(database_path, "UPDATE hospital SET schema_version = 99, program_version = '7.1'")
    before = dump(database_path)
    cannot_open(database_path, clock, "made by opd-tui 7.1 and has version 99")
    cannot_open(database_path, clock, "Install opd-tui 7.1 or newer.")
    assert dump(database_path) == before


def test_the_time_zone_is_kept_from_creation(filled: FrontDesk, database_path: Path, clock: FixedClock) -> None:
    with closing(open_front_desk(str(database_path), clock=clock, zone="Europe/Berlin")) as other:
        assert other.zone.key == ZONE


@pytest.mark.parametrize(
    ("statement", "saying"),
    [
        ("UPDATE hospital SET time_zone = 'Mars/Olympus'", "unknown time zone, Mars/Olympus. Update tzdata."),
        ("DELETE FROM hospital", "damaged: it does not say whose it is. Restore a backup."),
    ],
)
def test_a_database_that_lost_what_it_is_is_refused(
    filled: FrontDesk, database_path: Path, clock: FixedClock, statement: str, saying: str
) -> None:
    execute(database_path, statement)
    cannot_open(database_path, clock, saying)


def test_a_desk_that_is_kept_waiting_for_too_long_says_so(
    filled: FrontDesk, database_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "PATIENCE_SECONDS", 0.01)
    with closing(sqlite3.connect(database_path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DeskBusy, match=r"Another desk is busy. Try again. Nothing was changed."):
            issue(filled, 2, "Imran")
        assert filled.token_list(2) == [], "readers are not held up"
    issue(filled, 2, "Imran")


def test_errors_of_the_database_name_no_patient(filled: FrontDesk, database_path: Path) -> None:
    execute(database_path, "CREATE TRIGGER broken BEFORE INSERT ON patient BEGIN SELECT RAISE(ABORT, 'broken'); END")
    with pytest.raises(Exception, match="broken") as error:
        issue(filled, 2, {"name": "Imran Khan", "phone": "98989 89898"})
    assert "Imran" not in str(error.value)
    assert "98989" not in str(error.value)


def test_names_and_phones_are_in_no_journal_table(filled: FrontDesk, database_path: Path) -> None:
    issue(filled, 2, {"name": "Imran Khan", "phone": "98989 89898", "uhid": "MRN77"}, key="k1")
    filled.perform(CompleteToken(token=ACTIVE))
    rows = dump(database_path)
    assert "Imran Khan" in repr(rows["patient"])
    journal = repr([rows["journal_entry"], rows["journal_line"], rows["idempotency_key"]])
    assert "A-005" in journal
    for personal in ("Imran", "Khan", "Kumar", "imran", "98989", "98765", "MRN77", "mrn77", "Dr A"):
        assert personal not in journal


# What verify finds

NEXT_IN_LINE = f"UPDATE token SET status = 'WAITING' WHERE id = {ACTIVE}"


def test_a_database_that_was_left_alone_agrees(filled: FrontDesk) -> None:
    result = filled.verify()
    assert result.problems == []
    assert result.checked == {"doctors": 1, "slots": 2, "tokens": 4, "journal lines": 10}


@pytest.mark.parametrize(
    ("statements", "found"),
    [
        (["UPDATE token SET status = 'WAITING' WHERE id = 1"], "token 1 has status WAITING in its table and ACTIVE"),
        (["UPDATE token SET status = 'NO_SHOW' WHERE id = 4"], "token 4 has status NO_SHOW in its table and CANCELLED"),
        (["DELETE FROM token WHERE id = 3"], "token 3 is in the journal and not in its table"),
        (["DELETE FROM token WHERE id = 4"], "a row of journal_line refers to a row of token that is not there"),
        ([token_row(5, 2), "UPDATE token_counter SET last = 5"], "token 5 is in its table and not in the journal"),
        (["UPDATE token SET number = 'A-033' WHERE id = 3"], "token number A-033 of 2026-11-22 is not A-003"),
        (["UPDATE token SET number = 'A-033', sequence = 33 WHERE id = 3"], "the numbers of doctor 1 on 2026-11-22"),
        (["UPDATE token_counter SET last = 5"], "the counter of doctor 1 on 2026-11-22 says 5, and 4 were issued"),
        (["DELETE FROM token_counter"], "the counter of doctor 1 on 2026-11-22 says None"),
        (
            ["UPDATE token SET source = 'PAID', priority = 2 WHERE id = 3"],
            "token 3 has source PAID in its table and ON",
        ),
        (["UPDATE token SET slot_id = 2 WHERE id = 3"], "token 3 has slot_id 2 in its table and 1 in the journal"),
        (["UPDATE token SET issued_at = '2026-11-22T03:29:00.000000Z' WHERE id = 3"], "token 3 has issued_at 2026"),
        (["UPDATE slot SET capacity = 3 WHERE id = 1"], "slot 1 has capacity 3 in its table and 2 in the journal"),
        (["UPDATE slot SET capacity = 3 WHERE id = 1"], "token 3 waits, and a seat is due to it"),
        (["UPDATE token SET closed_at = '2026-11-22T03:29:00.000000Z' WHERE id = 4"], "token 4 has closed_at 2026"),
        (["UPDATE token SET patient_id = 1 WHERE id = 3"], "token 3 has patient 1 in its table and 3 in the journal"),
        (["UPDATE token SET date = '2026-11-23' WHERE id = 3"], "token 3 has date 2026-11-23 in its table and 2026-11"),
        (["DROP TRIGGER token_takes_seat"], "token_takes_seat is missing from the schema"),
        (["DROP TRIGGER journal_line_no_update", "UPDATE journal_line SET facts = '{'"], "a row cannot be read"),
        (["DROP INDEX ix_token_waiting"], "ix_token_waiting is missing from the schema"),
        (["UPDATE doctor SET room = '2'"], "doctor 1 has room 2 in its table and 1 in the journal"),
        (["UPDATE doctor SET code = 'B'"], "doctor 1 has code B in its table and A in the journal"),
        (["DELETE FROM patient WHERE id = 1"], "a row of token refers to a row of patient that is not there"),
        ([NEXT_IN_LINE, "UPDATE token SET status = 'ACTIVE' WHERE id = 3"], "token 3 has a seat out of turn"),
        ([NEXT_IN_LINE], "token 1 waits, and a seat is due to it"),
        (
            ["DROP TRIGGER token_takes_seat", "UPDATE token SET status = 'ACTIVE' WHERE id = 3"],
            "token 3 has a seat out of turn",
        ),
        (
            [
                "DROP TRIGGER token_takes_seat",
                "UPDATE token SET status = 'COMPLETED', closed_at = 'x' WHERE id = 1",
                "UPDATE token SET status = 'COMPLETED', closed_at = 'x' WHERE id = 2",
                "UPDATE token SET status = 'COMPLETED', closed_at = 'x' WHERE id = 3",
            ],
            "slot 1 holds more tokens than its capacity",
        ),
        (
            ["DROP TRIGGER journal_line_no_delete", "DELETE FROM journal_line WHERE token_id = 3"],
            "token 3 is in its table and not in the journal",
        ),
        (
            [
                "DROP TRIGGER journal_line_no_update",
                "UPDATE journal_line SET from_status = 'ACTIVE' WHERE token_id = 4 AND to_status = 'CANCELLED'",
            ],
            "the journal moves token 4 from ACTIVE",
        ),
    ],
)
def test_verify_finds_what_was_altered_by_hand(
    filled: FrontDesk, database_path: Path, statements: list[str], found: str
) -> None:
    execute(database_path, *statements)
    assert [problem for problem in filled.verify().problems if problem.startswith(found)], filled.verify().problems


def test_verify_finds_a_seat_given_out_of_turn_even_where_the_journal_agrees(
    filled: FrontDesk, database_path: Path
) -> None:
    swap = "INSERT INTO journal_line (entry_id, slot_id, token_id, from_status, to_status, reason, facts) VALUES "
    execute(
        database_path,
        "DROP TRIGGER journal_line_is_chained",
        "UPDATE token SET status = 'WAITING' WHERE id = 1",
        "UPDATE token SET status = 'ACTIVE' WHERE id = 3",
        f"{swap} (1, 1, 1, 'ACTIVE', 'WAITING', 'PREEMPTED', '{{}}')",
        f"{swap} (1, 1, 3, 'WAITING', 'ACTIVE', 'PROMOTED', '{{}}')",
    )
    problems = filled.verify().problems
    assert not [problem for problem in problems if "in its table and" in problem], "here the journal agrees"
    assert {"token 1 waits, and a seat is due to it", "token 3 has a seat out of turn"} <= set(problems)


def test_who_is_in_the_room_keeps_the_seat_in_the_eyes_of_verify(filled: FrontDesk, database_path: Path) -> None:
    execute(database_path, "UPDATE token SET called_at = '2026-11-22T03:30:00.000000Z' WHERE id = 2")
    assert issue(filled, 1, "Imran", "EMERGENCY").changes[1].token.id == 1
    assert filled.verify().problems == []


# Which indexes answer


Executed = list[tuple[str, Any]]


@pytest.fixture
def executed(filled: FrontDesk, monkeypatch: pytest.MonkeyPatch) -> Executed:
    """Every statement that the desk sends, with its values."""
    statements: Executed = []
    run, run_many = Transaction.run, Transaction.run_many

    def remember(transaction: Transaction, statement: Any, values: Any = None) -> Any:
        sql, own = transaction.statements.compiled(statement)
        statements.append((sql, {**own, **(values or {})}))
        return run(transaction, statement, values)

    def remember_many(transaction: Transaction, statement: Any, rows: Any) -> None:
        statements.append((transaction.statements.compiled(statement)[0], rows[0]))
        run_many(transaction, statement, rows)

    monkeypatch.setattr(Transaction, "run", remember)
    monkeypatch.setattr(Transaction, "run_many", remember_many)
    return statements


def plans(path: Path, statements: Executed) -> dict[str, list[str]]:
    """How the database would answer each statement that looks something up."""
    with closing(sqlite3.connect(path)) as connection:
        return {
            statement: [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", values)]
            for statement, values in statements
            if statement.startswith(("SELECT", "UPDATE", "INSERT")) and "hospital" not in statement
        }


ACTS: dict[str, Callable[[FrontDesk], object]] = {
    "issue": lambda desk: issue(desk, 1, {"name": "Imran", "phone": "98765", "uhid": "H1"}, "EMERGENCY", key="k"),
    "issue again": lambda desk: issue(desk, 1, {"name": "Ravi", "phone": "98765"}, "PAID"),
    "cancel": lambda desk: desk.perform(CancelToken(token=ACTIVE)),
    "complete": lambda desk: desk.perform(CompleteToken(token=ACTIVE)),
    "open a slot": lambda desk: open_slot(desk, 1, "15:00", "16:00"),
    "add a doctor": lambda desk: add_doctor(desk, "Dr B"),
    "find by number": lambda desk: desk.token_numbered("A-001", desk.today()),
}


@pytest.mark.parametrize("act", ACTS)
def test_every_statement_of_an_action_is_answered_by_an_index(
    filled: FrontDesk, database_path: Path, executed: Executed, act: str
) -> None:
    ACTS[act](filled)
    found = plans(database_path, executed)
    assert found
    for statement, steps in found.items():
        assert not [step for step in steps if step.startswith("SCAN") and step != "SCAN CONSTANT ROW"], statement
        assert not [step for step in steps if "TEMP B-TREE" in step], statement


@pytest.mark.parametrize(
    ("act", "sign", "index"),
    [
        ("issue", "status = 'WAITING'", "ix_token_waiting"),
        ("issue", "called_at IS NULL", "ix_token_seated"),
        ("issue", "SELECT count(*)", "ix_token_slot_id_status"),
        ("issue again", "max(token.issued_at)", "ix_token_slot_id_issued_at"),
        ("issue", "patient.uhid_key = :", "ix_patient_uhid_key"),
        ("issue again", "patient.phone_key = :", "ix_patient_phone_key_name_key"),
        ("open a slot", "slot.start < :", "uq_slot_doctor_id_date_start|autoindex_slot"),
        ("add a doctor", "doctor.code = :", "autoindex_doctor"),
        ("find by number", "token.number = :", "ix_token_number"),
    ],
)
def test_each_question_has_its_own_index(
    filled: FrontDesk, database_path: Path, executed: Executed, act: str, sign: str, index: str
) -> None:
    ACTS[act](filled)
    (steps,) = [steps for statement, steps in plans(database_path, executed).items() if sign in statement]
    assert any("SEARCH" in step and any(name in step for name in index.split("|")) for step in steps), steps


def test_the_next_number_of_the_counter_is_given_in_one_statement(filled: FrontDesk, executed: Executed) -> None:
    assert token_of(issue(filled, 1, "Imran")) == 5
    counting = [statement for statement, _ in executed if "token_counter" in statement]
    assert len(counting) == 1
    assert "ON CONFLICT" in counting[0]
