"""Clocks that are reset, differ or are in another time zone: order, numbers and dates stay correct."""

from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from opd_tui.clock import FixedClock
from opd_tui.desk.actions import CancelToken, OpenSession
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.desk.opening import open_front_desk
from opd_tui.domain.errors import DeskRefusal
from opd_tui.tui.app import OpdApp
from tests.conftest import NINE, ZONE
from tests.support.helpers import (
    DATE,
    add_doctor,
    answers_in,
    first_slot,
    issue,
    lines,
    open_slot,
    run,
    statuses,
    token_of,
)
from tests.support.pilot import WIDE, at_the_counter, full_slot

OpenAt = Callable[[FixedClock], FrontDesk]
SUMMER, WINTER = "2026-03-29", "2026-10-25"
"""The days on which daylight saving time begins and ends in Berlin, at 01:00 UTC."""


@pytest.fixture
def open_at(database_path: Path) -> Iterator[OpenAt]:
    """Return a function that opens desks on one database, each with its own clock."""
    desks: list[FrontDesk] = []

    def open_one(clock: FixedClock) -> FrontDesk:
        name = f"desk {len(desks)}"
        desks.append(open_front_desk(str(database_path), operator=name, desk=name, clock=clock, zone=ZONE))
        return desks[-1]

    yield open_one
    for desk in desks:
        desk.close()


def numbers_in_order(desk: FrontDesk, slot: int) -> list[str]:
    return [record.token.number for record in desk.token_list(slot)]


# Clocks set back and forward


def test_a_desk_whose_clock_is_slow_does_not_let_its_patients_overtake(open_at: OpenAt) -> None:
    right = open_at(FixedClock(NINE))
    slow = open_at(FixedClock(NINE - dt.timedelta(minutes=20)))
    fast = open_at(FixedClock(NINE + dt.timedelta(hours=2)))
    slot = open_slot(right, add_doctor(right), capacity=1)
    for number, desk in enumerate((right, slow, fast, slow, right)):
        issue(desk, slot, f"Patient {number}")
    assert numbers_in_order(right, slot) == [f"A-{number:03}" for number in range(1, 6)], "as they came"
    slow.perform(CancelToken(token=1))
    assert statuses(right)["A-002"] == "ACTIVE"
    assert right.verify().problems == []


def test_however_often_the_clock_is_set_the_journal_and_the_tables_agree(desk: FrontDesk, clock: FixedClock) -> None:
    dice = random.Random(20261122)
    slots = [open_slot(desk, add_doctor(desk, f"Dr {code}", code=code), capacity=3) for code in "AB"]
    done = 0
    for number in range(300):
        clock.instant = NINE + dt.timedelta(seconds=dice.choice([-(10**8), -90_000, -61, -1, 0, 3600, 86_400, 10**8]))
        try:
            if dice.random() < 0.6:
                issue(desk, dice.choice(slots), f"Patient {number}", dice.choice(["PAID", "WALKIN", "EMERGENCY"]))
            else:
                desk.perform(CancelToken(token=dice.randint(1, done + 1)))
            done += 1
        except DeskRefusal:
            pass
        desk.board(desk.today()), desk.waitlist(dt.date.fromisoformat(DATE)), desk.activity(8)
    assert done > 150
    assert desk.verify().problems == []


def test_a_clock_that_is_set_forward_and_back_again_keeps_the_order_of_arrival(
    desk: FrontDesk, clock: FixedClock
) -> None:
    slot = open_slot(desk, add_doctor(desk), capacity=1)
    for number, days in enumerate((0, 3000, 0, -3000, 1)):
        clock.instant = NINE + dt.timedelta(days=days)
        issue(desk, slot, f"Patient {number}")
    assert numbers_in_order(desk, slot) == [f"A-{number:03}" for number in range(1, 6)]
    assert desk.verify().problems == []


def test_who_came_before_the_clock_was_set_back_has_waited_for_nothing_and_not_for_less(
    desk: FrontDesk, clock: FixedClock
) -> None:
    slot = open_slot(desk, add_doctor(desk), capacity=1)
    clock.instant = NINE + dt.timedelta(minutes=30)
    issue(desk, slot, "Asha"), issue(desk, slot, "Ravi")
    clock.instant = NINE + dt.timedelta(minutes=5)
    (line,) = desk.waitlist(dt.date.fromisoformat(DATE))
    assert line.waited(clock.now()) == dt.timedelta()


async def test_the_screens_stand_a_clock_that_is_set(
    desk: FrontDesk, clock: FixedClock, open_desk: Callable[..., FrontDesk]
) -> None:
    full_slot(desk, waiting=2)
    async with at_the_counter(OpdApp(open_desk), WIDE) as meera:
        for days, text in ((400, "Mon 27 Dec 2027"), (-800, "Sat 18 Oct 2025"), (400, "Sun 22 Nov 2026")):
            await meera.time_passes(clock, days * 24 * 60)
            await meera.sees(text)
        await meera.sees("Sunita Rao")
        assert "-" not in meera.line_with("Sunita Rao", "#queue").rpartition("Online")[2], "no wait is negative"


# Midnight


def test_at_midnight_in_the_hospital_the_next_day_begins_whatever_the_date_is_elsewhere(
    desk: FrontDesk, clock: FixedClock
) -> None:
    clock.instant = dt.datetime(2026, 11, 22, 18, 29, 59, 999999, tzinfo=dt.UTC)
    assert desk.today() == dt.date(2026, 11, 22)
    clock.instant += dt.timedelta(microseconds=1)
    assert desk.today() == dt.date(2026, 11, 23)


def test_numbers_belong_to_the_slots_day_and_not_to_the_day_of_issue(desk: FrontDesk, clock: FixedClock) -> None:
    doctor = add_doctor(desk)
    tonight = open_slot(desk, doctor, "23:00", "23:59")
    opened = desk.perform(OpenSession.from_mapping(session(doctor, "2026-11-23", "00:00", "01:00")))
    tomorrow = opened.slots[0].id
    numbers = []
    for minutes in (-2, -1, 0, 1):
        clock.instant = dt.datetime(2026, 11, 22, 18, 30, tzinfo=dt.UTC) + dt.timedelta(minutes=minutes)
        numbers += [issue(desk, slot, f"{minutes} {slot}").changes[0].token.number for slot in (tonight, tomorrow)]
    assert numbers == [f"A-{number:03}" for number in (1, 1, 2, 2, 3, 3, 4, 4)]
    assert desk.verify().problems == []


def session(doctor: int, date: str, start: str, end: str) -> dict[str, object]:
    return {"doctor": doctor, "date": date, "start": start, "end": end, "capacity": 5, "every": 60}


# Zones


def listed(database: Path, zone: str) -> str:
    """Return when the only token was issued, as printed by a command on a machine in this time zone."""
    result = run("token", "list", "--database", database, TZ=zone)
    assert (result.returncode, result.stderr) == (0, b"")
    return result.stdout.decode().split()[-1]


@pytest.mark.slow
def test_a_command_anywhere_tells_the_hospitals_time(database_path: Path) -> None:
    token = {"action": "issue_token", "slot": 1, "patient": "Asha", "source": "PAID"}
    open_front_desk(str(database_path), zone=ZONE).close()
    made = run("apply", "-", "--database", database_path, input=lines(*first_slot(), token), TZ="America/New_York")
    issued = dt.datetime.fromisoformat(answers_in(made.stdout)[-1]["at"])
    kolkata = f"{issued.astimezone(dt.timezone(dt.timedelta(hours=5, minutes=30))):%H:%M}"
    assert {listed(database_path, zone) for zone in ("Europe/Berlin", "UTC", "Nobody/Knows")} == {kolkata}


@pytest.mark.parametrize(
    ("zone", "kept"), [("Asia/Kolkata", "Asia/Kolkata"), (":Europe/Berlin", "Europe/Berlin"), ("UTC", "UTC")]
)
def test_a_new_database_keeps_the_zone_of_the_machine(tmp_path: Path, zone: str, kept: str) -> None:
    result = run("paths", "--json", "--database", tmp_path / "opd.db", TZ=zone)
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["time_zone"] == kept


# Daylight saving


@pytest.fixture
def berlin(database_path: Path, clock: FixedClock) -> Iterator[FrontDesk]:
    """Return a desk in Berlin with slots in the nights in which the clocks change."""
    with closing(open_front_desk(str(database_path), clock=clock, zone="Europe/Berlin")) as desk:
        add_doctor(desk)
        for date in (SUMMER, WINTER):
            desk.perform(OpenSession.from_mapping(session(1, date, "01:00", "04:00")))
        yield desk


def test_who_came_in_the_first_of_two_equal_hours_stands_before_the_second(
    berlin: FrontDesk, clock: FixedClock
) -> None:
    slot = 5
    for instant in ("2026-10-25T00:30:00+00:00", "2026-10-25T01:30:00+00:00"):  # both are 02:30 in Berlin
        clock.instant = dt.datetime.fromisoformat(instant)
        issue(berlin, slot, instant)
    clock.instant = dt.datetime.fromisoformat("2026-10-25T02:30:00+00:00")
    issue(berlin, slot, "between", at="2026-10-25T02:30:00+02:00")
    assert numbers_in_order(berlin, slot) == ["A-001", "A-003", "A-002"]
    assert berlin.verify().problems == []


@pytest.mark.parametrize(
    ("date", "before", "hours"),
    [(SUMMER, "2026-03-29T00:30:00+00:00", 1), (WINTER, "2026-10-24T23:30:00+00:00", 3)],
)
def test_a_wait_over_the_change_is_as_long_as_it_takes(
    berlin: FrontDesk, clock: FixedClock, date: str, before: str, hours: int
) -> None:
    """From 01:30 to 03:30 local time is one hour in spring and three in autumn."""
    slot = next(record.slot.id for record in berlin.slot_list(dt.date.fromisoformat(date)))
    clock.instant = dt.datetime.fromisoformat(before)
    for number in range(6):
        token = token_of(issue(berlin, slot, f"Patient {number}"))
    clock.instant += dt.timedelta(hours=hours)
    (line,) = berlin.waitlist(dt.date.fromisoformat(date))
    assert line.record.token.id == token
    assert line.waited(clock.now()) == dt.timedelta(hours=hours)


def test_a_wait_for_a_slot_after_the_change_counts_from_its_beginning_on_the_new_clock(
    berlin: FrontDesk, clock: FixedClock
) -> None:
    slots = [record.slot for record in berlin.slot_list(dt.date.fromisoformat(SUMMER))]
    (slot,) = (slot.id for slot in slots if slot.start == dt.time(3))
    clock.instant = dt.datetime.fromisoformat("2026-03-29T00:30:00+00:00")
    for number in range(6):
        issue(berlin, slot, f"Patient {number}")
    clock.instant = dt.datetime.fromisoformat("2026-03-29T01:10:00+00:00")  # 03:10 in Berlin
    (line,) = berlin.waitlist(dt.date.fromisoformat(SUMMER))
    assert line.waited(clock.now()) == dt.timedelta(minutes=10)


def test_the_board_of_a_day_on_which_an_hour_is_missing_has_its_slots(berlin: FrontDesk) -> None:
    starts = [f"{record.slot.start:%H:%M}" for record in berlin.slot_list(dt.date.fromisoformat(SUMMER))]
    assert starts == ["01:00", "02:00", "03:00"]
    assert len(berlin.board(dt.date.fromisoformat(SUMMER)).slots) == 3
