"""What an undo or redo took back or did again, in words."""

from __future__ import annotations

from collections.abc import Iterable

from opd_tui.desk.actions.words import in_words
from opd_tui.desk.outcome import Outcome
from opd_tui.domain.events import (
    EVENTS,
    DoctorEdited,
    Event,
    PatientEdited,
    PatientMerged,
    Subject,
    TokenIssued,
    TokenMovedAway,
)
from opd_tui.domain.events.doctors import EARLIER_NAME, RESTORED_NAME
from opd_tui.domain.events.patients import WORDS, both_records
from opd_tui.domain.model import DoctorId, Token, TokenId

NAMED = 2
"""So many rows of a kind are named."""
EDITING = (DoctorEdited.kind, PatientEdited.kind)


def deeds_in_words(outcome: Outcome, *, again: bool = False) -> str:
    """Return what was undone, or done again: `cancelling A-003 Sunita Rao`, of many rows the number and the first few.

    A detail, such as where tokens moved, is told if it is the same for all of them.
    """
    kinds: dict[str, list[Event]] = {}
    for event in set_back(outcome, again=again):
        kinds.setdefault(kind_of(event).deed, []).append(event)
    if TokenMovedAway.deed in kinds:
        kinds.pop(TokenIssued.deed, None)  # the token that replaces another is part of the move
    moved = replacements(outcome)
    phrases = []
    for deed, alike in kinds.items():
        details = {detail_of(event, outcome, moved, again=again) for event in alike}
        rows = rows_in_words(alike, outcome, again=again)
        phrases.append(deed.format(rows) + (details.pop() if len(details) == 1 else ""))
    return in_words(phrases, most=len(phrases)) if phrases else "the last action"


def set_back(outcome: Outcome, *, again: bool) -> list[Event]:
    """Return the events of an undo or redo of which a sentence tells, in the order in which they first happened."""
    named = (event for event in outcome.events if "kind" in event.details and not event.quiet)
    found = [event for event in named if (kind := EVENTS.get(event.details["kind"])) and kind.deed]
    if any(event.details["kind"] == PatientMerged.kind for event in found):
        found = [event for event in found if not is_edit(event)]  # the record that stays got what it lacked
    return found if again else found[::-1]


def kind_of(event: Event) -> type[Event]:
    """Return the class of the event that was set back, or that happened again."""
    return EVENTS[event.details["kind"]]


def is_edit(event: Event) -> bool:
    """Return whether an undo or redo changed a patient's or a doctor's details."""
    return event.details["kind"] in EDITING


def replacements(outcome: Outcome) -> dict[TokenId, Token]:
    """Return the tokens that replace others of the same undo or redo, by the token that each one replaces."""
    ids = {event.subject_id for event in outcome.events if event.subject is Subject.TOKEN}
    tokens = (outcome.directory.tokens[TokenId(id_)].token for id_ in ids)
    return {token.replaces: token for token in tokens if token.replaces in ids}


def detail_of(event: Event, outcome: Outcome, moved: dict[TokenId, Token], *, again: bool) -> str:
    """Return what follows a deed, such as ` to Dr A 09:00`."""
    if event.subject is Subject.TOKEN and (replacement := moved.get(TokenId(event.subject_id))):
        return f" to {outcome.directory.slot(replacement.slot_id)}"
    before, after = (event.before, event.after) if again else (event.after, event.before or {})
    original = kind_of(event)(event.subject_id, before, after, event.slot_id, details=event.details)
    return original.detail(outcome.directory)


def rows_in_words(events: list[Event], outcome: Outcome, *, again: bool) -> str:
    """Return the rows of events of one kind: `A-003 Sunita Rao`, or `5 patients (A-003 Sunita Rao and 4 more)`."""
    names = [
        changed_row(event, outcome, again=again) if is_edit(event) else name_of(event, outcome) for event in events
    ]
    return names[0] if len(names) == 1 else f"{several(events[0].subject, len(names))} ({in_words(names, NAMED)})"


def several(subject: Subject, number: int) -> str:
    """Return a number of rows: `5 patients`, `1 slot`."""
    return f"{number} {'patient' if subject is Subject.TOKEN else subject.value}{'' if number == 1 else 's'}"


def name_of(event: Event, outcome: Outcome) -> str:
    """Return the name of an event's row, of a doctor with the code, which namesakes do not share; of a merge, both."""
    names = outcome.directory
    if event.subject is Subject.DOCTOR:
        doctor = names.doctors[DoctorId(event.subject_id)]
        return f"{doctor.name} ({doctor.code})"
    if event.subject is Subject.PATIENT:
        return both_records([*map(names.patient, event.named_patients)])
    of_row = {Subject.TOKEN: names.token, Subject.SLOT: names.slot}
    return of_row[event.subject](event.subject_id)


def changed_row(event: Event, outcome: Outcome, *, again: bool) -> str:
    """Return whose details were changed, with the other name, or else the details: `Asha Verma (was Asha Varma)`."""
    before, after = names_around(event, outcome)
    if before != after:
        return f"{before} to {after}" if again else f"{before} (was {after})"
    return f"{after} ({in_words(other_fields(event))})" if other_fields(event) else after


def names_around(event: Event, outcome: Outcome) -> tuple[str, str]:
    """Return a patient's or a doctor's name before an undo or redo of a change, and after it."""
    names, details = outcome.directory, event.details
    if event.subject is Subject.DOCTOR:
        name = names.doctor(event.subject_id)
        return details.get(EARLIER_NAME, name), details.get(RESTORED_NAME, name)
    if event.named_patients:
        before, after = map(names.patient, event.named_patients)
    else:  # an earlier version did not note the records
        before = after = next(map(names.token, event.mentions), "a patient")
    return before, after


def other_fields(event: Event) -> list[str]:
    """Return the details but the name that a change set, in words."""
    fields: Iterable[str] = event.details.get("fields", event.after)
    return [WORDS.get(name, name) for name in sorted(fields) if name != "name"]
