"""The journal's lines carry hashes, slots and the hospital the ends of their chains; the file its stamp."""

import sqlalchemy as sa
from alembic import op

from opd_tui.storage.journal.chain import START, chain_of, entry_text, line_hash
from opd_tui.storage.journal.entries import entry_of, line_of

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
    """Give every line its hash and every chain its end."""
    ends: dict[int | None, str] = {}
    hashes = []
    for row in connection.exec_driver_sql(LINES):
        line, entry = line_of(row[7:]), entry_text(row[1], entry_of(row[2:7]))
        chain = chain_of(line)
        ends[chain] = line_hash(ends.get(chain, START), entry, line)
        hashes.append({"hash": ends[chain], "line": row[0]})
    if hashes:
        connection.execute(sa.text("UPDATE journal_line SET hash = :hash WHERE sequence = :line"), hashes)
    connection.execute(sa.text("UPDATE hospital SET journal_hash = :end"), {"end": ends.pop(None, START)})
    if ends:
        slots = [{"end": end, "slot": slot} for slot, end in ends.items()]
        connection.execute(sa.text("UPDATE slot SET journal_hash = :end WHERE id = :slot"), slots)
