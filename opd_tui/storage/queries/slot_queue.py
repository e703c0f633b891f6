"""The indexed queries of the allocation rule."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Select, bindparam, func, literal_column, select

from opd_tui.domain.events import Event
from opd_tui.domain.instants import read_instant
from opd_tui.domain.knowledge import known_place
from opd_tui.domain.model import Rank, Slot, SlotId, Status, TokenId
from opd_tui.storage.journal.history import SqlHistory
from opd_tui.storage.queries.rows import instant_or_none
from opd_tui.storage.schema.tables import SEAT_STATUSES, token
from opd_tui.storage.transaction import Transaction

# The statuses are literals, because the planner does not use a partial index for a parameter.
_IN_SLOT = token.c.slot_id == bindparam("slot")
_RANK = (token.c.priority, token.c.issued_at, token.c.id)

READ_AT_ONCE = 2
"""How many ranks are read at once: the rule usually moves the first token and then only looks at the next."""

_SEATS_TAKEN = select(func.count()).select_from(token).where(_IN_SLOT, literal_column(f"status IN ({SEAT_STATUSES})"))
_BEST_WAITING = (
    select(*_RANK, token.c.to_tell_since)
    .where(_IN_SLOT, literal_column("status = 'WAITING'"))
    .order_by(*_RANK)
    .limit(READ_AT_ONCE)
)
_WEAKEST_SEATED = (
    select(*_RANK, token.c.to_tell_since)
    .where(_IN_SLOT, literal_column("status = 'ACTIVE' AND called_at IS NULL"))
    .order_by(*(column.desc() for column in _RANK))
    .limit(READ_AT_ONCE)
)


def prefetch(transaction: Transaction, slot_id: SlotId) -> None:
    """Ask for what a slot's queue is asked first when the rule is applied to it."""
    for statement in (_SEATS_TAKEN, _BEST_WAITING, _WEAKEST_SEATED):
        transaction.prefetch(statement, {"slot": slot_id})


class FirstRanks:
    """The ranks that come first in an order: what was read of it, kept in step with what is changed since.

    They are always the exact beginning of the order. Once they are used up, they have to be read again, unless
    `complete` says that there are no others.
    """

    def __init__(self, *, weakest: bool) -> None:
        self.weakest = weakest
        self.ranks: list[Rank] = []
        self.complete = False

    def add(self, rank: Rank) -> None:
        """Add a rank, if it comes before one that is known."""
        if self.complete or (self.ranks and (self.ranks[-1] < rank) == self.weakest):
            self.ranks = sorted([*self.ranks, rank], reverse=self.weakest)

    def remove(self, rank: Rank) -> None:
        """Remove a rank, if it is known."""
        if rank in self.ranks:
            self.ranks.remove(rank)


class SqlSlotQueue:
    """A slot's open tokens within a transaction; implements `SlotQueue`.

    `events` are all those of the unit of work. The queue knows how its own change the ranks, and reads the ranks again
    after any others.
    """

    def __init__(
        self,
        transaction: Transaction,
        slot: Slot,
        at: dt.datetime,
        record: Callable[[Event], Event],
        events: Sequence[Event],
    ) -> None:
        self.transaction = transaction
        self.slot = slot
        self.slot_id = slot.id
        self.capacity = slot.capacity
        self.at = at
        self._record = record
        self._events = events
        self._forget()
        prefetch(transaction, slot.id)

    def _forget(self) -> None:
        self._waiting, self._seated = FirstRanks(weakest=False), FirstRanks(weakest=True)
        self._known: dict[int, tuple[Rank, dt.datetime | None]] = {}
        self._seen = len(self._events)

    def free_seats(self) -> int:
        taken: int = self.transaction.value(_SEATS_TAKEN, {"slot": self.slot_id})
        return self.capacity - taken

    def best_waiting(self) -> Rank | None:
        if self._seen != len(self._events):
            self._forget()
        return self._first(self._waiting, _BEST_WAITING)

    def weakest_seated(self) -> Rank | None:
        if self._seen != len(self._events):
            self._forget()
        return self._first(self._seated, _WEAKEST_SEATED)

    def _first(self, known: FirstRanks, statement: Select[Any]) -> Rank | None:
        if not known.ranks and not known.complete:
            rows = self.transaction.rows(statement, {"slot": self.slot_id})
            known.complete = len(rows) < READ_AT_ONCE
            known.ranks = [Rank(row[0], read_instant(row[1]), row[2]) for row in rows]
            told = (instant_or_none(row[3]) for row in rows)
            self._known |= {rank.token_id: (rank, since) for rank, since in zip(known.ranks, told, strict=True)}
        return next(iter(known.ranks), None)

    def to_tell_since(self, token_id: TokenId) -> dt.datetime | None:
        return self._known[token_id][1]

    def is_known(self, token_id: TokenId) -> bool:
        known = known_place(SqlHistory(self.transaction), token_id)
        return known is not None and known.is_same(self.slot, Status.ACTIVE)

    def record(self, event: Event) -> Event:
        in_step = self._seen == len(self._events) and event.subject_id in self._known
        recorded = self._record(event)
        if in_step:
            self._move(event)
            self._seen = len(self._events)
        return recorded

    def _move(self, event: Event) -> None:
        """Move a token between those who wait and those who are seated, as the event does."""
        rank, since = self._known[event.subject_id]
        if "to_tell_since" in event.after:
            since = instant_or_none(event.after["to_tell_since"])
        self._known[event.subject_id] = rank, since
        waits = event.after["status"] == Status.WAITING.name
        leaves, enters = (self._seated, self._waiting) if waits else (self._waiting, self._seated)
        leaves.remove(rank)
        enters.add(rank)
