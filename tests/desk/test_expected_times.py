"""Every sentence that names a patient's time names the expected one; a slot itself keeps its planned name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from opd_tui.clock import FixedClock
from opd_tui.desk.actions import (
    Action,
    CancelToken,
    CarryOver,
    CloseSlot,
    DelayDoctor,
    IssueToken,
    MoveToken,
    ReinstateToken,
    Undo,
)
from opd_tui.domain import errors
from opd_tui.domain.model import DoctorId, Slot, SlotId
from tests.conftest import ZONE
from tests.support.helpers import DATE, add_doctor, issue, open_slot
from tests.support.memory_desk import MemoryDesk

EARLY, LATE = 1, 2


@pytest.fixture
def day(clock: FixedClock) -> MemoryDesk:
    """Dr A, 20 minutes late, with two seats at 08:00 and one at 09:00; three tokens early, one late."""
    day = MemoryDesk(clock, ZONE)
    doctor = add_doctor(day, "Dr A", code="A")
    open_slot(day, doctor, "08:00", "09:00")
    open_slot(day, doctor, "09:00", "10:00", capacity=1)
    for slot, name in ((EARLY, "Asha"), (EARLY, "Ravi"), (EARLY, "Sunita"), (LATE, "Joseph")):
        issue(day, slot, name)
    day.perform(DelayDoctor(doctor=doctor, date=DATE, minutes=20))
    return day


@pytest.mark.parametrize(
    ("action", "says"),
    [
        (IssueToken(slot=EARLY, patient="Om", source="ONLINE"), "Online A-005 Om waits for Dr A 08:20"),
        (MoveToken(token=1, slot=LATE), "A-001 Asha was moved to Dr A 09:20"),
        (CarryOver(slot=EARLY), "1 patient was carried over to Dr A 09:20–10:20"),
        (CloseSlot(slot=EARLY), "Dr A 08:00 is closed to new tokens"),
    ],
    ids=lambda value: value.verb if isinstance(value, Action) else "",
)
def test_a_patient_is_told_the_expected_time(day: MemoryDesk, action: Action, says: str) -> None:
    assert says in day.perform(action).sentence


def test_so_is_a_patient_whose_move_is_undone(day: MemoryDesk) -> None:
    day.perform(MoveToken(token=1, slot=LATE))
    assert "with Dr A 08:20 again" in day.perform(Undo()).sentence


@pytest.mark.parametrize(
    ("action", "asks"),
    [
        (CancelToken(token=1), "Dr A 08:20–09:20)"),
        (IssueToken(slot=EARLY, patient="Om", source="EMERGENCY"), "with Dr A 08:20–09:20."),
        (MoveToken(token=1, slot=LATE), "to Dr A 09:20–10:20?"),
        (CarryOver(slot=EARLY), "Carry over A-003 Sunita to 09:20–10:20?"),
    ],
    ids=lambda value: value.verb if isinstance(value, Action) else "",
)
def test_a_question_names_the_expected_time(day: MemoryDesk, action: Action, asks: str) -> None:
    assert asks in (action.question(day.preview(action)) or "")


def test_a_reinstated_token_and_a_promotion_name_no_time(day: MemoryDesk) -> None:
    assert ":" not in day.perform(CancelToken(token=1)).sentence
    assert ":" not in day.perform(ReinstateToken(token=1)).sentence


def test_a_refusal_to_issue_names_the_window_that_the_panel_shows(day: MemoryDesk) -> None:
    day.perform(CloseSlot(slot=EARLY))
    with pytest.raises(errors.SlotIsClosed, match="08:20–09:20"):
        issue(day, EARLY, "Om")


@pytest.mark.parametrize(
    ("start", "end", "delay", "expected"),
    [
        ("09:00", "10:00", 0, "09:00–10:00"),
        ("09:00", "10:00", 85, "10:25–11:25"),
        ("20:00", "00:00", 0, "20:00–24:00"),
        ("20:00", "23:40", 20, "20:20–24:00"),
        ("23:00", "00:00", 90, "00:30–01:30"),
    ],
)
def test_a_delay_moves_a_window_also_past_midnight(start: str, end: str, delay: int, expected: str) -> None:
    time: Callable[[str], dt.time] = dt.time.fromisoformat
    slot = Slot(SlotId(1), DoctorId(1), dt.date(2026, 11, 22), time(start), time(end), 2, delay_minutes=delay)
    assert slot.expected_window == expected
    assert slot.expected_start == expected.partition("–")[0]
