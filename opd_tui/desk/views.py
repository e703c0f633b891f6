"""Frozen read models for the screens and the command line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

from opd_tui.domain.instants import slot_instant, waited, write_end, write_instant
from opd_tui.domain.model import Doctor, DoctorId, Slot, SlotId, SlotRecord, Status, Token, TokenId, TokenRecord


@dataclass(frozen=True, slots=True)
class Board:
    """A day at a glance: a row for each doctor with slots, a column for each start time."""

    date: dt.date
    doctors: tuple[Doctor, ...] = ()
    starts: tuple[dt.time, ...] = ()
    slots: tuple[SlotRecord, ...] = ()
    cells: Mapping[tuple[DoctorId, dt.time], SlotRecord] = field(default_factory=dict, compare=False, repr=False)
    """The slots by doctor and start."""

    def at(self, doctor_id: DoctorId, start: dt.time) -> SlotRecord | None:
        """Return the doctor's slot that begins at this time, or None."""
        return self.cells.get((doctor_id, start))

    def slot(self, slot_id: SlotId | None) -> SlotRecord | None:
        """Return the slot with this id, or None."""
        return next((record for record in self.slots if record.slot.id == slot_id), None)

    def with_slot(self, changed: SlotRecord) -> Board:
        """Return this board with one of its slots replaced by its present state."""
        slots = tuple(changed if record.slot.id == changed.slot.id else record for record in self.slots)
        return replace(self, slots=slots, cells={**self.cells, (changed.doctor.id, changed.slot.start): changed})

    def next_slot(self, now: dt.datetime | None) -> SlotRecord | None:
        """Return the first doctor's first slot that is not over by the hospital's clock, else the first of the day."""
        coming = [r for r in self.slots if now is None or not r.slot.is_over(now)]
        return min(coming or self.slots, key=lambda r: (r.doctor.code, r.slot.start), default=None)

    @property
    def waiting(self) -> int:
        """The number of waiting patients on this day."""
        return sum(record.load.waiting for record in self.slots)


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A token in a queue; `place` is its place among those waiting in its slot, from 1."""

    record: TokenRecord
    place: int | None
    begins_at: dt.datetime
    """When the slot begins; waiting times count from here at the earliest."""

    @property
    def id(self) -> TokenId:
        return self.record.token.id

    def waited(self, now: dt.datetime) -> dt.timedelta:
        """Return how long the patient has waited, at least zero."""
        return waited(self.record.token.issued_at, self.begins_at, now)


@dataclass(frozen=True, slots=True)
class Queue:
    """A slot's tokens: seated by rank, waiting by rank, then closed."""

    slot: SlotRecord
    rows: tuple[QueueRow, ...]


@dataclass(frozen=True, slots=True)
class DoctorDay:
    """A doctor with their slots on one day."""

    doctor: Doctor
    slots: tuple[SlotRecord, ...]


def board_of(date: dt.date, records: Iterable[SlotRecord]) -> Board:
    """Build a board from a day's slots."""
    records = tuple(records)
    doctors = {record.doctor.id: record.doctor for record in records}
    return Board(
        date,
        tuple(sorted(doctors.values(), key=lambda doctor: doctor.code)),
        tuple(sorted({record.slot.start for record in records})),
        records,
        {(record.doctor.id, record.slot.start): record for record in records},
    )


def queue_rows(records: Iterable[TokenRecord], zone: ZoneInfo) -> tuple[QueueRow, ...]:
    """Return tokens as queue rows in the order given, which must be by rank within each slot."""
    places: dict[SlotId, int] = {}
    rows = []
    for record in records:
        place = None
        if record.token.status is Status.WAITING:
            place = places[record.slot.id] = places.get(record.slot.id, 0) + 1
        rows.append(QueueRow(record, place, slot_instant(record.slot.date, record.slot.start, zone)))
    return tuple(rows)


def doctor_days(doctors: Iterable[Doctor], records: Iterable[SlotRecord]) -> tuple[DoctorDay, ...]:
    """Return every doctor with their slots among these records."""
    by_doctor: dict[DoctorId, list[SlotRecord]] = {}
    for record in records:
        by_doctor.setdefault(record.doctor.id, []).append(record)
    return tuple(DoctorDay(doctor, tuple(by_doctor.get(doctor.id, ()))) for doctor in doctors)


def doctor_json(doctor: Doctor) -> dict[str, object]:
    """Return a doctor as JSON."""
    return {
        "id": doctor.id,
        "code": doctor.code,
        "name": doctor.name,
        "specialty": doctor.specialty,
        "room": doctor.room,
    }


def doctor_record_json(doctor: Doctor) -> dict[str, object]:
    """Return a doctor as JSON, with whether the doctor has retired."""
    return doctor_json(doctor) | {"retired": doctor.retired_at is not None}


def slot_json(slot: Slot) -> dict[str, object]:
    """Return a slot as JSON."""
    return {
        "id": slot.id,
        "doctor": slot.doctor_id,
        "date": slot.date.isoformat(),
        "start": slot.start.isoformat("minutes"),
        "end": write_end(slot.end),
        "capacity": slot.capacity,
    }


def slot_record_json(record: SlotRecord) -> dict[str, object]:
    """Return a slot as JSON, with its counts of tokens."""
    load = record.load
    return slot_json(record.slot) | {
        "active": load.active,
        "waiting": load.waiting,
        "completed": load.completed,
        "closed": record.slot.closed_at is not None,
        "delay": record.slot.delay_minutes,
    }


def token_record_json(record: TokenRecord) -> dict[str, object]:
    """Return a token as JSON, with its doctor and day and with all that happened to its patient."""
    token = record.token
    return token_json(token) | {
        "doctor": record.doctor.id,
        "date": record.slot.date.isoformat(),
        "patient_id": token.patient_id,
        "checked_in_at": write_instant(token.checked_in_at) if token.checked_in_at else None,
        "called_at": write_instant(token.called_at) if token.called_at else None,
        "held": token.hold_reason.name if token.hold_reason else None,
        "replaces": token.replaces,
        "to_tell": token.to_tell_since is not None,
    }


def token_json(token: Token) -> dict[str, object]:
    """Return a token as JSON."""
    return {
        "id": token.id,
        "number": token.number,
        "slot": token.slot_id,
        "patient": token.patient.name,
        "source": token.source.name,
        "priority": token.source.priority,
        "status": token.status.name,
        "issued_at": write_instant(token.issued_at),
    }
