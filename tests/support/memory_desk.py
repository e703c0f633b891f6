"""A desk without a database: the rules of single actions are tested on it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from zoneinfo import ZoneInfo

from opd_tui.clock import Clock
from opd_tui.desk.actions import Action
from opd_tui.desk.outcome import Directory, Forecast, Outcome
from opd_tui.desk.reading import sentence_of
from opd_tui.domain.events import Event, PatientForgotten, Subject
from opd_tui.domain.instants import local_instant
from opd_tui.domain.journal import JournalEntry
from opd_tui.domain.model import Doctor, SlotLoad, SlotRecord, TokenRecord
from tests.support.memory import MemoryHistory, MemoryStore, MemoryUnitOfWork, Row


class MemoryDesk:
    """Performs actions on a memory store as `FrontDesk` does on a database, without keys and refused instants."""

    def __init__(self, clock: Clock, zone: str) -> None:
        self.clock = clock
        self.name = "desk 1"
        self.store = MemoryStore(ZoneInfo(zone))

    def perform(self, action: Action) -> Outcome:
        """Do an action; raise a DeskRefusal."""
        uow = self.store.begin(self._entry(action))
        action.run(uow)
        return outcome_of(uow, uow.commit())

    def preview(self, action: Action) -> Forecast:
        """Do an action and take it back."""
        uow = self.store.begin(self._entry(action))
        action.run(uow)
        outcome = outcome_of(uow, len(self.store.journal) + 1)
        return Forecast(outcome, people=tuple(map(self._reads.patient, outcome.forgotten)))

    def _entry(self, action: Action) -> JournalEntry:
        now = self.clock.now()
        at = local_instant(action.at, self.store.zone) if action.at and not action.at.tzinfo else action.at
        return JournalEntry(action.verb, at or now, now, "meera", self.name)

    def doctor_list(self) -> list[Doctor]:
        """All doctors by code."""
        found = (self._reads.doctor(row["id"]) for row in self.store.rows.where(Subject.DOCTOR))
        return sorted((doctor for doctor in found if doctor), key=lambda doctor: doctor.code)

    def slot_list(self) -> list[SlotRecord]:
        """All slots by id."""
        return [slot_record(self._reads, row["id"]) for row in self.store.rows.where(Subject.SLOT)]

    def token_list(self, slot: int | None = None) -> list[TokenRecord]:
        """All tokens, or those of a slot, by id."""
        where = {} if slot is None else {"slot_id": slot}
        return [token_record(self._reads, row) for row in self.store.rows.where(Subject.TOKEN, **where)]

    @property
    def history(self) -> MemoryHistory:
        """The journal."""
        return self._reads.history

    @property
    def _reads(self) -> MemoryUnitOfWork:
        nothing = JournalEntry("", self.clock.now(), self.clock.now(), "", "")
        return self.store.begin(nothing)


def outcome_of(uow: MemoryUnitOfWork, entry_id: int) -> Outcome:
    """Return what an action did, in its words."""
    outcome = Outcome(entry_id, uow.entry, tuple(uow.events), directory_of(uow, uow.events))
    return replace(outcome, sentence=sentence_of(outcome))


def directory_of(uow: MemoryUnitOfWork, events: list[Event]) -> Directory:
    """Look up the rows that events name."""
    ids = {subject: {event.subject_id for event in events if event.subject is subject} for subject in Subject}
    ids[Subject.TOKEN].update(token_id for event in events for token_id in event.mentions)
    tokens = [token_record(uow, uow.rows.tables[Subject.TOKEN][id_]) for id_ in ids[Subject.TOKEN]]
    visited = {record.slot.id for record in tokens}.union(*(event.named_slots for event in events))
    slots = [slot_record(uow, id_) for id_ in ids[Subject.SLOT] | visited]
    doctors = [doctor for id_ in ids[Subject.DOCTOR] if (doctor := uow.doctor(id_))]
    forgotten = {event.subject_id for event in events if isinstance(event, PatientForgotten)}
    visits = Counter(row["patient_id"] for row in uow.rows.where(Subject.TOKEN))
    return Directory(
        {record.token.id: record for record in tokens},
        {record.slot.id: record for record in slots},
        {doctor.id: doctor for doctor in doctors},
        {patient_id: visits[patient_id] for patient_id in forgotten},
        {patient_id: uow.patient(patient_id) for event in events for patient_id in event.named_patients},
    )


def slot_record(uow: MemoryUnitOfWork, slot_id: int) -> SlotRecord:
    """Return a slot with its doctor and how full it is."""
    slot = uow.slot(slot_id)
    count = Counter(row["status"] for row in uow.rows.where(Subject.TOKEN, slot_id=slot_id))
    return SlotRecord(slot, uow.doctor(slot.doctor_id), SlotLoad(count["ACTIVE"], count["WAITING"], count["COMPLETED"]))


def token_record(uow: MemoryUnitOfWork, row: Row) -> TokenRecord:
    """Return a token with its slot and doctor."""
    slot = uow.slot(row["slot_id"])
    return TokenRecord(uow.rows.token_of(row), slot, uow.doctor(slot.doctor_id))
