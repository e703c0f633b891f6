"""The pictures of the README: the real screens at each step of the timeline that matters, and in the rush of the day.

`python -m tests.screenshots` draws them again; a test says when they are stale.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import inspect
import re
from dataclasses import dataclass
from pathlib import Path

from textual.pilot import Pilot

from opd_tui.demo.player import PlayedStep
from opd_tui.tui.app import OpdApp
from opd_tui.tui.demo_app import DAY, DemoApp
from opd_tui.tui.screens.desk_screen import DeskScreen

FOLDER = Path(__file__).parent.parent / "screenshots"
WIDE, NARROW, TALL = (120, 36), (80, 24), (120, 40)
LOADING = ("load", "queue", "preview", "demo")
FRAME_SECONDS = 0.08
"""Longer than Textual holds a frame back when it changes the screen."""
_FONT_FACES = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


@dataclass(frozen=True)
class Scene:
    """The demo after so many steps, or the day at a time, and the keys that are pressed then."""

    name: str
    stands: int | str
    keys: tuple[str, ...] = ()
    size: tuple[int, int] = WIDE


RUSH = "10:40"
UNSEEN_UNTIL = dt.time(10, 35)
"""The day is played without being shown until then, which takes a tenth of the time."""
AT_BAN = ("right", "up", "up", "right")
"""The keys to the running slot of the first doctor."""
SCENES = (
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
    Scene("day", RUSH, (*AT_BAN, "enter"), TALL),
    Scene("day-emergency-asks", RUSH, ("right", "e", *"Imran", "space", *"Khan", "enter")),
    Scene("day-card", RUSH, (*AT_BAN, "enter", *("down",) * 3, "enter"), TALL),
    Scene("day-waitlist", RUSH, ("2",)),
    Scene("day-doctors", RUSH, ("3",)),
    Scene("day-80x24", RUSH, (*AT_BAN, "enter"), NARROW),
    Scene("day-board-80x24", RUSH, ("right",), NARROW),
)


class DayApp(DemoApp):
    """The demo of the whole day, whose early steps are not shown."""

    CSS_PATH = Path(inspect.getfile(DemoApp)).parent / f"{DemoApp.CSS_PATH}"

    def show_played(self, played: PlayedStep) -> None:
        if played.step.at >= UNSEEN_UNTIL:
            super().show_played(played)


async def draw(scene: Scene) -> str:
    """The scene as SVG, with the fonts left to whoever looks at it."""
    is_day = isinstance(scene.stands, str)
    app = DayApp(60.0, play=DAY, playing=False) if is_day else DemoApp(playing=False)
    app.mark_seconds = 0.01 if is_day else 3600.0
    async with app.run_test(size=scene.size) as pilot:
        svg = await settled(app, pilot)
        if is_day:
            app.play_on(lambda played: played.step.at >= UNSEEN_UNTIL)
            svg = await settled(app, pilot)
        steps = 0
        while app.demo.time < scene.stands if isinstance(scene.stands, str) else steps < scene.stands:
            await pilot.press("full_stop")
            svg = await settled(app, pilot)
            steps += 1
        for key in scene.keys:
            await pilot.press(key)
            svg = await settled(app, pilot)
    return _FONT_FACES.sub("", svg).replace("<svg ", '<svg xml:space="preserve" ', 1)


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
