"""Actions on tokens. Each does its one direct thing and then restores the one rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

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

if TYPE_CHECKING:
    from opd_tui.desk.outcome import Forecast

_PATIENT = Nested(Patient, "a name, or an object with name, phone, uhid, birth_year and sex")


@dataclass(frozen=True, kw_only=True)
class IssueToken(Action):
    """Issue a token for a patient."""

    verb: ClassVar[str] = "issue_token"

    slot: SlotId = field(Id("slot"), "the slot's id")
    patient: Patient = field(_PATIENT, "the patient")
    source: Source = field(Choice(Source), "where the token comes from")

    yes = "Yes, issue it"

    def question(self, forecast: Forecast, chosen: str = "") -> str | None:
        record, displaced = forecast.outcome.token, forecast.outcome.changed(Reason.PREEMPTED)
        if record is None or displaced is None:
            return None
        return (
            f"{record.token.source.name} for {record.token.patient.name} takes the seat of {with_source(displaced)} "
            f"with {record.doctor.name} {record.slot.window}. {displaced.patient.name} then waits first in line. Do it?"
        )

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
    asks: ClassVar[str]
    """The question about a token, which stands at `{}`."""

    def question(self, forecast: Forecast, chosen: str = "") -> str | None:
        record = forecast.outcome.token
        if record is None:
            return None
        token, had_seat = record.token, forecast.outcome.changes[0].from_status is Status.ACTIVE
        stands = "seated" if had_seat else "waiting"
        who = f"{token.label} ({token.source.name}, {stands}, {record.doctor.name} {record.slot.window})"
        return f"{self.asks.format(who)}{self.what_follows(forecast.outcome.changed(Reason.PROMOTED), had_seat)}"

    def what_follows(self, promoted: Token | None, had_seat: bool) -> str:
        """What becomes of the seat, as the question ends."""
        if promoted is not None:
            return f" {with_source(promoted)} then moves up into the seat."
        return " Nobody waits, so the seat stays free." if had_seat else ""

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
    asks = "Cancel {}?"
    yes = "Yes, cancel it"
    closes_as = Status.CANCELLED
    reason = Reason.CANCELLED


@dataclass(frozen=True, kw_only=True)
class MarkNoShow(CloseToken):
    """Mark a token whose patient did not show up."""

    verb: ClassVar[str] = "mark_no_show"
    asks = "Mark {} as a no-show?"
    yes = "Yes, no-show"
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
    asks = "Mark {} as done?"
    yes = "Yes, done"
    closes_as = Status.COMPLETED
    reason = Reason.COMPLETED

    def refuse(self, token: Token) -> None:
        if token.status is Status.WAITING:
            raise TokenHoldsNoSeat(
                f"{token.label} is waiting and has no seat yet, so it cannot be done. Cancel it if the patient left."
            )

    def what_follows(self, promoted: Token | None, had_seat: bool) -> str:
        return " The seat is used up, so nobody moves up."


def with_source(token: Token) -> str:
    """A token as a question names it."""
    return f"{token.label} ({token.source.name})"


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
