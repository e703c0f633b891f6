"""A list in columns as wide as their content."""

from __future__ import annotations

from typing import Any, ClassVar, TypeVar

from opd_tui.tui.drawing.cells import column_widths, in_columns
from opd_tui.tui.widgets.row_list import RowList

Item = TypeVar("Item")


class ColumnList(RowList[Item]):
    """A list with a heading as its first item; the column widths are measured once for all rows."""

    FLEXIBLE: ClassVar[tuple[int, ...]]
    """The columns that shrink if the list is too narrow."""

    measured: tuple[int, list[int]] | None = None
    """The available width that was measured for, and the column widths."""

    def cells(self, item: Item) -> tuple[str, ...]:
        """Return an item's text in each column."""
        raise NotImplementedError

    def columns(self, item: Item, room: int) -> list[str]:
        """Return an item's cells, each fitted to its column."""
        return in_columns(self.cells(item), self.widths(room))

    def widths(self, room: int) -> list[int]:
        """Return the column widths for the available width."""
        if self.measured is None or self.measured[0] != room:
            self.measured = room, column_widths([self.cells(item) for item in self.items], room, self.FLEXIBLE)
        return self.measured[1]

    def measure_again(self) -> None:
        """Measure the columns after their content changed, and repaint all rows if a width differs."""
        before, self.measured = self.measured, None
        if before is not None and self.items and self.widths(before[0]) != before[1]:
            self.refresh()

    def watch_items(self, old: tuple[Any, ...], new: tuple[Any, ...]) -> None:
        super().watch_items(old, new)
        self.measure_again()
