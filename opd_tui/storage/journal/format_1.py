"""The journal format of schemas 1 and 2: what the hashes cover, and fields that its events imply."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Protocol

from opd_tui.domain.events import Event, Fields, Subject, TokenClosed, TokenIssued
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
"""The names of token events in this format."""


class Row(Protocol):
    """A stored row of the journal."""

    @property
    def kind(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def subject_id(self) -> int: ...
    @property
    def slot_id(self) -> SlotId | None: ...
    @property
    def cause(self) -> str | None: ...
    @property
    def cause_id(self) -> int | None: ...
    @property
    def before(self) -> str | None: ...
    @property
    def after(self) -> str: ...
    @property
    def details(self) -> str: ...


def hashed_fields(row: Row) -> list[Any]:
    """Return the hashed fields in order: doctor, slot, token, both statuses, reason, cause and facts."""
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


def completed(event: Event, at: str | None, slots: Mapping[int, Fields]) -> Event:
    """Return an event with the fields that this format implies; `slots` are the slots folded before.

    A new token has its doctor and date from its slot, a closed one its instant from its entry, which is `at`.
    """
    if isinstance(event, TokenIssued):
        return replace(event, after=_issued(event, slots))
    if isinstance(event, TokenClosed):
        before = {**(event.before or {}), "closed_at": None}
        return replace(event, before=before, after={**event.after, "closed_at": at})
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


def is_canonical(row: Row) -> bool:
    """Return whether the columns that this format's hash does not cover are as the upgrade wrote them."""
    cause = None if row.cause_id is None else Subject.TOKEN.value
    match row.subject:
        case Subject.TOKEN.value:
            before = json.loads(row.before) if row.before else {"status": None}
            return (*before,) == ("status",) and (row.cause, row.details) == (cause, "{}")
        case Subject.SLOT.value:
            written = ("slot_opened", None, "{}")
        case Subject.DOCTOR.value:
            written = ("doctor_added", None, "{}")
        case _:
            patients = json.loads(row.details)["patients"]
            return _unhashed(row) == ("patient_forgotten", None, row.details) and row.subject_id == patients[0]
    return _unhashed(row) == written


def _unhashed(row: Row) -> tuple[Any, ...]:
    """Return the kind, the last column that must be empty, and the details."""
    empty = (row.slot_id, row.cause, row.cause_id, row.before)
    return row.kind, next((value for value in empty if value is not None), None), row.details
