"""The queries by which patients are found while somebody types."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

from sqlalchemy import bindparam, func, literal_column, select

from opd_tui.domain.events import Event, PatientMerged, Subject
from opd_tui.domain.model import KnownPatient, PatientId, SlotId, TokenId, TokenRecord
from opd_tui.storage.queries.reads import TOKEN_RECORDS, token_records_of
from opd_tui.storage.queries.rows import (
    PERSONAL_COLUMNS,
    patient_of,
    shown,
)
from opd_tui.storage.schema.tables import journal_entry, journal_event, patient, token
from opd_tui.storage.transaction import LARGEST_ID, Transaction

# Records that were merged, and those that keep earlier values, are found through the record that they belong to.
_IS_SOMEBODY = (patient.c.merged_into.is_(None), patient.c.forgotten_at.is_(None))
_KEYS = select(patient.c.id, patient.c.name, patient.c.phone_key, patient.c.uhid_key).where(*_IS_SOMEBODY)
_KEYS_BEFORE = _KEYS.where(patient.c.id < bindparam("before")).order_by(patient.c.id.desc()).limit(bindparam("count"))
_KEYS_OF = _KEYS.where(patient.c.id == bindparam("id"))
_RECORD = select(patient.c.id, *PERSONAL_COLUMNS).where(patient.c.id == bindparam("id"), *_IS_SOMEBODY)
_NEWEST_ENTRY = select(func.max(journal_entry.c.id))
# "|| ''" keeps the planner from reading all events of patients in the index by subject.
_CHANGES = select(journal_event.c.entry_id, journal_event.c.subject_id, journal_event.c.kind).where(
    journal_event.c.entry_id > bindparam("entry"),
    literal_column(f"(journal_event.subject || '') = '{Subject.PATIENT.value}'"),
)
_ENTRIES_OF_TOKEN = (
    select(journal_event.c.entry_id)
    .where(
        journal_event.c.subject == literal_column(f"'{Subject.TOKEN.value}'"),
        journal_event.c.subject_id == bindparam("id"),
    )
    .distinct()
    .order_by(journal_event.c.entry_id)
)
_NEWEST_ENTRIES = (
    select(journal_entry.c.id, journal_entry.c.operator)
    .order_by(journal_entry.c.id.desc())
    .limit(bindparam("entries"))
    .subquery()
)
_OPERATORS = (
    select(_NEWEST_ENTRIES.c.operator)
    .group_by(_NEWEST_ENTRIES.c.operator)
    .order_by(func.max(_NEWEST_ENTRIES.c.id).desc())
    .limit(bindparam("count"))
)
_VISITS = (
    TOKEN_RECORDS.where(token.c.patient_id == bindparam("id"))
    .order_by(token.c.date.desc(), token.c.id.desc())
    .limit(bindparam("count"))
)


class PatientKeys(NamedTuple):
    """What a patient is found by."""

    id: PatientId
    name: str
    phone_key: str | None
    uhid_key: str | None


class PatientChange(NamedTuple):
    """A patient's record that a journal entry made or changed."""

    entry_id: int
    patient_id: PatientId
    kind: str
    """The kind of event."""


def keys_before(transaction: Transaction, before: PatientId | None, count: int) -> list[PatientKeys]:
    """Return the keys of the newest patients, or of those with the next lower ids."""
    values = {"before": LARGEST_ID if before is None else before, "count": count}
    return [PatientKeys(*row) for row in transaction.rows(_KEYS_BEFORE, values)]


def keys_of(transaction: Transaction, ids: Collection[PatientId]) -> list[PatientKeys]:
    """Return the keys of these patients, without those who were merged or forgotten."""
    return [PatientKeys(*row) for id_ in ids for row in transaction.rows(_KEYS_OF, {"id": id_})]


def known_patient(transaction: Transaction, patient_id: PatientId) -> KnownPatient | None:
    """Return a patient's record; None if it was merged or forgotten."""
    row = transaction.row(_RECORD, {"id": patient_id})
    return KnownPatient(row[0], patient_of(row[1:])) if row else None


def newest_entry(transaction: Transaction) -> int:
    """Return the id of the newest journal entry, or 0."""
    return transaction.value(_NEWEST_ENTRY) or 0


def changes_after(transaction: Transaction, entry_id: int) -> list[PatientChange]:
    """Return the changes of patients' records after a journal entry."""
    return [PatientChange(*row) for row in transaction.rows(_CHANGES, {"entry": entry_id})]


def visits_of(transaction: Transaction, patient_id: PatientId, count: int) -> tuple[TokenRecord, ...]:
    """Return a patient's tokens, the latest day first."""
    return tuple(token_records_of(transaction.rows(_VISITS, {"id": patient_id, "count": count})))


def open_twice(transaction: Transaction, events: Iterable[Event]) -> tuple[tuple[TokenRecord, ...], ...]:
    """Return the open tokens, by slot, of the records into which these events merge others, if a slot has several."""
    into = [PatientId(event.after["merged_into"]) for event in events if isinstance(event, PatientMerged)]
    visits = [visit for id_ in into for visit in visits_of(transaction, id_, LARGEST_ID) if visit.token.status.is_open]
    slots: dict[SlotId, list[TokenRecord]] = {}
    for visit in sorted(visits, key=lambda visit: visit.token.id):
        slots.setdefault(visit.slot.id, []).append(visit)
    return tuple(tuple(tokens) for tokens in slots.values() if len(tokens) > 1)


def entries_of_token(transaction: Transaction, token_id: TokenId) -> list[int]:
    """Return the ids of the journal entries that changed a token, oldest first."""
    return [row[0] for row in transaction.rows(_ENTRIES_OF_TOKEN, {"id": token_id})]


def recent_operators(transaction: Transaction, entries: int, count: int) -> list[str]:
    """Return the people who performed the newest entries, the latest first."""
    return [shown(row[0]) for row in transaction.rows(_OPERATORS, {"entries": entries, "count": count})]
