"""The message in the message line, those that wait for their turn, and the last ones.

A message takes the place of the current one, except:

- News waits behind everything but older news and a result that is no longer fresh.
- A refusal gives way to another refusal and to progress only. It goes with the next key that does something, and a
  fresh result that it hid comes back.
- A warning comes back after what took its place. It goes with such a key, once it has been shown long enough to be
  read between two patients.
- Progress is shown until the operation ends, when it is withdrawn. Only a result or a refusal hides it meanwhile.

A message that may not take the place of the current one waits, a result or news only for a while. Everything except
progress is in the history at once.
"""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import NamedTuple

FRESH_SECONDS = 15.0
"""How long a result or news looks current."""
WARNING_SECONDS = 15.0
"""How long a warning is shown before a key can remove it."""
RECENT_SECONDS = 60.0
"""How long news and results wait for their turn."""
KEPT = 100
"""The number of messages in the history."""


class Kind(Enum):
    """What a message is about, which decides what it gives way to."""

    NEWS = auto()
    """Something that another desk or the program did."""
    RESULT = auto()
    """What an action at this desk did."""
    PROGRESS = auto()
    """What an operation is waiting for."""
    REFUSAL = auto()
    """Why a key or an action did nothing."""
    WARNING = auto()
    """Something that was not asked for and has to be read."""


_YIELDS_TO: Mapping[Kind, frozenset[Kind]] = {
    Kind.NEWS: frozenset(Kind),
    Kind.RESULT: frozenset(Kind) - {Kind.NEWS},
    Kind.PROGRESS: frozenset({Kind.RESULT, Kind.PROGRESS, Kind.REFUSAL}),
    Kind.REFUSAL: frozenset({Kind.PROGRESS, Kind.REFUSAL}),
    Kind.WARNING: frozenset(Kind) - {Kind.NEWS},
}
_FADES = frozenset({Kind.NEWS, Kind.RESULT})
_COMES_BACK = frozenset({Kind.PROGRESS, Kind.WARNING})


@dataclass(frozen=True, eq=False)
class Message:
    """One message; `came` is on a monotonic clock, `at` on the desk's clock once there is one."""

    kind: Kind
    text: str
    came: float
    at: dt.datetime | None = None
    topic: str = ""
    """What the message is about, by which it can be withdrawn."""
    briefer: tuple[str, ...] = ()
    """The text in fewer and fewer words, for a line that is too short for it."""
    count: int = 1
    """How often the same sentence came in succession."""

    @property
    def sentence(self) -> str:
        """The text, preceded by a sign if it is a refusal or a warning."""
        return self._with_sign(self.text)

    @property
    def brief_sentences(self) -> tuple[str, ...]:
        """The briefer texts in the same form."""
        return tuple(map(self._with_sign, self.briefer))

    def _with_sign(self, text: str) -> str:
        return f"! {text}" if self.kind in (Kind.REFUSAL, Kind.WARNING) else text

    @property
    def times(self) -> str:
        """How often it came: ` ×3`, or "" for once."""
        return f" ×{self.count}" if self.count > 1 else ""


class Shown(NamedTuple):
    """The content of the message line."""

    sentence: str = ""
    times: str = ""
    look: str = "plain"
    briefer: tuple[str, ...] = ()
    """The sentence in fewer and fewer words."""


class MessageLog:
    """The current, waiting and last messages. Its methods take the instant from the clock of `Message.came`."""

    def __init__(self) -> None:
        self.current: Message | None = None
        self.shown_at = 0.0
        """Since when the current message has been shown."""
        self.waiting: list[Message] = []
        self.history: deque[Message] = deque(maxlen=KEPT)
        """The last messages, oldest first."""

    def add(self, message: Message) -> None:
        """Record a message and show it, or let it wait behind the current one."""
        if message.kind is not Kind.PROGRESS:
            message = self._joined(message)
            self.history.append(message)
        current = self.current
        if current is None or self._yields(current, message):
            if current is not None and self._comes_back(current, message):
                self.waiting.insert(0, current)
            self._show(message, message.came)
        else:
            self.waiting = [each for each in self.waiting if each.kind not in _FADES or each.kind is not message.kind]
            self.waiting.append(message)

    def take_refusal(self) -> str:
        """Remove the refusal that is shown, if any, for another message to repeat; return its text, or ""."""
        current = self.current
        if current is None or current.kind is not Kind.REFUSAL:
            return ""
        self._forget(current)
        return current.text

    def _joined(self, message: Message) -> Message:
        """Return the message, joined with the last one if that says the same; it is in the line only once."""
        for same in filter(None, (self.current, *self.waiting)):
            if (same.kind, same.text) == (message.kind, message.text):
                self._take_from_line(same)
        last = self.history[-1] if self.history else None
        if last and (last.kind, last.text) == (message.kind, message.text):
            self.history.pop()
            return replace(message, count=last.count + 1)
        return message

    def _take_from_line(self, message: Message) -> None:
        """Remove a message from the line; it stays in the history."""
        self.waiting = [each for each in self.waiting if each is not message]
        if self.current is message:
            self.current = None

    def _forget(self, message: Message) -> None:
        """Remove a message from the line and from the history."""
        self._take_from_line(message)
        if message in self.history:  # it may have been too old
            self.history.remove(message)

    def _yields(self, current: Message, message: Message) -> bool:
        return message.kind in _YIELDS_TO[current.kind] or self._has_faded(message.came)

    def _comes_back(self, current: Message, message: Message) -> bool:
        """Return whether the current message is shown again after the one that takes its place."""
        if current.kind in _COMES_BACK or message.kind is Kind.PROGRESS:
            return True
        return current.kind is Kind.RESULT and message.kind is Kind.REFUSAL and not self._has_faded(message.came)

    def _has_faded(self, now: float) -> bool:
        current = self.current
        return current is not None and current.kind in _FADES and now - self.shown_at >= FRESH_SECONDS

    def _show(self, message: Message | None, now: float) -> None:
        self.current, self.shown_at = message, now

    def _show_next(self, now: float) -> None:
        """Show the next waiting message that is not too old."""
        self.waiting = [each for each in self.waiting if each.kind not in _FADES or now - each.came < RECENT_SECONDS]
        self._show(self.waiting.pop(0) if self.waiting else None, now)

    def key_acted(self, began: float, now: float) -> None:
        """Remove a refusal that came before the key began to act, or a warning that could be read."""
        self.waiting = [each for each in self.waiting if each.kind is not Kind.REFUSAL or each.came >= began]
        current = self.current
        if current is None:
            return
        refused_before = current.kind is Kind.REFUSAL and current.came < began
        if refused_before or (current.kind is Kind.WARNING and now - self.shown_at >= WARNING_SECONDS):
            self._show_next(now)

    def pass_time(self, now: float) -> None:
        """Show the next waiting message if the current one is no longer fresh."""
        if self.waiting and self._has_faded(now):
            self._show_next(now)

    def withdraw(self, topic: str, now: float) -> None:
        """Remove the messages on a topic from the line; they stay in the history."""
        if not topic:
            return
        self.waiting = [each for each in self.waiting if each.topic != topic]
        if self.current is not None and self.current.topic == topic:
            self._show_next(now)

    def renew(self, topic: str, text: str) -> bool:
        """Change the text of the message on a topic, shown or waiting, in its place; return whether there is one."""
        if self.current is not None and self.current.topic == topic:
            self.current = replace(self.current, text=text, briefer=())
            return True
        before = self.waiting
        self.waiting = [replace(each, text=text, briefer=()) if each.topic == topic else each for each in before]
        return self.waiting != before

    def clear(self) -> None:
        """Remove all messages, also those of the history."""
        self.current = None
        self.waiting.clear()
        self.history.clear()

    def shown(self, now: float) -> Shown:
        """Return what the line shows."""
        current = self.current
        if current is None:
            return Shown()
        urgent = current.kind in (Kind.REFUSAL, Kind.WARNING)
        look = "warning" if urgent else "dim" if self._has_faded(now) else "plain"
        return Shown(current.sentence, current.times, look, current.brief_sentences)
