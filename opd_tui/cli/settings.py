"""`settings`: the options, the values in effect, and the problems in the settings file."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import click

from opd_tui.cli.options import REFUSED, given_option, json_option, print_json, settings_file, shared_options, tell

if TYPE_CHECKING:
    from opd_tui.config.report import OptionValue
    from opd_tui.tui.keys.commands import Command
    from opd_tui.tui.settings.preferences import Preferences

WIDTH = 80


@click.command(
    help="""
    Show every option with its value, its default and its meaning.

    The settings file is in TOML. Its problems are printed on standard error, one per line; the default is used for each
    of them, and the exit status is 1. The command line and the environment take precedence over the file.
    """
)
@shared_options
@json_option
@click.option("--sample", "as_sample", is_flag=True, help="Print a sample settings file with every line commented out.")
def settings(as_json: bool, as_sample: bool) -> None:
    """Show every option with its value, its default and its meaning."""
    from opd_tui.config.report import lines_of, sample
    from opd_tui.tui.catalogue import declared_commands, preferences_from

    preferences = preferences_from(settings_file(quietly=True))
    commands = declared_commands()
    if as_sample:
        click.echo(sample((command.id, command.written_keys, command.help) for command in commands), nl=False)
        return
    given = {name: value for name in ("database", "desk") if (value := given_option(name))}
    values = lines_of(preferences.file.settings, given)
    if as_json:
        print_json(in_json(preferences, values, commands))
    else:
        print_in_words(preferences, values, given, commands)
    for problem in preferences.problems:
        tell(f"{preferences.file.path}, {problem}")
    if preferences.problems:
        raise click.exceptions.Exit(REFUSED)


def in_json(preferences: Preferences, values: list[OptionValue], commands: list[Command]) -> dict[str, object]:
    """Return options, keys and problems as one JSON answer."""
    from opd_tui.config.report import without_password

    keymap = preferences.keymap
    return {
        "file": str(preferences.file.path) if preferences.file.path else None,
        "exists": preferences.file.text is not None,
        "options": {
            each.option.id: {
                "value": each.option.to_json(without_password(each.value)),
                "default": each.option.to_json(each.option.default),
                "help": each.option.help,
            }
            for each in values
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


def print_in_words(
    preferences: Preferences, values: list[OptionValue], given: dict[str, str], commands: list[Command]
) -> None:
    """Print options and keys, wrapped to the width of a terminal."""
    file = preferences.file
    state = (
        "" if file.text is not None or file.problems else " (it does not exist yet; --sample prints one to start from)"
    )
    click.echo(f"Settings file: {file.path or 'none, since you have no home directory'}{state}\n")
    for each in values:
        id = each.option.id
        where = " (from the command line or the environment)" if id in given else ""
        default = "" if each.is_default else f"  [default: {each.option.default_toml}]"
        click.echo(f"{id} = {each.toml}{default}{where}")
        meaning = f"{each.option.help[0].upper()}{each.option.help[1:]}."
        click.echo(textwrap.fill(meaning, WIDTH, initial_indent="    ", subsequent_indent="    "))
    click.echo("\n[keys]")
    for command in commands:
        now = preferences.keymap.command(command)
        default = "" if now == command else f"  [default: {command.written_keys}]"
        click.echo(f"{_quoted(command.id):<20} = {_quoted(now.written_keys):<10} {command.help}{default}")


def _quoted(text: str) -> str:
    return f'"{text}"'
