"""What the faces of the desk show: every read is one statement, built once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Select, bindparam, case, func, literal_column, or_, select

from opd_tui.domain.instants import write_instant
from opd_tui.domain.model import Doctor, DoctorId, SlotId, SlotRecord, Status, Token, TokenId, TokenRecord
from opd_tui.storage.rows import (
    DOCTOR_COLUMNS,
    SLOT_COLUMNS,
    TOKEN_COLUMNS,
    TOKENS,
    doctor_of,
    load_of,
    slot_of,
    token_of,
)
from opd_tui.storage.schema import doctor, slot, token


def _count(status: Status) -> Any:
    return (
        select(func.count())
        .select_from(token)
        .where(token.c.slot_id == slot.c.id, literal_column(f"token.status = '{status.name}'"))
        .scalar_subquery()
    )


_LOAD = (_count(Status.ACTIVE), _count(Status.WAITING), _count(Status.COMPLETED))
_SLOTS = (
    select(*SLOT_COLUMNS, *_LOAD, *DOCTOR_COLUMNS)
    .join(doctor, doctor.c.id == slot.c.doctor_id)
    .order_by(slot.c.date, slot.c.start, doctor.c.code)
)
_SLOTS_OF_DATE = _SLOTS.where(slot.c.date == bindparam("date"))
_SLOTS_OF_DOCTOR = _SLOTS.where(slot.c.doctor_id == bindparam("doctor"))
_SLOTS_OF_BOTH = _SLOTS_OF_DATE.where(slot.c.doctor_id == bindparam("doctor"))
_SLOTS_BY_ID = _SLOTS.where(slot.c.id.in_(bindparam("ids", expanding=True)))
_DOCTORS = select(*DOCTOR_COLUMNS).order_by(doctor.c.code)
_DOCTORS_BY_ID = _DOCTORS.where(doctor.c.id.in_(bindparam("ids", expanding=True)))

_RANK = (token.c.priority, token.c.issued_at, token.c.id)
_LIST_ORDER = (
    case({"ACTIVE": 1, "WAITING": 2, "COMPLETED": 3, "NO_SHOW": 4, "CANCELLED": 5}, value=token.c.status),
    *(
        case((literal_column("token.status IN ('ACTIVE', 'WAITING')"), column), else_=None)
        for column in (token.c.priority, token.c.issued_at)
    ),
    token.c.id,
)
_TOKENS = (
    select(*TOKEN_COLUMNS, *SLOT_COLUMNS, *DOCTOR_COLUMNS)
    .select_from(TOKENS)
    .join(slot, slot.c.id == token.c.slot_id)
    .join(doctor, doctor.c.id == slot.c.doctor_id)
)
_TOKENS_IN_LIST_ORDER = _TOKENS.order_by(slot.c.date, slot.c.start, doctor.c.code, *_LIST_ORDER)
_WAITING_OF_DATE = _TOKENS.where(token.c.date == bindparam("date"), token.c.status == "WAITING").order_by(*_RANK)
_TOKENS_BY_ID = _TOKENS.where(token.c.id.in_(bindparam("ids", expanding=True)))
_TOKEN_BY_NUMBER = select(token.c.id).where(token.c.date == bindparam("date"), token.c.number == bindparam("number"))
_WAITING_BEFORE = (
    select(func.count())
    .select_from(token)
    .where(
        token.c.slot_id == bindparam("slot"),
        literal_column("status = 'WAITING'"),
        or_(
            token.c.priority < bindparam("priority"),
            (token.c.priority == bindparam("priority"))
            & (
                (token.c.issued_at < bindparam("issued_at"))
                | ((token.c.issued_at == bindparam("issued_at")) & (token.c.id < bindparam("id")))
            ),
        ),
    )
)


def doctors(connection: Connection) -> list[Doctor]:
    """All doctors by code."""
    return [doctor_of(row) for row in connection.execute(_DOCTORS)]


def slots(connection: Connection, date: dt.date | None = None, doctor_id: DoctorId | None = None) -> list[SlotRecord]:
    """Slots by date, start and doctor's code."""
    statements = {
        (False, False): _SLOTS,
        (True, False): _SLOTS_OF_DATE,
        (False, True): _SLOTS_OF_DOCTOR,
        (True, True): _SLOTS_OF_BOTH,
    }
    values = {"date": date and date.isoformat(), "doctor": doctor_id}
    given = {name: value for name, value in values.items() if value is not None}
    statement = statements[date is not None, doctor_id is not None]
    return [slot_record_of(row) for row in connection.execute(statement, given)]


def slots_by_id(connection: Connection, ids: Collection[SlotId]) -> list[SlotRecord]:
    """These slots by date, start and doctor's code."""
    return [slot_record_of(row) for row in connection.execute(_SLOTS_BY_ID, {"ids": list(ids)})] if ids else []


def slot_by_id(connection: Connection, slot_id: SlotId) -> SlotRecord | None:
    """A slot with its doctor and how full it is."""
    return next(iter(slots_by_id(connection, [slot_id])), None)


def doctors_by_id(connection: Connection, ids: Collection[DoctorId]) -> dict[DoctorId, Doctor]:
    """These doctors by their ids."""
    rows = map(doctor_of, connection.execute(_DOCTORS_BY_ID, {"ids": list(ids)})) if ids else ()
    return {found.id: found for found in rows}


def tokens(
    connection: Connection,
    slot_id: SlotId | None = None,
    status: Status | None = None,
    date: dt.date | None = None,
) -> list[TokenRecord]:
    """Tokens by slot; within it ACTIVE and WAITING by rank, then COMPLETED, NO_SHOW and CANCELLED by id."""
    statement: Select[Any] = _TOKENS_IN_LIST_ORDER
    if slot_id is not None:
        statement = statement.where(token.c.slot_id == slot_id)
    if status is not None:
        statement = statement.where(token.c.status == status.name)
    if date is not None:
        statement = statement.where(token.c.date == date.isoformat())
    return [token_record_of(row) for row in connection.execute(statement)]


def waiting(connection: Connection, date: dt.date) -> list[TokenRecord]:
    """Everybody who waits on a date, best rank first."""
    return [token_record_of(row) for row in connection.execute(_WAITING_OF_DATE, {"date": date.isoformat()})]


def tokens_by_id(connection: Connection, ids: Collection[TokenId]) -> dict[TokenId, TokenRecord]:
    """These tokens by their ids."""
    rows = map(token_record_of, connection.execute(_TOKENS_BY_ID, {"ids": list(ids)})) if ids else ()
    return {row.token.id: row for row in rows}


def token_by_number(connection: Connection, date: dt.date, number: str) -> TokenId | None:
    """The token that has this number on a date."""
    found: int | None = connection.execute(_TOKEN_BY_NUMBER, {"date": date.isoformat(), "number": number}).scalar()
    return None if found is None else TokenId(found)


def waiting_before(connection: Connection, of: Token) -> int:
    """How many wait in the token's slot and rank before it."""
    values = {
        "slot": of.slot_id,
        "priority": of.source.priority,
        "issued_at": write_instant(of.issued_at),
        "id": of.id,
    }
    count: int = connection.execute(_WAITING_BEFORE, values).scalar_one()
    return count


def slot_record_of(row: Any) -> SlotRecord:
    return SlotRecord(slot_of(row), doctor_of(row[9:]), load_of(row))


def token_record_of(row: Any) -> TokenRecord:
    size = len(TOKEN_COLUMNS)
    return TokenRecord(token_of(row[:size]), slot_of(row[size:]), doctor_of(row[size + len(SLOT_COLUMNS) :]))
