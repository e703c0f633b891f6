"""Endings that the user did not ask for: signals, a lost terminal, and failed threads."""

from __future__ import annotations

import errno
import os
import select
import signal
import sys
import threading
from contextlib import suppress
from types import FrameType
from typing import TYPE_CHECKING, Any, Self

from rich.text import Text

from opd_tui.signals import ENDING, exit_status

if TYPE_CHECKING:
    from opd_tui.tui.host.desk_host import DeskHost

CAN_WATCH = hasattr(select, "poll")
"""Whether the system can wait for signals and terminals; Windows has neither."""
CLOSED = -1
"""A pipe that is not open."""
CRASHED = 1
"""Textual's exit status for an unhandled exception."""
SECONDS_TO_LEAVE = 0.7
"""The longest time that the app may take for its exit; after it, the process ends without the app."""
SECONDS_TO_CLOSE = 2.0
"""The longest time for pending actions, if the process ends without the app."""
RESTORE = b"\x1b[<u\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1004l\x1b[?2004l\x1b[?7h\x1b[?1049l\x1b[?25h"
"""What gives a terminal back as it was: keys, mouse, focus, pastes, line wrap, screen and cursor."""


class Ending:
    """A thread that ends the app when a signal arrives or the terminal hangs up, even if the event loop is stuck.

    Python's signal handlers run on the main thread, which may be waiting for the terminal. A signal's number is also
    written to a pipe as soon as it arrives, and this thread reads it there.
    """

    def __init__(self, app: DeskHost) -> None:
        self.app = app
        self.terminal = sys.__stdin__.fileno() if sys.__stdin__ is not None else -1
        self.is_over = threading.Event()
        """Whether the app has ended."""
        self.leaving = threading.Event()
        """Whether the app was told to end."""
        self.pipe, self.writer = threading.Lock(), CLOSED
        """What wakes the thread, and the lock under which it is written to and closed."""
        self.thread = threading.Thread(target=self.watch, name="ending", daemon=True)

    def __enter__(self) -> Self:
        self.excepthook, threading.excepthook = threading.excepthook, self.with_thread
        if not CAN_WATCH:
            return self
        self.modes = modes_of(self.terminal)
        self.reader, self.writer = os.pipe()
        os.set_blocking(self.writer, False)
        self.handlers = {number: signal.signal(number, do_nothing) for number in ENDING}
        self.wakeup = signal.set_wakeup_fd(self.writer, warn_on_full_buffer=False)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        threading.excepthook = self.excepthook
        self.is_over.set()
        if not CAN_WATCH:
            return
        self.wake()
        self.thread.join()
        signal.set_wakeup_fd(self.wakeup)
        for number, handler in self.handlers.items():
            signal.signal(number, handler)
        with self.pipe:
            os.close(self.reader)
            os.close(self.writer)
            self.writer = CLOSED

    def wake(self) -> None:
        """Make the thread look at what has happened; may be called on any thread, also after the end."""
        with self.pipe:  # a closed descriptor may be another file's by now
            if self.writer != CLOSED:
                with suppress(BlockingIOError):  # it is full, so the thread is going to look
                    os.write(self.writer, b"\0")

    def watch(self) -> None:
        """Wait until the app is to end and see to it that the process ends; runs on the thread."""
        poll = select.poll()
        poll.register(self.reader, select.POLLIN)
        poll.register(self.terminal, 0)  # POLLHUP is always reported
        while not (self.is_over.is_set() or self.leaving.is_set()):
            for file, event in poll.poll():
                if file == self.reader:
                    self.leave_for(os.read(self.reader, 4096))
                elif event & select.POLLHUP:
                    self.leave(exit_status(signal.SIGHUP))
                else:
                    poll.unregister(file)  # this system cannot watch terminals
        if not self.is_over.wait(SECONDS_TO_LEAVE):
            self.end_without_the_app()

    def leave_for(self, numbers: bytes) -> None:
        """Exit the app if one of these signals is to end it."""
        for number in numbers:
            if number in ENDING:
                self.leave(exit_status(number))

    def leave(self, status: int, message: Text | None = None) -> None:
        """Exit the app, unless it already does; may be called on any thread."""
        if self.app.return_code is None:
            self.app.exit(return_code=status, message=message)
        self.leaving.set()
        self.wake()

    def with_thread(self, thrown: threading.ExceptHookArgs) -> None:
        """Exit the app because a thread, such as the one that reads the terminal, has failed."""
        from opd_tui import crashes

        if terminal_is_gone(thrown.exc_value):
            self.leave(exit_status(signal.SIGHUP))
        else:
            self.leave(crashes.STATUS, Text(crashes.report(thrown.exc_value)))

    def end_without_the_app(self) -> None:
        """Finish pending actions, restore the terminal if it takes anything, and end the process."""
        closing = threading.Thread(target=self.app.close_desk, name="closing", daemon=True)
        closing.start()
        closing.join(SECONDS_TO_CLOSE)
        restore(self.terminal, self.modes)
        os._exit(status_of(self.app))


def status_of(app: DeskHost) -> int:
    """Return the exit status of an app that has ended or is ending; an error while it ends does not change it."""
    if app.exit_status is not None:
        return app.exit_status
    from opd_tui import crashes

    return crashes.STATUS if app.return_code == CRASHED else app.return_code or 0


def do_nothing(_number: int, _frame: FrameType | None) -> None:
    """Catch a signal; the thread that waits for it handles it."""


def modes_of(terminal: int) -> list[Any] | None:
    """Return the modes of a terminal, or None if it has none."""
    try:
        import termios

        return termios.tcgetattr(terminal)
    except (ImportError, OSError, termios.error):
        return None


def restore(terminal: int, modes: list[Any] | None) -> None:
    """Give a terminal back as it was, without waiting for it."""
    import termios

    if modes is not None:
        with suppress(termios.error):
            termios.tcsetattr(terminal, termios.TCSANOW, modes)
    with suppress(OSError):
        if select.select([], [terminal], [], 0)[1]:
            os.write(terminal, RESTORE)


def terminal_is_gone(error: BaseException | None) -> bool:
    return isinstance(error, OSError) and error.errno == errno.EIO
