"""Actions on slots."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from opd_tui.desk.actions.base import Action, held_doctor, held_slot, with_source
from opd_tui.desk.outcome import Forecast, Json, Outcome
from opd_tui.desk.views import slot_json
from opd_tui.domain.allocation import settle
from opd_tui.domain.errors import DoctorRetired, InvalidAction, NothingToChange, SeatsInUse, SlotOverlap
from opd_tui.domain.events import Cause, Event, SlotOpened, SlotResized, Subject, TokenPreempted
from opd_tui.domain.field_types import CAPACITY_LIMIT, MINUTES_A_DAY, Id, Whole
from opd_tui.domain.instants import write_end
from opd_tui.domain.model import Doctor, DoctorId, Slot, SlotId, Token
from opd_tui.domain.records import field
from opd_tui.domain.time_types import Date, TimeOfDay, WindowEnd
from opd_tui.domain.unit_of_work import UnitOfWork

NAMED = 3
"""So many patients are named in a question."""


@dataclass(frozen=True, kw_only=True)
class OpenSlot(Action):
    """Open one slot of a doctor."""

    verb: ClassVar[str] = "open_slot"

    doctor: DoctorId = field(Id("doctor"), "the doctor's id")
    date: dt.date = field(Date(), "the day", label="Day")
    start: dt.time = field(TimeOfDay(), "when it begins")
    end: dt.time = field(WindowEnd(), "when it ends")
    capacity: int = field(
        Whole(1, CAPACITY_LIMIT), "how many patients have a seat in each slot", label="Seats per slot"
    )

    def run(self, uow: UnitOfWork) -> None:
        doctor = held_doctor(uow, self.doctor)
        if doctor.retired_at:
            raise DoctorRetired(f"{doctor.name} has retired and gets no further slots. Choose another doctor.")
        for start, end in self.windows():
            open_one(uow, doctor, self.date, start, end, self.capacity)

    def windows(self) -> Iterator[tuple[dt.time, dt.time]]:
        """Yield the time windows to open; raise InvalidAction if they do not fit the fields."""
        if end_minute(self.end) <= minute_of(self.start):
            raise InvalidAction(
                f"must be later than the start, {self.start:%H:%M}, on the same day; {write_end(self.end)} is not.",
                "end",
                "The end",
            )
        yield self.start, self.end

    @classmethod
    def sentence(cls, outcome: Outcome) -> str:
        """See `Action`."""
        assert outcome.doctor is not None
        first, last = outcome.slots[0], outcome.slots[-1]
        several = len(outcome.slots) > 1
        what = f"{len(outcome.slots)} slots" if several else "a slot"
        seats = f"{first.capacity} seat{'s' if first.capacity > 1 else ''}{' each' if several else ''}"
        when = f"{first.start:%H:%M}–{write_end(last.end)} on {first.date:%a %d %b}"
        return f"{outcome.doctor.name} has {what} {when} with {seats}"

    @classmethod
    def answer(cls, outcome: Outcome) -> Json:
        """See `Action`."""
        return {"slot": slot_json(outcome.slots[0])}


@dataclass(frozen=True, kw_only=True)
class OpenSession(OpenSlot):
    """Open a session: equal slots one after another."""

    verb: ClassVar[str] = "open_session"

    every: int = field(Whole(1, MINUTES_A_DAY), "how many minutes each slot takes", label="Minutes per slot")

    def windows(self) -> Iterator[tuple[dt.time, dt.time]]:
        ((start, end),) = super().windows()
        first, last = minute_of(start), end_minute(end)
        if remainder := (last - first) % self.every:
            raise InvalidAction(
                f"must fill the session: from {start:%H:%M} to {write_end(end)}, slots of {self.every} minutes leave "
                f"{remainder} minutes over. Choose other minutes, or another end.",
                "every",
                "The minutes per slot",
            )
        for minute in range(first, last, self.every):
            yield time_of(minute), time_of(minute + self.every)

    @classmethod
    def answer(cls, outcome: Outcome) -> Json:
        """See `Action`."""
        return {"slots": [slot_json(slot) for slot in outcome.slots]}


@dataclass(frozen=True, kw_only=True)
class ResizeSlot(Action):
    """Give a slot more seats, which go to the best who wait, or fewer, which the weakest lose."""

    verb: ClassVar[str] = "resize_slot"

    slot: SlotId = field(Id("slot"), "the slot's id")
    capacity: int = field(Whole(1, CAPACITY_LIMIT), "how many seats the slot has", label="Seats")

    yes = "Yes, change the seats"

    def question(self, forecast: Forecast, chosen: str = "") -> str | None:
        """See `Action`."""
        losing = [change.token for change in forecast.outcome.changes if change.reason == TokenPreempted.reason]
        if not losing:
            return None
        return f"Give {chosen or 'the slot'} {in_seats(self.capacity)}? {waiting_again(losing)}"

    def run(self, uow: UnitOfWork) -> None:
        """See `Action`."""
        slot = held_slot(uow, self.slot)
        if self.capacity == slot.capacity:
            raise NothingToChange(f"The slot {slot.window} has {in_seats(slot.capacity)} already.")
        resize(uow, slot, self.capacity, SlotResized.of(slot, self.capacity))

    @classmethod
    def answer(cls, outcome: Outcome) -> Json:
        """See `Action`."""
        return {"slot": slot_json(outcome.slots[0])}


def resize(uow: UnitOfWork, slot: Slot, capacity: int, resized: Event) -> None:
    """Record that a slot has another capacity, and apply the rule; raise SeatsInUse if it would be too small."""
    if capacity < (in_use := uow.seats_in_use(slot.id)):
        raise SeatsInUse(
            f"{in_seats(in_use)} of the slot {slot.window} are used by patients who were seen or are with the "
            f"doctor. Choose {in_use} or more."
        )
    if capacity > slot.capacity:
        uow.record(resized)
    settle(uow.queue(replace(slot, capacity=capacity)), Cause(Subject.SLOT, slot.id))
    if capacity < slot.capacity:
        uow.record(resized)  # the database holds no slot with more seated than seats, not for a moment


def waiting_again(losing: Sequence[Token]) -> str:
    """Return who waits after losing a seat, in the order of the line; of many the first few by name."""
    if len(losing) == 1:
        return f"{with_source(losing[0])} then waits, first in line."
    names = [with_source(token) for token in sorted(losing, key=lambda token: token.rank)]
    more = [f"{len(names) - NAMED} more"] if len(names) > NAMED else []
    *others, last = [*names[:NAMED], *more]
    return f"{', '.join(others)} and {last} then wait at the head of the line."


def in_seats(count: int) -> str:
    """Return a number of seats in words: `1 seat`."""
    return f"{count} seat{'s' if count > 1 else ''}"


def open_one(uow: UnitOfWork, doctor: Doctor, date: dt.date, start: dt.time, end: dt.time, capacity: int) -> None:
    """Open one slot; raise SlotOverlap if the doctor has another at this time."""
    if other := uow.overlapping_slot(doctor.id, date, start, end):
        raise SlotOverlap(
            f"{doctor.name} already has a slot {other.window} on {date:%d %b %Y}. Choose a time outside it."
        )
    uow.record(SlotOpened.of(doctor.id, date, start, end, capacity))


def minute_of(time: dt.time) -> int:
    """Return the minutes since midnight."""
    return time.hour * 60 + time.minute


def end_minute(end: dt.time) -> int:
    """Return the minutes from the start of a day until the end of a window, at the latest its midnight."""
    return minute_of(end) or MINUTES_A_DAY


def time_of(minute: int) -> dt.time:
    """Return the time that is this many minutes after midnight; after a whole day, midnight again."""
    return dt.time(*divmod(minute % MINUTES_A_DAY, 60))
