"""Frozen read models for the screens and the command line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

from opd_tui.domain.instants import waited, write_end, write_instant
from opd_tui.domain.model import (
    Doctor,
    DoctorId,
    Slot,
    SlotId,
    SlotRecord,
    Status,
    Token,
    TokenId,
    TokenRecord,
)


@dataclass(frozen=True, slots=True)
class Totals:
    """The number of a day's tokens: with a seat, waiting, completed, and those whose patient did not come.

    `inside` and `here` count the patients who are with a doctor, and those who are here and could be; `to_tell` those
    who have to be told of a change, on this day or a later one.
    """

    seated: int = 0
    waiting: int = 0
    done: int = 0
    no_show: int = 0
    inside: int = 0
    here: int = 0
    to_tell: int = 0


@dataclass(frozen=True, slots=True)
class Board:
    """A day at a glance: the doctors with slots, by code, and their slots."""

    date: dt.date
    doctors: tuple[Doctor, ...] = ()
    slots: tuple[SlotRecord, ...] = ()
    by_doctor: Mapping[DoctorId, tuple[SlotRecord, ...]] = field(default_factory=dict, compare=False, repr=False)
    """Each doctor's slots by start."""

    def of(self, doctor_id: DoctorId) -> tuple[SlotRecord, ...]:
        """Return a doctor's slots by start."""
        return self.by_doctor.get(doctor_id, ())

    def nearest(self, doctor_id: DoctorId, minute: int) -> SlotRecord | None:
        """Return the doctor's slot nearest to a minute of the day, or None if the doctor has no slots."""
        return nearest(self.of(doctor_id), minute)

    def slot(self, slot_id: SlotId | None) -> SlotRecord | None:
        """Return the slot with this id, or None."""
        return next((record for record in self.slots if record.slot.id == slot_id), None)

    def with_slot(self, changed: SlotRecord) -> Board:
        """Return this board with one of its slots replaced by its present state."""
        row = with_record(self.of(changed.doctor.id), changed)
        return replace(
            self, slots=with_record(self.slots, changed), by_doctor={**self.by_doctor, changed.doctor.id: row}
        )

    def opening_slot(self, now: dt.datetime | None) -> SlotRecord | None:
        """Return the running slot of the first doctor who has one, else the next slot, else the first of the day."""
        running = [record for record in self.slots if now and record.slot.is_running(now)]
        if running:
            return min(running, key=lambda record: record.doctor.code)
        coming = [record for record in self.slots if now is None or not record.slot.is_over(now)]
        return min(coming or self.slots, key=lambda record: (record.slot.start, record.doctor.code), default=None)


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A token in a queue; `place` is its place among those waiting in its slot, from 1."""

    record: TokenRecord
    place: int | None
    begins_at: dt.datetime
    """When the slot begins, with the doctor's delay; waiting times count from here at the earliest."""

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
    inside: Token | None = None
    """The token that is with the slot's doctor, from any slot of the day."""

    @property
    def here(self) -> int:
        """The number of patients who are here, and neither with the doctor nor on hold."""
        return sum(row.record.token.is_here for row in self.rows)


@dataclass(frozen=True, slots=True)
class UntoldPatient:
    """A token whose patient has to be told of a change."""

    record: TokenRecord
    knows: tuple[Status, Slot, Doctor] | None
    """How and where the patient knows it to stand, the slot with the delay as told; None if nothing was told."""


@dataclass(frozen=True, slots=True)
class DoctorDay:
    """A doctor with their slots on one day."""

    doctor: Doctor
    slots: tuple[SlotRecord, ...]
    inside: Token | None = None
    """The token that is with the doctor."""
    here: int = 0
    """The number of patients who are here, and neither with the doctor nor on hold."""


def board_of(date: dt.date, records: Iterable[SlotRecord]) -> Board:
    """Build a board from a day's slots, which must be by start."""
    records = tuple(records)
    rows: dict[DoctorId, list[SlotRecord]] = {}
    for record in records:
        rows.setdefault(record.doctor.id, []).append(record)
    doctors = sorted((row[0].doctor for row in rows.values()), key=lambda doctor: doctor.code)
    return Board(date, tuple(doctors), records, {doctor_id: tuple(row) for doctor_id, row in rows.items()})


def with_record(records: tuple[SlotRecord, ...], changed: SlotRecord) -> tuple[SlotRecord, ...]:
    """Return slots with one of them replaced by its present state."""
    return tuple(changed if record.slot.id == changed.slot.id else record for record in records)


def nearest(
    records: Sequence[SlotRecord], minute: int, now: dt.datetime | None = None, *, running: bool = False
) -> SlotRecord | None:
    """Return the slot whose window holds a minute of the day, else the one nearest to it, or None if there is none.

    `running` asks for the slot that runs at `now` instead. Of those nearest, one that is over comes last.
    """

    def order(record: SlotRecord) -> tuple[bool, bool, int, int]:
        start, end = record.slot.minutes
        distance = max(start - minute, minute - end + 1, 0)
        is_over, is_running = (record.slot.is_over(now), record.slot.is_running(now)) if now else (False, False)
        return not (is_running if running else distance == 0), is_over, distance, start

    return min(records, key=order, default=None)


def queue_rows(records: Iterable[TokenRecord], zone: ZoneInfo) -> tuple[QueueRow, ...]:
    """Return tokens as queue rows in the order given, which must be by rank within each slot."""
    places: dict[SlotId, int] = {}
    rows = []
    for record in records:
        place = None
        if record.token.status is Status.WAITING:
            place = places[record.slot.id] = places.get(record.slot.id, 0) + 1
        rows.append(QueueRow(record, place, record.slot.begins_at(zone)))
    return tuple(rows)


def doctor_days(
    doctors: Iterable[Doctor],
    records: Iterable[SlotRecord],
    inside: Mapping[DoctorId, Token],
    here: Mapping[DoctorId, int],
) -> tuple[DoctorDay, ...]:
    """Return every doctor with their slots among these records, who is inside, and how many are here."""
    by_doctor: dict[DoctorId, list[SlotRecord]] = {}
    for record in records:
        by_doctor.setdefault(record.doctor.id, []).append(record)
    return tuple(
        DoctorDay(doctor, tuple(by_doctor.get(doctor.id, ())), inside.get(doctor.id), here.get(doctor.id, 0))
        for doctor in doctors
    )


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
