"""Long work on the command line: a progress bar on a terminal, and leaving it at any moment with Ctrl+C."""

from __future__ import annotations

import json
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from typing import TYPE_CHECKING

import click

from opd_tui.cli.options import are_terminals, tell
from opd_tui.domain.progress import Progress
from opd_tui.signals import ENDING, exit_status, handled

if TYPE_CHECKING:
    import rich.progress

NOTHING_CHANGED = "Interrupted. Nothing was changed."
ALMOST_DONE = 0.999
"""The highest share of a step on a bar, which stops its clock when it is full."""
SECONDS_UNTIL_SHOWN = 0.5
"""How long work takes at least for a bar to be shown."""

Show = Callable[[str, float], object]
"""Shows a step and the share of it that is done."""


class LongWork(Progress):
    """Long work of a command, which signals end until it is about to count."""

    def __init__(self, show: Show) -> None:
        self.show = show
        self.signal: int | None = None
        """The signal that is to end it."""
        self._counts = False
        self._is_undivided = False

    def report(self, step: str, share: float) -> None:
        self._end_if_asked()
        self.show(step, share)

    def point_of_no_return(self) -> None:
        self._end_if_asked()
        self._counts = True

    @property
    def is_ended(self) -> bool:
        """Whether a signal ended it before it counted."""
        return self.signal is not None and not self._counts

    def take(self, number: int, _frame: object) -> None:
        """Handle a signal; those that follow do not disturb the tidying up after the first."""
        if self.signal is None:
            self.signal = number
            self._end_if_asked()

    @contextmanager
    def undivided(self) -> Iterator[None]:
        """Let signals wait until the end of the block."""
        self._is_undivided = True
        try:
            yield
        finally:
            self._is_undivided = False
        self._end_if_asked()

    def _end_if_asked(self) -> None:
        if self.signal is not None and not (self._counts or self._is_undivided):
            sys.exit(exit_status(self.signal))


@contextmanager
def long_work(
    when_ended: str = NOTHING_CHANGED, display: AbstractContextManager[Show] | None = None
) -> Iterator[LongWork]:
    """Show how far long work is; if a signal ends it, print a sentence and end the command with the signal's status.

    What the signal interrupted may have raised another error: sqlite3 drops an exception that is raised while it works.
    """
    with display or bar_on_terminal() as show:
        work = LongWork(show)
        try:
            with handled((signal.SIGINT, *ENDING), work.take):
                yield work
        except (Exception, SystemExit):
            if not work.is_ended:
                raise
    if work.signal is not None and work.is_ended:
        tell(when_ended)
        raise click.exceptions.Exit(exit_status(work.signal))


def bar_on_terminal() -> AbstractContextManager[Show]:
    """Show a bar on standard error if that is a terminal; the result goes to standard output."""
    return Bar() if are_terminals(sys.stderr) else hidden()


def hidden() -> AbstractContextManager[Show]:
    """Show nothing."""
    return nullcontext(lambda step, share: None)


class Bar(AbstractContextManager[Show]):
    """A progress bar that appears if work takes longer, and that leaves no trace.

    It appears and moves on threads of its own, since a statement of SQLite can take seconds.
    """

    def __init__(self) -> None:
        self._step, self._share = "", 0.0
        self._bar: rich.progress.Progress | None = None
        self._timer = threading.Timer(SECONDS_UNTIL_SHOWN, self._appear)
        self._timer.daemon = True

    def __enter__(self) -> Show:
        self._timer.start()
        return self.show

    def __exit__(self, *_error: object) -> None:
        self._timer.cancel()
        self._timer.join()
        if self._bar is not None:
            with suppress(OSError):  # a terminal that is gone takes nothing, and the work ends as it would without
                self._bar.stop()

    def show(self, step: str, share: float) -> None:
        """Show a step and the share of it that is done."""
        self._step, self._share = step, share
        if self._bar is not None:
            self._draw(self._bar)

    def _appear(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

        columns = TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn()
        bar = Progress(
            *columns, console=Console(stderr=True), transient=True, redirect_stdout=False, redirect_stderr=False
        )
        bar.add_task("", total=1)
        self._draw(bar)
        bar.start()
        self._bar = bar
        self._draw(bar)  # what was reported since it was made

    def _draw(self, bar: rich.progress.Progress) -> None:
        for task in bar.task_ids:
            bar.update(task, description=self._step.capitalize(), completed=min(self._share, ALMOST_DONE))


@contextmanager
def lines_for_programs() -> Iterator[Show]:
    """Print each step and each per cent as a line of JSON on standard error, for the screens."""
    shown: tuple[str, int] | None = None

    def show(step: str, share: float) -> None:
        nonlocal shown
        if shown != (now := (step, int(share * 100))):
            shown = now
            tell_program(json.dumps({"step": step, "per_cent": now[1]}))

    yield show


def tell_program(line: str) -> None:
    """Print a line on standard error; a program that no longer reads it does not stop the work."""
    with suppress(OSError):
        click.echo(line, err=True)
