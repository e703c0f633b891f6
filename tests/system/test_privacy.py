"""Privacy: the files' permissions, and errors without names or phone numbers."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from opd_tui.clock import FixedClock
from opd_tui.desk.actions import IssueToken
from opd_tui.desk.opening import open_front_desk
from opd_tui.domain.errors import StoreUnavailable
from opd_tui.storage.files.access import file_system_of, refuse_network_share
from opd_tui.tui.app import OpdApp
from tests.conftest import ZONE
from tests.support.helpers import add_doctor, execute, first_slot, invoke, issue, lines, open_slot, run
from tests.support.pilot import at_the_counter
from tests.support.terminals import RealTerminal, open_today

NAME, PHONE = "Sunita Deshpande", "98989 12345"
PERSONAL = ("Sunita", "Deshpande", "98989", "12345", "sunita")
BREAK_IT = "CREATE TRIGGER broken BEFORE INSERT ON token BEGIN SELECT RAISE(ABORT, 'broken'); END"
"""A trigger that makes an action fail with an unexpected error."""

posix = pytest.mark.skipif(os.name != "posix", reason="only here files have modes")


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(params=[0o000, 0o077], ids=["umask 000", "umask 077"])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    """Set an extreme umask, which must not matter."""
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


# Files


@posix
@pytest.mark.usefixtures("umask")
def test_all_that_is_made_is_its_owners_alone(tmp_path: Path, clock: FixedClock) -> None:
    with closing(open_front_desk(clock=clock, zone=ZONE)) as desk:
        issue(desk, open_slot(desk, add_doctor(desk)), NAME)
        assert invoke("backup").exit_code == 0
        folder = tmp_path / "data" / "opd-tui"
        made = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*")}
        assert {"opd.db", "opd.db-wal", "opd.db-shm", "opd.db-backups"} <= made.keys()
        assert sum(name.endswith(".db") for name in made) == 2
        modes = {mode_of(path) for path in made.values() if path.is_file()}
        assert (mode_of(folder), mode_of(made["opd.db-backups"]), modes) == (0o700, 0o700, {0o600})
        assert desk.warnings == ()


def groups_of_mine() -> list[str]:
    """Return the user's supplementary groups."""
    import grp

    known = {group.gr_gid: group.gr_name for group in grp.getgrall() if group.gr_gid != os.getegid()}
    return list(known.values()) if os.geteuid() == 0 else [known[gid] for gid in os.getgroups() if gid in known]


@posix
@pytest.mark.usefixtures("umask")
def test_a_group_that_shares_the_data_reads_and_writes_all_of_it(tmp_path: Path, clock: FixedClock) -> None:
    groups = groups_of_mine()
    if not groups:
        pytest.skip("this user is in one group only")
    with closing(open_front_desk(clock=clock, zone=ZONE, group=groups[0])) as desk:
        issue(desk, open_slot(desk, add_doctor(desk)), NAME)
        folder = tmp_path / "data" / "opd-tui"
        assert mode_of(folder) == 0o2770
        made = {path.name: (mode_of(path), path.group()) for path in folder.iterdir()}
        assert made == dict.fromkeys(("opd.db", "opd.db-wal", "opd.db-shm"), (0o660, groups[0]))
        assert desk.warnings == ()


@posix
def test_a_group_needs_a_folder_that_hands_it_on(tmp_path: Path, clock: FixedClock) -> None:
    groups = groups_of_mine()
    if not groups:
        pytest.skip("this user is in one group only")
    with closing(open_front_desk(str(tmp_path / "opd.db"), clock=clock, zone=ZONE, group=groups[0])) as desk:
        (warning,) = desk.warnings
    assert f"Run `chgrp {groups[0]} {tmp_path}` and `chmod 2770 {tmp_path}`." in warning


@posix
def test_a_group_that_is_not_there_is_refused(tmp_path: Path, clock: FixedClock) -> None:
    with pytest.raises(StoreUnavailable, match="There is no group nobodys-group on this machine"):
        open_front_desk(str(tmp_path / "opd.db"), clock=clock, zone=ZONE, group="nobodys-group")


@pytest.fixture
def readable_by_others(tmp_path: Path, clock: FixedClock) -> Path:
    """Return the user's default database, made readable by others."""
    with closing(open_front_desk(clock=clock, zone=ZONE)) as desk:
        add_doctor(desk)
    path = tmp_path / "data" / "opd-tui" / "opd.db"
    path.chmod(0o644)
    path.parent.chmod(0o755)
    return path


@posix
def test_the_command_line_warns_of_a_file_that_others_may_read(readable_by_others: Path) -> None:
    result = invoke("doctor", "list")
    assert result.exit_code == 0
    assert result.stderr.splitlines() == [
        f"opd-tui: {place} can be read by others (mode {mode}) and holds patients' names. Run `chmod {right}`."
        for place, mode, right in (
            (readable_by_others, "0644", f"600 {readable_by_others}"),
            (readable_by_others.parent, "0755", f"700 {readable_by_others.parent}"),
        )
    ]
    readable_by_others.chmod(0o600)
    readable_by_others.parent.chmod(0o700)
    assert invoke("doctor", "list").stderr == ""


@posix
async def test_the_screens_warn_of_a_file_that_others_may_read(readable_by_others: Path, clock: FixedClock) -> None:
    async with at_the_counter(OpdApp(lambda: open_front_desk(clock=clock, zone=ZONE))) as meera:
        await meera.hears("opd.db can be read by others (mode 0644)", "chmod 600")


# Network shares

MOUNTS = r"""
/dev/sda1 / ext4 rw,relatime 0 0
proc /proc proc rw 0 0
server:/export /mnt/share nfs4 rw,vers=4.2 0 0
//server/data /mnt/with\040space cifs rw 0 0
/dev/sdb1 /mnt/share/disk ext4 rw 0 0
sshfs#me@server: /home/me/remote fuse.sshfs rw 0 0
server:/old /srv nfs rw 0 0
/dev/sdc1 /srv ext4 rw 0 0
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/opd.db", "ext4"),
        ("/mnt/opd.db", "ext4"),
        ("/mnt/share/opd.db", "nfs4"),
        ("/mnt/share", "nfs4"),
        ("/mnt/shared/opd.db", "ext4"),
        ("/mnt/share/disk/opd.db", "ext4"),
        ("/mnt/with space/opd.db", "cifs"),
        ("/home/me/remote/deep/opd.db", "fuse.sshfs"),
        ("/srv/opd.db", "ext4"),
    ],
)
def test_a_path_lies_on_what_is_mounted_nearest_and_last(path: str, kind: str) -> None:
    assert file_system_of(path, MOUNTS.strip()) == kind


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux lists its mounts in a file")
def test_a_file_on_a_network_share_is_refused_with_a_way_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounts = tmp_path / "mounts"
    share = tmp_path / "a share"
    share.mkdir()
    (tmp_path / "link").symlink_to(share)
    written = str(share).replace(" ", r"\040")
    mounts.write_text(f"/dev/sda1 / ext4 rw 0 0\nserver:/export {written} nfs4 rw 0 0\n")
    monkeypatch.setattr("opd_tui.storage.files.access.MOUNTS", mounts)
    refuse_network_share(tmp_path / "opd.db")
    for place in (share, tmp_path / "link"):
        with pytest.raises(StoreUnavailable, match=r"is on a network share.*Use a local disk, or PostgreSQL"):
            refuse_network_share(place / "opd.db")
        result = invoke("doctor", "add", "--name", "Dr A", "--database", place / "opd.db")
        assert (result.exit_code, result.stdout) == (2, "")
    assert list(share.iterdir()) == []


# Unexpected errors


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    """Return the folder of bug reports."""
    return tmp_path / "state" / "opd-tui" / "log"


def the_report(reports: Path, *expected: str) -> str:
    """Return the first report's path; assert that each report is private, contains the words and names nobody."""
    assert mode_of(reports) == 0o700
    kept = sorted(reports.iterdir())
    for path in kept:
        assert mode_of(path) == 0o600
        text = path.read_text()
        names_nobody(text)
        assert all(words in text for words in expected), text
    return str(kept[0])


def names_nobody(text: str) -> None:
    for words in PERSONAL:
        assert words not in text


@pytest.mark.usefixtures("umask")
@pytest.mark.fast_cases(1)
def test_a_bug_in_the_middle_of_an_action_is_reported_without_names(database_path: Path, reports: Path) -> None:
    assert run("apply", "-", "--database", database_path, input=lines(*first_slot())).returncode == 0
    execute(database_path, BREAK_IT)
    token = ("token", "issue", "--slot", "1", "--patient", NAME, "--phone", PHONE, "--source", "PAID")
    result = run(*token, "--database", database_path)
    assert (result.returncode, result.stdout) == (70, b"")
    place = the_report(reports, "IntegrityError", "unit_of_work.py", "in record")
    said = result.stderr.decode()
    assert said.count("\n") == 1
    assert said.startswith("opd-tui: This is a bug in opd-tui")
    assert f"A report without names is in {place}." in said
    names_nobody(said)


def test_what_an_error_quotes_is_in_no_report(
    database_path: Path, reports: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(action: IssueToken, uow: object) -> None:
        try:
            raise KeyError(action.patient.name)
        except KeyError as error:
            raise RuntimeError(f"{action} cannot be done") from error

    monkeypatch.setattr(IssueToken, "run", fail)
    work = [
        *first_slot(),
        {"action": "issue_token", "slot": 1, "patient": {"name": NAME, "phone": PHONE}, "source": "PAID"},
    ]
    result = invoke("apply", "-", "--database", database_path, input=lines(*work))
    assert result.exit_code == 70
    assert result.stdout.count('"ok": true') == 2, "what was answered before is said and done"
    names_nobody(result.stdout + result.stderr)
    the_report(reports, "RuntimeError", "KeyError", "test_privacy.py")


@pytest.mark.slow
def test_without_a_place_for_reports_the_bug_is_said_all_the_same(
    database_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "/proc/nowhere")
    invoke("apply", "-", "--database", database_path, input=lines(*first_slot()))
    execute(database_path, BREAK_IT)
    result = invoke("token", "issue", "--slot", "1", "--patient", NAME, "--source", "PAID", "--database", database_path)
    assert result.exit_code == 70
    assert "The report could not be written." in result.stderr
    names_nobody(result.output)


@pytest.mark.slow
def test_a_bug_under_the_screens_ends_them_cleanly_and_names_nobody(database_path: Path, reports: Path) -> None:
    open_today(database_path)
    execute(database_path, BREAK_IT)
    with RealTerminal("--database", database_path, size=(120, 40)) as terminal:
        terminal.shows("Dr A")
        terminal.press("n", NAME, "enter")
        assert terminal.ends() == 70
        terminal.assert_left_clean()
        names_nobody(terminal.last_words)
        place = the_report(reports, "IntegrityError", "unit_of_work.py")
        assert "textual" not in terminal.last_words, "advice for programmers"
        assert place in "".join(terminal.last_words.split("\r\n"))
        assert b"\x1b]0;" not in terminal.output, "the window has no title"
        assert b"\x1b]2;" not in terminal.output, "the window has no title"


BROKEN = """
import sys
from {module} import {owner}
def fail(*arguments, **options):
    words = "all that is known of Sunita Deshpande, 98989 12345"
    raise ValueError(words)
{owner}.{method} = fail
from opd_tui.cli import main
main(sys.argv[1:])
"""
"""The program with a bug, whose local variables and error message name a patient."""


@pytest.mark.parametrize(
    ("module", "owner", "method"),
    [
        ("opd_tui.tui.tokens.token_rows", "TokenRows", "status_of"),
        ("opd_tui.tui.app", "OpdApp", "action_move_day"),
        ("opd_tui.storage.engines.sqlite", "SqliteWatch", "news"),
        ("opd_tui.tui.terminal.input", "TerminalInput", "feed"),
        ("opd_tui.tui.terminal.input", "TerminalInput", "tick"),
    ],
    ids=["a line is drawn", "a key is pressed", "another thread", "a key is read", "no key is read"],
)
@pytest.mark.slow
def test_a_bug_in_the_screens_ends_them_cleanly_and_names_nobody(
    database_path: Path, reports: Path, module: str, owner: str, method: str
) -> None:
    open_today(database_path, "Asha")
    program = ("-c", BROKEN.format(module=module, owner=owner, method=method))
    with RealTerminal("--database", database_path, program=program) as terminal:
        terminal.until(lambda: "Asha" in terminal.text or terminal.process.poll() is not None, "the board, or the end")
        terminal.press("]")
        assert terminal.ends() == 70
        terminal.assert_left_clean()
        names_nobody(terminal.last_words)
        assert "This is a bug in opd-tui" in terminal.last_words
        assert "Traceback" not in terminal.last_words
    the_report(reports, "ValueError", "in fail")
    with closing(open_front_desk(str(database_path))) as desk:
        assert len(desk.token_list()) == 1
