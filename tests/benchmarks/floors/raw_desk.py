"""A desk of raw `sqlite3`: as many rows in one transaction, as durable, and SQLite's own way of waiting for the lock;
and how soon the libraries themselves tell one connection what another has committed."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tests.benchmarks.floors.replay import connect_raw

LOCK_SECONDS = 10
"""As long as the program waits for the lock."""
LOOK_SECONDS = 0.001
GUARD_SECONDS = 5.0
TABLES = (
    "CREATE TABLE floor_token (id INTEGER PRIMARY KEY, slot INTEGER, number INTEGER, patient TEXT, at TEXT)",
    "CREATE INDEX floor_slot ON floor_token (slot)",
    "CREATE TABLE floor_journal (id INTEGER PRIMARY KEY, token INTEGER, at TEXT, hash BLOB)",
)


def make_tables(database: Path) -> None:
    """What the raw desks write to, beside the program's own tables."""
    with closing(connect_raw(database)) as connection:
        for table in TABLES:
            connection.execute(table)


@contextmanager
def raw_desk(database: str, number: int) -> Iterator[tuple[random.Random, Callable[[], None]]]:
    """A connection of its own and what it does again and again."""
    dice = random.Random(number)
    with closing(connect_raw(Path(database))) as connection:
        connection.execute(f"PRAGMA busy_timeout = {LOCK_SECONDS * 1000}")
        execute = connection.execute

        def act() -> None:
            slot = dice.randrange(400)
            execute("BEGIN IMMEDIATE")
            try:
                (taken,) = execute("SELECT count(*) FROM floor_token WHERE slot = ?", (slot,)).fetchone()
                row = (slot, taken + 1, f"Desk{number} patient {slot}", "2026-11-22T03:30:00.000000Z")
                token = execute(
                    "INSERT INTO floor_token (slot, number, patient, at) VALUES (?, ?, ?, ?)", row
                ).lastrowid
                for _ in range(2):
                    execute("INSERT INTO floor_journal (token, at, hash) VALUES (?, ?, ?)", (token, row[3], bytes(32)))
                execute("COMMIT")
            except BaseException:
                execute("ROLLBACK")
                raise

        yield dice, act


@contextmanager
def hearing_sqlite(database: str) -> Iterator[Callable[[], float]]:
    """A raw connection that looks every millisecond; the call waits for a commit and returns its instant."""
    with closing(connect_raw(Path(database))) as connection:
        version = connection.execute("PRAGMA data_version").fetchone()

        def hear() -> float:
            nonlocal version
            deadline = time.perf_counter() + GUARD_SECONDS
            while (now := connection.execute("PRAGMA data_version").fetchone()) == version:
                if time.perf_counter() > deadline:
                    raise TimeoutError("nothing was committed")
                time.sleep(LOOK_SECONDS)
            version = now
            return time.perf_counter()

        yield hear


@contextmanager
def hearing_postgresql(location: str, channel: str) -> Iterator[Callable[[], float]]:
    """A raw connection that listens; the call waits for a notice and returns its instant."""
    import psycopg

    with psycopg.connect(location.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(f"LISTEN {channel}")

        def hear() -> float:
            for _ in connection.notifies(timeout=GUARD_SECONDS, stop_after=1):
                return time.perf_counter()
            raise TimeoutError("nothing was notified")

        yield hear
