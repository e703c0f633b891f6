"""The program's screens as a receptionist reads them: which one it is, what lies over it, what it says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from opd_tui.domain.model import Source
from tests.benchmarks.screens import POINTER, BoardView

SOURCES = tuple(source.name for source in Source)
SOURCE_LABELS = {source.label: source.name for source in Source}
STATUSES = {
    "► inside": "ACTIVE",
    "● here": "ACTIVE",
    "∙ expected": "ACTIVE",
    "○ here": "WAITING",
    "○ expected": "WAITING",
    "✓ done": "COMPLETED",
    "✗ cancelled": "CANCELLED",
    "– no-show": "NO_SHOW",
}
"""What a queue says of a token, and the status that it means."""
NUMBER = r"[A-Z][A-Z0-9]*-\d{3,}"

_QUEUE_LINE = re.compile(
    rf"(?P<pointer>[{POINTER} ])(?P<place>[ \d]{{3}}) (?P<number>{NUMBER}) +(?P<name>\S.*?) {{2,}}"
    rf"(?P<source>{'|'.join(SOURCE_LABELS)}) +(?P<status>{'|'.join(STATUSES)}) "
)
_WAIT_LINE = re.compile(
    rf"│(?P<pointer>[{POINTER} ]) (?P<number>{NUMBER}) +(?P<name>\S.*?) +(?P<source>{'|'.join(SOURCE_LABELS)}) "
)
_DOCTOR_LINE = re.compile(rf"│(?P<pointer>[{POINTER} ]) (?P<number>[A-Z][A-Z0-9]*) {{2,}}(?P<name>Dr \S.*?) {{2,}}")
_LOAD = re.compile(r"(\d+) of (\d+)(?: taken)?(?: \((\d+) done\))?(?: · \d+ here)?(?: · (\d+) waiting)?")
_MODE = re.compile(r"▐\d (\w+)")
_FIELD = re.compile(r"([A-Z][a-z ]+): ")


@dataclass(frozen=True)
class Line:
    """A line of a list: a token by its number, or a doctor by the code."""

    key: str
    name: str
    pointed: bool
    source: str = ""
    status: str = "WAITING"

    @property
    def is_open(self) -> bool:
        return self.status in ("ACTIVE", "WAITING")


@dataclass(frozen=True)
class Box:
    """Something with a heavy frame that lies over the screen: a question, a form, the panel."""

    title: str
    inside: tuple[str, ...]

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.inside).split())


@dataclass(frozen=True)
class Load:
    """How full the chosen slot is, in the words in its queue's frame."""

    taken: int
    capacity: int
    done: int | None
    """None where the frame has no room for it."""
    waiting: int


class Glance:
    """One look at a terminal."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = lines

    @cached_property
    def mode(self) -> str:
        """Which screen is shown: Board, Waitlist or Doctors."""
        found = _MODE.search(self.lines[1])
        return found[1] if found else ""

    def says(self, words: str) -> bool:
        """Whether these words stand in a line of the screen."""
        return any(words in line for line in self.lines)

    @property
    def has_nothing(self) -> bool:
        """Whether the list has no lines, and says so."""
        return self.says("Nobody waits") or self.says("Nothing here matches")

    @property
    def filter(self) -> str | None:
        """What the list is narrowed to, if it is."""
        line = next((line for line in self.lines if line.startswith(" Filter ")), None)
        return None if line is None else line.removeprefix(" Filter ").split("  ")[0].strip()

    @property
    def days_ahead(self) -> int:
        found = re.search(r"\((\d+) days? (ahead|ago);", self.lines[0])
        return 0 if not found else int(found[1]) if found[2] == "ahead" else -int(found[1])

    @cached_property
    def boxes(self) -> list[Box]:
        """Everything in a heavy frame, from the top."""
        return [
            box
            for top, line in enumerate(self.lines)
            for left in (found.start() for found in re.finditer("┏", line))
            if (box := self._box(top, left))
        ]

    def _box(self, top: int, left: int) -> Box | None:
        right = self.lines[top].find("┓", left)
        bottom = next((n for n in range(top, len(self.lines)) if self.lines[n][left] == "┗"), None)
        if right < 0 or bottom is None:
            return None
        inside = tuple(line[left + 1 : right] for line in self.lines[top + 1 : bottom])
        return Box(self.lines[top][left + 1 : right].strip("━ "), inside)

    def box(self, title: str) -> Box | None:
        """The framed thing whose title begins so."""
        return next((box for box in self.boxes if box.title.startswith(title)), None)

    @property
    def panel(self) -> Box | None:
        """The panel for a new token."""
        return self.box("New token")

    @property
    def at_known_patients(self) -> bool:
        """Whether the keys go to the known patients in the panel: the footer says so."""
        return "Take this patient" in self.lines[-1]

    @property
    def at_source(self) -> bool:
        """Whether the keys go to the sources in the panel."""
        return "← → Choose" in self.lines[-1]

    @property
    def form(self) -> Box | None:
        """The form for a doctor or a session."""
        return self.box("Add a doctor") or self.box("Open a session")

    @property
    def find(self) -> Box | None:
        return self.box("Find")

    @property
    def question(self) -> str:
        """The question that waits for an answer."""
        asked = (box.text.partition(" No, leave it (Esc)") for box in self.boxes if not box.title)
        return next((text.strip() for text, buttons, _ in asked if buttons), "")

    @property
    def forecast(self) -> str:
        """What the panel says would happen, or what is wrong."""
        return " ".join(" ".join(self.panel.inside[2:]).split()) if self.panel else ""

    @property
    def field(self) -> str:
        """The label of the form's field that is being filled in."""
        words = [line.strip() for line in self.form.inside] if self.form else []
        return next((found[1] for line in reversed(words) if (found := _FIELD.match(line))), "")

    @cached_property
    def message(self) -> str:
        """What the message line says, without the sign of a refusal."""
        return self.lines[-2].strip().removeprefix("! ")

    @cached_property
    def board(self) -> BoardView | None:
        try:
            return BoardView.read(self.lines)
        except ValueError:  # half drawn
            return None

    @cached_property
    def slot(self) -> tuple[str, str] | None:
        """The doctor's code and the start of the slot whose queue is shown."""
        if self.board is None or self.board.slot is None:
            return None
        code, window = self.board.slot.split()
        return code, window[:5]

    @property
    def doctors(self) -> list[str]:
        """The codes of the doctors on the board, from its top."""
        return [row.split()[0] for row in self.board.grid[1:] if row.strip()] if self.board else []

    @property
    def in_queue(self) -> bool:
        """Whether the keys go to the queue beside the board: the footer says so once it is true."""
        return "Esc Back" in self.lines[-1]

    @property
    def at_rest(self) -> bool:
        """Whether the keys go to a list, and no panel or form is in front of it."""
        return not self.boxes and any(words in self.lines[-1] for words in ("Enter Open", "Esc Back", "/ Filter"))

    @property
    def is_whole_board(self) -> bool:
        """Whether the queue is that of the slot at the cursor."""
        if self.board is None or self.slot is None:
            return False
        chosen = next((row for row in self.board.grid[1:] if re.search(r"[▐\[]", row)), "")
        return chosen.split()[:1] == [self.slot[0]]

    @property
    def load(self) -> Load | None:
        """How full the chosen slot is."""
        found = _LOAD.search(self.board.title) if self.board else None
        if not found:
            return None
        taken, capacity, done, waiting = (int(figure or 0) for figure in found.groups())
        return Load(taken, capacity, done if "taken" in found[0] else None, waiting)

    @cached_property
    def rows(self) -> list[Line]:
        """The lines of the list that is shown: the queue, the waitlist or the doctors."""
        if self.board is not None:
            return lines_in(_QUEUE_LINE, self.board.queue[1:])
        return lines_in(_WAIT_LINE if self.mode == "Waitlist" else _DOCTOR_LINE, self.lines[3:])

    @property
    def pointed(self) -> Line | None:
        """The line at the pointer."""
        return next((line for line in self.rows if line.pointed), None)

    def row(self, key: str) -> Line | None:
        return next((line for line in self.rows if line.key == key), None)


def lines_in(pattern: re.Pattern[str], texts: Sequence[str]) -> list[Line]:
    """The lines that hold a token or a doctor."""
    found = [match.groupdict() for text in texts if (match := pattern.match(text))]
    return [
        Line(
            match["number"],
            match["name"],
            match["pointer"] == POINTER,
            SOURCE_LABELS.get(match.get("source", ""), ""),
            STATUSES[match["status"]] if "status" in match else "WAITING",
        )
        for match in found
    ]
