"""A list in columns as wide as their content."""

from __future__ import annotations

from typing import Any, ClassVar, TypeVar

from opd_tui.tui.drawing.columns import Column, ColumnLayout, layout, longest
from opd_tui.tui.widgets.row_list import Heading, RowList

Item = TypeVar("Item")


class ColumnList(RowList[Item]):
    """A list with its headings as the first item; a filter hides items, and moves no column."""

    COLUMNS: ClassVar[tuple[Column, ...]]

    everything: tuple[Any, ...] = ()
    """All items, also those that a filter hides."""
    wanted: tuple[int, ...] = ()
    """The width that each column wants, over all items."""
    laid_out: tuple[int, ColumnLayout] | None = None
    """The available width, and the layout for it."""

    def cells(self, item: Item) -> tuple[str, ...]:
        """Return an item's text in each column."""
        raise NotImplementedError

    def show(self, everything: tuple[Item, ...], shown: tuple[Item, ...]) -> None:
        """Show some of the items, in columns that fit all of them."""
        if everything is not self.everything:
            self.everything = everything
            self.measure()
        self.first_items = 1 if shown else 0
        self.items = (Heading("columns"), *shown) if shown else ()

    def measure(self) -> None:
        """Measure the columns, and draw all rows again if a width differs."""
        wanted = longest(self.COLUMNS, [self.cells(item) for item in self.everything])
        if wanted != self.wanted:
            self.wanted, self.laid_out = wanted, None
            self.refresh()

    def columns(self, item: Item | Heading, room: int) -> list[str]:
        """Return an item's cells, or the headings, each fitted to its column."""
        if self.laid_out is None or self.laid_out[0] != room:
            self.laid_out = room, layout(self.COLUMNS, self.wanted, room)
        cells = [column.heading for column in self.COLUMNS] if isinstance(item, Heading) else self.cells(item)
        return self.laid_out[1].fitted(self.COLUMNS, cells)
