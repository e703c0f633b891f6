"""Hiding patients' names on an unattended screen."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.app import App
    from textual.screen import Screen


class Idle:
    """A timer that covers the screen after `seconds` without a key; the key that uncovers it has no other effect."""

    def __init__(self, app: App[None], seconds: float, new_cover: Callable[[], Screen[None]]) -> None:
        self.app = app
        self.seconds = seconds
        """The idle time before names are hidden; 0 disables it."""
        self.new_cover = new_cover
        """A factory for the screen that hides the names."""
        self.last = time.monotonic()
        """When a key or mouse button was last pressed (monotonic)."""
        self.covers: list[Screen[None]] = []
        """The open cover screens; there are several if a dialog opened on top of one."""
        self.until_a_key = False
        """Whether names stay hidden until a key is pressed, even if a dialog opens over the cover."""

    @property
    def hidden(self) -> bool:
        """Whether the names are hidden."""
        return bool(self.app.screen_stack) and self.app.screen in self.covers

    def check(self) -> None:
        """Hide the names after the idle time, or again if a dialog opened over the cover."""
        if self.until_a_key or (self.seconds and time.monotonic() - self.last >= self.seconds):
            self.hide()

    def hide(self) -> None:
        """Cover the screen, including its dialogs."""
        self.until_a_key = True
        if not self.hidden:
            self.covers.append(self.new_cover())
            self.app.push_screen(self.covers[-1])

    def touched(self) -> None:
        """Restart the idle time."""
        self.last = time.monotonic()

    def pressed(self) -> bool:
        """Handle a key press; return whether it only uncovered the screen."""
        self.touched()
        self.until_a_key = False
        if not self.hidden:
            return False
        self.covers = [cover for cover in self.covers if cover is not self.app.screen]
        self.app.pop_screen()
        return True
