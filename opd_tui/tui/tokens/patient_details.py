"""The row of a patient's details in the new-token panel."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input, Static

from opd_tui.domain.events.patients import told
from opd_tui.domain.field_types import InvalidValue
from opd_tui.domain.model import Patient
from opd_tui.domain.records import Spec
from opd_tui.domain.text import phone_key, uhid_key
from opd_tui.tui.widgets.typed_text import TypedText

PLACEHOLDERS = {"phone": "phone", "birth_year": "45 or 1981", "sex": "f or m", "uhid": "hospital no."}
"""The fields in their order, with what an empty one shows."""


class PatientDetails(Horizontal):
    """Optional fields of a patient: phone, year of birth or age, sex and hospital number.

    Of a known patient, the fields that the record has are shown and cannot be changed here.
    """

    covered: Mapping[str, str] = {}
    """What was typed in the fields that show the record."""

    def compose(self) -> ComposeResult:
        yield Static("Details", classes="field-label")
        for name, placeholder in PLACEHOLDERS.items():
            yield TypedText(id=name, placeholder=placeholder, classes="detail")

    def field(self, name: str) -> TypedText:
        """Return the field with this name."""
        return self.query_one(f"#{name}", TypedText)

    @property
    def fields(self) -> list[TypedText]:
        """The fields that can be typed in, in their order."""
        return [field for field in self.query(TypedText) if not field.disabled]

    @property
    def texts(self) -> dict[str, str]:
        """What is typed, by field."""
        return {str(field.id): field.value.strip() for field in self.fields if field.value.strip()}

    @property
    def typed(self) -> dict[str, str]:
        """What is typed, by field, also where the record is shown in its place."""
        return {**self.texts, **self.covered}

    def fill(self, texts: Mapping[str, str]) -> None:
        """Show what was typed before, or empty fields."""
        for field in self.fields:
            self._show(field, texts.get(str(field.id), ""))

    def show_record(self, patient: Patient | None) -> None:
        """Show the fields that a known patient's record has, in place of what is typed; None shows that again."""
        typed = self.typed
        recorded = {name: value for name, value in told(patient).items() if name in PLACEHOLDERS} if patient else {}
        for name in PLACEHOLDERS:
            field = self.field(name)
            field.disabled = name in recorded
            self._show(field, str(recorded.get(name, typed.get(name, ""))))
        self.covered = {name: text for name, text in typed.items() if name in recorded}

    @staticmethod
    def _show(field: TypedText, text: str) -> None:
        with field.prevent(Input.Changed):
            field.value = text

    def not_taken(self, today: dt.date) -> str:
        """Return what was typed and differs from a known patient's record, which it does not change."""
        for name, value in read(self.covered, today).items():
            recorded = self.field(name).value
            if not isinstance(value, InvalidValue) and not is_same(name, str(value), recorded):
                return f"{spec_of(name).label} {value} is not saved: the record has another. F2 changes it."
        return ""

    def values(self, today: dt.date) -> dict[str, object]:
        """Return the values of the fields that are typed and valid."""
        return {name: value for name, value in read(self.texts, today).items() if not isinstance(value, InvalidValue)}

    def in_words(self, today: dt.date) -> str:
        """Return the values that mean something else than they look like, such as an age."""
        words = (spec_of(name).type.in_words(value) for name, value in self.values(today).items())
        return " · ".join(each.capitalize() for each in words if each)

    def first_wrong(self, today: dt.date, *, left_only: bool = False) -> tuple[TypedText, str] | None:
        """Return the first field with an invalid text, and what is wrong with it; perhaps none that has the focus."""
        for name, value in read(self.texts, today).items():
            field = self.field(name)
            if isinstance(value, InvalidValue) and not (left_only and field.has_focus):
                return field, f"{spec_of(name).label}: this {value}."
        return None


def read(texts: Mapping[str, str], today: dt.date) -> dict[str, object]:
    """Return the values of typed texts, by field; an InvalidValue where one is not valid."""
    values: dict[str, object] = {}
    for name, text in texts.items():
        try:
            values[name] = spec_of(name).type.from_text(text, today)
        except InvalidValue as error:
            values[name] = error
    return values


def is_same(name: str, typed: str, recorded: str) -> bool:
    """Return whether a typed value says what the record has; a phone or a hospital number may be written otherwise."""
    key = {"phone": phone_key, "uhid": uhid_key}.get(name, str)
    return key(typed) == key(recorded)


def spec_of(name: str) -> Spec:
    """Return the specification of a patient's field."""
    return next(spec for spec in Patient.specs() if spec.name == name)
