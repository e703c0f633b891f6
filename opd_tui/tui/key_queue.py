"""Keys in the order in which they were pressed, each to whatever has the focus once the one before it is done.

Textual hands a key to the widget that has the focus when the key arrives. Somebody who types ahead (a name right
after the key that opens the panel, the next patient right behind Enter) would so type into the wrong place.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from textual import events
from textual.message import Message

if TYPE_CHECKING:
    from textual.app import App
    from textual.widget import Widget

Pressed = events.Key | events.Paste
"""A pasted text waits its turn among the keys."""

LAPS = 2
"""A key may post a message (an Input's Enter does) whose handler moves the focus: the second lap comes behind it."""
DOUBLED_SECONDS = 0.3
"""An Enter so soon behind another is the same one, from a tired finger."""
HELD_SECONDS = 1.0
"""Keys wait for what was begun, but no longer: a screen that waits for another desk must not look frozen."""
LOST_SECONDS = 3.0
"""A key that was not heard of for so long never comes back; before, a slow machine is still busy with it."""


class KeyHandled(Message):
    """Follows a key through the same queues, and so comes back to the app when the key has had its effect."""

    def __init__(self, target: Widget, laps: int) -> None:
        super().__init__()
        self.target = target
        """Who is busy with the key."""
        self.laps = laps


class KeyQueue:
    """Lets one key at a time through; `hold` keeps the next ones until what was begun is done."""

    def __init__(self, app: App[None], deliver: Callable[[Pressed], Awaitable[None]]) -> None:
        self.app = app
        self.deliver = deliver
        self.waiting: deque[tuple[Pressed, Pressed | None]] = deque()
        """Keys, each with the Enter of which it may be the second half."""
        self.under_way: KeyHandled | None = None
        """What follows the last key and has not come back."""
        self.held = False
        self.last: tuple[Pressed | None, float] = (None, 0.0)
        self.delivered: Pressed | None = None
        """The last key that went on its way."""
        self.finished_by: Pressed | None = None
        """The last key that finished something."""
        self.progress = 0.0
        """When a key last went on its way, came back, or was let go."""

    @property
    def focus(self) -> Widget:
        """Where a key goes."""
        return self.app.focused or self.app.screen

    @property
    def ends(self) -> bool:
        """Whether the app is being left, so that a key would reach what is half gone."""
        return not self.app.is_running or self.app.return_code is not None

    async def press(self, key: Pressed) -> None:
        """Take a key that was pressed, or a text that was pasted."""
        now = time.monotonic()
        before, pressed_at = self.last
        self.last = key, now
        doubles = is_enter(key) and is_enter(before) and now - pressed_at < DOUBLED_SECONDS
        self.waiting.append((key, before if doubles else None))
        if len(self.waiting) == 1 and (self.under_way or self.held):
            self.app.set_timer(HELD_SECONDS, self.go_on_anyway)
        await self.next()

    async def next(self) -> None:
        """Let the next key through, but not the second half of a double Enter whose first half has done its work."""
        while self.waiting and not self.under_way and not self.held and not self.ends:
            key, first_half = self.waiting.popleft()
            self.progress = time.monotonic()
            if first_half is not None and first_half is self.finished_by:
                continue
            self.delivered = key
            self.under_way = behind = KeyHandled(self.focus, LAPS)
            await self.deliver(key)
            self.follow(behind)

    async def done(self, back: KeyHandled) -> None:
        """A key came back: once more around, or on to the next."""
        if back is not self.under_way:
            return  # it was given up
        self.progress = time.monotonic()
        self.under_way = None
        if back.laps > 1:
            self.follow(KeyHandled(self.focus, back.laps - 1))
        await self.next()

    def follow(self, key_done: KeyHandled) -> None:
        """Go behind a key, unless who has it is gone."""
        self.under_way = key_done if key_done.target.post_message(key_done) else None

    def hold(self) -> None:
        """Keep the next keys until `release`, or for `HELD_SECONDS`."""
        self.held = True
        self.progress = time.monotonic()

    async def release(self, *, finished: bool) -> None:
        """What was begun is finished, or asks a question: let the keys go on."""
        if finished:
            self.finished_by = self.delivered
        if self.held:
            self.held = False
            await self.next()

    async def go_on_anyway(self) -> None:
        """Nothing keeps keys for long."""
        if not self.waiting:
            return
        waited = time.monotonic() - self.progress
        if self.under_way and (not self.under_way.target.is_running or waited >= LOST_SECONDS):
            self.under_way = None
        if self.held and waited >= HELD_SECONDS:
            self.held = False
        await self.next()
        if self.waiting:
            self.app.set_timer(HELD_SECONDS, self.go_on_anyway)


def is_enter(key: Pressed | None) -> bool:
    """Whether it is the Enter key."""
    return isinstance(key, events.Key) and key.key == "enter"
