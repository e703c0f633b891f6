"""Journal entries after a given one."""

from __future__ import annotations

from sqlalchemy import bindparam, select

from opd_tui.storage.schema.tables import journal_entry
from opd_tui.storage.transaction import Transaction

_AFTER = (
    select(journal_entry.c.id)
    .where(journal_entry.c.id > bindparam("entry"))
    .order_by(journal_entry.c.id)
    .limit(bindparam("count"))
)


def ids_after(transaction: Transaction, entry_id: int, count: int) -> list[int]:
    """Return the ids of the first `count` entries after one, oldest first."""
    return [row[0] for row in transaction.rows(_AFTER, {"entry": entry_id, "count": count})]
