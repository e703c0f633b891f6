"""A list in columns that are as wide as what stands in them."""

from __future__ import annotations

from typing import Any, ClassVar, TypeVar

from opd_tui.tui.drawing.cells import column_widths, in_columns
from opd_tui.tui.widgets.row_list import RowList

Item = TypeVar("Item")


class ColumnList(RowList[Item]):
    """The first item is the heading; the columns are measured once for all rows."""

    FLEXIBLE: ClassVar[tuple[int, ...]]
    """The columns that give way where there is too little room."""

    measured: tuple[int, list[int]] | None = None
    """For how much room the columns were measured, and their widths."""

    def cells(self, item: Item) -> tuple[str, ...]:
        """What stands in an item's columns."""
        raise NotImplementedError

    def columns(self, item: Item, room: int) -> list[str]:
        """An item's cells, each as wide as its column."""
        return in_columns(self.cells(item), self.widths(room))

    def widths(self, room: int) -> list[int]:
        """How wide the columns are."""
        if self.measured is None or self.measured[0] != room:
            self.measured = room, column_widths([self.cells(item) for item in self.items], room, self.FLEXIBLE)
        return self.measured[1]

    def measure_again(self) -> None:
        """Other words stand in the columns: draw all rows again if that makes them wider or narrower."""
        before, self.measured = self.measured, None
        if before is not None and self.items and self.widths(before[0]) != before[1]:
            self.refresh()

    def watch_items(self, old: tuple[Any, ...], new: tuple[Any, ...]) -> None:
        super().watch_items(old, new)
        self.measure_again()
