"""The app: wiring between the desk and the screens."""

from __future__ import annotations

import datetime as dt
import gc
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from textual import events, work
from textual.app import SystemCommand
from textual.command import Provider
from textual.reactive import var
from textual.screen import Screen
from textual.signal import Signal
from textual.widget import Widget

from opd_tui.domain.errors import AnswerLost, DeskBusy, DeskRefusal
from opd_tui.tui import screens
from opd_tui.tui.async_desk import AsyncDesk
from opd_tui.tui.backups import BackupEnded, Backups
from opd_tui.tui.commands import EVERYWHERE, HELP, MOVES, PALETTE, QUIT, RETRY, Command, bindings
from opd_tui.tui.key_queue import KeyHandled, KeyQueue
from opd_tui.tui.live import Live, NewsArrived
from opd_tui.tui.preferences import Preferences, preferences_from
from opd_tui.tui.preferred import PreferredApp
from opd_tui.tui.remedies import message_of
from opd_tui.tui.screens.bar_screen import FEWEST_COLUMNS, FEWEST_LINES, BarScreen
from opd_tui.tui.sentences import outcome_sentence
from opd_tui.tui.shutdown import be_ended_cleanly, run_to_its_end
from opd_tui.tui.unhandled_keys import UnhandledKeys

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from opd_tui.config.reading import SettingsFile
    from opd_tui.desk.actions import Action
    from opd_tui.desk.front_desk import FrontDesk
    from opd_tui.desk.outcome import Change, Forecast, Moves, Outcome
    from opd_tui.domain.model import TokenId
    from opd_tui.tui.dialogs.help import Section

CANNOT_OPEN = 2
DO_NOT_REPEAT = "Do not repeat it: the desk finds out as soon as the server is back."
ASIDE_SECONDS = 3.0
WARNING_SECONDS = 15.0
PATIENCE_SECONDS = 1.0
"""After so long of waiting for another desk the person is told."""
TOAST_SECONDS = 0.05
"""How long a toast lets the screen itself go first."""
WHILE_OPENING = {"quit", "help_quit", "suspend_process"}
"""What the person can do meanwhile."""


def desk_commands() -> type[Provider]:
    """What the palette offers, imported when it opens."""
    from opd_tui.tui.palette import DeskCommands

    return DeskCommands


class OpdApp(PreferredApp):
    """The front desk on a terminal; what the first paint does not need is imported behind it."""

    TITLE = "OPD front desk"
    CSS_PATH = "styles/app.tcss"
    MODES = {"waitlist": screens.waitlist, "doctors": screens.doctors}
    DEFAULT_MODE = "board"
    COMMANDS = {desk_commands}
    BINDINGS = bindings(*EVERYWHERE)
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (FEWEST_COLUMNS, "-narrow"), (112, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-tiny"), (FEWEST_LINES, "-short"), (32, "-tall")]

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

    def __init__(self, open_desk: Callable[[], FrontDesk], preferences: Preferences | None = None) -> None:
        super().__init__(preferences or Preferences())
        self.async_desk = AsyncDesk(open_desk)
        self.desk_changed: Signal[Outcome | None] = Signal(self, "desk_changed")
        self.desk: FrontDesk | None = None
        self.keys = KeyQueue(self, super().on_event)
        self.unhandled_keys = UnhandledKeys(self)
        self.is_open = False
        """Whether the board is there; before, nothing can be done but leaving."""
        self.live = Live(self)
        self.backups = Backups(self)
        self.kept_waiting: Callable[[], object] | None = None
        """What another desk kept this one from doing."""
        self.aside = ""
        """What was said beside the news and can still be read."""
        self.asking = False
        """Whether a question about a token is being asked."""

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

    def get_default_screen(self) -> Screen[None]:
        """The first paint waits for nothing."""
        return BarScreen()

    def on_mount(self) -> None:
        self.animation_level = "none"
        if not self.is_headless:
            be_ended_cleanly(self)
        self.add_mode("board", screens.board)
        self.keys.hold()
        self.call_after_refresh(self.open_desk)

    @work
    async def open_desk(self) -> None:
        """Open the database after the first paint, then show the board."""
        try:
            self.desk = await self.async_desk.desk()
        except DeskRefusal as refusal:
            self.exit(return_code=CANNOT_OPEN, message=f"opd-tui: {message_of(refusal, self.keymap)}")
            return
        self.tick()
        self.set_interval(1, self.tick)
        self.set_interval(1, self.idle.check)
        await self.live.start()
        await self.desk_opened(self.desk)
        self.day = self.desk.today()
        await self.show_board()
        gc.freeze()
        gc.enable()
        for warning in self.desk.warnings:
            self.warn_beside(warning)
        await self.check_file()
        self.backups.each_day(self.desk.today())

    async def show_board(self) -> None:
        """Show the board, its rows in the same paint, and let the keys go that came before."""
        board = screens.board()
        await board.prepare()
        await self.push_screen(board)
        self.is_open = True
        await self.keys.release(finished=False)

    async def check_file(self) -> None:
        """See behind the first board that the file is sound; the first action waits for it."""
        try:
            await self.async_desk.act(lambda desk: desk.check_file())
        except DeskRefusal as refusal:
            self.say_refusal(refusal)

    async def desk_opened(self, desk: FrontDesk) -> None:
        """The desk has just been opened and nothing of it is shown yet."""

    def tick(self) -> None:
        """Follow the desk's clock; whoever looks at today stays on today over midnight."""
        assert self.desk is not None
        before = self.now
        now = self.desk.clock.now().astimezone(self.zone).replace(second=0, microsecond=0)
        self.now = now
        if before is not None and self.day == before.date() != now.date():
            self.day = now.date()
        if before is not None and before.date() != now.date():
            self.backups.each_day(now.date())

    async def on_unmount(self) -> None:
        self.let_go()

    def let_go(self) -> None:
        """Finish what was asked for, and let go of the desk."""
        self.async_desk.close()

    # The desk

    async def perform(self, action: Action, expect: Moves | None = None) -> Outcome:
        """Perform an action and let every screen know; raises a DeskRefusal."""
        try:
            with self.patience():
                return await self.async_desk.perform(action, expect, self.publish)
        except AnswerLost as lost:
            self.run_worker(self.live.find_out(lost), group="find out")
            raise AnswerLost(lost.key, DO_NOT_REPEAT) from lost

    async def preview(self, action: Action) -> Forecast:
        """What an action would do now; raises a DeskRefusal."""
        with self.patience():
            return await self.async_desk.preview(action)

    @contextmanager
    def patience(self) -> Iterator[None]:
        """Say so when another desk lets this one wait."""
        timer = self.set_timer(PATIENCE_SECONDS, lambda: self.say_aside("Another desk is busy. Waiting for it …"))
        try:
            yield
        finally:
            timer.stop()

    def publish(self, outcome: Outcome, *, toast: bool = True) -> None:
        """Tell everybody what was done."""
        self.desk_changed.publish(outcome)
        if toast:
            self.set_timer(TOAST_SECONDS, lambda: self.say(f"{outcome_sentence(outcome, self.zone)}."))
        self.mark_moved(outcome.changes)

    def mark_moved(self, changes: Iterable[Change]) -> None:
        """Mark the tokens that were moved, for some seconds."""
        from opd_tui.tui.widgets.token_rows import MARKS

        moved = {change.token.id: change.reason for change in changes if change.reason in MARKS}
        if moved:
            self.marks = {**self.marks, **moved}
            self.set_timer(self.mark_seconds, lambda: self.unmark(moved))

    def unmark(self, moved: Mapping[TokenId, str]) -> None:
        """Let marks fade, but not those that came since."""
        self.marks = {token: reason for token, reason in self.marks.items() if moved.get(token) is not reason}

    def clear_notifications(self) -> None:
        """Take the toasts away with what holds each, which Textual would leave behind, empty (seen in 8.2.8).

        In the course of a day there would be thousands, and every change of the screen would arrange them all.
        """
        super().clear_notifications()
        if self.screen_stack:
            self.screen.query("ToastHolder").remove()

    def say(self, text: str, seconds: float | None = None) -> None:
        """Say something in a toast, in the place of the one before; nothing in it is markup."""
        self.clear_notifications()
        self.aside = ""
        self.notify(text, markup=False, timeout=seconds)

    def say_aside(self, text: str) -> None:
        """Say something beside the news, and not again while it is still there to be read."""
        if text != self.aside:
            self.aside = text
            self.notify(text, markup=False, timeout=ASIDE_SECONDS)
            self.set_timer(ASIDE_SECONDS, self.forget_aside)

    def forget_aside(self) -> None:
        """The aside has gone."""
        self.aside = ""

    def say_refusal(self, refusal: DeskRefusal) -> None:
        """Say why something was not done."""
        self.warn(message_of(refusal, self.keymap))

    def warn(self, text: str) -> None:
        """Say something that is not as it should be, in the place of what was said before."""
        self.clear_notifications()
        self.aside = ""
        self.notify(text, severity="warning", markup=False)

    def warn_beside(self, text: str) -> None:
        """Say something that is not as it should be beside the news, long enough to be read between two patients."""
        self.notify(text, severity="warning", markup=False, timeout=WARNING_SECONDS)

    def say_busy(self, busy: DeskBusy, again: Callable[[], object]) -> None:
        """Say that another desk was in the way, and keep what was to be done for the key that tries again."""
        self.kept_waiting = again
        self.warn(f"{busy.message} Press {self.keymap.key_of(RETRY)} to try again.")

    def action_retry(self) -> None:
        """Try again what another desk was in the way of; else load again what is shown."""
        again, self.kept_waiting = self.kept_waiting, None
        if again is not None:
            again()
        elif self.desk is not None:
            self.desk_changed.publish(None)
            self.say_aside("Loaded again.")

    # Keys

    @property
    def fits(self) -> bool:
        """Whether the terminal is large enough to show what a key does."""
        return self.size.width >= FEWEST_COLUMNS and self.size.height >= FEWEST_LINES

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key | events.Paste) and not event.is_forwarded:
            leaves = isinstance(event, events.Key) and event.key in self.keymap.command(QUIT).keys.split(",")
            if not self.idle.pressed() and (self.fits or leaves):
                await self.keys.press(event)
        else:
            await super().on_event(event)

    def on_news_arrived(self, event: NewsArrived) -> None:
        self.live.take(event.news)

    def on_backup_ended(self, event: BackupEnded) -> None:
        self.backups.tell(event)

    def action_back_up(self) -> None:
        """Have a backup made now."""
        self.backups.now()

    async def on_key_handled(self, event: KeyHandled) -> None:
        await self.keys.done(event)

    async def action_show(self, mode: str) -> None:
        """Go to one of the main screens."""
        await self.switch_mode(mode)

    def action_move_day(self, step: int) -> None:
        """Show another day; 0 is today."""
        if self.desk is not None and self.day is not None:
            self.day = self.day + dt.timedelta(days=step) if step else self.desk.today()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Before there is a board one can only leave; and leave a screen or a day only when the panel is closed."""
        if not self.is_open:
            return action in WHILE_OPENING
        screen = self.screen if self.screen_stack else None
        leaves = action in {"show", "move_day"}
        return not (leaves and isinstance(screen, BarScreen) and screen.is_blocked)

    async def on_key(self, event: events.Key) -> None:
        await self.unhandled_keys.take(event)

    def action_help(self) -> None:
        """Show the keys that work here."""
        from opd_tui.tui.dialogs.help import Help

        screen = self.screen
        if not isinstance(screen, BarScreen):
            return
        sections: list[Section] = [("On this screen", self.keymap.rows(screen.INTENTS)), ("In every list", MOVES)]
        if self.demo_commands():
            sections.append(("In the demo", self.keymap.rows(self.demo_commands())))
        sections.append(("Everywhere", self.keymap.rows(EVERYWHERE)))
        self.push_screen(Help("Keys", sections))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        yield SystemCommand("Theme", "Change the colours", self.action_change_theme)

    # What the demo adds

    def extra_bars(self) -> Iterable[Widget]:
        """Bars that every screen shows above its footer."""
        return ()

    def demo_commands(self) -> tuple[Command, ...]:
        """Commands that only the demo has."""
        return ()

    def common_commands(self) -> tuple[Command, ...]:
        """Commands that every footer shows."""
        return (HELP, PALETTE, QUIT)


def run_app(database: str | None, operator: str | None, desk: str | None, settings: SettingsFile) -> int:
    """Run the screens on the user's own database; returns the exit status."""

    def open_desk() -> FrontDesk:
        from opd_tui.desk.opening import open_front_desk
        from opd_tui.domain.actor import Road

        group = settings.settings.group
        return open_front_desk(database, operator=operator, desk=desk, road=Road.SCREEN, group=group)

    app = OpdApp(open_desk, preferences_from(settings))
    app.backups.database = database or ""
    return run_to_its_end(app)
