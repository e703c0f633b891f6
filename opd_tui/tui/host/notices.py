"""Messages to the user in toasts, shown without markup."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from opd_tui.domain.errors import DeskBusy, DeskRefusal
from opd_tui.tui.commands import RETRY

if TYPE_CHECKING:
    from opd_tui.tui.host.preferred_app import PreferredApp

ASIDE_SECONDS = 3.0
WARNING_SECONDS = 15.0


class Notices:
    """The app's toasts: one message at a time, plus an optional side note that does not replace it."""

    def __init__(self, app: PreferredApp) -> None:
        self.app = app
        self.aside = ""
        """The text of the side note that is still visible."""
        self.kept_waiting: Callable[[], object] | None = None
        """The operation to retry because another desk was busy."""

    def clear(self) -> None:
        """Remove all toasts."""
        self.app.clear_notifications()
        self.aside = ""

    def say(self, text: str, seconds: float | None = None) -> None:
        """Show a message in place of the previous one."""
        self.clear()
        self.app.notify(text, markup=False, timeout=seconds)

    def say_aside(self, text: str) -> None:
        """Show a side note, unless the same one is still visible."""
        if text != self.aside:
            self.aside = text
            self.app.notify(text, markup=False, timeout=ASIDE_SECONDS)
            self.app.set_timer(ASIDE_SECONDS, self.forget_aside)

    def forget_aside(self) -> None:
        """Forget the side note once it has expired."""
        self.aside = ""

    def refuse(self, refusal: DeskRefusal) -> None:
        """Show why an action was refused."""
        self.warn(self.app.message_of(refusal))

    def warn(self, text: str) -> None:
        """Show a warning in place of the previous message."""
        self.clear()
        self.app.notify(text, severity="warning", markup=False)

    def warn_beside(self, text: str) -> None:
        """Show a warning next to other messages, long enough to be read between two patients."""
        self.app.notify(text, severity="warning", markup=False, timeout=WARNING_SECONDS)

    def busy(self, busy: DeskBusy, again: Callable[[], object]) -> None:
        """Show that another desk is busy, and keep the operation for the retry key."""
        self.kept_waiting = again
        self.warn(f"{self.app.message_of(busy)} Press {self.app.keymap.key_of(RETRY)} to try again.")

    def try_again(self) -> bool:
        """Retry the kept operation; return whether there was one."""
        again, self.kept_waiting = self.kept_waiting, None
        if again is not None:
            again()
        return again is not None
