"""What was changed since an action, and so keeps it from being set back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from opd_tui.desk.actions.base import at_time
from opd_tui.desk.actions.present_names import PresentNames
from opd_tui.desk.actions.records import version_of
from opd_tui.domain.errors import ChangedSince
from opd_tui.domain.events import Event, Fields, PatientDetailsAdded, Subject, TokenWithdrawn
from opd_tui.domain.journal import JournalEntry
from opd_tui.domain.knowledge import TELLING
from opd_tui.domain.model import PatientId, Status, Token, TokenId
from opd_tui.domain.unit_of_work import UnitOfWork

OPEN = {status.name for status in Status if status.is_open}


@dataclass(frozen=True)
class ChangesSince:
    """The changes of rows since an entry of the journal."""

    uow: UnitOfWork
    entry_id: int

    def refuse(self, own: Sequence[Event]) -> None:
        """Raise ChangedSince if something does not stand as these events of the entry left it."""
        left: dict[tuple[Subject, int], dict[str, Any]] = {}
        for event in own:
            row = event.subject, event.subject_id
            everything = dict.fromkeys(present(self.uow, event)) if event.before is None else {}
            left[row] = {**left.get(row, {}), **everything, **event.after}
            self.refuse_edited(event)
        for (subject, row_id), fields in left.items():
            now = self.uow.fields(subject, row_id) or {}
            changed = [name for name, value in fields.items() if not stands(name, value, now.get(name))]
            if changed:
                raise self.refusal(subject, row_id, changed)
        self.refuse_moved(own)

    def refuse_edited(self, event: Event) -> None:
        """Raise ChangedSince if a patient's details were edited since, or filled in by a visit that stands."""
        if "kept" not in event.details:
            return
        patient_id = PatientId(event.subject_id)
        if version_of(self.uow, patient_id) != event.details["to"]:
            raise self.refusal(event.subject, patient_id, ())
        for entry, later in self.uow.history.later_events(Subject.PATIENT, patient_id, self.entry_id):
            filled = later.details["fields"] if later.kind == PatientDetailsAdded.kind else ()
            if not set(event.details["fields"]).isdisjoint(filled) and self.visit_stands(patient_id, entry):
                raise self.told(entry, later)

    def visit_stands(self, patient_id: PatientId, entry: JournalEntry) -> bool:
        """Return whether the token that a patient got in an entry was not taken back."""
        issued = (
            token
            for token in self.uow.tokens_of_patient(patient_id)
            if self.uow.history.later_events(Subject.TOKEN, token.id, 0)[0][0] == entry
        )
        return not any(map(self.was_taken_back, issued))

    def refuse_moved(self, own: Sequence[Event]) -> None:
        """Raise ChangedSince if a visit that goes back to another record has got another token since."""
        going = [event for event in own if event.before and "patient_id" in event.before]
        visits = {event.subject_id for event in going}
        for patient_id in {token.patient_id for token in tokens_of(self.uow, going)}:
            for token in self.uow.tokens_of_patient(patient_id):
                if token.replaces in visits and token.id not in visits and not self.was_taken_back(token):
                    raise self.refusal(Subject.TOKEN, token.replaces, ["status"])

    def was_taken_back(self, token: Token) -> bool:
        """Return whether the issuing of a token was undone."""
        events = [event for _, event in self.uow.history.later_events(Subject.TOKEN, token.id, 0)]
        return [event.kind for event in events if "status" in event.after][-1] == TokenWithdrawn.kind

    def refusal(self, subject: Subject, row_id: int, names: Sequence[str]) -> ChangedSince:
        """Return the refusal that says what was changed, when, by whom and where."""
        later = self.uow.history.later_events(subject, row_id, self.entry_id)
        found = [
            (entry, event)
            for entry, event in later
            if not event.after.keys().isdisjoint(names) or (subject is Subject.PATIENT and "to" in event.details)
        ]
        if not found:
            return ChangedSince("It was changed since. Look again.")
        return self.told(*found[-1])

    def told(self, entry: JournalEntry, event: Event) -> ChangedSince:
        """Return the refusal that says what an event changed, when, by whom and where."""
        what, when = event.sentence(PresentNames(self.uow)), at_time(entry.at, self.uow)
        return ChangedSince(f"{what}, done{when} by {entry.operator} at {entry.desk}. Undo that first.")


def present(uow: UnitOfWork, event: Event) -> Fields:
    """Return the present fields of an event's row."""
    return uow.fields(event.subject, event.subject_id) or {}


def tokens_of(uow: UnitOfWork, events: Sequence[Event]) -> list[Token]:
    """Return the tokens of these events, as they are now."""
    ids = dict.fromkeys(TokenId(event.subject_id) for event in events if event.subject is Subject.TOKEN)
    return [token for token_id in ids if (token := uow.token(token_id))]


def stands(name: str, left: object, now: object) -> bool:
    """Return whether a field is as an action left it; the rule may have seated a token, or taken its seat."""
    if name == TELLING:
        return True
    return left == now or (name == "status" and {left, now} <= OPEN)
