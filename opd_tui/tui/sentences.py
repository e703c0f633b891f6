"""What the screens say of an action before it is done."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from opd_tui.desk.outcome import Forecast, Outcome, nearest_seat_sentence
from opd_tui.domain.events import TokenPreempted, TokenPromoted
from opd_tui.domain.model import Status, Token
from opd_tui.tui.text import STATUS_WORDS, count, ordinal


def outcome_sentence(outcome: Outcome, zone: dt.tzinfo | None) -> str:
    """What happened, after the token's day where it is not the day on which it happened: a line may be cut."""
    day = outcome.token.slot.date if outcome.token else None
    another = day is not None and day != outcome.entry.at.astimezone(zone).date()
    return f"{day:%a %d %b}: {outcome.sentence}" if another else outcome.sentence


def forecast_sentence(forecast: Forecast) -> str:
    """What would happen to a new token: a seat, somebody's seat, or a place in line."""
    record = forecast.outcome.token
    assert record is not None
    if displaced := forecast.outcome.changed(TokenPreempted):
        return f"→ takes the seat of {_with_source(displaced)}, who then waits first in line"
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


def issue_question(forecast: Forecast) -> str | None:
    """The question before a token takes somebody's seat; None where nobody loses anything."""
    record, displaced = forecast.outcome.token, forecast.outcome.changed(TokenPreempted)
    if record is None or displaced is None:
        return None
    return (
        f"{record.token.source.name} for {record.token.patient.name} takes the seat of {_with_source(displaced)} "
        f"with {record.doctor.name} {record.slot.window}. {displaced.patient.name} then waits first in line. Do it?"
    )


def close_question(forecast: Forecast, before: Token) -> str:
    """The question before a token is closed: who, what, and who moves up."""
    if visits := forecast.outcome.visits:
        return forget_question(before, visits)
    record = forecast.outcome.token
    assert record is not None
    # Another desk may have moved it since it was chosen.
    before = replace(before, status=forecast.outcome.changes[0].from_status or before.status)
    who = f"{before.label} ({before.source.name}, {_stands(before)}, {record.doctor.name} {record.slot.window})"
    what = {
        Status.CANCELLED: f"Cancel {who}?",
        Status.NO_SHOW: f"Mark {who} as a no-show?",
        Status.COMPLETED: f"Mark {who} as done? The seat is used up, so nobody moves up.",
    }[record.token.status]
    if promoted := forecast.outcome.changed(TokenPromoted):
        return f"{what} {_with_source(promoted)} then moves up into the seat."
    if record.token.status is not Status.COMPLETED and before.status is Status.ACTIVE:
        return f"{what} Nobody waits, so the seat stays free."
    return what


def forget_question(before: Token, visits: int) -> str:
    """The question before a person is forgotten for good."""
    return (
        f"Forget {before.patient.name} for good, in {count(visits, 'visit')}? Name, phone and hospital number are "
        "removed; the tokens stay. Backups hold the name until they are rewritten: see opd-tui forget --help."
    )


def _with_source(token: Token) -> str:
    return f"{token.label} ({token.source.name})"


def _stands(token: Token) -> str:
    return STATUS_WORDS[token.status].split(maxsplit=1)[1]
