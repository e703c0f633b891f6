"""The dialog for one of a few options, each chosen by the letter with which it begins."""

from __future__ import annotations

import enum
from collections.abc import Iterator

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from opd_tui.tui.dialogs.question import Question


class ChooseOption(Question[enum.Enum], inherit_bindings=False):
    """The members of an enumeration; what stands now is named and cannot be chosen."""

    ANSWERS = "Pause a second, then one of these letters chooses. Esc leaves it as it is."
    BINDINGS = [Binding("escape,enter", "leave", "Close", show=False)]

    def __init__(self, title: str, options: type[enum.Enum], current: enum.Enum | None = None) -> None:
        super().__init__()
        self.option_title = title
        self.current = current
        self.options = {member.name[0].casefold(): member for member in options}

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog options") as dialog:
            dialog.border_title = Content(self.option_title)
            yield Static(Content("\n").join(self.rows()))
            yield self.no_answer()
            yield Static("A letter chooses   Esc close", markup=False, classes="hint")

    def rows(self) -> Iterator[Content]:
        """Yield the options, one a line."""
        for letter, member in self.options.items():
            now = " (now)" if member is self.current else ""
            style = "$quiet" if now else "bold"
            yield Content.styled(letter.upper(), style).append(Content.styled(f"  {words_of(member)}{now}", "$ink"))

    def on_key(self, event: events.Key) -> None:
        member = self.options.get((event.character or "").casefold())
        if member is None:
            return
        event.stop()
        if member is self.current:
            self.refuse_key()
        else:
            self.answer(member)

    def action_leave(self) -> None:
        self.close(None)


def words_of(member: enum.Enum) -> str:
    """Return an option in words: its label, or else its value as the beginning of a line."""
    words = str(getattr(member, "label", member.value))
    return words[:1].upper() + words[1:]
