"""Keys that no widget handled: a few commands work over dialogs, and the others show a notice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opd_tui.tui.catalogue import EVERYWHERE
from opd_tui.tui.commands import HELP, OVER_DIALOGS
from opd_tui.tui.keys.commands import Command, printed_key
from opd_tui.tui.screens.bar_screen import BarScreen

if TYPE_CHECKING:
    from textual import events

    from opd_tui.tui.host.desk_host import DeskHost

STILL_OPENING = "One moment: the database is being opened."


class UnhandledKeys:
    """A handler for keys that reach the app; Textual disables the app's bindings while a modal screen is open."""

    def __init__(self, app: DeskHost) -> None:
        self.app = app

    async def take(self, event: events.Key) -> None:
        """Run a command that works over a dialog, or show why the key has no effect."""
        screen = self.app.screen
        if not (event.is_printable or screen.is_modal) or event.key in screen.active_bindings:
            return
        asked_for = self.command_on(event.key) if screen.is_modal else None
        if asked_for in OVER_DIALOGS:
            event.prevent_default()
            await self.app.run_action(asked_for.action)
        elif asked_for is not None:
            self.app.notices.refuse_key(f"{printed_key(event.key)} waits until this is answered or closed (Esc).")
        elif event.is_printable and not self.is_typed:
            help = f" Press {self.app.keymap.key_of(HELP)} for the keys." if isinstance(screen, BarScreen) else ""
            nothing = f"{event.character} does nothing here.{help}"
            self.app.notices.refuse_key(nothing if self.app.is_open else STILL_OPENING)

    @property
    def is_typed(self) -> bool:
        """Whether an input has the focus, so that a printable key is typed text."""
        from textual.widgets import Input

        return isinstance(self.app.focused, Input)

    def command_on(self, key: str) -> Command | None:
        """Return the global command with this key, or None."""
        return next((each for each in EVERYWHERE if key in self.app.keymap.command(each).keys.split(",")), None)
