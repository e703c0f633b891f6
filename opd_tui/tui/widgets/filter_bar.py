"""A bar that filters a list to the rows containing every word."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static

from opd_tui.tui.drawing.layout_map import refresh_layout_map
from opd_tui.tui.drawing.text import count
from opd_tui.tui.widgets.typed_text import TypedText


class FilterBar(Horizontal):
    """The filter text and the number of matching rows; Esc clears it."""

    BINDINGS = [Binding("escape", "clear", "Clear", show=False), Binding("down", "leave", "To the list", show=False)]

    class Changed(Message):
        """Posted when the filter text changes."""

    class Left(Message):
        """Posted when the user finishes typing."""

    def compose(self) -> ComposeResult:
        yield Static(" Filter ", markup=False)
        yield TypedText(placeholder="words such as paid, a doctor, a name", compact=True)
        yield Static(id="left", markup=False)

    def on_mount(self) -> None:
        self.display = False

    @property
    def value(self) -> str:
        return self.query_one(Input).value

    def open(self) -> None:
        """Show the bar and focus its input."""
        refresh_layout_map(self)
        self.display = True
        self.query_one(Input).focus()

    def clear(self) -> None:
        """Clear the filter and hide the bar."""
        self.query_one(Input).value = ""
        refresh_layout_map(self)
        self.display = False

    def say(self, shown: int, of: int) -> None:
        """Show the number of matching rows."""
        self.query_one("#left", Static).update(f" {count(shown, 'line')} of {of}   Esc clears ")

    @on(Input.Changed)
    def changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Changed())

    @on(Input.Submitted)
    def submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Left())

    def action_clear(self) -> None:
        self.clear()
        self.post_message(self.Left())

    def action_leave(self) -> None:
        self.post_message(self.Left())
