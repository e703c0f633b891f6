"""Tables, constraints and indexes; what must not be, the database itself refuses (see guards.py for its triggers)."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from opd_tui.domain.model import Reason, Source, Status

SCHEMA_VERSION = 2
"""The newest migration's number; `hospital.schema_version` tells it to every version of the program."""
APPLICATION_ID = 0x4F504454
"""“OPDT”: marks an SQLite file as this program's."""
APPLICATION_NAME = "opd-tui"
"""What every desk calls itself to a server, whatever else the address asks for: so a restore sees who is there."""


def sorted_as_bytes(length: int) -> String:
    """A short text of ASCII characters, which every database sorts alike."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


ID = BigInteger().with_variant(Integer, "sqlite")
INSTANT = sorted_as_bytes(27)
"""An instant in UTC with all its digits: `2026-11-22T03:45:00.000000Z`."""
HASH = String(64)
"""SHA-256 in hexadecimal digits."""
ONLY_ON = {"ix_patient_phone_key_name_key": "sqlite", "ix_patient_phone_key": "postgresql"}
"""Indexes that only one kind of database has."""
JSON_TEXT = JSON().with_variant(Text, "postgresql")
"""JSON that is written and read as text, so that it comes back as it was hashed."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def names(*members: Status | Source | Reason) -> str:
    """Enumeration members as an SQL list."""
    return ", ".join(f"'{member.name}'" for member in members)


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
)
"""`journal_hash` ends the house's chain (chain.py); `file_stamp` is the file as a desk left it (file_stamp.py)."""

migration = Table("alembic_version", metadata, Column("version_num", String(32), primary_key=True))
"""Alembic's own note of where a database stands."""

doctor = Table(
    "doctor",
    metadata,
    Column("id", ID, primary_key=True),
    Column("code", sorted_as_bytes(6), nullable=False, unique=True),
    Column("name", String(120), nullable=False),
    Column("specialty", String(120)),
    Column("room", String(40)),
    CheckConstraint("length(code) BETWEEN 1 AND 6", name="code_length"),
    CheckConstraint("length(name) BETWEEN 1 AND 120", name="name_length"),
)

slot = Table(
    "slot",
    metadata,
    Column("id", ID, primary_key=True),
    Column("doctor_id", ForeignKey(doctor.c.id), nullable=False),
    Column("date", sorted_as_bytes(10), nullable=False),
    Column("start", sorted_as_bytes(5), nullable=False),
    Column("end", sorted_as_bytes(5), nullable=False),
    Column("capacity", Integer, nullable=False),
    Column("journal_hash", HASH, nullable=False, server_default=text("''")),
    UniqueConstraint("doctor_id", "date", "start"),
    CheckConstraint('"start" < "end"', name="start_before_end"),
    CheckConstraint("capacity >= 1", name="capacity_at_least_one"),
    Index(None, "date"),
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
    CheckConstraint("length(name) BETWEEN 1 AND 120", name="name_length"),
    Index(None, "phone_key", "name_key", sqlite_where=text("phone_key IS NOT NULL")).ddl_if(dialect="sqlite"),
    # A name's key may outgrow what PostgreSQL keeps in an index, and few people share a phone.
    Index(None, "phone_key", postgresql_where=text("phone_key IS NOT NULL")).ddl_if(dialect="postgresql"),
    Index(None, "uhid_key", sqlite_where=text("uhid_key IS NOT NULL"), postgresql_where=text("uhid_key IS NOT NULL")),
)

token_counter = Table(
    "token_counter",
    metadata,
    Column("doctor_id", ForeignKey(doctor.c.id), primary_key=True),
    Column("date", sorted_as_bytes(10), primary_key=True),
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
    Column("date", sorted_as_bytes(10), nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("number", String(16), nullable=False),
    Column("source", String(9), nullable=False),
    Column("priority", Integer, nullable=False),
    Column("status", String(9), nullable=False),
    Column("issued_at", INSTANT, nullable=False),
    Column("called_at", INSTANT),
    Column("closed_at", INSTANT),
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
    Index(
        "ix_token_waiting",
        "slot_id",
        "priority",
        "issued_at",
        "id",
        sqlite_where=text("status = 'WAITING'"),
        postgresql_where=text("status = 'WAITING'"),
    ),
    Index(
        "ix_token_seated",
        "slot_id",
        "priority",
        "issued_at",
        "id",
        sqlite_where=text("status = 'ACTIVE' AND called_at IS NULL"),
        postgresql_where=text("status = 'ACTIVE' AND called_at IS NULL"),
    ),
)

journal_entry = Table(
    "journal_entry",
    metadata,
    Column("id", ID, primary_key=True),
    Column("action", String(32), nullable=False),
    Column("at", INSTANT, nullable=False),
    Column("recorded_at", INSTANT, nullable=False),
    Column("operator", String(120), nullable=False),
    Column("desk", String(120), nullable=False),
)

idempotency_key = Table(
    "idempotency_key",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    Column("entry_id", ForeignKey(journal_entry.c.id), nullable=False),
    sqlite_with_rowid=False,
)

journal_line = Table(
    "journal_line",
    metadata,
    Column("sequence", ID, primary_key=True),
    Column("entry_id", ForeignKey(journal_entry.c.id), nullable=False),
    Column("doctor_id", ForeignKey(doctor.c.id)),
    Column("slot_id", ForeignKey(slot.c.id)),
    Column("token_id", ForeignKey(token.c.id)),
    Column("from_status", String(9)),
    Column("to_status", String(9)),
    Column("reason", String(9)),
    Column("because_of", ForeignKey(token.c.id)),
    Column("facts", JSON_TEXT, nullable=False),
    Column("hash", HASH, nullable=False, server_default=text("''")),
    CheckConstraint(f"from_status IN ({names(*Status)})", name="from_status_known"),
    CheckConstraint(f"to_status IN ({names(*Status)})", name="to_status_known"),
    CheckConstraint(f"reason IN ({names(*Reason)})", name="reason_known"),
    Index("ix_journal_line_entry_id", "entry_id"),
    Index("ix_journal_line_slot_id", "slot_id"),
)
