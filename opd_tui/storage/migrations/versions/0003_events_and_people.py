"""Convert the journal's rows into events, and merge duplicate rows of patients.

A migration imports nothing from the program, so that it stays the same when the program changes.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import sqlalchemy as sa
from alembic import context, op

revision = "0003"
down_revision = "0002"

Row = dict[str, Any]
JsonObject = dict[str, Any]
Report = Callable[[float], None]
T = TypeVar("T")

ROWS_AT_ONCE = 1000


def upgrade() -> None:
    """Change the tables, convert the journal, merge the patients, and record the changes in the journal."""
    connection = op.get_bind()
    dialect = connection.dialect.name
    for statement in Path(__file__).with_name(f"0003_{dialect}.sql").read_text("utf-8").split(";\n"):
        if statement.strip():
            connection.exec_driver_sql(statement)
    report = context.config.attributes["report"]
    forgotten = convert_journal(connection, lambda share: report(share * 0.6))
    connection.exec_driver_sql("DROP TABLE journal_line")
    mark_forgotten(connection, forgotten)
    clear_placeholders(connection)
    completed = join_patients(connection, lambda share: report(0.6 + share * 0.3))
    write_journal(connection, context.config.attributes["now"], completed)
    remove_joined(connection)
    if dialect == "postgresql":
        op.create_foreign_key("fk_patient_merged_into_patient", "patient", "patient", ["merged_into"], ["id"])


def pages(
    connection: sa.Connection, statement: str, report: Report = lambda _: None, last: int | None = None
) -> Iterator[list[Row]]:
    """Yield pages of rows by id (keyset pagination), which bounds memory and allows updates, and report."""
    after = -(2**63)
    while rows := connection.execute(sa.text(statement), {"after": after, "limit": ROWS_AT_ONCE}).mappings().all():
        yield [dict(row) for row in rows]
        after = rows[-1]["id"]
        report(min(max(after / (last or after or 1), 0), 1))


def batches(members: Iterable[T]) -> Iterator[list[T]]:
    """Yield lists of up to ROWS_AT_ONCE members."""
    remaining = iter(members)
    while batch := list(islice(remaining, ROWS_AT_ONCE)):
        yield batch


# The journal

LINES = """
    SELECT sequence AS id, entry_id, doctor_id, slot_id, token_id, from_status, to_status, reason, because_of, facts,
           hash, (SELECT count(*) FROM journal_line AS other
                  WHERE other.entry_id = line.entry_id AND other.sequence <= line.sequence) AS number
    FROM journal_line AS line WHERE sequence > :after ORDER BY sequence LIMIT :limit
"""
ADD_EVENT = sa.text(
    "INSERT INTO journal_event (entry_id, number, kind, subject, subject_id, slot_id, cause, cause_id,"
    ' "before", "after", details, format, hash)'
    " VALUES (:entry_id, :number, :kind, :subject, :subject_id, :slot_id, :cause, :cause_id,"
    " :before, :after, :details, :format, :hash)"
)
KINDS = {
    "ISSUED": "token_issued",
    "ALLOCATED": "token_allocated",
    "PREEMPTED": "token_preempted",
    "PROMOTED": "token_promoted",
    "CANCELLED": "token_cancelled",
    "NO_SHOW": "token_marked_no_show",
    "COMPLETED": "token_completed",
}


class Event(NamedTuple):
    """A domain event of schema 3; `slot_id` names the chain, None the global one."""

    kind: str
    subject: str
    subject_id: int
    slot_id: int | None
    before: JsonObject | None
    after: JsonObject
    details: JsonObject
    because_of: int | None = None

    def row(self) -> Row:
        """Return the event's columns, without entry, number, format and hash."""
        return {
            "kind": self.kind,
            "subject": self.subject,
            "subject_id": self.subject_id,
            "slot_id": self.slot_id,
            "cause": None if self.because_of is None else "token",
            "cause_id": self.because_of,
            "before": None if self.before is None else json.dumps(self.before),
            "after": json.dumps(self.after),
            "details": json.dumps(self.details),
        }


def convert_journal(connection: sa.Connection, report: Report) -> dict[int, int]:
    """Write every row as an event of format 1 with its old hash; return the forgotten patients with their entries.

    Raise LookupError, TypeError or ValueError if a row cannot be read.
    """
    forgotten: dict[int, int] = {}
    last = connection.exec_driver_sql("SELECT max(sequence) FROM journal_line").scalar()
    for lines in pages(connection, LINES, report, last):
        rows = []
        for line in lines:
            event = event_of(line)
            position = {name: line[name] for name in ("entry_id", "number", "hash")} | {"format": 1}
            rows.append(event.row() | position)
            if event.kind == "patient_forgotten":
                for patient_id in event.details["patients"]:
                    forgotten.setdefault(patient_id, line["entry_id"])
        connection.execute(ADD_EVENT, rows)
    return forgotten


def event_of(line: Row) -> Event:
    """Return the event of an old row; the ids that it has determine the kind."""
    facts = json.loads(line["facts"])
    doctor_id, slot_id, token_id = line["doctor_id"], line["slot_id"], line["token_id"]
    if token_id is not None:
        was = line["from_status"]
        before = None if was is None else {"status": was}
        after = {"status": line["to_status"], **facts}
        return Event(KINDS[line["reason"]], "token", token_id, slot_id, before, after, {}, line["because_of"])
    if slot_id is not None and doctor_id is not None:
        return Event("slot_opened", "slot", slot_id, None, None, {"doctor_id": doctor_id, **facts}, {})
    if doctor_id is not None:
        return Event("doctor_added", "doctor", doctor_id, None, None, {**facts}, {})
    return Event("patient_forgotten", "patient", facts["patients"][0], None, None, {}, facts)


def mark_forgotten(connection: sa.Connection, forgotten: dict[int, int]) -> None:
    """Set `forgotten_at` in the rows of forgotten patients."""
    if forgotten:
        connection.execute(
            sa.text(
                "UPDATE patient SET forgotten_at = (SELECT at FROM journal_entry WHERE id = :entry) WHERE id = :patient"
            ),
            [{"patient": patient, "entry": entry} for patient, entry in forgotten.items()],
        )


# The patients

FIELDS = (("phone", "phone_key"), ("uhid", "uhid_key"), ("birth_year",), ("sex",))
"""The personal fields beside the name, each with its match key if it has one; the last column is compared."""
PATIENTS = """
    SELECT id, name, name_key, phone, phone_key, uhid, uhid_key, birth_year, sex FROM patient
"""
VISITS = PATIENTS + "WHERE id > :after AND name_key <> '' AND forgotten_at IS NULL ORDER BY id LIMIT :limit"
THESE = sa.text(PATIENTS + "WHERE id IN :ids").bindparams(sa.bindparam("ids", expanding=True))
FILL = sa.text(
    "UPDATE patient SET phone = :phone, phone_key = :phone_key, uhid = :uhid, uhid_key = :uhid_key,"
    " birth_year = :birth_year, sex = :sex WHERE id = :id"
)
JOIN = sa.text("UPDATE patient SET merged_into = :kept WHERE id = :id")


def join_patients(connection: sa.Connection, report: Report) -> dict[int, frozenset[str]]:
    """Set `merged_into` in duplicates of exactly one earlier row; return the columns filled in, by the row kept.

    A row that matches several people is kept separate.
    """
    seen: dict[int, tuple[int, ...]] = {}  # hashes of keys to ids, to save memory with a million people
    completed: dict[int, frozenset[str]] = {}
    last = connection.exec_driver_sql("SELECT max(id) FROM patient").scalar()
    for page in pages(connection, VISITS, report, last):
        earlier = {id_ for row in page for id_ in ids_of(seen, row)}
        people = {row["id"]: dict(row) for row in rows_of(connection, earlier)}
        joined, filled = [], {}
        for row in page:
            matching = [people[id_] for id_ in ids_of(seen, row) if is_same_person(people[id_], row)]
            person = matching[0] if len(matching) == 1 else people.setdefault(row["id"], row)
            if person is not row:
                joined.append({"id": row["id"], "kept": person["id"]})
                if names := fill(person, row):
                    filled[person["id"]] = person
                    completed[person["id"]] = completed.get(person["id"], frozenset()) | names
            for key in map(hash, keys_of(person)):
                if person["id"] not in seen.get(key, ()):
                    seen[key] = (*seen.get(key, ()), person["id"])
        for statement, rows in ((JOIN, joined), (FILL, list(filled.values()))):
            if rows:
                connection.execute(statement, rows)
    return completed


def ids_of(seen: dict[int, tuple[int, ...]], row: Row) -> set[int]:
    """Return the ids of earlier people that may share a key with a row; hashes can collide."""
    return {id_ for key in keys_of(row) for id_ in seen.get(hash(key), ())}


def rows_of(connection: sa.Connection, ids: Iterable[int]) -> Iterator[sa.RowMapping]:
    """Yield the rows of patients with these ids, in batches."""
    for batch in batches(ids):
        yield from connection.execute(THESE, {"ids": batch}).mappings()


NUMBERS = """
    SELECT id, uhid_key, phone_key FROM patient
    WHERE id > :after AND (uhid_key IS NOT NULL OR phone_key IS NOT NULL) ORDER BY id LIMIT :limit
"""
SET_KEYS = sa.text("UPDATE patient SET uhid_key = :uhid_key, phone_key = :phone_key WHERE id = :id")


def clear_placeholders(connection: sa.Connection) -> None:
    """Let a number such as N/A or 0 find nobody; it stays as it was typed."""
    for rows in pages(connection, NUMBERS):
        keys = [{"id": row["id"], **{key: known(row, key) for key in ("uhid_key", "phone_key")}} for row in rows]
        changed = [new for new, row in zip(keys, rows, strict=True) if new != row]
        if changed:
            connection.execute(SET_KEYS, changed)


def known(row: Row, field: str) -> Any:
    """Return a field's value, or None for a number that identifies nobody, such as N/A or 0."""
    value = row[field]
    if value is not None and field.endswith("_key") and not any(unicodedata.digit(each, 0) for each in value):
        return None
    return value


def keys_of(row: Row) -> set[tuple[str, ...]]:
    """Return the keys for matching a person: the hospital number, or name and phone."""
    uhid, phone = known(row, "uhid_key"), known(row, "phone_key")
    return ({(uhid,)} if uhid else set()) | ({(row["name_key"], phone)} if phone else set())


def is_same_person(person: Row, row: Row) -> bool:
    """Return whether a key is equal and no known field differs; names must be equal exactly, as tokens show them."""
    if person["name"] != row["name"] or not keys_of(person) & keys_of(row):
        return False
    both = ((known(person, field), known(row, field)) for *_, field in FIELDS)
    return all(one is None or other is None or one == other for one, other in both)


def fill(person: Row, row: Row) -> frozenset[str]:
    """Copy fields that are missing in the person's row; return the changed columns."""
    changed: set[str] = set()
    for names in FIELDS:
        for name in (names[0], names[-1]):
            if known(person, name) is None and known(row, name) is not None:
                changed.update(each for each in names if person[each] != row[each])
                person.update((each, row[each]) for each in names)
    return frozenset(changed)


def remove_joined(connection: sa.Connection) -> None:
    """Move the visits of merged rows to the rows kept, and delete the merged rows."""
    connection.exec_driver_sql(
        "UPDATE token SET patient_id = (SELECT merged_into FROM patient WHERE patient.id = token.patient_id)"
        " WHERE patient_id IN (SELECT id FROM patient WHERE merged_into IS NOT NULL)"
    )
    connection.exec_driver_sql("DELETE FROM patient WHERE merged_into IS NOT NULL")


# The upgrade's own entry

ADD_ENTRY = sa.text(
    "INSERT INTO journal_entry (action, at, recorded_at, operator, desk, road)"
    " VALUES (:action, :at, :at, :operator, :desk, :road) RETURNING id"
)
DOCTORS = "SELECT id, name FROM doctor WHERE id > :after ORDER BY id LIMIT :limit"
PEOPLE = "SELECT id, forgotten_at FROM patient WHERE id > :after AND merged_into IS NULL ORDER BY id LIMIT :limit"
MOVED_TOKENS = """
    SELECT t.id, t.slot_id, t.patient_id, p.merged_into FROM token t JOIN patient p ON p.id = t.patient_id
    WHERE t.id > :after AND p.merged_into IS NOT NULL ORDER BY t.id LIMIT :limit
"""


def write_journal(connection: sa.Connection, at: str, completed: dict[int, frozenset[str]]) -> None:
    """Write an entry with the upgrade's events, if there are any, and update the chains' last hashes."""
    events = events_of(connection, completed)
    first = next(events, None)
    if first is None:
        return
    values = {"action": "upgrade_database", "at": at, "operator": "opd-tui", "desk": "", "road": ""}
    entry_id = connection.execute(ADD_ENTRY, values).scalar_one()
    entry = json.dumps([entry_id, values["action"], at, at, values["operator"], values["desk"], values["road"]])
    ends = ends_of(connection)
    touched: set[int | None] = set()
    for batch in batches(enumerate(chain([first], events), 1)):
        rows = []
        for number, event in batch:
            row, slot_id = event.row(), event.slot_id
            touched.add(slot_id)
            ends[slot_id] = event_hash(ends[slot_id], entry, row)
            rows.append(row | {"number": number, "entry_id": entry_id, "format": 2, "hash": ends[slot_id]})
        connection.execute(ADD_EVENT, rows)
    write_ends(connection, {slot_id: ends[slot_id] for slot_id in touched})


def ends_of(connection: sa.Connection) -> dict[int | None, str]:
    """Return the last hash of each slot's chain, and under None that of the global chain."""
    slots = connection.exec_driver_sql("SELECT id, journal_hash FROM slot")
    return {None: connection.exec_driver_sql("SELECT journal_hash FROM hospital").scalar_one(), **dict(slots.all())}


def event_hash(previous: str, entry: str, row: Row) -> str:
    """Return the SHA-256 of the previous hash, the entry and the event in format 2."""
    names = ("kind", "subject", "subject_id", "slot_id", "cause", "cause_id", "before", "after", "details")
    text = json.dumps([previous, 2, entry, *(row[name] for name in names)])
    return hashlib.sha256(text.encode()).hexdigest()


def events_of(connection: sa.Connection, completed: dict[int, frozenset[str]]) -> Iterator[Event]:
    """Yield events for everything that the upgrade changed or that the old journal did not record."""
    for row in chain.from_iterable(pages(connection, DOCTORS)):
        digest = f"sha256:{hashlib.sha256(row['name'].encode()).hexdigest()}"
        yield Event("doctor_name_sealed", "doctor", row["id"], None, {"name": None}, {"name": digest}, {})
    for row in chain.from_iterable(pages(connection, PEOPLE)):
        after = {"forgotten_at": row["forgotten_at"]} if row["forgotten_at"] else {}
        yield Event("patient_registered", "patient", row["id"], None, None, after, {})
    for patient_id, fields in sorted(completed.items()):
        yield Event("patient_details_added", "patient", patient_id, None, {}, {}, {"fields": sorted(fields)})
    for row in chain.from_iterable(pages(connection, MOVED_TOKENS)):
        before, after = {"patient_id": row["patient_id"]}, {"patient_id": row["merged_into"]}
        yield Event("token_patient_changed", "token", row["id"], row["slot_id"], before, after, {})


def write_ends(connection: sa.Connection, ends: dict[int | None, str]) -> None:
    """Store the last hashes of the global chain in the hospital's row and of slots in theirs."""
    if None in ends:
        connection.execute(sa.text("UPDATE hospital SET journal_hash = :end"), {"end": ends.pop(None)})
    if ends:
        slots = [{"end": end, "slot": slot} for slot, end in ends.items()]
        connection.execute(sa.text("UPDATE slot SET journal_hash = :end WHERE id = :slot"), slots)
