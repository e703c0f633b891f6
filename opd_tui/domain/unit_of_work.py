"""What the actions need of a store: a few indexed questions, and one way to change anything."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

from opd_tui.domain.allocation import SlotQueue
from opd_tui.domain.events import Event
from opd_tui.domain.model import Doctor, DoctorId, KnownPatient, Patient, PatientId, Slot, SlotId, Token, TokenId

E = TypeVar("E", bound=Event)


class UnitOfWork(Protocol):
    """One transaction of one action. Nothing changes except by recording an event."""

    @property
    def zone(self) -> ZoneInfo:
        """The hospital's time zone."""

    @property
    def now(self) -> dt.datetime:
        """The desk's clock when the action was recorded."""

    @property
    def at(self) -> dt.datetime:
        """When the action took place: `now`, or earlier for what is entered from paper."""

    def record(self, event: E) -> E:
        """Apply an event to its row and to the journal; return it with the id of the row where it made one."""

    def hold_slots(self, slot_ids: Collection[SlotId]) -> dict[SlotId, Slot]:
        """Return the slots that exist, each locked against other desks until the transaction ends.

        They are locked in order of id, so that no two desks ever wait for each other; an action on several slots
        holds them all in one call, before it reads anything of their tokens.
        """

    def doctor(self, doctor_id: DoctorId) -> Doctor | None:
        """Return the doctor."""

    def code_is_taken(self, code: str) -> bool:
        """Return whether a doctor has this code."""

    def overlapping_slot(self, doctor_id: DoctorId, date: dt.date, start: dt.time, end: dt.time) -> Slot | None:
        """Return a slot of the doctor's that shares a minute with this window."""

    def token(self, token_id: TokenId) -> Token | None:
        """Return the token as it is now; it stays so once its slot is held."""

    def open_token_of(self, slot_id: SlotId, patient: Patient) -> Token | None:
        """Return the open token that the same person has in the slot."""

    def latest_issued_at(self, slot_id: SlotId) -> dt.datetime | None:
        """Return the latest `issued_at` of all tokens of the slot."""

    def take_number(self, slot: Slot) -> tuple[int, str]:
        """Take the doctor's next number of the slot's date: the bare one, and as it is printed (`A-003`)."""

    def seats_in_use(self, slot_id: SlotId) -> int:
        """Return how many tokens of the slot are completed or in the room."""

    def queue(self, slot: Slot) -> SlotQueue:
        """Return the slot's queue, with the capacity that `slot` has."""

    def known_patient(self, patient: Patient) -> KnownPatient | None:
        """Return the record that a visit joins: the only one that has the same hospital number, or name and phone.

        A record of which any known field differs is somebody else's.
        """

    def is_forgotten(self, patient_id: PatientId) -> bool:
        """Return whether what identified the patient was removed before."""

    def same_person(self, patient_id: PatientId) -> tuple[PatientId, ...]:
        """Return the records of the person whose record this is, this one among them."""

    def open_token_among(self, patients: Collection[PatientId]) -> Token | None:
        """Return an open token of any of these patients."""
