"""A connection to a server on which nobody waits for ever."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg

ANSWER_SECONDS = 12.0
"""After so long without an answer the server counts as gone; longer than a desk waits for another."""
CLOSING_SECONDS = 2.0
"""The same for a desk that is being closed."""
LOOK_SECONDS = 0.25


class MonitoredConnection(psycopg.Connection[Any]):
    """A connection whose every wait for the server is limited, once it has a `watchdog`."""

    watchdog: ConnectionWatchdog | None = None
    answer_seconds = ANSWER_SECONDS

    def wait(self, *args: Any, **kwargs: Any) -> Any:
        """Wait for the server; raises psycopg.OperationalError where it says nothing for too long."""
        if self.watchdog is None:
            return super().wait(*args, **kwargs)
        with self.watchdog.limit(self):
            return super().wait(*args, **kwargs)


class ConnectionWatchdog:
    """Hangs up on a server that says nothing for too long: the driver itself would wait for ever."""

    def __init__(self, closing: threading.Event) -> None:
        self.closing = closing
        self._waiting: dict[int, tuple[float, MonitoredConnection]] = {}
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    @contextmanager
    def limit(self, driver: MonitoredConnection) -> Iterator[None]:
        """Somebody waits for the server on this connection."""
        with self._lock:
            self._waiting[id(driver)] = (time.monotonic(), driver)
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="server-watchdog", daemon=True)
                self._thread.start()
        try:
            yield
        finally:
            with self._lock:
                self._waiting.pop(id(driver), None)

    def end(self) -> None:
        """Nobody waits any more."""
        self._over.set()

    def _watch(self) -> None:
        while not self._over.wait(LOOK_SECONDS):
            with self._lock:  # while it is held, no connection is given back or closed
                for since, driver in self._waiting.values():
                    limit = min(
                        driver.answer_seconds, CLOSING_SECONDS if self.closing.is_set() else driver.answer_seconds
                    )
                    if time.monotonic() - since > limit:
                        hang_up(driver)


def hang_up(driver: MonitoredConnection) -> None:
    """Break a connection from outside, so that whoever waits on it gets an error."""
    with suppress(OSError, psycopg.Error), socket.socket(fileno=os.dup(driver.fileno())) as own:
        own.shutdown(socket.SHUT_RDWR)
