"""What an undo or redo took back or did again, and how everything stands after it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from opd_tui.desk.actions.words import MOST_TOLD, in_words, moves_in_words
from opd_tui.desk.outcome import Outcome
from opd_tui.domain.events import EVENTS, Event, Subject, TokenIssued, TokenMovedAway, TokenWithdrawn
from opd_tui.domain.model import Source, Status, TokenId

NAMED = 2
"""So many rows of a kind are named."""
Phrase = Callable[[Event, Outcome], str]


def deeds_in_words(outcome: Outcome, *, again: bool = False) -> str:
    """Return what was undone, or done again: `cancelling A-003 Sunita Rao`, of many rows the number and the first few.

    A detail, such as where tokens moved, is told if it is the same for all of them.
    """
    events = [original(event, again=again) for event in set_back(outcome)]
    kinds: dict[str, list[Event]] = {}
    for event in events if again else reversed(events):
        kinds.setdefault(event.deed, []).append(event)
    if TokenMovedAway.deed in kinds:
        kinds.pop(TokenIssued.deed, None)  # the token that replaces another is part of the move
    phrases = []
    for deed, alike in kinds.items():
        details = {event.detail(outcome.directory) for event in alike}
        phrases.append(deed.format(rows_in_words(alike, outcome)) + (details.pop() if len(details) == 1 else ""))
    return in_words(phrases, most=len(phrases)) if phrases else "the last action"


def set_back(outcome: Outcome) -> list[Event]:
    """Return the events of an undo or redo of which a sentence tells."""
    named = (event for event in outcome.events if "kind" in event.details and not event.quiet)
    return [event for event in named if (kind := EVENTS.get(event.details["kind"])) and kind.deed]


def original(event: Event, *, again: bool) -> Event:
    """Return the event that was set back by another one, or that happened again."""
    before, after = (event.before, event.after) if again else (event.after, event.before or {})
    return EVENTS[event.details["kind"]](event.subject_id, before, after, event.slot_id, details=event.details)


def rows_in_words(events: list[Event], outcome: Outcome) -> str:
    """Return the rows of events of one kind: `A-003 Sunita Rao`, or `5 patients (A-003 Sunita Rao and 4 more)`."""
    names = [name_of(event, outcome) for event in events]
    return names[0] if len(names) == 1 else f"{several(events[0].subject, len(names))} ({in_words(names, NAMED)})"


def several(subject: Subject, number: int) -> str:
    """Return a number of rows: `5 patients`, `4 slots`."""
    return f"{number} {'patient' if subject is Subject.TOKEN else subject.value}s"


def name_of(event: Event, outcome: Outcome) -> str:
    """Return the name of an event's row."""
    names = outcome.directory
    if event.subject is Subject.PATIENT:
        return next(map(names.token, event.mentions), "one patient")
    of_row = {Subject.TOKEN: names.token, Subject.SLOT: names.slot, Subject.DOCTOR: names.doctor}
    return of_row[event.subject](event.subject_id)


def stands_in_words(outcome: Outcome) -> list[str]:
    """Return how each row stands that was set back, of many only the number, and then what the rule did to others."""
    last = {(event.subject, event.subject_id): event for event in set_back(outcome)}
    phrases = {row: phrase for row, event in last.items() if (phrase := STANDS[event.subject](event, outcome))}
    number = Counter(subject for subject, _ in phrases)
    told = [
        f"{short_name(last[row], outcome)} {phrase}" for row, phrase in phrases.items() if number[row[0]] <= MOST_TOLD
    ]
    told += [f"{several(subject, of)} stand as before" for subject, of in number.items() if of > MOST_TOLD]
    others = (event for event in outcome.events if (event.subject, event.subject_id) not in last)
    return [*told, *moves_in_words(others, outcome.directory)]


def short_name(event: Event, outcome: Outcome) -> str:
    """Return the name of a row that was named before, for a token its number."""
    if event.subject is Subject.TOKEN:
        return outcome.directory.tokens[TokenId(event.subject_id)].token.number
    return name_of(event, outcome)


def token_stands(event: Event, outcome: Outcome) -> str:
    """Return how a token stands: what was set back, and whether it has a seat."""
    if isinstance(event, TokenWithdrawn):
        return "is cancelled"
    after = event.after
    token = outcome.record_of(TokenId(event.subject_id)).token
    status = token.status
    if "status" in after and not status.is_open:
        return f"is {status.value} again"
    if after.get("called_at") or ("status" in after and token.in_the_room):
        return "is with the doctor again"
    if "status" in after or "slot_id" in after:
        place = f" with {outcome.directory.place(after['slot_id'])}" if "slot_id" in after else ""
        return f"{'has a seat' if status is Status.ACTIVE else 'waits'}{place} again"
    return next((phrase for name, phrase in fields_in_words(event) if name in after), "is as before")


def fields_in_words(event: Event) -> list[tuple[str, str]]:
    """Return a phrase for each field of a token that is set back without its status."""
    after = event.after
    source = after.get("source")
    return [
        ("called_at", "is back in the queue"),
        ("held_at", "is on hold again" if after.get("held_at") else "is no longer on hold"),
        ("checked_in_at", "is here again" if after.get("checked_in_at") else "is expected again"),
        ("source", f"is {Source[source].label} again" if source else ""),
        ("to_tell_since", "has to be told again" if after.get("to_tell_since") else "was told"),
    ]


def slot_stands(event: Event, outcome: Outcome) -> str:
    """Return how a slot stands."""
    after = event.after
    seats, late = after.get("capacity"), after.get("delay_minutes")
    phrases = [
        ("withdrawn_at", "is no longer there" if after.get("withdrawn_at") else "is there again"),
        ("capacity", f"has {seats} seat{'' if seats == 1 else 's'} again"),
        ("closed_at", "is closed again" if after.get("closed_at") else "takes new tokens again"),
        ("delay_minutes", f"is {late} minute{'' if late == 1 else 's'} late again" if late else "is on time again"),
    ]
    return next((phrase for name, phrase in phrases if name in after), "is as before")


def doctor_stands(event: Event, outcome: Outcome) -> str:
    """Return how a doctor stands."""
    after = event.after
    phrases = [
        ("withdrawn_at", "is no longer there" if after.get("withdrawn_at") else "is there again"),
        ("retired_at", "has retired again" if after.get("retired_at") else "has not retired"),
    ]
    return next((phrase for name, phrase in phrases if name in after), "is as before")


def patient_stands(event: Event, outcome: Outcome) -> str:
    """Return how a patient's record stands."""
    return "is as before" if event.mentions else ""


STANDS: dict[Subject, Phrase] = {
    Subject.TOKEN: token_stands,
    Subject.SLOT: slot_stands,
    Subject.DOCTOR: doctor_stands,
    Subject.PATIENT: patient_stands,
}
