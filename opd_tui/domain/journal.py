"""What the journal keeps of every action: who did what, when, at which desk, and each change with its reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from opd_tui.domain.model import DoctorId, Reason, SlotId, Status, TokenId


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One action: `at` is when it took place, `recorded_at` when the desk wrote it down."""

    action: str
    at: dt.datetime
    recorded_at: dt.datetime
    operator: str
    desk: str
    road: str = field(default="", compare=False)
    """By which way into the program; it is not stored yet, so an entry that is read has none."""


@dataclass(frozen=True, slots=True)
class JournalLine:
    """One change that an action made; `facts` are the non-personal fields that it set."""

    doctor_id: DoctorId | None = None
    slot_id: SlotId | None = None
    token_id: TokenId | None = None
    from_status: Status | None = None
    to_status: Status | None = None
    reason: Reason | None = None
    because_of: TokenId | None = None
    facts: Mapping[str, object] = field(default_factory=dict)
