"""The same day by other ways than keys: as JSON lines, and at two desks; and what the tables say in the end."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from opd_tui.clock import FixedClock
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.domain.actor import Actor
from opd_tui.domain.model import Status
from tests.day.script import State, Step
from tests.support.helpers import Json, lines
from tests.support.house_oracle import FIELDS

ALONE = {"undo", "redo", "edit_patient", "merge_patients", "doctor_leaves", "add_doctor", "edit_doctor"}
"""What is not done at once with something else: its order decides what it is, or which ids are given."""


def tables_of(desk: FrontDesk) -> State:
    """What the tables say of every token, in the form of the script."""
    records = desk.token_list()
    order = (Status.ACTIVE, Status.WAITING)
    queues: dict[int, list[int]] = {}
    for record in sorted(records, key=lambda each: each.token.rank):
        queues.setdefault(record.slot.id, []).append(record.token.id)
    status = {record.token.id: record.token.status for record in records}
    places = {
        token: place
        for queue in queues.values()
        for place, token in enumerate(token for each in order for token in queue if status[token] is each)
    }
    return {
        token.number: (
            f"{record.doctor.code} {record.slot.start:%H:%M}",
            places.get(token.id),
            token.source.name,
            token.status.name,
            token.checked_in_at is not None,
            token.in_the_room,
            token.hold_reason and token.hold_reason.name,
            token.to_tell_since is not None,
            *(getattr(token.patient, name) for name in FIELDS),
        )
        for record in records
        for token in [record.token]
    }


def house_of(desk: FrontDesk) -> list[tuple[Any, ...]]:
    """What the tables say of slots and doctors."""
    doctors = [
        (each.code, each.name, each.specialty, each.room, each.retired_at is not None) for each in desk.doctor_list()
    ]
    slots = [
        (
            record.doctor.code,
            record.slot.window,
            record.slot.capacity,
            bool(record.slot.closed_at),
            record.slot.delay_minutes,
        )
        for record in desk.slot_list()
    ]
    return sorted(doctors) + sorted(slots)


def as_json(step: Step) -> Json:
    """A step as a line for `apply`."""
    return {"action": step.action.verb, **step.action.to_json()}


class Feeding(io.BytesIO):
    """Standard input that gives one line at a time, and looks at the tables before the next."""

    def __init__(self, steps: Sequence[Step], desk: FrontDesk, clock: FixedClock) -> None:
        super().__init__()
        self.steps = iter(steps)
        self.desk = desk
        self.clock = clock
        self.last: Step | None = None

    def readline(self, size: int | None = -1, /) -> bytes:
        if self.last is not None:
            assert tables_of(self.desk) == self.last.after, self.last.action
        self.last = next(self.steps, None)
        if self.last is None:
            return b""
        self.clock.instant = self.last.at
        return lines(as_json(self.last))


def at_two_desks(steps: Sequence[Step], desk: FrontDesk, other: FrontDesk, clock: FixedClock) -> None:
    """Do the steps at their desks; two that follow each other and do not concern each other are done at once."""
    desks = {"desk 1": desk, "desk 2": other}

    def perform(step: Step) -> None:
        action = replace(step.action, at=step.at) if step.at < clock.instant else step.action
        desks[step.desk].perform(action, Actor("meera", step.desk))

    with ThreadPoolExecutor(2) as pool:
        for together in at_once(steps):
            clock.instant = together[-1].at
            list(pool.map(perform, together))
            assert tables_of(desk) == together[-1].after, together[-1].action


def at_once(steps: Sequence[Step]) -> Iterator[tuple[Step, ...]]:
    """The steps alone or in pairs."""
    waiting: Step | None = None
    for step in steps:
        if waiting is None:
            waiting = step
        elif can_be_together(waiting, step):
            yield waiting, step
            waiting = None
        else:
            yield (waiting,)
            waiting = step
    if waiting is not None:
        yield (waiting,)


def can_be_together(one: Step, other: Step) -> bool:
    """Whether two steps are at different desks, of different doctors, and make no two tokens."""
    verbs = {one.action.verb, other.action.verb}
    makes = {"issue_token", "move_token", "open_slot", "open_session"}
    return (
        one.desk != other.desk
        and not one.doctors & other.doctors
        and not verbs & ALONE
        and not (one.action.verb in makes and other.action.verb in makes)
    )
