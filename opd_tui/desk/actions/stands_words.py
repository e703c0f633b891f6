"""How everything stands after an undo or redo, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from opd_tui.desk.actions.undo_words import (
    is_edit,
    name_of,
    names_around,
    other_fields,
    replacements,
    set_back,
    several,
)
from opd_tui.desk.actions.words import MOST_TOLD, in_words, moves_in_words
from opd_tui.desk.outcome import Outcome
from opd_tui.domain.events import Event, Subject, TokenIssued, TokenMoved, TokenMovedAway, TokenWithdrawn
from opd_tui.domain.model import Source, Status, TokenId

MOVES = (TokenIssued.kind, TokenMoved.kind, TokenMovedAway.kind)
"""The events after whose undo or redo a patient is with another doctor, or at another time."""
PLURAL = {"is": "are", "has": "have", "takes": "take", "waits": "wait", "was": "were"}


def stands_in_words(outcome: Outcome, *, again: bool = False) -> list[str]:
    """Return how each row stands that was set back, of many only the number, and then what the rule did to others."""
    events = set_back(outcome, again=again)
    last = {(event.subject, event.subject_id): event for event in (events if again else reversed(events))}
    instead = in_place_of(outcome)
    of_subject: dict[Subject, list[Event]] = {}
    for row in dict.fromkeys((event.subject, event.subject_id) for event in events):
        if row[0] is not Subject.TOKEN or row[1] not in instead.values():
            of_subject.setdefault(row[0], []).append(last[row])
    told = []
    for subject, alike in of_subject.items():
        if len(alike) > MOST_TOLD:
            told += of_many(subject, alike, outcome, again=again)
        else:
            told += of_few(alike, outcome, instead, again=again)
    others = (event for event in outcome.events if (event.subject, event.subject_id) not in last)
    return [*told, *moves_in_words(others, outcome.directory)]


def in_place_of(outcome: Outcome) -> dict[int, int]:
    """Return the open tokens of patients who have two by a move, and the closed one that each stands for."""
    pairs: dict[int, int] = {}
    for replaced, replacement in replacements(outcome).items():
        is_open = outcome.record_of(replacement.id).token.status.is_open
        pairs |= {replacement.id: replaced} if is_open else {replaced: replacement.id}
    return pairs


def of_few(events: Sequence[Event], outcome: Outcome, instead: Mapping[int, int], *, again: bool) -> list[str]:
    """Return how rows stand, each with its name; those that stand alike are told together."""
    names: dict[str, list[str]] = {}
    for event in events:
        phrase = stands(event, outcome, again=again)
        if event.subject is Subject.TOKEN and (closed := instead.get(event.subject_id)):
            phrase += f" in place of {number_of(closed, outcome)}"
        names.setdefault(phrase, []).append(short_name(event, outcome))
    return [f"{in_words(alike)} {phrase if len(alike) == 1 else of_several(phrase)}" for phrase, alike in names.items()]


def of_many(subject: Subject, events: Sequence[Event], outcome: Outcome, *, again: bool) -> list[str]:
    """Return how many rows stand in which way, without the place if there are many."""
    number = Counter(stands(event, outcome, again=again) for event in events)
    if len(number) > MOST_TOLD:
        number = Counter(stands(event, outcome, again=again, place=False) for event in events)
    return [
        f"{several(subject, count)} {phrase if count == 1 else of_several(phrase)}" for phrase, count in number.items()
    ]


def of_several(phrase: str) -> str:
    """Return a phrase for several rows: `are cancelled`."""
    verb, _, rest = phrase.partition(" ")
    return f"{PLURAL[verb]} {rest}"


def short_name(event: Event, outcome: Outcome) -> str:
    """Return the name of a row that was named before: of a token its number, of a change what was changed."""
    if event.subject is Subject.TOKEN:
        return number_of(event.subject_id, outcome)
    if is_edit(event):
        before, after = names_around(event, outcome)
        return "the name" if before != after else f"the {in_words(other_fields(event))}"
    return "both" if event.subject is Subject.PATIENT else name_of(event, outcome)


def number_of(token_id: int, outcome: Outcome) -> str:
    """Return a token's number."""
    return outcome.directory.tokens[TokenId(token_id)].token.number


def stands(event: Event, outcome: Outcome, *, again: bool, place: bool = True) -> str:
    """Return how a row stands."""
    if is_edit(event):
        return details_stand(event, outcome, again=again)
    if event.subject is Subject.TOKEN:
        return token_stands(event, outcome, place=place)
    if event.subject is Subject.PATIENT:
        return f"are {'one record' if again else 'separate records'} again"
    return slot_stands(event) if event.subject is Subject.SLOT else doctor_stands(event)


def token_stands(event: Event, outcome: Outcome, *, place: bool) -> str:
    """Return how a token stands: what was set back, and whether it has a seat."""
    if isinstance(event, TokenWithdrawn):
        return "is cancelled"
    after = event.after
    token = outcome.record_of(TokenId(event.subject_id)).token
    status = token.status
    if "status" in after and not status.is_open:
        return f"is {'marked as a no-show' if status is Status.NO_SHOW else status.value} again"
    if after.get("called_at") or ("status" in after and event.details.get("inside", token.in_the_room)):
        return "is with the doctor again"
    if "status" in after or "slot_id" in after:
        moved = event.details.get("kind") in MOVES
        where = f" with {outcome.directory.place(after.get('slot_id', event.slot_id))}" if place and moved else ""
        return f"{'has a seat' if status is Status.ACTIVE else 'waits'}{where} again"
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


def slot_stands(event: Event) -> str:
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


def doctor_stands(event: Event) -> str:
    """Return how a doctor stands."""
    after = event.after
    phrases = [
        ("withdrawn_at", "is no longer there" if after.get("withdrawn_at") else "is there again"),
        ("retired_at", "has retired again" if after.get("retired_at") else "has not retired"),
    ]
    return next((phrase for name, phrase in phrases if name in after), "is as before")


def details_stand(event: Event, outcome: Outcome, *, again: bool) -> str:
    """Return how details stand that were changed: the name, and that others are as before or changed again."""
    before, after = names_around(event, outcome)
    others, how = other_fields(event), "changed again" if again else "as before"
    if before == after:
        return f"{'are' if len(others) > 1 else 'is'} {how}"
    more = f" and the {in_words(others)} {'are' if len(others) > 1 else 'is'} {how}" if others else ""
    return f"is {after} again{more}"
