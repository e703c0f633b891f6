"""Sentences about the outcome of an action and the forecast for a new token."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping

from opd_tui.desk.actions.base import with_source
from opd_tui.desk.outcome import Forecast, Outcome, nearest_seat_sentence
from opd_tui.domain.events import TokenPreempted
from opd_tui.domain.model import Status
from opd_tui.domain.text import with_initials
from opd_tui.tui.drawing.doctor_names import short_name
from opd_tui.tui.drawing.text import ordinal


def outcome_sentence(outcome: Outcome, zone: dt.tzinfo | None) -> str:
    """Return the outcome as a sentence, preceded by the day of its token or slot if it was recorded on another day."""
    day = day_of(outcome)
    another = day is not None and day != outcome.entry.at.astimezone(zone).date()
    return f"{day:%a %d %b}: {outcome.sentence}" if another else outcome.sentence


def forms_of(text: str, outcome: Outcome) -> tuple[str, ...]:
    """Return a text about an outcome, the same with initials in the names, and with the numbers of tokens alone."""
    directory = outcome.directory
    tokens = [record.token for record in directory.tokens.values()]
    people = {token.label: f"{token.number} {with_initials(token.patient.name)}" for token in tokens}
    numbers = {token.label: token.number for token in tokens}
    known = (
        *directory.doctors.values(),
        *(record.doctor for record in directory.tokens.values()),
        *(record.doctor for record in directory.slots.values()),
    )
    doctors = {doctor.name: with_initials(short_name(doctor)) for doctor in known}
    return text, replaced(text, people | doctors), replaced(text, numbers | doctors)


def replaced(text: str, words: Mapping[str, str]) -> str:
    """Return a text with some words in place of others, the longest of which are looked for first."""
    pattern = "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
    return re.sub(pattern, lambda found: words[found[0]], text) if words else text


def day_of(outcome: Outcome) -> dt.date | None:
    """Return the day of the changed token or slot; None for opened slots, whose sentence already names the day."""
    if outcome.token:
        return outcome.token.slot.date
    changed = all(event.before is not None for event in outcome.asked_for)
    return outcome.slots[0].date if outcome.slots and changed else None


def forecast_clause(forecast: Forecast) -> str:
    """Return what a new token would get, as a clause: a free seat, another patient's seat, or a place in line."""
    record = forecast.outcome.token
    assert record is not None
    if displaced := forecast.outcome.changed(TokenPreempted):
        return f"takes the seat of {with_source(displaced)}, who then waits first in line"
    if record.token.status is Status.ACTIVE:
        taken = f" ({forecast.load.taken} of {record.slot.capacity})" if forecast.load else ""
        return f"gets a seat{taken}"
    return f"waits, {ordinal(forecast.place or 1)} in line; {_elsewhere(forecast)}"


def same_name(forecast: Forecast) -> str:
    """Return who of the same name has an open token with this doctor on this day, as a clause; "" if nobody has."""
    if not forecast.namesakes or forecast.outcome.token is None:
        return ""
    first, *others = forecast.namesakes
    stands = "waits" if first.token.status is Status.WAITING else "has a seat"
    here = first.slot.id == forecast.outcome.token.slot.id
    more = f", and {len(others)} more" if others else ""
    return f"{first.token.number} of this name {stands} {'here' if here else f'at {first.slot.expected_start}'}{more}"


def _elsewhere(forecast: Forecast) -> str:
    """Return where a seat is free, and a note if none will become free in this slot."""
    record, load = forecast.outcome.token, forecast.load
    assert record is not None
    used_up = load is not None and load.completed >= record.slot.capacity
    hope = "no seat will free in this slot; " if used_up else ""
    return hope + nearest_seat_sentence(forecast.nearest, record)
