"""Random days of two desks without a database, dense enough that most actions are possible."""

from __future__ import annotations

import datetime as dt
import random
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

from opd_tui.clock import FixedClock
from opd_tui.desk.actions import ACTIONS, Action
from opd_tui.desk.outcome import Outcome
from opd_tui.domain.errors import DeskRefusal
from opd_tui.domain.events import Subject
from opd_tui.domain.field_types import BirthYear, Choice, Code, FieldType, Flag, Id, Name, Phone, Sex, Text, Whole
from opd_tui.domain.model import Patient
from opd_tui.domain.records import Nested, Spec
from opd_tui.domain.time_types import Date, TimeOfDay, WindowEnd
from tests.conftest import NINE, ZONE
from tests.support.helpers import DATE, add_doctor, open_slot
from tests.support.memory import Rows
from tests.support.memory_desk import MemoryDesk

BOTH = ("desk 1", "desk 2")
OFTEN = {"issue_token": 20, "check_in_token": 12, "call_next": 10, "undo": 8, "redo": 16}
NOW_AND_THEN = ("call_token", "return_token", "move_token", "reinstate_token", "carry_over", "complete_and_call_next")
RARELY = ("open_slot", "forget_patient", "edit_doctor", "add_doctor", "retire_doctor", "doctor_leaves")
WEIGHTS = dict.fromkeys(ACTIONS, 4) | OFTEN | dict.fromkeys(NOW_AND_THEN, 8) | dict.fromkeys(RARELY, 1)
"""How often actions are tried."""
VALUES: dict[type[FieldType[Any]], list[Any]] = {
    Name: ["Dr A", "Dr Rao"],
    Text: [None, "Medicine"],
    Code: [None, "A", "X1"],
    Whole: [1, 2, 3, 30],
    Date: [DATE, DATE, "2026-11-23"],
    TimeOfDay: ["08:00", "09:00", "09:30", "10:00", "11:00", "12:00"],
    WindowEnd: ["09:00", "10:00", "11:00", "12:00", "24:00"],
    Phone: ["11111", "98765 43210", None],
    BirthYear: [None, 1980, 1990],
    Sex: [None, "female"],
    Flag: [True, False],
}


class RandomDay:
    """The day of a seed: two doctors with two slots each, and what two desks do."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.clock = FixedClock(NINE)
        self.desk = MemoryDesk(self.clock, ZONE)
        for code, capacity in (("A", 1), ("B", 3)):
            doctor = add_doctor(self.desk, f"Dr {code}", code=code)
            open_slot(self.desk, doctor, capacity=capacity)
            open_slot(self.desk, doctor, "10:00", "11:00", capacity=2)

    @property
    def rows(self) -> Rows:
        return self.desk.store.rows

    def actions(self, count: int, *without: str, desks: Sequence[str] = ("desk 1",)) -> Iterator[tuple[Rows, Outcome]]:
        """Try so many actions; yield the rows before and the outcome of each that was not refused."""
        verbs = [verb for verb in ACTIONS if verb not in without]
        weights = [WEIGHTS[verb] for verb in verbs]
        for _ in range(count):
            self.clock.instant += dt.timedelta(minutes=self.dice.choice([0, 0, 0, 1, 5, -1]))
            self.desk.name = self.dice.choice(desks)
            (verb,) = self.dice.choices(verbs, weights)
            before = self.rows.copy()
            action = self.action(verb)
            self.tried(action)
            with suppress(DeskRefusal):
                yield before, self.desk.perform(action)

    def tried(self, action: Action) -> None:
        """Do something else with an action before it is performed; nothing by default."""

    def action(self, verb: str) -> Action:
        """An action with fields that mostly name what is there."""
        values: dict[str, Any] = {}
        for spec in ACTIONS[verb].own_specs():
            values[spec.attribute] = self.plan(values) if spec.name == "plan" else self.value(spec)
        return ACTIONS[verb](**values)

    def value(self, spec: Spec) -> object:
        """A value for a field."""
        if isinstance(spec.type, Choice):
            return self.dice.choice(list(spec.type.enumeration))
        if isinstance(spec.type, Nested):
            return Patient(name=f"P {self.dice.randint(0, 10**6)}")
        if not isinstance(spec.type, Id):
            return self.dice.choice(VALUES[type(spec.type)])
        (what,) = re.findall(r"id of a (\w+)", spec.type.expected)
        if what == "journal":
            return None
        there = [row["id"] for row in self.rows.where(Subject(what))]
        return self.dice.choice(there) if there else 99

    def plan(self, values: dict[str, Any]) -> list[dict[str, Any]]:
        """What becomes of everybody who stands with a doctor who leaves."""
        there = self.rows.where(Subject.SLOT, doctor_id=values["doctor"], date=values["date"])
        leaving = {row["id"] for row in there if row["end"] > values["from_"]}
        others = [{"slot": row["id"]} for row in self.rows.where(Subject.SLOT) if row["id"] not in leaving]
        return [
            {"token": row["id"]} | self.dice.choice([{"cancel": True}, *others])
            for row in self.rows.open_tokens()
            if row["slot_id"] in leaving and not row.get("called_at")
        ]
