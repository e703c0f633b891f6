"""A dialog of aligned rows, for the help on keys, the settings and a patient's details."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from opd_tui.tui.drawing.text import Section

WIDEST_FIRST_COLUMN = 20
"""The first column's largest width, in cells."""


class Help(ModalScreen[None]):
    """Sections of rows in columns that are aligned over all sections; Esc, Enter, ?, F1 or q closes it."""

    BINDINGS = [
        Binding("escape,enter,question_mark,f1,q", "close", "Close", show=False),
        Binding("j,down", "scroll('down')", "Down", show=False),
        Binding("k,up", "scroll('up')", "Up", show=False),
    ]

    HINT: ClassVar[str] = "Esc close"

    def __init__(self, title: str, sections: Sequence[Section]) -> None:
        super().__init__()
        self.help_title = title
        self.sections = sections

    def compose(self) -> ComposeResult:
        firsts = [cell_len(row[0]) for _, rows in self.sections for row in rows]
        width = min(max(firsts, default=0), WIDEST_FIRST_COLUMN)
        with VerticalScroll(classes="dialog help") as dialog:
            dialog.border_title = Content(self.help_title)
            dialog.border_subtitle = self.HINT
            for heading, rows in self.sections:
                yield Static(heading, markup=False, classes="help-heading")
                yield Static(table_of(rows, width), classes="help-rows")

    def action_close(self) -> None:
        self.dismiss()

    def action_scroll(self, direction: str) -> None:
        scroll = self.query_one(VerticalScroll)
        if direction == "down":
            scroll.scroll_down(animate=False)
        else:
            scroll.scroll_up(animate=False)


def table_of(rows: Sequence[Sequence[str]], first: int) -> Table:
    """Return rows as a table whose first column has this width; long texts wrap within their column."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="bold", width=first)
    for _ in range(max(map(len, rows), default=1) - 1):
        table.add_column(overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    return table
