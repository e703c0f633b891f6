"""The outcome of an action: its events, the rows that they name, and a sentence that tells what happened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from opd_tui.domain.events import Event, PatientForgotten, SlipPrinted, Subject, TokenEvent, TokenIssued
from opd_tui.domain.instants import read_instant
from opd_tui.domain.journal import JournalEntry
from opd_tui.domain.model import (
    Doctor,
    DoctorId,
    Patient,
    PatientId,
    Slot,
    SlotId,
    SlotLoad,
    SlotRecord,
    Source,
    Status,
    Token,
    TokenId,
    TokenRecord,
)

Json = dict[str, Any]
Moves = tuple[tuple[TokenId | None, Status | None, str], ...]
"""Which token gets which status, and why; a token of None is the one that the action issues."""


@dataclass(frozen=True, slots=True)
class Directory:
    """The current rows that events refer to; it implements `Names` for the events' sentences."""

    tokens: Mapping[TokenId, TokenRecord]
    slots: Mapping[SlotId, SlotRecord]
    doctors: Mapping[DoctorId, Doctor]
    visits: Mapping[PatientId, int]
    """The number of visits of each patient forgotten by these events."""
    patients: Mapping[PatientId, Patient]

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

    def place(self, slot_id: int) -> str:
        """See `Names`."""
        record = self.slots[SlotId(slot_id)]
        return f"{record.doctor.name} {record.slot.expected_start}"

    def patient(self, patient_id: int) -> str:
        """See `Names`."""
        return self.patients[PatientId(patient_id)].name


@dataclass(frozen=True, slots=True)
class Change:
    """A change of one token, with the token as it was then; `because_of` is the token that caused it."""

    token: Token
    from_status: Status | None
    to_status: Status | None
    reason: str
    because_of: TokenId | None

    @property
    def is_reopening(self) -> bool:
        """Whether it opened a closed token."""
        was, now = self.from_status, self.to_status
        return was is not None and now is not None and now.is_open and not was.is_open


@dataclass(frozen=True)
class Outcome:
    """What one action did; `entry_id` is the id of its journal entry."""

    entry_id: int
    entry: JournalEntry
    events: tuple[Event, ...]
    directory: Directory = field(compare=False, repr=False)
    sentence: str = ""
    """What happened, as one sentence without a full stop."""

    @property
    def asked_for(self) -> tuple[Event, ...]:
        """The events that the action asked for; the others follow from the one rule."""
        return tuple(event for event in self.events if not event.by_rule)

    @cached_property
    def token(self) -> TokenRecord | None:
        """The token that the action was about, as the action left it."""
        first = next((event for event in self.asked_for if isinstance(event, TokenEvent)), None)
        return self.record_of(TokenId(first.subject_id)) if first else None

    def record_of(self, token_id: TokenId) -> TokenRecord:
        """Return one of the changed tokens, as the action left it."""
        last = next(event for event in reversed(self._token_events) if event.subject_id == token_id)
        token = self._token_after(last)
        slot = self.directory.slots[token.slot_id]
        return replace(self.directory.tokens[token_id], token=token, slot=slot.slot, doctor=slot.doctor)

    @property
    def _token_events(self) -> list[TokenEvent]:
        return [event for event in self.events if isinstance(event, TokenEvent)]

    @property
    def only_issued(self) -> Token | None:
        """The token that was issued; None if there are none or several."""
        issued = [event for event in self.events if isinstance(event, TokenIssued)]
        return self.record_of(TokenId(issued[0].subject_id)).token if len(issued) == 1 else None

    @property
    def is_news(self) -> bool:
        """Whether people at the desks want to hear of it; a printed slip is in the token's history only."""
        return not all(isinstance(event, SlipPrinted) for event in self.events)

    @property
    def same_person(self) -> Token | None:
        """The open token that the patient of a new one had in the slot already, or None."""
        mentioned = (self.directory.tokens.get(token_id) for event in self.events for token_id in event.mentions)
        return next((record.token for record in mentioned if record), None)

    @property
    def slots(self) -> tuple[Slot, ...]:
        """The slots that were opened or changed."""
        return tuple(record.slot for record in self._slot_records)

    @property
    def _slot_records(self) -> list[SlotRecord]:
        return [self._slot_after(event) for event in self.asked_for if event.subject is Subject.SLOT]

    def _slot_after(self, event: Event) -> SlotRecord:
        """Return an event's slot with the seats that it had then: it may have others now."""
        record = self.directory.slots[SlotId(event.subject_id)]
        return replace(record, slot=replace(record.slot, capacity=event.after.get("capacity", record.slot.capacity)))

    @property
    def doctor(self) -> Doctor | None:
        """The doctor that the action was about, or the doctor of its slot or token."""
        for event in self.asked_for:
            if event.subject is Subject.DOCTOR:
                return self.directory.doctors[DoctorId(event.subject_id)]
        if self._slot_records:
            return self._slot_records[0].doctor
        return self.token.doctor if self.token else None

    @property
    def visits(self) -> int:
        """The number of visits from which a patient was forgotten."""
        return sum(self.directory.visits[patient_id] for patient_id in self.forgotten)

    @property
    def forgotten(self) -> tuple[PatientId, ...]:
        """The records of patients who were forgotten, first the one that was chosen."""
        events = (event for event in self.events if isinstance(event, PatientForgotten) and not event.is_copy)
        return tuple(PatientId(event.subject_id) for event in events)

    @property
    def changes(self) -> tuple[Change, ...]:
        """The changes of tokens, in the order in which they happened."""
        return tuple(
            Change(self._token_after(event), event.from_status, event.to_status, event.reason, event.because_of)
            for event in self._token_events
        )

    def _token_after(self, event: TokenEvent) -> Token:
        """Return an event's token as it stood then, as far as this outcome's events tell: it may have moved since."""
        token = self.directory.tokens[TokenId(event.subject_id)].token
        until = self.events.index(event) + 1
        fields: Json = {"slot_id": event.slot_id or token.slot_id}
        for earlier in self.events[:until]:
            if (earlier.subject, earlier.subject_id) == (Subject.TOKEN, token.id):
                fields |= earlier.after
        closed_at = event.after.get("closed_at")
        return replace(
            token,
            slot_id=fields["slot_id"],
            source=Source[fields.get("source", token.source.name)],
            issued_at=read_instant(fields["issued_at"]) if "issued_at" in fields else token.issued_at,
            status=event.to_status or token.status,
            closed_at=read_instant(closed_at) if closed_at else None,
        )

    @property
    def moves(self) -> Moves:
        """The moves that a person confirms: every change except the issuing itself."""
        issued = {event.subject_id for event in self.events if isinstance(event, TokenIssued)}
        return tuple(
            (None if change.token.id in issued else change.token.id, change.to_status, change.reason)
            for change in self.changes
            if change.reason != TokenIssued.reason
        )

    def changed(self, by: type[TokenEvent]) -> Token | None:
        """Return the token of the first event of this class, or None."""
        events = (event for event in self.events if isinstance(event, by))
        return next(map(self._token_after, events), None)

    @property
    def events_in_words(self) -> str:
        """The sentences of all events as one, those that the action asked for first."""
        events = sorted((event for event in self.events if not event.quiet), key=lambda event: event.by_rule)
        return "; ".join(event.sentence(self.directory) for event in events)


@dataclass(frozen=True, slots=True)
class Forecast:
    """What an action would do."""

    outcome: Outcome
    load: SlotLoad | None = None
    """How full its slot would be."""
    place: int | None = None
    """The place in the queue, from 1, of a token that would wait."""
    nearest: SlotOffer | None = None
    """The nearest free seat, for a token that would wait."""
    namesakes: tuple[TokenRecord, ...] = ()
    """The other open tokens of the doctor's day whose patient has the name of a new token's, this slot's first."""
    people: tuple[Patient, ...] = ()
    """The patients who would be forgotten, first the one who was chosen."""
    untold: tuple[Token, ...] = ()
    """Their tokens of whose change nobody has told them, on this day or a later one."""
    open_twice: tuple[tuple[TokenRecord, ...], ...] = ()
    """The open tokens, by slot, of a merged record that has several in one slot."""
    number_of: tuple[Patient, ...] = ()
    """Who has, under another name, the hospital number that a record would get."""


@dataclass(frozen=True, slots=True)
class SlotOffer:
    """A slot with a free seat."""

    slot: Slot
    doctor: Doctor


def nearest_seat_sentence(offer: SlotOffer | None, record: TokenRecord) -> str:
    """Return where a waiting patient would find a seat, as a clause."""
    if offer is None:
        return "no free seat later with this doctor or specialty"
    where = "" if offer.doctor.id == record.doctor.id else f"with {offer.doctor.name} "
    return f"the nearest free seat is {where}at {offer.slot.expected_start}"
