"""The confirmation dialog shown before a patient loses something."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Static

from opd_tui.tui.dialogs.question import Question


class Answer(Button, can_focus=False):
    """An answer for the mouse; a key never chooses the one that has the focus."""


class Confirm(Question[bool], inherit_bindings=False):
    """A question that only `y` answers with yes, and only Esc and Enter with no."""

    ANSWERS = "Pause a second, then y does it. Esc or Enter does not."
    BINDINGS = [
        Binding("y", "answer(True)", "Yes", show=False),
        Binding("escape,enter", "answer(False)", "No", show=False),
    ]

    def __init__(self, question: str, yes: str) -> None:
        super().__init__()
        self.question = question
        self.yes = yes

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(self.question, markup=False, classes="question")
            yield from self.foot()
            yield self.no_answer()
            with Horizontal(classes="buttons"):
                yield Answer("No, leave it (Esc)", id="no", compact=True)
                yield Answer(f"{self.yes} (y)", id="yes", compact=True)

    def foot(self) -> ComposeResult:
        """Yield what stands below the question."""
        yield from ()

    @on(Button.Pressed)
    def press(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "yes")

    def action_answer(self, answer: bool) -> None:
        if answer:
            self.answer(True)
        else:
            self.dismiss(False)
