"""Text fitted to widths in terminal cells."""

from __future__ import annotations

import unicodedata
from typing import Literal

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style

Line = list[Segment]
"""One rendered line of a widget."""


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


def width_is_disputed(text: str) -> bool:
    """Return whether terminals disagree about the text's width, because it has vowel signs or other combining marks."""
    return not text.isascii() and any(unicodedata.category(character)[0] == "M" for character in text)
