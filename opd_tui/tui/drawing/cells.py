"""Text fitted to widths in terminal cells."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Literal, NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style

Line = list[Segment]
"""One rendered line of a widget."""


LEFT_TO_RIGHT_MARK = "\u200e"
"""Takes no cell; keeps a terminal that reorders Arabic or Hebrew from moving the digits behind a name into it."""


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
    mark = LEFT_TO_RIGHT_MARK if runs_from_right(text) else ""
    if size > width:
        return set_cell_size(text, width - 1) + "…" + mark
    text += mark
    return " " * (width - size) + text if align == "right" else text + " " * (width - size)


def runs_from_right(text: str) -> bool:
    """Return whether the text has letters that are written from right to left (UAX #9)."""
    return not text.isascii() and any(unicodedata.bidirectional(character) in {"R", "AL"} for character in text)


def joined(*cells: tuple[str, Style | None]) -> Line:
    """Return styled texts side by side, without markup."""
    return [Segment(text, style) for text, style in cells if text]


def width_is_disputed(text: str) -> bool:
    """Return whether terminals disagree about the text's width, because it has vowel signs or other combining marks."""
    return not text.isascii() and any(unicodedata.category(character)[0] == "M" for character in text)


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
