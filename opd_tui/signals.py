"""The signals that end a program, and the exit status of a program that they ended."""

from __future__ import annotations

import signal

ENDING = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))
"""The signals that this system has: Windows lacks SIGHUP."""


def exit_status(number: int) -> int:
    """Return the exit status of a program that a signal ended, by the shell's convention."""
    return 128 + number
