"""The patient is here, by one key in the queue."""

from __future__ import annotations

from opd_tui.desk.front_desk import FrontDesk
from opd_tui.tui.app import OpdApp
from tests.support.pilot import OpenDesk, at_the_counter, full_slot


async def test_one_key_checks_in_and_a_second_one_says_since_when(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("i")
        await meera.hears("Choose a token first")
        await meera.press("enter", "i")
        await meera.sees("● here", within="QueueRows")
        await meera.hears("A-001 Asha Verma is here")
        await meera.press("i")
        await meera.hears("A-001 Asha Verma was checked in already at 09:00")
