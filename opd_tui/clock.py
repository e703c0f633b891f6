"""The source of the current time, passed in wherever it is needed so that demo and tests can set it."""

from __future__ import annotations

import datetime as dt
from typing import Protocol


class Clock(Protocol):
    """Anything that returns the current instant, in UTC."""

    def now(self) -> dt.datetime: ...


class SystemClock:
    """The system clock."""

    def now(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC)


class FixedClock:
    """A clock that stays at one instant until it is set, for the demo and for tests."""

    def __init__(self, instant: dt.datetime) -> None:
        self.instant = instant

    def now(self) -> dt.datetime:
        return self.instant.astimezone(dt.UTC)
