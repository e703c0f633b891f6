"""The list of the last messages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from opd_tui.tui.host.message_log import Message


class MessageHistory(ModalScreen[None]):
    """The last messages with their times, newest first; long ones are wrapped."""

    BINDINGS = [
        Binding("escape,enter,q", "dismiss", "Close", show=False),
        Binding("j", "scroll(1)", "Down", show=False),
        Binding("k", "scroll(-1)", "Up", show=False),
    ]

    def __init__(self, messages: Iterable[Message], today: dt.date | None) -> None:
        super().__init__()
        self.messages = tuple(messages)
        self.today = today

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog messages") as dialog:
            dialog.border_title = "Messages"
            dialog.border_subtitle = "Esc close"
            yield Static(self.table() if self.messages else "No messages yet.", markup=False)

    def table(self) -> Table:
        """Return the messages as one table: a widget for each would open slowly."""
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(no_wrap=True)
        table.add_column(ratio=1)
        for message in reversed(self.messages):
            table.add_row(Text(self.time_of(message), "dim"), Text(f"{message.sentence}{message.times}"))
        return table

    def time_of(self, message: Message) -> str:
        """Return when a message came, with its day if that is not today."""
        at = message.at
        if at is None:
            return ""
        return f"{at:%H:%M}" if at.date() == self.today else f"{at:%a %d %b %H:%M}"

    def action_scroll(self, lines: int) -> None:
        """Scroll down or up."""
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)
