"""The signals that end a program, and the exit status of a program that they ended."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

ENDING = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))
"""The signals that this system has: Windows lacks SIGHUP."""


def exit_status(number: int) -> int:
    """Return the exit status of a program that a signal ended, by the shell's convention."""
    return 128 + number


@contextmanager
def unwound_by_signals() -> Iterator[None]:
    """Turn signals that would kill the process into SystemExit, so that temporary files are removed."""

    def leave(number: int, _frame: object) -> None:
        sys.exit(exit_status(number))

    before = [(number, signal.signal(number, leave)) for number in ENDING]
    try:
        yield
    finally:
        for number, handler in before:
            signal.signal(number, handler)
