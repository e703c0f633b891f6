"""Journal entries: who did what, when and at which desk. An entry's events record what changed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One action: `at` is when it took place, `recorded_at` when the desk recorded it, `road` its interface."""

    action: str
    at: dt.datetime
    recorded_at: dt.datetime
    operator: str
    desk: str
    road: str = ""
