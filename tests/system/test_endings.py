"""Whatever a terminal sends and whatever waits, a key to quit, a signal and a closed terminal end the program."""

from __future__ import annotations

import random
import signal
import time
from contextlib import closing
from pathlib import Path

import pytest

from opd_tui.desk.opening import open_front_desk
from tests.support.helpers import statuses
from tests.support.terminals import RealTerminal, open_today

BEGIN, END = b"\x1b[200~", b"\x1b[201~"
ROOM_SECONDS = 5
"""The longest that an ending may take on a machine that is busy with other tests; it takes 1 s on an idle one."""
BURSTS = 10
"""The number of programs that each seed ends."""


@pytest.fixture
def database(database_path: Path) -> Path:
    """Return a database with a slot for today, with one of its five seats taken."""
    open_today(database_path, "Asha Verma", capacity=5)
    return database_path


def tokens(database: Path) -> dict[str, str]:
    """Return each token's status by number; the journal must agree with them."""
    with closing(open_front_desk(str(database))) as desk:
        assert desk.verify().problems == []
        return statuses(desk)


ASHA_ONLY = {"A-001": "ACTIVE"}


def test_odd_bytes_are_skipped_and_a_paste_does_nothing_on_the_board(database: Path) -> None:
    with RealTerminal("--database", database) as terminal:
        terminal.shows("Asha Verma")
        terminal.send(b"\x1b[M \xe1\xf0\x1b]0;c\x07\x1b[99999999999;1u")
        terminal.press("n")
        terminal.shows("New token")
        terminal.send(b"Jos\xe9 " + BEGIN + b"Ra\x1b\rm" + END + b"\xff")
        terminal.press("enter")
        terminal.shows("Jos Ra m", "2/5")
        terminal.press("tab")
        terminal.shows("Esc Back")
        terminal.send(BEGIN + b"hello \x1b\r\rcy" + END)
        terminal.shows("Pasted text does nothing here")
        terminal.press("ctrl+q")
        assert terminal.ends() == 0
        terminal.assert_left_clean()
    assert tokens(database) == ASHA_ONLY | {"A-002": "ACTIVE"}


@pytest.mark.slow
@pytest.mark.parametrize(
    "pasted",
    [b"x \x1b\rn Ghost\r", b"\x1b[31mA red [line]\x1b[0m\r" * 40, b"e\rGhost\r\x1b[13uy\t\x1b[B", b"ccy" * 5000],
    ids=["a form", "colours", "kitty", "long"],
)
def test_no_paste_acts_on_the_board(database: Path, pasted: bytes) -> None:
    with RealTerminal("--database", database) as terminal:
        terminal.shows("Asha Verma")
        today = terminal.screen.display[0][:60]
        terminal.send(BEGIN + pasted + END)
        terminal.shows("Pasted text does nothing here")
        terminal.settle(0.3)
        assert terminal.screen.display[0][:60] == today
        assert "Slots" in terminal.text
        terminal.press("ctrl+q")
        assert terminal.ends() == 0
    assert tokens(database) == ASHA_ONLY


@pytest.mark.slow
def test_a_paste_without_an_end_is_pasted_and_its_tail_is_dropped(database: Path) -> None:
    with RealTerminal("--database", database) as terminal:
        terminal.shows("Asha Verma")
        terminal.press("n")
        terminal.shows("New token")
        terminal.send(BEGIN + b"Ravi")
        terminal.shows("Ravi ")
        terminal.send(b" Rao\rcy")
        terminal.shows("The end of the pasted text is missing")
        assert "Rao" not in terminal.text
        terminal.send(END)
        terminal.press("enter")
        terminal.shows("2/5")
        terminal.send(BEGIN + b"c")
        terminal.press("ctrl+q")
        assert terminal.ends() == 0
    assert tokens(database) == ASHA_ONLY | {"A-002": "ACTIVE"}


FLOODS = {
    "silence": (BEGIN + b"cy\r", b""),
    "paste": (BEGIN, b"cy\r" * 300),
    "keys": (b"", b"]n[\x1b[B\x1b[Cx\x1b\r" * 100),
    "clicks": (b"", b"\x1b[<0;9;9M\x1b[<0;9;9m\x1b[<35;3;3M\x1b[<64;9;9M" * 30),
}
"""What is sent first, and then again and again."""


@pytest.mark.slow
@pytest.mark.parametrize("end", ["ctrl+q", "SIGTERM", "SIGHUP", "hang up"])
@pytest.mark.parametrize("flood", FLOODS)
def test_an_ending_goes_before_a_flood(database: Path, flood: str, end: str) -> None:
    first, then = FLOODS[flood]
    with RealTerminal("--database", database) as terminal:
        terminal.shows("Asha Verma")
        terminal.send(first)
        for _ in range(20):
            terminal.send(then)
        began = time.monotonic()
        begin_to_end(terminal, end)
        while terminal.process.poll() is None:
            if not terminal.closed:
                terminal.send(then)
                terminal.read(0.01)
            assert time.monotonic() - began < ROOM_SECONDS
        assert terminal.process.returncode == STATUSES[end]
    assert tokens(database)["A-001"] != "CANCELLED"


STATUSES = {"ctrl+q": 0, "SIGTERM": 143, "SIGHUP": 129, "hang up": 129}


def begin_to_end(terminal: RealTerminal, end: str) -> None:
    """Press the key to quit, send a signal, or close the terminal."""
    if end == "hang up":
        terminal.hang_up()
    elif end == "ctrl+q":
        terminal.press(end)
    else:
        terminal.process.send_signal(getattr(signal, end))


QUIT_AND_SUSPEND = b"\x11\x1a"


class Burst:
    """Random input: keys, pastes, clicks, odd bytes and resizes, some without an end."""

    def __init__(self, terminal: RealTerminal, dice: random.Random) -> None:
        self.terminal = terminal
        self.dice = dice

    def send(self) -> None:
        """Send a number of random pieces; the program's output is read only now and then."""
        for _ in range(self.dice.randint(5, 60)):
            self.dice.choice([self.keys, self.keys, self.paste, self.click, self.odd, self.resize, self.read])()

    def keys(self) -> None:
        names = ["n", "e", "enter", "escape", "c", "x", "]", "[", "t", "1", "2", "3", "/", "?", "down", "tab", "ctrl+p"]
        self.terminal.press(*self.dice.choices([*names, "Om Sen", "a", "f7"], k=self.dice.randint(1, 20)))

    def paste(self) -> None:
        text = self.dice.choice([b"Om Sen", b"c y\r", b"\x1b[31mred\x1b[0m\r\n" * 40, b"x" * 5000])
        self.terminal.send(BEGIN + text + self.dice.choice([END, END, b""]))

    def click(self) -> None:
        at = f"{self.dice.randint(1, 130)};{self.dice.randint(1, 45)}"
        sent = f"\x1b[<0;{at}M\x1b[<0;{at}m" * self.dice.randint(1, 3) + f"\x1b[<35;{at}M" * self.dice.randint(0, 40)
        self.terminal.send(sent.encode())

    def odd(self) -> None:
        self.terminal.send(
            self.dice.choice([b"\xe9", b"\x1b[M \xe1\xf0", b"\x1b[", b"\x1b]0;", self.dice.randbytes(20)])
        )

    def resize(self) -> None:
        for _ in range(self.dice.randint(1, 30)):
            self.terminal.resize(self.dice.randint(1, 140), self.dice.randint(1, 45))

    def read(self) -> None:
        self.terminal.read(0.01)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_in_random_bursts_a_signal_and_a_closed_terminal_end_the_program(
    database: Path, seed: int, pytestconfig: pytest.Config
) -> None:
    dice = random.Random(f"{pytestconfig.getoption('--seed')} {seed}")
    for _ in range(BURSTS):
        with RealTerminal("--database", database) as terminal:
            terminal.shows("Slots")
            Burst(terminal, dice).send()
            end = dice.choice(["SIGTERM", "SIGHUP", "hang up"])
            begin_to_end(terminal, end)
            assert terminal.process.wait(ROOM_SECONDS) == STATUSES[end]
    tokens(database)
