"""The symbols that the screens draw, in letters and plain signs for terminals that cannot show them.

Everything drawn passes here last, and each symbol has one sign in its place, so nothing moves: no screen needs to
know which set is used.
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
    "▸": ">",
    "▶": ">",
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
    "·": "-",
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
    """A line, corner or block of a frame by what its Unicode name says."""
    words = set(unicodedata.name(character).split())
    if not words & {"BOX"}:
        solid, upright = words & {"FULL", "SHADE"}, words & {"LEFT", "RIGHT"} and "QUADRANT" not in words
        return "#" if solid else "|" if upright else " "
    across, up = words & {"HORIZONTAL", "LEFT", "RIGHT"}, words & {"VERTICAL", "UP", "DOWN"}
    return "+" if across and up else "|" if up else "-"


SIGNS: Mapping[int, str] = {
    **{code: _frame_sign(chr(code)) for code in range(0x2500, 0x25A0)},
    **{ord(symbol): sign for symbol, sign in _SIGNS.items()},
}
"""One sign, a cell wide, for each symbol."""


class PlainSigns(LineFilter):
    """Draws every line without symbols, and names only in letters that the terminal's encoding has."""

    def __init__(self, encoding: str) -> None:
        super().__init__()
        self.encoding = encoding

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [
            segment if segment.control or segment.text.isascii() else Segment(self.spell(segment.text), segment.style)
            for segment in segments
        ]

    def spell(self, text: str) -> str:
        """The text in as many cells, without symbols."""
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
    """How text is written to the terminal that the screens are on."""
    stream = sys.__stderr__
    return (stream and stream.encoding) or _UTF8


def needs_plain_signs() -> bool:
    """Return whether the terminal seems to show no symbols: it is dumb, or its encoding is not Unicode."""
    encodings = {terminal_encoding()} | ({locale.getencoding()} if os.name == "posix" else set())
    return os.environ.get("TERM") == "dumb" or any(not _is_utf8(encoding) for encoding in encodings)


def _is_utf8(encoding: str) -> bool:
    try:
        return codecs.lookup(encoding).name == _UTF8
    except LookupError:
        return False
