"""Long random histories on a real desk, compared with the oracle after every action."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from opd_tui.clock import FixedClock
from opd_tui.desk.actions import ACTIONS, Action, IssueToken
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.desk.opening import open_front_desk
from opd_tui.desk.outcome import Forecast, Outcome
from opd_tui.domain.errors import DeskRefusal
from opd_tui.domain.journal import JournalEntry
from opd_tui.storage.unit_of_work import SqlUnitOfWork
from tests.conftest import NINE, ZONE
from tests.support.actions import call_into_the_room
from tests.support.helpers import DATE, add_doctor, but_for_new_ids, open_slot, token_of
from tests.support.oracle import CLOSINGS, PRIORITIES, Move, Oracle, OracleSlot, Person
from tests.support.stores import Stores, always_on_every_store

T = TypeVar("T")

PEOPLE = [
    ({"name": "José Núñez", "phone": "+91 98765 43210"}, Person("jose nunez", "9876543210")),
    ({"name": "JOSE  NUNEZ", "phone": "098765-43210"}, Person("jose nunez", "9876543210")),
    ({"name": "José Núñez"}, Person("jose nunez")),
    ({"name": "José Núñez", "phone": "98765 43211"}, Person("jose nunez", "9876543211")),
    ({"name": "O’Brien", "phone": "11111", "birth_year": 1962}, Person("o'brien", "11111", born=1962)),
    ({"name": "O'BRIEN", "phone": "111‑11", "birth_year": 2019}, Person("o'brien", "11111", born=2019)),
    ({"name": "O'Brien", "phone": "11111", "uhid": "N/A"}, Person("o'brien", "11111")),
    ({"name": "Asha Verma", "uhid": "MRN 17"}, Person("asha verma", None, "mrn17")),
    ({"name": "Asha V.", "uhid": "mrn17", "phone": "99999 00000"}, Person("asha v.", "9999900000", "mrn17")),
    ({"name": "Asha V.", "phone": "+91-99999-00000"}, Person("asha v.", "9999900000")),
    ({"name": "Asha V.", "uhid": "MRN 18", "phone": "99999 00000"}, Person("asha v.", "9999900000", "mrn18")),
]
"""Ways to write a patient, with the patient's identity."""

people = st.one_of(st.none(), st.none(), st.sampled_from(PEOPLE))
sources = st.sampled_from([*sorted(PRIORITIES), "ONLINE", "ONLINE"])
minutes_ago = st.one_of(st.none(), st.integers(0, 40), st.integers(0, 40), st.sampled_from([-1, 30_000_000]))
"""How long before now an action took place: None is now, one is in the future and one in 1969."""
nowhere = st.sampled_from([999, 0, -1, 2**63, 10**40])


class History(RuleBasedStateMachine):
    """Two desks on one database, compared with the oracle."""

    def __init__(self, stores: Stores) -> None:
        super().__init__()
        self.stores = stores

    @initialize()
    def open(self) -> None:
        self.store = self.stores.make()
        self.clock = FixedClock(NINE)
        self.desks = [open_front_desk(self.store.location, clock=self.clock, zone=ZONE) for _ in range(2)]
        self.oracle = Oracle()
        first, second = (add_doctor(self.desks[0], f"Dr {code}", code=code) for code in "AB")
        for doctor, code, start, end, capacity in (
            (first, "A", "09:00", "10:00", 1),
            (first, "A", "10:00", "11:00", 3),
            (second, "B", "09:00", "10:00", 2),
        ):
            slot = open_slot(self.desks[0], doctor, start, end, capacity)
            self.oracle.slots[slot] = OracleSlot(code, DATE, capacity)

    @rule(slot=st.integers(1, 3), source=sources, person=people, ago=minutes_ago, desk=st.integers(0, 1))
    def issue(
        self, slot: int, source: str, person: tuple[dict[str, str], Person] | None, ago: int | None, desk: int
    ) -> None:
        written_name, who = person or self.somebody_new()
        at = self.instant(ago)
        action = IssueToken(slot=slot, patient=written_name, source=source, at=at)
        why = self.oracle.why_not_issue(slot, source, who, at, self.clock.now())
        outcome = self.act(self.desks[desk], action, why)
        if outcome is not None:
            moves = self.oracle.issue(slot, source, who, at, self.clock.now(), token_of(outcome))
            assert moves_of(outcome) == moves

    @precondition(lambda self: self.oracle.tokens)
    @rule(verb=st.sampled_from(sorted(CLOSINGS)), data=st.data(), ago=minutes_ago, desk=st.integers(0, 1))
    def close(self, verb: str, data: st.DataObject, ago: int | None, desk: int) -> None:
        token = data.draw(st.sampled_from(self.tokens(data.draw(st.sampled_from(["any", "seated", "in the room"])))))
        at = self.instant(ago)
        why = self.oracle.why_not_close(verb, token, at, self.clock.now())
        outcome = self.act(self.desks[desk], ACTIONS[verb](token=token, at=at), why)
        if outcome is not None:
            assert moves_of(outcome) == self.oracle.close(verb, token)

    @precondition(lambda self: self.oracle.tokens)
    @rule(data=st.data())
    def call_into_the_room(self, data: st.DataObject) -> None:
        """See `actions.call_into_the_room`."""
        token = self.oracle.tokens[data.draw(st.sampled_from(self.tokens("seated")))]
        if self.oracle.statuses(token.slot)[token.id] == "ACTIVE" and not token.in_the_room:
            entry = JournalEntry("call_token", self.clock.now(), self.clock.now(), "meera", "desk 1")
            with self.desks[0].database.writing() as transaction:
                uow = SqlUnitOfWork(transaction, self.desks[0].zone, entry)
                call_into_the_room(uow, token.id, token.slot)
                uow.write_journal()
                transaction.commit()
            token.in_the_room = True

    @rule(nowhere=nowhere, verb=st.sampled_from(sorted(CLOSINGS)))
    def name_what_is_not_there(self, nowhere: int, verb: str) -> None:
        self.act(self.desks[0], IssueToken(slot=nowhere, patient="x", source="PAID"), {"UnknownSlot"})
        self.act(self.desks[0], ACTIONS[verb](token=nowhere), {"UnknownToken"})

    @rule(minutes=st.integers(-30, 30))
    def set_the_clock(self, minutes: int) -> None:
        self.clock.instant += dt.timedelta(minutes=minutes)

    @invariant()
    def agree(self) -> None:
        rows = self.store.query("SELECT id, number, slot_id, source, issued_at, status FROM token")
        assert {id_: tuple(rest) for id_, *rest in rows} == self.oracle.state()

    def teardown(self) -> None:
        assert self.desks[0].verify().problems == []
        for desk in self.desks:
            desk.close()
        self.stores.take_back(self.store)

    def act(self, desk: FrontDesk, action: Action, why_not: set[str]) -> Outcome | None:
        """Preview and perform an action: both are refused for an applicable reason, or both do the same."""
        forecast = result_of(lambda: desk.preview(action))
        outcome = result_of(lambda: desk.perform(action))
        if isinstance(outcome, str):
            assert outcome in why_not
            assert forecast == outcome
            return None
        assert not why_not, f"{action} should have been refused: {why_not}"
        assert isinstance(forecast, Forecast)
        assert but_for_new_ids(forecast.outcome) == but_for_new_ids(outcome)
        return outcome

    def tokens(self, which: str) -> list[int]:
        """Return the tokens of a kind, or all tokens if there are none of it."""
        seated = [
            id_ for slot in self.oracle.slots for id_, now in self.oracle.statuses(slot).items() if now == "ACTIVE"
        ]
        chosen = [id_ for id_ in seated if which != "in the room" or self.oracle.tokens[id_].in_the_room]
        return (chosen if which != "any" else []) or sorted(self.oracle.tokens)

    def instant(self, minutes_ago: int | None) -> dt.datetime | None:
        return None if minutes_ago is None else self.clock.now() - dt.timedelta(minutes=minutes_ago)

    def somebody_new(self) -> tuple[dict[str, str], Person]:
        name = f"patient {len(self.oracle.tokens)}"
        return {"name": name}, Person(name)


def result_of(do: Callable[[], T]) -> T | str:
    """Return the result, or the name of the refusal's class."""
    try:
        return do()
    except DeskRefusal as refusal:
        return type(refusal).__name__


def moves_of(outcome: Outcome) -> list[Move]:
    """Return an outcome's changes in the oracle's form."""
    return [
        (
            change.token.id,
            change.from_status.name if change.from_status else None,
            change.to_status.name,
            change.reason,
            change.because_of,
        )
        for change in outcome.changes
    ]


@always_on_every_store
@pytest.mark.parametrize("histories", [5, pytest.param(60, marks=pytest.mark.slow)])
def test_any_history_agrees_with_the_oracle_after_every_action(stores: Stores, histories: int) -> None:
    how = settings(max_examples=histories, stateful_step_count=60, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(lambda: History(stores), settings=how)
