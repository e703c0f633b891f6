"""A server that is killed, restarted, silent or slow, and answers that are lost: nothing is lost or done twice."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from opd_tui.desk import front_desk
from opd_tui.desk.actions import IssueToken
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.domain.errors import AnswerLost, DeskBusy, StoreOffline
from tests.support.helpers import PATIENCE_SECONDS, Applying, issue, open_slot, people, statuses, until
from tests.support.pilot import OpenDesk
from tests.support.proxy import Fault, Proxy
from tests.support.stores import PostgresStore

if TYPE_CHECKING:
    from tests.support.server import Server

GONE = "The database server does not answer. Write on paper meanwhile; the desk tries again by itself."


@pytest.fixture
def store_kind() -> str:
    return "breakable"


# The server is stopped


@pytest.mark.slow
def test_while_the_server_is_away_everything_is_refused_plainly_and_then_goes_on(
    filled: FrontDesk, store: PostgresStore, server: Server
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
@pytest.mark.slow
def test_a_server_that_was_restarted_while_nobody_did_anything_is_not_noticed(
    filled: FrontDesk, store: PostgresStore, server: Server, mode: str
) -> None:
    for do in (
        lambda: issue(filled, 2, "Imran"),
        lambda: filled.preview(IssueToken(slot=2, patient="Farah", source="PAID")),
        lambda: filled.board(filled.today()),
    ):
        with ExitStack() as lines:
            for _ in range(4):
                lines.enter_context(filled.database.reading()).value(text("SELECT 1"))
        with server.stopped(mode):
            pass  # every line that is kept leads nowhere now
        do()
    assert people(store)[-1] == "Imran"


def test_a_server_that_closes_one_line_is_not_noticed(filled: FrontDesk, store: PostgresStore) -> None:
    store.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'opd-tui'")
    issue(filled, 2, "Imran")


@pytest.mark.parametrize("kills", [2, pytest.param(4, marks=pytest.mark.slow)])
def test_whatever_a_killed_server_answered_is_there_and_nothing_is_there_twice(
    filled: FrontDesk,
    open_desk: OpenDesk,
    store: PostgresStore,
    server: Server,
    monkeypatch: pytest.MonkeyPatch,
    kills: int,
) -> None:
    monkeypatch.setattr(front_desk, "SECONDS_TO_COME_BACK", PATIENCE_SECONDS)
    store.execute(f"ALTER DATABASE {store.name} SET synchronous_commit = off")  # each desk knows better
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
                issue(desk, slot, name, ("PAID", "ONLINE", "EMERGENCY")[number % 3])
            except AnswerLost:
                raise
            except StoreOffline:
                refused.append(name)
            else:
                done.append(name)

    with ThreadPoolExecutor(2) as pool, ExitStack() as stack:
        stack.callback(stop.set)  # however it goes, else the pool would wait for ever
        workers = [pool.submit(work, open_desk(), letter) for letter in "AB"]
        for _ in range(kills):
            so_far = len(done)
            until(lambda so_far=so_far: len(done) > so_far + 10)
            with server.stopped():
                pass
    for worker in workers:
        worker.result()  # the server was back in time for every answer that was lost
    there = people(store)[4:]
    assert sorted(there) == sorted(done)
    assert not set(there) & set(refused)
    assert open_desk().verify().problems == []


@pytest.mark.slow
def test_a_run_of_lines_goes_on_after_the_server_was_away(
    filled: FrontDesk, store: PostgresStore, server: Server
) -> None:
    line = {"action": "issue_token", "slot": 2, "source": "PAID"}
    with Applying(store.location) as applying:
        assert applying.ask(line | {"patient": "Asha"})["ok"]
        with server.stopped():
            answer = applying.ask(line | {"patient": "Ravi"})
            assert (answer["ok"], answer["error"]) == (False, "StoreOffline")
        assert applying.ask(line | {"patient": "Imran"})["ok"]
        assert applying.process.stderr is not None
        assert applying.finish() == 1
    assert people(store)[-2:] == ["Asha", "Imran"]


# An answer is lost


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("fault", [fault for fault in Fault if fault is not Fault.NONE])
@pytest.mark.fast_cases(1)
def test_an_action_whose_answer_is_lost_is_done_once_and_answered(
    filled: FrontDesk, store: PostgresStore, open_far_desk: OpenDesk, proxy: Proxy, fault: Fault
) -> None:
    far = open_far_desk()
    proxy.strike(fault)
    outcome = issue(far, 2, "Imran", "PAID")
    assert proxy.struck.is_set()
    assert people(store)[4:] == ["Imran"]
    assert outcome.token is not None
    assert statuses(filled, 2) == {outcome.token.token.number: "ACTIVE"}
    assert filled.activity(1) == (outcome,)
    assert filled.verify().problems == []
    issue(filled, 2, "Farah")


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(("fault", "done"), [(Fault.ANSWER_CUT, True), (Fault.REQUEST_CUT, False)])
@pytest.mark.slow
def test_a_server_that_stays_away_is_asked_later_what_became_of_an_action(
    filled: FrontDesk,
    store: PostgresStore,
    open_far_desk: OpenDesk,
    proxy: Proxy,
    monkeypatch: pytest.MonkeyPatch,
    fault: Fault,
    done: bool,
) -> None:
    monkeypatch.setattr(front_desk, "SECONDS_TO_COME_BACK", 0.0)
    far = open_far_desk()
    proxy.strike(fault, then_refuse=True)
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
    assert people(store)[4:] == ["Imran"]


@pytest.mark.usefixtures("impatient")
@pytest.mark.slow
def test_an_action_that_may_still_be_done_is_not_said_to_be_refused(
    filled: FrontDesk, store: PostgresStore, open_far_desk: OpenDesk, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(front_desk, "SECONDS_TO_COME_BACK", 0.0)
    monkeypatch.setattr("opd_tui.storage.engines.postgresql.LOCK_SECONDS", 0.1)
    monkeypatch.setattr("opd_tui.storage.engines.postgresql.IDLE_SECONDS", 60.0)
    far = open_far_desk()
    proxy.strike(Fault.REQUEST_SWALLOWED)
    with pytest.raises(AnswerLost) as lost:
        issue(far, 2, "Imran", "PAID")
    with pytest.raises(DeskBusy):
        far.find_out(lost.value.key)
    proxy.cut()
    until(lambda: not store.query("SELECT 1 FROM pg_stat_activity WHERE state = 'idle in transaction'"))
    assert far.find_out(lost.value.key) is None
    assert len(people(store)) == 4


# The server says nothing


@pytest.mark.usefixtures("impatient")
@pytest.mark.slow
def test_a_silent_server_is_given_up_and_what_was_begun_is_taken_back(
    filled: FrontDesk, store: PostgresStore, open_far_desk: OpenDesk, proxy: Proxy
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
@pytest.mark.slow
def test_a_server_that_falls_silent_while_something_is_taken_back_holds_nobody_up(
    filled: FrontDesk, open_far_desk: OpenDesk, proxy: Proxy, caplog: pytest.LogCaptureFixture
) -> None:
    far = open_far_desk()
    with far.database.writing() as transaction:
        transaction.value(text("SELECT 1"))
        proxy.silent = True
    assert caplog.records == [], "nothing is written over the screen"
    proxy.cut()
    proxy.silent = False
    issue(far, 2, "Imran")


@pytest.mark.usefixtures("impatient")
@pytest.mark.slow
def test_long_work_is_not_taken_for_silence(filled: FrontDesk) -> None:
    slow = text("SELECT pg_sleep(1)")
    with filled.database.reading() as transaction:
        for _ in range(4):
            transaction.value(slow)


@pytest.mark.usefixtures("impatient")
@pytest.mark.slow
def test_a_desk_that_is_closed_waits_for_no_silent_server(
    filled: FrontDesk, open_far_desk: OpenDesk, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "opd_tui.storage.engines.monitored_connection.MonitoredConnection.answer_seconds", 10 * PATIENCE_SECONDS
    )
    far = open_far_desk()
    proxy.strike(Fault.ANSWER_SWALLOWED)
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(issue, far, 2, "Imran")
        assert proxy.struck.wait(PATIENCE_SECONDS)
        proxy.silent = True
        far.stop_waiting()
        assert isinstance(answer.exception(PATIENCE_SECONDS), AnswerLost)
