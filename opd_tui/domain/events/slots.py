"""Events of slots."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar, Self

from opd_tui.domain.events.base import Event, Names, Subject
from opd_tui.domain.instants import write_end, write_instant
from opd_tui.domain.model import DoctorId, Slot


class SlotOpened(Event):
    """A doctor's slot was opened. The event is in the global chain, which reveals a slot deleted with its own chain."""

    __slots__ = ()

    kind: ClassVar[str] = "slot_opened"
    deed: ClassVar[str] = "opening {}"
    subject: ClassVar[Subject] = Subject.SLOT

    @classmethod
    def of(cls, doctor_id: DoctorId, date: dt.date, start: dt.time, end: dt.time, capacity: int) -> Self:
        """Return the event that opens a slot."""
        return cls(
            0,
            None,
            {
                "doctor_id": doctor_id,
                "date": date.isoformat(),
                "start": start.isoformat("minutes"),
                "end": write_end(end),
                "capacity": capacity,
            },
        )

    def sentence(self, names: Names) -> str:
        return f"{names.slot(self.subject_id)} was opened"


class SlotResized(Event):
    """A slot got more seats, or fewer."""

    __slots__ = ()

    kind: ClassVar[str] = "slot_resized"
    deed: ClassVar[str] = "changing the seats of {}"
    subject: ClassVar[Subject] = Subject.SLOT
    reason: ClassVar[str | None] = "resized"

    @classmethod
    def of(cls, slot: Slot, capacity: int) -> Self:
        """Return the event that gives a slot another capacity."""
        return cls(slot.id, {"capacity": slot.capacity}, {"capacity": capacity}, slot.id)

    def detail(self, names: Names) -> str:
        return f" to {self.after['capacity']}"

    def sentence(self, names: Names) -> str:
        seats = self.after["capacity"]
        return f"{names.slot(self.subject_id)} now has {seats} seat{'s' if seats > 1 else ''}"


class SlotClosed(Event):
    """A slot was closed to new tokens."""

    __slots__ = ()

    kind: ClassVar[str] = "slot_closed"
    deed: ClassVar[str] = "closing {}"
    subject: ClassVar[Subject] = Subject.SLOT
    reason: ClassVar[str | None] = "closed"

    @classmethod
    def of(cls, slot: Slot, at: dt.datetime) -> Self:
        """Return the event that closes a slot."""
        return cls(slot.id, {"closed_at": None}, {"closed_at": write_instant(at)}, slot.id)

    def sentence(self, names: Names) -> str:
        return f"{names.slot(self.subject_id)} is closed to new tokens"


class SlotReopened(Event):
    """A slot takes new tokens again."""

    __slots__ = ()

    kind: ClassVar[str] = "slot_reopened"
    deed: ClassVar[str] = "reopening {}"
    subject: ClassVar[Subject] = Subject.SLOT
    reason: ClassVar[str | None] = "reopened"

    @classmethod
    def of(cls, slot: Slot) -> Self:
        """Return the event that opens a closed slot again."""
        closed_at = slot.closed_at and write_instant(slot.closed_at)
        return cls(slot.id, {"closed_at": closed_at}, {"closed_at": None}, slot.id)

    def sentence(self, names: Names) -> str:
        return f"{names.slot(self.subject_id)} takes new tokens again"


class SlotDelayed(Event):
    """A slot begins later than planned, or on time again."""

    __slots__ = ()

    kind: ClassVar[str] = "slot_delayed"
    deed: ClassVar[str] = "changing the start of {}"
    subject: ClassVar[Subject] = Subject.SLOT
    reason: ClassVar[str | None] = "delayed"

    @classmethod
    def of(cls, slot: Slot, minutes: int, to_tell: int) -> Self:
        """Return the event that delays a slot by so many minutes in all; so many of its patients are to be told."""
        before, after = ({"delay_minutes": each or None} for each in (slot.delay_minutes, minutes))
        return cls(slot.id, before, after, slot.id, details={"to_tell": to_tell})

    @property
    def late(self) -> str:
        """How late the slot is, in words."""
        minutes = self.after["delay_minutes"]
        return f"{minutes} minute{'s' if minutes > 1 else ''} late" if minutes else "on time"

    def detail(self, names: Names) -> str:
        return f" to {self.late}" if self.after["delay_minutes"] else " back to on time"

    def sentence(self, names: Names) -> str:
        return f"{names.slot(self.subject_id)} is {self.late}"


class SlotWithdrawn(Event):
    """The opening of a slot was undone: it is not shown, and its window is free."""

    __slots__ = ()

    kind: ClassVar[str] = "slot_withdrawn"
    subject: ClassVar[Subject] = Subject.SLOT
    reason: ClassVar[str | None] = "withdrawn"

    @classmethod
    def of(cls, slot: Slot, at: dt.datetime) -> Self:
        """Return the event that withdraws a slot."""
        return cls(slot.id, {"withdrawn_at": None}, {"withdrawn_at": write_instant(at)}, slot.id)

    def sentence(self, names: Names) -> str:
        return f"{names.slot(self.subject_id)} is no longer there"
