"""What a command is about: the token, slot or doctor that is chosen on a screen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from opd_tui.domain.model import Doctor, Slot, Token
from opd_tui.domain.records import Spec


@dataclass(frozen=True)
class Chosen:
    """A thing of the desk, and how a question and the title of a form call it."""

    thing: Token | Slot | Doctor
    name: str

    @classmethod
    def token(cls, token: Token) -> Self:
        """A token, which is called by its patient's name."""
        return cls(token, token.patient.name)

    @classmethod
    def slot(cls, slot: Slot, doctor: Doctor) -> Self:
        """A slot, which is called by its doctor and window."""
        return cls(slot, f"{doctor.name} {slot.window}")

    @classmethod
    def doctor(cls, doctor: Doctor) -> Self:
        """A doctor."""
        return cls(doctor, doctor.name)

    def presets(self, specs: Iterable[Spec]) -> dict[str, str]:
        """What it has now under the names of fields, as text for a form."""
        values = ((spec, getattr(self.thing, spec.name, None)) for spec in specs)
        return {spec.name: str(spec.type.to_json(value)) for spec, value in values if value is not None}
