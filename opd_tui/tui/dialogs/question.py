"""The base of dialogs that are answered by one key."""

from __future__ import annotations

from typing import ClassVar, TypeVar

from textual import getters
from textual.screen import ModalScreen
from textual.widgets import Static

from opd_tui.tui.host.desk_host import DeskHost
from opd_tui.tui.keys.key_queue import Hold

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

    def no_answer(self) -> Static:
        """Return the line that says which keys are answers."""
        return Static(id="no-answer", markup=False)

    def refuse_key(self) -> None:
        """Say which keys are answers, and drop what is typed behind one that is none."""
        self.query_one("#no-answer", Static).update(self.ANSWERS, layout=False)
        self.host.keys.refused()

    def answer(self, answer: Answer) -> None:
        """Close with an answer, within a burst only if no other key follows."""
        keys = self.host.keys
        if keys.delivered is not None and keys.delivered.is_in_burst:
            self.run_worker(self.answer_unless_followed(answer, keys.held(self)))
        else:
            self.dismiss(answer)

    async def answer_unless_followed(self, answer: Answer, held: Hold) -> None:
        """Close with an answer once it is the last key; refuse it if another one follows."""
        async with held:
            if await self.host.keys.followed():
                self.refuse_key()
            else:
                self.dismiss(answer)
