"""Whether a database is what its own journal, taken in order, makes of it by the oracle's rules.

Everything is read by plain SQL. Of each journal entry the oracle is told only the direct deed, and works out the rest.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tests.support.oracle import CLOSINGS, Move, Oracle, OracleSlot, Person, written
from tests.support.stores import Store
from tests.two_desks.receptionist import Seen

JOURNAL = """
    SELECT e.id, e.action, e.desk, e.at, c.kind, c.subject, c.subject_id, c.cause_id, c.before, c.after
    FROM journal_entry e LEFT JOIN journal_event c ON c.entry_id = e.id
    WHERE c.subject <> 'patient' ORDER BY e.id, c.number
"""
REASONS = {"token_marked_no_show": "no_show"}
"""Reasons that are not a kind without its subject."""
DOCTORS = "SELECT id, code, name FROM doctor"
SLOTS = 'SELECT s.id, d.code, s.date, s.start, s."end", s.capacity FROM slot s JOIN doctor d ON d.id = s.doctor_id'
TOKENS = """
    SELECT t.id, t.number, t.slot_id, t.source, t.issued_at, t.status, p.name, p.phone_key
    FROM token t JOIN patient p ON p.id = t.patient_id
"""
STANDING = """
    SELECT id FROM token WHERE slot_id = {slot} AND status IN ('ACTIVE', 'WAITING')
    ORDER BY status, priority, issued_at, id
"""


class Written(NamedTuple):
    """One event of an entry."""

    kind: str
    subject: str
    id: int
    because_of: int | None
    before: str | None
    after: str

    @property
    def fact(self) -> dict[str, Any]:
        facts: dict[str, Any] = json.loads(self.after)
        return facts

    @property
    def token(self) -> int | None:
        return self.id if self.subject == "token" else None

    @property
    def slot(self) -> int | None:
        return self.id if self.subject == "slot" else self.fact.get("slot_id")

    @property
    def doctor(self) -> int | None:
        return self.id if self.subject == "doctor" else self.fact.get("doctor_id")

    @property
    def move(self) -> Move:
        """The change of a token's status, as the oracle says it."""
        assert self.token is not None
        before = json.loads(self.before)["status"] if self.before else None
        reason = REASONS.get(self.kind, self.kind.removeprefix("token_"))
        return self.token, before, self.fact["status"], reason, self.because_of


@dataclass(frozen=True)
class Entry:
    """One action in the journal."""

    id: int
    action: str
    desk: str
    at: dt.datetime
    lines: list[Written]


@dataclass
class Audit:
    """An oracle that is fed with a journal; `problems` says in sentences what does not agree."""

    store: Store
    oracle: Oracle = field(default_factory=Oracle)
    problems: list[str] = field(default_factory=list)
    journal: list[Entry] = field(default_factory=list)
    acknowledgements: dict[str, list[Seen]] = field(default_factory=dict)
    """What each desk must have seen, by its journal."""

    def run(self, seen: dict[str, list[Seen]]) -> list[str]:
        """Feed the whole journal and compare; returns the problems."""
        self.doctors = {id_: (code, name) for id_, code, name in self.store.query(DOCTORS)}
        self.windows = {id_: (date, start, end) for id_, _, date, start, end, _ in self.store.query(SLOTS)}
        self.tokens = {id_: tuple(rest) for id_, *rest in self.store.query(TOKENS)}
        self.opened: dict[int, tuple[str, str, str, str, int]] = {}
        self.added: dict[int, str] = {}
        self.journal = list(entries_of(self.store))
        for entry in self.journal:
            try:
                self.feed(entry)
            except (KeyError, AssertionError) as error:
                self.problems.append(f"entry {entry.id} ({entry.action}) cannot be followed: {error!r}")
        self.compare_tables()
        self.compare_acknowledgements(seen)
        return self.problems

    def feed(self, entry: Entry) -> None:
        """Let the oracle do an entry's direct deed, and compare what it says must have moved."""
        if entry.action in CLOSINGS:
            self.feed_closing(entry)
        elif entry.action == "issue_token":
            self.feed_issue(entry)
        elif entry.action == "add_doctor":
            (line,) = entry.lines
            assert line.doctor is not None
            self.added[line.doctor] = line.fact["code"]
            self.acknowledge(entry, self.doctors[line.doctor][1], (line.fact["code"],))
        elif entry.action in ("open_slot", "open_session"):
            self.feed_opening(entry)
        else:
            self.problems.append(f"entry {entry.id} is of the unknown kind {entry.action}")

    def feed_opening(self, entry: Entry) -> None:
        first, last = entry.lines[0], entry.lines[-1]
        for line in entry.lines:
            assert line.slot is not None
            assert line.doctor is not None
            code, fact = self.added[line.doctor], line.fact
            window = (code, fact["date"], fact["start"], fact["end"], fact["capacity"])
            for other in self.opened.values():
                if other[:2] == window[:2] and other[2] < window[3] and window[2] < other[3]:
                    self.problems.append(f"entry {entry.id} opens a slot over another: {window} and {other}")
            self.opened[line.slot] = window
            self.oracle.slots[line.slot] = OracleSlot(code, fact["date"], fact["capacity"])
        assert first.doctor is not None
        day = str(int(first.fact["date"][-2:])).zfill(2)
        more = (f"{len(entry.lines)}", first.fact["start"], last.fact["end"], day, f"{first.fact['capacity']}")
        self.acknowledge(entry, self.doctors[first.doctor][1], more)

    def feed_issue(self, entry: Entry) -> None:
        issued = entry.lines[0]
        assert issued.slot is not None
        assert issued.token is not None
        number, _, source, issued_at, _, name, phone = self.tokens[issued.token]
        person = Person(name, phone)
        why = self.oracle.why_not_issue(issued.slot, issued.fact["source"], person, None, entry.at)
        moves = self.oracle.issue(issued.slot, issued.fact["source"], person, None, entry.at, issued.token)
        self.compare_moves(entry, why, moves)
        token = self.oracle.tokens[issued.token]
        told = tuple(issued.fact[name] for name in ("number", "source", "issued_at"))
        if not (told == (number, source, issued_at) == (token.number, token.source, written(token.issued_at))):
            self.problems.append(f"entry {entry.id}: journal, table and oracle differ about token {number}")
        displaced = [self.oracle.tokens[move[0]].number for move in moves if move[3] == "preempted"]
        seated = any(move[3] == "allocated" for move in moves)
        how = "took the seat of" if displaced else "has a seat with" if seated else "waits for"
        self.acknowledge(entry, token.number, (name, token.source, how, *(displaced or [""])))

    def feed_closing(self, entry: Entry) -> None:
        token = entry.lines[0].token
        assert token is not None
        why = self.oracle.why_not_close(entry.action, token, None, entry.at)
        moves = self.oracle.close(entry.action, token)
        self.compare_moves(entry, why, moves)
        promoted = [self.oracle.tokens[move[0]].number for move in moves if move[3] == "promoted"]
        name = self.tokens[token][5]
        self.acknowledge(entry, self.oracle.tokens[token].number, (name, *(promoted or [""])))

    def compare_moves(self, entry: Entry, why: set[str], moves: list[Move]) -> None:
        """See that the entry was allowed, and moved whom the oracle says."""
        if why:
            self.problems.append(f"entry {entry.id} ({entry.action}) had to be refused: {', '.join(sorted(why))}")
        if (told := [line.move for line in entry.lines]) != moves:
            self.problems.append(f"entry {entry.id} ({entry.action}) says {told}, but the rules say {moves}")

    def acknowledge(self, entry: Entry, whom: str, more: tuple[str, ...]) -> None:
        """Note what the desk must have seen."""
        self.acknowledgements.setdefault(entry.desk, []).append(Seen(entry.action, whom, more))

    def compare_tables(self) -> None:
        """See that the tables hold what the oracle has come to, and stand in its order."""
        state = self.oracle.state()
        stored = {id_: token[:5] for id_, token in self.tokens.items()}
        self.report("token", stored, state)
        self.report("slot", {id_: tuple(rest) for id_, *rest in self.store.query(SLOTS)}, self.opened)
        self.report("doctor", {id_: code for id_, (code, _) in self.doctors.items()}, self.added)
        for slot in self.oracle.slots:
            standing = [id_ for (id_,) in self.store.query(STANDING.format(slot=slot))]
            if standing != [token.id for token in self.oracle.in_order(slot) if token.closed_as is None]:
                self.problems.append(f"slot {slot} stands in another order than the oracle's")

    def report(self, what: str, stored: dict[int, Any], expected: dict[int, Any]) -> None:
        """Say which rows differ."""
        for id_ in sorted(stored.keys() | expected.keys()):
            if stored.get(id_) != expected.get(id_):
                self.problems.append(f"{what} {id_} is {stored.get(id_)}, but must be {expected.get(id_)}")

    def compare_acknowledgements(self, seen: dict[str, list[Seen]]) -> None:
        """See that each desk saw acknowledged what the journal has of it, all of it and nothing else, in order."""
        for desk in sorted(seen.keys() | self.acknowledgements.keys()):
            pairs = itertools.zip_longest(seen.get(desk, []), self.acknowledgements.get(desk, []))
            for place, (shown, kept) in enumerate(pairs, 1):
                if shown != kept:
                    self.problems.append(f"{desk} saw as its action {place} {shown}, but the journal has {kept}")
                    break


def entries_of(store: Store) -> Iterator[Entry]:
    """The journal, in order."""
    rows: Iterable[tuple[Any, ...]] = store.query(JOURNAL)
    for (id_, action, desk, at), lines in itertools.groupby(rows, key=lambda row: row[:4]):
        yield Entry(id_, action, desk, dt.datetime.fromisoformat(at), [Written(*line[4:]) for line in lines])
