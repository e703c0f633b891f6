"""`apply`: actions and answers as JSON lines."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opd_tui.clock import FixedClock
from opd_tui.domain import errors
from tests.conftest import ZONE
from tests.support.helpers import DATE, Applying, Json, answers_in, first_slot, invoke, lines, run, stop_the_clock
from tests.support.stores import Store, Stores, on_every_store

VALID: dict[str, Json] = {
    "add_doctor": {"name": "Dr B"},
    "open_slot": {"doctor": 1, "date": DATE, "start": "12:00", "end": "13:00", "capacity": 2},
    "open_session": {"doctor": 1, "date": DATE, "start": "14:00", "end": "16:00", "capacity": 2, "every": 60},
    "resize_slot": {"slot": 1, "capacity": 5},
    "issue_token": {"slot": 1, "patient": "Asha Verma", "source": "ONLINE"},
    "check_in_token": {"token": 1},
    "cancel_token": {"token": 1},
    "mark_no_show": {"token": 1},
    "complete_token": {"token": 1},
    "call_token": {"token": 1},
    "call_next": {"doctor": 1},
    "complete_and_call_next": {"doctor": 1},
    "return_token": {"token": 1},
    "hold_token": {"token": 1, "reason": "TEST"},
    "release_token": {"token": 1},
    "tell_patient": {"token": 1},
    "note_slip": {"token": 1},
    "change_source": {"token": 1, "source": "PAID"},
    "reinstate_token": {"token": 1},
    "move_token": {"token": 1, "slot": 2},
    "close_slot": {"slot": 1},
    "reopen_slot": {"slot": 1},
    "carry_over": {"slot": 1},
    "delay_doctor": {"doctor": 1, "date": DATE, "minutes": 30},
    "doctor_leaves": {"doctor": 1, "date": DATE, "from": "09:30", "plan": [{"token": 1, "cancel": True}]},
    "edit_doctor": {"doctor": 1},
    "edit_patient": {"token": 1},
    "merge_patients": {"keep": 1, "merge": 2},
    "retire_doctor": {"doctor": 1},
    "undo": {},
    "redo": {},
}
"""Every action with its required fields."""
BEFORE: dict[str, list[Json]] = {
    "call_token": [{"action": "check_in_token", "token": 1}],
    "call_next": [{"action": "check_in_token", "token": 1}],
    "complete_and_call_next": [{"action": "check_in_token", "token": 1}],
    "return_token": [{"action": "check_in_token", "token": 1}, {"action": "call_token", "token": 1}],
    "release_token": [{"action": "hold_token", "token": 1, "reason": "OTHER"}],
    "tell_patient": [{"action": "delay_doctor", "doctor": 1, "date": DATE, "minutes": 5}],
    "reinstate_token": [{"action": "cancel_token", "token": 1}],
    "move_token": [{"action": "open_slot", "doctor": 1, "date": DATE, "start": "10:00", "end": "11:00", "capacity": 1}],
    "reopen_slot": [{"action": "close_slot", "slot": 1}],
    "carry_over": [
        {"action": "open_slot", "doctor": 1, "date": DATE, "start": "10:00", "end": "11:00", "capacity": 1},
        {"action": "resize_slot", "slot": 1, "capacity": 1},
        {"action": "issue_token", "slot": 1, "patient": "Ravi Kumar", "source": "ONLINE"},
    ],
    "retire_doctor": [{"action": "cancel_token", "token": 1}],
    "redo": [{"action": "undo"}],
    "merge_patients": [{"action": "issue_token", "slot": 1, "patient": "Asha V.", "source": "ONLINE"}],
}
"""What has to be done before, after one slot was opened and one token issued."""
ANSWERED: dict[str, list[str]] = {
    **{verb: ["doctor"] for verb in ("add_doctor", "edit_doctor", "retire_doctor")},
    **{verb: ["slot"] for verb in ("open_slot", "resize_slot", "close_slot", "reopen_slot", "carry_over")},
    **{verb: ["slots"] for verb in ("open_session", "delay_doctor", "doctor_leaves")},
    "complete_and_call_next": ["completed", "token"],
    "undo": ["undone"],
    "redo": ["redone"],
}
"""The fields of answers that are the action's own, where it is not just the token."""

LIMIT = 64 * 1024

Apply = Callable[[bytes], tuple[int, list[Json]]]


def action(verb: str, **fields: object) -> Json:
    """Return a valid action with some fields replaced."""
    return {"action": verb, **VALID[verb], **fields}


@pytest.fixture
def apply(monkeypatch: pytest.MonkeyPatch, clock: FixedClock, store: Store) -> Apply:
    """Run `apply -` on a database with one slot and one token; return the exit status and the answers."""
    stop_the_clock(monkeypatch, clock, ZONE)
    invoke("apply", "-", "--database", store.location, input=lines(*first_slot(), action("issue_token")))

    def applied(input: bytes) -> tuple[int, list[Json]]:
        result = invoke("apply", "-", "--database", store.location, input=input)
        assert result.stderr == ""
        return result.exit_code, answers_in(result.stdout_bytes)

    return applied


def refused(apply: Apply, store: Store, *bad: bytes, error: str = "InvalidAction") -> list[Json]:
    """Assert that each line is answered with this error, that nothing has changed, and that the run continued."""
    before = store.dump()
    status, answers = apply(b"\n".join(bad))
    assert store.dump() == before
    assert status == 1
    assert len(answers) == len(bad)
    for line, answer in zip(bad, answers, strict=True):
        assert list(answer) == ["ok", "action", "error", "message"], line
        assert (answer["ok"], answer["error"]) == (False, error), line
        assert answer["message"].endswith(" Nothing was changed.")
        assert len(answer["message"]) < 400
    return answers


def as_lines(*actions: Json) -> list[bytes]:
    """Return actions as JSON lines."""
    return [lines(each).rstrip() for each in actions]


# Unreadable lines


UNREADABLE = [
    (b'{"action": "add_doctor", "name": "\xff"}', "not UTF-8"),
    ('{"action": "add_doctor", "name": "Zoë"}'.encode("latin-1"), "not UTF-8"),
    ('{"action": "add_doctor", "name": "x"}'.encode("utf-16"), "not UTF-8"),
    (b'{"action": "add_doctor", "name": "\xed\xa0\x80"}', "not UTF-8"),
    (b'{"action": "cancel_token", "token": NaN}', "NaN is not JSON"),
    (b'{"action": "cancel_token", "token": Infinity}', "Infinity is not JSON"),
    (b'{"action": "cancel_token", "token": -Infinity}', "-Infinity is not JSON"),
    (b'{"action": "cancel_token", "token": 1, "token": 1}', "'token' is there twice"),
    (b'{"action": "issue_token", "slot": 1, "patient": {"name": "a", "name": "b"}, "source": "PAID"}', "'name'"),
    (b'{"action": "add_doctor", "name": ' + b"[" * 20_000 + b"]" * 20_000 + b"}", "nested too deeply"),
    (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "nested too deeply"),
    (b'{"action": "cancel_token", "token": ' + b"9" * 5_000 + b"}", "too many digits"),
    (b'{"action": "add_doctor", "name": "' + b"x" * LIMIT + b'"}', "longer than 64 KiB"),
    (b'{"action": "cancel_token", "token": 1' + b" " * LIMIT + b"}", "longer than 64 KiB"),
    (b'{"action": "cancel_token", "token": 1}' + b" " * LIMIT, "longer than 64 KiB"),
    (b'{"action": "cancel_token", "token": 1', "not JSON"),
    (b"{'action': 'cancel_token', 'token': 1}", "not JSON"),
    (b'{"action": "cancel_token", "token": 1,}', "not JSON"),
    (b'{"action": "cancel_token", "token": 01}', "not JSON"),
    (b'{"action": "cancel_token", "token": 1} {}', "not JSON"),
    (b'{"action": "add_doctor", "name": "\x00"}', "not JSON"),
    (b'{"action": "add_doctor", "name": "\\ud800', "not JSON"),
    (b"hello", "not JSON"),
    (b"\xe2\x80\xa8", "not JSON"),
    (b"[]", "must be an object"),
    (b'[{"action": "cancel_token", "token": 1}]', "must be an object"),
    (b'"cancel_token"', "must be an object"),
    (b"1", "must be an object"),
    (b"null", "must be an object"),
    (b"{}", "'action' is missing"),
    (b'{"token": 1}', "'action' is missing"),
    (b'{"action": "triage"}', "'action' 'triage' must be one of add_doctor, open_slot"),
    (b'{"action": "Cancel_Token", "token": 1}', "'action' 'Cancel_Token'"),
    (b'{"action": "\\u001b[31m", "token": 1}', "'action' '[31m'"),
    (b'{"action": ["cancel_token"], "token": 1}', "'action' must be one of"),
    (b'{"action": {"a": 1}, "token": 1}', "'action' must be one of"),
    (b'{"action": null, "token": 1}', "'action' must be one of"),
]


@pytest.mark.fast_cases(10)
@pytest.mark.parametrize(("line", "words"), UNREADABLE, ids=range(len(UNREADABLE)))
def test_a_line_that_names_no_action_is_refused_with_a_reason(
    apply: Apply, store: Store, line: bytes, words: str
) -> None:
    (answer,) = refused(apply, store, line)
    assert answer["action"] is None
    assert words in answer["message"]


# Malformed actions


@pytest.mark.fast_cases(8)
@pytest.mark.parametrize("verb", VALID)
def test_a_required_field_may_not_be_missing_or_null(apply: Apply, store: Store, verb: str) -> None:
    for field in VALID[verb]:
        null = action(verb) | {field: None}
        missing = {name: value for name, value in null.items() if name != field}
        for answer in refused(apply, store, *as_lines(null, missing)):
            assert answer["action"] == verb
            assert f"Field '{field}' is missing" in answer["message"]


@pytest.mark.fast_cases(8)
@pytest.mark.parametrize("verb", VALID)
def test_an_unknown_field_is_refused_rather_than_ignored(apply: Apply, store: Store, verb: str) -> None:
    named = {"nmae": "nmae", "id": "id", "": "(blank)", "self": "self", "verb": "verb", "\u001b[31mred": "[31mred"}
    sent = as_lines(*(action(verb) | {field: 1} for field in named))
    for answer, name in zip(refused(apply, store, *sent), named.values(), strict=True):
        assert answer["action"] == verb
        assert f"Field '{name}' is unknown here; the fields are at, key, " in answer["message"]
        assert all(known in answer["message"] for known in VALID[verb])


NO_ID: list[object] = [True, 1.0, 1.5, 1e2, "1", "", [1], {"id": 1}]
NO_TEXT: list[object] = [7, True, ["x"], {"x": 1}, 1.5]
NO_NAME: list[object] = [*NO_TEXT, "", "  ", "\u0000", "...", "\u202e", "\ud800", "x" * 121]
NO_DATE: list[object] = ["2026-11-31", "2026-02-29", "22-11-2026", "2026-1-1", "20261122", "2026-W47-7", "", 20261122]
NO_TIME: list[object] = ["24:00", "9:00", "09:60", "09:00:00", "0900", "09:00Z", "T09:00", "", "٠٩:٠٠", 900, True]
NO_INSTANT: list[object] = [
    *("2026-11-22", "09:00", "yesterday", "", "2026-11-31T09:00:00Z", "2026-11-22T24:00:00Z", "2026-11-22T09:00:60Z"),
    *("2026-11-22T09:00:00+25:00", "2026-11-22T09:00:00 +05:30", "2026-11-22T09:00:00+5", "2026-W47-7T09:00:00Z"),
    *("9999-12-31T23:59:59Z", "0000-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "2026-11-22T09:00:00z", 0, True),
    *("1969-12-31T23:59:59Z", "2026-11-22T03:30:00.000001Z", "2027-01-01T00:00:00Z"),
]

ILL_TYPED: list[tuple[str, str, list[object]]] = [
    ("add_doctor", "name", NO_NAME),
    ("add_doctor", "specialty", [*NO_TEXT, "x" * 121]),
    ("add_doctor", "code", [*NO_TEXT, "TOOLONG", "A-1", "ä", "."]),
    ("add_doctor", "room", [*NO_TEXT, "x" * 41]),
    ("open_slot", "doctor", NO_ID),
    ("open_slot", "date", [*NO_DATE, "1969-12-31", "3000-01-01", "0000-00-00"]),
    ("open_slot", "start", NO_TIME),
    ("open_slot", "end", [*NO_TIME[1:], "12:00", "11:59", "24:01", "24:00:00", "25:00"]),
    ("open_slot", "capacity", [*NO_ID, 0, -1, 10**30]),
    ("open_session", "every", [*NO_ID, 0, -60, 7, 121, 10**30]),
    ("issue_token", "slot", NO_ID),
    ("issue_token", "patient", [*NO_TEXT[:3], 1.5]),
    ("issue_token", "source", ["VIP", "online", "ONLINE ", "", 4, True, ["ONLINE"], {"x": 1}, "__class__"]),
    ("cancel_token", "token", NO_ID),
    ("mark_no_show", "token", NO_ID),
    ("complete_token", "token", NO_ID),
    ("cancel_token", "at", NO_INSTANT),
    ("issue_token", "key", [*NO_TEXT, "", "x" * 65, "a\nb", "\ud800"]),
]


@pytest.mark.fast_cases(8)
@pytest.mark.parametrize(
    ("verb", "field", "values"), ILL_TYPED, ids=[f"{verb}-{field}" for verb, field, _ in ILL_TYPED]
)
def test_a_value_that_is_not_of_its_fields_kind_is_refused(
    apply: Apply, store: Store, verb: str, field: str, values: list[object]
) -> None:
    sent = as_lines(*(action(verb) | {field: value} for value in values))
    for answer in refused(apply, store, *sent):
        assert answer["action"] == verb
        assert f"Field '{field}'" in answer["message"]


ILL_TYPED_PATIENTS: dict[str, list[object]] = {
    "patient": [7, True, 1.5, ["Asha"]],
    "name": ["", "...", "x" * 121, {}, {"phone": "12345"}, {"name": None}, *({"name": name} for name in NO_NAME)],
    "phone": [{"name": "Asha", "phone": phone} for phone in (*NO_TEXT, "call", "12", "1" * 16)],
    "uhid": [{"name": "Asha", "uhid": uhid} for uhid in (*NO_TEXT, "x" * 65)],
    "birth_year": [{"name": "Asha", "birth_year": year} for year in ("1990", 1990.0, True, 1899, 2027, 10**30)],
    "sex": [{"name": "Asha", "sex": sex} for sex in (*NO_TEXT, "man", "x")],
    "age": [{"name": "Asha", "age": 30}],
    "at": [{"name": "Asha", "at": None}],
}


@pytest.mark.parametrize("field", ILL_TYPED_PATIENTS)
def test_a_patient_is_read_as_strictly(apply: Apply, store: Store, field: str) -> None:
    sent = as_lines(*(action("issue_token", patient=patient) for patient in ILL_TYPED_PATIENTS[field]))
    for answer in refused(apply, store, *sent):
        assert f"ield '{field}'" in answer["message"]


@on_every_store
@pytest.mark.parametrize(
    ("verb", "field", "error"),
    [
        ("cancel_token", "token", "UnknownToken"),
        ("mark_no_show", "token", "UnknownToken"),
        ("complete_token", "token", "UnknownToken"),
        ("issue_token", "slot", "UnknownSlot"),
        ("open_slot", "doctor", "UnknownDoctor"),
        ("open_session", "doctor", "UnknownDoctor"),
    ],
)
def test_an_id_that_no_database_could_hold_is_simply_unknown(
    apply: Apply, store: Store, verb: str, field: str, error: str
) -> None:
    ids = [0, -1, 2, 2**31, 2**63 - 1, 2**63, 2**64, -(2**63), 10**4000]
    refused(apply, store, *as_lines(*(action(verb) | {field: id_} for id_ in ids)), error=error)


# Accepted actions


@on_every_store
@pytest.mark.parametrize("verb", VALID)
def test_every_action_is_accepted_with_its_required_fields(apply: Apply, verb: str) -> None:
    more = {"edit_doctor": {"room": "7"}, "edit_patient": {"phone": "98765 43210"}}.get(verb, {})
    status, (*_, answer) = apply(lines(*BEFORE.get(verb, ()), action(verb, **more)))
    assert (status, answer["ok"], answer["action"]) == (0, True, verb)
    assert answer["at"] == "2026-11-22T03:30:00.000000Z"
    assert list(answer) == ["ok", "action", "at", "entry", *ANSWERED.get(verb, ["token"]), "changes"]


@on_every_store
def test_the_objects_of_answers_have_the_fields_of_the_contract(apply: Apply) -> None:
    _, answers = apply(
        lines(
            action("add_doctor", specialty="Skin", room="2"),
            action("open_slot"),
            action("open_session"),
            action("issue_token", patient={"name": "Ravi", "phone": "98765 43210"}),
        )
    )
    doctor, slot, session, token = answers
    assert doctor["doctor"] == {"id": 2, "code": "B", "name": "Dr B", "specialty": "Skin", "room": "2"}
    opened = {"id": 2, "doctor": 1, "date": DATE, "start": "12:00", "end": "13:00", "capacity": 2}
    assert slot["slot"] == opened
    assert session["slots"] == [
        opened | {"id": 3, "start": "14:00", "end": "15:00"},
        opened | {"id": 4, "start": "15:00", "end": "16:00"},
    ]
    assert [answer["changes"] for answer in answers[:3]] == [[], [], []]
    assert token["token"] == {
        "id": 2,
        "number": "A-002",
        "slot": 1,
        "patient": "Ravi",
        "source": "ONLINE",
        "priority": 4,
        "status": "ACTIVE",
        "issued_at": "2026-11-22T03:30:00.000000Z",
    }


WORKED_EXAMPLE = """
{"ok": true, "action": "issue_token", "at": "2026-11-22T03:45:00.000000Z", "entry": 16,
 "token": {"id": 10, "number": "A-004", "slot": 1, "patient": "Meera Nair", "source": "PAID", "priority": 2,
  "status": "ACTIVE", "issued_at": "2026-11-22T03:45:00.000000Z"},
 "changes": [
  {"token": 10, "number": "A-004", "from": null, "to": "WAITING", "reason": "issued", "because_of": null},
  {"token": 2, "number": "A-002", "from": "ACTIVE", "to": "WAITING", "reason": "preempted", "because_of": 10},
  {"token": 10, "number": "A-004", "from": "WAITING", "to": "ACTIVE", "reason": "allocated", "because_of": null}]}
"""


@on_every_store
def test_the_worked_example_is_answered_letter_by_letter(
    monkeypatch: pytest.MonkeyPatch, clock: FixedClock, store: Store
) -> None:
    stop_the_clock(monkeypatch, clock, ZONE)
    window = {"date": DATE, "start": "09:00", "end": "10:00", "capacity": 2}
    morning = [{"action": "add_doctor", "name": f"Dr {code}"} for code in "ABC"]
    morning += [{"action": "open_slot", "doctor": doctor, **window} for doctor in (1, 2, 3)]
    for slots in ((1, 1, 2, 2, 3, 3), (1, 2, 3)):
        morning += [{"action": "issue_token", "slot": slot, "patient": "x", "source": "ONLINE"} for slot in slots]
    paid = {"action": "issue_token", "slot": 1, "patient": "Meera  Nair", "source": "PAID"}
    clock.instant = clock.instant.replace(minute=45)
    result = invoke(
        "apply", "-", "--database", store.location, input=lines(*morning, paid | {"at": "2026-11-22T09:15:00+05:30"})
    )
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1] == json.dumps(json.loads(WORKED_EXAMPLE), ensure_ascii=False)


@on_every_store
def test_a_closed_token_is_refused_as_in_the_contract(apply: Apply, clock: FixedClock) -> None:
    clock.instant = clock.instant.replace(hour=4, minute=10)
    apply(lines(action("cancel_token")))
    assert apply(lines(action("cancel_token")))[1] == [
        {
            "ok": False,
            "action": "cancel_token",
            "error": "TokenAlreadyClosed",
            "message": "A-001 was already cancelled at 09:40. Nothing was changed.",
        }
    ]


@pytest.mark.parametrize(
    "at",
    ["2026-11-22T08:15:00+05:30", "2026-11-22T02:45:00Z", "2026-11-22T08:15", "2026-11-22 08:15:00.000000+0530"],
)
def test_an_instant_may_be_written_with_offset_or_local(apply: Apply, at: str) -> None:
    _, (answer,) = apply(lines(action("issue_token", at=at)))
    assert answer["at"] == answer["token"]["issued_at"] == "2026-11-22T02:45:00.000000Z"


@on_every_store
def test_nasty_names_are_answered_literally(apply: Apply) -> None:
    names = ["Ravi [/x", "[bold]", "=cmd()", "देवनागरी", "漢字", 'a "quoted" \\ name', "O'Neil"]
    _, answers = apply(lines(*(action("issue_token", patient=name) for name in names)))
    assert [answer["token"]["patient"] for answer in answers] == names


@on_every_store
def test_a_refused_line_does_not_end_the_run(apply: Apply) -> None:
    bad = ["nonsense", action("cancel_token", token=99), action("issue_token", source="VIP")]
    good = [action("issue_token", patient=name) for name in "abc"]
    mixed = [line for pair in zip(bad, good, strict=True) for line in pair]
    status, answers = apply(lines(*mixed))
    assert status == 1
    assert [answer["ok"] for answer in answers] == [False, True] * 3
    assert [answer["token"]["number"] for answer in answers if answer["ok"]] == ["A-002", "A-003", "A-004"]


@on_every_store
def test_a_key_makes_a_line_safe_to_send_again(apply: Apply) -> None:
    line = action("issue_token", key="booking-17")
    _, (first, taken, again, reused) = apply(
        lines(line, action("cancel_token", token=2), line, line | {"source": "PAID"})
    )
    assert taken["ok"]
    assert again == first
    assert (reused["error"], reused["action"]) == ("KeyReused", "issue_token")


# Lines and bytes


NO_LINES_AND_LINES = [
    (b"", 0),
    (b"\n\n  \n\t\n", 0),
    (b"# a comment\n#{}\n#\n", 0),
    (b"\r\n\r\n# comment\r\n", 0),
    (b"# no UTF-8 \xff\n", 0),
    (b"#" + b"x" * 3 * LIMIT + b"\n", 0),
    (b" " * 3 * LIMIT + b"\n", 0),
    (b"\xef\xbb\xbf", 0),
    (b"\xef\xbb\xbf# comment\n", 0),
    (b'{"action": "add_doctor", "name": "a"}', 1),
    (b'\xef\xbb\xbf{"action": "add_doctor", "name": "a"}\n', 1),
    (b'{"action": "add_doctor", "name": "a"}\r\n{"action": "add_doctor", "name": "b"}\r\n', 2),
    (b'\n# doctors\n  {"action": "add_doctor", "name": "a"}  \n\n{"action": "add_doctor", "name": "b"}', 2),
]


@pytest.mark.parametrize(("input", "answered"), NO_LINES_AND_LINES, ids=range(len(NO_LINES_AND_LINES)))
def test_blank_lines_comments_marks_and_line_ends_are_no_lines(apply: Apply, input: bytes, answered: int) -> None:
    status, answers = apply(input)
    assert (status, [answer["ok"] for answer in answers]) == (0, [True] * answered)


def padded(length: int) -> bytes:
    """Return a valid line of this many bytes."""
    line = b'{"action": "add_doctor", "name": "a"'
    return line + b" " * (length - len(line) - 1) + b"}"


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
def test_a_line_of_64_kib_is_read_and_one_byte_more_is_not(apply: Apply, mark: bytes, end: bytes) -> None:
    assert apply(mark + padded(LIMIT) + end)[0] == 0
    status, (answer,) = apply(mark + padded(LIMIT + 1) + end)
    assert status == 1
    assert "longer than 64 KiB" in answer["message"]
    status, answers = apply(mark + padded(3 * LIMIT) + b"\n" + padded(100))
    assert [answer["ok"] for answer in answers] == [False, True]


def test_a_file_is_read_as_standard_input_is(apply: Apply, tmp_path: Path, store: Store) -> None:
    (tmp_path / "lines.jsonl").write_bytes(lines(action("issue_token")))
    result = invoke("apply", tmp_path / "lines.jsonl", "--database", store.location)
    assert answers_in(result.stdout_bytes)[0]["token"]["number"] == "A-002"
    missing = invoke("apply", tmp_path / "missing.jsonl", "--database", store.location)
    assert (missing.exit_code, missing.stdout) == (2, "")


def test_a_database_that_cannot_be_opened_ends_the_run_with_status_2(tmp_path: Path) -> None:
    result = invoke("apply", "-", "--database", tmp_path, input=lines(action("add_doctor")))
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1


@on_every_store
def test_every_answer_is_flushed_before_the_next_line_is_needed(store: Store) -> None:
    with Applying(store.location) as applying:
        for line in first_slot():
            assert applying.ask(line)["ok"]
        for number in range(1, 4):
            answer = applying.ask(action("issue_token", patient=f"patient {number}"))
            assert answer["token"]["id"] == number
            issued = store.query("SELECT id FROM token")
            assert len(issued) == number, "an answer comes when the action is durable, and not before"
        assert not applying.ask(action("cancel_token", token=99))["ok"]
        assert applying.finish() == 1


@on_every_store
def test_the_real_command_answers_bytes_that_no_terminal_changes(store: Store) -> None:
    line = action("add_doctor", name="Dr देवनागरी 漢字")
    result = run("apply", "-", "--database", store.location, input=lines(line), PYTHONIOENCODING="ascii", LC_ALL="C")
    assert (result.returncode, result.stderr) == (0, b"")
    assert "Dr देवनागरी 漢字" in result.stdout.decode()


# Random lines


REFUSALS = {name for name, kind in vars(errors).items() if isinstance(kind, type) and kind is not errors.DeskRefusal}

json_values = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.sampled_from([1, 2, "A", DATE, "09:00"])
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(), inner, max_size=3)),
    max_leaves=5,
)
field_names = st.one_of(
    st.sampled_from(["action", "at", "key", "token", "slot", "patient", "source", "name", "doctor", "start", "end"]),
    st.text(max_size=10),
)


@st.composite
def mutated_lines(draw: st.DrawFn) -> bytes:
    """Return a valid line with some of its fields and bytes changed."""
    fields: dict[str, Any] = dict(action(draw(st.sampled_from(sorted(VALID)))))
    fields |= draw(st.dictionaries(field_names, json_values, max_size=2))
    for name in draw(st.lists(st.sampled_from(sorted(fields)), max_size=1)):
        del fields[name]
    line = bytearray(json.dumps(fields, ensure_ascii=draw(st.booleans())).encode("utf-8", "surrogatepass"))
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2]))):
        position = draw(st.integers(0, len(line)))
        line[position : position + draw(st.integers(0, 3))] = draw(st.binary(max_size=3))
    return bytes(line)


def is_answered(line: bytes) -> bool:
    return bool(line.strip()) and not line.startswith(b"#")


@on_every_store
@given(st.lists(mutated_lines(), min_size=5, max_size=25))
def test_whatever_is_sent_every_line_is_answered(stores: Stores, batch: list[bytes]) -> None:
    with stores.one() as store:
        sent = lines(*first_slot(), action("issue_token")) + b"\n".join(batch)
        result = invoke("apply", "-", "--database", store.location, input=sent)
        answers = answers_in(result.stdout_bytes)[3:]
        assert len(answers) == sum(is_answered(line) for line in b"\n".join(batch).split(b"\n"))
        assert {answer["error"] for answer in answers if not answer["ok"]} <= REFUSALS
        assert all(answer["action"] in VALID for answer in answers if answer["ok"])
        assert result.exit_code == (0 if all(answer["ok"] for answer in answers) else 1)
        assert invoke("verify", "--database", store.location).exit_code == 0
