"""Pressed keys, with what came before them, and whether they may be letters of a typed name."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from textual import events

from opd_tui.tui.keys.commands import printed_key
from opd_tui.tui.keys.meaning import Pressed, named

PAUSE_SECONDS = 1.0
"""A pause this long without a key ends a burst; an average typist needs 0.28 s for a key."""
LOOK_AHEAD_SECONDS = 0.5
"""How long a letter that changes something waits for another key; the letters of a name come faster."""
DOUBLED_SECONDS = 0.3
"""An Enter within this time of another one counts as an accidental double press."""

KEYS_OF_A_BURST = 100
LETTERS_SHOWN, WORDS_SHOWN = 16, 4
"""How much is shown of what was typed."""

_ENDS_TEXT = ("enter", "tab", "backspace")


@dataclass(frozen=True)
class Typed:
    """A queued key, click or pasted text."""

    key: Pressed
    at: float
    """When it was pressed (monotonic)."""
    gap: float
    """The seconds since the key before it."""
    before: Pressed | None = None
    """The key before it."""

    @property
    def first_half(self) -> Pressed | None:
        """The Enter that this Enter may repeat as a double press."""
        is_doubled = named(self.key, "enter") and named(self.before, "enter") and self.gap < DOUBLED_SECONDS
        return self.before if is_doubled else None

    @property
    def is_in_burst(self) -> bool:
        """Whether it came without a pause after the key before it."""
        return self.gap < PAUSE_SECONDS

    @property
    def may_be_a_letter(self) -> bool:
        """Whether it may be a letter of a name, in which a space comes behind another character."""
        if named(self.key, "space"):
            return self.is_in_burst and is_character(self.before)
        return is_character(self.key)


class Burst:
    """The keys that were delivered without a pause."""

    def __init__(self) -> None:
        self.keys: deque[Typed] = deque(maxlen=KEYS_OF_A_BURST)

    def add(self, typed: Typed) -> None:
        """Add a delivered key, which begins another burst after a pause."""
        if not typed.is_in_burst:
            self.keys.clear()
        self.keys.append(typed)

    def is_word_from(self, first: Typed | None) -> bool:
        """Return whether the last key is an Enter behind a word that begins with this one, as a typed name does."""
        if first is None or first not in self.keys or not first.may_be_a_letter:
            return False
        _, *word = (each.key for each in list(self.keys)[self.keys.index(first) :])
        enter = word.pop() if word else None
        is_text = all(is_character(key) or named(key, "backspace") for key in word)
        return named(enter, "enter") and is_text and any(_text_of(key).isalpha() for key in word)


def is_character(pressed: Pressed | None) -> bool:
    """Return whether a key is a character."""
    return isinstance(pressed, events.Key) and (pressed.is_printable or named(pressed, "space"))


def is_typing(pressed: Pressed | None) -> bool:
    """Return whether a key is one of those with which a name is typed: a character, pasted text, Enter and the like."""
    return is_character(pressed) or isinstance(pressed, events.Paste) or any(named(pressed, key) for key in _ENDS_TEXT)


def in_words(keys: Iterable[Pressed]) -> str:
    """Return keys and pasted text as shown to the user, the first of them if they are many: `“Asha Verma” Enter`."""
    words: list[str] = []
    for is_text, run in groupby(keys, lambda key: is_character(key) or isinstance(key, events.Paste)):
        if is_text:
            text = "".join(map(_text_of, run))
            words.append(f"“{text if len(text) <= LETTERS_SHOWN else f'{text[:LETTERS_SHOWN]}…'}”")
        else:
            words += [printed_key(key.key) for key in run if isinstance(key, events.Key)]
    return " ".join(words if len(words) <= WORDS_SHOWN else (*words[:WORDS_SHOWN], "…"))


def _text_of(pressed: Pressed) -> str:
    if isinstance(pressed, events.Paste):
        return pressed.text
    return (pressed.character or " ") if isinstance(pressed, events.Key) else ""


def is_repeated(first: Pressed | None, second: Pressed | None) -> bool:
    """Return whether a key was pressed twice or held down; Caps Lock makes no difference."""
    pair = [each.key.casefold() for each in (first, second) if isinstance(each, events.Key)]
    return len(pair) == 2 and pair[0] == pair[1]
