"""The token, slot or doctor selected on a screen, which is the subject of a command."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from opd_tui.domain.model import Doctor, Slot, SlotRecord, Token, TokenRecord
from opd_tui.domain.records import Spec


@dataclass(frozen=True)
class Chosen:
    """A selected item, and its name in questions and form titles."""

    thing: Token | Slot | Doctor
    name: str
    record: TokenRecord | None = None
    """A selected token with its slot and doctor."""
    slots: tuple[Slot, ...] = ()
    """A selected doctor's slots of the displayed day."""

    @classmethod
    def token(cls, record: TokenRecord) -> Self:
        """Return a selected token, named after its patient."""
        return cls(record.token, record.token.patient.name, record)

    @classmethod
    def slot(cls, slot: Slot, doctor: Doctor) -> Self:
        """Return a selected slot, named after its doctor and window."""
        return cls(slot, f"{doctor.name} {slot.window}")

    @classmethod
    def doctor(cls, doctor: Doctor, records: Sequence[SlotRecord] = ()) -> Self:
        """Return a selected doctor with their slots of the displayed day."""
        return cls(doctor, doctor.name, slots=tuple(record.slot for record in records))

    def presets(self, specs: Iterable[Spec]) -> dict[str, str]:
        """Return the item's current values for these fields, as text for a form."""
        values = ((spec, getattr(self.thing, spec.name, None)) for spec in specs)
        return {spec.name: str(spec.type.to_json(value)) for spec, value in values if value is not None}
