"""A PostgreSQL connection with a limit on every wait for the server."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from typing import Any

import psycopg

ANSWER_SECONDS = 12.0
"""The longest wait for an answer; longer than `postgresql.LOCK_SECONDS`, so a lock timeout arrives first."""
CLOSING_SECONDS = 2.0
"""The longest wait for an answer while the desk is closing."""
LOOK_SECONDS = 0.25
"""The interval at which the watchdog checks all waits."""


class MonitoredConnection(psycopg.Connection[Any]):
    """A connection whose waits for the server are limited once `watchdog` is set."""

    watchdog: ConnectionWatchdog | None = None
    answer_seconds = ANSWER_SECONDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.prepared: dict[str, bytes] = {}
        """The names of the statements that the server has prepared for this connection."""
        self.statement_numbers = count(1)

    def wait(self, *args: Any, **kwargs: Any) -> Any:
        """Wait for the server's answer; raise psycopg.OperationalError if it takes too long.

        psycopg calls this method for every round trip, in the thread that runs the statement.
        """
        if self.watchdog is None:
            return super().wait(*args, **kwargs)
        with self.watchdog.limit(self):
            return super().wait(*args, **kwargs)


class ConnectionWatchdog:
    """Shuts down connections whose server does not answer in time; libpq has no timeout for an answer.

    One daemon thread, started with the first wait, checks the waits of all threads.
    """

    def __init__(self, closing: threading.Event) -> None:
        self.closing = closing
        self._waiting: dict[int, tuple[float, MonitoredConnection]] = {}
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    @contextmanager
    def limit(self, driver: MonitoredConnection) -> Iterator[None]:
        """Limit the wait of the calling thread on this connection."""
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
        """End the thread."""
        self._over.set()

    def _watch(self) -> None:
        while not self._over.wait(LOOK_SECONDS):
            with self._lock:  # `limit` cannot return, so no connection is closed and its descriptor reused by now
                for since, driver in self._waiting.values():
                    limit = min(
                        driver.answer_seconds, CLOSING_SECONDS if self.closing.is_set() else driver.answer_seconds
                    )
                    if time.monotonic() - since > limit:
                        hang_up(driver)


def hang_up(driver: MonitoredConnection) -> None:
    """Shut down a connection's socket, so that the thread waiting on it gets an error.

    `os.dup` keeps the descriptor that libpq owns open; closing the duplicate does not close the connection.
    """
    with suppress(OSError, psycopg.Error), socket.socket(fileno=os.dup(driver.fileno())) as duplicate:
        duplicate.shutdown(socket.SHUT_RDWR)
