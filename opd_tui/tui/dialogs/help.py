"""The help on keys, built from the same commands as the footer."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from opd_tui.tui.drawing.text import Section


class Help(ModalScreen[None]):
    """Sections of keys and their meanings; Esc, Enter, ?, F1 or q closes it."""

    BINDINGS = [
        Binding("escape,enter,question_mark,f1,q", "close", "Close", show=False),
        Binding("j,down", "scroll('down')", "Down", show=False),
        Binding("k,up", "scroll('up')", "Up", show=False),
    ]

    def __init__(self, title: str, sections: Sequence[Section]) -> None:
        super().__init__()
        self.help_title = title
        self.sections = sections

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog help") as dialog:
            dialog.border_title = Content(self.help_title)
            dialog.border_subtitle = "Esc close"
            for heading, rows in self.sections:
                yield Static(heading, markup=False, classes="help-heading")
                for keys, meaning in rows:
                    yield Static(Content.assemble((f"{keys:<20}", "bold"), meaning), classes="help-row")

    def action_close(self) -> None:
        self.dismiss()

    def action_scroll(self, direction: str) -> None:
        scroll = self.query_one(VerticalScroll)
        if direction == "down":
            scroll.scroll_down(animate=False)
        else:
            scroll.scroll_up(animate=False)
