"""The one rule: who holds a seat in a slot, and who waits."""

from __future__ import annotations

from typing import Protocol

from opd_tui.domain.events import Cause, Event, Subject, TokenAllocated, TokenPreempted, TokenPromoted
from opd_tui.domain.model import Rank, SlotId


class SlotQueue(Protocol):
    """A slot's open tokens, asked only for what the rule needs; every answer costs the same at any length."""

    slot_id: SlotId

    def free_seats(self) -> int:
        """Return the capacity less ACTIVE and COMPLETED tokens; below zero after the capacity was lowered."""

    def best_waiting(self) -> Rank | None:
        """Return the WAITING token that ranks first."""

    def weakest_seated(self) -> Rank | None:
        """Return the ACTIVE token not in the room that ranks last."""

    def record(self, event: Event) -> Event:
        """Apply a move."""


def settle(queue: SlotQueue, cause: Cause) -> None:
    """Restore the one rule in a slot.

    Those in the room keep their seats; the first of the others by rank, as many as there are seats left, are
    ACTIVE, and the rest are WAITING. `cause` is what made this necessary: the token that arrived or closed, or the
    slot whose seats became more or fewer.
    """
    free = queue.free_seats()
    while free < 0 and (weakest := queue.weakest_seated()) is not None:
        queue.record(TokenPreempted.of(weakest.token_id, queue.slot_id, cause))
        free += 1
    while (best := queue.best_waiting()) is not None:
        arrival = Cause(Subject.TOKEN, best.token_id)
        if free < 1:
            weakest = queue.weakest_seated()
            if weakest is None or weakest < best:
                break
            queue.record(TokenPreempted.of(weakest.token_id, queue.slot_id, arrival))
            free += 1
        if arrival == cause:
            queue.record(TokenAllocated.of(best.token_id, queue.slot_id, None))
        else:
            queue.record(TokenPromoted.of(best.token_id, queue.slot_id, cause))
        free -= 1
