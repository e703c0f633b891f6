"""The base of dialogs that are answered by one key."""

from __future__ import annotations

from typing import ClassVar, TypeVar

from textual import getters
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widgets import Static

from opd_tui.tui.host.desk_host import DeskHost

LOOK_AHEAD_SECONDS = 0.5
"""How long an answer within a burst waits for another key; the letters of a name come faster."""

Answer = TypeVar("Answer")


class Question(ModalScreen[Answer], inherit_bindings=False):
    """A question that only certain keys answer; no other key leaves it.

    What is typed behind another key is dropped, and an answer with a key right behind it counts as none: both may be
    letters of a name.
    """

    AUTO_FOCUS = ""
    ANSWERS: ClassVar[str]
    """Which keys are answers, for somebody who pressed another one."""

    host = getters.app(DeskHost)
    pending: Timer | None = None
    """Runs while an answer may be part of a name."""

    def no_answer(self) -> Static:
        """Return the line that says which keys are answers."""
        return Static(id="no-answer", markup=False)

    def refuse_key(self) -> None:
        """Say which keys are answers, and drop what is typed behind one that is none."""
        self.stop_pending()
        self.query_one("#no-answer", Static).update(self.ANSWERS, layout=False)
        self.host.keys.refused()

    def answer(self, answer: Answer) -> None:
        """Close with an answer, within a burst only once no other key has followed."""
        if self.pending is not None:
            self.refuse_key()
        elif self.host.keys.in_burst:
            self.pending = self.set_timer(LOOK_AHEAD_SECONDS, lambda: self.close(answer))
        else:
            self.close(answer)

    def close(self, answer: Answer | None) -> None:
        """Close with an answer."""
        self.stop_pending()
        self.dismiss(answer)  # not awaited by the timer, which runs in this screen's message loop

    def stop_pending(self) -> None:
        """Forget an answer that waits."""
        if self.pending is not None:
            self.pending.stop()
            self.pending = None
