"""The types of fields: validation, reading and writing of their values; dates and times are in `time_types`."""

from __future__ import annotations

import datetime as dt
import enum
import re
from typing import ClassVar, Generic, TypeVar

from opd_tui.domain.text import (
    clean_text,
    digits_of,
    has_letter_or_digit,
    has_undecoded_bytes,
    is_phone_like,
    with_ascii_digits,
)

T = TypeVar("T")

NAME_LENGTH = 120
KEY_LENGTH = 64
CAPACITY_LIMIT = 500
"""The most seats that a slot is given; a database may hold larger slots from before."""
MINUTES_A_DAY = 24 * 60
FIRST_YEAR, LAST_YEAR = 1970, 2999
FIRST_BIRTH_YEAR, OLDEST = 1900, 130
"""The earliest year of birth, and the highest age."""

_CODE = re.compile("[A-Z0-9]{1,6}")
_NUMBER = re.compile("[+-]?[0-9]{1,4000}")
_PART_OF_AGE = re.compile("([0-9]{1,4}) ?(y|yrs?|years?|m|mo|months?|w|wks?|weeks?|d|days?)(?![a-z])")
_AGE = re.compile(rf"{_PART_OF_AGE.pattern}(?:,? ?{_PART_OF_AGE.pattern}){{0,2}}")


class InvalidValue(ValueError):
    """A value does not fit its field's type."""


class FieldType(Generic[T]):
    """The type of a field: validates, reads and writes its values."""

    expected: str
    """The allowed values, worded to follow “must be …”."""
    such_as: str = ""
    """Examples of what can be typed, where it is not obvious."""
    metavar: str = "TEXT"

    def accept(self, value: object) -> T:
        """Return the cleaned value; raise InvalidValue if it is not allowed."""
        raise NotImplementedError

    def from_text(self, text: str, today: dt.date) -> T:
        """Return the value of typed text, in which dates may depend on today; raise InvalidValue if it has none."""
        return self.accept(text)

    def to_json(self, value: T) -> object:
        """Return the value as JSON."""
        return value

    def in_words(self, value: T) -> str:
        """Return a value in words where typed text may mean something else than it looks like, else ""."""
        return ""

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
        if text and not (is_phone_like(text) and 3 <= len(digits_of(text)) <= 15):
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


def letters_of(name: str) -> str:
    """Return the letters of a name in capitals, without spaces, hyphens and underscores between them."""
    return "".join(filter(str.isalnum, name)).upper()


def whole_number(text: str) -> object:
    """Return the typed integer; return other text, or too many digits for Python, unchanged for `accept` to refuse."""
    text = text.strip()
    digits = with_ascii_digits(text)
    return int(digits) if _NUMBER.fullmatch(digits) else text


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

    def from_text(self, text: str, today: dt.date) -> int:
        return self.accept(whole_number(text))


class Flag(FieldType[bool]):
    """Yes or no."""

    expected = "true or false"
    metavar = "true|false"

    def accept(self, value: object) -> bool:
        if not isinstance(value, bool):
            raise self.refuse()
        return value

    def from_text(self, text: str, today: dt.date) -> bool:
        words = {"true": True, "yes": True, "false": False, "no": False}
        return self.accept(words.get(text.strip().casefold(), text))


class BirthYear(Whole):
    """A year of birth, which may be typed as an age: `45`, `45y`, `2y 3m`, or `8m` for a child of eight months."""

    metavar = "YEAR"
    such_as = "1981, or the age: 45, 45y, 2y 3m, 8m, 3w"

    def __init__(self) -> None:
        super().__init__(FIRST_BIRTH_YEAR, LAST_YEAR, "a year")

    def from_text(self, text: str, today: dt.date) -> int:
        typed = " ".join(with_ascii_digits(text).casefold().split())
        try:
            if _AGE.fullmatch(typed):
                return self.accept(birth_year(typed, today))
            number = whole_number(typed)
            if isinstance(number, int) and OLDEST < number < self.first:
                raise self.refuse()
            if isinstance(number, int) and 0 <= number < self.first:
                number = today.year - number
            return self.accept(number)
        except InvalidValue:
            raise self.refuse(f"must be {self.expected}, or an age such as 45, 45y, 2y 3m or 8m") from None

    def in_words(self, value: int) -> str:
        return f"born in {value}"


def birth_year(age: str, today: dt.date) -> int:
    """Return the year of birth of an age in years, months, weeks and days."""
    of_unit = dict.fromkeys("ymwd", 0)
    for number, unit in _PART_OF_AGE.findall(age):
        of_unit[unit[0]] += int(number)
    born = today - dt.timedelta(weeks=of_unit["w"], days=of_unit["d"])
    return (born.year * 12 + born.month - 1 - of_unit["y"] * 12 - of_unit["m"]) // 12


class Id(FieldType[int]):
    """The id of a row; an id that no database can hold is accepted here and not found later."""

    metavar = "ID"

    def __init__(self, what: str) -> None:
        self.expected = f"the id of a {what}, a whole number"

    def accept(self, value: object) -> int:
        if type(value) is not int:
            raise self.refuse()
        return value

    def from_text(self, text: str, today: dt.date) -> int:
        return self.accept(whole_number(text))


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

    def from_text(self, text: str, today: dt.date) -> E_:
        """Return the member of this name; case, spaces and hyphens do not matter."""
        names = {letters_of(name): name for name in self.enumeration.__members__}
        return self.accept(names.get(letters_of(text), text))

    def to_json(self, value: E_) -> object:
        return value.name


class Key(FieldType[str]):
    """An idempotency key, compared exactly."""

    expected = f"1 to {KEY_LENGTH} printable characters"
    metavar = "KEY"

    def accept(self, value: object) -> str:
        if not isinstance(value, str) or not 1 <= len(value) <= KEY_LENGTH or not value.isprintable():
            raise self.refuse()
        return value
