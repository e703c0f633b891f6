"""ASCII replacements for the screens' symbols, for terminals that cannot show them.

A line filter replaces symbols last, each with an ASCII character of the same width, so that layouts stay the same and
the screens need not know which set is used.
"""

from __future__ import annotations

import codecs
import locale
import os
import sys
import unicodedata
from collections.abc import Mapping

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_SIGNS = {
    "●": "*",
    "○": "o",
    "■": "#",
    "▐": "[",
    "▌": "]",
    "░": ".",
    "▸": ">",
    "▶": ">",
    "►": ">",
    "▲": "^",
    "▼": "v",
    "✓": "+",
    "✗": "x",
    "↑": "^",
    "↓": "v",
    "←": "<",
    "→": ">",
    "‹": "<",
    "›": ">",
    "‖": "=",
    "×": "x",
    "′": "'",
    "·": "-",
    "∙": ".",
    "•": "*",
    "–": "-",
    "—": "-",
    "…": "~",
    "“": '"',
    "”": '"',
    "‘": "'",
    "’": "'",
    "⏎": "<",
    "⌫": "<",
}
_UTF8 = "utf-8"


def _frame_sign(character: str) -> str:
    """Return the ASCII replacement of a box-drawing or block character, derived from its Unicode name."""
    words = set(unicodedata.name(character).split())
    if not words & {"BOX"}:
        solid, upright = words & {"FULL", "SHADE"}, words & {"LEFT", "RIGHT"} and "QUADRANT" not in words
        return "#" if solid else "|" if upright else " "
    across, up = words & {"HORIZONTAL", "LEFT", "RIGHT"}, words & {"VERTICAL", "UP", "DOWN"}
    return "+" if across and up else "|" if up else "=" if words & {"HEAVY"} else "-"


SIGNS: Mapping[int, str] = {
    **{code: _frame_sign(chr(code)) for code in range(0x2500, 0x25A0)},
    **{ord(symbol): sign for symbol, sign in _SIGNS.items()},
}
"""The ASCII replacement, one cell wide, by code point."""


class PlainSigns(LineFilter):
    """A line filter that replaces symbols with ASCII, and characters outside the terminal's encoding with `?`."""

    def __init__(self, encoding: str) -> None:
        super().__init__()
        self.encoding = encoding

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [
            segment if segment.control or segment.text.isascii() else Segment(self.spell(segment.text), segment.style)
            for segment in segments
        ]

    def spell(self, text: str) -> str:
        """Return the text without symbols, in the same number of cells."""
        plain = text.translate(SIGNS)
        if plain.isascii():
            return plain
        known = "".join(character if self._has(character) else "?" * cell_len(character) for character in plain)
        return set_cell_size(known, cell_len(text))

    def _has(self, character: str) -> bool:
        try:
            character.encode(self.encoding)
        except UnicodeEncodeError:
            return False
        return True


def terminal_encoding() -> str:
    """Return the encoding of the terminal that Textual writes to, which is stderr."""
    stream = sys.__stderr__
    return (stream and stream.encoding) or _UTF8


def needs_plain_signs() -> bool:
    """Return whether the terminal probably cannot show symbols: TERM is `dumb`, or its encoding is not UTF-8."""
    encodings = {terminal_encoding()} | ({locale.getencoding()} if os.name == "posix" else set())
    return os.environ.get("TERM") == "dumb" or any(not _is_utf8(encoding) for encoding in encodings)


def _is_utf8(encoding: str) -> bool:
    try:
        return codecs.lookup(encoding).name == _UTF8
    except LookupError:
        return False
