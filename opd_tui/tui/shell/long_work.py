"""Long work behind the screens, of which the message line says how far it is."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from textual.message import Message

from opd_tui.domain.errors import StoreUnavailable
from opd_tui.domain.progress import Progress

if TYPE_CHECKING:
    from opd_tui.tui.host.desk_host import DeskHost

BACKUP, UPGRADE = "backup", "upgrade"
"""Topics of messages."""
SECONDS_UNTIL_SHOWN = 0.5
"""How long an upgrade takes at least for a message."""


class WorkProgressed(Message):
    """Posted when long work on a topic has gone on."""

    def __init__(self, topic: str, text: str) -> None:
        super().__init__()
        self.topic = topic
        self.text = text


class Upgrade(Progress):
    """The upgrade of the database while it is opened, on a thread of its own; leaving the app ends it."""

    def __init__(self, app: DeskHost) -> None:
        self.app = app
        self._began = 0.0
        self._told = ""
        self._counts = False

    def report(self, step: str, share: float) -> None:
        if self.app.return_code is not None and not self._counts:
            raise StoreUnavailable("The program was left during the upgrade.")
        self._began = self._began or time.monotonic()
        text = f"Upgrading the database: {step}, {share:.0%}"
        if text != self._told and time.monotonic() - self._began >= SECONDS_UNTIL_SHOWN:
            self._told = text
            self.app.post_message(WorkProgressed(UPGRADE, text))

    def point_of_no_return(self) -> None:
        self._counts = True
