"""An entry of the journal: who did what, when, at which desk. Its events say what changed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One action: `at` is when it took place, `recorded_at` when the desk wrote it down, `road` how it came in."""

    action: str
    at: dt.datetime
    recorded_at: dt.datetime
    operator: str
    desk: str
    road: str = ""
