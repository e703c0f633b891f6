"""Whose turn it is with a doctor, and about when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from opd_tui.domain.model import Slot, Source, Status, Token, TokenRecord

PRIOR_WEIGHT = 5
"""As how many consultations the planned minutes count beside those that were measured."""
LAST_MEASURED = 20
"""So many of the last consultations are measured."""
SHORTEST, LONGEST = 1.0, 20.0
"""The minutes to which a measured consultation is clipped: some are called late, or closed late."""
LEAST_LEFT = 0.3
"""The share of a consultation that is at least left of one under way."""
LOW, LESS, HIGH, MORE = 0.7, 3.0, 1.3, 5.0
"""The range about so many minutes of work: from 0.7 of it less 3, to 1.3 of it and 5 more."""
FORESEEN = dt.timedelta(minutes=60)
"""Of more work it is only said that it takes longer."""
ROUNDED = dt.timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Turn:
    """When a patient with a seat is called: how many are called before, and a range of times."""

    ahead: int
    earliest: dt.datetime | None = None
    """None if the doctor is late and has not begun."""
    latest: dt.datetime | None = None
    """None if it takes more than an hour, too."""

    @property
    def when(self) -> str:
        """About when: `about 10:20–10:40`, or `after 11:00`."""
        if self.earliest is None:
            return "the doctor has not begun"
        if self.latest is None:
            return f"after {self.earliest:%H:%M}"
        return f"about {self.earliest:%H:%M}–{self.latest:%H:%M}"

    @property
    def in_words(self) -> str:
        """How many are ahead, and about when: `3 ahead; about 10:20–10:40`."""
        return f"{self.ahead or 'nobody'} ahead; {self.when}"


def turn_order(token: Token, slot: Slot) -> tuple[object, ...]:
    """Return the sort key of whom a doctor sees next."""
    return token.source is not Source.EMERGENCY, slot.start, token.rank


def turn_of(of: TokenRecord, day: Collection[TokenRecord], now: dt.datetime, zone: ZoneInfo) -> Turn | None:
    """Return when a token of a doctor's day is called; None unless it has a seat and is neither inside nor of the past.

    Who is ahead is seen one after another, each for as long as a consultation takes, and nobody before the slot's
    expected start. The minutes of a consultation are the mean of those planned, with the weight of five, and of the
    last twenty measured today; of one under way at least 0.3 is left. This is the queue-length predictor of Ibrahim and
    Whitt (2009) with a known service rate. Arrivals that overtake, patients who do not come and holds that end are
    left to the range: 0.7 of the work less 3 minutes to 1.3 of it and 5 more, rounded to 5 minutes.
    """
    token, slot = of.token, of.slot
    if token.status is not Status.ACTIVE or token.in_the_room or slot.date < now.date():
        return None
    ahead = sorted((each for each in day if is_ahead(each, of)), key=lambda each: turn_order(each.token, each.slot))
    since = max(now, slot.begins_at(zone))
    if now > slot.begins_at(zone) and not any(each.token.called_at or has_been_seen(each.token) for each in day):
        return Turn(len(ahead))
    pace = consultation(slot, (each.token for each in day))
    free = now + left_inside((each.token for each in day), pace, now)
    for each in ahead:
        if each.token.source is not Source.EMERGENCY:
            free = max(free, each.slot.begins_at(zone))
        free += pace
    work = max(free - since, dt.timedelta())
    if work > FORESEEN:
        return Turn(len(ahead), rounded_down(since + FORESEEN).astimezone(zone))
    earliest = max(rounded_down(since + LOW * work - dt.timedelta(minutes=LESS)), rounded_up(since))
    latest = rounded_up(since + HIGH * work + dt.timedelta(minutes=MORE))
    return Turn(len(ahead), earliest.astimezone(zone), latest.astimezone(zone))


def is_ahead(other: TokenRecord, of: TokenRecord) -> bool:
    """Return whether another token of the doctor's day is called before this one; a token on hold is not."""
    token = other.token
    stands = token.status is Status.ACTIVE and not token.in_the_room and token.held_at is None
    return stands and turn_order(token, other.slot) < turn_order(of.token, of.slot)


def has_been_seen(token: Token) -> bool:
    """Return whether the consultation took place."""
    return token.status is Status.COMPLETED


def consultation(slot: Slot, tokens: Iterable[Token]) -> dt.timedelta:
    """Return how long a consultation takes: as planned, and the more as measured the more were seen."""
    start, end = slot.minutes
    spans = sorted(
        (token.closed_at, token.called_at)
        for token in tokens
        if has_been_seen(token) and token.called_at and token.closed_at
    )
    last = spans[-LAST_MEASURED:]
    measured = [min(max((closed - called).total_seconds() / 60, SHORTEST), LONGEST) for closed, called in last]
    weighed = [(end - start) / slot.capacity] * PRIOR_WEIGHT + measured
    return dt.timedelta(minutes=sum(weighed) / len(weighed))


def left_inside(tokens: Iterable[Token], pace: dt.timedelta, now: dt.datetime) -> dt.timedelta:
    """Return how long the current consultation still takes; zero if there is none."""
    called = next((token.called_at for token in tokens if token.in_the_room and token.called_at), None)
    return max(pace - (now - called), LEAST_LEFT * pace) if called else dt.timedelta()


def rounded_down(instant: dt.datetime) -> dt.datetime:
    """Return an instant rounded down to five minutes."""
    return instant - (instant - instant.min.replace(tzinfo=dt.UTC)) % ROUNDED


def rounded_up(instant: dt.datetime) -> dt.datetime:
    """Return an instant rounded up to five minutes."""
    return instant + (instant.min.replace(tzinfo=dt.UTC) - instant) % ROUNDED
