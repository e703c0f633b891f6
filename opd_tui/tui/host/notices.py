"""What the app says to the person in toasts; nothing in them is markup."""

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
    """Says one thing at a time, with a word beside it where that must not hide what was done."""

    def __init__(self, app: PreferredApp) -> None:
        self.app = app
        self.aside = ""
        """What was said beside the news and can still be read."""
        self.kept_waiting: Callable[[], object] | None = None
        """What another desk kept this one from doing."""

    def clear(self) -> None:
        """Take away what was said."""
        self.app.clear_notifications()
        self.aside = ""

    def say(self, text: str, seconds: float | None = None) -> None:
        """Say something in the place of what was said before."""
        self.clear()
        self.app.notify(text, markup=False, timeout=seconds)

    def say_aside(self, text: str) -> None:
        """Say something beside the news, and not again while it is still there to be read."""
        if text != self.aside:
            self.aside = text
            self.app.notify(text, markup=False, timeout=ASIDE_SECONDS)
            self.app.set_timer(ASIDE_SECONDS, self.forget_aside)

    def forget_aside(self) -> None:
        """The aside has gone."""
        self.aside = ""

    def refuse(self, refusal: DeskRefusal) -> None:
        """Say why something was not done."""
        self.warn(self.app.message_of(refusal))

    def warn(self, text: str) -> None:
        """Say that something is wrong, in the place of what was said before."""
        self.clear()
        self.app.notify(text, severity="warning", markup=False)

    def warn_beside(self, text: str) -> None:
        """Say that something is wrong beside the news, long enough to be read between two patients."""
        self.app.notify(text, severity="warning", markup=False, timeout=WARNING_SECONDS)

    def busy(self, busy: DeskBusy, again: Callable[[], object]) -> None:
        """Say that another desk was in the way, and keep what was to be done for the key that tries again."""
        self.kept_waiting = again
        self.warn(f"{self.app.message_of(busy)} Press {self.app.keymap.key_of(RETRY)} to try again.")

    def try_again(self) -> bool:
        """Do what another desk was in the way of; says whether there was anything."""
        again, self.kept_waiting = self.kept_waiting, None
        if again is not None:
            again()
        return again is not None
