"""A queue that delivers each key after the previous one has taken effect.

Textual sends a key to the widget that has the focus when the key arrives. A user who types ahead (a name right after
the key that opens the panel, or the next patient right after Enter) would type into the wrong widget.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from enum import Enum
from typing import TYPE_CHECKING, Any

from textual import events
from textual.errors import NoWidget
from textual.message import Message

from opd_tui.tui.keys.meaning import Pressed, meaning, named
from opd_tui.tui.keys.typed import LOOK_AHEAD_SECONDS, PAUSE_SECONDS, Burst, Typed, in_words

if TYPE_CHECKING:
    from textual.app import App
    from textual.screen import Screen
    from textual.timer import Timer
    from textual.widget import Widget

LAPS = 2
"""How often `KeyHandled` goes around: a key may post a message whose handler moves the focus (Enter in an Input), and
the second lap is queued after that message."""
GLANCE_SECONDS = 0.3
"""The shortest time in which a user sees what the screen shows and presses a key because of it."""
HELD_SECONDS = 1.0
"""The longest time keys are held, so that a screen waiting for another desk does not look frozen."""
LOST_SECONDS = 3.0
"""A key that is not handled within this time is given up; a slow machine may need almost this long."""

MOST_WAITING = 1000
"""The most keys that wait; nobody types that far ahead."""

DROPPED = "Dropped:"
DROPPED_WAITING = "This takes longer. Dropped meanwhile:"


class State(Enum):
    """What the queue does with the next key; see `KeyQueue`."""

    READY = "ready"
    HANDLING = "handling"
    HELD = "held"
    DROPPING = "dropping"


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

    def __init__(self, queue: KeyQueue, screen: Screen[Any] | None, finishes: bool, passing: frozenset[str]) -> None:
        self.queue = queue
        self.screen = screen
        self.finishes = finishes
        self.passing = passing
        """Keys that need not wait, because they do without what the operation brings."""

    def concerns(self, pressed: Pressed) -> bool:
        """Return whether a key has to wait."""
        return not (isinstance(pressed, events.Key) and pressed.key in self.passing)

    async def __aenter__(self) -> None:
        """Do nothing: keys are held since construction."""

    async def __aexit__(self, error: type[BaseException] | None, *_: object) -> None:
        self.queue.release(self)
        if error is asyncio.CancelledError:
            # An exclusive worker may replace this one: let it take its hold before the next key is delivered.
            self.queue.app.call_later(self.queue.next)
            return
        if error is not None:
            self.queue.refused()
        await self.queue.next()


class KeyQueue:
    """A queue that delivers one key at a time, as long as the keys before it succeed.

    A key acts on what the user could know when pressing it. Keys typed ahead run in the state to which the keys before
    them lead; once one of those is refused, the rest of the burst is dropped.

    | state    | event                                   | what happens                      | next state       |
    |----------|-----------------------------------------|-----------------------------------|------------------|
    | READY    | a key                                   | it is delivered                   | HANDLING         |
    | HANDLING | a key                                   | it waits                          | HANDLING         |
    |          | the effect is complete                  | the next key is delivered         | HANDLING, READY  |
    |          | the key starts an operation (`held`)    | keys wait                         | HELD             |
    |          | the key is refused (`refused`)          |                                   | DROPPING         |
    |          | `LOST_SECONDS` without effect           | the key is given up               | DROPPING         |
    | HELD     | a key                                   | it waits                          | HELD             |
    |          | a key that may pass (`passing`)         | it is delivered                   | HANDLING         |
    |          | the operation ends                      | the next key is delivered         | HANDLING, READY  |
    |          | the operation fails or is refused       |                                   | DROPPING         |
    |          | the operation looks ahead (`followed`), | it goes on, unless that key makes | HELD, DROPPING   |
    |          | and a key or `LOOK_AHEAD_SECONDS` pass  | it refuse (a letter of a name)    |                  |
    |          | `HELD_SECONDS`, and keys wait           | keys no longer wait for it        | DROPPING         |
    |          | a key after `HELD_SECONDS`              | it is delivered                   | HANDLING         |
    | DROPPING | a key                                   | it is dropped, and is told        | DROPPING         |
    |          | Esc                                     | it is delivered                   | HANDLING         |
    |          | a key after a pause (`PAUSE_SECONDS`)   | it is delivered                   | HANDLING         |

    Esc goes one step back whether or not the keys before it succeeded, so that the user knows again what is selected.
    The second Enter of a double press is dropped if the first one finished its operation. Keys in `always`, which hide
    the names or quit, are never dropped, nor are clicks, which wait like keys so that none of two meets a dialog that
    the other has closed. A hold applies to one screen: a dialog over it gets its keys.
    """

    def __init__(
        self,
        app: App[None],
        deliver: Callable[[Pressed], Awaitable[None]],
        tell: Callable[[str], None],
        always: frozenset[str] = frozenset(),
    ) -> None:
        self.app = app
        self.deliver = deliver
        self.tell = tell
        """Shows which keys were dropped, again after each of them."""
        self.always = always
        self.clock = time.monotonic
        self.waiting: deque[Typed] = deque()
        self.under_way: KeyHandled | None = None
        """The message that follows the last key, until it comes back."""
        self.holds: set[Hold] = set()
        self.refused_at: float | None = None
        """When a key was refused whose burst may not be over."""
        self.why_dropped = DROPPED
        """What is said before the dropped keys."""
        self.dropped: list[Pressed] = []
        """The keys that were dropped since one was refused."""
        self.last: tuple[Pressed | None, float] = (None, 0.0)
        self.delivered: Typed | None = None
        """The last key that was delivered."""
        self.burst = Burst()
        self.key_came = asyncio.Event()
        """Set by each key that is pressed."""
        self.finished_by: Pressed | None = None
        """The last key whose operation finished."""
        self.progress = 0.0
        """When a key was last delivered or handled, or a hold began (monotonic)."""
        self.timer: Timer | None = None

    @property
    def state(self) -> State:
        """The state of the queue for the active screen."""
        if self.under_way:
            return State.HANDLING
        if self.is_held:
            return State.HELD
        return State.READY if self.refused_at is None else State.DROPPING

    @property
    def focus(self) -> Widget:
        """The widget or screen that receives the next key."""
        return self.app.focused or self.app.screen

    def target(self, pressed: Pressed) -> Widget:
        """Return the widget or screen that receives a key or a click."""
        if isinstance(pressed, events.MouseEvent):
            with suppress(NoWidget):
                return self.app.get_widget_at(*pressed.screen_offset)[0]
        return self.focus

    def has(self, pressed: events.Event) -> bool:
        """Return whether a key waits for the keys before it."""
        return any(typed.key is pressed for typed in self.waiting)

    @property
    def ends(self) -> bool:
        """Whether the app is exiting, so that its widgets may already be gone."""
        return not self.app.is_running or self.app.return_code is not None

    @property
    def is_held(self) -> bool:
        """Whether an operation holds the keys of the active screen."""
        return any(map(self.concerns_the_screen, self.holds))

    @property
    def may_go_on(self) -> bool:
        """Whether the next key need not wait for the last one, nor for an operation."""
        waiting_for = (hold for hold in self.holds if self.concerns_the_screen(hold))
        return not self.under_way and not any(hold.concerns(self.waiting[0].key) for hold in waiting_for)

    @property
    def is_overdue(self) -> bool:
        """Whether the last key or the operation that holds keys takes longer than keys may wait for it."""
        waited = self.clock() - self.progress
        if self.state is State.HANDLING:
            return waited >= LOST_SECONDS
        return self.state is State.HELD and waited >= HELD_SECONDS

    def concerns_the_screen(self, hold: Hold) -> bool:
        """Return whether a hold applies to the active screen, not to one below a dialog."""
        return hold.screen in (None, self.app.screen)

    async def press(self, key: Pressed) -> None:
        """Queue a pressed key, a click or pasted text."""
        now = self.clock()
        before, pressed_at = self.last
        self.last = key, now
        if self.is_overdue and not self.waiting:
            self.give_up()  # the user has seen that it takes longer
        if len(self.waiting) >= MOST_WAITING and not self.acts_always(key):
            return
        self.waiting.append(Typed(key, now, now - pressed_at, before))
        self.key_came.set()
        await self.next()
        self.watch()

    async def next(self) -> None:
        """Deliver the next key that is not dropped, unless the queue waits for the last one."""
        while self.waiting and not self.ends and self.may_go_on:
            typed = self.waiting.popleft()
            first, *behind = meaning(typed.key, self.app)
            self.waiting.extendleft(replace(typed, key=key) for key in reversed(behind))
            meant = replace(typed, key=first)
            if not self.is_dropped(meant, typed.key):
                await self.start(meant)

    async def start(self, typed: Typed) -> None:
        """Deliver a key and send the message that follows it."""
        self.progress = self.clock()
        self.delivered = typed
        self.burst.add(typed)
        self.under_way = behind = KeyHandled(self.target(typed.key), LAPS)
        await self.deliver(typed.key)
        self.follow(behind)

    def knew_of(self, shown_at: float) -> bool:
        """Return whether the user could know what the screen has shown since then when pressing the last key."""
        return self.delivered is not None and self.delivered.at - shown_at >= GLANCE_SECONDS

    async def followed(self) -> Typed | None:
        """Return the key that came within `LOOK_AHEAD_SECONDS` behind the last one, or None; hold keys meanwhile."""
        if self.delivered is not None and not self.waiting:
            self.key_came.clear()
            with suppress(TimeoutError):
                left = self.delivered.at + LOOK_AHEAD_SECONDS - self.clock()
                await asyncio.wait_for(self.key_came.wait(), left)
        behind = self.waiting[0] if self.waiting else None
        return behind if behind and behind.gap < LOOK_AHEAD_SECONDS else None

    def acts_always(self, pressed: Pressed) -> bool:
        """Return whether this is a key that acts whatever became of those before it."""
        return any(named(pressed, key) for key in self.always)

    def is_dropped(self, typed: Typed, pressed: Pressed) -> bool:
        """Return whether a key has no effect, and end the dropping if it does; `pressed` is what the terminal sent."""
        if typed.first_half is not None and typed.first_half is self.finished_by:
            return True
        is_click = isinstance(typed.key, events.MouseEvent)  # which goes where the user looks
        if self.refused_at is None or is_click or self.acts_always(typed.key):
            return False
        if min(typed.gap, typed.at - self.refused_at) >= PAUSE_SECONDS or named(typed.key, "escape"):
            self.refused_at = None
            return False
        self.dropped.append(pressed)
        self.tell(f"{self.why_dropped} {in_words(self.dropped)}.")
        return True

    async def done(self, back: KeyHandled) -> None:
        """Start the next lap for a handled key, or deliver the next key."""
        if back is not self.under_way:
            return  # the key was given up
        self.progress = self.clock()
        self.under_way = None
        if back.laps > 1:
            self.follow(KeyHandled(self.focus, back.laps - 1))
        await self.next()

    def follow(self, handled: KeyHandled) -> None:
        """Post the message that follows a key, unless its target is gone."""
        self.under_way = handled if handled.target.post_message(handled) else None

    def refused(self, why_dropped: str = DROPPED) -> None:
        """Drop what is typed behind the last key, which was refused, and say what that is."""
        self.refused_at = self.clock()
        self.why_dropped, self.dropped = why_dropped, []

    def held(
        self, screen: Screen[Any] | None = None, *, finishes: bool = False, passing: frozenset[str] = frozenset()
    ) -> Hold:
        """Hold the keys of a screen, or all keys, until the `async with` ends, but for at most `HELD_SECONDS`.

        A dialog opened over the screen still gets its keys, and the screen those `passing`. With `finishes`, the second
        Enter of a double press is dropped if the first one started this operation. An exception refuses the key that
        started it.
        """
        hold = Hold(self, screen, finishes, passing)
        self.holds.add(hold)
        self.progress = self.clock()
        return hold

    def release(self, hold: Hold) -> None:
        """Release a hold."""
        if hold.finishes and hold in self.holds:  # otherwise it has timed out and later keys were delivered
            self.finished_by = self.delivered.key if self.delivered else None
        self.holds.discard(hold)

    def give_up(self) -> None:
        """Let keys no longer wait for the last one, or for the operation that holds them."""
        if self.under_way:
            self.under_way = None
        else:
            self.holds = {hold for hold in self.holds if not self.concerns_the_screen(hold)}

    def watch(self) -> None:
        """Look at the queue again if keys wait in it."""
        if self.waiting and self.timer is None:
            self.timer = self.app.set_timer(HELD_SECONDS, self.look)

    async def look(self) -> None:
        """Go on if the last key is lost or its target gone, or its operation takes too long."""
        self.timer = None
        if self.under_way and not self.under_way.target.is_running:
            self.under_way = None  # it took effect by closing its target
        elif self.waiting and self.is_overdue:
            self.give_up()
            self.refused(DROPPED_WAITING)
        await self.next()
        self.watch()
