"""What an action did: every change with its reason, and the sentence a receptionist would say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from opd_tui.domain.journal import JournalEntry, JournalLine
from opd_tui.domain.model import Doctor, DoctorId, Reason, Slot, SlotId, SlotLoad, Status, Token, TokenId, TokenRecord

Moves = tuple[tuple[TokenId | None, Status, Reason], ...]
"""Who moves where and why; None is the token that the action issues."""


@dataclass(frozen=True, slots=True)
class Change:
    """One token's change of status; `because_of` is the token that caused it."""

    token: Token
    from_status: Status | None
    to_status: Status
    reason: Reason
    because_of: TokenId | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one action did, as it was when it was done; `entry_id` is its place in the journal."""

    entry_id: int
    entry: JournalEntry
    doctor: Doctor | None
    slots: tuple[Slot, ...]
    token: TokenRecord | None
    changes: tuple[Change, ...]
    forgotten: int = 0
    """In how many visits a patient was forgotten."""

    @property
    def moves(self) -> Moves:
        """What a person is shown before they confirm."""
        issued = {change.token.id for change in self.changes if change.reason is Reason.ISSUED}
        return tuple(
            (None if change.token.id in issued else change.token.id, change.to_status, change.reason)
            for change in self.changes
            if change.reason is not Reason.ISSUED
        )

    def changed(self, reason: Reason) -> Token | None:
        """The token that changed for this reason."""
        return next((change.token for change in self.changes if change.reason is reason), None)

    @property
    def sentence(self) -> str:
        """What happened, in one sentence."""
        if self.forgotten:
            return f"A patient was forgotten, in {self.forgotten} visit{'s' if self.forgotten > 1 else ''}"
        return _token_sentence(self) if self.token else _opening_sentence(self)


def outcome_of(
    entry_id: int,
    entry: JournalEntry,
    lines: Iterable[JournalLine],
    tokens: Mapping[TokenId, TokenRecord],
    slots: Mapping[SlotId, Slot],
    doctors: Mapping[DoctorId, Doctor],
) -> Outcome:
    """An outcome from its journal entry, whether it was written just now or long ago."""
    lines = list(lines)
    changes = tuple(
        Change(
            replace(
                tokens[line.token_id].token,
                status=line.to_status,
                closed_at=None if line.to_status.is_open else entry.at,
            ),
            line.from_status,
            line.to_status,
            line.reason,
            line.because_of,
        )
        for line in lines
        if line.token_id is not None and line.to_status is not None and line.reason is not None
    )
    first = lines[0]
    token = None
    if first.token_id is not None:
        last = next(change for change in reversed(changes) if change.token.id == first.token_id)
        token = replace(tokens[first.token_id], token=last.token)
    opened = tuple(slots[line.slot_id] for line in lines if line.slot_id is not None and line.token_id is None)
    doctor = doctors[first.doctor_id] if first.doctor_id is not None else token.doctor if token else None
    return Outcome(entry_id, entry, doctor, opened, token, changes, sum(map(_forgotten_in, lines)))


def _forgotten_in(line: JournalLine) -> int:
    patients = line.facts.get("patients")
    return len(patients) if isinstance(patients, list) else 0


def _token_sentence(outcome: Outcome) -> str:
    assert outcome.token is not None
    token = outcome.token.token
    if displaced := outcome.changed(Reason.PREEMPTED):
        return f"{token.source.name} {token.label} took the seat of {displaced.label}, who now waits first in line"
    if outcome.changed(Reason.ISSUED):
        where = f"{outcome.token.doctor.name} {outcome.token.slot.start:%H:%M}"
        stands = "has a seat with" if token.status is Status.ACTIVE else "waits for"
        return f"{token.source.name} {token.label} {stands} {where}"
    closed = {
        Status.CANCELLED: f"{token.label} was cancelled",
        Status.NO_SHOW: f"{token.label} did not show up",
        Status.COMPLETED: f"{token.label} is done",
    }[token.status]
    promoted = outcome.changed(Reason.PROMOTED)
    return f"{closed}; {promoted.label} moves up into the seat" if promoted else closed


def _opening_sentence(outcome: Outcome) -> str:
    assert outcome.doctor is not None
    name = outcome.doctor.name
    if not outcome.slots:
        return f"{name} was added with the code {outcome.doctor.code}"
    first, last = outcome.slots[0], outcome.slots[-1]
    what = f"{len(outcome.slots)} slots" if len(outcome.slots) > 1 else "a slot"
    seats = f"{first.capacity} seat{'s' if first.capacity > 1 else ''}"
    each = " each" if len(outcome.slots) > 1 else ""
    return f"{name} has {what} {first.start:%H:%M}–{last.end:%H:%M} on {first.date:%a %d %b} with {seats}{each}"


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
