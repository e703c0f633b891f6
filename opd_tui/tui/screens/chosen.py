"""The token, slot or doctor selected on a screen, which is the subject of a command."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from opd_tui.domain.model import Doctor, Slot, SlotRecord, Token, TokenRecord
from opd_tui.domain.records import Spec

NEVER = float("-inf")


@dataclass(frozen=True)
class Chosen:
    """A selected item, and its name in questions and form titles."""

    thing: Token | Slot | Doctor
    name: str
    record: TokenRecord | None = None
    """A selected token with its slot and doctor."""
    slots: tuple[Slot, ...] = ()
    """A selected doctor's slots of the displayed day."""
    completes: Token | None = None
    """The token that a command would complete, as far as the screen shows it."""
    since: float = NEVER
    """When the screen showed this token in place of another, which the key may have been meant for (monotonic)."""

    @classmethod
    def token(cls, record: TokenRecord, since: float = NEVER) -> Self:
        """Return a selected token, named after its patient."""
        return cls(record.token, record.token.patient.name, record, completes=record.token, since=since)

    @classmethod
    def slot(cls, slot: Slot, doctor: Doctor) -> Self:
        """Return a selected slot, named after its doctor and window."""
        return cls(slot, f"{doctor.name} {slot.window}")

    @classmethod
    def doctor(
        cls, doctor: Doctor, records: Sequence[SlotRecord] = (), inside: Token | None = None, since: float = NEVER
    ) -> Self:
        """Return a selected doctor with their slots of a day, and who is inside and since when that is shown."""
        slots = tuple(record.slot for record in records)
        return cls(doctor, doctor.name, slots=slots, completes=inside, since=since)

    def presets(self, specs: Iterable[Spec]) -> dict[str, str]:
        """Return the item's current values for these fields, as text for a form."""
        values = ((spec, self.value_of(spec.name)) for spec in specs)
        return {spec.name: str(spec.type.to_json(value)) for spec, value in values if value is not None}

    def value_of(self, name: str) -> object:
        """Return the item's value of a field, for a token also its patient's, or None."""
        owners = (self.thing, self.thing.patient) if isinstance(self.thing, Token) else (self.thing,)
        return next((getattr(owner, name) for owner in owners if hasattr(owner, name)), None)
