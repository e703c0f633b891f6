"""What the screens say of an action, once it is done and before a token is issued."""

from __future__ import annotations

import datetime as dt

from opd_tui.desk.actions.base import with_source
from opd_tui.desk.outcome import Forecast, Outcome, nearest_seat_sentence
from opd_tui.domain.events import TokenPreempted
from opd_tui.domain.model import Status
from opd_tui.tui.drawing.text import ordinal


def outcome_sentence(outcome: Outcome, zone: dt.tzinfo | None) -> str:
    """Return what happened, behind the day of its token or slot if that is not the day on which it happened."""
    day = day_of(outcome)
    another = day is not None and day != outcome.entry.at.astimezone(zone).date()
    return f"{day:%a %d %b}: {outcome.sentence}" if another else outcome.sentence


def day_of(outcome: Outcome) -> dt.date | None:
    """Return the day of the token or slot that an action changed; the opening of slots names it itself."""
    if outcome.token:
        return outcome.token.slot.date
    changed = all(event.before is not None for event in outcome.asked_for)
    return outcome.slots[0].date if outcome.slots and changed else None


def forecast_sentence(forecast: Forecast) -> str:
    """What would happen to a new token: a seat, somebody's seat, or a place in line."""
    record = forecast.outcome.token
    assert record is not None
    if displaced := forecast.outcome.changed(TokenPreempted):
        return f"→ takes the seat of {with_source(displaced)}, who then waits first in line"
    if record.token.status is Status.ACTIVE:
        taken = f" ({forecast.load.taken} of {record.slot.capacity})" if forecast.load else ""
        return f"→ gets a seat{taken}"
    return f"→ waits, {ordinal(forecast.place or 1)} in line; {_elsewhere(forecast)}"


def _elsewhere(forecast: Forecast) -> str:
    """Where a seat is free, and whether one will free here."""
    record, load = forecast.outcome.token, forecast.load
    assert record is not None
    used_up = load is not None and load.completed >= record.slot.capacity
    hope = "no seat will free in this slot; " if used_up else ""
    return hope + nearest_seat_sentence(forecast.nearest, record)
