"""The desk's queries, which return frozen read models."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

from opd_tui.clock import Clock
from opd_tui.desk.actions import ACTIONS
from opd_tui.desk.outcome import Directory, Outcome, SlotOffer
from opd_tui.desk.views import Board, DoctorDay, Queue, QueueRow, Totals, board_of, doctor_days, queue_rows
from opd_tui.domain.errors import (
    AnswerLost,
    InvalidAction,
    SeveralPeople,
    StoreOffline,
    UnknownPatient,
    UnknownSlot,
    UnknownToken,
)
from opd_tui.domain.events import Event, PatientForgotten, Subject, TokenReturned
from opd_tui.domain.instants import slot_instant
from opd_tui.domain.journal import JournalEntry
from opd_tui.domain.model import (
    Doctor,
    DoctorId,
    PatientId,
    SlotId,
    SlotLoad,
    SlotRecord,
    Status,
    TokenId,
    TokenRecord,
)
from opd_tui.domain.records import quoted
from opd_tui.domain.remedies import Advice
from opd_tui.domain.sameness import Traits
from opd_tui.domain.text import listed, printable, token_number
from opd_tui.storage.engines.database import Database
from opd_tui.storage.journal import entries
from opd_tui.storage.queries import people, reads
from opd_tui.storage.transaction import Transaction, is_valid_id

if TYPE_CHECKING:
    from opd_tui.storage.journal.verify import Verification

T = TypeVar("T")

READ_AT_ONCE = 10_000
"""The longest list of tokens that is held in memory."""


class DeskReads:
    """The queries of a desk. None takes the write lock; any thread may call them."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.database = database
        self.clock = clock

    @property
    def zone(self) -> ZoneInfo:
        """The hospital's time zone."""
        return self.database.zone

    @property
    def warnings(self) -> tuple[str, ...]:
        """Warnings about the database, none of which prevents work."""
        return self.database.warnings

    def today(self) -> dt.date:
        """Return today's date at the hospital."""
        return self.wall_clock().date()

    def wall_clock(self) -> dt.datetime:
        """Return the current time in the hospital's time zone."""
        return self.clock.now().astimezone(self.zone)

    def board(self, date: dt.date) -> Board:
        """Return the board of a day."""
        return board_of(date, self.read(lambda transaction: reads.slots(transaction, date)))

    def totals(self, date: dt.date) -> Totals:
        """Return the number of a day's tokens."""
        return self.read(lambda transaction: self._totals(transaction, date))

    def _totals(self, transaction: Transaction, date: dt.date) -> Totals:
        found, here = reads.totals(transaction, date), reads.here(transaction, date)
        return Totals(
            seated=found.get(Status.ACTIVE, 0),
            waiting=found.get(Status.WAITING, 0),
            done=found.get(Status.COMPLETED, 0),
            no_show=found.get(Status.NO_SHOW, 0),
            inside=len(reads.inside(transaction, date)),
            here=sum(here.values()),
            to_tell=reads.number_to_tell(transaction, date),
        )

    def queue(self, slot_id: SlotId) -> Queue:
        """Return a slot's tokens in queue order; raise UnknownSlot if there is no such slot."""
        return self.read(lambda transaction: self._queue(transaction, slot_id))

    def _queue(self, transaction: Transaction, slot_id: SlotId) -> Queue:
        if (record := reads.slot_by_id(transaction, slot_id)) is None:
            raise UnknownSlot(f"There is no slot with id {slot_id}.", Advice.LIST_SLOTS)
        inside = reads.inside(transaction, record.slot.date, record.doctor.id)
        return Queue(record, queue_rows(reads.tokens(transaction, slot_id), self.zone), inside.get(record.doctor.id))

    def waitlist(self, date: dt.date) -> tuple[QueueRow, ...]:
        """Return all waiting tokens of a date, best rank first."""
        return queue_rows(self.read(lambda transaction: reads.waiting(transaction, date)), self.zone)

    def to_tell(self, date: dt.date) -> list[TokenRecord]:
        """Return the tokens from a date on whose patients have to be told of a change, the longest wait first.

        A patient who was moved to a later day is phoned today.
        """
        return self.read(lambda transaction: reads.to_tell(transaction, date))

    def doctors(self, date: dt.date) -> tuple[DoctorDay, ...]:
        """Return all doctors with their slots on a date."""
        return self.read(
            lambda transaction: doctor_days(
                reads.doctors(transaction),
                reads.slots(transaction, date),
                reads.inside(transaction, date),
                reads.here(transaction, date),
            )
        )

    def returns_of(self, token: TokenId) -> int:
        """Return how often a patient was sent back from the room to the queue."""
        events = self.read(lambda transaction: entries.later_events(transaction, Subject.TOKEN, token, 0))
        return sum(isinstance(event, TokenReturned) for _, event in events)

    def activity(self, count: int) -> tuple[Outcome, ...]:
        """Return the most recent outcomes of all desks, newest first, without printed slips."""
        # One slip is printed for each token at most, but for reprints.
        found = self.read(lambda transaction: outcomes_of(transaction, entries.newest_entries(transaction, 2 * count)))
        return tuple(outcome for outcome in found if outcome.is_news)[:count]

    def journal(self, date: dt.date) -> list[Outcome]:
        """Return the outcomes recorded on a day at all desks, the oldest first."""
        since, until = (slot_instant(day, dt.time(), self.zone) for day in (date, date + dt.timedelta(1)))
        return self.read(
            lambda transaction: outcomes_of(transaction, entries.entries_between(transaction, since, until))
        )

    def doctor_list(self) -> list[Doctor]:
        """Return all doctors by code."""
        return self.read(reads.doctors)

    def slot_list(self, date: dt.date | None = None, doctor: int | None = None) -> list[SlotRecord]:
        """Return slots by date, start and doctor's code."""
        if doctor is not None and not is_valid_id(doctor):
            return []
        doctor_id = None if doctor is None else DoctorId(doctor)
        return self.read(lambda transaction: reads.slots(transaction, date, doctor_id))

    def token_list(
        self, slot: int | None = None, status: Status | None = None, date: dt.date | None = None
    ) -> list[TokenRecord]:
        """Return tokens by slot: ACTIVE and WAITING by rank, then COMPLETED, NO_SHOW and CANCELLED by id."""
        if slot is not None and not is_valid_id(slot):
            return []
        slot_id = None if slot is None else SlotId(slot)
        return self.read(lambda transaction: reads.tokens(transaction, slot_id, status, date))

    @contextmanager
    def streamed_tokens(
        self, slot: int | None = None, status: Status | None = None, date: dt.date | None = None
    ) -> Iterator[Callable[[], Iterable[TokenRecord]]]:
        """Yield a function that streams what `token_list` returns, from one snapshot however often it is called.

        A short list is read at once, so that a pager keeps no snapshot open.
        """
        if slot is not None and not is_valid_id(slot):
            yield tuple
            return
        slot_id = None if slot is None else SlotId(slot)
        with self.database.long_running() as transaction:
            first = tuple(islice(reads.streamed_tokens(transaction, slot_id, status, date), READ_AT_ONCE + 1))
            if len(first) > READ_AT_ONCE:
                del first
                yield lambda: reads.streamed_tokens(transaction, slot_id, status, date)
                return
        yield lambda: first

    def token_numbered(self, number: str, date: dt.date) -> TokenId:
        """Return the id of the token with this number on a date, zeros aside; raise UnknownToken if there is none."""
        printed = token_number(number) or number.strip().upper()
        found = self.read(lambda transaction: reads.token_by_number(transaction, date, printed))
        if found is None:
            raise UnknownToken(f"There is no token {quoted(number)} on {date:%d %b %Y}. Check the number and the date.")
        return found

    def visits_of(self, token: TokenId) -> list[TokenRecord]:
        """Return all tokens of the person who has this one, oldest first; raise UnknownToken if it does not exist."""
        return self.read(lambda transaction: self._visits_of(transaction, token))

    def _visits_of(self, transaction: Transaction, token: TokenId) -> list[TokenRecord]:
        found = reads.tokens_by_id(transaction, [token] if is_valid_id(token) else [])
        if not found:
            raise UnknownToken("There is no such token. Check its number and the date.")
        rows = people.same_person(transaction, found[token].token.patient_id)
        tokens = {id_ for row in rows for id_ in people.tokens_of(transaction, row.id)}
        return sorted(reads.tokens_by_id(transaction, tokens).values(), key=lambda record: record.token.id)

    def visit_of(self, uhid: str | None, name: str | None, phone: str | None) -> TokenId:
        """Return a token of the person with this hospital number, or with this name and phone.

        Raises UnknownPatient, SeveralPeople, and InvalidAction for a name or a phone alone, which many may share.
        """
        if not uhid and not (name and phone):
            raise InvalidAction(
                "A name or a phone alone may be another person's. Give both, or the hospital number (UHID)."
            )
        wanted = Traits.typed(name or "", phone, uhid)
        return self.read(lambda transaction: self._visit_of(transaction, wanted))

    def _visit_of(self, transaction: Transaction, wanted: Traits) -> TokenId:
        rows = people.find(transaction, wanted)
        visits = [people.tokens_of(transaction, row.id) for row in rows]
        if not any(visits):
            raise UnknownPatient("No patient here matches. Check the hospital number, or the name and the phone.")
        if len({frozenset(people.same_person(transaction, row.id)) for row in rows}) > 1:
            last = reads.tokens_by_id(transaction, [tokens[-1] for tokens in visits if tokens]).values()
            raise SeveralPeople(
                f"Several people match: {listed(list(map(visit_in_words, last)))}. Name one by a token."
            )
        return next(tokens[0] for tokens in visits if tokens)

    def nearest_seat(self, record: TokenRecord) -> SlotOffer | None:
        """Return the nearest free seat on the same day for a waiting token, or None."""
        return self.read(lambda transaction: nearest_seat(transaction, record, self.wall_clock()))

    def verify(self) -> Verification:
        """Verify the whole database: fold the journal, and check the one rule in every slot."""
        return retry_once(self._verify)

    def _verify(self) -> Verification:
        with self.database.long_running() as transaction:
            from opd_tui.storage.journal.verify import verify  # the board is shown without it

            return verify(transaction)

    def read(self, read: Callable[[Transaction], T]) -> T:
        """Run a query on one consistent snapshot of the database; raise StoreUnavailable."""
        return retry_once(lambda: self._read_once(read))

    def _read_once(self, read: Callable[[Transaction], T]) -> T:
        with self.database.reading() as transaction:
            return read(transaction)


def retry_once(attempt: Callable[[], T]) -> T:
    """Call `attempt`, and once more if the server is offline.

    A pooled connection may have been lost while idle, which shows only when it is used, and the engine then drops the
    whole pool. Nothing was committed over the lost connection; only AnswerLost leaves that open, so it is raised.
    """
    try:
        return attempt()
    except AnswerLost:
        raise
    except StoreOffline:
        return attempt()


Written = tuple[int, JournalEntry, list[Event]]
"""A journal entry with its id and its events."""


def outcomes_of(transaction: Transaction, written: Iterable[Written]) -> list[Outcome]:
    """Return the outcomes of journal entries; all rows that they refer to are looked up in a few queries."""
    written = list(written)
    directory = directory_of(transaction, [event for _, _, events in written for event in events])
    return [outcome_of(each, directory) for each in written]


def outcome_of(written: Written, directory: Directory) -> Outcome:
    """Return the outcome of a journal entry."""
    entry_id, entry, events = written
    outcome = Outcome(entry_id, entry, tuple(events), directory)
    return replace(outcome, sentence=printable(sentence_of(outcome)))


def sentence_of(outcome: Outcome) -> str:
    """Return its action's sentence, or its events' sentences if a newer version wrote the action."""
    action = ACTIONS.get(outcome.entry.action)
    return action.sentence(outcome) if action else outcome.events_in_words


def directory_of(transaction: Transaction, events: list[Event]) -> Directory:
    """Look up the rows that events refer to."""
    ids: dict[Subject, set[int]] = {subject: set() for subject in Subject}
    for event in events:
        ids[event.subject].add(event.subject_id)
        ids[Subject.TOKEN].update(event.mentions)
    tokens = reads.tokens_by_id(transaction, [TokenId(id_) for id_ in ids[Subject.TOKEN]])
    known = {record.slot.id for record in tokens.values()}
    chains = {event.slot_id for event in events if event.slot_id is not None and event.subject is Subject.TOKEN}
    others = chains.union(*(event.named_slots for event in events)) - known
    slots = reads.slots_by_id(transaction, [SlotId(id_) for id_ in ids[Subject.SLOT] | others])
    doctors = reads.doctors_by_id(transaction, [DoctorId(id_) for id_ in ids[Subject.DOCTOR]])
    forgotten = {PatientId(event.subject_id) for event in events if isinstance(event, PatientForgotten)}
    named = tuple({patient_id for event in events for patient_id in event.named_patients})
    return Directory(
        tokens,
        {record.slot.id: record for record in slots}
        | {record.slot.id: SlotRecord(record.slot, record.doctor, SlotLoad()) for record in tokens.values()},
        doctors,
        {patient_id: people.count_visits(transaction, patient_id) for patient_id in forgotten},
        dict(zip(named, people.patients(transaction, named), strict=True)),
    )


def visit_in_words(record: TokenRecord) -> str:
    """Return a visit with its patient and what tells the patient from namesakes."""
    patient = record.token.patient
    born = f", born {patient.birth_year}" if patient.birth_year else ""
    uhid = f", number {patient.uhid}" if patient.uhid else ""
    return f"{record.token.label} on {record.slot.date:%d %b %Y}{born}{uhid}"


def nearest_seat(transaction: Transaction, record: TokenRecord, now: dt.datetime) -> SlotOffer | None:
    """Return the next free seat on the same day: the same doctor's, else another doctor's of the same specialty.

    `now` is the hospital's local time; slots that are over do not count.
    """
    candidates = [
        other
        for other in reads.slots(transaction, record.slot.date)
        if other.free_seats > 0
        and not other.slot.is_over(now)
        and not (other.slot.closed_at or other.doctor.retired_at)
        and other.slot.id != record.slot.id
        and other.slot.start >= record.slot.start
        and (other.doctor.id == record.doctor.id or other.doctor.specialty == (record.doctor.specialty or ""))
    ]
    if not candidates:
        return None
    best = min(candidates, key=lambda other: (other.doctor.id != record.doctor.id, other.slot.start))
    return SlotOffer(best.slot, best.doctor)
