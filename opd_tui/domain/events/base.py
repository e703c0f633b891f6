"""What every event is: whose row changed, from what to what, and why."""

from __future__ import annotations

import enum
import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, ClassVar, NamedTuple, Protocol

from opd_tui.domain.model import SlotId, TokenId

Fields = Mapping[str, Any]
"""A row's fields by the names of their columns, as JSON values: text, whole numbers and null."""


def _no_fields() -> Fields:
    return MappingProxyType({})


class Subject(enum.Enum):
    """Whose row an event changes; the value is the name of its table."""

    DOCTOR = "doctor"
    SLOT = "slot"
    PATIENT = "patient"
    TOKEN = "token"


class Cause(NamedTuple):
    """What made a move necessary: a token that arrived or closed, or a slot that was changed."""

    subject: Subject
    id: int


class Names(Protocol):
    """The words for ids in an event's sentence."""

    def token(self, token_id: int) -> str:
        """Return a token's number with its patient: `A-003 Sunita Rao`."""

    def doctor(self, doctor_id: int) -> str:
        """Return a doctor's name."""

    def slot(self, slot_id: int) -> str:
        """Return a slot's doctor and start: `Dr A 09:00`."""


@dataclass(frozen=True, slots=True)
class Event:
    """One fact. The row, the journal, the fold, `verify`, JSON and sentences all follow from it.

    `subject_id` is 0 until the row is written that the event makes. `before` and `after` hold the fields that it
    sets; `before` is None where there was no row. `slot_id` is the slot under whose lock it happened and in whose
    chain of the journal it stands, None for the global chain. `details` are stored with it and are no columns.
    `private` goes into the row alone: personal fields are never in the journal.
    """

    kind: ClassVar[str]
    """Its name in the journal; it never changes, whatever the class is called."""
    subject: ClassVar[Subject]
    reason: ClassVar[str | None] = None
    """What a script is told in `changes`; None where the event is no news to it."""
    by_rule: ClassVar[bool] = False
    """Whether it follows from another event by the one rule, and is not what somebody asked for."""

    subject_id: int
    before: Fields | None
    after: Fields
    slot_id: SlotId | None = None
    cause: Cause | None = None
    details: Fields = field(default_factory=_no_fields)
    private: Fields = field(default_factory=_no_fields, compare=False, repr=False)

    @property
    def because_of(self) -> TokenId | None:
        """The token that caused it, or None."""
        return TokenId(self.cause.id) if self.cause and self.cause.subject is Subject.TOKEN else None

    def problem(self) -> str | None:
        """Return how its fields contradict its kind, or None."""
        return None

    def sentence(self, names: Names) -> str:
        """Return what happened, as a receptionist says it, without a full stop; `names` has the words for ids."""
        subject = names.token(self.subject_id) if self.subject is Subject.TOKEN else f"{self.subject.value}"
        return f"{subject}: {self.kind.removeprefix(self.subject.value + '_').replace('_', ' ')}"


@functools.cache
def unknown_event(kind: str, subject: Subject) -> type[Event]:
    """Return a class for a kind of event that this version does not know: it folds, and has a neutral sentence."""
    return type("UnknownEvent", (Event,), {"kind": kind, "subject": subject, "__slots__": ()})
