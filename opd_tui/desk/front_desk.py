"""The front desk: actions in, outcomes out, and the reads that every face draws from."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterable
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from opd_tui.clock import Clock
from opd_tui.desk.actions.base import Action
from opd_tui.desk.outcome import Forecast, Moves, Outcome, SlotOffer, outcome_of
from opd_tui.desk.views import Board, DoctorDay, Queue, QueueLine, board_of, doctor_days, queue_lines
from opd_tui.domain.declared import quoted
from opd_tui.domain.errors import InvalidAction, KeyReused, MovesChanged, UnknownSlot, UnknownToken
from opd_tui.domain.instants import EPOCH, local_instant
from opd_tui.domain.journal import JournalEntry, JournalLine
from opd_tui.domain.model import (
    Doctor,
    DoctorId,
    SlotId,
    SlotRecord,
    Status,
    TokenId,
    TokenRecord,
)
from opd_tui.storage import journal, reads
from opd_tui.storage.database import Database
from opd_tui.storage.ledger import SqlLedger, can_be_an_id
from opd_tui.storage.verify import Verification, verify

T = TypeVar("T")


class FrontDesk:
    """One desk at the counter. Its methods may be called from any thread."""

    def __init__(self, database: Database, clock: Clock, operator: str, desk: str) -> None:
        self.database = database
        self.clock = clock
        self.operator = operator
        self.desk = desk

    @property
    def zone(self) -> ZoneInfo:
        """The hospital's time zone."""
        return self.database.zone

    def today(self) -> dt.date:
        """The date on the hospital's wall clock."""
        return self._wall_clock().date()

    def _wall_clock(self) -> dt.datetime:
        return self.clock.now().astimezone(self.zone)

    def stop_waiting(self) -> None:
        """End a wait for another desk with DeskBusy; what has the lock already is finished."""
        self.database.closing.set()

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()

    # Actions

    def perform(self, action: Action, expect: Moves | None = None) -> Outcome:
        """Do an action durably; raises a DeskRefusal, and MovesChanged where others would move than `expect`."""
        with self.database.writing() as connection:
            outcome, done_before = self._run(connection, action)
            if expect is not None and not done_before and outcome.moves != expect:
                raise MovesChanged("Another desk has changed this slot meanwhile. Look again, then confirm.")
            connection.commit()
        return outcome

    def preview(self, action: Action) -> Forecast:
        """Do an action and take it back: what `perform` would do now; raises as `perform` does."""
        with self.database.writing() as connection:
            outcome, _ = self._run(connection, action)
            return self._forecast(connection, outcome)

    def _run(self, connection: Connection, action: Action) -> tuple[Outcome, bool]:
        """Do an action, or find that its key says it was done before."""
        now = self.clock.now()
        at = self._instant_of(action) or now
        fingerprint = fingerprint_of(action, at) if action.key else ""
        if action.key and (receipt := journal.read_receipt(connection, action.key)):
            if receipt.fingerprint != fingerprint:
                raise KeyReused(f"The key {action.key!r} was used for another action. Choose a new key.")
            return self._outcome(connection, *journal.read_entry(connection, receipt.entry_id)), True
        if action.at is not None:
            self._refuse_impossible(at, now)
        entry = JournalEntry(action.verb, at, now, self.operator, self.desk)
        ledger = SqlLedger(connection, self.zone, entry)
        action.run(ledger)
        entry_id = journal.write_entry(connection, entry, ledger.lines)
        if action.key:
            journal.write_receipt(connection, action.key, journal.Receipt(fingerprint, entry_id))
        return self._outcome(connection, entry, ledger.lines), False

    def _instant_of(self, action: Action) -> dt.datetime | None:
        """When the action says it took place; raises InvalidAction."""
        if action.at is None or action.at.tzinfo:
            return action.at
        return local_instant(action.at, self.zone)

    def _refuse_impossible(self, at: dt.datetime, now: dt.datetime) -> None:
        if at > now:
            raise InvalidAction(
                f"Field 'at' must not be later than the desk's clock, {now.astimezone(self.zone):%Y-%m-%d %H:%M}."
            )
        if at < EPOCH:
            raise InvalidAction("Field 'at' must not be before 1970.")

    def _outcome(self, connection: Connection, entry: JournalEntry, lines: list[JournalLine]) -> Outcome:
        (outcome,) = outcomes_of(connection, [(entry, lines)])
        return outcome

    def _forecast(self, connection: Connection, outcome: Outcome) -> Forecast:
        if outcome.token is None:
            return Forecast(outcome)
        record = reads.slot_by_id(connection, outcome.token.slot.id)
        load = record.load if record else None
        if outcome.token.token.status is not Status.WAITING:
            return Forecast(outcome, load)
        place = reads.waiting_before(connection, outcome.token.token) + 1
        nearest = nearest_seat(connection, outcome.token, self._wall_clock())
        return Forecast(outcome, load, place, nearest)

    # Reads

    def board(self, date: dt.date) -> Board:
        """A day at a glance."""
        return board_of(date, self._read(lambda connection: reads.slots(connection, date)))

    def queue(self, slot_id: SlotId) -> Queue:
        """A slot's tokens in order; raises UnknownSlot."""
        with self.database.reading() as connection:
            if (record := reads.slot_by_id(connection, slot_id)) is None:
                raise UnknownSlot("This slot is not there any more. Choose another.")
            return Queue(record, queue_lines(reads.tokens(connection, slot_id), self.zone))

    def waitlist(self, date: dt.date) -> tuple[QueueLine, ...]:
        """Everybody who waits on a date, best rank first."""
        return queue_lines(self._read(lambda connection: reads.waiting(connection, date)), self.zone)

    def doctors(self, date: dt.date) -> tuple[DoctorDay, ...]:
        """All doctors with their slots of a date."""
        with self.database.reading() as connection:
            return doctor_days(reads.doctors(connection), reads.slots(connection, date))

    def activity(self, count: int) -> tuple[Outcome, ...]:
        """The last things that happened at any desk, newest first."""
        with self.database.reading() as connection:
            return tuple(outcomes_of(connection, journal.newest_entries(connection, count)))

    def doctor_list(self) -> list[Doctor]:
        """All doctors by code."""
        return self._read(reads.doctors)

    def slot_list(self, date: dt.date | None = None, doctor: int | None = None) -> list[SlotRecord]:
        """Slots by date, start and doctor's code."""
        if doctor is not None and not can_be_an_id(doctor):
            return []
        doctor_id = None if doctor is None else DoctorId(doctor)
        return self._read(lambda connection: reads.slots(connection, date, doctor_id))

    def token_list(
        self, slot: int | None = None, status: Status | None = None, date: dt.date | None = None
    ) -> list[TokenRecord]:
        """Tokens by slot; within it ACTIVE and WAITING by rank, then COMPLETED, NO_SHOW and CANCELLED by id."""
        if slot is not None and not can_be_an_id(slot):
            return []
        slot_id = None if slot is None else SlotId(slot)
        return self._read(lambda connection: reads.tokens(connection, slot_id, status, date))

    def token_numbered(self, number: str, date: dt.date) -> TokenId:
        """The token with this number on a date; raises UnknownToken."""
        found = self._read(lambda connection: reads.token_by_number(connection, date, number.strip().upper()))
        if found is None:
            raise UnknownToken(f"There is no token {quoted(number)} on {date:%d %b %Y}. Check the number and the date.")
        return found

    def nearest_seat(self, record: TokenRecord) -> SlotOffer | None:
        """Where a token that waits would find a seat the same day."""
        return self._read(lambda connection: nearest_seat(connection, record, self._wall_clock()))

    def verify(self) -> Verification:
        """Fold the journal and check the one rule over the whole database."""
        return self._read(verify)

    def _read(self, read: Callable[[Connection], T]) -> T:
        with self.database.reading() as connection:
            return read(connection)


def outcomes_of(connection: Connection, entries: Iterable[tuple[JournalEntry, list[JournalLine]]]) -> list[Outcome]:
    """Outcomes of journal entries, with everybody they name looked up at once."""
    entries = list(entries)
    lines = [line for _, lines in entries for line in lines]
    tokens = reads.tokens_by_id(connection, {line.token_id for line in lines if line.token_id is not None})
    opened = {line.slot_id for line in lines if line.slot_id is not None and line.token_id is None}
    slots = {record.slot.id: record.slot for record in reads.slots_by_id(connection, opened)}
    doctors = reads.doctors_by_id(connection, {line.doctor_id for line in lines if line.doctor_id is not None})
    return [outcome_of(entry, lines, tokens, slots, doctors) for entry, lines in entries]


def nearest_seat(connection: Connection, record: TokenRecord, now: dt.datetime) -> SlotOffer | None:
    """The next free seat of the same day, the same doctor's before another's of the specialty.

    `now` is the hospital's wall clock: a window that is over offers nothing.
    """
    candidates = [
        other
        for other in reads.slots(connection, record.slot.date)
        if other.free_seats > 0
        and not other.slot.is_over(now)
        and other.slot.id != record.slot.id
        and other.slot.start >= record.slot.start
        and (other.doctor.id == record.doctor.id or other.doctor.specialty == (record.doctor.specialty or ""))
    ]
    if not candidates:
        return None
    best = min(candidates, key=lambda other: (other.doctor.id != record.doctor.id, other.slot.start))
    return SlotOffer(best.slot, best.doctor)


def fingerprint_of(action: Action, at: dt.datetime) -> str:
    """What an action contains, whoever sends it: SHA-256 of its fields but the key."""
    fields = action.to_json()
    fields.pop("key", None)
    if action.at is not None:
        fields["at"] = at.isoformat()
    text = json.dumps([action.verb, fields], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
