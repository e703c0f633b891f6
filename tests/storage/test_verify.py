"""Problems that `verify` finds in a database that was altered by hand."""

from __future__ import annotations

import random

import pytest
from sqlalchemy import Integer

from opd_tui.desk.front_desk import FrontDesk
from opd_tui.domain.events.patients import PERSONAL
from opd_tui.storage.schema.tables import metadata, patient
from tests.support.helpers import ACTIVE, CANCELLED, issue, token_row
from tests.support.stores import Store, always_on_every_store, on_every_store
from tests.support.tampering import a_day, tampering

pytestmark = on_every_store

NESTED = '{"a":' * 5000 + "1" + "}" * 5000
"""JSON that is nested more deeply than Python's reader goes."""
NEXT_IN_LINE = f"UPDATE token SET status = 'WAITING' WHERE id = {ACTIVE}"


@always_on_every_store
def test_a_database_that_was_left_alone_agrees(filled: FrontDesk) -> None:
    result = filled.verify()
    assert result.problems == []
    assert result.checked == {"doctors": 1, "slots": 2, "patients": 4, "tokens": 4, "journal events": 14}


@pytest.mark.fast_cases(10)
@pytest.mark.parametrize(
    ("statements", "found"),
    [
        (["UPDATE token SET status = 'WAITING' WHERE id = 1"], "token 1 has status WAITING in its table and ACTIVE"),
        (["UPDATE token SET status = 'NO_SHOW' WHERE id = 4"], "token 4 has status NO_SHOW in its table and CANCELLED"),
        (["DELETE FROM token WHERE id = 3"], "token 3 is in the journal but not in its table"),
        ([token_row(5, 2), "UPDATE token_counter SET last = 5"], "token 5 is in its table but not in the journal"),
        (["UPDATE token SET number = 'A-033' WHERE id = 3"], "token number A-033 of 2026-11-22 is not A-003"),
        (["UPDATE token SET number = 'A-033', sequence = 33 WHERE id = 3"], "the numbers of doctor 1 on 2026-11-22"),
        (["UPDATE token_counter SET last = 5"], "the counter of doctor 1 on 2026-11-22 says 5, but 4 were issued"),
        (["DELETE FROM token_counter"], "the counter of doctor 1 on 2026-11-22 says None"),
        (
            ["UPDATE token SET source = 'PAID', priority = 2 WHERE id = 3"],
            "token 3 has source PAID in its table and ON",
        ),
        (["UPDATE token SET slot_id = 2 WHERE id = 3"], "token 3 has slot_id 2 in its table and 1 in the journal"),
        (["UPDATE token SET issued_at = '2026-11-22T03:29:00.000000Z' WHERE id = 3"], "token 3 has issued_at 2026"),
        (["UPDATE slot SET capacity = 3 WHERE id = 1"], "slot 1 has capacity 3 in its table and 2 in the journal"),
        (["UPDATE slot SET capacity = 3 WHERE id = 1"], "token 3 waits but should have a seat"),
        (["UPDATE token SET closed_at = '2026-11-22T03:29:00.000000Z' WHERE id = 4"], "token 4 has closed_at 2026"),
        (
            ["UPDATE token SET patient_id = 1 WHERE id = 3"],
            "token 3 has patient_id 1 in its table and 3 in the journal",
        ),
        (["UPDATE token SET date = '2026-11-23' WHERE id = 3"], "token 3 has date 2026-11-23 in its table and 2026-11"),
        (["UPDATE journal_event SET after = '{'"], "a row cannot be read"),
        (["UPDATE journal_event SET after = '{' WHERE subject = 'token' AND subject_id = 3"], "a row cannot be read"),
        ([f"UPDATE journal_event SET details = '{NESTED}' WHERE kind = 'token_cancelled'"], "a row cannot be read"),
        (["UPDATE journal_event SET details = '[]' WHERE kind = 'token_cancelled'"], "a row cannot be read"),
        (["UPDATE doctor SET room = '2'"], "doctor 1 has room 2 in its table and 1 in the journal"),
        (["UPDATE doctor SET code = 'B'"], "doctor 1 has code B in its table and A in the journal"),
        ([NEXT_IN_LINE, "UPDATE token SET status = 'ACTIVE' WHERE id = 3"], "token 3 has a seat but should wait"),
        ([NEXT_IN_LINE], "token 1 waits but should have a seat"),
        (["UPDATE token SET status = 'ACTIVE' WHERE id = 3"], "token 3 has a seat but should wait"),
        (
            [
                "UPDATE token SET status = 'COMPLETED', closed_at = 'x' WHERE id = 1",
                "UPDATE token SET status = 'COMPLETED', closed_at = 'x' WHERE id = 2",
                "UPDATE token SET status = 'COMPLETED', closed_at = 'x' WHERE id = 3",
            ],
            "slot 1 holds more tokens than its capacity",
        ),
        (
            ["DELETE FROM journal_event WHERE subject = 'token' AND subject_id = 3"],
            "token 3 is in its table but not in the journal",
        ),
        (
            ["UPDATE journal_event SET before = '{\"status\": \"ACTIVE\"}' WHERE kind = 'token_cancelled'"],
            "the journal changes token 4 from status ACTIVE, but it was WAITING",
        ),
    ],
)
def test_verify_finds_what_was_altered_by_hand(
    filled: FrontDesk, store: Store, statements: list[str], found: str
) -> None:
    store.force(*statements)
    assert [problem for problem in filled.verify().problems if problem.startswith(found)], filled.verify().problems


@pytest.mark.parametrize(
    ("statements", "found"),
    [
        (["UPDATE journal_entry SET operator = 'ravi' WHERE id = 6"], "the journal of slot 1 was altered at or before"),
        (
            ["UPDATE journal_entry SET desk = 'desk 9' WHERE id = 1"],
            "the journal of no slot was altered at or before",
        ),
        (
            ["UPDATE journal_event SET hash = '' WHERE kind = 'token_cancelled'"],
            "the journal of slot 1 was altered at or before",
        ),
        (["DELETE FROM journal_event WHERE entry_id = 8"], "the journal of slot 1 does not end where it should"),
        (["DELETE FROM journal_event WHERE entry_id = 8"], "entry 8 of the journal has no events"),
        (
            ["DELETE FROM journal_event WHERE subject = 'token'", "DELETE FROM token"],
            "the journal of slot 1 does not end where it should",
        ),
        (
            [
                *(f"DELETE FROM {table} WHERE slot_id = 2" for table in ("token", "journal_event")),
                "DELETE FROM journal_entry WHERE id = 3",
                "DELETE FROM slot WHERE id = 2",
            ],
            "the journal of no slot does not end where it should",
        ),
    ],
)
def test_verify_finds_what_was_altered_in_the_journal_alone(
    filled: FrontDesk, store: Store, statements: list[str], found: str
) -> None:
    store.force(*statements)
    assert [problem for problem in filled.verify().problems if problem.startswith(found)], filled.verify().problems


GONE = {
    "sqlite": [
        ("DROP TRIGGER token_takes_seat", "token_takes_seat"),
        ("DROP INDEX ix_token_waiting", "ix_token_waiting"),
    ],
    "postgresql": [
        ("DROP TRIGGER token_takes_seat ON token", "token_takes_seat"),
        ("ALTER TABLE slot DISABLE TRIGGER slot_overlap", "slot_overlap"),
        ("ALTER TABLE slot ENABLE REPLICA TRIGGER slot_overlap", "slot_overlap"),
        ("DROP INDEX ix_token_waiting", "ix_token_waiting"),
    ],
}


@always_on_every_store
def test_verify_finds_a_trigger_or_an_index_that_is_gone(filled: FrontDesk, store: Store, store_kind: str) -> None:
    for statement, name in GONE[store_kind]:
        store.execute(statement)
        assert f"{name} is missing from the schema" in filled.verify().problems


EMPTIED = {
    "sqlite": [
        "DROP TRIGGER journal_event_no_update",
        "CREATE TRIGGER journal_event_no_update BEFORE UPDATE ON journal_event BEGIN SELECT 1; END",
    ],
    "postgresql": [
        "CREATE OR REPLACE FUNCTION journal_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$"
    ],
}


def test_verify_finds_a_trigger_that_does_something_else(filled: FrontDesk, store: Store, store_kind: str) -> None:
    store.execute(*EMPTIED[store_kind])
    (found, *others) = filled.verify().problems
    assert found.endswith(" was altered and does not do what it should")
    assert all(problem.endswith(" was altered and does not do what it should") for problem in others)


ADDED = {
    "sqlite": {
        "CREATE VIEW spy_1 AS SELECT name FROM patient": "does not belong to it: view spy_1",
        "CREATE INDEX spy_2 ON patient (name)": "does not belong to it: index spy_2",
        "ALTER TABLE token ADD COLUMN spy_3 TEXT": "token was altered",
    },
    "postgresql": {
        "CREATE VIEW spy_4 AS SELECT name FROM patient": "does not belong to it: view spy_4",
        "CREATE TABLE spy_5 (name TEXT)": "does not belong to it: table spy_5",
        "CREATE INDEX spy_6 ON patient (name)": "does not belong to it: index spy_6",
        "ALTER TABLE token ADD COLUMN spy_7 TEXT": "does not belong to it: column token.spy_7",
        "ALTER TABLE token ALTER COLUMN number TYPE TEXT": "token.number was altered",
        "ALTER TABLE token DROP CONSTRAINT ck_token_status_known": "token.ck_token_status_known is missing",
        "ALTER TABLE patient ALTER COLUMN phone SET DEFAULT '1'": "patient.phone was altered",
        "ALTER TABLE patient ENABLE ROW LEVEL SECURITY": "patient was altered",
        "CREATE RULE spy_8 AS ON DELETE TO token DO INSTEAD NOTHING": "does not belong to it: rule spy_8",
        "CREATE FUNCTION spy_9() RETURNS int LANGUAGE sql AS 'SELECT 1'": "does not belong to it: function spy_9",
        "CREATE TRIGGER spy_10 AFTER UPDATE ON patient FOR EACH ROW EXECUTE FUNCTION token_takes_seat()": (
            "does not belong to it: trigger of patient spy_10"
        ),
        "ALTER TABLE token DISABLE TRIGGER ALL": "does not belong to it: disabled foreign key of token",
        "CREATE SEQUENCE spy_11": "does not belong to it: sequence spy_11",
    },
}


@always_on_every_store
def test_verify_finds_whatever_was_added_to_the_schema_or_altered_in_it(
    desk: FrontDesk, store: Store, store_kind: str
) -> None:
    assert desk.verify().problems == []
    for statement, found in ADDED[store_kind].items():
        before = desk.verify().problems
        store.execute(statement)
        new = [problem for problem in desk.verify().problems if problem not in before]
        assert [problem for problem in new if found in problem], (statement, new)


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        (
            "DELETE FROM doctor WHERE id = 1",
            "a row of slot refers to a missing row of doctor",
        ),
        ("DELETE FROM patient WHERE id = 1", "a row of token refers to a missing row of patient"),
    ],
)
@always_on_every_store
def test_a_file_may_lose_what_it_refers_to_and_a_server_refuses(
    filled: FrontDesk, store: Store, store_kind: str, statement: str, found: str
) -> None:
    if store_kind == "sqlite":
        store.execute(statement)
        assert found in filled.verify().problems
    else:
        with pytest.raises(store.broken_rule, match="foreign key"):
            store.execute(statement)


def test_verify_finds_a_seat_given_out_of_turn_even_where_the_journal_agrees(filled: FrontDesk, store: Store) -> None:
    columns = "entry_id, number, kind, subject, subject_id, slot_id, before, after, details, format, hash"
    swap = f"INSERT INTO journal_event ({columns}) VALUES (8, "
    waits, seated = '{"status": "WAITING"}', '{"status": "ACTIVE"}'
    store.force(
        "UPDATE token SET status = 'WAITING' WHERE id = 1",
        "UPDATE token SET status = 'ACTIVE' WHERE id = 3",
        f"{swap}2, 'token_preempted', 'token', 1, 1, '{seated}', '{waits}', '{{}}', 2, '')",
        f"{swap}3, 'token_promoted', 'token', 3, 1, '{waits}', '{seated}', '{{}}', 2, '')",
    )
    problems = filled.verify().problems
    assert not [problem for problem in problems if "in its table and" in problem], "here the journal agrees"
    assert {"token 1 waits but should have a seat", "token 3 has a seat but should wait"} <= set(problems)


def test_who_is_in_the_room_keeps_the_seat_in_the_eyes_of_verify(filled: FrontDesk, store: Store) -> None:
    store.execute("UPDATE token SET called_at = '2026-11-22T03:30:00.000000Z' WHERE id = 2")
    assert issue(filled, 1, "Imran", "EMERGENCY").changes[1].token.id == 1
    called = "token 2 has called_at 2026-11-22T03:30:00.000000Z in its table and None in the journal"
    assert filled.verify().problems == [called]


ALTERED = {
    "after": """'{"status": "ACTIVE"}'""",
    "before": """'{"status": "ACTIVE"}'""",
    "details": """'{"status": "ACTIVE"}'""",
    "end": "'10:30'",
    "source": "'PAID', priority = 2",
    "priority": "2, source = 'PAID'",
    "start": "'08:00'",
    "status": "'NO_SHOW'",
}
"""Altered values for columns with constraints."""
UNCHECKED = ("hospital.id", "hospital.file_stamp")
"""A column that a constraint keeps at 1, and one that only says when the file has to be examined."""
TAMPERINGS = 25
COLUMNS = [
    (table.name, column.name)
    for table in metadata.sorted_tables
    for column in table.columns
    if not (table is patient and column.name in PERSONAL)
    if f"{table.name}.{column.name}" not in UNCHECKED
]
ROWS = {"idempotency_key": "key = 'a key'", "token": f"id = {CANCELLED}", "journal_event": "kind = 'token_cancelled'"}


@pytest.mark.fast_cases(20)
@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=[".".join(pair) for pair in COLUMNS])
def test_verify_finds_any_column_that_was_altered_by_hand(
    filled: FrontDesk, store: Store, table: str, column: str
) -> None:
    """Every column except patients' personal fields, including columns that the program does not set yet."""
    issue(filled, 2, "Imran", key="a key")
    type_ = metadata.tables[table].c[column].type
    other = "77" if isinstance(type_, Integer) else "'{}'".format("2026-11-21T03:29:00.000000Z"[: type_.length])
    where = ROWS.get(table, "id = 1" if "id" in metadata.tables[table].c else "1 = 1")
    store.force(f'UPDATE {table} SET "{column}" = {ALTERED.get(column, other)} WHERE {where}')
    assert filled.verify().problems != []


@pytest.mark.slow
def test_verify_finds_any_cell_of_any_row_that_was_altered(desk: FrontDesk, store: Store, dice: random.Random) -> None:
    a_day(desk)
    for _ in range(TAMPERINGS):
        altered = tampering(store, dice)
        if altered.is_of_a_person or f"{altered.table}.{altered.column}" in UNCHECKED:
            continue
        try:
            store.force(altered.statement)
        except store.broken_rule:
            continue  # the database itself refuses it
        assert desk.verify().problems, altered
        store.force(altered.reverse)
    assert desk.verify().problems == []
