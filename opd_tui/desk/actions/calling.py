"""Calling patients into the room, and sending them back to the queue."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from opd_tui.desk.actions.base import (
    Action,
    held_day,
    held_in_its_day,
    known_doctor,
    refuse_too_early,
    settle_for_token,
    since_issue,
    with_source,
)
from opd_tui.desk.actions.tokens import refuse_closed, token_answer
from opd_tui.desk.outcome import Forecast, Json, Outcome
from opd_tui.desk.views import token_json
from opd_tui.domain.errors import NobodyToCall, NothingToChange, PatientNotHere, RoomOccupied, TokenHoldsNoSeat
from opd_tui.domain.events import TokenCalled, TokenCompleted, TokenPassedOver, TokenPreempted, TokenReturned
from opd_tui.domain.field_types import Id
from opd_tui.domain.model import Doctor, DoctorId, Slot, SlotId, Status, Token, TokenId
from opd_tui.domain.records import field
from opd_tui.domain.remedies import Advice
from opd_tui.domain.time_types import Date
from opd_tui.domain.turns import turn_order
from opd_tui.domain.unit_of_work import UnitOfWork

PASSED_OVER_FOR = dt.timedelta(minutes=5)
"""For so long after being sent back to the queue a patient is passed over once."""


@dataclass(frozen=True, kw_only=True)
class CallToken(Action):
    """Call a patient into the room out of turn."""

    verb: ClassVar[str] = "call_token"

    token: TokenId = field(Id("token"), "the token's id")

    def run(self, uow: UnitOfWork) -> None:
        token, slot = held_in_its_day(uow, self.token)
        refuse_closed(token, uow)
        if token.in_the_room:
            raise NothingToChange(f"{token.label} is with the doctor already.")
        if token.status is Status.WAITING:
            raise TokenHoldsNoSeat(f"{token.label} has no seat yet, so it cannot be called.")
        if token.checked_in_at is None:
            raise PatientNotHere(f"{token.label} has not been checked in. Check the patient in first.")
        refuse_occupied(uow.in_the_room(slot.doctor_id, slot.date))
        uow.record(TokenCalled.of(token, since_issue(token, uow)))

    @classmethod
    def answer(cls, outcome: Outcome) -> Json:
        """See `Action`."""
        return token_answer(outcome)


@dataclass(frozen=True, kw_only=True)
class ReturnToken(Action):
    """Send the patient back from the room to the queue."""

    verb: ClassVar[str] = "return_token"

    token: TokenId = field(Id("token"), "the token's id")

    yes = "Yes, back to the queue"

    def question(self, forecast: Forecast, chosen: str = "") -> str | None:
        """See `Action`."""
        record, changes = forecast.outcome.token, forecast.outcome.changes
        if record is None or forecast.outcome.changed(TokenPreempted) is None:
            return None
        return (
            f"Send {with_source(record.token)} back to the queue? {with_source(changes[-1].token)} takes the seat, and "
            f"{record.token.patient.name} then waits."
        )

    def run(self, uow: UnitOfWork) -> None:
        token, slot = held_in_its_day(uow, self.token)
        refuse_closed(token, uow)
        if not token.in_the_room:
            raise NothingToChange(f"{token.label} is not with the doctor.")
        uow.record(TokenReturned.of(token, since_issue(token, uow)))
        settle_for_token(uow, slot, token.id)

    @classmethod
    def answer(cls, outcome: Outcome) -> Json:
        """See `Action`."""
        return token_answer(outcome)


@dataclass(frozen=True, kw_only=True)
class CallNext(Action):
    """Call the doctor's next patient into the room."""

    verb: ClassVar[str] = "call_next"

    doctor: DoctorId = field(Id("doctor"), "the doctor's id")
    date: dt.date | None = field(Date(), "the day; today by default", default=None, label="Day")

    def run(self, uow: UnitOfWork) -> None:
        doctor, date = known_doctor(uow, self.doctor), self.day(uow)
        slots = held_day(uow, doctor.id, date)
        refuse_occupied(uow.in_the_room(doctor.id, date))
        if not call_next(uow, doctor, date, slots):
            raise nobody_to_call(uow, doctor, slots)

    def day(self, uow: UnitOfWork) -> dt.date:
        """Return the date, or today at the hospital."""
        return self.date or uow.now.astimezone(uow.zone).date()

    @classmethod
    def answer(cls, outcome: Outcome) -> Json:
        """See `Action`."""
        return {"token": found_json(outcome.changed(TokenCalled))}


@dataclass(frozen=True, kw_only=True)
class CompleteAndCallNext(CallNext):
    """Complete the consultation in the room, and call the doctor's next patient."""

    verb: ClassVar[str] = "complete_and_call_next"

    def run(self, uow: UnitOfWork) -> None:
        """See `Action`."""
        doctor, date = known_doctor(uow, self.doctor), self.day(uow)
        slots = held_day(uow, doctor.id, date)
        if inside := uow.in_the_room(doctor.id, date):
            refuse_too_early(uow, inside)
            uow.record(TokenCompleted.of(inside, since_issue(inside, uow)))
            settle_for_token(uow, slots[inside.slot_id], inside.id)
        if not call_next(uow, doctor, date, slots) and inside is None:
            raise nobody_to_call(uow, doctor, slots)

    @classmethod
    def sentence(cls, outcome: Outcome) -> str:
        """See `Action`."""
        nobody = "" if outcome.changed(TokenCalled) else "; nobody can be called next"
        return f"{super().sentence(outcome)}{nobody}"

    @classmethod
    def answer(cls, outcome: Outcome) -> Json:
        """See `Action`."""
        return {"completed": found_json(outcome.changed(TokenCompleted)), **super().answer(outcome)}


def found_json(token: Token | None) -> Json | None:
    """Return a token as JSON, or None."""
    return token_json(token) if token else None


def refuse_occupied(inside: Token | None) -> None:
    """Raise RoomOccupied if a patient is with the doctor."""
    if inside is not None:
        raise RoomOccupied(f"{inside.label} is with the doctor. Complete or return it first.")


def call_next(uow: UnitOfWork, doctor: Doctor, date: dt.date, slots: Mapping[SlotId, Slot]) -> bool:
    """Call the doctor's next patient, passing over those who were sent back just before; return False if nobody is."""
    since = uow.at - PASSED_OVER_FOR
    token = uow.next_to_call(doctor.id, date, since)
    if token is None:
        return False
    sent_back = uow.sent_back(doctor.id, date, since)
    uow.record(TokenCalled.of(token, since_issue(token, uow)))
    if token.id not in {other.id for other in sent_back}:
        turn = turn_order(token, slots[token.slot_id])
        for other in sent_back:
            if turn_order(other, slots[other.slot_id]) < turn:
                uow.record(TokenPassedOver.of(other))
    return True


def nobody_to_call(uow: UnitOfWork, doctor: Doctor, slots: Mapping[SlotId, Slot]) -> NobodyToCall:
    """Return the refusal that says why nobody can be called, and how many wait without a seat."""
    tokens = [token for slot_id in slots for token in uow.open_tokens(slot_id)]
    seated = [token for token in tokens if token.status is Status.ACTIVE]
    unseated = len(tokens) - len(seated)
    wait = f"{unseated} {'waits' if unseated == 1 else 'wait'}"
    if not tokens:
        return NobodyToCall(f"Nobody is left to call for {doctor.name}.")
    if not seated:
        return NobodyToCall(f"{wait} for {doctor.name} without a seat.", Advice.FIND_SEATS)
    who, then = f"Nobody with a seat is here for {doctor.name} yet", "Check in who came"
    if any(token.checked_in_at for token in seated):
        who, then = f"Everybody with a seat who is here for {doctor.name} is on hold", "Release who is back"
    if not unseated:
        return NobodyToCall(f"{who}. {then}.")
    return NobodyToCall(f"{who}, and {wait} without a seat. {then}.", Advice.FIND_SEATS)
