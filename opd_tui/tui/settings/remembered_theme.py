"""The theme selected in the app, saved to the settings file for the next start."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from opd_tui.domain.errors import SettingsNotKept


class RememberedTheme:
    """A writer that saves the theme off the event loop, one write at a time, ending with the latest choice."""

    def __init__(self, path: Path, theme: str) -> None:
        self.path = path
        self.kept = self.wanted = theme
        self.writing = False

    async def keep(self, theme: str, say: Callable[[SettingsNotKept], None]) -> None:
        """Save the theme; call `say` with the refusal if the file cannot be written."""
        self.wanted = theme
        if self.writing:
            return
        self.writing = True
        try:
            while self.kept != self.wanted:
                choice = self.wanted
                await asyncio.to_thread(self._write, choice)
                self.kept = choice
        except SettingsNotKept as refusal:
            say(refusal)
        finally:
            self.writing = False

    def _write(self, theme: str) -> None:
        from opd_tui.config.writing import keep_setting

        keep_setting(self.path, "theme", theme)
