"""Opening a database file, and the indexes that queries use."""

from __future__ import annotations

import hashlib
import os
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
from opd_tui.desk.news import Changed
from opd_tui.desk.opening import open_front_desk
from opd_tui.domain.errors import DeskBusy, StoreUnavailable
from opd_tui.storage.engines import sqlite
from opd_tui.storage.transaction import Transaction
from tests.conftest import ZONE
from tests.support.helpers import (
    ACTIVE,
    PATIENCE_SECONDS,
    add_doctor,
    cannot_open,
    execute,
    issue,
    open_slot,
    token_of,
)

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


def another_program(path: Path, *statements: str) -> None:
    execute(path, *statements, "CREATE TABLE contact (name TEXT)", "INSERT INTO contact VALUES ('Asha')")


def contents(folder: Path) -> dict[str, str]:
    """Return a checksum of each file, except the log's index, which readers change."""
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
    database_path: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        sqlite, "refuse_empty_file", lambda path: None
    )  # the file is empty until the other desk creates the database
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
        assert result.stderr.startswith("opd-tui: You may not write to")
        assert "Check" in result.stderr
        assert path.read_bytes() == before


AS_NOBODY = """
import os, sys
import sqlalchemy.dialects.sqlite, opd_tui.desk.opening, opd_tui.storage.engines.sqlite, opd_tui.cli
opd_tui.environment.system_zone(), opd_tui.environment.default_operator()  # import modules that only root can read
if os.geteuid() == 0:
    os.setgroups([]), os.setgid(65534), os.setuid(65534)
opd_tui.cli.main(sys.argv[1:])
"""


def as_an_ordinary_user(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command as an unprivileged user."""
    home = {"HOME": "/", "XDG_CONFIG_HOME": "/"}  # readable by every user
    command = [sys.executable, "-c", AS_NOBODY, *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False, env=os.environ | home
    )


def test_a_desk_that_is_kept_waiting_for_too_long_says_so(
    filled: FrontDesk, database_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.01)
    with closing(sqlite3.connect(database_path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DeskBusy, match=r"^Another desk is busy. Nothing was changed.$"):
            issue(filled, 2, "Imran")
        assert filled.token_list(2) == [], "readers are not held up"
    issue(filled, 2, "Imran")


# Which indexes answer


Executed = list[tuple[str, Any]]


@pytest.fixture
def executed(filled: FrontDesk, monkeypatch: pytest.MonkeyPatch) -> Executed:
    """Return a list of the statements that the desk runs, with their values."""
    statements: Executed = []
    run_many = Transaction.run_many

    def remembering(method: Callable[..., Any]) -> Callable[..., Any]:
        def remember(transaction: Transaction, statement: Any, values: Any = None) -> Any:
            sql, own = transaction.statements.compiled(statement)
            statements.append((sql, {**own, **(values or {})}))
            return method(transaction, statement, values)

        return remember

    def remember_many(transaction: Transaction, statement: Any, rows: Any) -> None:
        statements.append((transaction.statements.compiled(statement)[0], rows[0]))
        run_many(transaction, statement, rows)

    for method in ("rows", "run"):
        monkeypatch.setattr(Transaction, method, remembering(getattr(Transaction, method)))
    monkeypatch.setattr(Transaction, "run_many", remember_many)
    return statements


def plans(path: Path, statements: Executed) -> dict[str, list[str]]:
    """Return the query plan of each statement that reads."""
    with closing(sqlite3.connect(path)) as connection:
        return {
            statement: [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", values)]
            for statement, values in statements
            if statement.startswith(("SELECT", "UPDATE", "INSERT")) and "hospital" not in statement
        }


MAY_BE_READ = ("SCAN CONSTANT ROW", "SCAN doctor")
"""What may be read row by row: a hospital has few doctors."""
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
        assert not [step for step in steps if step.startswith("SCAN") and step not in MAY_BE_READ], statement
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
        ("open a slot", "slot.start < :", "uq_slot_doctor_id_date_start"),
        ("add a doctor", "doctor.code = :", "uq_doctor_code"),
        ("find by number", "token.number = :", "ix_token_number"),
    ],
)
def test_each_question_has_its_own_index(
    filled: FrontDesk, database_path: Path, executed: Executed, act: str, sign: str, index: str
) -> None:
    ACTS[act](filled)
    answers = [steps for statement, steps in plans(database_path, executed).items() if sign in statement]
    assert answers
    for steps in answers:
        assert any("SEARCH" in step and index in step for step in steps), steps


def test_the_next_number_of_the_counter_is_given_in_one_statement(filled: FrontDesk, executed: Executed) -> None:
    assert token_of(issue(filled, 1, "Imran")) == 5
    counting = [statement for statement, _ in executed if "token_counter" in statement]
    assert len(counting) == 1
    assert "ON CONFLICT" in counting[0]


def test_an_entry_that_was_not_committed_leaves_its_id_to_another_desks_news(
    open_desk: Callable[..., FrontDesk], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, other = open_desk(), open_desk(desk="desk 2")
    slot = open_slot(other, add_doctor(other))
    news, commit = desk.follow(), Transaction.commit

    def fail(self: Transaction) -> None:
        raise StoreUnavailable("The disk is full.")

    monkeypatch.setattr(Transaction, "commit", fail)
    with pytest.raises(StoreUnavailable):
        issue(desk, slot, "Asha")
    monkeypatch.setattr(Transaction, "commit", commit)
    issued = issue(other, slot, "Ravi")
    assert next(news) == Changed((issued,))
    desk.stop_waiting()
    assert list(news) == []
