"""Files that somebody altered on purpose: no restore takes one, `verify` finds it, and it draws nothing but text."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Integer

from opd_tui.clock import FixedClock
from opd_tui.desk.backup_service import back_up
from opd_tui.desk.opening import open_front_desk
from opd_tui.domain.errors import StoreUnavailable
from opd_tui.domain.events.patients import PERSONAL
from opd_tui.storage.backups.copies import prepare, verify_file
from opd_tui.storage.files import untrusted
from opd_tui.storage.schema.tables import metadata
from opd_tui.tui.app import OpdApp
from tests.conftest import NINE, ZONE
from tests.support.helpers import dump, execute, invoke
from tests.support.pilot import at_the_counter
from tests.support.stores import SqliteStore
from tests.support.tampering import a_day, tampering

ESCAPE = "\x1b]0;gone\x07\x9b2J\u202e"
"""Sets a terminal's title, clears it, and turns the direction of writing."""


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a backup with rows in every table, one of them of a forgotten patient."""
    path = tmp_path_factory.mktemp("sound") / "opd.db"
    clock = FixedClock(NINE)
    with closing(open_front_desk(str(path), operator="meera", desk="desk 1", clock=clock, zone=ZONE)) as desk:
        a_day(desk)
        return back_up(desk, None, 9).path


@pytest.fixture
def file(sound: Path, tmp_path: Path) -> Path:
    """Return a copy of that backup, to be altered."""
    path = tmp_path / "backup.db"
    shutil.copy(sound, path)
    return path


def refused(path: Path, tmp_path: Path) -> str:
    """Assert that a restore refuses a file, and return why; nothing is left of the try."""
    written = tmp_path / "written.db"
    with pytest.raises(StoreUnavailable) as refusal:
        prepare(path, written, NINE)
    assert refusal.value.reason.isprintable()
    return refusal.value.reason


def problems(path: Path) -> list[str]:
    try:
        return verify_file(path).problems
    except StoreUnavailable as refusal:
        return [refusal.reason]


def test_the_file_is_sound_before_it_is_altered(file: Path, tmp_path: Path) -> None:
    assert problems(file) == []
    assert prepare(file, tmp_path / "written.db", NINE).problems == []
    assert all(dump(file).values()), "every table has a row"
    columns = [column for table in metadata.sorted_tables for column in table.columns]
    filled = [SqliteStore(file).query(f'SELECT count("{each.name}") FROM {each.table.name}')[0][0] for each in columns]
    assert [str(column) for column, count in zip(columns, filled, strict=True) if not count] == []


# Any one cell

INTEGERS = {"another": "77", "nothing": "NULL", "blob": "x'1b5d'", "text": "'seven'", "real": "7.5"}
TEXTS = {
    "another": "'{other}'",
    "nothing": "NULL",
    "blob": "CAST({name} AS BLOB)",
    "escape": "{name} || char(27) || ']0;x'",
    "end": "{name} || char(0) || 'x'",
    "long": "{name} || hex(zeroblob(500))",
}
CELLS = [
    (table.name, column.name, kind)
    for kind in dict.fromkeys((*TEXTS, *INTEGERS))
    for table in metadata.sorted_tables
    for column in table.columns
    if kind in (INTEGERS if isinstance(column.type, Integer) else TEXTS)
    if not (table.name == "patient" and column.name in PERSONAL and kind in ("another", "nothing"))
    if kind != "nothing" or column.nullable  # SQLite itself refuses the others
    if column.name != "id" or kind == "another"  # SQLite itself refuses other ids than integers
]


def altered(table: str, column: str, kind: str) -> str:
    type_ = metadata.tables[table].c[column].type
    name = f"coalesce(\"{column}\", 'x')"
    other = "2026-11-21T03:29:00.000000Z"[: getattr(type_, "length", None)]
    values = INTEGERS if isinstance(type_, Integer) else TEXTS
    return f'UPDATE {table} SET "{column}" = ' + values[kind].format(name=name, other=other)


@pytest.mark.parametrize(("table", "column", "kind"), CELLS, ids=[".".join(cell) for cell in CELLS])
@pytest.mark.fast_cases(0)
def test_any_cell_that_was_altered_is_found(file: Path, tmp_path: Path, table: str, column: str, kind: str) -> None:
    check_cell(file, tmp_path, table, column, kind)


SOME_CELLS = [
    ("hospital", "time_zone", "another"),
    ("idempotency_key", "fingerprint", "another"),
    ("token", "called_at", "another"),
    ("token", "hold_reason", "another"),
    ("slot", "delay_minutes", "text"),
    ("doctor", "retired_at", "blob"),
    ("patient", "merged_into", "another"),
    ("patient", "name_key", "another"),
    ("patient", "name", "escape"),
    ("patient", "sex", "blob"),
    ("patient", "birth_year", "text"),
    ("patient", "uhid", "long"),
    ("alembic_version", "version_num", "another"),
    ("journal_event", "details", "escape"),
]


@pytest.mark.fast_cases(6)
@pytest.mark.parametrize(("table", "column", "kind"), SOME_CELLS, ids=[".".join(cell) for cell in SOME_CELLS])
def test_some_cells_that_were_altered_are_found(file: Path, tmp_path: Path, table: str, column: str, kind: str) -> None:
    check_cell(file, tmp_path, table, column, kind)


ODD = ("1.5", "x'1b5d'", "'seven'", "'7' || char(0) || 'x'", "4611686018427387904", "hex(zeroblob(300))", "''")
"""Values of a wrong type, length or character."""
TAMPERINGS = 25


@pytest.mark.fast_cases(0)
@pytest.mark.parametrize("number", range(4))
def test_any_cell_of_any_row_that_was_altered_is_found(
    sound: Path, tmp_path: Path, dice: random.Random, number: int
) -> None:
    file = tmp_path / "backup.db"
    for _ in range(TAMPERINGS):
        shutil.copy(sound, file)
        store = SqliteStore(file)
        altered = tampering(store, dice, ODD)
        if altered.is_of_a_person:
            continue
        before = store.dump()
        try:
            store.force("PRAGMA ignore_check_constraints=ON", altered.statement)
        except sqlite3.IntegrityError:
            continue  # SQLite itself keeps NULL, another type of id and a second row of one key away
        if repr(store.dump()) != repr(before):
            assert problems(file), altered
            refused(file, tmp_path)


@pytest.mark.parametrize("value", ["sex = 'seven'", "sex = ''", "birth_year = 0", "birth_year = 4611686018427387904"])
def test_what_no_desk_writes_of_a_person_is_found(file: Path, tmp_path: Path, value: str) -> None:
    execute(file, f"UPDATE patient SET {value} WHERE id = 2")
    assert "a value of a wrong type, length or character" in refused(file, tmp_path)
    assert problems(file)


def check_cell(file: Path, tmp_path: Path, table: str, column: str, kind: str) -> None:
    """Alter a cell in one row, and assert that it is found."""
    before = dump(file)
    keys = [f'"{key.name}"' for key in metadata.tables[table].primary_key.columns]
    order = "" if table == "patient" else " DESC"  # the first patient, who is not forgotten; else the last row
    there = f'"{column}" IS NOT NULL' if kind == "nothing" else "1 = 1"
    row = f"SELECT {', '.join(keys)} FROM {table} WHERE {there} ORDER BY {f'{order}, '.join(keys)}{order} LIMIT 1"
    alter = f"{altered(table, column, kind)} WHERE ({', '.join(keys)}) = ({row})"
    SqliteStore(file).force("PRAGMA ignore_check_constraints=ON", alter)
    assert dump(file) != before
    assert problems(file)
    refused(file, tmp_path)


# Anything added to the schema

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i"
ADDED: dict[str, tuple[str, ...]] = {
    "a table": ("CREATE TABLE kept AS SELECT name FROM patient",),
    "an index": ("CREATE INDEX more ON patient (name)",),
    "a view": ("CREATE VIEW more AS SELECT name FROM patient",),
    "a trigger": (
        "CREATE TRIGGER keeps AFTER UPDATE ON patient BEGIN"
        " INSERT INTO idempotency_key VALUES (OLD.name, 'x', 1, ''); END",
    ),
    "statistics": ("ANALYZE",),
    "a column": ("ALTER TABLE token ADD COLUMN remark VARCHAR(40)",),
    "an endless view for a table": (
        "DROP TABLE idempotency_key",
        f"CREATE VIEW idempotency_key AS {ENDLESS} AS key, 'x' AS fingerprint, 1 AS entry_id, '' AS seal FROM n",
    ),
    "an endless view for the hospital": (
        "DROP TABLE hospital",
        f"CREATE VIEW hospital AS {ENDLESS} AS id, 1 AS schema_version, '' AS program_version FROM n",
    ),
    "an escape sequence for a name": (f'CREATE TABLE "{ESCAPE}" (x)',),
    "a trigger of another body": (
        "DROP TRIGGER journal_event_no_update",
        "CREATE TRIGGER journal_event_no_update BEFORE UPDATE ON journal_event BEGIN SELECT 1; END",
    ),
    "a constraint less": (
        "PRAGMA writable_schema=ON",
        "UPDATE sqlite_master SET sql = replace(sql, 'CHECK (capacity >= 1)', 'CHECK (1)') WHERE name = 'slot'",
    ),
}


@pytest.mark.parametrize("what", ADDED)
def test_whatever_is_added_to_the_schema_is_found(file: Path, tmp_path: Path, what: str) -> None:
    execute(file, *ADDED[what])
    (found, *_) = problems(file)
    assert found.isprintable()
    refused(file, tmp_path)


def test_a_view_in_a_backup_of_an_older_version_is_refused_before_it_is_read(file: Path, tmp_path: Path) -> None:
    execute(file, "UPDATE hospital SET schema_version = 3", *ADDED["an endless view for a table"])
    assert "has a view or virtual table idempotency_key" in refused(file, tmp_path)


def test_a_query_that_does_not_end_is_interrupted(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(untrusted, "SECONDS", 0.0)
    monkeypatch.setattr(untrusted, "SECONDS_PER_MEGABYTE", 0.0)
    with closing(untrusted.read_only(file)) as connection, pytest.raises(sqlite3.OperationalError, match="interrupted"):
        connection.execute(f"{ENDLESS} FROM n ORDER BY 1").fetchone()


def test_a_patient_who_was_forgotten_has_no_name_again(file: Path, tmp_path: Path) -> None:
    execute(file, "UPDATE patient SET name = 'Meera Kumar' WHERE id = 4")
    assert "patient 4 has a name that does not fit its record" in refused(file, tmp_path)


# What it draws


@pytest.fixture
def disguised(file: Path) -> Path:
    """Return a file that is as the program left it but for what its texts hold."""
    SqliteStore(file).force(
        f"UPDATE patient SET name = name || '{ESCAPE}', phone = x'1b5b', uhid = uhid || '{ESCAPE}', sex = '{ESCAPE}'",
        f"UPDATE doctor SET name = name || '{ESCAPE}', specialty = '{ESCAPE}', room = '{ESCAPE}'",
        "UPDATE doctor SET code = code || '\x9b'",
        f"UPDATE token SET number = number || '{ESCAPE}'",
        f"UPDATE journal_entry SET operator = '{ESCAPE}', desk = '{ESCAPE}'",
        f"UPDATE journal_event SET kind = kind || '{ESCAPE}' WHERE kind = 'slot_resized'",
    )
    return file


def obeyed(text: str) -> set[str]:
    """Return the characters of a text that a terminal obeys."""
    return {character for character in text if not character.isprintable()} - {"\n"}


Words = Callable[[Path], tuple[str, ...]]


@pytest.mark.fast_cases(3)
@pytest.mark.parametrize(
    "words",
    [
        *(("token", "list"), ("token", "list", "--json"), ("doctor", "list"), ("slot", "list"), ("verify",)),
        *(("token", "cancel", "3"), ("forget", "2", "--yes"), ("verify", "--json")),
    ],
    ids=" ".join,
)
def test_a_stored_escape_sequence_reaches_no_terminal_by_a_command(disguised: Path, words: tuple[str, ...]) -> None:
    untouched = disguised.stat()
    execute(disguised, f"UPDATE hospital SET file_stamp = '{untouched.st_mtime_ns}-{untouched.st_size}'")
    result = invoke(*words, "--database", disguised)
    assert result.output
    assert obeyed(result.output) == set()


TEXT_COLUMNS = [(t.name, c.name) for t in metadata.sorted_tables for c in t.columns if not isinstance(c.type, Integer)]
READING = [("token", "list"), ("doctor", "list"), ("slot", "list", "--json"), ("verify",), ("paths",)]


@pytest.mark.slow
@pytest.mark.parametrize("value", [f"'{ESCAPE}'", "x'1b5b324a'"], ids=["text", "blob"])
def test_whatever_a_column_holds_a_list_is_text_or_a_sentence(
    sound: Path, file: Path, dice: random.Random, value: str
) -> None:
    for table, column in dice.sample(TEXT_COLUMNS, 15):
        shutil.copy(sound, file)
        store = SqliteStore(file)
        in_last = f'"{column}" = (SELECT max("{column}") FROM {table})'
        store.force("PRAGMA ignore_check_constraints=ON", f'UPDATE {table} SET "{column}" = {value} WHERE {in_last}')
        for words in READING:
            result = invoke(*words, "--database", file)
            assert result.exit_code in (0, 1, 2), (table, column, words)
            assert obeyed(result.output) == set(), (table, column, words)


WALKS = (
    "enter 2 3",
    "enter v escape f2 escape f5 escape escape ctrl+t escape ctrl+e escape",
    "f6 escape f7 escape n r a v i",
)
"""Keys that open whatever shows what is stored."""


@pytest.mark.fast_cases(1)
@pytest.mark.parametrize("keys", WALKS)
async def test_a_stored_escape_sequence_reaches_no_terminal_by_a_screen(
    disguised: Path, clock: FixedClock, keys: str
) -> None:
    app = OpdApp(lambda: open_front_desk(str(disguised), clock=clock, zone=ZONE))
    async with at_the_counter(app) as meera:
        await meera.sees("Ravi Kumar")
        for key in keys.split():
            await meera.press(key)
            strips = [strip.text for strip in app.screen._compositor.render_strips()]
            assert obeyed("".join(strips)) == set(), key
