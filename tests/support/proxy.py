"""A TCP proxy to a server that can cut connections, go silent or lose an answer at a chosen moment."""

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
    """What happens to the next COMMIT."""

    NONE = auto()
    ANSWER_CUT = auto()
    """The server commits; the connection is cut instead of sending the answer."""
    ANSWER_SWALLOWED = auto()
    """The server commits; the answer is dropped, and the connection stays open."""
    REQUEST_CUT = auto()
    """The request is dropped; the connection is cut, and the server notices."""
    REQUEST_SWALLOWED = auto()
    """The request is dropped; the connection stays open on both sides."""


class Proxy:
    """Listens on a free port, forwards to the server, and counts the connections ever opened."""

    def __init__(self, server_port: int) -> None:
        self.server_port = server_port
        self.fault = Fault.NONE
        self.then_refuse = False
        self.struck = threading.Event()
        """Whether a COMMIT has met the fault."""
        self.silent = False
        """Whether everything sent in either direction is dropped."""
        self.silence_at: bytes | None = None
        """Bytes in a request that set `silent`."""
        self.replace: tuple[bytes, bytes] | None = None
        """Bytes to replace in the server's answers, and their replacement of the same length."""
        self.refusing = False
        """Whether new connections are closed immediately."""
        self.connections = 0
        self.round_trips = 0
        """How often a client began to send something after it had been answered."""
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
        """Cut every open connection."""
        for open_socket in self._sockets:
            end(open_socket)
        self._sockets.clear()

    def strike(self, fault: Fault, *, then_refuse: bool = False) -> None:
        """Apply this fault to the next COMMIT; with `then_refuse`, refuse new connections from then on."""
        self.struck.clear()
        self.fault = fault
        self.then_refuse = then_refuse

    def has_struck(self) -> None:
        """Note that a COMMIT has met the fault."""
        self.refusing |= self.then_refuse
        self.struck.set()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self.connections += 1
                if self.refusing:
                    end(client)
                    continue
                server = socket.create_connection(("127.0.0.1", self.server_port))
                self._sockets += [client, server]
                connection = _Connection(self, client, server)
                for work in (connection.forward_requests, connection.forward_answers):
                    threading.Thread(target=work, daemon=True).start()


class _Connection:
    """One connection through the proxy; each direction is forwarded by its own thread."""

    def __init__(self, proxy: Proxy, client: socket.socket, server: socket.socket) -> None:
        self.proxy = proxy
        self.client = client
        self.server = server
        self.fault = Fault.NONE
        self.answered = True

    def forward_requests(self) -> None:
        with suppress(OSError):
            while request := self.client.recv(65536):
                self.proxy.round_trips += self.answered
                self.answered = False
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
                return  # the client hung up, and the server is not to notice
        self.end()

    def forward_answers(self) -> None:
        with suppress(OSError):
            while answer := self.server.recv(65536):
                self.answered = True  # before the client has the answer, after which it may send again
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


def end(open_socket: socket.socket) -> None:
    """Cut a connection."""
    with suppress(OSError):
        open_socket.shutdown(socket.SHUT_RDWR)  # close() alone would leave a thread blocked in recv()
    open_socket.close()


def free_port() -> int:
    """Return an unused port below the range from which systems assign ports to connections."""
    while True:
        port = random.randrange(15_000, 30_000)
        with socket.socket() as listener:
            try:
                listener.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
