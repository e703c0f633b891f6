"""Commands that read the whole database: how long they take beside raw `sqlite3` reading the same rows, and memory."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path

from click.testing import CliRunner

from opd_tui.cli import main
from tests.benchmarks.floors.replay import Statement, connect_raw, recorded
from tests.benchmarks.report import Budget, Row
from tests.benchmarks.site import ROOT, Site
from tests.benchmarks.terminal import memory_mib

SECONDS_BETWEEN_LOOKS = 0.02
MOST_MIB = 150


def verify(site: Site) -> Iterator[Row]:
    """`opd-tui verify` of a year, and its memory."""
    yield from measured(site, "verify of 500,000 tokens", Budget(times=4), "verify")


def token_list(site: Site) -> Iterator[Row]:
    """`opd-tui token list` of a year, and its memory."""
    yield from measured(site, "token list of 500,000 tokens", Budget(times=10), "token", "list")


def measured(site: Site, name: str, budget: Budget, *command: str) -> Iterator[Row]:
    """A command as a process of its own, and the rows of its statements read by themselves."""
    database = site.original(site.year)
    statements = record(database, *command)
    took, memory = run(database, *command)
    with closing(connect_raw(database)) as raw:
        start = time.perf_counter()
        rows = read(raw.execute, statements)
        floor = (time.perf_counter() - start) * 1e3
    yield Row(name, budget, took, floor, details={"statements": len(statements), "rows": rows})
    yield Row(f"memory at its highest, {name}", Budget(most=MOST_MIB), memory, unit="MiB")


def record(database: Path, *command: str) -> list[Statement]:
    """What a command reads."""
    with recorded() as recorder:
        result = CliRunner().invoke(main, [*command, "--database", str(database)])
    assert result.exit_code == 0, result.output[-500:]
    return [each for each in recorder.take() if each.sql.startswith("SELECT")]


def run(database: Path, *command: str) -> tuple[float, float]:
    """How many milliseconds a command takes, and its memory at its highest in MiB."""
    arguments = [sys.executable, "-m", "opd_tui", *command, "--database", str(database)]
    memory, start = 0.0, time.perf_counter()
    with subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            memory = max(memory, memory_mib(process.pid)[1])
            time.sleep(SECONDS_BETWEEN_LOOKS)
    assert process.returncode == 0
    return (time.perf_counter() - start) * 1e3, memory


def read(execute: Callable[..., Iterable[object]], statements: Iterable[Statement]) -> int:
    """Execute statements and read their rows, holding few of them; return how many there are."""
    return sum(1 for statement in statements for _ in execute(statement.sql, statement.parameters))
