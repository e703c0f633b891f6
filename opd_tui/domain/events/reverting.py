"""Inverse events, which set the fields of an event back."""

from __future__ import annotations

from typing import ClassVar

from opd_tui.domain.events.base import Event, Names, Subject
from opd_tui.domain.events.patients import RESTORED, merged_records
from opd_tui.domain.events.tokens import TokenEvent
from opd_tui.domain.model import PatientId, TokenId


class DoctorReverted(Event):
    """A change of a doctor was reverted."""

    __slots__ = ()

    kind: ClassVar[str] = "doctor_reverted"
    subject: ClassVar[Subject] = Subject.DOCTOR

    def sentence(self, names: Names) -> str:
        return f"{names.doctor(self.subject_id)} is as before"


class SlotReverted(Event):
    """A change of a slot was reverted."""

    __slots__ = ()

    kind: ClassVar[str] = "slot_reverted"
    subject: ClassVar[Subject] = Subject.SLOT

    def sentence(self, names: Names) -> str:
        return f"{names.slot(self.subject_id)} is as before"


class PatientReverted(Event):
    """A change of a patient's record was reverted."""

    __slots__ = ()

    kind: ClassVar[str] = "patient_reverted"
    subject: ClassVar[Subject] = Subject.PATIENT

    @property
    def mentions(self) -> tuple[TokenId, ...]:
        """See `Event`."""
        return (TokenId(self.details["token"]),) if "token" in self.details else ()

    @property
    def named_patients(self) -> tuple[PatientId, ...]:
        """See `Event`; of a change of details, the record as it was before this event, and as it was after it."""
        if RESTORED in self.details:
            return PatientId(self.details["kept"]), PatientId(self.details[RESTORED])
        return merged_records(self)

    def sentence(self, names: Names) -> str:
        who = names.token(self.mentions[0]) if self.mentions else "The patient's record"
        return f"{who} is as before"


class TokenReverted(TokenEvent):
    """A change of a token was taken back."""

    __slots__ = ()

    kind: ClassVar[str] = "token_reverted"
    reason: ClassVar[str] = "reverted"

    def sentence(self, names: Names) -> str:
        return f"{names.token(self.subject_id)} is as before"


REVERTED: dict[Subject, type[Event]] = {
    event.subject: event for event in (DoctorReverted, SlotReverted, PatientReverted, TokenReverted)
}


def inverse(event: Event) -> Event:
    """Return the event that reverts `event`; raise ValueError if it created a row or set fields that no event holds.

    The inverse is valid only while the row is as `event` left it. The caller restores the allocation rule afterwards.
    """
    if event.before is None:
        raise ValueError(f"{event.kind} created its row, which is never deleted")
    if not event.reversible or (event.subject is Subject.DOCTOR and "name" in event.before):
        raise ValueError(f"{event.kind} set personal fields, which the journal does not hold")
    status = {name: event.details[name] for name in ("status",) if name in event.details}
    return REVERTED[event.subject](
        event.subject_id, event.after, event.before, event.slot_id, details={"kind": event.kind, **status}
    )
