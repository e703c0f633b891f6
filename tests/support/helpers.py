"""Helpers for several test modules: short ways to act, a dump of every table, and the command as a process."""

from __future__ import annotations

import datetime as dt
import json
import os
import select
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result

from opd_tui.cli import main
from opd_tui.clock import Clock, FixedClock
from opd_tui.desk.actions import AddDoctor, IssueToken, OpenSlot
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.desk.opening import open_front_desk
from opd_tui.desk.outcome import Outcome
from opd_tui.domain.errors import StoreUnavailable
from opd_tui.domain.events import Event, Subject
from tests.support.memory_desk import MemoryDesk
from tests.support.stores import Dump, SqliteStore, Store

DATE = "2026-11-22"
COMMAND = [sys.executable, "-m", "opd_tui"]
PATIENCE_SECONDS = 60
"""The timeout for a process that prints nothing; no timing is asserted with it."""

WAITING, ACTIVE, CANCELLED = 3, 1, 4
"""The ids of the tokens in a `filled` desk's slot."""

Json = dict[str, Any]
AnyDesk = FrontDesk | MemoryDesk


def add_doctor(desk: AnyDesk, name: str = "Dr A", **fields: object) -> int:
    """Add a doctor and return the id."""
    doctor = desk.perform(AddDoctor(name=name, **fields)).doctor
    assert doctor is not None
    return doctor.id


def open_slot(desk: AnyDesk, doctor: int, start: str = "09:00", end: str = "10:00", capacity: int = 2) -> int:
    """Open a slot and return the id."""
    action = OpenSlot(doctor=doctor, date=DATE, start=start, end=end, capacity=capacity)
    return desk.perform(action).slots[0].id


def cannot_open(location: object, clock: Clock, saying: str, *, create: bool = True) -> None:
    """Assert that opening is refused with one sentence that names the next step."""
    with pytest.raises(StoreUnavailable) as refusal:
        open_front_desk(str(location), clock=clock, zone="UTC", create=create)
    assert saying in refusal.value.message
    assert refusal.value.message.endswith("Nothing was changed.")
    assert "\n" not in refusal.value.message
    assert "sqlite3." not in refusal.value.message


def issue(desk: AnyDesk, slot: int, patient: object, source: str = "ONLINE", **envelope: object) -> Outcome:
    """Issue a token."""
    return desk.perform(IssueToken(slot=slot, patient=patient, source=source, **envelope))


def token_of(outcome: Outcome) -> int:
    """Return the id of the token that an action was about."""
    assert outcome.token is not None
    return outcome.token.token.id


def statuses(desk: AnyDesk, slot: int | None = None) -> dict[str, str]:
    """Return every token's status by its number."""
    return {record.token.number: record.token.status.name for record in desk.token_list(slot)}


def people(store: Store) -> list[str]:
    """Return every token's patient, by token."""
    rows = store.query("SELECT name FROM token JOIN patient ON patient.id = token.patient_id ORDER BY token.id")
    return [row[0] for row in rows]


def until(condition: Callable[[], object]) -> None:
    """Wait for a condition."""
    waiting = threading.Event()
    for _ in range(PATIENCE_SECONDS * 100):
        if condition():
            return
        waiting.wait(0.01)
    raise AssertionError("what was expected did not come")


def but_for_new_ids(outcome: Outcome) -> Outcome:
    """Return an outcome without the ids of new rows: on a server, a preview advances the sequences."""
    made = {(event.subject, event.subject_id) for event in outcome.events if event.before is None}

    def plain(event: Event) -> Event:
        subject_id = 0 if (event.subject, event.subject_id) in made else event.subject_id
        cause = event.cause and event.cause._replace(id=0 if event.cause in made else event.cause.id)
        new_patient = (Subject.PATIENT, event.after.get("patient_id")) in made
        after = {**event.after, "patient_id": 0} if new_patient else event.after
        versions = {name: 0 for name in ("kept", "to") if (Subject.PATIENT, event.details.get(name)) in made}
        details = {**event.details, **versions} if versions else event.details
        return replace(event, subject_id=subject_id, cause=cause, after=after, details=details)

    return replace(outcome, entry_id=0, events=tuple(map(plain, outcome.events)))


def dump(path: Path) -> Dump:
    """Return every row of every table of a file."""
    return SqliteStore(path).dump()


def execute(path: Path, *statements: str) -> None:
    """Run statements on a file, bypassing the desk."""
    SqliteStore(path).execute(*statements)


def token_row(number: int, slot: int = 1, status: str = "ACTIVE", source: str = "PAID", priority: int = 2) -> str:
    """Return SQL that inserts a token."""
    return (
        "INSERT INTO token"
        " (slot_id, patient_id, doctor_id, date, sequence, number, source, priority, status, issued_at) "
        f"VALUES ({slot}, 1, 1, '{DATE}', {number}, 'A-{number:03}', '{source}', {priority}, '{status}',"
        " '2026-11-22T03:30:00.000000Z')"
    )


def lines(*actions: Json | str) -> bytes:
    """Return actions as JSON lines."""
    texts = (action if isinstance(action, str) else json.dumps(action) for action in actions)
    return "".join(f"{text}\n" for text in texts).encode()


def stop_the_clock(monkeypatch: pytest.MonkeyPatch, clock: FixedClock, zone: str) -> None:
    """Give commands that run in this process a fixed clock and a time zone."""
    monkeypatch.setattr("opd_tui.desk.opening.SystemClock", lambda: clock)
    monkeypatch.setattr("opd_tui.environment.system_zone", lambda: ZoneInfo(zone))


def invoke(*arguments: str | Path, input: bytes = b"") -> Result:
    """Run the command in this process; an exception that it does not catch fails the test."""
    return CliRunner(catch_exceptions=False).invoke(main, list(map(str, arguments)), input=input)


def buffered_environment() -> dict[str, str]:
    """Return the environment without PYTHONUNBUFFERED, which would hide a missing flush."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}


def run(*arguments: str | Path, input: bytes = b"", **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run the command in its own process until it ends."""
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        input=input,
        capture_output=True,
        env=buffered_environment() | environment,
        timeout=5 * PATIENCE_SECONDS,  # it may be given thousands of lines
        check=False,
    )


def answers_in(output: bytes) -> list[Json]:
    """Return the answers that a run printed."""
    return [json.loads(line) for line in output.splitlines()]


class Applying:
    """A running `opd-tui apply -`, to send lines to and read answers from."""

    def __init__(self, database: str | Path) -> None:
        self.process = subprocess.Popen(
            [*COMMAND, "apply", "-", "--database", str(database)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=buffered_environment(),
        )
        self.read = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()

    def send(self, *actions: Json) -> None:
        """Write lines without waiting for answers."""
        assert self.process.stdin is not None
        self.process.stdin.write(lines(*actions))
        self.process.stdin.flush()

    def answer(self) -> Json:
        """Wait for the next answer and return it; raise EOFError if the process ends without one."""
        output = self.process.stdout
        assert output is not None
        while b"\n" not in self.read:
            assert select.select([output], [], [], PATIENCE_SECONDS)[0], "no answer was flushed"
            if not (more := os.read(output.fileno(), 65536)):
                raise EOFError
            self.read += more
        line, _, self.read = self.read.partition(b"\n")
        return json.loads(line)

    def ask(self, action: Json) -> Json:
        """Send a line, wait for its answer and return it."""
        self.send(action)
        return self.answer()

    def finish(self) -> int:
        """Close the input, wait for the process to end and return its exit status."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.stdin = None
        self.process.communicate(timeout=PATIENCE_SECONDS)
        return self.process.returncode


def zone_where_it_is_nine(now: dt.datetime) -> str:
    """Return a time zone in which it is about nine in the morning, so that no run crosses midnight."""
    ahead = (9 - now.hour + 11) % 24 - 11
    return f"Etc/GMT{-ahead:+}" if ahead else "Etc/GMT"


def first_slot(capacity: int = 2, slots: int = 1) -> Iterable[Json]:
    """Return the actions that add a doctor A with adjacent slots on one day."""
    yield {"action": "add_doctor", "name": "Dr A", "code": "A"}
    for hour in range(9, 9 + slots):
        window = {"start": f"{hour:02}:00", "end": f"{hour + 1:02}:00"}
        yield {"action": "open_slot", "doctor": 1, "date": DATE, **window, "capacity": capacity}
