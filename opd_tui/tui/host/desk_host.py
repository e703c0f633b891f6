"""The app as its screens, dialogs and widgets know it; they use it by Textual's `getters.app(DeskHost)`."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual.reactive import var
from textual.screen import ModalScreen
from textual.signal import Signal
from textual.widget import Widget

from opd_tui.domain.errors import AnswerLost
from opd_tui.tui.host.async_desk import AsyncDesk
from opd_tui.tui.host.notices import Notices
from opd_tui.tui.host.preferred_app import PreferredApp
from opd_tui.tui.keys.commands import Command
from opd_tui.tui.keys.key_queue import KeyQueue

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from opd_tui.desk.actions import Action
    from opd_tui.desk.front_desk import FrontDesk
    from opd_tui.desk.outcome import Change, Forecast, Moves, Outcome
    from opd_tui.domain.model import TokenId
    from opd_tui.tui.settings.preferences import Preferences

Answer = TypeVar("Answer")

DO_NOT_REPEAT = "Do not repeat it: the desk finds out as soon as the server is back."
WAITING_NOTICE_SECONDS = 1.0
"""After so long of waiting for another desk the person is told."""
TOAST_SECONDS = 0.05
"""How long a toast lets the screen itself go first."""


class DeskHost(PreferredApp):
    """The desk, the day that is shown, and how to ask the desk and the person; `OpdApp` is the one that runs."""

    day: var[dt.date | None] = var(None)
    """The day that the screens show."""
    now: var[dt.datetime | None] = var(None)
    """The desk's clock in the hospital's time zone, to the minute."""
    offline_notice: var[str] = var("")
    """Since when the database is not there, or nothing."""
    marks: var[Mapping[TokenId, str]] = var({}, always_update=True)
    """Tokens that were moved just now."""

    mark_seconds = 8.0
    """How long a moved token carries its mark."""
    mode_commands: ClassVar[tuple[Command, ...]] = ()
    """The commands that go to the main screens."""

    def __init__(self, open_desk: Callable[[], FrontDesk], preferences: Preferences) -> None:
        super().__init__(preferences)
        self.async_desk = AsyncDesk(open_desk)
        self.desk_changed: Signal[Outcome | None] = Signal(self, "desk_changed")
        self.desk: FrontDesk | None = None
        self.keys = KeyQueue(self, super().on_event)
        self.notices = Notices(self)
        self.is_open = False
        """Whether the board is there; before, nothing can be done but leaving."""
        self.is_asking = False
        """Whether a command is under way that may ask a question."""

    @property
    def zone(self) -> ZoneInfo | None:
        """The hospital's time zone, once the desk is open."""
        return self.desk.zone if self.desk else None

    @property
    def desk_name(self) -> str:
        return self.desk.actor.desk if self.desk else ""

    @property
    def who(self) -> str:
        """Who acts at which desk."""
        names = dict.fromkeys((self.desk.actor.desk, self.desk.actor.operator)) if self.desk else ()
        return " · ".join(names)

    # The desk

    async def perform(self, action: Action, expect: Moves | None = None) -> Outcome:
        """Perform an action and let every screen know; raises a DeskRefusal."""
        try:
            with self.announce_waiting():
                return await self.async_desk.perform(action, expect, self.publish)
        except AnswerLost as lost:
            self.answer_lost(lost)
            raise AnswerLost(lost.key, DO_NOT_REPEAT) from lost

    async def preview(self, action: Action) -> Forecast:
        """What an action would do now; raises a DeskRefusal."""
        with self.announce_waiting():
            return await self.async_desk.preview(action)

    def close_desk(self) -> None:
        """Finish what was asked for, and let go of the desk."""
        self.async_desk.close()

    def answer_lost(self, lost: AnswerLost) -> None:
        """The server went away before it said whether an action was done."""

    @contextmanager
    def announce_waiting(self) -> Iterator[None]:
        """Say so when another desk lets this one wait."""
        waiting = "Another desk is busy. Waiting for it …"
        timer = self.set_timer(WAITING_NOTICE_SECONDS, lambda: self.notices.say_aside(waiting))
        try:
            yield
        finally:
            timer.stop()

    def publish(self, outcome: Outcome, *, toast: bool = True) -> None:
        """Tell everybody what was done."""
        from opd_tui.tui.drawing.sentences import outcome_sentence  # not before the first paint

        self.desk_changed.publish(outcome)
        if toast:
            self.set_timer(TOAST_SECONDS, lambda: self.notices.say(f"{outcome_sentence(outcome, self.zone)}."))
        self.mark_moved(outcome.changes)

    def mark_moved(self, changes: Iterable[Change]) -> None:
        """Mark the tokens that were moved, for some seconds."""
        from opd_tui.tui.drawing.text import MARKS  # not before the first paint

        moved = {change.token.id: change.reason for change in changes if change.reason in MARKS}
        if moved:
            self.marks = {**self.marks, **moved}
            self.set_timer(self.mark_seconds, lambda: self.unmark(moved))

    def unmark(self, moved: Mapping[TokenId, str]) -> None:
        """Let marks fade, but not those that came since."""
        self.marks = {token: reason for token, reason in self.marks.items() if moved.get(token) is not reason}

    # The person

    def clear_notifications(self) -> None:
        """Take the toasts away with what holds each, which Textual would leave behind, empty (seen in 8.2.8).

        In the course of a day there would be thousands, and every change of the screen would arrange them all.
        """
        super().clear_notifications()
        if self.screen_stack:
            self.screen.query("ToastHolder").remove()

    async def ask(self, dialog: ModalScreen[Answer]) -> Answer | None:
        """Open a dialog and return what comes of it; its keys wait until it is there. Call this in a worker."""
        answered: asyncio.Future[Answer | None] = asyncio.get_running_loop().create_future()
        async with self.keys.held(dialog):
            await self.push_screen(dialog, lambda answer: None if answered.done() else answered.set_result(answer))
        return await answered

    def key_of_mode(self, mode: str) -> str:
        """The key that goes to a main screen, as a sentence names it."""
        return self.keymap.key_of(next(command for command in self.mode_commands if command.id == f"mode.{mode}"))

    # What the demo adds

    def extra_bars(self) -> Iterable[Widget]:
        """Bars that every screen shows above its footer."""
        return ()

    def demo_commands(self) -> tuple[Command, ...]:
        """Commands that only the demo has."""
        return ()
