"""Tables, constraints and indexes; triggers.py has the invariants that constraints cannot express."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    event,
    text,
)

from opd_tui.domain.model import Source, Status

SCHEMA_VERSION = 4
"""The number of the newest migration, stored in `hospital.schema_version`."""
APPLICATION_ID = 0x4F504454
"""“OPDT” in ASCII, the `application_id` of this program's SQLite files."""
APPLICATION_NAME = "opd-tui"
"""The `application_name` of every desk's connections, by which a restore finds desks that are connected."""


def sorted_as_bytes(length: int) -> String:
    """Return a string type with byte order, because PostgreSQL's default collation would sort differently."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


ID = BigInteger().with_variant(Integer, "sqlite")
INSTANT = sorted_as_bytes(27)
"""An instant in UTC: `2026-11-22T03:45:00.000000Z`."""
DATE, TIME = sorted_as_bytes(10), sorted_as_bytes(5)
"""A day and a wall clock time of the hospital: `2026-11-22`, `09:00`."""
HASH = String(64)
"""SHA-256 in hexadecimal."""
ONLY_ON = {"ix_patient_phone_key_name_key": "sqlite", "ix_patient_phone_key": "postgresql"}
"""Indexes that exist in one dialect only."""
CONDITION = "condition"
"""The key in an index's `info` of the condition on the rows that it has."""
WORD = String(16)
"""A status, a source or another of the program's keywords."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def names(*members: Status | Source) -> str:
    """Return enumeration members as an SQL list."""
    return ", ".join(f"'{member.name}'" for member in members)


def where(condition: str) -> dict[str, Any]:
    """Return the options of an index that has only the rows with a condition.

    Options such as `postgresql_where` would import that dialect, which a desk on SQLite does not need.
    """
    return {"info": {CONDITION: text(condition)}}


@event.listens_for(metadata, "before_create")
def set_conditions(_metadata: MetaData, connection: Connection, **_options: object) -> None:
    """Give the conditions of all indexes to the dialect of a new database."""
    for index in (index for table in metadata.tables.values() for index in table.indexes):
        if CONDITION in index.info:
            index.dialect_options[connection.dialect.name]["where"] = index.info[CONDITION]


NOT_WITHDRAWN = where("withdrawn_at IS NULL")
"""Options of partial unique indexes: a withdrawn doctor or slot frees its code or time."""
OPEN_STATUSES = names(*(status for status in Status if status.is_open))
SEAT_STATUSES = names(*(status for status in Status if status.holds_seat))

hospital = Table(
    "hospital",
    metadata,
    Column("id", Integer, CheckConstraint("id = 1", name="single_row"), primary_key=True),
    Column("schema_version", Integer, nullable=False),
    Column("program_version", String(32), nullable=False, server_default=text("''")),
    Column("time_zone", String(64), nullable=False),
    Column("created_at", INSTANT, nullable=False),
    Column("journal_hash", HASH, nullable=False, server_default=text("''")),
    Column("file_stamp", String(64), nullable=False, server_default=text("''")),
    Column("identity", String(32), nullable=False, server_default=text("''")),
    Column("seal", HASH, nullable=False, server_default=text("''")),
)
"""`journal_hash` is the last hash of the global chain (journal/chain.py); `file_stamp` is the file's fingerprint
(engines/file_fingerprint.py). `identity` tells databases and their backups apart; `seal` covers the row (seals.py)."""

migration = Table("alembic_version", metadata, Column("version_num", String(32), primary_key=True))
"""Alembic's version table."""

doctor = Table(
    "doctor",
    metadata,
    Column("id", ID, primary_key=True),
    Column("code", sorted_as_bytes(6), nullable=False),
    Column("name", String(120), nullable=False),
    Column("specialty", String(120)),
    Column("room", String(40)),
    Column("retired_at", INSTANT),
    Column("withdrawn_at", INSTANT),
    CheckConstraint("length(code) BETWEEN 1 AND 6", name="code_length"),
    CheckConstraint("length(name) BETWEEN 1 AND 120", name="name_length"),
    Index("uq_doctor_code", "code", unique=True, **NOT_WITHDRAWN),
)

slot = Table(
    "slot",
    metadata,
    Column("id", ID, primary_key=True),
    Column("doctor_id", ForeignKey(doctor.c.id), nullable=False),
    Column("date", DATE, nullable=False),
    Column("start", TIME, nullable=False),
    Column("end", TIME, nullable=False),
    Column("capacity", Integer, nullable=False),
    Column("journal_hash", HASH, nullable=False, server_default=text("''")),
    Column("closed_at", INSTANT),
    Column("delay_minutes", Integer),
    Column("withdrawn_at", INSTANT),
    CheckConstraint('"start" < "end"', name="start_before_end"),
    CheckConstraint("capacity >= 1", name="capacity_at_least_one"),
    Index(None, "date"),
    Index("uq_slot_doctor_id_date_start", "doctor_id", "date", "start", unique=True, **NOT_WITHDRAWN),
)

patient = Table(
    "patient",
    metadata,
    Column("id", ID, primary_key=True),
    Column("name", String(120), nullable=False),
    Column("phone", String(40)),
    Column("uhid", String(64)),
    Column("birth_year", Integer),
    Column("sex", String(7)),
    Column("name_key", String(480).with_variant(Text, "postgresql"), nullable=False),
    Column("phone_key", String(15)),
    Column("uhid_key", String(200).with_variant(Text, "postgresql")),
    Column("forgotten_at", INSTANT),
    Column("merged_into", ForeignKey("patient.id")),
    CheckConstraint("length(name) BETWEEN 1 AND 120", name="name_length"),
    Index(None, "phone_key", "name_key", **where("phone_key IS NOT NULL")).ddl_if(dialect="sqlite"),
    # A name's key can exceed the size limit of a PostgreSQL index entry; few people share a phone anyway.
    Index(None, "phone_key", **where("phone_key IS NOT NULL")).ddl_if(dialect="postgresql"),
    Index(None, "uhid_key", **where("uhid_key IS NOT NULL")),
)

token_counter = Table(
    "token_counter",
    metadata,
    Column("doctor_id", ForeignKey(doctor.c.id), primary_key=True),
    Column("date", DATE, primary_key=True),
    Column("last", Integer, nullable=False),
    sqlite_with_rowid=False,
)

token = Table(
    "token",
    metadata,
    Column("id", ID, primary_key=True),
    Column("slot_id", ForeignKey(slot.c.id), nullable=False),
    Column("patient_id", ForeignKey(patient.c.id), nullable=False),
    Column("doctor_id", ForeignKey(doctor.c.id), nullable=False),
    Column("date", DATE, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("number", String(16), nullable=False),
    Column("source", WORD, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("status", WORD, nullable=False),
    Column("issued_at", INSTANT, nullable=False),
    Column("called_at", INSTANT),
    Column("closed_at", INSTANT),
    Column("checked_in_at", INSTANT),
    Column("returned_at", INSTANT),
    Column("held_at", INSTANT),
    Column("hold_reason", WORD),
    Column("to_tell_since", INSTANT),
    Column("replaces", ForeignKey("token.id")),
    UniqueConstraint("doctor_id", "date", "sequence"),
    CheckConstraint("sequence >= 1", name="sequence_from_one"),
    CheckConstraint(f"status IN ({names(*Status)})", name="status_known"),
    CheckConstraint(
        "CASE source "
        + " ".join(f"WHEN '{source.name}' THEN priority = {source.priority}" for source in Source)
        + " ELSE 0 = 1 END",
        name="source_has_its_priority",
    ),
    CheckConstraint(
        f"(closed_at IS NULL) = (status IN ({OPEN_STATUSES}))",
        name="closed_when_not_open",
    ),
    Index("ix_token_patient_id", "patient_id"),
    Index("ix_token_number", "date", "number", unique=True),
    Index("ix_token_slot_id_issued_at", "slot_id", "issued_at"),
    Index("ix_token_slot_id_status", "slot_id", "status"),
    Index("ix_token_waiting", "slot_id", "priority", "issued_at", "id", **where("status = 'WAITING'")),
    Index(
        "ix_token_seated",
        *("slot_id", "priority", "issued_at", "id"),
        **where("status = 'ACTIVE' AND called_at IS NULL"),
    ),
)

journal_entry = Table(
    "journal_entry",
    metadata,
    Column("id", ID, primary_key=True),
    Column("action", String(64), nullable=False),
    Column("at", INSTANT, nullable=False),
    Column("recorded_at", INSTANT, nullable=False),
    Column("operator", String(120), nullable=False),
    Column("desk", String(120), nullable=False),
    Column("road", WORD, nullable=False, server_default=text("''")),
)

idempotency_key = Table(
    "idempotency_key",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    Column("entry_id", ForeignKey(journal_entry.c.id), nullable=False),
    Column("seal", HASH, nullable=False, server_default=text("''")),
    sqlite_with_rowid=False,
)

journal_event = Table(
    "journal_event",
    metadata,
    Column("entry_id", ForeignKey(journal_entry.c.id), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("kind", String(64), nullable=False),
    Column("subject", WORD, nullable=False),
    Column("subject_id", ID, nullable=False),
    Column("slot_id", ForeignKey(slot.c.id)),
    Column("cause", WORD),
    Column("cause_id", ID),
    Column("before", Text),
    Column("after", Text, nullable=False),
    Column("details", Text, nullable=False),
    Column("format", Integer, nullable=False),
    Column("hash", HASH, nullable=False),
    Index("ix_journal_event_subject", "subject", "subject_id"),
)
"""`number` counts the events of an entry from 1; `slot_id` names the chain. `before`, `after` and `details` are JSON as
text, so that they are read back exactly as they were hashed. There is no CHECK on `kind`, because SQLite would have to
rebuild this append-only table for every new kind."""
