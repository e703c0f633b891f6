"""The oracle's third part: doctors and their absences, the records of patients, and undo and redo of everything.

Like the first two it shares no code with the program: undo and redo are the memory of what was before and after.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field, replace
from typing import Any

from tests.support.day_oracle import DayOracle, DaySlot, Facts
from tests.support.oracle import Person

FIELDS = ("name", "phone", "uhid", "birth_year", "sex")
"""What is known of a patient."""

FORGOTTEN = "(forgotten)"
"""The name of a patient who was forgotten."""

Line = tuple[int, int | None]
"""A token in the plan of a doctor who leaves, and the slot to which it goes; None if it is cancelled."""


@dataclass
class HouseSlot(DaySlot):
    """A slot with what an absence of its doctor changes."""

    end: str = ""
    delay: int = 0
    withdrawn: bool = False


@dataclass
class HouseDoctor:
    """A doctor, known by the code."""

    name: str
    specialty: str | None = None
    room: str | None = None
    retired: bool = False
    withdrawn: bool = False


@dataclass
class HouseOracle(DayOracle):
    """The expected state of a whole house; records of patients are numbered by the oracle itself."""

    slots: dict[int, HouseSlot] = field(default_factory=dict)  # type: ignore[assignment]
    doctors: dict[str, HouseDoctor] = field(default_factory=dict)
    records: dict[int, dict[str, Any]] = field(default_factory=dict)
    merged: set[int] = field(default_factory=set)
    visits: dict[int, int] = field(default_factory=dict)
    """The record of each token's patient."""
    change: Change | None = None
    """What the last action did to records, beside the visits, which undo leaves there."""
    undone: list[HouseOracle] = field(default_factory=list)
    """What was after each action that was undone, the last of them last."""

    # Doctors

    def slots_of(self, code: str, date: str) -> dict[int, HouseSlot]:
        return {
            id_: slot
            for id_, slot in self.slots.items()
            if (slot.code, slot.date, slot.withdrawn) == (code, date, False)
        }

    def why_not_open(self, code: str, date: str, start: str, end: str) -> set[str]:
        others = self.slots_of(code, date).values()
        why = {"SlotOverlap"} if any(other.start < end and start < other.end for other in others) else set()
        return why | ({"DoctorRetired"} if self.doctors[code].retired else set())

    def why_not_retire(self, code: str) -> set[str]:
        if self.doctors[code].retired:
            return {"NothingToChange"}
        theirs = [token for slot in self.slots.values() if slot.code == code for token in slot.tokens]
        return {"DoctorHasOpenTokens"} if any(token.closed_as is None for token in theirs) else set()

    def why_not_delay(self, code: str, date: str, minutes: int) -> set[str]:
        slots = self.slots_of(code, date).values()
        if not slots:
            return {"DoctorHasNoSlots"}
        return {"NothingToChange"} if all(slot.delay == minutes for slot in slots) else set()

    def delay(self, code: str, date: str, minutes: int) -> None:
        for slot in self.slots_of(code, date).values():
            if slot.delay != minutes:
                slot.delay = minutes
                for token in slot.tokens:
                    if token.closed_as is None and not token.in_the_room:
                        self.hear(token.id)

    def hear(self, token: int) -> None:
        """Note that a doctor is late, or is not as late as a patient does not know yet."""
        mine, place = self.facts[token], self.place(token)
        if mine.to_tell and mine.knows is not None and mine.knows in (place, (*place[:2], False)):
            mine.to_tell = False
        else:
            self.news(token)

    def leaving(self, code: str, date: str, since: str) -> list[int]:
        """The slots that a doctor who leaves does not hold."""
        return [id_ for id_, slot in self.slots_of(code, date).items() if slot.end > since]

    def standing_with(self, slots: list[int]) -> list[int]:
        """Who stands in slots, without whoever is with the doctor."""
        tokens = [token for slot in slots for token in self.slots[slot].tokens]
        return [token.id for token in tokens if token.closed_as is None and not token.in_the_room]

    def why_not_leave(self, code: str, date: str, since: str, plan: list[Line]) -> set[str]:
        closing = self.leaving(code, date, since)
        standing = self.standing_with(closing)
        if not closing:
            return {"DoctorHasNoSlots"}
        if sorted(token for token, _ in plan) != sorted(standing):
            return {"PlanDoesNotFit"}
        if not standing and all(self.slots[slot].closed for slot in closing):
            return {"NothingToChange"}
        trial = self.copy()
        for slot in closing:
            trial.slots[slot].closed = True
        for token, goes_to in plan:
            if goes_to == trial.tokens[token].slot:
                return {"NothingToChange"}
            if goes_to is not None and trial.slots[goes_to].closed:
                return {"SlotClosed"}
            if goes_to is not None and trial.same_person_in(goes_to, token):
                return {"DuplicatePatient"}
            trial.go(token, goes_to, max(trial.tokens) + 1)
        return set()

    def leave(self, code: str, date: str, since: str, plan: list[Line], new: list[int]) -> None:
        """Close what the doctor does not hold, and carry out the plan; `new` are the ids of new tokens in its order."""
        for slot in self.leaving(code, date, since):
            self.slots[slot].closed = True
        ids, concerned = iter(new), []
        for token, goes_to in plan:
            away = goes_to is not None and self.day_of(goes_to) != self.day_of(self.tokens[token].slot)
            id_ = next(ids) if away else token
            self.go(token, goes_to, id_)
            concerned.append(id_)
        for token in concerned:
            self.news(token)

    def go(self, token: int, goes_to: int | None, id_: int) -> None:
        """Carry out one line of a plan."""
        mine = self.tokens[token]
        if goes_to is None:
            self.close_one(token, "CANCELLED")
        elif self.day_of(goes_to) == self.day_of(mine.slot):
            self.move([token], goes_to, None)
        else:
            self.move_away(token, goes_to, mine.issued_at, id_)

    def move_away(self, token: int, slot: int, issued_at: Any, id_: int) -> None:
        """The patient of the new token is that of the old one."""
        super().move_away(token, slot, issued_at, id_)
        self.visits[id_] = self.visits[token]

    def goes_on_elsewhere(self, token: int) -> bool:
        """Whether a patient who moved, once or several times, has another open token for the same visit."""
        theirs = [other for other in self.tokens if self.visits[other] == self.visits[token]]
        moves = [{old, new} for old in theirs for new in self.facts[old].replaced_by if new in theirs]
        visit = {token}
        for move in moves * len(moves):
            visit |= move if move & visit else set()
        return any(map(self.is_open, visit - {token}))

    def why_not_carry_over(self, slot: int) -> set[str]:
        """Nobody is carried over to a slot where they have a token; two tokens of one person stay together."""
        waiting, target = self.waiting(slot), self.next_slot(slot)
        if target is None:
            return {"NoLaterSlot"} if waiting else {"NoLaterSlot", "NothingToChange"}
        why = set() if waiting else {"NothingToChange"}
        return why | {"DuplicatePatient" for token in waiting if self.same_person_in(target, token)}

    # Patients

    def same_person_in(self, slot: int, token: int) -> bool:
        """Whether the person of a token that is no emergency, or the record, has an open token in a slot."""
        others = [t.id for t in self.slots[slot].tokens if t.id != token and t.closed_as is None]
        same_record = any(self.visits.get(other) == self.visits.get(token) for other in others)
        return super().same_person_in(slot, token) or (same_record and self.tokens[token].source != "EMERGENCY")

    def has_open_token(self, slot: int, record: int) -> bool:
        return any(self.visits[t.id] == record for t in self.slots[slot].tokens if t.closed_as is None)

    def visit(self, token: int, known: int | None, patient: dict[str, Any], *, new: bool = False) -> None:
        """Find the record of a token that was just issued, fill its empty fields, or make a new one."""
        record = known or (None if new else self.record_of(patient))
        if record is None:
            record = len(self.records) + 1
            self.records[record] = dict.fromkeys(FIELDS)
        self.fill(record, patient)
        self.visits[token] = record
        self.know()

    def record_of(self, patient: dict[str, Any]) -> int | None:
        """The only record that is the same person's by its number or by name and phone, and differs in nothing."""

        def is_theirs(record: dict[str, Any]) -> bool:
            both = [name for name in FIELDS if record[name] and patient.get(name)]
            if any(record[name] != patient[name] for name in both) or record["name"] != patient["name"]:
                return False
            return "uhid" in both or "phone" in both

        found = [id_ for id_, record in self.records.items() if id_ not in self.merged and is_theirs(record)]
        return found[0] if len(found) == 1 else None

    def fill(self, record: int, patient: dict[str, Any]) -> None:
        for name in FIELDS:
            self.records[record][name] = self.records[record][name] or patient.get(name)

    def know(self) -> None:
        """Let every token know its patient as the record has it."""
        for token, record in self.visits.items():
            known = self.records[record]
            self.tokens[token].person = Person(
                known["name"].lower(), known["phone"], known["uhid"], known["birth_year"]
            )

    def edit(self, token: int, fields: dict[str, Any]) -> None:
        record = self.visits[token]
        self.change = Change(record, {name: (self.records[record][name], value) for name, value in fields.items()})
        self.change.make(self, then=True)

    def merge(self, keep: int, other: int) -> None:
        stays, goes = self.visits[keep], self.visits[other]
        missing = [name for name in FIELDS if not self.records[stays][name] and self.records[goes][name]]
        filled = {name: (self.records[stays][name], self.records[goes][name]) for name in missing}
        self.change = Change(stays, filled, goes, [token for token, record in self.visits.items() if record == goes])
        self.change.make(self, then=True)

    def forget(self, token: int) -> None:
        """Nothing is left of a patient but a record without a name."""
        self.records[self.visits[token]] = dict.fromkeys(FIELDS) | {"name": FORGOTTEN}
        self.know()

    def patients(self) -> dict[int, dict[str, Any]]:
        """What is known of every token's patient."""
        return {token: self.records[record] for token, record in self.visits.items()}

    # Second thoughts

    def remember(self) -> None:
        """Keep what is now, for undo; what was undone before cannot be done again."""
        self.undone = []
        self.look_back()

    def look_back(self) -> None:
        """Keep what is now, for undo."""
        self.past = [*self.past, self.copy()]
        self.change = None

    def undo(self) -> None:
        """Go back to what was before the last action; what it made stays, but closed or withdrawn."""
        self.undone.append(self.copy())
        before = self.past.pop()
        assert isinstance(before, HouseOracle)
        for code, doctor in self.doctors.items():
            before.doctors.setdefault(code, replace(doctor, withdrawn=True))
        for id_, slot in self.slots.items():
            before.slots.setdefault(id_, replace(slot, withdrawn=True, closed=True, tokens=[]))
        for id_, token in self.tokens.items():
            if id_ not in before.tokens:
                before.tokens[id_] = replace(token, closed_as="CANCELLED", in_the_room=False)
                before.slots[token.slot].tokens.append(before.tokens[id_])
                before.facts[id_] = Facts(here=self.facts[id_].here)
        for id_, facts in before.facts.items():
            facts.replaced_by = self.facts[id_].replaced_by
        if self.change:
            self.change.make(self, then=False)
        self.take(before)

    def redo(self) -> None:
        """Go on to what was after the action that was undone last."""
        after = self.undone.pop()
        self.look_back()
        if after.change:
            after.change.make(self, then=True)
        self.take(after)

    def copy(self) -> HouseOracle:
        """What is now, without its past."""
        tokens = {id_: copy.copy(token) for id_, token in self.tokens.items()}
        return HouseOracle(
            slots={
                id_: replace(slot, tokens=[tokens[token.id] for token in slot.tokens])
                for id_, slot in self.slots.items()
            },
            tokens=tokens,
            facts={id_: copy.copy(facts) for id_, facts in self.facts.items()},
            doctors={code: copy.copy(doctor) for code, doctor in self.doctors.items()},
            records={id_: dict(record) for id_, record in self.records.items()},
            merged=set(self.merged),
            visits=dict(self.visits),
            change=self.change,
        )

    def take(self, other: HouseOracle) -> None:
        """Be as another, but for the records, which visits that were taken back have filled for good."""
        self.slots, self.tokens, self.facts, self.doctors = other.slots, other.tokens, other.facts, other.doctors
        self.change = other.change
        self.know()


@dataclass
class Change:
    """What an action did to a record: fields before and after, and the record and visits that became its own."""

    record: int
    fields: dict[str, tuple[Any, Any]]
    other: int | None = None
    visits: list[int] = field(default_factory=list)

    def make(self, oracle: HouseOracle, *, then: bool) -> None:
        """Make the change, or take it back."""
        for name, values in self.fields.items():
            oracle.records[self.record][name] = values[then]
        if self.other is not None:
            (oracle.merged.add if then else oracle.merged.discard)(self.other)
            oracle.visits |= dict.fromkeys(self.visits, self.record if then else self.other)
        oracle.know()
