"""The demo's whole day: keys while it plays, and its memory when it is over."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from tests.benchmarks.interaction import WARM_UP, think_and
from tests.benchmarks.report import Budget, Row
from tests.benchmarks.screens import BoardView, board_with_rows
from tests.benchmarks.site import Site
from tests.benchmarks.stats import p95, summary
from tests.benchmarks.terminal import Terminal

SPEEDS = (60, 600)
FASTEST = 3600
DAY_SECONDS = 180.0
"""The longest that the day may take at the highest speed."""


def demo_day(site: Site) -> Iterator[Row]:
    """Any key on the board while the demo plays its day, and its memory after the whole of it."""
    for speed in SPEEDS:
        times = moves(site, speed)
        yield Row(
            f"any key on the board while the demo's day plays at ×{speed}, p95",
            Budget(most=33),
            p95(times),
            details={"figure": summary(times)},
        )
    with demo(site, FASTEST) as app:
        app.wait_for(is_over, patience=DAY_SECONDS)
        app.settle()
        now, highest = app.resident_mib()
    yield Row(
        "memory at its highest, the demo's whole day", Budget(most=80), highest, unit="MiB", details={"settled": now}
    )


def demo(site: Site, speed: int) -> Terminal:
    """The demo's day on a terminal."""
    return site.program("opd_tui", "demo", "--day", "--speed", f"{speed}")


def moves(site: Site, speed: int) -> list[float]:
    """How long each of many keys takes."""
    with demo(site, speed) as app:
        app.wait_for(board_with_rows)
        ways = itertools.cycle(("down", "up"))
        return [think_and(lambda: move(app, next(ways))) for _ in range(WARM_UP + site.samples(100))][WARM_UP:]


def move(app: Terminal, way: str) -> float:
    """Go from the first doctor's slot to the second's, or back; how long until its queue is shown."""
    before = doctor_shown(app.lines)
    return app.press(way, lambda lines: doctor_shown(lines) not in (None, before)).shown_ms


def doctor_shown(lines: Sequence[str]) -> str | None:
    """The code of the doctor whose queue is shown."""
    board = BoardView.read(lines)
    return board.slot.split()[0] if board and board.slot else None


def is_over(lines: Sequence[str]) -> bool:
    """Whether the demo says that it is over."""
    return any("The timeline is over" in line for line in lines)
