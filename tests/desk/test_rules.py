"""Any actions in any order, without a database: the one rule by sorting from scratch, and the journal by its fold.

The values of an action are drawn by the types of its fields, so that a new action is tried out here by itself.
tests/desk/test_history.py does less of this, on real databases and against an oracle that shares no code.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from opd_tui.clock import FixedClock
from opd_tui.desk.actions import ACTIONS, Action
from opd_tui.desk.answers import accepted
from opd_tui.desk.outcome import Outcome
from opd_tui.domain.errors import DeskRefusal
from opd_tui.domain.events import Subject, TokenEvent
from opd_tui.domain.field_types import BirthYear, Choice, Code, FieldType, Flag, Id, Name, Phone, Sex, Text, Whole
from opd_tui.domain.model import Patient
from opd_tui.domain.records import Nested
from opd_tui.domain.time_types import Date, TimeOfDay, WindowEnd
from tests.conftest import NINE, ZONE
from tests.support.helpers import DATE, add_doctor, but_for_new_ids, open_slot
from tests.support.memory import OPEN, Row, Rows
from tests.support.memory_desk import MemoryDesk
from tests.support.units_of_work import folded, journaled, without_nulls

PEOPLE = [
    Patient(name="José Núñez", phone="+91 98765 43210"),
    Patient(name="JOSE  NUNEZ", phone="098765-43210"),
    Patient(name="José Núñez"),
    Patient(name="Asha Verma", uhid="MRN 17"),
    Patient(name="Asha Verma", uhid="mrn17", phone="99999 00000", birth_year=1980),
    Patient(name="Asha Verma", phone="99999 00000"),
    Patient(name="Asha Verma", uhid="MRN 18", phone="99999 00000"),
]
RARELY_POSSIBLE = [
    *("redo", "undo", "carry_over", "check_in_token", "call_next", "complete_and_call_next", "release_token"),
    *("tell_patient", "reinstate_token", "move_token", "forget_patient", "return_token", "reopen_slot", "call_token"),
]
"""What needs a certain state; tests/support/random_day.py does more of it."""
VERBS = [*ACTIONS, *["issue_token"] * 10, *RARELY_POSSIBLE * 2]
"""Tokens are issued more often than anything else is done, so that slots fill."""
SIMPLE: dict[type[FieldType[Any]], st.SearchStrategy[Any]] = {
    Name: st.sampled_from(["Dr A", "Dr Rao", "Dr Anil Rao"]),
    Text: st.sampled_from([None, "Medicine"]),
    Code: st.sampled_from([None, "A", "X1"]),
    Whole: st.sampled_from([1, 2, 3, 30]),
    Flag: st.booleans(),
    Phone: st.sampled_from([None, "11111"]),
    BirthYear: st.sampled_from([None, 1980]),
    Sex: st.sampled_from([None, "female"]),
    Date: st.sampled_from([DATE, "2026-11-23"]),
    TimeOfDay: st.sampled_from(["08:00", "09:00", "09:30", "10:00", "11:00", "12:00"]),
    WindowEnd: st.sampled_from(["09:00", "10:00", "11:00", "12:00", "24:00"]),
    Nested: st.one_of(st.sampled_from(PEOPLE), st.integers(0, 10**6).map(lambda number: Patient(name=f"P {number}"))),
}


class Rules(RuleBasedStateMachine):
    """One desk without a database; `done` counts what was not refused."""

    def __init__(self, done: Counter[str]) -> None:
        super().__init__()
        self.done = done

    @initialize()
    def open(self) -> None:
        self.clock = FixedClock(NINE)
        self.desk = MemoryDesk(self.clock, ZONE)
        for code, capacity in (("A", 1), ("B", 3)):
            open_slot(self.desk, add_doctor(self.desk, f"Dr {code}", code=code), capacity=capacity)

    @rule(data=st.data(), verb=st.sampled_from(VERBS), ago=st.sampled_from([None, None, None, 0, 5, 10]))
    def act(self, data: st.DataObject, verb: str, ago: int | None) -> None:
        """Preview and perform: both are refused and change nothing, or both do the same."""
        values: dict[str, Any] = {}
        for spec in ACTIONS[verb].own_specs():
            values[spec.attribute] = data.draw(self.plan(values) if spec.name == "plan" else self.values(spec.type))
        at = None if ago is None else self.clock.now() - dt.timedelta(minutes=ago)
        store, rows, journal = self.desk.store, self.desk.store.rows.copy(), list(self.desk.store.journal)
        action = ACTIONS[verb](**values, at=at)
        forecast = result_of(lambda: self.desk.preview(action).outcome)
        assert (store.rows, store.journal) == (rows, journal)
        outcome = result_of(lambda: self.desk.perform(action))
        if isinstance(outcome, Outcome):
            assert isinstance(forecast, Outcome)
            assert but_for_new_ids(outcome) == but_for_new_ids(forecast)
            self.check(action, outcome, rows.tables[Subject.TOKEN])
            self.done[verb] += 1
        else:
            assert outcome == forecast
            assert (store.rows, store.journal) == (rows, journal)

    def check(self, action: Action, outcome: Outcome, tokens_before: dict[int, Row]) -> None:
        """What was done is said, follows from what was, and moves nobody to and fro."""
        assert outcome.events, "an action does something or is refused"
        assert outcome.sentence
        assert accepted(outcome)["action"] == action.verb
        now = {id_: row["status"] for id_, row in tokens_before.items()}
        for event in outcome.events:
            if isinstance(event, TokenEvent) and event.to_status is not None:
                was = event.from_status and event.from_status.name
                assert now.get(event.subject_id) == was
                now[event.subject_id] = event.to_status.name
            assert event.problem() is None
        moved = [event.subject_id for event in outcome.events if event.by_rule]
        assert len(moved) == len(set(moved)), "the rule moves nobody twice"

    @rule(minutes=st.integers(-30, 30))
    def set_the_clock(self, minutes: int) -> None:
        self.clock.instant += dt.timedelta(minutes=minutes)

    @invariant()
    def seats_are_those_of_sorting_from_scratch(self) -> None:
        for slot in self.desk.store.rows.where(Subject.SLOT):
            tokens = self.desk.store.rows.where(Subject.TOKEN, slot_id=slot["id"])
            seated = {token["id"] for token in tokens if token["status"] == "ACTIVE"}
            assert seated == seated_from_scratch(slot["capacity"], tokens)

    @invariant()
    def the_journal_says_what_the_rows_are(self) -> None:
        tables = {
            subject: {id_: without_nulls(row) for id_, row in rows.items()}
            for subject, rows in self.desk.store.rows.tables.items()
        }
        assert folded(self.desk.store.events) == journaled(tables)

    @invariant()
    def a_doctor_sees_one_patient_at_a_time_and_nobody_closed_or_inside_is_on_hold(self) -> None:
        tokens = self.desk.store.rows.where(Subject.TOKEN)
        inside = [token for token in tokens if token.get("called_at") and token["status"] in OPEN]
        assert {token["status"] for token in inside} <= {"ACTIVE"}
        assert max(Counter((token["doctor_id"], token["date"]) for token in inside).values(), default=1) == 1
        assert not any(token.get("held_at") for token in tokens if token["status"] not in OPEN or token in inside)
        assert all((token.get("held_at") is None) == (token.get("hold_reason") is None) for token in tokens)

    @invariant()
    def numbers_have_no_gap(self) -> None:
        numbers = defaultdict(list)
        for token in self.desk.store.rows.where(Subject.TOKEN):
            numbers[token["doctor_id"], token["date"]].append(token["sequence"])
        assert {day: len(issued) for day, issued in numbers.items()} == self.desk.store.rows.counters
        assert all(issued == list(range(1, len(issued) + 1)) for issued in map(sorted, numbers.values()))

    def values(self, kind: FieldType[Any]) -> st.SearchStrategy[Any]:
        """What to draw for a field: mostly what is there, rarely what is not."""
        if isinstance(kind, Choice):
            return st.sampled_from(list(kind.enumeration))
        if isinstance(kind, Id):
            (subject_name,) = re.findall(r"id of a (\w+)", kind.expected)
            if subject_name == "journal":
                return st.sampled_from([None, None, None, 1, *range(1, len(self.desk.store.journal) + 2)])
            subject = Subject(subject_name)
            there = [row["id"] for row in self.desk.store.rows.where(subject)]
            return st.sampled_from([*there, *there, *there, 99])
        return SIMPLE[Nested if isinstance(kind, Nested) else type(kind)]

    def plan(self, values: dict[str, Any]) -> st.SearchStrategy[list[dict[str, Any]]]:
        """See `plans`."""
        return plans(self.desk.store.rows, values)


@st.composite
def plans(draw: st.DrawFn, rows: Rows, values: dict[str, Any]) -> list[dict[str, Any]]:
    """What becomes of everybody who stands with a doctor; sometimes somebody is left out."""
    slots = [row["id"] for row in rows.where(Subject.SLOT)]
    gone = {row["id"] for row in rows.where(Subject.SLOT, doctor_id=values["doctor"], date=values["date"])}
    standing = [row for row in rows.open_tokens() if row["slot_id"] in gone and not row.get("called_at")]
    ends = {row["id"]: row["end"] for row in rows.where(Subject.SLOT)}
    standing = [row for row in standing if ends[row["slot_id"]] > values["from_"]]
    lines = [
        {"token": row["id"]} | draw(st.sampled_from([{"cancel": True}, *({"slot": id_} for id_ in slots)]))
        for row in standing
    ]
    return lines[draw(st.sampled_from([0, 0, 0, 1])) :]


def seated_from_scratch(capacity: int, tokens: list[Row]) -> set[int]:
    """Who has a seat by the rule as it is written down."""
    standing = [token for token in tokens if token["status"] in OPEN]
    room = {token["id"] for token in standing if token.get("called_at")}
    others = sorted(
        (token for token in standing if token["id"] not in room),
        key=lambda token: (token["priority"], token["issued_at"], token["id"]),
    )
    completed = sum(token["status"] == "COMPLETED" for token in tokens)
    return room | {token["id"] for token in others[: capacity - completed - len(room)]}


def result_of(do: Callable[[], Outcome]) -> Outcome | str:
    """What was done, or the refusal's message."""
    try:
        return do()
    except DeskRefusal as refusal:
        return refusal.message


@pytest.mark.parametrize(
    ("days", "done_at_least"),
    [(30, {"issue_token"}), pytest.param(500, set(ACTIONS) - set(RARELY_POSSIBLE), marks=pytest.mark.slow)],
)
def test_whatever_is_done_the_rule_holds_and_the_journal_says_what_the_rows_are(
    days: int, done_at_least: set[str]
) -> None:
    done: Counter[str] = Counter()
    how = settings(max_examples=days, stateful_step_count=50, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(lambda: Rules(done), settings=how)
    assert done_at_least <= done.keys()
