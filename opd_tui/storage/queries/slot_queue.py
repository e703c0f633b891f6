"""The indexed queries of the allocation rule."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from sqlalchemy import Select, bindparam, func, literal_column, select

from opd_tui.domain.events import Event
from opd_tui.domain.instants import read_instant
from opd_tui.domain.model import Rank, Slot, TokenId
from opd_tui.storage.queries.rows import instant_or_none
from opd_tui.storage.schema.tables import SEAT_STATUSES, token
from opd_tui.storage.transaction import Transaction

# The statuses are literals, because the planner does not use a partial index for a parameter.
_IN_SLOT = token.c.slot_id == bindparam("slot")
_RANK = (token.c.priority, token.c.issued_at, token.c.id)

_SEATS_TAKEN = select(func.count()).select_from(token).where(_IN_SLOT, literal_column(f"status IN ({SEAT_STATUSES})"))
_BEST_WAITING = (
    select(*_RANK, token.c.to_tell_since)
    .where(_IN_SLOT, literal_column("status = 'WAITING'"))
    .order_by(*_RANK)
    .limit(1)
)
_WEAKEST_SEATED = (
    select(*_RANK, token.c.to_tell_since)
    .where(_IN_SLOT, literal_column("status = 'ACTIVE' AND called_at IS NULL"))
    .order_by(*(column.desc() for column in _RANK))
    .limit(1)
)


class SqlSlotQueue:
    """A slot's open tokens within a transaction; implements `SlotQueue`."""

    def __init__(self, transaction: Transaction, slot: Slot, at: dt.datetime, record: Callable[[Event], Event]) -> None:
        self.transaction = transaction
        self.slot_id = slot.id
        self.capacity = slot.capacity
        self.at = at
        self.record = record
        self._to_tell: dict[TokenId, dt.datetime | None] = {}

    def free_seats(self) -> int:
        taken: int = self.transaction.value(_SEATS_TAKEN, {"slot": self.slot_id})
        return self.capacity - taken

    def best_waiting(self) -> Rank | None:
        return self._rank(_BEST_WAITING)

    def weakest_seated(self) -> Rank | None:
        return self._rank(_WEAKEST_SEATED)

    def _rank(self, statement: Select[Any]) -> Rank | None:
        row = self.transaction.row(statement, {"slot": self.slot_id})
        if row is None:
            return None
        self._to_tell[row[2]] = instant_or_none(row[3])
        return Rank(row[0], read_instant(row[1]), row[2])

    def to_tell_since(self, token_id: TokenId) -> dt.datetime | None:
        return self._to_tell[token_id]
