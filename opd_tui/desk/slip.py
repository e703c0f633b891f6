"""The read model of a token's slip."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from opd_tui.domain.journal import JournalEntry
from opd_tui.domain.model import Status, TokenRecord
from opd_tui.domain.turns import Turn


@dataclass(frozen=True, slots=True)
class Slip:
    """What the slip of an open token says at an instant."""

    record: TokenRecord
    ahead: int
    """How many are seen before; for a token without a seat, how many wait for one before it."""
    turn: Turn | None
    """When it is called; None without a seat."""
    printed: int
    """How often it was printed before, at any desk."""
    issued: JournalEntry | None
    """The journal entry of the issue: when, at which desk and by whom."""
    at: dt.datetime
    """The hospital's clock when this was read."""

    @property
    def waits(self) -> bool:
        """Whether the token has no seat yet."""
        return self.record.token.status is Status.WAITING
