"""The token, slot or doctor selected on a screen, which is the subject of a command."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from opd_tui.domain.model import Doctor, Slot, Token
from opd_tui.domain.records import Spec


@dataclass(frozen=True)
class Chosen:
    """A selected item, and its name in questions and form titles."""

    thing: Token | Slot | Doctor
    name: str

    @classmethod
    def token(cls, token: Token) -> Self:
        """Return a selected token, named after its patient."""
        return cls(token, token.patient.name)

    @classmethod
    def slot(cls, slot: Slot, doctor: Doctor) -> Self:
        """Return a selected slot, named after its doctor and window."""
        return cls(slot, f"{doctor.name} {slot.window}")

    @classmethod
    def doctor(cls, doctor: Doctor) -> Self:
        """Return a selected doctor."""
        return cls(doctor, doctor.name)

    def presets(self, specs: Iterable[Spec]) -> dict[str, str]:
        """Return the item's current values for these fields, as text for a form."""
        values = ((spec, self.value_of(spec.name)) for spec in specs)
        return {spec.name: str(spec.type.to_json(value)) for spec, value in values if value is not None}

    def value_of(self, name: str) -> object:
        """Return the item's value of a field, for a token also its patient's, or None."""
        owners = (self.thing, self.thing.patient) if isinstance(self.thing, Token) else (self.thing,)
        return next((getattr(owner, name) for owner in owners if hasattr(owner, name)), None)
