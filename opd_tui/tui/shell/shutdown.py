"""Running the app to its end, and reporting crashes without personal data."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.console import ConsoleOptions, ConsoleRenderable, RenderableType, RenderHook
from rich.segment import Segment
from rich.text import Text

from opd_tui.tui.shell.ending import Ending, status_of, terminal_is_gone

if TYPE_CHECKING:
    from opd_tui.tui.host.desk_host import DeskHost


def run_to_its_end(app: DeskHost) -> int:
    """Run an app on this terminal and return its exit status."""
    redact_tracebacks(app)
    app.error_console.push_render_hook(HideDeveloperHints())
    read_with_care(app)
    with Ending(app):
        try:
            app.run()
        except OSError as error:
            if not terminal_is_gone(error):
                raise
    return status_of(app)


def read_with_care(app: DeskHost) -> None:
    """Make the app use `TerminalDriver`."""
    try:
        from opd_tui.tui.terminal.driver import TerminalDriver
    except ImportError:
        return  # Windows, which reports keys and not bytes
    app.driver_class = TerminalDriver


def redact_tracebacks(app: DeskHost) -> None:
    """Make an app print a crash report in place of a traceback, which would show local variables.

    An error while the app exits is not reported: Textual may end it in the middle of a change of screens.
    """
    render = app.console.render

    def discreetly(renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        if is_traceback(renderable):
            from opd_tui import crashes

            renderable = Text(crashes.report(sys.exc_info()[1]) if app.exit_status is None else "")
        return render(renderable, options)

    app.console.render = discreetly  # type: ignore[method-assign]


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


def report_loop_errors() -> None:
    """Write asyncio's unhandled errors to crash reports."""
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: keep(context.get("exception")))


def keep(error: BaseException | None) -> None:
    if error is not None and not terminal_is_gone(error):
        from opd_tui import crashes

        crashes.keep(error)
