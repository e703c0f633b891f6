"""Events of tokens."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar, Self

from opd_tui.domain.events.base import Cause, Event, Fields, Names, Subject
from opd_tui.domain.instants import write_instant
from opd_tui.domain.model import PatientId, Slot, SlotId, Source, Status, Token, TokenId

HERE_AT_ISSUE = (Source.EMERGENCY, Source.WALKIN)
"""Patients of these sources stand at the desk when their token is issued for the day."""


def written(instant: dt.datetime | None) -> str | None:
    """Return an instant as the journal has it, or None."""
    return write_instant(instant) if instant else None


def hold_fields(token: Token) -> dict[str, str | None]:
    """Return a token's hold as the journal has it."""
    return {"held_at": written(token.held_at), "hold_reason": token.hold_reason and token.hold_reason.name}


class TokenEvent(Event):
    """An event of a token, with a reason that scripts can rely on."""

    __slots__ = ()

    subject: ClassVar[Subject] = Subject.TOKEN
    reason: ClassVar[str]

    def status(self, fields: Mapping[str, object] | None) -> Status | None:
        """Return the token's status in `before` or `after`; an unchanged status is in `details`."""
        name = None if fields is None else fields.get("status", self.details.get("status"))
        return None if name is None else Status[str(name)]

    @property
    def from_status(self) -> Status | None:
        """The status before the event, or None for a new token."""
        return self.status(self.before)

    @property
    def to_status(self) -> Status | None:
        """The status after the event."""
        return self.status(self.after)


class TokenIssued(TokenEvent):
    """A token was issued, and waits until the allocation rule gives it a seat."""

    __slots__ = ()

    kind: ClassVar[str] = "token_issued"
    deed: ClassVar[str] = "issuing {}"
    reason: ClassVar[str] = "issued"

    @classmethod
    def of(
        cls,
        slot: Slot,
        patient_id: PatientId,
        source: Source,
        sequence: int,
        number: str,
        issued_at: dt.datetime,
        same_person: Token | None = None,
        *,
        here: bool = False,
    ) -> Self:
        """Return the event that issues a token with the doctor's next number for the slot's date.

        `same_person` is an open token that an emergency patient has in the slot already; `here` checks the patient in.
        """
        return cls(
            0,
            None,
            {
                "slot_id": slot.id,
                "patient_id": patient_id,
                "doctor_id": slot.doctor_id,
                "date": slot.date.isoformat(),
                "sequence": sequence,
                "number": number,
                "source": source.name,
                "priority": source.priority,
                "status": Status.WAITING.name,
                "issued_at": write_instant(issued_at),
                "checked_in_at": write_instant(issued_at) if here else None,
            },
            slot.id,
            details={"same_person": same_person.id} if same_person else {},
        )

    @classmethod
    def replacing(
        cls, token: Token, slot: Slot, number: tuple[int, str], issued_at: dt.datetime, *, same_day: bool
    ) -> Self:
        """Return the event that issues the token to which a patient moves; on the same day a patient stays here."""
        issued = cls.of(slot, token.patient_id, token.source, *number, issued_at)
        here = written(token.checked_in_at) if same_day else None
        return replace(issued, after={**issued.after, "checked_in_at": here, "replaces": token.id})

    @property
    def mentions(self) -> tuple[TokenId, ...]:
        """See `Event`."""
        return (TokenId(self.details["same_person"]),) if "same_person" in self.details else ()

    def problem(self) -> str | None:
        return None if self.to_status is Status.WAITING else "a new token is WAITING"

    def sentence(self, names: Names) -> str:
        return f"{names.token(self.subject_id)} was issued"


Pair = tuple[Fields, Fields]
"""Fields before and after."""
NO_CHANGE: Pair = ({}, {})


def knows(since: dt.datetime | None) -> Pair:
    """Return how a token changes whose patient need not be told any more, because it has a seat again."""
    return ({"to_tell_since": write_instant(since)}, {"to_tell_since": None}) if since else NO_CHANGE


def to_be_told(since: dt.datetime | None, at: dt.datetime) -> Pair:
    """Return how a token changes whose patient has to be told, if it was not so before."""
    return NO_CHANGE if since else ({"to_tell_since": None}, {"to_tell_since": write_instant(at)})


class SeatChanged(TokenEvent):
    """The allocation rule gave a seat to a token or took it away."""

    __slots__ = ()

    by_rule: ClassVar[bool] = True
    they: ClassVar[str]
    """What follows the number of several patients in a sentence."""
    leaves: ClassVar[Status]
    enters: ClassVar[Status]

    @classmethod
    def of(cls, token_id: TokenId, slot_id: SlotId, cause: Cause | None, told: Pair = NO_CHANGE) -> Self:
        """Return the event for a token of a slot; `cause` is the reason for the move, `told` what a patient is told."""
        before, after = {"status": cls.leaves.name, **told[0]}, {"status": cls.enters.name, **told[1]}
        return cls(token_id, before, after, slot_id, cause)

    def problem(self) -> str | None:
        return None if self.to_status is self.enters else f"{self.reason} leads to {self.enters.name}"


class TokenAllocated(SeatChanged):
    """A token that just arrived got a seat."""

    __slots__ = ()

    kind: ClassVar[str] = "token_allocated"
    reason: ClassVar[str] = "allocated"
    they: ClassVar[str] = "get a seat"
    leaves: ClassVar[Status] = Status.WAITING
    enters: ClassVar[Status] = Status.ACTIVE

    def sentence(self, names: Names) -> str:
        return f"{names.token(self.subject_id)} gets a seat"


class TokenPromoted(SeatChanged):
    """The best waiting token got a seat."""

    __slots__ = ()

    kind: ClassVar[str] = "token_promoted"
    reason: ClassVar[str] = "promoted"
    they: ClassVar[str] = "move up"
    leaves: ClassVar[Status] = Status.WAITING
    enters: ClassVar[Status] = Status.ACTIVE

    def sentence(self, names: Names) -> str:
        return f"{names.token(self.subject_id)} moves up"


class TokenPreempted(SeatChanged):
    """A token lost its seat and waits."""

    __slots__ = ()

    kind: ClassVar[str] = "token_preempted"
    reason: ClassVar[str] = "preempted"
    they: ClassVar[str] = "lose the seat"
    leaves: ClassVar[Status] = Status.ACTIVE
    enters: ClassVar[Status] = Status.WAITING

    def sentence(self, names: Names) -> str:
        return f"{names.token(self.subject_id)} loses the seat"


class TokenClosed(TokenEvent):
    """A token was closed."""

    __slots__ = ()

    closes_as: ClassVar[Status]

    @classmethod
    def of(cls, token: Token, at: dt.datetime) -> Self:
        """Return the event that closes a token at this instant, and ends a hold."""
        hold = hold_fields(token) if token.held_at else {}
        before = {"status": token.status.name, "closed_at": None, **hold}
        after = {"status": cls.closes_as.name, "closed_at": write_instant(at), **dict.fromkeys(hold)}
        return cls(token.id, before, after, token.slot_id)

    def problem(self) -> str | None:
        return None if self.to_status is self.closes_as else f"{self.reason} leads to {self.closes_as.name}"


class TokenCancelled(TokenClosed):
    """A token was cancelled."""

    __slots__ = ()

    kind: ClassVar[str] = "token_cancelled"
    deed: ClassVar[str] = "cancelling {}"
    reason: ClassVar[str] = "cancelled"
    closes_as: ClassVar[Status] = Status.CANCELLED

    def sentence(self, names: Names) -> str:
        return f"{names.token(self.subject_id)} was cancelled"


class TokenMarkedNoShow(TokenClosed):
    """A patient did not show up."""

    __slots__ = ()

    kind: ClassVar[str] = "token_marked_no_show"
    deed: ClassVar[str] = "marking {} as a no-show"
    reason: ClassVar[str] = "no_show"
    closes_as: ClassVar[Status] = Status.NO_SHOW

    def sentence(self, names: Names) -> str:
        return f"{names.token(self.subject_id)} did not show up"


class TokenCompleted(TokenClosed):
    """The consultation took place; its seat stays used."""

    __slots__ = ()

    kind: ClassVar[str] = "token_completed"
    deed: ClassVar[str] = "completing {}"
    reason: ClassVar[str] = "completed"
    closes_as: ClassVar[Status] = Status.COMPLETED

    def sentence(self, names: Names) -> str:
        return f"{names.token(self.subject_id)} is done"


class TokenCheckedIn(TokenEvent):
    """A patient has come."""

    __slots__ = ()

    kind: ClassVar[str] = "token_checked_in"
    deed: ClassVar[str] = "checking in {}"
    reason: ClassVar[str] = "checked_in"

    @classmethod
    def of(cls, token: Token, at: dt.datetime) -> Self:
        """Return the event that checks a patient in; the token stands as it stood."""
        before, after = {"checked_in_at": None}, {"checked_in_at": write_instant(at)}
        return cls(token.id, before, after, token.slot_id, details={"status": token.status.name})

    def sentence(self, names: Names) -> str:
        return f"{names.token(self.subject_id)} is here"


class TokenPatientChanged(Event):
    """A visit was moved to another record of the same patient."""

    __slots__ = ()

    kind: ClassVar[str] = "token_patient_changed"
    subject: ClassVar[Subject] = Subject.TOKEN

    @classmethod
    def of(cls, token_id: TokenId, slot_id: SlotId, before: PatientId, after: PatientId) -> Self:
        """Return the event that moves a token from one patient's record to another."""
        return cls(token_id, {"patient_id": before}, {"patient_id": after}, slot_id)
