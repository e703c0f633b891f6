"""The base of the waitlist and doctors screens: one list, filtered with `/`."""

from __future__ import annotations

from typing import Any, ClassVar

from textual import getters, on

from opd_tui.desk.search import Words, found
from opd_tui.tui.commands import CLEAR_FILTER
from opd_tui.tui.hints import FILTER_HINTS
from opd_tui.tui.keys.commands import Command, Need
from opd_tui.tui.screens.desk_screen import DeskScreen
from opd_tui.tui.widgets.column_list import ColumnList
from opd_tui.tui.widgets.filter_bar import FilterBar
from opd_tui.tui.widgets.row_list import RowList


class FilteredScreen(DeskScreen):
    """A screen with one filtered list, which opens on what is chosen on the board."""

    ROWS: ClassVar[Need]
    """What the rows are: tokens or doctors."""

    filter_bar = getters.query_one(FilterBar)
    everything: tuple[Any, ...] = ()
    words: list[Words] | None = None
    """The searchable words of each item, built on the first use of the filter."""
    wanted: int | None = None
    """The id of the row that is chosen on the board, until the cursor is on it or a new view lacks it."""

    @property
    def rows(self) -> ColumnList[Any]:
        """The filtered list."""
        raise NotImplementedError

    def on_mount(self) -> None:
        self.host.mode_change_signal.subscribe(self, self._mode_changed)
        self._mode_changed(self.MODE)

    def _mode_changed(self, mode: str) -> None:
        if mode == self.MODE:
            self.wanted = self.host.chosen_on_board(self.ROWS)
            self.go_to_wanted()

    def go_to_wanted(self) -> None:
        """Move the cursor to the row that is chosen on the board, if it is there; clear a filter that hides it."""
        if any(self.rows.key_of(item) == self.wanted for item in self.everything):
            if not self.rows.move_to(self.wanted):
                self.action_step_back()
                self.rows.move_to(self.wanted)
            self.wanted = None

    def words_of(self, item: Any) -> Words:
        """Return what an item is found by."""
        raise NotImplementedError

    def say_empty(self) -> str:
        """Return the message for an empty list."""
        raise NotImplementedError

    def show_items(self, items: tuple[Any, ...]) -> None:
        """Show the items that match the filter."""
        if is_new := items is not self.everything:
            self.everything, self.words = items, None
        query = self.filter_bar.value
        shown = self.filtered(query) if query else items
        clear = self.host.keymap.key_of(CLEAR_FILTER)
        self.rows.empty = f" Nothing here matches “{query}”. {clear} clears the filter." if items else self.say_empty()
        self.rows.show(items, shown)
        self.filter_bar.say(len(shown), len(items))
        if is_new:
            self.go_to_wanted()
            self.wanted = None

    def filtered(self, query: str) -> tuple[Any, ...]:
        """Return the items that a search finds."""
        if self.words is None:
            self.words = [self.words_of(item) for item in self.everything]
        pairs = zip(self.everything, self.words, strict=True)
        return tuple(item for item, _ in found(query, pairs, lambda pair: pair[1]))

    def why_nothing_is_chosen(self, empty: str) -> str:
        """Return why no row is selected: the filter hides all of them, or else the given message."""
        if self.everything:
            clear = self.host.keymap.key_of(CLEAR_FILTER)
            return f"Nothing matches the filter “{self.filter_bar.value}”. {clear} clears it."
        return empty

    def commands_here(self) -> tuple[Command, ...]:
        if self.filter_bar.has_focus_within:
            return FILTER_HINTS
        return tuple(c for c in self.INTENTS if c is not CLEAR_FILTER or self.filter_bar.value)

    def action_filter(self) -> None:
        self.filter_bar.open()

    @on(FilterBar.Changed)
    def search(self) -> None:
        """Show what is found, with the cursor on the first of it."""
        self.refilter()
        if self.filter_bar.value and len(self.rows.items) > 1:
            self.rows.move_to(self.rows.key_of(self.rows.items[1]))

    def refilter(self) -> None:
        self.show_items(self.everything)
        self.rows.show_cursor()
        self.show_hints()

    @on(FilterBar.Left)
    def back_to_the_list(self) -> None:
        """Move the focus to the list, unless the filter matches nothing in it."""
        self.refilter()
        if self.rows.items or not self.filter_bar.value:
            self.set_focus(self.rows)
        else:
            self.host.refuse_key(self.why_nothing_is_chosen(""))

    @on(RowList.Clicked)
    def action_open_row(self) -> None:
        """Go to the selected row's slot on the board, or show why that is not possible."""
        if self.shows_the_day():
            self.open_row()

    def open_row(self) -> None:
        """Go to the selected row's slot on the board, or show why there is none."""
        raise NotImplementedError

    def action_step_back(self) -> None:
        """Clear the filter, wherever the focus is."""
        self.filter_bar.clear()
        self.back_to_the_list()
