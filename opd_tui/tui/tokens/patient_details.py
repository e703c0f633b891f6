"""The row of a new patient's details in the new-token panel."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input, Static

from opd_tui.domain.field_types import InvalidValue
from opd_tui.domain.model import Patient
from opd_tui.domain.records import Spec
from opd_tui.tui.widgets.typed_text import TypedText

PLACEHOLDERS = {"phone": "phone", "birth_year": "45 or 1981", "sex": "f or m", "uhid": "hospital no."}
"""The fields in their order, with what an empty one shows."""


class PatientDetails(Horizontal):
    """Optional fields of a new patient: phone, year of birth or age, sex and hospital number."""

    def compose(self) -> ComposeResult:
        yield Static("Details", classes="field-label")
        for name, placeholder in PLACEHOLDERS.items():
            yield TypedText(id=name, placeholder=placeholder, classes="detail")

    @property
    def fields(self) -> list[TypedText]:
        """The fields in their order."""
        return list(self.query(TypedText))

    @property
    def texts(self) -> dict[str, str]:
        """What is typed, by field."""
        return {str(field.id): field.value.strip() for field in self.fields if field.value.strip()}

    def fill(self, texts: Mapping[str, str]) -> None:
        """Show what was typed before, or empty fields."""
        for field in self.fields:
            with field.prevent(Input.Changed):
                field.value = texts.get(str(field.id), "")

    def values(self, today: dt.date) -> dict[str, object]:
        """Return the values of the fields that are typed and valid."""
        return {name: value for name, value in self._read(today).items() if not isinstance(value, InvalidValue)}

    def first_wrong(self, today: dt.date) -> tuple[TypedText, str] | None:
        """Return the first field with an invalid text, and what is wrong with it."""
        for name, value in self._read(today).items():
            if isinstance(value, InvalidValue):
                return self.query_one(f"#{name}", TypedText), f"{spec_of(name).label}: this {value}."
        return None

    def _read(self, today: dt.date) -> dict[str, object]:
        read: dict[str, object] = {}
        for name, text in self.texts.items():
            try:
                read[name] = spec_of(name).type.from_text(text, today)
            except InvalidValue as error:
                read[name] = error
        return read


def spec_of(name: str) -> Spec:
    """Return the specification of a patient's field."""
    return next(spec for spec in Patient.specs() if spec.name == name)
