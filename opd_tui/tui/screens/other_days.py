"""The day in a question, where it is not today and might be mistaken for it."""

from __future__ import annotations

import datetime as dt

from opd_tui.desk.outcome import Outcome
from opd_tui.domain.events import TokenIssued
from opd_tui.tui.commands import REDO, UNDO
from opd_tui.tui.drawing.sentences import day_of


def past_day(outcome: Outcome, now: dt.datetime) -> dt.date | None:
    """Return the day before today on which an outcome changes a slot or issues a token, or None."""
    issued = [outcome.token.slot] if outcome.token and outcome.changed(TokenIssued) else []
    return min((slot.date for slot in (*issued, *outcome.slots) if slot.date < now.date()), default=None)


def with_day(question: str | None, outcome: Outcome, now: dt.datetime | None) -> str | None:
    """Return a question with its day.

    An undo or redo is not of the displayed day, and so names any other than today. Everything else names a past one,
    which somebody probably mistook, and asks whether to do it if there is no question.
    """
    if now is None:
        return question
    if question and outcome.entry.action in (UNDO.makes, REDO.makes):
        day = day_of(outcome)
        another = day is not None and day != now.date()
        return f"{day:%a %d %b}: {question[:1].lower()}{question[1:]}" if another else question
    if (day := past_day(outcome, now)) is None:
        return question
    return f"{day:%a %d %b %Y} is past. {question or f'{outcome.sentence}. Do it all the same?'}"
