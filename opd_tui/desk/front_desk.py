"""The front desk: actions in, outcomes out, and the reads that every face draws from."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import time
import uuid
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from typing import TypeVar
from zoneinfo import ZoneInfo

from opd_tui.clock import Clock
from opd_tui.desk.actions.base import Action
from opd_tui.desk.news import Back, Changed, Gone, News
from opd_tui.desk.outcome import Forecast, Moves, Outcome, SlotOffer, outcome_of
from opd_tui.desk.views import Board, DoctorDay, Queue, QueueLine, board_of, doctor_days, queue_lines
from opd_tui.domain.declared import quoted
from opd_tui.domain.errors import (
    AnswerLost,
    DeskBusy,
    DeskRefusal,
    InvalidAction,
    KeyReused,
    MovesChanged,
    StoreOffline,
    StoreUnavailable,
    UnknownPatient,
    UnknownSlot,
    UnknownToken,
)
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
from opd_tui.domain.text import name_key, phone_key, uhid_key
from opd_tui.storage import journal, people, reads
from opd_tui.storage.database import Database, Watch
from opd_tui.storage.ledger import SqlLedger, can_be_an_id
from opd_tui.storage.transaction import Transaction
from opd_tui.storage.verify import Verification, verify

T = TypeVar("T")

SECONDS_TO_COME_BACK = 5.0
"""How long an action whose answer was lost waits for the server, to be asked for again."""
RECONNECT_SECONDS = 0.5
NEWS_AT_ONCE = 50
"""More changes than this at once are not told one by one."""


class FrontDesk:
    """One desk at the counter. Its methods may be called from any thread."""

    def __init__(self, database: Database, clock: Clock, operator: str, desk: str) -> None:
        self.database = database
        self.clock = clock
        self.operator = operator
        self.desk = desk
        self._own: set[int] = set()
        """The journal entries of this desk, which are no news to it."""

    @property
    def zone(self) -> ZoneInfo:
        """The hospital's time zone."""
        return self.database.zone

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is not as it should be about the database, but keeps nobody from working."""
        return self.database.warnings

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
        """Do an action durably; raises a DeskRefusal, and MovesChanged where others would move than `expect`.

        Where a server's answer can be lost the action gets an idempotency key, so that asking again is safe.
        """
        if self.database.answers_may_be_lost and action.key is None:
            action = replace(action, key=uuid.uuid4().hex)
        try:
            outcome = twice(lambda: self._perform(action, expect))
        except AnswerLost:
            outcome = self._perform_when_back(action, expect)
        if outcome.forgotten:
            self.erase_traces()
        return outcome

    def erase_traces(self) -> bool:
        """Overwrite what is left in the files of somebody who was forgotten; says whether that was certainly all."""
        try:
            return self.database.erase_traces()
        except DeskRefusal:
            return False  # the patient is forgotten, whatever becomes of old pages

    def _perform(self, action: Action, expect: Moves | None) -> Outcome:
        with self.database.writing() as transaction:
            outcome, done_before = self._run(transaction, action)
            if done_before:
                return outcome
            if expect is not None and outcome.moves != expect:
                raise MovesChanged("Another desk has changed this slot meanwhile. Look again, then confirm.")
            self.database.announce(transaction, outcome.entry_id)
            self._own.add(outcome.entry_id)
            transaction.commit()
        return outcome

    def _perform_when_back(self, action: Action, expect: Moves | None) -> Outcome:
        """Ask again under the same key until the server answers; raises AnswerLost if it stays away."""
        deadline = time.monotonic() + SECONDS_TO_COME_BACK
        while True:
            self.database.closing.wait(RECONNECT_SECONDS)
            try:
                return self._perform(action, expect)
            except (StoreUnavailable, DeskBusy) as error:  # it may even be this action that still holds its key
                if time.monotonic() > deadline or self.database.closing.is_set():
                    raise AnswerLost(action.key or "") from error

    def find_out(self, key: str) -> Outcome | None:
        """What was done under an idempotency key, now that the server is back; None if nothing was.

        Raises DeskBusy while it may still be done, and StoreUnavailable.
        """
        return twice(lambda: self._find_out(key))

    def _find_out(self, key: str) -> Outcome | None:
        with self.database.writing() as transaction:
            self.database.hold_key(transaction, key)
            receipt = journal.read_receipt(transaction, key)
            return self._outcome_of_entry(transaction, receipt.entry_id) if receipt else None

    def preview(self, action: Action) -> Forecast:
        """Do an action and take it back: what `perform` would do now; raises as `perform` does."""
        return twice(lambda: self._preview(action))

    def _preview(self, action: Action) -> Forecast:
        with self.database.writing() as transaction:
            outcome, _ = self._run(transaction, action)
            return self._forecast(transaction, outcome)

    def check_file(self) -> None:
        """See that the database's file is as a desk left it; raises StoreDamaged."""
        with self.database.writing() as transaction:
            transaction.commit()

    def _run(self, transaction: Transaction, action: Action) -> tuple[Outcome, bool]:
        """Do an action, or find that its key says it was done before."""
        now = self.clock.now()
        at = self._instant_of(action) or now
        fingerprint = fingerprint_of(action, at) if action.key else ""
        if action.key:
            self.database.hold_key(transaction, action.key)
            if receipt := journal.read_receipt(transaction, action.key):
                if receipt.fingerprint != fingerprint:
                    raise KeyReused(f"The key {action.key!r} was used for another action. Choose a new key.")
                return self._outcome_of_entry(transaction, receipt.entry_id), True
        if action.at is not None:
            self._refuse_impossible(at, now)
        entry = JournalEntry(action.verb, at, now, self.operator, self.desk)
        ledger = SqlLedger(transaction, self.zone, entry)
        action.run(ledger)
        entry_id = ledger.write_journal()
        if action.key:
            journal.write_receipt(transaction, action.key, journal.Receipt(fingerprint, entry_id))
        (outcome,) = outcomes_of(transaction, [(entry_id, entry, ledger.lines)])
        return outcome, False

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

    def _outcome_of_entry(self, transaction: Transaction, entry_id: int) -> Outcome:
        (outcome,) = outcomes_of(transaction, [(entry_id, *journal.read_entry(transaction, entry_id))])
        return outcome

    def _forecast(self, transaction: Transaction, outcome: Outcome) -> Forecast:
        if outcome.token is None:
            return Forecast(outcome)
        record = reads.slot_by_id(transaction, outcome.token.slot.id)
        load = record.load if record else None
        if outcome.token.token.status is not Status.WAITING:
            return Forecast(outcome, load)
        place = reads.waiting_before(transaction, outcome.token.token) + 1
        nearest = nearest_seat(transaction, outcome.token, self._wall_clock())
        return Forecast(outcome, load, place, nearest)

    # Reads

    def board(self, date: dt.date) -> Board:
        """A day at a glance."""
        return board_of(date, self._read(lambda transaction: reads.slots(transaction, date)))

    def queue(self, slot_id: SlotId) -> Queue:
        """A slot's tokens in order; raises UnknownSlot."""
        return self._read(lambda transaction: self._queue(transaction, slot_id))

    def _queue(self, transaction: Transaction, slot_id: SlotId) -> Queue:
        if (record := reads.slot_by_id(transaction, slot_id)) is None:
            raise UnknownSlot("This slot is not there any more. Choose another.")
        return Queue(record, queue_lines(reads.tokens(transaction, slot_id), self.zone))

    def waitlist(self, date: dt.date) -> tuple[QueueLine, ...]:
        """Everybody who waits on a date, best rank first."""
        return queue_lines(self._read(lambda transaction: reads.waiting(transaction, date)), self.zone)

    def doctors(self, date: dt.date) -> tuple[DoctorDay, ...]:
        """All doctors with their slots of a date."""
        return self._read(lambda transaction: doctor_days(reads.doctors(transaction), reads.slots(transaction, date)))

    def activity(self, count: int) -> tuple[Outcome, ...]:
        """The last things that happened at any desk, newest first."""
        return self._read(
            lambda transaction: tuple(outcomes_of(transaction, journal.newest_entries(transaction, count)))
        )

    def doctor_list(self) -> list[Doctor]:
        """All doctors by code."""
        return self._read(reads.doctors)

    def slot_list(self, date: dt.date | None = None, doctor: int | None = None) -> list[SlotRecord]:
        """Slots by date, start and doctor's code."""
        if doctor is not None and not can_be_an_id(doctor):
            return []
        doctor_id = None if doctor is None else DoctorId(doctor)
        return self._read(lambda transaction: reads.slots(transaction, date, doctor_id))

    def token_list(
        self, slot: int | None = None, status: Status | None = None, date: dt.date | None = None
    ) -> list[TokenRecord]:
        """Tokens by slot; within it ACTIVE and WAITING by rank, then COMPLETED, NO_SHOW and CANCELLED by id."""
        if slot is not None and not can_be_an_id(slot):
            return []
        slot_id = None if slot is None else SlotId(slot)
        return self._read(lambda transaction: reads.tokens(transaction, slot_id, status, date))

    def token_numbered(self, number: str, date: dt.date) -> TokenId:
        """The token with this number on a date; raises UnknownToken."""
        found = self._read(lambda transaction: reads.token_by_number(transaction, date, number.strip().upper()))
        if found is None:
            raise UnknownToken(f"There is no token {quoted(number)} on {date:%d %b %Y}. Check the number and the date.")
        return found

    def visits_of(self, token: TokenId) -> list[TokenRecord]:
        """All tokens of the person who has this one, oldest first; raises UnknownToken."""
        return self._read(lambda transaction: self._visits_of(transaction, token))

    def _visits_of(self, transaction: Transaction, token: TokenId) -> list[TokenRecord]:
        found = reads.tokens_by_id(transaction, [token] if can_be_an_id(token) else [])
        if not found:
            raise UnknownToken("This token is not there. Check its number and the date.")
        rows = people.same_person(transaction, found[token].token.patient_id)
        tokens = {id_ for row in rows for id_ in people.tokens_of(transaction, row.id)}
        return sorted(reads.tokens_by_id(transaction, tokens).values(), key=lambda record: record.token.id)

    def visit_of(self, uhid: str | None, name: str | None, phone: str | None) -> TokenId:
        """A token of the person with this hospital number, or with this name and phone.

        Raises UnknownPatient, and InvalidAction for a name or a phone alone, which more than one may have.
        """
        if not uhid and not (name and phone):
            raise InvalidAction("A name or a phone alone may be another's. Give both, or the hospital number (UHID).")
        keys = {
            "uhid_key": uhid_key(uhid) if uhid else None,
            "name_key": name_key(name or ""),
            "phone_key": phone_key(phone or ""),
        }
        found = self._read(lambda transaction: people.find(transaction, keys))
        if found is None:
            raise UnknownPatient("Nobody here has this. Check the hospital number, or the name and the phone.")
        return found

    def nearest_seat(self, record: TokenRecord) -> SlotOffer | None:
        """Where a token that waits would find a seat the same day."""
        return self._read(lambda transaction: nearest_seat(transaction, record, self._wall_clock()))

    def verify(self) -> Verification:
        """Fold the journal and check the one rule over the whole database."""
        return twice(self._verify)

    def _verify(self) -> Verification:
        with self.database.at_leisure() as transaction:
            return verify(transaction)

    def _read(self, read: Callable[[Transaction], T]) -> T:
        return twice(lambda: self._read_once(read))

    def _read_once(self, read: Callable[[Transaction], T]) -> T:
        with self.database.reading() as transaction:
            return read(transaction)

    # Other desks

    def follow(self) -> Iterator[News]:
        """What happens from now on without this desk, for as long as it is open; one thread follows it.

        Raises StoreUnavailable where nothing can be followed at all.
        """
        return self._follow(twice(self.database.watch))

    def _follow(self, watch: Watch | None) -> Iterator[News]:
        closing = self.database.closing
        while not closing.is_set():
            try:
                if watch is None:
                    watch = self.database.watch()
                    yield Back()
                entries = [entry for entry in watch.news() if entry not in self._own]
                if entries:
                    yield Changed(self._outcomes_of(entries[-NEWS_AT_ONCE:]))
            except DeskBusy:
                continue
            except StoreUnavailable as refusal:
                if watch is not None:
                    watch.close()
                    watch = None
                    yield Gone(refusal, self.clock.now())
                closing.wait(RECONNECT_SECONDS)
        if watch is not None:
            watch.close()

    def _outcomes_of(self, entries: Collection[int]) -> tuple[Outcome, ...]:
        """The outcomes of journal entries; in their order."""
        return self._read(
            lambda transaction: tuple(
                outcomes_of(transaction, [(id_, *journal.read_entry(transaction, id_)) for id_ in entries])
            )
        )


def twice(attempt: Callable[[], T]) -> T:
    """Try again at once where a line to the server broke while nobody used it; nothing was done over that line."""
    try:
        return attempt()
    except AnswerLost:
        raise
    except StoreOffline:
        return attempt()


Written = tuple[int, JournalEntry, list[JournalLine]]
"""An entry of the journal by its id, with its lines."""


def outcomes_of(transaction: Transaction, entries: Iterable[Written]) -> list[Outcome]:
    """Outcomes of journal entries, with everybody they name looked up."""
    entries = list(entries)
    lines = [line for _, _, lines in entries for line in lines]
    tokens = reads.tokens_by_id(transaction, {line.token_id for line in lines if line.token_id is not None})
    opened = {line.slot_id for line in lines if line.slot_id is not None and line.token_id is None}
    slots = {record.slot.id: record.slot for record in reads.slots_by_id(transaction, opened)}
    doctors = reads.doctors_by_id(transaction, {line.doctor_id for line in lines if line.doctor_id is not None})
    return [outcome_of(entry_id, entry, lines, tokens, slots, doctors) for entry_id, entry, lines in entries]


def nearest_seat(transaction: Transaction, record: TokenRecord, now: dt.datetime) -> SlotOffer | None:
    """The next free seat of the same day, the same doctor's before another's of the specialty.

    `now` is the hospital's wall clock: a window that is over offers nothing.
    """
    candidates = [
        other
        for other in reads.slots(transaction, record.slot.date)
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
