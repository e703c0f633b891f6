"""Columns of a list: how wide each is, and which ones give way when room is short."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from rich.cells import cell_len

from opd_tui.tui.drawing.cells import fit

NARROWEST_GAP, WIDEST_GAP = 1, 6
"""The smallest and largest space between two columns, in cells."""


@dataclass(frozen=True)
class Column:
    """A column; its width is that of its longest text, unless room is short."""

    heading: str
    align: Literal["left", "right"] = "left"
    size: int = 0
    """The smallest width while room suffices; a column with a size is shown even if it is empty."""
    least: int | None = None
    """The width to which the column shrinks when room is short; None if it keeps its width."""
    rank: int = 0
    """When the column shrinks: the lowest rank first. All that shrink may be hidden, except the highest rank."""
    from_room: int = 0
    """The room in which the column is shown."""


class ColumnLayout(NamedTuple):
    """The columns' widths, 0 for a hidden one, and the gap between them."""

    widths: tuple[int, ...]
    gap: int

    def fitted(self, columns: Sequence[Column], cells: Sequence[str]) -> list[str]:
        """Return the cells of a row, each fitted to its column with its gap; a hidden one is empty."""
        return [
            fit(cell, width, column.align) + " " * self.gap if width else ""
            for column, cell, width in zip(columns, cells, self.widths, strict=True)
        ]


def longest(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> tuple[int, ...]:
    """Return the width that each column wants: its longest text or heading, or 0 if it is empty and has no size."""
    texts = list(zip(*rows, strict=True)) or [()] * len(columns)
    return tuple(
        max(cell_len(column.heading), column.size, *map(cell_len, own)) if column.size or any(own) else 0
        for column, own in zip(columns, texts, strict=True)
    )


def layout(columns: Sequence[Column], wanted: Sequence[int], room: int) -> ColumnLayout:
    """Return the layout of columns that want these widths.

    If room is short, the columns shrink in order of their rank, then disappear in the same order; what is left over
    widens the gaps.
    """
    widths = [width if column.from_room <= room else 0 for column, width in zip(columns, wanted, strict=True)]
    yielding = sorted(
        (i for i, column in enumerate(columns) if column.least is not None), key=lambda i: columns[i].rank
    )
    narrowest = {i: min(widths[i], columns[i].least or 0) for i in yielding}
    for index in yielding[:-1]:
        if _over({**dict(enumerate(widths)), **narrowest}.values(), room) <= 0:
            break
        widths[index] = narrowest[index] = 0
    for index in yielding:
        widths[index] -= min(max(_over(widths, room), 0), widths[index] - narrowest[index])
    shown = sum(map(bool, widths))
    gap = (room - sum(widths)) // max(shown - 1, 1)
    return ColumnLayout(tuple(widths), min(max(gap, NARROWEST_GAP), WIDEST_GAP))


def _over(widths: Iterable[int], room: int) -> int:
    """Return by how much columns exceed the room, with the narrowest gaps between them."""
    shown = [width for width in widths if width]
    return sum(shown) + NARROWEST_GAP * (len(shown) - 1) - room
