"""How the app begins and ends."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from opd_tui.desk.actions import Action
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.desk.opening import open_front_desk
from opd_tui.desk.outcome import Moves, Outcome
from opd_tui.domain.errors import DeskBusy, StoreUnavailable
from opd_tui.tui.app import OpdApp
from opd_tui.tui.shell import long_work
from tests.support.helpers import statuses
from tests.support.older import old_file
from tests.support.pilot import NARROW, PATIENCE_SECONDS, OpenDesk, Receptionist, at_the_counter, doctor_with_slots


async def end_of(app: OpdApp) -> None:
    """Run an app that ends by itself."""
    async with app.run_test(size=NARROW) as pilot:
        await Receptionist(app, pilot).until(lambda: app.return_code is not None, "the end")


def last_words(capsys: pytest.CaptureFixture[str]) -> str:
    """What is said on the terminal when the app has gone."""
    return "".join(capsys.readouterr().err.splitlines())


@pytest.mark.parametrize("name", ["folder", "a [bold]b[x folder"])
async def test_a_database_that_cannot_be_opened_ends_the_app_with_status_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    folder = tmp_path / name
    folder.mkdir()
    app = OpdApp(lambda: open_front_desk(str(folder)))
    await end_of(app)
    assert app.return_code == 2
    assert name.replace(" ", "") in last_words(capsys).replace(" ", "")


@pytest.mark.parametrize("error", [StoreUnavailable("The disk is gone. Look for it."), DeskBusy("Later. Try again.")])
async def test_why_the_desk_cannot_be_opened_is_said_at_the_end(
    error: StoreUnavailable | DeskBusy, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse() -> FrontDesk:
        raise error

    app = OpdApp(refuse)
    await end_of(app)
    assert app.return_code == 2
    assert last_words(capsys) == f"opd-tui: {error.message}"


@asynccontextmanager
async def slow_opening(open_desk: OpenDesk) -> AsyncIterator[tuple[Receptionist, threading.Event]]:
    """An app whose database opens when the event is set."""
    may_open = threading.Event()

    def open_slowly() -> FrontDesk:
        assert may_open.wait(PATIENCE_SECONDS)
        return open_desk()

    app = OpdApp(open_slowly)
    async with app.run_test(size=NARROW) as pilot:
        meera = Receptionist(app, pilot)
        await meera.sees("opening the database …", "1 Board")
        try:
            yield meera, may_open
        finally:
            may_open.set()


async def test_the_bars_stand_before_the_database_is_open(open_desk: OpenDesk) -> None:
    async with slow_opening(open_desk) as (meera, may_open):
        assert "Slots" not in meera.text
        may_open.set()
        await meera.sees("Sun 22 Nov 2026 09:00", "Slots")
        await meera.until(lambda: not meera.app.screen_stack[0].children, "an empty first screen")  # see show_board


async def test_keys_that_come_before_the_board_wait_for_it(open_desk: OpenDesk) -> None:
    async with slow_opening(open_desk) as (meera, may_open):
        meera.burst("2", "3", "1", "/", *"nec", "escape", "?", "escape", "]")
        may_open.set()
        await meera.sees("Mon 23 Nov 2026 (1 day ahead")


async def test_while_the_database_is_being_opened_one_can_only_leave(open_desk: OpenDesk) -> None:
    async with slow_opening(open_desk) as (meera, may_open):
        meera.takes_a_moment()
        for key in ("n", "2", "?", ",", "t", "ctrl+p", "ctrl+l", "escape"):
            await meera.press(key)
        await meera.hears("One moment: the database is being opened.")
        assert len(meera.app.screen_stack) == 1
        await meera.press("ctrl+q")
        may_open.set()
        await meera.until(lambda: meera.app.return_code is not None, "the end")


@pytest.mark.slow
async def test_the_message_line_says_how_far_an_upgrade_is_and_leaving_ends_it(
    open_desk: OpenDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(long_work, "SECONDS_UNTIL_SHOWN", 0)
    may_go_on, ended = threading.Event(), threading.Event()

    def open_slowly() -> FrontDesk:
        upgrade = long_work.Upgrade(app)
        upgrade.report("upgrading", 0.42)
        assert may_go_on.wait(PATIENCE_SECONDS)
        with pytest.raises(StoreUnavailable):
            upgrade.report("upgrading", 0.43)
        ended.set()
        raise StoreUnavailable("Left.")

    app = OpdApp(open_slowly)
    async with app.run_test(size=NARROW) as pilot:
        meera = Receptionist(app, pilot)
        await meera.sees("Upgrading the database: upgrading, 42%")
        await meera.press("ctrl+q")
        await meera.until(lambda: app.return_code is not None, "the end")
        may_go_on.set()
    assert ended.is_set()


async def test_an_older_database_is_upgraded_behind_the_message_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(long_work, "SECONDS_UNTIL_SHOWN", 0)
    path, told = old_file(tmp_path / "opd.db", 3), list[str]()
    app = OpdApp(lambda: open_front_desk(str(path), progress=long_work.Upgrade(app)))
    monkeypatch.setattr(app.notices, "follow", lambda _topic, text: told.append(text))
    async with app.run_test(size=NARROW) as pilot:
        await Receptionist(app, pilot).sees("1 Board", "Slots")
        assert {text.partition(",")[0] for text in told} == {
            "Upgrading the database: copying",
            "Upgrading the database: upgrading",
        }
        assert app.message.sentence == ""


@pytest.mark.slow
async def test_what_was_asked_for_is_done_even_if_one_leaves_meanwhile(
    desk: FrontDesk, open_desk: OpenDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    doctor_with_slots(desk)
    begun, may_go_on = threading.Event(), threading.Event()
    perform = FrontDesk.perform

    def perform_slowly(self: FrontDesk, action: Action, *, expect: Moves | None = None) -> Outcome:
        begun.set()
        assert may_go_on.wait(PATIENCE_SECONDS)
        return perform(self, action, expect=expect)

    app = OpdApp(open_desk)
    async with at_the_counter(app) as meera:
        monkeypatch.setattr(FrontDesk, "perform", perform_slowly)
        await meera.press("n")
        await meera.type("Om")
        await meera.press("enter")
        await meera.until(begun.is_set)
        await meera.press("ctrl+q")
        await meera.until(lambda: app.return_code is not None, "the end")
        assert statuses(desk) == {}
        may_go_on.set()
    assert app.return_code == 0
    assert statuses(desk) == {"A-001": "ACTIVE"}


@pytest.mark.slow
async def test_the_first_of_january_follows_the_last_of_december(desk: FrontDesk, open_desk: OpenDesk) -> None:
    doctor_with_slots(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        for _ in range(40):
            await meera.press("]")
        await meera.sees("Fri 01 Jan 2027 (40 days ahead; press t for today)")
