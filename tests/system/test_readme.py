"""The README says what the program does."""

from __future__ import annotations

import inspect
from pathlib import Path

import click

from opd_tui import cli
from opd_tui.tui import commands
from opd_tui.tui.commands import MOVES
from opd_tui.tui.keys.commands import Command
from tests.support.keys import key_table
from tests.support.option_table import option_table
from tests.support.refusal_table import refusal_table

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")


def test_the_key_table_is_made_of_the_declared_commands() -> None:
    table = README.partition("<!-- keys -->\n")[2].partition("<!-- /keys -->")[0]
    assert table.strip() == key_table().strip(), "Stale: run `python -m tests.support.keys`."


def test_the_option_table_is_made_of_the_declared_options() -> None:
    table = README.partition("<!-- options -->\n")[2].partition("<!-- /options -->")[0]
    assert table.strip() == option_table().strip(), "Stale: run `python -m tests.support.option_table`."


def test_the_refusal_table_is_made_of_the_classes() -> None:
    table = README.partition("<!-- refusals -->\n")[2].partition("<!-- /refusals -->")[0]
    assert table.strip() == refusal_table().strip(), "Stale: run `python -m tests.support.refusal_table`."


def test_every_declared_command_is_in_the_key_table() -> None:
    declared = [value for _, value in inspect.getmembers(commands) if isinstance(value, Command)]
    missing = [each.id for each in declared if not each.id.startswith("panel.") and each.help not in key_table()]
    assert missing == []
    assert all(meaning in README for _, meaning in MOVES)


def test_every_command_of_the_command_line_is_named() -> None:
    for name, command in cli.main.commands.items():
        words = [name, *(command.commands if isinstance(command, click.Group) else ())]
        assert all(word in README for word in words)


def test_every_picture_that_the_readme_shows_is_there() -> None:
    shown = [part.partition(")")[0] for part in README.split("](screenshots/")[1:]]
    assert len(shown) >= 3
    assert all((ROOT / "screenshots" / name).exists() for name in shown if name)
