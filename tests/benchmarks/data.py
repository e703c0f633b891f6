"""The databases that are measured: today made by the program itself, the history before it inserted in bulk."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from opd_tui.desk.actions import AddDoctor, IssueToken, OpenSession
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.desk.opening import open_front_desk
from opd_tui.domain.model import Patient, SlotId, SlotRecord, Source
from opd_tui.storage.journal.formats import EVENT_COLUMNS, StoredEvent, chained_hash, entry_text

DOCTORS, SLOTS_A_DAY, CAPACITY = 50, 8, 10
WAITING = 5
"""How many wait in every fourth slot: 500 of today's 400 slots."""
DAYS = 365
PATIENTS = 200_000
"""How many people the tokens of the past are for, in turn."""
FIRST_NAMES = ("Asha", "Ravi", "Leela", "Imran", "Sunita", "Arjun", "Meera", "Farid", "Kavya", "Dev", "Nila", "Omar")
LAST_NAMES = ("Verma", "Kumar", "Nair", "Khan", "Rao", "Iyer", "Das", "Joshi", "Menon", "Pillai", "Reddy")
SPECIALTIES = ("Orthopedics", "Cardiology", "Medicine", "ENT", "Dermatology")
SEATED = (CAPACITY, CAPACITY, 7, 4)
"""How many have a seat, slot by slot in turn; where the first of these is full, some wait, too."""
ARRIVALS = (Source.PAID, Source.FOLLOWUP, Source.ONLINE, Source.WALKIN)
MORNING = 10
"""The hour on the hospital's wall clock when the measuring begins."""

Values = dict[str, Any]


@dataclass(frozen=True)
class Content:
    """What a database holds: so many tokens of the year before today, and so many who wait in one slot of today."""

    history: int = 0
    crowd: int = 0
    doctors: int = DOCTORS


def build(location: str, content: Content) -> None:
    """Make a database with this content, at a file's path or, without a history, at a server's URL."""
    zone = zone_where_it_is_morning()
    with closing(open_front_desk(location, operator="reception", desk="desk 0", zone=zone)) as desk:
        add_doctors(desk, content.doctors)
        today = desk.today()
        if content.history:
            fill_history(Path(location), content, today)
        fill_today(desk, today)
        if content.crowd:
            crowd(desk, crowded_slot(desk), content.crowd)


def zone_where_it_is_morning() -> str:
    """A time zone in which the day has just begun, so that every run sees the same hours of it and no midnight."""
    ahead = (MORNING - dt.datetime.now(dt.UTC).hour + 12) % 24 - 12
    return f"Etc/GMT{-ahead:+d}" if ahead else "UTC"


def add_doctors(desk: FrontDesk, count: int) -> None:
    """The doctors, with codes D01, D02 …"""
    names = itertools.product(LAST_NAMES, FIRST_NAMES)
    for number, (last, first) in enumerate(itertools.islice(names, count), 1):
        specialty = SPECIALTIES[number % len(SPECIALTIES)]
        desk.perform(AddDoctor(name=f"Dr {first} {last}", specialty=specialty, code=f"D{number:02}"))


def fill_today(desk: FrontDesk, today: dt.date) -> None:
    """Open every doctor's session and issue tokens: full slots and others, and a few hundred who wait."""
    window = {"date": today, "start": dt.time(9), "end": dt.time(9 + SLOTS_A_DAY), "every": 60, "capacity": CAPACITY}
    for doctor in desk.doctor_list():
        desk.perform(OpenSession(doctor=doctor.id, **window))
    people = patients()
    for place, record in enumerate(desk.slot_list(today)):
        kind = place % len(SEATED)
        for number in range(SEATED[kind] + (WAITING if kind == 0 else 0)):
            # The strongest come first, so that nobody loses a seat yet.
            source = ARRIVALS[min(number * len(ARRIVALS) // CAPACITY, len(ARRIVALS) - 1)]
            desk.perform(IssueToken(slot=record.slot.id, patient=next(people), source=source))


def crowded_slot(desk: FrontDesk) -> SlotId:
    """The slot in which the crowd waits."""
    return full_slots(desk)[0].slot.id


def full_slots(desk: FrontDesk) -> list[SlotRecord]:
    """Today's slots without a free seat in which somebody waits already."""
    return [record for record in desk.slot_list(desk.today()) if record.free_seats == 0 and record.load.waiting]


def crowd(desk: FrontDesk, slot: SlotId, size: int) -> None:
    """Let people come until so many wait in one slot."""
    (there,) = (record.load.waiting for record in desk.slot_list(desk.today()) if record.slot.id == slot)
    for patient in itertools.islice(patients("Crowd"), size - there):
        desk.perform(IssueToken(slot=slot, patient=patient, source=Source.WALKIN))


def patients(family: str = "") -> Iterator[Patient]:
    """People without end; each has a phone number of their own."""
    names = itertools.cycle(f"{first} {family or last}" for last in LAST_NAMES for first in FIRST_NAMES)
    start = 9_000_000_000 + sum(map(ord, family)) * 1_000_000
    for phone, name in enumerate(names, start):
        yield Patient(name=name, phone=str(phone))


# History

SERIES = "WITH RECURSIVE past(id) AS (VALUES (1) UNION ALL SELECT id + 1 FROM past WHERE id < :tokens)"
SLOT = f"slot.id = (past.id - 1) / {CAPACITY} + 1"
"""Ten tokens to a slot."""
NUMBER = f"(past.id - 1) % {CAPACITY * SLOTS_A_DAY} + 1"
CODE = f"printf('D%02d-%03d', slot.doctor_id, {NUMBER})"
PERSON = f"(past.id - 1) % {PATIENTS} + 1"
ISSUED_AT = f"printf('%sT03:%02d:%02d.000000Z', slot.date, past.id % 60, past.id % {CAPACITY})"
CLOSED_AT = "printf('%sT12:%02d:00.000000Z', slot.date, past.id % 60)"
IS_SEEN = "past.id % 10"
STATUS = f"iif({IS_SEEN}, 'COMPLETED', 'CANCELLED')"
BY_SOURCE = f"CASE past.id % {len(ARRIVALS)} {{}} END"
SOURCE = BY_SOURCE.format(" ".join(f"WHEN {n} THEN '{source.name}'" for n, source in enumerate(ARRIVALS)))
PRIORITY = BY_SOURCE.format(" ".join(f"WHEN {n} THEN {source.priority}" for n, source in enumerate(ARRIVALS)))
LAST_STEP = 4
"""The step that closes the token, in an entry of its own; the first three are those of its issue."""

PAST = {
    "patient": {
        "id": "past.id",
        "name": "name.name",
        "phone": "7000000000 + past.id || ''",
        "name_key": "name.key",
        "phone_key": "7000000000 + past.id || ''",
    },
    "token": {
        "id": "past.id",
        "slot_id": "slot.id",
        "patient_id": PERSON,
        "doctor_id": "slot.doctor_id",
        "date": "slot.date",
        "sequence": NUMBER,
        "number": CODE,
        "source": SOURCE,
        "priority": PRIORITY,
        "status": STATUS,
        "issued_at": ISSUED_AT,
        "closed_at": CLOSED_AT,
    },
    "journal_entry": {
        "id": f":entry + 2 * past.id + iif(step.step = {LAST_STEP}, 0, -1)",
        "action": f"iif(step.step = {LAST_STEP}, iif({IS_SEEN}, 'complete_token', 'cancel_token'), 'issue_token')",
        "at": f"iif(step.step = {LAST_STEP}, {CLOSED_AT}, {ISSUED_AT})",
        "recorded_at": f"iif(step.step = {LAST_STEP}, {CLOSED_AT}, {ISSUED_AT})",
        "operator": "'reception'",
        "desk": "'desk 0'",
        "road": "'screen'",
    },
    "journal_event": {
        "entry_id": f":entry + 2 * past.id + iif(step.step = {LAST_STEP}, 0, -1)",
        "number": f"iif(step.step = {LAST_STEP}, 1, step.step - (past.id > {PATIENTS}))",
        "kind": f"""CASE step.step WHEN 1 THEN 'patient_registered' WHEN 2 THEN 'token_issued'
            WHEN 3 THEN 'token_allocated' ELSE iif({IS_SEEN}, 'token_completed', 'token_cancelled') END""",
        "subject": "iif(step.step = 1, 'patient', 'token')",
        "subject_id": "past.id",
        "slot_id": "slot.id",
        "before": """CASE step.step WHEN 3 THEN '{"status": "WAITING"}'
            WHEN 4 THEN '{"status": "ACTIVE", "closed_at": null}' END""",
        "after": f"""CASE step.step WHEN 1 THEN '{{}}' WHEN 3 THEN '{{"status": "ACTIVE"}}'
             WHEN 2 THEN printf('{{"slot_id": %d, "patient_id": %d, "doctor_id": %d, "date": "%s", "sequence": %d, '
                 || '"number": "%s", "source": "%s", "priority": %d, "status": "WAITING", "issued_at": "%s", '
                 || '"checked_in_at": null}}', slot.id, {PERSON}, slot.doctor_id, slot.date, {NUMBER}, {CODE}, {SOURCE},
                 {PRIORITY}, {ISSUED_AT})
             ELSE printf('{{"status": "%s", "closed_at": "%s"}}', {STATUS}, {CLOSED_AT}) END""",
        "details": "'{}'",
        "format": "2",
    },
}
"""What the columns of a closed token's rows hold: its issue with three events in the journal, and its closing."""
ENTRY = ("action", "at", "recorded_at", "operator", "desk", "road")
EVENTS_AFTER = f"""
    SELECT journal_event.rowid, entry_id, {", ".join(ENTRY)}, {", ".join(f'"{name}"' for name in EVENT_COLUMNS)}
    FROM journal_event CROSS JOIN journal_entry ON journal_entry.id = entry_id
    WHERE journal_event.rowid > (SELECT max(rowid) FROM journal_event WHERE entry_id <= :entry)
    ORDER BY journal_event.rowid
"""
"""The events that were inserted after an entry, in the order of their chains."""
ROWS = {
    "patient": f"WHERE past.id <= {PATIENTS}",
    "journal_entry": f"CROSS JOIN step WHERE step.step IN (1, {LAST_STEP})",
    "journal_event": f"CROSS JOIN step WHERE step.step > 1 OR past.id <= {PATIENTS}",
}
"""The tables that have a row only for a patient's first visit, or several for a token."""


def fill_history(path: Path, content: Content, today: dt.date) -> None:
    """Insert a year of closed tokens before today, with their patients, slots, counters and events in the journal."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for pragma in ("synchronous=OFF", "foreign_keys=OFF", "cache_size=-200000", "temp_store=MEMORY"):
            connection.execute(f"PRAGMA {pragma}")
        with without_guards(connection):
            connection.execute("BEGIN")
            (entry,) = connection.execute("SELECT max(id) FROM journal_entry").fetchone()
            slots = list(past_slots(content, today))
            insert(connection, "slot", slots)
            insert(connection, "token_counter", past_counters(slots))
            insert_past_sessions(connection, slots, entry)
            insert_past(connection, content.history, entry + len(slots))
            chain_past(connection, entry)
            connection.execute("COMMIT")


@contextmanager
def without_guards(connection: sqlite3.Connection) -> Iterator[None]:
    """Drop triggers and indexes, which cost most of a bulk insert, and make them again as they were."""
    wanted = "SELECT type, name, sql FROM sqlite_master WHERE type IN ('trigger', 'index') AND sql IS NOT NULL"
    dropped = connection.execute(f"{wanted} ORDER BY type").fetchall()
    for kind, name, _ in dropped:
        connection.execute(f'DROP {kind} "{name}"')
    yield
    for *_, sql in dropped:
        connection.execute(sql)


def past_slots(content: Content, today: dt.date) -> Iterator[Values]:
    """Full slots on every day of the year before today, the doctors in turn, until all tokens have a seat."""
    tokens, session = content.history, SLOTS_A_DAY * CAPACITY
    sessions_a_day = min(-(-tokens // (DAYS * session)), content.doctors)
    number = 0
    for day in range(-(-tokens // (sessions_a_day * session)), 0, -1):
        date = (today - dt.timedelta(days=day)).isoformat()
        for place in range(sessions_a_day):
            doctor = (day * sessions_a_day + place) % content.doctors + 1
            for hour in range(9, 9 + SLOTS_A_DAY):
                if number * CAPACITY >= tokens:
                    return
                number += 1
                window = {"start": f"{hour:02}:00", "end": f"{hour + 1:02}:00"}
                yield {"id": number, "doctor_id": doctor, "date": date, **window, "capacity": CAPACITY}


def past_counters(slots: Sequence[Values]) -> Iterator[Values]:
    """How many tokens each doctor had on each day."""
    for (doctor, date), session in itertools.groupby(slots, key=lambda slot: (slot["doctor_id"], slot["date"])):
        yield {"doctor_id": doctor, "date": date, "last": CAPACITY * len(list(session))}


def insert(connection: sqlite3.Connection, table: str, rows: Iterable[Values]) -> None:
    """Insert rows that are alike."""
    rows = list(rows)
    names = [*rows[0], *(fillers := fillers_for(connection, table, rows[0]))]
    values = [*(f":{name}" for name in rows[0]), *fillers.values()]
    connection.executemany(f"INSERT INTO {table} ({listed(names)}) VALUES ({', '.join(values)})", rows)


def insert_past_sessions(connection: sqlite3.Connection, slots: Iterable[Values], entry: int) -> None:
    """Insert the journal's entries after one for the opening of these slots."""
    entries, events = [], []
    for slot in slots:
        made = {"entry_id": entry + slot["id"], "number": 1, "kind": "slot_opened", "subject": "slot", "format": 2}
        opened = {name: slot[name] for name in ("doctor_id", "date", "start", "end", "capacity")}
        events.append(made | {"subject_id": slot["id"], "after": json.dumps(opened), "details": "{}"})
        at = dict.fromkeys(("at", "recorded_at"), f"{slot['date']}T00:00:00.000000Z")
        actor = {"operator": "reception", "desk": "desk 0", "road": "screen"}
        entries.append({"id": entry + slot["id"], "action": "open_slot"} | at | actor)
    insert(connection, "journal_entry", entries)
    insert(connection, "journal_event", events)


def insert_past(connection: sqlite3.Connection, tokens: int, entry: int) -> None:
    """Insert all rows of so many tokens, with their entries in the journal after one."""
    names = [(f"{first} {last}", f"{first}{last}".casefold()) for last in LAST_NAMES for first in FIRST_NAMES]
    connection.execute("CREATE TEMP TABLE name (id INTEGER PRIMARY KEY, name, key)")
    connection.executemany("INSERT INTO name VALUES (?, ?, ?)", ((id_, *name) for id_, name in enumerate(names)))
    connection.execute("CREATE TEMP TABLE step (step INTEGER PRIMARY KEY)")
    connection.executemany("INSERT INTO step VALUES (?)", ((step,) for step in range(1, LAST_STEP + 1)))
    for table, columns in PAST.items():
        columns = columns | fillers_for(connection, table, columns)
        connection.execute(
            f"{SERIES} INSERT INTO {table} ({listed(columns)}) SELECT {', '.join(columns.values())} "
            f"FROM past CROSS JOIN slot ON {SLOT} CROSS JOIN name ON name.id = past.id % {len(names)} "
            f"{ROWS.get(table, '')}",
            {"tokens": tokens, "entry": entry},
        )


def chain_past(connection: sqlite3.Connection, entry: int) -> None:
    """Write the hashes of the events after an entry, and the ends of their chains."""
    (end,) = connection.execute("SELECT journal_hash FROM hospital").fetchone()
    ends: dict[int | None, str] = defaultdict(str, {None: end})
    events = connection.execute(EVENTS_AFTER, {"entry": entry})
    while rows := events.fetchmany(10_000):
        hashes = []
        for rowid, entry_id, *row in rows:
            event = StoredEvent(*row[len(ENTRY) :])
            ends[event.slot_id] = chained_hash(ends[event.slot_id], entry_text(entry_id, row[: len(ENTRY)]), event)
            hashes.append((ends[event.slot_id], rowid))
        connection.executemany("UPDATE journal_event SET hash = ? WHERE rowid = ?", hashes)
    connection.execute("UPDATE hospital SET journal_hash = ?", (ends.pop(None),))
    connection.executemany("UPDATE slot SET journal_hash = ? WHERE id = ?", ((end, id_) for id_, end in ends.items()))


def fillers_for(connection: sqlite3.Connection, table: str, known: Collection[str]) -> dict[str, str]:
    """Empty values for the columns that must have one and that nobody here knows of."""
    columns = connection.execute('SELECT name, type, "notnull", dflt_value, pk FROM pragma_table_info(?)', (table,))
    return {
        name: {"INTEGER": "0", "BIGINT": "0", "BLOB": "x''"}.get(kind, "''")
        for name, kind, required, default, key in columns
        if required and default is None and not key and name not in known
    }


def listed(names: Iterable[str]) -> str:
    """Names of columns as SQL."""
    return ", ".join(f'"{name}"' for name in names)
