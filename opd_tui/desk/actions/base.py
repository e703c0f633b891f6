"""The base class of actions, and the lookups that they share."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection
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
    return there_is(uow.doctor(doctor_id), doctor_id)


def held_doctor(uow: UnitOfWork, doctor_id: DoctorId) -> Doctor:
    """Return the doctor, locked against other desks; raise UnknownDoctor if there is none with this id."""
    return there_is(uow.hold_doctor(doctor_id), doctor_id)


def there_is(doctor: Doctor | None, doctor_id: DoctorId) -> Doctor:
    """Return the doctor; raise UnknownDoctor for None, or if the adding was undone."""
    if doctor is None or doctor.withdrawn_at:
        raise UnknownDoctor(f"There is no doctor with id {short_id(doctor_id)}.", Advice.LIST_DOCTORS)
    return doctor


def known_token(uow: UnitOfWork, token_id: TokenId) -> Token:
    """Return the token; raise UnknownToken if there is none, and InvalidAction for an `at` before it was issued."""
    if (token := uow.token(token_id)) is None:
        raise UnknownToken(f"There is no token with id {short_id(token_id)}.", Advice.LIST_TOKENS)
    refuse_too_early(uow, token)
    return token


def refuse_too_early(uow: UnitOfWork, token: Token) -> None:
    """Raise InvalidAction for an `at` before the token was issued."""
    if uow.at < token.issued_at and uow.at != uow.now:  # a clock that was set back refuses nothing
        raise InvalidAction(
            f"is earlier than the token: {token.label} was issued{at_time(token.issued_at, uow)}, "
            f"and this is said to have happened{at_time(uow.at, uow, token.issued_at)}. Check the time.",
            *AT,
        )


def held(
    uow: UnitOfWork, token_ids: Collection[TokenId], slot_ids: Collection[SlotId] = ()
) -> tuple[list[Token], dict[SlotId, Slot]]:
    """Return tokens, and their slots together with others, all of them locked against other desks in one call.

    If another desk moved one of the tokens before its slot was locked, its new slot is locked as well. Raises
    UnknownToken and UnknownSlot.
    """
    slots: dict[SlotId, Slot] = {}
    while True:
        tokens = [known_token(uow, token_id) for token_id in token_ids]
        wanted = {*slot_ids, *(token.slot_id for token in tokens)}
        if wanted <= slots.keys():
            return tokens, slots
        slots = uow.hold_slots(wanted)
        for slot_id in sorted(wanted):
            if slot_id not in slots or (slot_id in slot_ids and slots[slot_id].withdrawn_at):
                raise UnknownSlot(f"There is no slot with id {short_id(slot_id)}.", Advice.LIST_SLOTS)


def held_slot(uow: UnitOfWork, slot_id: SlotId) -> Slot:
    """Return the slot, locked against other desks; raise UnknownSlot if there is none with this id."""
    return held(uow, (), [slot_id])[1][slot_id]


def held_token(uow: UnitOfWork, token_id: TokenId) -> tuple[Token, Slot]:
    """Return the token and its slot, which is locked against other desks; raise UnknownToken if it does not exist."""
    (token,), slots = held(uow, [token_id])
    return token, slots[token.slot_id]


def held_day(uow: UnitOfWork, doctor_id: DoctorId, date: dt.date) -> dict[SlotId, Slot]:
    """Return the slots of a doctor's day by start, all of them locked against other desks."""
    return held_while_same(uow, lambda: uow.slots_of_day(doctor_id, date))


def held_beside(uow: UnitOfWork, slot_id: SlotId) -> dict[SlotId, Slot]:
    """Return the slots of a slot's doctor and day as `held_day` does; raise UnknownSlot if the slot does not exist."""
    slots = held_while_same(uow, lambda: uow.slots_beside(slot_id))
    if slot_id not in slots:
        raise UnknownSlot(f"There is no slot with id {short_id(slot_id)}.", Advice.LIST_SLOTS)
    return slots


def held_while_same(uow: UnitOfWork, find: Callable[[], list[SlotId]]) -> dict[SlotId, Slot]:
    """Lock the slots that `find` returns, again if another desk opened or withdrew one before they were locked."""
    while True:
        slot_ids = find()
        slots = uow.hold_slots(slot_ids)
        if slot_ids == find():
            return {slot_id: slots[slot_id] for slot_id in slot_ids}


def held_in_its_day(uow: UnitOfWork, token_id: TokenId) -> tuple[Token, Slot]:
    """Return a token and its slot, with all slots of the doctor's day locked; raise UnknownToken and UnknownSlot."""
    token = known_token(uow, token_id)
    while True:
        slots = held_beside(uow, token.slot_id)
        token = known_token(uow, token_id)
        if token.slot_id in slots:  # else another desk moved it before the slots were locked
            return token, slots[token.slot_id]


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
