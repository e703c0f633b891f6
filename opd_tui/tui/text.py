"""Text that fits: columns by cells, not characters, and words for numbers and times."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Literal

from rich.cells import cell_len, set_cell_size
from rich.style import Style
from rich.text import Text

from opd_tui.domain.model import Doctor, SlotRecord, Status

SHAPE_LIMIT = 4
"""Seats are drawn as shapes up to this capacity; above it figures alone are quicker to read."""

NARROWEST_COLUMN, GAP, WIDEST_GAP = 8, 2, 6
"""Of a table, in cells."""

STATUS_WORDS = {
    Status.ACTIVE: "● seated",
    Status.WAITING: "○ waiting",
    Status.COMPLETED: "✓ done",
    Status.CANCELLED: "✗ cancelled",
    Status.NO_SHOW: "– no-show",
}


def fit(text: str, width: int, align: Literal["left", "right"] = "left") -> str:
    """The text in exactly so many cells, with an ellipsis where it is cut."""
    if width <= 0:
        return ""
    size = cell_len(text)
    if size > width:
        return set_cell_size(text, width - 1) + "…"
    return " " * (width - size) + text if align == "right" else text + " " * (width - size)


def joined(*cells: tuple[str, Style | None]) -> Text:
    """Styled cells side by side; nothing in them is markup."""
    text = Text(no_wrap=True, end="")
    for content, style in cells:
        text.append(content, style)
    return text


def seats(record: SlotRecord) -> str:
    """How full a slot is: `●●○ 2/3 +4`."""
    taken, capacity = record.load.taken, record.slot.capacity
    shape = "●" * taken + "○" * (capacity - taken) + " " if capacity <= SHAPE_LIMIT else ""
    waiting = f" +{record.load.waiting}" if record.load.waiting else ""
    return f"{shape}{taken}/{capacity}{waiting}"


def doctor_label(doctor: Doctor) -> str:
    """A doctor's name with the specialty."""
    return f"{doctor.name} · {doctor.specialty}" if doctor.specialty else doctor.name


def minutes(wait: dt.timedelta) -> str:
    """A wait in words: `25 min`, `1 h 05`."""
    hours, rest = divmod(int(wait.total_seconds()) // 60, 60)
    return f"{hours} h {rest:02}" if hours else f"{rest} min"


def count(number: int, one: str, many: str | None = None) -> str:
    """`1 slot`, `2 slots`."""
    return f"{number} {one if number == 1 else many or one + 's'}"


_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


def ordinal(place: int) -> str:
    """`first`, `second` … and `number 11`."""
    return _ORDINALS[place - 1] if place <= len(_ORDINALS) else f"number {place}"


def column_widths(rows: Sequence[Sequence[str]], width: int, flexible: Sequence[int]) -> list[int]:
    """Columns as wide as their content and a gap; the first row holds the headings, and an empty column is none.

    The flexible columns give way, the widest first, where that is too much; where there is room, all get some of it.
    """
    columns = list(zip(*rows, strict=True))
    widths = [max(map(cell_len, column)) + GAP if any(column[1:]) else 0 for column in columns]
    while (over := sum(widths) - width) > 0:
        widest = max(flexible, key=lambda index: widths[index])
        if widths[widest] <= NARROWEST_COLUMN:
            break
        others = max((widths[index] for index in flexible if index != widest), default=0)
        widths[widest] -= min(over, max(widths[widest] - others, 1), widths[widest] - NARROWEST_COLUMN)
    more = min(max(width - sum(widths), 0) // len(widths), WIDEST_GAP - GAP)
    return [size + more if size else 0 for size in widths]


def in_columns(cells: Sequence[str], widths: Sequence[int]) -> list[str]:
    """The cells of a row, each with its gap."""
    return [fit(cell, size - GAP) + " " * GAP if size else "" for cell, size in zip(cells, widths, strict=True)]
