"""Events of slots."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar, Self

from opd_tui.domain.events.base import Event, Names, Subject
from opd_tui.domain.instants import write_end
from opd_tui.domain.model import DoctorId, Slot


class SlotOpened(Event):
    """A doctor's slot was opened. The event is in the global chain, which reveals a slot deleted with its own chain."""

    __slots__ = ()

    kind: ClassVar[str] = "slot_opened"
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
    subject: ClassVar[Subject] = Subject.SLOT
    reason: ClassVar[str | None] = "resized"

    @classmethod
    def of(cls, slot: Slot, capacity: int) -> Self:
        """Return the event that gives a slot another capacity."""
        return cls(slot.id, {"capacity": slot.capacity}, {"capacity": capacity}, slot.id)

    def sentence(self, names: Names) -> str:
        seats = self.after["capacity"]
        return f"{names.slot(self.subject_id)} now has {seats} seat{'s' if seats > 1 else ''}"
