"""The messages that the new-token panel posts to its screen."""

from __future__ import annotations

from collections.abc import Callable

from textual.message import Message

from opd_tui.desk.actions import IssueToken
from opd_tui.domain.model import TokenRecord


class PanelMessages:
    """The messages of `NewToken`, as its attributes."""

    class SearchWanted(Message):
        """Posted when known patients are to be searched; keys wait for what is done `then`, with `enough` found."""

        def __init__(self, text: str, then: Callable[[], None] | None = None, *, enough: int = 1) -> None:
            super().__init__()
            self.text = text
            self.then = then
            self.enough = enough

    class OpenTokenWanted(Message):
        """Posted when the user wants to see the patient's open token instead of issuing another."""

        def __init__(self, record: TokenRecord) -> None:
            super().__init__()
            self.record = record

    class WithAction(Message):
        """A message about the token that the panel describes."""

        def __init__(self, action: IssueToken) -> None:
            super().__init__()
            self.action = action

    class PreviewWanted(WithAction):
        """Posted when a new forecast is needed."""

    class Submitted(WithAction):
        """Posted when the user submits the token."""

    class Closed(Message):
        """Posted when the user leaves without issuing a token."""
