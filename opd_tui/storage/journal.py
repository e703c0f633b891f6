"""The journal: every action's entry with its lines, written once and never changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select

from opd_tui.domain.instants import read_instant, write_instant
from opd_tui.domain.journal import JournalEntry, JournalLine
from opd_tui.domain.model import Reason, Status
from opd_tui.storage.schema import idempotency_key, journal_entry, journal_line

_ADD_ENTRY, _ADD_LINE, _ADD_KEY = insert(journal_entry), insert(journal_line), insert(idempotency_key)
_LINE_COLUMNS = (
    journal_line.c.doctor_id,
    journal_line.c.slot_id,
    journal_line.c.token_id,
    journal_line.c.from_status,
    journal_line.c.to_status,
    journal_line.c.reason,
    journal_line.c.because_of,
    journal_line.c.facts,
)
_ENTRY_COLUMNS = (
    journal_entry.c.action,
    journal_entry.c.at,
    journal_entry.c.recorded_at,
    journal_entry.c.operator,
    journal_entry.c.desk,
)
_ENTRY = select(*_ENTRY_COLUMNS).where(journal_entry.c.id == bindparam("id"))
_LINES = select(*_LINE_COLUMNS).where(journal_line.c.entry_id == bindparam("id")).order_by(journal_line.c.sequence)
_ALL_LINES = (
    select(journal_entry.c.at, *_LINE_COLUMNS)
    .join(journal_entry, journal_entry.c.id == journal_line.c.entry_id)
    .order_by(journal_line.c.sequence)
    .execution_options(yield_per=1000)
)
_NEWEST_ENTRIES = select(journal_entry.c.id, *_ENTRY_COLUMNS).order_by(journal_entry.c.id.desc()).limit(bindparam("n"))
_KEY = select(idempotency_key.c.fingerprint, idempotency_key.c.entry_id).where(
    idempotency_key.c.key == bindparam("key")
)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What an idempotency key was used for: the action's fingerprint and its entry in the journal."""

    fingerprint: str
    entry_id: int


def write_entry(connection: Connection, entry: JournalEntry, lines: Iterable[JournalLine]) -> int:
    """Write one action's entry and return its id."""
    values = {
        "action": entry.action,
        "at": write_instant(entry.at),
        "recorded_at": write_instant(entry.recorded_at),
        "operator": entry.operator,
        "desk": entry.desk,
    }
    key = connection.execute(_ADD_ENTRY, values).inserted_primary_key
    assert key is not None
    entry_id = int(key[0])
    rows = [
        {
            "entry_id": entry_id,
            "doctor_id": line.doctor_id,
            "slot_id": line.slot_id,
            "token_id": line.token_id,
            "from_status": line.from_status and line.from_status.name,
            "to_status": line.to_status and line.to_status.name,
            "reason": line.reason and line.reason.name,
            "because_of": line.because_of,
            "facts": dict(line.facts),
        }
        for line in lines
    ]
    connection.execute(_ADD_LINE, rows)
    return entry_id


def read_entry(connection: Connection, entry_id: int) -> tuple[JournalEntry, list[JournalLine]]:
    """One action's entry with its lines."""
    entry = entry_of(connection.execute(_ENTRY, {"id": entry_id}).one())
    return entry, [line_of(row) for row in connection.execute(_LINES, {"id": entry_id})]


def newest_entries(connection: Connection, count: int) -> list[tuple[JournalEntry, list[JournalLine]]]:
    """The last actions with their lines, newest first."""
    rows = connection.execute(_NEWEST_ENTRIES, {"n": count}).all()
    return [(entry_of(row[1:]), [line_of(line) for line in connection.execute(_LINES, {"id": row[0]})]) for row in rows]


def all_lines(connection: Connection) -> Iterator[tuple[str, JournalLine]]:
    """Every line ever written, in sequence, with the instant at which its action took place."""
    return ((row[0], line_of(row[1:])) for row in connection.execute(_ALL_LINES))


def read_receipt(connection: Connection, key: str) -> Receipt | None:
    """What the key was used for, if it was."""
    row = connection.execute(_KEY, {"key": key}).first()
    return Receipt(*row) if row else None


def write_receipt(connection: Connection, key: str, receipt: Receipt) -> None:
    """Remember what the key was used for."""
    values = {"key": key, "fingerprint": receipt.fingerprint, "entry_id": receipt.entry_id}
    connection.execute(_ADD_KEY, values)


def entry_of(row: Any) -> JournalEntry:
    action, at, recorded_at, operator, desk = row
    return JournalEntry(action, read_instant(at), read_instant(recorded_at), operator, desk)


def line_of(row: Any) -> JournalLine:
    doctor_id, slot_id, token_id, from_status, to_status, reason, because_of, facts = row
    return JournalLine(
        doctor_id,
        slot_id,
        token_id,
        Status[from_status] if from_status else None,
        Status[to_status] if to_status else None,
        Reason[reason] if reason else None,
        because_of,
        facts,
    )
