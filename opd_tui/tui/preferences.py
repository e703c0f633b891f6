"""What the settings file says about the screens, checked against what the screens know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from textual.theme import BUILTIN_THEMES

from opd_tui.config.options import Settings
from opd_tui.config.reading import SettingsFile, did_you_mean
from opd_tui.config.toml_text import Problem
from opd_tui.domain.records import quoted
from opd_tui.tui.commands import DEMO_COMMANDS, EVERYWHERE, ON_SCREENS
from opd_tui.tui.keymap import Keymap, Place, checked_keymap
from opd_tui.tui.symbols import needs_plain_signs

PLACES: Sequence[Place] = tuple((*commands, *EVERYWHERE, *DEMO_COMMANDS) for commands in ON_SCREENS)
"""Every screen with the commands that work there."""


@dataclass(frozen=True)
class Preferences:
    """How this person wants the screens."""

    file: SettingsFile = SettingsFile()
    theme: str | None = None
    keeps_theme: bool = False
    """Whether a theme that is chosen on the screens is kept in the file."""
    plain_signs: bool = False
    """Whether letters and plain signs stand for symbols."""
    keymap: Keymap = Keymap()
    idle_seconds: float = 60.0 * Settings.idle_minutes
    """After how long without a key names are hidden; 0 is never."""
    problems: tuple[Problem, ...] = ()
    """What is wrong in the settings file, by line."""

    def for_the_demo(self) -> Preferences:
        """The demo looks the same, but keeps nothing and has nobody's name to hide."""
        return replace(self, keeps_theme=False, idle_seconds=0.0)


def preferences_from(file: SettingsFile) -> Preferences:
    """What counts of a settings file; the rest is among the problems."""
    settings = file.settings
    keymap, problems = checked_keymap(file, PLACES)
    theme = settings.theme
    if theme is not None and theme not in BUILTIN_THEMES:
        wrong = (
            f"{quoted(theme)} is no theme{did_you_mean(theme, BUILTIN_THEMES)}; the default is used. "
            f"The themes are {', '.join(BUILTIN_THEMES)}."
        )
        problems.append(Problem(wrong, file.line_of("theme")))
        theme = None
        file = replace(file, settings=replace(settings, theme=None))
    plain_signs = needs_plain_signs() if settings.ascii_symbols is None else settings.ascii_symbols
    by_line = sorted((*file.problems, *problems), key=lambda problem: problem.line or 0)
    return Preferences(
        file,
        theme,
        keeps_theme=True,
        plain_signs=plain_signs,
        keymap=keymap,
        idle_seconds=60.0 * settings.idle_minutes,
        problems=tuple(by_line),
    )
