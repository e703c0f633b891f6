"""One, eight and twenty-four desks at once on PostgreSQL, beside as many clients of pgbench."""

from __future__ import annotations

import os
import random
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks.data import build
from tests.benchmarks.desks import Served, described, our_desk, run_desks, waits
from tests.benchmarks.report import Budget, Row
from tests.benchmarks.site import Site
from tests.benchmarks.stats import median, summary
from tests.benchmarks.store import WARM_UP

if TYPE_CHECKING:
    from tests.support.server import Server

DESKS = (1, 8, 24)
SECONDS = 5.0


def desks_on_postgres(site: Site) -> Iterator[Row]:
    """Desks flat out on PostgreSQL, where this machine has a server and pgbench."""
    try:
        from tests.support.server import NoServer, Server

        server = Server(durable=True)
    except (ImportError, NoServer) as reason:
        yield not_measured(str(reason))
        return
    with closing(server):
        if not (server.binaries / "pgbench").is_file():
            yield not_measured("there is no pgbench")
            return
        seconds = SECONDS / (5 if site.quick else 1)
        location = make_databases(server, site)
        by_count = {}
        for count in DESKS:
            transactions = pgbench(server, site.folder / f"pgbench-{count}", count, seconds)
            numbers = range(first := sum(by_count), first + count)  # others than before, with patients of their own
            by_count[count] = run_desks(warm_desk, location, 0, numbers, seconds), transactions
    yield from rows(by_count, seconds)


@contextmanager
def warm_desk(database: str, number: int) -> Iterator[tuple[random.Random, Callable[[], None]]]:
    """The program's own desk, whose statements the server has planned before."""
    with our_desk(database, number) as (dice, act):
        for _ in range(WARM_UP):
            act()
        yield dice, act


def not_measured(why: str) -> Row:
    """The row of a machine that lacks something."""
    return Row("desks on PostgreSQL", Budget(), note=why, required=False)


def rows(by_count: dict[int, tuple[list[Served], list[float]]], seconds: float) -> Iterator[Row]:
    """How long one desk's action takes, what all desks do in a second, and how many desks together do less."""
    served, transactions = by_count[1]
    details = {"desks": described(served, seconds), "pgbench": summary(transactions)}
    yield Row(
        "1 desk on PostgreSQL, an action, median (floor: a transaction of pgbench)",
        Budget(times=4),
        median(waits(served)),
        median(transactions),
        details=details,
    )
    rates = {}
    for count, (served, transactions) in by_count.items():
        rates[count] = sum(len(each.waits) for each in served) / seconds
        details = {"desks": described(served, seconds), "pgbench": summary(transactions)}
        figure = f"{count} desk{'s' * (count > 1)} on PostgreSQL, actions a second (floor: pgbench)"
        yield Row(figure, Budget(), rates[count], len(transactions) / seconds, unit="", details=details)
    errors = [error for served, _ in by_count.values() for each in served for error in each.errors.elements()]
    yield Row("desks on PostgreSQL: errors", Budget(most=0), len(errors), unit="errors", details={"errors": errors})
    yield Row("24 desks on PostgreSQL, of what 8 do", Budget(least=0.8), rates[24] / rates[8], unit="")


def make_databases(server: Server, site: Site) -> str:
    """Fill a database for the desks and one for pgbench; return the URL of the first."""
    server.create_database("benchmark")
    server.create_database("pgbench")
    location = server.url("benchmark")
    build(location, site.empty)
    run_pgbench(server, "--initialize", f"--scale={max(DESKS)}", "--quiet")
    server.connection_to("benchmark").execute("VACUUM ANALYZE")
    return location


def pgbench(server: Server, folder: Path, clients: int, seconds: float) -> list[float]:
    """Run pgbench's own transaction of seven statements; return how long each took, in milliseconds."""
    folder.mkdir()
    load = (f"--client={clients}", f"--jobs={min(clients, 2)}", f"--time={max(1, round(seconds))}")
    run_pgbench(server, *load, "--no-vacuum", "--log", f"--log-prefix={folder / 'log'}")
    lines = (line.split() for log in folder.iterdir() for line in log.read_text().splitlines())
    return [int(line[2]) / 1000 for line in lines]


def run_pgbench(server: Server, *arguments: str) -> None:
    """Run pgbench on its database, as the role that owns it."""
    address = (f"--host=127.0.0.1 --port={server.port} --username=desk").split()
    command = [str(server.binaries / "pgbench"), *address, *arguments, "pgbench"]
    environment = {**os.environ, "PGPASSWORD": server.password}
    subprocess.run(command, env=environment, check=True, capture_output=True, timeout=120)
