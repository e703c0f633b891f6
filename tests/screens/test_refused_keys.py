"""After a key that was refused nothing typed behind it acts, and only `y` is a yes."""

from __future__ import annotations

import threading

import pytest
from textual import events

from opd_tui.desk.actions import Action, CancelToken
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.desk.outcome import Moves, Outcome
from opd_tui.domain.errors import StoreUnavailable
from opd_tui.domain.model import Source
from opd_tui.tui.app import OpdApp
from opd_tui.tui.keys import key_queue
from opd_tui.tui.keys.meaning import meaning
from opd_tui.tui.keys.typed import PAUSE_SECONDS
from opd_tui.tui.terminal.input import TerminalInput
from opd_tui.tui.widgets.typed_text import STILL_BUSY
from tests.support.helpers import PATIENCE_SECONDS, add_doctor, open_slot, statuses
from tests.support.pilot import OpenDesk, at_the_counter, doctor_with_slots, full_slot, key_event

NAME = (*"Asha Verma", "enter")
NOBODY_NEW = {"A-001": "ACTIVE", "A-002": "ACTIVE", "A-003": "WAITING"}


def a_day(desk: FrontDesk) -> None:
    """Dr A is full from 09:00 with one patient waiting; Dr B has a slot from 10:00 only."""
    full_slot(desk, waiting=1)
    open_slot(desk, add_doctor(desk, "Dr B", code="B"), "10:00", "11:00")


def people(desk: FrontDesk) -> list[tuple[str, Source, str | None]]:
    """Return the patients by token, with their sources and phones."""
    return [(each.token.patient.name, each.token.source, each.token.patient.phone) for each in desk.token_list()]


@pytest.mark.parametrize(
    ("before", "burst"),
    [
        (("]",), ("n",)),
        (("3", "/", "z"), ("enter", "s")),
        ((), ("z", "n")),
        (("3",), ("n",)),
        (("?",), ("n",)),
        (("n", "tab"), ("c", "tab")),
        ((), (events.Paste("Asha"), "enter", "c", "y", "n")),
        (("ctrl+l",), ("n",)),
    ],
    ids=["empty day", "no doctor", "useless key", "doctors", "help", "panel", "paste", "names hidden"],
)
@pytest.mark.fast_cases(2)
async def test_nothing_that_is_typed_behind_a_refused_key_acts(
    desk: FrontDesk, open_desk: OpenDesk, before: tuple[str, ...], burst: tuple[str | events.Paste, ...]
) -> None:
    a_day(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press(*before)
        await meera.settle()
        open_panel = meera.panel_is_open
        meera.burst(*burst, *NAME)
        await meera.settle()
        assert statuses(desk) == NOBODY_NEW
        assert meera.panel_is_open == open_panel
        await meera.hears(key_queue.DROPPED)
        await meera.press("escape", "escape", "escape", "1", "t")
        await meera.press("home", "n")
        await meera.type("Ila")
        await meera.press("enter")
        await meera.until(lambda: ("Ila", Source.WALKIN, None) in people(desk), "the token after a pause")


@pytest.mark.parametrize("name", ["Cynthia Rao", "Dyuti Sen", "Cy", "dyy"])
@pytest.mark.fast_cases(1)
async def test_a_name_typed_in_the_queue_answers_no_question(desk: FrontDesk, open_desk: OpenDesk, name: str) -> None:
    a_day(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("enter")
        meera.burst(*name, "enter")
        await meera.settle()
        assert statuses(desk) == NOBODY_NEW
        await meera.press("escape", "escape", "enter", "home")
        meera.burst("c", "y")
        await meera.until(lambda: statuses(desk)["A-001"] == "CANCELLED", "the answer that no letter follows")


async def test_a_waitlist_without_a_row_refuses_the_whole_burst(desk: FrontDesk, open_desk: OpenDesk) -> None:
    doctor_with_slots(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        meera.burst("2", "n", *"Rita 1 n Om", "enter")
        await meera.settle()
        assert not desk.token_list()
        assert meera.app.current_mode == "waitlist"
        await meera.hears("Nobody waits on this day")


@pytest.mark.slow
async def test_what_the_desk_refuses_is_not_done_to_the_next_token(desk: FrontDesk, open_desk: OpenDesk) -> None:
    a_day(desk)
    desk.perform(CancelToken(token=3))
    before = statuses(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("enter", "end")
        meera.burst("c", "y", "up", "c", "y")
        await meera.settle()
        assert statuses(desk) == before
        assert not meera.question
        await meera.press("up", "c")
        await meera.asks("Cancel A-002")


async def test_the_seats_that_a_form_refused_are_replaced_by_the_next_ones(
    desk: FrontDesk, open_desk: OpenDesk
) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        meera.burst("s", "0", "enter", "3", "0", "enter")
        await meera.sees("must be", within=".form")
        await meera.settle()
        assert meera.dialogs == 1
        await meera.type("30")
        await meera.until(lambda: "must be" not in meera.read(".form"), "the end of the complaint")
        await meera.press("enter")
        await meera.until(lambda: desk.slot_list()[0].slot.capacity == 30, "30 seats")


async def test_a_phone_that_was_refused_is_replaced_by_the_next_one(desk: FrontDesk, open_desk: OpenDesk) -> None:
    doctor_with_slots(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        meera.burst("n", *"98", "enter", *"Om", "enter")
        await meera.sees("3 to 15 digits")
        await meera.type("9811122233")
        await meera.press("enter")
        await meera.sees("phone 9811122233")
        await meera.type("Om")
        await meera.press("enter")
        await meera.until(lambda: people(desk) == [("Om", Source.WALKIN, "9811122233")], "the token")


@pytest.mark.parametrize("habit", ["n", "P", "1", "tab", "right"])
@pytest.mark.fast_cases(1)
async def test_a_key_that_is_no_answer_leaves_the_question_and_what_follows_is_no_yes(
    desk: FrontDesk, open_desk: OpenDesk, habit: str
) -> None:
    full_slot(desk)
    booked = set(people(desk))
    async with at_the_counter(OpdApp(open_desk)) as meera:
        meera.burst("n", *"9000000007", "enter", *"Geeta Pal", "tab", "p", "enter", habit, *"riya Bedy", "enter", "y")
        await meera.asks("Geeta Pal")
        await meera.sees("Pause a second, then y does it." if habit != "1" else "1 waits until this is answered")
        await meera.settle()
        assert meera.question
        assert statuses(desk) == {"A-001": "ACTIVE", "A-002": "ACTIVE"}
        await meera.press("Y")
        await meera.panel_closes()
    assert set(people(desk)) - booked == {("Geeta Pal", Source.PAID, "9000000007")}


@pytest.mark.slow
async def test_what_was_not_done_is_said_until_one_types_on(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        meera.burst("s", "1", "enter", "enter", "7", "enter")
        await meera.sees("Not done", within=".form")
        await meera.settle()
        assert desk.slot_list()[0].slot.capacity == 2
        await meera.type("y")  # a late answer, which replaces nothing
        assert "1y" in meera.read(".form")
        await meera.press("backspace", "backspace", "4")
        await meera.until(lambda: "Not done" not in meera.read(".form"), "the end of the complaint")
        await meera.press("enter")
        await meera.until(lambda: desk.slot_list()[0].slot.capacity == 4, "4 seats")


@pytest.mark.parametrize("keys", [("enter",), ("tab", "e", "enter"), ("escape", "e", "enter")], ids=str)
@pytest.mark.fast_cases(1)
async def test_a_late_answer_replaces_no_name(desk: FrontDesk, open_desk: OpenDesk, keys: tuple[str, ...]) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.type_at_once("e", *"Geeta")
        await meera.press(*keys)
        await meera.asks("Geeta takes the seat")
        await meera.press("escape")
        await meera.sees("Not issued. Enter asks again, ^u clears the name, Esc leaves.")
        meera.takes_a_moment()
        await meera.press("y")
        assert "Geetay" in meera.read("#patient")
        await meera.press("backspace", "enter")
        await meera.asks("Geeta takes the seat")
    assert statuses(desk) == {"A-001": "ACTIVE", "A-002": "ACTIVE"}


@pytest.mark.slow
async def test_escape_ends_the_dropping_which_is_said_once(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        meera.burst("z", "n", "n", "n", "escape", "2")
        await meera.until(lambda: meera.app.current_mode == "waitlist", "the waitlist")
        assert [message.count(key_queue.DROPPED) for message in meera.messages] == [1]
        await meera.hears("z does nothing here", key_queue.DROPPED)
        await meera.press("z", "1")
        await meera.until(lambda: meera.app.current_mode == "board", "the board")
        assert not any(key_queue.DROPPED in message for message in meera.messages)


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        (("z", *"Kir"), "z does nothing here. Dropped: “Kir”. Pause a second, then press ? for the keys."),
        (("z", *"Asha Verma", "enter", "down", "n"), "Dropped: “Asha Verma” Enter ↓ “n”."),
        (("z", events.Paste("Asha\nVerma"), "tab", *"Jo"), "Dropped: “Asha Verma” Tab “Jo”."),
        (("z", *"Venkatanarasimharajuvaripeta"), "Dropped: “Venkatanarasimha…”."),
        (("z", *["tab", "enter"] * 9), "Dropped: Tab Enter Tab Enter …."),
    ],
    ids=["name", "keys", "paste", "long", "many"],
)
@pytest.mark.fast_cases(1)
async def test_what_is_dropped_is_named_and_a_second_later_keys_act(
    desk: FrontDesk, open_desk: OpenDesk, keys: tuple[str | events.Paste, ...], told: str
) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        meera.burst(*keys)
        await meera.hears(told)
        meera.clock.seconds += PAUSE_SECONDS - 0.1
        meera.app.post_message(key_event("2"))
        await meera.settle()
        assert meera.app.current_mode == "board"
        meera.clock.seconds += PAUSE_SECONDS
        meera.app.post_message(key_event("2"))
        await meera.until(lambda: meera.app.current_mode == "waitlist", "the waitlist")


@pytest.mark.parametrize("before", [("z", "n"), ("enter", "c", "n", "a")])
async def test_one_can_always_leave(desk: FrontDesk, open_desk: OpenDesk, before: tuple[str, ...]) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        meera.burst(*before, "ctrl+q", "n")
        await meera.until(lambda: meera.app.return_code == 0, "the end")


async def test_news_in_the_background_drops_nothing(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.type_at_once("n", *"Om ")
        meera.app.notices.refuse(StoreUnavailable("The server does not answer."))
        for key in (*"Sen", "enter"):
            meera.app.post_message(key_event(key))
        await meera.until(lambda: ("Om Sen", Source.WALKIN, None) in people(desk), "the token")


class SlowDesk:
    """From now on the desk performs actions only when it may."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.begun, self.may_go_on = threading.Event(), threading.Event()
        perform = FrontDesk.perform

        def perform_slowly(desk: FrontDesk, action: Action, *, expect: Moves | None = None) -> Outcome:
            self.begun.set()
            assert self.may_go_on.wait(PATIENCE_SECONDS)
            return perform(desk, action, expect=expect)

        monkeypatch.setattr(FrontDesk, "perform", perform_slowly)


@pytest.mark.slow
async def test_keys_that_waited_too_long_for_the_desk_are_dropped(
    desk: FrontDesk, open_desk: OpenDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        slow = SlowDesk(monkeypatch)
        meera.burst("n", *"Om", "enter", "n", *"Ravi", "enter")
        await meera.until(slow.begun.is_set)
        meera.clock.seconds += key_queue.HELD_SECONDS
        await meera.app.keys.look()
        await meera.hears(key_queue.DROPPED_WAITING)
        slow.may_go_on.set()
        await meera.panel_closes()
        await meera.settle()
        assert not meera.panel_is_open
    assert {name for name, _, _ in people(desk)} == {"Asha Verma", "Ravi Kumar", "Om"}


async def test_what_is_typed_into_a_panel_that_is_busy_is_refused(
    desk: FrontDesk, open_desk: OpenDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        slow = SlowDesk(monkeypatch)
        await meera.type_at_once("n", *"Om", "enter")
        await meera.until(slow.begun.is_set)
        meera.takes_a_moment()
        meera.burst("n", *"Rav")
        await meera.hears(STILL_BUSY)
        slow.may_go_on.set()
        await meera.panel_closes()
        for key in ("e", "n", "enter"):
            meera.app.post_message(key_event(key))
        await meera.settle()
        assert not meera.panel_is_open
    assert {name for name, _, _ in people(desk)} == {"Asha Verma", "Ravi Kumar", "Om"}


# Esc, Alt and Caps Lock


def keys_of(*pieces: str) -> list[events.Key]:
    """Return the keys in what a terminal sends piece by piece."""
    terminal = TerminalInput(is_urgent=lambda _: False)
    return [key for piece in pieces for key in terminal.feed(piece.encode()) if isinstance(key, events.Key)]


@pytest.mark.parametrize("pieces", [1, 2])
async def test_a_key_right_behind_escape_is_escape_and_that_key(open_desk: OpenDesk, pieces: int) -> None:
    app = OpdApp(open_desk)
    async with at_the_counter(app):
        for character in (*"129cnN/?-=", "\r"):
            sent = [f"\x1b{character}"] if pieces == 1 else ["\x1b", character]
            meant = [each for key in keys_of(*sent) for each in meaning(key, app)]
            (alone,) = keys_of(character)
            expected = [("escape", False), (alone.key, alone.is_printable)]
            assert [(each.key, each.is_printable) for each in meant if isinstance(each, events.Key)] == expected


@pytest.mark.slow
async def test_escape_and_a_key_behind_it_leave_a_panel_and_act(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.type_at_once("n", *"Om")
        meera.app.post_message(events.Key("alt+2", "2"))
        await meera.until(lambda: meera.app.current_mode == "waitlist", "the waitlist")
        assert not meera.messages


@pytest.mark.slow
async def test_an_alt_key_that_is_bound_is_that_key(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.type_at_once("n", *"Om Sen", "home")
        meera.app.post_message(events.Key("alt+backspace", "\x7f"))
        await meera.until(lambda: "Om" not in meera.read("#patient"), "the first word's end")
        assert "Sen" in meera.read("#patient")
        assert meera.panel_is_open


async def test_a_capital_does_what_its_letter_does_unless_it_is_text_or_bound(
    desk: FrontDesk, open_desk: OpenDesk
) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.type_at_once("N", *"OM", "tab", "O", "enter")
        await meera.until(lambda: ("OM", Source.ONLINE, None) in people(desk), "the token")
        await meera.panel_closes()
        await meera.press("enter", "G", "C")
        await meera.asks("Cancel A-003 OM")
        await meera.press("Y")
        await meera.until(lambda: statuses(desk)["A-003"] == "CANCELLED", "the cancellation")
