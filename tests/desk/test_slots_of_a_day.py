"""Slots that close and reopen, patients who are carried over, doctors who are late, leave, change or retire."""

from __future__ import annotations

import pytest

from opd_tui.clock import FixedClock
from opd_tui.desk.actions import (
    CallToken,
    CancelToken,
    CarryOver,
    CheckInToken,
    CloseSlot,
    DelayDoctor,
    DoctorLeaves,
    EditDoctor,
    IssueToken,
    Redo,
    ReinstateToken,
    ReopenSlot,
    RetireDoctor,
    TellPatient,
    Undo,
)
from opd_tui.desk.answers import accepted
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.desk.views import slot_record_json
from opd_tui.domain import errors
from opd_tui.domain.events import Subject
from tests.conftest import ZONE
from tests.support.actions import at, moves, window
from tests.support.helpers import DATE, add_doctor, issue, open_slot, statuses, token_of
from tests.support.memory_desk import MemoryDesk
from tests.support.stores import always_on_every_store

FIRST, SECOND, THIRD, OTHER = 1, 2, 3, 4


@pytest.fixture
def day(clock: FixedClock) -> MemoryDesk:
    """Dr A at 09:00 with one seat, at 10:00 with two, at 11:00 with one; Dr B at 09:00; four tokens for Dr A."""
    desk = MemoryDesk(clock, ZONE)
    doctor = add_doctor(desk, "Dr A", code="A")
    for start, capacity in ((9, 1), (10, 2), (11, 1)):
        open_slot(desk, doctor, f"{start:02}:00", f"{start + 1}:00", capacity=capacity)
    open_slot(desk, add_doctor(desk, "Dr B", code="B"), capacity=1)
    for slot, name, source in (
        (FIRST, "Asha", "PAID"),
        (FIRST, "Ravi", "ONLINE"),
        (FIRST, "Sunita", "PAID"),
        (SECOND, "Meera", "ONLINE"),
    ):
        issue(desk, slot, {"name": name, "phone": "98765 43210"}, source)
    return desk


def to_tell(desk: MemoryDesk | FrontDesk) -> set[str]:
    return {record.token.number for record in desk.token_list() if record.token.to_tell_since}


# Closing and carrying over


def test_a_closed_slot_takes_no_new_tokens_and_goes_on_otherwise(day: MemoryDesk) -> None:
    assert day.perform(CloseSlot(slot=FIRST)).sentence == "Dr A 09:00 is closed to new tokens"
    with pytest.raises(errors.SlotIsClosed, match=r"09:00–10:00 is closed to new tokens\. Reopen it"):
        issue(day, FIRST, "Imran", "EMERGENCY")
    assert moves(day.perform(CancelToken(token=1)))[1:] == [("A-003", "ACTIVE", "promoted")]
    assert moves(day.perform(ReinstateToken(token=1)))[0] == ("A-001", "WAITING", "reinstated")
    with pytest.raises(errors.NothingToChange, match="is closed already"):
        day.perform(CloseSlot(slot=FIRST))
    day.perform(ReopenSlot(slot=FIRST))
    issue(day, FIRST, "Imran")
    with pytest.raises(errors.NothingToChange, match="is not closed"):
        day.perform(ReopenSlot(slot=FIRST))


def test_who_waits_is_carried_over_in_order_with_number_and_place(day: MemoryDesk) -> None:
    issued = {record.token.id: record.token.issued_at for record in day.token_list()}
    carry = CarryOver(slot=FIRST)
    assert carry.question(day.preview(carry)) == (
        "Carry over A-003 Sunita and A-002 Ravi to 10:00–11:00? "
        "Both have a seat there. A-004 Meera (Online) then waits, first in line."
    )
    carried = day.perform(carry)
    assert moves(carried) == [
        ("A-003", "WAITING", "moved"),
        ("A-002", "WAITING", "moved"),
        ("A-003", "ACTIVE", "promoted"),
        ("A-004", "WAITING", "preempted"),
        ("A-002", "ACTIVE", "promoted"),
    ]
    assert {change.because_of for change in carried.changes} == {None, 2}
    assert carried.sentence.startswith("2 patients were carried over to Dr A 10:00–11:00; A-003 Sunita moves up")
    assert {record.token.id: record.token.issued_at for record in day.token_list()} == issued
    assert to_tell(day) == {"A-002", "A-003", "A-004"}
    with pytest.raises(errors.NothingToChange, match="Nobody waits in the slot 09:00–10:00"):
        day.perform(carry)


def test_they_are_carried_past_closed_slots_and_refused_where_there_is_none(day: MemoryDesk) -> None:
    day.perform(CloseSlot(slot=SECOND))
    assert day.preview(CarryOver(slot=FIRST)).outcome.sentence.startswith("2 patients were carried over to Dr A 11:00")
    day.perform(CloseSlot(slot=THIRD))
    with pytest.raises(errors.NoLaterSlot, match="has later only 10:00–11:00 and 11:00–12:00, which are closed"):
        day.perform(CarryOver(slot=FIRST))
    issue(day, OTHER, "Om", "PAID")
    issue(day, OTHER, "Imran")
    with pytest.raises(errors.NoLaterSlot, match=r"Dr B has no slot after 10:00 on 22 Nov 2026\. Open"):
        day.perform(CarryOver(slot=OTHER))


def test_nobody_is_carried_to_a_second_token_of_the_same_person(day: MemoryDesk) -> None:
    issue(day, SECOND, {"name": "Ravi", "phone": "98765 43210"})
    with pytest.raises(errors.DuplicatePatient, match="A-005 Ravi is the same person"):
        day.perform(CarryOver(slot=FIRST))


def test_two_tokens_of_one_person_are_carried_over_together_and_back(day: MemoryDesk) -> None:
    for who in ("Om", {"name": "Ravi", "phone": "98765 43210"}):
        issue(day, FIRST, who, "EMERGENCY")
    before = statuses(day)
    carried = day.perform(CarryOver(slot=FIRST))
    assert [moved[0] for moved in moves(carried) if moved[2] == "moved"] == ["A-006", "A-001", "A-003", "A-002"]
    day.perform(Undo())
    assert statuses(day) == before
    assert len(statuses(day, FIRST)) == 5
    day.perform(Redo())
    assert len(statuses(day, FIRST)) == 1


# Delay


def test_a_delay_is_of_all_slots_of_the_day_and_everybody_has_to_be_told(day: MemoryDesk) -> None:
    day.perform(CheckInToken(token=1))
    day.perform(CallToken(token=1))
    late = day.perform(DelayDoctor(doctor=1, date=DATE, minutes=30))
    assert late.sentence == "Dr A is 30 minutes late on Sun 22 Nov; 3 patients have to be told"
    assert [slot_record_json(record)["delay"] for record in day.slot_list()] == [30, 30, 30, 0]
    assert to_tell(day) == {"A-002", "A-003", "A-004"}, "A-001 is in the room"
    answer = accepted(late)
    assert [(change["slot"], change["reason"]) for change in answer["changes"]] == [
        (slot, "delayed") for slot in (FIRST, SECOND, THIRD)
    ]
    day.perform(TellPatient(token=2))
    with pytest.raises(errors.NothingToChange, match="Dr A is 30 minutes late already"):
        day.perform(DelayDoctor(doctor=1, date=DATE, minutes=30))
    on_time = day.perform(DelayDoctor(doctor=1, date=DATE, minutes=0))
    assert on_time.sentence == "Dr A is on time on Sun 22 Nov; 1 patient has to be told"
    assert {record.slot.delay_minutes for record in day.slot_list()} == {0}
    with pytest.raises(errors.NothingToChange, match="on time already"):
        day.perform(DelayDoctor(doctor=1, date=DATE, minutes=0))
    with pytest.raises(errors.DoctorHasNoSlots, match="Dr A has no slots on 23 Nov 2026"):
        day.perform(DelayDoctor(doctor=1, date="2026-11-23", minutes=5))


# Leave


def leave(*plan: dict[str, object], time: str = "09:30") -> DoctorLeaves:
    return DoctorLeaves.from_mapping({"doctor": 1, "date": DATE, "from": time, "plan": list(plan)})


def test_a_doctor_leaves_by_a_plan_that_keeps_places(day: MemoryDesk) -> None:
    day.perform(CheckInToken(token=1))
    day.perform(CallToken(token=1))
    going = leave({"token": 2, "cancel": True}, {"token": 3, "slot": OTHER}, {"token": 4, "slot": OTHER})
    assert going.question(day.preview(going)) == "Dr A leaves: 2 patients moved and A-002 Ravi cancelled. Do it?"
    gone = day.perform(going)
    assert gone.sentence == "Dr A leaves: 2 patients moved and 1 patient cancelled; 3 patients have to be told"
    assert statuses(day) == {
        "A-001": "ACTIVE",
        "A-002": "CANCELLED",
        "A-003": "CANCELLED",
        "A-004": "CANCELLED",
        "B-001": "ACTIVE",
        "B-002": "WAITING",
    }
    assert [bool(record.slot.closed_at) for record in day.slot_list()] == [True, True, True, False]
    assert to_tell(day) == {"A-002", "B-001", "B-002"}
    assert {change.because_of for change in gone.changes} == {None}
    with pytest.raises(errors.NothingToChange):
        day.perform(leave())


def test_nobody_leaves_before_the_token_was_issued(day: MemoryDesk) -> None:
    plan = [{"token": token, "cancel": True} for token in (1, 2, 3, 4)]
    with pytest.raises(errors.InvalidAction, match="is earlier than the token"):
        day.perform(DoctorLeaves(doctor=1, date=DATE, from_="09:00", plan=plan, at=at(8)))


def test_who_was_cancelled_in_a_slot_that_was_withdrawn_can_be_told(day: MemoryDesk) -> None:
    opened = day.perform(window("14:00", "15:00", capacity=1))
    there = opened.slots[0].id
    token = token_of(issue(day, there, "Imran"))
    issue(day, there, "Om", "EMERGENCY")
    for open_token in day.token_list(there):
        day.perform(CancelToken(token=open_token.token.id))
    day.perform(Undo(entry=opened.entry_id))
    with pytest.raises(errors.UnknownSlot, match="The slot of A-005 Imran was withdrawn"):
        day.perform(ReinstateToken(token=token))
    day.store.alter(Subject.TOKEN, token, to_tell_since="2026-11-22T03:30:00.000000Z")
    assert "A-005" in to_tell(day)
    day.perform(TellPatient(token=token))
    assert "A-005" not in to_tell(day)


def test_earlier_slots_stay_and_take_who_moves_there(day: MemoryDesk) -> None:
    gone = accepted(day.perform(leave({"token": 4, "slot": FIRST}, time="10:00")))
    assert [slot["id"] for slot in gone["slots"]] == [SECOND, THIRD]
    assert statuses(day)["A-004"] == "WAITING", "the same token, as it is within the doctor's day"


def test_a_plan_names_everybody_once_and_nobody_else(day: MemoryDesk) -> None:
    every = [{"token": token, "cancel": True} for token in (1, 2, 3, 4)]
    with pytest.raises(errors.PlanDoesNotFit, match="has no line for A-003 Sunita and A-004 Meera"):
        day.perform(leave(*every[:2]))
    with pytest.raises(errors.PlanDoesNotFit, match="token 99 does not stand with Dr A then"):
        day.perform(leave(*every, {"token": 99, "cancel": True}))
    with pytest.raises(errors.PlanDoesNotFit, match=r"token 98 and token 99 do not stand .* Leave out those lines\."):
        day.perform(leave(*every, *({"token": token, "cancel": True} for token in (98, 99))))
    issue(day, OTHER, "Imran")
    with pytest.raises(errors.PlanDoesNotFit, match="B-001 Imran does not stand with Dr A then"):
        day.perform(leave(*every, {"token": 5, "cancel": True}))
    with pytest.raises(errors.PlanDoesNotFit, match="more than one line for A-001 Asha"):
        day.perform(leave(*every, every[0]))
    with pytest.raises(errors.SlotIsClosed):
        day.perform(leave(*every[:3], {"token": 4, "slot": THIRD}))
    with pytest.raises(errors.DoctorHasNoSlots, match="Dr A has no slots after 12:00"):
        day.perform(leave(time="12:00"))


@pytest.mark.parametrize("line", [{"token": 1}, {"token": 1, "slot": 2, "cancel": True}, {"slot": 2}, 7])
def test_a_line_of_a_plan_says_where_or_cancels(line: dict[str, object]) -> None:
    with pytest.raises(errors.InvalidAction, match="'plan'"):
        leave(line)


# Doctors


def test_a_doctors_details_change_and_null_clears_them(day: MemoryDesk) -> None:
    edited = day.perform(EditDoctor(doctor=1, name="Dr Anil Rao", room="7"))
    assert (edited.doctor.name, edited.doctor.room, edited.doctor.code) == ("Dr Anil Rao", "7", "A")
    assert edited.sentence == "Dr Anil Rao has another name, room"
    assert day.perform(EditDoctor(doctor=1, room=None)).doctor.room is None
    with pytest.raises(errors.NothingToChange):
        day.perform(EditDoctor(doctor=1, name="Dr Anil Rao"))
    with pytest.raises(errors.InvalidAction, match="'name'"):
        EditDoctor(doctor=1, name=None)


def test_a_doctor_retires_once_nobody_waits_and_gets_no_further_slots(day: MemoryDesk) -> None:
    with pytest.raises(
        errors.DoctorHasOpenTokens, match=r"still has A-001 Asha, A-003 Sunita, A-002 Ravi, A-004 Meera\."
    ):
        day.perform(RetireDoctor(doctor=1))
    for token in (1, 2, 3, 4):
        day.perform(CancelToken(token=token))
    day.perform(RetireDoctor(doctor=1))
    with pytest.raises(errors.DoctorRetired):
        day.perform(window("14:00", "15:00"))
    with pytest.raises(errors.NothingToChange, match="Dr A has retired already"):
        day.perform(RetireDoctor(doctor=1))


@always_on_every_store
def test_a_day_of_slots_on_a_database(filled: FrontDesk) -> None:
    open_slot(filled, add_doctor(filled, "Dr B", code="B"))
    filled.perform(DelayDoctor(doctor=1, date=DATE, minutes=15))
    filled.perform(CarryOver(slot=1))
    filled.perform(leave({"token": 1, "slot": 3}, {"token": 2, "cancel": True}, {"token": 3, "slot": 3}, time="09:00"))
    filled.perform(EditDoctor(doctor=1, name="Dr Anil Rao", specialty=None))
    filled.perform(RetireDoctor(doctor=1))
    with pytest.raises(errors.SlotIsClosed):
        filled.perform(IssueToken(slot=1, patient="Imran", source="PAID"))
    assert to_tell(filled) == {"A-002", "B-001", "B-002"}
    assert filled.verify().problems == []
