"""What the database itself refuses, whoever asks for it."""

from __future__ import annotations

import pytest

from opd_tui.desk.front_desk import FrontDesk
from tests.support.helpers import CANCELLED, DATE, WAITING, token_row
from tests.support.stores import Store, always_on_every_store, on_every_store

pytestmark = on_every_store

NOT_UNIQUE = "UNIQUE|unique constraint"
CLOSED_ROW = token_row(5, status="COMPLETED").replace("issued_at)", "issued_at, closed_at)").replace("Z')", "Z', 'x')")


def refused(store: Store, *statements: str, because: str) -> None:
    """The last statement is refused by the database and leaves everything as it was."""
    store.execute(*statements[:-1])
    before = store.dump()
    with pytest.raises(store.broken_rule, match=because):
        store.execute(statements[-1])
    assert store.dump() == before


@pytest.mark.parametrize(
    "statement",
    [
        token_row(5),
        CLOSED_ROW,
        f"UPDATE token SET status = 'ACTIVE' WHERE id = {WAITING}",
        f"UPDATE token SET status = 'COMPLETED', closed_at = 'x' WHERE id = {WAITING}",
        f"UPDATE token SET status = 'ACTIVE', closed_at = NULL WHERE id = {CANCELLED}",
        "UPDATE slot SET capacity = 1 WHERE id = 1",
    ],
)
def test_the_database_refuses_to_overbook(filled: FrontDesk, store: Store, statement: str) -> None:
    refused(store, statement, because="never holds more tokens than its capacity")


@always_on_every_store
def test_the_database_refuses_to_overbook_by_a_move_to_another_slot(filled: FrontDesk, store: Store) -> None:
    move = f"UPDATE token SET slot_id = 1 WHERE number = 'A-{5:03}'"
    refused(store, token_row(5, slot=2), move, because="never holds more tokens than its capacity")


def test_the_last_free_seat_may_be_taken(filled: FrontDesk, store: Store) -> None:
    store.execute(token_row(5, slot=2), token_row(6, slot=2))
    refused(store, token_row(7, slot=2), because="never holds more tokens than its capacity")


@pytest.mark.parametrize(
    "window", ["'08:00', '09:01'", "'09:30', '09:40'", "'08:00', '12:00'", "'10:59', '12:00'", "'09:00', '10:00'"]
)
def test_the_database_refuses_an_overlap(filled: FrontDesk, store: Store, window: str) -> None:
    insert = f'INSERT INTO slot (doctor_id, date, "start", "end", capacity) VALUES (1, \'{DATE}\', {window}, 1)'
    refused(store, insert, because=f"never overlap|{NOT_UNIQUE}")


@always_on_every_store
def test_the_database_refuses_an_overlap_by_a_later_change(filled: FrontDesk, store: Store) -> None:
    refused(store, "UPDATE slot SET \"end\" = '10:01' WHERE id = 1", because="never overlap")


def test_the_database_lets_slots_touch(filled: FrontDesk, store: Store) -> None:
    touching = f"VALUES (1, '{DATE}', '08:00', '09:00', 1), (1, '{DATE}', '11:00', '12:00', 1)"
    store.execute(f'INSERT INTO slot (doctor_id, date, "start", "end", capacity) {touching}')


REWRITE = {
    "sqlite": ["UPDATE {} SET rowid = rowid", "DELETE FROM {}", "REPLACE INTO {0} SELECT * FROM {0} WHERE rowid = 1"],
    "postgresql": ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"],
}


@pytest.mark.parametrize("table", ["journal_entry", "journal_event"])
@pytest.mark.parametrize("number", range(3))
def test_the_journal_is_only_ever_added_to(
    filled: FrontDesk, store: Store, store_kind: str, table: str, number: int
) -> None:
    statement = REWRITE[store_kind][number].format(table)
    if table == "journal_event":
        statement = statement.replace("id = id", "entry_id = entry_id")
    refused(store, statement, because="only ever added to")


@pytest.mark.parametrize(
    ("statement", "because"),
    [
        (token_row(5, 2, source="WALKIN", priority=1), "source_has_its_priority"),
        (token_row(5, 2, source="VIP", priority=0), "source_has_its_priority"),
        ("UPDATE token SET priority = 1 WHERE id = 1", "source_has_its_priority"),
        (token_row(1, 2), NOT_UNIQUE),
        (f"UPDATE token SET number = 'A-001' WHERE id = {WAITING}", NOT_UNIQUE),
        (f"UPDATE token SET sequence = 1 WHERE id = {WAITING}", NOT_UNIQUE),
        (token_row(0, 2), "sequence_from_one"),
        (CLOSED_ROW.replace("COMPLETED", "SEATED"), "status_known"),
        ("UPDATE token SET closed_at = 'x' WHERE id = 1", "closed_when_not_open"),
        (f"UPDATE token SET closed_at = NULL WHERE id = {CANCELLED}", "closed_when_not_open"),
        ("UPDATE slot SET capacity = 0 WHERE id = 2", "capacity_at_least_one"),
        ('UPDATE slot SET "end" = "start" WHERE id = 2', "start_before_end"),
        ("INSERT INTO doctor (code, name) VALUES ('A', 'Dr Other')", NOT_UNIQUE),
        ("INSERT INTO doctor (code, name) VALUES ('TOOLONG', 'Dr Other')", "code_length|value too long"),
        ("UPDATE patient SET name = '' WHERE id = 1", "name_length"),
        ("INSERT INTO hospital (id, schema_version, time_zone, created_at) VALUES (2, 1, 'UTC', 'x')", "single_row"),
    ],
)
def test_the_database_refuses_what_must_not_be(filled: FrontDesk, store: Store, statement: str, because: str) -> None:
    refused(store, statement, because=because)
