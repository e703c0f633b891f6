"""Text for numbers, times, slots and doctors."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from opd_tui.domain.events import TokenPreempted, TokenPromoted
from opd_tui.domain.model import Attendance, Doctor, SlotRecord, Status, TokenRecord

Section = tuple[str, Sequence[tuple[str, ...]]]
"""A heading and rows of columns."""

SHAPE_LIMIT = 4
"""The largest capacity for which seats are drawn as shapes; beyond it numbers are quicker to read."""

CLOSED_WORDS = {
    Status.COMPLETED: "✓ done",
    Status.CANCELLED: "✗ cancelled",
    Status.NO_SHOW: "– no-show",
}
SIGNS = {
    Attendance.INSIDE: "►",
    Attendance.HERE: "●",
    Attendance.EXPECTED: "∙",
    Attendance.ON_HOLD: "‖",
}
WITHOUT_A_SEAT = "○"
"""The sign of a patient who waits for a seat, here or expected."""


def status_words(record: TokenRecord) -> str:
    """Return where a token stands as a sign and a word: `● here`, `○ here` without a seat, `✓ done`, `→ B-007`."""
    token = record.token
    if record.moved_to:
        return f"→ {record.moved_to}"
    if not token.status.is_open:
        return CLOSED_WORDS[token.status]
    attendance = token.attendance
    waits = token.status is Status.WAITING and attendance is not Attendance.ON_HOLD
    return f"{WITHOUT_A_SEAT if waits else SIGNS[attendance]} {attendance.value}"


MARKS = {TokenPreempted.reason: "↓ displaced", TokenPromoted.reason: "↑ moved up"}
"""The mark shown for some seconds on a moved token, by reason of the move."""
BRIEF_MARKS = {TokenPreempted.reason: "↓ down", TokenPromoted.reason: "↑ up"}
"""The same where there is little room."""


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
    """Return a waiting time as text, at least zero: `25 min`, `1 h 05`."""
    hours, rest = divmod(max(int(wait.total_seconds()), 0) // 60, 60)
    return f"{hours} h {rest:02}" if hours else f"{rest} min"


def count(number: int, one: str, many: str | None = None) -> str:
    """Return a number with its noun: `1 slot`, `2 slots`."""
    return f"{number} {one if number == 1 else many or one + 's'}"


_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


def ordinal(place: int) -> str:
    """Return an ordinal: `first` to `tenth`, then `number 11`."""
    return _ORDINALS[place - 1] if place <= len(_ORDINALS) else f"number {place}"
