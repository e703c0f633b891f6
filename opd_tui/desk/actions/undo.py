"""Undo and redo: the last action of this desk today, then the one before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from opd_tui.desk.actions.base import Action
from opd_tui.desk.actions.holding import NoteSlip
from opd_tui.desk.actions.patients import ForgetPatient
from opd_tui.desk.actions.reverting import Reverting, is_set_back
from opd_tui.desk.actions.stands_words import stands_in_words
from opd_tui.desk.actions.undo_words import deeds_in_words
from opd_tui.desk.actions.words import in_words
from opd_tui.desk.outcome import Forecast, Json, Outcome
from opd_tui.domain.errors import CannotBeUndone, NothingToChange, NothingToRedo, NothingToUndo, UnknownEntry
from opd_tui.domain.events import Event, Subject
from opd_tui.domain.events.patients import merged_records
from opd_tui.domain.field_types import Id
from opd_tui.domain.journal import JournalEntry
from opd_tui.domain.model import PatientId, TokenId
from opd_tui.domain.records import field
from opd_tui.domain.unit_of_work import UnitOfWork

ENTRY = "entry"
"""The detail of an event that names the entry which it undoes or does again."""
PASSED_OVER = "passed_over"
"""The detail that counts the actions that stay, or of which a part stays, because a patient was forgotten."""


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
        outcome = forecast.outcome
        return with_what_follows(f"Undo {deeds_in_words(outcome)}", stands_in_words(outcome))

    def run(self, uow: UnitOfWork) -> None:
        entry_id, events, own, passed_over = self.find(uow)
        details = {ENTRY: entry_id} | ({PASSED_OVER: passed_over} if passed_over else {})
        Reverting(uow, entry_id, events, own, details).run()

    def find(self, uow: UnitOfWork) -> tuple[int, Sequence[Event], list[Event], int]:
        """Return the entry to undo, its events, those to set back, and how many actions forgetting keeps from it."""
        passed_over = 0
        for entry_id, entry, undone in of_this_desk(uow):
            if self.entry not in (None, entry_id):
                continue
            if undone and self.entry is not None:
                raise NothingToChange("This was undone already.")
            if undone:
                passed_over = 0  # its undo said so of those that came after it
                continue
            events = uow.history.events_of(entry_id)
            own, staying = split(uow, events)
            if own and entry.action != ForgetPatient.verb:
                return entry_id, events, own, passed_over + bool(staying)
            if self.entry is not None:
                raise CannotBeUndone("A patient who was forgotten cannot be brought back.")
            passed_over += 1
        if self.entry is not None:
            raise UnknownEntry("No action of this desk today has this entry. Leave it out to undo the last one.")
        forgotten = " A patient who was forgotten cannot be brought back." if passed_over else ""
        raise NothingToUndo(f"This desk has done nothing today that can be undone.{forgotten}")

    @classmethod
    def sentence(cls, outcome: Outcome) -> str:
        """See `Action`."""
        passed_over = any(PASSED_OVER in event.details for event in outcome.events)
        forgotten = " (a patient who was forgotten since stays forgotten)" if passed_over else ""
        return "; ".join([f"Undone: {deeds_in_words(outcome)}", *stands_in_words(outcome)]) + forgotten

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
        outcome = forecast.outcome
        deeds = deeds_in_words(outcome, again=True)
        return with_what_follows(f"Do this again: {deeds}", stands_in_words(outcome, again=True))

    def run(self, uow: UnitOfWork) -> None:
        undo_id, entry_id = self.find(uow)
        events = uow.history.events_of(undo_id)
        own, _ = split(uow, events)
        if not own:
            raise NothingToRedo("The patient was forgotten since, so this cannot be done again.")
        Reverting(uow, undo_id, events, own, {ENTRY: entry_id}).run()

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
        raise NothingToRedo("Nothing was undone since the last action here, so nothing is done again.")

    @classmethod
    def sentence(cls, outcome: Outcome) -> str:
        """See `Action`."""
        deeds = deeds_in_words(outcome, again=True)
        return "; ".join([f"Done again: {deeds}", *stands_in_words(outcome, again=True)])

    @classmethod
    def answer(cls, outcome: Outcome) -> Json:
        """See `Action`."""
        return {"redone": entry_named_by(outcome.events)}


def entries_of_today(uow: UnitOfWork) -> Iterator[tuple[int, JournalEntry]]:
    """Yield the entries that this desk recorded today, newest first, but for slips, which stay printed."""
    today = uow.now.astimezone(uow.zone).date()
    midnight = dt.datetime.combine(today, dt.time(), uow.zone).astimezone(dt.UTC)
    for entry_id, entry in uow.history.newest_entries():
        if entry.recorded_at < midnight:
            return
        if entry.desk == uow.desk and entry.action != NoteSlip.verb:
            yield entry_id, entry


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


def split(uow: UnitOfWork, events: Iterable[Event]) -> tuple[list[Event], list[Event]]:
    """Return the events of an action that are set back, and those that stay because a patient was forgotten since."""
    own: list[Event] = []
    forgotten: list[Event] = []
    for event in filter(is_set_back, events):
        (forgotten if is_of_forgotten(uow, event) else own).append(event)
    return own, forgotten


def is_of_forgotten(uow: UnitOfWork, event: Event) -> bool:
    """Return whether an event is about a patient who was forgotten since, or about a token of one."""
    if event.subject is Subject.PATIENT:
        records = {event.subject_id, *merged_records(event), event.details.get("kept")}
    elif event.subject is Subject.TOKEN and (token := uow.token(TokenId(event.subject_id))):
        records = {token.patient_id, (event.before or {}).get("patient_id")}
    else:
        return False
    return any(uow.is_forgotten(PatientId(id_)) for id_ in records if id_ is not None)


def with_what_follows(question: str, follows: list[str]) -> str:
    """Return a question with how everything would then stand."""
    return f"{question}? Then {in_words(follows, most=len(follows))}." if follows else f"{question}?"
