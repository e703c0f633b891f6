"""Reports of unexpected errors, which contain no personal data.

Values of variables may be patients' data, and error messages may quote them. So a report contains only the types of the
errors and their stack traces without messages, which is enough to find the bug.
"""

from __future__ import annotations

import datetime as dt
import os
import platform
import sys
from collections.abc import Iterator
from pathlib import Path
from traceback import TracebackException

from opd_tui import __version__
from opd_tui.environment import reports_directory

STATUS = 70
"""The exit status of a program with a bug (EX_SOFTWARE)."""
APOLOGY = (
    "This is a bug in opd-tui, not your mistake. Everything that was confirmed before is saved. Your last action may "
    "or may not have been done: look before you repeat it."
)


def report(error: BaseException | None) -> str:
    """Write a report of an error and return the message for the user."""
    place = keep(error)
    where = f"A report without names is in {place}." if place else "The report could not be written."
    return f"opd-tui: {APOLOGY} {where}"


def keep(error: BaseException | None) -> Path | None:
    """Write a report that only its owner can read; return its path, or None if it cannot be written."""
    try:
        if (folder := reports_directory()) is None:
            return None
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        now = dt.datetime.now(dt.UTC)
        path = folder / f"bug-{now:%Y%m%dT%H%M%S.%f}Z-{os.getpid()}.txt"
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with open(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.writelines(f"{line}\n" for line in lines_of(error, now))
    except OSError:  # `report` says so; a second error here would hide the first
        return None
    return path


def lines_of(error: BaseException | None, now: dt.datetime) -> Iterator[str]:
    """Yield the lines of the report."""
    yield f"opd-tui {__version__} on Python {platform.python_version()}, {sys.platform}, {now:%Y-%m-%d %H:%M:%S} UTC"
    for one in chain_of(error):
        yield ""
        yield one.exc_type.__name__ if one.exc_type else "an error"
        yield from "".join(one.stack.format()).splitlines()


def chain_of(error: BaseException | None) -> Iterator[TracebackException]:
    """Yield an error, then its causes."""
    found = TracebackException.from_exception(error) if error else None
    while found is not None:
        yield found
        found = found.__cause__ or found.__context__
