"""Actions and reads without a screen, against raw `sqlite3` doing the same statements."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

from click.testing import CliRunner

from opd_tui.cli import main
from opd_tui.desk.actions import CancelToken, IssueToken
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.desk.opening import open_front_desk
from opd_tui.domain.events import TokenPreempted
from opd_tui.domain.model import Patient, SlotId, Source
from tests.benchmarks.data import crowded_slot, full_slots, patients
from tests.benchmarks.floors.replay import Statement, connect_raw, recorded, replay
from tests.benchmarks.report import Budget, Row
from tests.benchmarks.site import ROOT, Site
from tests.benchmarks.stats import median, summary

WARM_UP = 20
APPLY_LINES = 5000


def timed(act: Callable[[], object]) -> float:
    """How many milliseconds something takes."""
    start = time.perf_counter()
    act()
    return (time.perf_counter() - start) * 1e3


def paired(name: str, budget: Budget, figure: list[float], floor: list[float], **details: object) -> Row:
    """The medians of samples that were taken in turn, without those of the warm-up."""
    figure, floor = figure[WARM_UP:], floor[WARM_UP:]
    details |= {"figure": summary(figure), "floor": summary(floor)}
    return Row(name, budget, median(figure), median(floor), details=details)


def emergency(slot: SlotId, patient: Patient) -> IssueToken:
    """An action that takes a seat from somebody."""
    return IssueToken(slot=slot, patient=patient, source=Source.EMERGENCY)


def preempt_and_take_back(desk: FrontDesk, slot: SlotId, patient: Patient) -> float:
    """How long a preempting action takes; the slot stands afterwards as before."""
    action = emergency(slot, patient)
    start = time.perf_counter()
    outcome = desk.perform(action)
    took = (time.perf_counter() - start) * 1e3
    assert outcome.changed(TokenPreempted) is not None, "nobody lost a seat"
    assert outcome.token is not None
    desk.perform(CancelToken(token=outcome.token.token.id))
    return took


def issue(site: Site) -> Iterator[Row]:
    """A preempting IssueToken, journal included."""
    count = WARM_UP + site.samples(400)
    with ExitStack() as stack:
        recording, database, other = (stack.enter_context(site.copy(site.year)) for _ in range(3))
        transactions = record_preemptions(recording, count)
        desk = stack.enter_context(closing(open_front_desk(str(database))))
        raw = stack.enter_context(closing(connect_raw(other)))
        slots, people = itertools.cycle(full_slots(desk)), patients("Bench")
        figure, floor = [], []
        for issued, cancelled in transactions:
            figure.append(preempt_and_take_back(desk, next(slots).slot.id, next(people)))
            floor.append(timed(lambda issued=issued: replay(raw, issued)))
            replay(raw, cancelled)
    name = "preempting IssueToken through FrontDesk.perform, median"
    yield paired(name, Budget(times=2), figure, floor, statements=len(transactions[-1][0]))


def record_preemptions(database: Path, count: int) -> list[tuple[list[Statement], list[Statement]]]:
    """What the desk executes for each preempting action, and for taking it back."""
    transactions = []
    with recorded() as recorder, closing(open_front_desk(str(database))) as desk:
        slots, people = itertools.cycle(full_slots(desk)), patients("Bench")
        recorder.take()
        for slot, patient in itertools.islice(zip(slots, people, strict=False), count):
            outcome = desk.perform(emergency(slot.slot.id, patient))
            issued = recorder.take()
            assert outcome.token is not None
            desk.perform(CancelToken(token=outcome.token.token.id))
            transactions.append((issued, recorder.take()))
    return transactions


def history(site: Site) -> Iterator[Row]:
    """The same action with a million tokens of history, and with none."""
    with site.copy(site.long) as long, site.copy(site.empty) as empty:
        yield compared(site, "the same action at 1,000,000 tokens of history, median (floor: without)", long, empty)


def waiting(site: Site) -> Iterator[Row]:
    """The same action with ten thousand who wait in the slot, and with ten."""
    with site.copy(site.crowded) as many, site.copy(site.ten_waiting) as few:
        yield compared(site, "the same action with 10,000 waiting in the slot, median (floor: 10)", many, few)


def compared(site: Site, figure: str, database: Path, other: Path) -> Row:
    """The action in the crowded slot of two databases in turn."""
    here, there = [], []
    with closing(open_front_desk(str(database))) as desk, closing(open_front_desk(str(other))) as plain:
        slot, plain_slot = crowded_slot(desk), crowded_slot(plain)
        for patient in itertools.islice(patients("Bench"), WARM_UP + site.samples(400)):
            here.append(preempt_and_take_back(desk, slot, patient))
            there.append(preempt_and_take_back(plain, plain_slot, patient))
    return paired(figure, Budget(times=1.3), here, there)


def board(site: Site) -> Iterator[Row]:
    """The whole day's board at a million tokens."""
    database = site.original(site.long)
    with recorded() as recorder, closing(open_front_desk(str(database))) as desk:
        today = desk.today()
        recorder.take()
        desk.board(today)
        statements = recorder.take()
    figure, floor = [], []
    with closing(open_front_desk(str(database))) as desk, closing(connect_raw(database)) as raw:
        for _ in range(WARM_UP + site.samples(200)):
            figure.append(timed(lambda: desk.board(today)))
            floor.append(timed(lambda: replay(raw, statements)))
        assert len(desk.board(today).slots) == 400
    yield paired("board of 400 slots at 1,000,000 tokens, median", Budget(most=5, times=2.5), figure, floor)


def apply(site: Site) -> Iterator[Row]:
    """`opd-tui apply` of thousands of lines, from start to end of the command, against their statements alone."""
    file = site.folder / "lines.jsonl"
    with site.copy(site.year) as recording:
        write_lines(file, recording, APPLY_LINES // (10 if site.quick else 1))
        statements = record_apply(recording, file)
    pairs = [apply_both_ways(site, file, statements) for _ in range(1 if site.quick else 3)]
    figure, floor = ([pair[side] for pair in pairs] for side in (0, 1))
    details = {"figure": summary(figure), "floor": summary(floor), "statements": len(statements)}
    yield Row(
        f"apply of {APPLY_LINES:,} lines, median", Budget(times=4), median(figure), median(floor), details=details
    )


def apply_both_ways(site: Site, file: Path, statements: list[Statement]) -> tuple[float, float]:
    """How long the command takes, and its statements by themselves."""
    with site.copy(site.year) as database, site.copy(site.year) as other, closing(connect_raw(other)) as raw:
        return timed(lambda: run_apply(database, file)), timed(lambda: replay(raw, statements))


def write_lines(file: Path, database: Path, count: int) -> None:
    """Lines that are all accepted: every fifth cancels a token that one before it issued."""
    with closing(open_front_desk(str(database), create=False)) as desk:
        slots = [record.slot.id for record in desk.slot_list(desk.today())]
        last_token = max(record.token.id for record in desk.token_list(date=desk.today()))
    people, sources, place = patients("Line"), itertools.cycle(Source), itertools.cycle(slots)
    issued = 0
    with file.open("w", encoding="utf-8") as output:
        for number in range(count):
            if number % 5 == 4:
                line = {"action": "cancel_token", "token": last_token + issued - 2}
            else:
                issued += 1
                person = next(people)
                patient = {"name": person.name, "phone": person.phone}
                line = {"action": "issue_token", "slot": next(place), "patient": patient, "source": next(sources).name}
            output.write(json.dumps(line) + "\n")


def record_apply(database: Path, file: Path) -> list[Statement]:
    """What the command executes for these lines."""
    with recorded() as recorder:
        result = CliRunner().invoke(main, ["apply", str(file), "--database", str(database)])
    assert result.exit_code == 0, result.output[-500:]
    return recorder.take()


def run_apply(database: Path, file: Path) -> None:
    """The command as a process of its own, its answers going to a file."""
    command = [sys.executable, "-m", "opd_tui", "apply", str(file), "--database", str(database)]
    with file.with_suffix(".answers").open("wb") as answers:
        subprocess.run(command, cwd=ROOT, stdout=answers, check=True)
