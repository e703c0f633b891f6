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

    def on_mount(self) -> None:
        self.watch(self.rows, "scroll_y", self.show_section, init=False)

    def show_section(self) -> None:
        """Say in the headings which section is in view; they are painted again only if that changes."""
        self.head.section = self.rows.section

    def show(self, queue: Queue | None, empty: str) -> None:
        """Show a queue, or none; `empty` is the message for a queue without tokens."""
        headed = bool(self.rows.items), self.rows.number_width
        self.queue = queue
        self.rows.show(queue)
        self.rows.empty = empty if queue else ""
        if headed != (bool(self.rows.items), self.rows.number_width):
            self.head.refresh()
        self.show_section()
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
        titles = titles_of(self.queue, is_over=is_over)
        self.title = next((title for title in titles if cell_len(title) <= room), "") or brief_title(self.queue, room)


def titles_of(queue: Queue, *, is_over: bool) -> Iterator[str]:
    """Yield the titles of a queue, the fullest first: words and the doctor's name give way before who is inside."""
    doctor, window = queue.slot.doctor, queue.slot.slot.window
    room = (f"room {doctor.room}",) if doctor.room else ()
    late, closed = late_words(queue.slot), ("closed",) if queue.slot.slot.closed_at else ()
    slots = (
        ((doctor_label(doctor), window, *late, *room), "the window is over"),
        ((doctor_label(doctor), window, *late), "the window is over"),
        ((doctor.name, window, *late), "the window is over"),
        ((short_name(doctor), window, *late), "over"),
    )
    for occupancy in (occupancy_of(queue), brief_occupancy_of(queue)):
        for slot, over in slots:
            yield " · ".join((doctor.code, *slot, *closed, *occupancy, *((over,) if is_over else ())))


def brief_title(queue: Queue, room: int) -> str:
    """Return the title of a queue with as much of the doctor's name as there is room for, or none of it."""
    doctor, slot = queue.slot.doctor, queue.slot.slot
    window = f"{slot.expected_window} (late)" if slot.delay_minutes else slot.window
    closed = ("closed",) if slot.closed_at else ()
    words = " · ".join((window, *closed, *brief_occupancy_of(queue)))
    name = room - cell_len(f"{doctor.code} ·  · {words}")
    if name >= FEWEST_OF_A_NAME:
        return f"{doctor.code} · {fit(short_name(doctor), name).rstrip()} · {words}"
    return f"{doctor.code} · {words}"


def late_words(record: SlotRecord) -> tuple[str, ...]:
    """Return how late a slot is and when it is expected to run; nothing if it is on time."""
    slot = record.slot
    return (f"{slot.delay_minutes} min late: {slot.expected_window}",) if slot.delay_minutes else ()


def occupancy_of(queue: Queue) -> tuple[str, ...]:
    """Return how full a slot is and who is present: `3 of 4 taken (1 done)`, `2 here`, `2 waiting`."""
    done = f" ({queue.slot.load.completed} done)" if queue.slot.load.completed else ""
    brief, *present = brief_occupancy_of(queue)
    return f"{brief} taken{done}", *present


def brief_occupancy_of(queue: Queue) -> tuple[str, ...]:
    """Return the same with fewer words: `3 of 4`, `2 here`, `2 waiting`."""
    load, elsewhere = queue.slot.load, queue.inside
    if elsewhere is not None and elsewhere.slot_id == queue.slot.slot.id:
        elsewhere = None  # the first row says so
    present = (
        f"{queue.here} here" if queue.here else "",
        f"{load.waiting} waiting" if load.waiting else "",
        f"{elsewhere.number} inside" if elsewhere else "",
    )
    return f"{load.taken} of {queue.slot.slot.capacity}", *filter(None, present)
