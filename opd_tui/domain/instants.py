"""Instants in UTC with microseconds, always written with the same number of digits."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from opd_tui.domain.errors import InvalidAction

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
AT = "at", "The time"
"""The name of every action's field for its instant, and its label."""
MIDNIGHT_END = "24:00"
"""The end of a window that lasts until midnight; it sorts after every start."""


def write_instant(instant: dt.datetime) -> str:
    """Return an instant as `2026-11-22T03:45:00.000000Z`, which sorts chronologically as text."""
    return instant.astimezone(dt.UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def read_instant(text: str) -> dt.datetime:
    """Return the instant that `write_instant` wrote."""
    return dt.datetime.fromisoformat(text)


def local_instant(local: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """Return the instant of a wall clock time; raise InvalidAction if a clock change skips or repeats it."""
    first, second = (local.replace(tzinfo=zone, fold=fold).astimezone(dt.UTC) for fold in (0, 1))
    if first == second:
        return first
    missing = first.astimezone(zone).replace(tzinfo=None) != local
    why = "does not exist" if missing else "happened twice"
    raise InvalidAction(
        f"must name one instant: {local:%Y-%m-%d %H:%M} {why} in {zone.key}, because the clocks were changed then. "
        "Write it with its offset, for example +05:30.",
        *AT,
    )


def write_end(end: dt.time) -> str:
    """Return the end of a time window as `10:00`; midnight is `24:00`, because it ends the same day."""
    return MIDNIGHT_END if end == dt.time.min else end.isoformat("minutes")


def time_of_day(minute: int) -> str:
    """Return a minute of the day, or of the next one, as `10:00`."""
    return f"{minute // 60 % 24:02}:{minute % 60:02}"


def read_end(text: str) -> dt.time:
    """Return the end of a time window that `write_end` wrote."""
    return dt.time.min if text == MIDNIGHT_END else dt.time.fromisoformat(text)


def slot_instant(date: dt.date, time: dt.time, zone: ZoneInfo) -> dt.datetime:
    """Return the instant of a slot's wall clock time."""
    return dt.datetime.combine(date, time, zone).astimezone(dt.UTC)


def waited(issued_at: dt.datetime, slot_start: dt.datetime, now: dt.datetime) -> dt.timedelta:
    """Return the waiting time since the issue or the slot's start, whichever is later; never negative."""
    return max(now - max(issued_at, slot_start), dt.timedelta())
