"""A slot on the board: its text for the room that it has."""

from __future__ import annotations

import datetime as dt

from opd_tui.desk.views import Board
from opd_tui.domain.model import SlotId, SlotRecord
from opd_tui.tui.board.time_axis import Span

FEWEST_COLUMNS = 7
"""The columns of the smallest block: its edge, `3/3+1` and a blank."""
SHAPE_CELLS = (4, 10)
"""The fewest and most cells in which seats are drawn; the fewest holds only for slots with more seats."""
CLOSED = "×"
"""The sign of a closed slot where there is no room for the word."""
EDGE, CUT_LEFT, CUT_RIGHT = "▏", "‹", "›"
"""The left edge of a block, and the signs where a block begins before or ends after what is shown."""


def span_of(record: SlotRecord) -> Span:
    """Return a slot's window with the columns for its edge, brief figures and a blank before the next edge.

    The width does not depend on the seats taken, so that the scale stays while tokens come.
    """
    start, end = record.slot.minutes
    seats = max(len(brief(record.slot.capacity)), 4 if record.slot.capacity >= 1000 else 0)
    waiting = max(len(brief(record.load.waiting)), 1)
    return Span(start, end, max(1 + 2 * seats + 2 + waiting + 1, FEWEST_COLUMNS))


def are_laid_out_alike(one: Board, other: Board) -> bool:
    """Return whether two boards differ in nothing but what stands in their slots' blocks."""
    if (one.date, one.doctors, len(one.slots)) != (other.date, other.doctors, len(other.slots)):
        return False
    return all(was is now or _layout(was) == _layout(now) for was, now in zip(one.slots, other.slots, strict=True))


def _layout(record: SlotRecord) -> tuple[SlotId, Span, int]:
    """Return what the layout of a board depends on: a slot's room, and the delay beside its doctor's name."""
    return record.slot.id, span_of(record), record.slot.delay_minutes


def brief(number: int) -> str:
    """Return a number in at most four characters, rounded down from a thousand on: `999`, `1.2k`, `34k`, `1M`."""
    for size, unit in ((1_000_000_000, "G"), (1_000_000, "M"), (1_000, "k")):
        if number >= size:
            tenths = number * 10 // size
            return f"{tenths / 10:g}{unit}" if tenths < 100 else f"{min(tenths // 10, 999)}{unit}"
    return str(number)


def block_text(record: SlotRecord, room: int) -> tuple[str, str]:
    """Return the shape and the figures that fit: `██░░ 2/4  3 waiting`, `██░░ 2/4 +3`, `2/4 +3`, `2/4+3`, or nothing.

    Only a shape has a blank behind it. Of a full slot with little room, `4+3` says that four are seated and three wait.
    """
    texts = _figures(record)
    for text in texts:
        if shape := _shape(record.load.taken, record.slot.capacity, room - len(text) - 1):
            return f"{shape} ", text
    return "", next((text for text in texts if len(text) <= room), "")


def edges(chosen: bool, focused: bool, cut_left: bool, cut_right: bool) -> tuple[str, str]:
    """Return the signs at the left and right edge of a block, which say whether it goes on beyond the view."""
    if chosen:
        return ("▐", "▌") if focused else ("[", "]")
    return CUT_LEFT if cut_left else EDGE, CUT_RIGHT if cut_right else EDGE


def _figures(record: SlotRecord) -> list[str]:
    """Return the seats taken, who waits and whether the slot is closed, the longest text first."""
    load = record.load
    seats, waiting = f"{brief(load.taken)}/{brief(record.slot.capacity)}", brief(load.waiting)
    texts = [f"{seats}  {waiting} waiting", f"{seats} +{waiting}", f"{seats}+{waiting}"] if load.waiting else [seats]
    if record.slot.closed_at is None:
        return [*texts, f"{brief(load.taken)}+{waiting}"] if load.waiting else texts
    return [*(f"{text} closed" for text in texts), *(f"{text}{CLOSED}" for text in texts), f"{seats}{CLOSED}"]


def _shape(taken: int, capacity: int, room: int) -> str:
    """Return the seats as a bar, one cell a seat or to scale, or "" if there is no room for it."""
    fewest, most = SHAPE_CELLS
    cells = min(capacity, room, most)
    if cells < min(capacity, fewest):
        return ""
    filled = max(min(taken, capacity) * cells // capacity, min(taken, 1))
    return "█" * filled + "░" * (cells - filled)


def state_of(record: SlotRecord, now: dt.datetime | None) -> tuple[bool, bool]:
    """Return whether a slot is over, and whether it is running."""
    return (record.slot.is_over(now), record.slot.is_running(now)) if now else (False, False)


def look_of(record: SlotRecord, is_over: bool) -> str:
    """Return the look of a block, which only repeats what its text and place say."""
    if is_over or record.slot.closed_at:
        return "dim"
    if record.load.waiting:
        return "warning"
    return "good" if record.free_seats > 0 else "plain"
