"""The queue of the selected slot, with its occupancy."""

from __future__ import annotations

import datetime as dt

from textual import getters
from textual.app import ComposeResult
from textual.widgets import Static

from opd_tui.desk.views import Queue
from opd_tui.domain.model import SlotRecord
from opd_tui.tui.board.queue_rows import QueueRows
from opd_tui.tui.drawing.text import SHAPE_LIMIT, count, doctor_label
from opd_tui.tui.widgets.panel import Panel


class QueuePanel(Panel):
    """A panel with the slot's occupancy in one line and its queue below."""

    head = getters.query_one("#queue-head", Static)
    rows = getters.query_one(QueueRows)
    queue: Queue | None = None
    why_none = ""
    """The message shown instead of a queue."""
    now: dt.datetime | None = None

    def __init__(self) -> None:
        super().__init__("Queue", id="queue-panel")

    def compose(self) -> ComposeResult:
        yield Static(id="queue-head", markup=False)
        yield QueueRows(id="queue")

    def show(self, queue: Queue | None, empty: str, why_none: str) -> None:
        """Show a queue, or `why_none` without one; `empty` is the message for a queue without tokens."""
        self.queue, self.why_none = queue, why_none
        self.rows.show(queue)
        self.rows.empty = empty if queue else ""
        self.title = f"{doctor_label(queue.slot.doctor)} · {queue.slot.slot.window}" if queue else "Queue"
        self.show_head()

    def show_now(self, now: dt.datetime | None) -> None:
        """Update waiting times to this instant, and show whether the slot's window is over."""
        self.now = self.rows.now = now
        self.show_head()

    def show_head(self) -> None:
        """Show the slot's occupancy."""
        slot = self.queue.slot if self.queue else None
        words = f" {seats_in_words(slot)}{self._window_in_words(slot)}" if slot else self.why_none
        self.head.update(words, layout=False)

    def _window_in_words(self, record: SlotRecord) -> str:
        return " · the window is over" if self.now is not None and record.slot.is_over(self.now) else ""


def seats_in_words(record: SlotRecord) -> str:
    """Return a slot's occupancy as text: `●○  1 of 2 seats taken · 3 waiting`."""
    taken, capacity = record.load.taken, record.slot.capacity
    shape = "●" * taken + "○" * (capacity - taken) + "  " if capacity <= SHAPE_LIMIT else ""
    done = f" ({record.load.completed} done)" if record.load.completed else ""
    waiting = f" · {record.load.waiting} waiting" if record.load.waiting else ""
    return f"{shape}{taken} of {count(capacity, 'seat')} taken{done}{waiting}"
