"""The bars of every screen, which are painted before the desk is open."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual import getters
from textual.app import ComposeResult
from textual.reactive import Reactive
from textual.screen import Screen
from textual.widget import Widget

from opd_tui.tui.commands import MESSAGES, OVER_DIALOGS, QUIT, TODAY
from opd_tui.tui.host.desk_host import DeskHost
from opd_tui.tui.keys.commands import Command
from opd_tui.tui.widgets.bars import CommandFooter, ModeBar, TopBar
from opd_tui.tui.widgets.message_line import MessageLine

FEWEST_COLUMNS, FEWEST_LINES = 60, 16
"""The smallest usable terminal; on a smaller one only the quit key works."""
TOO_SMALL = f"The terminal is too small.\nopd-tui needs {FEWEST_COLUMNS} columns and {FEWEST_LINES} lines."


class BarScreen(Screen[None]):
    """A screen with bars at the top and bottom; shown without a body while modules load and the database opens."""

    MODE: ClassVar[str] = "board"
    INTENTS: ClassVar[tuple[Command, ...]] = ()
    """The screen's own commands, in addition to the global ones."""

    focused: Reactive[Widget | None] = Reactive(None, repaint=False)
    """The focused widget; without `repaint`, because widgets that gain or lose the focus repaint themselves."""

    is_covered = False
    """Whether a dialog is over the screen."""

    host = getters.app(DeskHost)
    top_bar = getters.query_one(TopBar)
    mode_bar = getters.query_one(ModeBar)
    message_line = getters.query_one(MessageLine)
    footer = getters.query_one(CommandFooter)

    @property
    def is_blocked(self) -> bool:
        """Whether commands are disabled because a panel is open or the screen is not yet complete."""
        return False

    def compose(self) -> ComposeResult:
        yield TopBar(id="top-bar")
        yield ModeBar(id="mode-bar")
        yield from self.body()
        yield from self.host.extra_bars()
        yield MessageLine(id="message-line")
        yield CommandFooter(id="footer")

    def body(self) -> Iterable[Widget]:
        """Return the widgets between the bars."""
        return ()

    def on_mount(self) -> None:
        keymap = self.host.keymap
        self.mode_bar.current = self.MODE
        self.mode_bar.modes = keymap.commands(self.host.mode_commands)
        self.top_bar.title = self.host.hospital
        self.top_bar.today_key = keymap.key_of(TODAY)
        self.message_line.more_key = keymap.key_of(MESSAGES)
        self.show_hints()

    def show_hints(self) -> None:
        """Show the commands for the focused widget in the footer; under a dialog, only those that work over it."""
        self.footer.commands = self.host.keymap.commands(OVER_DIALOGS if self.is_covered else self.hints())

    def on_screen_suspend(self) -> None:
        self.is_covered = True
        if self.query_one_optional(CommandFooter) is not None:  # else the screen is being removed
            self.show_hints()

    def on_screen_resume(self) -> None:
        self.is_covered = False
        self.show_hints()

    def hints(self) -> tuple[Command, ...]:
        """Return the commands for the footer."""
        return (QUIT,)
