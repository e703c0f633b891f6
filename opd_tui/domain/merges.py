"""Which rows hold what is known of a patient: records were merged, and merges were undone."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import NamedTuple

from opd_tui.domain.events import Subject
from opd_tui.domain.model import PatientId
from opd_tui.domain.unit_of_work import History

MergedInto = Callable[[PatientId], Iterable[PatientId]]
"""Returns the rows that are merged directly into a record: other records, and those that keep its earlier values."""


class Merge(NamedTuple):
    """A merge that was undone: the record that stayed, and the entries of the merge and of its undo."""

    into: PatientId
    entry: int
    undone: int


def earlier_records(patients: Iterable[PatientId], merged_into: MergedInto) -> list[PatientId]:
    """Return the rows that are merged into these records, directly or through others."""
    found: list[PatientId] = []
    into = list(patients)
    while into:
        into = [row for record in into for row in merged_into(record)]
        found += into
    return found


def rows_with_details(patients: Collection[PatientId], merged_into: MergedInto, history: History) -> list[PatientId]:
    """Return the other rows that hold details of these patients: their earlier records and the copies."""
    earlier = earlier_records(patients, merged_into)
    return [*earlier, *copies((*patients, *earlier), merged_into, history)]


def copies(patients: Collection[PatientId], merged_into: MergedInto, history: History) -> list[PatientId]:
    """Return the rows that kept another record's values while one of these records was merged into it.

    They serve redo only, and hold details of both patients.
    """
    found = {row for record in patients for row in _copies(record, merged_into, history, range(sys.maxsize))}
    return sorted(found.difference(patients))


def _copies(record: PatientId, merged_into: MergedInto, history: History, within: range) -> Iterator[PatientId]:
    """Yield the copies that were made within a range of entries."""
    for merge in undone_merges(record, history):
        merged = range(max(merge.entry + 1, within.start), min(merge.undone + 1, within.stop))
        if not merged:
            continue
        for row in merged_into(merge.into):
            (made, event), *_ = history.events_of_row(Subject.PATIENT, row)
            if event.before is None and made in merged:
                yield row
        yield from _copies(merge.into, merged_into, history, merged)


def undone_merges(record: PatientId, history: History) -> Iterator[Merge]:
    """Yield the merges of a record into others that were undone."""
    into: tuple[PatientId, int] | None = None
    for entry_id, event in history.events_of_row(Subject.PATIENT, record):
        if event.before is None or "merged_into" not in event.after:
            continue
        if into is not None:
            yield Merge(*into, entry_id)
        into = (PatientId(event.after["merged_into"]), entry_id) if event.after["merged_into"] else None
