"""Proof that the tables are what the journal says, and that the one rule holds in every slot."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Generator, Iterable, Iterator, Set
from contextlib import closing
from dataclasses import dataclass, field
from heapq import merge
from itertools import groupby
from typing import Any, cast

from sqlalchemy import Select, select, text

from opd_tui.domain.model import SlotId, Status
from opd_tui.storage.journal import entries
from opd_tui.storage.journal.chain import START, ChainCheck, WrittenLine
from opd_tui.storage.journal.fold import Facts, Fold
from opd_tui.storage.schema import triggers
from opd_tui.storage.schema.tables import (
    ONLY_ON,
    doctor,
    hospital,
    idempotency_key,
    metadata,
    patient,
    slot,
    token,
    token_counter,
)
from opd_tui.storage.transaction import Transaction


@dataclass
class Verification:
    """What was checked, how much of it, and what does not agree."""

    checked: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def verify(transaction: Transaction) -> Verification:
    """Fold the journal, compare it with the tables, and check its chains, the rule, the numbers and the file itself.

    The house first, then slot after slot: however many years there are, tokens are held for one slot at a time.
    """
    result = Verification()
    result.problems += _file_problems(transaction)
    result.problems += _schema_problems(transaction)
    check = _Check(transaction)
    try:
        result.problems += check.house()
        result.problems += check.slots()
        result.problems += check.counters()
        for unread in (patient, idempotency_key):
            deque(transaction.stream(select(unread)), maxlen=0)  # each of its rows can be read
    except (LookupError, TypeError, ValueError) as error:
        result.problems.append(f"a row cannot be read: {type(error).__name__}: {error}")
        return result
    result.problems += (f"entry {entry} of the journal lost its lines" for entry in entries.empty_entries(transaction))
    result.checked = check.counted
    return result


_TOKEN_FACTS = ("slot_id", "doctor_id", "date", "status", "number", "source", "priority", "issued_at", "closed_at")
_TOKENS = select(token).order_by(token.c.slot_id, token.c.id)


class _Check:
    """One reading of a database; each part yields what does not agree."""

    def __init__(self, transaction: Transaction) -> None:
        self.transaction = transaction
        self.slots_kept: dict[int, Facts] = {}
        self.ends_kept: dict[SlotId | None, str] = {}
        self.codes: dict[int, str] = {}
        """The doctors' codes, with which numbers begin."""
        self.sequences: dict[tuple[int, str], list[int]] = defaultdict(list)
        """The numbers of a doctor's day, without the code."""
        self.folded: dict[int, Facts] = {}
        """The slots as the journal has them."""
        self.lost: dict[int, Facts] = {}
        """Tokens that the journal has in a slot where there is none; it may stand in another one."""
        self.strange: dict[int, Facts] = {}
        """Tokens that stand in a slot where the journal has none."""
        self.counted = {"doctors": 0, "slots": 0, "tokens": 0, "journal lines": 0}

    def house(self) -> Iterator[str]:
        """What has no slot of its own: the doctors, and the opening of slots."""
        fold, chain = Fold(), ChainCheck()
        with closing(entries.global_lines(self.transaction)) as lines:
            for written in lines:
                fold.add(written.entry.at, written.line)
                chain.add(written)
        doctors = {row["id"]: _given(row, "code", "specialty", "room") for row in self._rows(select(doctor))}
        self.codes = {id_: facts["code"] for id_, facts in doctors.items()}
        self.ends_kept[None] = self.transaction.value(select(hospital.c.journal_hash))
        for row in self._rows(select(slot)):
            self.ends_kept[row["id"]] = row["journal_hash"]
            self.slots_kept[row["id"]] = _given(row, "doctor_id", "date", "start", "end", "capacity")
        chain.compare(None, self.ends_kept[None])
        self.folded = fold.slots
        self.counted |= {"doctors": len(doctors), "slots": len(self.slots_kept), "journal lines": fold.lines}
        yield from chain.broken
        yield from fold.broken
        yield from _differences("doctor", fold.doctors, doctors)
        yield from _differences("slot", fold.slots, self.slots_kept)
        self.lost |= fold.tokens

    def slots(self) -> Iterator[str]:
        """Every slot's chain, its tokens and its seats."""
        unseen = set(self.slots_kept)
        with closing(entries.slot_lines(self.transaction)) as lines, closing(self._rows(_TOKENS)) as rows:
            both: Iterator[WrittenLine | Facts] = merge(lines, rows, key=_slot_of)
            for slot_id, members in groupby(both, key=_slot_of):
                unseen.discard(slot_id)
                yield from self._slot(slot_id, members)
        for empty in sorted(unseen):
            yield from self._slot(SlotId(empty), ())
        yield from _differences("token", self.lost, self.strange)

    def _slot(self, slot_id: SlotId, members: Iterable[WrittenLine | Facts]) -> Iterator[str]:
        """One slot, by the lines of its chain and the rows of its tokens."""
        fold, chain, rows = Fold(slots=self.folded), ChainCheck(), []
        for member in members:
            if isinstance(member, WrittenLine):
                fold.add(member.entry.at, member.line)
                chain.add(member)
            else:
                rows.append(member)
        chain.compare(slot_id, self.ends_kept.get(slot_id, START))
        self.counted["tokens"] += len(rows)
        self.counted["journal lines"] += fold.lines
        yield from chain.broken
        yield from fold.broken
        kept = {row["id"]: _given(row, *_TOKEN_FACTS) | {"patient": row["patient_id"]} for row in rows}
        both = fold.tokens.keys() & kept.keys()
        yield from _differences("token", _only(fold.tokens, both), _only(kept, both))
        self.lost |= _only(fold.tokens, fold.tokens.keys() - both)
        self.strange |= _only(kept, kept.keys() - both)
        if slot_id in self.slots_kept:
            yield from _rule_problems(slot_id, self.slots_kept[slot_id]["capacity"], rows)
        for row in rows:
            self.sequences[row["doctor_id"], row["date"]].append(row["sequence"])
            code = self.codes.get(row["doctor_id"])
            if row["number"] != f"{code}-{row['sequence']:03}":
                yield f"token number {row['number']} of {row['date']} is not {code}-{row['sequence']:03}"

    def counters(self) -> Iterator[str]:
        """The numbers of every doctor's day, which have no gap, and their counter."""
        counters = {(row["doctor_id"], row["date"]): row["last"] for row in self._rows(select(token_counter))}
        for (doctor_id, date), sequences in self.sequences.items():
            if sorted(sequences) != list(range(1, len(sequences) + 1)):
                yield f"the numbers of doctor {doctor_id} on {date} have a gap"
        for key in sorted(counters.keys() | self.sequences.keys()):
            issued, counted = len(self.sequences.get(key, ())), counters.get(key)
            if counted != issued:
                yield f"the counter of doctor {key[0]} on {key[1]} says {counted}, and {issued} were issued"

    def _rows(self, statement: Select[Any]) -> Generator[Facts, None, None]:
        """Rows by the names of their columns."""
        names = statement.selected_columns.keys()
        with closing(self.transaction.stream(statement)) as rows:
            for row in rows:
                yield dict(zip(names, row, strict=True))


def _slot_of(member: WrittenLine | Facts) -> SlotId:
    """The slot of a journal's line, or of a token's row."""
    found = member.line.slot_id if isinstance(member, WrittenLine) else member["slot_id"]
    return cast(SlotId, found)


def _only(facts: dict[int, Facts], ids: Set[int]) -> dict[int, Facts]:
    """Some of the facts."""
    return {id_: facts[id_] for id_ in ids}


def _given(row: Any, *names: str) -> Facts:
    return {name: row[name] for name in names if row[name] is not None}


def _file_problems(transaction: Transaction) -> Iterator[str]:
    if transaction.dialect != "sqlite":
        return  # the server looks after its files and never lets a reference dangle
    if (answer := transaction.value(text("PRAGMA integrity_check(1)"))) != "ok":
        yield f"the file is damaged: {answer}"
    for row in transaction.rows(text("PRAGMA foreign_key_check")):
        yield f"a row of {row[0]} refers to a row of {row[2]} that is not there"


_INDEXES = {
    "sqlite": text("SELECT name FROM sqlite_master WHERE type = 'index'"),
    "postgresql": text("SELECT indexname FROM pg_indexes WHERE schemaname = current_schema()"),
}
_TRIGGERS = {
    "sqlite": text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"),
    "postgresql": text(
        "SELECT tgname, prosrc FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
        " JOIN pg_proc p ON p.oid = t.tgfoid"
        " WHERE c.relnamespace = current_schema()::regnamespace AND t.tgenabled IN ('O', 'A')"
    ),
}


def _schema_problems(transaction: Transaction) -> Iterator[str]:
    """The triggers and indexes that the schema has must be there, and do what they did when they were made.

    Of a server's trigger that is its function; when it fires is not compared.
    """
    dialect = transaction.dialect
    there = {row[0] for row in transaction.rows(_INDEXES[dialect])}
    names = {str(index.name) for table in metadata.tables.values() for index in table.indexes}
    indexes = {name for name in names if ONLY_ON.get(name, dialect) == dialect}
    stored = {name: triggers.fold(code) for name, code in transaction.rows(_TRIGGERS[dialect])}
    expected = triggers.definitions(dialect)
    for name in sorted((indexes - there) | (expected.keys() - stored.keys())):
        yield f"{name} is missing from the schema"
    for name in sorted(expected.keys() & stored.keys()):
        if expected[name] != stored[name]:
            yield f"{name} was altered, and does not do what it should"


def _differences(what: str, folded: dict[int, Facts], stored: dict[int, Facts]) -> Iterator[str]:
    for id_ in sorted(folded.keys() | stored.keys()):
        if id_ not in stored:
            yield f"{what} {id_} is in the journal and not in its table"
        elif id_ not in folded:
            yield f"{what} {id_} is in its table and not in the journal"
        else:
            names = sorted(folded[id_].keys() | stored[id_].keys())
            for name in names:
                journaled, kept = folded[id_].get(name), stored[id_].get(name)
                if journaled != kept:
                    yield f"{what} {id_} has {name} {kept} in its table and {journaled} in the journal"


def _rule_problems(slot_id: SlotId, capacity: int, rows: list[Facts]) -> Iterator[str]:
    """Sort a slot's open tokens from scratch: who should have a seat, has one, and nobody else."""
    tokens = [(Status[row["status"]], (row["priority"], row["issued_at"], row["id"]), row["called_at"]) for row in rows]
    used = sum(status is Status.COMPLETED for status, _, _ in tokens)
    staying = {rank for status, rank, called_at in tokens if status is Status.ACTIVE and called_at is not None}
    others = sorted(rank for status, rank, _ in tokens if status.is_open and rank not in staying)
    seats = capacity - used - len(staying)
    should = {rank[2] for rank in (*staying, *others[: max(seats, 0)])}
    seated = {rank[2] for status, rank, _ in tokens if status is Status.ACTIVE}
    if seats < 0:
        yield f"slot {slot_id} holds more tokens than its capacity"
    for token_id in sorted(should ^ seated):
        stands = "waits, and a seat is due to it" if token_id in should else "has a seat out of turn"
        yield f"token {token_id} {stands}"
