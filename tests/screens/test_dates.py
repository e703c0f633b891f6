"""Days and times as people type them, on the screens."""

from __future__ import annotations

import datetime as dt

import pytest

from opd_tui.clock import FixedClock
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.tui.app import OpdApp
from tests.support.helpers import add_doctor
from tests.support.pilot import OpenDesk, at_the_counter, doctor_with_slots


@pytest.mark.slow
async def test_a_session_is_opened_with_a_day_and_times_as_people_say_them(
    desk: FrontDesk, open_desk: OpenDesk
) -> None:
    add_doctor(desk, "Dr A", code="A")
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("3", "s")
        await meera.sees("Day: Sunday 22 November 2026.", within="#field-help")
        for typed, understood in (("28", "Day: Saturday 28 November 2026."), ("2pm", "14:00"), ("6.30 pm", "18:30")):
            await meera.press("home", "ctrl+k")
            await meera.type(typed)
            await meera.sees(understood, within="#field-help")
            await meera.press("enter")
        assert meera.read("#date") == "2026-11-28"
        await meera.sees("Day: Sat 28 Nov", within="#date-label")
        await meera.press("enter", "home", "ctrl+k")
        await meera.type("90")
        await meera.press("enter")
        await meera.until(desk.slot_list, "the session")
        slots = [record.slot for record in desk.slot_list()]
        assert {slot.date for slot in slots} == {dt.date(2026, 11, 28)}
        assert [slot.window for slot in slots] == ["14:00–15:30", "15:30–17:00", "17:00–18:30"]


@pytest.mark.slow
async def test_what_is_no_date_is_said_with_examples(desk: FrontDesk, open_desk: OpenDesk) -> None:
    add_doctor(desk, "Dr A", code="A")
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("3", "s", "home", "ctrl+k")
        await meera.type("31/2")
        await meera.press("enter")
        await meera.sees("This must be a date, such as 28, 28/11", within="#date-wrong")


@pytest.mark.parametrize("screen", ["1", "2", "3"])
@pytest.mark.fast_cases(1)
async def test_one_key_goes_to_a_day_that_is_typed(desk: FrontDesk, open_desk: OpenDesk, screen: str) -> None:
    doctor_with_slots(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press(screen, "ctrl+g")
        await meera.sees("Go to a day")
        await meera.type("mo")
        await meera.press("enter")
        await meera.sees("This must be a date, such as 28", within="#understood")
        await meera.type("+3")
        await meera.sees("Wednesday 25 November 2026", within="#understood")
        await meera.press("enter")
        await meera.until(lambda: meera.app.day == dt.date(2026, 11, 25), "the day")
        await meera.press("ctrl+g", "escape")
        assert (meera.dialogs, meera.app.day) == (0, dt.date(2026, 11, 25))


@pytest.mark.slow
async def test_keys_typed_ahead_of_a_day_wait_for_it(desk: FrontDesk, open_desk: OpenDesk) -> None:
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.type_at_once("ctrl+g", *"tomorrow", "enter", "n")
        await meera.until(lambda: meera.app.day == dt.date(2026, 11, 23), "the day")
        await meera.hears("There is no slot on this day")


async def test_a_typed_day_depends_on_the_hospitals_today(
    desk: FrontDesk, open_desk: OpenDesk, clock: FixedClock
) -> None:
    clock.instant += dt.timedelta(days=7)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("ctrl+g")
        await meera.type("28")
        await meera.sees("Monday 28 December 2026", within="#understood")
