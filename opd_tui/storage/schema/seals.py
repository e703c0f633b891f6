"""Seals: hashes of rows that no event covers, so that `verify` finds an altered value; and a database's identity."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select, update

from opd_tui.storage.schema.tables import hospital

SEALED = ("identity", "schema_version", "program_version", "time_zone", "created_at")
"""The columns of `hospital` that its seal covers."""


def new_identity() -> str:
    """Return the identity of a new database, which its backups carry."""
    return secrets.token_hex(16)


def identity_of(row: Mapping[str, Any]) -> str:
    """Return a database's identity from its `hospital` row; schemas 1 to 3 have only the instant of creation.

    Migration 0004 gives an older database the same identity.
    """
    return str(row.get("identity") or hashlib.sha256(str(row["created_at"]).encode()).hexdigest()[:32])


def hospital_seal(row: Mapping[str, Any]) -> str:
    """Return the seal of the `hospital` row."""
    return _digest(*(row[name] for name in SEALED))


def key_seal(key: str, fingerprint: str, entry_id: int) -> str:
    """Return the seal of an idempotency key's row."""
    return _digest(key, fingerprint, entry_id)


def seal_hospital(connection: Connection) -> None:
    """Store the seal of the `hospital` row."""
    row = dict(connection.execute(select(hospital)).mappings().one())
    connection.execute(update(hospital).values(seal=hospital_seal(row)))


def _digest(*values: object) -> str:
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()
