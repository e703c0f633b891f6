"""The dialog that asks for a day."""

from __future__ import annotations

import datetime as dt

from textual import getters, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from opd_tui.domain.field_types import InvalidValue
from opd_tui.domain.time_types import Date
from opd_tui.tui.host.desk_host import DeskHost
from opd_tui.tui.widgets.typed_text import TypedText, offer_again

DATE = Date()
EXAMPLES = f"For example {DATE.such_as}"


class GoToDay(ModalScreen[dt.date | None]):
    """A dialog with one field, which shows as which day the text is understood."""

    BINDINGS = [Binding("escape", "leave", "Close", show=False)]

    host = getters.app(DeskHost)

    def __init__(self, today: dt.date) -> None:
        super().__init__()
        self.today = today

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog go-to-day") as dialog:
            dialog.border_title = "Go to a day"
            yield TypedText(id="day", placeholder="a day")
            yield Static(EXAMPLES, id="understood", markup=False)
            yield Static("Enter go there   Esc close", markup=False, classes="hint")

    def on_mount(self) -> None:
        self.set_focus(self.query_one(Input))

    @on(Input.Changed)
    def show_understood(self, event: Input.Changed) -> None:
        """Show the day that the text means."""
        try:
            self.say(DATE.in_words(DATE.from_text(event.value, self.today)))
        except InvalidValue:
            self.say(EXAMPLES)

    @on(Input.Submitted)
    def go(self, event: Input.Submitted) -> None:
        """Close with the day, or show what is wrong with the text, select it and drop what is typed behind."""
        try:
            self.dismiss(DATE.from_text(event.value, self.today))
        except InvalidValue as error:
            self.say(f"This {error}.", wrong=True)
            offer_again(event.input)
            self.host.keys.refused()

    def say(self, text: str, *, wrong: bool = False) -> None:
        """Show a line below the field."""
        understood = self.query_one("#understood", Static)
        understood.set_class(wrong, "-wrong")
        understood.update(text)

    def action_leave(self) -> None:
        self.dismiss(None)
