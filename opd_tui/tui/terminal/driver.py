"""The driver that reads the terminal in a thread, whatever the terminal sends and however busy the app is."""

from __future__ import annotations

import errno
import os
import select
import threading
from collections import deque
from typing import Protocol, cast

from textual import events
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from opd_tui.tui.terminal.input import TerminalInput

READ_BYTES = 4096
LOOK_SECONDS = 0.1
"""How often the reader looks whether it may end, and what the time without input means."""
MOST_QUEUED = 50
"""The number of messages in the app's queue beyond which input waits here, where it can be dropped."""
MOST_WAITING = 1000
"""The number of messages that wait here; a person does not type that far ahead."""
TURN_SECONDS = 0.01
"""The time after which an app that was busy is looked at again."""


class HasUrgentKeys(Protocol):
    """An app with keys that act even behind a paste without an end."""

    def quits(self, pressed: Message) -> bool:
        """Return whether a message is a key to quit with."""
        ...


class TerminalDriver(LinuxDriver):
    """A driver that skips what is not understood, and never lets the app fall behind without bounds.

    While the app is busy, a resize replaces the one that waits, and so does a move of the mouse.
    """

    def __init__(
        self, app: App[object], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self.waiting: deque[Message] = deque()
        self.lock = threading.Lock()
        self.is_scheduled = False
        """Whether the event loop is going to deliver what waits."""

    def is_urgent(self, message: Message) -> bool:
        """Return whether a message is a key to quit with."""
        return cast(HasUrgentKeys, self._app).quits(message)

    def run_input_thread(self) -> None:
        """Read until the app ends; hand an error to `threading.excepthook` as if nothing had caught it.

        Textual would print it, and end the app with status 0.
        """
        try:
            self._read_to_the_end()
        except BaseException as error:  # noqa: BLE001 - the hook decides
            thrown = (type(error), error, error.__traceback__, threading.current_thread())
            threading.excepthook(threading.ExceptHookArgs(thrown))

    def _read_to_the_end(self) -> None:
        """Read and post messages until the app ends; raise OSError if the terminal is gone."""
        source = TerminalInput(self.is_urgent)
        while not self.exit_event.is_set():
            if select.select([self.fileno], [], [], LOOK_SECONDS)[0]:
                data = os.read(self.fileno, READ_BYTES)
                if not data:
                    raise OSError(errno.EIO, os.strerror(errno.EIO))
                messages = source.feed(data)
            else:
                messages = source.tick()
            for message in messages:
                self.process_message(message)

    def send_message(self, message: Message) -> None:
        """Let a message wait until the app can take it."""
        with self.lock:
            self._add(message)
            if self.is_scheduled:
                return
            self.is_scheduled = True
        self._loop.call_soon_threadsafe(self._deliver)

    def _add(self, message: Message) -> None:
        """Add a message to those that wait, or replace one that it makes meaningless."""
        if isinstance(message, events.Resize):
            resizes = [number for number, each in enumerate(self.waiting) if isinstance(each, events.Resize)]
            if resizes:
                self.waiting[resizes[0]] = message
                return
        elif isinstance(message, events.MouseMove) and self.waiting and isinstance(self.waiting[-1], events.MouseMove):
            self.waiting.pop()
        if len(self.waiting) < MOST_WAITING or self.is_urgent(message):
            self.waiting.append(message)

    def _deliver(self) -> None:
        """Post what waits to the app, as far as the app keeps up; nothing once it ends."""
        with self.lock:
            if self._app.return_code is not None:
                self.waiting.clear()
            while self.waiting and self._app.message_queue_size < MOST_QUEUED:
                self._app.post_message(self.waiting.popleft())
            self.is_scheduled = bool(self.waiting)
            if self.is_scheduled:
                self._loop.call_later(TURN_SECONDS, self._deliver)

    def write(self, data: str) -> None:
        """Write to the terminal, unless that has failed: nobody would take what is queued, and the app would hang."""
        if self._can_write:
            super().write(data)

    def close(self) -> None:
        if self._can_write:
            super().close()

    @property
    def _can_write(self) -> bool:
        return self._writer_thread is not None and self._writer_thread.is_alive()
