"""Forgetting a patient keeps counts, tokens and journal, and leaves no name, not even in old pages."""

from __future__ import annotations

import datetime as dt
import errno
import json
import random
import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from opd_tui.clock import FixedClock
from opd_tui.desk import backup_service
from opd_tui.desk.actions import CancelToken, CompleteToken, EditPatient, ForgetPatient, MergePatients, MoveToken, Undo
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.desk.opening import open_front_desk
from opd_tui.domain import events
from opd_tui.domain.errors import (
    InvalidAction,
    KeyReused,
    PatientHasOpenToken,
    SeveralPeople,
    UnknownPatient,
)
from opd_tui.domain.journal import JournalEntry
from opd_tui.domain.model import PatientId, TokenId
from opd_tui.storage.backups.copies import verify_file
from opd_tui.storage.files.backup_store import folder_of
from opd_tui.storage.unit_of_work import SqlUnitOfWork
from tests.conftest import NINE, ZONE
from tests.support.helpers import (
    Applying,
    add_doctor,
    answers_in,
    dump,
    execute,
    first_slot,
    invoke,
    issue,
    lines,
    open_slot,
    statuses,
    token_of,
)
from tests.support.stores import Store, always_on_every_store, on_every_store

ASHA = {"name": "Asha Verma", "phone": "98765 43210", "uhid": "MRN 17", "birth_year": 1980, "sex": "female"}
FORGOTTEN = "(forgotten)"
KEPT = 9


@pytest.fixture
def slot(desk: FrontDesk) -> int:
    """Return a slot with enough seats for every patient."""
    return open_slot(desk, add_doctor(desk, "Dr A", code="A"), capacity=500)


def seen(desk: FrontDesk, slot: int, patient: object, **envelope: object) -> TokenId:
    """Issue and complete a token."""
    token = TokenId(token_of(issue(desk, slot, patient, **envelope)))
    desk.perform(CompleteToken(token=token))
    return token


def forget(desk: FrontDesk, token: int, **envelope: object) -> int:
    """Forget a token's patient and return the number of visits."""
    return desk.perform(ForgetPatient(token=token, **envelope)).visits


def names(desk: FrontDesk) -> dict[int, str]:
    return {record.token.id: record.token.patient.name for record in desk.token_list()}


# What is forgotten


@always_on_every_store
def test_nothing_that_identifies_somebody_is_left_and_all_else_stays(desk: FrontDesk, store: Store, slot: int) -> None:
    token = seen(desk, slot, ASHA)
    other = seen(desk, slot, "Ravi Kumar")
    before = store.dump()
    assert forget(desk, token) == 1
    after = store.dump()
    patient = {row[0]: row for row in after["patient"]}
    assert patient[1] == (1, FORGOTTEN, None, None, None, None, "", None, None, "2026-11-22T03:30:00.000000Z", None)
    assert names(desk) == {token: FORGOTTEN, other: "Ravi Kumar"}
    for table in ("doctor", "slot", "token", "token_counter"):
        assert after[table] == before[table]
    assert set(before["journal_event"]) < set(after["journal_event"])
    assert desk.verify().problems == []
    assert statuses(desk) == {"A-001": "COMPLETED", "A-002": "COMPLETED"}


@on_every_store
def test_the_journal_says_that_it_was_done_and_names_ids_alone(desk: FrontDesk, store: Store, slot: int) -> None:
    token = seen(desk, slot, ASHA)
    forget(desk, token)
    columns = "slot_id, kind, subject, subject_id, after, details"
    written = store.query(f"SELECT {columns} FROM journal_event ORDER BY entry_id, number")[-1]
    assert written[:4] == (None, "patient_forgotten", "patient", 1), "it is in the global chain"
    assert json.loads(written[4]) == {"forgotten_at": "2026-11-22T03:30:00.000000Z"}
    assert json.loads(written[5]) == {}
    assert desk.activity(1)[0].sentence == "A patient was forgotten, in 1 visit"


PEOPLE = [
    ("the same number", {"name": "Asha V.", "uhid": "mrn17"}, True),
    ("the same name and phone, no number", {"name": "ASHA  verma", "phone": "+91-98765-43210"}, True),
    ("another number", {"name": "Asha Verma", "phone": "98765 43210", "uhid": "MRN 18"}, False),
    ("the same name alone", {"name": "Asha Verma"}, False),
    ("the same phone alone", {"name": "Ravi Verma", "phone": "98765 43210"}, False),
    ("the same name, another phone", {"name": "Asha Verma", "phone": "98765 43211"}, False),
]


@on_every_store
@pytest.mark.parametrize(("patient", "same"), [person[1:] for person in PEOPLE], ids=[person[0] for person in PEOPLE])
def test_all_visits_of_the_same_person_are_forgotten_and_no_others(
    desk: FrontDesk, slot: int, patient: dict[str, str], same: bool
) -> None:
    token, other = seen(desk, slot, ASHA), seen(desk, slot, patient)
    assert [record.token.id for record in desk.visits_of(token)] == ([token, other] if same else [token])
    assert forget(desk, token) == 1 + same
    assert names(desk)[other] == (FORGOTTEN if same else patient["name"].replace("  ", " "))


@on_every_store
def test_somebody_who_comes_again_is_somebody_new(desk: FrontDesk, slot: int) -> None:
    forget(desk, seen(desk, slot, ASHA))
    again = seen(desk, slot, ASHA)
    assert names(desk)[again] == "Asha Verma"
    assert len(desk.visits_of(again)) == 1


# What is refused


@on_every_store
def test_who_has_an_open_token_is_still_needed_by_name(desk: FrontDesk, store: Store, slot: int) -> None:
    token = seen(desk, slot, ASHA)
    open_token = token_of(issue(desk, slot, {"name": "Asha", "uhid": "MRN17"}))
    before = store.dump()
    with pytest.raises(PatientHasOpenToken, match=r"A-002 Asha is still seated.* Cancel or complete that token first"):
        forget(desk, token)
    assert store.dump() == before
    desk.perform(CancelToken(token=open_token))
    assert forget(desk, token) == 2


@on_every_store
def test_a_repeat_under_the_same_key_is_the_first_answer(desk: FrontDesk, slot: int) -> None:
    token = seen(desk, slot, ASHA)
    first = desk.perform(ForgetPatient(token=token, key="erase-1"))
    assert desk.perform(ForgetPatient(token=token, key="erase-1")) == first
    assert first.visits == 1


@on_every_store
def test_the_fingerprint_of_a_forgotten_patients_booking_tells_nothing(
    desk: FrontDesk, store: Store, slot: int
) -> None:
    token = seen(desk, slot, ASHA, key="booking-1")
    other = seen(desk, slot, "Ravi", key="booking-2")
    fingerprints = dict(store.query("SELECT key, fingerprint FROM idempotency_key"))
    forget(desk, token)
    after = dict(store.query("SELECT key, fingerprint FROM idempotency_key"))
    assert after["booking-1"] == "forgotten"
    assert after["booking-2"] == fingerprints["booking-2"]
    with pytest.raises(KeyReused, match="used for a patient who has been forgotten since"):
        issue(desk, slot, ASHA, key="booking-1")
    with pytest.raises(KeyReused, match="used for another action"):
        issue(desk, slot, ASHA, key="booking-2")
    assert token_of(issue(desk, slot, "Ravi", key="booking-2")) == other


@on_every_store
def test_the_fingerprint_of_a_change_of_a_forgotten_patient_tells_nothing(
    desk: FrontDesk, store: Store, slot: int
) -> None:
    token = seen(desk, slot, ASHA)
    desk.perform(EditPatient(token=token, phone="11111 22222", key="change-1"))
    forget(desk, token)
    assert dict(store.query("SELECT key, fingerprint FROM idempotency_key"))["change-1"] == "forgotten"
    assert desk.verify().problems == []


# From JSON lines and by the patient's details


def test_a_json_line_forgets(database_path: Path) -> None:
    work = [
        *first_slot(),
        {"action": "issue_token", "slot": 1, "patient": ASHA, "source": "PAID"},
        {"action": "complete_token", "token": 1},
        {"action": "forget_patient", "token": 1, "key": "erase-1"},
        {"action": "forget_patient", "token": 1, "key": "erase-1"},
        {"action": "forget_patient", "token": 1},
    ]
    *_, done, repeated, again = answers_in(
        invoke("apply", "-", "--database", database_path, input=lines(*work)).stdout_bytes
    )
    assert done == repeated
    assert {name: done[name] for name in ("ok", "action", "visits", "changes")} == {
        "ok": True,
        "action": "forget_patient",
        "visits": 1,
        "changes": [],
    }
    assert again["error"] == "PatientForgotten"


def test_a_person_is_found_by_number_or_by_name_and_phone_but_never_by_one_alone(desk: FrontDesk, slot: int) -> None:
    token = seen(desk, slot, ASHA)
    assert desk.visit_of("mrn 17", None, None) == token
    assert desk.visit_of(None, "asha verma", "+91 98765 43210") == token
    for nobody in (("MRN 18", None, None), (None, "Asha Verma", "1234567")):
        with pytest.raises(UnknownPatient):
            desk.visit_of(*nobody)
    for too_little in ((None, "Asha Verma", None), (None, None, "98765 43210"), (None, None, None)):
        with pytest.raises(InvalidAction, match="may be another person's"):
            desk.visit_of(*too_little)


# Old pages


def traces(folder: Path, *words: str) -> dict[str, list[str]]:
    """Return the words that are still in the bytes of the database's files."""
    found = {
        path.name: [word for word in words if word.encode() in path.read_bytes()]
        for path in folder.glob("opd.db*")
        if path.is_file()
    }
    return {name: words for name, words in found.items() if words}


def test_no_byte_of_the_name_is_left_in_the_file_or_its_log(
    desk: FrontDesk, open_desk: Callable[..., FrontDesk], slot: int, database_path: Path
) -> None:
    other = open_desk(desk="desk 2")
    token = seen(desk, slot, ASHA)
    assert traces(database_path.parent, "Asha Verma", "ashaverma", "98765 43210", "9876543210", "MRN 17", "mrn17")
    desk.perform(ForgetPatient(token=token))
    assert traces(database_path.parent, "Asha Verma", "ashaverma", "98765 43210", "9876543210", "MRN 17", "mrn17") == {}
    assert other.token_list()[0].token.patient.name == FORGOTTEN
    assert issue(other, slot, "Ravi").changes
    for one in (desk, other):
        one.check_file()


def test_no_byte_is_left_in_pages_that_were_split_when_many_came(desk: FrontDesk, database_path: Path) -> None:
    """When an index page is split, its unused part keeps copies, which `secure_delete` does not zero."""
    dice = random.Random(1)
    people = [(f"{dice.getrandbits(dice.randint(32, 160)):x}", f"UH{dice.randrange(10**9):09}") for _ in range(6000)]
    with desk.database.writing() as transaction:
        transaction.connection.cursor().executemany(
            "INSERT INTO patient (name, name_key, uhid, uhid_key) VALUES (?, ?, ?, ?)",
            [(name, name, uhid, uhid) for name, uhid in people],
        )
        transaction.commit()
    chosen = dice.sample(range(len(people)), 2000)
    with desk.database.writing() as transaction:
        uow = SqlUnitOfWork(transaction, desk.zone, JournalEntry("forget_patient", NINE, NINE, "meera", "desk 1"))
        for number in chosen:
            uow.record(events.PatientForgotten.of(PatientId(number + 1), NINE))
        transaction.commit()
    assert desk.erase_traces()
    left = {
        uhid for path in database_path.parent.glob("opd.db*") for uhid in re.findall(rb"UH[0-9]{9}", path.read_bytes())
    }
    assert len(left) == 4000
    assert left.isdisjoint(people[number][1].encode() for number in chosen)


@pytest.mark.slow
def test_while_another_program_reads_it_says_that_old_pages_are_left(
    desk: FrontDesk, slot: int, database_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("opd_tui.storage.engines.sqlite.ERASING_SECONDS", 0.05)
    token = seen(desk, slot, ASHA)
    with closing(sqlite3.connect(database_path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM patient").fetchall()
        assert forget(desk, token) == 1, "forgotten all the same"
        assert not desk.erase_traces()
    assert desk.erase_traces()
    assert traces(database_path.parent, "Asha Verma") == {}


# Copies


@pytest.fixture
def with_backups(desk: FrontDesk, slot: int, clock: FixedClock, database_path: Path) -> TokenId:
    """Make three backups: before Asha's token, while it was open, and after it was completed; return its id."""
    backup_service.back_up(desk, None, KEPT)
    token = TokenId(token_of(issue(desk, slot, ASHA)))
    backup_service.back_up(desk, None, KEPT)
    desk.perform(CompleteToken(token=token))
    backup_service.back_up(desk, None, KEPT)
    return token


def copies(path: Path) -> list[Path]:
    return sorted(folder_of(path).glob("*.db"))


def test_backups_hold_the_name_until_they_are_rewritten(
    desk: FrontDesk, with_backups: TokenId, database_path: Path
) -> None:
    before, first, second = copies(database_path)
    untouched = before.read_bytes()
    identity = backup_service.identity_of(desk, with_backups)
    forget(desk, with_backups)
    assert all(b"Asha Verma" in path.read_bytes() for path in (first, second))
    left = backup_service.forget_in_copies(desk, identity)
    assert (left.rewritten, left.still_naming) == ((first, second), ())
    assert copies(database_path) == [before, first, second]
    assert before.read_bytes() == untouched
    for path in (first, second):
        for word in (b"Asha", b"asha", b"98765", b"MRN", b"mrn17"):
            assert word not in path.read_bytes()
        assert verify_file(path).problems == []
        assert path.stat().st_mode & 0o777 == 0o600


def test_backups_forget_what_another_record_kept_while_both_were_merged(
    desk: FrontDesk, with_backups: TokenId, slot: int, database_path: Path
) -> None:
    other = token_of(issue(desk, slot, "Sunita Rao"))
    desk.perform(MergePatients(keep=TokenId(other), merge=with_backups))
    desk.perform(EditPatient(token=TokenId(other), name="Sunita"))
    for _ in range(2):
        desk.perform(Undo())
    backup_service.back_up(desk, None, KEPT)
    identity = backup_service.identity_of(desk, with_backups)
    forget(desk, with_backups)
    backup_service.forget_in_copies(desk, identity)
    for path in (database_path, copies(database_path)[-1]):
        for word in (b"Asha", b"98765", b"MRN"):
            assert word not in path.read_bytes()
        assert b"Sunita Rao" in path.read_bytes()


def test_who_was_forgotten_without_the_backups_can_be_forgotten_there_later(
    desk: FrontDesk, with_backups: TokenId, database_path: Path
) -> None:
    forget(desk, with_backups)
    assert invoke("forget", "1", "--yes", "--backups", "--database", database_path).exit_code == 0
    assert not any(b"Asha Verma" in path.read_bytes() for path in copies(database_path))


def test_a_visit_after_the_backup_is_enough_to_be_forgotten_there_later(
    desk: FrontDesk, slot: int, database_path: Path
) -> None:
    seen(desk, slot, ASHA)
    backup = backup_service.back_up(desk, None, KEPT).path
    later = seen(desk, slot, {"name": "Asha Rao", "uhid": "MRN 17"})
    assert forget(desk, later) == 2
    assert invoke("forget", str(later), "--yes", "--backups", "--database", database_path).exit_code == 0
    assert b"Asha Verma" not in backup.read_bytes()


@pytest.mark.parametrize("name", ["Meera Iyer", {"name": "Meera Iyer", "phone": "98450 11111"}])
def test_a_token_that_was_moved_and_whose_patient_was_edited_is_the_same_visit_in_a_backup(
    desk: FrontDesk, slot: int, clock: FixedClock, name: object
) -> None:
    token = TokenId(token_of(issue(desk, slot, name)))
    backup = backup_service.back_up(desk, None, KEPT).path
    clock.instant += dt.timedelta(minutes=1)
    later = open_slot(desk, 1, start="11:00", end="12:00")
    desk.perform(MoveToken(token=token, slot=later))
    desk.perform(EditPatient(token=token, name="Mira Aiyar", phone=None))
    newer = backup_service.back_up(desk, None, KEPT).path
    desk.perform(CancelToken(token=token))
    identity = backup_service.identity_of(desk, token)
    forget(desk, token)
    assert set(backup_service.forget_in_copies(desk, identity).rewritten) == {backup, newer}
    assert not [path for path in (backup, newer) if b"Iyer" in path.read_bytes() or b"Aiyar" in path.read_bytes()]


@pytest.mark.slow
def test_after_a_restore_of_an_older_state_nobody_else_is_forgotten_in_a_backup(
    database_path: Path, clock: FixedClock
) -> None:
    """In the newer backup, made before the restore, the token's id belongs to another patient."""
    clock.instant = clock.instant.replace(year=2025)
    with closing(open_front_desk(str(database_path), clock=clock, zone=ZONE)) as desk:
        slot = open_slot(desk, add_doctor(desk, "Dr A", code="A"))
        empty = backup_service.back_up(desk, None, KEPT).path
        seen(desk, slot, "Ravi")
        newer = backup_service.back_up(desk, None, KEPT).path
    backup_service.restore(empty, str(database_path), clock)
    clock.instant = clock.instant.replace(minute=59)
    with closing(open_front_desk(str(database_path), clock=clock, zone=ZONE)) as desk:
        token = seen(desk, slot, "Asha")
        identity = backup_service.identity_of(desk, token)
        forget(desk, token)
        assert backup_service.forget_in_copies(desk, identity).rewritten == ()
    assert b"Ravi" in newer.read_bytes()


def test_copies_that_cannot_be_rewritten_are_named(desk: FrontDesk, with_backups: TokenId, database_path: Path) -> None:
    identity = backup_service.identity_of(desk, with_backups)
    old = folder_of(database_path) / "before-upgrade-from-version-1-20260101T000000.000000Z.db"
    shutil.copy(copies(database_path)[-1], old)
    execute(old, "UPDATE hospital SET schema_version = 3")
    replaced = database_path.with_name("opd.db-replaced-20260101T000000.000000Z.db")
    shutil.copy(copies(database_path)[-1], replaced)
    cheat = folder_of(database_path) / "opd-tui-000009-20260101T000000.000000Z-manual-does-not-verify.db"
    shutil.copy(replaced, cheat)
    execute(cheat, "UPDATE slot SET capacity = 7")
    scribbled = folder_of(database_path) / "before-restore-20260101T000000.000000Z.db"
    scribbled.write_text("Asha Verma " * 500)
    before = dump(cheat)
    left = backup_service.forget_in_copies(desk, identity)
    assert set(left.still_naming) == {old, cheat, scribbled}
    assert replaced in left.rewritten
    assert dump(cheat) == before
    assert not list(folder_of(database_path).glob(".opd-tui-draft-*"))


@on_every_store
def test_a_servers_backups_are_rewritten_too(desk: FrontDesk, slot: int) -> None:
    token = seen(desk, slot, ASHA)
    path = backup_service.back_up(desk, None, KEPT).path
    identity = backup_service.identity_of(desk, token)
    forget(desk, token)
    assert backup_service.forget_in_copies(desk, identity).rewritten == (path,)
    assert b"Asha" not in path.read_bytes()


def test_a_copy_that_only_a_full_disk_keeps_is_not_to_be_deleted(
    desk: FrontDesk, with_backups: TokenId, database_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    identity = backup_service.identity_of(desk, with_backups)
    forget(desk, with_backups)

    def is_full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    kept = copies(database_path)
    with monkeypatch.context() as full:
        full.setattr("opd_tui.storage.files.drafts.os.fsync", is_full)
        left = backup_service.forget_in_copies(desk, identity)
        assert left.no_room == left.still_naming == tuple(kept[1:])
        said = invoke("forget", "1", "--yes", "--backups", "--database", database_path).stdout
        assert f"Still holds the name, because the disk is full: {kept[1]}. Make room, then" in said
        assert "Delete it" not in said
    assert backup_service.forget_in_copies(desk, identity).rewritten == tuple(kept[1:])


# From the command line


@pytest.fixture
def closed(desk: FrontDesk, slot: int, database_path: Path) -> Path:
    """Return a closed database in which Asha has two visits and Ravi one."""
    seen(desk, slot, ASHA)
    seen(desk, slot, "Ravi Kumar")
    seen(desk, slot, {"name": "Asha Verma", "phone": "9876543210"})
    desk.close()
    return database_path


@pytest.mark.parametrize(
    "way",
    [
        ("1",),
        ("A-003", "--date", "2026-11-22"),
        ("--uhid", "mrn 17"),
        ("--name", "Asha verma", "--phone", "+91 98765 43210"),
    ],
)
def test_the_command_forgets_by_each_way_to_name_a_patient(closed: Path, way: tuple[str, ...]) -> None:
    result = invoke("forget", *way, "--yes", "--database", closed)
    assert (result.exit_code, result.stdout) == (0, "A patient was forgotten, in 2 visits.\n"), result.stderr
    assert [row[1] for row in dump(closed)["patient"]] == [FORGOTTEN, "Ravi Kumar"]
    assert traces(closed.parent, "Asha Verma", "9876543210") == {}
    assert invoke("verify", "--database", closed).exit_code == 0


@pytest.mark.parametrize(
    "way",
    [(), ("1", "--uhid", "MRN 17"), ("--uhid", "MRN 17", "--name", "Asha", "--phone", "12345"), ("--name", "Asha")],
)
def test_a_patient_is_named_in_one_way(closed: Path, way: tuple[str, ...]) -> None:
    before = dump(closed)
    assert invoke("forget", *way, "--yes", "--database", closed).exit_code == 2
    assert dump(closed) == before


def test_without_a_terminal_it_wants_to_be_told(closed: Path) -> None:
    before = dump(closed)
    result = invoke("forget", "1", "--database", closed)
    assert result.exit_code == 2
    assert "Without a terminal, add --yes" in result.stderr
    assert dump(closed) == before


def test_at_a_terminal_it_asks_for_how_many_visits_and_about_the_backups(
    closed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("opd_tui.cli.answers.at_terminal", lambda: True)
    assert invoke("backup", "--database", closed).exit_code == 0
    before = dump(closed)
    result = invoke("forget", "1", "--database", closed, input=b"n\n")
    assert result.exit_code == 1
    assert "Forget Asha Verma for good, in 2 visits (A-001 on 22 Nov 2026, A-003 on 22 Nov 2026)?" in result.stderr
    assert dump(closed) == before
    result = invoke("forget", "1", "--database", closed, input=b"y\ny\n")
    assert result.exit_code == 0
    assert "One backup may still hold the name. Rewrite them, too?" in result.stderr
    assert "Rewritten without the name: " in result.stdout
    assert not any(b"Asha Verma" in path.read_bytes() for path in copies(closed))


def test_it_says_how_long_the_backups_hold_the_name(closed: Path) -> None:
    assert invoke("backup", "--database", closed).exit_code == 0
    said = invoke("forget", "1", "--yes", "--database", closed).stdout
    assert "One backup may still hold the name" in said
    assert "after 14 more daily backups" in said
    assert "with --backups rewrites them now" in said


def test_answers_and_refusals_are_json_where_asked_for(closed: Path) -> None:
    assert invoke("backup", "--database", closed).exit_code == 0
    answer = json.loads(invoke("forget", "1", "--yes", "--backups", "--json", "--database", closed).stdout)
    assert (answer["ok"], answer["visits"], answer["erased"]) == (True, 2, True)
    assert answer["copies"] == {"rewritten": [str(copies(closed)[0])], "still_naming": [], "not_searched": []}
    answer = json.loads(invoke("forget", "1", "--yes", "--json", "--database", closed).stdout)
    assert (answer["ok"], answer["action"], answer["error"]) == (False, "forget_patient", "PatientForgotten")


def test_another_desk_that_is_open_goes_on(closed: Path) -> None:
    with Applying(closed) as applying:
        assert not applying.ask({"action": "cancel_token", "token": 99})["ok"]
        assert invoke("forget", "1", "--yes", "--database", closed).exit_code == 0
        assert traces(closed.parent, "Asha Verma") == {}
        assert applying.ask({"action": "issue_token", "slot": 1, "patient": "Imran", "source": "PAID"})["ok"]


@pytest.mark.parametrize("token", ["9999", "9" * 23])
def test_a_token_that_is_not_there_is_a_refusal(closed: Path, token: str) -> None:
    result = invoke("forget", token, "--yes", "--database", closed)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "There is no such token" in result.stderr


def test_what_a_killed_restore_left_beside_the_database_is_gone_with_the_name(closed: Path) -> None:
    for name in (f".opd-tui-draft-{closed.name}-00c0ffee", f".opd-tui-draft-{closed.name}-replaced-x.db-00c0ffee"):
        shutil.copy(closed, closed.with_name(name))
    assert invoke("forget", "1", "--yes", "--backups", "--database", closed).exit_code == 0
    assert traces(closed.parent, "Asha Verma") == {}


@pytest.mark.parametrize("placeholder", ["N/A", "0", "XXXX", "०"])
def test_a_placeholder_for_a_hospital_number_decides_nothing(desk: FrontDesk, slot: int, placeholder: str) -> None:
    meena = seen(desk, slot, {"name": "Meena", "phone": "98765 11111", "uhid": placeholder})
    ravi = seen(desk, slot, {"name": "Ravi", "phone": "98765 22222", "uhid": placeholder})
    again = seen(desk, slot, {"name": "Meena", "phone": "98765 11111", "uhid": "MRN 5"})
    assert forget(desk, meena) == 2, "a real number takes the placeholder's place"
    assert names(desk) == {meena: FORGOTTEN, ravi: "Ravi", again: FORGOTTEN}
    assert desk.verify().problems == []


# Several people


@pytest.fixture
def mixed_up(desk: FrontDesk, slot: int, database_path: Path) -> Path:
    """A closed database in which Asha's hospital number was typed for Ravi, too."""
    seen(desk, slot, ASHA)
    seen(desk, slot, {"name": "Asha V.", "uhid": "MRN 17"})
    seen(desk, slot, {"name": "Ravi Kumar", "phone": "90000 00002", "uhid": "mrn17"})
    desk.close()
    return database_path


def names_in(path: Path) -> list[str]:
    return [row[1] for row in dump(path)["patient"]]


def test_a_script_says_that_people_of_other_names_are_one(mixed_up: Path) -> None:
    before = names_in(mixed_up)
    told = invoke("forget", "1", "--yes", "--database", mixed_up)
    assert told.exit_code == 1
    assert "Ravi Kumar (90000 00002) would be forgotten together with A-001 Asha Verma" in told.stderr
    assert "If it is one person, say so: --all-names" in told.stderr
    line = {"action": "forget_patient", "token": 1}
    (answer,) = answers_in(invoke("apply", "-", "--database", mixed_up, input=lines(line)).stdout_bytes)
    assert answer["error"] == "SeveralPeople"
    assert names_in(mixed_up) == before
    done = invoke("forget", "1", "--yes", "--all-names", "--database", mixed_up)
    assert (done.exit_code, done.stdout) == (0, "A patient was forgotten, in 3 visits.\n")


def test_a_person_is_asked_once_more_where_name_and_phone_differ(
    mixed_up: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("opd_tui.cli.answers.at_terminal", lambda: True)
    before = names_in(mixed_up)
    asked = invoke("forget", "1", "--database", mixed_up, input=b"y\nn\n")
    assert "Forget Asha Verma, Asha V. and Ravi Kumar for good, in 3 visits" in asked.stderr
    assert "Name and phone of Ravi Kumar (90000 00002) are others." in asked.stderr
    assert (asked.exit_code, names_in(mixed_up)) == (1, before)
    assert invoke("forget", "1", "--database", mixed_up, input=b"y\ny\n").exit_code == 0
    assert set(names_in(mixed_up)) == {FORGOTTEN}


@on_every_store
def test_a_father_and_a_son_of_one_name_and_phone_are_two_people(desk: FrontDesk, slot: int) -> None:
    ravi = {"name": "Ravi Kumar", "phone": "98765 43210"}
    father, son = (seen(desk, slot, ravi | {"birth_year": year}) for year in (1962, 2019))
    with pytest.raises(SeveralPeople, match=r"A-001 .*, born 1962 and A-002 .*, born 2019\. Name one by a token"):
        desk.visit_of(None, "Ravi Kumar", "9876543210")
    identity = backup_service.identity_of(desk, father)
    backup = backup_service.back_up(desk, None, KEPT).path
    assert forget(desk, father) == 1
    assert names(desk) == {father: FORGOTTEN, son: "Ravi Kumar"}
    assert backup_service.forget_in_copies(desk, identity).rewritten == (backup,)
    assert names_in(backup) == [FORGOTTEN, "Ravi Kumar"]
    assert desk.visit_of(None, "ravi kumar", "9876543210") == son
