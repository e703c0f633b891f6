"""The app, which connects the desk and the screens."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from textual import events, work
from textual.app import SystemCommand
from textual.command import Provider
from textual.message import Message
from textual.screen import Screen

from opd_tui.domain.errors import AnswerLost, DeskRefusal
from opd_tui.domain.text import clean_text
from opd_tui.tui.catalogue import EVERYWHERE, preferences_from
from opd_tui.tui.commands import QUIT
from opd_tui.tui.host.desk_host import DeskHost
from opd_tui.tui.host.message_log import Shown
from opd_tui.tui.keys.commands import bindings
from opd_tui.tui.keys.key_queue import Hold, KeyHandled
from opd_tui.tui.modes import MODE_COMMANDS, MODES
from opd_tui.tui.screens.bar_screen import FEWEST_COLUMNS, FEWEST_LINES, BarScreen
from opd_tui.tui.settings.preferences import Preferences
from opd_tui.tui.shell.backups import BackupEnded, Backups
from opd_tui.tui.shell.live import Live, NewsArrived
from opd_tui.tui.shell.long_work import UPGRADE, Upgrade, WorkProgressed
from opd_tui.tui.shell.messages import show_messages, show_over_dialog
from opd_tui.tui.shell.remedies import message_of
from opd_tui.tui.shell.shutdown import report_loop_errors, run_to_its_end
from opd_tui.tui.shell.startup import finish_startup
from opd_tui.tui.shell.unhandled_keys import UnhandledKeys

if TYPE_CHECKING:
    from opd_tui.config.reading import SettingsFile
    from opd_tui.desk.front_desk import FrontDesk

CANNOT_OPEN = 2
QUIT_SECONDS = 0.5
"""How long the key to quit waits for the keys before it."""
WHILE_OPENING = {"quit", "help_quit", "suspend_process"}
"""The actions available while the database is being opened."""

FIRST, *OTHERS = MODES


def desk_commands() -> type[Provider]:
    """Return the palette's command provider, imported when the palette opens."""
    from opd_tui.tui.shell.palette import DeskCommands

    return DeskCommands


class OpdApp(DeskHost):
    """The front desk on a terminal; modules not needed for the first paint are imported after it."""

    TITLE = "OPD front desk"
    CSS_PATH = "styles/app.tcss"
    MODES = {mode.id: mode.new_screen for mode in OTHERS}
    DEFAULT_MODE = FIRST.id
    COMMANDS = {desk_commands}
    BINDINGS = bindings(*EVERYWHERE)
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (FEWEST_COLUMNS, "-narrow"), (112, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-tiny"), (FEWEST_LINES, "-low"), (22, "-short"), (32, "-tall")]

    mode_commands = MODE_COMMANDS

    def __init__(self, open_desk: Callable[[], FrontDesk], preferences: Preferences | None = None) -> None:
        super().__init__(open_desk, preferences or Preferences())
        self.unhandled_keys = UnhandledKeys(self)
        self.live = Live(self)
        self.backups = Backups(self)
        self.painted = asyncio.Event()
        """Set once the bars have been painted."""

    # Opening and closing

    def get_default_screen(self) -> Screen[None]:
        """Return a screen that needs no desk, so that the first paint is immediate."""
        return BarScreen()

    def on_mount(self) -> None:
        self.animation_level = "none"
        if not self.is_headless:
            report_loop_errors()
        self.add_mode(FIRST.id, FIRST.new_screen)
        self.open_desk(self.keys.held())

    @work
    async def open_desk(self, held: Hold) -> None:
        """Open the database after the first paint and show the board; keys pressed until then are held."""
        async with held:
            await self.painted.wait()
            try:
                self.desk = await self.async_desk.desk()
                self.notices.withdraw(UPGRADE)
            except DeskRefusal as refusal:
                self.exit(return_code=CANNOT_OPEN, message=f"opd-tui: {self.message_of(refusal)}")
                return
            await self.begin_day(self.desk)
            await self.show_board()
        await finish_startup(self, self.desk, self.backups)

    def on_ready(self) -> None:
        self.painted.set()

    async def begin_day(self, desk: FrontDesk) -> None:
        """Follow the clock and other desks; data is loaded afterwards, so that earlier commits are not missed."""
        self.tick()
        self.set_interval(1, self.tick)
        self.set_interval(1, self.idle.check)
        self.set_interval(1, self.notices.pass_time)
        await self.live.start()
        await self.desk_opened(desk)
        self.day = desk.today()

    async def desk_opened(self, desk: FrontDesk) -> None:
        """Handle a newly opened desk before it is shown; a hook for subclasses."""

    async def show_board(self) -> None:
        """Show the board with its rows in the same paint."""
        board = FIRST.new_screen()
        await board.prepare()
        first = self.screen
        await self.push_screen(board)
        self.is_open = True
        await first.remove_children()  # what changes on a screen below makes Textual repaint the whole board

    def tick(self) -> None:
        """Update the clock; at midnight, move from today to the next day if today is displayed."""
        assert self.desk is not None
        before = self.now
        now = self.desk.clock.now().astimezone(self.zone).replace(second=0, microsecond=0)
        self.now = now
        if before is not None and self.day == before.date() != now.date():
            self.day = now.date()
        if before is not None and before.date() != now.date():
            self.backups.each_day(now.date())

    async def on_unmount(self) -> None:
        self.close_desk()

    # Background events

    def answer_lost(self, lost: AnswerLost) -> None:
        self.run_worker(self.live.find_out(lost), group="find out")

    def on_news_arrived(self, event: NewsArrived) -> None:
        self.live.take(event.news)

    def show_message(self, shown: Shown) -> None:
        if shown != self.message:
            super().show_message(shown)
            show_over_dialog(self)

    def on_work_progressed(self, event: WorkProgressed) -> None:
        self.notices.follow(event.topic, event.text)

    def on_backup_ended(self, event: BackupEnded) -> None:
        self.backups.tell(event)

    # Keys

    @property
    def fits(self) -> bool:
        """Whether the terminal is large enough to show the effect of a key."""
        return self.size.width >= FEWEST_COLUMNS and self.size.height >= FEWEST_LINES

    def quits(self, pressed: Message) -> bool:
        """Return whether a message is a key to quit with; also called on the thread that reads the terminal."""
        return isinstance(pressed, events.Key) and pressed.key in self.keymap.keys_of(QUIT)

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.MouseDown | events.MouseUp) and not event.is_forwarded:
            await self.keys.press(event)
        elif isinstance(event, events.Key | events.Paste) and not event.is_forwarded:
            await self.press(event)
        else:
            await super().on_event(event)

    async def press(self, event: events.Key | events.Paste) -> None:
        """Let a key or pasted text wait for its turn, unless it only uncovers the screen; text is cleaned."""
        if self.idle.pressed() or not (self.fits or self.quits(event)):
            self.keys.refused()
            return
        if isinstance(event, events.Paste):
            event = events.Paste(clean_text(event.text))
        if self.quits(event):
            self.set_timer(QUIT_SECONDS, partial(self.quit_at_last, event))
        await self.keys.press(event)

    def quit_at_last(self, key: events.Event) -> None:
        """Quit if the key for it still waits behind others."""
        if self.keys.has(key):
            self.exit()

    async def on_key_handled(self, event: KeyHandled) -> None:
        if event.laps == 1:
            self.notices.key_handled()
        await self.keys.done(event)

    async def on_key(self, event: events.Key) -> None:
        await self.unhandled_keys.take(event)

    def on_paste(self) -> None:
        self.unhandled_keys.take_paste()

    def on_paste_cut(self) -> None:
        self.notices.warn("The end of the pasted text is missing. What followed it was dropped.")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Allow only quitting before the board is open, and no change of screen or day while a panel is open."""
        if not self.is_open:
            return action in WHILE_OPENING
        screen = self.screen if self.screen_stack else None
        leaves = action in {"show", "move_day", "ask_day"}
        return not (leaves and isinstance(screen, BarScreen) and screen.is_blocked)

    # Global actions

    def action_help_quit(self) -> None:
        """Say how to leave; Textual binds this to Ctrl+C."""
        self.refuse_key(f"^c does nothing here. {self.keymap.key_of(QUIT)} leaves the program.")

    async def action_show(self, mode: str) -> None:
        """Switch to a main screen."""
        await self.switch_mode(mode)

    def action_move_day(self, step: int) -> None:
        """Move the displayed day by `step` days, or to today if it is 0."""
        if self.desk is not None and self.day is not None:
            self.day = self.day + dt.timedelta(days=step) if step else self.desk.today()

    def action_ask_day(self) -> None:
        """Ask for a day and show it."""
        self.ask_day(self.keys.held(self.screen))

    @work
    async def ask_day(self, held: Hold) -> None:
        """Show the day that the user types; keys typed ahead wait for it."""
        from opd_tui.tui.dialogs.go_to_day import GoToDay  # not before the first paint

        async with held:
            if self.desk is not None and (day := await self.ask(GoToDay(self.desk.today()))):
                self.day = day

    def action_who(self) -> None:
        """Ask who is at the desk."""
        self.ask_who(self.keys.held(self.screen))

    @work
    async def ask_who(self, held: Hold) -> None:
        """Let the user choose or type who is at the desk; keys typed ahead wait for it."""
        from opd_tui.tui.dialogs.who_is_here import WhoIsHere  # not before the first paint

        async with held:
            try:
                known = self.operators or await self.async_desk.read(lambda desk: desk.recent_operators())
            except DeskRefusal as refusal:
                self.notices.refuse(refusal)
                return
            if name := await self.ask(WhoIsHere(self.operator, known, only_known=bool(self.operators))):
                self.operator = name
                self.notices.say(f"{name} is at the desk now.")

    def action_retry(self) -> None:
        """Retry the operation that a busy desk prevented, or else reload the view."""
        if not self.notices.try_again() and self.desk is not None:
            self.desk_changed.publish(None)
            self.notices.say("Loaded again.")

    def action_messages(self) -> None:
        """Show the last messages, or close their list."""
        show_messages(self)

    def action_redraw(self) -> None:
        """Clear the terminal and draw everything again."""
        from opd_tui.tui.shell.redraw import redraw

        redraw(self)

    def action_back_up(self) -> None:
        """Start a backup."""
        self.backups.now()

    def action_help(self) -> None:
        """Show the keys of the active screen."""
        from opd_tui.tui.shell.help import show_keys

        show_keys(self)

    def action_settings(self) -> None:
        """Show the settings and the problems in the settings file."""
        from opd_tui.tui.shell.help import show_settings

        show_settings(self)

    def message_of(self, refusal: DeskRefusal) -> str:
        return message_of(refusal, self.keymap)

    def new_cover(self) -> Screen[None]:
        from opd_tui.tui.shell.names_hidden import NamesHidden

        return NamesHidden()

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        yield SystemCommand("Theme", "Change the colours", self.action_change_theme)


def run_app(
    database: str | None,
    operator: str | None,
    desk: str | None,
    settings: SettingsFile,
    given: Mapping[str, str] | None = None,
    zone: str | None = None,
) -> int:
    """Run the app on the user's database and return its exit status.

    `given` holds the options from the command line or the environment, for display; `zone` is the time zone of a new
    database.
    """

    def open_desk() -> FrontDesk:
        from opd_tui.desk.opening import in_zone, open_front_desk
        from opd_tui.domain.actor import Road

        group = settings.settings.group
        opened = open_front_desk(
            database,
            operator=operator,
            desk=desk,
            road=Road.SCREEN,
            zone=zone,
            group=group,
            progress=Upgrade(app),
        )
        return in_zone(opened, zone)

    app = OpdApp(open_desk, replace(preferences_from(settings), given=given or {}))
    app.backups.database = database or ""
    return run_to_its_end(app)
