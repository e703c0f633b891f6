"""Keys right behind Esc, which a terminal sends as it sends Alt keys."""

from __future__ import annotations

from collections.abc import Iterable

from textual import events
from textual._xterm_parser import XTermParser

ESCAPE = "\x1b"
_BEGIN_SEQUENCES = "[O"
"""The characters that begin longer sequences; only a wait tells these from a key behind Esc."""


class AltKeys(XTermParser):
    """A parser that reports a character behind Esc as an Alt key.

    Textual drops the Esc in front of a sign such as `/`, and takes Esc and a digit for a character of a Mac keyboard,
    such as `™` (as of Textual 8.2.8). `KeyQueue` needs to know of the Esc.
    """

    def _sequence_to_key_events(self, sequence: str, alt: bool = False) -> Iterable[events.Key]:
        keys = list(super()._sequence_to_key_events(sequence, alt))
        if len(sequence) == 2 and sequence[0] == ESCAPE and sequence[1] not in _BEGIN_SEQUENCES:
            is_known = any(key.character is None for key in keys)
            return keys if is_known else self._sequence_to_key_events(sequence[1], alt=True)
        return [key if not alt or key.key.startswith("alt+") else _with_alt(key) for key in keys]


def _with_alt(key: events.Key) -> events.Key:
    return events.Key(f"alt+{key.key}", key.character)


def report_alt_keys() -> None:
    """Make Textual's terminal driver use `AltKeys`; call this before the app runs."""
    try:
        from textual.drivers import linux_driver
    except ImportError:
        return  # Windows reports keys and not characters
    linux_driver.XTermParser = AltKeys  # type: ignore[attr-defined]
