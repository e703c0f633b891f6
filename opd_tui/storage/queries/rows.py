"""Mapping of rows to the domain model, with the columns that each mapping needs."""

from __future__ import annotations

import datetime as dt
from typing import Any

from opd_tui.domain.events.patients import PERSONAL
from opd_tui.domain.instants import read_end, read_instant
from opd_tui.domain.model import Doctor, Patient, Slot, SlotLoad, Source, Status, Token
from opd_tui.domain.text import printable
from opd_tui.storage.schema.tables import doctor, patient, slot, token

DOCTOR_COLUMNS = (doctor.c.id, doctor.c.code, doctor.c.name, doctor.c.specialty, doctor.c.room)
SLOT_COLUMNS = (slot.c.id, slot.c.doctor_id, slot.c.date, slot.c.start, slot.c.end, slot.c.capacity)
PERSONAL_COLUMNS = tuple(patient.c[name] for name in PERSONAL)
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
    token.c.checked_in_at,
    *PERSONAL_COLUMNS,
)
TOKENS = token.join(patient, patient.c.id == token.c.patient_id)


def doctor_of(row: Any) -> Doctor:
    return Doctor(row[0], *map(shown, row[1:]))


def slot_of(row: Any) -> Slot:
    id_, doctor_id, date, start, end, capacity = row[:6]
    return Slot(id_, doctor_id, dt.date.fromisoformat(date), dt.time.fromisoformat(start), read_end(end), capacity)


def load_of(row: Any) -> SlotLoad:
    """Return a slot's load from the counts after its columns."""
    return SlotLoad(*row[6:9])


def token_of(row: Any) -> Token:
    id_, number, slot_id, patient_id, source, status, issued_at, called_at, closed_at, checked_in_at, *person = row
    return Token(
        id=id_,
        number=shown(number),
        slot_id=slot_id,
        patient_id=patient_id,
        patient=patient_of(person),
        source=Source[source],
        status=Status[status],
        issued_at=read_instant(issued_at),
        called_at=read_instant(called_at) if called_at else None,
        closed_at=read_instant(closed_at) if closed_at else None,
        checked_in_at=read_instant(checked_in_at) if checked_in_at else None,
    )


def patient_of(row: Any) -> Patient:
    """Return a patient from the personal columns."""
    return Patient.trusted(**dict(zip(PERSONAL, map(shown, row), strict=True)))


def shown(value: Any) -> Any:
    """Return a value of a row as it may be shown; an altered database can hold an escape sequence."""
    return value if value is None or type(value) is int else printable(value)
