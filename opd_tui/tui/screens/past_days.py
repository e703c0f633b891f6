"""What is planned on a day that is past, which is probably a day that somebody mistook."""

from __future__ import annotations

import datetime as dt

from opd_tui.desk.outcome import Outcome
from opd_tui.domain.events import TokenIssued


def past_day(outcome: Outcome, now: dt.datetime | None) -> dt.date | None:
    """Return the day before today on which an outcome changes a slot or issues a token, or None."""
    if now is None:
        return None
    issued = [outcome.token.slot] if outcome.token and outcome.changed(TokenIssued) else []
    return min((slot.date for slot in (*issued, *outcome.slots) if slot.date < now.date()), default=None)


def with_past_day(question: str | None, outcome: Outcome, now: dt.datetime | None) -> str | None:
    """Return a question with the day of its outcome if that is past; without one, ask whether to do it."""
    if (day := past_day(outcome, now)) is None:
        return question
    return f"{day:%a %d %b %Y} is past. {question or f'{outcome.sentence}. Do it all the same?'}"
