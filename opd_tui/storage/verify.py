"""Proof that the tables are what the journal says, and that the one rule holds in every slot."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Table, select, text

from opd_tui.domain.model import SlotId, Status
from opd_tui.storage import guards, journal
from opd_tui.storage.chain import ChainCheck, entry_text
from opd_tui.storage.fold import Facts, Fold
from opd_tui.storage.schema import (
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
    """Fold the journal, compare it with the tables, and check its chains, the rule, the numbers and the file itself."""
    result = Verification()
    result.problems += _file_problems(transaction)
    result.problems += _schema_problems(transaction)
    fold, chains = Fold(), ChainCheck()
    try:
        for written in journal.all_lines(transaction):
            fold.add(written.entry.at, written.line)
            chains.add(written.sequence, entry_text(written.entry_id, written.entry), written.line, written.hash)
        tables = _Tables.read(transaction)
    except (LookupError, TypeError, ValueError) as error:
        result.problems.append(f"a row cannot be read: {type(error).__name__}: {error}")
        return result
    chains.compare(tables.chain_ends)
    result.problems += chains.broken
    result.problems += (f"entry {entry} of the journal lost its lines" for entry in journal.empty_entries(transaction))
    result.problems += fold.broken
    result.problems += _differences("doctor", fold.doctors, tables.doctors)
    result.problems += _differences("slot", fold.slots, tables.slots)
    result.problems += _differences("token", fold.tokens, tables.tokens)
    result.problems += _rule_problems(tables)
    result.problems += _number_problems(tables)
    result.checked = {
        "doctors": len(tables.doctors),
        "slots": len(tables.slots),
        "tokens": len(tables.tokens),
        "journal lines": fold.lines,
    }
    return result


@dataclass
class _Tables:
    """The state that the tables hold, in the words of the journal."""

    doctors: dict[int, Facts]
    slots: dict[int, Facts]
    tokens: dict[int, Facts]
    ranks: dict[SlotId, list[tuple[Status, bool, tuple[int, str, int]]]]
    sequences: dict[tuple[int, str], list[int]]
    codes: dict[tuple[int, str, int], str]
    counters: dict[tuple[int, str], int]
    chain_ends: dict[SlotId | None, str]

    @classmethod
    def read(cls, transaction: Transaction) -> _Tables:
        tables = cls({}, {}, {}, defaultdict(list), defaultdict(list), {}, {}, {})
        tables.chain_ends[None] = transaction.value(select(hospital.c.journal_hash))
        for row in _rows(transaction, doctor):
            tables.doctors[row["id"]] = _given(row, "code", "specialty", "room")
        for row in _rows(transaction, slot):
            tables.chain_ends[row["id"]] = row["journal_hash"]
            tables.slots[row["id"]] = _given(row, "doctor_id", "date", "start", "end", "capacity")
        for row in _rows(transaction, token):
            tables.tokens[row["id"]] = _given(row, *_TOKEN_FACTS) | {"patient": row["patient_id"]}
            in_the_room = row["called_at"] is not None
            rank = (row["priority"], row["issued_at"], row["id"])
            tables.ranks[row["slot_id"]].append((Status[row["status"]], in_the_room, rank))
            tables.sequences[row["doctor_id"], row["date"]].append(row["sequence"])
            tables.codes[row["doctor_id"], row["date"], row["sequence"]] = row["number"]
        for unread in (patient, idempotency_key):
            deque(transaction.stream(select(unread)), maxlen=0)  # each of its rows can be read
        for row in _rows(transaction, token_counter):
            tables.counters[row["doctor_id"], row["date"]] = row["last"]
        return tables


_TOKEN_FACTS = ("slot_id", "doctor_id", "date", "status", "number", "source", "priority", "issued_at", "closed_at")


def _rows(transaction: Transaction, table: Table) -> Iterator[Facts]:
    """A table's rows by the names of its columns."""
    names = table.columns.keys()
    return (dict(zip(names, row, strict=True)) for row in transaction.stream(select(table)))


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
    """The triggers and indexes that the schema has must be there, and no trigger may do anything else."""
    dialect = transaction.dialect
    there = {row[0] for row in transaction.rows(_INDEXES[dialect])}
    names = {str(index.name) for table in metadata.tables.values() for index in table.indexes}
    indexes = {name for name in names if ONLY_ON.get(name, dialect) == dialect}
    stored = {name: guards.fold(code) for name, code in transaction.rows(_TRIGGERS[dialect])}
    triggers = guards.triggers(dialect)
    for name in sorted((indexes - there) | (triggers.keys() - stored.keys())):
        yield f"{name} is missing from the schema"
    for name in sorted(triggers.keys() & stored.keys()):
        if triggers[name] != stored[name]:
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


def _rule_problems(tables: _Tables) -> Iterator[str]:
    """Sort each slot's open tokens from scratch: who should have a seat, has one, and nobody else."""
    for slot_id, tokens in tables.ranks.items():
        if slot_id not in tables.slots:
            continue
        used = sum(status is Status.COMPLETED for status, _, _ in tokens)
        staying = [rank for status, in_room, rank in tokens if status is Status.ACTIVE and in_room]
        others = sorted(rank for status, in_room, rank in tokens if status.is_open and rank not in staying)
        seats = tables.slots[slot_id]["capacity"] - used - len(staying)
        should = {rank[2] for rank in staying + others[: max(seats, 0)]}
        seated = {rank[2] for status, _, rank in tokens if status is Status.ACTIVE}
        if seats < 0:
            yield f"slot {slot_id} holds more tokens than its capacity"
        for token_id in sorted(should ^ seated):
            stands = "waits, and a seat is due to it" if token_id in should else "has a seat out of turn"
            yield f"token {token_id} {stands}"


def _number_problems(tables: _Tables) -> Iterator[str]:
    for (doctor_id, date), sequences in tables.sequences.items():
        if sorted(sequences) != list(range(1, len(sequences) + 1)):
            yield f"the numbers of doctor {doctor_id} on {date} have a gap"
        for sequence in sequences:
            number = tables.codes[doctor_id, date, sequence]
            code = tables.doctors.get(doctor_id, {}).get("code")
            if number != f"{code}-{sequence:03}":
                yield f"token number {number} of {date} is not {code}-{sequence:03}"
    for key in sorted(tables.counters.keys() | tables.sequences.keys()):
        issued, counted = len(tables.sequences.get(key, ())), tables.counters.get(key)
        if counted != issued:
            yield f"the counter of doctor {key[0]} on {key[1]} says {counted}, and {issued} were issued"
