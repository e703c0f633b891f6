"""The read model of a token's card."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from opd_tui.desk.outcome import Outcome
from opd_tui.domain.model import TokenRecord
from opd_tui.domain.turns import Turn


@dataclass(frozen=True, slots=True)
class TokenCard:
    """A token with what happened to it, oldest first, and its patient's other tokens, the latest first."""

    record: TokenRecord
    history: tuple[Outcome, ...]
    others: tuple[TokenRecord, ...]
    turn: Turn | None = None
    """When it is called; None without a seat, or once it was called."""

    def of_day(self, date: dt.date) -> tuple[TokenRecord, ...]:
        """Return the patient's other tokens of a day."""
        return tuple(other for other in self.others if other.slot.date == date)

    def before(self, date: dt.date) -> tuple[TokenRecord, ...]:
        """Return the patient's tokens of earlier days."""
        return tuple(other for other in self.others if other.slot.date < date)
