"""The theme that was chosen on the screens, kept in the settings file for the next time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from opd_tui.domain.errors import SettingsNotKept


class RememberedTheme:
    """Writes off the event loop, one after another, and always the last choice."""

    def __init__(self, path: Path, theme: str) -> None:
        self.path = path
        self.kept = self.wanted = theme
        self.writing = False

    async def keep(self, theme: str, say: Callable[[SettingsNotKept], None]) -> None:
        """Write the theme into the file; `say` tells why where that cannot be."""
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
