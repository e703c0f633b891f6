"""Slots that are closed, reopened or carried over, and doctors who are late or leave, by keys."""

from __future__ import annotations

import datetime as dt

import pytest

from opd_tui.clock import FixedClock
from opd_tui.desk.actions import DelayDoctor, TellPatient
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.domain.field_types import InvalidValue
from opd_tui.domain.model import SlotId
from opd_tui.tui.app import OpdApp
from opd_tui.tui.board.queue_panel import brief_title
from opd_tui.tui.screens.lateness import Lateness
from tests.screens.test_moving import places
from tests.support.helpers import DATE, issue, statuses
from tests.support.pilot import WIDE, OpenDesk, at_the_counter, doctor_with_slots, full_slot

QUARTER_PAST = dt.datetime(2026, 11, 22, 9, 15, tzinfo=dt.UTC)


async def test_one_key_closes_a_slot_and_reopens_it(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk, hours=2)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("ctrl+k")
        await meera.sees("2/2 closed", within="SlotGrid")
        await meera.sees("closed · 2 of 2 taken", within="#queue-panel")
        for key in ("n", "e"):
            meera.burst(key, *"Diya Joseph", "enter")
            await meera.hears("Dr A 09:00–10:00 is closed to new tokens.", "press ^k to reopen it.")
            assert not meera.panel_is_open
        await meera.press("ctrl+k")
        await meera.until(lambda: desk.slot_list()[0].slot.closed_at is None, "the slot that is open")
        await meera.until(lambda: "closed" not in meera.read("SlotGrid"), "the block without the word")


@pytest.mark.slow
async def test_a_closed_slot_gets_no_token_from_the_waitlist(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk, waiting=1)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("ctrl+k", "2")
        await meera.settle()
        await meera.press("n")
        await meera.hears("is closed to new tokens. Press ^k on the board to reopen it.")
        assert not meera.panel_is_open
        await meera.press("enter", "ctrl+k", "n")
        assert meera.panel_is_open


@pytest.mark.slow
async def test_carry_over_moves_who_waits_to_the_next_slot(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk, waiting=2, hours=2)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("ctrl+o", "y")
        await meera.hears("2 patients were carried over to Dr A 10:00–11:00")
        assert places(desk)["Sunita Rao"] == "A 10:00"
        await meera.press("ctrl+o")
        await meera.hears("Nobody waits in the slot 09:00–10:00.")


async def test_a_delay_shows_when_the_doctor_comes_and_0_takes_it_back(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk, hours=2)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("ctrl+d")
        await meera.sees("Delay · Dr A", within=".form")
        await meera.type("20")
        await meera.sees("the session begins at 09:20", within=".form")
        await meera.press("enter")
        await meera.sees("Dr A +20′", within="SlotGrid")
        await meera.sees("20 min late: 09:20–10:20", within="#queue-panel")
        await meera.hears("Dr A is 20 minutes late", "2 patients have to be told")
        await meera.press("3", "ctrl+d")
        await meera.type("0")
        await meera.press("enter")
        await meera.until(lambda: desk.slot_list()[0].slot.delay_minutes == 0, "the doctor who is on time")


@pytest.mark.parametrize(
    ("typed", "minutes"), [("20", 20), ("0", 0), ("9:45", 45), ("10.15", 75), ("10am", 60), ("+20", 35), ("+ 5", 20)]
)
def test_a_delay_is_typed_in_minutes_as_a_time_or_from_now(typed: str, minutes: int) -> None:
    late = Lateness(dt.time(9), QUARTER_PAST)
    assert late.from_text(typed, dt.date(2026, 11, 22)) == minutes


def test_a_start_that_is_past_is_remarked() -> None:
    late = Lateness(dt.time(9), QUARTER_PAST)
    assert late.in_words(10) == "the session begins at 09:10. That is past; +10 means from now"
    assert [late.in_words(minutes) for minutes in (0, 20)] == [f"the session begins at 09:{m}" for m in ("00", "20")]
    assert Lateness(dt.time(9), None).in_words(10) == "the session begins at 09:10"


@pytest.mark.parametrize("typed", ["8:30", "-5", "soon", "25:00", "+", "1441"])
def test_a_delay_that_cannot_be_is_refused(typed: str) -> None:
    with pytest.raises(InvalidValue):
        Lateness(dt.time(9), QUARTER_PAST).from_text(typed, dt.date(2026, 11, 22))


def test_on_another_day_there_is_no_now() -> None:
    with pytest.raises(InvalidValue):
        Lateness(dt.time(9), None).from_text("+20", dt.date(2026, 11, 22))


def three_doctors(desk: FrontDesk) -> None:
    """Dr A with two patients, Dr B of the same specialty with one free seat, and Dr C of another one."""
    (slot,) = doctor_with_slots(desk, specialty="ENT")
    doctor_with_slots(desk, code="B", capacity=1, specialty="ENT")
    doctor_with_slots(desk, code="C", specialty="Dental")
    issue(desk, slot, "Asha Verma")
    issue(desk, slot, "Ravi Kumar", source="PAID")


async def test_leave_proposes_a_place_for_each_patient_and_does_it_as_one_action(
    desk: FrontDesk, open_desk: OpenDesk
) -> None:
    three_doctors(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("ctrl+e")
        await meera.sees("Leave · Dr A", "From 09:00", within=".form")
        await meera.press("enter")
        await meera.sees("Dr A leaves at 09:00")
        await meera.sees("2 patients: 1 to another doctor, 1 cancelled", within="#plan-summary")
        first, second = meera.lines("PlanRows")[:2]
        assert "A-002 Ravi Kumar" in " ".join(first.split())
        assert "09:00 → 09:00 B B" in first
        assert "✗ cancelled" in second
        await meera.press("enter")
        await meera.asks("Dr A leaves: 1 patient moved and A-001 Asha Verma cancelled. Do it?")
        await meera.press("y")
        await meera.until(lambda: places(desk) == {"Ravi Kumar": "B 09:00"}, "the plan's end")
        await meera.hears("2 patients have to be told")
        await meera.press("u")
        await meera.asks("Undo ")
        await meera.press("y")
        await meera.until(lambda: places(desk) == {"Asha Verma": "A 09:00", "Ravi Kumar": "A 09:00"}, "the day before")


@pytest.mark.slow
async def test_each_row_of_the_plan_is_changed_by_a_key(desk: FrontDesk, open_desk: OpenDesk) -> None:
    three_doctors(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("ctrl+e", "enter")
        await meera.sees("Dr A leaves at 09:00")
        await meera.press("c")
        await meera.sees("2 patients: 2 cancelled", within="#plan-summary")
        await meera.press("down", "c")
        await meera.sees("2 patients: 1 to another doctor, 1 cancelled", within="#plan-summary")
        await meera.press("up", "m")
        await meera.sees("2 free of 2", "full", within="FoundRows")
        await meera.type("dental")
        await meera.press("enter")
        await meera.sees("09:00 C C", within="PlanRows")
        await meera.press("enter", "y")
        await meera.until(lambda: places(desk) == {"Asha Verma": "B 09:00", "Ravi Kumar": "C 09:00"}, "the plan's end")


@pytest.mark.slow
async def test_leaving_a_plan_changes_nothing(desk: FrontDesk, open_desk: OpenDesk) -> None:
    three_doctors(desk)
    async with at_the_counter(OpdApp(open_desk), WIDE) as meera:
        await meera.press("3", "ctrl+e", "enter")
        await meera.sees("Dr A leaves at 09:00")
        await meera.press("escape")
        await meera.sees("Not done", within=".form")
        await meera.press("escape")
        await meera.until(lambda: meera.dialogs == 0, "the end")
        assert set(statuses(desk).values()) == {"ACTIVE"}


@pytest.mark.slow
async def test_a_doctor_without_patients_leaves_without_a_plan(
    desk: FrontDesk, open_desk: OpenDesk, clock: FixedClock
) -> None:
    doctor_with_slots(desk, hours=2)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("ctrl+e")
        await meera.press("end", "ctrl+u")
        await meera.type("10")
        await meera.press("enter")
        await meera.hears("Dr A leaves")
        assert [record.slot.closed_at is not None for record in desk.slot_list()] == [False, True]


async def test_a_no_to_a_plan_leaves_it_open_as_it_was_changed(desk: FrontDesk, open_desk: OpenDesk) -> None:
    three_doctors(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("ctrl+e", "enter")
        await meera.sees("Dr A leaves at 09:00")
        await meera.press("c", "enter")
        await meera.asks("A-002 Ravi Kumar and A-001 Asha Verma cancelled. Do it?")
        await meera.press("escape")
        await meera.sees("Not done; the plan is as you left it.", within=".dialog")
        await meera.sees("2 patients: 2 cancelled", within="#plan-summary")
        await meera.press("enter", "y")
        await meera.until(lambda: set(statuses(desk).values()) == {"CANCELLED"}, "the plan's end")
        assert meera.dialogs == 0


@pytest.mark.slow
async def test_a_plan_that_another_desk_overtook_has_the_new_patient_and_keeps_the_changes(
    desk: FrontDesk, open_desk: OpenDesk
) -> None:
    three_doctors(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("ctrl+e", "enter")
        await meera.sees("Dr A leaves at 09:00")
        await meera.press("c")
        issue(desk, desk.slot_list()[0].slot.id, "Zoya Ali")
        await meera.press("enter")
        await meera.sees("Another desk changed who is here", within=".dialog")
        await meera.sees("Zoya Ali", within="PlanRows")
        assert "✗ cancelled" in meera.line_with("Ravi Kumar", "PlanRows")


async def test_carry_over_says_who_moves_where_and_asks(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk, waiting=3, hours=2)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("ctrl+o")
        await meera.asks(
            "Carry over A-003 Sunita Rao, A-004 Kabir Mehta and A-005 Diya Joseph to 10:00–11:00?",
            "2 of 3 have a seat there; A-005 Diya Joseph waits.",
        )
        await meera.press("escape")
        await meera.settle()
        assert len(desk.token_list(1)) == 5


async def test_what_is_planned_on_a_past_day_asks_first(desk: FrontDesk, open_desk: OpenDesk) -> None:
    doctor_with_slots(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("3", "[", "s", *["enter"] * 5)
        await meera.asks("Sat 21 Nov 2026 is past. Dr A has 4 slots", "Do it all the same?")
        await meera.press("y")
        await meera.until(lambda: len(desk.slot_list()) == 5, "the session")
        await meera.press("1", "n")
        await meera.type("Asha Verma")
        await meera.press("enter")
        await meera.asks("Sat 21 Nov 2026 is past. Walk-in A-001 Asha Verma", "Do it all the same?")
        await meera.press("escape", "escape", "t", "n")
        await meera.type("Ravi Kumar")
        await meera.press("enter")
        await meera.until(lambda: len(desk.token_list()) == 1, "the token of today, which asks nothing")


@pytest.mark.slow
async def test_a_late_slot_says_when_it_is_expected_to_begin(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk, waiting=1, hours=2)
    desk.perform(DelayDoctor(doctor=1, date=DATE, minutes=20))
    for token in desk.token_list():
        desk.perform(TellPatient(token=token.token.id))
    async with at_the_counter(OpdApp(open_desk), WIDE) as meera:
        await meera.sees("for 09:20", within="#queue")


def test_the_title_of_a_late_doctors_queue_has_no_hole(desk: FrontDesk) -> None:
    slot = full_slot(desk, waiting=1)
    desk.perform(DelayDoctor(doctor=1, date=DATE, minutes=20))
    title = brief_title(desk.queue(SlotId(slot)), 70)
    assert title == "A · A · 09:20–10:20 (late) · 2 of 2 · 1 waiting"
