"""The signals that end a program, and the exit status of a program that they ended."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

ENDING = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))
"""The signals that this system has: Windows lacks SIGHUP."""


def exit_status(number: int) -> int:
    """Return the exit status of a program that a signal ended, by the shell's convention."""
    return 128 + number


@contextmanager
def handled(numbers: Iterable[int], handle: Callable[[int, object], object]) -> Iterator[None]:
    """Handle these signals within the block, except those that the program was started to ignore, as by nohup."""
    heeded = [number for number in numbers if signal.getsignal(number) is not signal.SIG_IGN]
    before = [(number, signal.signal(number, handle)) for number in heeded]
    try:
        yield
    finally:
        for number, handler in before:
            signal.signal(number, handler)


@contextmanager
def unwound_by_signals() -> Iterator[None]:
    """Turn signals that would kill the process into SystemExit, so that temporary files are removed."""
    with handled(ENDING, lambda number, _frame: sys.exit(exit_status(number))):
        yield
