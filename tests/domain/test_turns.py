"""Who is ahead of a patient, and about when the patient is called."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from opd_tui.domain.model import (
    Doctor,
    DoctorId,
    Patient,
    PatientId,
    Slot,
    SlotId,
    Source,
    Status,
    Token,
    TokenId,
    TokenRecord,
)
from opd_tui.domain.turns import Turn, turn_of

ZONE = ZoneInfo("Asia/Kolkata")
DAY = dt.date(2026, 11, 22)
DOCTOR = Doctor(DoctorId(1), "A", "Dr A")
EARLY = Slot(SlotId(1), DOCTOR.id, DAY, dt.time(9), dt.time(10), 6)
LATE = Slot(SlotId(2), DOCTOR.id, DAY, dt.time(10), dt.time(11), 6)
"""Ten minutes are planned for a patient in each."""


def at(time: str) -> dt.datetime:
    """A time of the day at the hospital."""
    return dt.datetime.combine(DAY, dt.time.fromisoformat(time), ZONE)


def record(number: int, slot: Slot = EARLY, **fields: Any) -> TokenRecord:
    """A seated token; its number is also its place in the order of issue."""
    token = Token(
        TokenId(number),
        f"A-{number:03}",
        slot.id,
        PatientId(number),
        Patient(name="Asha"),
        Source.ONLINE,
        Status.ACTIVE,
        at("08:00") + dt.timedelta(minutes=number),
    )
    return TokenRecord(replace(token, **fields), slot, DOCTOR)


def seen(number: int, called: str, closed: str) -> TokenRecord:
    """A token whose consultation took place."""
    return record(number, status=Status.COMPLETED, called_at=at(called), closed_at=at(closed))


def inside(number: int, called: str) -> TokenRecord:
    """A token that is with the doctor."""
    return record(number, called_at=at(called))


def words(of: TokenRecord, now: str, *others: TokenRecord) -> str:
    """What the patient is told."""
    turn = turn_of(of, [of, *others], at(now), ZONE)
    return turn.in_words if turn else ""


THREE = record(1), record(2), record(3)
ME = record(9)


@pytest.mark.parametrize(
    ("others", "now", "says"),
    [
        # Before the start: 30 minutes of work from 09:00 on; 0.7·30 − 3 = 18, 1.3·30 + 5 = 44.
        (THREE, "08:00", "3 ahead; about 09:15–09:45"),
        # 30 minutes of work and half a consultation from 09:15 on: 0.7·35 − 3 = 21.5, 1.3·35 + 5 = 50.5.
        ((*THREE, inside(4, "09:10")), "09:15", "3 ahead; about 09:35–10:10"),
        # One that takes longer than planned: 0.3 of ten minutes are left.
        ((*THREE, inside(4, "08:40")), "09:15", "3 ahead; about 09:35–10:05"),
        # Measured five minutes each, five times: (5·10 + 5·5) / 10 = 7.5 minutes; 0.7·22.5 − 3, 1.3·22.5 + 5.
        (
            (*THREE, *(seen(n, f"09:{n}", f"09:{n + 5}") for n in (10, 15, 20, 25, 30))),
            "09:40",
            "3 ahead; about 09:50–10:15",
        ),
        # Clipped to 20 minutes: (5·10 + 20) / 6 = 11.7 minutes; 0.7·35 − 3 = 21.5, 1.3·35 + 5 = 50.5.
        ((*THREE, seen(10, "09:00", "09:55")), "10:00", "3 ahead; about 10:20–10:55"),
        # Nobody at all, just after the start, and never a time that is past.
        ((seen(10, "09:00", "09:10"),), "09:12", "nobody ahead; about 09:15–09:20"),
        # More than an hour: 70 minutes of work.
        (tuple(map(record, range(1, 8))), "08:00", "7 ahead; after 10:00"),
        # The start is past, and nobody was called.
        (THREE, "09:10", "3 ahead; the doctor has not begun"),
    ],
)
def test_a_patient_is_told_how_many_are_ahead_and_a_range(others: tuple[TokenRecord, ...], now: str, says: str) -> None:
    assert words(ME, now, *others) == says


def test_who_is_called_before_is_ahead_also_of_another_slot_and_who_is_away_is_not() -> None:
    mine = record(9, LATE)
    others = (
        record(1),
        record(2, held_at=at("08:30")),
        record(3, status=Status.WAITING),
        record(4, status=Status.CANCELLED, closed_at=at("08:30")),
        record(20, LATE),
        record(21, LATE, source=Source.EMERGENCY),
    )
    assert words(mine, "08:00", *others) == "2 ahead; about 10:00–10:05"


def test_an_earlier_slot_that_takes_longer_delays_the_next() -> None:
    # Four are left at 09:50: until 10:30.
    others = (seen(10, "09:30", "09:40"), *map(record, range(1, 5)))
    assert words(record(20, LATE), "09:50", *others) == "4 ahead; about 10:15–10:45"


def test_a_delay_moves_the_range() -> None:
    late = replace(EARLY, delay_minutes=20)
    assert words(record(9, late), "09:10", record(1, late)) == "1 ahead; about 09:20–09:40"


@pytest.mark.parametrize(
    "of",
    [
        inside(9, "09:05"),
        record(9, status=Status.WAITING),
        record(9, status=Status.CANCELLED),
        record(9, replace(EARLY, date=DAY - dt.timedelta(1))),
    ],
)
def test_nothing_is_foreseen_of_who_is_inside_or_has_no_seat_or_was_yesterday(of: TokenRecord) -> None:
    assert turn_of(of, [of], at("09:10"), ZONE) is None


def test_the_times_are_those_of_the_hospital() -> None:
    turn = turn_of(ME, [ME], at("08:00").astimezone(dt.UTC), ZONE)
    assert turn == Turn(0, at("09:00"), at("09:05"))
