"""Actions without a database: a unit of work on plain rows, held to the same contract as the one in SQL.

tests/desk/test_unit_of_work.py is that contract.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from opd_tui.domain.events import Event, Fields, Subject
from opd_tui.domain.events.patients import personal_fields
from opd_tui.domain.instants import read_instant, write_end
from opd_tui.domain.journal import JournalEntry
from opd_tui.domain.knowledge import known_place
from opd_tui.domain.model import (
    Doctor,
    DoctorId,
    KnownPatient,
    Patient,
    PatientId,
    Rank,
    Slot,
    SlotId,
    Source,
    Status,
    Token,
    TokenId,
)
from opd_tui.domain.sameness import Traits, fits_one_person
from opd_tui.domain.unit_of_work import UnitOfWork
from opd_tui.storage.journal.history import journaled
from opd_tui.storage.queries import rows as models
from opd_tui.storage.schema.tables import metadata

E = TypeVar("E", bound=Event)

Row = dict[str, Any]
"""A row's columns by their names; one that is missing is null. It is never altered, only replaced."""
OPEN = {status.name for status in Status if status.is_open}
SEATED = {status.name for status in Status if status.holds_seat}


class BrokenRule(Exception):
    """What a database itself would refuse: the program has a bug."""


@dataclass(frozen=True)
class Performed:
    """One action in the journal."""

    entry: JournalEntry
    events: tuple[Event, ...]


@dataclass
class Rows:
    """All rows by their tables and ids, and the last number of each doctor's day."""

    tables: dict[Subject, dict[int, Row]] = field(default_factory=lambda: {subject: {} for subject in Subject})
    counters: dict[tuple[int, str], int] = field(default_factory=dict)
    last_ids: dict[Subject, int] = field(default_factory=lambda: dict.fromkeys(Subject, 0))

    def copy(self) -> Rows:
        """Return rows that can be changed without changing these."""
        tables = {subject: dict(rows) for subject, rows in self.tables.items()}
        return Rows(tables, dict(self.counters), dict(self.last_ids))

    def where(self, subject: Subject, **fields: object) -> list[Row]:
        """Return the rows of a table that have all these values, by id."""
        rows = sorted(self.tables[subject].items())
        return [row for _, row in rows if all(row.get(name) == value for name, value in fields.items())]

    def one(self, subject: Subject, id_: int) -> Row | None:
        """Return a row."""
        return self.tables[subject].get(id_)

    def patient_of(self, token: Row) -> Row:
        """Return the record of a token's patient."""
        return self.tables[Subject.PATIENT][token["patient_id"]]

    def token_of(self, row: Row) -> Token:
        """Return a token with its patient."""
        return models.token_of(_values(models.TOKEN_COLUMNS, {**self.patient_of(row), **row}))

    def open_tokens(self) -> list[Row]:
        """Return the rows of all tokens that are not closed."""
        return [row for row in self.where(Subject.TOKEN) if row["status"] in OPEN]


class MemoryStore:
    """What a database holds between one action and the next."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone
        self.rows = Rows()
        self.journal: list[Performed] = []

    def begin(self, entry: JournalEntry) -> MemoryUnitOfWork:
        """Begin one action, of which nothing is left unless it is committed."""
        return MemoryUnitOfWork(self, entry)

    def alter(self, subject: Subject, id_: int, **fields: object) -> None:
        """Change a row behind the desk's back."""
        self.rows.tables[subject][id_] = self.rows.tables[subject][id_] | fields

    @property
    def events(self) -> list[Event]:
        """Everything that happened, in sequence."""
        return [event for performed in self.journal for event in performed.events]


class MemoryUnitOfWork:
    """An action's open transaction in memory; `events` is what it has done so far."""

    def __init__(self, store: MemoryStore, entry: JournalEntry) -> None:
        self.store = store
        self.entry = entry
        self.rows = store.rows.copy()
        self.events: list[Event] = []
        self.held: list[SlotId] = []
        """The slots in the order in which they were locked."""

    def commit(self) -> int:
        """Keep what was done and return its place in the journal."""
        for event in self.events:
            if event.slot_id is not None and event.slot_id not in self.held:
                raise KeyError(event.slot_id)  # its chain would be continued without its lock
        self.store.rows = self.rows
        self.store.journal.append(Performed(self.entry, tuple(self.events)))
        return len(self.store.journal)

    @property
    def zone(self) -> ZoneInfo:
        """See `UnitOfWork`."""
        return self.store.zone

    @property
    def now(self) -> dt.datetime:
        """See `UnitOfWork`."""
        return self.entry.recorded_at

    @property
    def at(self) -> dt.datetime:
        """See `UnitOfWork`."""
        return self.entry.at

    def record(self, event: E) -> E:
        """See `UnitOfWork`."""
        rows = self.rows.tables[event.subject]
        if event.before is None:
            event = replace(event, subject_id=self._next_id(event.subject))
        row = rows.get(event.subject_id, {"id": event.subject_id}) | {**event.after, **event.private}
        rows[event.subject_id] = row
        self.events.append(event)
        if problem := broken_rule(event.subject, row, self.rows):
            raise BrokenRule(problem)
        return event

    def _next_id(self, subject: Subject) -> int:
        self.rows.last_ids[subject] += 1
        return self.rows.last_ids[subject]

    def hold_slots(self, slot_ids: Collection[SlotId]) -> dict[SlotId, Slot]:
        """See `UnitOfWork`."""
        found = {slot_id: slot for slot_id in sorted(set(slot_ids)) if (slot := self.slot(slot_id))}
        self.held += (slot_id for slot_id in found if slot_id not in self.held)
        return found

    def prefetch_issue(self, slot_id: SlotId, patient: Patient | None) -> None:
        """See `UnitOfWork`."""

    def slot(self, slot_id: SlotId) -> Slot | None:
        """Return a slot without a lock."""
        row = self.rows.one(Subject.SLOT, slot_id)
        return models.slot_of(_values(models.SLOT_COLUMNS, row)) if row else None

    @property
    def desk(self) -> str:
        """See `UnitOfWork`."""
        return self.entry.desk

    @property
    def history(self) -> MemoryHistory:
        """See `UnitOfWork`."""
        return MemoryHistory(self.store.journal)

    def fields(self, subject: Subject, row_id: int) -> Fields | None:
        """See `UnitOfWork`."""
        row = self.rows.one(subject, row_id)
        columns = metadata.tables[subject.value].columns.keys()
        return row and journaled(subject, {name: row.get(name) for name in columns})

    def slots_of_day(self, doctor_id: DoctorId, date: dt.date) -> list[SlotId]:
        """See `UnitOfWork`."""
        there = self.rows.where(Subject.SLOT, doctor_id=doctor_id, date=date.isoformat(), withdrawn_at=None)
        return [row["id"] for row in sorted(there, key=lambda row: row["start"])]

    def slots_beside(self, slot_id: SlotId) -> list[SlotId]:
        """See `UnitOfWork`."""
        slot = self.slot(slot_id)
        return self.slots_of_day(slot.doctor_id, slot.date) if slot else []

    def open_tokens(self, slot_id: SlotId) -> list[Token]:
        """See `UnitOfWork`."""
        rows = (row for row in self.rows.open_tokens() if row["slot_id"] == slot_id)
        return [self.rows.token_of(row) for row in sorted(rows, key=rank_of)]

    def in_the_room(self, doctor_id: DoctorId, date: dt.date) -> Token | None:
        """See `UnitOfWork`."""
        return next((token for token in self._open_of_day(doctor_id, date) if token.in_the_room), None)

    def next_to_call(self, doctor_id: DoctorId, date: dt.date, since: dt.datetime) -> Token | None:
        """See `UnitOfWork`."""
        callable_ = [token for token in self._open_of_day(doctor_id, date) if could_be_called(token)]
        others = [token for token in callable_ if not token.returned_at or token.returned_at <= since]
        turns = sorted(others or callable_, key=lambda token: token.source is not Source.EMERGENCY)
        return turns[0] if turns else None

    def sent_back(self, doctor_id: DoctorId, date: dt.date, since: dt.datetime) -> list[Token]:
        """See `UnitOfWork`."""
        found = (token for token in self._open_of_day(doctor_id, date) if could_be_called(token))
        return sorted((t for t in found if t.returned_at and t.returned_at > since), key=lambda token: token.id)

    def _open_of_day(self, doctor_id: DoctorId, date: dt.date) -> list[Token]:
        """Return the open tokens of a doctor's day, by slot and rank."""
        return [token for slot_id in self.slots_of_day(doctor_id, date) for token in self.open_tokens(slot_id)]

    def has_slots(self, doctor_id: DoctorId) -> bool:
        """See `UnitOfWork`."""
        return bool(self.rows.where(Subject.SLOT, doctor_id=doctor_id, withdrawn_at=None))

    def open_tokens_of_doctor(self, doctor_id: DoctorId, count: int) -> list[Token]:
        """See `UnitOfWork`."""
        slots = self.rows.where(Subject.SLOT, doctor_id=doctor_id, withdrawn_at=None)
        slots.sort(key=lambda row: (row["date"], row["start"]))
        return [token for slot in slots for token in self.open_tokens(slot["id"])][:count]

    def replacement_of(self, token: Token) -> Token | None:
        """See `UnitOfWork`."""
        theirs = self.rows.where(Subject.TOKEN, patient_id=token.patient_id)
        moves = [{row["id"], row["replaces"]} for row in theirs if row.get("replaces") in {row["id"] for row in theirs}]
        visit: set[int] = {token.id}
        for move in moves * len(moves):
            visit |= move if move & visit else set()
        found = (row for row in theirs if row["id"] in visit - {token.id} and row["status"] in OPEN)
        return next(map(self.rows.token_of, found), None)

    def doctor(self, doctor_id: DoctorId) -> Doctor | None:
        """See `UnitOfWork`."""
        row = self.rows.one(Subject.DOCTOR, doctor_id)
        return models.doctor_of(_values(models.DOCTOR_COLUMNS, row)) if row else None

    def hold_doctor(self, doctor_id: DoctorId) -> Doctor | None:
        """See `UnitOfWork`."""
        return self.doctor(doctor_id)

    def code_is_taken(self, code: str, besides: int = 0) -> bool:
        """See `UnitOfWork`."""
        others = [row for row in self.rows.where(Subject.DOCTOR, code=code) if row["id"] != besides]
        numbered = {doctor_id for doctor_id, _ in self.rows.counters}
        return any(row.get("withdrawn_at") is None or row["id"] in numbered for row in others)

    def overlapping_slot(self, doctor_id: DoctorId, date: dt.date, start: dt.time, end: dt.time) -> Slot | None:
        """See `UnitOfWork`."""
        there = self.rows.where(Subject.SLOT, doctor_id=doctor_id, date=date.isoformat(), withdrawn_at=None)
        first, last = start.isoformat("minutes"), write_end(end)
        overlapping = [row for row in there if row["start"] < last and first < row["end"]]
        slots = (models.slot_of(_values(models.SLOT_COLUMNS, row)) for row in overlapping)
        return min(slots, key=lambda slot: slot.start, default=None)

    def token(self, token_id: TokenId) -> Token | None:
        """See `UnitOfWork`."""
        row = self.rows.one(Subject.TOKEN, token_id)
        return self.rows.token_of(row) if row else None

    def open_token_of(self, slot_id: SlotId, patient: Patient, record: PatientId | None = None) -> Token | None:
        """See `UnitOfWork`."""
        here = (row for row in self.rows.open_tokens() if row["slot_id"] == slot_id)
        visitor = Traits.of(patient)
        found = (
            row
            for row in here
            if row["patient_id"] == record or visitor.is_same_person(traits_of(self.rows.patient_of(row)))
        )
        return next(map(self.rows.token_of, found), None)

    def latest_issued_at(self, slot_id: SlotId) -> dt.datetime | None:
        """See `UnitOfWork`."""
        instants = (read_instant(row["issued_at"]) for row in self.rows.where(Subject.TOKEN, slot_id=slot_id))
        return max(instants, default=None)

    def prefetch_number(self, slot: Slot) -> None:
        """See `UnitOfWork`."""

    def take_number(self, slot: Slot) -> tuple[int, str]:
        """See `UnitOfWork`."""
        day = slot.doctor_id, slot.date.isoformat()
        sequence = self.rows.counters[day] = self.rows.counters.get(day, 0) + 1
        return sequence, f"{self.rows.tables[Subject.DOCTOR][slot.doctor_id]['code']}-{sequence:03}"

    def seats_in_use(self, slot_id: SlotId) -> int:
        """See `UnitOfWork`."""
        tokens = self.rows.where(Subject.TOKEN, slot_id=slot_id)
        return sum(row["status"] in SEATED and (row["status"] != "ACTIVE" or in_the_room(row)) for row in tokens)

    def queue(self, slot: Slot) -> MemorySlotQueue:
        """See `UnitOfWork`."""
        tokens = partial(self.rows.where, Subject.TOKEN, slot_id=slot.id)
        return MemorySlotQueue(tokens, slot, self.at, self.record, self.history)

    def known_patient(self, patient: Patient) -> KnownPatient | None:
        """See `UnitOfWork`."""
        visitor = personal_fields(patient)
        alike = [row for row in self._records() if have_same("uhid", row, visitor) or have_same("phone", row, visitor)]
        records = (KnownPatient(row["id"], models.patient_of(_values(models.PERSONAL_COLUMNS, row))) for row in alike)
        fitting = [record for record in records if not patient.differs_from(record.patient)]
        as_typed = [record for record in fitting if record.patient.name == patient.name]
        return fitting[0] if len(fitting) == 1 else as_typed[0] if len(as_typed) == 1 else None

    def patient(self, patient_id: PatientId) -> Patient:
        """See `UnitOfWork`."""
        row = self.rows.tables[Subject.PATIENT][patient_id]
        return models.patient_of(_values(models.PERSONAL_COLUMNS, row))

    def merged_into(self, patient_id: PatientId) -> list[PatientId]:
        """See `UnitOfWork`."""
        return [row["id"] for row in self.rows.where(Subject.PATIENT, merged_into=patient_id)]

    def hold_patient(self, patient_id: PatientId) -> Patient:
        """See `UnitOfWork`."""
        return self.patient(patient_id)

    def tokens_of_patient(self, patient_id: PatientId) -> list[Token]:
        """See `UnitOfWork`."""
        return [self.rows.token_of(row) for row in self.rows.where(Subject.TOKEN, patient_id=patient_id)]

    def is_forgotten(self, patient_id: PatientId) -> bool:
        """See `UnitOfWork`."""
        return self.rows.tables[Subject.PATIENT][patient_id].get("forgotten_at") is not None

    def same_person(self, patient_id: PatientId) -> tuple[PatientId, ...]:
        """See `UnitOfWork`."""
        first = self.rows.tables[Subject.PATIENT][patient_id]
        numbers = {first.get("uhid_key")} - {None} or self._numbers_of_namesakes(first)
        number = numbers.pop() if len(numbers) == 1 else None
        numbered = [row for row in self._records() if number and row.get("uhid_key") == number]
        years = [row.get("birth_year") for row in (first, *numbered)]
        if not (first.get("uhid_key") or fits_one_person(years)):
            number, numbered = None, []
        settled = [first, *numbered]
        others = [row for row in self._namesakes(settled) if row.get("uhid_key") in (None, number)]
        found = {row["id"] for row in (*settled, *others)}
        return tuple(PatientId(id_) for id_ in sorted(found))

    def _numbers_of_namesakes(self, first: Row) -> set[Any]:
        """Return the hospital numbers of those who have the same name and phone."""
        return {row.get("uhid_key") for row in self._namesakes([first])} - {None}

    def _namesakes(self, settled: list[Row]) -> list[Row]:
        """Return the records with the same name and phone as these, whose years of birth are of one person."""
        year = min((row["birth_year"] for row in settled if row.get("birth_year")), default=None)
        known = [traits_of(row) for row in settled]
        found = [row for row in self._records() if any(traits_of(row).has_same_name_and_phone(each) for each in known)]
        if year is None and not fits_one_person(row.get("birth_year") for row in found):
            return [row for row in found if not row.get("birth_year")]
        return [row for row in found if fits_one_person((year, row.get("birth_year")))]

    def _records(self) -> list[Row]:
        """Return the records of patients who are not forgotten."""
        return self.rows.where(Subject.PATIENT, forgotten_at=None, merged_into=None)

    def open_token_among(self, patients: Collection[PatientId]) -> Token | None:
        """See `UnitOfWork`."""
        found = (row for row in self.rows.open_tokens() if row["patient_id"] in patients)
        return next(map(self.rows.token_of, found), None)


class MemoryHistory:
    """The journal of earlier actions, an entry's id being its place in it."""

    def __init__(self, journal: list[Performed]) -> None:
        self.journal = journal

    def newest_entries(self) -> Iterator[tuple[int, JournalEntry]]:
        """See `History`."""
        yield from reversed([*enumerate((performed.entry for performed in self.journal), 1)])

    def events_of(self, entry_id: int) -> list[Event]:
        """See `History`."""
        return list(self.journal[entry_id - 1].events)

    def events_of_row(self, subject: Subject, row_id: int) -> list[tuple[int, Event]]:
        """See `History`."""
        return [
            (entry_id, event)
            for entry_id, performed in enumerate(self.journal, 1)
            for event in performed.events
            if (event.subject, event.subject_id) == (subject, row_id)
        ]

    def later_events(self, subject: Subject, row_id: int, entry_id: int) -> list[tuple[JournalEntry, Event]]:
        """See `History`."""
        return [
            (performed.entry, event)
            for performed in self.journal[entry_id:]
            for event in performed.events
            if (event.subject, event.subject_id) == (subject, row_id)
        ]


class MemorySlotQueue:
    """A slot's open tokens, sorted at every question."""

    def __init__(
        self,
        tokens: Callable[[], list[Row]],
        slot: Slot,
        at: dt.datetime,
        record: Callable[[Event], Event],
        history: MemoryHistory,
    ) -> None:
        self.at = at
        self.slot = slot
        self.history = history
        self.tokens = tokens
        self.slot_id = slot.id
        self.capacity = slot.capacity
        self._record = record

    def free_seats(self) -> int:
        """See `SlotQueue`."""
        return self.capacity - sum(row["status"] in SEATED for row in self.tokens())

    def best_waiting(self) -> Rank | None:
        """See `SlotQueue`."""
        return min(map(rank_of, (row for row in self.tokens() if row["status"] == "WAITING")), default=None)

    def weakest_seated(self) -> Rank | None:
        """See `SlotQueue`."""
        seated = (row for row in self.tokens() if row["status"] == "ACTIVE" and not in_the_room(row))
        return max(map(rank_of, seated), default=None)

    def to_tell_since(self, token_id: TokenId) -> dt.datetime | None:
        """See `SlotQueue`."""
        (row,) = (row for row in self.tokens() if row["id"] == token_id)
        return models.instant_or_none(row.get("to_tell_since"))

    def is_known(self, token_id: TokenId) -> bool:
        """See `SlotQueue`."""
        known = known_place(self.history, token_id)
        return known is not None and known.is_same(self.slot, Status.ACTIVE)

    def record(self, event: Event) -> Event:
        """See `SlotQueue`."""
        return self._record(event)


def rank_of(token: Row) -> Rank:
    """Return where a token stands."""
    return Rank(token["priority"], read_instant(token["issued_at"]), token["id"])


def in_the_room(token: Row) -> bool:
    """Return whether a seated token was called."""
    return token["status"] == "ACTIVE" and token.get("called_at") is not None


def could_be_called(token: Token) -> bool:
    """Return whether a patient is seated, here, and neither on hold nor in the room."""
    waits_for_call = token.status is Status.ACTIVE and not token.called_at
    return waits_for_call and token.checked_in_at is not None and token.held_at is None


def have_same(what: str, one: Row, other: Row) -> bool:
    """Return whether two records have the same “uhid” or “phone”."""
    key = f"{what}_key"
    return one.get(key) is not None and one.get(key) == other.get(key)


def traits_of(row: Row) -> Traits:
    """Return what tells a record's person from others."""
    return Traits.of(models.patient_of(_values(models.PERSONAL_COLUMNS, row)))


def broken_rule(subject: Subject, row: Row, rows: Rows) -> str | None:
    """Return why a database would refuse a row: its columns, its constraints and its triggers."""
    if unknown := row.keys() - metadata.tables[subject.value].columns.keys():
        return f"a {subject.value} has no column {unknown}"
    if missing := [
        column.name
        for column in metadata.tables[subject.value].columns
        if not column.nullable and column.server_default is None and row.get(column.name) is None
    ]:
        return f"a {subject.value} has no {missing}"
    if subject is Subject.TOKEN:
        if (row.get("closed_at") is None) != (row["status"] in OPEN):
            return "a token that is open has no closing time"
        return overbooked(rows.tables[Subject.SLOT][row["slot_id"]], rows)
    return overbooked(row, rows) if subject is Subject.SLOT else None


def overbooked(slot: Row, rows: Rows) -> str | None:
    """Return that a slot holds more tokens than it has seats, if it does, were it only for a moment."""
    taken = sum(row["status"] in SEATED for row in rows.where(Subject.TOKEN, slot_id=slot["id"]))
    return f"{taken} of {slot['capacity']} seats are taken" if taken > slot["capacity"] else None


def _values(columns: Iterable[Any], row: Fields) -> list[Any]:
    """Return the values of columns in their order."""
    return [row.get(column.name) for column in columns]


def as_unit_of_work(uow: MemoryUnitOfWork) -> UnitOfWork:
    """Return it as what actions ask for; mypy checks that it is."""
    return uow
