"""How the app ends when it is not its person who ends it: a signal, a terminal that is gone, a bug."""

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
"""The exit status that Textual has for an error that nobody expected."""
SECONDS_TO_LEAVE = 3.0
"""How long a terminal that takes nothing can delay the end."""
SECONDS_BETWEEN_LOOKS = 1.0
"""So often the app looks whether its terminal is still there."""


def run_to_its_end(app: DeskHost) -> int:
    """Run an app on this terminal; returns the exit status."""
    from opd_tui import crashes

    threads: list[BaseException | None] = []

    def end_with_thread(thrown: threading.ExceptHookArgs) -> None:
        if terminal_is_gone(thrown.exc_value):
            app.call_later(app.exit, return_code=exit_status(signal.SIGHUP))  # whichever is noticed first
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
    """Let a console draw a traceback, which would show the values of variables, as a report that has none."""
    render = console.render

    def discreetly(renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        if is_traceback(renderable):
            from opd_tui import crashes

            renderable = Text(crashes.report(sys.exc_info()[1]))
        return render(renderable, options)

    console.render = discreetly  # type: ignore[method-assign]


class HideDeveloperHints(RenderHook):
    """Lets the first thing be printed; what Textual adds to it is advice for programmers."""

    def __init__(self) -> None:
        self.said = False

    def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
        said, self.said = self.said, True
        return [] if said else renderables


def is_traceback(renderable: object) -> bool:
    """Whether it is one of Rich's, whose module is heavy and loaded only for them."""
    module = sys.modules.get("rich.traceback")
    return module is not None and isinstance(renderable, module.Traceback)


def be_ended_cleanly(app: DeskHost) -> None:
    """From now on a signal ends the app as its key does, and an error that nobody awaits is kept and not printed."""
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _loop, context: keep(context.get("exception")))
    for number in ENDING:
        with suppress(NotImplementedError):  # not every system's loop takes them
            loop.add_signal_handler(number, leave, app, exit_status(number))
    app.set_interval(SECONDS_BETWEEN_LOOKS, partial(leave_if_hung_up, app))


def leave_if_hung_up(app: DeskHost) -> None:
    """End the app where its terminal is gone and no signal said so, as none does without a controlling terminal.

    Textual takes the end of the input for an empty one and asks again at once, for ever.
    """
    if app.return_code is None and sys.__stdin__ is not None and has_hung_up(sys.__stdin__.fileno()):
        leave(app, exit_status(signal.SIGHUP))


def has_hung_up(terminal: int) -> bool:
    """Return whether the other end of a terminal has hung up, if the system can tell."""
    if not hasattr(select, "poll"):
        return False
    poll = select.poll()
    poll.register(terminal, 0)  # a hang-up is always told
    return any(event & select.POLLHUP for _, event in poll.poll(0))


def keep(error: BaseException | None) -> None:
    if error is not None and not terminal_is_gone(error):
        from opd_tui import crashes

        crashes.keep(error)


def leave(app: DeskHost, status: int) -> None:
    """End the app: what was begun is finished, the terminal is as it was."""
    in_any_case = threading.Timer(SECONDS_TO_LEAVE, leave_the_terminal_alone, (app, status))
    in_any_case.daemon = True
    in_any_case.start()
    app.exit(return_code=status)


def leave_the_terminal_alone(app: DeskHost, status: int) -> None:
    """End the process without another word to its terminal."""
    try:
        app.close_desk()
    finally:
        os._exit(status)
