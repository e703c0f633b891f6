"""The real program in a pseudo-terminal, with an emulator to read its screen."""

from __future__ import annotations

import datetime as dt
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Self

import pyte

from opd_tui.desk.actions import AddDoctor, IssueToken, OpenSlot
from opd_tui.desk.opening import open_front_desk
from tests.benchmarks.terminal import KEYS, REPLIES, UNFINISHED, UNKNOWN, is_at_rest
from tests.support.helpers import zone_where_it_is_nine

PATIENCE_SECONDS = 30
"""The timeout for an expected change; no timing is asserted with it."""
LONGEST_READ_SECONDS = 1.0
"""The maximum time to read a program that keeps sending output."""
MOST_AT_ONCE = 256
"""The number of bytes that a terminal which takes any takes without blocking."""
LEAVES_ALTERNATE_SCREEN, SHOWS_CURSOR = b"\x1b[?1049l", b"\x1b[?25h"

_START = "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
"""Makes the terminal the program's controlling one, so that closing it sends SIGHUP."""


def open_today(database: Path, *patients: str, capacity: int = 2) -> None:
    """Add a doctor with one slot for today, in a time zone where it is not near midnight, and issue tokens for it."""
    zone = zone_where_it_is_nine(dt.datetime.now(dt.UTC))
    with closing(open_front_desk(str(database), zone=zone)) as desk:
        doctor = desk.perform(AddDoctor(name="Dr A", code="A")).doctor
        assert doctor is not None
        window = {"date": desk.today().isoformat(), "start": "00:00", "end": "23:59"}
        slot = desk.perform(OpenSlot(doctor=doctor.id, capacity=capacity, **window)).slots[0]
        for patient in patients:
            desk.perform(IssueToken(slot=slot.id, patient=patient, source="ONLINE"))


class RealTerminal:
    """`python -m opd_tui` in its own pseudo-terminal; leaving the block kills the program."""

    def __init__(
        self,
        *arguments: str | Path,
        size: tuple[int, int] = (80, 24),
        program: tuple[str, ...] = ("-m", "opd_tui"),
        controlling: bool = True,
        **environment: str,
    ) -> None:
        self.program = program
        self.start = ("-c", _START, sys.executable) if controlling else ()
        self.arguments = [str(argument) for argument in arguments]
        self.environment = {"TERM": "xterm-256color", "COLORTERM": "truecolor", **environment}
        self.size = size
        self.screen = pyte.Screen(*size)
        self.stream = pyte.ByteStream(self.screen)
        self.output = b""
        """All output of the program so far."""
        self._unfinished = b""

    def __enter__(self) -> Self:
        self.terminal, inner = pty.openpty()
        self.closed = False
        self._set_size(*self.size)
        self.modes = termios.tcgetattr(inner)
        self._inner = inner
        self.process = subprocess.Popen(
            [sys.executable, *self.start, *self.program, *self.arguments],
            stdin=inner,
            stdout=inner,
            stderr=inner,
            env=os.environ | self.environment,
            start_new_session=True,
        )
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.process.kill()
        self.process.wait()
        self.hang_up()

    def hang_up(self) -> None:
        """Close the terminal, as a lost connection does."""
        if not self.closed:
            self.closed = True
            os.close(self._inner)
            os.close(self.terminal)

    @property
    def text(self) -> str:
        """The whole screen."""
        return "\n".join(self.screen.display)

    def press(self, *keys: str) -> None:
        """Send keys: names such as `enter`, or text."""
        names = KEYS | {"ctrl+p": "\x10", "ctrl+r": "\x12"}
        self.send("".join(names.get(key, key) for key in keys).encode())

    def send(self, data: bytes) -> None:
        """Send bytes, reading the program's output while the terminal takes no more."""
        while data:
            _, writable, _ = select.select([], [self.terminal], [], 0)
            if writable:
                data = data[os.write(self.terminal, data[:MOST_AT_ONCE]) :]
            else:
                self.read(0.01)
            if self.process.poll() is not None:
                return

    def shows(self, *texts: str) -> None:
        """Wait for texts on the screen."""
        for text in texts:
            self.until(lambda text=text: text in self.text, f"“{text}”")

    def until(self, condition: Callable[[], object], expected: str) -> None:
        """Read the program's output until a condition holds."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            self.read()
            assert time.monotonic() < deadline, f"{expected} did not come; the screen says:\n{self.text}"
            assert self.process.poll() is None or condition(), f"it ended; the screen says:\n{self.text}"

    def ends(self) -> int:
        """Wait for the program to end and return its exit status."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (status := self.process.poll()) is None:
            self.read()
            assert time.monotonic() < deadline, f"it does not end; the screen says:\n{self.text}"
        self.read()
        return status

    def read(self, seconds: float = 0.05) -> None:
        """Read output until there is none for `seconds`, and answer the terminal queries in it."""
        deadline = time.monotonic() + max(LONGEST_READ_SECONDS, seconds)
        while select.select([self.terminal], [], [], seconds)[0] and time.monotonic() < deadline:
            try:
                piece = os.read(self.terminal, 65536)
            except OSError:
                return
            for question, reply in REPLIES:
                if question in piece:
                    os.write(self.terminal, reply)
            self.output += piece
            data = UNKNOWN.sub(b"", self._unfinished + piece)
            cut = UNFINISHED.search(data)
            self._unfinished = cut.group() if cut else b""
            self.stream.feed(data[: cut.start()] if cut else data)

    def settle(self, seconds: float) -> None:
        """Read until the program has been idle for `seconds`, without output and without waiting for a processor.

        Silence alone is not enough: on a busy machine, the program may just not have been scheduled.
        """
        quiet_since, before = time.monotonic(), b""
        while time.monotonic() - quiet_since < seconds:
            self.read(seconds / 10)
            if self.output != before or not is_at_rest(self.process):
                quiet_since, before = time.monotonic(), self.output

    @property
    def last_words(self) -> str:
        """What was printed after the program left the alternate screen."""
        return self.output.rpartition(LEAVES_ALTERNATE_SCREEN)[2].decode()

    def resize(self, columns: int, lines: int) -> None:
        """Resize the terminal and signal it to the program."""
        self.screen.resize(lines, columns)
        self._set_size(columns, lines)
        self.process.send_signal(signal.SIGWINCH)

    def _set_size(self, columns: int, lines: int) -> None:
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def assert_left_clean(self) -> None:
        """Assert that the program left the alternate screen, a visible cursor, and a terminal that echoes."""
        end = self.output.rpartition(b"\x1b[?1049h")[2]
        assert LEAVES_ALTERNATE_SCREEN in end, "the alternate screen is still there"
        assert SHOWS_CURSOR in end, "the cursor is still hidden"
        assert termios.tcgetattr(self._inner)[3] == self.modes[3], "the terminal does not echo"
