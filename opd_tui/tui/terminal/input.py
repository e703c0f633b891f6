"""A terminal's input as Textual's messages: keys, pastes, mouse events and reports."""

from __future__ import annotations

import codecs
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from textual import constants, events
from textual.message import Message

from opd_tui.tui.terminal.parser import PieceParser
from opd_tui.tui.terminal.sequences import Sequences

BEGIN_PASTE = "\x1b[200~"
END_PASTE = "\x1b[201~"
SILENCE_SECONDS = 1.0
"""A silence this long ends a paste or a sequence whose end never came, and what is dropped behind it."""
LONGEST_PASTE_SECONDS = 2.0
"""A paste that has not ended within this time has no end."""
LONGEST_PASTE = 10_000
"""The number of characters kept of a paste; what is beyond them is dropped."""


class PasteCut(Message):
    """Posted when something was dropped behind a paste whose end mark did not come."""


@dataclass
class Paste:
    """A paste that is being received."""

    began: float
    pieces: list[str] = field(default_factory=list)
    urgent: Message | None = None
    """A key in it that acts if the paste turns out to have no end."""

    @property
    def event(self) -> events.Paste:
        return events.Paste("".join(self.pieces))


class TerminalInput:
    """A reader of a terminal's bytes.

    | state    | input                                        | what happens                       | next state |
    |----------|----------------------------------------------|------------------------------------|------------|
    | keys     | a character or sequence                      | it is a key, a click or a report   | keys       |
    |          | a byte that is not UTF-8, an odd sequence    | it is skipped                      | keys       |
    |          | the mark that begins a paste                 |                                    | paste      |
    | paste    | anything                                     | it is text                         | paste      |
    |          | the mark that ends a paste                   | the text is pasted                 | keys       |
    |          | `SILENCE_SECONDS`, `LONGEST_PASTE_SECONDS`   | it is pasted; an urgent key acts   | tail       |
    | tail     | anything                                     | it is dropped; an urgent key acts  | tail       |
    |          | the mark that ends a paste, or a silence     |                                    | keys       |

    An urgent key is one to quit with: a paste without an end must not keep anybody from it.
    """

    def __init__(self, is_urgent: Callable[[Message], bool], clock: Callable[[], float] = time.monotonic) -> None:
        self.is_urgent = is_urgent
        self.clock = clock
        self.decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self.sequences = Sequences()
        self.parser = PieceParser()
        self.last = clock()
        """When the last bytes were read (monotonic)."""
        self.paste: Paste | None = None
        self.in_tail = False
        self.untold = False
        """Whether nothing has been said yet of what is dropped behind the last paste."""

    def feed(self, data: bytes) -> Iterator[Message]:
        """Yield what some bytes mean, after what the time before them means."""
        yield from self.tick()
        self.last = self.clock()
        for piece in self.sequences.feed(self.decoder.decode(data)):
            yield from self._take(piece)

    def tick(self) -> Iterator[Message]:
        """Yield what follows from the time without input; call this from time to time."""
        silence = self.clock() - self.last
        is_key = self.paste is None and self.sequences.may_be_typed
        wait = constants.ESCAPE_DELAY if is_key else SILENCE_SECONDS
        if self.sequences.started and silence >= wait:
            for piece in self.sequences.give_up():
                yield from self._take(piece)
        if silence >= SILENCE_SECONDS:
            if self.paste is not None:
                self.last = self.clock()
                yield from self._cut(self.paste)
            else:
                self.in_tail = False

    def _take(self, piece: str) -> Iterator[Message]:
        """Yield what a character or sequence means in this state."""
        if self.paste is not None:
            yield from self._add(self.paste, piece)
        elif piece == END_PASTE:
            self.in_tail = False
        elif self.in_tail:
            yield from self._drop(piece)
        elif piece == BEGIN_PASTE:
            self.paste = Paste(self.last)
        else:
            yield from self.parser.messages_of(piece)

    def _add(self, paste: Paste, piece: str) -> Iterator[Message]:
        """Add to a paste, or end it."""
        if piece == END_PASTE:
            self.paste = None
            yield paste.event
            return
        paste.urgent = paste.urgent or self._urgent(piece)
        if len(paste.pieces) < LONGEST_PASTE:
            paste.pieces.append(piece)
        if self.last - paste.began >= LONGEST_PASTE_SECONDS:
            yield from self._cut(paste)

    def _cut(self, paste: Paste) -> Iterator[Message]:
        """End a paste whose end mark did not come."""
        self.paste = None
        self.in_tail = self.untold = True
        yield paste.event
        if paste.urgent is not None:
            yield paste.urgent

    def _drop(self, piece: str) -> Iterator[Message]:
        """Yield a piece behind a cut paste only if it is urgent, and say once that the others are dropped."""
        if urgent := self._urgent(piece):
            yield urgent
        elif self.untold:
            self.untold = False
            yield PasteCut()

    def _urgent(self, piece: str) -> Message | None:
        """Return the urgent key that a piece would be outside of a paste, or None; text is none."""
        if piece.isprintable() or piece.isspace():
            return None
        return next(filter(self.is_urgent, self.parser.messages_of(piece)), None)
