"""A server in trouble of its own: its disk is full, or it only lets itself be read."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from opd_tui.clock import FixedClock
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.desk.opening import open_front_desk
from opd_tui.domain.errors import StoreUnavailable
from tests.support.helpers import issue
from tests.support.stores import PostgresStore

if TYPE_CHECKING:
    from tests.support.server import Server

FULL = "The server's disk is full. Call its administrator. Nothing was changed."
READ_ONLY = r"^The server can be read but not written\. Call its administrator\. Nothing was changed\.$"


@pytest.fixture
def store_kind() -> str:
    return "breakable"


@pytest.fixture
def small_disk(server: Server) -> Iterator[Path]:
    """A disk of 256 KiB, where this machine lets the tests make one."""
    with tempfile.TemporaryDirectory() as folder:
        made = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=256k", "none", folder], capture_output=True, text=True, check=False
        )
        if made.returncode:
            pytest.skip(f"a small disk cannot be made: {made.stderr.strip()}")
        Path(folder).chmod(0o755)
        owned = Path(folder) / "data"
        owned.mkdir(mode=0o700)
        if server.account:
            os.chown(owned, server.account["user"], server.account["group"])
        try:
            yield owned
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)


def fill(file: Path) -> None:
    """Let a file take what room there is on its disk."""
    with suppress(OSError), file.open("wb", buffering=0) as open_file:
        while True:
            open_file.write(bytes(4096))


def issue_until_refused(desk: FrontDesk) -> tuple[list[str], StoreUnavailable]:
    """Issue tokens and say for whom, and why no more."""
    done: list[str] = []
    while True:
        try:
            issue(desk, 2, f"patient {len(done)}")
        except StoreUnavailable as refusal:
            return done, refusal
        done.append(f"patient {len(done)}")


@pytest.mark.slow
def test_a_disk_that_is_full_is_said_and_what_was_answered_is_there(
    filled: FrontDesk, store: PostgresStore, server: Server, small_disk: Path
) -> None:
    server.admin.execute(f"CREATE TABLESPACE small LOCATION '{small_disk}'".encode())
    try:
        store.execute("ALTER TABLE journal_event SET TABLESPACE small")
        ballast = small_disk / "ballast"
        fill(ballast)
        done, refusal = issue_until_refused(filled)
        assert refusal.message == FULL
        assert done, "there was room for some"
        assert filled.verify().problems == []
        ballast.unlink()
        issue(filled, 2, "Imran")
        assert [line.record.token.patient.name for line in filled.queue(2).rows] == [*done, "Imran"]
        assert filled.verify().problems == []
    finally:
        store.execute("ALTER TABLE journal_event SET TABLESPACE pg_default")
        server.admin.execute("DROP TABLESPACE small")


@pytest.mark.slow
def test_a_database_that_was_set_to_read_only_stays_so(
    filled: FrontDesk, store: PostgresStore, clock: FixedClock
) -> None:
    store.execute(f"ALTER DATABASE {store.name} SET default_transaction_read_only = on")
    with closing(open_front_desk(store.location, clock=clock)) as desk:
        with pytest.raises(StoreUnavailable, match=READ_ONLY):
            issue(desk, 2, "Imran")
        assert len(desk.token_list(1)) == 4
        assert desk.verify().problems == []


@contextmanager
def standing_by(server: Server) -> Iterator[None]:
    """The server is one that follows another and may only be read."""
    signal = server.data / "standby.signal"
    with server.stopped("fast"):
        signal.touch()
    try:
        yield
    finally:
        with server.stopped("fast"):
            signal.unlink()


@pytest.mark.slow
def test_a_server_that_became_a_standby_can_be_read_and_says_why_not_written(
    filled: FrontDesk, server: Server, clock: FixedClock, store: PostgresStore
) -> None:
    with standing_by(server):
        with pytest.raises(StoreUnavailable, match=READ_ONLY):
            issue(filled, 2, "Imran")
        assert len(filled.token_list(1)) == 4
        with closing(open_front_desk(store.location, clock=clock)) as desk:
            assert desk.verify().problems == []
    issue(filled, 2, "Imran")
