"""The allocation rule: who holds a seat in a slot and who waits."""

from __future__ import annotations

import datetime as dt
from typing import Protocol

from opd_tui.domain.events import Cause, Event, Subject, TokenAllocated, TokenPreempted, TokenPromoted
from opd_tui.domain.events.tokens import NO_CHANGE, knows, to_be_told
from opd_tui.domain.model import Rank, SlotId, TokenId


class SlotQueue(Protocol):
    """A slot's open tokens, reduced to the queries that the rule needs, each of constant cost in the queue's length."""

    slot_id: SlotId
    at: dt.datetime
    """When the action took place."""

    def free_seats(self) -> int:
        """Return the capacity minus ACTIVE and COMPLETED tokens; negative after the capacity was reduced."""

    def best_waiting(self) -> Rank | None:
        """Return the best rank of all WAITING tokens, or None."""

    def weakest_seated(self) -> Rank | None:
        """Return the worst rank of all ACTIVE tokens that are not in the room, or None."""

    def to_tell_since(self, token_id: TokenId) -> dt.datetime | None:
        """Return since when the patient of a token, whose rank was just returned, has to be told of a change."""

    def is_known(self, token_id: TokenId) -> bool:
        """Return whether a seat in this slot, at its present time, is what the patient of a token knows of."""

    def record(self, event: Event) -> Event:
        """Apply an event and return it."""


def settle(queue: SlotQueue, cause: Cause) -> None:
    """Restore the allocation rule in a slot.

    Patients in the room keep their seats. The remaining seats go to the other open tokens in order of rank, which
    become ACTIVE; all others are WAITING. `cause` is the token that arrived or closed, or the slot whose capacity
    changed.
    """
    free = queue.free_seats()
    while free < 0 and (weakest := queue.weakest_seated()) is not None:
        unseat(queue, weakest.token_id, cause)
        free += 1
    while (best := queue.best_waiting()) is not None:
        arrival = Cause(Subject.TOKEN, best.token_id)
        if free < 1:
            weakest = queue.weakest_seated()
            if weakest is None or weakest < best:
                break
            unseat(queue, weakest.token_id, arrival)
            free += 1
        since = queue.to_tell_since(best.token_id)
        told = knows(since) if since and queue.is_known(best.token_id) else NO_CHANGE
        if arrival == cause:
            queue.record(TokenAllocated.of(best.token_id, queue.slot_id, None, told))
        else:
            queue.record(TokenPromoted.of(best.token_id, queue.slot_id, cause, told))
        free -= 1


def unseat(queue: SlotQueue, token_id: TokenId, cause: Cause) -> None:
    """Take the seat of a token, whose patient then has to be told."""
    since = queue.to_tell_since(token_id)
    queue.record(TokenPreempted.of(token_id, queue.slot_id, cause, to_be_told(since, queue.at)))
