"""The one rule: who holds a seat in a slot, and who waits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from opd_tui.domain.model import Rank, Reason, Status, TokenId


@dataclass(frozen=True, slots=True)
class Move:
    """One token's change of status, with its reason and the token that caused it."""

    token_id: TokenId
    from_status: Status | None
    to_status: Status
    reason: Reason
    because_of: TokenId | None = None


class SlotQueue(Protocol):
    """A slot's open tokens, asked only for what the rule needs; every answer costs the same at any length."""

    def free_seats(self) -> int:
        """Capacity less ACTIVE and COMPLETED tokens."""

    def best_waiting(self) -> Rank | None:
        """The WAITING token that ranks first."""

    def weakest_seated(self) -> Rank | None:
        """The ACTIVE token not in the room that ranks last."""

    def seat(self, token_id: TokenId) -> None:
        """WAITING becomes ACTIVE."""

    def unseat(self, token_id: TokenId) -> None:
        """ACTIVE becomes WAITING."""


def settle(queue: SlotQueue, cause: TokenId) -> tuple[Move, ...]:
    """Restore the one rule in a slot and return the moves, in order.

    Those in the room keep their seats; the first of the others by rank, as many as there are seats left, are
    ACTIVE, and the rest are WAITING. `cause` is the token whose arrival or closing made this necessary.
    """
    moves: list[Move] = []
    free = queue.free_seats()
    while (best := queue.best_waiting()) is not None:
        if free < 1:
            weakest = queue.weakest_seated()
            if weakest is None or weakest < best:
                break
            queue.unseat(weakest.token_id)
            free += 1
            moves.append(
                Move(
                    weakest.token_id,
                    Status.ACTIVE,
                    Status.WAITING,
                    Reason.PREEMPTED,
                    because_of=best.token_id,
                )
            )
        queue.seat(best.token_id)
        free -= 1
        arrived = best.token_id == cause
        reason = Reason.ALLOCATED if arrived else Reason.PROMOTED
        moves.append(Move(best.token_id, Status.WAITING, Status.ACTIVE, reason, because_of=None if arrived else cause))
    return tuple(moves)
