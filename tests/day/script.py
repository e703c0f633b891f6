"""A busy day of three doctors, twelve slots and three hundred patients, written once: every action, with its time.

Chance writes it, and always the same. The oracle agrees with the desk after every action while it is written, and says
what has to be so then; ids are those of a new database, which counts them.
"""

from __future__ import annotations

import datetime as dt
import functools
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from opd_tui.clock import FixedClock
from opd_tui.desk import actions
from opd_tui.desk.actions import Action
from opd_tui.desk.outcome import Outcome
from tests.conftest import NINE, ZONE
from tests.support.deeds import Day
from tests.support.helpers import DATE, token_of
from tests.support.house_oracle import HouseDoctor, HouseOracle, HouseSlot
from tests.support.memory_desk import MemoryDesk
from tests.support.oracle import PRIORITIES, Person

PATIENTS = 300
DOCTORS = {"A": ("Dr Anand", "Medicine"), "B": ("Dr Basu", "Medicine"), "C": ("Dr Chopra", "Surgery")}
"""The doctors' names and specialties by their codes."""
HOURS, SEATS, SEED = range(9, 13), 18, 13
SECONDS = 8
"""How long an action takes."""
FIRST = ("Asha", "Ravi", "Sunita", "Imran", "Meera", "Kabir", "Diya", "Farhan", "Nila", "Arjun", "Zoya", "Om", "Kavya")

State = dict[str, tuple[Any, ...]]
"""What is known of every token by its number, free of ids and times."""


@dataclass(frozen=True)
class Step:
    """One action at one desk, and what must be so after it."""

    action: Action
    desk: str
    at: dt.datetime
    doctors: frozenset[str]
    """The doctors whose tokens it may change."""
    after: State


def state_of(oracle: HouseOracle) -> State:
    """What the oracle knows of every token; who is open in a slot also by the place in its order."""
    statuses, standing, patients = oracle.all_statuses(), oracle.standing(), oracle.patients()
    places = {
        token.id: place
        for slot in oracle.slots
        for place, token in enumerate(oracle.in_order(slot))
        if not token.closed_as
    }
    return {
        token.number: (
            f"{oracle.slots[token.slot].code} {oracle.slots[token.slot].start}",
            places.get(token.id),
            token.source,
            statuses[token.id],
            *standing[token.id],
            *patients[token.id].values(),
        )
        for token in oracle.tokens.values()
    }


class Author(Day):
    """Writes a day down while it happens at a desk without a database."""

    def __init__(self, seed: int) -> None:
        self.steps: list[Step] = []
        self.chosen: int | None = None
        self.chosen_code = ""
        clock = FixedClock(NINE - dt.timedelta(minutes=30))
        super().__init__(random.Random(seed), MemoryDesk(clock, ZONE), clock, slots=())

    def at_desk(self, name: str, action: Action, why_not: set[str]) -> tuple[str, Outcome] | None:
        """See `Day`."""
        done = super().at_desk(name, action, why_not)
        self.written = done
        return done

    def agree(self, action: Action) -> None:
        """See `Day`."""
        super().agree(action)
        if self.written:
            name, outcome = self.written
            slots = {event.slot_id for event in outcome.events}.union(*(event.named_slots for event in outcome.events))
            doctors = frozenset(self.oracle.slots[slot].code for slot in slots if slot is not None)
            self.steps.append(Step(action, name, self.now, doctors, state_of(self.oracle)))
            self.clock.instant += dt.timedelta(seconds=SECONDS)

    def token(self) -> int:
        """A token that was chosen, or mostly one that is open."""
        there = [token.id for token in self.oracle.tokens.values() if token.closed_as is None]
        if self.chosen is None and there and self.dice.random() < 0.8:
            return self.dice.choice(there)
        return self.chosen or super().token()

    def code(self) -> str:
        """The doctor who was chosen, or any who stays."""
        return self.chosen_code or self.dice.choice(sorted(DOCTORS))

    def with_token(self, deed: Callable[[Any], None], token: int) -> None:
        """Do something with this token."""
        self.chosen = token
        deed(self)
        self.chosen = None

    # What the screens can do

    def at_the_door(self) -> None:
        """A doctor is done and calls nobody; one is called out of turn, is not there and goes back; then the next."""
        code = self.code()
        inside = self.oracle.inside(code, DATE)
        if inside is not None:
            done = actions.CompleteToken(token=inside)
            self.act(done, set(), lambda _: self.oracle.close_one(inside, "COMPLETED"))
        seated = [
            token.id
            for slot in self.oracle.slots.values()
            for token in slot.tokens
            if (slot.code, token.closed_as) == (code, None) and self.oracle.facts[token.id].here
            if self.oracle.status(token.id) == "ACTIVE"
        ]
        if seated:
            who = self.dice.choice(seated)
            self.with_token(Day.call, who)
            self.with_token(Day.send_back, who)
            self.chosen_code = code
            self.call_next()
            self.chosen_code = ""

    def away_for_a_while(self) -> None:
        """Somebody is put on hold, and released."""
        token = self.token()
        if self.oracle.is_open(token) and not self.oracle.tokens[token].in_the_room:
            self.with_token(Day.hold, token)
            if self.oracle.facts[token].held:
                self.with_token(Day.release, token)

    def open_the_house(self) -> None:
        """Add the doctors, and open their sessions."""
        for code, (name, specialty) in DOCTORS.items():

            def added(outcome: Outcome, code: str = code, name: str = name, specialty: str = specialty) -> None:
                assert outcome.doctor is not None
                self.doctors[code] = outcome.doctor.id
                self.oracle.doctors[code] = HouseDoctor(name, specialty)

            def opened(outcome: Outcome, code: str = code) -> None:
                for slot in outcome.slots:
                    times = {"start": f"{slot.start:%H:%M}", "end": f"{slot.end:%H:%M}"}
                    self.oracle.slots[slot.id] = HouseSlot(code, DATE, SEATS, **times)

            self.act(actions.AddDoctor(name=name, code=code, specialty=specialty), set(), added)
            times = {"start": f"{HOURS[0]:02}:00", "end": f"{HOURS[-1] + 1}:00", "every": 60, "capacity": SEATS}
            self.act(actions.OpenSession(doctor=self.doctors[code], date=DATE, **times), set(), opened)

    def issue(self) -> None:
        """Issue a token for somebody new, or for somebody who was here before and is found by the name."""
        number = len(self.oracle.tokens)
        slot = self.dice.choice([id_ for id_, slot in self.oracle.slots.items() if not slot.closed])
        source = self.dice.choices(sorted(PRIORITIES), [3, 20, 25, 15, 40])[0]
        known = None
        patient = {"name": f"{self.dice.choice(FIRST)} {chr(98 + number % 23)}{chr(97 + number // 23)}x"}
        if number > 20 and self.dice.random() < 0.1:
            records = sorted(set(self.oracle.visits.values()) - self.oracle.merged)
            known = self.dice.choice([each for each in records if not self.oracle.has_open_token(slot, each)])
            patient = {name: value for name, value in self.oracle.records[known].items() if value}
        person = Person(patient["name"].lower())
        visitor: Any = {"id": self.record_id(known)} if known else patient | {"new": True}

        def then(outcome: Outcome) -> None:
            before, token = self.oracle.all_statuses(), token_of(outcome)
            self.oracle.issue(slot, source, person, None, self.now, token)
            self.oracle.arrived(token, source, f"{self.now.date()}")
            self.oracle.tell(before)
            self.oracle.visit(token, known, patient, new=known is None)

        self.act(actions.IssueToken(slot=slot, patient=visitor, source=source), set(), then)

    def reinstate(self) -> None:
        """The screens reinstate in the old place."""
        token = self.token()
        mine = self.oracle.tokens[token]
        why = {"NothingToChange"} if mine.closed_as is None else set()
        why |= {"TokenReplaced"} if self.oracle.goes_on_elsewhere(token) else set()
        action = actions.ReinstateToken(token=token)
        self.act(action, why, lambda _: self.oracle.reinstate(token, mine.issued_at))

    def edit_patient(self) -> None:
        """Another name, as long as it is nobody else's."""
        token, name = self.token(), f"{self.dice.choice(FIRST)} q{len(self.steps)}x"
        self.act(actions.EditPatient(token=token, name=name), set(), lambda _: self.oracle.edit(token, {"name": name}))

    def edit_doctor(self) -> None:
        """A doctor sees patients in another room."""
        code, room = self.code(), self.dice.choice("123456789")
        why = {"NothingToChange"} if self.oracle.doctors[code].room == room else set()
        action = actions.EditDoctor(doctor=self.doctors[code], room=room)
        self.act(action, why, lambda _: setattr(self.oracle.doctors[code], "room", room))

    def leave(self) -> None:
        """Doctor C leaves at eleven: by rank, patients go to doctor A, or are cancelled."""
        closing = self.oracle.leaving("C", DATE, "11:00")
        standing = sorted(self.oracle.standing_with(closing), key=lambda token: self.oracle.tokens[token].rank)
        free = [id_ for id_, slot in self.oracle.slots.items() if slot.code == "A" and not slot.closed]
        plan = [(token, self.dice.choice([*free, None])) for token in standing]
        why = self.oracle.why_not_leave("C", DATE, "11:00", plan)
        lines = [{"token": token} | ({"slot": to} if to else {"cancel": True}) for token, to in plan]
        action = actions.DoctorLeaves(doctor=self.doctors["C"], date=DATE, from_="11:00", plan=lines)
        away = sum(to is not None for _, to in plan)
        self.act(action, why, lambda _: self.oracle.leave("C", DATE, "11:00", plan, self.newest(away)))

    def add_and_retire_a_doctor(self) -> None:
        """A doctor who comes and goes."""
        self.add_doctor()
        code = max(self.doctors)
        then = self.doctors[code]
        self.act(
            actions.RetireDoctor(doctor=then),
            self.oracle.why_not_retire(code),
            lambda _: setattr(self.oracle.doctors[code], "retired", True),
        )

    def open(self) -> None:
        """One more slot in the afternoon."""
        slot = {"start": "14:00", "end": "15:00"}

        def then(outcome: Outcome) -> None:
            self.oracle.slots[outcome.slots[0].id] = HouseSlot("A", DATE, 2, **slot)

        self.act(actions.OpenSlot(doctor=self.doctors["A"], date=DATE, capacity=2, **slot), set(), then)

    def come_too_late(self) -> None:
        """Somebody is cancelled, and comes after all."""
        token = next(id_ for id_, each in self.oracle.tokens.items() if not each.closed_as and not each.in_the_room)
        self.act(actions.CancelToken(token=token), set(), lambda _: self.oracle.close_one(token, "CANCELLED"))
        self.with_token(Author.reinstate, token)

    def carry_on(self) -> None:
        """A slot is closed; who waits there goes to the next one, and it is opened again."""
        slot = next((id_ for id_ in self.oracle.slots if self.oracle.waiting(id_) and self.oracle.next_slot(id_)), 1)
        self.act(actions.CloseSlot(slot=slot), self.why_not_close(slot), lambda _: self.set_closed(slot, closed=True))
        waiting, target = self.oracle.waiting(slot), self.oracle.next_slot(slot)
        why = self.oracle.why_not_carry_over(slot)
        self.act(actions.CarryOver(slot=slot), why, lambda _: self.oracle.move(waiting, target or 0, None))
        self.act(actions.ReopenSlot(slot=slot), set(), lambda _: self.set_closed(slot, closed=False))

    def why_not_close(self, slot: int) -> set[str]:
        return {"NothingToChange"} if self.oracle.slots[slot].closed else set()

    def set_closed(self, slot: int, *, closed: bool) -> None:
        self.oracle.slots[slot].closed = closed


DEEDS = (
    *[Author.issue] * 42,
    *[Author.check_in] * 20,
    *[Author.done_and_next] * 24,
    *(Author.at_the_door, Author.away_for_a_while, Author.close, Author.close, Author.hold, Author.hold),
    *(Author.change_source, Author.reinstate, Author.move, Author.move, Author.resize, Author.tell, Author.tell),
    *(Author.close_or_reopen, Author.carry_over, Author.delay, Author.edit_patient, Author.merge_patients),
    *(Author.edit_doctor, Author.undo, Author.undo, Author.redo),
)
"""What is done in the course of the day, and how often."""
WAYS = {
    "call_next": Author.at_the_door,
    "call_token": Author.at_the_door,
    "return_token": Author.at_the_door,
    "check_in_token": Author.check_in,
    "complete_and_call_next": Author.done_and_next,
    "complete_token": Author.at_the_door,
    "mark_no_show": Author.close,
    "hold_token": Author.away_for_a_while,
    "release_token": Author.away_for_a_while,
    "change_source": Author.change_source,
    "move_token": Author.move,
    "resize_slot": Author.resize,
    "tell_patient": Author.tell,
    "delay_doctor": Author.delay,
    "edit_patient": Author.edit_patient,
    "merge_patients": Author.merge_patients,
    "edit_doctor": Author.edit_doctor,
    "carry_over": Author.carry_over,
}
"""What brings each action about that a short day may be without."""


@functools.cache
def busy_day(patients: int = PATIENTS, *, whole: bool = False) -> tuple[Step, ...]:
    """The script of the day with so many patients; a whole one then has what is missing of every action."""
    author = Author(SEED)
    author.open_the_house()
    while sum(step.action.verb == "issue_token" for step in author.steps) < patients:
        author.dice.choice(DEEDS if author.oracle.tokens else [Author.issue])(author)
    while missing := [verb for verb in WAYS if whole and not kinds(author.steps)[verb]]:
        author.issue()  # else nobody might be left
        WAYS[missing[0]](author)
    author.come_too_late()
    author.carry_on()
    author.leave()
    author.open()
    author.add_and_retire_a_doctor()
    for _ in range(4):
        author.undo()
    for _ in range(3):
        author.redo()
    return tuple(author.steps)


def kinds(steps: Sequence[Step]) -> Counter[str]:
    """How often each action is done."""
    return Counter(step.action.verb for step in steps)
