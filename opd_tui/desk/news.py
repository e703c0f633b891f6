"""What a desk learns without having asked: changes by other desks, and whether the database is there."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from opd_tui.desk.outcome import Outcome
from opd_tui.domain.errors import StoreUnavailable


@dataclass(frozen=True, slots=True)
class Changed:
    """Other desks did something; the oldest come first, and only the last few of very many."""

    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True)
class Gone:
    """The database cannot be reached since an instant, or not be trusted any more."""

    refusal: StoreUnavailable
    since: dt.datetime


@dataclass(frozen=True, slots=True)
class Back:
    """The database is there again; what other desks did meanwhile is not told one by one."""


News = Changed | Gone | Back
