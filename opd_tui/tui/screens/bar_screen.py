"""The bars of every screen, which are painted before the desk is open."""

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
"""The smallest usable terminal; on a smaller one only the quit key works."""
TOO_SMALL = f"The terminal is too small.\nopd-tui needs {FEWEST_COLUMNS} columns and {FEWEST_LINES} lines."


class BarScreen(Screen[None]):
    """A screen with bars at the top and bottom; shown without a body while modules load and the database opens."""

    MODE: ClassVar[str] = "board"
    INTENTS: ClassVar[tuple[Command, ...]] = ()
    """The screen's own commands, in addition to the global ones."""

    focused: Reactive[Widget | None] = Reactive(None, repaint=False)
    """The focused widget; without `repaint`, because widgets that gain or lose the focus repaint themselves."""

    toasts: frozenset[Region] = frozenset()
    """The regions of the visible toasts."""

    host = getters.app(DeskHost)
    top_bar = getters.query_one(TopBar)
    mode_bar = getters.query_one(ModeBar)
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
        self.show_hints()
        self.screen_layout_refresh_signal.subscribe(self, self.paint_where_toasts_stood)

    def paint_where_toasts_stood(self, _screen: Screen[None]) -> None:
        """Repaint the widgets under removed toasts, of which Textual may leave a line behind (as of Textual 8.2.8)."""
        stood, self.toasts = self.toasts, frozenset(toast.region for toast in self.query("Toast") if toast.region)
        for gone in stood - self.toasts:
            for place in (gone.offset, gone.bottom_right - (1, 1)):
                for widget, _ in self.get_widgets_at(*place):
                    if widget is not self:  # a partial repaint of the screen discards its other pending repaints
                        widget.refresh()

    def show_hints(self) -> None:
        """Show the commands for the focused widget in the footer."""
        self.footer.commands = self.host.keymap.commands(self.hints())

    def hints(self) -> tuple[Command, ...]:
        """Return the commands for the footer."""
        return (QUIT,)
