"""Finding known patients, without a screen."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING, Any

from opd_tui.desk.opening import open_front_desk
from tests.benchmarks.data import FIRST_NAMES, LAST_NAMES, PATIENTS, zone_where_it_is_morning
from tests.benchmarks.report import Budget, Row
from tests.benchmarks.site import Site
from tests.benchmarks.stats import p95, summary
from tests.benchmarks.store import timed

if TYPE_CHECKING:
    import psycopg


TABLES = ("doctor", "slot", "token_counter", "patient", "token")
"""The tables that are copied to a server, each after those that it refers to."""


def hits(site: Site) -> Iterator[Row]:
    """Known patients by the end of a phone, a whole phone, a name, and what nobody has, as far as it is typed."""
    yield measured_hits(site, str(site.original(site.year)), "")


def hits_postgres(site: Site) -> Iterator[Row]:
    """The same on PostgreSQL, where this machine has a server."""
    try:
        from tests.support.server import NoServer, Server

        server = Server(durable=True)
    except (ImportError, NoServer) as reason:
        yield Row("known patients on PostgreSQL", Budget(), note=str(reason), required=False)
        return
    with closing(server):
        server.create_database("benchmark")
        location = server.url("benchmark")
        open_front_desk(location, zone=zone_where_it_is_morning()).close()
        with closing(sqlite3.connect(site.original(site.year))) as year:
            copy_tables(year, server.connection_to("benchmark"))
        yield measured_hits(site, location, " on PostgreSQL")


def copy_tables(source: sqlite3.Connection, target: psycopg.Connection[Any]) -> None:
    """Copy what is known of patients and their visits to a server, without its triggers."""
    with target.transaction():
        target.execute("SET LOCAL session_replication_role = replica")
        for table in TABLES:
            rows = source.execute(f"SELECT * FROM {table}")
            columns = ", ".join(f'"{name}"' for name, *_ in rows.description)
            with target.cursor().copy(f"COPY {table} ({columns}) FROM STDIN".encode()) as copy:
                for row in rows:
                    copy.write_row(row)
    target.execute("VACUUM ANALYZE")


def measured_hits(site: Site, database: str, where: str) -> Row:
    """Return the p95 of what the desk takes to find them, once every patient is indexed."""
    figure = []
    with closing(open_front_desk(database, create=False)) as desk:
        while desk.index_patients():
            pass
        for text in typed(site.samples(100)):
            figure.append(timed(lambda text=text: desk.find_patients(text)))
    return Row(
        f"known patients{where} among {PATIENTS:,} for what is typed, p95",
        Budget(most=30),
        p95(figure),
        details={"figure": summary(figure)},
    )


def typed(count: int) -> Iterator[str]:
    """What a person types until somebody is found."""
    for _ in range(count):
        yield f"{random.randrange(10_000):04}"
        yield f"7000{random.randrange(1, PATIENTS):06}"
        name = f"{random.choice(FIRST_NAMES)} {random.choice(LAST_NAMES)}"
        yield name[: random.randint(2, len(name))]
        yield f"Zz {random.choice(LAST_NAMES)}"
