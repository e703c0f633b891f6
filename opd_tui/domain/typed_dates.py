"""Dates, times and instants as people type them: `28`, `28/11`, `28 nov`, `tomorrow`, `+3`, `mon`; `2pm`, `9.30`."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence

DAYS_IN_WORDS = {"yesterday": -1, "today": 0, "tomorrow": 1}
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
SHORTEST_WORD = 3
"""The number of letters from which the beginning of a word is understood."""

_YEAR_FIRST = re.compile(r"(\d{4})[\s./-]+(\d{1,2})[\s./-]+(\d{1,2})")
_DAYS_FROM_TODAY = re.compile(r"([+-])\s*(\d{1,3})")
_DAY = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?")
_DAY_MONTH_YEAR = re.compile(r"(\d{1,2})[\s./-]+(\d{1,2})(?:[\s./-]+(\d{4}|\d{2}))?")
_DAY_NAMED_MONTH = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[\s./-]*([a-z]{3,})(?:[\s./-]+(\d{4}|\d{2}))?")
_NAMED_MONTH_DAY = re.compile(r"([a-z]{3,})[\s./-]*(\d{1,2})(?:st|nd|rd|th)?(?:[\s./-]+(\d{4}))?")
_WEEKDAY_FIRST = re.compile(r"([a-z]{3,})\s+(.*\d.*)")
_TIME = re.compile(r"(\d{1,2})(?:[:.h]?(\d{2}))?\s*([ap])?m?")
_INSTANT_PARTS = re.compile(r"\s+|(?<=\d)T(?=\d)")


def date_typed(text: str, today: dt.date) -> dt.date | None:
    """Return the date that a person typed, or None if it is none.

    A day alone is the next one from today on; a day and a month without a year are the nearest ones, before or after
    today; a weekday is the next one after today.
    """
    text = " ".join(text.lower().replace(",", " ").split())
    if parts := _YEAR_FIRST.fullmatch(text):
        return _date(*map(int, parts.groups()))
    if days := _DAYS_FROM_TODAY.fullmatch(text):
        return _after(today, int(days[1] + days[2]))
    if day := _DAY.fullmatch(text):
        return _next_day(int(day[1]), today)
    return _from_words(text, today) or _from_day_and_month(text, today)


def _from_words(text: str, today: dt.date) -> dt.date | None:
    """Return the date of a word such as `tomorrow` or `mon`, or None."""
    if (word := _beginning(text, tuple(DAYS_IN_WORDS))) is not None:
        return _after(today, tuple(DAYS_IN_WORDS.values())[word])
    if (weekday := _beginning(text, WEEKDAYS)) is not None:
        return _after(today, (weekday - today.weekday() - 1) % 7 + 1)
    return None


def _from_day_and_month(text: str, today: dt.date) -> dt.date | None:
    """Return the date of a day and a month, with or without year and weekday, or None."""
    weekday = None
    if (first := _WEEKDAY_FIRST.fullmatch(text)) and (weekday := _beginning(first[1], WEEKDAYS)) is not None:
        text = first[2]
    date = None
    if found := _DAY_MONTH_YEAR.fullmatch(text):
        date = _in_year(int(found[1]), int(found[2]), found[3], today)
    elif found := _DAY_NAMED_MONTH.fullmatch(text):
        date = _in_year(int(found[1]), _month(found[2]), found[3], today)
    elif found := _NAMED_MONTH_DAY.fullmatch(text):
        date = _in_year(int(found[2]), _month(found[1]), found[3], today)
    return date if date is None or weekday in (None, date.weekday()) else None


def time_typed(text: str) -> dt.time | None:
    """Return the time of day that a person typed, or None if it is none: `14`, `9.30`, `930`, `2pm`, `2:15 pm`."""
    text = text.strip().lower()
    if text == "noon":
        return dt.time(12)
    found = _TIME.fullmatch(text.replace("a.m.", "am").replace("p.m.", "pm"))
    if found is None or (text.endswith("m") and not found[3]):
        return None
    hour, minute = int(found[1]), int(found[2] or 0)
    if half := found[3]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "p" else 0)
    return dt.time(hour, minute) if hour < 24 and minute < 60 else None


def instant_typed(text: str, today: dt.date) -> dt.datetime | None:
    """Return the wall clock time of a typed date and time, or of a time today; None if it is neither."""
    if time := time_typed(text):
        return dt.datetime.combine(today, time)
    for day, hour in _splits(_INSTANT_PARTS.split(text.strip())):
        if (date := date_typed(day, today)) and (time := time_typed(hour)):
            return dt.datetime.combine(date, time)
    return None


def _splits(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the words in two parts, the longest first part first."""
    for at in range(len(words) - 1, 0, -1):
        yield " ".join(words[:at]), " ".join(words[at:])


def _beginning(text: str, words: Sequence[str]) -> int | None:
    """Return the index of the word that begins with a text of at least three letters, or None."""
    if len(text) < SHORTEST_WORD:
        return None
    return next((index for index, word in enumerate(words) if word.startswith(text)), None)


def _month(name: str) -> int:
    """Return the number of a month, or 0 if there is none of this name."""
    index = 8 if name == "sept" else _beginning(name, MONTHS)
    return 0 if index is None else index + 1


def _date(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _after(today: dt.date, days: int) -> dt.date | None:
    try:
        return today + dt.timedelta(days)
    except OverflowError:
        return None


def _next_day(day: int, today: dt.date) -> dt.date | None:
    """Return the next date with this day of the month, today included."""
    months = (today.year * 12 + today.month - 1 + ahead for ahead in range(12))
    dates = (_date(month // 12, month % 12 + 1, day) for month in months)
    return next((date for date in dates if date is not None and date >= today), None)


def _in_year(day: int, month: int, year: str | None, today: dt.date) -> dt.date | None:
    """Return the date in a year of two or four digits, or, without a year, the one that is nearest to today."""
    if year:
        return _date(int(year) + (today.year // 100 * 100 if len(year) == 2 else 0), month, day)
    dates = (_date(today.year + step, month, day) for step in (0, 1, -1))
    return min((date for date in dates if date), key=lambda date: abs(date - today), default=None)
