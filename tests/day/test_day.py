"""The same busy day by keyboard alone, through `apply` and at two desks leaves the same tables."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing

import pytest

from opd_tui.clock import FixedClock
from opd_tui.demo import busy_day as demo_day
from opd_tui.demo.player import Player, open_demo_desk
from opd_tui.desk.actions import ACTIONS
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.tui.app import OpdApp
from tests.conftest import ZONE
from tests.day.demo import Witness
from tests.day.keyboard import Typist
from tests.day.script import PATIENTS, busy_day, kinds
from tests.day.ways import Feeding, at_once, at_two_desks, tables_of
from tests.support.helpers import invoke, stop_the_clock
from tests.support.pilot import WIDE, at_the_counter
from tests.support.stores import Store, on_every_store

TYPED_PATIENTS = int(os.environ.get("OPD_TUI_TEST_PATIENTS", "8"))
"""How many patients the day by keyboard has at least, which has every action; the whole day of 300 takes minutes."""
WITHOUT = {"forget_patient", "note_slip"}
"""What no day has: one would end undo, the other changes nothing."""
sizes = pytest.mark.parametrize("patients", [12, pytest.param(PATIENTS, marks=pytest.mark.slow)])


@pytest.mark.slow
def test_the_day_has_every_action() -> None:
    assert kinds(busy_day()).keys() == ACTIONS.keys() - WITHOUT
    assert kinds(busy_day(TYPED_PATIENTS, whole=True)).keys() == ACTIONS.keys() - WITHOUT
    assert sum(len(together) == 2 for together in at_once(busy_day())) > 20


@sizes
@on_every_store
def test_through_apply_the_tables_are_right_after_every_line(
    store: Store, desk: FrontDesk, clock: FixedClock, monkeypatch: pytest.MonkeyPatch, patients: int
) -> None:
    steps = busy_day(patients)
    stop_the_clock(monkeypatch, clock, ZONE)
    feeding = Feeding(steps, desk, clock)
    result = invoke("apply", "-", "--database", store.location, input=feeding)  # type: ignore[arg-type]
    assert result.exit_code == 0, result.output
    assert result.output.count('"ok": true') == len(steps)
    assert tables_of(desk) == steps[-1].after
    assert desk.verify().problems == []


@sizes
@on_every_store
def test_at_two_desks_at_once_the_tables_are_right_after_every_action(
    desk: FrontDesk, open_desk: Callable[..., FrontDesk], clock: FixedClock, patients: int
) -> None:
    steps = busy_day(patients)
    at_two_desks(steps, desk, open_desk("ravi", "desk 2"), clock)
    assert tables_of(desk) == steps[-1].after
    assert desk.verify().problems == []


@pytest.mark.parametrize(
    ("patients", "count"),
    [pytest.param(4, 10, id="morning"), pytest.param(TYPED_PATIENTS, None, id="day", marks=pytest.mark.slow)],
)
async def test_by_keyboard_alone_the_tables_are_right_after_every_action(
    desk: FrontDesk, open_desk: Callable[..., FrontDesk], clock: FixedClock, patients: int, count: int | None
) -> None:
    steps = busy_day(patients, whole=count is None)[:count]
    clock.instant = steps[0].at
    async with at_the_counter(OpdApp(open_desk), WIDE) as meera:
        typist = Typist(meera, desk, clock)
        for step in steps:
            await typist.do(step)
    assert desk.verify().problems == []


@pytest.mark.slow
def test_the_whole_day_of_the_demo_is_what_the_oracle_says_after_every_action() -> None:
    script = demo_day.busy_day()
    with open_demo_desk(script=script) as (desk, clock), closing(sqlite3.connect(desk.database.location)) as tables:
        witness = Witness(desk, clock, tables)
        for step in Player(witness, clock, script=script).play_all():  # type: ignore[arg-type]
            assert not step.refusals
    assert witness.seen == sum(len(step.actions) for step in (script.setting, *script.steps))
