"""The rows of a slot's queue."""

from __future__ import annotations

from rich.style import Style

from opd_tui.desk.views import Queue, QueueRow
from opd_tui.domain.model import Status
from opd_tui.tui.drawing.cells import Line, fit, joined
from opd_tui.tui.tokens.token_rows import SOURCE_WIDTH, STATUS_WIDTH, WAIT_WIDTH, TokenRows
from opd_tui.tui.widgets.row_list import Heading


class QueueRows(TokenRows):
    """The tokens of a slot: seated, then waiting in order of promotion, then closed."""

    def show(self, queue: Queue | None) -> None:
        """Show a queue, or no rows if it is None."""
        if queue is None:
            self.items = ()
            return
        waiting = tuple(row for row in queue.rows if row.place is not None)
        seated = tuple(row for row in queue.rows if row.record.token.status is Status.ACTIVE)
        closed = tuple(row for row in queue.rows if not row.record.token.status.is_open)
        self.items = (
            *seated,
            *((Heading("waiting, in the order of promotion"), *waiting) if waiting else ()),
            *((Heading("closed"), *closed) if closed else ()),
        )

    def draw(self, item: QueueRow | Heading, width: int) -> Line:
        if isinstance(item, Heading):
            rule = f"── {item.text} "
            return joined((rule + "─" * (width - len(rule)), self.part("dim")))
        token = item.record.token
        closed = not token.status.is_open
        rest = self.part("dim") if closed else Style()
        place = f"{item.place}" if item.place else ""
        number = fit(token.number, self.number_width)
        status, status_style = self.status_of(item)
        tail = self.issued_of(item) if item.place is None else self.wait_of(item)
        name_width = width - 6 - len(number) - 1 - SOURCE_WIDTH - 1 - STATUS_WIDTH - 1 - WAIT_WIDTH - 1
        return joined(
            (f"{self.pointer_of(item)}{fit(place, 3, 'right')} ", self.part("dim")),
            (f"{number} ", rest if closed else self.part("strong")),
            (fit(token.patient.name, name_width) + "  ", rest),
            *((text, rest if closed else style) for text, style in (self.source_of(item),)),
            (" " + fit(status, STATUS_WIDTH) + " ", status_style),
            (fit(tail, WAIT_WIDTH, "right"), rest),
        )

    def issued_of(self, row: QueueRow) -> str:
        """Return the local time at which the token was issued."""
        return f"{row.record.token.issued_at.astimezone(self.zone):%H:%M}"
