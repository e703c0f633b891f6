"""Translation of single characters and whole escape sequences into Textual's messages."""

from __future__ import annotations

from collections.abc import Iterable

from textual import events
from textual._xterm_parser import XTermParser
from textual.message import Message

from opd_tui.tui.terminal.sequences import ESCAPE, OLD_MOUSE

LONGEST_KNOWN = 32
"""The length from which Textual takes a sequence for single keys."""
MOST_CELLS = 1_000_000
"""The largest terminal whose size is believed."""
_BEGIN_SEQUENCES = "[O"
"""The characters that begin longer sequences; only a wait tells these from a key behind Esc."""


class PieceParser(XTermParser):
    """A parser of one character or sequence at a time, which reports a character behind Esc as an Alt key.

    Textual drops the Esc in front of a sign such as `/`, and takes Esc and a digit for a character of a Mac keyboard,
    such as `™` (as of Textual 8.2.8). `KeyQueue` needs to know of the Esc. Textual also takes a sequence that it does
    not know for single keys, which would act.
    """

    def messages_of(self, piece: str) -> list[Message]:
        """Return what a character or sequence means; nothing if it is unknown or malformed."""
        if piece == ESCAPE:
            return [events.Key("escape", ESCAPE)]
        if len(piece) == 2 and piece[1] in _BEGIN_SEQUENCES:
            return list(self._sequence_to_key_events(piece[1], alt=True))
        if not is_decoded(piece) or (len(piece) > 2 and not _may_be_known(piece)):
            return []
        found: list[Message] = []
        parsing = self.parse(found.append)
        next(parsing)
        try:
            for character in piece:
                parsing.send(character)
        except (ValueError, ArithmeticError):  # a number that is none, is no character or is zero
            return []
        return [message for message in found if not _is_senseless(message)]

    def _sequence_to_key_events(self, sequence: str, alt: bool = False) -> Iterable[events.Key]:
        keys = list(super()._sequence_to_key_events(sequence, alt))
        if len(sequence) == 2 and sequence[0] == ESCAPE and sequence[1] not in _BEGIN_SEQUENCES:
            is_known = any(key.character is None for key in keys)
            return keys if is_known else self._sequence_to_key_events(sequence[1], alt=True)
        return [key if not alt or key.key.startswith("alt+") else _with_alt(key) for key in keys]


def is_decoded(text: str) -> bool:
    """Return whether a text holds no byte that was not UTF-8."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _may_be_known(sequence: str) -> bool:
    """Return whether Textual may know a sequence; it would take each character of another one for a key."""
    return sequence[1] in _BEGIN_SEQUENCES and len(sequence) < LONGEST_KNOWN and not sequence.startswith(OLD_MOUSE)


def _with_alt(key: events.Key) -> events.Key:
    return events.Key(f"alt+{key.key}", key.character)


def _is_senseless(message: Message) -> bool:
    """Return whether a message would make the app fail: half a character, or a size that no terminal has."""
    if isinstance(message, events.Key):
        return message.character is not None and not is_decoded(message.character)
    return isinstance(message, events.Resize) and not 0 < message.size.area <= MOST_CELLS
