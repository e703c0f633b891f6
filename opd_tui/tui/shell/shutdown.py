"""Shutdown that the user did not request: signals, a lost terminal, and crashes."""

from __future__ import annotations

import asyncio
import errno
import os
import select
import signal
import sys
import threading
from collections.abc import Iterable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from rich.console import Console, ConsoleOptions, ConsoleRenderable, RenderableType, RenderHook
from rich.segment import Segment
from rich.text import Text

from opd_tui.signals import ENDING, exit_status

if TYPE_CHECKING:
    from opd_tui.tui.host.desk_host import DeskHost

CRASHED = 1
"""Textual's exit status for an unhandled exception."""
SECONDS_TO_LEAVE = 3.0
"""The longest time an unresponsive terminal can delay the exit."""
SECONDS_BETWEEN_LOOKS = 1.0
"""Interval between checks whether the terminal has hung up."""


def run_to_its_end(app: DeskHost) -> int:
    """Run an app on this terminal and return its exit status."""
    from opd_tui import crashes
    from opd_tui.tui.keys.terminal_keys import report_alt_keys

    report_alt_keys()
    threads: list[BaseException | None] = []

    def end_with_thread(thrown: threading.ExceptHookArgs) -> None:
        if terminal_is_gone(thrown.exc_value):
            # The same status as for SIGHUP, which may come first.
            app.call_later(app.exit, return_code=exit_status(signal.SIGHUP))
        else:
            threads.append(thrown.exc_value)
            app.call_later(app.panic, crashes.report(thrown.exc_value))

    threading.excepthook = end_with_thread
    redact_tracebacks(app.console)
    app.error_console.push_render_hook(HideDeveloperHints())
    app.run()
    return crashes.STATUS if threads or app.return_code == CRASHED else app.return_code or 0


def terminal_is_gone(error: BaseException | None) -> bool:
    return isinstance(error, OSError) and error.errno == errno.EIO


def redact_tracebacks(console: Console) -> None:
    """Make a console replace tracebacks, which would show local variables, with a crash report without them."""
    render = console.render

    def discreetly(renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        if is_traceback(renderable):
            from opd_tui import crashes

            renderable = Text(crashes.report(sys.exc_info()[1]))
        return render(renderable, options)

    console.render = discreetly  # type: ignore[method-assign]


class HideDeveloperHints(RenderHook):
    """A render hook that prints only the first item; Textual's later ones are hints for developers."""

    def __init__(self) -> None:
        self.said = False

    def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
        said, self.said = self.said, True
        return [] if said else renderables


def is_traceback(renderable: object) -> bool:
    """Return whether this is a Rich traceback, without importing Rich's large module."""
    module = sys.modules.get("rich.traceback")
    return module is not None and isinstance(renderable, module.Traceback)


def be_ended_cleanly(app: DeskHost) -> None:
    """Make signals exit the app like the quit key, and write unhandled asyncio errors to crash reports."""
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _loop, context: keep(context.get("exception")))
    for number in ENDING:
        with suppress(NotImplementedError):  # not supported by every platform's event loop
            loop.add_signal_handler(number, leave, app, exit_status(number))
    app.set_interval(SECONDS_BETWEEN_LOOKS, partial(leave_if_hung_up, app))


def leave_if_hung_up(app: DeskHost) -> None:
    """Exit if the terminal has hung up; without a controlling terminal no SIGHUP announces it.

    Textual reads end of file as empty input and polls again at once, in an endless busy loop.
    """
    if app.return_code is None and sys.__stdin__ is not None and has_hung_up(sys.__stdin__.fileno()):
        leave(app, exit_status(signal.SIGHUP))


def has_hung_up(terminal: int) -> bool:
    """Return whether the other end of a terminal has hung up, if the system can tell."""
    if not hasattr(select, "poll"):
        return False
    poll = select.poll()
    poll.register(terminal, 0)  # POLLHUP is always reported
    return any(event & select.POLLHUP for _, event in poll.poll(0))


def keep(error: BaseException | None) -> None:
    if error is not None and not terminal_is_gone(error):
        from opd_tui import crashes

        crashes.keep(error)


def leave(app: DeskHost, status: int) -> None:
    """Exit the app, finish pending actions and restore the terminal.

    A daemon timer ends the process if the terminal blocks the exit.
    """
    in_any_case = threading.Timer(SECONDS_TO_LEAVE, leave_the_terminal_alone, (app, status))
    in_any_case.daemon = True
    in_any_case.start()
    app.exit(return_code=status)


def leave_the_terminal_alone(app: DeskHost, status: int) -> None:
    """Close the desk and end the process without writing to the terminal; runs on the timer's thread."""
    try:
        app.close_desk()
    finally:
        os._exit(status)
