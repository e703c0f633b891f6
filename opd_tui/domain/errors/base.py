"""The base class of refusals, and their four groups."""

from __future__ import annotations

from typing import ClassVar

from opd_tui.domain.remedies import Remedy
from opd_tui.domain.text import printable

NOTHING_CHANGED = "Nothing was changed."
"""How the message of most refusals ends."""


class DeskRefusal(Exception):
    """The desk refused an action."""

    code: ClassVar[str]
    """The stable name in JSON."""
    changes_nothing: ClassVar[bool] = True
    """Whether the message ends with NOTHING_CHANGED."""

    def __init__(self, reason: str, remedy: Remedy | None = None) -> None:
        self.reason = printable(reason)
        super().__init__(self.reason)
        self.remedy = remedy

    @property
    def message(self) -> str:
        """The message without the remedy."""
        return self.told()

    def told(self, advice: str = "") -> str:
        """Return the whole message; `advice` is the remedy in the words of the user interface."""
        closing = NOTHING_CHANGED if self.changes_nothing else ""
        return " ".join(filter(None, (self.reason, advice, closing)))

    def __str__(self) -> str:
        return self.message


class NotFound(DeskRefusal):
    """The action names something that does not exist."""


class Conflict(DeskRefusal):
    """The action does not fit the present state of the desk."""


class Invalid(DeskRefusal):
    """The request itself cannot be understood."""


class Unavailable(DeskRefusal):
    """The desk cannot do this now, whatever is asked for."""
