"""The line above the footer that shows the current message."""

from __future__ import annotations

from rich.cells import cell_len
from textual.reactive import reactive

from opd_tui.tui.drawing.cells import Line, fit
from opd_tui.tui.host.message_log import Shown
from opd_tui.tui.widgets.bars import Bar


class MessageLine(Bar):
    """The current message, or `news` while there is none; a longer one is cut and names the key that shows it all."""

    shown: reactive[Shown] = reactive(Shown())
    news: reactive[str] = reactive("")
    """The latest entry of the activity list, if the screen has no room for the list."""
    more_key: reactive[str] = reactive("F7")
    """The key that opens the list of messages."""

    def on_mount(self) -> None:
        self.watch(self.app, "message", self.show_message)

    def show_message(self, shown: Shown) -> None:
        """Show the app's message."""
        self.shown = shown

    def line(self, width: int) -> Line:
        text, times, look = self.shown if self.shown.sentence else Shown(self.news, look="dim")
        if cell_len(text) + cell_len(times) + 2 <= width:
            return self.styled((f" {text}{times}", look))
        room = width - cell_len(f"  {times}  {self.more_key} more")
        return self.styled((f" {fit(text, room)}{times}", look), (f"  {self.more_key}", "key"), (" more", None))
