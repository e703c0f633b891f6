"""A day that is not today: what cannot happen on it yet, and questions that name it."""

from __future__ import annotations

import datetime as dt

import pytest

from opd_tui.clock import FixedClock
from opd_tui.desk.actions import CallToken, CheckInToken, CompleteToken, OpenSession, OpenSlot
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.domain.model import SlotId
from opd_tui.tui.app import OpdApp
from tests.support.helpers import issue, statuses, token_of
from tests.support.pilot import OpenDesk, at_the_counter, full_slot

TOMORROW = dt.date(2026, 11, 23)
TOO_EARLY = "This is Mon 23 Nov 2026, and today is Sun 22 Nov. Press t to go to today."


def slot_of(desk: FrontDesk, day: dt.date = TOMORROW) -> SlotId:
    """Open a slot of Dr A on another day."""
    return desk.perform(OpenSlot(doctor=1, date=day, start="09:00", end="10:00", capacity=2)).slots[0].id


@pytest.mark.parametrize("key", ["space", "i", "d", "x", "o"])
@pytest.mark.fast_cases(1)
async def test_nobody_comes_is_called_or_is_done_before_the_day(desk: FrontDesk, open_desk: OpenDesk, key: str) -> None:
    full_slot(desk)
    tomorrow = slot_of(desk)
    token = token_of(issue(desk, tomorrow, "Om Das", "WALKIN"))
    if key != "i":
        desk.perform(CheckInToken(token=token))
    before = desk.token_list()
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("]", "enter", key)
        await meera.hears(TOO_EARLY)
        await meera.settle()
        assert (meera.dialogs, desk.token_list()) == (0, before)
        await meera.press("t", "enter", "i")
        await meera.hears("A-001 Asha Verma is here")


@pytest.mark.slow
async def test_the_doctors_screen_and_the_card_refuse_it_too(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk)
    issue(desk, slot_of(desk), "Om Das", "WALKIN")
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("]", "enter", "v", "i")
        await meera.hears(TOO_EARLY)
        await meera.press("3", "space")
        await meera.hears(TOO_EARLY)
        assert not any(record.token.called_at for record in desk.token_list())


@pytest.mark.slow
async def test_a_past_day_is_entered_late_without_a_word(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk)
    token = token_of(issue(desk, slot_of(desk, dt.date(2026, 11, 21)), "Om Das", "WALKIN"))
    desk.perform(CallToken(token=token))
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("[", "space")
        await meera.hears("Sat 21 Nov: A-001 Om Das is done")


@pytest.mark.slow
async def test_the_day_comes_at_midnight(desk: FrontDesk, open_desk: OpenDesk, clock: FixedClock) -> None:
    full_slot(desk)
    issue(desk, slot_of(desk), "Om Das", "WALKIN")
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("]", "enter", "i")
        await meera.hears(TOO_EARLY)
        await meera.time_passes(clock, minutes=24 * 60)
        await meera.press("i")
        await meera.hears("A-001 Om Das is here")


@pytest.mark.parametrize("subject", ["token", "slot", "session"])
@pytest.mark.fast_cases(1)
async def test_undo_and_redo_name_another_day_than_today(desk: FrontDesk, open_desk: OpenDesk, subject: str) -> None:
    full_slot(desk)
    tomorrow = slot_of(desk)
    if subject == "token":
        desk.perform(CompleteToken(token=token_of(issue(desk, tomorrow, "Om Das"))))
    elif subject == "session":
        where = {"doctor": 1, "date": TOMORROW, "every": 60, "capacity": 2}
        desk.perform(OpenSession(start="10:00", end="12:00", **where))
    undone = {"token": "completing A-001 Om Das", "slot": "opening Dr A 09:00", "session": "opening 2 slots"}[subject]
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("u")
        await meera.asks(f"Mon 23 Nov: undo {undone}")
        await meera.press("y")
        await meera.hears("Mon 23 Nov: Undone")
        await meera.press("ctrl+y")
        await meera.asks(f"Mon 23 Nov: do this again: {undone}")
        await meera.press("escape", "1", "enter", "c", "y")
        await meera.until(lambda: "CANCELLED" in statuses(desk, 1).values(), "the token of today")
        await meera.press("u")
        await meera.asks("Undo cancelling A-001 Asha Verma?")
        assert "Nov" not in meera.question
