"""Whose copies they are, what a killed process leaves of them, who may read them, and what they prove."""

from __future__ import annotations

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import make_url

from opd_tui.clock import FixedClock
from opd_tui.desk import backup_service
from opd_tui.desk.actions import CancelToken, CompleteToken, ForgetPatient
from opd_tui.desk.backup_service import back_up, back_up_today, drill, restore
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.desk.opening import open_front_desk, store_of
from opd_tui.desk.verification import verify_database
from opd_tui.domain.errors import AnotherDatabase, StoreUnavailable
from opd_tui.domain.progress import Progress
from opd_tui.storage.backups import copies
from opd_tui.storage.backups.copies import verify_file
from opd_tui.storage.files.backup_store import folder_of
from opd_tui.storage.files.untrusted import identity_in
from opd_tui.storage.schema.tables import hospital
from tests.conftest import ZONE
from tests.support.helpers import (
    PATIENCE_SECONDS,
    add_doctor,
    dump,
    invoke,
    issue,
    open_slot,
    token_of,
)
from tests.support.older import old_file
from tests.support.stores import NewStore, SqliteStore, Store, on_every_store

KEPT = 9
posix = pytest.mark.skipif(os.name != "posix", reason="only here files have owners, modes and signals")
as_root = pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can act as another account")
NOBODY = 65534


@pytest.fixture
def closed(filled: FrontDesk, database_path: Path) -> Path:
    """Return a database that no desk has open."""
    filled.close()
    return database_path


def opened(location: object, clock: FixedClock) -> closing[FrontDesk]:
    return closing(open_front_desk(str(location), clock=clock, zone=ZONE))


def fill(location: object, clock: FixedClock, patient: str) -> Path:
    """Issue a token and return a backup."""
    with opened(location, clock) as desk:
        issue(desk, open_slot(desk, add_doctor(desk)), patient)
        copy = back_up_today(desk, KEPT)
    assert copy is not None
    return copy.path


# Whose they are


@pytest.mark.slow
@pytest.mark.parametrize("store_kind", ["postgresql"])
def test_two_servers_of_one_address_have_a_folder_each(
    new_store: NewStore, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where a port, a service or PGDATABASE leads to another database: the address itself is the same."""
    stores = [new_store(empty=True), new_store(empty=True)]
    (address,) = {make_url(store.location)._replace(database=None) for store in stores}
    location = address.render_as_string(hide_password=False)
    backups = []
    for store, name in zip(stores, ("Asha", "Ravi"), strict=True):
        monkeypatch.setenv("PGDATABASE", make_url(store.location).database or "")
        backups.append(fill(location, clock, name))
        assert drill(location, clock).backup.path == backups[-1]
        assert [each.path for each in store_of(location).backups()] == [backups[-1]]
    assert backups[0].parent != backups[1].parent
    with pytest.raises(AnotherDatabase, match="is a backup of another database"):
        restore(backups[0], location, clock)
    restore(backups[0], location, clock, another=True)
    assert [each.path for each in store_of(location).backups()] == [backups[0]], "it is that database now"


@pytest.mark.parametrize("store_kind", ["postgresql"])
def test_the_backups_of_a_server_that_is_gone_are_listed(new_store: NewStore, clock: FixedClock) -> None:
    backup = fill(new_store(empty=True).location, clock, "Asha")
    result = invoke("backup", "--list", "--database", "postgresql+psycopg://opd@127.0.0.1:1/opd")
    assert str(backup) in result.stdout


def test_a_new_database_in_the_place_of_another_has_none_of_its_backups(closed: Path, clock: FixedClock) -> None:
    first = fill(closed.with_name("first.db"), clock, "Asha")
    folder_of(closed).mkdir(mode=0o700)
    theirs = shutil.copy(first, folder_of(closed) / first.name)
    with opened(closed, clock) as desk:
        copy = back_up_today(desk, 1)
        assert copy is not None, "the other database has its backup of the day"
        back_up_today(desk, 1)
    assert drill(str(closed), clock).backup.path == copy.path
    assert Path(theirs).exists(), "it is not pruned, either"
    assert f"Also kept: {theirs}" in invoke("backup", "--list", "--database", closed).stdout


def test_another_databases_backup_is_restored_only_where_one_says_so(closed: Path, clock: FixedClock) -> None:
    theirs = fill(closed.with_name("first.db"), clock, "Asha")
    before = dump(closed)
    result = invoke("restore", theirs, "--yes", "--database", closed)
    assert (result.exit_code, dump(closed)) == (1, before)
    assert "is a backup of another database. If you mean it, add --another-database." in result.stderr
    assert invoke("restore", theirs, "--yes", "--another-database", "--database", closed).exit_code == 0
    assert identity_in(closed) == identity_in(theirs) != before["hospital"][0][7]


def test_an_empty_database_is_replaced_by_any_backup(tmp_path: Path, clock: FixedClock) -> None:
    backup = fill(tmp_path / "first.db", clock, "Asha")
    opened(tmp_path / "new.db", clock).__enter__().close()
    restore(backup, str(tmp_path / "new.db"), clock)


@pytest.mark.slow
def test_a_backup_from_before_an_upgrade_is_of_the_upgraded_database(database_path: Path, clock: FixedClock) -> None:
    old_file(database_path, 3)
    with opened(database_path, clock) as desk:
        (before,) = backup_service.store_of_desk(desk).copies()
        assert identity_in(before) == desk.database.identity != ""
        add_doctor(desk)
    restore(before, str(database_path), clock)


@on_every_store
def test_new_databases_differ_and_a_backup_carries_the_identity(new_store: NewStore, clock: FixedClock) -> None:
    identities = set()
    for _ in range(2):
        store = new_store(empty=True)
        backup = fill(store.location, clock, "Asha")
        ((identity,),) = store.query(f"SELECT identity FROM {hospital.name}")
        assert identity_in(backup) == identity
        identities.add(identity)
    assert len(identities) == 2


# What they prove


def cut(path: Path) -> None:
    """Undo the last action by hand, as somebody could who can write to the file: the cancellation of token 4."""
    store = SqliteStore(path)
    ((last,),) = store.query("SELECT max(id) FROM journal_entry")
    earlier = f"SELECT hash FROM journal_event WHERE slot_id = 1 AND entry_id < {last}"
    ((before,),) = store.query(f"{earlier} ORDER BY entry_id DESC, number DESC LIMIT 1")
    store.force(
        "UPDATE token SET status = 'WAITING', closed_at = NULL WHERE id = 4",
        f"DELETE FROM journal_event WHERE entry_id = {last}",
        f"DELETE FROM journal_entry WHERE id = {last}",
        f"UPDATE slot SET journal_hash = '{before}' WHERE id = 1",
    )


@pytest.mark.slow
def test_a_journal_whose_end_was_cut_off_is_found_by_a_backup(closed: Path, clock: FixedClock) -> None:
    with opened(closed, clock) as desk:
        backup = back_up(desk, None, KEPT).path
    assert drill(str(closed), clock).lost == ()
    assert verify_database(str(closed), clock, backup).problems == []
    cut(closed)
    assert verify_database(str(closed), clock).problems == [], "the file alone does not tell"
    (problem,) = verify_database(str(closed), clock, backup).problems
    assert problem == f"entry 8 of the journal is not as {backup} holds it"
    assert len(drill(str(closed), clock).lost) == 1
    with opened(closed, clock) as desk:
        issue(desk, 2, "Imran")  # takes the place of the entry that was cut off
    result = invoke("verify", "--against", backup, "--database", closed)
    assert result.exit_code == 1
    assert f"- {problem}" in result.stdout
    result = invoke("backup", "--drill", "--database", closed)
    assert result.exit_code == 1
    assert "can be restored" in result.stdout
    assert "The database no longer holds all that this backup holds" in result.stdout


@on_every_store
def test_a_database_that_goes_on_still_holds_all_of_its_backups(
    desk: FrontDesk, store: Store, clock: FixedClock
) -> None:
    slot = open_slot(desk, add_doctor(desk, code="A"))
    backups = []
    for name in ("Asha", "Ravi", "Sunita"):
        token = token_of(issue(desk, slot, {"name": name, "uhid": f"MRN {len(name)}"}))
        backups.append(back_up(desk, None, KEPT).path)
        desk.perform(CancelToken(token=token))
    identity = backup_service.identity_of(desk, token)
    desk.perform(ForgetPatient(token=token))
    assert backup_service.forget_in_copies(desk, identity).rewritten == (backups[-1],)
    desk.close()
    for backup in backups:
        assert verify_database(store.location, clock, backup).problems == []


@pytest.mark.slow
def test_an_older_backup_proves_what_it_holds_too(database_path: Path, clock: FixedClock) -> None:
    old_file(database_path, 2)
    with opened(database_path, clock) as desk:
        (before,) = backup_service.store_of_desk(desk).copies()
        add_doctor(desk)
    assert verify_database(str(database_path), clock, before).problems == []


def test_a_backup_of_another_database_proves_nothing(closed: Path, clock: FixedClock) -> None:
    theirs = fill(closed.with_name("first.db"), clock, "Asha")
    result = invoke("verify", "--against", theirs, "--database", closed)
    assert result.exit_code == 1
    assert "is a backup of another database" in result.stderr


# What is left of them

STOPPED = """
import os, sys, time
import opd_tui.storage.backups.copies as copies
from opd_tui.cli import main
def stop(path, progress):
    print("written", flush=True)
    time.sleep(600)
copies.verify_file = stop
main(sys.argv[1:])
"""


def stopped(*arguments: object) -> subprocess.Popen[bytes]:
    """Return a command that has written its draft and waits."""
    process = subprocess.Popen([sys.executable, "-c", STOPPED, *map(str, arguments)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"written\n"
    return process


def drafts_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.startswith(".opd-tui-draft-")]


@posix
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
@pytest.mark.fast_cases(1)
def test_a_signal_leaves_no_draft(closed: Path, tmp_path: Path, number: signal.Signals) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    process = stopped("backup", stick, "--database", closed)
    assert drafts_in(stick)
    process.send_signal(number)
    process.communicate(timeout=PATIENCE_SECONDS)
    assert list(stick.iterdir()) == []
    assert process.returncode == 128 + number


@pytest.mark.slow
@posix
def test_what_a_kill_leaves_is_listed_and_cleared_by_the_next_backup_there(closed: Path, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    killed, other = (stopped("backup", stick, "--database", closed) for _ in range(2))
    killed.kill()
    killed.communicate(timeout=PATIENCE_SECONDS)
    try:
        (left,) = json.loads(invoke("backup", "--list", stick, "--json", "--database", closed).stdout)["left"]
        assert (
            f"Left by a backup that was killed: {left}"
            in invoke("backup", "--list", stick, "--database", closed).stdout
        )
        assert invoke("backup", stick, "--database", closed).exit_code == 0
        (alive,) = drafts_in(stick)
        assert alive != Path(left).name, "that of a process that still writes stays"
    finally:
        other.kill()
        other.communicate(timeout=PATIENCE_SECONDS)


@pytest.fixture
def of_nobody(closed: Path) -> Iterator[Path]:
    """Return a database of another account, in a folder that this account reaches; pytest's own are closed to it."""
    with tempfile.TemporaryDirectory() as place:
        path = Path(shutil.copy(closed, place))
        for each in (Path(place), path):
            os.chown(each, NOBODY, NOBODY)
        path.chmod(0o600)
        yield path


def folder(path: Path) -> None:
    path.mkdir(mode=0o700)
    (path / "opd.db").write_text("of a drill")


def link(path: Path) -> None:
    path.symlink_to("/etc")


def pipe(path: Path) -> None:
    os.mkfifo(path)


@as_root
@pytest.mark.parametrize("make", [folder, link, pipe])
@pytest.mark.slow
def test_what_another_account_left_stops_no_backup(of_nobody: Path, make: Callable[[Path], None]) -> None:
    assert invoke("backup", "--database", of_nobody).exit_code == 0
    backups = folder_of(of_nobody)
    make(backups / ".opd-tui-draft-x")
    for words in (("backup",), ("backup", "--drill")):
        result = as_nobody(*words, "--database", str(of_nobody))
        assert result.returncode == 0, result.stderr
    assert os.path.lexists(backups / ".opd-tui-draft-x")


AS_NOBODY = """
import _strptime, os, sys
import alembic, sqlalchemy.dialects.sqlite, opd_tui.cli.commands, opd_tui.crashes, opd_tui.desk.backup_service
import opd_tui.storage.backups.restoring, opd_tui.storage.engines.looking, opd_tui.storage.engines.sqlite
opd_tui.environment.system_zone(), opd_tui.environment.default_operator()  # import modules that only root can read
os.setgroups([]), os.setgid(65534), os.setuid(65534)
opd_tui.cli.main(sys.argv[1:])
"""


def as_nobody(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command as another account."""
    home = {"HOME": "/", "XDG_CONFIG_HOME": "/"}
    command = [sys.executable, "-c", AS_NOBODY, *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False, env=os.environ | home
    )


# Who may read them


@as_root
def test_a_folder_that_another_account_made_first_is_refused(closed: Path) -> None:
    backups = folder_of(closed)
    backups.mkdir(mode=0o755)
    os.chown(backups, NOBODY, NOBODY)
    result = invoke("backup", "--database", closed)
    assert result.exit_code == 1
    assert f"The folder {backups} belongs to another account" in result.stderr
    assert list(backups.iterdir()) == []
    assert f"The folder {backups} belongs to another account" in invoke("token", "list", "--database", closed).stderr
    backups.rmdir()
    elsewhere = closed.parent / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    backups.symlink_to(elsewhere)
    os.chown(backups, NOBODY, NOBODY, follow_symlinks=False)
    assert invoke("backup", "--database", closed).exit_code == 1
    assert list(elsewhere.iterdir()) == []


@posix
def test_a_folder_that_anyone_may_write_to_is_refused_and_told_how_to_mend(closed: Path) -> None:
    backups = folder_of(closed)
    backups.mkdir()
    backups.chmod(0o777)
    result = invoke("backup", "--database", closed)
    assert result.exit_code == 1
    assert f"Run `chmod 700 {backups}`, then try again." in result.stderr
    backups.chmod(0o700)
    assert invoke("backup", "--database", closed).stderr == ""


@pytest.mark.fast_cases(2)
@posix
@pytest.mark.parametrize("words", [("token", "list"), ("verify",), ("backup",), ("token", "cancel", "3")], ids=" ".join)
def test_every_command_that_opens_warns_of_copies_that_others_may_read(
    closed: Path, clock: FixedClock, words: tuple[str, ...]
) -> None:
    with opened(closed, clock) as desk:
        backup = back_up(desk, None, KEPT).path
    replaced = restore(backup, str(closed), clock).replaced
    assert replaced is not None
    for place, mode in ((backup, 0o644), (backup.parent, 0o755), (replaced, 0o640)):
        right = stat.S_IMODE(place.stat().st_mode)
        place.chmod(mode)
        said = invoke(*words, "--database", closed).stderr
        assert str(place) in said
        assert "can be read by others" in said
        place.chmod(right)
        assert "others" not in invoke("token", "list", "--database", closed).stderr


@pytest.mark.slow
@as_root
def test_what_root_makes_belongs_to_the_owner_of_the_database(of_nobody: Path, clock: FixedClock) -> None:
    with opened(of_nobody, clock) as desk:
        backup = back_up(desk, None, KEPT).path
    replaced = restore(backup, str(of_nobody), clock).replaced
    assert replaced is not None
    for path in (backup.parent, *backup.parent.iterdir(), replaced, of_nobody):
        assert path.stat().st_uid == NOBODY, path
    result = as_nobody("backup", "--database", str(of_nobody))
    assert result.returncode == 0, result.stderr


# Files that appear meanwhile, and advice that works


@pytest.mark.parametrize("has_links", [True, False], ids=["with hard links", "without"])
def test_a_file_that_appears_while_it_is_made_is_not_overwritten(
    filled: FrontDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_links: bool
) -> None:
    def no_links(*_: object) -> None:
        raise PermissionError("Operation not permitted")

    if not has_links:
        monkeypatch.setattr(os, "link", no_links)
    assert verify_file(back_up(filled, tmp_path / "y.db", KEPT).path).problems == []
    target = tmp_path / "x.db"

    def appears(path: Path, progress: Progress) -> object:
        target.write_text("dear diary")
        return verify_file(path, progress)

    monkeypatch.setattr(copies, "verify_file", appears)
    with pytest.raises(StoreUnavailable, match=r"x.db already exists. Name another file, or a folder"):
        back_up(filled, target, KEPT)
    assert target.read_text() == "dear diary"
    assert drafts_in(tmp_path) == []


@pytest.mark.parametrize(
    "named", [("--uhid", "ZQ-777"), ("--name", "Asha Rao", "--phone", "+91 98765 43210")], ids=lambda words: words[0]
)
def test_the_same_command_with_backups_forgets_there_who_is_forgotten_here(
    filled: FrontDesk, database_path: Path, named: tuple[str, ...]
) -> None:
    person = {"name": "Asha Rao", "phone": "98765 43210", "uhid": "ZQ-777"}
    for visit in (person, {"name": "Asha Rao", "phone": "98765 43210"}):
        filled.perform(CompleteToken(token=token_of(issue(filled, 2, visit, "PAID"))))
    backup = back_up(filled, None, KEPT).path
    filled.close()
    said = invoke("forget", *named, "--yes", "--database", database_path).stdout
    assert "The same command with --backups rewrites them now." in said
    result = invoke("forget", *named, "--yes", "--backups", "--database", database_path)
    assert (result.exit_code, result.stdout) == (0, f"Rewritten without the name: {backup}\n"), result.stderr
    assert not any(word in backup.read_bytes() for word in (b"Asha Rao", b"asharao", b"ZQ-777"))
    assert b"Asha Kumar" in backup.read_bytes()
    result = invoke("forget", *named, "--yes", "--backups", "--database", database_path)
    assert result.exit_code == 1
    assert "Neither the database nor a backup has a patient like this" in result.stderr


def test_a_copy_of_another_database_is_named_and_not_searched(closed: Path, clock: FixedClock) -> None:
    """A person of its name may be another hospital's patient."""
    theirs = Path(shutil.copy(fill(closed.with_name("first.db"), clock, "Asha Kumar"), closed.parent))
    with opened(closed, clock) as desk:
        own = back_up(desk, None, KEPT).path
        desk.perform(CompleteToken(token=1))
    theirs = Path(shutil.copy(theirs, own.with_name("opd-tui-000099-20261101T000000.000000Z-manual.db")))
    before = theirs.read_bytes()
    result = invoke("forget", "1", "--yes", "--backups", "--database", closed)
    told = result.stdout.splitlines()[1:]
    assert told == [
        f"Rewritten without the name: {own}",
        f"Not searched, because it is of another database: {theirs}",
    ]
    assert theirs.read_bytes() == before
    again = json.loads(invoke("forget", "1", "--yes", "--backups", "--json", "--database", closed).stdout)
    assert again["copies"] == {"rewritten": [], "still_naming": [], "not_searched": [str(theirs)]}
