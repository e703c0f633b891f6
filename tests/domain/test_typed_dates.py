"""Dates, times and instants as people type them."""

from __future__ import annotations

import datetime as dt

import pytest

from opd_tui.domain.field_types import InvalidValue
from opd_tui.domain.time_types import WindowEnd
from opd_tui.domain.typed_dates import date_typed, instant_typed, time_typed

TODAY = dt.date(2026, 11, 27)
"""A Friday."""


@pytest.mark.parametrize(
    ("typed", "date"),
    [
        ("2026-11-22", "2026-11-22"),
        ("2026/1/5", "2026-01-05"),
        ("today", "2026-11-27"),
        (" Tomorrow ", "2026-11-28"),
        ("tom", "2026-11-28"),
        ("yesterday", "2026-11-26"),
        ("+3", "2026-11-30"),
        ("+0", "2026-11-27"),
        ("-1", "2026-11-26"),
        ("27", "2026-11-27"),
        ("28", "2026-11-28"),
        ("28th", "2026-11-28"),
        ("3", "2026-12-03"),
        ("1st", "2026-12-01"),
        ("31", "2026-12-31"),
        ("28/11", "2026-11-28"),
        ("28.11.", None),
        ("28-11", "2026-11-28"),
        ("28 11", "2026-11-28"),
        ("20/11", "2026-11-20"),
        ("3/1", "2027-01-03"),
        ("28/11/2026", "2026-11-28"),
        ("28.11.26", "2026-11-28"),
        ("28 nov", "2026-11-28"),
        ("28nov", "2026-11-28"),
        ("28th November 2027", "2027-11-28"),
        ("Nov 28", "2026-11-28"),
        ("5 sept", "2026-09-05"),
        ("Sat 28 Nov", "2026-11-28"),
        ("Sat, 28 Nov 2026", "2026-11-28"),
        ("mon", "2026-11-30"),
        ("Fri", "2026-12-04"),
        ("thursday", "2026-12-03"),
        ("२८/११", "2026-11-28"),
        *((wrong, None) for wrong in ("", "0", "32", "31/2", "11/28", "29/2", "Mon 28 Nov", "28 foo", "mo", "soon")),
        *((wrong, None) for wrong in ("+99999", "28/11/20266", "2811", "1/1/1/1", "nov", "13/13/13")),
    ],
)
def test_a_date_is_understood_as_people_type_it(typed: str, date: str | None) -> None:
    found = date_typed(typed, TODAY)
    assert (found and found.isoformat()) == date


def test_a_day_alone_is_the_next_one_of_that_number() -> None:
    assert date_typed("30", dt.date(2027, 1, 31)) == dt.date(2027, 3, 30)
    assert date_typed("29", dt.date(2028, 2, 1)) == dt.date(2028, 2, 29)
    assert date_typed("1", dt.date(2026, 12, 31)) == dt.date(2027, 1, 1)


@pytest.mark.parametrize(
    ("typed", "time"),
    [
        ("9", "09:00"),
        ("14", "14:00"),
        ("0", "00:00"),
        ("930", "09:30"),
        ("1430", "14:30"),
        ("9.30", "09:30"),
        ("9:05", "09:05"),
        ("09:00", "09:00"),
        ("9h30", "09:30"),
        ("2pm", "14:00"),
        ("2 PM", "14:00"),
        ("2:15 pm", "14:15"),
        ("215pm", "14:15"),
        ("9 a.m.", "09:00"),
        ("12am", "00:00"),
        ("12pm", "12:00"),
        ("noon", "12:00"),
        ("11:59p", "23:59"),
        *((wrong, None) for wrong in ("", "24", "24:00", "9:60", "14pm", "0am", "9m", "9:", "9:3", "09:00:00", "pm")),
    ],
)
def test_a_time_is_understood_as_people_type_it(typed: str, time: str | None) -> None:
    found = time_typed(typed)
    assert (found and found.isoformat("minutes")) == time


@pytest.mark.parametrize(
    ("typed", "instant"),
    [
        ("9.15", "2026-11-27T09:15"),
        ("2 pm", "2026-11-27T14:00"),
        ("yesterday 930", "2026-11-26T09:30"),
        ("28 nov 2 pm", "2026-11-28T14:00"),
        ("26/11 14", "2026-11-26T14:00"),
        ("2026-11-22T9:05", "2026-11-22T09:05"),
        *((wrong, None) for wrong in ("", "yesterday", "9.15 yesterday", "31/2 9")),
    ],
)
def test_an_instant_is_a_time_with_a_date_before_it_unless_it_is_today(typed: str, instant: str | None) -> None:
    found = instant_typed(typed, TODAY)
    assert (found and found.isoformat(timespec="minutes")) == instant


@pytest.mark.parametrize(
    ("typed", "end"),
    [
        *((typed, "24:00") for typed in ("24:00", "24", "2400", " 24.00 ", "0", "00:00", "12am")),
        ("2pm", "14:00"),
        *((typed, None) for typed in ("24:01", "2430", "25", "24pm", "")),
    ],
)
def test_the_end_of_a_window_may_be_typed_as_midnight(typed: str, end: str | None) -> None:
    type = WindowEnd()
    if end is None:
        with pytest.raises(InvalidValue):
            type.from_text(typed, TODAY)
    else:
        value = type.from_text(typed, TODAY)
        assert type.in_words(value) == type.to_json(value) == end
