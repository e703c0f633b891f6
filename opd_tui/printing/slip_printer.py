"""What every printer of slips does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from opd_tui.printing.layout import SlipLine

SECONDS_TO_PRINT = 20
"""How long a printer may take for a slip."""


class NotPrinted(Exception):
    """A slip was not printed; the text says why, as the end of a sentence without a full stop."""


class SlipPrinter(Protocol):
    """Where slips are printed."""

    def letters(self, text: str) -> str:
        """Return a text in the letters that the printer has."""

    def print(self, lines: Sequence[SlipLine], width: int, id: str) -> None:
        """Print a slip of a token with this id; raise NotPrinted. It may take SECONDS_TO_PRINT."""
