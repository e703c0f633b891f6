"""Text fitted to widths in terminal cells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style

Line = list[Segment]
"""One rendered line of a widget."""

NARROWEST_COLUMN, GAP, WIDEST_GAP = 8, 2, 6
"""Table dimensions in cells."""


class Piece(NamedTuple):
    """A text at a column of a line, one cell a character."""

    column: int
    text: str
    style: Style


def fit(text: str, width: int, align: Literal["left", "right"] = "left") -> str:
    """Return the text padded or truncated to `width` cells, with an ellipsis if truncated."""
    if width <= 0:
        return ""
    size = cell_len(text)
    if size > width:
        return set_cell_size(text, width - 1) + "…"
    return " " * (width - size) + text if align == "right" else text + " " * (width - size)


def joined(*cells: tuple[str, Style | None]) -> Line:
    """Return styled texts side by side, without markup."""
    return [Segment(text, style) for text, style in cells if text]


def laid_out(pieces: Iterable[Piece], width: int) -> Line:
    """Return pieces at their columns with blanks between; where two overlap, the one further left stays whole."""
    line: Line = []
    at = 0
    for column, text, style in sorted(pieces, key=lambda piece: piece.column):
        shown = text[max(at - column, 0) : max(width - column, 0)]
        if shown:
            column = max(column, at)
            line += joined((" " * (column - at), None), (shown, style))
            at = column + len(shown)
    return [*line, *joined((" " * (width - at), None))]


def wrapped(text: str, width: int) -> list[str]:
    """Return a text broken between words into lines of at most `width` cells; a longer word has its own line."""
    lines = [""]
    for word in text.split(" "):
        if lines[-1] and cell_len(lines[-1]) + 1 + cell_len(word) > width:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}" if lines[-1] else word
    return lines


def column_widths(rows: Sequence[Sequence[str]], width: int, flexible: Sequence[int]) -> list[int]:
    """Return column widths that fit the content plus a gap; the first row holds the headings, an empty column gets 0.

    If the sum exceeds `width`, the flexible columns shrink, widest first; spare room is shared by all columns.
    """
    columns = list(zip(*rows, strict=True))
    widths = [max(map(cell_len, column)) + GAP if any(column[1:]) else 0 for column in columns]
    while (over := sum(widths) - width) > 0:
        widest = max(flexible, key=lambda index: widths[index])
        if widths[widest] <= NARROWEST_COLUMN:
            break
        others = max((widths[index] for index in flexible if index != widest), default=0)
        widths[widest] -= min(over, max(widths[widest] - others, 1), widths[widest] - NARROWEST_COLUMN)
    more = min(max(width - sum(widths), 0) // len(widths), WIDEST_GAP - GAP)
    return [size + more if size else 0 for size in widths]


def in_columns(cells: Sequence[str], widths: Sequence[int]) -> list[str]:
    """Return the cells of a row, each fitted to its column with its gap."""
    return [fit(cell, size - GAP) + " " * GAP if size else "" for cell, size in zip(cells, widths, strict=True)]
