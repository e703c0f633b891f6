"""Screen 2: all waiting patients of a day across doctors, best rank first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from textual import getters
from textual.widget import Widget

from opd_tui.desk.search import Words, token_words
from opd_tui.desk.views import QueueRow
from opd_tui.domain.model import SlotLoad, SlotRecord, TokenId
from opd_tui.tui.commands import DONE, NO_SHOW, WAITLIST_COMMANDS
from opd_tui.tui.keys.commands import Command, Need, bindings
from opd_tui.tui.screens.chosen import Chosen
from opd_tui.tui.screens.filtered_screen import FilteredScreen
from opd_tui.tui.waitlist.wait_rows import WaitRows
from opd_tui.tui.widgets.filter_bar import FilterBar
from opd_tui.tui.widgets.panel import Panel

if TYPE_CHECKING:
    from opd_tui.desk.front_desk import FrontDesk


class WaitlistScreen(FilteredScreen):
    """The waitlist of a day."""

    MODE = "waitlist"
    ROWS = Need.TOKEN
    INTENTS = WAITLIST_COMMANDS
    BINDINGS = bindings(*INTENTS)
    AUTO_FOCUS = "WaitRows"

    rows = getters.query_one(WaitRows)

    def body(self) -> Iterable[Widget]:
        with Panel("Waiting, best rank first", id="waitlist-panel"):
            yield WaitRows(id="waiting")
        yield FilterBar()

    def words_of(self, item: QueueRow) -> Words:
        return token_words(item.record)

    def say_empty(self) -> str:
        return " Nobody waits on this day. Tokens come here when a slot is full."

    def read_view(self, day: dt.date) -> Callable[[FrontDesk], Callable[[], None]]:
        def read(desk: FrontDesk) -> Callable[[], None]:
            rows = desk.waitlist(day)
            return lambda: self.show(rows)

        return read

    def show(self, rows: tuple[QueueRow, ...]) -> None:
        """Show a waitlist."""
        self.rows.hold_minutes = self.host.preferences.hold_minutes
        self.show_items(rows)

    def show_now(self, now: dt.datetime | None) -> None:
        self.rows.now = now

    def show_marks(self, marks: Mapping[TokenId, str]) -> None:
        self.rows.marks = marks

    def show_token(self, token_id: TokenId) -> None:
        self.rows.move_to(token_id)

    def chosen_token(self) -> QueueRow | None:
        row = self.rows.chosen
        return row if isinstance(row, QueueRow) else None

    def open_row(self) -> None:
        if (row := self.chosen_token()) is None:
            self.host.refuse_key(self.why_none(Need.TOKEN))
        else:
            self.go_to_board(row.record.slot, row.id)

    def chosen(self, need: Need) -> Chosen | None:
        if (row := self.chosen_token()) is None:
            return None
        record = row.record
        choices = {
            Need.TOKEN: Chosen.token(record),
            Need.SLOT: Chosen.slot(record.slot, record.doctor),
            Need.DOCTOR: Chosen.doctor(record.doctor),
        }
        return choices[need]

    def chosen_slot(self) -> SlotRecord | None:
        row = self.chosen_token()
        return SlotRecord(row.record.slot, row.record.doctor, SlotLoad()) if row else None

    def why_none(self, need: Need) -> str:
        so = "" if need is Need.TOKEN else f", so no {need.value} is chosen"
        board = self.host.key_of_mode("board")
        return self.why_nothing_is_chosen(f"Nobody waits on this day{so}. Press {board} for the board.")

    def commands_here(self) -> tuple[Command, ...]:
        """Omit Done and No-show from the footer: they do not apply to waiting tokens, and their keys only say so."""
        return tuple(command for command in super().commands_here() if command not in (NO_SHOW, DONE))
