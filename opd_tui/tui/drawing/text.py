"""Text for numbers, times, slots and doctors."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from opd_tui.domain.events import TokenPreempted, TokenPromoted
from opd_tui.domain.model import Doctor, SlotRecord, Status, Token

Section = tuple[str, Sequence[tuple[str, ...]]]
"""A heading and rows of columns."""

SHAPE_LIMIT = 4
"""The largest capacity for which seats are drawn as shapes; beyond it numbers are quicker to read."""

STATUS_WORDS = {
    Status.ACTIVE: "● seated",
    Status.WAITING: "○ waiting",
    Status.COMPLETED: "✓ done",
    Status.CANCELLED: "✗ cancelled",
    Status.NO_SHOW: "– no-show",
}


def status_words(token: Token) -> str:
    """Return a token's status as symbol and word, or "here" if it is open and the patient is checked in."""
    words = STATUS_WORDS[token.status]
    return f"{words[0]} here" if token.checked_in_at and token.status.is_open else words


MARKS = {TokenPreempted.reason: "↓ displaced", TokenPromoted.reason: "↑ moved up"}
"""The mark shown for some seconds on a moved token, by reason of the move."""


def seats(record: SlotRecord) -> str:
    """Return a slot's occupancy: `●●○ 2/3 +4`, without the shape if it has many seats."""
    taken, capacity = record.load.taken, record.slot.capacity
    shape = "●" * taken + "○" * (capacity - taken) + " " if capacity <= SHAPE_LIMIT else ""
    waiting = f" +{record.load.waiting}" if record.load.waiting else ""
    return f"{shape}{taken}/{capacity}{waiting}"


def doctor_label(doctor: Doctor) -> str:
    """Return a doctor's name with the specialty, if any."""
    return f"{doctor.name} · {doctor.specialty}" if doctor.specialty else doctor.name


def minutes(wait: dt.timedelta) -> str:
    """Return a waiting time as text: `25 min`, `1 h 05`."""
    hours, rest = divmod(int(wait.total_seconds()) // 60, 60)
    return f"{hours} h {rest:02}" if hours else f"{rest} min"


def count(number: int, one: str, many: str | None = None) -> str:
    """Return a number with its noun: `1 slot`, `2 slots`."""
    return f"{number} {one if number == 1 else many or one + 's'}"


_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


def ordinal(place: int) -> str:
    """Return an ordinal: `first` to `tenth`, then `number 11`."""
    return _ORDINALS[place - 1] if place <= len(_ORDINALS) else f"number {place}"
