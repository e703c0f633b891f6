"""Keys in the order in which they were pressed, each to whatever has the focus once the one before it is done.

Textual hands a key to the widget that has the focus when the key arrives. Somebody who types ahead (a name right
after the key that opens the panel, the next patient right behind Enter) would so type into the wrong place.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from textual import events
from textual.message import Message

if TYPE_CHECKING:
    from textual.app import App
    from textual.screen import Screen
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


class Hold:
    """Something under way, for which the keys of a screen wait, or all of them without one.

    They wait from the moment it is made, so that a handler can make it and the worker that it starts can leave it.
    """

    def __init__(self, queue: KeyQueue, screen: Screen[Any] | None, *, finishes: bool) -> None:
        self.queue = queue
        self.screen = screen
        self.finishes = finishes

    async def __aenter__(self) -> None:
        """The keys wait already."""

    async def __aexit__(self, error: type[BaseException] | None, *_: object) -> None:
        self.queue.release(self)
        if error is asyncio.CancelledError:
            # Another worker may take the place of this one: it must come to hold them before the next key goes.
            self.queue.app.call_later(self.queue.next)
        else:
            await self.queue.next()


class KeyQueue:
    """Lets one key at a time through; `held` keeps the next ones until what was begun is done."""

    def __init__(self, app: App[None], deliver: Callable[[Pressed], Awaitable[None]]) -> None:
        self.app = app
        self.deliver = deliver
        self.waiting: deque[tuple[Pressed, Pressed | None]] = deque()
        """Keys, each with the Enter of which it may be the second half."""
        self.under_way: KeyHandled | None = None
        """What follows the last key and has not come back."""
        self.holds: set[Hold] = set()
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

    @property
    def is_held(self) -> bool:
        """Whether something is under way on the screen that the next key would reach."""
        return any(map(self.concerns_the_screen, self.holds))

    def concerns_the_screen(self, hold: Hold) -> bool:
        """Whether it keeps the keys of the screen on top, and not of one below a dialog."""
        return hold.screen in (None, self.app.screen)

    async def press(self, key: Pressed) -> None:
        """Take a key that was pressed, or a text that was pasted."""
        now = time.monotonic()
        before, pressed_at = self.last
        self.last = key, now
        doubles = is_enter(key) and is_enter(before) and now - pressed_at < DOUBLED_SECONDS
        self.waiting.append((key, before if doubles else None))
        if len(self.waiting) == 1 and (self.under_way or self.is_held):
            self.app.set_timer(HELD_SECONDS, self.go_on_anyway)
        await self.next()

    async def next(self) -> None:
        """Let the next key through, but not the second half of a double Enter whose first half has done its work."""
        while self.waiting and not self.under_way and not self.ends and not self.is_held:
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

    def follow(self, handled: KeyHandled) -> None:
        """Go behind a key, unless who has it is gone."""
        self.under_way = handled if handled.target.post_message(handled) else None

    def held(self, screen: Screen[Any] | None = None, *, finishes: bool = False) -> Hold:
        """Keep the keys of a screen, or all, until the end of the `async with`, but for `HELD_SECONDS` at most.

        A dialog that is opened over the screen gets its keys. With `finishes` the second half of a double Enter is
        dropped whose first half began this.
        """
        hold = Hold(self, screen, finishes=finishes)
        self.holds.add(hold)
        self.progress = time.monotonic()
        return hold

    def release(self, hold: Hold) -> None:
        """No key waits for this any longer."""
        if hold.finishes and hold in self.holds:  # else later keys were let through meanwhile
            self.finished_by = self.delivered
        self.holds.discard(hold)

    async def go_on_anyway(self) -> None:
        """Nothing keeps keys for long."""
        if not self.waiting:
            return
        waited = time.monotonic() - self.progress
        if self.under_way and (not self.under_way.target.is_running or waited >= LOST_SECONDS):
            self.under_way = None
        if waited >= HELD_SECONDS:
            self.holds = {hold for hold in self.holds if not self.concerns_the_screen(hold)}
        await self.next()
        if self.waiting:
            self.app.set_timer(HELD_SECONDS, self.go_on_anyway)


def is_enter(key: Pressed | None) -> bool:
    """Whether it is the Enter key."""
    return isinstance(key, events.Key) and key.key == "enter"
