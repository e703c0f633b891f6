"""What a desk learns without having asked: changes by other desks, and whether the database is there."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from opd_tui.desk.outcome import Outcome
from opd_tui.domain.errors import StoreUnavailable


@dataclass(frozen=True, slots=True)
class Changed:
    """Something was committed; the oldest come first, and only the last few of very many."""

    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True)
class Gone:
    """Since an instant the database can no longer be reached, or no longer be trusted."""

    refusal: StoreUnavailable
    since: dt.datetime


@dataclass(frozen=True, slots=True)
class Back:
    """The database is there again; what was committed meanwhile is not told one by one."""


News = Changed | Gone | Back
