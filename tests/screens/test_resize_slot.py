"""The seats of the chosen slot, by one key."""

from __future__ import annotations

from opd_tui.desk.front_desk import FrontDesk
from opd_tui.tui.app import OpdApp
from tests.support.helpers import statuses
from tests.support.pilot import OpenDesk, at_the_counter, full_slot


async def test_fewer_seats_ask_first_and_more_seats_do_not(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("s", "1", "enter")
        await meera.asks("A-002 Ravi Kumar (Online) then waits")
        await meera.press("y")
        await meera.until(lambda: statuses(desk)["A-002"] == "WAITING", "the seat that is gone")
        await meera.hears("Dr A 09:00 now has 1 seat")
        await meera.press("s", "3", "enter")
        await meera.until(lambda: statuses(desk)["A-002"] == "ACTIVE", "the seat that is back")
        await meera.sees("2/3", within="SlotGrid")


async def test_a_number_that_cannot_be_stays_in_the_form_with_the_reason(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("s", "0", "enter")
        await meera.sees("must be", within=".form")
        await meera.press("2", "enter")
        await meera.sees("has 2 seats already", within=".form")
