"""The unit of work: the indexed queries that actions need, and `record`, the only way to change anything."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

from opd_tui.domain.allocation import SlotQueue
from opd_tui.domain.events import Event, Fields, Subject
from opd_tui.domain.journal import JournalEntry
from opd_tui.domain.model import Doctor, DoctorId, KnownPatient, Patient, PatientId, Slot, SlotId, Token, TokenId

E = TypeVar("E", bound=Event)


class History(Protocol):
    """The journal of earlier actions, read within a transaction."""

    def newest_entries(self) -> Iterator[tuple[int, JournalEntry]]:
        """Yield all entries with their ids, newest first."""

    def events_of(self, entry_id: int) -> list[Event]:
        """Return the events of an entry, in order."""

    def events_of_row(self, subject: Subject, row_id: int) -> list[tuple[int, Event]]:
        """Return all events of a row, oldest first, with the ids of their entries."""

    def later_events(self, subject: Subject, row_id: int, entry_id: int) -> list[tuple[JournalEntry, Event]]:
        """Return the events of a row after an entry, oldest first, with their entries."""


class UnitOfWork(Protocol):
    """One action's transaction. Recording an event is the only way to change anything."""

    @property
    def zone(self) -> ZoneInfo:
        """The hospital's time zone."""

    @property
    def now(self) -> dt.datetime:
        """The desk's clock when the action is recorded."""

    @property
    def at(self) -> dt.datetime:
        """When the action took place: `now`, or earlier if it was first written on paper."""

    @property
    def desk(self) -> str:
        """The name of the desk that performs the action."""

    def record(self, event: E) -> E:
        """Write an event to its row and the journal; return it with the new row's id if it created one."""

    def hold_slots(self, slot_ids: Collection[SlotId]) -> dict[SlotId, Slot]:
        """Lock the slots against other desks until the transaction ends, and return those that exist.

        They are locked in order of id to avoid deadlocks. An action on several slots locks them all in one call,
        before it reads any of their tokens.
        """

    def prefetch_issue(self, slot_id: SlotId, patient: Patient | None) -> None:
        """Lock a slot and ask at once for what issuing a token in it reads, so that a server is waited for only once.

        `patient` is None for a visitor who is not looked up. `hold_slots` and the queries return what was asked.
        """

    def doctor(self, doctor_id: DoctorId) -> Doctor | None:
        """Return the doctor, or None."""

    def hold_doctor(self, doctor_id: DoctorId) -> Doctor | None:
        """Lock the doctor against other desks until the transaction ends, after any slots; return it, or None."""

    def code_is_taken(self, code: str, besides: int = 0) -> bool:
        """Return whether a doctor other than `besides` has this code, or had it on tokens before being withdrawn."""

    def overlapping_slot(self, doctor_id: DoctorId, date: dt.date, start: dt.time, end: dt.time) -> Slot | None:
        """Return a slot of the doctor that overlaps this window, or None."""

    def token(self, token_id: TokenId) -> Token | None:
        """Return the token, or None; it cannot change once its slot is locked."""

    def open_token_of(self, slot_id: SlotId, patient: Patient, record: PatientId | None = None) -> Token | None:
        """Return the open token of the same person, or of this record, in the slot, or None."""

    def latest_issued_at(self, slot_id: SlotId) -> dt.datetime | None:
        """Return the latest `issued_at` of the slot's tokens, or None."""

    def prefetch_number(self, slot: Slot) -> None:
        """Ask for the slot's next number together with the row that is recorded next; `take_number` has to follow."""

    def take_number(self, slot: Slot) -> tuple[int, str]:
        """Take the doctor's next number for the slot's date; return it as an integer and as printed (`A-003`)."""

    def seats_in_use(self, slot_id: SlotId) -> int:
        """Return how many tokens of the slot are completed or in the room."""

    def queue(self, slot: Slot) -> SlotQueue:
        """Return the slot's queue, with the capacity of `slot`."""

    def known_patient(self, patient: Patient) -> KnownPatient | None:
        """Return the record to which a visit belongs: the only one with the same hospital number, or name and phone.

        A record with a known field that differs belongs to another person.
        """

    def patient(self, patient_id: PatientId) -> Patient:
        """Return the personal fields of a record."""

    def merged_into(self, patient_id: PatientId) -> list[PatientId]:
        """Return the records that are merged directly into this one, and those that keep its earlier values."""

    def hold_patient(self, patient_id: PatientId) -> Patient:
        """Lock a record against other desks until the transaction ends, after any slots; return its fields."""

    def tokens_of_patient(self, patient_id: PatientId) -> list[Token]:
        """Return all tokens of a record, by id."""

    def is_forgotten(self, patient_id: PatientId) -> bool:
        """Return whether the patient's personal fields were erased."""

    def same_person(self, patient_id: PatientId) -> tuple[PatientId, ...]:
        """Return all records of this record's person, including the record itself."""

    def open_token_among(self, patients: Collection[PatientId]) -> Token | None:
        """Return an open token of any of these patients, or None."""

    def replacement_of(self, token: Token) -> Token | None:
        """Return the open token that a patient who moved has instead of this one, whichever replaced which, or None."""

    def open_tokens(self, slot_id: SlotId) -> list[Token]:
        """Return the slot's open tokens, best rank first."""

    # A doctor's day

    def slots_of_day(self, doctor_id: DoctorId, date: dt.date) -> list[SlotId]:
        """Return the doctor's slots on a date that are not withdrawn, by start."""

    def slots_beside(self, slot_id: SlotId) -> list[SlotId]:
        """Return the slots of this slot's doctor and date, as `slots_of_day` does; none if there is no such slot."""

    def in_the_room(self, doctor_id: DoctorId, date: dt.date) -> Token | None:
        """Return the token of the doctor's day that is in the room, or None."""

    def next_to_call(self, doctor_id: DoctorId, date: dt.date, since: dt.datetime) -> Token | None:
        """Return whom the doctor sees next among those who are seated, here and not on hold, or None.

        An emergency comes first, then the earlier slot, then the better rank; of those who were sent back to the queue
        after `since`, any only if there is nobody else.
        """

    def sent_back(self, doctor_id: DoctorId, date: dt.date, since: dt.datetime) -> list[Token]:
        """Return those who were sent back to the queue after `since` and could be called."""

    def has_slots(self, doctor_id: DoctorId) -> bool:
        """Return whether the doctor has a slot, on any date, that is not withdrawn."""

    def open_tokens_of_doctor(self, doctor_id: DoctorId, count: int) -> list[Token]:
        """Return the doctor's open tokens, the first ones by date and start."""

    # Undo

    def fields(self, subject: Subject, row_id: int) -> Fields | None:
        """Return a row's present fields as events hold them, without what identifies a patient; None if unknown."""

    @property
    def history(self) -> History:
        """What the journal holds of earlier actions."""
