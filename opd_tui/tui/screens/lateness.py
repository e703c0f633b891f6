"""How late a doctor is, as it is said on the phone: in minutes, from now on, or as the time at which they come."""

from __future__ import annotations

import datetime as dt
import re

from opd_tui.domain.field_types import MINUTES_A_DAY, Whole
from opd_tui.domain.instants import time_of_day
from opd_tui.domain.typed_dates import time_typed

_TIME = re.compile("[0-9]{1,2}[:.][0-9]{2}|[0-9]{1,2} ?[ap]m", re.IGNORECASE)
_FROM_NOW = re.compile("[+] ?([0-9]{1,4})")


class Lateness(Whole):
    """Minutes after the start of a session; also typed as a time, or as minutes from now: `+20`."""

    def __init__(self, start: dt.time, now: dt.datetime | None) -> None:
        super().__init__(0, MINUTES_A_DAY)
        self.start = start.hour * 60 + start.minute
        self.now = now
        self.such_as = "20, 10:15" + (" or +20 for twenty minutes from now" if now else "")

    def from_text(self, text: str, today: dt.date) -> int:
        """Return the minutes after the start; raise InvalidValue for a time before it."""
        text = text.strip()
        if _TIME.fullmatch(text) and (time := time_typed(text)):
            return self.accept(time.hour * 60 + time.minute - self.start)
        if soon := _FROM_NOW.fullmatch(text):
            if self.now is None:
                raise self.refuse("must be in minutes from the start, or a time; only today has a now")
            return self.accept(self.now.hour * 60 + self.now.minute + int(soon[1]) - self.start)
        return super().from_text(text, today)

    def in_words(self, value: int) -> str:
        """Return when the session begins."""
        begins = self.start + value
        words = f"the session begins at {time_of_day(begins)}"
        if value and self.now and begins < self.now.hour * 60 + self.now.minute:
            return f"{words}. That is past; +{value} means from now"
        return words
