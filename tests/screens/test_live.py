"""Other desks on the screen: their changes, their locks, and a database that goes away."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from opd_tui.desk.actions import CancelToken, IssueToken, OpenSlot
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.desk.news import Back, Gone
from opd_tui.desk.outcome import Outcome
from opd_tui.desk.views import Board, QueueRow
from opd_tui.domain.errors import AnswerLost, DeskBusy, StoreOffline
from opd_tui.storage.engines import sqlite
from opd_tui.tui.app import OpdApp
from opd_tui.tui.shell.live import NewsArrived
from opd_tui.tui.tokens.new_token import NewToken
from opd_tui.tui.widgets.row_list import RowList
from tests.conftest import NINE
from tests.support.helpers import add_doctor, issue, open_slot, statuses
from tests.support.pilot import (
    PATIENCE_SECONDS,
    WIDE,
    OpenDesk,
    Receptionist,
    at_the_counter,
    doctor_with_slots,
    full_slot,
)


@pytest.fixture
def other(open_desk: OpenDesk) -> FrontDesk:
    """A desk beside the one on the screen."""
    return open_desk(operator="ravi", desk="desk 2")


async def test_what_another_desk_does_appears_with_its_name(open_desk: OpenDesk, other: FrontDesk) -> None:
    slot = doctor_with_slots(other)[0]
    async with at_the_counter(OpdApp(open_desk), WIDE) as meera:
        issue(other, slot, "Asha Verma", "PAID")
        await meera.sees("Asha Verma", within="#queue")
        await meera.sees("desk 2: Paid A-001 Asha Verma", within="#activity")
        await meera.sees("desk 2: Paid A-001 Asha Verma has a seat", within="MessageLine")


@pytest.mark.slow
async def test_what_one_does_oneself_is_told_once(open_desk: OpenDesk, other: FrontDesk) -> None:
    doctor_with_slots(other)
    async with at_the_counter(OpdApp(open_desk), WIDE) as meera:
        heard: list[object] = []
        meera.app.live.take = heard.append  # type: ignore[method-assign]
        await meera.press("n", *"Asha", "enter")
        await meera.panel_closes()
        issue(other, 1, "Ravi")
        await meera.until(lambda: heard, "the other desk's token")
        assert [outcome.token.token.patient.name for news in heard for outcome in news.outcomes] == ["Ravi"]


@pytest.mark.slow
async def test_a_seat_that_another_desk_takes_is_marked(open_desk: OpenDesk, other: FrontDesk) -> None:
    slot = full_slot(other)
    async with at_the_counter(OpdApp(open_desk), WIDE) as meera:
        issue(other, slot, "Imran Khan", "EMERGENCY")
        await meera.sees("displaced", within="#queue")


async def test_the_person_keeps_their_place_in_the_queue(open_desk: OpenDesk, other: FrontDesk) -> None:
    slot = full_slot(other, waiting=3)
    async with at_the_counter(OpdApp(open_desk), WIDE) as meera:
        await meera.press("enter", "down", "down", "down")
        queue = meera.app.screen.query_one("#queue", RowList)
        before = queue.chosen
        assert isinstance(before, QueueRow)
        issue(other, slot, "Imran Khan", "EMERGENCY")
        await meera.sees("Imran Khan", within="#queue")
        assert isinstance(queue.chosen, QueueRow)
        assert queue.chosen.record.token.id == before.record.token.id
        assert queue.has_focus


async def test_an_open_panel_learns_that_another_desk_took_the_seat(open_desk: OpenDesk, other: FrontDesk) -> None:
    slot = doctor_with_slots(other, capacity=1)[0]
    async with at_the_counter(OpdApp(open_desk), WIDE) as meera:
        await meera.press("n", *"As")
        await meera.sees("gets a seat", within="#new-token")
        issue(other, slot, "Ravi", "PAID")
        await meera.sees("waits", within="#new-token")
        assert "As" in meera.read("#patient")


@pytest.mark.slow
async def test_a_doctor_and_a_slot_of_another_desk_appear_on_the_board(open_desk: OpenDesk, other: FrontDesk) -> None:
    async with at_the_counter(OpdApp(open_desk), WIDE) as meera:
        open_slot(other, add_doctor(other, "Dr Rao"), "09:00", "10:00")
        await meera.sees("Dr Rao", "0/2", within="#slots")


# Locks


async def test_the_screen_lives_while_another_process_holds_the_lock(
    open_desk: OpenDesk, database_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("opd_tui.tui.host.desk_host.WAITING_NOTICE_SECONDS", 0.01)
    full_slot(open_desk(), hours=3)
    async with at_the_counter(OpdApp(open_desk), WIDE) as meera:
        with closing(sqlite3.connect(database_path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            await meera.press("enter", "c")
            await meera.hears("Another desk is busy. Waiting for it …")
            meera.takes_a_moment()
            await meera.press("escape", "right")
            await meera.sees("No tokens yet", within="#queue")
            assert "Waiting for it" in meera.message
            other.execute("ROLLBACK")
        await meera.asks("Asha Verma")
        assert "Waiting for it" not in meera.message


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.01)


@pytest.mark.usefixtures("hasty")
@pytest.mark.slow
async def test_a_closing_that_another_desk_was_in_the_way_of_is_tried_again_by_r(
    open_desk: OpenDesk, database_path: Path
) -> None:
    slot = full_slot(open_desk())
    async with at_the_counter(OpdApp(open_desk), WIDE) as meera:
        with closing(sqlite3.connect(database_path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            await meera.press("enter", "c")
            await meera.hears("Another desk is busy. Nothing was changed. Press r to try again.")
        await meera.press("r")
        await meera.asks("Asha Verma")
        await meera.press("y")
        await meera.hears("cancelled")
        assert statuses(open_desk(), slot) == {"A-001": "CANCELLED", "A-002": "ACTIVE"}


@pytest.mark.slow
@pytest.mark.usefixtures("hasty")
async def test_a_token_that_another_desk_was_in_the_way_of_is_tried_again_by_enter(
    open_desk: OpenDesk, database_path: Path
) -> None:
    doctor_with_slots(open_desk())
    async with at_the_counter(OpdApp(open_desk), WIDE) as meera:
        with closing(sqlite3.connect(database_path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            await meera.press("n", *"Asha", "enter")
            await meera.sees("Nothing was changed. Press Enter to try again.", within="#new-token")
        meera.takes_a_moment()
        await meera.press("enter")
        await meera.panel_closes()
        assert statuses(open_desk()) == {"A-001": "ACTIVE"}


async def test_r_loads_again_where_nothing_was_in_the_way(open_desk: OpenDesk) -> None:
    doctor_with_slots(open_desk())
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("r")
        await meera.hears("Loaded again.")


# The database goes away


def gone(path: Path, how: str) -> None:
    if how == "deleted":
        path.unlink()
        return
    copy = path.with_name("copy.db")
    shutil.copy(path, copy)
    os.replace(copy, path)


@pytest.mark.parametrize("how", ["deleted", "replaced"])
@pytest.mark.slow
async def test_a_file_that_was_taken_away_is_noticed_without_any_key(
    open_desk: OpenDesk, database_path: Path, how: str
) -> None:
    full_slot(open_desk())
    async with at_the_counter(OpdApp(open_desk), WIDE) as meera:
        gone(database_path, how)
        await meera.hears("was deleted or replaced by another file while this desk was open")
        await meera.sees("stopped at 09:00", within="#top-bar")
        await meera.press("n", *"Imran", "enter")
        await meera.sees("was deleted or replaced", within="#new-token")
        await meera.press("escape")


class Absent:
    """A front desk's server that can be taken away."""

    def __init__(self, desk: FrontDesk) -> None:
        self.desk = desk
        self.answers: list[Outcome | StoreOffline | None] = []

    def find_out(self, key: str) -> Outcome | None:
        answer = self.answers.pop(0)
        if isinstance(answer, StoreOffline):
            raise answer
        return answer


@pytest.mark.slow
async def test_the_screen_says_since_when_the_server_is_gone_and_when_it_is_back(open_desk: OpenDesk) -> None:
    full_slot(open_desk())
    async with at_the_counter(OpdApp(open_desk), WIDE) as meera:
        refusal = StoreOffline("The server does not answer.")
        meera.app.post_message(NewsArrived(Gone(refusal, NINE)))
        await meera.sees("offline since 09:00", within="#top-bar")
        await meera.hears("The server does not answer.")
        meera.app.post_message(NewsArrived(Back()))
        await meera.sees("The database is there again.", within="MessageLine")
        assert "does not answer" not in meera.message
        await meera.until(lambda: "offline" not in meera.read("#top-bar"), "the bar without a word of it")


@pytest.mark.parametrize("done", [True, False])
@pytest.mark.fast_cases(1)
async def test_what_became_of_an_action_whose_answer_was_lost_is_found_out(
    open_desk: OpenDesk, monkeypatch: pytest.MonkeyPatch, done: bool
) -> None:
    monkeypatch.setattr("opd_tui.tui.shell.live.ASK_AGAIN_SECONDS", 0.0)
    desk = open_desk()
    full_slot(desk)
    absent = Absent(desk)

    def lose_the_answer(action: object, expect: object = None) -> Outcome:
        outcome = perform(action) if done else None  # type: ignore[arg-type]
        absent.answers += [StoreOffline("Not yet."), outcome]
        raise AnswerLost("k")

    perform: Callable[[object], Outcome] = desk.perform  # type: ignore[assignment]
    async with at_the_counter(OpdApp(lambda: desk), WIDE) as meera:
        monkeypatch.setattr(desk, "perform", lose_the_answer)
        monkeypatch.setattr(desk, "find_out", absent.find_out)
        await meera.press("enter", "c")
        await meera.asks("Asha Verma")
        await meera.press("y")
        found = "The server is back, and it was done" if done else "was not done; do it again"
        await meera.hears("Do not repeat it")
        await meera.hears(found)
        meera.app.post_message(NewsArrived(Back()))
        await meera.hears("there again")
        assert found in meera.message, "what has to be read is not replaced"
        assert absent.answers == []
    assert (statuses(open_desk())["A-001"] == "CANCELLED") is done


@pytest.mark.slow
async def test_a_question_that_is_asked_again_tells_where_the_token_stands_now(
    open_desk: OpenDesk, other: FrontDesk
) -> None:
    slot = full_slot(other, waiting=1)
    async with at_the_counter(OpdApp(open_desk), WIDE) as meera:
        await meera.press("enter", "down", "c")
        await meera.asks("Cancel A-002 Ravi Kumar (Online, seated,", "A-003 Sunita Rao (Online) then moves up")
        issue(other, slot, "Imran Khan", "EMERGENCY")
        await meera.press("y")
        await meera.asks("Another desk was faster", "Cancel A-002 Ravi Kumar (Online, waiting,")
        assert "the seat" not in meera.question


@pytest.mark.parametrize("keys", [("n",), ("enter", "c")])
@pytest.mark.slow
async def test_nothing_is_done_in_the_list_of_one_day_while_that_of_another_is_loaded(
    open_desk: OpenDesk, other: FrontDesk, monkeypatch: pytest.MonkeyPatch, keys: tuple[str, ...]
) -> None:
    full_slot(other)
    may_go_on, board = threading.Event(), FrontDesk.board

    def board_slowly(self: FrontDesk, day: dt.date) -> Board:
        assert may_go_on.wait(PATIENCE_SECONDS)
        return board(self, day)

    async with at_the_counter(OpdApp(open_desk), WIDE) as meera:
        monkeypatch.setattr(FrontDesk, "board", board_slowly)
        await meera.press("]", *keys)
        await meera.hears("One moment: this day is being loaded")
        assert not meera.question
        assert not meera.panel_is_open
        may_go_on.set()
        await meera.settle()
        await meera.press("n")
        await meera.hears("There is no slot on this day")


@pytest.mark.slow
async def test_the_arrows_move_on_a_board_that_was_empty_before(open_desk: OpenDesk, other: FrontDesk) -> None:
    async with at_the_counter(OpdApp(open_desk), WIDE) as meera:
        await meera.sees("No doctors yet")
        doctor_with_slots(other, hours=2)
        await meera.sees("Dr A · 09:00–10:00")
        await meera.press("right")
        await meera.sees("Dr A · 10:00–11:00")
        await meera.press("[")
        await meera.sees("No slots on this day")
        await meera.press("t")
        await meera.sees("Dr A · 10:00–11:00")
        await meera.sees("▐░░ 0/2")  # so drawn where the keys go
        await meera.press("left")
        await meera.sees("Dr A · 09:00–10:00")


async def issue_here_while_another_desk_does(
    meera: Receptionist, other: FrontDesk, slot: int, monkeypatch: pytest.MonkeyPatch, refusal: DeskBusy | None = None
) -> None:
    """Press Enter for Ravi; while that is held up the other desk issues for Asha, and this one hears of it."""
    await meera.sees("Dr A · 09:00–10:00")
    may_go_on, perform = threading.Event(), FrontDesk.perform

    def perform_slowly(self: FrontDesk, *arguments: Any, **options: Any) -> Outcome:
        if self is not other:
            assert may_go_on.wait(PATIENCE_SECONDS)
            if refusal:
                raise refusal
        return perform(self, *arguments, **options)

    monkeypatch.setattr(FrontDesk, "perform", perform_slowly)
    await meera.press("n", *"Ravi", "enter")
    issue(other, slot, "Asha")
    screen = meera.app.screen
    await meera.until(lambda: getattr(screen, "news_came", False), "the other desk's news")
    may_go_on.set()


@pytest.mark.slow
async def test_what_another_desk_does_while_a_token_is_issued_here_is_shown_with_it(
    open_desk: OpenDesk, other: FrontDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, second = doctor_with_slots(other, hours=2)
    async with at_the_counter(OpdApp(open_desk), WIDE) as meera:
        await issue_here_while_another_desk_does(meera, other, second, monkeypatch)
        await meera.sees("A-002 Ravi")
        await meera.until(lambda: meera.read("#slots").count("1/2") == 2, "both desks' tokens")


@pytest.mark.slow
async def test_news_that_comes_while_the_queue_is_read_after_an_issue_is_shown(
    open_desk: OpenDesk, other: FrontDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, second = doctor_with_slots(other, hours=2)
    may_go_on, performed, queue = threading.Event(), threading.Event(), FrontDesk.queue

    def perform(self: FrontDesk, *arguments: Any, **options: Any) -> Outcome:
        outcome = original(self, *arguments, **options)
        performed.set()
        return outcome

    def read_slowly(self: FrontDesk, slot: Any) -> Any:
        assert not performed.is_set() or may_go_on.wait(PATIENCE_SECONDS)
        return queue(self, slot)

    original = FrontDesk.perform
    async with at_the_counter(OpdApp(open_desk), WIDE) as meera:
        await meera.sees("Dr A · 09:00–10:00")
        monkeypatch.setattr(FrontDesk, "queue", read_slowly)
        monkeypatch.setattr(FrontDesk, "perform", perform)
        await meera.press("n", *"Ravi", "enter")
        await meera.until(performed.is_set, "the issue here")
        original(other, IssueToken(slot=second, patient="Asha", source="PAID"))
        screen = meera.app.screen
        await meera.until(lambda: getattr(screen, "news_came", False), "the other desk's news")
        may_go_on.set()
        await meera.sees("A-001 Ravi")
        await meera.until(lambda: meera.read("#slots").count("1/2") == 2, "both desks' tokens")


@pytest.mark.slow
async def test_news_that_comes_while_a_refused_issue_is_under_way_is_shown(
    open_desk: OpenDesk, other: FrontDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, second = doctor_with_slots(other, hours=2)
    async with at_the_counter(OpdApp(open_desk), WIDE) as meera:
        busy = DeskBusy("Another desk is busy.")
        await issue_here_while_another_desk_does(meera, other, second, monkeypatch, busy)
        await meera.sees("Press Enter to try again")
        await meera.until(lambda: "1/2" in meera.read("#slots"), "the other desk's token")


async def test_a_panel_whose_answer_was_lost_closes_so_that_enter_issues_nothing_twice(
    open_desk: OpenDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = open_desk()
    doctor_with_slots(desk)

    def lose_the_answer(action: object, expect: object = None) -> Outcome:
        raise AnswerLost("k")

    is_back = threading.Event()

    def find_out(key: str) -> None:
        assert is_back.wait(PATIENCE_SECONDS)

    async with at_the_counter(OpdApp(lambda: desk), WIDE) as meera:
        await meera.sees("Dr A · 09:00–10:00")
        monkeypatch.setattr(desk, "perform", lose_the_answer)
        monkeypatch.setattr(desk, "find_out", find_out)
        await meera.press("n", *"Ravi", "enter")
        await meera.hears("Do not repeat it")
        await meera.panel_closes()
        is_back.set()
        await meera.hears("was not done; do it again")


async def test_a_free_seat_is_taken_without_asking_the_desk_a_second_time(
    open_desk: OpenDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = open_desk()
    doctor_with_slots(desk)
    asked, preview = [], desk.preview

    def count(action: Any) -> Any:
        asked.append(action)
        return preview(action)

    async with at_the_counter(OpdApp(lambda: desk), WIDE) as meera:
        monkeypatch.setattr(desk, "preview", count)
        await meera.press("n")
        await meera.sees("seat", within="#forecast")
        await meera.type("Ravi")
        await meera.until(lambda: len(asked) == 2, "the look for others of this name")
        await meera.press("enter")
        await meera.sees("A-001 Ravi")
    assert len(asked) == 2, "what would happen was known before Enter"


@pytest.mark.slow
async def test_a_seat_that_was_promised_and_is_gone_is_asked_about(open_desk: OpenDesk, other: FrontDesk) -> None:
    slot = full_slot(other)
    other.perform(CancelToken(token=2))
    async with at_the_counter(OpdApp(open_desk), WIDE) as meera:
        await meera.press("n")
        await meera.sees("gets a seat (2 of 2)", within="#forecast")
        await meera.type("Ravi")
        panel = meera.app.screen.query_one(NewToken)
        foreseen = panel.foreseen
        issue(other, slot, "Farah", "PAID")
        await meera.sees("waits, first in line", within="#forecast")
        panel.foreseen = foreseen  # as if Enter was a little faster than the other desk's news
        await meera.press("enter")
        await meera.asks("Another desk was faster", "waits, first in line")
        await meera.press("n")
        assert len(other.token_list()) == 3


@pytest.mark.slow
async def test_a_preview_that_fails_while_the_token_is_issued_says_nothing_of_it(
    open_desk: OpenDesk, other: FrontDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    doctor_with_slots(other)
    desk, may_go_on = open_desk(), threading.Event()
    preview, previews = desk.preview, iter([True, False])

    def refuse_slowly(action: Any) -> Any:
        if next(previews, False):
            assert may_go_on.wait(PATIENCE_SECONDS)
            raise DeskBusy("Another desk is busy.")
        return preview(action)

    perform, asked, may_perform = desk.perform, threading.Event(), threading.Event()

    def perform_later(*arguments: Any, **more: Any) -> Outcome:
        asked.set()
        assert may_perform.wait(PATIENCE_SECONDS)
        return perform(*arguments, **more)

    async with at_the_counter(OpdApp(lambda: desk), WIDE) as meera:
        monkeypatch.setattr(desk, "preview", refuse_slowly)
        monkeypatch.setattr(desk, "perform", perform_later)
        await meera.press("n")
        panel = meera.app.screen.query_one(NewToken)
        await meera.type("Ravi")
        await meera.press("enter")
        await meera.until(lambda: panel.locked, "the issue under way")
        may_go_on.set()
        await meera.until(asked.is_set, "the issue, after the preview")
        await meera.breathe()
        assert "Nothing was changed" not in meera.read("#forecast")
        may_perform.set()
        await meera.sees("A-001 Ravi")


@pytest.mark.slow
async def test_a_token_for_another_day_is_told_with_its_day(open_desk: OpenDesk, other: FrontDesk) -> None:
    tomorrow = other.today() + dt.timedelta(days=1)
    doctor = add_doctor(other)
    other.perform(OpenSlot(doctor=doctor, date=tomorrow, start="09:00", end="10:00", capacity=2))
    async with at_the_counter(OpdApp(open_desk), WIDE) as meera:
        await meera.press("]")
        await meera.sees("░░ 0/2", within="#grid")
        await meera.press("n")
        day = f"{tomorrow:%a %d %b}"
        await meera.until(lambda: day in str(meera.app.screen.query_one(NewToken).border_title), "the day in the title")
        await meera.type("Ravi")
        await meera.press("enter")
        await meera.hears(f"{day}: Walk-in A-001 Ravi has a seat")
        await meera.sees(f"{day}: Walk-in A-001 Ravi has a seat", within="#activity")


@pytest.mark.slow
async def test_on_a_terminal_that_is_too_small_no_key_acts_but_the_one_that_leaves(open_desk: OpenDesk) -> None:
    desk = open_desk()
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk), WIDE) as meera:
        await meera.press("enter")
        await meera.pilot.resize_terminal(59, 20)
        await meera.sees("The terminal is too small")
        await meera.press("c", "y")
        await meera.pilot.resize_terminal(*WIDE)
        await meera.sees("A-001 Asha Verma")
        assert not meera.question
        await meera.pilot.resize_terminal(80, 15)
        await meera.press("ctrl+q")
        await meera.until(lambda: not meera.app.is_running, "the end")
    assert set(statuses(desk).values()) == {"ACTIVE"}
