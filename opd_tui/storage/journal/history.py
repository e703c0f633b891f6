"""Reading the journal of earlier actions within a transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import bindparam, select

from opd_tui.domain.events import Event, Subject
from opd_tui.domain.events.doctors import sealed
from opd_tui.domain.events.patients import KEYS, PERSONAL
from opd_tui.domain.journal import JournalEntry
from opd_tui.storage.journal import entries
from opd_tui.storage.schema.tables import journal_entry
from opd_tui.storage.transaction import LARGEST_ID, Transaction

PAGE = 50
"""How many entries are read at once."""
UNJOURNALED = {"id", "journal_hash", *PERSONAL, *KEYS}
"""Columns without events: the last hashes of chains and patients' personal fields."""

_OLDER = (
    select(journal_entry.c.id, *entries.ENTRY_COLUMNS)
    .where(journal_entry.c.id < bindparam("before"))
    .order_by(journal_entry.c.id.desc())
    .limit(PAGE)
)


class SqlHistory:
    """The journal of earlier actions; implements `History`."""

    def __init__(self, transaction: Transaction) -> None:
        self.transaction = transaction

    def newest_entries(self) -> Iterator[tuple[int, JournalEntry]]:
        """See `History`."""
        before = LARGEST_ID
        while page := self.transaction.rows(_OLDER, {"before": before}):
            for before, *columns in page:
                yield before, entries.entry_of(columns)

    def events_of(self, entry_id: int) -> list[Event]:
        """See `History`."""
        return entries.events_of(self.transaction, entry_id)

    def events_of_row(self, subject: Subject, row_id: int) -> list[tuple[int, Event]]:
        """See `History`."""
        return entries.events_of_row(self.transaction, subject, row_id)

    def later_events(self, subject: Subject, row_id: int, entry_id: int) -> list[tuple[JournalEntry, Event]]:
        """See `History`."""
        return entries.later_events(self.transaction, subject, row_id, entry_id)


def journaled(subject: Subject, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a row as in its events, with the digest of a doctor's name."""
    fields = {name: value for name, value in row.items() if name not in UNJOURNALED}
    return fields | {"name": sealed(row["name"])} if subject is Subject.DOCTOR else fields
