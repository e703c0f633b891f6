"""All commands by place, used to find key conflicts and to apply the settings file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain

from textual.theme import BUILTIN_THEMES

from opd_tui.config.reading import SettingsFile, did_you_mean
from opd_tui.config.toml_text import Problem
from opd_tui.domain.records import quoted
from opd_tui.tui.commands import APP_COMMANDS, DEMO_COMMANDS
from opd_tui.tui.drawing.symbols import needs_plain_signs
from opd_tui.tui.keys.commands import Command
from opd_tui.tui.keys.keymap import Place, checked_keymap
from opd_tui.tui.modes import MODE_COMMANDS, MODES
from opd_tui.tui.settings.preferences import Preferences

EVERYWHERE = (*MODE_COMMANDS, *APP_COMMANDS)
PLACES: Sequence[Place] = tuple((*mode.commands, *EVERYWHERE, *DEMO_COMMANDS) for mode in MODES)
"""The commands that are active together on each main screen."""


def declared_commands() -> list[Command]:
    """Return every command whose key can be changed, with its default key."""
    everything = chain(*(mode.commands for mode in MODES), EVERYWHERE, DEMO_COMMANDS)
    commands: dict[str, Command] = {}
    for command in everything:
        commands.setdefault(command.id, command)
    return list(commands.values())


def preferences_from(file: SettingsFile) -> Preferences:
    """Return the valid preferences of a settings file, with its problems."""
    keymap, problems = checked_keymap(file, PLACES)
    file, theme_problems = without_unknown_theme(file)
    settings = file.settings
    by_line = sorted((*file.problems, *problems, *theme_problems), key=lambda problem: problem.line or 0)
    return Preferences(
        file,
        settings.theme,
        keeps_theme=True,
        plain_signs=needs_plain_signs() if settings.ascii_symbols is None else settings.ascii_symbols,
        keymap=keymap,
        idle_seconds=60.0 * settings.idle_minutes,
        hold_minutes=settings.hold_minutes,
        problems=tuple(by_line),
    )


def without_unknown_theme(file: SettingsFile) -> tuple[SettingsFile, list[Problem]]:
    """Return the file without an unknown theme, and the problem that reports it."""
    theme = file.settings.theme
    if theme is None or theme in BUILTIN_THEMES:
        return file, []
    wrong = (
        f"{quoted(theme)} is no theme{did_you_mean(theme, BUILTIN_THEMES)}; the default is used. "
        f"The themes are {', '.join(BUILTIN_THEMES)}."
    )
    problem = Problem(wrong, file.line_of("theme"))
    return replace(file, settings=replace(file.settings, theme=None)), [problem]
