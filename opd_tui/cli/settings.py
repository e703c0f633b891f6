"""`settings`: what can be set, what counts now, and what is wrong in the settings file."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import click

from opd_tui.cli.options import REFUSED, given_option, json_option, print_json, settings_file, shared_options

if TYPE_CHECKING:
    from opd_tui.config.report import Line
    from opd_tui.tui.keys.commands import Command
    from opd_tui.tui.settings.preferences import Preferences

WIDTH = 80


@click.command()
@shared_options
@json_option
@click.option("--sample", "as_sample", is_flag=True, help="Print a settings file to start from, every line a comment.")
def settings(as_json: bool, as_sample: bool) -> None:
    """Show every option with its value, its default and what it means.

    The settings are in a file of TOML. What is wrong in it is said on the standard error, a line for each; the
    defaults count there, and the exit status is 1. Command line and environment go before the file.
    """
    from opd_tui.config.report import lines_of, sample
    from opd_tui.tui.catalogue import declared_commands, preferences_from

    preferences = preferences_from(settings_file(quietly=True))
    commands = declared_commands()
    if as_sample:
        click.echo(sample((command.id, command.written_keys, command.help) for command in commands), nl=False)
        return
    given = {name: value for name in ("database", "desk") if (value := given_option(name))}
    lines = lines_of(preferences.file.settings, given)
    if as_json:
        print_json(in_json(preferences, lines, commands))
    else:
        print_in_words(preferences, lines, given, commands)
    for problem in preferences.problems:
        click.echo(f"opd-tui: {preferences.file.path}, {problem}", err=True)
    if preferences.problems:
        raise click.exceptions.Exit(REFUSED)


def in_json(preferences: Preferences, lines: list[Line], commands: list[Command]) -> dict[str, object]:
    """Everything, as one answer."""
    from opd_tui.config.report import without_password

    keymap = preferences.keymap
    return {
        "file": str(preferences.file.path) if preferences.file.path else None,
        "exists": preferences.file.text is not None,
        "options": {
            line.option.id: {
                "value": line.option.to_json(without_password(line.value)),
                "default": line.option.to_json(line.option.default),
                "help": line.option.help,
            }
            for line in lines
        },
        "keys": {
            command.id: {
                "value": keymap.command(command).written_keys,
                "default": command.written_keys,
                "help": command.help,
            }
            for command in commands
        },
        "problems": [{"line": problem.line, "message": problem.message} for problem in preferences.problems],
    }


def print_in_words(preferences: Preferences, lines: list[Line], given: dict[str, str], commands: list[Command]) -> None:
    """Everything, in lines that fit a terminal."""
    file = preferences.file
    state = "" if file.text is not None or file.problems else " (there is none yet; --sample prints one to start from)"
    click.echo(f"Settings file: {file.path or 'none, since you have no home directory'}{state}\n")
    for line in lines:
        id = line.option.id
        where = " (from the command line or the environment)" if id in given else ""
        default = "" if line.is_default else f"  [default: {line.option.default_toml}]"
        click.echo(f"{id} = {line.toml}{default}{where}")
        meaning = f"{line.option.help[0].upper()}{line.option.help[1:]}."
        click.echo(textwrap.fill(meaning, WIDTH, initial_indent="    ", subsequent_indent="    "))
    click.echo("\n[keys]")
    for command in commands:
        now = preferences.keymap.command(command)
        default = "" if now == command else f"  [default: {command.written_keys}]"
        click.echo(f"{_quoted(command.id):<20} = {_quoted(now.written_keys):<10} {command.help}{default}")


def _quoted(text: str) -> str:
    return f'"{text}"'
