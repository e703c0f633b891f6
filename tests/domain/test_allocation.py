"""The allocation rule on a queue in memory."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace

from hypothesis import given
from hypothesis import strategies as st

from opd_tui.domain.allocation import settle
from opd_tui.domain.events import (
    Cause,
    Event,
    Subject,
    TokenAllocated,
    TokenEvent,
    TokenPreempted,
    TokenPromoted,
)
from opd_tui.domain.instants import read_instant
from opd_tui.domain.model import Rank, SlotId, Status, TokenId

NINE = dt.datetime(2026, 11, 22, 3, 30, tzinfo=dt.UTC)


@dataclass
class Standing:
    """A token in the queue."""

    rank: Rank
    status: Status = Status.WAITING
    in_the_room: bool = False
    to_tell_since: str | None = None


@dataclass
class PlainQueue:
    """A slot's tokens in memory."""

    capacity: int
    tokens: dict[int, Standing] = field(default_factory=dict)
    slot_id: SlotId = SlotId(1)
    at: dt.datetime = NINE
    moves: list[TokenEvent] = field(default_factory=list)

    def free_seats(self) -> int:
        return self.capacity - sum(token.status.holds_seat for token in self.tokens.values())

    def best_waiting(self) -> Rank | None:
        return min((t.rank for t in self.tokens.values() if t.status is Status.WAITING), default=None)

    def weakest_seated(self) -> Rank | None:
        movable = (t.rank for t in self.tokens.values() if t.status is Status.ACTIVE and not t.in_the_room)
        return max(movable, default=None)

    def to_tell_since(self, token_id: TokenId) -> dt.datetime | None:
        since = self.tokens[token_id].to_tell_since
        return read_instant(since) if since else None

    def is_known(self, token_id: TokenId) -> bool:
        return True

    def record(self, event: Event) -> Event:
        assert isinstance(event, TokenEvent)
        token = self.tokens[event.subject_id]
        assert event.before is not None
        assert event.before.get("to_tell_since", token.to_tell_since) == token.to_tell_since
        token.to_tell_since = event.after.get("to_tell_since", token.to_tell_since)
        assert (token.to_tell_since is not None) == (event.to_status is Status.WAITING), "who lost a seat is to be told"
        assert not token.in_the_room
        assert token.status is event.from_status
        assert event.to_status is not None
        token.status = event.to_status
        assert event.to_status is Status.WAITING or self.free_seats() >= 0, "too many seats, if only for a moment"
        moved = {"status": event.from_status.name}, {"status": event.to_status.name}
        self.moves.append(replace(event, before=moved[0], after=moved[1]))
        return event

    def settle(self, cause: Cause) -> list[TokenEvent]:
        """Restore the rule and return the events."""
        self.moves = []
        settle(self, cause)
        return self.moves

    def arrive(self, priority: int, minute: int = 0) -> list[TokenEvent]:
        """Add a token and restore the rule."""
        token_id = TokenId(len(self.tokens) + 1)
        self.tokens[token_id] = Standing(Rank(priority, NINE + dt.timedelta(minutes=minute), token_id))
        return self.settle(token(token_id))

    def close(self, token_id: int, status: Status) -> list[TokenEvent]:
        """Close a token and restore the rule."""
        self.tokens[token_id].status = status
        return self.settle(token(token_id))

    def resize(self, capacity: int) -> list[TokenEvent]:
        """Change the capacity and restore the rule."""
        self.capacity = capacity
        return self.settle(SLOT)

    def in_use(self) -> int:
        """Return how many tokens are completed or in the room, the lower limit of the capacity."""
        return sum(t.status is Status.COMPLETED or t.in_the_room for t in self.tokens.values() if t.status.holds_seat)

    def seated(self) -> set[int]:
        return {id_ for id_, token in self.tokens.items() if token.status is Status.ACTIVE}

    def seated_from_scratch(self) -> set[int]:
        """Return the tokens that are ACTIVE by the definition of the rule."""
        standing = {id_: token for id_, token in self.tokens.items() if token.status.is_open}
        room = {id_ for id_, token in standing.items() if token.in_the_room}
        others = sorted(standing.keys() - room, key=lambda id_: standing[id_].rank)
        completed = sum(token.status is Status.COMPLETED for token in self.tokens.values())
        return room | set(others[: self.capacity - completed - len(room)])


SLOT = Cause(Subject.SLOT, 1)


def token(token_id: int) -> Cause:
    """Return a token as the cause of a move."""
    return Cause(Subject.TOKEN, token_id)


def test_an_arrival_that_finds_a_free_seat_takes_it() -> None:
    queue = PlainQueue(1)
    assert queue.arrive(5) == [TokenAllocated.of(TokenId(1), SlotId(1), None)]


def test_an_equal_that_arrives_later_waits() -> None:
    queue = PlainQueue(1)
    queue.arrive(4)
    assert queue.arrive(4, minute=1) == []
    assert queue.seated() == {1}


def test_among_the_weakest_the_latest_issued_is_preempted_before_its_successor_is_seated() -> None:
    queue = PlainQueue(3)
    for priority, minute in ((4, 0), (4, 5), (1, 9)):
        queue.arrive(priority, minute)
    assert queue.arrive(2, minute=10) == [
        TokenPreempted.of(TokenId(2), SlotId(1), token(4)),
        TokenAllocated.of(TokenId(4), SlotId(1), None),
    ]


def test_equal_instants_fall_back_on_the_id() -> None:
    queue = PlainQueue(2)
    for _ in range(3):
        queue.arrive(4)
    assert queue.seated() == {1, 2}
    queue.arrive(1)
    assert queue.seated() == {1, 4}
    assert [move.subject_id for move in queue.close(4, Status.CANCELLED)] == [2]


def test_a_seat_that_becomes_free_goes_to_the_best_who_waits() -> None:
    queue = PlainQueue(1)
    for priority in (3, 5, 4, 4):
        queue.arrive(priority)
    assert queue.close(1, Status.NO_SHOW) == [TokenPromoted.of(TokenId(3), SlotId(1), token(1))]


def test_a_completed_consultation_has_used_its_seat() -> None:
    queue = PlainQueue(1)
    queue.arrive(4)
    queue.arrive(4)
    assert queue.close(1, Status.COMPLETED) == []
    assert queue.arrive(1) == []
    assert queue.seated() == set()


def test_who_is_in_the_room_keeps_the_seat_and_the_next_weakest_leaves() -> None:
    queue = PlainQueue(2)
    queue.arrive(5)
    queue.arrive(5)
    queue.tokens[2].in_the_room = True
    assert [move.subject_id for move in queue.arrive(1)] == [1, 3]
    assert queue.arrive(1) == [], "only an equal could leave"
    queue.tokens[3].in_the_room = True
    queue.arrive(1)
    assert queue.seated() == {2, 3}


def test_an_earlier_instant_entered_late_takes_the_place_of_an_equal() -> None:
    queue = PlainQueue(1)
    queue.arrive(4, minute=10)
    assert [(move.subject_id, move.reason) for move in queue.arrive(4, minute=5)] == [
        (1, "preempted"),
        (2, "allocated"),
    ]


def test_more_seats_promote_and_fewer_unseat_the_weakest_without_a_token_that_caused_it() -> None:
    queue = PlainQueue(1)
    for priority in (4, 3, 5):
        queue.arrive(priority)
    assert queue.resize(3) == [TokenPromoted.of(TokenId(n), SlotId(1), SLOT) for n in (1, 3)]
    assert queue.resize(1) == [TokenPreempted.of(TokenId(n), SlotId(1), SLOT) for n in (3, 1)]
    assert queue.moves[0].because_of is None


arrivals = st.tuples(st.just("arrive"), st.integers(1, 5), st.integers(0, 5))
closings = st.tuples(
    st.just("close"), st.integers(0, 30), st.sampled_from([Status.CANCELLED, Status.NO_SHOW, Status.COMPLETED])
)
calls = st.tuples(st.just("call"), st.integers(0, 30), st.none())
resizings = st.tuples(st.just("resize"), st.integers(1, 6), st.none())


@given(st.integers(1, 4), st.lists(st.one_of(arrivals, arrivals, closings, calls, resizings), max_size=40))
def test_whatever_the_path_the_seats_are_those_of_sorting_from_scratch(
    capacity: int, events: list[tuple[str, int, object]]
) -> None:
    queue = PlainQueue(capacity)
    for what, number, detail in events:
        moves = happen(queue, what, number, detail)
        assert queue.seated() == queue.seated_from_scratch()
        reasons = [move.reason for move in moves]
        assert what == "resize" or reasons.count("preempted") <= (what == "arrive"), "one arrival preempts at most one"
        assert what == "resize" or reasons.count("promoted") <= (what == "close"), "one closing promotes at most one"


def happen(queue: PlainQueue, what: str, number: int, detail: object) -> list[TokenEvent]:
    """Perform one step; closing or calling a token that does not allow it does nothing."""
    if what == "arrive":
        assert isinstance(detail, int)
        return queue.arrive(number, detail)
    if what == "resize":
        return queue.resize(max(number, queue.in_use()))
    if what == "call":
        if number in queue.seated():
            queue.tokens[number].in_the_room = True
        return []
    standing, status = queue.tokens.get(number), detail
    assert isinstance(status, Status)
    if standing is None or not (
        standing.status is Status.ACTIVE or (standing.status, status) == (Status.WAITING, Status.CANCELLED)
    ):
        return []
    return queue.close(number, status)


@given(st.data())
def test_the_rule_is_restored_from_any_state_that_fits_the_capacity(data: st.DataObject) -> None:
    queue = PlainQueue(data.draw(st.integers(1, 4)))
    for _ in range(data.draw(st.integers(1, 12))):
        rank = Rank(data.draw(st.integers(1, 5)), NINE, TokenId(len(queue.tokens) + 1))
        queue.tokens[rank.token_id] = standing = Standing(rank)
        if queue.free_seats() > 0:
            standing.status = data.draw(st.sampled_from([Status.WAITING, Status.ACTIVE, Status.COMPLETED]))
            standing.in_the_room = standing.status is Status.ACTIVE and data.draw(st.booleans())
    queue.settle(token(1))
    assert queue.seated() == queue.seated_from_scratch()
