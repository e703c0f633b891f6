"""A line to a server that can be cut, fall silent or lose an answer at a chosen moment."""

from __future__ import annotations

import random
import socket
import threading
from contextlib import suppress
from enum import Enum, auto
from types import TracebackType
from typing import Self

COMMIT = b"COMMIT\x00"


class Fault(Enum):
    """What becomes of the next COMMIT."""

    NONE = auto()
    ANSWER_CUT = auto()
    """It is done; the line is cut instead of the answer."""
    ANSWER_SWALLOWED = auto()
    """It is done; the answer never comes, and the line stays open."""
    REQUEST_CUT = auto()
    """It never arrives; the line is cut, and the server notices."""
    REQUEST_SWALLOWED = auto()
    """It never arrives; the line stays open on both sides."""


class Proxy:
    """Forwards to a server on a port of its own, and counts the lines that were ever opened."""

    def __init__(self, server_port: int) -> None:
        self.server_port = server_port
        self.fault = Fault.NONE
        self.then_refuse = False
        self.struck = threading.Event()
        """Whether a COMMIT has met the fault."""
        self.silent = False
        """Whether everything that is sent from now on, either way, goes nowhere."""
        self.silence_at: bytes | None = None
        """What in a request lets everything fall silent."""
        self.replace: tuple[bytes, bytes] | None = None
        """Bytes of the server's answers and what stands in their place, as long."""
        self.refusing = False
        """Whether new lines are cut at once."""
        self.lines = 0
        self._sockets: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        end(self._listener)
        self.cut()

    def cut(self) -> None:
        """Cut every line that is open."""
        for open_socket in self._sockets:
            end(open_socket)
        self._sockets.clear()

    def strike(self, fault: Fault, *, then_refuse: bool = False) -> None:
        """Let the next COMMIT meet this fault, and let it be the server's last word for a while."""
        self.struck.clear()
        self.fault = fault
        self.then_refuse = then_refuse

    def has_struck(self) -> None:
        """A COMMIT has met the fault."""
        self.refusing |= self.then_refuse
        self.struck.set()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self.lines += 1
                if self.refusing:
                    end(client)
                    continue
                server = socket.create_connection(("127.0.0.1", self.server_port))
                self._sockets += [client, server]
                line = _OpenLine(self, client, server)
                for work in (line.forward_requests, line.forward_answers):
                    threading.Thread(target=work, daemon=True).start()


class _OpenLine:
    """One line through the proxy."""

    def __init__(self, proxy: Proxy, client: socket.socket, server: socket.socket) -> None:
        self.proxy = proxy
        self.client = client
        self.server = server
        self.fault = Fault.NONE

    def forward_requests(self) -> None:
        with suppress(OSError):
            while request := self.client.recv(65536):
                if COMMIT in request and self.proxy.fault is not Fault.NONE:
                    self.fault, self.proxy.fault = self.proxy.fault, Fault.NONE
                    if self.fault in (Fault.REQUEST_CUT, Fault.REQUEST_SWALLOWED):
                        self.proxy.has_struck()
                    if self.fault is Fault.REQUEST_CUT:
                        break
                if self.proxy.silence_at and self.proxy.silence_at in request:
                    self.proxy.silent = True
                if self.fault is not Fault.REQUEST_SWALLOWED and not self.proxy.silent:
                    self.server.sendall(request)
            if self.fault is Fault.REQUEST_SWALLOWED:
                return  # the client hung up, and the server does not learn of it
        self.end()

    def forward_answers(self) -> None:
        with suppress(OSError):
            while answer := self.server.recv(65536):
                if self.fault in (Fault.ANSWER_CUT, Fault.ANSWER_SWALLOWED):
                    self.proxy.has_struck()
                if self.fault is Fault.ANSWER_CUT:
                    break
                if self.fault is Fault.NONE and not self.proxy.silent:
                    self.client.sendall(answer.replace(*self.proxy.replace) if self.proxy.replace else answer)
        self.end()

    def end(self) -> None:
        end(self.client)
        end(self.server)


def end(line: socket.socket) -> None:
    """Cut a line, whoever waits on it."""
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
    line.close()


def free_port() -> int:
    """A port that nobody listens on, out of those that no connection is given by chance."""
    while True:
        port = random.randrange(15_000, 30_000)
        with socket.socket() as listener:
            try:
                listener.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
