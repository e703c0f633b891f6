"""The program's screens as a person reads them off the terminal."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from opd_tui.desk.opening import open_front_desk
from opd_tui.domain.model import SlotId
from tests.benchmarks.terminal import Expectation, Terminal

NUMBER = re.compile(r"\b[A-Z]+[0-9]*-[0-9]{3,}\b")
"""A token's number."""
POINTER = "▸"

Place = tuple[int, int]
"""Row and column on the board."""


def shell(lines: Sequence[str]) -> bool:
    """The bars that are painted before there is any data."""
    return any("Board" in line and "Waitlist" in line for line in lines)


def board_with_rows(lines: Sequence[str]) -> bool:
    """Doctors with their slots, and the chosen slot's queue."""
    board = BoardView.read(lines)
    return board is not None and bool(board.numbers) and any(re.search(r"\d+/\d+", line) for line in board.grid)


@dataclass(frozen=True)
class BoardView:
    """The two panels of the board: the grid's lines, the queue's title and its lines."""

    top: int
    grid: tuple[str, ...]
    title: str
    queue: tuple[str, ...]
    width: int
    """The columns of the queue's panel, beside which the news stands."""

    @classmethod
    def read(cls, lines: Sequence[str]) -> BoardView | None:
        """The board, if it is on the screen."""
        top = next((number for number, line in enumerate(lines) if re.match("╭[─━] Slots ", line)), None)
        if top is None:
            return None
        ends = [number for number in range(top, len(lines)) if lines[number].startswith("╰")]
        below = ends[0] + 1 if len(ends) > 1 else len(lines)
        if below >= len(lines) or "╮" not in lines[below]:
            return None
        width = lines[below].index("╮") + 1
        grid = tuple(line[1:-1] for line in lines[top + 1 : ends[0]])
        queue = tuple(line[1 : width - 1] for line in lines[below + 1 : ends[1]])
        return cls(top, grid, lines[below][:width].strip("╭╮─━ "), queue, width)

    @property
    def rows(self) -> range:
        """The screen's lines that the two panels take."""
        return range(self.top, self.top + len(self.grid) + len(self.queue) + 4)

    @property
    def slot(self) -> str | None:
        """The doctor's code and the window of the slot whose queue is shown."""
        window = re.search(r"\d\d:\d\d–\d\d:\d\d", self.title)
        return f"{self.title.partition(' · ')[0]} {window[0]}" if window else None

    @property
    def numbers(self) -> list[str]:
        """The queue's token numbers from its top."""
        return [found.group() for line in self.queue if (found := NUMBER.search(line))]

    @property
    def doctor_at_cursor(self) -> str | None:
        """The code of the doctor in whose row the cursor stands."""
        return next((line.split()[0] for line in self.grid if "▐" in line), None)

    def line_of(self, name: str) -> str | None:
        """The queue's line that names this patient."""
        return next((line for line in self.queue if name in line), None)


@dataclass(frozen=True)
class Cell:
    """A slot as the board shows it when the cursor is on it."""

    place: Place
    slot: SlotId
    doctor: str
    numbers: frozenset[str]
    """The numbers of its tokens, which no other slot of the day has."""
    free_seats: int


@dataclass
class BoardMap:
    """What the board shows at each place, asked of the desk, so that a screen can be told from a half-drawn one.

    All doctors have slots at the same times, so that a place is a row and a column.
    """

    cells: dict[str, Cell]
    size: Place

    @classmethod
    def read(cls, database: Path | str) -> BoardMap:
        """Today's board."""
        with closing(open_front_desk(str(database), create=False)) as desk:
            board = desk.board(desk.today())
            numbers: defaultdict[int, set[str]] = defaultdict(set)
            for record in desk.token_list(date=desk.today()):
                numbers[record.slot.id].add(record.token.number)
        cells, starts = {}, sorted({record.slot.start for record in board.slots})
        for record in board.slots:
            place = board.doctors.index(record.doctor), starts.index(record.slot.start)
            code = record.doctor.code
            cells[f"{code} {record.slot.window}"] = Cell(
                place, record.slot.id, code, frozenset(numbers[record.slot.id]), record.free_seats
            )
        return cls(cells, (len(board.doctors), len(starts)))

    def shown(self, lines: Sequence[str]) -> Cell | None:
        """The slot at the cursor, if grid and queue agree on it and the queue is its own."""
        board = BoardView.read(lines)
        cell = self.cells.get(board.slot or "") if board else None
        if board is None or cell is None or board.doctor_at_cursor != cell.doctor:
            return None
        return (
            cell if cell.numbers.issuperset(board.numbers[:1]) and bool(board.numbers) == bool(cell.numbers) else None
        )

    def roomy(self, seats: int) -> list[Cell]:
        """The slots with so many free seats, in an order in which the cursor has short ways."""
        roomy = [cell for cell in self.cells.values() if cell.free_seats >= seats]
        return sorted(roomy, key=lambda cell: (cell.place[1], cell.place[0]))

    def place_of(self, lines: Sequence[str]) -> Place | None:
        """Where the cursor is, by the queue's title."""
        board = BoardView.read(lines)
        cell = self.cells.get(board.slot or "") if board else None
        return cell.place if cell else None

    def elsewhere(self, than: Cell) -> Expectation:
        """The cursor on another slot, with its queue beside it."""

        def expectation(lines: Sequence[str]) -> bool:
            cell = self.shown(lines)
            return cell is not None and cell != than

        return expectation

    def go(self, terminal: Terminal, goal: Place) -> None:
        """Move the cursor to a place."""
        place = self.place_of(terminal.lines)
        while place is not None and place != goal:
            (row, column), (to_row, to_column), before = place, goal, place
            key = "down" if row < to_row else "up" if row > to_row else "right" if column < to_column else "left"
            terminal.press(key, lambda lines, before=before: self.place_of(lines) not in (None, before))
            place = self.place_of(terminal.lines)
        assert place is not None, "there is no board:\n" + "\n".join(terminal.lines)


def show_board(terminal: Terminal) -> None:
    """Wait for today's board, and until nothing is done in the background any more."""
    terminal.wait_for(board_with_rows)
    terminal.settle()


def pointed_at(lines: Sequence[str]) -> str | None:
    """The number, or other words, of the line at the pointer of a list."""
    line = next((line for line in lines if POINTER in line), None)
    return " ".join(line.partition(POINTER)[2].split()[:2]) if line else None


def panel_is_open(lines: Sequence[str]) -> bool:
    """The new-token panel with what would happen in it."""
    top = next((number for number, line in enumerate(lines) if "New token" in line and "━" in line), None)
    return top is not None and any("→" in line for line in lines[top:])


def panel_is_closed(lines: Sequence[str]) -> bool:
    """The panel is not on the screen."""
    return not any("New token" in line and "━" in line for line in lines)
