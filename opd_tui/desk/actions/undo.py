"""Undo and redo: the last action of this desk today, then the one before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from opd_tui.desk.actions.base import Action
from opd_tui.desk.actions.holding import NoteSlip
from opd_tui.desk.actions.patients import ForgetPatient
from opd_tui.desk.actions.reverting import Reverting, is_set_back
from opd_tui.desk.outcome import Change, Forecast, Json, Outcome
from opd_tui.domain.errors import CannotBeUndone, NothingToChange, NothingToRedo, NothingToUndo, UnknownEntry
from opd_tui.domain.events import EVENTS, Event, Subject
from opd_tui.domain.field_types import Id
from opd_tui.domain.journal import JournalEntry
from opd_tui.domain.model import PatientId, Status, TokenId
from opd_tui.domain.records import field
from opd_tui.domain.unit_of_work import UnitOfWork

ENTRY = "entry"
"""The detail of an event that names the entry which it undoes or does again."""
PASSED_OVER = "passed_over"
"""The detail that counts the later actions which cannot be undone."""


@dataclass(frozen=True, kw_only=True)
class Undo(Action):
    """Undo this desk's last action of today; again, the one before."""

    verb: ClassVar[str] = "undo"

    entry: int | None = field(
        Id("journal entry"), "the journal entry of another action of this desk today", default=None
    )

    yes = "Yes, undo it"

    def question(self, forecast: Forecast, chosen: str = "") -> str:
        """See `Action`."""
        return f"Undo this? {undone_in_words(forecast.outcome)}.{what_follows(forecast.outcome)}"

    def run(self, uow: UnitOfWork) -> None:
        entry_id, passed_over = self.find(uow)
        details = {ENTRY: entry_id} | ({PASSED_OVER: passed_over} if passed_over else {})
        Reverting(uow, entry_id, uow.history.events_of(entry_id), details).run()

    def find(self, uow: UnitOfWork) -> tuple[int, int]:
        """Return the entry to undo, and how many that cannot be undone were passed over."""
        passed_over = 0
        for entry_id, entry, undone in of_this_desk(uow):
            if self.entry not in (None, entry_id) or (undone and self.entry is None):
                continue
            if undone:
                raise NothingToChange("This was undone already.")
            if because := why_it_stays(uow, entry_id, entry):
                if self.entry is not None:
                    raise CannotBeUndone(because)
                passed_over += 1
                continue
            return entry_id, passed_over
        if self.entry is not None:
            raise UnknownEntry("No action of this desk today has this entry. Leave it out to undo the last one.")
        forgotten = " A patient who was forgotten cannot be brought back." if passed_over else ""
        raise NothingToUndo(f"This desk has done nothing today that can be undone.{forgotten}")

    @classmethod
    def sentence(cls, outcome: Outcome) -> str:
        """See `Action`."""
        passed_over = any(PASSED_OVER in event.details for event in outcome.events)
        forgotten = " (a patient who was forgotten since stays forgotten)" if passed_over else ""
        return f"Undone: {undone_in_words(outcome)}{moves_in_words(outcome)}{forgotten}"

    @classmethod
    def answer(cls, outcome: Outcome) -> Json:
        """See `Action`."""
        return {"undone": entry_named_by(outcome.events)}


@dataclass(frozen=True, kw_only=True)
class Redo(Action):
    """Do again what this desk undid last."""

    verb: ClassVar[str] = "redo"

    entry: int | None = field(Id("journal entry"), "the journal entry of another action that was undone", default=None)

    yes = "Yes, do it again"

    def question(self, forecast: Forecast, chosen: str = "") -> str:
        """See `Action`."""
        return f"Do this again? {redone_in_words(forecast.outcome)}.{what_follows(forecast.outcome)}"

    def run(self, uow: UnitOfWork) -> None:
        undo_id, entry_id = self.find(uow)
        Reverting(uow, undo_id, uow.history.events_of(undo_id), {ENTRY: entry_id}).run()

    def find(self, uow: UnitOfWork) -> tuple[int, int]:
        """Return the entry that undid an action, and the action's own."""
        redone: set[int] = set()
        for undo_id, entry in entries_of_today(uow):
            if entry.action not in (Undo.verb, Redo.verb):
                break  # a new action ends redo
            entry_id = entry_named_by(uow.history.events_of(undo_id))
            if entry.action == Redo.verb:
                redone.add(entry_id)
            elif entry_id in redone:
                redone.remove(entry_id)
            elif self.entry in (None, entry_id, undo_id):
                return undo_id, entry_id
        raise NothingToRedo("Nothing was undone at this desk since its last action, so there is nothing to do again.")

    @classmethod
    def sentence(cls, outcome: Outcome) -> str:
        """See `Action`."""
        return f"Done again: {redone_in_words(outcome)}{moves_in_words(outcome)}"

    @classmethod
    def answer(cls, outcome: Outcome) -> Json:
        """See `Action`."""
        return {"redone": entry_named_by(outcome.events)}


def entries_of_today(uow: UnitOfWork) -> Iterator[tuple[int, JournalEntry]]:
    """Yield the entries that this desk recorded today, newest first, but for slips, which stay printed."""
    today = uow.now.astimezone(uow.zone).date()
    midnight = dt.datetime.combine(today, dt.time(), uow.zone).astimezone(dt.UTC)
    before: int | None = None
    while page := uow.history.entries_before(before):
        for entry_id, entry in page:
            if entry.recorded_at < midnight:
                return
            if entry.desk == uow.desk and entry.action != NoteSlip.verb:
                yield entry_id, entry
        before = page[-1][0]


def of_this_desk(uow: UnitOfWork) -> Iterator[tuple[int, JournalEntry, bool]]:
    """Yield the actions of this desk today but undo and redo, newest first, and whether each is undone now."""
    undone: dict[int, bool] = {}
    for entry_id, entry in entries_of_today(uow):
        if entry.action in (Undo.verb, Redo.verb):
            undone.setdefault(entry_named_by(uow.history.events_of(entry_id)), entry.action == Undo.verb)
        else:
            yield entry_id, entry, undone.get(entry_id, False)


def entry_named_by(events: list[Event] | tuple[Event, ...]) -> int:
    """Return the entry that an undo or redo names in its events."""
    return next(int(event.details[ENTRY]) for event in events if ENTRY in event.details)


def why_it_stays(uow: UnitOfWork, entry_id: int, entry: JournalEntry) -> str | None:
    """Return why an action is passed over: its patient was forgotten, and nothing brings the name back."""
    if entry.action == ForgetPatient.verb:
        return "A patient who was forgotten cannot be brought back."
    for event in uow.history.events_of(entry_id):
        if event.subject is Subject.PATIENT and is_set_back(event) and uow.is_forgotten(PatientId(event.subject_id)):
            return "The patient was forgotten since."
        if event.subject is Subject.TOKEN and is_set_back(event):
            token = uow.token(TokenId(event.subject_id))
            if token and uow.is_forgotten(token.patient_id):
                return f"The patient of {token.number} was forgotten since."
    return None


def undone_in_words(outcome: Outcome) -> str:
    """Return the sentences of the events that were set back."""
    return "; ".join(
        as_it_was(event, event.after, event.before or {}).sentence(outcome.directory)
        for event in reversed(set_back(outcome))
    )


def redone_in_words(outcome: Outcome) -> str:
    """Return the sentences of the events that happened again."""
    return "; ".join(
        as_it_was(event, event.before or {}, event.after).sentence(outcome.directory) for event in set_back(outcome)
    )


def set_back(outcome: Outcome) -> list[Event]:
    """Return the events of an undo or redo that a sentence names."""
    return [event for event in outcome.events if "kind" in event.details and not event.quiet]


def as_it_was(event: Event, before: object, after: object) -> Event:
    """Return the event that was set back by another one, or happened again."""
    kind = EVENTS.get(event.details["kind"], type(event))
    return kind(event.subject_id, before, after, event.slot_id, details=event.details)  # type: ignore[arg-type]


def moves_in_words(outcome: Outcome) -> str:
    """Return how tokens stand that are open again, and then what the rule did to others, as the end of a sentence."""
    reopened = [change.token.id for change in outcome.changes if is_reopened(change)]
    again = (outcome.record_of(token_id).token for token_id in reopened)
    stands = [f"{token.label} {'has a seat' if token.status is Status.ACTIVE else 'waits'} again" for token in again]
    others = (event for event in outcome.events if event.by_rule and event.subject_id not in reopened)
    return "".join(f"; {words}" for words in (*stands, *(event.sentence(outcome.directory) for event in others)))


def is_reopened(change: Change) -> bool:
    """Return whether a change opened a closed token."""
    was, now = change.from_status, change.to_status
    return was is not None and now is not None and now.is_open and not was.is_open


def what_follows(outcome: Outcome) -> str:
    """Return the sentences of what the rule would do, as the end of a question."""
    moves = [event.sentence(outcome.directory) for event in outcome.events if event.by_rule]
    return f" Then {', and '.join(moves)}." if moves else ""
