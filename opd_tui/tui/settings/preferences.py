"""What the settings file says about the screens."""

from __future__ import annotations

from dataclasses import dataclass, replace

from opd_tui.config.options import Settings
from opd_tui.config.reading import SettingsFile
from opd_tui.config.toml_text import Problem
from opd_tui.tui.keys.keymap import Keymap


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
