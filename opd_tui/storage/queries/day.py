"""The queries about a doctor's day: whom to call, who is in the room, who is left."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, case, exists, literal_column, select

from opd_tui.domain.instants import write_instant
from opd_tui.domain.model import DoctorId, SlotId, Source, Token
from opd_tui.storage.queries.rows import TOKEN_COLUMNS, TOKENS, token_of
from opd_tui.storage.schema.tables import OPEN_STATUSES, slot, token
from opd_tui.storage.transaction import Transaction, Values, is_valid_id

_GIVEN = slot.alias("given")
_RANK = (token.c.priority, token.c.issued_at, token.c.id)
_IS_OPEN: ColumnElement[bool] = literal_column(f"token.status IN ({OPEN_STATUSES})")
_OF_DOCTOR: tuple[ColumnElement[bool], ...] = (
    slot.c.doctor_id == bindparam("doctor"),
    slot.c.withdrawn_at.is_(None),
)
_OF_DAY = (*_OF_DOCTOR, slot.c.date == bindparam("date"))
_TOKENS = select(*TOKEN_COLUMNS).select_from(TOKENS)
_TOKENS_AND_SLOTS = _TOKENS.join(slot, slot.c.id == token.c.slot_id)
# The conditions are literals, because the planner does not use a partial index for a parameter.
_COULD_BE_CALLED = _TOKENS_AND_SLOTS.where(
    *_OF_DAY,
    literal_column("token.status = 'ACTIVE' AND token.called_at IS NULL"),
    token.c.checked_in_at.is_not(None),
    token.c.held_at.is_(None),
)
_WAS_SENT_BACK = token.c.returned_at > bindparam("since")
_NEXT_TO_CALL = _COULD_BE_CALLED.order_by(
    case((_WAS_SENT_BACK, 1), else_=0),
    case((token.c.priority == Source.EMERGENCY.priority, 0), else_=1),
    slot.c.start,
    *_RANK,
).limit(1)
_SENT_BACK = _COULD_BE_CALLED.where(_WAS_SENT_BACK).order_by(token.c.id)
_IN_THE_ROOM = _TOKENS_AND_SLOTS.where(
    *_OF_DAY, literal_column("token.status = 'ACTIVE' AND token.called_at IS NOT NULL")
).limit(1)
_SLOTS_OF_DAY = select(slot.c.id).where(*_OF_DAY).order_by(slot.c.start)
_SLOTS_BESIDE = (
    select(slot.c.id)
    .join(_GIVEN, (_GIVEN.c.doctor_id == slot.c.doctor_id) & (_GIVEN.c.date == slot.c.date))
    .where(_GIVEN.c.id == bindparam("id"), slot.c.withdrawn_at.is_(None))
    .order_by(slot.c.start)
)
_HAS_SLOTS = select(exists().where(*_OF_DOCTOR))
_OPEN_OF_DOCTOR = (
    _TOKENS_AND_SLOTS.where(*_OF_DOCTOR, _IS_OPEN).order_by(slot.c.date, slot.c.start, *_RANK).limit(bindparam("count"))
)
_OPEN_OF_SLOT = _TOKENS.where(token.c.slot_id == bindparam("slot"), _IS_OPEN).order_by(*_RANK)
# The patient's few tokens are searched, because there is no index on `replaces`.
_OF_PATIENT = _TOKENS.where(token.c.patient_id == bindparam("patient")).order_by(token.c.id)


class DayQueries:
    """A part of `UnitOfWork`: the queries about a doctor's day."""

    transaction: Transaction

    def slots_of_day(self, doctor_id: DoctorId, date: dt.date) -> list[SlotId]:
        """See `UnitOfWork`."""
        return [row[0] for row in self.transaction.rows(_SLOTS_OF_DAY, _day(doctor_id, date))]

    def slots_beside(self, slot_id: SlotId) -> list[SlotId]:
        """See `UnitOfWork`."""
        rows = self.transaction.rows(_SLOTS_BESIDE, {"id": slot_id}) if is_valid_id(slot_id) else []
        return [row[0] for row in rows]

    def in_the_room(self, doctor_id: DoctorId, date: dt.date) -> Token | None:
        """See `UnitOfWork`."""
        return self._token(_IN_THE_ROOM, _day(doctor_id, date))

    def next_to_call(self, doctor_id: DoctorId, date: dt.date, since: dt.datetime) -> Token | None:
        """See `UnitOfWork`."""
        return self._token(_NEXT_TO_CALL, _day(doctor_id, date) | {"since": write_instant(since)})

    def sent_back(self, doctor_id: DoctorId, date: dt.date, since: dt.datetime) -> list[Token]:
        """See `UnitOfWork`."""
        return self._tokens(_SENT_BACK, _day(doctor_id, date) | {"since": write_instant(since)})

    def has_slots(self, doctor_id: DoctorId) -> bool:
        """See `UnitOfWork`."""
        return bool(self.transaction.value(_HAS_SLOTS, {"doctor": doctor_id}))

    def open_tokens_of_doctor(self, doctor_id: DoctorId, count: int) -> list[Token]:
        """See `UnitOfWork`."""
        return self._tokens(_OPEN_OF_DOCTOR, {"doctor": doctor_id, "count": count})

    def open_tokens(self, slot_id: SlotId) -> list[Token]:
        """See `UnitOfWork`."""
        return self._tokens(_OPEN_OF_SLOT, {"slot": slot_id})

    def replacement_of(self, token: Token) -> Token | None:
        """See `UnitOfWork`."""
        first: dict[int, int] = {}  # of each token, the one with which its visit began
        tokens = self._tokens(_OF_PATIENT, {"patient": token.patient_id})
        for each in tokens:
            first[each.id] = first.get(each.replaces or each.id, each.id)
        alike = (each for each in tokens if each.id != token.id and first[each.id] == first[token.id])
        return next((each for each in alike if each.status.is_open), None)

    def _token(self, statement: Select[Any], values: Values) -> Token | None:
        return next(iter(self._tokens(statement, values)), None)

    def _tokens(self, statement: Select[Any], values: Values) -> list[Token]:
        return [token_of(row) for row in self.transaction.rows(statement, values)]


def _day(doctor_id: DoctorId, date: dt.date) -> dict[str, Any]:
    """Return the values that stand for a doctor's day."""
    return {"doctor": doctor_id, "date": date.isoformat()}
