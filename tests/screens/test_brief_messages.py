"""Messages with usual names fit a line of 80 columns: with initials, or with the numbers of tokens alone."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from opd_tui.clock import FixedClock
from opd_tui.desk.actions import (
    Action,
    CallToken,
    CancelToken,
    CheckInToken,
    CompleteToken,
    HoldToken,
    IssueToken,
    MarkNoShow,
    MoveToken,
    Redo,
    ReinstateToken,
    Undo,
)
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.domain.errors import DeskRefusal
from opd_tui.tui.app import OpdApp
from opd_tui.tui.drawing.sentences import forms_of
from tests.conftest import ZONE
from tests.support.helpers import add_doctor, issue, open_slot
from tests.support.memory_desk import MemoryDesk
from tests.support.pilot import OpenDesk, at_the_counter

ROOM = 78
"""The columns of a narrow message line within its margins."""
EARLY, LATE = 1, 2


def full_day(desk: FrontDesk | MemoryDesk, doctor: str = "Dr Anil Krishnan", family: str = "Banerjee") -> None:
    """Two slots of one seat; the first has a seated and a waiting patient."""
    who = add_doctor(desk, doctor, code="NAI")
    for start, end in (("09:00", "10:00"), ("10:00", "11:00")):
        open_slot(desk, who, start, end, capacity=1)
    issue(desk, EARLY, f"Sunita {family}")
    issue(desk, EARLY, f"Lakshmi {family}", "FOLLOWUP")
    issue(desk, EARLY, f"Meenakshi {family}")


@pytest.mark.parametrize(
    ("doctor", "family"), [("Dr Anil Krishnan", "Banerjee"), ("Dr Meenakshi Chatterjee", "Venkatesan")]
)
def test_what_is_done_fits_a_narrow_line(clock: FixedClock, doctor: str, family: str) -> None:
    desk = MemoryDesk(clock, ZONE)
    full_day(desk, doctor, family)
    actions: list[Action] = [
        IssueToken(slot=EARLY, patient=f"Padmavathi {family}", source="EMERGENCY"),
        CancelToken(token=4),
        Undo(),
        Redo(),
        MoveToken(token=2, slot=LATE),
        MarkNoShow(token=1),
        ReinstateToken(token=1),
    ]
    for action in actions:
        outcome = desk.perform(action)
        _, initials, numbers = forms_of(f"{outcome.sentence}.", outcome)
        assert f". {family}" in initials
        assert family not in numbers
        assert cell_len(numbers) <= ROOM, numbers


@pytest.mark.parametrize(
    "action",
    [
        CallToken(token=1),
        CallToken(token=3),
        CompleteToken(token=3),
        MarkNoShow(token=3),
        MarkNoShow(token=2),
        HoldToken(token=2, reason="TEST"),
        MoveToken(token=2, slot=LATE),
        CheckInToken(token=2),
    ],
    ids=lambda action: f"{action.verb}-{action.token}",
)
def test_a_refusal_fits_a_narrow_line(clock: FixedClock, action: Action) -> None:
    desk = MemoryDesk(clock, ZONE)
    full_day(desk)
    desk.perform(CheckInToken(token=2))
    desk.perform(CallToken(token=2))
    with pytest.raises(DeskRefusal) as refused:
        desk.perform(action)
    assert cell_len(f"! {refused.value.reason}") <= ROOM, refused.value.reason


async def test_the_line_shows_the_fullest_form_that_fits(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_day(desk, family="Chattopadhyay")
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("enter", "c", "y")
        await meera.sees("L. Chattopadhyay was cancelled; NAI-001 S. Chattopadhyay moves up.", within="MessageLine")
        await meera.press("f7")
        await meera.sees("Lakshmi Chattopadhyay was cancelled; NAI-001 Sunita Chattopadhyay", within=".messages")


@pytest.mark.slow
async def test_a_refusal_leaves_out_that_nothing_was_changed_before_its_advice(
    desk: FrontDesk, open_desk: OpenDesk
) -> None:
    full_day(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("enter", "end", "x")
        await meera.until(
            lambda: meera.message == "! NAI-003 Meenakshi Banerjee has no seat yet. Cancel it if the patient left."
        )
