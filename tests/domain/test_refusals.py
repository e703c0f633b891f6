"""Refusals: four groups, stable codes, and remedies that each user interface words itself."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

import opd_tui
from opd_tui.cli import refusals as command_line
from opd_tui.desk.answers import refused
from opd_tui.domain import errors
from opd_tui.domain.errors import AnswerLost, DeskRefusal, InvalidAction, StoreDamaged, UnknownToken
from opd_tui.domain.remedies import Advice, RestoreBackup
from opd_tui.tui.keys.keymap import Keymap
from opd_tui.tui.shell import remedies as screens
from tests.support.refusal_table import GROUPS, refusals_below

HOUSE = Path(opd_tui.__file__).parent
BELOW_THE_FACES = [
    *(path for folder in ("domain", "storage", "desk") for path in sorted((HOUSE / folder).rglob("*.py"))),
    HOUSE / "environment.py",
]
FACES_WORDS = re.compile(r"opd-tui [a-z]|(?<!-)--[a-z]|[Cc]trl\+|\b[Pp]ress\b|\bF[0-9]+\b")
"""Commands, options and keys, but not the version “opd-tui 0.2”."""
REFUSALS = [*refusals_below(DeskRefusal)]


def test_every_refusal_is_in_one_group_and_is_declared_with_the_others() -> None:
    assert {refusal for refusal in REFUSALS if refusal.__base__ is DeskRefusal} == set(GROUPS)
    concrete = [refusal for refusal in REFUSALS if refusal not in GROUPS]
    assert len(concrete) > 20
    for refusal in concrete:
        assert sum(issubclass(refusal, group) for group in GROUPS) == 1, refusal
        assert refusal.__module__.rpartition(".")[0] == errors.__name__


def test_every_refusal_has_a_code_of_its_own() -> None:
    codes = Counter(vars(refusal).get("code") for refusal in REFUSALS if refusal not in GROUPS)
    assert None not in codes, "a code is not inherited"
    assert set(codes.values()) == {1}
    assert not any("code" in vars(group) for group in (DeskRefusal, *GROUPS))


@pytest.mark.parametrize(
    "code",
    [
        *("UnknownDoctor", "UnknownSlot", "UnknownToken", "UnknownPatient", "NoBackup", "DoctorCodeTaken"),
        *("SlotOverlap", "TokenAlreadyClosed", "TokenHoldsNoSeat", "TokenInTheRoom", "DuplicatePatient"),
        *("PatientHasOpenToken", "PatientForgotten", "KeyReused", "MovesChanged", "DatabaseInUse", "InvalidAction"),
        *("DeskBusy", "StoreUnavailable", "StoreDamaged", "StoreOffline", "AnswerLost", "CopyDoesNotVerify"),
    ],
)
def test_a_code_that_scripts_know_stays(code: str) -> None:
    assert code in {refusal.code for refusal in REFUSALS if refusal not in GROUPS}


def test_a_message_has_the_reason_the_remedy_and_that_nothing_was_changed() -> None:
    refusal = UnknownToken("There is no token with id 7.", Advice.LIST_TOKENS)
    assert refusal.message == str(refusal) == "There is no token with id 7. Nothing was changed."
    assert command_line.message_of(refusal) == (
        "There is no token with id 7. `opd-tui token list` shows them. Nothing was changed."
    )
    assert screens.message_of(refusal, Keymap()) == (
        "There is no token with id 7. Press / on the board to find it. Nothing was changed."
    )
    assert screens.message_of(refusal, Keymap({"find": "f3"})).count("Press F3 ") == 1


def test_an_answer_that_was_lost_does_not_say_that_nothing_was_changed() -> None:
    assert command_line.message_of(AnswerLost("k1")).endswith("Look before you repeat it.")


def test_the_command_line_has_words_for_every_remedy() -> None:
    assert all(command_line.advice_of(advice) for advice in Advice)
    assert command_line.advice_of(None) == ""


def test_the_screens_name_keys_and_no_list_of_the_command_line() -> None:
    said = {advice: screens.advice_of(advice, Keymap()) for advice in Advice}
    assert not any("opd-tui" in words for words in said.values())
    silent = [Advice.LIST_BACKUPS, Advice.VERIFY_DATABASE, Advice.ANOTHER_DATABASE, Advice.FORGET_ALL_NAMES]
    assert [advice for advice, words in said.items() if not words] == silent
    assert screens.advice_of(None, Keymap()) == ""


def test_a_restore_is_offered_as_a_command_that_a_shell_reads(tmp_path: Path) -> None:
    remedy = RestoreBackup(tmp_path / "the newest.db", tmp_path / "opd.db")
    command = f"`opd-tui restore '{tmp_path}/the newest.db' --database {tmp_path}/opd.db`"
    refusal = StoreDamaged("It is damaged.", remedy)
    assert command in command_line.message_of(refusal)
    assert command in screens.message_of(refusal, Keymap())
    assert screens.explanation_of(refusal, Keymap()).endswith(f"{command}.")


def texts(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the string literals of a module, except docstrings, with their line numbers."""
    tree = ast.parse(path.read_text("utf-8"))
    documentation = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            yield node.lineno, node.value


@pytest.mark.parametrize("path", BELOW_THE_FACES, ids=lambda path: str(path.relative_to(HOUSE)))
def test_no_text_below_the_faces_names_a_command_an_option_or_a_key(path: Path) -> None:
    assert [(line, text) for line, text in texts(path) if FACES_WORDS.search(text)] == []


@pytest.mark.parametrize(
    "text", ["`opd-tui backup` makes one", "Name one with --database", "Press r", "(Ctrl+Q)", "F9 shows"]
)
def test_the_words_of_the_faces_are_recognised(text: str) -> None:
    assert FACES_WORDS.search(text)


def test_each_face_names_a_wrong_field_in_its_own_way() -> None:
    refusal = InvalidAction("must be a year.", "birth_year", "The year of birth")
    assert refused(None, refusal)["message"] == "Field 'birth_year' must be a year. Nothing was changed."
    assert command_line.message_of(refusal) == "--birth-year must be a year. Nothing was changed."
    assert screens.message_of(refusal, Keymap()) == "The year of birth must be a year. Nothing was changed."
