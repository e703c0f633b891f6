"""The app interface for screens, dialogs and widgets, which get it through Textual's `getters.app(DeskHost)`."""

from __future__ import annotations

import asyncio
import datetime as dt
import functools
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual import events
from textual.content import Content
from textual.notifications import SeverityLevel
from textual.reactive import var
from textual.screen import ModalScreen
from textual.signal import Signal
from textual.widget import Widget

from opd_tui.domain.errors import AnswerLost
from opd_tui.tui.commands import OPEN_SESSION, OVER_DIALOGS
from opd_tui.tui.host.async_desk import AsyncDesk
from opd_tui.tui.host.message_log import Shown
from opd_tui.tui.host.notices import BEGINS, WAITING, Notices
from opd_tui.tui.host.preferred_app import PreferredApp
from opd_tui.tui.keys.commands import Command, Need, printed_key
from opd_tui.tui.keys.key_queue import KeyQueue
from opd_tui.tui.keys.meaning import Pressed
from opd_tui.tui.keys.typed import is_repeated, is_typing

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from rich.console import RenderableType

    from opd_tui.desk.actions import Action
    from opd_tui.desk.front_desk import FrontDesk
    from opd_tui.desk.outcome import Change, Forecast, Moves, Outcome
    from opd_tui.domain.model import TokenId
    from opd_tui.tui.host.slips import Slips
    from opd_tui.tui.settings.preferences import Preferences

Answer = TypeVar("Answer")

DO_NOT_REPEAT = "Do not repeat it: the desk finds out as soon as the server is back."
WAITING_NOTICE_SECONDS = 1.5
"""Delay before a notice that another desk is busy; longer than keys are held, so that a key pressed then acts."""


class DeskHost(PreferredApp):
    """The base of `OpdApp`: access to the desk, the displayed day, and dialogs."""

    day: var[dt.date | None] = var(None)
    """The displayed day."""
    now: var[dt.datetime | None] = var(None)
    """The desk's clock in the hospital's time zone, to the minute."""
    offline_notice: var[str] = var("")
    """The notice that the database is offline and since when; empty while online."""
    message: var[Shown] = var(Shown())
    """The content of the message line."""
    marks: var[Mapping[TokenId, str]] = var({}, always_update=True)
    """Recently moved tokens and the reason for each move."""

    mark_seconds = 8.0
    """How long a moved token stays marked."""
    mode_commands: ClassVar[tuple[Command, ...]] = ()
    """The commands that switch to the main screens."""

    def __init__(self, open_desk: Callable[[], FrontDesk], preferences: Preferences) -> None:
        super().__init__(preferences)
        self.async_desk = AsyncDesk(open_desk)
        self.desk_changed: Signal[Outcome | None] = Signal(self, "desk_changed")
        self.patient_forgotten: Signal[None] = Signal(self, "patient_forgotten")
        self.operator_changed: Signal[str] = Signal(self, "operator_changed")
        self.desk: FrontDesk | None = None
        self.notices = Notices(self, self.show_message, lambda: self.now)
        always = self.keymap.keys_of(*OVER_DIALOGS)
        self.keys = KeyQueue(self, self.deliver_key, self.notices.tell_dropped, always)
        self.is_open = False
        """Whether the board has been opened; before that, the user can only quit."""
        self.exit_status: int | None = None
        """The status that the app was told to exit with, if it was; an error while it exits does not change it."""
        self.is_asking = False
        """Whether a command that may open a dialog is running."""
        self.chosen_on_board: Callable[[Need], int | None] = lambda need: None
        """Returns the id of what is selected on the board, whatever screen is shown."""

    @property
    def zone(self) -> ZoneInfo | None:
        """The hospital's time zone, once the desk is open."""
        return self.desk.zone if self.desk else None

    @property
    def desk_name(self) -> str:
        return self.desk.actor.desk if self.desk else ""

    @property
    def operator(self) -> str:
        """Who is at the desk, as the journal records with every action from now on."""
        return self.desk.actor.operator if self.desk else ""

    @operator.setter
    def operator(self, name: str) -> None:
        if self.desk is not None:
            self.desk.actor = replace(self.desk.actor, operator=name)
            self.operator_changed.publish(name)

    @property
    def who(self) -> str:
        """The desk and the operator, for the top bar."""
        names = dict.fromkeys((self.desk.actor.desk, self.desk.actor.operator)) if self.desk else ()
        return " · ".join(names)

    # The desk

    async def perform(self, action: Action, expect: Moves | None = None) -> Outcome:
        """Perform an action and publish its outcome to every screen; raise a DeskRefusal if it is refused."""
        try:
            with self.announce_waiting():
                return await self.async_desk.perform(action, expect, self.performed)
        except AnswerLost as lost:
            self.answer_lost(lost)
            raise AnswerLost(lost.key, DO_NOT_REPEAT) from lost

    def performed(self, outcome: Outcome) -> None:
        """Publish what this desk did, and print the slip of a token that it issued, if the settings say so."""
        self.publish(outcome)
        self.print_issued(outcome)

    def print_issued(self, outcome: Outcome) -> None:
        """Begin to print the slip of a token that was issued; several at once, as a leave issues them, have none."""
        if self.prints_on_issue and (token := outcome.only_issued) is not None:
            self.slips.print(token, asked_for=False)

    @functools.cached_property
    def slips(self) -> Slips:
        """The slips of this desk; what prints them is imported on use."""
        from opd_tui.tui.host.slips import Slips

        return Slips(
            self,
            self.async_desk,
            self.notices,
            lambda outcome, announce: self.publish(outcome, announce=announce),
        )

    async def preview(self, action: Action) -> Forecast:
        """Return what an action would do now; raise a DeskRefusal if it is refused."""
        with self.announce_waiting():
            return await self.async_desk.preview(action)

    def close_desk(self) -> None:
        """Finish pending actions and close the desk."""
        self.async_desk.close()

    def answer_lost(self, lost: AnswerLost) -> None:
        """Handle a connection lost before the server confirmed an action; a hook for subclasses."""

    @contextmanager
    def announce_waiting(self) -> Iterator[None]:
        """Show a notice if the body waits for another desk."""
        timer = self.set_timer(WAITING_NOTICE_SECONDS, self.notices.wait_for_another_desk)
        try:
            yield
        finally:
            timer.stop()
            self.notices.withdraw(WAITING)

    def publish(self, outcome: Outcome, *, announce: bool = True) -> None:
        """Publish an outcome to every screen and show its sentence in the message line."""
        from opd_tui.tui.drawing.sentences import forms_of, outcome_sentence  # not before the first paint

        self.desk_changed.publish(outcome)
        if outcome.visits:
            self.forget_names()
        if announce:
            self.notices.say(*forms_of(f"{outcome_sentence(outcome, self.zone)}.{self.next_step(outcome)}", outcome))
        self.mark_moved(outcome.changes)

    def next_step(self, outcome: Outcome) -> str:
        """Return which key usually follows an outcome on this screen, as a sentence after another one; "" for most."""
        from opd_tui.domain.events import DoctorAdded  # not before the first paint

        if self.current_mode != "doctors" or not any(isinstance(event, DoctorAdded) for event in outcome.events):
            return ""
        return f" Press {self.keymap.key_of(OPEN_SESSION)} to open the first session."

    def forget_names(self) -> None:
        """Drop the messages and what was typed before, which may name a patient who was forgotten."""
        self.notices.forget()
        self.patient_forgotten.publish(None)

    def mark_moved(self, changes: Iterable[Change]) -> None:
        """Mark moved tokens for `mark_seconds`."""
        from opd_tui.tui.drawing.text import MARKS  # not before the first paint

        moved = {change.token.id: change.reason for change in changes if change.reason in MARKS}
        if moved:
            self.marks = {**self.marks, **moved}
            self.set_timer(self.mark_seconds, lambda: self.unmark(moved))

    def unmark(self, moved: Mapping[TokenId, str]) -> None:
        """Remove these marks unless they were renewed."""
        self.marks = {token: reason for token, reason in self.marks.items() if moved.get(token) is not reason}

    def exit(self, result: None = None, return_code: int = 0, message: RenderableType | None = None) -> None:
        if self.exit_status is None:
            self.exit_status = return_code
        super().exit(result, return_code, message)

    # Dialogs and messages

    async def deliver_key(self, key: Pressed) -> None:
        """Deliver a key or pasted text to the widget that has the focus, or a click to the one under the mouse."""
        self.notices.key_begins()
        await super().on_event(key)

    def show_message(self, shown: Shown) -> None:
        """Show a message in the message line of every screen."""
        self.message = shown

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = True,
    ) -> None:
        """Show a notification, such as one of Textual's own, in the message line."""
        text = f"{title} {Content.from_markup(message).plain if markup else message}"
        (self.notices.say if severity == "information" else self.notices.warn)(text)

    async def ask(self, dialog: ModalScreen[Answer]) -> Answer | None:
        """Open a dialog and return its result; keys are held until it is mounted. Call this from a worker."""
        answered: asyncio.Future[Answer | None] = asyncio.get_running_loop().create_future()
        async with self.keys.held(dialog):
            await self.push_screen(dialog, lambda answer: None if answered.done() else answered.set_result(answer))
        return await answered

    def refuse_key(self, why: str) -> None:
        """Show why a key has no effect, and drop what is typed behind it."""
        self.notices.refuse_key(why)
        self.keys.refused()

    async def is_meant(self, doing: str, *, may_repeat: bool = False) -> bool:
        """Return whether the last key is a command that changes something at once, and no letter of a typed name.

        A letter is refused if typing goes on right behind it, by a repeated key only unless `may_repeat`. What the key
        is `doing` is shown meanwhile, until the message is withdrawn. Keys have to be held.
        """
        typed = self.keys.delivered
        if typed is None or not typed.may_be_a_letter:
            return True
        self.notices.follow(BEGINS, f"{doing} …")
        behind = await self.keys.followed()
        if behind is None or not is_typing(behind.key) or (may_repeat and is_repeated(typed.key, behind.key)):
            return True
        assert isinstance(typed.key, events.Key)
        key = printed_key(typed.key.key)
        self.refuse_key(f"Not done: {key} came with other letters. Press it alone.")
        return False

    def key_of_mode(self, mode: str) -> str:
        """Return the key that switches to a main screen, for use in a sentence."""
        return self.keymap.key_of(next(command for command in self.mode_commands if command.id == f"mode.{mode}"))

    # Hooks for the demo

    def extra_bars(self) -> Iterable[Widget]:
        """Return extra bars that every screen shows above its footer."""
        return ()

    def demo_commands(self) -> tuple[Command, ...]:
        """Return the commands that exist only in the demo."""
        return ()
