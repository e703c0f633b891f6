"""The front desk: actions in, outcomes out, and what other desks do meanwhile."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import time
import uuid
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace

from opd_tui.clock import Clock
from opd_tui.desk.actions.base import Action
from opd_tui.desk.news import Back, Changed, Gone, News
from opd_tui.desk.outcome import Forecast, Moves, Outcome
from opd_tui.desk.own_entries import Follower, OwnEntries
from opd_tui.desk.reading import DeskReads, nearest_seat, outcomes_of, retry_once
from opd_tui.desk.subscribers import Subscriber, Subscribers
from opd_tui.domain.actor import Actor
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
from opd_tui.storage.journal import entries, since
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

    def __init__(self, database: Database, clock: Clock, actor: Actor) -> None:
        super().__init__(database, clock)
        self.actor = actor
        """Who acts where a call names nobody else."""
        self._subscribers = Subscribers()
        self._own = OwnEntries()

    def stop_waiting(self) -> None:
        """End a wait for another desk with DeskBusy; what has the lock already is finished."""
        self.database.closing.set()

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()

    # Actions

    def perform(self, action: Action, actor: Actor | None = None, *, expect: Moves | None = None) -> Outcome:
        """Do an action durably; raises a DeskRefusal, and MovesChanged where others would move than `expect`.

        Where a server's answer can be lost the action gets an idempotency key, so that asking again is safe.
        """
        if self.database.answers_may_be_lost and action.key is None:
            action = replace(action, key=uuid.uuid4().hex)
        actor = actor or self.actor
        try:
            outcome, done_before = retry_once(lambda: self._perform(action, actor, expect))
        except AnswerLost:
            outcome, done_before = self._perform_when_back(action, actor, expect), False
        if outcome.visits:
            self.erase_traces()
        if not done_before:
            self._subscribers.tell(outcome)
        return outcome

    def subscribe(self, callback: Subscriber) -> Callable[[], None]:
        """Call back with the outcome of every action that this desk commits, and return what ends it.

        The callback runs in the thread that performed, after the commit; a repeat under the same key is not told.
        """
        return self._subscribers.add(callback)

    def erase_traces(self) -> bool:
        """Overwrite what is left in the files of somebody who was forgotten; says whether that was certainly all."""
        try:
            return self.database.erase_traces()
        except DeskRefusal:
            return False  # the patient is forgotten, whatever becomes of old pages

    def _perform(self, action: Action, actor: Actor, expect: Moves | None) -> tuple[Outcome, bool]:
        with self.database.writing() as transaction:
            outcome, done_before = self._run(transaction, action, actor)
            if done_before:
                return outcome, True
            if expect is not None and outcome.moves != expect:
                raise MovesChanged("Another desk has changed this slot meanwhile. Look again, then confirm.")
            self.database.announce(transaction, outcome.entry_id)
            with self._own.committing(outcome.entry_id):
                transaction.commit()
        return outcome, False

    def _perform_when_back(self, action: Action, actor: Actor, expect: Moves | None) -> Outcome:
        """Ask again under the same key until the server answers; raises AnswerLost if it stays away."""
        deadline = time.monotonic() + SECONDS_TO_COME_BACK
        while True:
            self.database.closing.wait(RECONNECT_SECONDS)
            try:
                return self._perform(action, actor, expect)[0]
            except (StoreUnavailable, DeskBusy) as error:  # it may even be this action that still holds its key
                if time.monotonic() > deadline or self.database.closing.is_set():
                    key = action.key or ""
                    raise AnswerLost(key, f"Look before you repeat it; under the key {key} it is done once.") from error

    def find_out(self, key: str) -> Outcome | None:
        """Return what was done under the key of a lost answer and tell the subscribers; None if nothing was done.

        Raises DeskBusy while it may still be done, and StoreUnavailable.
        """
        outcome = retry_once(lambda: self._find_out(key))
        if outcome is not None:
            self._subscribers.tell(outcome)
        return outcome

    def _find_out(self, key: str) -> Outcome | None:
        with self.database.writing() as transaction:
            self.database.hold_key(transaction, key)
            receipt = entries.read_receipt(transaction, key)
            return self._outcome_of_entry(transaction, receipt.entry_id) if receipt else None

    def preview(self, action: Action, actor: Actor | None = None) -> Forecast:
        """Do an action and take it back: what `perform` would do now; raises as `perform` does."""
        return retry_once(lambda: self._preview(action, actor or self.actor))

    def _preview(self, action: Action, actor: Actor) -> Forecast:
        with self.database.writing() as transaction:
            outcome, _ = self._run(transaction, action, actor)
            return self._forecast(transaction, outcome)

    def check_file(self) -> None:
        """See that the database's file is as a desk left it; raises StoreDamaged."""
        with self.database.writing() as transaction:
            transaction.commit()

    def _run(self, transaction: Transaction, action: Action, actor: Actor) -> tuple[Outcome, bool]:
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
        entry = JournalEntry(action.verb, at, now, actor.operator, actor.desk, actor.road.value)
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
        (outcome,) = self._outcomes(transaction, [entry_id])
        return outcome

    def _outcomes(self, transaction: Transaction, ids: Collection[int]) -> tuple[Outcome, ...]:
        return tuple(outcomes_of(transaction, [(id_, *entries.read_entry(transaction, id_)) for id_ in ids]))

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

    # What was committed

    def changes_since(self, entry_id: int) -> tuple[Outcome, ...]:
        """Return what any desk committed after an entry, oldest first and so many at most; ask again from the last.

        On a server, an entry may be committed after one with a higher id: `follow` misses none.
        """
        return self.read(lambda transaction: self._changes_since(transaction, entry_id))

    def _changes_since(self, transaction: Transaction, entry_id: int) -> tuple[Outcome, ...]:
        return self._outcomes(transaction, since.ids_after(transaction, entry_id, NEWS_AT_ONCE))

    def follow(self, *, own: bool = False) -> Iterator[News]:
        """Return what other desks do from now on, for as long as this one is open, for one thread to read.

        With `own` it has the actions of this desk, too.
        """
        # Registered before the watch starts, so that no action of this desk falls between the two.
        follower = Follower() if own else self._own.new_follower()
        try:
            return self._follow(follower, retry_once(self.database.watch), None)
        except StoreUnavailable as refusal:
            return self._follow(follower, None, Gone(refusal, self.clock.now()))

    def _follow(self, follower: Follower, watch: Watch | None, gone: Gone | None) -> Iterator[News]:
        closing = self.database.closing
        if gone is not None:
            yield gone
        try:
            while not closing.is_set():
                try:
                    if watch is None:
                        self._own.restart(follower)
                        watch = self.database.watch()
                        yield Back()
                    entries = follower.of_others(watch.news())
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
        finally:
            if watch is not None:
                watch.close()

    def _changed(self, ids: Collection[int]) -> Changed:
        """What these journal entries did, in their order; where that cannot be read, only that they did something."""
        try:
            return Changed(self.read(lambda transaction: self._outcomes(transaction, ids)))
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
