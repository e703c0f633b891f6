"""Division of a terminal's input into single characters and whole escape sequences."""

from __future__ import annotations

import re
from collections.abc import Iterator

ESCAPE = "\x1b"
OLD_MOUSE = "\x1b[M"
"""The start of a mouse report of old terminals, in which raw bytes follow."""
OLD_MOUSE_BYTES = 3
LONGEST_SEQUENCE = 4096
"""The number of characters kept of a sequence; what is beyond them is dropped."""

_TYPED = re.compile(r"\x1b(?:\[\[?|O|\]\d*|P[\d;]*|_)?")
"""What begins a sequence and may as well be Esc and the keys behind it."""
_UNFINISHED = re.compile(
    r"""\x1b(?:
        \[(?!\d+\$\Z)(?:\[|[0-?]*[ -/]*)    # control sequences; rxvt ends some of them in $, the Linux console has [[A
        |O[\d;]*                            # keys of the application mode
        |\](?:\d+(?:;[^\x07\x1b]*\x1b?)?)?  # answers to questions about colours, titles and the clipboard
        |P[\d;]*(?:[!$+=>?|{][^\x1b]*\x1b?)?
        |_(?:G[^\x1b]*\x1b?)?
    )?""",
    re.VERBOSE,
)
_FINISHED = re.compile(
    r"""\x1b(?:
        \[(?:\[[A-E]|\d+\$|[0-?]*[ -/]*[@-~])
        |O[\d;]*[@-~]
        |\]\d+;[^\x07\x1b]*(?:\x07|\x1b\\)
        |P[\d;]*[!$+=>?|{][^\x1b]*\x1b\\
        |_G[^\x1b]*\x1b\\
        |[^\[O\]P_\x1b]
    )""",
    re.VERBOSE | re.DOTALL,
)


class Sequences:
    """A splitter that holds back the start of an escape sequence until its end is known."""

    def __init__(self) -> None:
        self.started = ""
        """The sequence that is not yet finished, or the empty string."""

    @property
    def may_be_typed(self) -> bool:
        """Whether the started sequence may be Esc and the keys behind it, which only a short wait tells."""
        return _TYPED.fullmatch(self.started) is not None

    def feed(self, text: str) -> Iterator[str]:
        """Yield the characters and the finished sequences of a text."""
        for character in text:
            if self.started or character == ESCAPE:
                yield from self._add(character)
            else:
                yield character

    def give_up(self) -> Iterator[str]:
        """Yield what was started and is not finished: as single keys, if it may be typed, or else as one piece."""
        started, typed, self.started = self.started, self.may_be_typed, ""
        if typed and started:
            yield started[:2]
            yield from started[2:]
        elif started:
            yield started

    def _add(self, character: str) -> Iterator[str]:
        """Add a character to the started sequence, or start one with it."""
        sequence = self.started + character
        if _is_unfinished(sequence):
            if len(sequence) <= LONGEST_SEQUENCE or character == ESCAPE:
                self.started = sequence
        elif _is_finished(sequence):
            self.started = ""
            yield sequence
        else:
            yield from self._start_again(character)

    def _start_again(self, character: str) -> Iterator[str]:
        """Give up the started sequence, but for an Esc at its end, and go on with a character that does not fit."""
        escape = ESCAPE if len(self.started) > 1 and self.started.endswith(ESCAPE) else ""
        self.started = self.started.removesuffix(escape)
        yield from self.give_up()
        yield from self.feed(escape + character)


def _is_unfinished(sequence: str) -> bool:
    """Return whether a sequence has more to come."""
    if sequence.startswith(OLD_MOUSE):
        return not sequence.endswith(ESCAPE) and _raw_bytes(sequence) < OLD_MOUSE_BYTES
    return _UNFINISHED.fullmatch(sequence) is not None


def _is_finished(sequence: str) -> bool:
    """Return whether a sequence that has nothing more to come is a whole one."""
    if sequence.startswith(OLD_MOUSE):
        return _raw_bytes(sequence) >= OLD_MOUSE_BYTES
    return _FINISHED.fullmatch(sequence) is not None


def _raw_bytes(report: str) -> int:
    """Return the number of bytes in an old mouse report; two of them may have been decoded as one character."""
    return len(report.removeprefix(OLD_MOUSE).encode("utf-8", "surrogateescape"))
