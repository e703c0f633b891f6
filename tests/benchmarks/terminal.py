"""A real pseudo terminal that says when something came on its screen, and how many bytes brought it there.

The program's output is read at once, so that a slow emulator never holds it up, and every piece is stamped as it is
read. Only once the program has gone quiet are the pieces fed to the emulator, one by one, to find the first after
which the screen shows what is waited for. A time is therefore that of a piece's arrival; the emulator's own cost is
not in it.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import pyte

KEYS = {
    "enter": "\r",
    "tab": "\t",
    "escape": "\x1b",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "pageup": "\x1b[5~",
    "pagedown": "\x1b[6~",
    "ctrl+q": "\x11",
}
UNKNOWN = re.compile(rb"\x1b\[[<>=][0-9;]*[a-zA-Z]|\x1b\[\?[0-9;]*\$p|\x1bP[^\x1b]*\x1b\\")
"""What the emulator does not understand and would print as text."""
UNFINISHED = re.compile(rb"\x1b(\[[0-9;<>=?$]*|P[^\x1b]*\x1b?)?$")
"""The first part of an escape sequence whose rest comes with the next piece."""
REPLIES = ((b"\x1b[?2026$p", b"\x1b[?2026;2$y"), (b"\x1b[c", b"\x1b[?62;c"))
"""Questions of a program to its terminal: synchronised output is known; and what kind of terminal it is."""
QUIET_SECONDS = 0.04
PATIENCE_SECONDS = 30.0
SIZE = (120, 40)

Expectation = Callable[[Sequence[str]], bool]
"""Whether the lines of the screen show what is waited for."""


@dataclass(frozen=True)
class Sight:
    """How something came on the screen: milliseconds from the start, and all that was sent until it was quiet again."""

    shown_ms: float
    settled_ms: float
    output: bytes


class NotShown(Exception):
    """What was waited for did not come on the screen."""


def memory_mib(process: int) -> tuple[float, float]:
    """A process's memory now, and at its highest; nothing of one that has just ended."""
    status = Path(f"/proc/{process}/status").read_text()
    found = (re.search(rf"{name}:\s+(\d+)", status) for name in ("VmRSS", "VmHWM"))
    now, highest = (int(each[1]) / 1024 if each else 0.0 for each in found)
    return now, highest


class Terminal:
    """One full-screen program in a pseudo terminal of its own."""

    def __init__(
        self, command: Sequence[str], *, cwd: Path, env: Mapping[str, str], size: tuple[int, int] = SIZE
    ) -> None:
        self.command, self.cwd, self.env, self.size = list(command), cwd, dict(env), size
        self.screen = pyte.Screen(*size)
        self.stream = pyte.ByteStream(self.screen)
        self.unfinished = b""
        self._lines = [""] * size[1]

    def __enter__(self) -> Self:
        self.fd, inner = pty.openpty()
        columns, lines = self.size
        fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        self.started = time.perf_counter()
        self.process = subprocess.Popen(
            self.command,
            stdin=inner,
            stdout=inner,
            stderr=inner,
            cwd=self.cwd,
            env=self.env | {"TERM": "xterm-256color", "COLORTERM": "truecolor"},
            start_new_session=True,
        )
        os.close(inner)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.process.terminate()
        deadline = time.monotonic() + 5
        while self.process.poll() is None and time.monotonic() < deadline:
            self._read(0.01)
        self.process.kill()
        self.process.wait()
        os.close(self.fd)

    @property
    def lines(self) -> list[str]:
        """The screen as it was when it was last looked at."""
        for number in self.screen.dirty:
            row = self.screen.buffer[number]
            self._lines[number] = "".join([row[column].data for column in range(self.screen.columns)])
        self.screen.dirty.clear()
        return list(self._lines)

    def press(self, keys: str | Sequence[str], expect: Expectation, patience: float = PATIENCE_SECONDS) -> Sight:
        """Write keys at once and wait for what they bring; raises NotShown."""
        start = time.perf_counter()
        self.send(keys)
        return self.wait_for(expect, start, patience)

    def send(self, keys: str | Sequence[str]) -> None:
        """Write keys: names such as `enter`, or text."""
        names = [keys] if isinstance(keys, str) else keys
        os.write(self.fd, "".join(KEYS.get(name, name) for name in names).encode())

    def wait_for(
        self,
        expect: Expectation,
        start: float | None = None,
        patience: float = PATIENCE_SECONDS,
        *,
        fresh: bool = True,
        quiet: float = QUIET_SECONDS,
    ) -> Sight:
        """Wait until the screen shows something and is quiet for so long; raises NotShown.

        Without `fresh` it may stand there already.
        """
        start = self.started if start is None else start
        shown = settled = None if fresh or not expect(self.lines) else start
        output = b""
        while time.perf_counter() - start < patience:
            for stamp, piece in self._read(quiet):
                settled = stamp
                output += piece
                self._feed(piece)
                if shown is None and expect(self.lines):
                    shown = stamp
            if shown is not None and settled is not None:
                return Sight((shown - start) * 1e3, (settled - start) * 1e3, output)
            if self.process.poll() is not None:
                break
        picture = "\n".join(line for line in self.lines if line.strip())
        raise NotShown(f"not on the screen within {patience:g} s; it shows:\n{picture}")

    def settle(self, seconds: float = 0.5, patience: float = PATIENCE_SECONDS) -> None:
        """Wait until the program computes and shows nothing: what it does in the background is done."""
        deadline = time.perf_counter() + patience
        while time.perf_counter() < deadline:
            before = self.cpu_seconds()
            for _, piece in self._read(seconds, seconds):
                self._feed(piece)
            if self.cpu_seconds() - before <= 0.03 and is_at_rest(self.process):
                return

    def resident_mib(self) -> tuple[float, float]:
        """Memory now, and at its highest."""
        return memory_mib(self.process.pid)

    def cpu_seconds(self) -> float:
        """Processor time that the program has used."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _feed(self, piece: bytes) -> None:
        data = UNKNOWN.sub(b"", self.unfinished + piece)
        cut = UNFINISHED.search(data)
        self.unfinished = cut.group() if cut else b""
        self.stream.feed(data[: cut.start()] if cut else data)

    def _read(self, quiet: float, longest: float = 1.0) -> list[tuple[float, bytes]]:
        """All output until none came for `quiet` seconds, or `longest` have gone by, each piece with its instant."""
        pieces: list[tuple[float, bytes]] = []
        deadline = time.perf_counter() + longest
        while time.perf_counter() < deadline and select.select([self.fd], [], [], quiet)[0]:
            try:
                piece = os.read(self.fd, 65536)
            except OSError:
                break
            pieces.append((time.perf_counter(), piece))
            for question, reply in REPLIES:
                if question in piece:
                    os.write(self.fd, reply)
        return pieces


def is_at_rest(process: subprocess.Popen[bytes]) -> bool:
    """Return whether every thread of a process waits for something to happen, and none for the processor."""
    threads = Path(f"/proc/{process.pid}/task").glob("*/stat")
    try:
        return all(thread.read_text().rpartition(")")[2].split()[0] == "S" for thread in threads)
    except OSError:  # a thread has just ended
        return False
