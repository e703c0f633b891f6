"""Desks that meet on a server: who waits, who gives way, and what is done once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from sqlalchemy import text

from opd_tui.clock import FixedClock
from opd_tui.desk.actions import CancelToken, CompleteToken, ForgetPatient
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.desk.opening import open_front_desk
from opd_tui.desk.outcome import Outcome
from opd_tui.domain.errors import DeskBusy, StoreOffline, TokenAlreadyClosed
from tests.conftest import ZONE
from tests.support.helpers import PATIENCE_SECONDS, issue, people, token_of, until
from tests.support.pilot import OpenDesk
from tests.support.stores import PostgresStore, Stores


@pytest.fixture
def store_kind() -> str:
    return "postgresql"


@pytest.mark.slow
def test_a_slot_that_is_held_for_too_long_is_refused_and_others_are_not_held_up(
    filled: FrontDesk, open_desk: OpenDesk, store: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("opd_tui.storage.engines.postgresql.LOCK_SECONDS", 0.2)
    desk = open_desk()
    with store.server.connect(store.name) as other, other.transaction():
        other.execute("SELECT * FROM slot WHERE id = 1 FOR UPDATE")
        with pytest.raises(DeskBusy, match=r"^Another desk is busy. Nothing was changed.$"):
            issue(desk, 1, "Imran")
        assert len(desk.token_list(1)) == 4, "readers are not held up"
        issue(desk, 2, "Farah")
    issue(desk, 1, "Imran")
    assert people(store)[4:] == ["Farah", "Imran"]


def test_of_two_who_wait_for_each_other_the_desk_gives_way(
    filled: FrontDesk, open_desk: OpenDesk, store: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("opd_tui.storage.engines.postgresql.LOCK_SECONDS", 10 * PATIENCE_SECONDS)
    desk, before = open_desk(), store.dump()
    with store.server.connect(store.name) as other, ThreadPoolExecutor(1) as pool:
        other.execute("SET deadlock_timeout = '1min'")
        with other.transaction():
            other.execute("SELECT * FROM token_counter FOR UPDATE")
            answer = pool.submit(issue, desk, 1, "Imran")
            until(lambda: store.query("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"))
            other.execute("SELECT * FROM slot WHERE id = 1 FOR UPDATE")
            assert isinstance(answer.exception(PATIENCE_SECONDS), DeskBusy)
    assert store.dump() == before
    issue(desk, 1, "Imran")


@pytest.mark.slow
@pytest.mark.usefixtures("impatient")
def test_a_desk_that_stops_in_the_middle_of_an_action_holds_nobody_up_for_long(
    filled: FrontDesk, open_desk: OpenDesk, store: PostgresStore
) -> None:
    stopped = open_desk()

    def begin_and_stop() -> None:
        with stopped.database.writing() as transaction:
            stopped.database.hold_key(transaction, "k1")
            transaction.lock(text("SELECT * FROM slot WHERE id = 2 FOR UPDATE"))
            issue(filled, 2, "Imran", key="k1")
            transaction.value(text("SELECT 1"))

    with pytest.raises(StoreOffline):
        begin_and_stop()
    assert people(store)[4:] == ["Imran"]
    issue(stopped, 2, "Farah")


def all_at_once(count: int, do: Callable[[int], object]) -> list[object]:
    """Let so many threads begin at the same moment."""
    barrier = threading.Barrier(count)

    def begin(number: int) -> object:
        barrier.wait(PATIENCE_SECONDS)
        return do(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(begin, range(count)))


def test_the_same_key_from_eight_desks_at_once_issues_one_token(
    filled: FrontDesk, open_desk: OpenDesk, store: PostgresStore
) -> None:
    desks = [open_desk(desk=f"desk {number}") for number in range(8)]
    for turn in range(5):
        outcomes = all_at_once(8, lambda number, turn=turn: issue(desks[number], 2, "Imran", key=f"k{turn}"))
        assert outcomes == [outcomes[0]] * 8
        assert len(people(store)) == 5 + turn


def test_eight_desks_close_the_same_token_once(filled: FrontDesk, open_desk: OpenDesk, store: PostgresStore) -> None:
    desks = [open_desk(desk=f"desk {number}") for number in range(8)]

    def close(number: int) -> object:
        action = CancelToken(token=1) if number % 2 else CompleteToken(token=1)
        try:
            return desks[number].perform(action)
        except TokenAlreadyClosed:
            return None

    outcomes = all_at_once(8, close)
    assert len([outcome for outcome in outcomes if isinstance(outcome, Outcome)]) == 1
    assert filled.verify().problems == []


@pytest.mark.slow
def test_eight_desks_make_the_tables_of_one_database_between_them(stores: Stores, clock: FixedClock) -> None:
    for _ in range(3):
        with stores.one(empty=True) as store:
            desks = all_at_once(8, lambda number: open_front_desk(store.location, clock=clock, zone=ZONE))
            for desk in desks:
                assert isinstance(desk, FrontDesk)
                with closing(desk):
                    assert desk.zone.key == ZONE
            assert len(store.query("SELECT * FROM hospital")) == 1


def test_a_patient_is_never_forgotten_while_a_token_is_issued_for_them(
    filled: FrontDesk, open_desk: OpenDesk, store: PostgresStore
) -> None:
    """Both wait for the patient's record, forgetting first; the token then gets a record of its own."""
    asha = {"name": "Asha Verma", "phone": "90000 00001"}
    first = token_of(issue(filled, 2, asha))
    filled.perform(CompleteToken(token=first))
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    with store.server.connect(store.name) as other, ThreadPoolExecutor(2) as pool:
        with other.transaction():
            other.execute("SELECT * FROM patient WHERE name = 'Asha Verma' FOR UPDATE")
            forgetting = pool.submit(open_desk().perform, ForgetPatient(token=first))
            until(lambda: store.query(waiting) == [(1,)])
            issuing = pool.submit(issue, open_desk(), 2, {**asha, "uhid": "MRN 1"})
            until(lambda: store.query(waiting) == [(2,)])
        assert forgetting.result(PATIENCE_SECONDS).visits == 1
        again = token_of(issuing.result(PATIENCE_SECONDS))
    assert {record.token.id: record.token.patient.name for record in filled.token_list(2)} == {
        first: "(forgotten)",
        again: "Asha Verma",
    }
    assert filled.verify().problems == []
