"""The signals that end a program from outside, and the exit status of one that they ended."""

from __future__ import annotations

import signal

ENDING = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))
"""Those of this system: not every one has both."""


def exit_status(number: int) -> int:
    """The status by which a shell tells that a signal ended a program."""
    return 128 + number
