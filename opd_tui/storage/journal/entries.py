"""Journal entries with their events: append-only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Generator, Iterable
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import bindparam, case, exists, select, update

from opd_tui.domain.events import Event, Subject
from opd_tui.domain.instants import write_instant
from opd_tui.domain.journal import JournalEntry
from opd_tui.domain.model import SlotId
from opd_tui.domain.text import printable
from opd_tui.storage.journal.chain import EntryRow, WrittenEvent
from opd_tui.storage.journal.formats import EVENT_COLUMNS, StoredEvent, chained_hash, entry_text
from opd_tui.storage.schema.seals import key_seal
from opd_tui.storage.schema.tables import hospital, idempotency_key, journal_entry, journal_event, slot
from opd_tui.storage.transaction import Result, Transaction, inserting

_ADD_ENTRY = inserting(journal_entry, *EntryRow._fields, returning="id")
_ADD_EVENT = inserting(journal_event, "entry_id", "number", *EVENT_COLUMNS, "hash")
_ADD_KEY = inserting(idempotency_key, "key", "fingerprint", "entry_id", "seal")
_END_OF_GLOBAL_CHAIN = update(hospital).values(journal_hash=bindparam("end"))
_END_OF_SLOT = update(slot).where(slot.c.id == bindparam("chain")).values(journal_hash=bindparam("end"))
_EVENT_COLUMNS = tuple(journal_event.c[name] for name in EVENT_COLUMNS)
ENTRY_COLUMNS = tuple(journal_entry.c[name] for name in EntryRow._fields)
_ENTRY = select(*ENTRY_COLUMNS).where(journal_entry.c.id == bindparam("id"))
_EVENTS = select(*_EVENT_COLUMNS).where(journal_event.c.entry_id == bindparam("id")).order_by(journal_event.c.number)
_WRITTEN = select(
    journal_entry.c.id, *ENTRY_COLUMNS, *_EVENT_COLUMNS, journal_event.c.number, journal_event.c.hash
).join(journal_entry, journal_entry.c.id == journal_event.c.entry_id)
_IN_SEQUENCE = _WRITTEN.order_by(journal_event.c.entry_id, journal_event.c.number)
_AT = select(journal_entry.c.at).where(journal_entry.c.id == journal_event.c.entry_id).scalar_subquery()
_BY_SUBJECT = {
    subject: select(*_EVENT_COLUMNS, case((journal_event.c.format == 1, _AT)))
    .where(journal_event.c.subject == subject.value)
    .order_by(journal_event.c.subject_id, journal_event.c.entry_id, journal_event.c.number)
    for subject in Subject
}
_LATER = _WRITTEN.where(
    journal_event.c.subject == bindparam("subject"),
    journal_event.c.subject_id == bindparam("subject_id"),
    journal_event.c.entry_id > bindparam("entry"),
).order_by(journal_event.c.entry_id, journal_event.c.number)
_OF_ROW = (
    select(journal_event.c.entry_id, *_EVENT_COLUMNS)
    .where(journal_event.c.subject == bindparam("subject"), journal_event.c.subject_id == bindparam("subject_id"))
    .order_by(journal_event.c.entry_id, journal_event.c.number)
)
_RECORDED = _WRITTEN.where(
    journal_entry.c.recorded_at >= bindparam("since"), journal_entry.c.recorded_at < bindparam("until")
).order_by(journal_event.c.entry_id, journal_event.c.number)
_EMPTY_ENTRIES = select(journal_entry.c.id).where(~exists().where(journal_event.c.entry_id == journal_entry.c.id))
_NEWEST_ENTRIES = select(journal_entry.c.id, *ENTRY_COLUMNS).order_by(journal_entry.c.id.desc()).limit(bindparam("n"))
_KEY = select(idempotency_key.c.fingerprint, idempotency_key.c.entry_id).where(
    idempotency_key.c.key == bindparam("key")
)


@dataclass(frozen=True, slots=True)
class Receipt:
    """The action for which an idempotency key was used: its fingerprint and journal entry."""

    fingerprint: str
    entry_id: int


def add_entry(transaction: Transaction, entry: JournalEntry) -> Result:
    """Add an action's entry; the result is its id."""
    return transaction.run(_ADD_ENTRY, row_of(entry)._asdict())


def add_events(
    transaction: Transaction,
    entry_id: int,
    entry: JournalEntry,
    events: Iterable[Event],
    ends: dict[SlotId | None, str],
) -> None:
    """Add an entry's events; `ends` holds the last hash of each chain and is updated.

    The caller holds the locks of these slots, and that of the global chain if `ends` has it.
    """
    text = entry_text(entry_id, row_of(entry))
    rows, touched = [], set()
    for number, event in enumerate(events, 1):
        stored = StoredEvent.of(event)
        ends[stored.slot_id] = chained_hash(ends[stored.slot_id], text, stored)
        touched.add(stored.slot_id)
        place = {"entry_id": entry_id, "number": number, "hash": ends[stored.slot_id]}
        rows.append(stored._asdict() | place)
    transaction.run_many(_ADD_EVENT, rows)
    for chain in touched:
        if chain is None:
            transaction.run(_END_OF_GLOBAL_CHAIN, {"end": ends[chain]})
        else:
            transaction.run(_END_OF_SLOT, {"end": ends[chain], "chain": chain})


def read_entry(transaction: Transaction, entry_id: int) -> tuple[JournalEntry, list[Event]]:
    """Return an entry with its events; raise LookupError if there is none."""
    if (found := transaction.row(_ENTRY, {"id": entry_id})) is None:
        raise LookupError(f"there is no entry {entry_id}")
    return _shown(found), events_of(transaction, entry_id)


def newest_entries(transaction: Transaction, count: int) -> list[tuple[int, JournalEntry, list[Event]]]:
    """Return the newest entries with their ids and events, newest first."""
    rows = transaction.rows(_NEWEST_ENTRIES, {"n": count})
    return [(row[0], _shown(row[1:]), events_of(transaction, row[0])) for row in rows]


def entries_between(
    transaction: Transaction, since: dt.datetime, until: dt.datetime
) -> list[tuple[int, JournalEntry, list[Event]]]:
    """Return the entries recorded from an instant until another with their ids and events, oldest first.

    All entries are looked through: there is no index on the instant.
    """
    values = {"since": write_instant(since), "until": write_instant(until)}
    written = map(_written_event, transaction.rows(_RECORDED, values))
    return [
        (entry_id, _shown(events[0].entry), [each.stored.event for each in events])
        for entry_id, group in groupby(written, key=lambda each: each.entry_id)
        if (events := list(group))
    ]


def events_of(transaction: Transaction, entry_id: int) -> list[Event]:
    """Return the events of an entry in order."""
    return [StoredEvent(*row).event for row in transaction.rows(_EVENTS, {"id": entry_id})]


def in_sequence(transaction: Transaction) -> Generator[WrittenEvent, None, None]:
    """Yield all events in the order in which they were written."""
    with closing(transaction.stream(_IN_SEQUENCE)) as rows:
        yield from map(_written_event, rows)


def by_subject(transaction: Transaction, subject: Subject) -> Generator[tuple[StoredEvent, str | None], None, None]:
    """Yield the events of a table's rows, by the row's id and then in order; those of format 1 with their instant."""
    with closing(transaction.stream(_BY_SUBJECT[subject])) as rows:
        for row in rows:
            yield StoredEvent._make(row[:-1]), row[-1]


def _written_event(row: Any) -> WrittenEvent:
    size = 1 + len(ENTRY_COLUMNS)
    return WrittenEvent(row[0], EntryRow._make(row[1:size]), StoredEvent._make(row[size:-2]), *row[-2:])


def later_events(
    transaction: Transaction, subject: Subject, row_id: int, entry_id: int
) -> list[tuple[JournalEntry, Event]]:
    """Return the events of a row after an entry, oldest first, with their entries."""
    values = {"subject": subject.value, "subject_id": row_id, "entry": entry_id}
    written = map(_written_event, transaction.rows(_LATER, values))
    return [(each.entry.entry, each.stored.event) for each in written]


def events_of_row(transaction: Transaction, subject: Subject, row_id: int) -> list[tuple[int, Event]]:
    """Return all events of a row, oldest first, with the ids of their entries."""
    rows = transaction.rows(_OF_ROW, {"subject": subject.value, "subject_id": row_id})
    return [(row[0], StoredEvent(*row[1:]).event) for row in rows]


def empty_entries(transaction: Transaction) -> list[int]:
    """Return the ids of entries without events, which are damaged because every action writes at least one."""
    return [row[0] for row in transaction.rows(_EMPTY_ENTRIES)]


def read_receipt(transaction: Transaction, key: str) -> Receipt | None:
    """Return the receipt of a key, or None if it was not used."""
    row = transaction.row(_KEY, {"key": key})
    return Receipt(*row) if row else None


def write_receipt(transaction: Transaction, key: str, receipt: Receipt) -> None:
    """Store the receipt of a key."""
    seal = key_seal(key, receipt.fingerprint, receipt.entry_id)
    values = {"key": key, "fingerprint": receipt.fingerprint, "entry_id": receipt.entry_id, "seal": seal}
    transaction.run(_ADD_KEY, values)


def entry_of(row: Any) -> JournalEntry:
    """Return an entry from its columns."""
    return EntryRow._make(row).entry


def _shown(row: Any) -> JournalEntry:
    """Return an entry for people, as `queries.rows.shown` does; the hashes cover the one that is stored."""
    return entry_of(map(printable, row))


def row_of(entry: JournalEntry) -> EntryRow:
    """Return the columns of an entry."""
    instants = write_instant(entry.at), write_instant(entry.recorded_at)
    return EntryRow(entry.action, *instants, entry.operator, entry.desk, entry.road)
