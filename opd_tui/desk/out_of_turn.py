"""Why a patient came before others: what an auditor asks of the journal."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from opd_tui.desk.actions import CallToken
from opd_tui.desk.outcome import Outcome
from opd_tui.domain.events import Event, TokenIssued, TokenPreempted, TokenSourceChanged
from opd_tui.domain.model import Source


def out_of_turn(outcome: Outcome) -> tuple[str, ...]:
    """Return in how far an action let patients come before others, each in a few words; empty for most."""
    changed = {event.subject_id for event in outcome.events if isinstance(event, TokenSourceChanged)}
    reasons = [why for event in outcome.events for why in _reasons(event, changed)]
    called = ["called out of turn"] if outcome.entry.action == CallToken.verb else []
    return tuple(dict.fromkeys([*reasons, *called]))


def _reasons(event: Event, changed: Collection[int]) -> Iterator[str]:
    """Yield in how far an event is out of turn; who lost a seat by a change of the own source is no case of it."""
    if isinstance(event, TokenIssued) and event.after["source"] == Source.EMERGENCY.name:
        yield "emergency"
    if isinstance(event, TokenSourceChanged) and event.before and event.after["priority"] < event.before["priority"]:
        yield "higher source"
    if isinstance(event, TokenPreempted) and event.subject_id not in changed:
        yield "seat lost"
