"""The day of the demo beside the oracle, which does every action too, and the tables that both must agree on."""

from __future__ import annotations

import sqlite3
from typing import Any

from opd_tui.clock import FixedClock
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.desk.outcome import Outcome
from opd_tui.domain.actor import Actor
from tests.support.helpers import token_of
from tests.support.house_oracle import FIELDS, HouseDoctor, HouseOracle, HouseSlot
from tests.support.oracle import CLOSINGS, Person

TOKENS = f"""
    SELECT t.id, number, slot_id, source, issued_at, status, checked_in_at IS NOT NULL,
           called_at IS NOT NULL AND t.closed_at IS NULL, hold_reason, to_tell_since IS NOT NULL, {", ".join(FIELDS)}
    FROM token t JOIN patient p ON p.id = patient_id
"""
SLOTS = """
    SELECT s.id, code, date, start, "end", capacity, s.closed_at IS NOT NULL, coalesce(delay_minutes, 0)
    FROM slot s JOIN doctor d ON d.id = doctor_id
"""
DOCTORS = "SELECT code, name, specialty, room, retired_at IS NOT NULL FROM doctor"


class Witness:
    """A desk that performs actions and lets the oracle do them too; they must agree after each."""

    def __init__(self, desk: FrontDesk, clock: FixedClock, tables: sqlite3.Connection) -> None:
        self.desk = desk
        self.zone = desk.zone
        self.clock = clock
        self.tables = tables
        self.oracle = HouseOracle()
        self.codes: dict[int, str] = {}
        """The doctors' codes by their ids."""
        self.seen = 0

    def perform(self, action: Any, actor: Actor) -> Outcome:
        """Perform an action, see that nothing speaks against it, and compare."""
        if action.verb not in ("undo", "redo"):
            self.oracle.past = []  # the day undoes only what was done last
            self.oracle.remember()
        why_not = getattr(self, f"why_not_{action.verb}", lambda action: set())
        assert why_not(action) == set(), action
        outcome = self.desk.perform(action, actor)
        getattr(self, action.verb)(action, outcome)
        self.compare(action)
        self.seen += 1
        return outcome

    def compare(self, action: Any) -> None:
        """See that tables and oracle say the same of every token, patient, slot and doctor."""
        oracle, patients = self.oracle, self.oracle.patients()
        standing = oracle.standing()
        tokens = {
            id_: (*state, *standing[id_], *(patients[id_][name] for name in FIELDS))
            for id_, state in oracle.state().items()
        }
        assert {id_: tuple(row) for id_, *row in self.tables.execute(TOKENS)} == tokens, action
        assert {id_: tuple(row) for id_, *row in self.tables.execute(SLOTS)} == {
            id_: (slot.code, slot.date, slot.start, slot.end, slot.capacity, slot.closed, slot.delay)
            for id_, slot in oracle.slots.items()
        }, action
        assert {code: tuple(row) for code, *row in self.tables.execute(DOCTORS)} == {
            code: (each.name, each.specialty, each.room, each.retired) for code, each in oracle.doctors.items()
        }, action

    # Doctors and slots

    def add_doctor(self, action: Any, outcome: Outcome) -> None:
        assert outcome.doctor is not None
        self.codes[outcome.doctor.id] = action.code
        self.oracle.doctors[action.code] = HouseDoctor(action.name, action.specialty, action.room)

    def edit_doctor(self, action: Any, outcome: Outcome) -> None:
        self.oracle.doctors[self.codes[action.doctor]].room = action.room

    def why_not_retire_doctor(self, action: Any) -> set[str]:
        return self.oracle.why_not_retire(self.codes[action.doctor])

    def retire_doctor(self, action: Any, outcome: Outcome) -> None:
        self.oracle.doctors[self.codes[action.doctor]].retired = True

    def open_session(self, action: Any, outcome: Outcome) -> None:
        code, date = self.codes[action.doctor], f"{action.date}"
        for slot in outcome.slots:
            times = {"start": f"{slot.start:%H:%M}", "end": f"{slot.end:%H:%M}"}
            assert self.oracle.why_not_open(code, date, **times) == set()
            self.oracle.slots[slot.id] = HouseSlot(code, date, action.capacity, **times)

    open_slot = open_session

    def resize_slot(self, action: Any, outcome: Outcome) -> None:
        self.oracle.resize(action.slot, action.capacity)

    def close_slot(self, action: Any, outcome: Outcome) -> None:
        self.oracle.slots[action.slot].closed = True

    def reopen_slot(self, action: Any, outcome: Outcome) -> None:
        self.oracle.slots[action.slot].closed = False

    def why_not_carry_over(self, action: Any) -> set[str]:
        return self.oracle.why_not_carry_over(action.slot)

    def carry_over(self, action: Any, outcome: Outcome) -> None:
        self.oracle.move(self.oracle.waiting(action.slot), self.oracle.next_slot(action.slot) or 0, None)

    def why_not_delay_doctor(self, action: Any) -> set[str]:
        return self.oracle.why_not_delay(self.codes[action.doctor], f"{action.date}", action.minutes)

    def delay_doctor(self, action: Any, outcome: Outcome) -> None:
        self.oracle.delay(self.codes[action.doctor], f"{action.date}", action.minutes)

    def leaving(self, action: Any) -> tuple[str, str, str, list[tuple[int, int | None]]]:
        """What the oracle is told of a doctor who leaves."""
        plan = [(line.token, None if line.cancel else line.slot) for line in action.plan]
        return self.codes[action.doctor], f"{action.date}", f"{action.from_:%H:%M}", plan

    def why_not_doctor_leaves(self, action: Any) -> set[str]:
        return self.oracle.why_not_leave(*self.leaving(action))

    def doctor_leaves(self, action: Any, outcome: Outcome) -> None:
        self.oracle.leave(*self.leaving(action), self.newer())

    # Tokens

    def newer(self) -> list[int]:
        """The ids of the tokens that the oracle does not know yet."""
        return [
            id_ for (id_,) in self.tables.execute("SELECT id FROM token ORDER BY id") if id_ not in self.oracle.tokens
        ]

    def issue_token(self, action: Any, outcome: Outcome) -> None:
        oracle, now, token, source = self.oracle, self.clock.now(), token_of(outcome), action.source.name
        patient = {name: getattr(action.patient, name) for name in FIELDS}
        person = Person(patient["name"].lower(), patient["phone"], patient["uhid"], patient["birth_year"])
        assert oracle.why_not_issue(action.slot, source, person, None, now) == set()
        before = oracle.all_statuses()
        oracle.issue(action.slot, source, person, None, now, token)
        oracle.arrived(token, source, f"{self.desk.today()}")
        oracle.tell(before)
        oracle.visit(token, None, patient)

    def check_in_token(self, action: Any, outcome: Outcome) -> None:
        self.oracle.facts[action.token].here = True

    def hold_token(self, action: Any, outcome: Outcome) -> None:
        self.oracle.facts[action.token].held = action.reason.name

    def release_token(self, action: Any, outcome: Outcome) -> None:
        self.oracle.facts[action.token].held = None

    def tell_patient(self, action: Any, outcome: Outcome) -> None:
        self.oracle.facts[action.token].to_tell = False

    def change_source(self, action: Any, outcome: Outcome) -> None:
        self.oracle.change_source(action.token, action.source.name)

    def why_not_close(self, action: Any) -> set[str]:
        return self.oracle.why_not_close(action.verb, action.token, None, self.clock.now())

    why_not_cancel_token = why_not_mark_no_show = why_not_complete_token = why_not_close

    def close(self, action: Any, outcome: Outcome) -> None:
        self.oracle.close_one(action.token, CLOSINGS[action.verb][0])

    cancel_token = mark_no_show = complete_token = close

    def reinstate_token(self, action: Any, outcome: Outcome) -> None:
        mine = self.oracle.tokens[action.token]
        at = mine.issued_at if action.keep_place else self.oracle.latest(mine.slot, self.clock.now())
        self.oracle.reinstate(action.token, at)

    def move_token(self, action: Any, outcome: Outcome) -> None:
        mine, slot = self.oracle.tokens[action.token], action.slot
        at = mine.issued_at if action.keep_place else self.oracle.latest(slot, self.clock.now())
        if self.oracle.day_of(mine.slot) == self.oracle.day_of(slot):
            self.oracle.move([action.token], slot, at)
        else:
            self.oracle.move_away(action.token, slot, at, *self.newer())

    # The room

    def why_not_call_token(self, action: Any) -> set[str]:
        return self.oracle.why_not_call(action.token)

    def call_token(self, action: Any, outcome: Outcome) -> None:
        self.oracle.call(action.token)

    def return_token(self, action: Any, outcome: Outcome) -> None:
        self.oracle.send_back(action.token, self.clock.now())

    def call_next(self, action: Any, outcome: Outcome) -> None:
        code, date = self.codes[action.doctor], f"{self.desk.today()}"
        inside = self.oracle.inside(code, date)
        if inside is not None:
            assert action.verb == "complete_and_call_next"
            self.oracle.close_one(inside, "COMPLETED")
        chosen = self.oracle.next_in(code, date, self.clock.now())
        assert chosen is not None or inside is not None
        if chosen is not None:
            self.oracle.call(chosen)

    complete_and_call_next = call_next

    # Patients, and second thoughts

    def edit_patient(self, action: Any, outcome: Outcome) -> None:
        self.oracle.edit(action.token, {"name": action.name})

    def merge_patients(self, action: Any, outcome: Outcome) -> None:
        self.oracle.merge(action.keep, action.merge)

    def forget_patient(self, action: Any, outcome: Outcome) -> None:
        self.oracle.forget(action.token)

    def undo(self, action: Any, outcome: Outcome) -> None:
        self.oracle.undo()

    def redo(self, action: Any, outcome: Outcome) -> None:
        self.oracle.redo()
