"""What every action is: data that knows its one direct effect on a uow."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from opd_tui.domain.allocation import Move, settle
from opd_tui.domain.errors import UnknownDoctor, UnknownSlot, UnknownToken
from opd_tui.domain.field_types import Instant, Key
from opd_tui.domain.journal import JournalLine
from opd_tui.domain.model import Doctor, DoctorId, Slot, SlotId, Token, TokenId
from opd_tui.domain.records import Record, Spec, field
from opd_tui.domain.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from opd_tui.desk.outcome import Forecast

ENVELOPE = ("at", "key")
"""The fields that any action may carry."""


@dataclass(frozen=True, kw_only=True)
class Action(Record):
    """Something the desk is asked to do."""

    verb: ClassVar[str]
    """Its name in JSON lines and in the journal."""

    at: dt.datetime | None = field(Instant(), "when it took place, for back-entry; without it, now", default=None)
    key: str | None = field(
        Key(),
        "an idempotency key: sent again, the first answer is returned and nothing is done",
        default=None,
    )

    @classmethod
    def own_specs(cls) -> tuple[Spec, ...]:
        """The fields that are this action's alone."""
        return tuple(spec for spec in cls.specs() if spec.name not in ENVELOPE)

    @classmethod
    def envelope_specs(cls) -> tuple[Spec, ...]:
        """The fields that any action may carry."""
        return tuple(spec for spec in cls.specs() if spec.name in ENVELOPE)

    yes: ClassVar[str] = "Yes, do it"
    """What the button says that confirms it."""

    def question(self, forecast: Forecast, chosen: str = "") -> str | None:
        """What a person is asked before it is done, None where nobody loses anything; `chosen` is what it is about."""
        return None

    def run(self, uow: UnitOfWork) -> None:
        """Do it within the uow's transaction; raises a DeskRefusal."""
        raise NotImplementedError


def known_doctor(uow: UnitOfWork, doctor_id: DoctorId) -> Doctor:
    """The doctor; raises UnknownDoctor."""
    if (doctor := uow.doctor(doctor_id)) is None:
        raise UnknownDoctor(f"There is no doctor with id {short(doctor_id)}. `opd-tui doctor list` shows them.")
    return doctor


def known_slot(uow: UnitOfWork, slot_id: SlotId) -> Slot:
    """The slot; raises UnknownSlot."""
    if (slot := uow.slot(slot_id)) is None:
        raise UnknownSlot(f"There is no slot with id {short(slot_id)}. `opd-tui slot list` shows them.")
    return slot


def known_token(uow: UnitOfWork, token_id: TokenId) -> Token:
    """The token; raises UnknownToken."""
    if (token := uow.token(token_id)) is None:
        raise UnknownToken(f"There is no token with id {short(token_id)}. `opd-tui token list` shows them.")
    return token


def restore_the_rule(uow: UnitOfWork, slot: Slot, cause: TokenId) -> None:
    """End an action: settle the slot and write its moves to the journal."""
    for move in settle(uow.queue(slot), cause):
        record_move(uow, slot.id, move)


def record_move(uow: UnitOfWork, slot_id: SlotId, move: Move, **facts: object) -> None:
    """Write one token's change of status to the journal."""
    uow.record(
        JournalLine(
            slot_id=slot_id,
            token_id=move.token_id,
            from_status=move.from_status,
            to_status=move.to_status,
            reason=move.reason,
            because_of=move.because_of,
            facts=facts,
        )
    )


def short(number: int) -> str:
    """A number that fits into a sentence, however long it is."""
    return str(number) if abs(number) < 10**20 else "of more than 20 digits"
