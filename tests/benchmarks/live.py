"""What another desk changes, until it is on this screen, and the bytes that it takes."""

from __future__ import annotations

import multiprocessing as mp
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from multiprocessing.connection import Connection

from opd_tui.desk.actions import CancelToken, IssueToken
from opd_tui.desk.opening import open_front_desk
from opd_tui.domain.model import Patient, SlotId, Source
from tests.benchmarks.data import build
from tests.benchmarks.floors.raw_desk import hearing_postgresql, hearing_sqlite
from tests.benchmarks.paint import ANYWHERE, bytes_by_line
from tests.benchmarks.report import Budget, Row
from tests.benchmarks.screens import BoardMap, BoardView, pointed_at, show_board
from tests.benchmarks.site import Site
from tests.benchmarks.stats import median, p95, summary
from tests.benchmarks.terminal import Expectation, NotShown, Sight, Terminal

PAUSE_SECONDS = (0.1, 0.5)
"""At random, so that no regular look of the screen falls in step with it."""
PATIENCE_SECONDS = 5.0

Hearing = AbstractContextManager[Callable[[], float]]
"""A raw connection, and what waits for the next change and returns its instant."""


def other_desk(database: str, line: Connection) -> None:
    """A process that issues a token for each name it is sent, or cancels the last; it answers with the instant
    before the action began, on the clock that all processes share."""
    with closing(open_front_desk(database, desk="desk 2", operator="ravi", create=False)) as desk:
        token = None
        line.send(0.0)
        while (order := line.recv()) is not None:
            slot, name = order
            start = time.perf_counter()
            if name:
                outcome = desk.perform(IssueToken(slot=slot, patient=Patient(name=name), source=Source.ONLINE))
                assert outcome.token is not None
                token = outcome.token.token.id
            elif token is not None:
                desk.perform(CancelToken(token=token))
            line.send(start)


@contextmanager
def another_desk(database: str) -> Iterator[Connection]:
    """The line to another desk's process, which is ready."""
    here, there = mp.get_context("spawn").Pipe()
    process = mp.get_context("spawn").Process(target=other_desk, args=(database, there))
    process.start()
    try:
        here.recv()
        yield here
    finally:
        here.send(None)
        process.join()


def changes(app: Terminal, board: BoardMap, line: Connection, count: int) -> Iterator[Sight]:
    """Slot after slot, another desk issues a token and cancels it again; how each comes on the screen."""
    for number, cell in enumerate(board.roomy(1)[:count]):
        name = f"Elsewhere {number:03}"
        board.go(app, cell.place)
        yield change(app, line, (cell.slot, name), lambda lines, name=name: shown_as(lines, name, "expected"))
        yield change(app, line, (cell.slot, ""), lambda lines, name=name: shown_as(lines, name, "cancelled"))


def change(app: Terminal, line: Connection, order: tuple[SlotId, str], expect: Expectation) -> Sight:
    """One change by the other desk; raises NotShown."""
    app.settle(random.uniform(*PAUSE_SECONDS))
    line.send(order)
    return app.wait_for(expect, line.recv(), PATIENCE_SECONDS)


def shown_as(lines: Sequence[str], name: str, word: str) -> bool:
    """The queue has the patient's line, and it says so."""
    board = BoardView.read(lines)
    line = board.line_of(name) if board else None
    return line is not None and word in line


def live(site: Site) -> Iterator[Row]:
    """Another desk's change until it is visible here, on SQLite."""
    with site.copy(site.year) as database:
        figure = "another desk's change → visible here, SQLite, p95"
        yield measured_live(site, str(database), figure, Budget(most=250), hearing_sqlite(str(database)))


def live_postgres(site: Site) -> Iterator[Row]:
    """The same on PostgreSQL, where this machine has a server."""
    figure, budget = "another desk's change → visible here, PostgreSQL, p95", Budget(most=100)
    try:
        from tests.support.server import NoServer, Server
    except ImportError as error:
        yield Row(figure, budget, note=str(error), required=False)
        return
    try:
        server = Server(durable=True)
    except NoServer as reason:
        yield Row(figure, budget, note=str(reason), required=False)
        return
    with closing(server):
        server.create_database("benchmark")
        location = server.url("benchmark")
        build(location, site.empty)
        from opd_tui.storage.engines.postgresql import CHANNEL

        yield measured_live(site, location, figure, budget, hearing_postgresql(location, CHANNEL))


def measured_live(site: Site, database: str, figure: str, budget: Budget, hearing: Hearing) -> Row:
    """The p95 of another desk's changes in the slot that is shown; the wait starts before its action does."""
    try:
        sights = [sight for _, sight in watched(site, database, site.samples(30))]
    except NotShown:
        return Row(figure, budget, note=f"not shown within {PATIENCE_SECONDS:g} s")
    times, floors = [sight.shown_ms for sight in sights], heard(site, database, hearing)
    return Row(figure, budget, p95(times), p95(floors), details={"figure": summary(times), "floor": summary(floors)})


def heard(site: Site, database: str, hearing: Hearing) -> list[float]:
    """The same changes until a raw connection hears of them, which shows nothing, in milliseconds."""
    times, slots = [], [cell.slot for cell in BoardMap.read(database).roomy(1)]
    with hearing as hear, another_desk(database) as line:
        for number in range(site.samples(30)):
            slot, name = slots[number // 2 % len(slots)], "" if number % 2 else f"Heard {number:03}"
            time.sleep(random.uniform(*PAUSE_SECONDS))
            line.send((slot, name))
            instant = hear()
            times.append((instant - line.recv()) * 1e3)
    return times


def watched(site: Site, database: str, count: int) -> Iterator[tuple[BoardView, Sight]]:
    """Changes by another desk in the slot that a screen shows, with the board as it then stands."""
    board = BoardMap.read(database)
    with site.app(database) as app, another_desk(database) as line:
        show_board(app)
        for sight in changes(app, board, line, count):
            view = BoardView.read(app.lines)
            assert view is not None
            yield view, sight


def bytes_of_a_change(site: Site) -> Iterator[Row]:
    """Bytes to the terminal for one token that another desk changed: its cell on the board and its queue.

    Counted are all bytes that paint the screen's lines between the bars and the activity, with the moves and colours
    that lead there, and what brackets the frames; not the bars, the activity and the message line.
    """
    figure, budget = "bytes for one changed token (cell and queue), p95", Budget(most=1000)
    counts, whole = [], []
    with site.copy(site.year) as database:
        try:
            for view, sight in watched(site, str(database), site.samples(20)):
                by_line = bytes_by_line(sight.output, view.width)
                counts.append(sum(by_line[line] for line in (ANYWHERE, *view.rows)))
                whole.append(len(sight.output))
        except NotShown:
            yield Row(figure, budget, note=f"not shown within {PATIENCE_SECONDS:g} s", unit="bytes")
            return
    details = {"cell and queue": summary(counts), "with activity and message": summary(whole)}
    yield Row(figure, budget, p95(counts), bytes_of_two_lines(site), unit="bytes", details=details)


def bytes_of_two_lines(site: Site) -> float:
    """What bare Textual sends where two lines of a list change."""
    with site.floor("lines", "100") as bare:
        bare.wait_for(lambda lines: pointed_at(lines) is not None)
        counts = []
        for _ in range(10):
            before = pointed_at(bare.lines)
            sight = bare.press("down", lambda lines, before=before: pointed_at(lines) not in (None, before))
            counts.append(len(sight.output))
    return median(counts)
