"""Keys that no widget handled: a few commands work over dialogs, and the others are refused with a notice."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from opd_tui.tui.catalogue import EVERYWHERE
from opd_tui.tui.commands import HELP, OVER_DIALOGS
from opd_tui.tui.keys.commands import Command, printed_key
from opd_tui.tui.screens.bar_screen import BarScreen

if TYPE_CHECKING:
    from textual import events

    from opd_tui.tui.dialogs.question import Question
    from opd_tui.tui.host.desk_host import DeskHost

STILL_OPENING = "One moment: the database is being opened."
ACTS_ELSEWHERE = re.compile("enter|insert|delete|f[0-9]+")
"""The keys without a character that may be refused; those that only move, and Esc, do nothing without a word."""


class UnhandledKeys:
    """A handler for keys that reach the app; Textual disables the app's bindings while a modal screen is open."""

    def __init__(self, app: DeskHost) -> None:
        self.app = app

    async def take(self, event: events.Key) -> None:
        """Run a command that works over a dialog, or refuse a key that has no effect."""
        screen = self.app.screen
        does_something = event.is_printable or ACTS_ELSEWHERE.fullmatch(event.key)
        if not (does_something or screen.is_modal) or event.key in screen.active_bindings:
            return
        asked_for = self.command_on(event.key) if screen.is_modal else None
        if asked_for in OVER_DIALOGS:
            event.prevent_default()
            await self.app.run_action(asked_for.action)
        elif asked_for is not None:
            self.app.refuse_key(f"{printed_key(event.key)} waits until this is answered or closed (Esc).")
        elif (question := self.question) is not None:
            question.refuse_key()
        elif does_something and not self.is_typed:
            self.refuse_useless(event.character if (event.character or "").strip() else printed_key(event.key))

    def take_paste(self) -> None:
        """Refuse pasted text, which no field took."""
        if (question := self.question) is not None:
            question.refuse_key()
        else:
            self.refuse_useless("Pasted text")

    def refuse_useless(self, what: str | None) -> None:
        """Say that a key has no effect here."""
        help = f" Press {self.app.keymap.key_of(HELP)} for the keys." if isinstance(self.app.screen, BarScreen) else ""
        self.app.refuse_key(f"{what} does nothing here.{help}" if self.app.is_open else STILL_OPENING)

    @property
    def question(self) -> Question[Any] | None:
        """The question on the screen, or None."""
        from opd_tui.tui.dialogs.question import Question

        return self.app.screen if isinstance(self.app.screen, Question) else None

    @property
    def is_typed(self) -> bool:
        """Whether an input has the focus, so that a printable key is typed text."""
        from textual.widgets import Input

        return isinstance(self.app.focused, Input)

    def command_on(self, key: str) -> Command | None:
        """Return the global command with this key, or None."""
        return next((each for each in EVERYWHERE if key in self.app.keymap.keys_of(each)), None)
