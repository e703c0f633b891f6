"""The inverse of an event: its fields set back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from opd_tui.domain.events.base import Event, Subject


@dataclass(frozen=True, slots=True)
class DoctorReverted(Event):
    """A change of a doctor was taken back."""

    kind: ClassVar[str] = "doctor_reverted"
    subject: ClassVar[Subject] = Subject.DOCTOR


@dataclass(frozen=True, slots=True)
class SlotReverted(Event):
    """A change of a slot was taken back."""

    kind: ClassVar[str] = "slot_reverted"
    subject: ClassVar[Subject] = Subject.SLOT


@dataclass(frozen=True, slots=True)
class PatientReverted(Event):
    """A change of a patient's record was taken back."""

    kind: ClassVar[str] = "patient_reverted"
    subject: ClassVar[Subject] = Subject.PATIENT


@dataclass(frozen=True, slots=True)
class TokenReverted(Event):
    """A change of a token was taken back."""

    kind: ClassVar[str] = "token_reverted"
    subject: ClassVar[Subject] = Subject.TOKEN


REVERTED: dict[Subject, type[Event]] = {
    event.subject: event for event in (DoctorReverted, SlotReverted, PatientReverted, TokenReverted)
}


def inverse(event: Event) -> Event:
    """Return the event that sets the fields of another back; raise ValueError where it made its row, which stays.

    It holds only while the row stands as the event left it, and the one rule has to be restored behind it.
    """
    if event.before is None:
        raise ValueError(f"{event.kind} made its row, which is never removed")
    return REVERTED[event.subject](
        event.subject_id, event.after, event.before, event.slot_id, details={"kind": event.kind}
    )
