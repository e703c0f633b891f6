"""From the start of the process until something is on the screen."""

from __future__ import annotations

from collections.abc import Iterator

from tests.benchmarks.floors.bare import READY
from tests.benchmarks.report import Budget, Row
from tests.benchmarks.screens import board_with_rows, shell
from tests.benchmarks.site import Site
from tests.benchmarks.stats import median, summary

WARM_UP = 2


def start(site: Site) -> Iterator[Row]:
    """First paint and first rows, against the first paint of a bare Textual app, started in turn."""
    database = site.original(site.year)
    paints, rows, bare_paints = [], [], []
    for number in range(WARM_UP + site.samples(20)):
        with site.floor("bare") as bare:
            bare_paint = bare.wait_for(lambda lines: any(READY in line for line in lines)).shown_ms
        with site.app(database) as app:
            paint = app.wait_for(shell).shown_ms
            filled = app.wait_for(board_with_rows, fresh=False).shown_ms or paint
        if number >= WARM_UP:
            paints.append(paint)
            rows.append(filled)
            bare_paints.append(bare_paint)
    floor = median(bare_paints)
    details = {"paint": summary(paints), "rows": summary(rows), "floor": summary(bare_paints)}
    yield Row("process start → first paint, median", Budget(times=1.3), median(paints), floor, details=details)
    yield Row("process start → today's board with rows, median", Budget(times=3), median(rows), floor, details=details)
