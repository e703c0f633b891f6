"""Lists of tokens: one slot's queue, and everyone who waits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from rich.style import Style
from rich.text import Text
from textual.reactive import reactive

from opd_tui.desk.views import Queue, QueueLine
from opd_tui.domain.model import Reason, Status, TokenId
from opd_tui.tui.text import STATUS_WORDS, doctor_label, fit, joined, minutes
from opd_tui.tui.widgets.line_list import LineList

MARKS = {Reason.PREEMPTED: "↓ displaced", Reason.PROMOTED: "↑ moved up"}
"""What is said for some seconds of a token that another one moved."""

SOURCE_WIDTH, STATUS_WIDTH, WAIT_WIDTH = 9, 11, 9


@dataclass(frozen=True)
class Heading:
    """A line between the parts of a queue."""

    text: str


class TokenLines(LineList[QueueLine | Heading]):
    """Tokens, a line each; what differs between lists is which columns a line has."""

    now: reactive[dt.datetime | None] = reactive(None)
    """The desk's clock, from which waits are counted."""
    marks: reactive[Mapping[TokenId, Reason]] = reactive({}, always_update=True)
    """Tokens that were moved just now."""
    zone: ZoneInfo | None = None
    """The hospital's time zone."""

    def key_of(self, item: QueueLine | Heading) -> Hashable | None:
        return item.id if isinstance(item, QueueLine) else None

    def wait_of(self, line: QueueLine) -> str:
        """Minutes waited; before the slot begins, when that will be."""
        if self.now is None:
            return ""
        if self.now < line.begins_at:
            return f"for {line.record.slot.start:%H:%M}"
        return minutes(line.waited(self.now))

    def status_of(self, line: QueueLine) -> tuple[str, Style]:
        """Word and symbol, and a style that only repeats them."""
        token = line.record.token
        if reason := self.marks.get(token.id):
            return MARKS[reason], self.part("mark")
        style = {Status.ACTIVE: self.part("good"), Status.WAITING: Style()}.get(token.status, self.part("dim"))
        return STATUS_WORDS[token.status], style

    def source_of(self, line: QueueLine) -> tuple[str, Style]:
        """The source's name; an emergency stands out."""
        source = line.record.token.source
        open_emergency = source.priority == 1 and line.record.token.status.is_open
        return fit(source.name, SOURCE_WIDTH), self.part("alert") if open_emergency else Style()

    def pointer_of(self, line: QueueLine) -> str:
        """Which line is chosen, for terminals that show no colour."""
        return "▸" if self.has_focus and line is self.chosen else " "


class QueueLines(TokenLines):
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

    def draw(self, item: QueueLine | Heading, width: int) -> Text:
        if isinstance(item, Heading):
            rule = f"── {item.text} "
            return joined((rule + "─" * (width - len(rule)), self.part("dim")))
        token = item.record.token
        closed = not token.status.is_open
        rest = self.part("dim") if closed else Style()
        place = f"{item.place}" if item.place else ""
        number = fit(token.number, 7)
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

    def issued_of(self, line: QueueLine) -> str:
        """When the token was issued."""
        return f"{line.record.token.issued_at.astimezone(self.zone):%H:%M}"


class WaitLines(TokenLines):
    """Everyone who waits on a day, best rank first, across the doctors."""

    def draw(self, item: QueueLine | Heading, width: int) -> Text:
        assert isinstance(item, QueueLine)
        record = item.record
        slot = f"{record.slot.start:%H:%M}"
        place = f"{item.place}." if item.place else ""
        spare = width - 2 - 8 - SOURCE_WIDTH - 1 - 7 - 5 - WAIT_WIDTH - 13 - 2
        name_width = max(spare * 5 // 9, 8)
        mark = "↓" if self.marks.get(record.token.id) is Reason.PREEMPTED else " "
        return joined(
            (f"{self.pointer_of(item)} ", self.part("dim")),
            (fit(record.token.number, 8), self.part("strong")),
            (fit(record.token.patient.name, name_width) + " ", Style()),
            self.source_of(item),
            (" " + fit(doctor_label(record.doctor), max(spare - name_width, 6)) + " ", Style()),
            (fit(slot, 6), Style()),
            (fit(place, 5, "right"), Style()),
            (fit(self.wait_of(item), WAIT_WIDTH + 1, "right"), Style()),
            (fit(f"  {mark} displaced" if mark == "↓" else "", 13), self.part("mark")),
        )
