"""What the actions need of a store: a few indexed questions and the writes that answer them."""

from __future__ import annotations

import datetime as dt
from typing import Protocol
from zoneinfo import ZoneInfo

from opd_tui.domain.allocation import SlotQueue
from opd_tui.domain.journal import JournalLine
from opd_tui.domain.model import Doctor, DoctorId, Patient, PatientId, Slot, SlotId, Source, Status, Token, TokenId


class UnitOfWork(Protocol):
    """One transaction of one action."""

    @property
    def zone(self) -> ZoneInfo:
        """The hospital's time zone."""

    @property
    def now(self) -> dt.datetime:
        """The desk's clock when the action was recorded."""

    @property
    def at(self) -> dt.datetime:
        """When the action took place: `now`, or earlier for what is entered from paper."""

    def doctor(self, doctor_id: DoctorId) -> Doctor | None: ...

    def code_is_taken(self, code: str) -> bool: ...

    def add_doctor(self, code: str, name: str, specialty: str | None, room: str | None) -> Doctor: ...

    def slot(self, slot_id: SlotId) -> Slot | None:
        """The slot, held against other desks until the transaction ends."""

    def overlapping_slot(self, doctor_id: DoctorId, date: dt.date, start: dt.time, end: dt.time) -> Slot | None: ...

    def add_slot(self, doctor_id: DoctorId, date: dt.date, start: dt.time, end: dt.time, capacity: int) -> Slot: ...

    def token(self, token_id: TokenId) -> Token | None:
        """The token as it is now; its slot is held by asking for `slot`."""

    def open_token_of(self, slot_id: SlotId, patient: Patient) -> Token | None:
        """The open token that the same person has in the slot."""

    def latest_issued_at(self, slot_id: SlotId) -> dt.datetime | None:
        """The latest `issued_at` of all tokens of the slot."""

    def add_token(self, slot: Slot, patient: Patient, source: Source, issued_at: dt.datetime) -> Token:
        """A WAITING token with the doctor's next number of the slot's date."""

    def close_token(self, token_id: TokenId, status: Status) -> None:
        """Close a token at `at`."""

    def is_forgotten(self, patient_id: PatientId) -> bool:
        """Whether what identified the patient was removed before."""

    def rows_of_person(self, patient_id: PatientId) -> tuple[PatientId, ...]:
        """The patients that are the same person, one for each visit."""

    def open_token_among(self, patients: tuple[PatientId, ...]) -> Token | None:
        """An open token of any of these."""

    def forget(self, patients: tuple[PatientId, ...]) -> None:
        """Remove for good what identifies these."""

    def queue(self, slot: Slot) -> SlotQueue: ...

    def record(self, line: JournalLine) -> None:
        """Write a line of this action's journal entry."""
