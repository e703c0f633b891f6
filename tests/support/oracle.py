"""A second, independent implementation of the desk's rules, which answers every question by sorting from scratch.

It shares no code with the program, so that the two can only agree by following the same rules.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

PRIORITIES = {"EMERGENCY": 1, "PAID": 2, "FOLLOWUP": 3, "ONLINE": 4, "WALKIN": 5}
CLOSINGS = {
    "cancel_token": ("CANCELLED", "cancelled"),
    "mark_no_show": ("NO_SHOW", "no_show"),
    "complete_token": ("COMPLETED", "completed"),
}

Move = tuple[int, str | None, str, str, int | None]
"""Token, from status, to status, reason, causing token."""


@dataclass(frozen=True)
class Person:
    """A patient's normalized identity, however their name and numbers were written."""

    name: str
    phone: str | None = None
    uhid: str | None = None
    born: int | None = None

    def is_same_as(self, other: Person) -> bool:
        if self.uhid and other.uhid:
            return self.uhid == other.uhid
        if not (self.phone and other.phone) or (self.name, self.phone) != (other.name, other.phone):
            return False
        return not (self.born and other.born) or abs(self.born - other.born) <= 1


@dataclass
class OracleToken:
    """The fields of a token that the rules depend on."""

    id: int
    number: str
    slot: int
    person: Person
    source: str
    issued_at: dt.datetime
    closed_as: str | None = None
    in_the_room: bool = False

    @property
    def rank(self) -> tuple[int, dt.datetime, int]:
        return PRIORITIES[self.source], self.issued_at, self.id


@dataclass
class OracleSlot:
    """A slot with every token ever issued for it; numbers count per doctor's code and date."""

    code: str
    date: str
    capacity: int
    tokens: list[OracleToken] = field(default_factory=list)


@dataclass
class Oracle:
    """The expected state of the desk: every slot and token."""

    slots: dict[int, OracleSlot] = field(default_factory=dict)
    tokens: dict[int, OracleToken] = field(default_factory=dict)

    def statuses(self, slot: int) -> dict[int, str]:
        """Return the status of each token by the one rule: seats go to tokens by rank."""
        tokens = self.slots[slot].tokens
        standing = [token for token in tokens if token.closed_as is None]
        in_the_room = [token for token in standing if token.in_the_room]
        others = sorted((token for token in standing if not token.in_the_room), key=lambda token: token.rank)
        completed = sum(token.closed_as == "COMPLETED" for token in tokens)
        seats_left = self.slots[slot].capacity - completed - len(in_the_room)
        seated = {token.id for token in in_the_room + others[:seats_left]}
        return {token.id: token.closed_as or ("ACTIVE" if token.id in seated else "WAITING") for token in tokens}

    def in_order(self, slot: int) -> list[OracleToken]:
        """Return a slot's tokens in list order: seated, waiting, then closed."""
        statuses = self.statuses(slot)
        by_rank = sorted(self.slots[slot].tokens, key=lambda token: token.rank)
        by_id = sorted(self.slots[slot].tokens, key=lambda token: token.id)
        return [
            token
            for status in ("ACTIVE", "WAITING", "COMPLETED", "NO_SHOW", "CANCELLED")
            for token in (by_rank if status in ("ACTIVE", "WAITING") else by_id)
            if statuses[token.id] == status
        ]

    def state(self) -> dict[int, tuple[str, int, str, str, str]]:
        """Return number, slot, source, `issued_at` and status of every token."""
        statuses = {id_: status for slot in self.slots for id_, status in self.statuses(slot).items()}
        return {
            token.id: (token.number, token.slot, token.source, written(token.issued_at), statuses[token.id])
            for token in self.tokens.values()
        }

    def why_not_issue(
        self, slot: int, source: str, person: Person, at: dt.datetime | None, now: dt.datetime
    ) -> set[str]:
        """Every class of refusal that applies; none means that it must be done."""
        why = refused_instant(at, now)
        if slot not in self.slots:
            return why | {"UnknownSlot"}
        if source == "EMERGENCY":
            return why
        here = [token for token in self.slots[slot].tokens if token.closed_as is None]
        return why | {"DuplicatePatient" for token in here if token.person.is_same_as(person)}

    def issue(
        self,
        slot: int,
        source: str,
        person: Person,
        at: dt.datetime | None,
        now: dt.datetime,
        id_: int | None = None,
    ) -> list[Move]:
        """Issue the next token and return the expected moves; `id_` is needed on a server, whose ids have gaps."""
        before = self.statuses(slot)
        here = self.slots[slot]
        same_day = [other for other in self.slots.values() if (other.code, other.date) == (here.code, here.date)]
        id_ = id_ or len(self.tokens) + 1
        number = f"{here.code}-{sum(len(other.tokens) for other in same_day) + 1:03}"
        issued_at = at if at is not None else max([now, *(token.issued_at for token in here.tokens)])
        self.tokens[id_] = OracleToken(id_, number, slot, person, source, issued_at)
        here.tokens.append(self.tokens[id_])
        after = self.statuses(slot)
        lost = [other for other in before if (before[other], after[other]) == ("ACTIVE", "WAITING")]
        moves: list[Move] = [(id_, None, "WAITING", "issued", None)]
        moves += [(other, "ACTIVE", "WAITING", "preempted", id_) for other in lost]
        if after[id_] == "ACTIVE":
            moves.append((id_, "WAITING", "ACTIVE", "allocated", None))
        return moves

    def why_not_close(self, verb: str, token: int, at: dt.datetime | None, now: dt.datetime) -> set[str]:
        """Every class of refusal that applies; none means that it must be done."""
        why = refused_instant(at, now)
        if token not in self.tokens:
            return why | {"UnknownToken"}
        if at is not None and at != now and at < self.tokens[token].issued_at:
            why.add("InvalidAction")
        status = self.statuses(self.tokens[token].slot)[token]
        if status not in ("ACTIVE", "WAITING"):
            why.add("TokenAlreadyClosed")
        if status == "WAITING" and verb != "cancel_token":
            why.add("TokenHoldsNoSeat")
        if status == "ACTIVE" and verb == "mark_no_show" and self.tokens[token].in_the_room:
            why.add("TokenInTheRoom")
        return why

    def close(self, verb: str, token: int) -> list[Move]:
        """Close a token and return the expected moves."""
        slot = self.tokens[token].slot
        before = self.statuses(slot)
        closed_as, reason = CLOSINGS[verb]
        self.tokens[token].closed_as = closed_as
        after = self.statuses(slot)
        gained = [other for other in before if (before[other], after[other]) == ("WAITING", "ACTIVE")]
        moves: list[Move] = [(token, before[token], closed_as, reason, None)]
        return moves + [(other, "WAITING", "ACTIVE", "promoted", token) for other in gained]


def refused_instant(at: dt.datetime | None, now: dt.datetime) -> set[str]:
    """Return the refusal of an `at` that is in the future or before 1970."""
    return {"InvalidAction"} if at is not None and (at > now or at.year < 1970) else set()


def written(instant: dt.datetime) -> str:
    """Return an instant in the journal's format."""
    return instant.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
