"""Statements that travel together: in order, once, and none of them believed after what it read has changed."""

from __future__ import annotations

import psycopg
import pytest
from sqlalchemy import bindparam, select, text

from opd_tui.desk.front_desk import FrontDesk
from opd_tui.storage.engines.pipeline import SENT_AT_ONCE
from opd_tui.storage.schema.tables import doctor, slot
from opd_tui.storage.transaction import inserting
from tests.support.helpers import issue
from tests.support.pilot import OpenDesk
from tests.support.proxy import Proxy
from tests.support.stores import PostgresStore

ROOM = select(doctor.c.room).where(doctor.c.id == bindparam("id"))
SLOT = select(slot.c.id).where(slot.c.id == bindparam("id")).with_for_update(key_share=True)
SET_ROOM = text("UPDATE doctor SET room = :room WHERE id = 1")
ADD_DOCTOR = inserting(doctor, "code", "name", returning="id")


@pytest.fixture
def store_kind() -> str:
    return "postgresql"


def test_what_was_asked_ahead_is_read_without_another_round_trip(
    filled: FrontDesk, open_far_desk: OpenDesk, proxy: Proxy
) -> None:
    with open_far_desk().database.writing() as transaction:
        transaction.prefetch(ROOM, {"id": 1})
        assert transaction.rows_of_each(ROOM, [{"id": 1}, {"id": 2}]) == [("1",)]
        before = proxy.round_trips
        transaction.prefetch(SLOT, {"id": 1})
        transaction.prefetch(SLOT, {"id": 2})
        assert [transaction.row(SLOT, {"id": id_}) for id_ in (1, 2)] == [(1,), (2,)]
        assert proxy.round_trips == before + 1
        assert transaction.row(SLOT, {"id": 1}) == (1,), "each answer is read once"
        assert proxy.round_trips == before + 2


@pytest.mark.parametrize("what", ["a lock", "a lock ahead", "a change"])
def test_what_was_asked_ahead_is_asked_again_after_a_lock_or_a_change(
    filled: FrontDesk, store: PostgresStore, what: str
) -> None:
    with filled.database.writing() as transaction:
        transaction.prefetch(ROOM, {"id": 1})
        transaction.value(text("SELECT 1"))
        store.query("UPDATE doctor SET room = '7' WHERE id = 1 RETURNING id")
        if what == "a lock":
            transaction.lock(SLOT, {"id": 1})
        elif what == "a lock ahead":
            transaction.prefetch_lock(SLOT, {"id": 1})
            transaction.prefetch(ROOM, {"id": 1})
            assert transaction.row(SLOT, {"id": 1}) == (1,)
        else:
            transaction.run(SET_ROOM, {"room": "8"})
        assert transaction.value(ROOM, {"id": 1}) == ("8" if what == "a change" else "7")


@pytest.mark.parametrize("reported_by", ["the next rows", "the commit"])
def test_an_error_is_reported_by_what_is_waited_for_next_and_ends_the_transaction(
    filled: FrontDesk, store: PostgresStore, reported_by: str
) -> None:
    before = store.dump()

    def fail() -> None:
        with filled.database.writing() as transaction:
            transaction.run(SET_ROOM, {"room": "7"})
            transaction.run(ADD_DOCTOR, {"code": "A", "name": "Dr A"})
            transaction.run(SET_ROOM, {"room": "8"})
            if reported_by == "the next rows":
                transaction.value(ROOM, {"id": 1})
            transaction.commit()

    connected = "SELECT pid FROM pg_stat_activity WHERE application_name = 'opd-tui'"
    connection = store.query(connected)
    with pytest.raises(psycopg.IntegrityError):
        fail()
    assert store.dump() == before
    issue(filled, 2, "Imran")
    assert store.query(connected) == connection, "the connection is used again"


def test_nothing_is_sent_for_a_transaction_that_reads_nothing_and_is_given_up(
    filled: FrontDesk, open_far_desk: OpenDesk, proxy: Proxy
) -> None:
    far = open_far_desk()
    far.board(far.today())
    before = proxy.round_trips
    with far.database.writing() as transaction:
        transaction.run(SET_ROOM, {"room": "7"})
    assert proxy.round_trips == before


def test_many_rows_are_written_and_read_in_order(filled: FrontDesk) -> None:
    names = [f"Dr {number} – ডাঃ" for number in range(3 * SENT_AT_ONCE)]
    with filled.database.writing() as transaction:
        transaction.run_many(ADD_DOCTOR, [{"code": f"N{n}", "name": name} for n, name in enumerate(names)])
        assert [row[0] for row in transaction.rows(text("SELECT name FROM doctor WHERE code ~ '^N' ORDER BY id"))] == (
            names
        )
        assert [row[1] for row in transaction.stream(select(doctor.c.id, doctor.c.name))][1:] == names


def test_a_text_is_never_cut_at_a_null_character(filled: FrontDesk) -> None:
    with filled.database.writing() as transaction, pytest.raises(psycopg.DataError):
        transaction.run(SET_ROOM, {"room": "7\x00"})
