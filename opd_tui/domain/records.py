"""Declarative fields, shared by Python, JSON Lines, the command line and the dialogs.

A `Record` dataclass cleans and validates its fields when it is created, so every instance is valid.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self, TypeVar

from opd_tui.domain.errors import InvalidAction
from opd_tui.domain.field_types import FieldType, InvalidValue
from opd_tui.domain.text import clean_text


@dataclass(frozen=True)
class Spec:
    """The specification of a field: its name, type and meaning."""

    name: str
    type: FieldType[Any]
    help: str
    required: bool
    label: str
    """The field's name on the screen."""

    def missing(self) -> InvalidAction:
        """Return the refusal of an action without this field."""
        return InvalidAction(f"is missing; it must be {self.type.expected}.", self.name, self.label)


def field(type: FieldType[Any], help: str, *, default: Any = dataclasses.MISSING, label: str = "") -> Any:
    """Return a dataclass field for a `Record`; `label` replaces the field's name on the screen."""
    return dataclasses.field(default=default, metadata={"type": type, "help": help, "label": label})


class Record:
    """Base class of frozen dataclasses that clean and validate their fields; raise InvalidAction if one is invalid."""

    @classmethod
    @functools.cache
    def specs(cls) -> tuple[Spec, ...]:
        """Return the fields in the order of their declaration, which is that of a dialog."""
        fields = dataclasses.fields(cls)  # type: ignore[arg-type]
        return tuple(
            Spec(
                f.name,
                f.metadata["type"],
                f.metadata["help"],
                f.default is dataclasses.MISSING,
                f.metadata["label"] or f.name.replace("_", " ").capitalize(),
            )
            for f in fields
        )

    def __post_init__(self) -> None:
        for spec in self.specs():
            value = getattr(self, spec.name)
            try:
                clean = None if value is None else spec.type.accept(value)
            except InvalidValue as error:
                raise InvalidAction(f"{error}.", spec.name, spec.label) from None
            if clean is None and spec.required:
                raise spec.missing()
            object.__setattr__(self, spec.name, None if clean == "" else clean)

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> Self:
        """Return a record of untrusted names and values; raise InvalidAction, naming the field, if one is invalid."""
        known = {spec.name: spec for spec in cls.specs()}
        for name in mapping:
            if name not in known:
                raise InvalidAction(f"Field {quoted(name)} is unknown here; the fields are {', '.join(known)}.")
        for spec in known.values():
            if spec.required and spec.name not in mapping:
                raise spec.missing()
        return cls(**mapping)

    @classmethod
    def trusted(cls, **values: Any) -> Self:
        """Return a record of stored values, which were validated when they were written."""
        instance = object.__new__(cls)
        for name, value in values.items():
            object.__setattr__(instance, name, value)
        return instance

    def to_json(self) -> dict[str, object]:
        """Return the fields that have a value, as JSON values."""
        values = ((spec, getattr(self, spec.name)) for spec in self.specs())
        return {spec.name: spec.type.to_json(value) for spec, value in values if value is not None}


D = TypeVar("D", bound=Record)


class Nested(FieldType[D]):
    """A record within a field; a plain string stands for the record's first field."""

    def __init__(self, record_class: type[D], expected: str) -> None:
        self.record_class = record_class
        self.expected = expected

    def accept(self, value: object) -> D:
        if isinstance(value, self.record_class):
            return value
        if isinstance(value, str):
            value = {self.record_class.specs()[0].name: value}
        if not isinstance(value, Mapping):
            raise self.refuse()
        return self.record_class.from_mapping(value)

    def to_json(self, value: D) -> object:
        return value.to_json()


def quoted(text: str) -> str:
    """Return untrusted text for a message, in quotes: at most 40 characters, safe to print on a terminal."""
    return "'" + (clean_text(text)[:40] or "(blank)") + "'"
