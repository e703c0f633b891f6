"""Actions on tokens. Each makes its one direct change and then applies the one rule."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import ClassVar

from opd_tui.desk.actions.base import Action, at_time, held_slot, held_token, settle_for_token, since_issue, with_source
from opd_tui.desk.actions.visitors import KnownVisitor, Visitor, VisitorField, described, details_of, is_new, record_of
from opd_tui.desk.actions.words import whose_number
from opd_tui.desk.outcome import Forecast, Json, Outcome
from opd_tui.desk.views import token_json
from opd_tui.domain.errors import (
    AlreadyCheckedIn,
    DuplicatePatient,
    InvalidAction,
    SlotIsClosed,
    TokenAlreadyClosed,
    TokenHoldsNoSeat,
    TokenInTheRoom,
)
from opd_tui.domain.events import (
    TokenCancelled,
    TokenCheckedIn,
    TokenClosed,
    TokenCompleted,
    TokenIssued,
    TokenMarkedNoShow,
    TokenPreempted,
    TokenPromoted,
)
from opd_tui.domain.events.tokens import HERE_AT_ISSUE
from opd_tui.domain.field_types import OLDEST, Choice, Id
from opd_tui.domain.model import Patient, Slot, SlotId, Source, Status, Token, TokenId
from opd_tui.domain.records import field
from opd_tui.domain.unit_of_work import UnitOfWork

_PATIENT = VisitorField(Patient, "a name, or an object with name, phone, uhid, birth_year and sex")

NO_SEAT = "{} has no seat yet. Cancel it if the patient left."


@dataclass(frozen=True, kw_only=True)
class IssueToken(Action):
    """Issue a token for a patient."""

    verb: ClassVar[str] = "issue_token"

    slot: SlotId = field(Id("slot"), "the slot's id")
    patient: Visitor = field(_PATIENT, "the patient")
    source: Source = field(Choice(Source), "where the token comes from")

    yes = "Yes, issue it"

    def question(self, forecast: Forecast, chosen: str = "") -> str | None:
        """See `Action`."""
        record, displaced = forecast.outcome.token, forecast.outcome.changed(TokenPreempted)
        if record is None:
            return None
        whose = whose_number(forecast.number_of)
        alike = f"{whose}, so {record.token.patient.name} would count as the same person." if whose else ""
        if displaced is None:
            return f"{alike} Issue the token with this number?" if alike else None
        return (
            f"{alike} {record.token.source.label} for {record.token.patient.name} takes the seat of "
            f"{with_source(displaced)} with {record.doctor.name} {record.slot.expected_window}. "
            f"{displaced.patient.name} then waits first in line{same_person_clause(forecast.outcome)}. Do it?"
        ).lstrip()

    def run(self, uow: UnitOfWork) -> None:
        uow.prefetch_issue(self.slot, described(self.patient))
        slot = held_slot(uow, self.slot)
        refuse_closed_slot(slot)
        patient = details_of(uow, self.patient)
        refuse_impossible_birth(uow, patient.birth_year)
        record = self.patient.id if isinstance(self.patient, KnownVisitor) else None
        duplicate = None if is_new(self.patient) else uow.open_token_of(slot.id, patient, record)
        if duplicate and self.source is not Source.EMERGENCY:
            raise DuplicatePatient(
                f"{duplicate.label} is the same person and already has a token in this slot "
                f"({duplicate.source.label}, {duplicate.status.value}). No second one is needed."
            )
        issued_at = arrival(uow, slot.id, self.at)
        patient_id = record_of(uow, self.patient, patient, slot)
        sequence, number = uow.take_number(slot)
        here = self.source in HERE_AT_ISSUE and slot.date <= uow.at.astimezone(uow.zone).date()
        event = TokenIssued.of(slot, patient_id, self.source, sequence, number, issued_at, duplicate, here=here)
        settle_for_token(uow, slot, TokenId(uow.record(event).subject_id))

    @classmethod
    def sentence(cls, outcome: Outcome) -> str:
        """See `Action`."""
        assert outcome.token is not None
        token, slot = outcome.token.token, outcome.token.slot
        also = same_person_clause(outcome)
        if displaced := outcome.changed(TokenPreempted):
            lost = f"{displaced.label}, who now waits"
            return f"{token.source.label} {token.label} took the seat of {lost}{also}"
        stands = "has a seat with" if token.status is Status.ACTIVE else "waits for"
        return f"{token.source.label} {token.label} {stands} {outcome.token.doctor.name} {slot.expected_start}{also}"

    @classmethod
    def answer(cls, outcome: Outcome) -> Json:
        """See `Action`."""
        return token_answer(outcome) | same_person_answer(outcome)


@dataclass(frozen=True, kw_only=True)
class CheckInToken(Action):
    """Check in a patient who has come; the token stands as it stood."""

    verb: ClassVar[str] = "check_in_token"

    token: TokenId = field(Id("token"), "the token's id")

    def run(self, uow: UnitOfWork) -> None:
        token, _ = held_token(uow, self.token)
        refuse_closed(token, uow)
        if token.checked_in_at is not None:
            raise AlreadyCheckedIn(f"{token.label} was checked in already{at_time(token.checked_in_at, uow)}.")
        uow.record(TokenCheckedIn.of(token, since_issue(token, uow)))

    @classmethod
    def answer(cls, outcome: Outcome) -> Json:
        """See `Action`."""
        return token_answer(outcome)


@dataclass(frozen=True, kw_only=True)
class CloseToken(Action):
    """Close a token for good."""

    token: TokenId = field(Id("token"), "the token's id")

    closes: ClassVar[type[TokenClosed]]
    """The event that closes the token."""
    asks: ClassVar[str] = ""
    """The question about a token, which stands at `{}`; "" if nothing is asked."""

    def question(self, forecast: Forecast, chosen: str = "") -> str | None:
        """See `Action`."""
        record = forecast.outcome.token
        if record is None or not self.asks:
            return None
        token, had_seat = record.token, forecast.outcome.changes[0].from_status is Status.ACTIVE
        stands = "seated" if had_seat else "waiting"
        who = f"{token.label} ({token.source.label}, {stands}, {record.doctor.name} {record.slot.expected_window})"
        return f"{self.asks.format(who)}{what_follows(forecast.outcome.changed(TokenPromoted), had_seat)}"

    def run(self, uow: UnitOfWork) -> None:
        token, slot = held_token(uow, self.token)
        refuse_closed(token, uow)
        self.refuse(token)
        uow.record(self.closes.of(token, since_issue(token, uow)))
        settle_for_token(uow, slot, token.id)

    @classmethod
    def answer(cls, outcome: Outcome) -> Json:
        """See `Action`."""
        return token_answer(outcome)

    def refuse(self, token: Token) -> None:
        """Raise a DeskRefusal if the token cannot be closed in this way."""


@dataclass(frozen=True, kw_only=True)
class CancelToken(CloseToken):
    """Cancel a token."""

    verb: ClassVar[str] = "cancel_token"
    closes = TokenCancelled
    asks = "Cancel {}?"
    yes = "Yes, cancel it"


@dataclass(frozen=True, kw_only=True)
class MarkNoShow(CloseToken):
    """Mark a token whose patient did not show up."""

    verb: ClassVar[str] = "mark_no_show"
    closes = TokenMarkedNoShow
    asks = "Mark {} as a no-show?"
    yes = "Yes, no-show"

    def refuse(self, token: Token) -> None:
        if token.status is Status.WAITING:
            raise TokenHoldsNoSeat(NO_SEAT.format(token.label))
        if token.in_the_room:
            raise TokenInTheRoom(f"{token.label} is with the doctor. Mark it as done instead.")


@dataclass(frozen=True, kw_only=True)
class CompleteToken(CloseToken):
    """Complete a token: the consultation took place, and its seat is used up."""

    verb: ClassVar[str] = "complete_token"
    closes = TokenCompleted

    def refuse(self, token: Token) -> None:
        if token.status is Status.WAITING:
            raise TokenHoldsNoSeat(NO_SEAT.format(token.label))


def what_follows(promoted: Token | None, had_seat: bool) -> str:
    """Return how the question before a closing ends: what becomes of the seat."""
    if promoted is not None:
        return f" {with_source(promoted)} then moves up into the seat."
    return " Nobody waits, so the seat stays free." if had_seat else ""


def refuse_impossible_birth(uow: UnitOfWork, year: int | None) -> None:
    """Raise InvalidAction for a year of birth later than this one, or of an age that nobody has."""
    this_year = uow.now.astimezone(uow.zone).year
    if year is not None and year > this_year:
        raise InvalidAction(f"must not be later than this year, {this_year}.", "birth_year", "The year of birth")
    if year is not None and this_year - year > OLDEST:
        raise InvalidAction(f"would make an age over {OLDEST}. Check it.", "birth_year", "The year of birth")


def refuse_closed(token: Token, uow: UnitOfWork) -> None:
    """Raise TokenAlreadyClosed if the token is closed, and say since when."""
    if not token.status.is_open:
        raise TokenAlreadyClosed(already_closed(token, uow))


def refuse_closed_slot(slot: Slot) -> None:
    """Raise SlotIsClosed if the slot takes no new tokens."""
    if slot.closed_at:
        raise SlotIsClosed(f"The slot {slot.expected_window} is closed to new tokens. Reopen it, or choose another.")


def arrival(uow: UnitOfWork, slot_id: SlotId, at: dt.datetime | None) -> dt.datetime:
    """Return when a token that arrives in a slot now joins its queue; `at` is the time that was given, if any.

    After a clock was set back, a later arrival must not get an earlier `issued_at` and so overtake.
    """
    latest = None if at else uow.latest_issued_at(slot_id)
    return max(uow.at, latest) if latest else uow.at


def token_answer(outcome: Outcome) -> Json:
    """Return the token that an action was about, as JSON."""
    return {"token": token_json(outcome.token.token)} if outcome.token else {}


def same_person_answer(outcome: Outcome) -> Json:
    """Return the token that an emergency patient had in the slot already, as JSON."""
    token = outcome.same_person
    return {"same_person": {"token": token.id, "number": token.number}} if token else {}


def same_person_clause(outcome: Outcome) -> str:
    """Return the same as the end of a sentence."""
    token = outcome.same_person
    return f"; {token.label} is the same person and has a token in this slot already" if token else ""


_CLOSED_WORDS = {
    Status.CANCELLED: "cancelled",
    Status.COMPLETED: "completed",
    Status.NO_SHOW: "marked as a no-show",
}


def already_closed(token: Token, uow: UnitOfWork) -> str:
    """Return the reason for a refusal: how and when, in the hospital's time, the token was closed."""
    return f"{token.number} was already {_CLOSED_WORDS[token.status]}{at_time(token.closed_at, uow)}."
