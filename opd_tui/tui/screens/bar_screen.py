"""The bars that every screen has: all that is painted before anything of the desk is known."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual import getters
from textual.app import ComposeResult
from textual.geometry import Region
from textual.reactive import Reactive
from textual.screen import Screen
from textual.widget import Widget

from opd_tui.tui.commands import QUIT, TODAY
from opd_tui.tui.host.desk_host import DeskHost
from opd_tui.tui.keys.commands import Command
from opd_tui.tui.widgets.bars import CommandFooter, ModeBar, TopBar

FEWEST_COLUMNS, FEWEST_LINES = 60, 16
"""What a terminal needs; on a smaller one no key acts but the one that leaves."""
TOO_SMALL = f"The terminal is too small.\nopd-tui needs {FEWEST_COLUMNS} columns and {FEWEST_LINES} lines."


class BarScreen(Screen[None]):
    """Bars above and below; by itself what stands there while the rest is imported and the database is opened."""

    MODE: ClassVar[str] = "board"
    INTENTS: ClassVar[tuple[Command, ...]] = ()
    """What can be asked for here, besides what works everywhere."""

    focused: Reactive[Widget | None] = Reactive(None, repaint=False)
    """As for every screen, but what gains or loses the focus repaints itself, and not the whole screen."""

    toasts: frozenset[Region] = frozenset()
    """Where toasts stand."""

    host = getters.app(DeskHost)
    top_bar = getters.query_one(TopBar)
    mode_bar = getters.query_one(ModeBar)
    footer = getters.query_one(CommandFooter)

    @property
    def is_blocked(self) -> bool:
        """Whether a panel has to be closed before anything else, or the screen is incomplete."""
        return False

    def compose(self) -> ComposeResult:
        yield TopBar(id="top-bar")
        yield ModeBar(id="mode-bar")
        yield from self.body()
        yield from self.host.extra_bars()
        yield CommandFooter(id="footer")

    def body(self) -> Iterable[Widget]:
        """What this screen shows between the bars."""
        return ()

    def on_mount(self) -> None:
        keymap = self.host.keymap
        self.mode_bar.current = self.MODE
        self.mode_bar.modes = keymap.commands(self.host.mode_commands)
        self.top_bar.title = self.host.hospital
        self.top_bar.today_key = keymap.key_of(TODAY)
        self.show_hints()
        self.screen_layout_refresh_signal.subscribe(self, self.paint_where_toasts_stood)

    def paint_where_toasts_stood(self, _screen: Screen[None]) -> None:
        """Textual sometimes leaves a line of a toast that a smaller one has replaced (seen in 8.2.8)."""
        stood, self.toasts = self.toasts, frozenset(toast.region for toast in self.query("Toast") if toast.region)
        for gone in stood - self.toasts:
            for place in (gone.offset, gone.bottom_right - (1, 1)):
                for widget, _ in self.get_widgets_at(*place):
                    if widget is not self:  # a screen that paints a part of itself forgets what else has to be painted
                        widget.refresh()

    def show_hints(self) -> None:
        """The footer says what works where the focus is."""
        self.footer.commands = self.host.keymap.commands(self.hints())

    def hints(self) -> tuple[Command, ...]:
        """The commands in the footer."""
        return (QUIT,)
