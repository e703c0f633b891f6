"""What every action is: data that knows its one direct effect on a ledger."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import ClassVar

from opd_tui.domain.allocation import Move, settle
from opd_tui.domain.declared import Declared, Spec, declared
from opd_tui.domain.errors import UnknownDoctor, UnknownSlot, UnknownToken
from opd_tui.domain.journal import JournalLine
from opd_tui.domain.kinds import Instant, Key
from opd_tui.domain.ledger import Ledger
from opd_tui.domain.model import Doctor, DoctorId, Slot, SlotId, Token, TokenId

ENVELOPE = ("at", "key")
"""The fields that any action may carry."""


@dataclass(frozen=True, kw_only=True)
class Action(Declared):
    """Something the desk is asked to do."""

    verb: ClassVar[str]
    """Its name in JSON lines and in the journal."""

    at: dt.datetime | None = declared(Instant(), "when it took place, for back-entry; without it, now", default=None)
    key: str | None = declared(
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

    def run(self, ledger: Ledger) -> None:
        """Do it within the ledger's transaction; raises a DeskRefusal."""
        raise NotImplementedError


def known_doctor(ledger: Ledger, doctor_id: DoctorId) -> Doctor:
    """The doctor; raises UnknownDoctor."""
    if (doctor := ledger.doctor(doctor_id)) is None:
        raise UnknownDoctor(f"There is no doctor with id {short(doctor_id)}. `opd-tui doctor list` shows them.")
    return doctor


def known_slot(ledger: Ledger, slot_id: SlotId) -> Slot:
    """The slot; raises UnknownSlot."""
    if (slot := ledger.slot(slot_id)) is None:
        raise UnknownSlot(f"There is no slot with id {short(slot_id)}. `opd-tui slot list` shows them.")
    return slot


def known_token(ledger: Ledger, token_id: TokenId) -> Token:
    """The token; raises UnknownToken."""
    if (token := ledger.token(token_id)) is None:
        raise UnknownToken(f"There is no token with id {short(token_id)}. `opd-tui token list` shows them.")
    return token


def restore_the_rule(ledger: Ledger, slot: Slot, cause: TokenId) -> None:
    """End an action: settle the slot and write its moves to the journal."""
    for move in settle(ledger.queue(slot), cause):
        record_move(ledger, slot.id, move)


def record_move(ledger: Ledger, slot_id: SlotId, move: Move, **facts: object) -> None:
    """Write one token's change of status to the journal."""
    ledger.record(
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
