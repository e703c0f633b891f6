"""The base class of domain events: which row changed, from what to what, and why."""

from __future__ import annotations

import enum
import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, ClassVar, NamedTuple, Protocol

from opd_tui.domain.model import PatientId, SlotId, TokenId

Fields = Mapping[str, Any]
"""Fields of a row by column name, as JSON values: strings, integers and null."""


def _no_fields() -> Fields:
    return MappingProxyType({})


class Subject(enum.Enum):
    """The kind of row that an event changes; the value is the table's name."""

    DOCTOR = "doctor"
    SLOT = "slot"
    PATIENT = "patient"
    TOKEN = "token"


class Cause(NamedTuple):
    """The reason for a move: a token that arrived or closed, or a slot that was changed."""

    subject: Subject
    id: int


class Names(Protocol):
    """The names that an event's sentence uses in place of ids."""

    def token(self, token_id: int) -> str:
        """Return a token's number and patient: `A-003 Sunita Rao`."""

    def doctor(self, doctor_id: int) -> str:
        """Return a doctor's name."""

    def slot(self, slot_id: int) -> str:
        """Return a slot's doctor and planned start: `Dr A 09:00`."""

    def place(self, slot_id: int) -> str:
        """Return a slot's doctor and when a patient is seen there, as a delay moves it: `Dr A 09:20`."""

    def patient(self, patient_id: int) -> str:
        """Return the name in a patient's record."""


@dataclass(frozen=True, slots=True)
class Event:
    """A domain event: the single source of the row, the journal, `verify`, the JSON output and the sentence.

    `before` and `after` hold the fields that the event sets; `before` is None if the event creates the row, and
    `subject_id` is 0 until that row is written. `slot_id` names the slot that was locked and the slot's hash chain
    in the journal; None stands for the global chain. `details` are stored in the journal but not in the row;
    `private` fields are stored in the row but never in the journal, because they identify a patient.
    """

    kind: ClassVar[str]
    """The name in the journal; it is stored, so it stays when the class is renamed."""
    subject: ClassVar[Subject]
    reason: ClassVar[str | None] = None
    """What a script is told in `changes`; None where the event is no news to it."""
    by_rule: ClassVar[bool] = False
    """Whether the allocation rule produced the event, rather than a person's action."""

    deed: ClassVar[str] = ""
    """What a person did to the row that `{}` names, as in “undo cancelling A-003”; "" if it is part of another deed."""
    quiet: ClassVar[bool] = False
    """Whether the sentence of an action leaves the event out."""
    reversible: ClassVar[bool] = True
    """Whether the fields in `before` are all that it changed."""

    subject_id: int
    before: Fields | None
    after: Fields
    slot_id: SlotId | None = None
    cause: Cause | None = None
    details: Fields = field(default_factory=_no_fields)
    private: Fields = field(default_factory=_no_fields, compare=False, repr=False)

    @property
    def because_of(self) -> TokenId | None:
        """The token that caused the event, or None."""
        return TokenId(self.cause.id) if self.cause and self.cause.subject is Subject.TOKEN else None

    @property
    def named_slots(self) -> set[SlotId]:
        """The slots from and to which the event moved a token, or in which it made one."""
        slots = (fields.get("slot_id") for fields in (self.before or {}, self.after))
        return {slot_id for slot_id in slots if slot_id is not None}

    @property
    def named_patients(self) -> tuple[PatientId, ...]:
        """The records whose names tell what the event did."""
        return ()

    @property
    def mentions(self) -> tuple[TokenId, ...]:
        """The other tokens that the event names in its details."""
        return ()

    def problem(self) -> str | None:
        """Return how the fields contradict the kind of event, or None."""
        return None

    def detail(self, names: Names) -> str:
        """Return what follows the deed, such as ` to Dr A 09:00`."""
        return ""

    def sentence(self, names: Names) -> str:
        """Return a sentence for the receptionist, without a full stop; `names` supplies names for ids."""
        subject = names.token(self.subject_id) if self.subject is Subject.TOKEN else f"{self.subject.value}"
        return f"{subject}: {self.kind.removeprefix(self.subject.value + '_').replace('_', ' ')}"


@functools.cache
def unknown_event(kind: str, subject: Subject) -> type[Event]:
    """Return a class for a kind of event from a newer version, which can be folded and has a generic sentence."""
    return type("UnknownEvent", (Event,), {"kind": kind, "subject": subject, "__slots__": ()})
