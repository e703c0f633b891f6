"""The real program in pseudo-terminals of every size and kind."""

from __future__ import annotations

import itertools
import random
import re
import sqlite3
import time
import unicodedata
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import pyte
import pytest

from opd_tui.desk.actions import AddDoctor, IssueToken, OpenSession
from opd_tui.desk.opening import open_front_desk
from tests.support.terminals import RealTerminal, open_today

TOO_SMALL = "The terminal is too small"
SETTLED_SECONDS = 0.15
"""A program that has been idle for this many seconds has drawn everything; none of its timers that draw is longer."""


def leaves(terminal: RealTerminal) -> None:
    """Press Ctrl+Q, and assert that the program ends and leaves the terminal as it was."""
    terminal.press("ctrl+q")
    assert terminal.ends() == 0
    terminal.assert_left_clean()
    assert "bug" not in terminal.last_words


def patients(database: Path) -> list[str]:
    with closing(sqlite3.connect(database)) as connection:
        return [name for (name,) in connection.execute("SELECT name FROM patient ORDER BY id")]


@pytest.fixture
def database(database_path: Path) -> Path:
    """Return a database with a slot for today, with one of its two seats taken."""
    open_today(database_path, "Asha Verma")
    return database_path


@pytest.mark.slow
def test_a_terminal_of_one_cell_is_stood_until_it_grows(database: Path) -> None:
    with RealTerminal("--database", database, size=(1, 1)) as terminal:
        terminal.until(lambda: b"\x1b[?1049h" in terminal.output, "the program's screen")
        terminal.press("n", "2", "1", "?")
        terminal.read(0.5)
        assert terminal.process.poll() is None
        terminal.press("escape")
        terminal.resize(80, 24)
        terminal.shows("Asha Verma", "1/2", "Enter Open")
        terminal.press("n", "Ravi", "enter")
        terminal.shows("2/2")
        terminal.resize(1, 1)
        terminal.read(0.2)
        leaves(terminal)
    assert patients(database) == ["Asha Verma", "Ravi"]


@pytest.mark.slow
def test_over_ssh_the_parts_of_a_key_may_come_apart(database: Path) -> None:
    with RealTerminal("--database", database, SSH_CONNECTION="192.0.2.7 50312 192.0.2.1 22") as terminal:
        terminal.shows("Asha Verma")
        terminal.press("n", "Ravi")
        terminal.shows("Ravi ")
        terminal.press("\x1b")
        time.sleep(0.2)  # as on a slow line; locally, Esc would be over after 0.1 s
        terminal.press("[D", "t")
        terminal.shows("Ravti")
        leaves(terminal)


def test_a_key_right_behind_escape_acts_after_it(database: Path) -> None:
    with RealTerminal("--database", database) as terminal:
        terminal.shows("Asha Verma")
        terminal.press("n", "Ravi")
        terminal.shows("Ravi ")
        terminal.press("\x1b2")
        terminal.shows("Nobody waits on this day")
        assert "does nothing" not in terminal.text
        leaves(terminal)
    assert patients(database) == ["Asha Verma"]


ROUNDS = (
    ("right", "down"),
    ("/", "bina", "enter"),
    ("escape", "left"),
    ("/", "chand", "enter"),
    ("escape", "down"),
    ("n", "Ravi", "tab", "o", "escape"),
    ("2", "down", "1"),
    ("3", "down", "1", "right"),
    ("e", "escape", "down"),
    ("[", "]", "end"),
    ("/", "asha", "enter"),
    ("escape", "/", "dr c", "enter"),
    ("?", "escape", "home"),
)
"""Keys that only navigate."""


CLEARED = b"\x1b[2J"
"""What clears the terminal before everything is drawn again."""


@pytest.mark.slow
@pytest.mark.parametrize("rounds", [ROUNDS[5:7], pytest.param(ROUNDS, marks=pytest.mark.slow)], ids=["few", "all"])
def test_what_stands_on_the_terminal_is_what_is_drawn_anew(database: Path, rounds: tuple[tuple[str, ...], ...]) -> None:
    """No cell of an earlier screen is left behind by any navigation."""
    with closing(open_front_desk(str(database))) as desk:
        for code in "BC":
            doctor = desk.perform(AddDoctor(name=f"Dr {code}", code=code)).doctor
            assert doctor is not None
            session = {"date": desk.today().isoformat(), "start": "00:00", "end": "23:00", "every": 60, "capacity": 3}
            slots = desk.perform(OpenSession(doctor=doctor.id, **session)).slots
            for number, name in enumerate(["Bina Dey", "Chand Rao"]):
                desk.perform(IssueToken(slot=slots[number * 9].id, patient=name, source="PAID"))
    with RealTerminal("--database", database, size=(120, 30)) as terminal:
        terminal.shows("Asha Verma", "Just now")
        for keys in rounds:
            for key in keys:
                terminal.press(key)
                terminal.settle(SETTLED_SECONDS)
            is_drawn_anew(terminal, f"what was after {keys}")
        leaves(terminal)


def is_drawn_anew(
    terminal: RealTerminal, expected: str, *, written: bytes = b"", keys: Iterable[str] = ("ctrl+r",)
) -> None:
    """Assert that the keys clear the terminal and draw what stood there before another program had written over it.

    When the minute turns meanwhile, the clock's mark on the board moves, and what stands then is drawn once more.
    """
    minute, stands, cleared = shown_minute(terminal), below_the_clock(terminal), terminal.output.count(CLEARED)
    terminal.stream.feed(written)
    assert (below_the_clock(terminal) != stands) == bool(written)
    terminal.press(*keys)
    terminal.until(lambda: terminal.output.count(CLEARED) > cleared, "the cleared terminal")
    terminal.until(
        lambda: below_the_clock(terminal) == stands or shown_minute(terminal) not in (minute, ""),
        f"{expected}\n{stands}",
    )
    terminal.settle(SETTLED_SECONDS)
    if shown_minute(terminal) != minute:
        is_drawn_anew(terminal, expected, written=written, keys=keys)


def below_the_clock(terminal: RealTerminal) -> str:
    """Return the screen without the clock's line."""
    return "\n".join(terminal.screen.display[1:])


def shown_minute(terminal: RealTerminal) -> str:
    """Return the time on the clock's line, empty while that is cleared."""
    shown = re.search(r"\d\d:\d\d", terminal.screen.display[0])
    return shown[0] if shown else ""


@pytest.mark.slow
def test_ctrl_r_draws_over_what_another_program_wrote(database: Path) -> None:
    with RealTerminal("--database", database) as terminal:
        terminal.shows("Asha Verma", "PATIENT")
        terminal.settle(SETTLED_SECONDS)
        written = b"\x1b[5;1H\xe2\x96\x88 The system is going down \xe2\x96\x88"
        for keys in (["ctrl+r"], ["?", "ctrl+r", "escape"]):
            is_drawn_anew(terminal, "the screen as it was", written=written, keys=keys)
            assert "going down" not in terminal.text
        leaves(terminal)


class WideMarks(pyte.Screen):
    """A terminal that gives each spacing vowel sign a cell of its own, as tmux does."""

    def draw(self, data: str) -> None:
        signs = {"Mc": "~", "Mn": ""}
        super().draw("".join(signs.get(unicodedata.category(sign), sign) for sign in data))


@pytest.mark.slow
@pytest.mark.parametrize("size", [(80, 24), pytest.param((120, 30), marks=pytest.mark.slow)])
def test_names_that_are_wider_than_expected_leave_nothing_beside_their_rows(
    database_path: Path, size: tuple[int, int]
) -> None:
    names = ("Asha Verma", *(f"देवनागरी शर्मा {number}" for number in "१२३"), "Ravi Kumar")
    open_today(database_path, *names, capacity=1)
    terminal = RealTerminal("--database", database_path, size=size)
    terminal.screen = WideMarks(*size)
    terminal.stream = pyte.ByteStream(terminal.screen)
    with terminal:
        terminal.shows("Asha Verma", "PATIENT")
        terminal.press("2")
        terminal.until(lambda: "▐2 Waitlist" in terminal.text and "शर" in terminal.text, "the waitlist")
        assert frame_of(terminal) == {"│"}
        terminal.press("down", "/", "ravi")
        terminal.until(lambda: "1 line of 4" in terminal.text and "शर" not in terminal.text, "the filtered list")
        assert frame_of(terminal) == {"│"}
        leaves(terminal)


def frame_of(terminal: RealTerminal) -> set[str]:
    """Return the signs in the right frame of the list, once the program is idle."""
    terminal.settle(SETTLED_SECONDS)
    top = next(n for n, line in enumerate(terminal.screen.display) if line.startswith("╭"))
    lines = [terminal.screen.buffer[row] for row in range(top + 1, terminal.screen.lines)]
    framed = itertools.takewhile(lambda line: line[0].data == "│", lines)
    return {line[terminal.screen.columns - 1].data for line in framed}


AS_AFTER_A_SCROLL = """
from opd_tui.cli import main
from opd_tui.tui.tokens.new_token import NewToken

close = NewToken.close

def close_after_a_scroll(panel):
    panel.screen._compositor._full_map_invalidated = True
    close(panel)

NewToken.close = close_after_a_scroll
main()
"""
"""Scrolling has made Textual's layout map stale, and nothing has refreshed it when the panel closes."""


@pytest.mark.slow
def test_a_panel_that_closes_right_after_a_scroll_leaves_nothing_behind(database: Path, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(AS_AFTER_A_SCROLL)
    with RealTerminal("--database", database, program=(str(program),)) as terminal:
        terminal.shows("Asha")
        terminal.press("n")
        terminal.shows("New token")
        terminal.press("escape")
        terminal.until(lambda: "New token" not in terminal.text, "the board without the panel")
        leaves(terminal)


@pytest.mark.slow
def test_a_size_that_the_shell_exported_is_not_believed(database: Path) -> None:
    with RealTerminal("--database", database, COLUMNS="50", LINES="12") as terminal:
        terminal.shows("Asha Verma", "1/2")
        terminal.resize(50, 12)
        terminal.shows(TOO_SMALL)
        leaves(terminal)


@pytest.mark.slow
def test_a_question_and_a_panel_survive_every_size_that_a_window_passes_through(database: Path) -> None:
    dice = random.Random(1)
    with RealTerminal("--database", database) as terminal:
        terminal.shows("Asha Verma")
        terminal.press("enter", "c")
        terminal.shows("Cancel A-001 Asha Verma")
        shake(terminal, dice)
        terminal.shows("Cancel A-001 Asha Verma")
        terminal.press("escape")
        terminal.until(lambda: "Cancel A-001" not in terminal.text, "the question's end")
        terminal.press("n", "Ravi")
        terminal.shows("gets a seat")
        shake(terminal, dice)
        terminal.shows("Ravi", "gets a seat")
        terminal.press("enter")
        terminal.shows("2/2")
        leaves(terminal)
    assert patients(database) == ["Asha Verma", "Ravi"]


def shake(terminal: RealTerminal, dice: random.Random) -> None:
    """Resize the window faster than the program draws, down to one cell and back."""
    for _ in range(15):
        terminal.resize(dice.randint(1, 200), dice.randint(1, 60))
        terminal.read(0.01)
    terminal.resize(1, 1)
    terminal.read(0.1)
    terminal.resize(50, 12)
    terminal.shows(TOO_SMALL)
    terminal.resize(80, 24)
    terminal.until(lambda: TOO_SMALL not in terminal.text, "a screen that is large enough")


def works(terminal: RealTerminal) -> None:
    """Issue and cancel a token, then quit."""
    terminal.shows("Asha Verma", "1/2")
    terminal.press("n", "Ravi", "enter")
    terminal.shows("Ravi", "2/2")
    terminal.press("tab", "c")
    terminal.shows("Cancel A-002 Ravi")
    terminal.press("y")
    terminal.shows("was cancelled")
    leaves(terminal)


@pytest.mark.slow
def test_without_colour_everything_is_grey_and_works(database: Path) -> None:
    with RealTerminal("--database", database, NO_COLOR="1") as terminal:
        works(terminal)
        colours = re.findall(rb"[34]8;2;(\d+);(\d+);(\d+)", terminal.output)
        assert colours
        assert all(red == green == blue for red, green, blue in colours)


@pytest.mark.slow
def test_on_a_dumb_terminal_everything_is_drawn_in_plain_signs_and_works(database: Path) -> None:
    with RealTerminal("--database", database, TERM="dumb", COLORTERM="") as terminal:
        works(terminal)
        assert terminal.output.isascii()


@pytest.mark.parametrize(
    "environment",
    [
        {"LC_ALL": "C", "LANG": "C"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"LC_ALL": "POSIX", "PYTHONIOENCODING": "latin-1"},
    ],
    ids=["C", "C that Python does not correct", "Latin-1"],
)
@pytest.mark.fast_cases(1)
def test_without_a_unicode_locale_everything_is_drawn_in_plain_signs_and_works(
    database: Path, environment: dict[str, str]
) -> None:
    with RealTerminal("--database", database, **environment) as terminal:
        terminal.shows("Asha Verma")
        terminal.press("n", "देव", "enter")
        terminal.shows("2/2")
        terminal.press("enter")
        leaves(terminal)
        drawn = terminal.output.decode("utf-8", "replace")
        letters = set() if "PYTHONIOENCODING" in environment else set("देव")  # if the encoding has them
        assert {character for character in drawn if not character.isascii()} <= letters
    assert patients(database) == ["Asha Verma", "देव"]


@pytest.mark.slow
def test_a_terminal_that_the_program_knows_nothing_of_will_do(database: Path) -> None:
    with RealTerminal("--database", database, TERM="nobody-knows-it", COLORTERM="") as terminal:
        works(terminal)
