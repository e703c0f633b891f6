"""Tokens that change their source, come back, or move to another slot."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from opd_tui.desk.actions.base import Action, held, held_token, settle_for_token, since_issue, with_source
from opd_tui.desk.actions.tokens import arrival, refuse_closed, refuse_closed_slot, token_answer
from opd_tui.desk.outcome import Forecast, Json, Outcome
from opd_tui.desk.views import token_json
from opd_tui.domain.errors import (
    DuplicatePatient,
    InvalidAction,
    NothingToChange,
    PatientAlreadyForgotten,
    TokenInTheRoom,
    TokenReplaced,
    UnknownSlot,
)
from opd_tui.domain.events import (
    TokenIssued,
    TokenMoved,
    TokenMovedAway,
    TokenPreempted,
    TokenReinstated,
    TokenSourceChanged,
    TokenToTell,
)
from opd_tui.domain.field_types import Choice, Flag, Id
from opd_tui.domain.model import EmergencyReason, Slot, SlotId, Source, Status, Token, TokenId, TokenRecord
from opd_tui.domain.records import field
from opd_tui.domain.unit_of_work import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class ChangeSource(Action):
    """Change a token's source, and with it its priority; it keeps its time of issue."""

    verb: ClassVar[str] = "change_source"

    token: TokenId = field(Id("token"), "the token's id")
    source: Source = field(Choice(Source), "the new source")
    reason: EmergencyReason | None = field(
        Choice(EmergencyReason), "why it is an emergency; required for EMERGENCY", default=None
    )

    yes = "Yes, change it"

    def question(self, forecast: Forecast, chosen: str = "") -> str | None:
        """See `Action`."""
        displaced = forecast.outcome.changed(TokenPreempted)
        if displaced is None or forecast.outcome.token is None:
            return None
        who = forecast.outcome.token.token.label
        return f"Make {who} {self.source.label}? {with_source(displaced)} then loses the seat and waits."

    def run(self, uow: UnitOfWork) -> None:
        token, slot = held_token(uow, self.token)
        refuse_closed(token, uow)
        if token.source is self.source:
            raise NothingToChange(f"{token.label} is {self.source.label} already.")
        emergency = self.source is Source.EMERGENCY
        if emergency and self.reason is None:
            reasons = ", ".join(reason.name for reason in EmergencyReason)
            raise InvalidAction(f"is missing; it must be one of {reasons}.", "reason", "The reason for an emergency")
        uow.record(TokenSourceChanged.of(token, self.source, self.reason if emergency else None))
        settle_for_token(uow, slot, token.id)

    @classmethod
    def answer(cls, outcome: Outcome) -> Json:
        """See `Action`."""
        return token_answer(outcome)


@dataclass(frozen=True, kw_only=True)
class ReinstateToken(Action):
    """Open a closed token again: it competes for a seat."""

    verb: ClassVar[str] = "reinstate_token"

    token: TokenId = field(Id("token"), "the token's id")
    keep_place: bool = field(
        Flag(), "whether it keeps its time of issue; if not, it stands as if it were issued now", default=True
    )

    yes = "Yes, open it again"

    def question(self, forecast: Forecast, chosen: str = "") -> str | None:
        """See `Action`."""
        displaced = forecast.outcome.changed(TokenPreempted)
        if displaced is None or forecast.outcome.token is None:
            return None
        who = with_source(forecast.outcome.token.token)
        return f"Open {who} again? {with_source(displaced)} then loses the seat and waits."

    def run(self, uow: UnitOfWork) -> None:
        token, slot = held_token(uow, self.token)
        if token.status.is_open:
            raise NothingToChange(f"{token.label} is open already ({token.status.value}).")
        if slot.withdrawn_at:
            raise UnknownSlot(f"The slot of {token.label} was withdrawn. Issue a new token.")
        refuse_to_open(uow, token)
        issued_at = token.issued_at if self.keep_place else arrival(uow, slot.id, self.at)
        uow.record(TokenReinstated.of(token, issued_at))
        settle_for_token(uow, slot, token.id)

    @classmethod
    def sentence(cls, outcome: Outcome) -> str:
        """See `Action`."""
        assert outcome.token is not None
        label, said = outcome.token.token.label, outcome.events_in_words
        back = f"{label} is back in the queue"
        return said.replace(f"{back}; {label} gets a seat", f"{back} and has a seat")

    @classmethod
    def answer(cls, outcome: Outcome) -> Json:
        """See `Action`."""
        return token_answer(outcome)


@dataclass(frozen=True, kw_only=True)
class MoveToken(Action):
    """Move a token to another slot; for another doctor or day it is replaced by a token with a new number."""

    verb: ClassVar[str] = "move_token"

    token: TokenId = field(Id("token"), "the token's id")
    slot: SlotId = field(Id("slot"), "the id of the slot to which it moves")
    keep_place: bool = field(
        Flag(), "whether it keeps its time of issue; if not, it stands as if it were issued now", default=False
    )

    yes = "Yes, move it"

    def question(self, forecast: Forecast, chosen: str = "") -> str | None:
        """See `Action`."""
        outcome = forecast.outcome
        moved, before = moved_to(outcome), outcome.changes[0]
        where = f"{moved.doctor.name} {moved.slot.expected_window}"
        displaced = next((c.token for c in outcome.changes if c.reason == TokenPreempted.reason), None)
        if displaced is not None:
            return f"Move {before.token.label} to {where}? {with_source(displaced)} then loses the seat and waits."
        if before.from_status is Status.ACTIVE and moved.token.status is Status.WAITING:
            return f"Move {before.token.label} to {where}? There the patient has no seat and waits."
        return None

    def run(self, uow: UnitOfWork) -> None:
        (token,), slots = held(uow, [self.token], [self.slot])
        target = slots[self.slot]
        refuse_to_move(uow, token, target)
        moved = move(uow, token, slots[token.slot_id], target, keep_place=self.keep_place, at_given=self.at is not None)
        settle_for_token(uow, target, moved)
        settle_for_token(uow, slots[token.slot_id], token.id)
        have_told(uow, [moved])

    @classmethod
    def sentence(cls, outcome: Outcome) -> str:
        """See `Action`."""
        moved = moved_to(outcome)
        first = outcome.changes[0].token
        number = "" if moved.token.id == first.id else f" as {moved.token.number}"
        stands = "has a seat" if moved.token.status is Status.ACTIVE else "waits there"
        others = [event.sentence(outcome.directory) for event in outcome.events if event.by_rule]
        others = [words for words in others if not words.startswith(f"{moved.token.label} ")]
        head = f"{first.label} was moved to {moved.doctor.name} {moved.slot.expected_start}{number} and {stands}"
        return "; ".join([head, *others])

    @classmethod
    def answer(cls, outcome: Outcome) -> Json:
        """See `Action`."""
        return {"token": token_json(moved_to(outcome).token)}


def moved_to(outcome: Outcome) -> TokenRecord:
    """Return the token in the slot to which it moved."""
    moved = next(e for e in outcome.events if isinstance(e, TokenMoved | TokenIssued))
    return outcome.record_of(TokenId(moved.subject_id))


def refuse_to_open(uow: UnitOfWork, token: Token) -> None:
    """Raise a DeskRefusal if a closed token cannot be opened again."""
    if replacement := uow.replacement_of(token):
        raise TokenReplaced(f"{token.number} was moved, and {replacement.label} replaces it. Move that token.")
    if uow.is_forgotten(token.patient_id):
        raise PatientAlreadyForgotten(f"The patient of {token.number} was forgotten. Issue a new token.")
    refuse_duplicate(uow, token, token.slot_id)


def refuse_duplicate(uow: UnitOfWork, token: Token, slot_id: SlotId) -> None:
    """Raise DuplicatePatient if the same person has another open token in the slot; an emergency may have two."""
    if token.source is Source.EMERGENCY:
        return
    if duplicate := uow.open_token_of(slot_id, token.patient, token.patient_id):
        raise DuplicatePatient(f"{duplicate.label} is the same person in this slot. Cancel one first.")


def refuse_to_move(uow: UnitOfWork, token: Token, target: Slot) -> None:
    """Raise a DeskRefusal if a token cannot move to a slot."""
    refuse_closed(token, uow)
    if token.slot_id == target.id:
        raise NothingToChange(f"{token.label} is in the slot {target.expected_window} already.")
    if token.in_the_room:
        raise TokenInTheRoom(f"{token.label} is with the doctor. Send the patient back first.")
    refuse_closed_slot(target)
    refuse_duplicate(uow, token, target.id)


def move(uow: UnitOfWork, token: Token, source: Slot, target: Slot, *, keep_place: bool, at_given: bool) -> TokenId:
    """Move a token and return the id that it has then; it waits until the rule is applied to both slots."""
    issued_at = token.issued_at if keep_place else arrival(uow, target.id, uow.at if at_given else None)
    if (source.doctor_id, source.date) == (target.doctor_id, target.date):
        uow.record(TokenMoved.of(token, target.id, issued_at))
        return token.id
    uow.record(TokenMovedAway.of(token, since_issue(token, uow)))
    number = uow.take_number(target)
    issued = TokenIssued.replacing(token, target, number, issued_at, same_day=source.date == target.date)
    return TokenId(uow.record(issued).subject_id)


def have_told(uow: UnitOfWork, token_ids: Iterable[TokenId]) -> None:
    """Mark tokens whose patients have to be told of what the desk did, after the rule was applied to their slots."""
    for token_id in token_ids:
        token = uow.token(token_id)
        if token and token.to_tell_since is None:
            uow.record(TokenToTell.of(token, uow.at))
