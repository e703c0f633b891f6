"""From rows to the frozen values of the domain, and the columns that they need."""

from __future__ import annotations

import datetime as dt
from typing import Any

from opd_tui.domain.instants import read_instant
from opd_tui.domain.model import Doctor, Patient, Slot, SlotLoad, Source, Status, Token
from opd_tui.storage.schema.tables import doctor, patient, slot, token

DOCTOR_COLUMNS = (doctor.c.id, doctor.c.code, doctor.c.name, doctor.c.specialty, doctor.c.room)
SLOT_COLUMNS = (slot.c.id, slot.c.doctor_id, slot.c.date, slot.c.start, slot.c.end, slot.c.capacity)
TOKEN_COLUMNS = (
    token.c.id,
    token.c.number,
    token.c.slot_id,
    token.c.patient_id,
    token.c.source,
    token.c.status,
    token.c.issued_at,
    token.c.called_at,
    token.c.closed_at,
    patient.c.name,
    patient.c.phone,
    patient.c.uhid,
    patient.c.birth_year,
    patient.c.sex,
)
TOKENS = token.join(patient, patient.c.id == token.c.patient_id)


def doctor_of(row: Any) -> Doctor:
    return Doctor(*row)


def slot_of(row: Any) -> Slot:
    id_, doctor_id, date, start, end, capacity = row[:6]
    return Slot(
        id_, doctor_id, dt.date.fromisoformat(date), dt.time.fromisoformat(start), dt.time.fromisoformat(end), capacity
    )


def load_of(row: Any) -> SlotLoad:
    """The counts that follow a slot's columns."""
    return SlotLoad(*row[6:9])


def token_of(row: Any) -> Token:
    id_, number, slot_id, patient_id, source, status, issued_at, called_at, closed_at, *person = row
    name, phone, uhid, birth_year, sex = person
    return Token(
        id=id_,
        number=number,
        slot_id=slot_id,
        patient_id=patient_id,
        patient=Patient.trusted(name=name, phone=phone, uhid=uhid, birth_year=birth_year, sex=sex),
        source=Source[source],
        status=Status[status],
        issued_at=read_instant(issued_at),
        called_at=read_instant(called_at) if called_at else None,
        closed_at=read_instant(closed_at) if closed_at else None,
    )
