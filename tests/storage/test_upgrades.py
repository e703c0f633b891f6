"""A database of every released version is backed up and upgraded, with everything in it."""

from __future__ import annotations

import ast
import hashlib
import json
import os
import re
import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from opd_tui.clock import FixedClock
from opd_tui.desk.actions import CancelToken, CompleteToken, ForgetPatient
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.desk.opening import open_front_desk, store_of
from opd_tui.desk.verification import verify_database
from opd_tui.domain.errors import KeyReused, StoreUnavailable
from opd_tui.storage import migrations
from opd_tui.storage.schema import triggers
from opd_tui.storage.schema.tables import ONLY_ON, SCHEMA_VERSION, metadata
from tests.schemas.dump import path_of
from tests.support.helpers import dump, invoke, issue, people, statuses
from tests.support.older import (
    OLDER,
    RELEASED,
    RELEASED_FOR_SERVERS,
    fill_as_old,
    kept_copies,
    old_file,
    on_every_older_version,
    upgrade,
)
from tests.support.stores import NewStore, Row, Store

FIRST = {
    "RAO-001": "ACTIVE",
    "RAO-002": "WAITING",
    "RAO-003": "CANCELLED",
    "RAO-004": "COMPLETED",
    "RAO-005": "CANCELLED",
    "RAO-006": "NO_SHOW",
    "RAO-007": "ACTIVE",
    "JOB-001": "ACTIVE",
}
"""Statuses by patient in a database of version 1."""
SECOND = FIRST | dict.fromkeys((f"JOB-{number:03}" for number in range(2, 8)), "ACTIVE")
BEFORE = {1: FIRST} | dict.fromkeys((2, 3), SECOND | {"JOB-008": "CANCELLED", "JOB-009": "COMPLETED"})
ASHA = {"name": "Asha Verma", "phone": "98765 43210", "uhid": "MRN 17", "birth_year": 1980, "sex": "female"}


def opened(store: Store, clock: FixedClock) -> closing[FrontDesk]:
    return closing(open_front_desk(store.location, clock=clock, zone="UTC"))


def columns(rows: list[Row], *places: int) -> list[Row]:
    return [tuple(row[place] for place in places) for row in rows]


def test_every_older_version_has_its_dumps_and_its_migration() -> None:
    """If this fails: run `python -m tests.schemas.dump` before raising the version, then write the migration."""
    assert [version for kind, version in OLDER if not path_of(version, kind).exists()] == []
    assert [version for version in RELEASED_FOR_SERVERS if not migrations.schema_of(version)] == []
    config = Config()
    config.set_main_option("script_location", str(migrations.FOLDER))
    config.set_main_option("path_separator", "newline")
    script = ScriptDirectory.from_config(config)
    assert script.get_heads() == [f"{SCHEMA_VERSION:04}"]
    assert len(list(script.walk_revisions())) == SCHEMA_VERSION


def test_a_migration_imports_nothing_of_the_program() -> None:
    """A migration must not change when the program does."""
    scripts = [migrations.FOLDER / "env.py", *(migrations.FOLDER / "versions").glob("*.py")]
    assert len(scripts) == SCHEMA_VERSION + 1
    for script in scripts:
        for node in ast.walk(ast.parse(script.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or "."] if isinstance(node, ast.ImportFrom) else []
            assert not [name for name in names if name.startswith(("opd_tui", "."))], script


@pytest.mark.fast_cases(2)
@on_every_older_version
def test_an_older_database_is_upgraded_with_everything_in_it(old: Store, clock: FixedClock, version: int) -> None:
    before, names = old.dump(), people(old)
    with opened(old, clock) as desk:
        assert desk.zone.key == "Asia/Kolkata"
        assert statuses(desk) == BEFORE[version]
        assert desk.verify().problems == []
    after = old.dump()
    assert people(old) == names
    assert after["token_counter"] == before["token_counter"]
    assert columns(after["idempotency_key"], *range(3)) == before["idempotency_key"]
    assert columns(after["doctor"], *range(5)) == columns(before["doctor"], *range(5))
    assert columns(after["token"], 0, 1, *range(3, 13)) == columns(before["token"], 0, 1, *range(3, 13))
    assert set(columns(after["journal_entry"], *range(6))) >= set(columns(before["journal_entry"], *range(6)))


@pytest.mark.fast_cases(2)
@pytest.mark.parametrize(("store_kind", "version"), [("postgresql", 3), ("sqlite", 1), *OLDER])
def test_verify_upgrades_nothing(old: Store, clock: FixedClock, version: int) -> None:
    before, place = old.dump(), store_of(old.location)
    with pytest.raises(StoreUnavailable, match=f"has version {version}. Open a desk, which upgrades it, then"):
        verify_database(old.location, clock)
    assert old.dump() == before
    assert place.copies() == []
    upgrade(old, clock)
    assert verify_database(old.location, clock).problems == []


@pytest.mark.parametrize("store_kind", ["sqlite", "postgresql"])
@pytest.mark.parametrize("version", [2])
def test_the_journal_keeps_its_hashes(old: Store, clock: FixedClock) -> None:
    lines = "SELECT entry_id, {}, because_of, hash FROM journal_line WHERE token_id > 0 ORDER BY sequence"
    before = old.query(lines.format("token_id, slot_id"))
    upgrade(old, clock)
    assert before == old.query(
        "SELECT entry_id, subject_id, slot_id, cause_id, hash FROM journal_event"
        " WHERE subject = 'token' AND format = 1 ORDER BY entry_id, number"
    )
    (forgotten,) = old.query(
        "SELECT subject_id, before, after, details FROM journal_event WHERE kind = 'patient_forgotten'"
    )
    assert forgotten == (16, None, "{}", '{"patients": [16]}')
    assert "journal_line" not in old.tables()


@pytest.mark.parametrize(("store_kind", "version"), [older for older in OLDER if older[1] < 3])
def test_the_upgrade_itself_is_an_entry_of_the_journal(old: Store, clock: FixedClock, version: int) -> None:
    upgrade(old, clock)
    (entry,) = old.query(
        "SELECT action, at, recorded_at, operator, desk, road FROM journal_entry ORDER BY id DESC LIMIT 1"
    )
    now = "2026-11-22T03:30:00.000000Z"
    assert entry == ("upgrade_database", now, now, "opd-tui", "", "")
    events = old.query(
        'SELECT kind, subject_id, slot_id, "before", "after", details FROM journal_event'
        " WHERE format = 2 ORDER BY entry_id, number"
    )
    digest = f"sha256:{hashlib.sha256(b'Dr Anil Rao').hexdigest()}"
    assert events[0] == ("doctor_name_sealed", 1, None, '{"name": null}', json.dumps({"name": digest}), "{}")
    assert events[2] == ("patient_registered", 1, None, None, "{}", "{}")
    assert ("token_patient_changed", 8, 3, '{"patient_id": 8}', '{"patient_id": 1}', "{}") in events
    kinds = [event[0] for event in events]
    if version == 1:
        assert kinds == ["doctor_name_sealed"] * 2 + ["patient_registered"] * 7 + ["token_patient_changed"]
    else:
        assert kinds[2:] == (["patient_registered"] * 12 + ["patient_details_added"] + ["token_patient_changed"] * 4)
        forgotten = '{"forgotten_at": "2026-11-20T05:00:00.000000Z"}'
        assert events[13] == ("patient_registered", 16, None, None, forgotten, "{}")
        assert events[14] == ("patient_details_added", 12, None, "{}", "{}", '{"fields": ["birth_year"]}')


@pytest.mark.parametrize("store_kind", ["sqlite", "postgresql"])
def test_an_upgrade_of_an_empty_database_has_nothing_to_say(new_store: NewStore, clock: FixedClock) -> None:
    store = fill_as_old(new_store(empty=True), 2)
    store.force(*(f"DELETE FROM {table}" for table in ("idempotency_key", "journal_line", "journal_entry")))
    store.force(*(f"DELETE FROM {table}" for table in ("token", "token_counter", "patient", "slot", "doctor")))
    store.force("UPDATE hospital SET journal_hash = ''")
    with opened(store, clock) as desk:
        assert desk.verify().problems == []
    assert store.query("SELECT count(*) FROM journal_entry") == [(0,)]


@pytest.mark.fast_cases(1)
@on_every_older_version
def test_the_day_goes_on_after_an_upgrade(old: Store, clock: FixedClock, version: int) -> None:
    with opened(old, clock) as desk:
        at = "2026-11-20T08:10"
        assert issue(desk, 1, ASHA, "ONLINE", key="booking-1", at=at).entry_id == 5, "a repeat is the first answer"
        with pytest.raises(KeyReused):
            issue(desk, 1, "Asha Verma", "ONLINE", key="booking-1", at=at)
        desk.perform(CompleteToken(token=1))
        assert [change.token.number for change in desk.perform(CancelToken(token=7)).changes] == ["RAO-007"]
        assert issue(desk, 2, "Imran", "PAID").changes[0].token.number == "RAO-008"
        assert desk.verify().problems == []


@pytest.mark.fast_cases(1)
@on_every_older_version
def test_a_person_of_before_is_forgotten_with_every_visit(old: Store, clock: FixedClock, version: int) -> None:
    with opened(old, clock) as desk:
        for token in [1, 8] if version == 1 else [1, 8, 9, 10, 11]:
            desk.perform(CancelToken(token=token))
        desk.perform(ForgetPatient(token=8))
        assert desk.verify().problems == []
    assert not [name for name in people(old) if name.casefold() == "asha verma"]


# The backup


@pytest.mark.fast_cases(2)
@on_every_older_version
def test_it_is_backed_up_before_in_a_private_file_of_the_old_version(
    old: Store, clock: FixedClock, version: int, tmp_path: Path
) -> None:
    before = old.dump()
    upgrade(old, clock)
    (backup,) = kept_copies(old)
    assert re.fullmatch(rf"before-upgrade-from-version-{version}-20261122T033000\.000000Z\.db", backup.name)
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert stat.S_IMODE(backup.parent.stat().st_mode) == 0o700
    assert sorted(file.name for file in backup.parent.iterdir()) == [".lock", backup.name], "there is no other file"
    assert dump(backup) == before
    assert schema_of(backup) == schema_of(old_file(tmp_path / "pattern.db", version))


@pytest.mark.fast_cases(1)
@on_every_older_version
def test_what_was_kept_before_an_upgrade_can_be_restored(old: Store, clock: FixedClock, version: int) -> None:
    with opened(old, clock) as desk:
        issue(desk, 2, "Imran", "PAID")
    (backup,) = kept_copies(old)
    assert invoke("restore", backup, "--yes", "--database", old.location).exit_code == 0
    with opened(old, clock) as desk:
        assert statuses(desk) == BEFORE[version]
        assert desk.verify().problems == []


@pytest.mark.slow
@pytest.mark.parametrize(("store_kind", "version"), [("postgresql", 2)])
def test_what_a_server_had_before_its_upgrade_can_be_restored_into_a_file_and_back(
    old: Store, new_store: NewStore, clock: FixedClock, version: int, database_path: Path
) -> None:
    upgrade(old, clock)
    (backup,) = kept_copies(old)
    for location in (str(database_path), new_store(empty=True).location):
        assert invoke("restore", backup, "--yes", "--database", location).exit_code == 0
        with closing(open_front_desk(location, clock=clock)) as desk:
            assert statuses(desk) == BEFORE[version]
            assert desk.verify().problems == []


@pytest.mark.fast_cases(2)
@on_every_older_version
def test_a_backup_from_before_an_upgrade_is_not_offered_as_the_newest(old: Store, clock: FixedClock) -> None:
    upgrade(old, clock)
    assert kept_copies(old)
    assert invoke("backup", "--drill", "--database", old.location).exit_code == 1


def test_an_upgraded_file_is_read_by_its_own_account_alone(old: Store, clock: FixedClock) -> None:
    upgrade(old, clock)
    assert stat.S_IMODE(os.stat(old.location).st_mode) == 0o600


# The schema


def schema_of(path: Path) -> dict[str, Any]:
    """Return tables by their sorted parts, and indexes and triggers by their SQL."""
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    return {f"{kind} {name}": parts_of(sql) if kind == "table" else words_of(sql) for kind, name, sql in rows}


def words_of(sql: str) -> str:
    return " ".join(sql.split())


def parts_of(sql: str) -> list[str]:
    """Return the sorted columns and constraints of a table's definition, with its head and options."""
    head, _, rest = words_of(sql).partition("(")
    body, _, tail = rest.rpartition(")")
    parts, depth = [""], 0
    for character in body:
        depth += (character == "(") - (character == ")")
        if character == "," and not depth:
            parts.append("")
        else:
            parts[-1] += character
    # SQLite quotes the name of a renamed table.
    return [head.replace('"', "").strip(), *sorted(part.strip() for part in parts), tail.strip()]


@pytest.mark.parametrize("version", RELEASED)
def test_an_upgraded_schema_is_that_of_a_new_database(
    database_path: Path, tmp_path: Path, clock: FixedClock, version: int
) -> None:
    fresh = tmp_path / "fresh.db"
    for path in (old_file(database_path, version), fresh):
        open_front_desk(str(path), clock=clock).close()
    upgraded, new = schema_of(database_path), schema_of(fresh)
    assert upgraded.keys() == new.keys()
    assert {name: parts for name, parts in upgraded.items() if parts != new[name]} == {}
    assert dump(database_path)["alembic_version"] == dump(fresh)["alembic_version"] == [(f"{SCHEMA_VERSION:04}",)]


SERVERS_SCHEMA = {
    "columns": "SELECT table_name, ordinal_position, column_name, data_type, character_maximum_length, is_nullable,"
    " column_default, collation_name FROM information_schema.columns WHERE table_schema = 'public'",
    "constraints": "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE connamespace = 'public'::regnamespace",
    "indexes": "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "triggers": "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    "functions": "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
    "sequences": "SELECT sequencename, data_type::text, start_value, max_value FROM pg_sequences",
}


@pytest.mark.fast_cases(1)
@pytest.mark.parametrize("store_kind", ["postgresql"])
@pytest.mark.parametrize("version", RELEASED_FOR_SERVERS)
def test_a_servers_upgraded_schema_is_that_of_a_new_database(
    old: Store, new_store: NewStore, clock: FixedClock
) -> None:
    upgrade(old, clock)
    fresh = new_store()
    for what, question in SERVERS_SCHEMA.items():
        assert set(map(plain, old.query(question))) == set(map(plain, fresh.query(question))), what


def plain(row: Row) -> Row:
    """Return a row of the catalogue without casts and brackets, of which a dumped and restored CHECK has others."""
    return tuple(re.sub(r"::[a-z ]+(\[])?|[()]", "", each) if isinstance(each, str) else each for each in row)


def is_of(dialect: str) -> Any:
    """Return Alembic's filter for a dialect, because some indexes exist in one dialect only."""
    return lambda _thing, name, *_: ONLY_ON.get(name or "", dialect) == dialect


@pytest.mark.fast_cases(2)
@on_every_older_version
def test_alembic_finds_nothing_left_to_migrate(old: Store, clock: FixedClock, version: int) -> None:
    upgrade(old, clock)
    engine = create_engine(old.location if "://" in old.location else f"sqlite:///{old.location}")
    options = {"compare_type": True, "compare_server_default": True, "include_object": is_of(engine.dialect.name)}
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection, opts=options), metadata) == []
    engine.dispose()


@pytest.mark.parametrize(("dialect", "digest"), [("sqlite", "5764d4aa9e01a3e0"), ("postgresql", "361ef7346f5f1a3b")])
def test_the_triggers_are_those_of_their_version(dialect: str, digest: str) -> None:
    """A change of a trigger's code needs a migration, because `verify` compares the code."""
    text = json.dumps(triggers.statements(dialect))
    assert (SCHEMA_VERSION, hashlib.sha256(text.encode()).hexdigest()[:16]) == (4, digest)
