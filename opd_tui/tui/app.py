"""The app: wiring between the desk and the screens."""

from __future__ import annotations

import datetime as dt
import gc
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from textual import events, work
from textual.app import App, SystemCommand
from textual.reactive import var
from textual.screen import Screen
from textual.signal import Signal
from textual.widget import Widget
from textual.widgets import Input

from opd_tui.domain.errors import DeskRefusal
from opd_tui.domain.model import Reason, TokenId
from opd_tui.tui.commands import EVERYWHERE, HELP, MOVES, PALETTE, QUIT, Command, bindings
from opd_tui.tui.desk_line import DeskLine
from opd_tui.tui.dialogs.help import Help, Section
from opd_tui.tui.key_line import KeyDone, KeyLine
from opd_tui.tui.palette import DeskCommands
from opd_tui.tui.screens.desk_screen import DeskScreen
from opd_tui.tui.screens.doctors import DoctorsScreen
from opd_tui.tui.screens.slot_board import SlotBoardScreen
from opd_tui.tui.screens.waitlist import WaitlistScreen
from opd_tui.tui.widgets.token_lines import MARKS

if TYPE_CHECKING:
    from opd_tui.desk.actions import Action
    from opd_tui.desk.front_desk import FrontDesk
    from opd_tui.desk.outcome import Moves, Outcome

CANNOT_OPEN = 2
ASIDE_SECONDS = 3.0


class OpdApp(App[None]):
    """The front desk on a terminal."""

    TITLE = "OPD front desk"
    CSS_PATH = "styles/app.tcss"
    MODES = {"board": SlotBoardScreen, "waitlist": WaitlistScreen, "doctors": DoctorsScreen}
    DEFAULT_MODE = "board"
    COMMANDS = {DeskCommands}
    BINDINGS = bindings(*EVERYWHERE)
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (60, "-narrow"), (100, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-tiny"), (16, "-short"), (32, "-tall")]

    day: var[dt.date | None] = var(None)
    """The day that the screens show."""
    now: var[dt.datetime | None] = var(None)
    """The desk's clock in the hospital's time zone, to the minute."""
    marks: var[Mapping[TokenId, Reason]] = var({}, always_update=True)
    """Tokens that were moved just now."""

    mark_seconds = 8.0
    """How long a moved token carries its mark."""

    def __init__(self, open_desk: Callable[[], FrontDesk]) -> None:
        super().__init__()
        self.desk_line = DeskLine(open_desk)
        self.desk_changed: Signal[Outcome | None] = Signal(self, "desk_changed")
        self.desk: FrontDesk | None = None
        self.keys = KeyLine(self, super().on_event)
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
        return self.desk.desk if self.desk else ""

    @property
    def who(self) -> str:
        """Who acts at which desk."""
        names = dict.fromkeys((self.desk.desk, self.desk.operator)) if self.desk else ()
        return " · ".join(names)

    def on_mount(self) -> None:
        self.animation_level = "none"
        self.call_after_refresh(self.open_desk)

    @work
    async def open_desk(self) -> None:
        """Open the database after the first paint."""
        try:
            self.desk = await self.desk_line.desk()
        except DeskRefusal as refusal:
            self.exit(return_code=CANNOT_OPEN, message=f"opd-tui: {refusal.message}")
            return
        self.tick()
        self.set_interval(1, self.tick)
        await self.desk_opened(self.desk)
        self.day = self.desk.today()
        gc.freeze()

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

    async def on_unmount(self) -> None:
        self.desk_line.close()

    # The desk

    async def perform(self, action: Action, expect: Moves | None = None) -> Outcome:
        """Perform an action and let every screen know; raises a DeskRefusal."""
        return await self.desk_line.perform(action, expect, self.publish)

    def publish(self, outcome: Outcome, *, toast: bool = True) -> None:
        """Tell everybody what was done."""
        self.desk_changed.publish(outcome)
        if toast:
            self.say(f"{outcome.sentence}.")
        moved = {change.token.id: change.reason for change in outcome.changes if change.reason in MARKS}
        if moved:
            self.marks = {**self.marks, **moved}
            self.set_timer(self.mark_seconds, lambda: self.unmark(moved))

    def unmark(self, moved: Mapping[TokenId, Reason]) -> None:
        """Let marks fade, but not those that came since."""
        self.marks = {token: reason for token, reason in self.marks.items() if moved.get(token) is not reason}

    def say(self, text: str) -> None:
        """Say something in a toast, in the place of the one before; nothing in it is markup."""
        self.clear_notifications()
        self.aside = ""
        self.notify(text, markup=False)

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
        self.clear_notifications()
        self.aside = ""
        self.notify(refusal.message, severity="warning", markup=False)

    # Keys

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key | events.Paste) and not event.is_forwarded:
            await self.keys.press(event)
        else:
            await super().on_event(event)

    async def on_key_done(self, event: KeyDone) -> None:
        await self.keys.done(event.laps)

    async def action_show(self, mode: str) -> None:
        """Go to one of the main screens."""
        await self.switch_mode(mode)

    def action_move_day(self, step: int) -> None:
        """Show another day; 0 is today."""
        if self.desk is not None and self.day is not None:
            self.day = self.day + dt.timedelta(days=step) if step else self.desk.today()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave the screen or the day only when the panel is closed."""
        screen = self.screen if self.screen_stack else None
        leaves = action in {"show", "move_day"}
        return not (leaves and isinstance(screen, DeskScreen) and screen.new_token.is_open)

    def on_key(self, event: events.Key) -> None:
        """A key that does nothing here says so."""
        typing = isinstance(self.focused, Input)
        if event.is_printable and not typing and event.key not in self.screen.active_bindings:
            help = " Press ? for the keys." if isinstance(self.screen, DeskScreen) else ""
            self.say_aside(f"{event.character} does nothing here.{help}")

    def action_help(self) -> None:
        """Show the keys that work here."""
        screen = self.screen
        if not isinstance(screen, DeskScreen):
            return
        here = [(c.key_label, c.help) for c in screen.INTENTS]
        sections: list[Section] = [("On this screen", here), ("In every list", MOVES)]
        if self.demo_commands():
            sections.append(("In the demo", [(c.key_label, c.help) for c in self.demo_commands()]))
        sections.append(("Everywhere", [(c.key_label, c.help) for c in EVERYWHERE]))
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


def run_app(database: str | None, operator: str | None, desk: str | None) -> int:
    """Run the screens on the user's own database; returns the exit status."""

    def open_desk() -> FrontDesk:
        from opd_tui.desk.opening import open_front_desk

        return open_front_desk(database, operator=operator, desk=desk)

    app = OpdApp(open_desk)
    app.run()
    return app.return_code or 0
