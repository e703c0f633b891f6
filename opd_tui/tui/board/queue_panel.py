"""The queue of the selected slot, with its occupancy."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from rich.cells import cell_len
from textual import getters
from textual.app import ComposeResult

from opd_tui.desk.views import Queue
from opd_tui.domain.model import SlotRecord
from opd_tui.tui.board.queue_rows import QueueHead, QueueRows
from opd_tui.tui.drawing.cells import fit
from opd_tui.tui.drawing.doctor_names import short_name
from opd_tui.tui.drawing.text import doctor_label
from opd_tui.tui.widgets.panel import Panel

FRAME_COLUMNS = 6
"""The columns of a panel's frame that a title cannot use."""
FEWEST_OF_A_NAME = 8
"""The fewest columns in which a name is worth showing."""


class QueuePanel(Panel):
    """A panel with the slot and its occupancy in the frame, headings, and the queue below."""

    head = getters.query_one(QueueHead)
    rows = getters.query_one(QueueRows)
    queue: Queue | None = None
    now: dt.datetime | None = None

    def __init__(self) -> None:
        super().__init__("Queue", id="queue-panel")

    def compose(self) -> ComposeResult:
        rows = QueueRows(id="queue")
        yield QueueHead(rows)
        yield rows

    def show(self, queue: Queue | None, empty: str) -> None:
        """Show a queue, or none; `empty` is the message for a queue without tokens."""
        headed = bool(self.rows.items), self.rows.number_width
        self.queue = queue
        self.rows.show(queue)
        self.rows.empty = empty if queue else ""
        if headed != (bool(self.rows.items), self.rows.number_width):
            self.head.refresh()
        self.show_title()

    def show_now(self, now: dt.datetime | None) -> None:
        """Update waiting times to this instant, and show whether the slot's window is over."""
        self.now = self.rows.now = now
        self.show_title()

    def on_resize(self) -> None:
        self.show_title()

    def show_title(self) -> None:
        """Show as much of the slot and its occupancy as the frame has room for."""
        if self.queue is None:
            self.title = "Queue"
            return
        room, record = self.outer_size.width - FRAME_COLUMNS, self.queue.slot
        is_over = self.now is not None and record.slot.is_over(self.now)
        titles = titles_of(record, is_over=is_over)
        self.title = next((title for title in titles if cell_len(title) <= room), "") or brief_title(record, room)


def titles_of(record: SlotRecord, *, is_over: bool) -> Iterator[str]:
    """Yield the titles of a slot's queue, the fullest first: room, specialty and words are dropped in turn."""
    doctor, window = record.doctor, record.slot.window
    room = (f"room {doctor.room}",) if doctor.room else ()
    for slot, over in (
        ((doctor_label(doctor), window, *late_words(record), *room), "the window is over"),
        ((doctor_label(doctor), window, *late_words(record)), "the window is over"),
        ((doctor.name, window, *late_words(record)), "the window is over"),
        ((short_name(doctor), window, *late_words(record)), "over"),
    ):
        closed = ("closed",) if record.slot.closed_at else ()
        yield " · ".join((doctor.code, *slot, *closed, occupancy_of(record), *((over,) if is_over else ())))


def brief_title(record: SlotRecord, room: int) -> str:
    """Return the title of a slot's queue with as much of the doctor's name as there is room for, or none of it."""
    code, window, load = record.doctor.code, record.slot.window, record.load
    if record.slot.delay_minutes:
        window = f"{record.slot.expected_window} (late)"
    closed = " · closed" if record.slot.closed_at else ""
    slot = f"{window}{closed} · {occupancy_of(record)}"
    name = room - cell_len(f"{code} ·  · {slot}")
    if name >= FEWEST_OF_A_NAME:
        return f"{code} · {fit(short_name(record.doctor), name)} · {slot}"
    waiting = f" · {load.waiting} waiting" if load.waiting else ""
    return f"{code} · {window}{closed} · {load.taken} of {record.slot.capacity}{waiting}"


def late_words(record: SlotRecord) -> tuple[str, ...]:
    """Return how late a slot is and when it is expected to run; nothing if it is on time."""
    slot = record.slot
    return (f"{slot.delay_minutes} min late: {slot.expected_window}",) if slot.delay_minutes else ()


def occupancy_of(record: SlotRecord) -> str:
    """Return how full a slot is: `3 of 4 taken (1 done) · 2 waiting`."""
    done = f" ({record.load.completed} done)" if record.load.completed else ""
    waiting = f" · {record.load.waiting} waiting" if record.load.waiting else ""
    return f"{record.load.taken} of {record.slot.capacity} taken{done}{waiting}"
