"""Keys: from a key written to the terminal until what it brings is on the screen."""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from string import ascii_uppercase

from opd_tui.desk.actions import IssueToken
from opd_tui.desk.opening import open_front_desk
from opd_tui.domain.model import Patient, Source
from tests.benchmarks.floors import replay
from tests.benchmarks.report import Budget, Row
from tests.benchmarks.screens import (
    NUMBER,
    BoardMap,
    BoardView,
    Cell,
    panel_is_closed,
    panel_is_open,
    pointed_at,
    show_board,
)
from tests.benchmarks.site import Site
from tests.benchmarks.stats import p95, summary
from tests.benchmarks.terminal import Expectation, Terminal

WARM_UP = 5
THINK_SECONDS = (0.03, 0.09)
"""A person pauses between two keys; what is under way in the background may fall into it or not."""
LIST_LINES = 500
ISSUES_A_SLOT = 3


class Alternating:
    """Samples of a figure and of its floor, taken in turn, so that the machine's noise falls on both."""

    def __init__(self) -> None:
        self.figure: list[float] = []
        self.floor: list[float] = []

    def run(self, count: int, figure: Callable[[], float], floor: Callable[[], float]) -> None:
        """Take a few samples to warm up, then so many that count."""
        for number in range(WARM_UP + count):
            pair = [think_and(figure), think_and(floor)]
            if number >= WARM_UP:
                self.figure.append(pair[0])
                self.floor.append(pair[1])

    def row(self, figure: str, budget: Budget) -> Row:
        """The p95 of both."""
        details = {"figure": summary(self.figure), "floor": summary(self.floor)}
        return Row(figure, budget, p95(self.figure), p95(self.floor), details=details)


def think_and(act: Callable[[], float]) -> float:
    """Pause like a person, then act."""
    time.sleep(random.uniform(*THINK_SECONDS))
    return act()


def keys(site: Site) -> Iterator[Row]:
    """Any key on the board, against moving the cursor of a bare list."""
    database = site.original(site.year)
    board = BoardMap.read(database)
    numbered = [f"line {number:04}" for number in range(LIST_LINES)]
    samples = Alternating()
    with site.app(database) as app, site.floor("lines", str(LIST_LINES)) as bare:
        show_board(app)
        bare.wait_for(lambda lines: pointed_at(lines) is not None)
        samples.run(site.samples(150), lambda: move_on_board(app, board), lambda: move_in_list(bare, numbered))
    yield samples.row("any key on the board → slot and queue visible, p95", Budget(most=33))


def move_on_board(app: Terminal, board: BoardMap) -> float:
    """Press a key that moves the cursor; how long until the other slot and its queue are shown."""
    before = board.shown(app.lines)
    assert before is not None, "the board is not as the desk says:\n" + "\n".join(app.lines)
    (row, column), (rows, columns) = before.place, board.size
    usable = {
        "down": row < rows - 1,
        "up": row > 0,
        "right": column < columns - 1,
        "left": column > 0,
        "pagedown": row < rows - 1,
        "pageup": row > 0,
    }
    key = random.choice([key for key, moves in usable.items() if moves])
    return app.press(key, board.elsewhere(before)).shown_ms


def token_list(site: Site) -> Iterator[Row]:
    """Any key in the waitlist of 500, against the same keys in a bare list."""
    database = site.original(site.year)
    with closing(open_front_desk(str(database), create=False)) as desk:
        tokens = [line.record.token for line in desk.waitlist(desk.today())]
    waiting = [" ".join(token.label.split()[:2]) for token in tokens]
    numbered = [f"line {number:04}" for number in range(len(waiting))]
    samples = Alternating()
    with site.app(database) as app, site.floor("lines", str(len(waiting))) as bare:
        show_board(app)
        bare.wait_for(lambda lines: pointed_at(lines) is not None)
        app.press("2", lambda lines: pointed_at(lines) is not None)
        app.settle()
        samples.run(site.samples(120), lambda: move_in_list(app, waiting), lambda: move_in_list(bare, numbered))
    yield samples.row(f"any key in a token list of {len(waiting)} → visible, p95", Budget(most=60))


def move_in_list(terminal: Terminal, order: Sequence[str]) -> float:
    """Press a key that moves the pointer; how long until it stands on another line."""
    before = pointed_at(terminal.lines)
    place = order.index(before or "")
    at_top, at_bottom = place == 0, place == len(order) - 1
    ways = ([] if at_top else ["up", "pageup", "home"]) + ([] if at_bottom else ["down", "pagedown", "end"])
    key = random.choice(ways)
    return terminal.press(key, lambda now: pointed_at(now) not in (None, before)).shown_ms


def panel(site: Site) -> Iterator[Row]:
    """Opening the new-token panel, against a panel of the same fields on bare Textual."""
    database = site.original(site.year)
    samples = Alternating()
    with ExitStack() as stack:
        app = stack.enter_context(site.app(database))
        bare = stack.enter_context(
            site.floor("panel", stack.enter_context(site.copy(site.empty)), no_transactions(site))
        )
        show_board(app)
        bare.wait_for(lambda lines: any("The queue" in line for line in lines))
        samples.run(
            site.samples(60),
            lambda: open_and_close(app, panel_is_open),
            lambda: open_and_close(bare, lambda lines: any("Patient" in line for line in lines)),
        )
    yield samples.row("opening the new-token panel → what would happen is visible, p95", Budget(most=50))


def no_transactions(site: Site) -> Path:
    """For a floor that writes nothing."""
    path = site.folder / "none.pickle"
    replay.store(path, [])
    return path


def open_and_close(terminal: Terminal, is_open: Expectation) -> float:
    """Open the panel and leave it again; how long until it was there."""
    opened = terminal.press("n", is_open).shown_ms
    terminal.press("escape", panel_is_closed)
    return opened


def enter(site: Site) -> Iterator[Row]:
    """Enter in the panel until the durable token is on the board, against the same transactions on a bare panel."""
    count = WARM_UP + site.samples(60)
    names = [
        f"Bench {''.join(letters)}" for letters in itertools.islice(itertools.product(ascii_uppercase, repeat=3), count)
    ]
    with ExitStack() as stack:
        database, recording, other = (stack.enter_context(site.copy(site.year)) for _ in range(3))
        board = BoardMap.read(database)
        cells = [cell for cell in board.roomy(ISSUES_A_SLOT) for _ in range(ISSUES_A_SLOT)][:count]
        transactions = site.folder / "enter.pickle"
        replay.store(transactions, record_issues(recording, cells, names))
        app = stack.enter_context(site.app(database))
        bare = stack.enter_context(site.floor("panel", other, transactions))
        show_board(app)
        bare.wait_for(lambda lines: any("The queue" in line for line in lines))
        samples = Alternating()
        steps, bare_steps = iter(zip(cells, names, strict=True)), iter(names)
        samples.run(
            count - WARM_UP,
            lambda: issue_at(app, board, *next(steps)),
            lambda: issue_in(bare, next(bare_steps), issued_on_bare_board),
        )
    yield samples.row("Enter in the new-token panel → durable → visible on the board, p95", Budget(most=33, times=3))


def record_issues(database: Path, cells: Sequence[Cell], names: Sequence[str]) -> list[list[replay.Statement]]:
    """What the desk executes for each of these tokens."""
    transactions = []
    with replay.recorded() as recorder, closing(open_front_desk(str(database), create=False)) as desk:
        recorder.take()
        for cell, name in zip(cells, names, strict=True):
            desk.perform(IssueToken(slot=cell.slot, patient=Patient(name=name), source=Source.WALKIN))
            transactions.append(recorder.take())
    return transactions


def issue_at(app: Terminal, board: BoardMap, cell: Cell, name: str) -> float:
    """Go to a slot and issue a token there; how long from Enter."""
    if board.place_of(app.lines) != cell.place:
        board.go(app, cell.place)
        app.settle(0.1)
    return issue_in(app, name, issued_on_board)


def issue_in(terminal: Terminal, name: str, issued: Callable[[Sequence[str], str], bool]) -> float:
    """Open the panel, type a name and press Enter; how long until the token is in the queue and the panel gone."""
    terminal.press("n", lambda lines: not panel_is_closed(lines))
    terminal.press(list(name), lambda lines: any(name in line for line in lines))
    terminal.settle(0.1)
    return terminal.press("enter", lambda lines: panel_is_closed(lines) and issued(lines, name)).shown_ms


def issued_on_board(lines: Sequence[str], name: str) -> bool:
    """The queue beside the grid has the token."""
    board = BoardView.read(lines)
    line = board.line_of(name) if board else None
    return line is not None and NUMBER.search(line) is not None


def issued_on_bare_board(lines: Sequence[str], name: str) -> bool:
    """The floor's list has the token."""
    return any(line.startswith("T-") and name in line for line in lines)
