"""The pictures of the README: the real screens on a full day, and at each step of the timeline that matters.

`python -m tests.screenshots` draws them again; a test says when they are stale.
"""

from __future__ import annotations

import asyncio
import re
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from textual.pilot import Pilot

from opd_tui.clock import FixedClock
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.desk.opening import open_front_desk
from opd_tui.tui.app import OpdApp
from opd_tui.tui.demo_app import DemoApp
from opd_tui.tui.screens.desk_screen import DeskScreen
from tests.conftest import NINE, ZONE
from tests.support.full_day import full_day

FOLDER = Path(__file__).parent.parent / "screenshots"
WIDE, NARROW = (120, 36), (80, 24)
LOADING = ("load", "queue", "preview", "demo")
FRAME_SECONDS = 0.08
"""Longer than Textual holds a frame back when it changes the screen."""
_FONT_FACES = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


@dataclass(frozen=True)
class Scene:
    """The demo after so many steps, or a full day without the demo, and the keys that are pressed then."""

    name: str
    steps: int | None
    keys: tuple[str, ...] = ()
    size: tuple[int, int] = WIDE


SCENES = (
    Scene("full-day", None),
    Scene("full-day-emergency-asks", None, ("e", *"Imran", "space", *"Khan", "enter")),
    Scene("full-day-waitlist", None, ("2",)),
    Scene("full-day-80x24", None, ("enter",), NARROW),
    Scene("0900-the-slots-fill-up", 1),
    Scene("0910-three-wait", 2),
    Scene("0915-paid-takes-a-seat", 3),
    Scene("0925-emergency-asks-first", 3, ("e", *"Imran", "space", *"Khan", "enter")),
    Scene("0925-emergency-takes-a-seat", 4),
    Scene("0925-new-token-80x24", 4, ("n", *"Leela"), NARROW),
    Scene("0940-cancelled-and-promoted", 5),
    Scene("0950-no-show-and-promoted", 6, ("down", "enter")),
    Scene("0950-board-80x24", 6, (), NARROW),
    Scene("0950-waitlist", 6, ("2",)),
    Scene("0950-doctors", 6, ("3",)),
    Scene("help", 6, ("question_mark",)),
)


async def draw(scene: Scene) -> str:
    """The scene as SVG, with the fonts left to whoever looks at it."""
    with TemporaryDirectory() as folder:
        app = DemoApp(playing=False) if scene.steps is not None else full_day_app(Path(folder) / "day.db")
        app.mark_seconds = 3600.0
        async with app.run_test(size=scene.size) as pilot:
            svg = await settled(app, pilot)
            for key in ("full_stop",) * (scene.steps or 0) + scene.keys:
                await pilot.press(key)
                svg = await settled(app, pilot)
    return _FONT_FACES.sub("", svg).replace("<svg ", '<svg xml:space="preserve" ', 1)


def full_day_app(path: Path) -> OpdApp:
    """Return an app on a new database with a full day, at a quarter to ten."""
    clock = FixedClock(NINE)

    def open_desk() -> FrontDesk:
        return open_front_desk(str(path), operator="meera", desk="desk 1", clock=clock, zone=ZONE)

    with closing(open_desk()) as desk:
        full_day(desk, clock)
    return OpdApp(open_desk)


async def settled(app: OpdApp, pilot: Pilot[None]) -> str:
    """The picture once two in a row are alike and nothing is under way but a question that waits for its answer."""
    before, svg = "", picture(app)
    while before != svg or is_busy(app):
        before = svg
        await pilot.pause(FRAME_SECONDS)
        svg = picture(app)
    return svg


def is_busy(app: OpdApp) -> bool:
    """Whether a key, a view or a step of the demo is still under way."""
    loading = any(worker.group in LOADING for worker in app.workers)
    unseen = isinstance(app.screen, DeskScreen) and app.screen.is_stale
    return loading or unseen or app.keys.under_way or bool(app.keys.waiting)


def picture(app: OpdApp) -> str:
    """What the terminal shows now."""
    return app.export_screenshot(title="opd-tui", simplify=True)


def path_of(scene: Scene) -> Path:
    """Where the scene's picture is kept."""
    return FOLDER / f"{scene.name}.svg"


def main() -> None:
    """Draw every scene again."""
    FOLDER.mkdir(exist_ok=True)
    wanted = {path_of(scene) for scene in SCENES}
    for stale in set(FOLDER.glob("*.svg")) - wanted:
        stale.unlink()
    for scene in SCENES:
        path_of(scene).write_text(asyncio.run(draw(scene)), "utf-8")


if __name__ == "__main__":
    main()
