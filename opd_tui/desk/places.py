"""Where a patient can go: the slots to which a token can move, and a plan for the patients of a doctor who leaves."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from opd_tui.desk.reading import DeskReads
from opd_tui.domain.model import DoctorId, SlotId, SlotRecord, TokenRecord

DAYS_BESIDE = 14
"""How many days before and after a token's own are offered."""


@dataclass(frozen=True, slots=True)
class PlannedToken:
    """A token of a doctor who leaves, and where it goes; it is cancelled if `place` is None."""

    record: TokenRecord
    place: SlotRecord | None

    @property
    def line(self) -> dict[str, object]:
        """The line of the plan as the action has it."""
        goes: dict[str, object] = {"slot": self.place.slot.id} if self.place else {"cancel": True}
        return {"token": self.record.token.id, **goes}


@dataclass(frozen=True, slots=True)
class LeavePlan:
    """What becomes of the patients of a doctor who leaves, the best rank first."""

    tokens: tuple[PlannedToken, ...]
    places: tuple[SlotRecord, ...]
    """All slots to which they can move."""

    @property
    def lines(self) -> list[dict[str, object]]:
        """The plan as the action has it."""
        return [each.line for each in self.tokens]

    def is_overfull(self, place: SlotRecord) -> bool:
        """Return whether more patients go to a slot than it has free seats, so that somebody waits there."""
        taken = sum(each.place is not None and each.place.slot.id == place.slot.id for each in self.tokens)
        return taken > max(place.free_seats, 0)

    def places_for(self, record: TokenRecord) -> list[SlotRecord]:
        """Return the slots to which a token can move, the nearest first, as the rest of this plan fills them."""
        taken = Counter(each.place.slot.id for each in self.tokens if each.place and each.record is not record)
        return sorted((filled(place, taken[place.slot.id]) for place in self.places), key=nearness(record))

    def proposal(self, record: TokenRecord) -> SlotRecord | None:
        """Return the nearest free seat with the same doctor or another of the specialty, or None."""
        fitting = (place for place in self.places_for(record) if kinship(record, place) < STRANGER)
        return next((place for place in fitting if place.free_seats > 0), None)

    def with_place(self, record: TokenRecord, slot_id: SlotId | None) -> LeavePlan:
        """Return this plan with another slot for one of its tokens, or None to cancel it."""
        changed = PlannedToken(record, next((place for place in self.places if place.slot.id == slot_id), None))
        return replace(self, tokens=tuple(changed if each.record is record else each for each in self.tokens))

    def with_places_of(self, earlier: LeavePlan) -> LeavePlan:
        """Return this plan with the slots that an earlier one had for the same tokens, as far as they are there."""
        decided = {each.record.token.id: each.place for each in earlier.tokens}
        plan = self
        for each in self.tokens:
            if each.record.token.id in decided:
                place = decided[each.record.token.id]
                plan = plan.with_place(each.record, place.slot.id if place else None)
        return plan


def places_for(desk: DeskReads, record: TokenRecord) -> list[SlotRecord]:
    """Return the slots to which a token can move, the nearest first."""
    places = open_places(desk, record.slot.date)
    return sorted((place for place in places if place.slot.id != record.slot.id), key=nearness(record))


def leave_plan(desk: DeskReads, doctor_id: DoctorId, date: dt.date, since: dt.time) -> LeavePlan:
    """Return a plan for a doctor who leaves: each token, the best rank first, goes to the nearest free seat.

    That is another slot of the doctor, another doctor of the specialty, or one of the two on another day.
    """

    def leaves(slot_doctor: DoctorId, record: SlotRecord | TokenRecord) -> bool:
        return slot_doctor == doctor_id and record.slot.date == date and record.slot.ends_after(since)

    places = tuple(place for place in open_places(desk, date) if not leaves(place.doctor.id, place))
    tokens = (record for record in desk.token_list(date=date) if leaves(record.doctor.id, record))
    standing = [record for record in tokens if record.token.status.is_open and not record.token.in_the_room]
    plan = LeavePlan((), places)
    for record in sorted(standing, key=lambda record: record.token.rank):
        plan = replace(plan, tokens=(*plan.tokens, PlannedToken(record, None)))
        if (proposal := plan.proposal(record)) is not None:
            plan = plan.with_place(record, proposal.slot.id)
    return plan


def open_places(desk: DeskReads, date: dt.date) -> Iterable[SlotRecord]:
    """Return the slots about a date that are neither over nor closed, of doctors who have not retired."""
    now = desk.wall_clock()
    first, last = max(date - dt.timedelta(DAYS_BESIDE), now.date()), max(date, now.date()) + dt.timedelta(DAYS_BESIDE)
    days = (first + dt.timedelta(days) for days in range((last - first).days + 1))
    return [
        record
        for day in days
        for record in desk.slot_list(day)
        if not (record.slot.closed_at or record.doctor.retired_at or record.slot.is_over(now))
    ]


SAME, SPECIALTY, STRANGER = range(3)
"""How a doctor relates to a token's own: the same one, one of the same specialty, or neither."""


def kinship(record: TokenRecord, place: SlotRecord) -> int:
    """Return how a slot's doctor relates to a token's own."""
    if place.doctor.id == record.doctor.id:
        return SAME
    same_specialty = place.doctor.specialty and place.doctor.specialty == record.doctor.specialty
    return SPECIALTY if same_specialty else STRANGER


def nearness(record: TokenRecord) -> Callable[[SlotRecord], tuple[object, ...]]:
    """Return a sort key for slots: free seats first, then the day, the doctor and the time, the nearest first."""
    start = record.slot.minutes[0]

    def key(place: SlotRecord) -> tuple[object, ...]:
        days = abs((place.slot.date - record.slot.date).days)
        minutes = abs(place.slot.minutes[0] - start)
        return place.free_seats <= 0, days, kinship(record, place), minutes, place.doctor.code, place.slot.start

    return key


def filled(place: SlotRecord, tokens: int) -> SlotRecord:
    """Return a slot with more tokens in it: those without a free seat wait."""
    seated, load = min(tokens, max(place.free_seats, 0)), place.load
    return replace(place, load=replace(load, active=load.active + seated, waiting=load.waiting + tokens - seated))
