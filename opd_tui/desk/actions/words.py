"""Words for several patients at once: names of a few, and the number of many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from opd_tui.domain.events import Event, Names
from opd_tui.domain.events.tokens import SeatChanged
from opd_tui.domain.model import Patient
from opd_tui.domain.text import digits_of, listed

LAST_DIGITS = 4
MOST_TOLD = 2
"""Of more moves of one kind only the number is told."""


def in_patients(count: int) -> str:
    """Return a number of patients in words: `1 patient`."""
    return f"{count} patient{'' if count == 1 else 's'}"


def last_digits(patient: Patient) -> str:
    """Return the last digits of the phone number: `…4321`."""
    digits = digits_of(patient.phone or "")[-LAST_DIGITS:]
    return f"…{digits}" if digits else ""


def whose_number(others: Sequence[Patient]) -> str:
    """Return whose a hospital number is already: `MRN 17 is Asha Verma's (…2345)`; "" if it is nobody else's."""
    if not others:
        return ""
    phones = ((other, last_digits(other)) for other in others)
    names = [f"{other.name}'s{f' ({digits})' if digits else ''}" for other, digits in phones]
    return f"{others[0].uhid} is {in_words(names)}"


def in_words(names: Sequence[str], most: int = 3) -> str:
    """Return names as a list in words, of many the first few: `A, B, C and 4 more`."""
    named = [*names[:most], *([f"{len(names) - most} more"] if len(names) > most else [])]
    return listed(named)


def moves_in_words(events: Iterable[Event], names: Names) -> list[str]:
    """Return what the rule did in the order of the events, a sentence for each move, or one for many of a kind."""
    moves = [event for event in events if isinstance(event, SeatChanged)]
    number = Counter(map(type, moves))
    told = (
        event.sentence(names) if (many := number[type(event)]) <= MOST_TOLD else f"{in_patients(many)} {event.they}"
        for event in moves
    )
    return [*dict.fromkeys(told)]
