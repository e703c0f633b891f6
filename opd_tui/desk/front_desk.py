"""The front desk: performs actions, returns their outcomes, and follows what other desks commit."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import time
import uuid
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace

from opd_tui.clock import Clock
from opd_tui.desk.actions.base import Action
from opd_tui.desk.news import Back, Changed, Gone, News
from opd_tui.desk.outcome import Forecast, Moves, Outcome
from opd_tui.desk.own_entries import Follower, OwnEntries
from opd_tui.desk.people_reads import PeopleReads
from opd_tui.desk.reading import directory_of, nearest_seat, outcome_of, outcomes_of, retry_once
from opd_tui.desk.subscribers import Subscriber, Subscribers
from opd_tui.domain.actor import Actor
from opd_tui.domain.errors import (
    AnswerLost,
    ClockIsWrong,
    DeskBusy,
    DeskRefusal,
    InvalidAction,
    KeyReused,
    MovesChanged,
    StoreUnavailable,
)
from opd_tui.domain.events import TokenIssued
from opd_tui.domain.field_types import FIRST_YEAR, LAST_YEAR
from opd_tui.domain.instants import AT, EPOCH, local_instant
from opd_tui.domain.journal import JournalEntry
from opd_tui.domain.model import Status
from opd_tui.storage.engines.database import Database, Watch
from opd_tui.storage.journal import entries, since
from opd_tui.storage.queries import finding, people, reads
from opd_tui.storage.transaction import Transaction
from opd_tui.storage.unit_of_work import SqlUnitOfWork

SECONDS_TO_COME_BACK = 5.0
"""How long an action whose answer was lost is retried until the server is back."""
RECONNECT_SECONDS = 0.5
NEWS_AT_ONCE = 50
"""The maximum number of outcomes in one piece of news; of more, only the newest are reported."""


class FrontDesk(PeopleReads):
    """One desk at the counter. Its methods may be called from any thread."""

    def __init__(self, database: Database, clock: Clock, actor: Actor) -> None:
        super().__init__(database, clock)
        self.actor = actor
        """The default actor."""
        self._subscribers = Subscribers()
        self._own = OwnEntries()

    def stop_waiting(self) -> None:
        """End all waits for other desks with DeskBusy; an action that already holds its lock is completed."""
        self.database.closing.set()

    def close(self) -> None:
        """Close the database."""
        self.database.close()

    # Actions

    def perform(self, action: Action, actor: Actor | None = None, *, expect: Moves | None = None) -> Outcome:
        """Perform an action; once this returns, it is durable. Raise a DeskRefusal if it is refused.

        Raises MovesChanged if its moves would differ from `expect`.
        """
        fresh = self.database.answers_may_be_lost and action.key is None
        if fresh:  # so that a retry after AnswerLost is safe
            action = replace(action, key=uuid.uuid4().hex)
        actor = actor or self.actor
        try:
            outcome, done_before = retry_once(lambda: self._perform(action, actor, expect, fresh=fresh))
        except AnswerLost:
            # Counts as done now, even if the lost attempt had committed: the subscribers were not told of it.
            outcome, done_before = self._perform_when_back(action, actor, expect), False
        if outcome.visits:
            self.forget_names()
            self.erase_traces()
        if not done_before:
            self._subscribers.tell(outcome)
        return outcome

    def subscribe(self, callback: Subscriber) -> Callable[[], None]:
        """Call `callback` with the outcome of every action that this desk commits; return a function that unsubscribes.

        It runs after the commit, in the thread that performed the action; a repeat under the same key is not reported.
        """
        return self._subscribers.add(callback)

    def erase_traces(self) -> bool:
        """Overwrite what the database's files still hold of forgotten patients; return whether nothing is left."""
        try:
            return self.database.erase_traces()
        except DeskRefusal:
            return False  # forgetting is committed already, so it must not look refused

    def _perform(
        self, action: Action, actor: Actor, expect: Moves | None, *, fresh: bool = False
    ) -> tuple[Outcome, bool]:
        with self.database.writing() as transaction:
            outcome, done_before = self._run(transaction, action, actor, fresh=fresh)
            if done_before:
                return outcome, True
            if expect is not None and outcome.moves != expect:
                raise MovesChanged("Another desk has changed this slot meanwhile. Look again, then confirm.")
            self.database.announce(transaction, outcome.entry_id)
            with self._own.committing(outcome.entry_id):  # a watch may report the entry before commit() returns
                transaction.commit()
        return outcome, False

    def _perform_when_back(self, action: Action, actor: Actor, expect: Moves | None) -> Outcome:
        """Retry under the same key until the server answers; raise AnswerLost if it stays offline."""
        deadline = time.monotonic() + SECONDS_TO_COME_BACK
        while True:
            self.database.closing.wait(RECONNECT_SECONDS)
            try:
                return self._perform(action, actor, expect)[0]
            except (StoreUnavailable, DeskBusy) as error:  # busy: the lost attempt may still hold the key's lock
                if time.monotonic() > deadline or self.database.closing.is_set():
                    key = action.key or ""
                    advice = f"Look before you repeat it; under the key {key} it is done only once."
                    raise AnswerLost(key, advice) from error

    def find_out(self, key: str) -> Outcome | None:
        """Return the outcome of the action whose answer was lost, or None if it was not done; tell the subscribers.

        Raises DeskBusy while the action may still be running on the server, and StoreUnavailable.
        """
        outcome = retry_once(lambda: self._find_out(key))
        if outcome is not None:
            self._subscribers.tell(outcome)
        return outcome

    def _find_out(self, key: str) -> Outcome | None:
        with self.database.writing() as transaction:
            self.database.hold_key(transaction, key)  # waits for a transaction that the server has not yet ended
            receipt = entries.read_receipt(transaction, key)
            return self._outcome_of_entry(transaction, receipt.entry_id) if receipt else None

    def preview(self, action: Action, actor: Actor | None = None) -> Forecast:
        """Return what `perform` would do now: run the action and roll it back; raise as `perform` does."""
        return retry_once(lambda: self._preview(action, actor or self.actor))

    def _preview(self, action: Action, actor: Actor) -> Forecast:
        with self.database.writing() as transaction:
            outcome, _ = self._run(transaction, action, actor)
            forecast = self._forecast(transaction, outcome)
            others = people.others_with_number(transaction, outcome.events)
            twice = finding.open_twice(transaction, outcome.events)
        # Leaving the block without commit() has rolled the action back.
        forecast = replace(forecast, number_of=others, open_twice=twice)
        if not (forgotten := outcome.forgotten):
            return forecast
        records = self.read(lambda transaction: people.patients(transaction, forgotten))
        untold = [record.token for record in self.to_tell(self.today()) if record.token.patient_id in forgotten]
        return replace(forecast, people=records, untold=tuple(untold))

    def check_file(self) -> None:
        """Examine the file if it is not as the last desk left it; raise StoreDamaged if it is damaged.

        Beginning a write transaction does the check.
        """
        with self.database.writing() as transaction:
            transaction.commit()

    def _run(
        self, transaction: Transaction, action: Action, actor: Actor, *, fresh: bool = False
    ) -> tuple[Outcome, bool]:
        """Run an action, or find the outcome of an earlier one with its key; return whether there was an earlier one.

        With `fresh`, nobody has ever used the key.
        On a server the key is locked before anything else; the unit of work has the whole lock order.
        """
        now = self.clock.now()
        refuse_wrong_clock(now)
        at = self._instant_of(action) or now
        fingerprint = fingerprint_of(action, at) if action.key else ""
        if action.key:
            self.database.hold_key(transaction, action.key)
            if not fresh and (receipt := entries.read_receipt(transaction, action.key)):
                if receipt.fingerprint != fingerprint:
                    raise KeyReused(why_not_repeated(action.key, receipt))
                return self._outcome_of_entry(transaction, receipt.entry_id), True
        if action.at is not None:
            self._refuse_impossible(at, now)
        entry = JournalEntry(action.verb, at, now, actor.operator, actor.desk, actor.road.value)
        uow = SqlUnitOfWork(transaction, self.zone, entry)
        action.run(uow)
        uow.add_entry()
        directory = directory_of(transaction, uow.events)
        entry_id = uow.write_journal()
        if action.key:
            entries.write_receipt(transaction, action.key, entries.Receipt(fingerprint, entry_id))
        return outcome_of((entry_id, entry, uow.events), directory), False

    def _instant_of(self, action: Action) -> dt.datetime | None:
        """Return the instant in the action's `at`; raise InvalidAction if the local time is impossible or ambiguous."""
        if action.at is None or action.at.tzinfo:
            return action.at
        return local_instant(action.at, self.zone)

    def _refuse_impossible(self, at: dt.datetime, now: dt.datetime) -> None:
        if at > now:
            raise InvalidAction(
                f"must not be later than the desk's clock, {now.astimezone(self.zone):%Y-%m-%d %H:%M}.", *AT
            )
        if at < EPOCH:
            raise InvalidAction("must not be before 1970.", *AT)

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
        namesakes = tuple(reads.namesakes(transaction, outcome.token)) if outcome.changed(TokenIssued) else ()
        if outcome.token.token.status is not Status.WAITING:
            return Forecast(outcome, load, namesakes=namesakes)
        place = reads.waiting_before(transaction, outcome.token.token) + 1
        nearest = nearest_seat(transaction, outcome.token, self.wall_clock())
        return Forecast(outcome, load, place, nearest, namesakes)

    # News

    def changes_since(self, entry_id: int) -> tuple[Outcome, ...]:
        """Return what all desks committed after an entry, oldest first, NEWS_AT_ONCE at most; ask again from the last.

        On a server, an entry may be committed after one with a higher id and so be missed here, but not by `follow`.
        """
        return self.read(lambda transaction: self._changes_since(transaction, entry_id))

    def _changes_since(self, transaction: Transaction, entry_id: int) -> tuple[Outcome, ...]:
        return self._outcomes(transaction, since.ids_after(transaction, entry_id, NEWS_AT_ONCE))

    def follow(self, *, own: bool = False) -> Iterator[News]:
        """Yield news of other desks from this call on until this desk is closed; one thread at a time may iterate.

        With `own`, actions of this desk are included.
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
                        yield self._changed(entries)
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

    def _changed(self, ids: Sequence[int]) -> Changed:
        """Return the outcomes of the newest of these journal entries, or none if they cannot be read just now."""
        try:
            outcomes = self.read(lambda transaction: self._outcomes(transaction, ids[-NEWS_AT_ONCE:]))
        except (DeskBusy, LookupError):
            outcomes = ()
        forgotten = len(outcomes) < len(ids) or any(outcome.visits for outcome in outcomes)
        if forgotten:
            self.forget_names()
        return Changed(outcomes, forgotten)


def refuse_wrong_clock(now: dt.datetime) -> None:
    """Raise ClockIsWrong outside the years that the desk knows: later arrivals could not come after it."""
    if not FIRST_YEAR <= now.year <= LAST_YEAR:
        raise ClockIsWrong(f"This machine's clock says {now:%d %b %Y}. Set it, then try again.")


def why_not_repeated(key: str, receipt: entries.Receipt) -> str:
    """Return why an action is not taken for a repeat of the one with the same key."""
    if receipt.fingerprint == people.NO_FINGERPRINT:
        return (
            f"The key {key!r} was used for a patient who has been forgotten since. That was done, and what it said is "
            "gone, so this cannot be compared with it. Choose a new key for a new action."
        )
    return f"The key {key!r} was used for another action. Choose a new key."


def fingerprint_of(action: Action, at: dt.datetime) -> str:
    """Return the SHA-256 of an action's verb and fields, without its key: equal for equal requests of any actor."""
    fields = action.to_json()
    fields.pop("key", None)
    if action.at is not None:
        fields["at"] = at.isoformat()
    text = json.dumps([action.verb, fields], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
