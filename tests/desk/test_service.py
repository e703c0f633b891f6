"""The service layer: actors, subscribers, and what was committed after an entry."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from opd_tui.desk.actions import CancelToken, IssueToken
from opd_tui.desk.front_desk import NEWS_AT_ONCE, FrontDesk
from opd_tui.desk.news import Changed, News
from opd_tui.desk.outcome import Outcome
from opd_tui.desk.own_entries import Follower
from opd_tui.domain.actor import Actor, Road
from opd_tui.domain.errors import AnswerLost, MovesChanged, StoreUnavailable, UnknownToken
from opd_tui.storage.transaction import Transaction
from tests.support.helpers import ACTIVE, issue

OpenDesk = Callable[..., FrontDesk]
RAVI = Actor("ravi", "kiosk", Road.APPLY)


@pytest.fixture
def told(filled: FrontDesk) -> list[Outcome]:
    """Return the outcomes that a subscriber of the filled desk receives."""
    outcomes: list[Outcome] = []
    filled.subscribe(outcomes.append)
    return outcomes


# Actors


def test_the_default_actor_acts_unless_a_call_names_another(filled: FrontDesk) -> None:
    assert filled.actor == Actor("meera", "desk 1", Road.PROGRAM)
    entry = issue(filled, 2, "Imran").entry
    assert (entry.operator, entry.desk, entry.road) == ("meera", "desk 1", "program")
    entry = filled.perform(IssueToken(slot=2, patient="Farah", source="PAID"), RAVI).entry
    assert (entry.operator, entry.desk, entry.road) == ("ravi", "kiosk", "apply")
    assert [(each.entry.operator, each.entry.desk) for each in filled.activity(2)] == [
        ("ravi", "kiosk"),
        ("meera", "desk 1"),
    ]


def test_a_preview_is_the_named_actors_too(filled: FrontDesk) -> None:
    entry = filled.preview(CancelToken(token=ACTIVE), RAVI).outcome.entry
    assert (entry.operator, entry.desk, entry.road) == ("ravi", "kiosk", "apply")


def test_what_a_person_was_shown_is_named(filled: FrontDesk) -> None:
    with pytest.raises(MovesChanged):
        filled.perform(CancelToken(token=ACTIVE), RAVI, expect=())


# Subscribers


def test_a_subscriber_is_told_of_what_was_committed_and_of_nothing_else(filled: FrontDesk, told: list[Outcome]) -> None:
    filled.preview(CancelToken(token=ACTIVE))
    with pytest.raises(UnknownToken):
        filled.perform(CancelToken(token=99))
    assert told == []
    outcome = filled.perform(CancelToken(token=ACTIVE, key="k1"))
    assert told == [outcome]
    filled.perform(CancelToken(token=ACTIVE, key="k1"))
    assert told == [outcome], "a repeat commits nothing"


def test_a_subscriber_sees_the_database_as_it_is_afterwards_and_may_act_itself(filled: FrontDesk) -> None:
    seen = []

    def act(outcome: Outcome) -> None:
        seen.append((threading.get_ident(), filled.activity(1)[0].entry_id == outcome.entry_id))
        if len(seen) == 1:
            filled.perform(CancelToken(token=2))

    filled.subscribe(act)
    filled.perform(CancelToken(token=ACTIVE))
    assert seen == [(threading.get_ident(), True)] * 2


def test_a_callback_that_unsubscribed_is_not_called_again(filled: FrontDesk, told: list[Outcome]) -> None:
    others: list[Outcome] = []
    unsubscribe, unsubscribe_other = filled.subscribe(others.append), filled.subscribe(others.append)
    unsubscribe()
    unsubscribe()
    first = issue(filled, 2, "Imran")
    unsubscribe_other()
    second = issue(filled, 2, "Farah")
    assert (others, told) == ([first], [first, second])


def test_an_error_of_a_subscriber_is_reported_and_the_action_stays_done(filled: FrontDesk, tmp_path: Path) -> None:
    def fail(outcome: Outcome) -> None:
        raise ValueError(f"{outcome.sentence} cannot be printed")

    filled.subscribe(fail)
    told: list[Outcome] = []
    filled.subscribe(told.append)
    outcome = issue(filled, 2, "Imran")
    assert told == [outcome]
    (report,) = (tmp_path / "state").rglob("bug-*.txt")
    assert "ValueError" in report.read_text("utf-8")
    assert outcome.token is not None
    assert outcome.token.token.number not in report.read_text("utf-8")


def lose_the_next_answer(monkeypatch: pytest.MonkeyPatch, desk: FrontDesk) -> None:
    """Let the next commit succeed and then raise AnswerLost, as if the server went away."""
    commit = Transaction.commit

    def commit_and_fail(transaction: Transaction) -> None:
        commit(transaction)
        monkeypatch.setattr(Transaction, "commit", commit)
        raise AnswerLost

    monkeypatch.setattr(desk.database, "answers_may_be_lost", True)
    monkeypatch.setattr("opd_tui.desk.front_desk.RECONNECT_SECONDS", 0.0)
    monkeypatch.setattr(Transaction, "commit", commit_and_fail)


def test_an_action_whose_answer_was_lost_is_told_once_when_it_is_found(
    filled: FrontDesk, told: list[Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    lose_the_next_answer(monkeypatch, filled)
    outcome = issue(filled, 2, "Imran")
    assert told == [outcome]


def test_what_is_found_out_later_is_told_then(filled: FrontDesk, told: list[Outcome]) -> None:
    assert filled.find_out("k1") is None
    first = filled.perform(CancelToken(token=ACTIVE, key="k1"))
    told.clear()
    assert filled.find_out("k1") == first
    assert told == [first]


# Changes since an entry


def test_what_any_desk_committed_after_an_entry_comes_oldest_first(filled: FrontDesk, open_desk: OpenDesk) -> None:
    before = filled.activity(1)[0].entry_id
    outcomes = (issue(filled, 2, "Imran"), issue(open_desk(desk="desk 2"), 2, "Farah"), issue(filled, 2, "Kabir"))
    assert filled.changes_since(before) == outcomes
    assert filled.changes_since(outcomes[0].entry_id) == outcomes[1:]
    assert filled.changes_since(outcomes[-1].entry_id) == ()


def test_so_many_come_at_once_at_most_and_the_next_call_goes_on(
    filled: FrontDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("opd_tui.desk.front_desk.NEWS_AT_ONCE", 3)
    everything = tuple(reversed(filled.activity(NEWS_AT_ONCE)))
    assert len(everything) > 6
    found: tuple[Outcome, ...] = ()
    while more := filled.changes_since(found[-1].entry_id if found else 0):
        assert len(more) <= 3
        found += more
    assert found == everything


# News


def of(news: Iterator[News]) -> tuple[Outcome, ...]:
    """Return the outcomes of the next piece of news."""
    piece = next(news)
    assert isinstance(piece, Changed)
    return piece.outcomes


def followers(desk: FrontDesk) -> list[Follower]:
    return list(desk._own._followers)


def test_a_desk_that_follows_may_ask_for_its_own_actions_too(filled: FrontDesk, open_desk: OpenDesk) -> None:
    other, everything, others = open_desk(desk="desk 2"), filled.follow(own=True), filled.follow()
    own = issue(filled, 2, "Imran")
    assert of(everything) == (own,)
    foreign = issue(other, 2, "Farah")
    assert of(everything) == (foreign,)
    assert of(others) == (foreign,)


def test_an_own_entry_is_forgotten_as_soon_as_it_has_come(filled: FrontDesk, open_desk: OpenDesk) -> None:
    other, news = open_desk(desk="desk 2"), filled.follow()
    (follower,) = followers(filled)
    own = [issue(filled, 2, f"Patient {number}").entry_id for number in range(5)]
    assert follower.own == set(own)
    foreign = issue(other, 2, "Farah")
    assert of(news) == (foreign,)
    assert follower.own == set()


def test_nothing_is_remembered_while_nobody_follows(filled: FrontDesk) -> None:
    news = filled.follow()
    issue(filled, 2, "Imran")
    filled.stop_waiting()
    assert list(news) == []
    del news
    assert followers(filled) == []
    assert filled._own._committing == set()


def test_a_follower_that_stops_releases_the_database(filled: FrontDesk) -> None:
    pool = filled.database.engine.pool
    before = pool.checkedout()  # type: ignore[attr-defined]
    news = filled.follow(own=True)
    issue(filled, 2, "Imran")
    of(news)
    assert pool.checkedout() == before + 1  # type: ignore[attr-defined]
    news.close()  # type: ignore[attr-defined]
    assert pool.checkedout() == before  # type: ignore[attr-defined]


def test_an_action_that_was_not_committed_leaves_nothing_to_be_remembered(
    filled: FrontDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    news = filled.follow()
    (follower,) = followers(filled)

    def fail(_transaction: Transaction) -> None:
        assert len(follower.own) == 1, "the watch may be faster than the commit's return"
        raise StoreUnavailable("The disk is full.")

    monkeypatch.setattr(Transaction, "commit", fail)
    with pytest.raises(StoreUnavailable):
        issue(filled, 2, "Imran")
    assert (follower.own, filled._own._committing) == (set(), set())
    news.close()  # type: ignore[attr-defined]


def test_a_follower_that_starts_during_a_commit_skips_it(filled: FrontDesk) -> None:
    with filled._own.committing(41):
        follower = filled._own.new_follower()
        filled._own.restart(follower)
        assert follower.of_others([40, 41, 42]) == [40, 42]
    filled._own.restart(follower)
    assert follower.of_others([41]) == [41], "a database that takes over may give the id to another desk's entry"


def test_a_follower_of_everything_skips_nothing_after_a_restart(filled: FrontDesk) -> None:
    follower = Follower()
    with filled._own.committing(41):
        filled._own.restart(follower)
        assert follower.of_others([41]) == [41]


def test_an_actor_is_a_value() -> None:
    assert replace(RAVI, road=Road.SCREEN) == Actor("ravi", "kiosk", Road.SCREEN)
