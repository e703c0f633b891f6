"""Hiding the patients' names on a screen that nobody works at."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.app import App
    from textual.screen import Screen


class Idle:
    """Covers the screen after some seconds without a key; the key that uncovers it does nothing else."""

    def __init__(self, app: App[None], seconds: float, new_cover: Callable[[], Screen[None]]) -> None:
        self.app = app
        self.seconds = seconds
        """0 never hides by itself."""
        self.new_cover = new_cover
        """Makes the screen that hides the names."""
        self.last = time.monotonic()
        """When something was pressed last."""
        self.covers: list[Screen[None]] = []
        """The screens that hide them now; a question that was still on its way can come between two."""
        self.until_a_key = False
        """Whether they are to stay hidden, whatever comes upon the screen that hides them."""

    @property
    def hidden(self) -> bool:
        """Whether the names are hidden now."""
        return bool(self.app.screen_stack) and self.app.screen in self.covers

    def check(self) -> None:
        """Hide the names if nothing was pressed for long enough, or if something came over what hides them."""
        if self.until_a_key or (self.seconds and time.monotonic() - self.last >= self.seconds):
            self.hide()

    def hide(self) -> None:
        """Cover whatever is on the screen, questions and forms too."""
        self.until_a_key = True
        if not self.hidden:
            self.covers.append(self.new_cover())
            self.app.push_screen(self.covers[-1])

    def touched(self) -> None:
        """Somebody is here."""
        self.last = time.monotonic()

    def pressed(self) -> bool:
        """Something was pressed; whether all it does is to show the names again."""
        self.touched()
        self.until_a_key = False
        if not self.hidden:
            return False
        self.covers = [cover for cover in self.covers if cover is not self.app.screen]
        self.app.pop_screen()
        return True
