"""The line above the footer that shows the current message."""

from __future__ import annotations

from rich.cells import cell_len
from textual.reactive import reactive

from opd_tui.tui.drawing.cells import Line, fit
from opd_tui.tui.host.message_log import Shown
from opd_tui.tui.widgets.bars import Bar


class MessageLine(Bar):
    """The current message, or `news` while there is none, in the fullest form that fits.

    The briefest one is cut if it is too long, and names the key that shows it all.
    """

    shown: reactive[Shown] = reactive(Shown())
    news: reactive[tuple[str, ...]] = reactive(())
    """The latest entry of the activity list in fewer and fewer words, if the screen has no room for the list."""
    more_key: reactive[str] = reactive("F7")
    """The key that opens the list of messages."""

    def on_mount(self) -> None:
        self.watch(self.app, "message", self.show_message)

    def show_message(self, shown: Shown) -> None:
        """Show the app's message."""
        self.shown = shown

    def line(self, width: int) -> Line:
        shown = self.shown
        if not shown.sentence and self.news:
            shown = Shown(self.news[0], look="dim", briefer=self.news[1:])
        sentence, times, look, briefer = shown
        for text in (sentence, *briefer):
            if cell_len(text) + cell_len(times) + 2 <= width:
                return self.styled((f" {text}{times}", look))
        room = width - cell_len(f"  {times}  {self.more_key} more")
        return self.styled((f" {fit(text, room)}{times}", look), (f"  {self.more_key}", "key"), (" more", None))
