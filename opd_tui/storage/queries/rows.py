"""Mapping of rows to the domain model, with the columns that each mapping needs."""

from __future__ import annotations

import datetime as dt
from typing import Any

from opd_tui.domain.events.patients import PERSONAL
from opd_tui.domain.instants import read_end, read_instant
from opd_tui.domain.model import Doctor, HoldReason, Patient, Slot, SlotLoad, Source, Status, Token
from opd_tui.domain.text import printable
from opd_tui.storage.schema.tables import doctor, patient, slot, token

DOCTOR_COLUMNS = (
    *(doctor.c.id, doctor.c.code, doctor.c.name, doctor.c.specialty, doctor.c.room),
    *(doctor.c.retired_at, doctor.c.withdrawn_at),
)
SLOT_COLUMNS = (
    *(slot.c.id, slot.c.doctor_id, slot.c.date, slot.c.start, slot.c.end, slot.c.capacity),
    *(slot.c.closed_at, slot.c.delay_minutes, slot.c.withdrawn_at),
)
PERSONAL_COLUMNS = tuple(patient.c[name] for name in PERSONAL)
TOKEN_COLUMNS = (
    *(token.c.id, token.c.number, token.c.slot_id, token.c.patient_id, token.c.source, token.c.status),
    *(token.c.issued_at, token.c.called_at, token.c.closed_at, token.c.checked_in_at, token.c.returned_at),
    *(token.c.held_at, token.c.hold_reason, token.c.to_tell_since, token.c.replaces),
    *PERSONAL_COLUMNS,
)
TOKENS = token.join(patient, patient.c.id == token.c.patient_id)


def doctor_of(row: Any) -> Doctor:
    """Return a doctor from the first columns of a row."""
    id_, *texts = row[:5]
    return Doctor(id_, *map(shown, texts), *map(instant_or_none, row[5 : len(DOCTOR_COLUMNS)]))


def slot_of(row: Any) -> Slot:
    """Return a slot from the first columns of a row."""
    id_, doctor_id, date, start, end, capacity, closed_at, delay_minutes, withdrawn_at = row[: len(SLOT_COLUMNS)]
    return Slot(
        id_,
        doctor_id,
        dt.date.fromisoformat(date),
        dt.time.fromisoformat(start),
        read_end(end),
        capacity,
        instant_or_none(closed_at),
        delay_minutes or 0,
        instant_or_none(withdrawn_at),
    )


def load_of(row: Any) -> SlotLoad:
    """Return a slot's load from its counts."""
    return SlotLoad(*row)


def token_of(row: Any) -> Token:
    """Return a token with its patient."""
    id_, number, slot_id, patient_id, source, status, issued_at, called_at, closed_at, checked_in_at, *others = row
    returned_at, held_at, hold_reason, to_tell_since, replaces, *person = others
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
        returned_at=read_instant(returned_at) if returned_at else None,
        held_at=read_instant(held_at) if held_at else None,
        hold_reason=HoldReason[hold_reason] if hold_reason else None,
        to_tell_since=read_instant(to_tell_since) if to_tell_since else None,
        replaces=replaces,
    )


def instant_or_none(text: str | None) -> dt.datetime | None:
    """Return the instant in a column."""
    return read_instant(text) if text else None


def patient_of(row: Any) -> Patient:
    """Return a patient from the personal columns."""
    return Patient.trusted(**dict(zip(PERSONAL, map(shown, row), strict=True)))


def shown(value: Any) -> Any:
    """Return a value of a row as it may be shown; an altered database can hold an escape sequence."""
    return value if value is None or type(value) is int else printable(value)
