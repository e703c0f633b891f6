"""The journal: every action's entry with its lines, written once and never changed."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, bindparam, exists, or_, select, update

from opd_tui.domain.instants import read_instant, write_instant
from opd_tui.domain.journal import JournalEntry, JournalLine
from opd_tui.domain.model import Reason, SlotId, Status
from opd_tui.storage.journal.chain import WrittenLine, chain_of, entry_text, line_hash
from opd_tui.storage.schema.tables import hospital, idempotency_key, journal_entry, journal_line, slot
from opd_tui.storage.transaction import Transaction, inserting

_ADD_ENTRY = inserting(journal_entry, "action", "at", "recorded_at", "operator", "desk", returning="id")
_LINE_FIELDS = ("doctor_id", "slot_id", "token_id", "from_status", "to_status", "reason", "because_of", "facts")
_ADD_LINE = inserting(journal_line, "entry_id", *_LINE_FIELDS, "hash")
_ADD_KEY = inserting(idempotency_key, "key", "fingerprint", "entry_id")
_END_OF_GLOBAL_CHAIN = update(hospital).values(journal_hash=bindparam("end"))
_END_OF_SLOT = update(slot).where(slot.c.id == bindparam("chain")).values(journal_hash=bindparam("end"))
_LINE_COLUMNS = tuple(journal_line.c[name] for name in _LINE_FIELDS)
_ENTRY_COLUMNS = (
    journal_entry.c.action,
    journal_entry.c.at,
    journal_entry.c.recorded_at,
    journal_entry.c.operator,
    journal_entry.c.desk,
)
_ENTRY = select(*_ENTRY_COLUMNS).where(journal_entry.c.id == bindparam("id"))
_LINES = select(*_LINE_COLUMNS).where(journal_line.c.entry_id == bindparam("id")).order_by(journal_line.c.sequence)
_WRITTEN_LINES = select(
    journal_entry.c.id, *_ENTRY_COLUMNS, *_LINE_COLUMNS, journal_line.c.sequence, journal_line.c.hash
).join(journal_entry, journal_entry.c.id == journal_line.c.entry_id)
_GLOBAL_LINES = _WRITTEN_LINES.where(or_(journal_line.c.token_id.is_(None), journal_line.c.slot_id.is_(None))).order_by(
    journal_line.c.sequence
)
_SLOT_LINES = _WRITTEN_LINES.where(journal_line.c.token_id.is_not(None), journal_line.c.slot_id.is_not(None)).order_by(
    journal_line.c.slot_id, journal_line.c.sequence
)
_EMPTY_ENTRIES = select(journal_entry.c.id).where(~exists().where(journal_line.c.entry_id == journal_entry.c.id))
_NEWEST_ENTRIES = select(journal_entry.c.id, *_ENTRY_COLUMNS).order_by(journal_entry.c.id.desc()).limit(bindparam("n"))
_KEY = select(idempotency_key.c.fingerprint, idempotency_key.c.entry_id).where(
    idempotency_key.c.key == bindparam("key")
)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What an idempotency key was used for: the action's fingerprint and its entry in the journal."""

    fingerprint: str
    entry_id: int


def write_entry(
    transaction: Transaction, entry: JournalEntry, lines: Iterable[JournalLine], ends: dict[SlotId | None, str]
) -> int:
    """Write one action's entry and return its id; `ends` holds the last hash of each chain that it goes on."""
    values = {
        "action": entry.action,
        "at": write_instant(entry.at),
        "recorded_at": write_instant(entry.recorded_at),
        "operator": entry.operator,
        "desk": entry.desk,
    }
    entry_id: int = transaction.value(_ADD_ENTRY, values)
    text = entry_text(entry_id, entry)
    touched = set()
    rows = []
    for line in lines:
        chain = chain_of(line)
        ends[chain] = line_hash(ends[chain], text, line)
        touched.add(chain)
        rows.append(row_of(line) | {"entry_id": entry_id, "hash": ends[chain]})
    transaction.run_many(_ADD_LINE, rows)
    for chain in touched:
        end = {"end": ends[chain]}
        transaction.run(_END_OF_GLOBAL_CHAIN, end) if chain is None else transaction.run(
            _END_OF_SLOT, end | {"chain": chain}
        )
    return entry_id


def read_entry(transaction: Transaction, entry_id: int) -> tuple[JournalEntry, list[JournalLine]]:
    """One action's entry with its lines; raises LookupError."""
    if (found := transaction.row(_ENTRY, {"id": entry_id})) is None:
        raise LookupError(f"there is no entry {entry_id}")
    return entry_of(found), _lines_of(transaction, entry_id)


def newest_entries(transaction: Transaction, count: int) -> list[tuple[int, JournalEntry, list[JournalLine]]]:
    """The last actions with their ids and lines, newest first."""
    rows = transaction.rows(_NEWEST_ENTRIES, {"n": count})
    return [(row[0], entry_of(row[1:]), _lines_of(transaction, row[0])) for row in rows]


def _lines_of(transaction: Transaction, entry_id: int) -> list[JournalLine]:
    return [line_of(row) for row in transaction.rows(_LINES, {"id": entry_id})]


def global_lines(transaction: Transaction) -> Generator[WrittenLine, None, None]:
    """The lines of the house's chain, in sequence."""
    return _written_lines(transaction, _GLOBAL_LINES)


def slot_lines(transaction: Transaction) -> Generator[WrittenLine, None, None]:
    """The lines of the slots' chains, slot after slot, each in sequence."""
    return _written_lines(transaction, _SLOT_LINES)


def _written_lines(transaction: Transaction, statement: Select[Any]) -> Generator[WrittenLine, None, None]:
    size = 1 + len(_ENTRY_COLUMNS)
    before = None
    with closing(transaction.stream(statement)) as rows:
        for row in rows:
            if row[0] != before:  # an entry's lines stand together
                before, entry = row[0], entry_of(row[1:size])
                text = entry_text(before, entry)
            yield WrittenLine(entry, text, line_of(row[size:-2]), *row[-2:])


def empty_entries(transaction: Transaction) -> list[int]:
    """Entries whose lines are gone: every action writes one at least."""
    return [row[0] for row in transaction.rows(_EMPTY_ENTRIES)]


def read_receipt(transaction: Transaction, key: str) -> Receipt | None:
    """What the key was used for, if it was."""
    row = transaction.row(_KEY, {"key": key})
    return Receipt(*row) if row else None


def write_receipt(transaction: Transaction, key: str, receipt: Receipt) -> None:
    """Remember what the key was used for."""
    values = {"key": key, "fingerprint": receipt.fingerprint, "entry_id": receipt.entry_id}
    transaction.run(_ADD_KEY, values)


def entry_of(row: Any) -> JournalEntry:
    action, at, recorded_at, operator, desk = row
    return JournalEntry(action, read_instant(at), read_instant(recorded_at), operator, desk)


def row_of(line: JournalLine) -> dict[str, Any]:
    return {
        "doctor_id": line.doctor_id,
        "slot_id": line.slot_id,
        "token_id": line.token_id,
        "from_status": line.from_status and line.from_status.name,
        "to_status": line.to_status and line.to_status.name,
        "reason": line.reason and line.reason.name,
        "because_of": line.because_of,
        "facts": json.dumps(dict(line.facts)),
    }


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
        json.loads(facts),
    )
