"""The journal's formats: how events are stored and what their hashes cover.

New events have format 2. Events of schemas 1 and 2 have format 1 (format_1.py) and keep their hashes.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from opd_tui.domain.events import EVENTS, Cause, Event, Subject, unknown_event
from opd_tui.domain.instants import write_instant
from opd_tui.domain.journal import JournalEntry
from opd_tui.domain.model import SlotId
from opd_tui.storage.journal import format_1

FORMAT = 2
EVENT_COLUMNS = (
    *("kind", "subject", "subject_id", "slot_id", "cause", "cause_id"),
    *("before", "after", "details", "format"),
)
columns_of = attrgetter(*EVENT_COLUMNS)
_hashed_fields = attrgetter(*EVENT_COLUMNS[:-1])


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """A stored row of the journal, without its number and hash."""

    kind: str
    subject: str
    subject_id: int
    slot_id: SlotId | None
    cause: str | None
    cause_id: int | None
    before: str | None
    after: str
    details: str
    format: int = FORMAT

    @classmethod
    def of(cls, event: Event) -> StoredEvent:
        """Return the row for an event."""
        return cls(
            event.kind,
            event.subject.value,
            event.subject_id,
            event.slot_id,
            event.cause.subject.value if event.cause else None,
            event.cause.id if event.cause else None,
            None if event.before is None else json.dumps(dict(event.before)),
            json.dumps(dict(event.after)),
            json.dumps(dict(event.details)),
        )

    @property
    def event(self) -> Event:
        """The event; raises LookupError, TypeError or ValueError if the row is not valid."""
        subject = Subject(self.subject)
        event_class = EVENTS.get(self.kind) or unknown_event(self.kind, subject)
        return event_class(
            self.subject_id,
            None if self.before is None else read_fields(self.before),
            read_fields(self.after),
            self.slot_id,
            Cause(Subject(self.cause), self.cause_id) if self.cause and self.cause_id is not None else None,
            read_fields(self.details),
        )


def read_fields(text: str) -> dict[str, Any]:
    """Return the JSON object of a column; raise ValueError or TypeError if it is not one."""
    try:
        fields = json.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(fields, dict):
        raise TypeError("not an object")
    return fields


def entry_text(entry_id: int, entry: JournalEntry, format: int = FORMAT) -> str:
    """Return the part of an entry that the hash of each of its events covers."""
    instants = write_instant(entry.at), write_instant(entry.recorded_at)
    fields = [entry_id, entry.action, *instants, entry.operator, entry.desk]
    return json.dumps(fields if format == 1 else [*fields, entry.road])


def chained_hash(previous: str, entry_text: str, stored: StoredEvent) -> str:
    """Return the SHA-256 in hexadecimal of the chain's previous hash, the entry and the event."""
    if stored.format == 1:
        hashed = json.dumps([previous, entry_text, *format_1.hashed_fields(stored)], sort_keys=True)
    else:
        hashed = json.dumps([previous, stored.format, entry_text, *_hashed_fields(stored)])
    return hashlib.sha256(hashed.encode()).hexdigest()
