"""Many desks at once, thousands of actions, and desks that die in the middle of their work."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import pytest

from opd_tui.desk.opening import open_front_desk
from tests.support.helpers import DATE, Applying, Json, answers_in, first_slot, invoke, lines, run
from tests.support.oracle import CLOSINGS, PRIORITIES, Oracle, OracleSlot, Person
from tests.support.stores import NewStore, Store, on_every_store

pytestmark = on_every_store

EACH = 6
few_and_many = pytest.mark.parametrize("count", [3, pytest.param(8, marks=pytest.mark.slow)])
"""How many desks are there at once."""
MORNING = dt.datetime(2024, 5, 6, 9, tzinfo=dt.UTC)
"""A date in the past, so that back-entry may use it."""


StartDesks = Callable[[Store, int], list[Applying]]


def verified(store: Store) -> list[str]:
    with closing(open_front_desk(store.location)) as desk:
        return desk.verify().problems


def stored_tokens(store: Store) -> dict[int, tuple[str, str, str, str]]:
    """Return number, source, status and `issued_at` of every token."""
    rows = store.query("SELECT id, number, source, status, issued_at FROM token ORDER BY id")
    return {id_: tuple(rest) for id_, *rest in rows}


def booking(patient: str, source: str, slot: int = 1) -> Json:
    return {"action": "issue_token", "slot": slot, "patient": patient, "source": source}


@pytest.fixture
def start_desks() -> Iterator[StartDesks]:
    """Start desks on one database, which are ended with the test."""
    with ExitStack() as stack:
        yield lambda store, count: [stack.enter_context(Applying(store.location)) for _ in range(count)]


@few_and_many
def test_desks_that_book_at_once_lose_nothing_and_never_overbook(
    store: Store, start_desks: StartDesks, count: int, dice: random.Random
) -> None:
    invoke("apply", "-", "--database", store.location, input=lines(*first_slot(capacity=5)))
    desks = start_desks(store, count)
    for desk in desks:
        assert desk.ask({"action": "cancel_token", "token": 999})["error"] == "UnknownToken"
    for number, desk in enumerate(desks):
        desk.send(*(booking(f"{number} {n}", dice.choice(sorted(PRIORITIES))) for n in range(EACH)))
    answers = [desk.answer() for desk in desks for _ in range(EACH)]
    assert all(answer["ok"] for answer in answers)
    tokens = stored_tokens(store)
    assert sorted(tokens) == sorted(answer["token"]["id"] for answer in answers)
    assert sorted(number for number, *_ in tokens.values()) == [f"A-{n:03}" for n in range(1, count * EACH + 1)]
    best = sorted(tokens, key=lambda id_: (PRIORITIES[tokens[id_][1]], tokens[id_][3], id_))[:5]
    assert {id_ for id_, token in tokens.items() if token[2] == "ACTIVE"} == set(best)
    assert verified(store) == []


@pytest.mark.slow
@few_and_many
def test_desks_make_one_database_between_them(new_store: NewStore, start_desks: StartDesks, count: int) -> None:
    store = new_store(empty=True)
    desks = start_desks(store, count)
    for desk in desks:
        desk.send({"action": "add_doctor", "name": "Dr Rao"})
    codes = [desk.answer()["doctor"]["code"] for desk in desks]
    assert sorted(codes) == ["RAO", *(f"RAO{n}" for n in range(2, count + 1))]
    assert verified(store) == []


@pytest.mark.slow
@few_and_many
def test_a_repeated_key_from_several_desks_issues_one_token(store: Store, start_desks: StartDesks, count: int) -> None:
    invoke("apply", "-", "--database", store.location, input=lines(*first_slot()))
    desks = start_desks(store, count)
    for desk in desks:
        desk.send(booking("Asha", "PAID") | {"key": "booking-17"})
    answers = [desk.answer() for desk in desks]
    assert answers == [answers[0]] * count
    assert len(stored_tokens(store)) == 1


# Thousands of actions


def random_lines(dice: random.Random, slots: int, count: int) -> list[Json]:
    """Return actions of every kind, on tokens that may be seated, waiting, closed or not yet issued."""
    actions: list[Json] = []
    issued = 0
    for number in range(count):
        envelope: Json = {}
        if dice.random() < 0.5:
            envelope["at"] = (MORNING + dt.timedelta(minutes=dice.randrange(20))).isoformat()
        if dice.random() < 0.55:
            slot = dice.randint(1, slots + (dice.random() < 0.02))
            actions.append(booking(f"patient {number}", dice.choice(sorted(PRIORITIES)), slot) | envelope)
            issued += 1
        else:
            recent = max(1, issued - dice.choice([10, 100, 5000]))
            token = dice.randint(recent, issued + 1)
            actions.append({"action": dice.choice(sorted(CLOSINGS)), "token": token} | envelope)
    return actions


def replay(oracle: Oracle, replica: dict[int, str], action: Json, answer: Json) -> None:
    """Replay one action at the oracle, and compare the answer and the replica with what the rules say."""
    at = dt.datetime.fromisoformat(action["at"]) if "at" in action else None
    now = dt.datetime.fromisoformat(answer["at"]) if answer["ok"] else dt.datetime.now(dt.UTC)
    verb, slot, token = action["action"], action.get("slot"), action.get("token")
    person = Person(str(action.get("patient")))
    issuing = verb == "issue_token"
    if issuing:
        why = oracle.why_not_issue(slot, action["source"], person, at, now)
    else:
        why = oracle.why_not_close(verb, token, at, now)
    if not answer["ok"]:
        assert answer["error"] in why
        return
    assert not why
    new = answer["token"]["id"]
    moves = oracle.issue(slot, action["source"], person, at, now, new) if issuing else oracle.close(verb, token)
    names = ("token", "from", "to", "reason", "because_of")
    assert [tuple(change[name] for name in names) for change in answer["changes"]] == moves
    for change in answer["changes"]:
        assert replica.get(change["token"]) == change["from"]
        replica[change["token"]] = change["to"]
    here = oracle.statuses(answer["token"]["slot"])
    assert {id_: replica[id_] for id_ in here} == here
    assert answer["token"]["status"] == here[answer["token"]["id"]]


@pytest.mark.parametrize("count", [800, pytest.param(2000, marks=pytest.mark.slow)])
def test_many_actions_agree_with_sorting_from_scratch_after_every_one(
    store: Store, dice: random.Random, count: int
) -> None:
    oracle, replica = Oracle(), {}
    setup: list[Json] = []
    for doctor, code in enumerate("ABCD", 1):
        setup.append({"action": "add_doctor", "name": f"Dr {code}", "code": code})
        for hour in range(9, 17):
            window = {"date": DATE, "start": f"{hour:02}:00", "end": f"{hour + 1:02}:00"}
            capacity = dice.randint(1, 12)
            setup.append({"action": "open_slot", "doctor": doctor, **window, "capacity": capacity})
            oracle.slots[len(oracle.slots) + 1] = OracleSlot(code, DATE, capacity)
    actions = random_lines(dice, len(oracle.slots), count)
    result = run("apply", "-", "--database", store.location, input=lines(*setup, *actions))
    answers = answers_in(result.stdout)
    assert (result.returncode, result.stderr, len(answers)) == (1, b"", len(setup) + len(actions))
    for action, answer in zip(actions, answers[len(setup) :], strict=True):
        replay(oracle, replica, action, answer)
    reasons = {change["reason"] for answer in answers if answer["ok"] for change in answer["changes"]}
    assert reasons == {"issued", "allocated", "preempted", "promoted", "cancelled", "no_show", "completed"}
    state = {id_: (number, source, status, at) for id_, (number, _, source, at, status) in oracle.state().items()}
    assert stored_tokens(store) == state
    assert verified(store) == []


# Killed desks


@pytest.mark.parametrize("rounds", [2, pytest.param(8, marks=pytest.mark.slow)])
def test_what_was_answered_survives_a_desk_that_is_killed(store: Store, dice: random.Random, rounds: int) -> None:
    invoke("apply", "-", "--database", store.location, input=lines(*first_slot(capacity=5)))
    for number in range(rounds):
        work = [booking(f"patient {number} {n}", dice.choice(sorted(PRIORITIES))) for n in range(40)]
        answers = until_killed(store, work, dice.randrange(20))
        tokens = stored_tokens(store)
        for answer in answers:
            token = answer["token"]
            assert tokens[token["id"]][:2] == (token["number"], token["source"])
            assert tokens[token["id"]][3] == token["issued_at"]
        assert verified(store) == []
    assert next_number(store) == f"A-{len(tokens) + 1:03}"


def until_killed(store: Store, work: list[Json], enough: int) -> list[Json]:
    """Send actions, kill the desk after a number of answers, and return all answers that it gave."""
    answers = []
    with Applying(store.location) as applying:
        applying.send(*work)
        while len(answers) < enough:
            answers.append(applying.answer())
        applying.process.kill()
        try:
            while True:
                answers.append(applying.answer())
        except EOFError:
            return answers


def next_number(store: Store) -> str:
    """Return the number of the next token."""
    (answer,) = answers_in(
        invoke("apply", "-", "--database", store.location, input=lines(booking("x", "PAID"))).stdout_bytes
    )
    return str(answer["token"]["number"])
