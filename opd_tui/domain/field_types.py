"""The types of fields: validation, reading and writing of their values."""

from __future__ import annotations

import datetime as dt
import enum
import re
from typing import ClassVar, Generic, TypeVar

from opd_tui.domain.instants import MIDNIGHT_END, write_end, write_instant
from opd_tui.domain.text import clean_text, digits_of, has_letter_or_digit, has_undecoded_bytes, plain_phone

T = TypeVar("T")

NAME_LENGTH = 120
KEY_LENGTH = 64
CAPACITY_LIMIT = 1_000_000
MINUTES_A_DAY = 24 * 60
FIRST_YEAR, LAST_YEAR = 1970, 2999

_DATE = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile("[0-9]{2}:[0-9]{2}")
_TYPED_TIME = re.compile("([0-9]{1,2})[:.]?([0-9]{2})?")
_INSTANT = re.compile(
    "[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,9})?)?"
    "(Z|[+-]([01][0-9]|2[0-3]):?[0-5][0-9])?"
)
_CODE = re.compile("[A-Z0-9]{1,6}")
_NUMBER = re.compile("[+-]?[0-9]{1,4000}")
_PHONE = re.compile(r"[(]?[+]?[\d\s().\-/]+")


class InvalidValue(ValueError):
    """A value does not fit its field's type."""


class FieldType(Generic[T]):
    """The type of a field: validates, reads and writes its values."""

    expected: str
    """The allowed values, worded to follow “must be …”."""
    metavar: str = "TEXT"

    def accept(self, value: object) -> T:
        """Return the cleaned value; raise InvalidValue if it is not allowed."""
        raise NotImplementedError

    def from_text(self, text: str) -> object:
        """Return typed text in a form that `accept` understands."""
        return text

    def to_json(self, value: T) -> object:
        """Return the value as JSON."""
        return value

    def refuse(self, because: str | None = None) -> InvalidValue:
        """Return the error for a value, with the usual reason or a special one."""
        return InvalidValue(because or f"must be {self.expected}")


class Text(FieldType[str]):
    """Free text; a name must contain at least one letter or digit."""

    needs_letter = False

    def __init__(self, length: int) -> None:
        self.length = length
        self.expected = f"text of at most {length} characters"

    def accept(self, value: object) -> str:
        if not isinstance(value, str):
            raise self.refuse()
        if has_undecoded_bytes(value):
            raise self.refuse("has characters that are not in the expected encoding; write it in UTF-8")
        text = clean_text(value)
        if len(text) > self.length:
            raise self.refuse(f"must be at most {self.length} characters long, but has {len(text)}")
        if self.needs_letter and not has_letter_or_digit(text):
            raise self.refuse()
        return text


class Name(Text):
    """A person's name."""

    needs_letter = True

    def __init__(self) -> None:
        super().__init__(NAME_LENGTH)
        self.expected = f"a name of 1 to {NAME_LENGTH} characters with at least one letter or digit"


class Phone(Text):
    """A phone number, stored as typed."""

    metavar = "PHONE"

    def __init__(self) -> None:
        super().__init__(40)
        self.expected = "a phone number of 3 to 15 digits, with spaces, hyphens, brackets and a leading + if you like"

    def accept(self, value: object) -> str:
        text = super().accept(value)
        if text and not (_PHONE.fullmatch(plain_phone(text)) and 3 <= len(digits_of(text)) <= 15):
            raise self.refuse()
        return text


class Code(FieldType[str]):
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


def whole_number(text: str) -> object:
    """Return the typed integer; return other text, or too many digits for Python, unchanged for `accept` to refuse."""
    text = text.strip()
    return int(text) if _NUMBER.fullmatch(text) else text


class Whole(FieldType[int]):
    """An integer within limits; true, 1.5 and "1" are rejected."""

    metavar = "NUMBER"

    def __init__(self, first: int, last: int, what: str = "a whole number") -> None:
        self.first, self.last = first, last
        self.expected = f"{what} from {first} to {last}"

    def accept(self, value: object) -> int:
        if type(value) is not int or not self.first <= value <= self.last:
            raise self.refuse()
        return value

    def from_text(self, text: str) -> object:
        return whole_number(text)


class Flag(FieldType[bool]):
    """Yes or no."""

    expected = "true or false"
    metavar = "true|false"

    def accept(self, value: object) -> bool:
        if not isinstance(value, bool):
            raise self.refuse()
        return value

    def from_text(self, text: str) -> object:
        return {"true": True, "yes": True, "false": False, "no": False}.get(text.strip().lower(), text)


class BirthYear(Whole):
    """A year of birth."""

    metavar = "YEAR"

    def __init__(self) -> None:
        super().__init__(1850, LAST_YEAR, "a year")


class Id(FieldType[int]):
    """The id of a row; an id that no database can hold is accepted here and not found later."""

    metavar = "ID"

    def __init__(self, what: str) -> None:
        self.expected = f"the id of a {what}, a whole number"

    def accept(self, value: object) -> int:
        if type(value) is not int:
            raise self.refuse()
        return value

    def from_text(self, text: str) -> object:
        return whole_number(text)


class Sex(FieldType[str]):
    """FHIR's administrative gender; the first letter is enough."""

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


class Choice(FieldType[E_]):
    """The exact name of an enumeration's member."""

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


class Date(FieldType[dt.date]):
    """A calendar date."""

    expected = f"a date in the years {FIRST_YEAR} to {LAST_YEAR}, written like 2026-11-22"
    metavar = "DATE"

    def accept(self, value: object) -> dt.date:
        if isinstance(value, str) and _DATE.fullmatch(value):
            try:
                value = dt.date.fromisoformat(value)
            except ValueError:
                raise self.refuse("is not a calendar date; write one like 2026-11-22") from None
        if type(value) is not dt.date or not FIRST_YEAR <= value.year <= LAST_YEAR:
            raise self.refuse()
        return value

    def to_json(self, value: dt.date) -> object:
        return value.isoformat()


class TimeOfDay(FieldType[dt.time]):
    """A wall clock time in hours and minutes."""

    expected = "a time from 00:00 to 23:59, written like 09:00"
    metavar = "HH:MM"

    def from_text(self, text: str) -> object:
        """Return the time as HH:MM; it may be typed as 9, 930, 9:30 or 9.30."""
        if typed := _TYPED_TIME.fullmatch(text.strip()):
            hour, minute = typed.groups()
            return f"{hour:0>2}:{minute or '00'}"
        return text

    def accept(self, value: object) -> dt.time:
        if isinstance(value, str) and _TIME.fullmatch(value):
            try:
                value = dt.time.fromisoformat(value)
            except ValueError:
                raise self.refuse() from None
        if not isinstance(value, dt.time) or value.tzinfo or value.second or value.microsecond:
            raise self.refuse()
        return value

    def to_json(self, value: dt.time) -> object:
        return value.isoformat("minutes")


class WindowEnd(TimeOfDay):
    """The end of a time window: a wall clock time, or midnight at the end of the day, as 24:00 or 00:00."""

    expected = "a time from 00:01 to 24:00, written like 13:00"

    def accept(self, value: object) -> dt.time:
        return dt.time.min if value == MIDNIGHT_END else super().accept(value)

    def to_json(self, value: dt.time) -> object:
        return write_end(value)


class Instant(FieldType[dt.datetime]):
    """An instant; without an offset it is the hospital's wall clock time, resolved when the action runs."""

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
            raise self.refuse(f"must be in the years {FIRST_YEAR} to {LAST_YEAR}")
        return value if value.tzinfo is None else value.astimezone(dt.UTC)

    def to_json(self, value: dt.datetime) -> object:
        return value.isoformat() if value.tzinfo is None else write_instant(value)


class Key(FieldType[str]):
    """An idempotency key, compared exactly."""

    expected = f"1 to {KEY_LENGTH} printable characters"
    metavar = "KEY"

    def accept(self, value: object) -> str:
        if not isinstance(value, str) or not 1 <= len(value) <= KEY_LENGTH or not value.isprintable():
            raise self.refuse()
        return value
