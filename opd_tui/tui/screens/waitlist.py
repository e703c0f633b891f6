"""Screen 2: everyone who waits on a day, over all doctors, best rank first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from textual import getters
from textual.widget import Widget

from opd_tui.desk.views import QueueRow
from opd_tui.domain.model import SlotLoad, SlotRecord, Token, TokenId
from opd_tui.tui.commands import (
    BOARD,
    DONE,
    NO_SHOW,
    WAITLIST_COMMANDS,
    Command,
    bindings,
)
from opd_tui.tui.screens.filtered import FilteredScreen
from opd_tui.tui.widgets.filter_bar import FilterBar
from opd_tui.tui.widgets.panel import Panel
from opd_tui.tui.widgets.row_list import RowList
from opd_tui.tui.widgets.token_rows import WaitRows

if TYPE_CHECKING:
    from opd_tui.desk.front_desk import FrontDesk


class WaitlistScreen(FilteredScreen):
    """The waiting list of a day."""

    MODE = "waitlist"
    INTENTS = WAITLIST_COMMANDS
    BINDINGS = bindings(*INTENTS)
    AUTO_FOCUS = "WaitRows"

    lines = getters.query_one(WaitRows)

    def body(self) -> Iterable[Widget]:
        with Panel("Waiting, best rank first", id="waitlist-panel"):
            yield WaitRows(id="waiting")
        yield FilterBar()

    @property
    def list(self) -> RowList[Any]:
        return self.lines

    def words_of(self, item: QueueRow) -> str:
        record = item.record
        return (
            f"{record.token.number} {record.token.patient.name} {record.token.source.name} "
            f"{record.doctor.name} {record.doctor.specialty or ''} {record.slot.start:%H:%M}"
        )

    def say_empty(self) -> str:
        return " Nobody waits on this day. Tokens come here when a slot is full."

    def read_view(self, day: dt.date) -> Callable[[FrontDesk], Callable[[], None]]:
        def read(desk: FrontDesk) -> Callable[[], None]:
            lines = desk.waitlist(day)
            return lambda: self.show(lines)

        return read

    def show(self, lines: tuple[QueueRow, ...]) -> None:
        """Show a waiting list."""
        self.mode_bar.waiting = len(lines)
        self.show_items(lines)

    def show_now(self, now: dt.datetime | None) -> None:
        self.lines.now = now

    def show_marks(self, marks: Mapping[TokenId, str]) -> None:
        self.lines.marks = marks

    def show_token(self, token_id: TokenId) -> None:
        self.lines.move_to(token_id)

    def chosen_token(self) -> Token | None:
        line = self.lines.chosen
        return line.record.token if isinstance(line, QueueRow) else None

    def chosen_slot(self) -> SlotRecord | None:
        line = self.lines.chosen
        if not isinstance(line, QueueRow):
            return None
        return SlotRecord(line.record.slot, line.record.doctor, SlotLoad())

    def why_no_token(self) -> str:
        return self.why_nothing_is_chosen(f"Nobody waits on this day. {self._go_to_the_board()}")

    def why_no_slot(self) -> str:
        return self.why_nothing_is_chosen(f"Nobody waits on this day, so no slot is chosen. {self._go_to_the_board()}")

    def _go_to_the_board(self) -> str:
        return f"Press {self.desk_app.keymap.key_of(BOARD)} for the board."

    def commands_here(self) -> tuple[Command, ...]:
        """Who waits can be cancelled, but is neither seen nor a no-show: those keys only say so."""
        return tuple(command for command in super().commands_here() if command not in (NO_SHOW, DONE))
