"""Queries for the user interfaces; every statement is built once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator
from contextlib import closing
from functools import cache
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, case, exists, func, literal_column, or_, select

from opd_tui.domain.instants import write_instant
from opd_tui.domain.model import Doctor, DoctorId, Slot, SlotId, SlotRecord, Status, Token, TokenId, TokenRecord
from opd_tui.domain.text import look_alike_key, printable
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
_OF_DATE = (slot.c.date == bindparam("date"), slot.c.withdrawn_at.is_(None))
_TOTALS = (
    select(token.c.status, func.count())
    .select_from(slot.join(token, token.c.slot_id == slot.c.id))
    .where(*_OF_DATE)
    .group_by(token.c.status)
)
_HERE = (
    select(slot.c.doctor_id, func.count())
    .select_from(slot.join(token, token.c.slot_id == slot.c.id))
    .where(
        *_OF_DATE,
        literal_column(f"token.status IN ({OPEN_STATUSES})"),
        token.c.checked_in_at.is_not(None),
        token.c.called_at.is_(None),
        token.c.held_at.is_(None),
    )
    .group_by(slot.c.doctor_id)
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
_REPLACEMENT = token.alias("replacement")
# Through the patient, because there is no index on `replaces`. If a move was undone, its replacement was closed before.
_MOVED_TO = case(
    (
        literal_column("token.status = 'CANCELLED'"),
        select(func.max(_REPLACEMENT.c.number))
        .where(
            _REPLACEMENT.c.patient_id == token.c.patient_id,
            _REPLACEMENT.c.replaces == token.c.id,
            or_(_REPLACEMENT.c.closed_at.is_(None), _REPLACEMENT.c.closed_at >= token.c.closed_at),
        )
        .scalar_subquery(),
    )
)
TOKEN_RECORDS = (
    select(*TOKEN_COLUMNS, *SLOT_COLUMNS, *DOCTOR_COLUMNS, _MOVED_TO)
    .select_from(TOKENS)
    .join(slot, slot.c.id == token.c.slot_id)
    .join(doctor, doctor.c.id == slot.c.doctor_id)
)
_SLOT_ID = itemgetter(len(TOKEN_COLUMNS))
"""The slot's id in a row of `TOKEN_RECORDS`."""
_TOKENS_IN_LIST_ORDER = TOKEN_RECORDS.order_by(slot.c.date, slot.c.start, doctor.c.code, *_LIST_ORDER)
_INSIDE = TOKEN_RECORDS.where(*_OF_DATE, literal_column("token.status = 'ACTIVE'"), token.c.called_at.is_not(None))
_INSIDE_WITH_DOCTOR = _INSIDE.where(slot.c.doctor_id == bindparam("doctor"))
_WAITING_OF_DATE = TOKEN_RECORDS.where(token.c.date == bindparam("date"), token.c.status == "WAITING").order_by(*_RANK)
_FORGOTTEN = patient.alias("forgotten_patient")
# As `Token.is_to_tell`, from a day on, but for patients who were forgotten.
_IS_TO_TELL: tuple[ColumnElement[bool], ...] = (
    token.c.date >= bindparam("date"),
    token.c.to_tell_since.is_not(None),
    ~exists().where(_FORGOTTEN.c.id == token.c.patient_id, _FORGOTTEN.c.forgotten_at.is_not(None)).correlate(token),
    literal_column("NOT (token.status = 'COMPLETED' OR (token.status = 'ACTIVE' AND token.called_at IS NOT NULL))"),
)
_TO_TELL = TOKEN_RECORDS.where(*_IS_TO_TELL).order_by(token.c.to_tell_since, token.c.issued_at, token.c.id)
_NUMBER_TO_TELL = select(func.count()).select_from(token).where(*_IS_TO_TELL)
_TOKENS_OF_DAY = TOKEN_RECORDS.where(token.c.doctor_id == bindparam("doctor"), token.c.date == bindparam("date"))
_TOKEN_BY_ID = TOKEN_RECORDS.where(token.c.id == bindparam("id"))
_TOKEN_BY_NUMBER = select(token.c.id).where(token.c.date == bindparam("date"), token.c.number == bindparam("number"))
_OPEN_NAMES = (
    select(token.c.id, patient.c.name)
    .select_from(TOKENS)
    .where(
        token.c.doctor_id == bindparam("doctor"),
        token.c.date == bindparam("date"),
        token.c.id != bindparam("id"),
        literal_column(f"token.status IN ({OPEN_STATUSES})"),
    )
    .order_by(token.c.slot_id != bindparam("slot"), token.c.id)
)


def _ranking_before(condition: str) -> Select[Any]:
    """Return the statement that counts a slot's tokens of a condition before a rank.

    The condition is a literal, because the planner does not use a partial index for a parameter.
    """
    return (
        select(func.count())
        .select_from(token)
        .where(
            token.c.slot_id == bindparam("slot"),
            literal_column(condition),
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


_WAITING_BEFORE = _ranking_before("status = 'WAITING'")


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
    return list(slot_records_of(transaction.rows(statement, given)))


def totals(transaction: Transaction, date: dt.date) -> dict[Status, int]:
    """Return the number of a date's tokens by status."""
    return {Status[row[0]]: row[1] for row in transaction.rows(_TOTALS, {"date": date.isoformat()})}


def here(transaction: Transaction, date: dt.date) -> dict[DoctorId, int]:
    """Return how many patients of each doctor are here on a date, and neither with the doctor nor on hold."""
    return {DoctorId(row[0]): row[1] for row in transaction.rows(_HERE, {"date": date.isoformat()})}


def inside(transaction: Transaction, date: dt.date, doctor_id: DoctorId | None = None) -> dict[DoctorId, Token]:
    """Return the tokens that are with the doctors, or with one of them, on a date."""
    values = {"date": date.isoformat()} | ({} if doctor_id is None else {"doctor": doctor_id})
    rows = transaction.rows(_INSIDE if doctor_id is None else _INSIDE_WITH_DOCTOR, values)
    return {record.doctor.id: record.token for record in token_records_of(rows)}


def slots_by_id(transaction: Transaction, ids: Collection[SlotId]) -> list[SlotRecord]:
    """Return the slots with these ids, by date, start and doctor's code."""
    records = slot_records_of(transaction.rows_of_each(_SLOT_BY_ID, ({"id": id_} for id_ in ids)))
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


def to_tell(transaction: Transaction, date: dt.date) -> list[TokenRecord]:
    """Return the tokens from a date on whose patients have to be told of a change, the longest wait first."""
    return [*token_records_of(transaction.rows(_TO_TELL, {"date": date.isoformat()}))]


def number_to_tell(transaction: Transaction, date: dt.date) -> int:
    """Return how many tokens `to_tell` returns."""
    number: int = transaction.value(_NUMBER_TO_TELL, {"date": date.isoformat()})
    return number


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
    return _count_before(transaction, _WAITING_BEFORE, of)


def tokens_of_day(transaction: Transaction, doctor_id: DoctorId, date: dt.date) -> list[TokenRecord]:
    """Return all tokens of a doctor's day."""
    values = {"doctor": doctor_id, "date": date.isoformat()}
    return [*token_records_of(transaction.rows(_TOKENS_OF_DAY, values))]


def _count_before(transaction: Transaction, statement: Select[Any], of: Token) -> int:
    values = {
        "slot": of.slot_id,
        "priority": of.source.priority,
        "issued_at": write_instant(of.issued_at),
        "id": of.id,
    }
    count: int = transaction.value(statement, values)
    return count


def namesakes(transaction: Transaction, of: TokenRecord) -> list[TokenRecord]:
    """Return the doctor's open tokens of the day whose patients have the same name, those of the slot first.

    Look-alike letters count as the same, as for sameness; the database has no column for that.
    """
    values = {"doctor": of.doctor.id, "date": of.slot.date.isoformat(), "id": of.token.id, "slot": of.slot.id}
    name = look_alike_key(of.token.patient.name)
    alike = (id_ for id_, other in transaction.rows(_OPEN_NAMES, values) if look_alike_key(printable(other)) == name)
    return [record for id_ in alike for record in token_records_of(transaction.rows(_TOKEN_BY_ID, {"id": id_}))]


def slot_records_of(rows: Iterable[Any]) -> Iterator[SlotRecord]:
    """Yield slots with their doctors, each of whom is read once."""
    size, loads = len(SLOT_COLUMNS), len(SLOT_COLUMNS) + len(_LOAD)
    doctors: dict[DoctorId, Doctor] = {}
    for row in rows:
        slot = slot_of(row)
        if slot.doctor_id not in doctors:
            doctors[slot.doctor_id] = doctor_of(row[loads:])
        yield SlotRecord(slot, doctors[slot.doctor_id], load_of(row[size:loads]))


def token_records_of(rows: Iterable[Any]) -> Iterator[TokenRecord]:
    """Yield tokens with their slots and doctors, each of which is read once."""
    size, shared = len(TOKEN_COLUMNS), dict[int, tuple[Slot, Doctor]]()
    for row in rows:
        slot_id = _SLOT_ID(row)
        if slot_id not in shared:
            shared[slot_id] = slot_of(row[size:]), doctor_of(row[size + len(SLOT_COLUMNS) :])
        yield TokenRecord(token_of(row[:size]), *shared[slot_id], row[-1] and printable(row[-1]))
