"""Eight desks at once on one database, each a process of its own."""

from __future__ import annotations

import multiprocessing as mp
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from string import ascii_letters
from typing import Any

from opd_tui.desk.actions import CancelToken, IssueToken
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.desk.opening import open_front_desk
from opd_tui.domain.model import SlotId, Source, TokenId
from tests.benchmarks.data import patients
from tests.benchmarks.floors.raw_desk import make_tables, raw_desk
from tests.benchmarks.report import Budget, Row
from tests.benchmarks.site import Site
from tests.benchmarks.stats import p99, summary

DESKS = 8
SECONDS = 5.0
PAUSE_SECONDS = 0.02

OpenDesk = Callable[[str, int], AbstractContextManager[tuple[random.Random, Callable[[], None]]]]
"""A desk by the database and its number: its dice, and what it does again and again."""


@dataclass
class Served:
    """What one desk lived through: how long each action took, in milliseconds, and what went wrong."""

    waits: list[float] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)


class Reception:
    """A desk that issues tokens and cancels some of its own."""

    def __init__(self, desk: FrontDesk, number: int) -> None:
        self.desk = desk
        self.dice = random.Random(number)
        self.slots: list[SlotId] = [record.slot.id for record in desk.slot_list(desk.today())]
        self.people = patients(f"Desk{ascii_letters[number]}")  # with phones of their own
        self.own: list[TokenId] = []

    def act(self) -> None:
        """The next action."""
        if self.own and self.dice.random() < 0.3:
            token = self.own.pop(self.dice.randrange(len(self.own)))
            self.desk.perform(CancelToken(token=token))
            return
        source, slot = self.dice.choice(list(Source)), self.dice.choice(self.slots)
        outcome = self.desk.perform(IssueToken(slot=slot, patient=next(self.people), source=source))
        assert outcome.token is not None
        self.own.append(outcome.token.token.id)


@contextmanager
def our_desk(database: str, number: int) -> Iterator[tuple[random.Random, Callable[[], None]]]:
    """The program's own desk."""
    with closing(open_front_desk(database, desk=f"desk {number}", operator="meera", create=False)) as desk:
        reception = Reception(desk, number)
        yield reception.dice, reception.act


def work(
    open_desk: OpenDesk, database: str, number: int, pause: float, seconds: float, ready: Any, results: Any
) -> None:
    """One desk's few seconds: flat out, or with a random pause after each action."""
    served = Served()
    with open_desk(database, number) as (dice, act):
        act()
        ready.wait()
        end = time.perf_counter() + seconds
        while (start := time.perf_counter()) < end:
            try:
                act()
            except Exception as error:  # noqa: BLE001 - counted and shown in the table, whatever it is
                served.errors[f"{type(error).__name__}: {error}"[:100]] += 1
            served.waits.append((time.perf_counter() - start) * 1e3)
            if pause:
                time.sleep(dice.expovariate(1 / pause))
    results.put(served)


def run_desks(
    open_desk: OpenDesk,
    database: Path | str,
    pause: float,
    numbers: Sequence[int] = range(DESKS),
    seconds: float = SECONDS,
) -> list[Served]:
    """All desks with these numbers at once."""
    context = mp.get_context("spawn")
    ready, results = context.Barrier(len(numbers)), context.Queue()
    processes = [
        context.Process(target=work, args=(open_desk, str(database), number, pause, seconds, ready, results))
        for number in numbers
    ]
    for process in processes:
        process.start()
    served = [results.get(timeout=60 + seconds) for _ in processes]
    for process in processes:
        process.join()
    return served


def ours_and_raw(site: Site, pause: float) -> tuple[list[Served], list[Served]]:
    """The program's desks, and as many of raw `sqlite3`."""
    with site.copy(site.year) as database:
        served = run_desks(our_desk, database, pause)
    with site.copy(site.year) as database:
        make_tables(database)
        return served, run_desks(raw_desk, database, pause)


def flat_out(site: Site) -> Iterator[Row]:
    """Every desk acts again as soon as it is answered."""
    served, raw = ours_and_raw(site, pause=0)
    details = {"desks": described(served), "floor": described(raw)}
    title = f"{DESKS} desks flat out for {SECONDS:g} s"
    yield errors_row(title, served, raw)
    longest, longest_raw = max(waits(served)), max(waits(raw))
    yield Row(f"{title}: longest wait", Budget(most=500), longest, longest_raw, details=details)
    share, share_raw = least_of_best(served), least_of_best(raw)
    yield Row(f"{title}: least served of best served", Budget(least=0.5), share, share_raw, unit="", details=details)


def paced(site: Site) -> Iterator[Row]:
    """Every desk pauses a little after each action, as busy desks never would."""
    served, raw = ours_and_raw(site, PAUSE_SECONDS)
    details = {"desks": described(served), "floor": described(raw)}
    title = f"{DESKS} desks, an action every {PAUSE_SECONDS * 1e3:g} ms each"
    yield errors_row(title, served, raw)
    yield Row(f"{title}, p99", Budget(most=100), p99(waits(served)), p99(waits(raw)), details=details)


def waits(served: list[Served]) -> list[float]:
    """How long each action of any desk took, in milliseconds."""
    return [wait for each in served for wait in each.waits]


def least_of_best(served: list[Served]) -> float:
    """How many actions the desk that was served least did, of those of the best served."""
    counts = [len(each.waits) for each in served]
    return min(counts) / max(counts)


def described(served: list[Served], seconds: float = SECONDS) -> dict[str, Any]:
    """The desks' work in a few figures."""
    counts = sorted(len(each.waits) for each in served)
    return {"waits": summary(waits(served)), "served": counts, "a second": sum(counts) / seconds}


def errors_row(title: str, served: list[Served], raw: list[Served]) -> Row:
    """How many actions failed, and why."""
    ours, theirs = (sum((each.errors for each in desks), Counter[str]()) for desks in (served, raw))
    details = {"errors": dict(ours), "floor": dict(theirs)}
    return Row(f"{title}: errors", Budget(most=0), ours.total(), theirs.total(), unit="errors", details=details)
