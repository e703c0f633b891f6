"""Two desks in two terminals through one day, and the examination afterwards."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.benchmarks.site import ROOT, Site
from tests.benchmarks.terminal import PATIENCE_SECONDS, NotShown, Terminal
from tests.support.helpers import zone_where_it_is_nine
from tests.support.stores import Store
from tests.two_desks.audit import Audit
from tests.two_desks.day import DOCTORS, STARTS, Day, straight_on
from tests.two_desks.glance import Line, Load
from tests.two_desks.receptionist import Receptionist, Seen
from tests.two_desks.tally import Tally

DESKS = ("desk 1", "desk 2")
SIZE = (120, 32)
LAST_SLOT = (DOCTORS[1][2], STARTS[0])
"""Where both desks are when the day ends."""
QUEUE = """
    SELECT t.number, p.name, t.source, t.status
    FROM token t JOIN patient p ON p.id = t.patient_id JOIN slot s ON s.id = t.slot_id
    JOIN doctor d ON d.id = t.doctor_id
    WHERE d.code = '{}' AND s.start = '{}' AND s.date = '{}'
    ORDER BY CASE t.status WHEN 'ACTIVE' THEN 1 WHEN 'WAITING' THEN 2 WHEN 'COMPLETED' THEN 3 WHEN 'NO_SHOW' THEN 4
             ELSE 5 END,
             CASE WHEN t.status = 'ACTIVE' AND t.checked_in_at IS NULL THEN 1 ELSE 0 END,
             CASE WHEN t.status IN ('ACTIVE', 'WAITING') THEN t.priority END,
             CASE WHEN t.status IN ('ACTIVE', 'WAITING') THEN t.issued_at END, t.id
"""
CAPACITY = """
    SELECT s.capacity FROM slot s JOIN doctor d ON d.id = s.doctor_id
    WHERE d.code = '{}' AND s.start = '{}' AND s.date = '{}'
"""


@dataclass
class Report:
    """What became of a day."""

    kinds: dict[str, Counter[str]] = field(default_factory=dict)
    """Actions by desk and kind, by the journal."""
    met: dict[str, Counter[str]] = field(default_factory=dict)
    """What each desk met with beside its actions."""
    seconds: float = 0.0
    problems: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        return sum(kinds.total() for kinds in self.kinds.values())

    def lines(self) -> Iterator[str]:
        """The figures in sentences."""
        yield f"{self.total} actions in {self.seconds:.0f} s"
        for desk, kinds in sorted(self.kinds.items()):
            done = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
            met = ", ".join(f"{count} {what}" for what, count in self.met.get(desk, Counter()).most_common() if count)
            yield f"  {desk}: {kinds.total()} ({done}); met {met or 'nothing'}"
        yield from (f"  PROBLEM: {problem}" for problem in self.problems)
        yield "  Everything agrees." if not self.problems else f"  {len(self.problems)} problems."


def run_a_day(store: Store, folder: Path, actions: int, seed: int) -> Report:
    """Drive both desks until so many actions are done, leave them, and examine the database."""
    report = Report()
    tally = Tally(actions, DESKS)
    environment = Site(folder).environment() | {"TZ": zone_where_it_is_nine(dt.datetime.now(dt.UTC))}
    start = time.monotonic()
    with terminal(store, DESKS[0], environment) as first, terminal(store, DESKS[1], environment) as second:
        desks = [
            Receptionist(each, name, tally.acknowledged) for each, name in zip((first, second), DESKS, strict=True)
        ]
        days = [Day(desk, tally, seed, number) for number, desk in enumerate(desks)]
        report.problems += at_once(days, tally)
        if not report.problems:
            report.problems += guarded(desks, lambda: compare_last_screens(desks, store))
        with ThreadPoolExecutor(len(desks)) as pool:
            for problems in pool.map(lambda desk: guarded([desk], lambda: leave(desk)), desks):
                report.problems += problems
    report.seconds = time.monotonic() - start
    report.met = {desk.desk: desk.met for desk in desks}
    examine(report, store, actions, {desk.desk: desk.seen for desk in desks}, environment)
    return report


@contextmanager
def terminal(store: Store, desk: str, environment: dict[str, str]) -> Iterator[Terminal]:
    """The program on a terminal of its own."""
    command = [sys.executable, "-m", "opd_tui", "--database", store.location, "--desk", desk, "--operator", "meera"]
    with Terminal(command, cwd=ROOT, env=environment, size=SIZE) as opened:
        yield opened


def at_once(days: list[Day], tally: Tally) -> list[str]:
    """Let both desks work at the same time; what kept one of them from going on."""

    def live(day: Day) -> list[str]:
        day.hands.see(lambda glance: glance.says("No doctors yet") or glance.doctors)
        day.open_the_house()
        day.work()
        return []

    def work(day: Day) -> list[str]:
        problems = guarded([day.receptionist], lambda: live(day))
        tally.failed = tally.failed or bool(problems)
        return problems

    with ThreadPoolExecutor(len(days)) as pool:
        return [problem for problems in pool.map(work, days) for problem in problems]


def guarded(desks: list[Receptionist], act: Callable[[], list[str]]) -> list[str]:
    """Do something; where it fails the problem comes with what the terminals show."""
    try:
        return act()
    except Exception:  # noqa: BLE001 - whatever it is belongs into the report
        return ["\n".join([traceback.format_exc(), *map(picture_of, desks)])]


def picture_of(desk: Receptionist) -> str:
    """The last keys and what the terminal shows."""
    return "\n".join([f"{desk.desk} pressed", *desk.hands.pressed, "and shows", *desk.hands.terminal.lines])


def compare_last_screens(desks: list[Receptionist], store: Store) -> list[str]:
    """Let each desk do a last thing where both are, which the other must come to show; then both must show what is."""
    first, second = desks
    for desk in desks:
        desk.hands.show_day(0)
        if not desk.hands.go_to_slot(*LAST_SLOT):
            return [f"{desk.desk} does not show the slot {LAST_SLOT}"]
    first.issue("Last Patient", "EMERGENCY", "", straight_on)
    number = first.seen[-1].whom
    second.hands.see(lambda glance: glance.row(number))
    second.hands.enter_queue()
    assert second.hands.point_at(number)
    second.close("cancel_token", number, straight_on)
    first.hands.see(lambda glance: all(line.key != number or not line.is_open for line in glance.rows))
    with ThreadPoolExecutor(len(desks)) as pool:
        looks = list(pool.map(last_look, desks))
    return [
        problem for desk, look in zip(desks, looks, strict=True) for problem in differences(desk.desk, *look, store)
    ]


def last_look(desk: Receptionist) -> tuple[list[Line], list[Line], Load | None]:
    """Return what the screen had come to show of the queue, the whole of it, and its load."""
    desk.hands.terminal.settle()
    shown = desk.hands.glance.rows
    desk.hands.enter_queue()
    return shown, desk.hands.whole_list(), desk.hands.glance.load


def differences(desk: str, shown: list[Line], everything: list[Line], load: Load | None, store: Store) -> list[str]:
    """How a screen differs from the database; `shown` is what stood there before another key was pressed."""
    date = store.query("SELECT min(date) FROM slot")[0][0]
    rows = store.query(QUEUE.format(*LAST_SLOT, date))
    ((capacity,),) = store.query(CAPACITY.format(*LAST_SLOT, date))
    count = Counter(status for _, _, _, status in rows)
    right = Load(count["ACTIVE"] + count["COMPLETED"], capacity, count["COMPLETED"], count["WAITING"])
    numbers = [row[0] for row in rows]
    problems = []
    if [(line.key, line.name, line.source, line.status) for line in everything] != rows:
        problems.append(f"{desk} shows the queue {everything}, but the database has {rows}")
    if load and load.done is None:
        right = replace(right, done=None)
    if load != right:
        problems.append(f"{desk} says {load}, but the database has {right}")
    statuses = {row[0]: row[3] for row in rows}
    keys = {line.key for line in shown}
    if [(line.key, line.status) for line in shown] != [(n, statuses[n]) for n in numbers if n in keys]:
        problems.append(f"{desk} had come to show {shown}, but the database has {rows}")
    return problems if shown else [*problems, f"{desk} shows no queue"]


def leave(desk: Receptionist) -> list[str]:
    """Press Ctrl+Q, whatever is on the screen."""
    process = desk.hands.terminal.process
    desk.hands.terminal.send("ctrl+q")
    try:
        desk.hands.wait_until(lambda: process.poll() is not None)
    except NotShown:
        return [f"{desk.desk} does not leave by Ctrl+Q within {PATIENCE_SECONDS:g} s"]
    return [f"{desk.desk} left with the exit status {process.returncode}"] if process.returncode else []


def examine(
    report: Report, store: Store, actions: int, seen: dict[str, list[Seen]], environment: dict[str, str]
) -> None:
    """Feed the oracle, run `opd-tui verify`, and count."""
    audit = Audit(store)
    report.problems += audit.run(seen)
    for entry in audit.journal:
        report.kinds.setdefault(entry.desk, Counter())[entry.action] += 1
    verify = [sys.executable, "-m", "opd_tui", "verify", "--database", store.location]
    result = subprocess.run(verify, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if result.returncode:
        report.problems.append(f"opd-tui verify ends with {result.returncode}: {result.stdout}{result.stderr}")
    for desk in DESKS:
        if report.kinds.get(desk, Counter()).total() < actions / 3:
            report.problems.append(f"{desk} did less than a third of the day's work")
