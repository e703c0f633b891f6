"""Events as schemas 1 and 2 wrote them: what their hashes cover, and the fields that they left to be understood."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Protocol

from opd_tui.domain.events import Event, Fields, Subject, TokenClosed, TokenIssued
from opd_tui.domain.instants import write_instant
from opd_tui.domain.journal import JournalEntry
from opd_tui.domain.model import SlotId

_REASONS = {
    "token_issued": "ISSUED",
    "token_allocated": "ALLOCATED",
    "token_preempted": "PREEMPTED",
    "token_promoted": "PROMOTED",
    "token_cancelled": "CANCELLED",
    "token_marked_no_show": "NO_SHOW",
    "token_completed": "COMPLETED",
}
"""What this format called the kinds of a token's events."""


class Row(Protocol):
    """A row of the journal as it is stored."""

    @property
    def kind(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def subject_id(self) -> int: ...
    @property
    def slot_id(self) -> SlotId | None: ...
    @property
    def cause_id(self) -> int | None: ...
    @property
    def before(self) -> str | None: ...
    @property
    def after(self) -> str: ...
    @property
    def details(self) -> str: ...


def hashed_fields(row: Row) -> list[Any]:
    """Return doctor, slot, token, statuses, reason, cause and facts, as they were hashed."""
    facts = json.loads(row.after)
    match row.subject:
        case Subject.TOKEN.value:
            before = json.loads(row.before) if row.before else {}
            statuses = before.get("status"), facts.pop("status", None)
            return [None, row.slot_id, row.subject_id, *statuses, _REASONS[row.kind], row.cause_id, facts]
        case Subject.SLOT.value:
            return [facts.pop("doctor_id"), row.subject_id, None, None, None, None, None, facts]
        case Subject.DOCTOR.value:
            return [row.subject_id, None, None, None, None, None, None, facts]
        case _:
            return [None, None, None, None, None, None, None, json.loads(row.details)]


def completed(event: Event, entry: JournalEntry, slots: Mapping[int, Fields]) -> Event:
    """Return an event with all the fields that it set; `slots` are those that the journal has.

    A new token took doctor and date from its slot, a closed one the instant from its entry.
    """
    if isinstance(event, TokenIssued):
        return replace(event, after=_issued(event, slots))
    if isinstance(event, TokenClosed):
        before = {**(event.before or {}), "closed_at": None}
        return replace(event, before=before, after={**event.after, "closed_at": write_instant(entry.at)})
    return event


def _issued(event: TokenIssued, slots: Mapping[int, Fields]) -> Fields:
    fields = dict(event.after)
    patient_id = fields.pop("patient")  # its name in this format
    slot = slots.get(event.slot_id or 0, {})
    return {
        **fields,
        "patient_id": patient_id,
        "slot_id": event.slot_id,
        "doctor_id": slot.get("doctor_id"),
        "date": slot.get("date"),
        "sequence": int(fields["number"].rpartition("-")[2]),
    }
