"""Whoever types faster than the screen paints, or presses a wrong key, loses nothing by it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from textual import events

from opd_tui.desk.front_desk import FrontDesk
from opd_tui.domain.errors import StoreUnavailable
from opd_tui.domain.model import Source
from opd_tui.tui.app import OpdApp
from opd_tui.tui.keys import key_queue
from tests.support.helpers import add_doctor
from tests.support.pilot import OpenDesk, Receptionist, at_the_counter, full_slot


class SlowReads:
    """From now on what the screens read comes only when it may, but for the first few questions."""

    def __init__(self, receptionist: Receptionist, at_once: int = 0) -> None:
        self.line = receptionist.app.async_desk
        self.read, self.at_once = self.line.read, at_once
        self.asked = 0
        self.may_come = asyncio.Event()
        self.line.read = self.read_slowly  # type: ignore[method-assign, assignment]

    async def read_slowly(self, question: Callable[[FrontDesk], object]) -> object:
        self.asked += 1
        if self.asked > self.at_once:
            await self.may_come.wait()
        return await self.read(question)


async def let_pass(receptionist: Receptionist, seconds: float) -> None:
    """Let so many seconds be over while keys wait."""
    keys, looked = receptionist.app.keys, asyncio.Event()
    while not keys.waiting:
        await asyncio.sleep(0)
    receptionist.clock.seconds += seconds
    receptionist.app.call_later(keys.look)
    receptionist.app.call_later(looked.set)
    await looked.wait()


def issued(desk: FrontDesk) -> list[tuple[str, Source]]:
    """Who has a token, in order of issue."""
    tokens = sorted((record.token for record in desk.token_list()), key=lambda token: token.id)
    return [(token.patient.name, token.source) for token in tokens]


async def test_three_patients_typed_in_one_burst_get_their_three_tokens(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk)
    before = len(issued(desk))
    async with at_the_counter(OpdApp(open_desk)) as meera:
        meera.burst("n", *"Geeta", "enter", "n", *"Harish", "enter", "n", *"Inder", "enter")
        await meera.until(lambda: len(issued(desk)) == before + 3, "the third token")
        await meera.panel_closes()
    assert [name for name, _ in issued(desk)[before:]] == ["Geeta", "Harish", "Inder"]


async def test_an_emergency_and_its_answer_may_be_typed_ahead(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        meera.burst("e", *"Yash", "enter", "y")
        await meera.until(lambda: ("Yash", Source.EMERGENCY) in issued(desk), "the emergency's token")


@pytest.mark.parametrize(
    ("keys", "shown"),
    [
        ("3s", "Open a session · Dr A"),
        ("2c", "Cancel A-003 Sunita Rao"),
        ("21n", "New token · Dr A"),
        ("[]n", "New token · Dr A"),
        ("2[1tn", "New token · Dr A"),
    ],
)
@pytest.mark.fast_cases(2)
async def test_a_key_behind_that_of_a_screen_finds_what_it_is_about(
    desk: FrontDesk, open_desk: OpenDesk, keys: str, shown: str
) -> None:
    full_slot(desk, waiting=1)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        meera.burst(*keys)
        await meera.sees(shown)


@pytest.mark.slow
async def test_a_key_behind_that_of_a_day_waits_for_its_slots_though_another_desk_changes_something(
    desk: FrontDesk, open_desk: OpenDesk
) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("[")
        await meera.sees("No slots on this day")
        reads = SlowReads(meera)
        meera.burst("t", "n")
        await meera.until(lambda: reads.asked == 1, "the day that is being loaded")
        meera.app.desk_changed.publish(None)
        await meera.until(lambda: reads.asked == 2, "the day that is loaded again")
        reads.may_come.set()
        await meera.sees("New token · Dr A")


async def test_a_key_behind_what_was_found_is_about_that_while_its_queue_is_still_read(
    desk: FrontDesk, open_desk: OpenDesk
) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("enter", "/", *"A-002")
        await meera.sees("1 match of 2 patients and 1 slot")
        reads = SlowReads(meera, at_once=2)  # the board, as the dialog closes and for what was found
        meera.burst("enter", "c")
        await meera.until(lambda: reads.asked > 2, "the queue that is being read")
        await meera.breathe()
        assert not meera.messages
        reads.may_come.set()
        await meera.asks("Cancel A-002 Ravi Kumar")


@pytest.mark.slow
async def test_what_is_typed_behind_find_goes_into_it_however_long_the_day_takes_to_read(
    desk: FrontDesk, open_desk: OpenDesk
) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        reads = SlowReads(meera)
        meera.burst("/", *"A-00")
        await meera.sees("A-00", "Reading the day", within=".find")
        meera.burst("2", "enter", "c")
        await meera.breathe()
        reads.may_come.set()
        await meera.asks("Cancel A-002 Ravi Kumar")


@pytest.mark.slow
async def test_a_key_behind_a_new_doctor_is_about_them(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("3")
        reads = SlowReads(meera)
        meera.burst("a", *"Dr Zen", "enter", "enter", "enter", "enter", "s")
        await meera.until(lambda: reads.asked > 0, "the doctors that are read again")
        await meera.breathe()
        assert meera.dialogs == 0
        reads.may_come.set()
        await meera.sees("Open a session · Dr Zen")


async def test_no_key_overtakes_one_that_a_slow_machine_is_busy_with_but_one_that_is_lost(
    desk: FrontDesk, open_desk: OpenDesk
) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        keys, may_go_on = meera.app.keys, asyncio.Event()
        assert meera.app.focused is not None
        meera.app.focused.call_later(may_go_on.wait)
        meera.burst("down", "2", "/", "x")
        await let_pass(meera, key_queue.HELD_SECONDS)
        assert len(keys.waiting) == 3
        lost = keys.under_way
        assert lost is not None
        await let_pass(meera, key_queue.LOST_SECONDS)
        assert not keys.waiting
        meera.burst("2", "/", "x")
        while not keys.under_way:
            await asyncio.sleep(0)
        next_one = keys.under_way
        await keys.done(lost)
        assert keys.under_way is next_one
        may_go_on.set()
        await meera.sees("x", within="FilterBar")


async def test_the_second_half_of_a_double_enter_opens_nothing(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        grid = meera.app.focused
        meera.burst("n", *"Om", "enter", "enter")
        await meera.until(lambda: ("Om", Source.WALKIN) in issued(desk), "the token")
        await meera.panel_closes()
        await meera.settle()
        assert meera.app.focused is grid


async def test_after_a_complaint_the_forecast_comes_back_with_the_next_letter(
    desk: FrontDesk, open_desk: OpenDesk
) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("n")
        await meera.sees("waits, first in line")
        await meera.press("enter")
        await meera.sees("Type the patient's name first")
        await meera.press("A")
        await meera.sees("waits, first in line")


async def test_a_database_that_fails_while_finding_is_said_and_ends_nothing(
    desk: FrontDesk, open_desk: OpenDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:

        def fail(*_: object, **__: object) -> None:
            raise StoreUnavailable(f"The disk reports {'an error and ' * 10}one more.")

        with monkeypatch.context() as failing:
            failing.setattr(FrontDesk, "token_list", fail)
            meera.burst("/", *"A-002")
            await meera.sees("A-002", "The disk reports an error", "one more. Nothing was changed.", within=".find")
        assert meera.app.return_code is None
        reads = SlowReads(meera)
        meera.burst("enter", "c")
        await meera.sees("Reading the day", within=".find")
        reads.may_come.set()
        await meera.asks("Cancel A-002 Ravi Kumar")


async def test_a_pasted_text_waits_its_turn_among_the_keys(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        meera.burst("n", *"Ila ", events.Paste("Sen"), *" Das", "enter")
        await meera.until(lambda: ("Ila Sen Das", Source.WALKIN) in issued(desk), "the token")


@pytest.mark.slow
async def test_a_doctor_and_a_session_typed_in_one_burst_lose_no_enter(desk: FrontDesk, open_desk: OpenDesk) -> None:
    """Only the Enter right behind the one that finished something may be its second half."""
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("3")
        meera.burst("a", *"Anil Rao", *["enter"] * 4, "s", *["enter"] * 5)
        await meera.until(lambda: len(desk.slot_list()) == 4, "the session's slots")
        meera.burst("a", *"Leela Das", *["enter"] * 5, "s", *["enter"] * 6)
        await meera.until(lambda: len(desk.slot_list()) == 8, "another session's slots")
        await meera.settle()
        assert len(desk.doctor_list()) == 2


@pytest.mark.slow
async def test_a_key_behind_that_of_the_board_finds_what_was_done_on_another_screen(
    desk: FrontDesk, open_desk: OpenDesk
) -> None:
    add_doctor(desk, "Dr A", code="A")
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("3")
        meera.burst("s", *["enter"] * 5, "1", "n", *"Ila", "enter")
        await meera.until(lambda: issued(desk) == [("Ila", Source.WALKIN)], "the first token of the day")


async def test_the_key_to_quit_goes_before_keys_that_wait_for_long(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        meera.app.keys.held()
        meera.burst("n", *"Ila", "ctrl+q")
        await meera.until(lambda: meera.app.return_code == 0, "the end")
        assert len(issued(desk)) == 2
