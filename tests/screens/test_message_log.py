"""Which message is shown: what takes the place of what, what waits, what comes back and what goes."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opd_tui.tui.host.message_log import (
    FRESH_SECONDS,
    KEPT,
    RECENT_SECONDS,
    WARNING_SECONDS,
    Kind,
    Message,
    MessageLog,
)

NEWS, RESULT, PROGRESS, REFUSAL, WARNING = Kind


def log_with(*messages: tuple[Kind, str], now: float = 0.0) -> MessageLog:
    """A log to which these messages came at an instant, one after another."""
    log = MessageLog()
    for kind, text in messages:
        log.add(Message(kind, text, now))
    return log


def current(log: MessageLog) -> str:
    """The text in the line."""
    return log.current.text if log.current else ""


@pytest.mark.parametrize(
    ("old", "taken_by"),
    [
        (NEWS, {NEWS, RESULT, PROGRESS, REFUSAL, WARNING}),
        (RESULT, {RESULT, PROGRESS, REFUSAL, WARNING}),
        (PROGRESS, {RESULT, PROGRESS, REFUSAL}),
        (REFUSAL, {PROGRESS, REFUSAL}),
        (WARNING, {RESULT, PROGRESS, REFUSAL, WARNING}),
    ],
)
def test_what_takes_the_place_of_a_message(old: Kind, taken_by: set[Kind]) -> None:
    assert {kind for kind in Kind if current(log_with((old, "old"), (kind, "new"))) == "new"} == taken_by


def test_news_takes_the_place_of_a_result_that_is_no_longer_fresh() -> None:
    log = log_with((RESULT, "done"))
    log.add(Message(NEWS, "news", FRESH_SECONDS))
    assert current(log) == "news"


def test_a_result_is_dimmed_when_it_is_no_longer_fresh_and_stays() -> None:
    log = log_with((RESULT, "done"))
    assert log.shown(FRESH_SECONDS - 1).look == "plain"
    log.pass_time(3600.0)
    assert (current(log), log.shown(3600.0).look) == ("done", "dim")


@pytest.mark.parametrize("kind", [REFUSAL, WARNING])
def test_what_has_to_be_read_has_a_sign_and_is_never_dimmed(kind: Kind) -> None:
    shown = log_with((kind, "A-003 is closed.")).shown(3600.0)
    assert (shown.sentence, shown.look) == ("! A-003 is closed.", "warning")


def test_what_waited_behind_a_refusal_comes_with_the_next_key() -> None:
    log = log_with((REFUSAL, "refused"), (NEWS, "older news"), (NEWS, "news"))
    log.pass_time(FRESH_SECONDS)
    assert current(log) == "refused"
    log.key_acted(FRESH_SECONDS, FRESH_SECONDS)
    assert current(log) == "news"
    log.key_acted(FRESH_SECONDS, FRESH_SECONDS)
    assert current(log) == "news"
    assert [each.text for each in log.history] == ["refused", "older news", "news"]


def test_a_key_does_not_remove_the_refusal_that_it_caused() -> None:
    log = MessageLog()
    log.add(Message(REFUSAL, "refused", 1.0))
    log.key_acted(0.5, 1.5)
    assert current(log) == "refused"


def test_what_waited_too_long_stays_in_the_history() -> None:
    log = log_with((REFUSAL, "refused"), (NEWS, "news"), (RESULT, "done"))
    log.key_acted(RECENT_SECONDS, RECENT_SECONDS)
    assert log.current is None
    assert len(log.history) == 3


def test_a_warning_stays_until_it_could_be_read() -> None:
    log = log_with((WARNING, "offline"))
    log.key_acted(WARNING_SECONDS - 1, WARNING_SECONDS - 1)
    assert current(log) == "offline"
    log.key_acted(WARNING_SECONDS, WARNING_SECONDS)
    assert log.current is None


def test_a_warning_comes_back_after_a_result_and_after_another_warning() -> None:
    log = log_with((WARNING, "first"), (WARNING, "second"), (RESULT, "done"))
    log.pass_time(FRESH_SECONDS)
    assert current(log) == "second"
    log.key_acted(0.0, FRESH_SECONDS + WARNING_SECONDS)
    assert current(log) == "first"


def test_progress_goes_when_it_ends_and_gives_the_place_back() -> None:
    log = MessageLog()
    log.add(Message(RESULT, "done", 0.0))
    log.add(Message(PROGRESS, "waiting", 1.0, topic="waiting"))
    log.add(Message(REFUSAL, "refused", 2.0))
    log.key_acted(3.0, 3.0)
    assert current(log) == "waiting"
    log.withdraw("waiting", 4.0)
    assert current(log) == "done"
    assert [each.text for each in log.history] == ["done", "refused"]


def test_what_is_no_longer_true_is_withdrawn_and_nothing_else_is() -> None:
    log = log_with((WARNING, "a file is readable"))
    log.add(Message(WARNING, "offline", 0.0, topic="database"))
    log.withdraw("", 1.0)
    assert current(log) == "offline"
    log.withdraw("database", 1.0)
    assert current(log) == "a file is readable"


def test_the_same_sentence_in_succession_is_one_message_that_counts() -> None:
    log = log_with(*[(REFUSAL, "closed")] * 3)
    assert (log.shown(0.0).sentence, log.shown(0.0).times) == ("! closed", " ×3")
    assert [each.count for each in log.history] == [3]


def test_a_sentence_that_came_again_after_another_is_in_the_line_once_and_in_the_history_twice() -> None:
    log = log_with((REFUSAL, "closed"), (NEWS, "news"), (REFUSAL, "closed"))
    assert [(each.text, each.count) for each in log.history] == [("closed", 1), ("news", 1), ("closed", 1)]
    assert [each.text for each in log.waiting] == ["news"]


def test_the_same_sentence_after_another_one_is_a_message_of_its_own() -> None:
    log = log_with((REFUSAL, "A-001 is closed"), (REFUSAL, "A-002 is closed"), (REFUSAL, "A-001 is closed"))
    assert [each.count for each in log.history] == [1, 1, 1]


def test_the_history_keeps_the_last_messages() -> None:
    log = log_with(*((RESULT, str(number)) for number in range(KEPT + 7)))
    assert [log.history[0].text, log.history[-1].text, len(log.history)] == ["7", str(KEPT + 6), KEPT]


@given(st.integers(0, 10**6))
def test_no_warning_is_lost_before_it_could_be_read_and_no_refusal_before_a_key(seed: int) -> None:
    """Whatever comes in whatever order: a warning is in the line or waits until a key acts on it after its time."""
    dice, log, now, unread = random.Random(seed), MessageLog(), 0.0, set()
    for number in range(60):
        now += dice.choice((0.0, 1.0, 7.0, 20.0, 90.0))
        before, shown_at = log.current, log.shown_at
        step = dice.choice((*Kind, "key", "time", "end"))
        if isinstance(step, Kind):
            log.add(Message(step, str(number), now, topic="waiting" if step is PROGRESS else ""))
            unread |= {str(number)} if step is WARNING else set()
            if before is not None and before.kind is REFUSAL and log.current is not before:
                assert step in (REFUSAL, PROGRESS)
        elif step == "key":
            log.key_acted(now, now)
            if before is not None and before.kind is WARNING and log.current is not before:
                assert now - shown_at >= WARNING_SECONDS
                unread.discard(before.text)
        elif step == "time":
            log.pass_time(now)
        else:
            log.withdraw("waiting", now)
            assert all(each.kind is not PROGRESS for each in (*log.waiting, log.current) if each)
        assert unread == {each.text for each in (*log.waiting, log.current) if each and each.kind is WARNING}
