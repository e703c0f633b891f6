"""Days in which anything is done at random, compared with the oracle after every action."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from opd_tui.clock import FixedClock
from opd_tui.desk import actions
from opd_tui.desk.actions import Action
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.desk.outcome import Forecast, Outcome
from opd_tui.domain.actor import Actor
from opd_tui.domain.errors import DeskRefusal
from opd_tui.domain.model import EmergencyReason, HoldReason, Source
from tests.support.helpers import DATE, AnyDesk, add_doctor, but_for_new_ids, open_slot, token_of
from tests.support.house_oracle import FIELDS, HouseDoctor, HouseOracle, HouseSlot
from tests.support.oracle import CLOSINGS, PRIORITIES, Person, written

SLOTS = (("A", "09:00", 1), ("A", "10:00", 2), ("B", "09:00", 3), ("B", "11:00", 1))
PEOPLE: list[dict[str, Any]] = [
    {"name": "asha", "phone": "9876543210"},
    {"name": "ravi", "phone": "9876543210"},
    {"name": "ravi", "phone": "9876543210", "sex": "male"},
    {"name": "asha", "phone": "9876543210", "uhid": "h17"},
]
DESKS = ("desk 1", "desk 2")


class Day:
    """Two desks of a house beside the oracle; `done` counts what was not refused."""

    def __init__(
        self, dice: random.Random, desk: AnyDesk, clock: FixedClock, slots: Sequence[tuple[str, str, int]] = SLOTS
    ) -> None:
        self.dice = dice
        self.clock = clock
        self.desk = desk
        self.oracle = HouseOracle()
        self.done: Counter[str] = Counter()
        self.hands: list[str] = []
        """Which desk did each action of the oracle's past."""
        self.undone_by: list[str] = []
        """The same of what was undone."""
        self.doctors: dict[str, int] = {}
        for code in sorted({code for code, _, _ in slots}):
            self.doctors[code] = add_doctor(desk, f"Dr {code}", code=code)
            self.oracle.doctors[code] = HouseDoctor(f"Dr {code}")
        for code, start, capacity in slots:
            end = f"{int(start[:2]) + 1}:00"
            slot = open_slot(desk, self.doctors[code], start, end, capacity)
            self.oracle.slots[slot] = HouseSlot(code, DATE, capacity, start=start, end=end)

    def act(self, action: Action, why_not: set[str], then: Callable[[Outcome], object]) -> bool:
        """Perform an action; the oracle agrees that it is refused, for one of its reasons, or does the same."""
        done = self.at_desk(self.dice.choice(DESKS), action, why_not)
        if done is not None:
            name, outcome = done
            self.oracle.remember()
            self.hands, self.undone_by = [*self.hands, name], []
            then(outcome)
        self.agree(action)
        return done is not None

    def at_desk(self, name: str, action: Action, why_not: set[str]) -> tuple[str, Outcome] | None:
        """Perform an action at this desk, after a preview that says the same."""
        forecast, outcome = self.previewed(name, action), self.performed(name, action)
        if isinstance(outcome, DeskRefusal):
            assert outcome.code in why_not, (action, outcome, why_not)
            assert isinstance(forecast, DeskRefusal)
            assert forecast.code == outcome.code, action
            return None
        assert not why_not, (action, outcome.sentence, why_not)
        assert isinstance(forecast, Forecast), (action, forecast)
        assert but_for_new_ids(forecast.outcome) == but_for_new_ids(outcome)
        self.done[action.verb] += 1
        return name, outcome

    def previewed(self, name: str, action: Action) -> Forecast | DeskRefusal:
        """What would be done, or why not."""
        try:
            if isinstance(self.desk, FrontDesk):
                return self.desk.preview(action, Actor("meera", name))
            self.desk.name = name
            return self.desk.preview(action)
        except DeskRefusal as refusal:
            return refusal

    def performed(self, name: str, action: Action) -> Outcome | DeskRefusal:
        """What was done, or why not."""
        try:
            if isinstance(self.desk, FrontDesk):
                return self.desk.perform(action, Actor("meera", name))
            self.desk.name = name
            return self.desk.perform(action)
        except DeskRefusal as refusal:
            return refusal

    def agree(self, action: Action) -> None:
        """See that desk and oracle know the same of every token, patient, slot and doctor."""
        tokens = [record.token for record in self.desk.token_list()]
        state = {
            token.id: (token.number, token.slot_id, token.source.name, written(token.issued_at), token.status.name)
            for token in tokens
        }
        assert state == self.oracle.state(), action
        standing = {
            token.id: (
                token.checked_in_at is not None,
                token.in_the_room,
                token.hold_reason and token.hold_reason.name,
                token.to_tell_since is not None,
            )
            for token in tokens
        }
        assert standing == self.oracle.standing(), action
        patients = {token.id: {name: getattr(token.patient, name) for name in FIELDS} for token in tokens}
        assert patients == self.oracle.patients(), action
        slots = {
            record.slot.id: (record.slot.capacity, record.slot.closed_at is not None, record.slot.delay_minutes)
            for record in self.desk.slot_list()
            if record.slot.withdrawn_at is None
        }
        assert slots == {
            id_: (slot.capacity, slot.closed, slot.delay)
            for id_, slot in self.oracle.slots.items()
            if not slot.withdrawn
        }, action
        doctors = {
            doctor.code: (doctor.name, doctor.specialty, doctor.room, doctor.retired_at is not None)
            for doctor in self.desk.doctor_list()
            if doctor.withdrawn_at is None
        }
        assert doctors == {
            code: (doctor.name, doctor.specialty, doctor.room, doctor.retired)
            for code, doctor in self.oracle.doctors.items()
            if not doctor.withdrawn
        }, action

    @property
    def now(self) -> dt.datetime:
        return self.clock.now()

    def token(self) -> int:
        there = [token.id for token in self.oracle.tokens.values() if not self.oracle.slots[token.slot].withdrawn]
        return self.dice.choice(sorted(there))

    def slot(self) -> int:
        return self.dice.choice(sorted(id_ for id_, slot in self.oracle.slots.items() if not slot.withdrawn))

    def code(self) -> str:
        return self.dice.choice(sorted(code for code, doctor in self.oracle.doctors.items() if not doctor.withdrawn))

    def slot_is_closed(self, slot: int) -> bool:
        return self.oracle.slots[slot].closed

    # What is done

    def issue(self) -> None:
        slot, source = self.slot(), self.dice.choice(sorted(PRIORITIES))
        patient, known, new = self.visitor()
        person = Person(patient["name"], *(patient.get(name) for name in ("phone", "uhid", "birth_year")))
        why = set() if new else self.oracle.why_not_issue(slot, source, person, None, self.now)
        why |= {"SlotClosed"} if self.slot_is_closed(slot) else set()
        if known and source != "EMERGENCY" and self.oracle.has_open_token(slot, known):
            why |= {"DuplicatePatient"}
        visitor = {"id": self.record_id(known)} if known else patient | ({"new": True} if new else {})

        def then(outcome: Outcome) -> None:
            before, token = self.oracle.all_statuses(), token_of(outcome)
            self.oracle.issue(slot, source, person, None, self.now, token)
            self.oracle.arrived(token, source, f"{self.now.date()}")
            self.oracle.tell(before)
            self.oracle.visit(token, known, patient, new=new)

        self.act(actions.IssueToken(slot=slot, patient=visitor, source=source), why, then)

    def visitor(self) -> tuple[dict[str, Any], int | None, bool]:
        """Somebody described, a known record, or somebody described who is new whatever looks the same."""
        dice, there = self.dice, sorted(set(self.oracle.visits.values()) - self.oracle.merged)
        if there and dice.random() < 0.2:
            known = dice.choice(there)
            record = self.oracle.records[known]
            return {name: value for name, value in record.items() if value}, known, False
        somebody = dice.choice([*PEOPLE, *PEOPLE, *({"name": f"p{number}"} for number in range(50, 99))])
        return dict(somebody), None, dice.random() < 0.2

    def record_id(self, known: int) -> int:
        """The desk's id of a record of the oracle."""
        token = next(token for token, record in self.oracle.visits.items() if record == known)
        return self.token_at_the_desk(token).patient_id

    def token_at_the_desk(self, token: int) -> Any:
        return next(record.token for record in self.desk.token_list() if record.token.id == token)

    def check_in(self) -> None:
        token = self.token()
        why = set() if self.oracle.is_open(token) else {"TokenAlreadyClosed"}
        why |= {"AlreadyCheckedIn"} if self.oracle.facts[token].here else set()
        self.act(actions.CheckInToken(token=token), why, lambda _: self.set(token, here=True))

    def set(self, token: int, **facts: object) -> None:
        for name, value in facts.items():
            setattr(self.oracle.facts[token], name, value)

    def call(self) -> None:
        token = self.token()
        why = self.oracle.why_not_call(token)
        self.act(actions.CallToken(token=token), why, lambda _: self.oracle.call(token))

    def send_back(self) -> None:
        token = self.token()
        inside = self.oracle.tokens[token].in_the_room
        why = {"TokenAlreadyClosed"} if not self.oracle.is_open(token) else set() if inside else {"NothingToChange"}
        self.act(actions.ReturnToken(token=token), why, lambda _: self.oracle.send_back(token, self.now))

    def call_next(self, *, completing: bool = False) -> None:
        code = self.code()
        trial = self.oracle.copy()
        inside = trial.inside(code, DATE)
        closes = inside if completing else None
        if closes is not None:
            trial.close_one(closes, "COMPLETED")
        chosen = trial.next_in(code, DATE, self.now)
        why = {"NobodyToCall"} if chosen is None and closes is None else set()
        why |= {"RoomOccupied"} if inside is not None and not completing else set()

        def then(outcome: Outcome) -> None:
            if closes is not None:
                self.oracle.close_one(closes, "COMPLETED")
            assert self.oracle.next_in(code, DATE, self.now) == chosen
            if chosen is not None:
                self.oracle.call(chosen)

        kind = actions.CompleteAndCallNext if completing else actions.CallNext
        self.act(kind(doctor=self.doctors[code]), why, then)

    def done_and_next(self) -> None:
        self.call_next(completing=True)

    def close(self) -> None:
        verb, token = self.dice.choice(sorted(CLOSINGS)), self.token()
        why = self.oracle.why_not_close(verb, token, None, self.now)
        then = CLOSINGS[verb][0]
        self.act(actions.ACTIONS[verb](token=token), why, lambda _: self.oracle.close_one(token, then))

    def hold(self) -> None:
        token, reason = self.token(), self.dice.choice([reason.name for reason in HoldReason])
        inside = self.oracle.tokens[token].in_the_room
        why = {"TokenAlreadyClosed"} if not self.oracle.is_open(token) else {"TokenInTheRoom"} if inside else set()
        why |= {"NothingToChange"} if self.oracle.facts[token].held == reason else set()
        self.act(actions.HoldToken(token=token, reason=reason), why, lambda _: self.set(token, held=reason))

    def release(self) -> None:
        token = self.token()
        why = {"TokenAlreadyClosed"} if not self.oracle.is_open(token) else set()
        why |= set() if self.oracle.facts[token].held else {"NothingToChange"}
        self.act(actions.ReleaseToken(token=token), why, lambda _: self.set(token, held=None))

    def tell(self) -> None:
        token = self.token()
        why = set() if self.oracle.facts[token].to_tell else {"NothingToChange"}
        self.act(actions.TellPatient(token=token), why, lambda _: self.set(token, to_tell=False))

    def change_source(self) -> None:
        token, source = self.token(), self.dice.choice([source.name for source in Source])
        reason = self.dice.choice([None, *(reason.name for reason in EmergencyReason)])
        why = {"TokenAlreadyClosed"} if not self.oracle.is_open(token) else set()
        why |= {"NothingToChange"} if self.oracle.tokens[token].source == source else set()
        why |= {"InvalidAction"} if source == "EMERGENCY" and reason is None else set()
        action = actions.ChangeSource(token=token, source=source, reason=reason)
        self.act(action, why, lambda _: self.oracle.change_source(token, source))

    def reinstate(self) -> None:
        token, keep = self.token(), self.dice.random() < 0.5
        mine = self.oracle.tokens[token]
        why = {"NothingToChange"} if mine.closed_as is None else set()
        why |= {"TokenReplaced"} if self.oracle.goes_on_elsewhere(token) else set()
        why |= {"DuplicatePatient"} if self.oracle.same_person_in(mine.slot, token) else set()
        issued_at = mine.issued_at if keep else self.oracle.latest(mine.slot, self.now)
        action = actions.ReinstateToken(token=token, keep_place=keep)
        self.act(action, why, lambda _: self.oracle.reinstate(token, issued_at))

    def move(self) -> None:
        token, slot, keep = self.token(), self.slot(), self.dice.random() < 0.5
        mine = self.oracle.tokens[token]
        why = {"TokenAlreadyClosed"} if mine.closed_as else set()
        why |= {"NothingToChange"} if mine.slot == slot else set()
        why |= {"TokenInTheRoom"} if mine.in_the_room else set()
        why |= {"SlotClosed"} if self.slot_is_closed(slot) else set()
        why |= {"DuplicatePatient"} if self.oracle.same_person_in(slot, token) else set()
        issued_at = mine.issued_at if keep else self.oracle.latest(slot, self.now)
        same_day = self.oracle.day_of(mine.slot) == self.oracle.day_of(slot)

        def then(outcome: Outcome) -> None:
            if same_day:
                self.oracle.move([token], slot, issued_at)
            else:
                self.oracle.move_away(token, slot, issued_at, self.newest(1)[0])

        self.act(actions.MoveToken(token=token, slot=slot, keep_place=keep), why, then)

    def resize(self) -> None:
        slot, capacity = self.slot(), self.dice.randint(1, 4)
        why = {"NothingToChange"} if self.oracle.slots[slot].capacity == capacity else set()
        why |= {"SeatsInUse"} if self.oracle.in_use(slot) > capacity else set()
        action = actions.ResizeSlot(slot=slot, capacity=capacity)
        self.act(action, why, lambda _: self.oracle.resize(slot, capacity))

    def close_or_reopen(self) -> None:
        slot, closing = self.slot(), self.dice.random() < 0.4
        why = {"NothingToChange"} if self.slot_is_closed(slot) == closing else set()
        action = actions.CloseSlot(slot=slot) if closing else actions.ReopenSlot(slot=slot)
        self.act(action, why, lambda _: setattr(self.oracle.slots[slot], "closed", closing))

    def carry_over(self) -> None:
        slot = self.slot()
        waiting, target = self.oracle.waiting(slot), self.oracle.next_slot(slot)
        why = self.oracle.why_not_carry_over(slot)
        self.act(actions.CarryOver(slot=slot), why, lambda _: self.oracle.move(waiting, target or 0, None))

    def newest(self, count: int) -> list[int]:
        """The ids of the last tokens that were issued."""
        return sorted(record.token.id for record in self.desk.token_list())[-count:] if count else []

    def delay(self) -> None:
        code, minutes = self.code(), self.dice.choice([0, 20, 45])
        why = self.oracle.why_not_delay(code, DATE, minutes)
        action = actions.DelayDoctor(doctor=self.doctors[code], date=DATE, minutes=minutes)
        self.act(action, why, lambda _: self.oracle.delay(code, DATE, minutes))

    def leave(self) -> None:
        code, since = self.code(), self.dice.choice(["09:30", "10:30", "11:00", "12:00"])
        closing = self.oracle.leaving(code, DATE, since)
        standing = self.oracle.standing_with(closing)
        others = [id_ for id_, slot in self.oracle.slots.items() if not slot.closed and not slot.withdrawn]
        goes_to = [None, None, *(id_ for id_ in others if id_ not in closing or self.dice.random() < 0.1)]
        plan = [(token, self.dice.choice(goes_to)) for token in self.dice.sample(standing, len(standing))]
        plan = plan[1:] if self.dice.random() < 0.1 else plan
        why = self.oracle.why_not_leave(code, DATE, since, plan)
        away = [to for token, to in plan if to and self.oracle.day_of(to) != (code, DATE)]
        lines = [{"token": token} | ({"slot": to} if to else {"cancel": True}) for token, to in plan]
        action = actions.DoctorLeaves(doctor=self.doctors[code], date=DATE, from_=since, plan=lines)
        self.act(action, why, lambda _: self.oracle.leave(code, DATE, since, plan, self.newest(len(away))))

    def edit_patient(self) -> None:
        token = self.token()
        fields = {
            name: self.dice.choice(values)
            for name, values in (
                ("name", ["asha", "ravi", "sunita"]),
                ("phone", ["9876543210", None]),
                ("uhid", ["h17", "h18", None]),
                ("sex", ["male", "female"]),
                ("birth_year", [None, 1962]),
            )
            if self.dice.random() < 0.4
        }
        known = self.oracle.records[self.oracle.visits[token]]
        changed = {name: value for name, value in fields.items() if known[name] != value}
        why = set() if changed else {"NothingToChange"}
        self.act(actions.EditPatient(token=token, **fields), why, lambda _: self.oracle.edit(token, changed))

    def merge_patients(self) -> None:
        keep, merge = self.token(), self.token()
        why = {"NothingToChange"} if self.oracle.visits[keep] == self.oracle.visits[merge] else set()
        self.act(actions.MergePatients(keep=keep, merge=merge), why, lambda _: self.oracle.merge(keep, merge))

    def add_doctor(self) -> None:
        code = self.dice.choice([f"N{len(self.oracle.doctors)}", "A"])
        why = {"DoctorCodeTaken"} if code == "A" else set()

        def then(outcome: Outcome) -> None:
            assert outcome.doctor is not None
            self.doctors[code] = outcome.doctor.id
            self.oracle.doctors[code] = HouseDoctor(f"Dr {code}", "Surgery")

        self.act(actions.AddDoctor(name=f"Dr {code}", code=code, specialty="Surgery"), why, then)

    def edit_doctor(self) -> None:
        code, name, room = self.code(), self.dice.choice(["Dr A", "Dr Rao"]), self.dice.choice([None, "4"])
        mine = self.oracle.doctors[code]
        why = {"NothingToChange"} if (mine.name, mine.room) == (name, room) else set()

        def then(_: Outcome) -> None:
            self.oracle.doctors[code].name, self.oracle.doctors[code].room = name, room

        self.act(actions.EditDoctor(doctor=self.doctors[code], name=name, room=room), why, then)

    def retire_doctor(self) -> None:
        code = self.code()
        why = self.oracle.why_not_retire(code)
        action = actions.RetireDoctor(doctor=self.doctors[code])
        self.act(action, why, lambda _: setattr(self.oracle.doctors[code], "retired", True))

    def open(self) -> None:
        code, hour, hours = self.code(), self.dice.choice([9, 12, 13, 14]), self.dice.choice([1, 1, 2])
        start, end = f"{hour:02}:00", f"{hour + hours:02}:00"
        why = self.oracle.why_not_open(code, DATE, start, end)
        where: dict[str, Any] = {"doctor": self.doctors[code], "date": DATE, "capacity": 2}

        def then(outcome: Outcome) -> None:
            for slot in outcome.slots:
                times = {"start": f"{slot.start:%H:%M}", "end": f"{slot.end:%H:%M}"}
                self.oracle.slots[slot.id] = HouseSlot(code, DATE, 2, **times)

        if hours == 1:
            self.act(actions.OpenSlot(start=start, end=end, **where), why, then)
        else:
            self.act(actions.OpenSession(start=start, end=end, every=60, **where), why, then)

    def undo(self) -> None:
        # What opened the house is no part of the oracle's past.
        if self.oracle.past:
            done = self.at_desk(self.hands[-1], actions.Undo(), set())
            assert done is not None
            self.undone_by.append(self.hands.pop())
            self.oracle.undo()
            self.agree(actions.Undo())

    def redo(self) -> None:
        if self.oracle.undone:
            done = self.at_desk(self.undone_by[-1], actions.Redo(), set())
            assert done is not None
            self.hands.append(self.undone_by.pop())
            self.oracle.redo()
            self.agree(actions.Redo())


OFTEN = (Day.issue, Day.check_in, Day.move)
RARELY = (
    *(Day.release, Day.tell, Day.resize, Day.close_or_reopen, Day.carry_over, Day.delay),
    *(Day.edit_patient, Day.merge_patients, Day.edit_doctor, Day.open),
)
SELDOM = (Day.leave, Day.add_doctor, Day.retire_doctor)
USUAL = (
    *(Day.call, Day.send_back, Day.call_next, Day.done_and_next),
    *(Day.close, Day.hold, Day.change_source, Day.reinstate),
)
DEEDS = (*OFTEN * 5, *USUAL * 3, *RARELY * 2, *SELDOM, *[Day.undo, Day.redo] * 4)
"""What is done in a day, and how often."""
