"""Every kind of unit of work behind one face, so that one contract can be tested on all of them."""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from zoneinfo import ZoneInfo

from opd_tui.clock import FixedClock
from opd_tui.desk.opening import open_front_desk
from opd_tui.domain.events import Event, Subject
from opd_tui.domain.events.doctors import sealed
from opd_tui.domain.events.patients import KEYS, PERSONAL
from opd_tui.domain.journal import JournalEntry
from opd_tui.domain.unit_of_work import UnitOfWork
from opd_tui.storage.journal import entries
from opd_tui.storage.schema.tables import metadata
from opd_tui.storage.unit_of_work import SqlUnitOfWork
from tests.support.memory import BrokenRule, MemoryStore
from tests.support.stores import Store

Tables = dict[Subject, dict[int, dict[str, Any]]]
"""Rows by their ids, without what is null."""


class UnitsOfWork(ABC):
    """A store on which one action follows another."""

    broken_rule: tuple[type[Exception], ...]
    """What is raised where the store itself refuses."""

    def __init__(self, now: dt.datetime) -> None:
        self.now = now

    def entry(self, at: dt.datetime | None) -> JournalEntry:
        """The entry of an action that took place at an instant, or now."""
        return JournalEntry("test", at or self.now, self.now, "meera", "desk 1")

    @abstractmethod
    def action(self, *, at: dt.datetime | None = None, commit: bool = True) -> Any:
        """A transaction of one action, as a context manager that gives its unit of work."""

    @abstractmethod
    def tables(self) -> Tables:
        """Everything that is stored of the subjects of events."""

    @abstractmethod
    def counters(self) -> dict[tuple[int, str], int]:
        """The last number of each doctor's day."""

    @abstractmethod
    def events(self) -> list[Event]:
        """The whole journal."""


class MemoryUnitsOfWork(UnitsOfWork):
    """In memory."""

    broken_rule = (BrokenRule,)

    def __init__(self, now: dt.datetime, zone: str) -> None:
        super().__init__(now)
        self.store = MemoryStore(ZoneInfo(zone))

    @contextmanager
    def action(self, *, at: dt.datetime | None = None, commit: bool = True) -> Iterator[UnitOfWork]:
        uow = self.store.begin(self.entry(at))
        yield uow
        if commit:
            uow.commit()

    def tables(self) -> Tables:
        return {
            subject: {id_: without_nulls(row) for id_, row in rows.items()}
            for subject, rows in self.store.rows.tables.items()
        }

    def counters(self) -> dict[tuple[int, str], int]:
        return dict(self.store.rows.counters)

    def events(self) -> list[Event]:
        return self.store.events


class SqlUnitsOfWork(UnitsOfWork):
    """In a database."""

    def __init__(self, now: dt.datetime, zone: str, store: Store) -> None:
        super().__init__(now)
        self.broken_rule = store.broken_rule
        self.store = store
        self.database = open_front_desk(store.location, clock=FixedClock(now), zone=zone).database

    @contextmanager
    def action(self, *, at: dt.datetime | None = None, commit: bool = True) -> Iterator[UnitOfWork]:
        with self.database.writing() as transaction:
            uow = SqlUnitOfWork(transaction, self.database.zone, self.entry(at))
            yield uow
            if commit:
                uow.write_journal()
                transaction.commit()

    def tables(self) -> Tables:
        return {subject: self._table(subject.value) for subject in Subject}

    def _table(self, name: str) -> dict[int, dict[str, Any]]:
        columns = [column.name for column in metadata.tables[name].columns if column.name != "journal_hash"]
        quoted = ", ".join(f'"{column}"' for column in columns)
        rows = self.store.query(f"SELECT {quoted} FROM {name}")
        return {row[0]: without_nulls(dict(zip(columns, row, strict=True))) for row in rows}

    def counters(self) -> dict[tuple[int, str], int]:
        rows = self.store.query("SELECT doctor_id, date, last FROM token_counter")
        return {(doctor_id, date): last for doctor_id, date, last in rows}

    def events(self) -> list[Event]:
        with self.database.reading() as transaction:
            return [written.stored.event for written in entries.in_sequence(transaction)]


def without_nulls(row: dict[str, Any]) -> dict[str, Any]:
    """Return the columns of a row that have a value."""
    return {name: value for name, value in row.items() if value is not None}


def folded(events: Iterable[Event]) -> Tables:
    """Return all rows as the journal alone gives them."""
    tables: Tables = {subject: {} for subject in Subject}
    for event in events:
        rows = tables[event.subject]
        rows[event.subject_id] = {**rows.get(event.subject_id, {"id": event.subject_id}), **event.after}
    return {subject: {id_: without_nulls(row) for id_, row in rows.items()} for subject, rows in tables.items()}


def journaled(tables: Tables) -> Tables:
    """Return what the journal knows of all rows: no patient's personal fields, a doctor's name by its digest."""
    return {
        **tables,
        Subject.DOCTOR: {id_: row | {"name": sealed(row["name"])} for id_, row in tables[Subject.DOCTOR].items()},
        Subject.PATIENT: {
            id_: {name: value for name, value in row.items() if name not in (*PERSONAL, *KEYS)}
            for id_, row in tables[Subject.PATIENT].items()
        },
    }
