"""The confirmation dialog shown before a patient loses something."""

from __future__ import annotations

from textual import getters, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from opd_tui.tui.host.desk_host import DeskHost

ANSWERS = "y does it; Esc or Enter does not."


class Answer(Button, can_focus=False):
    """An answer for the mouse; a key never chooses the one that has the focus."""


class Confirm(ModalScreen[bool], inherit_bindings=False):
    """A question that only `y` answers with yes, and only Esc and Enter with no; no other key leaves it.

    What is typed behind another key is dropped, so that the `y` of a name is no answer.
    """

    AUTO_FOCUS = ""
    BINDINGS = [
        Binding("y", "answer(True)", "Yes", show=False),
        Binding("escape,enter", "answer(False)", "No", show=False),
    ]

    host = getters.app(DeskHost)

    def __init__(self, question: str, yes: str) -> None:
        super().__init__()
        self.question = question
        self.yes = yes

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(self.question, markup=False, classes="question")
            yield Static(id="no-answer", markup=False)
            with Horizontal(classes="buttons"):
                yield Answer("No, leave it (Esc)", id="no", compact=True)
                yield Answer(f"{self.yes} (y)", id="yes", compact=True)

    @on(Button.Pressed)
    def press(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "yes")

    def refuse_key(self) -> None:
        """Say which keys are answers, and drop what is typed behind one that is none."""
        self.query_one("#no-answer", Static).update(ANSWERS, layout=False)
        self.host.keys.refused()

    def action_answer(self, answer: bool) -> None:
        self.dismiss(answer)
