"""A simulated receptionist, who presses keys, reads the screen and waits for what they expect to see."""

from __future__ import annotations

import asyncio
import datetime as dt
import re
import time
import unicodedata
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from rich.cells import cell_len
from textual import events
from textual.keys import KEY_NAME_REPLACEMENTS
from textual.message_pump import MessagePump
from textual.pilot import Pilot
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widget import Widget

from opd_tui.clock import FixedClock
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.tui.app import OpdApp
from opd_tui.tui.host.message_log import Message
from opd_tui.tui.keys.typed import LOOK_AHEAD_SECONDS, PAUSE_SECONDS
from tests.support.helpers import add_doctor, issue, open_slot

PATIENCE_SECONDS = 45
"""After so long something that was expected is not coming; nothing is measured with it."""
SECONDS_HELD_AT_MOST = 10
"""After so long an operation that holds keys is one that the test holds up; a machine may stand still for a second."""
POLL_SECONDS = 0.004
QUIET_TURNS = 10
"""After so many turns of the event loop without a message in any queue, none is on its way."""
FRAMES = re.compile("[─-╿]")
SCROLL_BAR = "▁▂▃▄▅▆▇█ "
NARROW, WIDE = (80, 24), (120, 40)

OpenDesk = Callable[..., FrontDesk]


class TypingClock:
    """The clock by which keys are timed; it stands still until it is set forward."""

    def __init__(self) -> None:
        self.seconds = time.monotonic()

    def __call__(self) -> float:
        return self.seconds


class Receptionist:
    """Drives an app by its keys only."""

    def __init__(self, app: OpdApp, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot
        self.heard: list[Message] = []
        """The messages that were waited for, and those before them."""
        self.clock = app.keys.clock = TypingClock()

    async def press(self, *keys: str) -> None:
        """Press keys one after another, waiting for the effects of each, and pausing before each."""
        for key in keys:
            await self.pause()
            self.app.post_message(key_event(key))
            await self.breathe()
            self.clock.seconds += LOOK_AHEAD_SECONDS
            self.app.keys.key_came.set()  # ends the wait for a key that might follow

    def burst(self, *keys: str | events.Key | events.Paste) -> None:
        """Let keys arrive at once, as from a stalled line; after a pause, unless keys are held."""
        if not self.app.keys.is_held:
            self.clock.seconds += PAUSE_SECONDS
        for key in keys:
            self.app.post_message(key_event(key) if isinstance(key, str) else key)

    async def pause(self) -> None:
        """Wait for the effect of the last key, and let the pause be over of which the app knows."""
        enough = time.monotonic() + SECONDS_HELD_AT_MOST
        while self.app.return_code is None and self.app.keys.is_held and time.monotonic() < enough:
            await self.pilot.pause(0)
        self.clock.seconds += PAUSE_SECONDS

    async def type(self, text: str) -> None:
        """Type a text without pausing between the keys."""
        await self.type_at_once(*text)

    async def type_at_once(self, *keys: str) -> None:
        """Press keys without waiting for the effects of each."""
        await self.pause()
        for key in keys:
            self.app.post_message(key_event(key))
        await self.breathe()

    async def paste(self, text: str) -> None:
        """Paste a text, including any control characters, as the terminal does."""
        await self.pause()
        self.app.post_message(events.Paste(text))
        await self.breathe()

    async def breathe(self) -> None:
        """Let the app process its keys and messages until only the desk's answers are awaited."""
        keys = self.app.keys
        deadline = time.monotonic() + PATIENCE_SECONDS
        await self.quiet()
        while self.app.return_code is None and (keys.under_way or (keys.waiting and not keys.is_held)):
            assert time.monotonic() < deadline, f"{keys.under_way or keys.waiting[0]} has no end"
            await self.pilot.pause(0)
        await self.hop()

    async def hop(self) -> None:
        """Let messages that are on their way arrive, and what comes of them be drawn."""
        await self.quiet()
        await self.pilot.pause(0)
        await self.quiet()

    async def quiet(self) -> None:
        """Wait until no message is in any queue."""
        pumps, turns = self.pumps, 0
        while turns < QUIET_TURNS:
            await asyncio.sleep(0)
            turns = 0 if any(pump.message_queue_size for pump in pumps) else turns + 1

    @property
    def pumps(self) -> list[MessagePump]:
        """The app and everything on its screens."""
        return [self.app, *(node for screen in self.app.screen_stack for node in screen.walk_children(with_self=True))]

    def takes_a_moment(self) -> None:
        """Let the moment be over in which keys wait for the desk."""
        self.app.keys.holds.clear()

    async def until(self, condition: Callable[[], object], expected: str = "what was expected") -> None:
        """Wait for a condition, and for what comes with it."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            assert time.monotonic() < deadline, f"{expected} did not come; the screen says:\n{self.text}"
            await self.pilot.pause(POLL_SECONDS)
        await self.hop()

    async def sees(self, *texts: str, within: str | None = None) -> None:
        """Wait for texts on the screen, or within the widget that matches a selector."""
        for text in texts:
            await self.until(lambda text=text: text in self.read(within), f"“{text}”")

    async def no_longer_sees(self, text: str) -> None:
        """Wait until a text is gone from the screen."""
        await self.until(lambda: text not in self.text, f"the end of “{text}”")

    async def asks(self, *texts: str) -> None:
        """Wait for a question that contains the texts."""
        await self.sees(*texts, within=".question")

    async def hears(self, *texts: str) -> None:
        """Wait for texts in one message that was not heard before, in the line or just replaced there."""

        def heard() -> int | None:
            return next((n for n, said in enumerate(self.messages) if all(text in said for text in texts)), None)

        await self.until(lambda: heard() is not None, f"a message {texts}")
        self.heard += self.unheard[: (heard() or 0) + 1]

    async def panel_closes(self) -> None:
        """Wait until the panel for a new token is closed and what it covered is redrawn."""
        await self.until(lambda: not self.panel_is_open and "━ New token" not in self.text, "the panel's end")

    async def settle(self) -> None:
        """Wait until everything that the keys asked for is done."""
        for _ in range(3):
            await self.breathe()
            await self.app.async_desk.act(lambda desk: None)
            await self.app.async_desk.read(lambda desk: None)
            await self.app.async_desk.foresee(lambda desk: None)
        await self.pilot.pause(POLL_SECONDS)  # what timers draw
        await self.breathe()

    async def look_again(self) -> None:
        """Reload the screen, as after an action at this desk."""
        self.app.desk_changed.publish(None)
        await self.settle()

    async def time_passes(self, clock: FixedClock, minutes: int) -> None:
        """Set the desk's clock forward."""
        clock.instant += dt.timedelta(minutes=minutes)
        self.app.tick()
        await self.settle()

    @property
    def strips(self) -> list[Strip]:
        """Return the lines of the screen as they are drawn."""
        return self.app.screen._compositor.render_strips()

    @property
    def text(self) -> str:
        """The whole screen."""
        return "\n".join(strip.text for strip in self.strips)

    def read(self, selector: str | None = None) -> str:
        """Return the screen, or the part within a widget, as running text without frames."""
        found = self.app.screen.query(selector) if selector else ()
        text = self.text_of(found.first()) if found else "" if selector else self.text
        return " ".join(FRAMES.sub(" ", text).split())

    def lines(self, selector: str) -> list[str]:
        """Return the lines of a widget as they are drawn, without its scroll bar."""
        found = self.app.screen.query(selector)
        lines = self.text_of(found.first()).splitlines() if found else []
        return [line.rstrip(SCROLL_BAR) for line in lines]

    def text_of(self, widget: Widget) -> str:
        """Return the text drawn in a widget's region."""
        region = widget.region.intersection(self.app.screen.region)
        rows = self.strips[region.y : region.bottom] if widget.display else []
        return "\n".join(strip.crop(region.x, region.right).text for strip in rows)

    def line_with(self, text: str, selector: str) -> str:
        """Return the first line of a widget that contains a text."""
        return next((line for line in self.lines(selector) if text in line), "")

    @property
    def unheard(self) -> list[Message]:
        """The messages that were not heard yet, oldest first."""
        log = self.app.notices.log
        messages = (*log.history, *(each for each in (log.current,) if each and each not in log.history))
        return [each for each in messages if each not in self.heard]

    @property
    def messages(self) -> list[str]:
        """The texts of the messages that were not heard yet, oldest first."""
        return [f"{each.sentence}{each.times}" for each in self.unheard]

    @property
    def message(self) -> str:
        """The text of the message line."""
        return self.read("MessageLine")

    @property
    def question(self) -> str:
        """The text of the open question."""
        return self.read(".question")

    @property
    def dialogs(self) -> int:
        """The number of open dialogs."""
        return sum(isinstance(screen, ModalScreen) for screen in self.app.screen_stack)

    @property
    def panel_is_open(self) -> bool:
        """Whether the panel for a new token is open."""
        panels = self.app.screen.query("NewToken")
        return bool(panels) and bool(panels.first().visible)

    @property
    def focused_id(self) -> str | None:
        """The id of the focused widget."""
        return self.app.focused.id if self.app.focused else None

    def assert_columns_are_straight(self) -> None:
        """Assert that every line is as wide as the screen and that no control character is drawn."""
        width, height = self.app.size
        assert len(self.strips) == height
        for strip in self.strips:
            assert strip.cell_length == cell_len(strip.text) == width, repr(strip.text)
            assert not any(ord(c) < 32 or 0x7F <= ord(c) < 0xA0 or ord(c) in range(0x202A, 0x202F) for c in strip.text)


def key_event(key: str) -> events.Key:
    """Return a key event as from the terminal: a character by itself, any other key by its name."""
    if len(key) > 1:
        return events.Key(key, None)
    name = key if key.isalnum() else unicodedata.name(key).lower().replace(" ", "_").replace("-", "_")
    return events.Key(KEY_NAME_REPLACEMENTS.get(name, name), key)


@asynccontextmanager
async def at_the_counter(app: OpdApp, size: tuple[int, int] = NARROW) -> AsyncIterator[Receptionist]:
    """Yield a receptionist at an app that has opened its desk and shown the day."""
    async with app.run_test(size=size) as pilot:
        receptionist = Receptionist(app, pilot)
        await receptionist.until(lambda: app.is_open, "the board")
        await receptionist.settle()
        yield receptionist
        if app.return_code is None:
            await receptionist.breathe()  # Textual cannot shut down in the middle of a change of screens
        app.workers.cancel_all()  # as the app does when it exits by itself


def doctor_with_slots(desk: FrontDesk, code: str = "A", hours: int = 1, capacity: int = 2, **fields: Any) -> list[int]:
    """Add a doctor with adjacent one-hour slots from 09:00; return the slots' ids."""
    doctor = add_doctor(desk, **{"name": f"Dr {code}", "code": code, **fields})
    return [open_slot(desk, doctor, f"{hour:02}:00", f"{hour + 1:02}:00", capacity) for hour in range(9, 9 + hours)]


def full_slot(desk: FrontDesk, waiting: int = 0, hours: int = 1) -> int:
    """Open Dr A's slot at 09:00 with both seats taken, by Asha Verma and Ravi Kumar; further patients wait."""
    slot = doctor_with_slots(desk, hours=hours)[0]
    names = ["Asha Verma", "Ravi Kumar", "Sunita Rao", "Kabir Mehta", "Diya Joseph"]
    for name in names[: 2 + waiting]:
        issue(desk, slot, name)
    return slot
