"""The base class of actions, and the lookups that they share."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import ClassVar

from opd_tui.desk.outcome import Forecast, Json, Outcome
from opd_tui.domain.allocation import settle
from opd_tui.domain.errors import InvalidAction, UnknownDoctor, UnknownSlot, UnknownToken
from opd_tui.domain.events import Cause, Subject
from opd_tui.domain.field_types import Key
from opd_tui.domain.instants import AT
from opd_tui.domain.model import Doctor, DoctorId, Slot, SlotId, Token, TokenId
from opd_tui.domain.records import Record, Spec, field
from opd_tui.domain.remedies import Advice
from opd_tui.domain.time_types import Instant
from opd_tui.domain.unit_of_work import UnitOfWork

ENVELOPE = ("at", "key")
"""The names of the fields that every action has."""


@dataclass(frozen=True, kw_only=True)
class Action(Record):
    """A command to the desk: its validated fields, its effect, its sentence and its JSON answer."""

    verb: ClassVar[str]
    """The action's name in JSON lines and in the journal."""

    at: dt.datetime | None = field(Instant(), "when it took place, for back-entry; without it, now", default=None)
    key: str | None = field(
        Key(),
        "an idempotency key: sent again, the first answer is returned and nothing is done",
        default=None,
    )

    @classmethod
    def own_specs(cls) -> tuple[Spec, ...]:
        """Return the fields that are specific to this action."""
        return tuple(spec for spec in cls.specs() if spec.name not in ENVELOPE)

    @classmethod
    def envelope_specs(cls) -> tuple[Spec, ...]:
        """Return the fields that every action has."""
        return tuple(spec for spec in cls.specs() if spec.name in ENVELOPE)

    yes: ClassVar[str] = "Yes, do it"
    """What the button says that confirms it."""

    def question(self, forecast: Forecast, chosen: str = "") -> str | None:
        """What a person is asked before it is done, None where nobody loses anything; `chosen` is what it is about."""
        return None

    def run(self, uow: UnitOfWork) -> None:
        """Carry out the action within the unit of work; raise a DeskRefusal if it is not possible."""
        raise NotImplementedError

    @classmethod
    def sentence(cls, outcome: Outcome) -> str:
        """Return what was done, as one sentence without a full stop."""
        return outcome.events_in_words

    @classmethod
    def answer(cls, outcome: Outcome) -> Json:
        """Return the fields of the JSON answer that are specific to this action."""
        return {}


def known_doctor(uow: UnitOfWork, doctor_id: DoctorId) -> Doctor:
    """Return the doctor; raise UnknownDoctor if there is none with this id."""
    if (doctor := uow.doctor(doctor_id)) is None:
        raise UnknownDoctor(f"There is no doctor with id {short_id(doctor_id)}.", Advice.LIST_DOCTORS)
    return doctor


def held_slot(uow: UnitOfWork, slot_id: SlotId) -> Slot:
    """Return the slot, locked against other desks; raise UnknownSlot if there is none with this id."""
    if (slot := uow.hold_slots([slot_id]).get(slot_id)) is None:
        raise UnknownSlot(f"There is no slot with id {short_id(slot_id)}.", Advice.LIST_SLOTS)
    return slot


def known_token(uow: UnitOfWork, token_id: TokenId) -> Token:
    """Return the token; raise UnknownToken if there is none, and InvalidAction for an `at` before it was issued."""
    if (token := uow.token(token_id)) is None:
        raise UnknownToken(f"There is no token with id {short_id(token_id)}.", Advice.LIST_TOKENS)
    if uow.at < token.issued_at and uow.at != uow.now:  # a clock that was set back refuses nothing
        raise InvalidAction(
            f"is earlier than the token: {token.label} was issued{at_time(token.issued_at, uow)}, "
            f"and this is said to have happened{at_time(uow.at, uow, token.issued_at)}. Check the time.",
            *AT,
        )
    return token


def held_token(uow: UnitOfWork, token_id: TokenId) -> tuple[Token, Slot]:
    """Return the token and its slot, which is locked against other desks; raise UnknownToken if it does not exist."""
    slot = held_slot(uow, known_token(uow, token_id).slot_id)
    return known_token(uow, token_id), slot  # read again: it may have changed before the lock


def settle_for_token(uow: UnitOfWork, slot: Slot, token_id: TokenId) -> None:
    """Apply the one rule to a slot after a token was issued or closed."""
    settle(uow.queue(slot), Cause(Subject.TOKEN, token_id))


def with_source(token: Token) -> str:
    """Return a token as a question names it."""
    return f"{token.label} ({token.source.label})"


def short_id(number: int) -> str:
    """Return an id as text, abbreviated if it has more than 20 digits."""
    return str(number) if abs(number) < 10**20 else "of more than 20 digits"


def since_issue(token: Token, uow: UnitOfWork) -> dt.datetime:
    """Return when the action took place; never before the token was issued, even if the clock was set back."""
    return max(uow.at, token.issued_at)


def at_time(instant: dt.datetime | None, uow: UnitOfWork, beside: dt.datetime | None = None) -> str:
    """Return an instant in the hospital's time as the end of a sentence: ` at 09:40`, with the day if not today.

    It has seconds if the sentence names another instant of the same minute, `beside`.
    """
    if instant is None:
        return ""
    when = instant.astimezone(uow.zone)
    same_minute = beside is not None and abs(instant - beside) < dt.timedelta(minutes=1)
    time = f"{when:%H:%M:%S}" if same_minute else f"{when:%H:%M}"
    today = when.date() == uow.now.astimezone(uow.zone).date()
    return f" at {time}" if today else f" on {when:%d %b %Y} at {time}"
