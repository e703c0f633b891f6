"""`python -m tests.two_desks`: two desks in two terminals through a day, on SQLite, on PostgreSQL, or on both."""

from __future__ import annotations

import random
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import click

from tests.support.stores import KINDS, PostgresStore, SqliteStore, Store
from tests.two_desks.run import run_a_day

NAME = "two_desks"


@click.command()
@click.option("--actions", default=2000, show_default=True, help="How many are done between the two desks.")
@click.option("--database", type=click.Choice([*KINDS, "both"]), default="both", show_default=True)
@click.option("--seed", type=int, help="Where chance begins; by default another time each run.")
def main(actions: int, database: str, seed: int | None) -> None:
    """Drive two desks at once by their keys; the exit status is 1 where anything differs afterwards."""
    seed = random.randrange(10**6) if seed is None else seed
    good = True
    for kind in KINDS if database == "both" else (database,):
        with tempfile.TemporaryDirectory(prefix="opd-tui-two-desks-") as folder, a_store(kind, Path(folder)) as store:
            click.echo(f"{kind}, seed {seed}: ", nl=False)
            report = run_a_day(store, Path(folder), actions, seed)
        for line in report.lines():
            click.echo(line)
        good = good and not report.problems
    sys.exit(not good)


@contextmanager
def a_store(kind: str, folder: Path) -> Iterator[Store]:
    """An empty database; a server is started for one that needs it."""
    if kind == "sqlite":
        yield SqliteStore(folder / "opd.db")
        return
    from tests.support.server import Server

    with closing(Server(durable=True)) as server:
        server.create_database(NAME)
        yield PostgresStore(server, NAME)


if __name__ == "__main__":
    main()
