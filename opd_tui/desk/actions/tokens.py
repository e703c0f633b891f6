"""Actions on tokens. Each does its one direct thing and then restores the one rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from opd_tui.desk.actions.base import (
    Action,
    known_slot,
    known_token,
    record_move,
    restore_the_rule,
)
from opd_tui.domain.allocation import Move
from opd_tui.domain.errors import (
    DuplicatePatient,
    InvalidAction,
    TokenAlreadyClosed,
    TokenHoldsNoSeat,
    TokenInTheRoom,
)
from opd_tui.domain.field_types import Choice, Id
from opd_tui.domain.instants import write_instant
from opd_tui.domain.model import Patient, Reason, SlotId, Source, Status, Token, TokenId
from opd_tui.domain.records import Nested, field
from opd_tui.domain.unit_of_work import UnitOfWork

_PATIENT = Nested(Patient, "a name, or an object with name, phone, uhid, birth_year and sex")


@dataclass(frozen=True, kw_only=True)
class IssueToken(Action):
    """Issue a token for a patient."""

    verb: ClassVar[str] = "issue_token"

    slot: SlotId = field(Id("slot"), "the slot's id")
    patient: Patient = field(_PATIENT, "the patient")
    source: Source = field(Choice(Source), "where the token comes from")

    def run(self, uow: UnitOfWork) -> None:
        slot = known_slot(uow, self.slot)
        self.refuse_impossible_birth_year(uow)
        if duplicate := uow.open_token_of(slot.id, self.patient):
            raise DuplicatePatient(
                f"{duplicate.label} is the same person and has an open token in this slot already "
                f"({duplicate.source.name}, {duplicate.status.name}). Use that token."
            )
        # A clock that was set back must not let a later arrival overtake.
        latest = None if self.at else uow.latest_issued_at(slot.id)
        issued_at = max(uow.at, latest) if latest else uow.at
        token = uow.add_token(slot, self.patient, self.source, issued_at)
        record_move(
            uow,
            slot.id,
            Move(token.id, None, Status.WAITING, Reason.ISSUED),
            patient=token.patient_id,
            number=token.number,
            source=token.source.name,
            priority=token.source.priority,
            issued_at=write_instant(issued_at),
        )
        restore_the_rule(uow, slot, token.id)

    def refuse_impossible_birth_year(self, uow: UnitOfWork) -> None:
        year, this_year = self.patient.birth_year, uow.now.astimezone(uow.zone).year
        if year is not None and year > this_year:
            raise InvalidAction(f"Field 'birth_year' must not be later than this year, {this_year}.")


@dataclass(frozen=True, kw_only=True)
class CloseToken(Action):
    """Close a token for good."""

    token: TokenId = field(Id("token"), "the token's id")

    closes_as: ClassVar[Status]
    reason: ClassVar[Reason]

    def run(self, uow: UnitOfWork) -> None:
        token = known_token(uow, self.token)
        slot = known_slot(uow, token.slot_id)  # holds the slot: what was read of the token before may have changed
        token = known_token(uow, self.token)
        if not token.status.is_open:
            raise TokenAlreadyClosed(already_closed(token, uow))
        self.refuse(token)
        uow.close_token(token.id, self.closes_as)
        record_move(uow, slot.id, Move(token.id, token.status, self.closes_as, self.reason))
        restore_the_rule(uow, slot, token.id)

    def refuse(self, token: Token) -> None:
        """Raise where this token cannot be closed so."""


@dataclass(frozen=True, kw_only=True)
class CancelToken(CloseToken):
    """Cancel a token."""

    verb: ClassVar[str] = "cancel_token"
    closes_as = Status.CANCELLED
    reason = Reason.CANCELLED


@dataclass(frozen=True, kw_only=True)
class MarkNoShow(CloseToken):
    """Mark a token whose patient did not show up."""

    verb: ClassVar[str] = "mark_no_show"
    closes_as = Status.NO_SHOW
    reason = Reason.NO_SHOW

    def refuse(self, token: Token) -> None:
        if token.status is Status.WAITING:
            raise TokenHoldsNoSeat(
                f"{token.label} is waiting and was never due, so it is no no-show. Cancel it if the patient left."
            )
        if token.in_the_room:
            raise TokenInTheRoom(f"{token.label} is with the doctor, so it is no no-show. Mark it as done instead.")


@dataclass(frozen=True, kw_only=True)
class CompleteToken(CloseToken):
    """Complete a token: the consultation took place, and its seat is used up."""

    verb: ClassVar[str] = "complete_token"
    closes_as = Status.COMPLETED
    reason = Reason.COMPLETED

    def refuse(self, token: Token) -> None:
        if token.status is Status.WAITING:
            raise TokenHoldsNoSeat(
                f"{token.label} is waiting and has no seat yet, so it cannot be done. Cancel it if the patient left."
            )


_CLOSED_WORDS = {
    Status.CANCELLED: "cancelled",
    Status.COMPLETED: "completed",
    Status.NO_SHOW: "marked as a no-show",
}


def already_closed(token: Token, uow: UnitOfWork) -> str:
    """Since when, in the hospital's time, the token is closed."""
    when = token.closed_at.astimezone(uow.zone) if token.closed_at else None
    at = f" at {when:%H:%M}" if when and when.date() == uow.now.astimezone(uow.zone).date() else ""
    on = f" on {when:%d %b %Y at %H:%M}" if when and not at else ""
    return f"{token.number} was already {_CLOSED_WORDS[token.status]}{at}{on}."
