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
PATIENCE_SECONDS = 0.3
"""After this, keys go on whatever happens: a desk that waits for another one must not look frozen."""


class KeyDone(Message):
    """Follows a key through the same queues, and so comes back to the app when the key has had its effect."""

    def __init__(self, laps: int) -> None:
        super().__init__()
        self.laps = laps


class KeyLine:
    """Lets one key at a time through; `hold` keeps the next ones until what was begun is done."""

    def __init__(self, app: App[None], deliver: Callable[[Pressed], Awaitable[None]]) -> None:
        self.app = app
        self.deliver = deliver
        self.waiting: deque[tuple[Pressed, bool]] = deque()
        """Keys with whether they are an Enter right behind an Enter."""
        self.under_way = False
        self.held = False
        self.last: tuple[str, float] = ("", 0.0)
        self.patience = PATIENCE_SECONDS
        """How long keys are held at most."""
        self.finished = 0.0
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
        last_key, last_time = self.last
        name = key.key if isinstance(key, events.Key) else "paste"
        self.last = name, now
        doubled = name == last_key == "enter" and now - last_time < PATIENCE_SECONDS
        self.waiting.append((key, doubled))
        if len(self.waiting) == 1 and (self.under_way or self.held):
            self.app.set_timer(self.patience, self.go_on_anyway)
        await self.next()

    async def next(self) -> None:
        """Let the next key through, but not the second half of a double Enter whose first half has done its work."""
        while self.waiting and not self.under_way and not self.held and not self.ends:
            key, doubled = self.waiting.popleft()
            self.progress = time.monotonic()
            if doubled and self.progress - self.finished < PATIENCE_SECONDS:
                continue
            self.under_way = True
            target = self.focus
            await self.deliver(key)
            if not target.post_message(KeyDone(LAPS)):
                self.under_way = False

    async def done(self, laps: int) -> None:
        """A key came back: once more around, or on to the next."""
        self.progress = time.monotonic()
        if laps > 1 and self.focus.post_message(KeyDone(laps - 1)):
            return
        self.under_way = False
        await self.next()

    def hold(self, patience: float = PATIENCE_SECONDS) -> None:
        """Keep the next keys until `release`, or so many seconds."""
        self.held, self.patience = True, patience
        self.progress = time.monotonic()

    async def release(self, *, finished: bool) -> None:
        """What was begun is finished, or asks a question: let the keys go on."""
        if finished:
            self.finished = time.monotonic()
        if self.held:
            self.held, self.patience = False, PATIENCE_SECONDS
            await self.next()

    async def go_on_anyway(self) -> None:
        """Nothing keeps keys for long."""
        if not self.waiting:
            return
        if time.monotonic() - self.progress >= self.patience:
            self.under_way = self.held = False
            await self.next()
        if self.waiting:
            self.app.set_timer(self.patience, self.go_on_anyway)
