"""Long random days, compared with the oracle after every action: who is seated, here, called, away and to be told."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from opd_tui.clock import FixedClock
from opd_tui.desk.actions import ACTIONS
from opd_tui.desk.opening import open_front_desk
from tests.conftest import NINE, ZONE
from tests.support.deeds import DEEDS, Day
from tests.support.memory_desk import MemoryDesk
from tests.support.stores import Stores, always_on_every_store


def random_day(seed: int) -> Day:
    """The day of a seed at desks without a database."""
    clock = FixedClock(NINE)
    day = Day(random.Random(seed), MemoryDesk(clock, ZONE), clock)
    for _ in range(3):
        day.issue()
    for deed in day.dice.choices(DEEDS, k=150):
        day.clock.instant += dt.timedelta(minutes=day.dice.choice([0, 0, 1, 2, 7, -3]))
        deed(day)
    return day


@pytest.mark.parametrize("seed", range(25))
@pytest.mark.fast_cases(3)
def test_any_day_agrees_with_the_oracle_after_every_action(seed: int) -> None:
    assert len(random_day(seed).done) > 15


class History(RuleBasedStateMachine):
    """Any day of two desks on one database, compared with the oracle after every action."""

    def __init__(self, stores: Stores) -> None:
        super().__init__()
        self.stores = stores

    @initialize()
    def open(self) -> None:
        self.store, self.clock = self.stores.make(), FixedClock(NINE)
        self.desk = open_front_desk(self.store.location, clock=self.clock, zone=ZONE)
        self.day = Day(random.Random(0), self.desk, self.clock)
        self.day.issue()

    @rule(
        deed=st.sampled_from(DEEDS), dice=st.randoms(use_true_random=False), minutes=st.sampled_from([0, 0, 1, 7, -3])
    )
    def act(self, deed: Callable[[Day], None], dice: random.Random, minutes: int) -> None:
        self.clock.instant += dt.timedelta(minutes=minutes)
        self.day.dice = dice
        deed(self.day)

    def teardown(self) -> None:
        assert self.desk.verify().problems == []
        self.desk.close()
        self.stores.take_back(self.store)


@always_on_every_store
@pytest.mark.parametrize("histories", [3, pytest.param(15, marks=pytest.mark.slow)])
def test_any_history_with_every_action_agrees_with_the_oracle(stores: Stores, histories: int) -> None:
    # A shorter history is found by hand sooner than on a server
    how = settings(
        max_examples=histories,
        stateful_step_count=50,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(lambda: History(stores), settings=how)


@pytest.mark.slow
def test_on_some_day_everything_is_done() -> None:
    done = sum((random_day(seed).done for seed in range(20)), Counter())
    without = {"forget_patient", "note_slip"}  # one would end undo, the other changes nothing
    assert done.keys() == ACTIONS.keys() - without
