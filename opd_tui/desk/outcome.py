"""What an action did: its events, with the rows that they name, and the sentence a receptionist would say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from opd_tui.domain.events import Event, PatientForgotten, Subject, TokenEvent, TokenIssued
from opd_tui.domain.instants import read_instant
from opd_tui.domain.journal import JournalEntry
from opd_tui.domain.model import (
    Doctor,
    DoctorId,
    PatientId,
    Slot,
    SlotId,
    SlotLoad,
    SlotRecord,
    Status,
    Token,
    TokenId,
    TokenRecord,
)

Json = dict[str, Any]
Moves = tuple[tuple[TokenId | None, Status | None, str], ...]
"""Who moves where and why; None is the token that the action issues."""


@dataclass(frozen=True, slots=True)
class Directory:
    """The rows that events name, as they are now. It gives their sentences the words: see `Names`."""

    tokens: Mapping[TokenId, TokenRecord]
    slots: Mapping[SlotId, SlotRecord]
    doctors: Mapping[DoctorId, Doctor]
    visits: Mapping[PatientId, int]
    """In how many visits a patient came who was forgotten."""

    def token(self, token_id: int) -> str:
        """See `Names`."""
        return self.tokens[TokenId(token_id)].token.label

    def doctor(self, doctor_id: int) -> str:
        """See `Names`."""
        return self.doctors[DoctorId(doctor_id)].name

    def slot(self, slot_id: int) -> str:
        """See `Names`."""
        record = self.slots[SlotId(slot_id)]
        return f"{record.doctor.name} {record.slot.start:%H:%M}"


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to one token, as it was just then; `because_of` is the token that caused it."""

    token: Token
    from_status: Status | None
    to_status: Status | None
    reason: str
    because_of: TokenId | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one action did, as it was when it was done; `entry_id` is its place in the journal."""

    entry_id: int
    entry: JournalEntry
    events: tuple[Event, ...]
    directory: Directory = field(compare=False, repr=False)
    sentence: str = ""
    """What happened, in one sentence without a full stop."""

    @property
    def asked_for(self) -> tuple[Event, ...]:
        """The events that somebody asked for; the others follow from the one rule."""
        return tuple(event for event in self.events if not event.by_rule)

    @property
    def token(self) -> TokenRecord | None:
        """The token that the action was about, as it was at the end."""
        first = next((event for event in self.asked_for if isinstance(event, TokenEvent)), None)
        if first is None:
            return None
        record = self.directory.tokens[TokenId(first.subject_id)]
        last = next(change for change in reversed(self.changes) if change.token.id == first.subject_id)
        return replace(record, token=last.token)

    @property
    def slots(self) -> tuple[Slot, ...]:
        """The slots that were opened or changed."""
        return tuple(record.slot for record in self._slot_records)

    @property
    def _slot_records(self) -> list[SlotRecord]:
        events = (event for event in self.asked_for if event.subject is Subject.SLOT)
        return [self.directory.slots[SlotId(event.subject_id)] for event in events]

    @property
    def doctor(self) -> Doctor | None:
        """The doctor that the action was about, or whose slot or token it was."""
        for event in self.asked_for:
            if event.subject is Subject.DOCTOR:
                return self.directory.doctors[DoctorId(event.subject_id)]
        if self._slot_records:
            return self._slot_records[0].doctor
        return self.token.doctor if self.token else None

    @property
    def visits(self) -> int:
        """In how many visits a patient was forgotten."""
        forgotten = (event.subject_id for event in self.events if isinstance(event, PatientForgotten))
        return sum(self.directory.visits[PatientId(patient_id)] for patient_id in forgotten)

    @property
    def changes(self) -> tuple[Change, ...]:
        """What happened to tokens, in order."""
        return tuple(
            Change(self._token_after(event), event.from_status, event.to_status, event.reason, event.because_of)
            for event in self.events
            if isinstance(event, TokenEvent)
        )

    def _token_after(self, event: TokenEvent) -> Token:
        """Return an event's token with the status that it had then."""
        token = self.directory.tokens[TokenId(event.subject_id)].token
        closed_at = event.after.get("closed_at")
        return replace(
            token, status=event.to_status or token.status, closed_at=read_instant(closed_at) if closed_at else None
        )

    @property
    def moves(self) -> Moves:
        """What a person is shown before they confirm."""
        issued = {event.subject_id for event in self.events if isinstance(event, TokenIssued)}
        return tuple(
            (None if change.token.id in issued else change.token.id, change.to_status, change.reason)
            for change in self.changes
            if change.reason != TokenIssued.reason
        )

    def changed(self, by: type[TokenEvent]) -> Token | None:
        """Return the first token to which this happened."""
        events = (event for event in self.events if isinstance(event, by))
        return next(map(self._token_after, events), None)

    @property
    def events_in_words(self) -> str:
        """The sentences of the events, one after the other."""
        return in_words(self.events, self.directory)


def in_words(events: Iterable[Event], directory: Directory) -> str:
    """Return the sentences of events as one."""
    return "; ".join(event.sentence(directory) for event in events)


@dataclass(frozen=True, slots=True)
class Forecast:
    """What an action would do, how full its slot would be; for a token that would wait, its place and a free seat."""

    outcome: Outcome
    load: SlotLoad | None = None
    place: int | None = None
    nearest: SlotOffer | None = None


@dataclass(frozen=True, slots=True)
class SlotOffer:
    """A slot with a free seat."""

    slot: Slot
    doctor: Doctor


def nearest_seat_sentence(offer: SlotOffer | None, record: TokenRecord) -> str:
    """Where somebody who waits would find a seat."""
    if offer is None:
        return "no free seat later with this doctor or specialty"
    where = "" if offer.doctor.id == record.doctor.id else f"with {offer.doctor.name} "
    return f"the nearest free seat is {where}at {offer.slot.start:%H:%M}"
