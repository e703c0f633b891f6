"""The rows of a slot's queue."""

from __future__ import annotations

from itertools import chain, takewhile
from typing import NamedTuple

from rich.cells import cell_len
from rich.style import Style
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from opd_tui.desk.outcome import Outcome
from opd_tui.desk.views import Queue, QueueRow
from opd_tui.domain.events import TokenCalled
from opd_tui.domain.model import Attendance, HoldReason, SlotId, Status, Token, TokenId
from opd_tui.tui.commands import REDO, UNDO
from opd_tui.tui.drawing.cells import Line, fit, joined
from opd_tui.tui.drawing.text import BRIEF_MARKS, MARKS, minutes
from opd_tui.tui.tokens.token_rows import SOURCE_WIDTH, STATUS_WIDTH, TO_TELL, WAIT_WIDTH, TokenRows
from opd_tui.tui.widgets.row_list import Heading

MARGIN = 5
"""The columns before the number, for the pointer and the place in line."""
TAIL_WIDTH = 12
"""The width of the last column with its words: `issued 09:31`, `waits 25 min`."""
IN_QUEUE = {attendance: place for place, attendance in enumerate(Attendance)}
HOLD_WORDS = {
    HoldReason.TEST: "test ",
    HoldReason.PAYMENT: "pay ",
    HoldReason.DOCUMENTS: "docs ",
    HoldReason.OTHER: "",
}
WORDY = 70
"""The fewest columns in which the last column has words; in fewer, the names need the room."""


class Widths(NamedTuple):
    """The widths of a queue's columns that depend on the room."""

    number: int
    name: int
    tail: int


class QueueRows(TokenRows):
    """The tokens of a slot: seated and pinned, then waiting in order of promotion, then closed.

    Of those with a seat, the one in the room comes first, then who is here, expected and on hold, each by rank.
    """

    slot_id: SlotId | None = None
    before: tuple[TokenId, TokenId] | None = None
    """The open token under the cursor before the last change, and the one to go to when it is closed."""

    def show(self, queue: Queue | None) -> None:
        """Show a queue, or no rows if it is None; the cursor starts at the top of another slot's queue."""
        slot_id = queue.slot.slot.id if queue else None
        if slot_id != self.slot_id:
            self.slot_id = slot_id
            self.set_reactive(QueueRows.cursor, 0)
            self.scroll_to_top()
        self._remember()
        rows = queue.rows if queue else ()
        waiting = tuple(row for row in rows if row.place is not None)
        seated = sorted(
            (row for row in rows if row.record.token.status is Status.ACTIVE),
            key=lambda row: IN_QUEUE[row.record.token.attendance],
        )
        closed = tuple(row for row in rows if not row.record.token.status.is_open)
        if len(seated) != self.first_items and self.scroll_offset.y:
            self.refresh()
        self.first_items = len(seated)
        self.items = (
            *seated,
            *((Heading("waiting, in the order of promotion"), *waiting) if waiting else ()),
            *((Heading("closed"), *closed) if closed else ()),
        )

    def pass_on(self, outcome: Outcome) -> bool:
        """Move the cursor from a token that this desk closed; return whether it moved.

        It goes to who was called instead, to the next open token, or else to the one before. The queue may show the
        token among the closed ones already.
        """
        closed, called = outcome.token, outcome.changed(TokenCalled)
        if closed is None or closed.token.status.is_open or not self._leave(closed.token.id):
            return False
        if called is not None:
            self.move_to(called.id)
        return True

    def go_back(self, outcome: Outcome) -> bool:
        """Move the cursor to the token that an undo or redo opened again or changed; return whether it moved."""
        if outcome.entry.action not in (UNDO.makes, REDO.makes):
            return False
        reopened = (change.token for change in outcome.changes if change.is_reopening)
        token, before = next(reopened, outcome.token.token if outcome.token else None), self.cursor
        if token is not None and token.status.is_open:
            self.move_to(token.id)
        return self.cursor != before

    def _leave(self, token_id: TokenId) -> bool:
        """Move the cursor from a closed token to the one to go to; return whether it moved."""
        self._remember()
        if self.before is None or self.chosen is None or self.key_of(self.chosen) != token_id:
            return False
        closed, following = self.before
        if closed == token_id:
            self.move_to(following)
        return closed == token_id

    def _remember(self) -> None:
        """Keep where the cursor goes if the token under it is closed."""
        chosen = self.chosen
        if isinstance(chosen, QueueRow) and is_open(chosen):
            others = chain(self.items[self.cursor + 1 :], reversed(self.items[: self.cursor]))
            following = next((row for row in others if isinstance(row, QueueRow) and is_open(row)), None)
            self.before = (chosen.id, following.id) if following else None

    def refresh_focus(self) -> None:
        super().refresh_focus()
        if not self.has_focus:
            self.scroll_to_top()

    def on_resize(self) -> None:
        super().on_resize()
        if not self.has_focus:
            self.scroll_to_top()

    def scroll_to_top(self) -> None:
        """Show the queue from its first row."""
        self.scroll_to(y=0, animate=False, force=True, immediate=True)

    def widths(self, room: int) -> Widths:
        """Return the widths of the columns in a list of `room` columns."""
        tail = TAIL_WIDTH if room >= WORDY else WAIT_WIDTH
        fixed = MARGIN + self.number_width + 1 + SOURCE_WIDTH + 1 + STATUS_WIDTH + 1 + tail
        return Widths(self.number_width, room - fixed - 2, tail)

    def headings(self, room: int, section: str) -> Line:
        """Return the headings over the columns, with the section that is in view at the right."""
        number, name, _ = self.widths(room)
        words = f"{fit('NUMBER', number)} {fit('PATIENT', name)}  {fit('SOURCE', SOURCE_WIDTH)} STATUS"
        line = " " * MARGIN + words
        return joined((line, self.part("dim")), (fit(section, room - cell_len(line), "right"), self.part("head")))

    @property
    def section(self) -> str:
        """The section of the first row that scrolls, with its number of rows, once its heading is out of view."""
        top = self.item_at(self.pinned)
        above = [index for index, item in enumerate(self.items[: top + 1]) if isinstance(item, Heading)]
        if not above or above[-1] == top:
            return ""
        rows = takewhile(lambda item: not isinstance(item, Heading), self.items[above[-1] + 1 :])
        return f"{sum(1 for _ in rows)} {self.items[above[-1]].text.partition(',')[0]}"

    def draw(self, item: QueueRow | Heading, width: int) -> Line:
        if isinstance(item, Heading):
            return joined((f"── {item.text} ──", self.part("dim")))
        token, widths = item.record.token, self.widths(width)
        rest = Style() if token.status.is_open else self.part("dim")
        status, status_style = self.status_of(item)
        source, source_style = self.source_of(item)
        return joined(
            (f"{self.pointer_of(item)}{fit(f'{item.place}' if item.place else '', 3, 'right')} ", self.part("dim")),
            (f"{fit(token.number, widths.number)} ", self.part("strong") if token.status.is_open else rest),
            (fit(token.patient.name, widths.name) + "  ", rest),
            (source, source_style if token.status.is_open else rest),
            (" " + fit(status, STATUS_WIDTH) + " ", status_style),
            self.tail(item, widths.tail, rest),
        )

    def tail(self, item: QueueRow, width: int, style: Style) -> tuple[str, Style]:
        """Return the last column: that the token just moved or the patient has to be told, or else its times."""
        wordy = width == TAIL_WIDTH
        if mark := self.mark_of(item, MARKS if wordy else BRIEF_MARKS):
            return fit(mark, width, "right"), self.part("mark")
        if item.record.token.is_to_tell:
            return fit(TO_TELL, width, "right"), self.part("warning")
        return fit(self.tail_of(item, wordy=wordy), width, "right"), style

    def tail_of(self, row: QueueRow, *, wordy: bool) -> str:
        """Return since when a patient is inside, here or on hold, or has waited, or else when the token was issued."""
        token = row.record.token
        if token.status.is_open and token.held_at is not None:
            return self.hold_of(token, wordy=wordy)
        if row.place is not None:
            wait = self.wait_of(row)
            return f"waits {wait}" if wordy and wait and not wait.startswith("for") else wait
        since = (token.called_at or token.checked_in_at) if token.status.is_open else None
        word, instant = ("since", since) if since else ("issued", token.issued_at)
        time = f"{instant.astimezone(self.zone):%H:%M}"
        return f"{word} {time}" if wordy else time

    def hold_of(self, token: Token, *, wordy: bool) -> str:
        """Return for what and for how long a patient has been away: `test 12 min`."""
        if token.held_at is None or token.hold_reason is None or self.now is None:
            return ""
        return f"{HOLD_WORDS[token.hold_reason] if wordy else ''}{minutes(self.now - token.held_at)}"


class QueueHead(Widget):
    """The headings over a queue."""

    section: reactive[str] = reactive("")
    """The section that is in view without its own heading: `12 waiting`."""

    def __init__(self, rows: QueueRows) -> None:
        super().__init__(id="queue-head")
        self.rows = rows

    def render_line(self, y: int) -> Strip:
        room = self.rows.scrollable_content_region.width
        line = self.rows.headings(room, self.section) if self.rows.items and room else []
        return Strip(line).adjust_cell_length(self.size.width).apply_style(self.rich_style)


def is_open(item: QueueRow | Heading) -> bool:
    """Return whether an item is a token that is seated or waits."""
    return isinstance(item, QueueRow) and item.record.token.status.is_open
