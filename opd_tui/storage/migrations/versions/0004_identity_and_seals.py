"""Add the database's identity, and seals of the rows that no event of the journal covers.

A migration imports nothing from the program, so that it stays the same when the program changes.
"""

import hashlib
import json

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

ROWS_AT_ONCE = 1000
KEYS = sa.text("SELECT key, fingerprint, entry_id FROM idempotency_key WHERE key > :after ORDER BY key LIMIT :limit")
SEAL = sa.text("UPDATE idempotency_key SET seal = :seal WHERE key = :key")


def upgrade() -> None:
    """Add the columns, derive the identity from the instant of creation, and seal the keys.

    The backups of this database have the same instant, and so the same identity. `hospital` is sealed by the program
    once its version is stored.
    """
    for table, column, length in (
        ("hospital", "identity", 32),
        ("hospital", "seal", 64),
        ("idempotency_key", "seal", 64),
    ):
        op.add_column(table, sa.Column(column, sa.String(length), nullable=False, server_default=sa.text("''")))
    connection = op.get_bind()
    created_at = connection.exec_driver_sql("SELECT created_at FROM hospital").scalar_one()
    identity = hashlib.sha256(created_at.encode()).hexdigest()[:32]
    connection.execute(sa.text("UPDATE hospital SET identity = :identity"), {"identity": identity})
    seal_keys(connection)


def seal_keys(connection: sa.Connection) -> None:
    """Seal the idempotency keys, page by page."""
    after = ""
    while rows := connection.execute(KEYS, {"after": after, "limit": ROWS_AT_ONCE}).all():
        seals = [{"key": row[0], "seal": hashlib.sha256(json.dumps(list(row)).encode()).hexdigest()} for row in rows]
        connection.execute(SEAL, seals)
        after = rows[-1][0]
