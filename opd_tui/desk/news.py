"""The items of `FrontDesk.follow`: changes by other desks, and the database going offline or coming back."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from opd_tui.desk.outcome import Outcome
from opd_tui.domain.errors import StoreUnavailable


@dataclass(frozen=True, slots=True)
class Changed:
    """Actions were committed: the newest of them, oldest first; empty if they cannot be read just now."""

    outcomes: tuple[Outcome, ...]
    forgotten: bool = False
    """Whether a patient was forgotten, or may have been by an action that was not read."""


@dataclass(frozen=True, slots=True)
class Gone:
    """The database has been unreachable or damaged since an instant."""

    refusal: StoreUnavailable
    since: dt.datetime


@dataclass(frozen=True, slots=True)
class Back:
    """The database is reachable again; actions committed in the meantime are not reported, so reload everything."""


News = Changed | Gone | Back
