"""The oracle's second half: who is here, called, held, moved, reinstated, carried over and told in the course of a day.

Like the first half it shares no code with the program. Undo is the memory of what was before.
"""

from __future__ import annotations

import copy
import datetime as dt
from dataclasses import dataclass, field

from tests.support.oracle import Oracle, OracleSlot, OracleToken

RECENT = dt.timedelta(minutes=5)


@dataclass
class DaySlot(OracleSlot):
    """A slot with its start, by which a doctor's slots are ordered, and whether it takes new tokens."""

    start: str = ""
    closed: bool = False


@dataclass
class Facts:
    """What is known of a token besides its place in the queue."""

    here: bool = False
    held: str | None = None
    to_tell: bool = False
    knows: tuple[int, int, bool] | None = None
    """What a patient knows who has to be told of news: the slot, how late it is, and whether there is a seat."""
    sent_back: dt.datetime | None = None
    replaced_by: tuple[int, ...] = ()


@dataclass
class DayOracle(Oracle):
    """The expected state of a day; `past` is what it was before each action that can be undone."""

    facts: dict[int, Facts] = field(default_factory=dict)
    past: list[DayOracle] = field(default_factory=list)

    # What the oracle is asked

    def standing(self) -> dict[int, tuple[bool, bool, str | None, bool]]:
        """Return of every token whether it is here, in the room, on hold for a reason, and to be told."""
        return {
            id_: (self.facts[id_].here, token.in_the_room and token.closed_as is None, self.facts[id_].held, tell)
            for id_, token in self.tokens.items()
            for tell in [self.facts[id_].to_tell]
        }

    def status(self, token: int) -> str:
        return self.statuses(self.tokens[token].slot)[token]

    def is_open(self, token: int) -> bool:
        return self.tokens[token].closed_as is None

    def inside(self, code: str, date: str) -> int | None:
        """Who is in the room of a doctor."""
        day = [slot for slot in self.slots.values() if (slot.code, slot.date) == (code, date)]
        found = [t.id for slot in day for t in slot.tokens if t.in_the_room and t.closed_as is None]
        assert len(found) <= 1
        return found[0] if found else None

    def same_person_in(self, slot: int, token: int) -> bool:
        """Whether the person of a token that is no emergency has an open token in a slot."""
        mine = self.tokens[token]
        others = [t for t in self.slots[slot].tokens if t.id != token and t.closed_as is None]
        return mine.source != "EMERGENCY" and any(t.person.is_same_as(mine.person) for t in others)

    def day_of(self, slot: int) -> tuple[str, str]:
        return self.slots[slot].code, self.slots[slot].date

    # What happens

    def remember(self) -> None:
        """Keep what is now, for undo."""
        past, self.past = self.past, []
        past.append(copy.deepcopy(self))
        self.past = past

    def undo(self) -> None:
        """Go back to what was before the last action; tokens that it issued are closed."""
        before, newer = self.past.pop(), self.tokens
        for id_, token in newer.items():
            if id_ not in before.tokens:
                before.tokens[id_] = OracleToken(
                    id_, token.number, token.slot, token.person, token.source, token.issued_at, "CANCELLED"
                )
                before.slots[token.slot].tokens.append(before.tokens[id_])
                before.facts[id_] = Facts(here=self.facts[id_].here)
        self.slots, self.tokens, self.facts = before.slots, before.tokens, before.facts

    def all_statuses(self) -> dict[int, str]:
        return {id_: status for slot in self.slots for id_, status in self.statuses(slot).items()}

    def tell(self, before: dict[int, str], *moved: int) -> None:
        """Who lost a seat has to be told, who has one again need not, and who was moved has to be."""
        for id_, now in self.all_statuses().items():
            if (before.get(id_), now) == ("ACTIVE", "WAITING"):
                self.news(id_)
            elif now == "ACTIVE" and before.get(id_) != "ACTIVE":
                knows = self.facts[id_].knows
                self.facts[id_].to_tell &= knows is None or knows[:2] != self.place(id_)[:2]
        for id_ in moved:
            self.news(id_)

    def news(self, token: int) -> None:
        """Note that a patient has to be told, who knows where the token was before the action."""
        mine = self.facts[token]
        if not mine.to_tell:
            was_there = self.past and token in self.past[-1].tokens
            mine.to_tell, mine.knows = True, self.past[-1].place(token) if was_there else None

    def place(self, token: int) -> tuple[int, int, bool]:
        """Where a token is: its slot, how late that is, and whether it has a seat."""
        slot = self.tokens[token].slot
        return slot, getattr(self.slots[slot], "delay", 0), self.status(token) == "ACTIVE"

    def arrived(self, token: int, source: str, today: str) -> None:
        """Note what is known of a token that was just issued: nobody is here for a day that has not come."""
        day = self.slots[self.tokens[token].slot].date
        self.facts[token] = Facts(here=source in ("EMERGENCY", "WALKIN") and day <= today)

    def why_not_call(self, token: int) -> set[str]:
        if not self.is_open(token):
            return {"TokenAlreadyClosed"}
        mine = self.tokens[token]
        inside = self.inside(*self.day_of(mine.slot))
        if inside == token:
            return {"NothingToChange"}
        return (
            {"TokenHoldsNoSeat" for _ in [0] if self.status(token) == "WAITING"}
            | {"PatientNotHere" for _ in [0] if not self.facts[token].here}
            | {"RoomOccupied" for _ in [0] if inside is not None}
        )

    def call(self, token: int) -> None:
        self.tokens[token].in_the_room = True
        self.facts[token].held = self.facts[token].sent_back = None

    def send_back(self, token: int, now: dt.datetime) -> None:
        before = self.all_statuses()
        self.tokens[token].in_the_room = False
        self.facts[token].sent_back = now
        self.tell(before)

    def next_in(self, code: str, date: str, now: dt.datetime) -> int | None:
        """Whom a doctor calls next: of those who could be, all in one list, sorted."""
        day = [slot for slot in self.slots.values() if (slot.code, slot.date) == (code, date)]
        assert all(isinstance(slot, DaySlot) for slot in day)
        could = [
            (token.source != "EMERGENCY", slot.start, token.rank, token.id)  # type: ignore[attr-defined]
            for slot in day
            for token in slot.tokens
            if token.closed_as is None and self.status(token.id) == "ACTIVE" and not token.in_the_room
            if self.facts[token.id].here and self.facts[token.id].held is None
        ]
        turns = [token for *_, token in sorted(could)]
        late = [token for token in turns if (back := self.facts[token].sent_back) and now - back < RECENT]
        chosen = next((token for token in turns if token not in late), next(iter(turns), None))
        if chosen is not None and chosen not in late:
            for token in turns[: turns.index(chosen)]:
                self.facts[token].sent_back = None
        return chosen

    def close_one(self, token: int, closed_as: str) -> None:
        before = self.all_statuses()
        self.tokens[token].closed_as = closed_as
        self.facts[token].held = None
        self.tell(before)

    def change_source(self, token: int, source: str) -> None:
        before = self.all_statuses()
        self.tokens[token].source = source
        self.tell(before)

    def reinstate(self, token: int, issued_at: dt.datetime) -> None:
        before = self.all_statuses()
        mine = self.tokens[token]
        mine.closed_as, mine.in_the_room, mine.issued_at = None, False, issued_at
        self.tell(before)

    def latest(self, slot: int, now: dt.datetime) -> dt.datetime:
        """When a token that arrives now joins a slot's queue."""
        return max([now, *(token.issued_at for token in self.slots[slot].tokens)])

    def move(self, tokens: list[int], slot: int, issued_at: dt.datetime | None) -> None:
        """Move tokens within a doctor's day, with their places or as new."""
        before = self.all_statuses()
        for token in tokens:
            mine = self.tokens[token]
            self.slots[mine.slot].tokens.remove(mine)
            mine.slot, mine.issued_at = slot, issued_at or mine.issued_at
            self.slots[slot].tokens.append(mine)
        self.tell(before, *tokens)

    def move_away(self, token: int, slot: int, issued_at: dt.datetime, id_: int) -> None:
        """Close a token, and issue another one for the same patient elsewhere."""
        before, mine = self.all_statuses(), self.tokens[token]
        here = self.slots[slot]
        same_day = [other for other in self.slots.values() if (other.code, other.date) == (here.code, here.date)]
        number = f"{here.code}-{sum(len(other.tokens) for other in same_day) + 1:03}"
        self.tokens[id_] = OracleToken(id_, number, slot, mine.person, mine.source, issued_at)
        here.tokens.append(self.tokens[id_])
        old = self.facts[token]
        stays_here = old.here and here.date == self.slots[mine.slot].date
        self.facts[id_] = Facts(here=stays_here)
        mine.closed_as, old.held, old.to_tell, old.replaced_by = "CANCELLED", None, False, (*old.replaced_by, id_)
        self.tell(before, id_)

    def resize(self, slot: int, capacity: int) -> None:
        before = self.all_statuses()
        self.slots[slot].capacity = capacity
        self.tell(before)

    def in_use(self, slot: int) -> int:
        """How many seats of a slot are completed or in the room."""
        tokens = self.slots[slot].tokens
        return sum(t.closed_as == "COMPLETED" or (t.closed_as is None and t.in_the_room) for t in tokens)

    def next_slot(self, slot: int) -> int | None:
        """The doctor's next slot of the day that is not closed."""
        later = [
            (other.start, id_)  # type: ignore[attr-defined]
            for id_, other in self.slots.items()
            if self.day_of(id_) == self.day_of(slot) and other.start > self.slots[slot].start  # type: ignore[attr-defined]
            if not other.closed  # type: ignore[attr-defined]
        ]
        return min(later)[1] if later else None

    def waiting(self, slot: int) -> list[int]:
        """Who waits in a slot, best rank first."""
        waiting = [t for t in self.slots[slot].tokens if self.statuses(slot)[t.id] == "WAITING"]
        return [token.id for token in sorted(waiting, key=lambda token: token.rank)]
