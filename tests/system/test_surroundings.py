"""Random surroundings of `opd-tui`: every run ends in an answer or a sentence, and what was answered is there."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from opd_tui.clock import SystemClock
from opd_tui.desk.verification import verify_database
from tests.support.helpers import answers_in, first_slot, invoke, lines
from tests.support.stores import SqliteStore
from tests.support.surroundings import NO_MOUNTS

RUNS = 7
"""The number of surroundings that each seed tries."""
NOBODY = 54321
"""A user id without an account."""
is_root = os.geteuid() == 0
TOKENS = 6
BOOKINGS = lines(*({"action": "issue_token", "slot": 1, "patient": f"P{n}", "source": "PAID"} for n in range(TOKENS)))
READ, WRITE = os.O_RDONLY, os.O_WRONLY | os.O_CREAT
LIMITS = [{}, {}, {}, {"RLIMIT_FSIZE": 0}, {"RLIMIT_FSIZE": 60_000}, {"RLIMIT_NOFILE": 8}, {"RLIMIT_NOFILE": 12}]
ENVIRONMENTS = {
    "TZ": ["", "UTC", "Asia/Kolkata", "IST-5:30", "Nobody/Knows", ":/etc/localtime", "CET-1CEST", "\x07"],
    "HOME": ["", "/", "/nonexistent", "relative", "/dev/null"],
    "XDG_DATA_HOME": ["", "relative", "/dev/null", "/proc"],
    "XDG_STATE_HOME": ["", "relative", "/dev/null"],
    "OPD_TUI_TIME_ZONE": ["", "Asia/Kolkata", "Mars/Olympus"],
    "OPD_TUI_CONFIG": ["", "/", "/dev/null", "/nonexistent/config.toml"],
    "TMPDIR": ["/nonexistent", "/dev/null"],
    "COLUMNS": ["0", "-1", "many"],
    "TERM": ["dumb", "no-such-terminal"],
}
COMMANDS = [
    *([("apply", "-")] * 6),
    *(("token", "list"), ("verify",), ("backup",), ("backup", "--list"), ("backup", "copies"), ("backup", "x.db")),
    *(("restore", "sound.db", "--yes"), ("paths",), ("forget", "1", "--yes"), ("demo", "--plain")),
]


@dataclass
class Surroundings:
    """Where and how a run is started."""

    folder: str
    arguments: list[str]
    account: int = 0
    umask: int = 0o022
    limits: dict[str, int] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    mounts: list[tuple[str, str, str]] = field(default_factory=list)
    streams: list[tuple[str | None, int]] = field(
        default_factory=lambda: [("input", READ), ("output", WRITE), ("errors", WRITE)]
    )

    @property
    def output(self) -> bytes:
        path = Path(self.folder, "output")
        return path.read_bytes() if path.exists() else b""

    @property
    def errors(self) -> str:
        path = Path(self.folder, "errors")
        return path.read_text() if path.exists() else ""


# Places for the database, each made beside `sound.db`; what is returned is its name, and what is mounted.
# They are the kinds that people have: links, mounts, containers, accounts, full disks, odd names.

Place = tuple[str, list[tuple[str, str, str]]]


def place(kind: str, folder: Path, sound: Path) -> Place:
    """Make a place of this kind for the database."""
    path = folder / "opd.db"
    if kind in ("new", "tmpfs", "no such folder", "device", "full", "odd name", "long name", "pipe", "folder"):
        return new_place(kind, folder)
    path.write_bytes(sound.read_bytes())
    match kind:
        case "hard link":
            os.link(path, folder / "other.db")
        case "link":
            (folder / "link.db").symlink_to("opd.db")
            return "link.db", []
        case "loop":
            (folder / "a.db").symlink_to("b.db")
            (folder / "b.db").symlink_to("a.db")
            return "a.db", []
        case "file is read-only":
            path.chmod(0o444)
        case "folder is read-only":
            (folder / "closed").mkdir()
            path.rename(folder / "closed" / "opd.db")
            (folder / "closed").chmod(0o555)
            return "closed/opd.db", []
        case "open to all":
            path.chmod(0o666)
        case "backups are another's":
            (folder / "opd.db-backups").mkdir()
            os.chown(folder / "opd.db-backups", NOBODY + 1, NOBODY + 1)
        case "backups are a link":
            (folder / "opd.db-backups").symlink_to("/nonexistent")
        case "backups are open to all":
            (folder / "opd.db-backups").mkdir()
            (folder / "opd.db-backups").chmod(0o777)
        case "mounted file":
            (folder / "mounted.db").touch()
            return "mounted.db", [("bind", str(path), str(folder / "mounted.db"))]
        case "mounted folder" | "mounted read-only":
            (folder / "mounted").mkdir()
            (folder / "host").mkdir()
            path.rename(folder / "host" / "opd.db")
            how = "bind" if kind == "mounted folder" else "read-only"
            return "mounted/opd.db", [(how, str(folder / "host"), str(folder / "mounted"))]
    return "opd.db", []


def new_place(kind: str, folder: Path) -> Place:
    """Make a place in which there is no database yet."""
    match kind:
        case "tmpfs":
            (folder / "small").mkdir()
            return "small/opd.db", [("tmpfs", "none", str(folder / "small"))]
        case "pipe":
            os.mkfifo(folder / "opd.db")
        case "folder":
            (folder / "opd.db").mkdir()
    names = {"no such folder": "nowhere/opd.db", "device": "/dev/null", "full": "/dev/full", "long name": "x" * 300}
    return names.get(kind, "o %p?d#.d\udcffb" if kind == "odd name" else "opd.db"), []


PLACES = [
    *("new", "tmpfs", "no such folder", "device", "full", "odd name", "long name", "pipe", "folder", "sound"),
    *("hard link", "link", "loop", "file is read-only", "folder is read-only", "open to all", "backups are another's"),
    *("backups are a link", "backups are open to all", "mounted file", "mounted folder", "mounted read-only"),
]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a closed database with a slot and a cancelled token."""
    path = tmp_path_factory.mktemp("sound") / "opd.db"
    token = {"action": "issue_token", "slot": 1, "patient": "Asha", "source": "PAID"}
    assert invoke("apply", "-", "--database", path, input=lines(*first_slot(20), token)).exit_code == 0
    assert invoke("token", "cancel", "1", "--database", path).exit_code == 0
    return path


@pytest.fixture
def anybodys() -> Iterator[Path]:
    """Yield a folder that every user can write to; `tmp_path` belongs to root."""
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        yield Path(folder)


def random_surroundings(folder: Path, sound: Path, dice: random.Random, kind: str) -> Surroundings:
    """Return random surroundings, with this kind of place for the database."""
    folder.mkdir()
    folder.chmod(0o777)
    (folder / "input").write_bytes(BOOKINGS)
    (folder / "sound.db").write_bytes(sound.read_bytes())
    (folder / "copies").mkdir(mode=0o700)
    name, mounts = place(kind, folder, sound)
    account = dice.choice([0, NOBODY]) if is_root and not mounts else 0
    if account:
        for path in (folder, *folder.rglob("*")):
            if path.lstat().st_uid != NOBODY + 1 and dice.random() < 0.8:
                os.chown(path, account, account, follow_symlinks=False)
    chosen = {name: dice.choice(values) for name, values in ENVIRONMENTS.items() if dice.random() < 0.3}
    found = Surroundings(
        str(folder),
        [*dice.choice(COMMANDS), "--database", name],
        account=account,
        umask=dice.choice([0o022, 0o077, 0, 0o777]),
        limits=dice.choice(LIMITS),
        environment={"PATH": os.defpath, "HOME": str(folder)} | {n: value for n, value in chosen.items() if value},
        mounts=mounts if is_root else [],
    )
    if dice.random() < 0.3:
        number = dice.randrange(3)
        others = [("/dev/full", os.O_WRONLY)] if number else []  # it can be read from for ever
        found.streams[number] = dice.choice([(None, 0), ("/dev/null", os.O_RDWR), *others])
    return found


def run_all(cases: list[Surroundings], folder: Path) -> list[int | None]:
    """Run every case and return their exit statuses; None for one that hangs."""
    (folder / "cases.json").write_text(json.dumps([vars(case) for case in cases]))
    command = [sys.executable, "-m", "tests.support.surroundings", str(folder / "cases.json")]
    done = subprocess.run(command, capture_output=True, timeout=300, check=True)
    statuses: list[int | None] = json.loads(done.stdout.splitlines()[-1])
    return statuses


def ends_in_words(case: Surroundings, status: int | None) -> None:
    """Assert that a run ended in an answer or in sentences."""
    told = f"{case}: {status}\n{case.errors}"
    assert status in (0, 1, 2), told
    assert "Traceback" not in case.errors, told
    if status and case.streams[1][0] == "output" and case.streams[2][0] == "errors" and not case.limits:
        assert case.errors or case.output, told


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the accounts, limits and mounts are Linux'")
@pytest.mark.parametrize("number", range(5))
def test_random_surroundings(anybodys: Path, sound: Path, dice: random.Random, number: int) -> None:
    kinds = dice.sample(PLACES, RUNS)
    cases = [random_surroundings(anybodys / f"{n}", sound, dice, kind) for n, kind in enumerate(kinds)]
    statuses = run_all(cases, anybodys)
    for case, status in zip(cases, statuses, strict=True):
        if status == NO_MOUNTS:
            continue
        ends_in_words(case, status)
        keeps_what_it_answered(case)
    if NO_MOUNTS in statuses:
        pytest.skip("mounts are not permitted here, so those places were left out")


def keeps_what_it_answered(case: Surroundings) -> None:
    """Assert that what was answered is in the file, that it verifies, and that no copy is left half done."""
    path = os.path.join(case.folder, case.arguments[-1])
    assert not list(Path(case.folder).rglob(".opd-tui-draft-*")), case
    if case.mounts or not os.path.isfile(path) or not os.path.getsize(path) or os.stat(path).st_nlink > 1:
        return
    wrote = case.arguments[0] == "apply" and case.streams[1][0] == "output"
    done = sum(answer["ok"] for answer in answers_in(case.output)) if wrote else 0
    store = SqliteStore(Path(path))
    if "patient" not in store.tables():  # it could not even be made
        assert done == 0, case
        return
    ((stored,),) = store.query("SELECT count(*) FROM patient WHERE name LIKE 'P%'")
    assert (stored == done) if wrote else (stored >= done), case
    assert verify_database(path, SystemClock()).problems == [], case
