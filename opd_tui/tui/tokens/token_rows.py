"""The base of all token lists."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Mapping
from zoneinfo import ZoneInfo

from rich.style import Style
from textual.reactive import reactive

from opd_tui.config.options import Settings
from opd_tui.desk.views import QueueRow
from opd_tui.domain.events import TokenPreempted, TokenPromoted
from opd_tui.domain.model import Attendance, Source, Status, Token, TokenId
from opd_tui.tui.drawing.cells import fit
from opd_tui.tui.drawing.text import minutes, status_words
from opd_tui.tui.widgets.row_list import Heading, RowList

NUMBER_WIDTH, SOURCE_WIDTH, STATUS_WIDTH, WAIT_WIDTH = 7, 9, 11, 9
TO_TELL = "! to tell"
"""The sign and words of a patient who has to be told of a change."""
MARKED_STATUS = {moved.reason: moved.enters for moved in (TokenPreempted, TokenPromoted)}
ATTENDANCE_LOOKS = {
    Attendance.INSIDE: "inside",
    Attendance.HERE: "good",
    Attendance.EXPECTED: "plain",
    Attendance.ON_HOLD: "dim",
}
SOURCE_LOOKS = {source: source.label.lower() for source in Source}
"""The look of each source: a quiet accent, which only repeats its word."""


class TokenRows(RowList[QueueRow | Heading]):
    """Tokens, one per row; subclasses choose the columns."""

    now: reactive[dt.datetime | None] = reactive(None)
    """The desk's clock, used to compute waiting times."""
    marks: reactive[Mapping[TokenId, str]] = reactive({}, always_update=True)
    """Recently moved tokens and the reason for each move."""
    zone: ZoneInfo | None = None
    """The hospital's time zone."""
    hold_minutes = Settings.hold_minutes
    """After how many minutes on hold a patient is marked; 0 disables it."""
    number_width = NUMBER_WIDTH
    """The width of the longest number, because a truncated number is ambiguous."""

    def watch_items(self, old: tuple[QueueRow | Heading, ...], new: tuple[QueueRow | Heading, ...]) -> None:
        lengths = (len(item.record.token.number) for item in new if isinstance(item, QueueRow))
        if (width := max(NUMBER_WIDTH, *lengths, 0)) != self.number_width:
            self.number_width = width
            self.refresh()
        super().watch_items(old, new)

    def key_of(self, item: QueueRow | Heading) -> Hashable | None:
        return item.id if isinstance(item, QueueRow) else None

    def wait_of(self, row: QueueRow) -> str:
        """Return the minutes waited, or the time at which the slot is expected to begin if it has not begun."""
        if self.now is None:
            return ""
        if self.now < row.begins_at:
            return f"for {row.record.slot.expected_start}"
        return minutes(row.waited(self.now))

    def status_of(self, row: QueueRow) -> tuple[str, Style]:
        """Return the status as text and symbol, with a style that only repeats their meaning."""
        token = row.record.token
        if self.is_overdue(token):
            return f"! {token.attendance.value}", self.part("warning")
        look = ATTENDANCE_LOOKS[token.attendance] if token.status is Status.ACTIVE else "plain"
        return status_words(row.record), self.part(look if token.status.is_open else "dim")

    def is_overdue(self, token: Token) -> bool:
        """Return whether the patient has been on hold for longer than the limit."""
        if token.attendance is not Attendance.ON_HOLD or token.held_at is None or self.now is None:
            return False
        return 0 < self.hold_minutes <= (self.now - token.held_at).total_seconds() / 60

    def mark_of(self, row: QueueRow, marks: Mapping[str, str]) -> str:
        """Return the mark of a recently moved token, or "" if its status has changed since."""
        token = row.record.token
        reason = self.marks.get(token.id)
        return marks[reason] if reason and MARKED_STATUS[reason] is token.status else ""

    def source_of(self, row: QueueRow) -> tuple[str, Style]:
        """Return the source in its own accent, an open emergency in bold."""
        token = row.record.token
        urgent = "alert" if token.source is Source.EMERGENCY and token.status.is_open else None
        return fit(token.source.label, SOURCE_WIDTH), self.part(urgent or SOURCE_LOOKS[token.source])

    def pointer_of(self, row: QueueRow) -> str:
        """Return the marker of the selected row, for terminals without colour."""
        return "▸" if self.has_focus and row is self.chosen else " "
