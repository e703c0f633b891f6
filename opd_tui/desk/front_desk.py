"""The front desk: actions in, outcomes out, and what other desks do meanwhile."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import time
import uuid
from collections.abc import Collection, Iterator
from dataclasses import replace

from opd_tui.clock import Clock
from opd_tui.desk.actions.base import Action
from opd_tui.desk.news import Back, Changed, Gone, News
from opd_tui.desk.outcome import Forecast, Moves, Outcome
from opd_tui.desk.reading import DeskReads, nearest_seat, outcomes_of, retry_once
from opd_tui.domain.errors import (
    AnswerLost,
    DeskBusy,
    DeskRefusal,
    InvalidAction,
    KeyReused,
    MovesChanged,
    StoreUnavailable,
)
from opd_tui.domain.instants import EPOCH, local_instant
from opd_tui.domain.journal import JournalEntry
from opd_tui.domain.model import Status
from opd_tui.storage.engines.database import Database, Watch
from opd_tui.storage.journal import entries
from opd_tui.storage.queries import reads
from opd_tui.storage.transaction import Transaction
from opd_tui.storage.unit_of_work import SqlUnitOfWork

SECONDS_TO_COME_BACK = 5.0
"""How long an action whose answer was lost waits for the server, to be asked for again."""
RECONNECT_SECONDS = 0.5
NEWS_AT_ONCE = 50
"""More changes than this at once are not told one by one."""


class FrontDesk(DeskReads):
    """One desk at the counter. Its methods may be called from any thread."""

    def __init__(self, database: Database, clock: Clock, operator: str, desk: str) -> None:
        super().__init__(database, clock)
        self.operator = operator
        self.desk = desk
        self._own: set[int] = set()
        """The journal entries of this desk, which are no news to it."""

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
            outcome = retry_once(lambda: self._perform(action, expect))
        except AnswerLost:
            outcome = self._perform_when_back(action, expect)
        if outcome.visits:
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
            self._commit_as_own(transaction, outcome.entry_id)
        return outcome

    def _commit_as_own(self, transaction: Transaction, entry_id: int) -> None:
        """Commit what is no news to this desk; an entry that was not committed leaves its id to another desk's."""
        self._own.add(entry_id)
        try:
            transaction.commit()
        except BaseException:
            self._own.discard(entry_id)
            raise

    def _perform_when_back(self, action: Action, expect: Moves | None) -> Outcome:
        """Ask again under the same key until the server answers; raises AnswerLost if it stays away."""
        deadline = time.monotonic() + SECONDS_TO_COME_BACK
        while True:
            self.database.closing.wait(RECONNECT_SECONDS)
            try:
                return self._perform(action, expect)
            except (StoreUnavailable, DeskBusy) as error:  # it may even be this action that still holds its key
                if time.monotonic() > deadline or self.database.closing.is_set():
                    key = action.key or ""
                    raise AnswerLost(key, f"Look before you repeat it; under the key {key} it is done once.") from error

    def find_out(self, key: str) -> Outcome | None:
        """What was done under an idempotency key, now that the server is back; None if nothing was.

        Raises DeskBusy while it may still be done, and StoreUnavailable.
        """
        return retry_once(lambda: self._find_out(key))

    def _find_out(self, key: str) -> Outcome | None:
        with self.database.writing() as transaction:
            self.database.hold_key(transaction, key)
            receipt = entries.read_receipt(transaction, key)
            return self._outcome_of_entry(transaction, receipt.entry_id) if receipt else None

    def preview(self, action: Action) -> Forecast:
        """Do an action and take it back: what `perform` would do now; raises as `perform` does."""
        return retry_once(lambda: self._preview(action))

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
            if receipt := entries.read_receipt(transaction, action.key):
                if receipt.fingerprint != fingerprint:
                    raise KeyReused(f"The key {action.key!r} was used for another action. Choose a new key.")
                return self._outcome_of_entry(transaction, receipt.entry_id), True
        if action.at is not None:
            self._refuse_impossible(at, now)
        entry = JournalEntry(action.verb, at, now, self.operator, self.desk)
        uow = SqlUnitOfWork(transaction, self.zone, entry)
        action.run(uow)
        entry_id = uow.write_journal()
        if action.key:
            entries.write_receipt(transaction, action.key, entries.Receipt(fingerprint, entry_id))
        (outcome,) = outcomes_of(transaction, [(entry_id, entry, uow.events)])
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
        (outcome,) = outcomes_of(transaction, [(entry_id, *entries.read_entry(transaction, entry_id))])
        return outcome

    def _forecast(self, transaction: Transaction, outcome: Outcome) -> Forecast:
        if outcome.token is None:
            return Forecast(outcome)
        record = reads.slot_by_id(transaction, outcome.token.slot.id)
        load = record.load if record else None
        if outcome.token.token.status is not Status.WAITING:
            return Forecast(outcome, load)
        place = reads.waiting_before(transaction, outcome.token.token) + 1
        nearest = nearest_seat(transaction, outcome.token, self.wall_clock())
        return Forecast(outcome, load, place, nearest)

    # Other desks

    def follow(self) -> Iterator[News]:
        """What happens from now on without this desk, for as long as it is open; one thread follows it."""
        try:
            return self._follow(retry_once(self.database.watch), None)
        except StoreUnavailable as refusal:
            return self._follow(None, Gone(refusal, self.clock.now()))

    def _follow(self, watch: Watch | None, gone: Gone | None) -> Iterator[News]:
        closing = self.database.closing
        if gone is not None:
            yield gone
        while not closing.is_set():
            try:
                if watch is None:
                    watch = self.database.watch()
                    self._own.clear()  # an older copy may have taken over, and give its ids to others
                    yield Back()
                entries = [entry for entry in watch.news() if entry not in self._own]
                if entries:
                    yield self._changed(entries[-NEWS_AT_ONCE:])
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

    def _changed(self, ids: Collection[int]) -> Changed:
        """What these journal entries did, in their order; where that cannot be read, only that they did something."""
        try:
            return Changed(
                self.read(
                    lambda transaction: tuple(
                        outcomes_of(transaction, [(id_, *entries.read_entry(transaction, id_)) for id_ in ids])
                    )
                )
            )
        except (DeskBusy, LookupError):
            return Changed(())


def fingerprint_of(action: Action, at: dt.datetime) -> str:
    """What an action contains, whoever sends it: SHA-256 of its fields but the key."""
    fields = action.to_json()
    fields.pop("key", None)
    if action.at is not None:
        fields["at"] = at.isoformat()
    text = json.dumps([action.verb, fields], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
