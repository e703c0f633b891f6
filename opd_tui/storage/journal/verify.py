"""Verification that the tables agree with the journal, and that the allocation rule holds in every slot."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Select, func, select, text

from opd_tui.domain.events import Fields, Subject
from opd_tui.domain.events.patients import FORGOTTEN, KEYS, PERSONAL, with_keys
from opd_tui.domain.model import Status
from opd_tui.domain.progress import UNFOLLOWED, Progress, RowCount
from opd_tui.domain.text import printable
from opd_tui.storage.journal import entries
from opd_tui.storage.journal.chain import ChainCheck
from opd_tui.storage.journal.fold import Fold
from opd_tui.storage.journal.formats import StoredEvent
from opd_tui.storage.journal.history import journaled
from opd_tui.storage.schema import seals, structure, values
from opd_tui.storage.schema.tables import (
    SCHEMA_VERSION,
    doctor,
    hospital,
    idempotency_key,
    journal_event,
    migration,
    patient,
    slot,
    token,
    token_counter,
)
from opd_tui.storage.transaction import Transaction

VERIFYING = "verifying"
Row = dict[str, Any]
"""A row by column name."""
JournalEvent = tuple[StoredEvent, str | None]
"""An event of a row, with its instant if it has format 1."""


@dataclass
class Verification:
    """The numbers of checked rows by name, and the problems found."""

    checked: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def verify(transaction: Transaction, *, additions: bool = True, progress: Progress = UNFOLLOWED) -> Verification:
    """Check the schema, the file, the chains, the tables against the folded journal, the rule and the numbers.

    Rows are streamed: memory holds the events of one row, or the tokens of one slot, at a time. If the schema has other
    tables than this program's, no row is read: reading a view, for instance, may never end. Unless `additions` is
    false, what somebody added to the schema is a problem, too.
    """
    result = Verification()
    progress.report(VERIFYING, 0)
    result.problems += structure.problems(transaction, additions=additions)
    if not result.problems or structure.are_tables_sound(transaction):
        result.problems += _file_problems(transaction)
        _check_rows(transaction, result, progress)
    result.problems = list(map(printable, result.problems))  # they quote what is stored
    return result


def _check_rows(transaction: Transaction, result: Verification, progress: Progress) -> None:
    check = _Check(transaction, progress)
    try:
        result.problems += values.problems(transaction)
        result.problems += check.hospital()
        result.problems += check.chains()
        for subject in (Subject.DOCTOR, Subject.SLOT, Subject.PATIENT, Subject.TOKEN):
            result.problems += check.rows(subject)
        result.problems += check.seats()
        result.problems += check.counters()
        result.problems += check.keys()
    except (
        AttributeError,
        LookupError,
        TypeError,
        ValueError,
        RecursionError,
    ) as error:  # a value of another type than it should be
        result.problems.append(f"a row cannot be read: {type(error).__name__}: {error}")
        return
    result.problems += (f"entry {entry} of the journal has no events" for entry in entries.empty_entries(transaction))
    result.checked = check.counted


_TABLES = {Subject.DOCTOR: doctor, Subject.SLOT: slot, Subject.PATIENT: patient, Subject.TOKEN: token}
_READ = {journal_event: 2, token: 1}
"""How often the rows of the largest tables are read."""
_TOKENS_BY_SLOT = select(
    *(token.c.slot_id, token.c.id, token.c.status, token.c.priority, token.c.issued_at, token.c.called_at),
    *(token.c.doctor_id, token.c.date, token.c.sequence, token.c.number),
).order_by(token.c.slot_id, token.c.id)


class _Check:
    """One pass over a database; each method yields problems."""

    def __init__(self, transaction: Transaction, progress: Progress) -> None:
        self.transaction = transaction
        self.rows_read = RowCount(progress, VERIFYING, _rows_to_read(transaction))
        self.slots: dict[int, Fields] = {}
        """The slots' doctors and dates by the folded journal."""
        self.capacities: dict[int, int] = {}
        self.codes: dict[int, str] = {}
        """The doctors' codes, the prefixes of token numbers."""
        self.sequences: dict[tuple[int, str], list[int]] = defaultdict(list)
        """The token numbers without codes, by doctor and date."""
        self.counted = {"doctors": 0, "slots": 0, "patients": 0, "tokens": 0, "journal events": 0}

    def hospital(self) -> Iterator[str]:
        """Check the hospital's row and the version."""
        rows, versions = list(self._rows(select(hospital))), self.transaction.rows(select(migration))
        if len(rows) != 1 or rows[0]["id"] != 1 or rows[0]["seal"] != seals.hospital_seal(rows[0]):
            yield "the hospital's row was altered: its identity, version, time zone or time of creation"
        elif rows[0]["schema_version"] != SCHEMA_VERSION or versions != [(f"{SCHEMA_VERSION:04}",)]:
            yield f"the version of the schema is not {SCHEMA_VERSION}"
        elif not values.FILE_STAMP.fullmatch(rows[0]["file_stamp"]):
            yield "the hospital's row has no valid fingerprint of the file"

    def keys(self) -> Iterator[str]:
        """Check the seals of the idempotency keys."""
        for row in self._rows(select(idempotency_key)):
            if row["seal"] != seals.key_seal(row["key"], row["fingerprint"], row["entry_id"]):
                yield f"an idempotency key of entry {row['entry_id']} was altered"

    def chains(self) -> Iterator[str]:
        """Check every event's hash, the numbering of events, and the last hashes of the chains."""
        check, entry_id, number = ChainCheck(), 0, 0
        with closing(entries.in_sequence(self.transaction)) as events:
            for written in self.rows_read.passing(events):
                check.add(written)
                self.counted["journal events"] += 1
                expected = number + 1 if written.entry_id == entry_id else 1
                entry_id, number = written.entry_id, written.number
                if number != expected:
                    yield f"event {number} of entry {entry_id} should be its event {expected}"
        check.compare(None, self.transaction.value(select(hospital.c.journal_hash)))
        for slot_id, end in self.transaction.rows(select(slot.c.id, slot.c.journal_hash).order_by(slot.c.id)):
            check.compare(slot_id, end)
        yield from check.broken

    def rows(self, subject: Subject) -> Iterator[str]:
        """Check a table's rows against their folded events, by reading two streams in order of id."""
        rows = self._rows(select(_TABLES[subject]).order_by(_TABLES[subject].c.id))
        with closing(entries.by_subject(self.transaction, subject)) as events, closing(rows):
            of_rows = groupby(self.rows_read.passing(events), key=_subject_id)
            for id_, written, stored in _side_by_side(of_rows, rows):
                yield from self._row(subject, id_, written, stored)

    def _row(self, subject: Subject, id_: int, written: Iterable[JournalEvent], stored: Row | None) -> Iterator[str]:
        name = f"{subject.value} {id_}"
        fold = Fold(name, written, self.slots)
        if fold.state is not None and subject is Subject.SLOT:
            self.slots[id_] = {field: fold.state.get(field) for field in ("doctor_id", "date")}
        yield from fold.broken
        if stored is None:
            if fold.state is not None:
                yield f"{name} is in the journal but not in its table"
            return
        self.counted[f"{subject.value}s"] += 1
        if fold.state is None:
            yield f"{name} is in its table but not in the journal"
            return
        yield from _differences(name, fold.state, journaled(subject, stored))
        if subject is Subject.PATIENT:
            yield from _key_problems(name, stored)

    def seats(self) -> Iterator[str]:
        """Check the allocation rule in every slot, and the tokens' numbers."""
        self.codes = {row["id"]: row["code"] for row in self._rows(select(doctor.c.id, doctor.c.code))}
        self.capacities = {row["id"]: row["capacity"] for row in self._rows(select(slot.c.id, slot.c.capacity))}
        with closing(self._rows(_TOKENS_BY_SLOT)) as rows:
            for slot_id, members in groupby(self.rows_read.passing(rows), key=itemgetter("slot_id")):
                yield from self._slot(slot_id, list(members))

    def _slot(self, slot_id: int, rows: list[Row]) -> Iterator[str]:
        if slot_id in self.capacities:
            yield from _rule_problems(slot_id, self.capacities[slot_id], rows)
        for row in rows:
            self.sequences[row["doctor_id"], row["date"]].append(row["sequence"])
            code = self.codes.get(row["doctor_id"])
            if row["number"] != f"{code}-{row['sequence']:03}":
                yield f"token number {row['number']} of {row['date']} is not {code}-{row['sequence']:03}"

    def counters(self) -> Iterator[str]:
        """Check that the numbers of each doctor and date have no gap, and that their counter agrees."""
        counters = {(row["doctor_id"], row["date"]): row["last"] for row in self._rows(select(token_counter))}
        for (doctor_id, date), sequences in self.sequences.items():
            if sorted(sequences) != list(range(1, len(sequences) + 1)):
                yield f"the numbers of doctor {doctor_id} on {date} have a gap"
        for key in sorted(counters.keys() | self.sequences.keys()):
            issued, counted = len(self.sequences.get(key, ())), counters.get(key)
            if counted != issued:
                yield f"the counter of doctor {key[0]} on {key[1]} says {counted}, but {issued} were issued"

    def _rows(self, statement: Select[Any]) -> Generator[Row, None, None]:
        """Yield the rows of a statement."""
        names = statement.selected_columns.keys()
        with closing(self.transaction.stream(statement)) as rows:
            for row in rows:
                yield dict(zip(names, row, strict=True))


def _rows_to_read(transaction: Transaction) -> int:
    """Return how many rows of events and tokens a check reads; the others are few, or read beside the events."""
    counts = {table: transaction.value(select(func.count()).select_from(table)) for table in _READ}
    return sum(times * counts[table] for table, times in _READ.items())


def _subject_id(event: JournalEvent) -> int:
    return event[0].subject_id


def _side_by_side(
    events: Iterator[tuple[int, Iterable[JournalEvent]]], rows: Iterable[Row]
) -> Iterator[tuple[int, Iterable[JournalEvent], Row | None]]:
    """Yield every id with its events and its row; both come in order of id, and either may be missing."""
    group = next(events, None)
    for row in rows:
        id_ = row["id"]
        while group is not None and group[0] < id_:
            yield *group, None
            group = next(events, None)
        if group is not None and group[0] == id_:
            yield *group, row
            group = next(events, None)
        else:
            yield id_, (), row
    while group is not None:
        yield *group, None
        group = next(events, None)


def _differences(name: str, folded: Fields, stored: Fields) -> Iterator[str]:
    if _known(folded) == _known(stored):
        return
    for column in sorted(folded.keys() | stored.keys()):
        if folded.get(column) != stored.get(column):
            yield f"{name} has {column} {stored.get(column)} in its table and {folded.get(column)} in the journal"


def _known(fields: Fields) -> Fields:
    return {name: value for name, value in fields.items() if value is not None}


def _key_problems(name: str, row: Row) -> Iterator[str]:
    """Check that a patient's match keys are derived from the personal fields, and that a forgotten patient has none."""
    if row["forgotten_at"] is None:
        expected = with_keys({column: row[column] for column in ("name", "phone", "uhid")})
    else:
        expected = {**dict.fromkeys((*PERSONAL, *KEYS)), "name": FORGOTTEN, "name_key": ""}
    for column, value in expected.items():
        if row[column] != value:
            yield f"{name} has a {column} that does not fit its record"


def _file_problems(transaction: Transaction) -> Iterator[str]:
    if transaction.dialect != "sqlite":
        return  # the server always enforces foreign keys, and its files are not accessible
    if (answer := transaction.value(text("PRAGMA integrity_check(1)"))) != "ok":
        yield f"the file is damaged: {answer}"
    for row in transaction.rows(text("PRAGMA foreign_key_check")):
        yield f"a row of {row[0]} refers to a missing row of {row[2]}"


def _rule_problems(slot_id: int, capacity: int, rows: list[Row]) -> Iterator[str]:
    """Sort a slot's open tokens from scratch, and check that exactly the first ones have seats."""
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
        problem = "waits but should have a seat" if token_id in should else "has a seat but should wait"
        yield f"token {token_id} {problem}"
