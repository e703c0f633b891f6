"""The journal's formats: how events are stored and what their hashes cover.

New events have format 2. Events of schemas 1 and 2 have format 1 (format_1.py) and keep their hashes.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Sequence
from json.encoder import encode_basestring_ascii as quoted
from types import MappingProxyType
from typing import Any, NamedTuple

from opd_tui.domain.events import EVENTS, Cause, Event, Fields, Subject, unknown_event
from opd_tui.domain.model import SlotId
from opd_tui.storage.journal import format_1

FORMAT = 2
SHORT = 60
"""The length up to which the fields of an event are alike in many of them, such as `{"status": "ACTIVE"}`."""


class StoredEvent(NamedTuple):
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
            None if self.before is None else _fields_in(self.before),
            _fields_in(self.after),
            self.slot_id,
            Cause(Subject(self.cause), self.cause_id) if self.cause and self.cause_id is not None else None,
            _fields_in(self.details),
        )


EVENT_COLUMNS = StoredEvent._fields


def read_fields(text: str) -> dict[str, Any]:
    """Return the JSON object of a column; raise ValueError or TypeError if it is not one."""
    try:
        fields = json.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(fields, dict):
        raise TypeError("not an object")
    return fields


def _fields_in(text: str) -> Fields:
    """Return what `read_fields` returns; nobody changes it."""
    return _common_fields(text) if len(text) <= SHORT else read_fields(text)


@functools.lru_cache(maxsize=256)
def _common_fields(text: str) -> Fields:
    return MappingProxyType(read_fields(text))


def entry_text(entry_id: int, entry: Sequence[str], format: int = FORMAT) -> str:
    """Return the part of an entry, given by its columns, that the hash of each of its events covers."""
    return json.dumps([entry_id, *(entry[:-1] if format == 1 else entry)])  # format 1 has no road


def chained_hash(previous: str, entry_text: str, stored: StoredEvent) -> str:
    """Return the SHA-256 in hexadecimal of the chain's previous hash, the entry and the event."""
    if stored.format == 1:
        hashed = json.dumps([previous, entry_text, *format_1.hashed_fields(stored)], sort_keys=True)
    else:
        hashed = hashed_text(previous, entry_text, stored)
    return hashlib.sha256(hashed.encode()).hexdigest()


def hashed_text(previous: str, entry_text: str, stored: StoredEvent) -> str:
    """Return what `json.dumps` makes of a list of these values, in a fifth of its time, since `verify` needs many.

    Raise TypeError or ValueError if a value is neither text nor a number where it should be.
    """
    kind, subject, subject_id, slot_id, cause, cause_id, before, after, details, format = stored
    return (
        f"[{quoted(previous)}, {format:d}, {quoted(entry_text)}, {quoted(kind)}, {quoted(subject)}, {subject_id:d}, "
        f"{'null' if slot_id is None else f'{slot_id:d}'}, {'null' if cause is None else quoted(cause)}, "
        f"{'null' if cause_id is None else f'{cause_id:d}'}, {'null' if before is None else quoted(before)}, "
        f"{quoted(after)}, {quoted(details)}]"
    )
