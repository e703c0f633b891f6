"""Queries for the user interfaces; every statement is built once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator
from contextlib import closing
from functools import cache
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Select, bindparam, case, func, literal_column, or_, select

from opd_tui.domain.instants import write_instant
from opd_tui.domain.model import Doctor, DoctorId, Slot, SlotId, SlotRecord, Status, Token, TokenId, TokenRecord
from opd_tui.domain.text import name_key
from opd_tui.storage.queries.rows import (
    DOCTOR_COLUMNS,
    SLOT_COLUMNS,
    TOKEN_COLUMNS,
    TOKENS,
    doctor_of,
    load_of,
    slot_of,
    token_of,
)
from opd_tui.storage.schema.tables import OPEN_STATUSES, doctor, patient, slot, token
from opd_tui.storage.transaction import Transaction


def _count(status: Status) -> Any:
    return (
        select(func.count())
        .select_from(token)
        .where(token.c.slot_id == slot.c.id, literal_column(f"token.status = '{status.name}'"))
        .scalar_subquery()
    )


_LOAD = (_count(Status.ACTIVE), _count(Status.WAITING), _count(Status.COMPLETED))
_ANY_SLOT = (
    select(*SLOT_COLUMNS, *_LOAD, *DOCTOR_COLUMNS)
    .join(doctor, doctor.c.id == slot.c.doctor_id)
    .order_by(slot.c.date, slot.c.start, doctor.c.code)
)
_SLOTS = _ANY_SLOT.where(slot.c.withdrawn_at.is_(None))
_SLOTS_OF_DATE = _SLOTS.where(slot.c.date == bindparam("date"))
_SLOTS_OF_DOCTOR = _SLOTS.where(slot.c.doctor_id == bindparam("doctor"))
_SLOTS_OF_BOTH = _SLOTS_OF_DATE.where(slot.c.doctor_id == bindparam("doctor"))
_SLOT_BY_ID = _ANY_SLOT.where(slot.c.id == bindparam("id"))
# From the slots, so that SQLite needs only the index on slot and status.
_TOTALS = (
    select(token.c.status, func.count())
    .select_from(slot.join(token, token.c.slot_id == slot.c.id))
    .where(slot.c.date == bindparam("date"))
    .group_by(token.c.status)
)
_DOCTORS = select(*DOCTOR_COLUMNS).where(doctor.c.withdrawn_at.is_(None)).order_by(doctor.c.code)
_DOCTOR_BY_ID = select(*DOCTOR_COLUMNS).where(doctor.c.id == bindparam("id"))

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
_SLOT_ID = itemgetter(len(TOKEN_COLUMNS))
"""The slot's id in a row of `_TOKENS`."""
_TOKENS_IN_LIST_ORDER = _TOKENS.order_by(slot.c.date, slot.c.start, doctor.c.code, *_LIST_ORDER)
_WAITING_OF_DATE = _TOKENS.where(token.c.date == bindparam("date"), token.c.status == "WAITING").order_by(*_RANK)
_TOKEN_BY_ID = _TOKENS.where(token.c.id == bindparam("id"))
_TOKEN_BY_NUMBER = select(token.c.id).where(token.c.date == bindparam("date"), token.c.number == bindparam("number"))
_NAMESAKES = _TOKENS.where(
    token.c.doctor_id == bindparam("doctor"),
    token.c.date == bindparam("date"),
    token.c.id != bindparam("id"),
    literal_column(f"token.status IN ({OPEN_STATUSES})"),
    patient.c.name_key == bindparam("name_key"),
).order_by(token.c.slot_id != bindparam("slot"), token.c.id)
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


def doctors(transaction: Transaction) -> list[Doctor]:
    """Return all doctors by code."""
    return [doctor_of(row) for row in transaction.rows(_DOCTORS)]


def slots(transaction: Transaction, date: dt.date | None = None, doctor_id: DoctorId | None = None) -> list[SlotRecord]:
    """Return the slots of a date, a doctor or both, by date, start and doctor's code."""
    statements = {
        (False, False): _SLOTS,
        (True, False): _SLOTS_OF_DATE,
        (False, True): _SLOTS_OF_DOCTOR,
        (True, True): _SLOTS_OF_BOTH,
    }
    values = {"date": date and date.isoformat(), "doctor": doctor_id}
    given = {name: value for name, value in values.items() if value is not None}
    statement = statements[date is not None, doctor_id is not None]
    return [slot_record_of(row) for row in transaction.rows(statement, given)]


def totals(transaction: Transaction, date: dt.date) -> dict[Status, int]:
    """Return the number of a date's tokens by status."""
    return {Status[row[0]]: row[1] for row in transaction.rows(_TOTALS, {"date": date.isoformat()})}


def slots_by_id(transaction: Transaction, ids: Collection[SlotId]) -> list[SlotRecord]:
    """Return the slots with these ids, by date, start and doctor's code."""
    rows = transaction.rows_of_each(_SLOT_BY_ID, ({"id": id_} for id_ in ids))
    records = map(slot_record_of, rows)
    return sorted(records, key=lambda record: (record.slot.date, record.slot.start, record.doctor.code))


def slot_by_id(transaction: Transaction, slot_id: SlotId) -> SlotRecord | None:
    """Return a slot with its doctor and load, or None."""
    return next(iter(slots_by_id(transaction, [slot_id])), None)


def doctors_by_id(transaction: Transaction, ids: Collection[DoctorId]) -> dict[DoctorId, Doctor]:
    """Return the doctors with these ids, by id."""
    rows = transaction.rows_of_each(_DOCTOR_BY_ID, ({"id": id_} for id_ in ids))
    return {found.id: found for found in map(doctor_of, rows)}


def tokens(
    transaction: Transaction,
    slot_id: SlotId | None = None,
    status: Status | None = None,
    date: dt.date | None = None,
) -> list[TokenRecord]:
    """Return tokens by slot; within a slot ACTIVE and WAITING by rank, then COMPLETED, NO_SHOW and CANCELLED by id."""
    statement, given = _tokens_of(slot_id, status, date)
    return [*token_records_of(transaction.rows(statement, given))]


def streamed_tokens(
    transaction: Transaction,
    slot_id: SlotId | None = None,
    status: Status | None = None,
    date: dt.date | None = None,
) -> Iterator[TokenRecord]:
    """Yield what `tokens` returns."""
    statement, given = _tokens_of(slot_id, status, date)
    with closing(transaction.stream(statement, given)) as rows:
        for _, of_slot in groupby(rows, key=_SLOT_ID):  # so that no more than one slot is kept in memory
            yield from token_records_of(of_slot)


def _tokens_of(
    slot_id: SlotId | None, status: Status | None, date: dt.date | None
) -> tuple[Select[Any], dict[str, object]]:
    """Return the statement for tokens that is filtered by what is given, and its values."""
    values = {"slot_id": slot_id, "status": status and status.name, "date": date and date.isoformat()}
    given: dict[str, object] = {name: value for name, value in values.items() if value is not None}
    return _tokens_where(*given), given


@cache
def _tokens_where(*names: str) -> Select[Any]:
    """Return the statement for tokens that is filtered by these columns."""
    return _TOKENS_IN_LIST_ORDER.where(*(token.c[name] == bindparam(name) for name in names))


def waiting(transaction: Transaction, date: dt.date) -> list[TokenRecord]:
    """Return all WAITING tokens of a date, best rank first."""
    return [*token_records_of(transaction.rows(_WAITING_OF_DATE, {"date": date.isoformat()}))]


def tokens_by_id(transaction: Transaction, ids: Collection[TokenId]) -> dict[TokenId, TokenRecord]:
    """Return the tokens with these ids, by id."""
    rows = transaction.rows_of_each(_TOKEN_BY_ID, ({"id": id_} for id_ in ids))
    return {record.token.id: record for record in token_records_of(rows)}


def token_by_number(transaction: Transaction, date: dt.date, number: str) -> TokenId | None:
    """Return the id of the token with this number on a date, or None."""
    found: int | None = transaction.value(_TOKEN_BY_NUMBER, {"date": date.isoformat(), "number": number})
    return None if found is None else TokenId(found)


def waiting_before(transaction: Transaction, of: Token) -> int:
    """Return how many WAITING tokens of the token's slot rank before it."""
    values = {
        "slot": of.slot_id,
        "priority": of.source.priority,
        "issued_at": write_instant(of.issued_at),
        "id": of.id,
    }
    count: int = transaction.value(_WAITING_BEFORE, values)
    return count


def namesakes(transaction: Transaction, of: TokenRecord) -> list[TokenRecord]:
    """Return the doctor's other open tokens of the date for a patient of the same name, this slot's first."""
    values = {
        "doctor": of.doctor.id,
        "date": of.slot.date.isoformat(),
        "slot": of.slot.id,
        "id": of.token.id,
        "name_key": name_key(of.token.patient.name),
    }
    return [*token_records_of(transaction.rows(_NAMESAKES, values))]


def slot_record_of(row: Any) -> SlotRecord:
    size, loads = len(SLOT_COLUMNS), len(SLOT_COLUMNS) + len(_LOAD)
    return SlotRecord(slot_of(row), doctor_of(row[loads:]), load_of(row[size:loads]))


def token_records_of(rows: Iterable[Any]) -> Iterator[TokenRecord]:
    """Yield tokens with their slots and doctors, each of which is read once."""
    size, shared = len(TOKEN_COLUMNS), dict[int, tuple[Slot, Doctor]]()
    for row in rows:
        slot_id = _SLOT_ID(row)
        if slot_id not in shared:
            shared[slot_id] = slot_of(row[size:]), doctor_of(row[size + len(SLOT_COLUMNS) :])
        yield TokenRecord(token_of(row[:size]), *shared[slot_id])
