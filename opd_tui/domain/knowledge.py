"""What the patient of a token knows of it, as far as the desk can tell from the journal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from opd_tui.domain.events import Event, Subject
from opd_tui.domain.model import Slot, SlotId, Status, TokenId
from opd_tui.domain.unit_of_work import History

TELLING = "to_tell_since"
"""The field that holds since when a patient has to be told; undo sets it back only if nobody was told since."""
REVERTS = "entry"
"""The detail of an event that undid an earlier entry."""


@dataclass(frozen=True, slots=True)
class KnownPlace:
    """Where a token stood when its patient last knew: its slot, how late that was, and the status."""

    slot_id: SlotId
    delay_minutes: int
    status: str

    def is_same(self, slot: Slot, status: Status) -> bool:
        """Return whether a token in this slot stands as its patient knows; a seat besides is no bad news."""
        as_good = status.name == self.status or (status is Status.ACTIVE and self.status == Status.WAITING.name)
        return (self.slot_id, self.delay_minutes) == (slot.id, slot.delay_minutes) and as_good


def known_place_of_visit(history: History, token_id: TokenId, until: int | None = None) -> KnownPlace | None:
    """Return where the patient of a token knows it, or else the token that it replaced, to stand before an entry."""
    known = known_place(history, token_id, until)
    if known is None:
        issued_by, (issued, *_) = next(by_entry(history, token_id))
        if (replaced := issued.after.get("replaces")) is not None:
            return known_place_of_visit(history, TokenId(replaced), issued_by)
    return known


def known_place(history: History, token_id: TokenId, until: int | None = None) -> KnownPlace | None:
    """Return where the patient of a token knows it to stand; None if the patient was never told of the token.

    That is where it stood before the change of which the patient has to be told, or else where it stands: before entry
    `until`, or else now. What the present action did is not in the journal yet, and is left out.
    """
    fields: dict[str, Any] = {}
    known: tuple[int | None, dict[str, Any]] | None = None
    earlier: dict[object, tuple[int | None, dict[str, Any]]] = {}
    for entry_id, events in by_entry(history, token_id):
        if until is not None and entry_id >= until:
            break
        before = entry_id, dict(fields)
        for event in events:
            fields |= event.after
        since = fields.get(TELLING)
        if since is None:
            known = None
        elif known is None:
            reverts = any(REVERTS in event.details for event in events)
            known = earlier[since] if reverts and since in earlier else before
            earlier[since] = known
    known_until, stood = known or (until, fields)
    if "slot_id" not in stood:
        return None
    return KnownPlace(stood["slot_id"], delay_before(history, stood["slot_id"], known_until), stood["status"])


def by_entry(history: History, token_id: TokenId) -> Iterator[tuple[int, list[Event]]]:
    """Yield the events of a token, those of one entry together, with its id."""
    for entry_id, numbered in groupby(history.events_of_row(Subject.TOKEN, token_id), key=lambda each: each[0]):
        yield entry_id, [event for _, event in numbered]


def delay_before(history: History, slot_id: SlotId, entry_id: int | None) -> int:
    """Return how many minutes late a slot was before an entry, or before the present action."""
    minutes = 0
    for id_, event in history.events_of_row(Subject.SLOT, slot_id):
        if entry_id is None or id_ < entry_id:
            minutes = event.after.get("delay_minutes", minutes) or 0
    return minutes
