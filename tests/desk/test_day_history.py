"""Long random days, compared with the oracle after every action: who is seated, here, called, away and to be told."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from collections.abc import Callable

import pytest

from opd_tui.clock import FixedClock
from opd_tui.desk import actions
from opd_tui.desk.actions import Action
from opd_tui.desk.outcome import Outcome
from opd_tui.domain.errors import DeskRefusal
from opd_tui.domain.model import EmergencyReason, HoldReason, Source
from tests.conftest import NINE, ZONE
from tests.support.day_oracle import DayOracle, DaySlot
from tests.support.helpers import DATE, add_doctor, open_slot, token_of
from tests.support.memory_desk import MemoryDesk
from tests.support.oracle import CLOSINGS, PRIORITIES, Person, written

SLOTS = (("A", "09:00", 1), ("A", "10:00", 2), ("B", "09:00", 3), ("B", "11:00", 1))
DOCTORS = {"A": 1, "B": 2}
PEOPLE = [Person("asha", "9876543210"), Person("ravi", "9876543210")]


class Day:
    """A desk without a database beside the oracle; `done` counts what was not refused."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.clock = FixedClock(NINE)
        self.desk = MemoryDesk(self.clock, ZONE)
        self.oracle = DayOracle()
        self.done: Counter[str] = Counter()
        for code in DOCTORS:
            add_doctor(self.desk, f"Dr {code}", code=code)
        for code, start, capacity in SLOTS:
            slot = open_slot(self.desk, DOCTORS[code], start, f"{int(start[:2]) + 1}:00", capacity)
            self.oracle.slots[slot] = DaySlot(code, DATE, capacity, start=start)

    def act(self, action: Action, why_not: set[str], then: Callable[[Outcome], object]) -> None:
        """Perform an action; the oracle agrees that it is refused, for one of its reasons, or does the same."""
        outcome = result_of(self.desk, action)
        if isinstance(outcome, DeskRefusal):
            assert outcome.code in why_not, (action, outcome, why_not)
        else:
            assert not why_not, (action, outcome.sentence, why_not)
            if action.verb != "undo":
                self.oracle.remember()
            then(outcome)
            self.done[action.verb] += 1
        self.agree(action)

    def agree(self, action: Action) -> None:
        """See that desk and oracle know the same of every token."""
        tokens = [record.token for record in self.desk.token_list()]
        state = {
            token.id: (token.number, token.slot_id, token.source.name, written(token.issued_at), token.status.name)
            for token in tokens
        }
        assert state == self.oracle.state(), action
        standing = {
            token.id: (
                token.checked_in_at is not None,
                token.in_the_room,
                token.hold_reason and token.hold_reason.name,
                token.to_tell_since is not None,
            )
            for token in tokens
        }
        assert standing == self.oracle.standing(), action

    @property
    def now(self) -> dt.datetime:
        return self.clock.now()

    def token(self) -> int:
        return self.dice.choice(sorted(self.oracle.tokens))

    def slot(self) -> int:
        return self.dice.choice(sorted(self.oracle.slots))

    def slot_is_closed(self, slot: int) -> bool:
        closed: bool = self.oracle.slots[slot].closed  # type: ignore[attr-defined]
        return closed

    # What is done

    def issue(self) -> None:
        slot, source = self.slot(), self.dice.choice(sorted(PRIORITIES))
        person = self.dice.choice([*PEOPLE, *(Person(f"p{number}") for number in range(50, 99))])
        why = self.oracle.why_not_issue(slot, source, person, None, self.now)
        why |= {"SlotClosed"} if self.slot_is_closed(slot) else set()
        patient = {"name": person.name} | ({"phone": person.phone} if person.phone else {})

        def then(outcome: Outcome) -> None:
            before, new = self.oracle.all_statuses(), token_of(outcome)
            self.oracle.issue(slot, source, person, None, self.now, new)
            self.oracle.arrived(new, source)
            self.oracle.tell(before)

        self.act(actions.IssueToken(slot=slot, patient=patient, source=source), why, then)

    def check_in(self) -> None:
        token = self.token()
        why = set() if self.oracle.is_open(token) else {"TokenAlreadyClosed"}
        why |= {"AlreadyCheckedIn"} if self.oracle.facts[token].here else set()
        self.act(actions.CheckInToken(token=token), why, lambda _: self.set(token, here=True))

    def set(self, token: int, **facts: object) -> None:
        for name, value in facts.items():
            setattr(self.oracle.facts[token], name, value)

    def call(self) -> None:
        token = self.token()
        why = self.oracle.why_not_call(token)
        self.act(actions.CallToken(token=token), why, lambda _: self.oracle.call(token))

    def send_back(self) -> None:
        token = self.token()
        inside = self.oracle.tokens[token].in_the_room
        why = {"TokenAlreadyClosed"} if not self.oracle.is_open(token) else set() if inside else {"NothingToChange"}
        self.act(actions.ReturnToken(token=token), why, lambda _: self.oracle.send_back(token, self.now))

    def call_next(self, *, completing: bool = False) -> None:
        code = self.dice.choice(sorted(DOCTORS))
        inside = self.oracle.inside(code, DATE)
        past = self.oracle
        self.oracle.remember()
        before = self.oracle.past.pop()
        closes = inside if completing else None
        if closes is not None:
            past.close_one(closes, "COMPLETED")
        chosen = past.next_in(code, DATE, self.now)
        self.oracle.slots, self.oracle.tokens, self.oracle.facts = before.slots, before.tokens, before.facts
        why = {"NobodyToCall"} if chosen is None and closes is None else set()
        why |= {"RoomOccupied"} if inside is not None and not completing else set()

        def then(outcome: Outcome) -> None:
            if closes is not None:
                self.oracle.close_one(closes, "COMPLETED")
            assert self.oracle.next_in(code, DATE, self.now) == chosen
            if chosen is not None:
                self.oracle.call(chosen)

        kind = actions.CompleteAndCallNext if completing else actions.CallNext
        self.act(kind(doctor=DOCTORS[code]), why, then)

    def done_and_next(self) -> None:
        self.call_next(completing=True)

    def close(self) -> None:
        verb, token = self.dice.choice(sorted(CLOSINGS)), self.token()
        why = self.oracle.why_not_close(verb, token, None, self.now)
        then = CLOSINGS[verb][0]
        self.act(actions.ACTIONS[verb](token=token), why, lambda _: self.oracle.close_one(token, then))

    def hold(self) -> None:
        token, reason = self.token(), self.dice.choice([reason.name for reason in HoldReason])
        inside = self.oracle.tokens[token].in_the_room
        why = {"TokenAlreadyClosed"} if not self.oracle.is_open(token) else {"TokenInTheRoom"} if inside else set()
        why |= {"NothingToChange"} if self.oracle.facts[token].held == reason else set()
        self.act(actions.HoldToken(token=token, reason=reason), why, lambda _: self.set(token, held=reason))

    def release(self) -> None:
        token = self.token()
        why = {"TokenAlreadyClosed"} if not self.oracle.is_open(token) else set()
        why |= set() if self.oracle.facts[token].held else {"NothingToChange"}
        self.act(actions.ReleaseToken(token=token), why, lambda _: self.set(token, held=None))

    def tell(self) -> None:
        token = self.token()
        why = set() if self.oracle.facts[token].to_tell else {"NothingToChange"}
        self.act(actions.TellPatient(token=token), why, lambda _: self.set(token, to_tell=False))

    def change_source(self) -> None:
        token, source = self.token(), self.dice.choice([source.name for source in Source])
        reason = self.dice.choice([None, *(reason.name for reason in EmergencyReason)])
        why = {"TokenAlreadyClosed"} if not self.oracle.is_open(token) else set()
        why |= {"NothingToChange"} if self.oracle.tokens[token].source == source else set()
        why |= {"InvalidAction"} if source == "EMERGENCY" and reason is None else set()
        action = actions.ChangeSource(token=token, source=source, reason=reason)
        self.act(action, why, lambda _: self.oracle.change_source(token, source))

    def reinstate(self) -> None:
        token, keep = self.token(), self.dice.random() < 0.5
        mine, facts = self.oracle.tokens[token], self.oracle.facts[token]
        replaced = facts.replaced_by is not None and self.oracle.is_open(facts.replaced_by)
        why = {"NothingToChange"} if mine.closed_as is None else set()
        why |= {"TokenReplaced"} if replaced else set()
        why |= {"DuplicatePatient"} if self.oracle.same_person_in(mine.slot, token) else set()
        issued_at = mine.issued_at if keep else self.oracle.latest(mine.slot, self.now)
        action = actions.ReinstateToken(token=token, keep_place=keep)
        self.act(action, why, lambda _: self.oracle.reinstate(token, issued_at))

    def move(self) -> None:
        token, slot, keep = self.token(), self.slot(), self.dice.random() < 0.5
        mine = self.oracle.tokens[token]
        why = {"TokenAlreadyClosed"} if mine.closed_as else set()
        why |= {"NothingToChange"} if mine.slot == slot else set()
        why |= {"TokenInTheRoom"} if mine.in_the_room else set()
        why |= {"SlotClosed"} if self.slot_is_closed(slot) else set()
        why |= {"DuplicatePatient"} if self.oracle.same_person_in(slot, token) else set()
        issued_at = mine.issued_at if keep else self.oracle.latest(slot, self.now)
        same_day = self.oracle.day_of(mine.slot) == self.oracle.day_of(slot)

        def then(outcome: Outcome) -> None:
            if same_day:
                self.oracle.move([token], slot, issued_at)
            else:
                self.oracle.move_away(token, slot, issued_at, max(record.token.id for record in self.desk.token_list()))

        self.act(actions.MoveToken(token=token, slot=slot, keep_place=keep), why, then)

    def resize(self) -> None:
        slot, capacity = self.slot(), self.dice.randint(1, 4)
        why = {"NothingToChange"} if self.oracle.slots[slot].capacity == capacity else set()
        why |= {"SeatsInUse"} if self.oracle.in_use(slot) > capacity else set()
        action = actions.ResizeSlot(slot=slot, capacity=capacity)
        self.act(action, why, lambda _: self.oracle.resize(slot, capacity))

    def close_or_reopen(self) -> None:
        slot, closing = self.slot(), self.dice.random() < 0.4
        why = {"NothingToChange"} if self.slot_is_closed(slot) == closing else set()
        action = actions.CloseSlot(slot=slot) if closing else actions.ReopenSlot(slot=slot)
        self.act(action, why, lambda _: setattr(self.oracle.slots[slot], "closed", closing))

    def carry_over(self) -> None:
        slot = self.slot()
        waiting, target = self.oracle.waiting(slot), self.oracle.next_slot(slot)
        why = set() if waiting else {"NothingToChange"}
        why |= set() if target else {"NoLaterSlot"}
        if target and any(self.oracle.same_person_in(target, token) for token in waiting):
            why |= {"DuplicatePatient"}
        self.act(actions.CarryOver(slot=slot), why, lambda _: self.oracle.move(waiting, target or 0, None))

    def undo(self) -> None:
        # What opened the slots is no part of the oracle's past.
        if self.oracle.past:
            self.act(actions.Undo(), set(), lambda _: self.oracle.undo())


def result_of(desk: MemoryDesk, action: Action) -> Outcome | DeskRefusal:
    """What was done, or why not."""
    try:
        return desk.perform(action)
    except DeskRefusal as refusal:
        return refusal


OFTEN = (Day.issue, Day.check_in, Day.move)
RARELY = (Day.release, Day.tell, Day.resize, Day.close_or_reopen, Day.carry_over)
USUAL = (
    Day.call,
    Day.send_back,
    Day.call_next,
    Day.done_and_next,
    Day.close,
    Day.hold,
    Day.change_source,
    Day.reinstate,
)
DEEDS = (*OFTEN * 5, *USUAL * 3, *RARELY * 2, *[Day.undo] * 3)
"""What is done in a day, and how often."""


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.fast_cases(3)
def test_any_day_agrees_with_the_oracle_after_every_action(seed: int) -> None:
    day = Day(seed)
    for _ in range(3):
        day.issue()
    for deed in day.dice.choices(DEEDS, k=150):
        day.clock.instant += dt.timedelta(minutes=day.dice.choice([0, 0, 1, 2, 7, -3]))
        deed(day)
    assert len(day.done) > 12
