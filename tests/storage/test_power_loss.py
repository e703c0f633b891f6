"""Power failures: answered actions are on the disk, and torn writes after them do no harm."""

from __future__ import annotations

import random
import re
import shutil
import subprocess
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from opd_tui.clock import FixedClock
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.desk.opening import open_front_desk
from opd_tui.storage.engines import file_fingerprint, sqlite
from opd_tui.storage.engines.file_fingerprint import FileFingerprint
from tests.conftest import ZONE
from tests.support.helpers import (
    COMMAND,
    PATIENCE_SECONDS,
    add_doctor,
    answers_in,
    buffered_environment,
    first_slot,
    issue,
    lines,
    open_slot,
)

SECTOR = 512
"""The bytes that a disk writes atomically."""
ANSWERS = 40


def traced(arguments: list[str], input: bytes, trace: Path) -> subprocess.CompletedProcess[bytes]:
    """Run the command and trace the order of its writes and syncs."""
    strace = ["strace", "-f", "--seccomp-bpf", "-qq", "-s", "12", "-e", "trace=write,fsync,fdatasync", "-o", str(trace)]
    return subprocess.run(
        [*strace, *COMMAND, *arguments],
        input=input,
        capture_output=True,
        env=buffered_environment(),
        timeout=PATIENCE_SECONDS,
        check=False,
    )


def can_trace(folder: Path) -> bool:
    """Return whether strace is installed and permitted."""
    if shutil.which("strace") is None:
        return False
    seen = subprocess.run(
        ["strace", "--seccomp-bpf", "-f", "-o", folder / "try", "true"], capture_output=True, check=False
    )
    return seen.returncode == 0


def test_every_answer_comes_after_the_disk_has_said_that_it_has_the_action(database_path: Path, tmp_path: Path) -> None:
    if not can_trace(tmp_path):
        pytest.skip("strace is not installed or not permitted")
    work = [{"action": "issue_token", "slot": 1, "patient": f"Patient {n}", "source": "PAID"} for n in range(ANSWERS)]
    result = traced(
        ["apply", "-", "--database", str(database_path)], lines(*first_slot(), *work), trace := tmp_path / "trace"
    )
    assert [answer["ok"] for answer in answers_in(result.stdout)] == [True] * (ANSWERS + 2), result.stderr
    calls = trace.read_text()
    answered = re.findall(r"(?:fdatasync|fsync)\(|write\(1, \"\{", calls)
    assert answered.count('write(1, "{') == ANSWERS + 2
    before = ["", *answered]
    for call, previous in zip(answered, before, strict=False):
        if call.startswith("write"):
            assert previous.startswith(("fdatasync", "fsync")), "an answer without a sync before it"


@dataclass(frozen=True)
class Disk:
    """The contents of the file and its log at an instant."""

    file: bytes
    log: bytes

    @classmethod
    def of(cls, path: Path) -> Disk:
        return cls(path.read_bytes(), Path(f"{path}-wal").read_bytes())


def torn(before: bytes, after: bytes, dice: random.Random) -> bytes:
    """Return an interrupted write: some changed sectors are old, some new, and one may be garbled."""
    places = range(0, max(len(before), len(after)), SECTOR)
    changed = [place for place in places if before[place : place + SECTOR] != after[place : place + SECTOR]]
    written = bytearray(before)
    written.extend(bytes(max(0, len(after) - len(before))))
    for place in dice.sample(changed, dice.randint(0, len(changed))):
        new = after[place : place + SECTOR]
        written[place : place + len(new)] = new
    if changed and dice.random() < 0.5:
        place = dice.choice(changed)
        end = min(place + SECTOR, len(written))
        # Bytes outside the written range stay intact: SQLite assumes this, too ("powersafe overwrite").
        first = next(byte for byte in range(place, end) if before[byte : byte + 1] != after[byte : byte + 1])
        written[first:end] = dice.randbytes(end - first)
    return bytes(written)


def cut(before: bytes, after: bytes, dice: random.Random) -> bytes:
    """Return a log that is cut off anywhere after the answered actions."""
    return after[: dice.randint(min(len(before), len(after)), len(after))]


@pytest.fixture(autouse=True)
def no_other_desk_is_writing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Skip the wait for another desk's checkpoint."""
    monkeypatch.setattr(sqlite, "SETTLING_SECONDS", 0.0)


@pytest.fixture
def reopened(tmp_path: Path, clock: FixedClock) -> Callable[[Disk], set[str]]:
    """Return a function that opens a disk, acts on it, verifies it, and returns the patients found."""
    path = tmp_path / "after" / "opd.db"
    path.parent.mkdir()

    def reopen(disk: Disk) -> set[str]:
        path.write_bytes(disk.file)
        Path(f"{path}-wal").write_bytes(disk.log)
        Path(f"{path}-shm").unlink(missing_ok=True)
        with closing(open_front_desk(str(path), clock=clock, zone=ZONE)) as desk:
            there = {record.token.patient.name for record in desk.token_list()}
            issue(desk, 1, "afterwards")
            assert desk.verify().problems == []
        return there

    return reopen


@pytest.mark.parametrize("lose", [torn, cut])
@pytest.mark.parametrize("write_back_after", [1000, 4], ids=["a growing log", "a log that begins again"])
@pytest.mark.slow
def test_a_log_that_is_torn_behind_its_last_answer_keeps_all_that_was_answered(
    desk: FrontDesk,
    database_path: Path,
    reopened: Callable[[Disk], set[str]],
    monkeypatch: pytest.MonkeyPatch,
    write_back_after: int,
    lose: Callable[[bytes, bytes, random.Random], bytes],
) -> None:
    monkeypatch.setattr(file_fingerprint, "WRITE_BACK_AFTER", write_back_after)
    dice = random.Random(write_back_after)
    slot = open_slot(desk, add_doctor(desk))
    answered: set[str] = set()
    before = Disk.of(database_path)
    for number in range(ANSWERS):
        name = f"Patient {number}"
        issue(desk, slot, name, dice.choice(["PAID", "WALKIN", "EMERGENCY"]))
        after = Disk.of(database_path)
        if before.file == after.file:  # else a checkpoint ran, which the next test covers
            there = reopened(Disk(before.file, lose(before.log, after.log, dice)))
            assert answered <= there <= answered | {name}
        answered.add(name)
        before = after
    assert reopened(before) == answered


@pytest.mark.slow
def test_a_file_that_is_torn_while_the_log_is_written_back_keeps_all_that_was_answered(
    desk: FrontDesk,
    database_path: Path,
    reopened: Callable[[Disk], set[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(file_fingerprint, "WRITE_BACK_AFTER", 3)
    checkpoint, before = FileFingerprint.checkpoint_periodically, []

    def look_first(stamp: FileFingerprint, cursor: object) -> None:
        before.append(Disk.of(database_path))
        checkpoint(stamp, cursor)  # type: ignore[arg-type]

    monkeypatch.setattr(FileFingerprint, "checkpoint_periodically", look_first)
    dice = random.Random(1)
    slot = open_slot(desk, add_doctor(desk))
    answered: set[str] = set()
    written_back = 0
    for number in range(ANSWERS):
        issue(desk, slot, name := f"Patient {number}")
        answered.add(name)
        after = Disk.of(database_path)
        if before[-1].file != after.file:
            written_back += 1
            assert reopened(Disk(torn(before[-1].file, after.file, dice), before[-1].log)) == answered
    assert written_back > ANSWERS / 4
