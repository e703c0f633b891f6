"""The types of fields that hold dates, times and instants."""

from __future__ import annotations

import datetime as dt
import re

from opd_tui.domain.field_types import FIRST_YEAR, LAST_YEAR, FieldType
from opd_tui.domain.instants import MIDNIGHT_END, write_end, write_instant
from opd_tui.domain.typed_dates import date_typed, instant_typed, time_typed

_DATE = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile("[0-9]{2}:[0-9]{2}")
_MIDNIGHT = re.compile("24(?:[:.]?00)?")
_INSTANT = re.compile(
    "[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,9})?)?"
    "(Z|[+-]([01][0-9]|2[0-3]):?[0-5][0-9])?"
)


class Date(FieldType[dt.date]):
    """A calendar date."""

    expected = f"a date in the years {FIRST_YEAR} to {LAST_YEAR}, written like 2026-11-22"
    such_as = "28, 28/11, 28 nov, tomorrow, mon or +3"
    metavar = "DATE"

    def from_text(self, text: str, today: dt.date) -> dt.date:
        date = date_typed(text, today)
        if date is None:
            raise self.refuse(f"must be a date, such as {self.such_as}")
        return self.accept(date)

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

    def in_words(self, value: dt.date) -> str:
        return f"{value:%A} {value.day} {value:%B %Y}"


class TimeOfDay(FieldType[dt.time]):
    """A wall clock time in hours and minutes."""

    expected = "a time from 00:00 to 23:59, written like 09:00"
    such_as = "9, 930, 9.30, 14:00 or 2pm"
    metavar = "HH:MM"

    def from_text(self, text: str, today: dt.date) -> dt.time:
        time = time_typed(text)
        if time is None:
            raise self.refuse(f"must be a time, such as {self.such_as}")
        return self.accept(time)

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

    def in_words(self, value: dt.time) -> str:
        return f"{value:%H:%M}"


class WindowEnd(TimeOfDay):
    """The end of a time window: a wall clock time, or midnight at the end of the day, as 24:00 or 00:00."""

    expected = "a time from 00:01 to 24:00, written like 13:00"
    such_as = "10, 1030, 10.30, 14:00, 2pm or 24:00"

    def from_text(self, text: str, today: dt.date) -> dt.time:
        return self.accept(MIDNIGHT_END) if _MIDNIGHT.fullmatch(text.strip()) else super().from_text(text, today)

    def accept(self, value: object) -> dt.time:
        return dt.time.min if value == MIDNIGHT_END else super().accept(value)

    def to_json(self, value: dt.time) -> object:
        return write_end(value)

    def in_words(self, value: dt.time) -> str:
        return write_end(value)


class Instant(FieldType[dt.datetime]):
    """An instant; without an offset it is the hospital's wall clock time, resolved when the action runs."""

    expected = "an instant written like 2026-11-22T09:15:00+05:30"
    such_as = "9.15, tomorrow 14:00 or 2026-11-22T09:15"
    metavar = "INSTANT"

    def from_text(self, text: str, today: dt.date) -> dt.datetime:
        if _INSTANT.fullmatch(text):
            return self.accept(text)
        instant = instant_typed(text, today)
        if instant is None:
            raise self.refuse(f"must be a time, with a date unless it is today: {self.such_as}")
        return self.accept(instant)

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
