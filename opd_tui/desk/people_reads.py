"""The desk's queries about people: who was here before, whom to tell, what happened to a token, and its slip."""

from __future__ import annotations

import datetime as dt
import threading
from dataclasses import replace
from itertools import islice

from opd_tui.clock import Clock
from opd_tui.desk.reading import DeskReads, outcomes_of
from opd_tui.desk.search_patients import (
    HITS_SHOWN,
    FoundPatients,
    Part,
    PatientHit,
    PatientIndex,
    PatientQuery,
)
from opd_tui.desk.slip import Slip
from opd_tui.desk.token_card import TokenCard
from opd_tui.desk.views import UntoldPatient
from opd_tui.domain.errors import TokenAlreadyClosed, UnknownToken
from opd_tui.domain.events import PatientForgotten, SlipPrinted, Subject, TokenIssued
from opd_tui.domain.knowledge import known_place_of_visit
from opd_tui.domain.model import PatientId, Status, TokenId, TokenRecord
from opd_tui.domain.turns import Turn, turn_of
from opd_tui.storage.engines.database import Database
from opd_tui.storage.journal import entries
from opd_tui.storage.journal.history import SqlHistory
from opd_tui.storage.queries import finding, people, reads
from opd_tui.storage.transaction import Transaction, is_valid_id

PATIENTS_AT_ONCE = 2000
"""How many patients are read into the index at once, so that other reads need not wait for long."""
VISITS_OF_HIT = 40
"""How many of a patient's last visits are read."""
LATE_ENTRIES = 64
"""How many entries are read again: on a server, an entry may be committed after one with a higher id."""


ENTRIES_OF_DAYS, OPERATORS = 5000, 12
"""Among how many of the newest entries people at the desks are looked for, and how many are named."""


class PeopleReads(DeskReads):
    """The queries about people."""

    def __init__(self, database: Database, clock: Clock) -> None:
        super().__init__(database, clock)
        self._index = PatientIndex()
        self._index_lock = threading.Lock()

    def recent_operators(self) -> tuple[str, ...]:
        """Return who was at the desks in the last days, the latest first."""
        return self.read(lambda transaction: tuple(finding.recent_operators(transaction, ENTRIES_OF_DAYS, OPERATORS)))

    def token_card(self, token_id: TokenId) -> TokenCard:
        """Return a token with its history and its patient's other tokens; raise UnknownToken."""
        return self.read(lambda transaction: self._token_card(transaction, token_id))

    def _token_card(self, transaction: Transaction, token_id: TokenId) -> TokenCard:
        record = self._record(transaction, token_id)
        written = (
            (entry_id, *entries.read_entry(transaction, entry_id))
            for entry_id in finding.entries_of_token(transaction, token_id)
        )
        history = tuple(outcomes_of(transaction, written))
        visits = finding.visits_of(transaction, record.token.patient_id, VISITS_OF_HIT)
        others = tuple(visit for visit in visits if visit.token.id != token_id)
        return TokenCard(record, history, others, self._turn(transaction, record))

    def _turn(self, transaction: Transaction, record: TokenRecord) -> Turn | None:
        """Return when a token is called."""
        day = reads.tokens_of_day(transaction, record.doctor.id, record.slot.date)
        return turn_of(record, day, self.wall_clock(), self.zone)

    def has_other_record(self, patient_id: PatientId) -> bool:
        """Return whether a patient seems to have another record, which differs and so was not joined."""
        return self.read(lambda transaction: len(people.same_person(transaction, patient_id)) > 1)

    def whom_to_tell(self, date: dt.date) -> list[UntoldPatient]:
        """Return the tokens of `to_tell` with what their patients know."""
        return self.read(
            lambda transaction: [self._to_tell(transaction, record) for record in reads.to_tell(transaction, date)]
        )

    def _to_tell(self, transaction: Transaction, record: TokenRecord) -> UntoldPatient:
        known = known_place_of_visit(SqlHistory(transaction), record.token.id)
        if known is None:
            return UntoldPatient(record, None)
        (stood,) = reads.slots_by_id(transaction, [known.slot_id])
        slot = replace(stood.slot, delay_minutes=known.delay_minutes)
        return UntoldPatient(record, (Status[known.status], slot, stood.doctor))

    def slip(self, token_id: TokenId) -> Slip:
        """Return the slip of an open token; raise UnknownToken, and TokenAlreadyClosed for a token that is closed."""
        return self.read(lambda transaction: self._slip(transaction, token_id))

    def _slip(self, transaction: Transaction, token_id: TokenId) -> Slip:
        record = self._record(transaction, token_id)
        token = record.token
        if not token.status.is_open:
            raise TokenAlreadyClosed(f"{token.label} is {token.status.value}, so there is no slip for it.")
        events = entries.later_events(transaction, Subject.TOKEN, token_id, 0)
        turn, waits = self._turn(transaction, record), token.status is Status.WAITING
        return Slip(
            record,
            ahead=reads.waiting_before(transaction, token) if waits else turn.ahead if turn else 0,
            turn=turn,
            printed=sum(isinstance(event, SlipPrinted) for _, event in events),
            issued=next((entry for entry, event in events if isinstance(event, TokenIssued)), None),
            at=self.wall_clock(),
        )

    def _record(self, transaction: Transaction, token_id: TokenId) -> TokenRecord:
        found = reads.tokens_by_id(transaction, [token_id] if is_valid_id(token_id) else [])
        if token_id not in found:
            raise UnknownToken("There is no such token. Load the list again.")
        return found[token_id]

    def index_patients(self) -> bool:
        """Read some more patients into the index; return whether there are others."""
        with self._index_lock:
            self.read(self._read_part)
            return not self._index.is_complete

    def forget_names(self) -> None:
        """Drop the names and numbers that the index holds; it is read anew."""
        with self._index_lock:
            self._index = PatientIndex()

    def find_patients(self, text: str) -> FoundPatients:
        """Return the patients whom a typed phone number, hospital number or name finds."""
        query = PatientQuery(text)
        if not query.alternatives:
            return FoundPatients()
        with self._index_lock:
            return self.read(lambda transaction: self._find_patients(transaction, query))

    def _find_patients(self, transaction: Transaction, query: PatientQuery) -> FoundPatients:
        if not self._index.is_complete:
            self._read_part(transaction)
        self._take_changes(transaction)
        hits = (self._hit(transaction, patient_id, query) for patient_id in self._index.found(query))
        found = tuple(islice((hit for hit in hits if hit), HITS_SHOWN + 1))
        return FoundPatients(found[:HITS_SHOWN], len(found) > HITS_SHOWN, self._index.is_complete)

    def _hit(self, transaction: Transaction, patient_id: PatientId, query: PatientQuery) -> PatientHit | None:
        """Return a patient with the last visits, or None if the record no longer matches."""
        keys = finding.keys_of(transaction, [patient_id])
        known = finding.known_patient(transaction, patient_id)
        if known is None or not query.matches(Part.of(keys)):
            return None
        return PatientHit(patient_id, known.patient, finding.visits_of(transaction, patient_id, VISITS_OF_HIT))

    def _read_part(self, transaction: Transaction) -> None:
        index = self._index
        if not index.parts:
            index.since = max(finding.newest_entry(transaction) - LATE_ENTRIES, 0)
        rows = finding.keys_before(transaction, index.read_down_to, PATIENTS_AT_ONCE)
        index.append(Part.of(rows))
        index.is_complete = len(rows) < PATIENTS_AT_ONCE
        index.read_down_to = rows[-1].id if rows else index.read_down_to

    def _take_changes(self, transaction: Transaction) -> None:
        """Take what this desk and others changed since the last search."""
        index = self._index
        changes = finding.changes_after(transaction, index.since)
        new = [change for change in changes if (change.entry_id, change.patient_id) not in index.taken]
        if any(change.kind == PatientForgotten.kind for change in new):
            self._index = PatientIndex()  # as `forget_names`, for a desk that does not follow the others
            self._read_part(transaction)
            index = self._index
        index.put_first(
            Part.of(finding.keys_of(transaction, sorted({change.patient_id for change in new}, reverse=True)))
        )
        if new:
            index.since = max(index.since, max(change.entry_id for change in new) - LATE_ENTRIES)
        index.taken = {(each.entry_id, each.patient_id) for each in changes if each.entry_id > index.since}
