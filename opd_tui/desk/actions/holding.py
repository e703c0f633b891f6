"""Patients who are away for a while, patients who have to be told of a change, and slips that were printed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from opd_tui.desk.actions.base import Action, held_token, since_issue
from opd_tui.desk.actions.tokens import refuse_closed, token_answer
from opd_tui.desk.outcome import Json, Outcome
from opd_tui.domain.errors import NothingToChange, TokenInTheRoom
from opd_tui.domain.events import SlipPrinted, TokenHeld, TokenReleased, TokenTold
from opd_tui.domain.field_types import Choice, Id
from opd_tui.domain.model import HoldReason, TokenId
from opd_tui.domain.records import field
from opd_tui.domain.unit_of_work import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class HoldToken(Action):
    """Hold a token while its patient is away: it keeps what it has, and is not called."""

    verb: ClassVar[str] = "hold_token"

    token: TokenId = field(Id("token"), "the token's id")
    reason: HoldReason = field(Choice(HoldReason), "why the patient is away")

    def run(self, uow: UnitOfWork) -> None:
        token, _ = held_token(uow, self.token)
        refuse_closed(token, uow)
        if token.in_the_room:
            raise TokenInTheRoom(f"{token.label} is with the doctor. Send the patient back first.")
        if token.hold_reason is self.reason:
            raise NothingToChange(f"{token.label} is away for {self.reason.value} already.")
        uow.record(TokenHeld.of(token, self.reason, since_issue(token, uow)))

    @classmethod
    def answer(cls, outcome: Outcome) -> Json:
        """See `Action`."""
        return token_answer(outcome)


@dataclass(frozen=True, kw_only=True)
class ReleaseToken(Action):
    """Release a token whose patient is back."""

    verb: ClassVar[str] = "release_token"

    token: TokenId = field(Id("token"), "the token's id")

    def run(self, uow: UnitOfWork) -> None:
        token, _ = held_token(uow, self.token)
        refuse_closed(token, uow)
        if token.held_at is None:
            raise NothingToChange(f"{token.label} is not on hold.")
        uow.record(TokenReleased.of(token))

    @classmethod
    def answer(cls, outcome: Outcome) -> Json:
        """See `Action`."""
        return token_answer(outcome)


@dataclass(frozen=True, kw_only=True)
class TellPatient(Action):
    """Note that the patient was told of a change."""

    verb: ClassVar[str] = "tell_patient"

    token: TokenId = field(Id("token"), "the token's id")

    def run(self, uow: UnitOfWork) -> None:
        token, _ = held_token(uow, self.token)
        if token.to_tell_since is None:
            raise NothingToChange(f"There is nothing to tell {token.label}.")
        uow.record(TokenTold.of(token))

    @classmethod
    def answer(cls, outcome: Outcome) -> Json:
        """See `Action`."""
        return token_answer(outcome)


@dataclass(frozen=True, kw_only=True)
class NoteSlip(Action):
    """Note that a token's slip was printed, so that the next one is marked as a reprint."""

    verb: ClassVar[str] = "note_slip"

    token: TokenId = field(Id("token"), "the token's id")

    def run(self, uow: UnitOfWork) -> None:
        token, _ = held_token(uow, self.token)
        uow.record(SlipPrinted.of(token))

    @classmethod
    def answer(cls, outcome: Outcome) -> Json:
        """See `Action`."""
        return token_answer(outcome)
