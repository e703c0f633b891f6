"""What a desk learns of others over a server, and of the server itself, without having asked."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from opd_tui.desk.actions import IssueToken
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.desk.news import Back, Changed, Gone, News
from opd_tui.domain.errors import DeskBusy, StoreOffline, StoreUnavailable
from tests.support.helpers import PATIENCE_SECONDS, issue, token_of
from tests.support.pilot import OpenDesk
from tests.support.proxy import Proxy
from tests.support.stores import PostgresStore

if TYPE_CHECKING:
    from tests.support.server import Server


@pytest.fixture
def store_kind() -> str:
    return "breakable"


class Follower:
    """Listens to a desk's news on a thread of its own."""

    def __init__(self, desk: FrontDesk) -> None:
        self.heard: queue.Queue[News] = queue.Queue()
        self.news = desk.follow()
        self.thread = threading.Thread(target=self.listen)
        self.thread.start()

    def listen(self) -> None:
        for piece in self.news:
            self.heard.put(piece)

    def hears(self) -> News:
        """The next piece of news."""
        return self.heard.get(timeout=PATIENCE_SECONDS)

    def hears_of(self) -> list[int]:
        """The tokens of the next change."""
        piece = self.hears()
        assert isinstance(piece, Changed)
        return [token_of(outcome) for outcome in piece.outcomes]


@pytest.fixture
def other(open_desk: OpenDesk) -> FrontDesk:
    return open_desk(operator="ravi", desk="desk 2")


@contextmanager
def following(desk: FrontDesk) -> Iterator[Follower]:
    """Follow a desk until it is closed."""
    follower = Follower(desk)
    try:
        yield follower
    finally:
        desk.stop_waiting()
        follower.thread.join(PATIENCE_SECONDS)
    assert not follower.thread.is_alive(), "a desk that is closed follows nobody"


@pytest.fixture
def follower(filled: FrontDesk) -> Iterator[Follower]:
    """Follows the filled desk."""
    with following(filled) as follower:
        yield follower


def test_what_another_desk_does_is_learnt_and_what_one_does_oneself_is_not(
    filled: FrontDesk, other: FrontDesk, follower: Follower
) -> None:
    issue(filled, 2, "Imran")
    outcome = issue(other, 2, "Farah", "EMERGENCY")
    piece = follower.hears()
    assert piece == Changed((outcome,))
    assert piece.outcomes[0].entry.desk == "desk 2"
    other.preview(IssueToken(slot=2, patient="Kabir", source="PAID"))
    with pytest.raises(Exception, match="There is no"):
        issue(other, 99, "Diya")
    latest = issue(other, 2, "Kabir")
    assert follower.hears_of() == [token_of(latest)], "neither a preview nor a refusal is news"
    assert follower.heard.empty()


@pytest.mark.parametrize("mode", ["fast", "immediate"])
@pytest.mark.slow
def test_a_server_that_goes_and_comes_back_is_told_without_any_action(
    filled: FrontDesk, other: FrontDesk, follower: Follower, server: Server, mode: str
) -> None:
    with server.stopped(mode):
        gone = follower.hears()
        assert isinstance(gone, Gone)
        assert isinstance(gone.refusal, StoreOffline)
        assert gone.since == filled.clock.now()
    assert follower.hears() == Back()
    outcome = issue(other, 2, "Imran")
    assert follower.hears() == Changed((outcome,))
    assert follower.heard.empty(), "a server that is away is told once"


@pytest.mark.usefixtures("impatient")
@pytest.mark.slow
def test_a_server_that_says_nothing_any_more_is_gone_even_for_a_desk_that_does_nothing(
    filled: FrontDesk, open_far_desk: OpenDesk, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("opd_tui.storage.engines.postgresql.HEARTBEAT_SECONDS", 0.1)
    monkeypatch.setattr("opd_tui.storage.engines.postgresql.PULSE_SECONDS", 1.0)
    with following(open_far_desk()) as follower:
        proxy.silent = True
        assert isinstance(follower.hears(), Gone)
        proxy.cut()
        proxy.silent = False
        assert follower.hears() == Back()
        outcome = issue(filled, 2, "Imran")
        assert follower.hears() == Changed((outcome,))


@pytest.mark.slow
def test_of_very_many_changes_at_once_only_the_last_are_told(
    other: FrontDesk, store: PostgresStore, follower: Follower, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("opd_tui.desk.front_desk.NEWS_AT_ONCE", 2)
    entries = [issue(other, 2, name).entry_id for name in "abcd"]
    heard: list[int] = []
    while entries[-1] not in heard:
        piece = follower.hears()
        assert isinstance(piece, Changed)
        assert len(piece.outcomes) <= 2
        heard += [outcome.entry_id for outcome in piece.outcomes]
    store.query("SELECT " + ", ".join(f"pg_notify('opd_tui_journal', '{entry}')" for entry in entries))
    piece = follower.hears()
    assert isinstance(piece, Changed)
    assert [outcome.entry_id for outcome in piece.outcomes] == entries[-2:]


@pytest.mark.slow
def test_a_desk_that_cannot_follow_at_first_says_so_and_follows_later(
    filled: FrontDesk, other: FrontDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = filled.database.watch

    def fail() -> None:
        monkeypatch.setattr(filled.database, "watch", watch)
        raise StoreUnavailable("The server does not answer.")

    monkeypatch.setattr(filled.database, "watch", fail)
    with following(filled) as follower:
        assert isinstance(follower.hears(), Gone)
        assert isinstance(follower.hears(), Back)
        issued = issue(other, 2, "Ravi")
        assert follower.hears_of() == [token_of(issued)]


@pytest.mark.slow
def test_changes_that_cannot_be_read_just_now_are_told_all_the_same(
    filled: FrontDesk, other: FrontDesk, follower: Follower, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(_read: object) -> None:
        raise DeskBusy("Another desk is busy.")

    monkeypatch.setattr(filled, "read", busy)
    issue(other, 2, "Ravi")
    assert follower.hears() == Changed((), forgotten=True)


@pytest.mark.parametrize("payload", ["999999", "abc", "-1", "9" * 30, ""])
@pytest.mark.slow
def test_what_anybody_may_say_on_the_channel_ends_nothing(
    filled: FrontDesk, other: FrontDesk, follower: Follower, payload: str
) -> None:
    with other.database.writing() as transaction:
        transaction.run(select(func.pg_notify("opd_tui_journal", payload)))
        transaction.commit()
    issued = issue(other, 2, "Ravi")
    heard = follower.hears()
    assert heard in (Changed((), forgotten=True), Changed((issued,)))
    assert heard == Changed((issued,)) or follower.hears() == Changed((issued,))
