"""Every surface that names a patient's time names the expected one when the doctor is late."""

from __future__ import annotations

import pytest

from opd_tui.desk.actions import DelayDoctor
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.tui.app import OpdApp
from tests.support.helpers import DATE, issue
from tests.support.pilot import OpenDesk, at_the_counter, doctor_with_slots, full_slot


@pytest.mark.slow
async def test_a_patient_is_shown_when_a_late_doctor_is_expected(desk: FrontDesk, open_desk: OpenDesk) -> None:
    slot = full_slot(desk, waiting=1, hours=2)
    doctor_with_slots(desk, code="B")
    issue(desk, slot, {"name": "Om Nair", "phone": "98765 43210"})
    desk.perform(DelayDoctor(doctor=1, date=DATE, minutes=20))
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("up", "n")
        await meera.sees("New token · Dr A 09:20–10:20", within="#new-token")
        await meera.type("Sunita Rao")
        await meera.sees("the nearest free seat is at 10:20", within="#new-token")
        await meera.press("escape", "enter", "v")
        await meera.sees("Slot 09:20–10:20, Sun 22 Nov 2026 (20 min late)", within=".dialog")
        await meera.press("escape", "m")
        await meera.sees("10:20 A A", "09:00 B B", within=".find")
        await meera.type("10:20")
        await meera.sees("1 match of 2 slots", within=".find")
        await meera.press("enter")
        await meera.hears("A-001 Asha Verma was moved to Dr A 10:20")
        await meera.press("/")
        await meera.type("Asha")
        await meera.sees("10:20 Dr A", within=".find")
        await meera.press("escape", "2")
        await meera.sees("Dr A 09:20", within="#waiting")
        await meera.press("3")
        await meera.sees("09:20–11:20", within="#doctors")
