"""A name is found from any keyboard."""

from __future__ import annotations

from opd_tui.desk.front_desk import FrontDesk
from opd_tui.tui.app import OpdApp
from tests.support.helpers import issue
from tests.support.pilot import WIDE, OpenDesk, at_the_counter, doctor_with_slots


async def test_find_and_filter_find_it_on_the_screens(desk: FrontDesk, open_desk: OpenDesk) -> None:
    slot = doctor_with_slots(desk)[0]
    for name in ("Łukasz Nowak", "सुनीता देवी", "Asha", "Siobhan O’Brien"):
        issue(desk, slot, name)
    async with at_the_counter(OpdApp(open_desk), WIDE) as meera:
        await meera.press("slash")
        await meera.type("sunita")
        await meera.sees("1 match")
        await meera.press("escape", "2", "slash")
        await meera.type("o'brien")
        await meera.sees("Siobhan O’Brien")
