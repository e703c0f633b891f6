"""Proof that a database still holds what a backup of it holds: the journal, event for event."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

from sqlalchemy import func, select

from opd_tui.domain.errors import AnotherDatabase
from opd_tui.domain.progress import UNFOLLOWED, Progress, RowCount
from opd_tui.storage.backups.forgetting import FORGOTTEN_IN_COPY
from opd_tui.storage.schema.tables import hospital, journal_entry, journal_event
from opd_tui.storage.transaction import Row, Transaction

_EVENTS = select(journal_event.c.entry_id, journal_event.c.number, journal_event.c.hash).order_by(
    journal_event.c.entry_id, journal_event.c.number
)
_COUNT = select(func.count()).select_from(journal_event)
_LAST = select(func.coalesce(func.max(journal_entry.c.id), 0)).where(
    journal_entry.c.action != FORGOTTEN_IN_COPY, journal_entry.c.action != "upgrade_database"
)
"""The last entry that was made at a desk: what follows it may have been done to the copy itself."""


def missing(database: Transaction, copy: Transaction, name: str, progress: Progress = UNFOLLOWED) -> Iterator[str]:
    """Yield the entries of a copy's journal that the database does not hold as they are in the copy.

    An event's hash covers its whole chain up to it, so the ends of all chains are compared, too. Raise AnotherDatabase.
    """
    if len({transaction.value(select(hospital.c.identity)) for transaction in (database, copy)}) > 1:
        raise AnotherDatabase(f"{name} is a backup of another database. Name one of this database.")
    last, told = copy.value(_LAST), 0
    count = RowCount(progress, "comparing", copy.value(_COUNT))
    with closing(database.stream(_EVENTS)) as held, closing(copy.stream(_EVENTS)) as expected:
        found = next(held, None)
        for event in count.passing(expected):
            entry_id = event[0]
            while found is not None and _place(found) < _place(event):
                found = next(held, None)
            if entry_id <= last and entry_id != told and found != event:
                told = entry_id
                yield f"entry {entry_id} of the journal is not as {name} holds it"


def _place(event: Row) -> Row:
    return event[:2]
