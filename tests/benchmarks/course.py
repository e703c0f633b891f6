"""What a desk does in the course of a day, against raw `sqlite3` doing the same statements."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from typing import NamedTuple

from opd_tui.desk.actions import Action, CheckInToken, CompleteAndCallNext, MoveToken, Undo
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.desk.opening import open_front_desk
from opd_tui.domain.model import Status, TokenRecord
from tests.benchmarks.data import full_slots
from tests.benchmarks.floors.replay import connect_raw, recorded, replay
from tests.benchmarks.report import Budget, Row
from tests.benchmarks.site import Site
from tests.benchmarks.store import WARM_UP, paired, timed

BUDGET = Budget(times=2.5)


class Step(NamedTuple):
    """An action under the name of its figure; it is undone by the next step."""

    name: str
    action: Action


def steps(desk: FrontDesk, count: int) -> list[Step]:
    """Return the steps, in turn for patients of different doctors; somebody is with each of these doctors."""
    today = desk.today()
    everybody = desk.token_list(date=today, status=Status.ACTIVE)
    doctors = list({record.doctor.id: record for record in full_slots(desk)}.values())
    for record in doctors:
        for token in seated(everybody, record.doctor.id):
            if token.token.checked_in_at is None:
                desk.perform(CheckInToken(token=token.token.id))
        desk.perform(CompleteAndCallNext(doctor=record.doctor.id))
    moving = [
        MoveToken(token=seated(everybody, doctor.doctor.id)[-1].token.id, slot=other.slot.id)
        for doctor, other in zip(doctors, [*doctors[1:], doctors[0]], strict=True)
    ]
    calling = [CompleteAndCallNext(doctor=record.doctor.id) for record in doctors]
    taken = [
        step
        for move, call in itertools.islice(itertools.cycle(zip(moving, calling, strict=True)), count)
        for step in (Step("move", move), Step("undo", Undo()), Step("done and next", call), Step("undo", Undo()))
    ]
    return taken


def seated(records: list[TokenRecord], doctor: int) -> list[TokenRecord]:
    """Return the tokens of a doctor that have a seat."""
    return [record for record in records if record.doctor.id == doctor]


def course(site: Site) -> Iterator[Row]:
    """Done and next, a move to another doctor, and undo of each, journal included."""
    count = WARM_UP + site.samples(200)
    figure: dict[str, list[float]] = {}
    floor: dict[str, list[float]] = {}
    with ExitStack() as stack:
        recording, database, other = (stack.enter_context(site.copy(site.year)) for _ in range(3))
        with recorded() as recorder, closing(open_front_desk(str(recording))) as desk:
            recorder.take()
            taken = steps(desk, count)
            preparation, transactions = recorder.take(), []
            for step in taken:
                desk.perform(step.action)
                transactions.append(recorder.take())
        desk = stack.enter_context(closing(open_front_desk(str(database))))
        raw = stack.enter_context(closing(connect_raw(other)))
        replay(raw, preparation)
        for step, statements in zip(steps(desk, count), transactions, strict=True):
            figure.setdefault(step.name, []).append(timed(performing(desk, step.action)))
            floor.setdefault(step.name, []).append(timed(lambda statements=statements: replay(raw, statements)))
    for name in figure:
        yield paired(f"{name} through FrontDesk.perform, median", BUDGET, figure[name], floor[name])


def performing(desk: FrontDesk, action: Action) -> Callable[[], object]:
    """Return a function that performs an action."""
    return lambda: desk.perform(action)
