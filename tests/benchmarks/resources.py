"""Memory, and the processor time of a screen that nobody touches."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator

from tests.benchmarks.floors.bare import READY
from tests.benchmarks.interaction import move_on_board
from tests.benchmarks.report import Budget, Row
from tests.benchmarks.screens import BoardMap, board_with_rows, pointed_at, show_board
from tests.benchmarks.site import Site

KEYS = 200
IDLE_SECONDS = 10.0


def resources(site: Site) -> Iterator[Row]:
    """The highest memory after the board, the waitlist and 200 keys; then ten seconds without any."""
    database = site.original(site.year)
    board = BoardMap.read(database)
    with site.app(database) as app, site.floor("bare") as bare:
        bare.wait_for(lambda lines: any(READY in line for line in lines))
        show_board(app)
        random.seed(0)
        for _ in range(site.samples(KEYS)):
            move_on_board(app, board)
        app.press("2", lambda lines: pointed_at(lines) is not None)
        app.press("1", board_with_rows)
        app.settle()
        now, highest = app.resident_mib()
        yield Row(
            f"memory at its highest, board and {KEYS} keys",
            Budget(most=80),
            highest,
            bare.resident_mib()[1],
            unit="MiB",
            details={"settled": now, "floor settled": bare.resident_mib()[0]},
        )
        before = app.cpu_seconds(), bare.cpu_seconds()
        start = time.perf_counter()
        app.settle(IDLE_SECONDS, IDLE_SECONDS)
        bare.settle(0.01, 0.02)
        seconds = time.perf_counter() - start
        used = [(each.cpu_seconds() - was) / seconds * 100 for each, was in zip((app, bare), before, strict=True)]
        yield Row(f"idle processor use over {IDLE_SECONDS:g} s", Budget(most=1), used[0], used[1], unit="%")
