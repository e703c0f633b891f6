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
from tests.pilot import OpenDesk, Receptionist, at_the_counter, full_slot, key_event


def burst(receptionist: Receptionist, *keys: str) -> None:
    """Let keys arrive at once, as from a stalled line."""
    for key in keys:
        receptionist.app.post_message(key_event(key))


class SlowReads:
    """From now on what the screens read comes only when it may, but for the first few questions."""

    def __init__(self, receptionist: Receptionist, at_once: int = 0) -> None:
        self.line = receptionist.app.desk_line
        self.read, self.at_once = self.line.read, at_once
        self.asked = 0
        self.may_come = asyncio.Event()
        self.line.read = self.read_slowly  # type: ignore[method-assign, assignment]

    async def read_slowly(self, question: Callable[[FrontDesk], object]) -> object:
        self.asked += 1
        if self.asked > self.at_once:
            await self.may_come.wait()
        return await self.read(question)


def issued(desk: FrontDesk) -> list[tuple[str, Source]]:
    """Who has a token, in order of issue."""
    tokens = sorted((record.token for record in desk.token_list()), key=lambda token: token.id)
    return [(token.patient.name, token.source) for token in tokens]


async def test_three_patients_typed_in_one_burst_get_their_three_tokens(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk)
    before = len(issued(desk))
    async with at_the_counter(OpdApp(open_desk)) as meera:
        burst(meera, "n", *"Geeta", "enter", "n", *"Harish", "enter", "n", *"Inder", "enter")
        await meera.until(lambda: len(issued(desk)) == before + 3, "the third token")
        await meera.panel_closes()
    assert [name for name, _ in issued(desk)[before:]] == ["Geeta", "Harish", "Inder"]


async def test_an_emergency_and_its_answer_may_be_typed_ahead(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        burst(meera, "e", *"Yash", "enter", "y")
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
async def test_a_key_behind_that_of_a_screen_finds_what_it_is_about(
    desk: FrontDesk, open_desk: OpenDesk, keys: str, shown: str
) -> None:
    full_slot(desk, waiting=1)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        burst(meera, *keys)
        await meera.sees(shown)


async def test_a_key_behind_that_of_a_day_waits_for_its_slots_though_another_desk_changes_something(
    desk: FrontDesk, open_desk: OpenDesk
) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("[")
        await meera.sees("No slots on this day")
        reads = SlowReads(meera)
        burst(meera, "t", "n")
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
        await meera.press("enter", "down", "/")
        await meera.type("A-002")
        await meera.sees("1 match of 3")
        reads = SlowReads(meera, at_once=2)  # the board, as the dialog closes and for what was found
        burst(meera, "enter", "c")
        await meera.until(lambda: reads.asked > 2, "the queue that is being read")
        await meera.breathe()
        assert not meera.toasts
        reads.may_come.set()
        await meera.asks("Cancel A-002 Ravi Kumar")


async def test_the_second_half_of_a_double_enter_opens_nothing(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        grid = meera.app.focused
        burst(meera, "n", *"Om", "enter", "enter")
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


async def test_a_stray_key_does_not_hide_what_was_done(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("n")
        await meera.type("Om")
        await meera.press("enter")
        await meera.until(lambda: any("Om" in toast for toast in meera.toasts), "the news")
        await meera.press("z", "z")
        await meera.until(lambda: any("z does nothing here" in toast for toast in meera.toasts), "the aside")
        assert any("Om" in toast for toast in meera.toasts)
        assert sum("z does nothing here" in toast for toast in meera.toasts) == 1


async def test_a_database_that_fails_while_finding_is_said_and_ends_nothing(
    desk: FrontDesk, open_desk: OpenDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:

        def fail(*_: object, **__: object) -> None:
            raise StoreUnavailable("The disk reports an error.")

        monkeypatch.setattr(FrontDesk, "token_list", fail)
        await meera.press("/")
        await meera.hears("The disk reports an error")
        assert meera.app.return_code is None


async def test_a_pasted_text_waits_its_turn_among_the_keys(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        burst(meera, "n", *"Ila ")
        meera.app.post_message(events.Paste("Sen"))
        burst(meera, *" Das", "enter")
        await meera.until(lambda: ("Ila Sen Das", Source.WALKIN) in issued(desk), "the token")
