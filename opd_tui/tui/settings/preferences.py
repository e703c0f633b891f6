"""The settings file's preferences for the screens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from opd_tui.config.options import Settings
from opd_tui.config.reading import SettingsFile
from opd_tui.config.toml_text import Problem
from opd_tui.tui.keys.keymap import Keymap


@dataclass(frozen=True)
class Preferences:
    """The user's preferences for the screens."""

    file: SettingsFile = SettingsFile()
    theme: str | None = None
    keeps_theme: bool = False
    """Whether a theme selected in the app is saved to the file."""
    plain_signs: bool = False
    """Whether symbols are replaced with ASCII characters."""
    keymap: Keymap = Keymap()
    idle_seconds: float = 60.0 * Settings.idle_minutes
    """The idle time before names are hidden; 0 disables it."""
    hold_minutes: int = Settings.hold_minutes
    """After how many minutes on hold a patient is marked in the queue; 0 disables it."""
    given: Mapping[str, str] = field(default_factory=dict)
    """The options given on the command line or in the environment."""
    problems: tuple[Problem, ...] = ()
    """The problems in the settings file, ordered by line."""

    def for_the_demo(self) -> Preferences:
        """Return these preferences for the demo, which saves and prints nothing and has no real names to hide."""
        file = replace(self.file, settings=replace(self.file.settings, slip_printer=None))
        return replace(self, file=file, keeps_theme=False, idle_seconds=0.0)
