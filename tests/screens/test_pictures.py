"""Pictures of the screens, compared with the accepted ones in `__snapshots__`.

`pytest tests/screens/test_pictures.py --snapshot-update` accepts the screens as they are; look at the pictures before.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from opd_tui.clock import FixedClock
from opd_tui.demo.player import Player
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.desk.opening import open_front_desk
from opd_tui.domain.events import TokenPreempted
from opd_tui.tui.app import OpdApp
from opd_tui.tui.settings.preferences import Preferences
from tests.conftest import NINE, ZONE
from tests.support.full_day import NOW, full_day
from tests.support.pilot import NARROW, WIDE, OpenDesk, Receptionist

SnapCompare = Callable[..., bool]
TINY, HUGE = (50, 12), (200, 50)
AT_09_25 = 4
"""How many steps of the timeline have been played then."""


REPORT_FOLDER = os.environ.get("TEXTUAL_SNAPSHOT_TEMPDIR", "")


@pytest.fixture(autouse=True)
def report_folder(quiet_environment: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the report of the pictures that differ is gathered."""
    monkeypatch.setenv("TEXTUAL_SNAPSHOT_TEMPDIR", REPORT_FOLDER)


@dataclass(frozen=True)
class Scene:
    """The screen after the timeline's steps and some keys."""

    name: str
    keys: tuple[str, ...] = ()
    steps: int = AT_09_25
    sizes: tuple[tuple[int, int], ...] = (NARROW, WIDE)


SCENES = (
    Scene("board"),
    Scene("queue", ("enter", "home", "down")),
    Scene("waitlist", ("2",)),
    Scene("filtered waitlist", ("2", "/", *"dr a"), sizes=(NARROW,)),
    Scene("doctors", ("3",)),
    Scene("new token that takes a seat", ("n", *"Leela", "tab", "e")),
    Scene("new token that waits", ("n",), sizes=(NARROW,)),
    Scene("question before an emergency", ("e", *"Om", "enter")),
    Scene("question before a cancellation", ("enter", "home", "c"), sizes=(NARROW,)),
    Scene("form for a doctor", ("3", "a", "enter")),
    Scene("form for a session", ("3", "s"), sizes=(NARROW,)),
    Scene("slip", ("enter", "home", "f3"), sizes=(NARROW,)),
    Scene("find", ("/", *"ra")),
    Scene("help", ("?",)),
    Scene("palette", ("ctrl+p",)),
    Scene("the end of the day", steps=6),
    Scene("another day", ("]",), sizes=(NARROW,)),
    Scene("empty board", steps=0),
    Scene("empty doctors", ("3",), steps=0, sizes=(NARROW,)),
    Scene("names hidden", ("ctrl+l",), sizes=(NARROW,)),
    Scene("too small", sizes=(TINY,)),
)
FAST = {
    "board",
    "queue",
    "waitlist",
    "doctors",
    "new token that takes a seat",
    "question before an emergency",
    "form for a doctor",
    "help",
    "palette",
    "too small",
}
"""The scenes that are in the fast set too, in their first size."""
PICTURES = [
    pytest.param(
        scene,
        size,
        id=f"{scene.name} {size[0]}x{size[1]}",
        marks=() if scene.name in FAST and not number else pytest.mark.slow,
    )
    for scene in SCENES
    for number, size in enumerate(scene.sizes)
]


def play(desk: FrontDesk, clock: FixedClock, steps: int) -> None:
    """Play the timeline as far as the scene needs."""
    if steps:
        player = Player(desk, clock, desk.actor)
        player.prepare()
        for _ in range(steps):
            player.play_next()


def pressing(app: OpdApp, keys: tuple[str, ...]) -> Callable[[Pilot[None]], Awaitable[None]]:
    """What happens before the picture is taken."""

    async def press(pilot: Pilot[None]) -> None:
        receptionist = Receptionist(app, pilot)
        await receptionist.until(lambda: app.is_open, "the board")
        await receptionist.settle()
        for key in keys:
            await receptionist.press(key)
            await receptionist.settle()
        for field in app.screen.query(Input):
            field.cursor_blink = False
        await receptionist.settle()

    return press


@pytest.mark.fast_cases(6)
@pytest.mark.parametrize(("scene", "size"), PICTURES)
def test_the_screen_looks_as_it_was_accepted(
    scene: Scene,
    size: tuple[int, int],
    desk: FrontDesk,
    open_desk: OpenDesk,
    clock: FixedClock,
    snap_compare: SnapCompare,
) -> None:
    play(desk, clock, scene.steps)
    app = OpdApp(open_desk)
    assert snap_compare(app, terminal_size=size, run_before=pressing(app, scene.keys))


def test_without_colour_the_board_says_the_same(
    desk: FrontDesk,
    open_desk: OpenDesk,
    clock: FixedClock,
    snap_compare: SnapCompare,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    play(desk, clock, AT_09_25)
    app = OpdApp(open_desk)
    preempted = [record.token.id for record in desk.token_list() if record.token.number in {"A-001", "A-002"}]

    async def mark(pilot: Pilot[None]) -> None:
        await pressing(app, ())(pilot)
        app.marks = dict.fromkeys(preempted, TokenPreempted.reason)
        await Receptionist(app, pilot).settle()

    assert snap_compare(app, terminal_size=NARROW, run_before=mark)


# A full day


@pytest.fixture(scope="session")
def full_days(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Path]:
    """Returns a database with a full day of so many doctors, which is filled once."""

    @cache
    def filled(doctors: int) -> Path:
        path = tmp_path_factory.mktemp("full days") / f"{doctors}.db"
        clock = FixedClock(NINE)
        with closing(open_front_desk(str(path), operator="meera", desk="desk 1", clock=clock, zone=ZONE)) as desk:
            full_day(desk, clock, doctors)
        return path

    return filled


MAIN_SCREENS = {"board": (), "queue": ("enter", "end"), "waitlist": ("2",), "doctors": ("3",)}
OTHERS = {"details": ("2", "v"), "emergency": ("e", *"Leela"), "find": ("/", *"kha"), "messages": ("z", "f7")}
DAYS = [
    pytest.param(keys, doctors, size, id=f"{name} of {doctors} at {size[0]}x{size[1]}")
    for name, keys in (MAIN_SCREENS | OTHERS).items()
    for doctors in ((3, 12, 40) if name in MAIN_SCREENS else (12,))
    for size in ((NARROW, WIDE, HUGE) if doctors == 12 else (NARROW, WIDE))
]


@pytest.fixture
def open_full_day(
    full_days: Callable[[int], Path], database_path: Path, open_desk: OpenDesk, clock: FixedClock
) -> Callable[[int], OpenDesk]:
    """Returns how desks are opened on a copy of a full day, at a quarter to ten."""

    def copied(doctors: int) -> OpenDesk:
        shutil.copy(full_days(doctors), database_path)
        clock.instant = dt.datetime.combine(NINE.astimezone(ZoneInfo(ZONE)).date(), NOW, ZoneInfo(ZONE))
        return open_desk

    return copied


@pytest.mark.slow
@pytest.mark.parametrize(("keys", "doctors", "size"), DAYS)
def test_a_full_day_looks_as_it_was_accepted(
    keys: tuple[str, ...],
    doctors: int,
    size: tuple[int, int],
    open_full_day: Callable[[int], OpenDesk],
    snap_compare: SnapCompare,
) -> None:
    app = OpdApp(open_full_day(doctors))
    assert snap_compare(app, terminal_size=size, run_before=pressing(app, keys))


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["textual-light", "catppuccin-latte"])
def test_a_full_day_in_a_light_theme_looks_as_it_was_accepted(
    theme: str, open_full_day: Callable[[int], OpenDesk], snap_compare: SnapCompare
) -> None:
    app = OpdApp(open_full_day(12), Preferences(theme=theme))
    assert snap_compare(app, terminal_size=WIDE, run_before=pressing(app, ("enter",)))
