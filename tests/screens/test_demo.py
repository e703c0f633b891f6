"""The demo in the app: the timeline plays, the person may act in between, and nothing of it stays."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from opd_tui.demo.busy_day import busy_day
from opd_tui.demo.script import Script
from opd_tui.demo.timeline import EXPECTED, TIMELINE
from opd_tui.tui.demo_app import DAY, END, MORNING, DemoApp
from tests.support.helpers import statuses
from tests.support.pilot import NARROW, WIDE, Receptionist, at_the_counter

AT_THE_END = {f"{label[0].upper()}-00{label[1]}": status.name for label, status in EXPECTED.items()}
BAR = "#demo-bar"


@pytest.fixture(autouse=True)
def temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the demo makes its database."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


async def step(person: Receptionist, times: int = 1) -> None:
    """Play steps by hand."""
    for _ in range(times):
        await person.press(".")
        await person.settle()


def demo_statuses(app: DemoApp) -> dict[str, str]:
    """Where every token of the demo stands."""
    assert app.desk is not None
    return statuses(app.desk)


@pytest.mark.slow
async def test_stepping_by_hand_plays_the_day_to_its_end() -> None:
    app = DemoApp(playing=False)
    async with at_the_counter(app) as person:
        assert "DEMO 08:55 ‖ paused" in person.read(BAR)
        for played in TIMELINE:
            await step(person)
            assert f"DEMO {played.at:%H:%M} ‖ paused" in person.read(BAR)
            assert played.caption[:30] in person.read(BAR)
            assert f"{played.at:%H:%M}" in person.read("#top-bar")
        await step(person)
        assert "■ the end" in person.read(BAR)
        assert END.format(leave="q") in person.read(BAR)
        assert demo_statuses(app) == AT_THE_END
        await step(person)
        assert demo_statuses(app) == AT_THE_END


async def test_the_timeline_plays_by_itself_to_its_end() -> None:
    app = DemoApp(play=replace(MORNING, seconds_a_minute=0.001))
    async with at_the_counter(app, WIDE) as person:
        await person.sees("■ the end", within=BAR)
        assert demo_statuses(app) == AT_THE_END
        await person.sees("B-001 Vikram Singh did not show up; B-003 Farhan Qureshi moves up", within="#activity")


async def test_a_comma_stops_the_clock_and_lets_it_go_on() -> None:
    app = DemoApp()
    async with at_the_counter(app) as person:
        assert "▶ ×1" in person.read(BAR)
        await person.press(",")
        assert "‖ paused" in person.read(BAR)
        time = app.demo.time
        for _ in range(30):
            app.pass_time()
        await person.settle()
        assert app.demo.time == time
        await person.press(",")
        assert "▶ ×1" in person.read(BAR)
        for _ in range(30):
            app.pass_time()
        await person.settle()
        assert app.demo.time > time


@pytest.mark.slow
async def test_plus_and_minus_change_the_speed_within_limits() -> None:
    app = DemoApp(playing=False)
    async with at_the_counter(app) as person:
        for keys, speed in (("+", "2"), ("--", "0.5"), ("------", "0.25"), ("==========", "16")):
            await person.press(*keys)
            assert f"×{speed} " in person.read(BAR)


@pytest.mark.slow
async def test_the_person_acts_between_the_steps_and_the_play_goes_on() -> None:
    app = DemoApp(playing=False)
    async with at_the_counter(app) as person:
        await step(person)
        await person.press("enter", "c")
        await person.asks("Cancel A-001 Asha Verma")
        await person.press("y")
        await person.hears("A-001 Asha Verma was cancelled")
        await person.press("n")
        await person.type("Om")
        await person.press("enter")
        await person.hears("Walk-in A-003 Om has a seat")
        await step(person, len(TIMELINE))
        assert "■ the end" in person.read(BAR)
        found = demo_statuses(app)
        assert (found["A-001"], found["B-001"], found["B-003"]) == ("CANCELLED", "NO_SHOW", "ACTIVE")


@pytest.mark.slow
async def test_a_step_that_the_person_made_impossible_is_said_and_play_goes_on() -> None:
    app = DemoApp(playing=False)
    async with at_the_counter(app) as person:
        await step(person, 4)
        await person.press("enter", "home", "down", "c")
        await person.asks("Cancel A-004 Meera Nair")
        await person.press("y")
        await person.hears("A-004 Meera Nair was cancelled")
        await step(person)
        await person.hears("A-004 was already cancelled", "Nothing was changed")
        await step(person)
        assert demo_statuses(app)["B-001"] == "NO_SHOW"


@pytest.mark.slow
async def test_what_lies_open_holds_the_play() -> None:
    app = DemoApp()
    async with at_the_counter(app) as person:
        for opening in ("n", "/", "?"):
            await person.press(opening)
            await person.settle()
            before, time = demo_statuses(app), app.demo.time
            for _ in range(30):
                app.pass_time()
            await person.settle()
            assert (app.demo.time, demo_statuses(app)) == (time, before)
            assert app.demo.held
            await person.press("escape")
            await person.settle()
            for _ in range(3):
                app.pass_time()
                await person.settle()
            assert (app.demo.time, demo_statuses(app)) != (time, before)


async def test_the_bar_says_that_the_play_waits_while_the_panel_is_open() -> None:
    app = DemoApp()
    async with at_the_counter(app) as person:
        await person.press("n")
        app.pass_time()
        await person.sees("‖ waits for you", within=BAR)
        await person.press("escape")
        app.pass_time()
        await person.sees("▶ ×1", within=BAR)


@pytest.mark.parametrize("key", ["q", "ctrl+q"])
async def test_leaving_takes_the_database_away(temporary_folder: Path, key: str) -> None:
    app = DemoApp(playing=False)
    async with at_the_counter(app) as person:
        await step(person)
        assert list(temporary_folder.rglob("demo.db"))
        await person.press(key)
        await person.until(lambda: app.return_code is not None, "the end")
    assert app.return_code == 0
    assert list(temporary_folder.iterdir()) == []


async def test_the_demo_never_touches_the_persons_own_data() -> None:
    app = DemoApp(playing=False)
    async with at_the_counter(app) as person:
        await step(person)
    assert not (Path.home() / ".local").exists()
    assert not any(Path.home().parent.glob("data/*"))


@pytest.mark.slow
async def test_the_bar_and_its_keys_are_on_every_screen_and_fit() -> None:
    async with at_the_counter(DemoApp(playing=False), NARROW) as person:
        for key in "123":
            await person.press(key)
            await person.settle()
            assert ", Pause . Step + Faster - Slower q Leave" in person.read(BAR)
            person.assert_columns_are_straight()
        await person.press("?")
        await person.settle()
        for _ in range(30):
            if "Play the demo's next step now" not in person.read(".help"):
                await person.press("down")
        await person.sees("In the demo", "Play the demo's next step now", within=".help")


@pytest.mark.slow
async def test_the_timelines_preemption_is_marked_on_the_board() -> None:
    async with at_the_counter(DemoApp(playing=False)) as person:
        await step(person, 4)
        assert "↓ displaced" in person.line_with("A-001", "#queue")
        await step(person)
        assert "↑ moved up" in person.line_with("A-001", "#queue")


async def test_a_demo_without_a_temporary_folder_ends_with_status_2(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere/at/all")
    app = DemoApp()
    async with app.run_test(size=NARROW) as pilot:
        await Receptionist(app, pilot).until(lambda: app.return_code is not None, "the end")
    assert app.return_code == 2


# The whole day


def at_opening(last: str) -> Script:
    """Return the day up to a time."""
    script = busy_day()
    return replace(script, steps=tuple(step for step in script.steps if f"{step.at:%H:%M}" < last))


@pytest.mark.slow
async def test_the_day_plays_by_the_clock_and_says_what_happens_and_how_much_is_over() -> None:
    app = DemoApp(60.0, play=replace(DAY, script=lambda: at_opening("07:47"), tick_seconds=3600.0))
    async with at_the_counter(app, WIDE) as person:
        assert "DEMO 07:45 ▶ ×60" in person.read(BAR)
        app.pass_time(1.0)
        await person.settle()
        await person.sees("bookings came in overnight", "DEMO 07:46", within=BAR)
        assert app.desk is not None
        assert 5 < len(app.desk.token_list()) < 25
        while not app.demo.over:
            app.pass_time(2.0)
            await person.until(lambda: not app.stepping, "the steps that are due")
        await person.sees("■ the end", "100 %", within=BAR)


@pytest.mark.slow
async def test_a_step_of_the_day_goes_on_to_what_is_told_next_and_the_speed_has_the_days_limits() -> None:
    app = DemoApp(60.0, play=replace(DAY, script=lambda: at_opening("08:11")), playing=False)
    async with at_the_counter(app, NARROW) as person:
        await step(person)
        await person.sees("bookings came in overnight", "0 %", within=BAR)
        await person.press(*"=======")
        await person.sees("×3600", within=BAR)
        await person.press("-")
        await person.sees("×1800", within=BAR)
