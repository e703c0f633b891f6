"""The base of the waitlist and doctors screens: one list, filtered with `/`."""

from __future__ import annotations

from typing import Any

from textual import getters, on

from opd_tui.tui.commands import CLEAR_FILTER, FILTER_HINTS
from opd_tui.tui.keys.commands import Command
from opd_tui.tui.screens.desk_screen import DeskScreen
from opd_tui.tui.screens.matching import matcher
from opd_tui.tui.screens.search_keys import search_key
from opd_tui.tui.widgets.filter_bar import FilterBar
from opd_tui.tui.widgets.row_list import Heading, RowList


class FilteredScreen(DeskScreen):
    """A screen with one filtered list."""

    filter_bar = getters.query_one(FilterBar)
    everything: tuple[Any, ...] = ()
    words: list[str] | None = None
    """The search text of each item, built on the first use of the filter."""

    @property
    def rows(self) -> RowList[Any]:
        """The filtered list."""
        raise NotImplementedError

    def words_of(self, item: Any) -> str:
        """Return the searchable text of an item."""
        raise NotImplementedError

    def say_empty(self) -> str:
        """Return the message for an empty list."""
        raise NotImplementedError

    def show_items(self, items: tuple[Any, ...]) -> None:
        """Show the items that match the filter."""
        if items is not self.everything:
            self.everything, self.words = items, None
        query = self.filter_bar.value
        shown = self.filtered(query) if query else items
        clear = self.host.keymap.key_of(CLEAR_FILTER)
        self.rows.empty = f" Nothing here matches “{query}”. {clear} clears the filter." if items else self.say_empty()
        self.rows.items = (Heading("columns"), *shown) if shown else ()
        self.filter_bar.say(len(shown), len(items))

    def filtered(self, query: str) -> tuple[Any, ...]:
        """Return the items that contain every word."""
        if self.words is None:
            self.words = [search_key(self.words_of(item)) for item in self.everything]
        matches = matcher(query)
        return tuple(item for item, words in zip(self.everything, self.words, strict=True) if matches(words))

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
    def refilter(self) -> None:
        self.show_items(self.everything)
        self.rows.show_cursor()
        self.show_hints()

    @on(FilterBar.Left)
    def back_to_the_list(self) -> None:
        self.refilter()
        self.set_focus(self.rows)

    def action_step_back(self) -> None:
        """Clear the filter, wherever the focus is."""
        self.filter_bar.clear()
        self.back_to_the_list()
