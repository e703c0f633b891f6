"""A server that is killed, restarted, silent or slow, and answers that are lost: nothing is lost or done twice."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import psycopg
import pytest

from opd_tui.clock import FixedClock
from opd_tui.desk import front_desk
from opd_tui.desk.actions import IssueToken
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.desk.opening import open_front_desk
from opd_tui.desk.outcome import Outcome
from opd_tui.domain.errors import AnswerLost, DeskBusy, StoreOffline
from opd_tui.storage import postgresql
from opd_tui.storage.server_line import Line
from tests.conftest import ZONE
from tests.helpers import PATIENCE_SECONDS, Applying, issue, open_slot, statuses, token_of
from tests.proxy import Fault, Proxy
from tests.server import Server
from tests.stores import PostgresStores, Store

OpenDesk = Callable[..., FrontDesk]
GONE = "The database server does not answer. Write on paper meanwhile; the desk tries again by itself."


@pytest.fixture
def stores(breakable_stores: PostgresStores) -> PostgresStores:
    return breakable_stores


@pytest.fixture
def server(stores: PostgresStores) -> Server:
    return stores.server


@pytest.fixture
def proxy(server: Server) -> Iterator[Proxy]:
    with Proxy(server.port) as proxy:
        yield proxy


@pytest.fixture
def open_far_desk(store: Store, proxy: Proxy, clock: FixedClock) -> Iterator[OpenDesk]:
    """Opens desks that reach the database through the proxy."""
    desks: list[FrontDesk] = []

    def open_one() -> FrontDesk:
        location = store.location.replace(f":{proxy.server_port}/", f":{proxy.port}/")
        desks.append(open_front_desk(location, operator="ravi", desk="far", clock=clock, zone=ZONE))
        return desks[-1]

    yield open_one
    proxy.cut()
    for desk in desks:
        desk.close()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Desks and the server give up after a second, where they wait for many."""
    monkeypatch.setattr(Line, "answer_seconds", 1.0)
    monkeypatch.setattr(postgresql, "IDLE_SECONDS", 1.0)


def names(store: Store) -> list[str]:
    """Everybody who has a token, by token."""
    rows = store.query("SELECT name FROM token JOIN patient ON patient.id = token.patient_id ORDER BY token.id")
    return [row[0] for row in rows]


# The server is stopped


def test_while_the_server_is_away_everything_is_refused_plainly_and_then_goes_on(
    filled: FrontDesk, store: Store, server: Server
) -> None:
    before = store.dump()
    with server.stopped():
        for do in (
            lambda: issue(filled, 2, "Imran"),
            lambda: filled.preview(IssueToken(slot=2, patient="Imran", source="PAID")),
            lambda: filled.board(filled.today()),
            filled.verify,
        ):
            with pytest.raises(StoreOffline) as refusal:
                do()
            assert type(refusal.value) is StoreOffline
            assert refusal.value.message == f"{GONE} Nothing was changed."
    assert store.dump() == before
    assert issue(filled, 2, "Imran").entry_id
    assert filled.verify().problems == []


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_a_server_that_was_restarted_while_nobody_did_anything_is_not_noticed(
    filled: FrontDesk, store: Store, server: Server, mode: str
) -> None:
    for do in (
        lambda: issue(filled, 2, "Imran"),
        lambda: filled.preview(IssueToken(slot=2, patient="Farah", source="PAID")),
        lambda: filled.board(filled.today()),
    ):
        with server.stopped(mode):
            pass
        do()
    assert names(store)[-1] == "Imran"


def test_a_server_that_closes_one_line_is_not_noticed(filled: FrontDesk, store: Store) -> None:
    store.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'opd-tui'")
    issue(filled, 2, "Imran")


def test_whatever_a_killed_server_answered_is_there_and_nothing_is_there_twice(
    filled: FrontDesk, open_desk: OpenDesk, store: Store, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(front_desk, "SECONDS_TO_COME_BACK", PATIENCE_SECONDS)
    slot = open_slot(filled, 1, "12:00", "13:00", capacity=3)
    stop = threading.Event()
    done: list[str] = []
    refused: list[str] = []

    def work(desk: FrontDesk, letter: str) -> None:
        for number in range(100_000):
            if stop.is_set():
                return
            name = f"{letter} {number}"
            try:
                issue(desk, slot, name, random.choice(["PAID", "ONLINE", "EMERGENCY"]))
            except StoreOffline as refusal:
                assert type(refusal) is StoreOffline, "the server was back in time for every lost answer"
                refused.append(name)
            else:
                done.append(name)

    with ThreadPoolExecutor(2) as pool:
        workers = [pool.submit(work, open_desk(), letter) for letter in "AB"]
        for _ in range(4):
            so_far = len(done)
            until(lambda so_far=so_far: len(done) > so_far + 10)
            with server.stopped():
                pass
        stop.set()
    for worker in workers:
        worker.result()
    there = [name for name in names(store) if name[0] in "AB"]
    assert sorted(there) == sorted(done)
    assert not set(there) & set(refused)
    assert open_desk().verify().problems == []


def until(condition: Callable[[], object]) -> None:
    """Wait for a condition."""
    waiting = threading.Event()
    for _ in range(PATIENCE_SECONDS * 100):
        if condition():
            return
        waiting.wait(0.01)
    raise AssertionError("what was expected did not come")


def test_a_run_of_lines_goes_on_after_the_server_was_away(filled: FrontDesk, store: Store, server: Server) -> None:
    line = {"action": "issue_token", "slot": 2, "source": "PAID"}
    with Applying(store.location) as applying:
        assert applying.ask(line | {"patient": "Asha"})["ok"]
        with server.stopped():
            answer = applying.ask(line | {"patient": "Ravi"})
            assert (answer["ok"], answer["error"]) == (False, "StoreOffline")
        assert applying.ask(line | {"patient": "Imran"})["ok"]
        assert applying.process.stderr is not None
        assert applying.finish() == 1
    assert names(store)[-2:] == ["Asha", "Imran"]


# An answer is lost


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("fault", [fault for fault in Fault if fault is not Fault.NONE])
def test_an_action_whose_answer_is_lost_is_done_once_and_answered(
    filled: FrontDesk, store: Store, open_far_desk: OpenDesk, proxy: Proxy, fault: Fault
) -> None:
    far = open_far_desk()
    proxy.strike(fault)
    outcome = issue(far, 2, "Imran", "PAID")
    assert proxy.struck.is_set()
    assert names(store)[4:] == ["Imran"]
    assert outcome.token is not None
    assert statuses(filled, 2) == {outcome.token.token.number: "ACTIVE"}
    assert filled.activity(1) == (outcome,)
    assert filled.verify().problems == []
    issue(filled, 2, "Farah")


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(("fault", "done"), [(Fault.ANSWER_CUT, True), (Fault.REQUEST_CUT, False)])
def test_a_server_that_stays_away_is_asked_later_what_became_of_an_action(
    filled: FrontDesk,
    store: Store,
    open_far_desk: OpenDesk,
    proxy: Proxy,
    monkeypatch: pytest.MonkeyPatch,
    fault: Fault,
    done: bool,
) -> None:
    monkeypatch.setattr(front_desk, "SECONDS_TO_COME_BACK", 0.0)
    far = open_far_desk()
    proxy.strike(fault)
    proxy.refusing = True
    with pytest.raises(AnswerLost) as lost:
        issue(far, 2, "Imran", "PAID")
    assert lost.value.message.startswith("The server went away before it answered, so this may have been done or not.")
    assert "Nothing was changed" not in lost.value.message
    with pytest.raises(StoreOffline):
        far.find_out(lost.value.key)
    proxy.refusing = False
    outcome = far.find_out(lost.value.key)
    assert (outcome is not None) is done
    again = issue(far, 2, "Imran", "PAID", key=lost.value.key)
    assert outcome in (again, None)
    assert names(store)[4:] == ["Imran"]


@pytest.mark.usefixtures("impatient")
def test_an_action_that_may_still_be_done_is_not_said_to_be_refused(
    filled: FrontDesk, store: Store, open_far_desk: OpenDesk, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(front_desk, "SECONDS_TO_COME_BACK", 0.0)
    monkeypatch.setattr(postgresql, "LOCK_SECONDS", 0.1)
    monkeypatch.setattr(postgresql, "IDLE_SECONDS", 60.0)
    far = open_far_desk()
    proxy.strike(Fault.REQUEST_SWALLOWED)
    with pytest.raises(AnswerLost) as lost:
        issue(far, 2, "Imran", "PAID")
    with pytest.raises(DeskBusy):
        far.find_out(lost.value.key)
    proxy.cut()
    until(lambda: not store.query("SELECT 1 FROM pg_stat_activity WHERE state = 'idle in transaction'"))
    assert far.find_out(lost.value.key) is None
    assert len(names(store)) == 4


# The server says nothing


@pytest.mark.usefixtures("impatient")
def test_a_silent_server_is_given_up_and_what_was_begun_is_taken_back(
    filled: FrontDesk, store: Store, open_far_desk: OpenDesk, proxy: Proxy
) -> None:
    far = open_far_desk()
    before = store.dump()
    for do in (
        lambda: issue(far, 2, "Imran"),
        lambda: far.preview(IssueToken(slot=2, patient="Imran", source="PAID")),
        lambda: far.board(far.today()),
    ):
        proxy.silent = True
        with pytest.raises(StoreOffline, match="does not answer"):
            do()
        proxy.cut()
        proxy.silent = False
        far.board(far.today())
    assert store.dump() == before


@pytest.mark.usefixtures("impatient")
def test_a_server_that_falls_silent_while_a_refusal_is_taken_back_holds_nobody_up(
    filled: FrontDesk, open_far_desk: OpenDesk, proxy: Proxy
) -> None:
    far = open_far_desk()
    with far.database.writing() as transaction:
        assert transaction.value(front_desk.journal._NEWEST_ENTRIES, {"n": 1})
        proxy.silent = True
    proxy.cut()
    proxy.silent = False
    issue(far, 2, "Imran")


@pytest.mark.usefixtures("impatient")
def test_long_work_is_not_taken_for_silence(filled: FrontDesk) -> None:
    slow = psycopg_text("SELECT pg_sleep(0.4)")
    with filled.database.reading() as transaction:
        for _ in range(4):
            transaction.run(slow)


def psycopg_text(statement: str) -> object:
    from sqlalchemy import text

    return text(statement)


def test_a_desk_that_is_closed_waits_for_no_silent_server(
    filled: FrontDesk, open_far_desk: OpenDesk, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Line, "answer_seconds", 10 * PATIENCE_SECONDS)
    far = open_far_desk()
    proxy.strike(Fault.ANSWER_SWALLOWED)
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(issue, far, 2, "Imran")
        assert proxy.struck.wait(PATIENCE_SECONDS)
        proxy.silent = True
        far.stop_waiting()
        assert isinstance(answer.exception(PATIENCE_SECONDS), AnswerLost)


# Locks


def test_a_slot_that_is_held_for_too_long_is_refused_and_others_are_not_held_up(
    filled: FrontDesk, open_desk: OpenDesk, store: Store, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql, "LOCK_SECONDS", 0.2)
    desk = open_desk()
    with server.connect(store.name) as other, other.transaction():
        other.execute("SELECT * FROM slot WHERE id = 1 FOR UPDATE")
        with pytest.raises(DeskBusy, match=r"^Another desk is busy. Nothing was changed.$"):
            issue(desk, 1, "Imran")
        assert len(desk.token_list(1)) == 4, "readers are not held up"
        issue(desk, 2, "Farah")
    issue(desk, 1, "Imran")
    assert names(store)[4:] == ["Farah", "Imran"]


def test_of_two_who_wait_for_each_other_the_desk_gives_way(
    filled: FrontDesk, store: Store, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = store.dump()
    with server.connect(store.name) as other, ThreadPoolExecutor(1) as pool:
        other.execute("SET deadlock_timeout = '1min'")
        with other.transaction():
            other.execute("SELECT * FROM token_counter FOR UPDATE")
            answer = pool.submit(issue, filled, 1, "Imran")
            until(lambda: store.query("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"))
            other.execute("SELECT * FROM slot WHERE id = 1 FOR UPDATE")
            assert isinstance(answer.exception(PATIENCE_SECONDS), DeskBusy)
    assert store.dump() == before
    issue(filled, 1, "Imran")


@pytest.mark.usefixtures("impatient")
def test_a_desk_that_stops_in_the_middle_of_an_action_holds_nobody_up_for_long(
    filled: FrontDesk, open_desk: OpenDesk, store: Store
) -> None:
    stopped = open_desk()
    with pytest.raises(StoreOffline), stopped.database.writing() as transaction:
        stopped.database.hold_key(transaction, "k1")
        transaction.run(psycopg_text("SELECT * FROM slot WHERE id = 2 FOR UPDATE"))
        issue(filled, 2, "Imran", key="k1")
        transaction.run(psycopg_text("SELECT 1"))
    assert names(store)[4:] == ["Imran"]
    issue(stopped, 2, "Farah")


def all_at_once(count: int, do: Callable[[int], object]) -> list[object]:
    """Let so many threads begin at the same moment."""
    barrier = threading.Barrier(count)

    def begin(number: int) -> object:
        barrier.wait()
        return do(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(begin, range(count)))


def test_the_same_key_from_eight_desks_at_once_issues_one_token(
    filled: FrontDesk, open_desk: OpenDesk, store: Store
) -> None:
    desks = [open_desk(desk=f"desk {number}") for number in range(8)]
    for turn in range(5):
        outcomes = all_at_once(8, lambda number: issue(desks[number], 2, "Imran", key=f"k{turn}"))
        assert outcomes == [outcomes[0]] * 8
        assert len(names(store)) == 5 + turn


def test_eight_desks_close_the_same_token_once(filled: FrontDesk, open_desk: OpenDesk, store: Store) -> None:
    from opd_tui.desk.actions import CancelToken, CompleteToken
    from opd_tui.domain.errors import TokenAlreadyClosed

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


def test_eight_desks_make_the_tables_of_one_database_between_them(stores: PostgresStores, clock: FixedClock) -> None:
    for _ in range(3):
        with stores.one(empty=True) as store:
            desks = all_at_once(8, lambda number: open_front_desk(store.location, clock=clock, zone=ZONE))
            for desk in desks:
                assert isinstance(desk, FrontDesk)
                with closing(desk):
                    assert desk.zone.key == ZONE
            assert len(store.query("SELECT * FROM hospital")) == 1
