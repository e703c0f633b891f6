"""Events of tokens in the course of a day: who is called, who is away, who moves."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import ClassVar, Self

from opd_tui.domain.events.base import Event, Fields, Names, Subject
from opd_tui.domain.events.tokens import TokenClosed, TokenEvent, hold_fields, knows, written
from opd_tui.domain.instants import write_instant
from opd_tui.domain.model import EmergencyReason, HoldReason, SlotId, Source, Status, Token

NO_HOLD: dict[str, str | None] = {"held_at": None, "hold_reason": None}


class TokenStands(TokenEvent):
    """An event that leaves a token's status as it was."""

    __slots__ = ()

    @classmethod
    def on(cls, token: Token, before: Fields, after: Fields, **details: object) -> Self:
        """Return the event that changes these fields of a token."""
        return cls(token.id, before, after, token.slot_id, details={"status": token.status.name, **details})


class TokenCalled(TokenStands):
    """A patient was called into the room."""

    __slots__ = ()

    kind: ClassVar[str] = "token_called"
    deed: ClassVar[str] = "calling {}"
    reason: ClassVar[str] = "called"

    @classmethod
    def of(cls, token: Token, at: dt.datetime) -> Self:
        """Return the event that calls a patient, and ends a hold."""
        before = {"called_at": None, "returned_at": written(token.returned_at), **hold_fields(token)}
        return cls.on(token, before, {"called_at": write_instant(at), "returned_at": None, **NO_HOLD})

    def sentence(self, names: Names) -> str:
        return f"{names.token(self.subject_id)} was called"


class TokenReturned(TokenStands):
    """A patient was sent back from the room to the queue."""

    __slots__ = ()

    kind: ClassVar[str] = "token_returned"
    deed: ClassVar[str] = "sending {} back to the queue"
    reason: ClassVar[str] = "returned"

    @classmethod
    def of(cls, token: Token, at: dt.datetime) -> Self:
        """Return the event that sends a patient back to the queue."""
        before = {"called_at": written(token.called_at), "returned_at": written(token.returned_at)}
        return cls.on(token, before, {"called_at": None, "returned_at": write_instant(at)})

    def sentence(self, names: Names) -> str:
        return f"{names.token(self.subject_id)} is back in the queue"


class TokenPassedOver(Event):
    """Somebody else was called, because the patient had been sent back just before."""

    __slots__ = ()

    kind: ClassVar[str] = "token_passed_over"
    quiet: ClassVar[bool] = True
    subject: ClassVar[Subject] = Subject.TOKEN

    @classmethod
    def of(cls, token: Token) -> Self:
        """Return the event that passes over a patient once."""
        return cls(token.id, {"returned_at": written(token.returned_at)}, {"returned_at": None}, token.slot_id)

    def sentence(self, names: Names) -> str:
        return f"{names.token(self.subject_id)} was passed over once"


class TokenHeld(TokenStands):
    """A patient is away for a while."""

    __slots__ = ()

    kind: ClassVar[str] = "token_held"
    deed: ClassVar[str] = "putting {} on hold"
    reason: ClassVar[str] = "held"

    @classmethod
    def of(cls, token: Token, reason: HoldReason, at: dt.datetime) -> Self:
        """Return the event that puts a token on hold."""
        return cls.on(token, hold_fields(token), {"held_at": write_instant(at), "hold_reason": reason.name})

    def sentence(self, names: Names) -> str:
        return f"{names.token(self.subject_id)} is away for {HoldReason[self.after['hold_reason']].value}"


class TokenReleased(TokenStands):
    """A patient who was away is back."""

    __slots__ = ()

    kind: ClassVar[str] = "token_released"
    deed: ClassVar[str] = "releasing {} from hold"
    reason: ClassVar[str] = "released"

    @classmethod
    def of(cls, token: Token) -> Self:
        """Return the event that ends a hold."""
        return cls.on(token, hold_fields(token), NO_HOLD)

    def sentence(self, names: Names) -> str:
        return f"{names.token(self.subject_id)} is no longer on hold"


class TokenTold(TokenStands):
    """A patient was told what had changed."""

    __slots__ = ()

    kind: ClassVar[str] = "token_told"
    deed: ClassVar[str] = "noting that {} was told"
    reason: ClassVar[str] = "told"

    @classmethod
    def of(cls, token: Token) -> Self:
        """Return the event that notes that the patient knows."""
        return cls.on(token, {"to_tell_since": written(token.to_tell_since)}, {"to_tell_since": None})

    def sentence(self, names: Names) -> str:
        return f"{names.token(self.subject_id)} was told"


class TokenToTell(Event):
    """A patient has to be told that the desk moved, delayed or cancelled the token."""

    __slots__ = ()

    kind: ClassVar[str] = "token_to_tell"
    quiet: ClassVar[bool] = True
    subject: ClassVar[Subject] = Subject.TOKEN

    @classmethod
    def of(cls, token: Token, at: dt.datetime) -> Self:
        """Return the event that marks a token whose patient has to be told."""
        return cls(token.id, {"to_tell_since": None}, {"to_tell_since": write_instant(at)}, token.slot_id)

    @classmethod
    def taken_back(cls, token: Token) -> Self:
        """Return the event for a token that stands again as its patient knows."""
        return cls(token.id, {"to_tell_since": written(token.to_tell_since)}, {"to_tell_since": None}, token.slot_id)

    def sentence(self, names: Names) -> str:
        return f"{names.token(self.subject_id)} has to be told"


class SlipPrinted(TokenStands):
    """The slip of a token was printed, which changes nothing but how the next one is marked."""

    __slots__ = ()

    kind: ClassVar[str] = "token_slip_printed"
    reason: ClassVar[str] = "slip_printed"
    reversible: ClassVar[bool] = False

    @classmethod
    def of(cls, token: Token) -> Self:
        """Return the event that notes that a token's slip was printed."""
        return cls.on(token, {}, {})

    def sentence(self, names: Names) -> str:
        return f"The slip of {names.token(self.subject_id)} was printed"


class TokenMoved(TokenEvent):
    """A token moved to another slot of the doctor's day, and waits there until the rule gives it a seat."""

    __slots__ = ()

    kind: ClassVar[str] = "token_moved"
    deed: ClassVar[str] = "moving {}"
    reason: ClassVar[str] = "moved"

    @classmethod
    def of(cls, token: Token, slot_id: SlotId, issued_at: dt.datetime) -> Self:
        """Return the event that moves a token; it belongs to the chain of the slot that it leaves."""
        before = {"slot_id": token.slot_id, "status": token.status.name, "issued_at": write_instant(token.issued_at)}
        after = {"slot_id": slot_id, "status": Status.WAITING.name, "issued_at": write_instant(issued_at)}
        return cls(token.id, before, after, token.slot_id)

    def problem(self) -> str | None:
        return None if self.to_status is Status.WAITING else "a token that moved is WAITING"

    def detail(self, names: Names) -> str:
        return f" to {names.place(self.after['slot_id'])}"

    def sentence(self, names: Names) -> str:
        return f"{names.token(self.subject_id)} was moved to {names.place(self.after['slot_id'])}"


class TokenMovedAway(TokenClosed):
    """A token was closed because the patient moved to another doctor or day, where another token replaces it."""

    __slots__ = ()

    kind: ClassVar[str] = "token_moved_away"
    deed: ClassVar[str] = "moving {}"
    reason: ClassVar[str] = "moved"
    closes_as: ClassVar[Status] = Status.CANCELLED

    @classmethod
    def of(cls, token: Token, at: dt.datetime) -> Self:
        """Return the event that closes a token; what its patient has to be told is for the new token to say."""
        closed, (before, after) = super().of(token, at), knows(token.to_tell_since)
        return replace(closed, before={**(closed.before or {}), **before}, after={**closed.after, **after})

    def sentence(self, names: Names) -> str:
        return f"{names.token(self.subject_id)} was moved"


class TokenWithdrawn(TokenClosed):
    """A token was issued by mistake."""

    __slots__ = ()

    kind: ClassVar[str] = "token_withdrawn"
    reason: ClassVar[str] = "mistake"
    closes_as: ClassVar[Status] = Status.CANCELLED

    def sentence(self, names: Names) -> str:
        return f"{names.token(self.subject_id)} was a mistake and is cancelled"


class TokenSourceChanged(TokenStands):
    """A token got another source, and with it another priority."""

    __slots__ = ()

    kind: ClassVar[str] = "token_source_changed"
    deed: ClassVar[str] = "changing the source of {}"
    reason: ClassVar[str] = "source_changed"

    @classmethod
    def of(cls, token: Token, source: Source, reason: EmergencyReason | None) -> Self:
        """Return the event that changes the source; `reason` says why it is an emergency."""
        before, after = ({"source": each.name, "priority": each.priority} for each in (token.source, source))
        return cls.on(token, before, after, **({"reason": reason.name} if reason else {}))

    def detail(self, names: Names) -> str:
        return f" to {Source[self.after['source']].label}"

    def sentence(self, names: Names) -> str:
        reason = self.details.get("reason")
        because = f", because the patient {EmergencyReason[reason].value}" if reason else ""
        return f"{names.token(self.subject_id)} is now {Source[self.after['source']].label}{because}"


class TokenReinstated(TokenEvent):
    """A closed token was opened again, and waits until the rule gives it a seat."""

    __slots__ = ()

    kind: ClassVar[str] = "token_reinstated"
    deed: ClassVar[str] = "reinstating {}"
    reason: ClassVar[str] = "reinstated"

    @classmethod
    def of(cls, token: Token, issued_at: dt.datetime) -> Self:
        """Return the event that opens a token again."""
        before = {
            "status": token.status.name,
            "issued_at": write_instant(token.issued_at),
            "called_at": written(token.called_at),
            "closed_at": written(token.closed_at),
        }
        after = {"status": Status.WAITING.name, "issued_at": write_instant(issued_at)}
        return cls(token.id, before, {**after, "called_at": None, "closed_at": None}, token.slot_id)

    def problem(self) -> str | None:
        return None if self.to_status is Status.WAITING else "a token that is reinstated is WAITING"

    def sentence(self, names: Names) -> str:
        return f"{names.token(self.subject_id)} is back in the queue"
