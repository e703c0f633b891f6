"""Fields that are declared once and serve every road in: Python, JSON lines, the command line and the dialogs.

A `Declared` dataclass cleans and checks each of its fields when it is made, so that a value that exists is a
valid one. Every road only has to build it.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Self, TypeVar

from opd_tui.domain.errors import InvalidAction
from opd_tui.domain.instants import write_instant
from opd_tui.domain.text import clean_text, digits_of, has_letter_or_digit

T = TypeVar("T")

NAME_LENGTH = 120
KEY_LENGTH = 64
CAPACITY_LIMIT = 1_000_000
MINUTES_A_DAY = 24 * 60
FIRST_YEAR, LAST_YEAR = 1970, 2999

_DATE = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile("[0-9]{2}:[0-9]{2}")
_INSTANT = re.compile(
    "[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,9})?)?"
    "(Z|[+-]([01][0-9]|2[0-3]):?[0-5][0-9])?"
)
_CODE = re.compile("[A-Z0-9]{1,6}")
_NUMBER = re.compile("[+-]?[0-9]{1,28}")
_PHONE = re.compile(r"[+]?[\d\s().\-/]+")


class Unacceptable(ValueError):
    """A value is not of its field's kind."""


class Kind(Generic[T]):
    """What one field may hold, how it is read and how it is written."""

    expected: str
    """What is allowed, as the rest of “must be …”."""
    metavar: str = "TEXT"

    def accept(self, value: object) -> T:
        """The clean value; raises Unacceptable."""
        raise NotImplementedError

    def from_text(self, text: str) -> object:
        """What somebody typed, as something that `accept` reads."""
        return text

    def to_json(self, value: T) -> object:
        """The value as JSON."""
        return value

    def refuse(self, because: str | None = None) -> Unacceptable:
        return Unacceptable(because or f"must be {self.expected}")


class Text(Kind[str]):
    """Text that people typed; at least one character of it must be readable aloud where it names something."""

    needs_letter = False

    def __init__(self, length: int) -> None:
        self.length = length
        self.expected = f"text of at most {length} characters"

    def accept(self, value: object) -> str:
        if not isinstance(value, str):
            raise self.refuse()
        text = clean_text(value)
        if len(text) > self.length:
            raise self.refuse(f"must be at most {self.length} characters long, and has {len(text)}")
        if self.needs_letter and not has_letter_or_digit(text):
            raise self.refuse()
        return text


class Name(Text):
    """A name of somebody."""

    needs_letter = True

    def __init__(self) -> None:
        super().__init__(NAME_LENGTH)
        self.expected = f"a name of 1 to {NAME_LENGTH} characters with at least one letter or digit"


class Phone(Text):
    """A phone number, kept as it was typed."""

    metavar = "PHONE"

    def __init__(self) -> None:
        super().__init__(40)
        self.expected = "a phone number of 3 to 15 digits, with spaces, hyphens, brackets and a leading + if you like"

    def accept(self, value: object) -> str:
        text = super().accept(value)
        if text and not (_PHONE.fullmatch(text) and 3 <= len(digits_of(text)) <= 15):
            raise self.refuse()
        return text


class Code(Kind[str]):
    """A doctor's short code."""

    expected = "1 to 6 letters A–Z or digits"
    metavar = "CODE"

    def accept(self, value: object) -> str:
        if not isinstance(value, str):
            raise self.refuse()
        text = clean_text(value)
        code = text.upper() if text.isascii() else text
        if text and not _CODE.fullmatch(code):
            raise self.refuse()
        return code


class Whole(Kind[int]):
    """A whole number within limits; true, 1.5 and "1" are none."""

    metavar = "NUMBER"

    def __init__(self, first: int, last: int, what: str = "a whole number") -> None:
        self.first, self.last = first, last
        self.expected = f"{what} from {first} to {last}"

    def accept(self, value: object) -> int:
        if type(value) is not int or not self.first <= value <= self.last:
            raise self.refuse()
        return value

    def from_text(self, text: str) -> object:
        """A number where the text is one; longer than any limit is left to `accept` to refuse."""
        text = text.strip()
        return int(text) if _NUMBER.fullmatch(text) else text


class BirthYear(Whole):
    """A year of birth."""

    metavar = "YEAR"

    def __init__(self) -> None:
        super().__init__(1850, LAST_YEAR, "a year")


class Id(Whole):
    """The id of something; one that no database could hold is simply unknown."""

    metavar = "ID"

    def __init__(self, what: str) -> None:
        super().__init__(0, 0)
        self.expected = f"the id of a {what}, a whole number"

    def accept(self, value: object) -> int:
        if type(value) is not int:
            raise self.refuse()
        return value


class Sex(Kind[str]):
    """Administrative gender as FHIR codes it; a first letter will do."""

    metavar = "SEX"
    codes: ClassVar = ("female", "male", "other", "unknown")
    expected = "female, male, other or unknown"

    def accept(self, value: object) -> str:
        text = clean_text(value).casefold() if isinstance(value, str) else None
        for code in self.codes:
            if text in (code, code[0]):
                return code
        if text == "":
            return ""
        raise self.refuse()


E_ = TypeVar("E_", bound=enum.Enum)


class Choice(Kind[E_]):
    """One of an enumeration's names, spelled exactly."""

    def __init__(self, enumeration: type[E_]) -> None:
        self.enumeration = enumeration
        self.expected = "one of " + ", ".join(member.name for member in enumeration)
        self.metavar = "|".join(member.name for member in enumeration)

    def accept(self, value: object) -> E_:
        if isinstance(value, self.enumeration):
            return value
        if isinstance(value, str) and value in self.enumeration.__members__:
            return self.enumeration[value]
        raise self.refuse()

    def to_json(self, value: E_) -> object:
        return value.name


class Date(Kind[dt.date]):
    """A calendar date."""

    expected = f"a date of the years {FIRST_YEAR} to {LAST_YEAR}, written like 2026-11-22"
    metavar = "DATE"

    def accept(self, value: object) -> dt.date:
        if isinstance(value, str) and _DATE.fullmatch(value.strip(" ")):
            try:
                value = dt.date.fromisoformat(value.strip(" "))
            except ValueError:
                raise self.refuse("is no date of the calendar; write one like 2026-11-22") from None
        if type(value) is not dt.date or not FIRST_YEAR <= value.year <= LAST_YEAR:
            raise self.refuse()
        return value

    def to_json(self, value: dt.date) -> object:
        return value.isoformat()


class TimeOfDay(Kind[dt.time]):
    """A wall clock time, to the minute."""

    expected = "a time from 00:00 to 23:59, written like 09:00"
    metavar = "HH:MM"

    def accept(self, value: object) -> dt.time:
        if isinstance(value, str) and _TIME.fullmatch(value.strip(" ")):
            try:
                value = dt.time.fromisoformat(value.strip(" "))
            except ValueError:
                raise self.refuse() from None
        if not isinstance(value, dt.time) or value.tzinfo or value.second or value.microsecond:
            raise self.refuse()
        return value

    def to_json(self, value: dt.time) -> object:
        return value.isoformat("minutes")


class Instant(Kind[dt.datetime]):
    """An instant; without an offset it is the hospital's wall clock, resolved when the action is done."""

    expected = "an instant written like 2026-11-22T09:15:00+05:30"
    metavar = "INSTANT"

    def accept(self, value: object) -> dt.datetime:
        if isinstance(value, str) and _INSTANT.fullmatch(value):
            try:
                value = dt.datetime.fromisoformat(value)
            except ValueError:
                raise self.refuse() from None
        if not isinstance(value, dt.datetime):
            raise self.refuse()
        if not FIRST_YEAR - 1 <= value.year <= LAST_YEAR:
            raise self.refuse(f"must be of the years {FIRST_YEAR} to {LAST_YEAR}")
        return value if value.tzinfo is None else value.astimezone(dt.UTC)

    def to_json(self, value: dt.datetime) -> object:
        return value.isoformat() if value.tzinfo is None else write_instant(value)


class Key(Kind[str]):
    """An idempotency key, compared letter by letter."""

    expected = f"1 to {KEY_LENGTH} printable characters"
    metavar = "KEY"

    def accept(self, value: object) -> str:
        if not isinstance(value, str) or not 1 <= len(value) <= KEY_LENGTH or not value.isprintable():
            raise self.refuse()
        return value


@dataclass(frozen=True)
class Spec:
    """One declared field: its kind and what it means."""

    name: str
    kind: Kind[Any]
    help: str
    required: bool


def declared(kind: Kind[Any], help: str, *, default: Any = dataclasses.MISSING) -> Any:
    """A dataclass field of a `Declared` class."""
    return dataclasses.field(default=default, metadata={"kind": kind, "help": help})


class Declared:
    """A frozen dataclass whose fields are cleaned and checked when it is made; raises InvalidAction."""

    @classmethod
    @functools.cache
    def specs(cls) -> tuple[Spec, ...]:
        """The fields in the order in which they are asked for."""
        fields = dataclasses.fields(cls)  # type: ignore[arg-type]
        return tuple(
            Spec(f.name, f.metadata["kind"], f.metadata["help"], f.default is dataclasses.MISSING) for f in fields
        )

    def __post_init__(self) -> None:
        for spec in self.specs():
            value = getattr(self, spec.name)
            try:
                clean = None if value is None else spec.kind.accept(value)
            except Unacceptable as error:
                raise InvalidAction(f"Field '{spec.name}' {error}.") from None
            if clean is None and spec.required:
                raise InvalidAction(f"Field '{spec.name}' is missing: {spec.help}.")
            object.__setattr__(self, spec.name, None if clean == "" else clean)

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> Self:
        """Build it from untrusted names and values; raises InvalidAction that names the field."""
        known = {spec.name: spec for spec in cls.specs()}
        for name in mapping:
            if name not in known:
                raise InvalidAction(f"Field {quoted(name)} is unknown here; the fields are {', '.join(known)}.")
        for spec in known.values():
            if spec.required and spec.name not in mapping:
                raise InvalidAction(f"Field '{spec.name}' is missing: {spec.help}.")
        return cls(**mapping)

    @classmethod
    def trusted(cls, **values: Any) -> Self:
        """Build it from values that were checked when they were stored."""
        instance = object.__new__(cls)
        for name, value in values.items():
            object.__setattr__(instance, name, value)
        return instance

    def to_json(self) -> dict[str, object]:
        """The fields that are set, as JSON values."""
        values = ((spec, getattr(self, spec.name)) for spec in self.specs())
        return {spec.name: spec.kind.to_json(value) for spec, value in values if value is not None}


D = TypeVar("D", bound=Declared)


class Nested(Kind[D]):
    """Fields within a field; its first field alone may stand for all."""

    def __init__(self, declared_class: type[D], expected: str) -> None:
        self.declared_class = declared_class
        self.expected = expected

    def accept(self, value: object) -> D:
        if isinstance(value, self.declared_class):
            return value
        if isinstance(value, str):
            value = {self.declared_class.specs()[0].name: value}
        if not isinstance(value, Mapping):
            raise self.refuse()
        return self.declared_class.from_mapping(value)

    def to_json(self, value: D) -> object:
        return value.to_json()


def quoted(text: str) -> str:
    """Somebody's text within a message: short, and safe to print anywhere."""
    return "'" + (clean_text(text)[:40] or "(blank)") + "'"
