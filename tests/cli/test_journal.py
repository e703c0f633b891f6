"""`journal`: what happened on a day, and who came before others."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from opd_tui.clock import FixedClock
from opd_tui.desk.actions import (
    Action,
    CallNext,
    CallToken,
    ChangeSource,
    CheckInToken,
    MoveToken,
    ResizeSlot,
)
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.desk.out_of_turn import out_of_turn
from opd_tui.domain.actor import Actor
from tests.conftest import ZONE
from tests.support.helpers import first_slot, invoke, issue, lines, stop_the_clock
from tests.support.stores import always_on_every_store

HALF_PAST_NINE = dt.datetime(2026, 11, 22, 4, 0, tzinfo=dt.UTC)


@always_on_every_store
def test_the_journal_of_a_day_is_everything_that_was_recorded_on_it(filled: FrontDesk, clock: FixedClock) -> None:
    today = filled.today()
    entries = filled.journal(today)
    assert [each.entry_id for each in entries] == [*range(1, len(entries) + 1)]
    assert entries == [*reversed(filled.activity(len(entries)))]
    clock.instant = dt.datetime(2026, 11, 22, 18, 29, 59, tzinfo=dt.UTC)
    last = filled.perform(CheckInToken(token=1))
    clock.instant += dt.timedelta(seconds=1)  # midnight in Kolkata
    first = filled.perform(CheckInToken(token=2))
    assert filled.journal(today) == [*entries, last]
    assert filled.journal(today + dt.timedelta(1)) == [first]
    assert filled.journal(today - dt.timedelta(1)) == []


@pytest.mark.parametrize(
    ("action", "reasons"),
    [
        (ResizeSlot(slot=1, capacity=1), ("seat lost",)),
        (ResizeSlot(slot=1, capacity=3), ()),
        (ChangeSource(token=3, source="PAID"), ("higher source", "seat lost")),
        (ChangeSource(token=1, source="WALKIN"), ()),
        (CallToken(token=2), ("called out of turn",)),
        (CallNext(doctor=1), ()),
        (MoveToken(token=1, slot=2), ()),
    ],
    ids=lambda each: type(each).__name__ if isinstance(each, Action) else ", ".join(each) or "in turn",
)
def test_who_came_before_others(filled: FrontDesk, action: Action, reasons: tuple[str, ...]) -> None:
    for token in (1, 2):
        filled.perform(CheckInToken(token=token))
    assert out_of_turn(filled.perform(action)) == reasons


def test_an_emergency_comes_before_others_and_a_stronger_source_may(filled: FrontDesk) -> None:
    assert out_of_turn(issue(filled, 1, "Imran", "EMERGENCY")) == ("emergency", "seat lost")
    assert out_of_turn(issue(filled, 2, "Om", "EMERGENCY")) == ("emergency",)
    assert out_of_turn(issue(filled, 2, "Zoya", "WALKIN")) == ()


def test_the_command_names_who_did_what_when_and_in_how_far_out_of_turn(
    monkeypatch: pytest.MonkeyPatch, clock: FixedClock, database_path: Path, desk: FrontDesk
) -> None:
    stop_the_clock(monkeypatch, clock, ZONE)
    monkeypatch.setenv("OPD_TUI_DATABASE", str(database_path))
    invoke("apply", "-", input=lines(*first_slot()))
    clock.instant = HALF_PAST_NINE
    desk.actor = Actor("ravi", "desk 2")
    for name, source in (("Asha Rao", "WALKIN"), ("Sunita Rao", "ONLINE")):
        issue(desk, 1, name, source)
    issue(desk, 1, "Imran", "EMERGENCY", at=HALF_PAST_NINE - dt.timedelta(minutes=20))
    everything = invoke("journal").stdout.splitlines()
    assert len(everything) == 1 + len(desk.journal(desk.today()))
    head, line = invoke("journal", "--out-of-turn").stdout.splitlines()
    assert head.split("  ")[0] == "ENTRY"
    for word in ("09:10, written 09:30", "desk 2", "ravi", "emergency, seat lost", "Imran", "Asha Rao"):
        assert word in line
    assert "Sunita" not in invoke("journal", "--find", "asha").stdout
    assert invoke("journal", "--find", "nobody").stdout == "Nothing here matches 'nobody'.\n"
    assert invoke("journal", "--date", "yesterday").stdout == "Nothing was recorded on this day.\n"
    nobody = invoke("journal", "--date", "yesterday", "--out-of-turn")
    assert nobody.stdout == "Nobody came before others on this day.\n"
    (entry,) = json.loads(invoke("journal", "--out-of-turn", "--json").stdout)
    assert (entry["operator"], entry["desk"], entry["out_of_turn"]) == ("ravi", "desk 2", ["emergency", "seat lost"])
    assert entry["recorded_at"] == "2026-11-22T04:00:00.000000Z"
    assert [change["reason"] for change in entry["changes"]] == ["issued", "preempted", "allocated"]
