"""Which lines of the screen the bytes of a program's output are for."""

from __future__ import annotations

import re
from collections import Counter

ANYWHERE = -1
"""Stands for bytes that belong to no line: what brackets a frame, and all before the first move of the cursor."""
ASIDE = -2
"""Stands for bytes of columns that are not asked about."""

_PARTS = re.compile(
    rb"(?P<move>\x1b\[(?P<line>[0-9]*)(;(?P<column>[0-9]*))?[Hf])"
    rb"|(?P<frame>\x1b\[\?[0-9;]*[hl])"
    rb"|(?P<newline>\n)"
    rb"|\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(\x07|\x1b\\)|[^\x1b\n]+|."
)


def bytes_by_line(output: bytes, columns: int | None = None) -> Counter[int]:
    """How many bytes paint each line of the screen, from 0, with the moves and colours that lead to them.

    What begins behind so many columns is counted aside.
    """
    counts: Counter[int] = Counter()
    line = ANYWHERE
    for part in _PARTS.finditer(output):
        if part["move"]:
            line = int(part["line"] or 1) - 1
            if columns is not None and int(part["column"] or 1) > columns:
                line = ASIDE
        counts[ANYWHERE if part["frame"] else line] += len(part.group())
        if part["newline"] and line >= 0:
            line += 1
    return counts
