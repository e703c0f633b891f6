"""One action's transaction on the database: what `domain.uow.UnitOfWork` asks for, in SQL."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, exists, func, literal_column, or_, select, text, update

from opd_tui.domain.instants import read_instant, write_instant
from opd_tui.domain.journal import JournalEntry, JournalLine
from opd_tui.domain.model import Doctor, DoctorId, Patient, PatientId, Slot, SlotId, Source, Status, Token, TokenId
from opd_tui.domain.text import name_key, phone_key, uhid_key
from opd_tui.storage.journal import entries
from opd_tui.storage.journal.chain import chain_of
from opd_tui.storage.queries import people
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
from opd_tui.storage.schema.tables import OPEN_STATUSES, doctor, hospital, patient, slot, token
from opd_tui.storage.transaction import Row, Transaction, inserting

LARGEST_ID = 2**63 - 1

_DOCTOR = select(*DOCTOR_COLUMNS).where(doctor.c.id == bindparam("id"))
_CODE_TAKEN = select(exists().where(doctor.c.code == bindparam("code")))
# On SQLite the transaction holds the whole database, and these two locks say nothing.
_SLOT = select(*SLOT_COLUMNS, slot.c.journal_hash).where(slot.c.id == bindparam("id")).with_for_update(key_share=True)
_GLOBAL_CHAIN = select(hospital.c.journal_hash).with_for_update(key_share=True)
_OVERLAPPING = (
    select(*SLOT_COLUMNS)
    .where(
        slot.c.doctor_id == bindparam("doctor_id"),
        slot.c.date == bindparam("date"),
        slot.c.start < bindparam("end"),
        slot.c.end > bindparam("start"),
    )
    .order_by(slot.c.start)
    .limit(1)
)
_TOKEN = select(*TOKEN_COLUMNS).select_from(TOKENS).where(token.c.id == bindparam("id"))

# A known UHID on both sides decides alone; only else do name and phone. The person's own few tokens are searched,
# never the slot's queue, so the answer costs the same however many wait: a planner sees no index in an expression.
_SAME_UHID = patient.c.uhid_key == bindparam("uhid_key")
_SAME_NAME_AND_PHONE = (patient.c.phone_key == bindparam("phone_key")) & (patient.c.name_key == bindparam("name_key"))
_OPEN_HERE: tuple[Any, ...] = (
    (token.c.slot_id + literal_column("0")) == bindparam("slot_id"),
    literal_column(f"(token.status || '') IN ({OPEN_STATUSES})"),
)
_OPEN_BY_UHID = select(*TOKEN_COLUMNS).select_from(TOKENS).where(_SAME_UHID, *_OPEN_HERE).limit(1)
_OPEN_BY_NAME_AND_PHONE = (
    select(*TOKEN_COLUMNS)
    .select_from(TOKENS)
    .where(
        _SAME_NAME_AND_PHONE,
        *_OPEN_HERE,
        or_(patient.c.uhid_key.is_(None), bindparam("uhid_key", type_=patient.c.uhid_key.type).is_(None)),
    )
    .limit(1)
)
_LATEST_ISSUED_AT = select(func.max(token.c.issued_at)).where(token.c.slot_id == bindparam("slot_id"))
_NEXT_NUMBER = text(
    "INSERT INTO token_counter (doctor_id, date, last) VALUES (:doctor_id, :date, 1)"
    " ON CONFLICT (doctor_id, date) DO UPDATE SET last = token_counter.last + 1 RETURNING last"
)
_CODE = select(doctor.c.code).where(doctor.c.id == bindparam("id"))
_CLOSE = (
    update(token).where(token.c.id == bindparam("token")).values(status=bindparam("to"), closed_at=bindparam("closed"))
)
_ADD_DOCTOR = inserting(doctor, "code", "name", "specialty", "room", returning="id")
_ADD_SLOT = inserting(slot, "doctor_id", "date", "start", "end", "capacity", returning="id")
_PERSON = ("name", "phone", "uhid", "birth_year", "sex")
_ADD_PATIENT = inserting(patient, *_PERSON, "name_key", "phone_key", "uhid_key", returning="id")
_ADD_TOKEN = inserting(
    token,
    *("slot_id", "patient_id", "doctor_id", "date", "sequence", "number"),
    *("source", "priority", "status", "issued_at"),
    returning="id",
)


def is_valid_id(number: int) -> bool:
    """Whether a database could hold it."""
    return 0 < number <= LARGEST_ID


class SqlUnitOfWork:
    """An action's open transaction; `lines` is what it has done so far."""

    def __init__(self, transaction: Transaction, zone: ZoneInfo, entry: JournalEntry) -> None:
        self.transaction = transaction
        self.zone = zone
        self.entry = entry
        self.lines: list[JournalLine] = []
        self._chain_ends: dict[SlotId | None, str] = {}

    @property
    def now(self) -> dt.datetime:
        return self.entry.recorded_at

    @property
    def at(self) -> dt.datetime:
        return self.entry.at

    def doctor(self, doctor_id: DoctorId) -> Doctor | None:
        row = self._by_id(_DOCTOR, doctor_id)
        return doctor_of(row) if row else None

    def code_is_taken(self, code: str) -> bool:
        self._lock_global_chain()
        return bool(self.transaction.value(_CODE_TAKEN, {"code": code}))

    def add_doctor(self, code: str, name: str, specialty: str | None, room: str | None) -> Doctor:
        values = {"code": code, "name": name, "specialty": specialty, "room": room}
        doctor_id = DoctorId(self.transaction.value(_ADD_DOCTOR, values))
        return Doctor(doctor_id, code, name, specialty, room)

    def slot(self, slot_id: SlotId) -> Slot | None:
        if (row := self._by_id(_SLOT, slot_id)) is None:
            return None
        self._chain_ends[slot_id] = row[-1]
        return slot_of(row)

    def overlapping_slot(self, doctor_id: DoctorId, date: dt.date, start: dt.time, end: dt.time) -> Slot | None:
        self._lock_global_chain()
        row = self.transaction.row(_OVERLAPPING, slot_values(doctor_id, date, start, end))
        return slot_of(row) if row else None

    def add_slot(self, doctor_id: DoctorId, date: dt.date, start: dt.time, end: dt.time, capacity: int) -> Slot:
        values = slot_values(doctor_id, date, start, end) | {"capacity": capacity}
        return Slot(SlotId(self.transaction.value(_ADD_SLOT, values)), doctor_id, date, start, end, capacity)

    def token(self, token_id: TokenId) -> Token | None:
        row = self._by_id(_TOKEN, token_id)
        return token_of(row) if row else None

    def open_token_of(self, slot_id: SlotId, patient: Patient) -> Token | None:
        keys = person_keys(patient) | {"slot_id": slot_id}
        row = None
        if patient.uhid:
            row = self.transaction.row(_OPEN_BY_UHID, keys)
        if row is None and patient.phone:
            row = self.transaction.row(_OPEN_BY_NAME_AND_PHONE, keys)
        return token_of(row) if row else None

    def latest_issued_at(self, slot_id: SlotId) -> dt.datetime | None:
        latest = self.transaction.value(_LATEST_ISSUED_AT, {"slot_id": slot_id})
        return read_instant(latest) if latest else None

    def add_token(self, slot: Slot, patient: Patient, source: Source, issued_at: dt.datetime) -> Token:
        day = {"doctor_id": slot.doctor_id, "date": slot.date.isoformat()}
        sequence = self.transaction.value(_NEXT_NUMBER, day)
        code = self.transaction.value(_CODE, {"id": slot.doctor_id})
        number = f"{code}-{sequence:03}"
        person = {name: getattr(patient, name) for name in _PERSON}
        patient_id = PatientId(self.transaction.value(_ADD_PATIENT, person | person_keys(patient)))
        values = day | {
            "slot_id": slot.id,
            "patient_id": patient_id,
            "sequence": sequence,
            "number": number,
            "source": source.name,
            "priority": source.priority,
            "status": Status.WAITING.name,
            "issued_at": write_instant(issued_at),
        }
        token_id = TokenId(self.transaction.value(_ADD_TOKEN, values))
        return Token(token_id, number, slot.id, patient_id, patient, source, Status.WAITING, issued_at)

    def close_token(self, token_id: TokenId, status: Status) -> None:
        self.transaction.run(_CLOSE, {"token": token_id, "to": status.name, "closed": write_instant(self.at)})

    def is_forgotten(self, patient_id: PatientId) -> bool:
        return people.is_forgotten(self.transaction, patient_id)

    def rows_of_person(self, patient_id: PatientId) -> tuple[PatientId, ...]:
        return tuple(row.id for row in people.same_person(self.transaction, patient_id))

    def open_token_among(self, patients: tuple[PatientId, ...]) -> Token | None:
        return people.open_token_among(self.transaction, patients)

    def forget(self, patients: tuple[PatientId, ...]) -> None:
        people.forget(self.transaction, patients)

    def queue(self, slot: Slot) -> SqlSlotQueue:
        return SqlSlotQueue(self.transaction, slot)

    def record(self, line: JournalLine) -> None:
        self.lines.append(line)

    def write_journal(self) -> int:
        """Write the action's entry with its lines, each chained to the one before it; returns the entry's id."""
        if any(chain_of(line) is None for line in self.lines):
            self._lock_global_chain()
        return entries.write_entry(self.transaction, self.entry, self.lines, self._chain_ends)

    def _lock_global_chain(self) -> None:
        """What concerns no slot that is there already is done by one desk at a time."""
        if None not in self._chain_ends:
            self._chain_ends[None] = self.transaction.value(_GLOBAL_CHAIN)

    def _by_id(self, statement: Any, number: int) -> Row | None:
        return self.transaction.row(statement, {"id": number}) if is_valid_id(number) else None


def slot_values(doctor_id: DoctorId, date: dt.date, start: dt.time, end: dt.time) -> dict[str, Any]:
    """A slot's window as it is stored."""
    return {
        "doctor_id": doctor_id,
        "date": date.isoformat(),
        "start": start.isoformat("minutes"),
        "end": end.isoformat("minutes"),
    }


def person_keys(patient: Patient) -> dict[str, str | None]:
    """The keys by which a person is told to be the same."""
    return {
        "name_key": name_key(patient.name),
        "phone_key": phone_key(patient.phone) if patient.phone else None,
        "uhid_key": uhid_key(patient.uhid) if patient.uhid else None,
    }
