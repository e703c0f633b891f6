"""The same random days on a database and without one: the queries in SQL give what sorting in memory gives."""

from __future__ import annotations

from contextlib import closing

import pytest

from opd_tui.desk.actions import Action, AddDoctor, OpenSlot
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.desk.opening import open_front_desk
from opd_tui.desk.outcome import Outcome
from opd_tui.domain.actor import Actor
from opd_tui.domain.errors import DeskRefusal
from tests.conftest import ZONE
from tests.support.helpers import DATE
from tests.support.memory_desk import MemoryDesk
from tests.support.random_day import BOTH, RandomDay
from tests.support.stores import Store


class Twins(RandomDay):
    """A random day on which every action is previewed without a database before it is performed on one."""

    def __init__(self, seed: int, store: Store) -> None:
        super().__init__(seed)
        self.real = open_front_desk(store.location, operator="meera", desk="desk 1", clock=self.clock, zone=ZONE)
        for doctor in self.desk.doctor_list():
            self.real.perform(AddDoctor(name=doctor.name, code=doctor.code))
            for slot in (record.slot for record in self.desk.slot_list() if record.doctor.id == doctor.id):
                times = {"start": slot.start, "end": slot.end, "capacity": slot.capacity}
                self.real.perform(OpenSlot(doctor=doctor.id, date=DATE, **times))

    def tried(self, action: Action) -> None:
        """See `RandomDay`."""
        expected = result_of(self.desk, action)
        assert result_of(self.real, action, Actor("meera", self.desk.name)) == expected, action


def result_of(desk: FrontDesk | MemoryDesk, action: Action, actor: Actor | None = None) -> object:
    """The events and the sentence of an action, or its refusal; on a database it is performed."""
    try:
        outcome: Outcome = desk.perform(action, actor) if isinstance(desk, FrontDesk) else desk.preview(action).outcome
    except DeskRefusal as refusal:
        return type(refusal), refusal.message
    return outcome.sentence, outcome.events


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.fast_cases(2)
def test_a_day_on_a_database_is_the_day_without_one(store: Store, seed: int) -> None:
    day = Twins(seed, store)
    with closing(day.real):
        for _ in day.actions(120, desks=BOTH):
            pass
        assert day.real.verify().problems == []
