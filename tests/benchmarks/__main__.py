"""`python -m tests.benchmarks`: measure everything, or what is named, and print the table."""

from __future__ import annotations

import datetime as dt
import os
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from tests.benchmarks import (
    course,
    demo_day,
    desks,
    interaction,
    lengthy,
    live,
    people,
    postgresql,
    resources,
    startup,
    store,
)
from tests.benchmarks.report import Budget, Row, as_markdown, as_text, machine, with_table, write_json
from tests.benchmarks.site import ROOT, Site

README = ROOT / "README.md"

BUSY = 0.5
"""The machine's load, in processes, above which other work falsifies the figures."""

FIGURES: dict[str, Callable[[Site], Iterator[Row]]] = {
    "start": startup.start,
    "enter": interaction.enter,
    "keys": interaction.keys,
    "panel": interaction.panel,
    "list": interaction.token_list,
    "demo-day": demo_day.demo_day,
    "issue": store.issue,
    "course": course.course,
    "apply": store.apply,
    "history": store.history,
    "waiting": store.waiting,
    "board": store.board,
    "hits": people.hits,
    "hits-postgres": people.hits_postgres,
    "verify": lengthy.verify,
    "token-list": lengthy.token_list,
    "flat-out": desks.flat_out,
    "paced": desks.paced,
    "desks-postgres": postgresql.desks_on_postgres,
    "live": live.live,
    "live-postgres": live.live_postgres,
    "bytes": live.bytes_of_a_change,
    "resources": resources.resources,
}
"""What can be measured, in the order of the table."""


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--list", "only_list", is_flag=True, help="Say what can be measured.")
@click.option("--json", "json_file", default="benchmarks.json", show_default=True, help="Where the figures go.")
@click.option("--readme", is_flag=True, help="Write the table into the README, too.")
@click.option("--quick", is_flag=True, help="Little data and few samples, to try a change; judge nothing by it.")
def main(names: tuple[str, ...], only_list: bool, json_file: str, readme: bool, quick: bool) -> None:
    """Measure NAMEs, or everything; the exit status is 1 where a figure misses its budget."""
    if only_list:
        for name, figure in FIGURES.items():
            click.echo(f"{name:14} {(figure.__doc__ or '').splitlines()[0]}")
        return
    if unknown := [name for name in names if name not in FIGURES]:
        raise click.UsageError(f"There is no {unknown[0]!r}; --list shows what there is.")
    with tempfile.TemporaryDirectory(prefix="opd-tui-benchmarks-") as folder:
        site = Site(Path(folder), quick)
        environment = site.environment()
        os.environ.clear()
        os.environ.update(environment)
        if (load := os.getloadavg()[0]) > BUSY:
            click.echo(f"The machine is busy (load {load:.1f}), so the figures will be too high.", err=True)
        rows, took = measure(site, names or tuple(FIGURES))
    click.echo(as_text(rows))
    write_json(Path(json_file), rows, took)
    if readme:
        table = as_markdown(rows, dt.datetime.now(dt.UTC).date(), machine())
        README.write_text(with_table(README.read_text("utf-8"), table), "utf-8")
    sys.exit(any(row.missed for row in rows))


def measure(site: Site, names: tuple[str, ...]) -> tuple[list[Row], dict[str, float]]:
    """All rows, and how many seconds each figure took; what cannot be measured is a miss and the run goes on."""
    rows: list[Row] = []
    took: dict[str, float] = {}
    for name in names:
        start = time.perf_counter()
        rows += measured(name, site)
        took[name] = round(time.perf_counter() - start, 1)
        click.echo(f"{name}: {took[name]:.0f} s", err=True)
    return rows, took


def measured(name: str, site: Site) -> list[Row]:
    """A figure's rows; where it fails, one that says so."""
    try:
        return list(FIGURES[name](site))
    except Exception as error:  # noqa: BLE001 - the other figures are still worth having
        traceback.print_exc()
        return [Row(name, Budget(), note=f"{type(error).__name__}, see above")]


if __name__ == "__main__":
    main()
