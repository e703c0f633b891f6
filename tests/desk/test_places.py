"""Where a patient can go: the order in which slots are offered, and the plan for a doctor who leaves."""

from __future__ import annotations

import datetime as dt

from opd_tui.clock import FixedClock
from opd_tui.desk.actions import CloseSlot, DelayDoctor, DoctorLeaves, OpenSlot, RetireDoctor
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.desk.places import leave_plan, places_for
from opd_tui.domain.model import DoctorId, SlotRecord, Status, TokenRecord
from tests.support.helpers import DATE, add_doctor, issue, open_slot, token_of

TODAY = dt.date.fromisoformat(DATE)
TOMORROW = TODAY + dt.timedelta(1)


def place(record: SlotRecord) -> str:
    """Return a slot as its day, doctor and start."""
    return f"{record.slot.date:%d} {record.doctor.code} {record.slot.start:%H:%M}"


def record_of(desk: FrontDesk, token: int) -> TokenRecord:
    """Return a token."""
    return next(record for record in desk.token_list() if record.token.id == token)


def clinic(desk: FrontDesk) -> tuple[int, int]:
    """Open slots of Dr A and Dr B (ENT) and Dr C (Dental), and tomorrow one of Dr A; return A and a token at 10:00."""
    a, b, c = (
        add_doctor(desk, f"Dr {code}", code=code, specialty=name) for code, name in zip("ABC", KINDS, strict=True)
    )
    first = open_slot(desk, a, "10:00", "11:00", 1)
    open_slot(desk, a, "12:00", "13:00", 1)
    open_slot(desk, b, "10:00", "11:00", 1)
    open_slot(desk, c, "10:00", "11:00", 1)
    desk.perform(OpenSlot(doctor=a, date=TOMORROW, start="09:00", end="10:00", capacity=1))
    return a, token_of(issue(desk, first, "Asha Verma"))


KINDS = ("ENT", "ENT", "Dental")


def test_free_seats_come_first_and_then_the_nearest_day_doctor_and_time(desk: FrontDesk) -> None:
    _, token = clinic(desk)
    assert [*map(place, places_for(desk, record_of(desk, token)))] == [
        "22 A 12:00",
        "22 B 10:00",
        "22 C 10:00",
        "23 A 09:00",
    ]
    later = next(record.slot.id for record in desk.slot_list() if place(record) == "22 A 12:00")
    issue(desk, later, "Ravi Kumar")
    assert [*map(place, places_for(desk, record_of(desk, token)))][-1] == "22 A 12:00"


def test_slots_that_are_closed_or_over_and_doctors_who_have_retired_are_not_offered(
    desk: FrontDesk, clock: FixedClock
) -> None:
    _, token = clinic(desk)
    by_place = {place(record): record for record in desk.slot_list()}
    desk.perform(CloseSlot(slot=by_place["22 A 12:00"].slot.id))
    desk.perform(RetireDoctor(doctor=by_place["22 C 10:00"].doctor.id))
    desk.perform(DelayDoctor(doctor=by_place["22 B 10:00"].doctor.id, date=DATE, minutes=30))
    clock.instant += dt.timedelta(hours=2, minutes=15)
    assert [*map(place, places_for(desk, record_of(desk, token)))] == ["22 B 10:00", "23 A 09:00"]
    clock.instant += dt.timedelta(minutes=15)
    assert [*map(place, places_for(desk, record_of(desk, token)))] == ["23 A 09:00"]


def test_a_plan_gives_each_the_nearest_seat_best_rank_first_and_fills_no_seat_twice(desk: FrontDesk) -> None:
    a, _ = clinic(desk)
    first = next(record.slot.id for record in desk.slot_list() if place(record) == "22 A 10:00")
    for name, source in (("Ravi Kumar", "PAID"), ("Sunita Rao", "WALKIN"), ("Diya Joseph", "EMERGENCY")):
        issue(desk, first, name, source=source)
    plan = leave_plan(desk, DoctorId(a), TODAY, dt.time(10))
    goes = {each.record.token.patient.name: each.place and place(each.place) for each in plan.tokens}
    assert [*goes.items()] == [
        ("Diya Joseph", "22 B 10:00"),
        ("Ravi Kumar", "23 A 09:00"),
        ("Asha Verma", None),
        ("Sunita Rao", None),
    ]
    desk.perform(DoctorLeaves.from_mapping({"doctor": a, "date": DATE, "from": "10:00", "plan": plan.lines}))
    standing = [record.token for record in desk.token_list() if record.token.status.is_open]
    assert [(token.patient.name, token.status) for token in standing] == [
        ("Diya Joseph", Status.ACTIVE),
        ("Ravi Kumar", Status.ACTIVE),
    ]
    assert desk.verify().problems == []


def test_a_plan_that_is_changed_offers_the_seat_that_it_gave_up(desk: FrontDesk) -> None:
    a, token = clinic(desk)
    first = next(record.slot.id for record in desk.slot_list() if place(record) == "22 A 10:00")
    issue(desk, first, "Ravi Kumar", source="PAID")
    plan = leave_plan(desk, DoctorId(a), TODAY, dt.time(10))
    paid, online = (each.record for each in plan.tokens)
    seat = plan.proposal(paid)
    assert seat is not None
    assert place(seat) == "22 B 10:00"
    changed = plan.with_place(paid, None)
    taken = changed.proposal(online)
    assert taken is not None
    assert place(taken) == "22 B 10:00"
    both = plan.with_place(online, seat.slot.id)
    assert both.is_overfull(seat)
    assert not plan.is_overfull(seat)
    assert online.token.id == token
