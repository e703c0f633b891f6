"""The journal's lines carry hashes, slots and the hospital the ends of their chains; the file its stamp.

A migration imports nothing of the program: what it did for one hospital, it does for every other.
"""

import hashlib
import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

LINES = """
    SELECT l.sequence, e.id, e.action, e.at, e.recorded_at, e.operator, e.desk, l.doctor_id, l.slot_id, l.token_id,
           l.from_status, l.to_status, l.reason, l.because_of, l.facts
    FROM journal_line l JOIN journal_entry e ON e.id = l.entry_id ORDER BY l.sequence
"""


def upgrade() -> None:
    """Add the columns, then chain what the journal holds already."""
    for table, column, length in (
        ("hospital", "program_version", 32),
        ("hospital", "journal_hash", 64),
        ("hospital", "file_stamp", 64),
        ("slot", "journal_hash", 64),
        ("journal_line", "hash", 64),
    ):
        op.add_column(table, sa.Column(column, sa.String(length), nullable=False, server_default=sa.text("''")))
    chain_journal(op.get_bind())


def chain_journal(connection: sa.Connection) -> None:
    """Give every line its hash and every chain its end; the global chain is that of None."""
    ends: dict[int | None, str] = {}
    hashes = []
    for sequence, *row in connection.exec_driver_sql(LINES):
        entry, line = row[:6], row[6:]
        _, slot_id, token_id, *_ = line
        chain = slot_id if token_id is not None else None
        ends[chain] = line_hash(ends.get(chain, ""), entry, line)
        hashes.append({"hash": ends[chain], "line": sequence})
    if hashes:
        connection.execute(sa.text("UPDATE journal_line SET hash = :hash WHERE sequence = :line"), hashes)
    connection.execute(sa.text("UPDATE hospital SET journal_hash = :end"), {"end": ends.pop(None, "")})
    if ends:
        slots = [{"end": end, "slot": slot} for slot, end in ends.items()]
        connection.execute(sa.text("UPDATE slot SET journal_hash = :end WHERE id = :slot"), slots)


def line_hash(previous: str, entry: list[Any], line: list[Any]) -> str:
    """SHA-256 over the hash before, the entry's text and the line, whose facts are hashed as an object.

    Raises ValueError where the facts cannot be read.
    """
    *fields, facts = line
    text = json.dumps([previous, json.dumps(entry), *fields, json.loads(facts)], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
