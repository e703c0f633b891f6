"""A hundred thousand mutated lines, and every field at its limits: each is refused entirely or done correctly."""

from __future__ import annotations

import json
import os
import random
import sqlite3
import unicodedata
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opd_tui.clock import FixedClock
from opd_tui.desk.actions import ACTIONS, IssueToken
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.desk.opening import open_front_desk
from opd_tui.domain import errors
from opd_tui.domain.errors import DeskRefusal
from opd_tui.domain.text import JOINERS, clean_text
from tests.conftest import NINE, ZONE
from tests.support.helpers import Json, add_doctor, answers_in, first_slot, invoke, lines, open_slot, stop_the_clock
from tests.support.mutator import mutated_line

LINES = int(os.environ.get("OPD_TUI_TEST_LINES", "100000"))
PARTS = 10
"""The number of parts in which the lines are sent, each to its own database."""
BATCH = 5000
REFUSALS = {name for name, kind in vars(errors).items() if isinstance(kind, type) and kind is not DeskRefusal}
COUNTED = {
    "journal_entry": "SELECT count(*) FROM journal_entry",
    "token": "SELECT count(*) FROM token",
    "patient": "SELECT count(*) FROM patient",
    "doctor": "SELECT count(*) FROM doctor",
    "slot": "SELECT count(*) FROM slot",
    "number": "SELECT sum(last) FROM token_counter",
    "key": "SELECT count(*) FROM idempotency_key",
}


def counts(path: Path) -> Counter[str]:
    """Return the number of rows of each kind."""
    with closing(sqlite3.connect(path)) as connection:
        return Counter({name: connection.execute(query).fetchone()[0] or 0 for name, query in COUNTED.items()})


def expected_counts(answers: list[Json], keys_before: set[str], keyed: list[str | None]) -> Counter[str]:
    """Return the number of rows that the answers say were added; a repeated key adds none."""
    added: Counter[str] = Counter()
    for answer, key in zip(answers, keyed, strict=True):
        if not answer["ok"] or key in keys_before:
            continue
        if key is not None:
            keys_before.add(key)
            added["key"] += 1
        added["journal_entry"] += 1
        if answer["action"] == "issue_token":
            added += Counter(token=1, patient=1, number=1)
        added["doctor"] += answer["action"] == "add_doctor"
        added["slot"] += 1 if "slot" in answer else len(answer.get("slots", ()))
    return +added


def is_answered(line: bytes) -> bool:
    return bool(line.strip()) and not line.startswith(b"#")


def key_of(line: bytes) -> str | None:
    """Return the idempotency key of a line, or None."""
    key: str | None = json.loads(line.removeprefix(b"\xef\xbb\xbf")).get("key")
    return key


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.slow
def test_no_line_does_half_of_what_it_says(
    database_path: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch, part: int
) -> None:
    stop_the_clock(monkeypatch, clock, ZONE)
    dice = random.Random(part)
    invoke("apply", "-", "--database", database_path, input=lines(*first_slot(capacity=5, slots=10)))
    before, used_keys = counts(database_path), set[str]()
    said: Counter[str] = Counter()
    for begin in range(0, LINES // PARTS, BATCH):
        batch = [mutated_line(dice) for _ in range(min(BATCH, LINES // PARTS - begin))]
        result = invoke("apply", "-", "--database", database_path, input=b"\n".join(batch))
        sent = [line for line in batch if is_answered(line)]
        answers = answers_in(result.stdout_bytes)
        assert (result.exit_code, result.stderr, len(answers)) == (1, "", len(sent))
        for line, answer in zip(sent, answers, strict=True):
            said[answer.get("error", "done")] += 1
            if not answer["ok"]:
                assert answer["error"] in REFUSALS, line
                assert answer["message"].endswith(" Nothing was changed."), line
                assert len(answer["message"]) < 500, line
        keys = [key_of(line) if answer["ok"] else None for line, answer in zip(sent, answers, strict=True)]
        after = counts(database_path)
        assert after - before == expected_counts(answers, used_keys, keys)
        before = after
    assert min(said["done"], said["UnknownToken"], said["TokenAlreadyClosed"], said["InvalidAction"]) > 10, said
    assert invoke("verify", "--database", database_path).exit_code == 0


# Fields at their limits, odd Unicode

LIMITS = st.sampled_from([0, 1, 2, 3, 5, 6, 7, 15, 16, 39, 40, 41, 63, 64, 65, 119, 120, 121, 122, 1000])
ODD_CHARACTERS = st.one_of(
    st.characters(),  # including surrogates
    st.sampled_from(
        "\u0000\u001b\u007f\u0085\u00a0\u00ad\u0301\u0345\u0903\u093f\u200b\u200c\u200d\u202e\u2028\u2066\ufb03"
    ),
    st.sampled_from("ßİıǅﬃΐ\u1100\u1161\u11a8\uac01\u3164\U0001f468\U0001f3fd\U000e0041٣９"),
    st.sampled_from("aZ0 .-_+()"),
)
texts = LIMITS.flatmap(lambda length: st.text(ODD_CHARACTERS, min_size=length, max_size=length))
numbers = st.one_of(
    st.integers(),
    st.sampled_from([0, 1, 1439, 1440, 1899, 1900, 2026, 2027, 999_999, 1_000_000, 1_000_001, 2**63 - 1, 2**63]),
)
values = st.one_of(texts, numbers, st.none(), st.booleans(), st.floats(), st.lists(texts, max_size=2))
people = st.one_of(
    texts,
    st.fixed_dictionaries(
        {"name": texts}, optional={"phone": texts, "uhid": texts, "birth_year": numbers, "sex": texts}
    ),
)


@pytest.fixture(scope="module")
def counter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FrontDesk]:
    """Return a desk with a slot, shared by all examples."""
    path = tmp_path_factory.mktemp("limits") / "opd.db"
    with closing(open_front_desk(str(path), clock=FixedClock(NINE), zone=ZONE)) as desk:
        open_slot(desk, add_doctor(desk), capacity=500)
        yield desk


def assert_harmless(text: str) -> None:
    """Assert that a text moves no cursor, reverses no line, and is at most about two lines long."""
    bad = [c for c in text if unicodedata.category(c) in ("Cc", "Cs", "Cf", "Zl", "Zp") and c not in JOINERS]
    assert not bad, repr(text)
    assert len(text) < 500


@given(patient=people, source=st.sampled_from(["PAID", "WALKIN"]), key=st.none() | texts)
def test_a_patient_is_kept_clean_or_refused_whole(
    counter: FrontDesk, patient: str | Json, source: str, key: str | None
) -> None:
    before = len(counter.token_list())
    try:
        outcome = counter.perform(IssueToken(slot=1, patient=patient, source=source, key=key))
    except DeskRefusal as refusal:
        assert_harmless(refusal.message)
        assert len(counter.token_list()) == before
        return
    assert outcome.token is not None
    (kept,) = [record.token.patient for record in counter.token_list() if record.token.id == outcome.token.token.id]
    assert kept.name == clean_text(patient["name"] if isinstance(patient, dict) else patient)
    assert 1 <= len(kept.name) <= 120
    for text in (kept.name, kept.phone or "", kept.uhid or ""):
        assert unicodedata.is_normalized("NFC", text)
        assert_harmless(text)


@given(data=st.data(), verb=st.sampled_from(sorted(ACTIONS)))
def test_an_action_of_any_fields_is_made_and_done_or_refused(
    counter: FrontDesk, data: st.DataObject, verb: str
) -> None:
    chosen = data.draw(st.sets(st.sampled_from([spec.name for spec in ACTIONS[verb].specs()])))
    fields = {name: data.draw(people if name == "patient" else values) for name in sorted(chosen)}
    try:
        action = ACTIONS[verb].from_mapping(fields)
        assert ACTIONS[verb].from_mapping(action.to_json()) == action, "what it says in JSON is the same action"
        counter.perform(action)
    except DeskRefusal as refusal:
        assert_harmless(refusal.message)


def test_after_all_that_everything_agrees(counter: FrontDesk) -> None:
    assert counter.verify().problems == []
