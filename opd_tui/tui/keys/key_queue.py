"""A queue that delivers each key after the previous one has been handled.

Textual sends a key to the widget that has the focus when the key arrives. A user who types ahead (a name right after
the key that opens the panel, or the next patient right after Enter) would type into the wrong widget.
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
"""Pasted text is queued in order with the keys."""

LAPS = 2
"""How often `KeyHandled` goes around: a key may post a message whose handler moves the focus (Enter in an Input), and
the second lap is queued after that message."""
DOUBLED_SECONDS = 0.3
"""An Enter within this time of another one counts as an accidental double press."""
HELD_SECONDS = 1.0
"""The longest time keys are held, so that a screen waiting for another desk does not look frozen."""
LOST_SECONDS = 3.0
"""A key that is not handled within this time is given up; a slow machine may need almost this long."""


class KeyHandled(Message):
    """A message that follows a key through the same queues and so reaches the app after the key has taken effect."""

    def __init__(self, target: Widget, laps: int) -> None:
        super().__init__()
        self.target = target
        """The widget that handles the key."""
        self.laps = laps


class Hold:
    """An operation during which the keys of a screen, or all keys if `screen` is None, are held.

    Keys are held from construction on, so that a handler can create the hold and the worker it starts can release it.
    """

    def __init__(self, queue: KeyQueue, screen: Screen[Any] | None, *, finishes: bool) -> None:
        self.queue = queue
        self.screen = screen
        self.finishes = finishes

    async def __aenter__(self) -> None:
        """Do nothing: keys are held since construction."""

    async def __aexit__(self, error: type[BaseException] | None, *_: object) -> None:
        self.queue.release(self)
        if error is asyncio.CancelledError:
            # An exclusive worker may replace this one: let it take its hold before the next key is delivered.
            self.queue.app.call_later(self.queue.next)
        else:
            await self.queue.next()


class KeyQueue:
    """A queue that delivers one key at a time; `held` delays the next ones until an operation finishes."""

    def __init__(self, app: App[None], deliver: Callable[[Pressed], Awaitable[None]]) -> None:
        self.app = app
        self.deliver = deliver
        self.waiting: deque[tuple[Pressed, Pressed | None]] = deque()
        """Queued keys, each with the Enter that it may repeat as a double press."""
        self.under_way: KeyHandled | None = None
        """The message that follows the last key, until it comes back."""
        self.holds: set[Hold] = set()
        self.last: tuple[Pressed | None, float] = (None, 0.0)
        self.delivered: Pressed | None = None
        """The last key that was delivered."""
        self.finished_by: Pressed | None = None
        """The last key whose operation finished."""
        self.progress = 0.0
        """When a key was last delivered or handled, or a hold began (monotonic)."""

    @property
    def focus(self) -> Widget:
        """The widget or screen that receives the next key."""
        return self.app.focused or self.app.screen

    @property
    def ends(self) -> bool:
        """Whether the app is exiting, so that its widgets may already be gone."""
        return not self.app.is_running or self.app.return_code is not None

    @property
    def is_held(self) -> bool:
        """Whether an operation holds the keys of the active screen."""
        return any(map(self.concerns_the_screen, self.holds))

    def concerns_the_screen(self, hold: Hold) -> bool:
        """Return whether a hold applies to the active screen, not to one below a dialog."""
        return hold.screen in (None, self.app.screen)

    async def press(self, key: Pressed) -> None:
        """Queue a pressed key or pasted text."""
        now = time.monotonic()
        before, pressed_at = self.last
        self.last = key, now
        doubles = is_enter(key) and is_enter(before) and now - pressed_at < DOUBLED_SECONDS
        self.waiting.append((key, before if doubles else None))
        if len(self.waiting) == 1 and (self.under_way or self.is_held):
            self.app.set_timer(HELD_SECONDS, self.go_on_anyway)
        await self.next()

    async def next(self) -> None:
        """Deliver the next key; drop the second Enter of a double press if the first one finished its operation."""
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
        """Start the next lap for a handled key, or deliver the next key."""
        if back is not self.under_way:
            return  # the key was given up
        self.progress = time.monotonic()
        self.under_way = None
        if back.laps > 1:
            self.follow(KeyHandled(self.focus, back.laps - 1))
        await self.next()

    def follow(self, handled: KeyHandled) -> None:
        """Post the message that follows a key, unless its target is gone."""
        self.under_way = handled if handled.target.post_message(handled) else None

    def held(self, screen: Screen[Any] | None = None, *, finishes: bool = False) -> Hold:
        """Hold the keys of a screen, or all keys, until the `async with` ends, but for at most `HELD_SECONDS`.

        A dialog opened over the screen still gets its keys. With `finishes`, the second Enter of a double press is
        dropped if the first one started this operation.
        """
        hold = Hold(self, screen, finishes=finishes)
        self.holds.add(hold)
        self.progress = time.monotonic()
        return hold

    def release(self, hold: Hold) -> None:
        """Release a hold."""
        if hold.finishes and hold in self.holds:  # otherwise it has timed out and later keys were delivered
            self.finished_by = self.delivered
        self.holds.discard(hold)

    async def go_on_anyway(self) -> None:
        """Give up a lost key and release holds that have timed out."""
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
    """Return whether this is the Enter key."""
    return isinstance(key, events.Key) and key.key == "enter"
