"""The unit of work in SQL.

Lock order: an action first locks its idempotency key, then its slots in order of id, then patients' records in order of
id, then the global chain (the hospital's row). Each lock is held until the transaction ends.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import replace
from functools import cache
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Select, TextClause, bindparam, func, literal_column, select, text

from opd_tui.domain.events import Event, Fields, PatientForgotten, Subject
from opd_tui.domain.instants import read_instant, write_end
from opd_tui.domain.journal import JournalEntry
from opd_tui.domain.model import Doctor, DoctorId, KnownPatient, Patient, PatientId, Slot, SlotId, Token, TokenId
from opd_tui.domain.sameness import Traits
from opd_tui.storage.journal import entries
from opd_tui.storage.journal.history import SqlHistory, journaled
from opd_tui.storage.queries import people, slot_queue
from opd_tui.storage.queries.day import CODE_TAKEN, DayQueries
from opd_tui.storage.queries.rows import (
    DOCTOR_COLUMNS,
    SLOT_COLUMNS,
    TOKEN_COLUMNS,
    TOKENS,
    doctor_of,
    slot_of,
    token_of,
)
from opd_tui.storage.queries.slot_queue import SqlSlotQueue
from opd_tui.storage.schema.tables import OPEN_STATUSES, doctor, hospital, metadata, patient, slot, token
from opd_tui.storage.transaction import Result, Row, Transaction, inserting, is_valid_id

E = TypeVar("E", bound=Event)

_DOCTOR = select(*DOCTOR_COLUMNS).where(doctor.c.id == bindparam("id"))
# FOR NO KEY UPDATE on PostgreSQL, which does not block foreign key checks of rows that refer to the slot. SQLAlchemy
# leaves it out on SQLite, where a writing transaction locks the whole database.
_SLOT = select(*SLOT_COLUMNS, slot.c.journal_hash).where(slot.c.id == bindparam("id")).with_for_update(key_share=True)
_PATIENT = select(patient.c.id).where(patient.c.id == bindparam("id")).with_for_update(key_share=True)
_GLOBAL_CHAIN = select(hospital.c.journal_hash).with_for_update(key_share=True)
_OVERLAPPING = (
    select(*SLOT_COLUMNS)
    .where(
        slot.c.doctor_id == bindparam("doctor_id"),
        slot.c.date == bindparam("date"),
        slot.c.start < bindparam("end"),
        slot.c.end > bindparam("start"),
        slot.c.withdrawn_at.is_(None),
    )
    .order_by(slot.c.start)
    .limit(1)
)

# The patient's few tokens are searched, not the slot's queue, so that the cost does not grow with the queue; if a phone
# number has many records, then the queue. "+ 0" and "|| ''" keep the planner from using the other one's index.
_OPEN: Any = literal_column(f"(token.status || '') IN ({OPEN_STATUSES})")
_IN_SLOT, _IN_THIS_SLOT = (
    slot_id == bindparam("slot_id") for slot_id in (token.c.slot_id, token.c.slot_id + literal_column("0"))
)
_TOKEN_ROWS = select(*TOKEN_COLUMNS).select_from(TOKENS)
_TOKEN = _TOKEN_ROWS.where(token.c.id == bindparam("id"))
_OPEN_BY_UHID = _TOKEN_ROWS.where(patient.c.uhid_key == bindparam("uhid_key"), _IN_THIS_SLOT, _OPEN)
_OPEN_BY_PHONE = _TOKEN_ROWS.where(patient.c.phone_key == bindparam("phone_key"), _IN_THIS_SLOT, _OPEN)
_OPEN_OF_RECORD = _TOKEN_ROWS.where(token.c.patient_id == bindparam("record"), _IN_THIS_SLOT, _OPEN)
_OPEN_IN_QUEUE = _TOKEN_ROWS.where(
    literal_column("(patient.phone_key || '')") == bindparam("phone_key"),
    _IN_SLOT,
    literal_column(f"token.status IN ({OPEN_STATUSES})"),
)
_WITH_PHONE = select(patient.c.id).where(patient.c.phone_key == bindparam("phone_key")).limit(people.MANY_OF_ONE_PHONE)
_LATEST_ISSUED_AT = select(func.max(token.c.issued_at)).where(token.c.slot_id == bindparam("slot_id"))
_SEATS_IN_USE = (
    select(func.count())
    .select_from(token)
    .where(
        token.c.slot_id == bindparam("slot_id"),
        literal_column("(status = 'COMPLETED' OR (status = 'ACTIVE' AND called_at IS NOT NULL))"),
    )
)
_NEXT_NUMBER = text(
    "INSERT INTO token_counter (doctor_id, date, last) VALUES (:doctor_id, :date, 1)"
    " ON CONFLICT (doctor_id, date) DO UPDATE SET last = token_counter.last + 1"
    " RETURNING last, (SELECT code FROM doctor WHERE id = :doctor_id)"
)


class SqlUnitOfWork(DayQueries):
    """An action's transaction; `events` are those recorded so far. Implements `UnitOfWork`."""

    def __init__(self, transaction: Transaction, zone: ZoneInfo, entry: JournalEntry) -> None:
        self.transaction = transaction
        self.zone = zone
        self.entry = entry
        self.events: list[Event] = []
        self._chain_ends: dict[SlotId | None, str] = {}
        self._entry_added: Result | None = None
        self._tokens_read: set[TokenId] = set()
        self._number_asked: Result | None = None

    @property
    def now(self) -> dt.datetime:
        """See `UnitOfWork`."""
        return self.entry.recorded_at

    @property
    def at(self) -> dt.datetime:
        """See `UnitOfWork`."""
        return self.entry.at

    @property
    def desk(self) -> str:
        """See `UnitOfWork`."""
        return self.entry.desk

    @property
    def history(self) -> SqlHistory:
        """See `UnitOfWork`."""
        return SqlHistory(self.transaction)

    def record(self, event: E) -> E:
        """See `UnitOfWork`."""
        values = {**event.after, **event.private}
        if event.before is None:
            added = self.transaction.run(_inserting(event.subject, tuple(values)), values)
            if event.subject is Subject.TOKEN and event.slot_id is not None:
                slot_queue.prefetch(self.transaction, event.slot_id)
            event = replace(event, subject_id=added.value)
        elif values:
            self.transaction.run(_updating(event.subject, tuple(values)), values | {"id_": event.subject_id})
        if isinstance(event, PatientForgotten):
            people.erase_fingerprints(self.transaction, PatientId(event.subject_id))
        self.events.append(event)
        return event

    def add_entry(self) -> None:
        """Begin to write the journal: add the action's entry, whose id is not waited for."""
        if any(event.slot_id is None for event in self.events):
            self._lock_global_chain()
        self._entry_added = entries.add_entry(self.transaction, self.entry)

    def write_journal(self) -> int:
        """Write the action's journal entry with its events and their hashes; return the entry's id."""
        if self._entry_added is None:
            self.add_entry()
        assert self._entry_added is not None
        entry_id: int = self._entry_added.value
        entries.add_events(self.transaction, entry_id, self.entry, self.events, self._chain_ends)
        return entry_id

    def _lock_global_chain(self) -> None:
        """Lock the hospital's row, which serialises actions on doctors, new slots and forgotten patients."""
        if None not in self._chain_ends:
            row = self.transaction.lock(_GLOBAL_CHAIN)
            assert row is not None
            self._chain_ends[None] = row[0]

    def hold_slots(self, slot_ids: Collection[SlotId]) -> dict[SlotId, Slot]:
        """See `UnitOfWork`."""
        held = {}
        wanted = sorted(slot_id for slot_id in set(slot_ids) if is_valid_id(slot_id))
        for slot_id in wanted:
            self.transaction.prefetch_lock(_SLOT, {"id": slot_id})
            if slot_id == wanted[-1]:  # they may have changed until the slots were locked
                for token_id in self._tokens_read:
                    self.transaction.prefetch(_TOKEN, {"id": token_id})
            if row := self.transaction.row(_SLOT, {"id": slot_id}):
                self._chain_ends.setdefault(slot_id, row[-1])
                held[slot_id] = slot_of(row)
        return held

    def prefetch_issue(self, slot_id: SlotId, patient: Patient | None) -> None:
        """See `UnitOfWork`."""
        if self.transaction.dialect == "sqlite" or not is_valid_id(slot_id):
            return
        self.transaction.prefetch_lock(_SLOT, {"id": slot_id})
        self.transaction.prefetch(_LATEST_ISSUED_AT, {"slot_id": slot_id})
        if patient is None:
            return
        visitor = Traits.of(patient)
        if visitor.uhid:
            self.transaction.prefetch(_OPEN_BY_UHID, {"uhid_key": visitor.uhid, "slot_id": slot_id})
        if visitor.phone:
            self.transaction.prefetch(_WITH_PHONE, {"phone_key": visitor.phone})
        people.prefetch_known_patient(self.transaction, patient)

    def doctor(self, doctor_id: DoctorId) -> Doctor | None:
        """See `UnitOfWork`."""
        row = self._by_id(_DOCTOR, doctor_id)
        return doctor_of(row) if row else None

    def hold_doctor(self, doctor_id: DoctorId) -> Doctor | None:
        """See `UnitOfWork`."""
        self._lock_global_chain()
        return self.doctor(doctor_id)

    def code_is_taken(self, code: str, besides: int = 0) -> bool:
        """See `UnitOfWork`."""
        self._lock_global_chain()
        return bool(self.transaction.value(CODE_TAKEN, {"code": code, "besides": besides}))

    def overlapping_slot(self, doctor_id: DoctorId, date: dt.date, start: dt.time, end: dt.time) -> Slot | None:
        """See `UnitOfWork`."""
        self._lock_global_chain()
        values = {
            "doctor_id": doctor_id,
            "date": date.isoformat(),
            "start": start.isoformat("minutes"),
            "end": write_end(end),
        }
        row = self.transaction.row(_OVERLAPPING, values)
        return slot_of(row) if row else None

    def token(self, token_id: TokenId) -> Token | None:
        """See `UnitOfWork`."""
        row = self._by_id(_TOKEN, token_id)
        if row:
            self._tokens_read.add(token_id)
        return token_of(row) if row else None

    def open_token_of(self, slot_id: SlotId, patient: Patient, record: PatientId | None = None) -> Token | None:
        """See `UnitOfWork`."""
        visitor = Traits.of(patient)
        rows: list[Row] = []
        if visitor.uhid:
            rows += self.transaction.rows(_OPEN_BY_UHID, {"uhid_key": visitor.uhid, "slot_id": slot_id})
        if visitor.phone and (known := self.transaction.rows(_WITH_PHONE, {"phone_key": visitor.phone})):
            statement = _OPEN_BY_PHONE if len(known) < people.MANY_OF_ONE_PHONE else _OPEN_IN_QUEUE
            rows += self.transaction.rows(statement, {"phone_key": visitor.phone, "slot_id": slot_id})
        same = [found for found in map(token_of, rows) if visitor.is_same_person(Traits.of(found.patient))]
        if record is not None:
            same += map(token_of, self.transaction.rows(_OPEN_OF_RECORD, {"record": record, "slot_id": slot_id}))
        return min(same, key=lambda found: found.id, default=None)

    def latest_issued_at(self, slot_id: SlotId) -> dt.datetime | None:
        """See `UnitOfWork`."""
        latest = self.transaction.value(_LATEST_ISSUED_AT, {"slot_id": slot_id})
        return read_instant(latest) if latest else None

    def prefetch_number(self, slot: Slot) -> None:
        """See `UnitOfWork`."""
        day = {"doctor_id": slot.doctor_id, "date": slot.date.isoformat()}
        self._number_asked = self.transaction.run(_NEXT_NUMBER, day)

    def take_number(self, slot: Slot) -> tuple[int, str]:
        """See `UnitOfWork`."""
        if self._number_asked is None:
            self.prefetch_number(slot)
        assert self._number_asked is not None
        ((sequence, code),), self._number_asked = self._number_asked.rows, None
        return sequence, f"{code}-{sequence:03}"

    def seats_in_use(self, slot_id: SlotId) -> int:
        """See `UnitOfWork`."""
        count: int = self.transaction.value(_SEATS_IN_USE, {"slot_id": slot_id})
        return count

    def queue(self, slot: Slot) -> SqlSlotQueue:
        """See `UnitOfWork`."""
        return SqlSlotQueue(self.transaction, slot, self.at, self.record, self.events)

    def known_patient(self, patient: Patient) -> KnownPatient | None:
        """See `UnitOfWork`."""
        known = people.known_patient(self.transaction, patient)
        if known is None or not self._hold_patients([known.id]):
            return known
        people.prefetch_known_patient(self.transaction, patient)
        again = people.known_patient(self.transaction, patient)  # another desk may have changed it until it was held
        return again if again and again.id == known.id else None

    def patient(self, patient_id: PatientId) -> Patient:
        """See `UnitOfWork`."""
        return people.patients(self.transaction, [patient_id])[0]

    def merged_into(self, patient_id: PatientId) -> list[PatientId]:
        """See `UnitOfWork`."""
        return people.merged_into(self.transaction, patient_id)

    def hold_patient(self, patient_id: PatientId) -> Patient:
        """See `UnitOfWork`."""
        self._hold_patients([patient_id])
        return self.patient(patient_id)

    def tokens_of_patient(self, patient_id: PatientId) -> list[Token]:
        """See `UnitOfWork`."""
        return people.tokens_of_patient(self.transaction, patient_id)

    def is_forgotten(self, patient_id: PatientId) -> bool:
        """See `UnitOfWork`."""
        return people.is_forgotten(self.transaction, patient_id)

    def same_person(self, patient_id: PatientId) -> tuple[PatientId, ...]:
        """See `UnitOfWork`."""
        records = [row.id for row in people.same_person(self.transaction, patient_id)]
        if self._hold_patients(records):  # read again: another desk may have changed them until they were held
            records = [row.id for row in people.same_person(self.transaction, patient_id)]
        return tuple(records)

    def _hold_patients(self, patient_ids: Collection[PatientId]) -> bool:
        """Lock patients' records in order of id; return False on SQLite, which has the whole database locked."""
        if self.transaction.dialect == "sqlite":
            return False
        *others, last = sorted(patient_ids)
        for patient_id in others:
            self.transaction.lock(_PATIENT, {"id": patient_id})
        self.transaction.run(_PATIENT, {"id": last})  # locked before whatever is read next
        return True

    def open_token_among(self, patients: Collection[PatientId]) -> Token | None:
        """See `UnitOfWork`."""
        return people.open_token_among(self.transaction, patients)

    def fields(self, subject: Subject, row_id: int) -> Fields | None:
        """See `UnitOfWork`."""
        row = self._by_id(_selecting(subject), row_id)
        names = metadata.tables[subject.value].columns.keys()
        return journaled(subject, dict(zip(names, row, strict=True))) if row else None

    def _by_id(self, statement: Any, number: int) -> Row | None:
        return self.transaction.row(statement, {"id": number}) if is_valid_id(number) else None


@cache
def _inserting(subject: Subject, names: tuple[str, ...]) -> TextClause:
    """Return the statement that inserts a row with these columns and returns its id."""
    return inserting(metadata.tables[subject.value], *names, returning="id")


@cache
def _selecting(subject: Subject) -> Select[Any]:
    """Return the statement that selects all columns of a row."""
    table = metadata.tables[subject.value]
    return select(table).where(table.c.id == bindparam("id"))


@cache
def _updating(subject: Subject, names: tuple[str, ...]) -> TextClause:
    """Return the statement that updates these columns of a row."""
    table = metadata.tables[subject.value]
    columns = ", ".join(f'"{table.c[name].name}" = :{name}' for name in names)
    return text(f"UPDATE {table.name} SET {columns} WHERE id = :id_")
