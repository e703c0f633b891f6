"""Declarative fields, shared by Python, JSON Lines, the command line and the dialogs.

A `Record` dataclass cleans and validates its fields when it is created, so every instance is valid.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self, TypeVar

from opd_tui.domain.errors import InvalidAction
from opd_tui.domain.field_types import FieldType, InvalidValue
from opd_tui.domain.text import clean_text


class Unchanged(enum.Enum):
    """The default of a field that stays as it is when it is left out; null clears it."""

    UNCHANGED = enum.auto()


UNCHANGED = Unchanged.UNCHANGED


@dataclass(frozen=True)
class Spec:
    """The specification of a field: its name, type and meaning."""

    name: str
    type: FieldType[Any]
    help: str
    required: bool
    label: str
    """The field's name on the screen."""
    attribute: str
    """The name in Python: the field's, with an underscore if that is a keyword."""
    clearable: bool
    """Whether null clears it, rather than leaving it as it is."""

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
                f.name.removesuffix("_"),
                f.metadata["type"],
                f.metadata["help"],
                f.default is dataclasses.MISSING,
                f.metadata["label"] or f.name.replace("_", " ").strip().capitalize(),
                f.name,
                f.default is UNCHANGED,
            )
            for f in fields
        )

    def __post_init__(self) -> None:
        for spec in self.specs():
            if (value := getattr(self, spec.attribute)) is UNCHANGED:
                continue
            try:
                clean = None if value is None else spec.type.accept(value)
            except InvalidValue as error:
                raise InvalidAction(f"{error}.", spec.name, spec.label) from None
            if clean is None and spec.required:
                raise spec.missing()
            object.__setattr__(self, spec.attribute, None if clean == "" else clean)

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
        return cls(**{known[name].attribute: value for name, value in mapping.items()})

    @classmethod
    def trusted(cls, **values: Any) -> Self:
        """Return a record of stored values, which were validated when they were written."""
        instance = object.__new__(cls)
        for name, value in values.items():
            object.__setattr__(instance, name, value)
        return instance

    def to_json(self) -> dict[str, object]:
        """Return the fields that have a value or are to be cleared, as JSON values."""
        values = ((spec, getattr(self, spec.attribute)) for spec in self.specs())
        return {
            spec.name: None if value is None else spec.type.to_json(value)
            for spec, value in values
            if value is not UNCHANGED and (value is not None or spec.clearable)
        }


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


class Listed(FieldType[tuple[D, ...]]):
    """A list of records; on the command line, JSON."""

    metavar = "JSON"

    def __init__(self, record_class: type[D], expected: str) -> None:
        self.item = Nested(record_class, f"{expected} in each line")
        self.expected = f"a list of {expected}"

    def accept(self, value: object) -> tuple[D, ...]:
        if not isinstance(value, list | tuple):
            raise self.refuse()
        return tuple(map(self._line, value))

    def _line(self, line: object) -> D:
        try:
            return self.item.accept(line)
        except InvalidAction as refusal:
            reason = refusal.reason.rstrip(".")
            raise self.refuse(f"has an invalid line: {reason[0].lower()}{reason[1:]}") from None

    def from_text(self, text: str, today: dt.date) -> tuple[D, ...]:
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            raise self.refuse() from None
        return self.accept(value)

    def to_json(self, value: tuple[D, ...]) -> object:
        return [line.to_json() for line in value]


def quoted(text: str) -> str:
    """Return untrusted text for a message, in quotes: at most 40 characters, safe to print on a terminal."""
    return "'" + (clean_text(text)[:40] or "(blank)") + "'"
