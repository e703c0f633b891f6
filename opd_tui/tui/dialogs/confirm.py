"""The confirmation dialog shown before a patient loses something."""

from __future__ import annotations

from textual import getters, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widgets import Button, Static

from opd_tui.tui.host.desk_host import DeskHost

ANSWERS = "Pause a second, then y does it. Esc or Enter does not."
LOOK_AHEAD_SECONDS = 0.5
"""How long a `y` within a burst waits for another key; the letters of a name come faster."""


class Answer(Button, can_focus=False):
    """An answer for the mouse; a key never chooses the one that has the focus."""


class Confirm(ModalScreen[bool], inherit_bindings=False):
    """A question that only `y` answers with yes, and only Esc and Enter with no; no other key leaves it.

    What is typed behind another key is dropped, and a `y` with a key right behind it counts as no answer: both may be
    letters of a name.
    """

    AUTO_FOCUS = ""
    BINDINGS = [
        Binding("y", "answer(True)", "Yes", show=False),
        Binding("escape,enter", "answer(False)", "No", show=False),
    ]

    host = getters.app(DeskHost)
    pending: Timer | None = None
    """Runs while a `y` may be part of a name."""

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
        self.stop_pending()
        self.query_one("#no-answer", Static).update(ANSWERS, layout=False)
        self.host.keys.refused()

    def action_answer(self, answer: bool) -> None:
        if answer and self.pending is not None:
            self.refuse_key()
        elif answer and self.host.keys.in_burst:
            self.pending = self.set_timer(LOOK_AHEAD_SECONDS, self.confirm)
        else:
            self.stop_pending()
            self.dismiss(answer)

    def confirm(self) -> None:
        """Close with yes."""
        self.dismiss(True)  # not awaited by the timer, which runs in this screen's message loop

    def stop_pending(self) -> None:
        """Forget a `y` that waits."""
        if self.pending is not None:
            self.pending.stop()
            self.pending = None
