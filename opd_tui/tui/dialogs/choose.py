"""The dialog that asks for one of a few values by a letter."""

from __future__ import annotations

from enum import Enum
from typing import Any

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from opd_tui.domain.field_types import Choice


class Choose(ModalScreen[Enum | None]):
    """The values of a choice, each chosen by the first letter of its name; Enter takes the suggested one."""

    BINDINGS = [
        Binding("enter", "suggested", "Take the suggested one", show=False),
        Binding("escape", "leave", "Close", show=False),
    ]

    def __init__(self, title: str, choice: Choice[Any], suggested: str) -> None:
        super().__init__()
        self.question = title
        self.by_letter: dict[str, Enum] = {member.name[0].lower(): member for member in choice.enumeration}
        self.suggested = choice.accept(suggested)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = Content(self.question)
            for letter, member in self.by_letter.items():
                yield Static(Content.from_markup(" [b]$letter[/]  $words", letter=letter, words=member.value))
            yield Static(f"Enter {self.suggested.value}   Esc close", markup=False, classes="hint")

    def on_key(self, event: events.Key) -> None:
        if (member := self.by_letter.get(event.key.lower())) is not None:
            event.prevent_default().stop()
            self.dismiss(member)

    def action_suggested(self) -> None:
        self.dismiss(self.suggested)

    def action_leave(self) -> None:
        self.dismiss(None)
