"""Lists of tokens: one slot's queue, and everyone who waits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from rich.style import Style
from textual.reactive import reactive

from opd_tui.desk.views import Queue, QueueRow
from opd_tui.domain.events import TokenPreempted, TokenPromoted
from opd_tui.domain.model import Status, TokenId
from opd_tui.tui.lines import Line, fit, joined
from opd_tui.tui.text import STATUS_WORDS, doctor_label, minutes
from opd_tui.tui.widgets.column_list import ColumnList
from opd_tui.tui.widgets.row_list import RowList

MARKS = {TokenPreempted.reason: "↓ displaced", TokenPromoted.reason: "↑ moved up"}
"""What is said for some seconds of a token that another one moved."""

NUMBER_WIDTH, SOURCE_WIDTH, STATUS_WIDTH, WAIT_WIDTH = 7, 9, 11, 9
MARKED_STATUS = {TokenPreempted.reason: Status.WAITING, TokenPromoted.reason: Status.ACTIVE}


@dataclass(frozen=True)
class Heading:
    """A line between the parts of a queue."""

    text: str


class TokenRows(RowList[QueueRow | Heading]):
    """Tokens, a line each; what differs between lists is which columns a line has."""

    now: reactive[dt.datetime | None] = reactive(None)
    """The desk's clock, from which waits are counted."""
    marks: reactive[Mapping[TokenId, str]] = reactive({}, always_update=True)
    """Tokens that were moved just now."""
    zone: ZoneInfo | None = None
    """The hospital's time zone."""
    number_width = NUMBER_WIDTH
    """As wide as the longest number, since a cut number names nobody."""

    def watch_items(self, old: tuple[QueueRow | Heading, ...], new: tuple[QueueRow | Heading, ...]) -> None:
        lengths = (len(item.record.token.number) for item in new if isinstance(item, QueueRow))
        if (width := max(NUMBER_WIDTH, *lengths, 0)) != self.number_width:
            self.number_width = width
            self.refresh()
        super().watch_items(old, new)

    def key_of(self, item: QueueRow | Heading) -> Hashable | None:
        return item.id if isinstance(item, QueueRow) else None

    def wait_of(self, line: QueueRow) -> str:
        """Minutes waited; before the slot begins, when that will be."""
        if self.now is None:
            return ""
        if self.now < line.begins_at:
            return f"for {line.record.slot.start:%H:%M}"
        return minutes(line.waited(self.now))

    def status_of(self, line: QueueRow) -> tuple[str, Style]:
        """Word and symbol, and a style that only repeats them."""
        token = line.record.token
        if mark := self.mark_of(line):
            return mark, self.part("mark")
        style = {Status.ACTIVE: self.part("good"), Status.WAITING: Style()}.get(token.status, self.part("dim"))
        return STATUS_WORDS[token.status], style

    def mark_of(self, line: QueueRow) -> str:
        """What moved the token just now, as long as it still stands there."""
        token = line.record.token
        reason = self.marks.get(token.id)
        return MARKS[reason] if reason and MARKED_STATUS[reason] is token.status else ""

    def source_of(self, line: QueueRow) -> tuple[str, Style]:
        """The source's name; an emergency stands out."""
        source = line.record.token.source
        open_emergency = source.priority == 1 and line.record.token.status.is_open
        return fit(source.name, SOURCE_WIDTH), self.part("alert") if open_emergency else Style()

    def pointer_of(self, line: QueueRow) -> str:
        """Which line is chosen, for terminals that show no colour."""
        return "▸" if self.has_focus and line is self.chosen else " "


class QueueRows(TokenRows):
    """One slot's queue: seated, waiting in the order of promotion, then the closed ones."""

    def show(self, queue: Queue | None) -> None:
        """Show a queue, or nothing."""
        if queue is None:
            self.items = ()
            return
        waiting = tuple(line for line in queue.lines if line.place is not None)
        seated = tuple(line for line in queue.lines if line.record.token.status is Status.ACTIVE)
        closed = tuple(line for line in queue.lines if not line.record.token.status.is_open)
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

    def issued_of(self, line: QueueRow) -> str:
        """When the token was issued."""
        return f"{line.record.token.issued_at.astimezone(self.zone):%H:%M}"


class WaitRows(ColumnList[QueueRow | Heading], TokenRows):
    """Everyone who waits on a day, best rank first, across the doctors."""

    FLEXIBLE = (1, 3)
    HEADINGS = ("NUMBER", "PATIENT", "SOURCE", "DOCTOR", "SLOT", "LINE", "WAITED", "")

    def watch_now(self) -> None:
        self.measure_again()

    def watch_marks(self) -> None:
        self.measure_again()

    def cells(self, item: QueueRow | Heading) -> tuple[str, ...]:
        """A line's columns."""
        if isinstance(item, Heading):
            return self.HEADINGS
        record = item.record
        return (
            record.token.number,
            record.token.patient.name,
            record.token.source.name,
            doctor_label(record.doctor),
            f"{record.slot.start:%H:%M}",
            f"{item.place or ''}",
            self.wait_of(item),
            self.mark_of(item),
        )

    def draw(self, item: QueueRow | Heading, width: int) -> Line:
        cells = self.columns(item, width - 2)
        if isinstance(item, Heading):
            return joined((f"  {''.join(cells)}", self.part("dim")))
        number, name, source, *rest, mark = cells
        return joined(
            (f"{self.pointer_of(item)} ", self.part("dim")),
            (number, self.part("strong")),
            (name, Style()),
            (source, self.source_of(item)[1]),
            ("".join(rest), Style()),
            (mark.rstrip(), self.part("mark")),
        )
