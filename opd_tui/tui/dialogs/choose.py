"""The dialog that asks for one of a few values by a letter."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from typing import Any

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from opd_tui.domain.field_types import Choice
from opd_tui.tui.dialogs.question import Question


class Choose(Question[enum.Enum], inherit_bindings=False):
    """The values of a choice, each chosen by the first letter of its name; Enter takes the suggested one, if any.

    What stands now is named and cannot be chosen.
    """

    ANSWERS = "Pause a second, then one of these letters chooses."
    BINDINGS = [
        Binding("enter", "suggested", "Take the suggested one", show=False),
        Binding("escape", "leave", "Close", show=False),
    ]

    def __init__(
        self, title: str, choice: Choice[Any], suggested: str | None = None, current: enum.Enum | None = None
    ) -> None:
        super().__init__()
        self.choice_title = title
        self.by_letter: dict[str, enum.Enum] = {member.name[0].casefold(): member for member in choice.enumeration}
        self.suggested: enum.Enum | None = None if suggested is None else choice.accept(suggested)
        self.current = current

    def compose(self) -> ComposeResult:
        enter = f"Enter {words_of(self.suggested)}   " if self.suggested else ""
        with Vertical(classes="dialog choose") as dialog:
            dialog.border_title = Content(self.choice_title)
            yield Static(Content("\n").join(self.rows()))
            yield self.no_answer()
            yield Static(f"A letter chooses   {enter}Esc close", markup=False, classes="hint")

    def rows(self) -> Iterator[Content]:
        """Yield the values, one a line."""
        for letter, member in self.by_letter.items():
            stands = member is self.current
            words = f"  {words_of(member)}{' (now)' if stands else ''}"
            yield Content.styled(letter.upper(), "$quiet" if stands else "bold").append(Content.styled(words, "$ink"))

    def on_key(self, event: events.Key) -> None:
        member = self.by_letter.get((event.character or "").casefold())
        if member is None:
            return
        event.stop()
        if member is self.current:
            self.refuse_key()
        else:
            self.answer(member)

    def action_suggested(self) -> None:
        self.dismiss(self.suggested)

    def action_leave(self) -> None:
        self.dismiss(None)


def words_of(member: enum.Enum) -> str:
    """Return a value in words: its label, or else its value as the beginning of a line."""
    words = str(getattr(member, "label", member.value))
    return words[:1].upper() + words[1:]
