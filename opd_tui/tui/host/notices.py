"""Messages to the user, shown without markup in the message line and kept in the history."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from opd_tui.domain.errors import AnswerLost, DeskBusy, DeskRefusal, StoreUnavailable
from opd_tui.domain.errors.base import NOTHING_CHANGED
from opd_tui.domain.text import clean_text
from opd_tui.tui.commands import RETRY
from opd_tui.tui.host.message_log import Kind, Message, MessageLog, Shown

if TYPE_CHECKING:
    from opd_tui.tui.host.preferred_app import PreferredApp

DATABASE, WAITING, BEGINS = "database", "waiting", "begins"
"""Topics: the database is unavailable; an operation waits for another desk; a key is about to change something."""
PAUSE = "Pause a second"
"""What ends the dropping of keys."""


class Notices:
    """The app's messages; `show` displays one in the message line, `now` is the desk's clock."""

    def __init__(
        self, app: PreferredApp, show: Callable[[Shown], object], now: Callable[[], dt.datetime | None]
    ) -> None:
        self.app = app
        self.show = show
        self.now = now
        self.log = MessageLog()
        self.key_began = 0.0
        """When the last key was delivered (monotonic)."""
        self.told_dropped = "", ""
        """The refusal behind which keys are dropped, and the message that says so."""
        self.kept_waiting: Callable[[], object] | None = None
        """The operation to retry because another desk was busy."""

    def say(self, text: str, *briefer: str) -> None:
        """Show what an action or a key at this desk did; the briefer texts are for a line that is too short."""
        self._add(Kind.RESULT, text, briefer=briefer)

    def mention(self, text: str, *briefer: str) -> None:
        """Show what another desk or the program did; it waits behind a fresh result, a refusal and a warning."""
        self._add(Kind.NEWS, text, briefer=briefer)

    def refuse_key(self, text: str) -> None:
        """Show why the key that is being handled does nothing."""
        self._add(Kind.REFUSAL, text)

    def refuse(self, refusal: DeskRefusal) -> None:
        """Show why the desk refused what the user asked for."""
        text = self.app.message_of(refusal)
        self._add(Kind.REFUSAL, text, topic_of(refusal), (text.removesuffix(f" {NOTHING_CHANGED}"),))

    def tell_dropped(self, text: str) -> None:
        """Show what is dropped until there is a pause, after the refusal that is still shown; again as more is."""
        shown = self.log.take_refusal()
        refusal, told = self.told_dropped
        refusal = refusal if shown == told else shown
        self.told_dropped = refusal, clean_text(after_a_pause(refusal, text))
        self.refuse_key(self.told_dropped[1])

    def report(self, refusal: DeskRefusal) -> None:
        """Warn that the desk refused something that the user did not ask for, such as loading the view."""
        self.warn(self.app.message_of(refusal), topic_of(refusal))

    def warn(self, text: str, topic: str = "") -> None:
        """Show something that the user did not ask for and has to read."""
        self._add(Kind.WARNING, text, topic)

    def wait_for_another_desk(self) -> None:
        """Show that an operation waits for another desk, until `withdraw(WAITING)`."""
        self._add(Kind.PROGRESS, "Another desk is busy. Waiting for it …", WAITING)

    def follow(self, topic: str, text: str) -> None:
        """Show how far long work is, until `withdraw(topic)`."""
        if not self.log.renew(topic, text):
            self._add(Kind.PROGRESS, text, topic)
        self._show()

    def withdraw(self, topic: str) -> None:
        """Remove the messages on a topic from the line, because they are no longer true."""
        self.log.withdraw(topic, time.monotonic())
        self._show()

    def busy(self, busy: DeskBusy, again: Callable[[], object]) -> None:
        """Show that another desk is busy, and keep the operation for the retry key."""
        self.kept_waiting = again
        text = f"{self.app.message_of(busy)} Press {self.app.keymap.key_of(RETRY)} to try again."
        self._add(Kind.REFUSAL, text)

    def try_again(self) -> bool:
        """Retry the kept operation; return whether there was one."""
        again, self.kept_waiting = self.kept_waiting, None
        if again is not None:
            again()
        return again is not None

    def key_begins(self) -> None:
        """Remember when a key was delivered: what is refused from then on, is refused because of it."""
        self.key_began = time.monotonic()

    def key_handled(self) -> None:
        """Remove the refusal of an earlier key, or a warning that could be read."""
        self.log.key_acted(self.key_began, time.monotonic())
        self._show()

    def forget(self) -> None:
        """Remove all messages, which may name a patient who was forgotten."""
        self.log.clear()
        self.told_dropped = "", ""
        self._show()

    def pass_time(self) -> None:
        """Dim a message that is no longer fresh, or show one that waits for its turn."""
        self.log.pass_time(time.monotonic())
        self._show()

    def _add(self, kind: Kind, text: str, topic: str = "", briefer: tuple[str, ...] = ()) -> None:
        # Messages can quote text from files and the database; the line has no place for line breaks.
        text, *others = map(clean_text, (text, *briefer))
        self.log.add(Message(kind, text, time.monotonic(), self.now(), topic, briefer=tuple(others)))
        self._show()

    def _show(self) -> None:
        self.show(self.log.shown(time.monotonic()))


def after_a_pause(refusal: str, dropped: str) -> str:
    """Return a refusal with what it dropped: its advice, or else whatever comes next, needs a pause first."""
    reason, press, advice = refusal.partition("Press ")
    return f"{reason.rstrip()} {dropped} {PAUSE}, then {f'press {advice}' if press else 'go on.'}".lstrip()


def topic_of(refusal: DeskRefusal) -> str:
    """Return what a refusal is about: the action whose answer was lost, or an unavailable database."""
    if isinstance(refusal, AnswerLost):
        return refusal.key
    return DATABASE if isinstance(refusal, StoreUnavailable) else ""
