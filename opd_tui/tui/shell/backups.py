"""Backups started by the app, in a separate process: verifying a year of data takes a minute and much memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.message import Message

import opd_tui

if TYPE_CHECKING:
    import datetime as dt

    from opd_tui.tui.host.desk_host import DeskHost

DAILY = "--daily"
PACKAGE = Path(opd_tui.__file__).parents[1]


class BackupEnded(Message):
    """Posted when a backup has succeeded or failed."""

    def __init__(self, answer: dict[str, Any], *, asked_for: bool) -> None:
        super().__init__()
        self.answer = answer
        self.asked_for = asked_for


class Backups:
    """A service that backs up daily and on request; it makes no backups without a database."""

    def __init__(self, app: DeskHost) -> None:
        self.app = app
        self.database: str | None = None
        """The database as given by the user; "" is the default one, None is the demo's."""
        self._day: dt.date | None = None

    def each_day(self, day: dt.date) -> None:
        """Start the daily backup, unless this or another desk has made it."""
        if self.database is not None and day != self._day:
            self._day = day
            self._begin(DAILY)

    def now(self) -> None:
        """Start a backup that the user requested."""
        if self.database is None:
            self.app.refuse_key("Nothing is backed up here: what is tried in the demo is gone afterwards.")
            return
        self.app.notices.say("Backing up …")
        self._begin()

    def _begin(self, *arguments: str) -> None:
        # A daemon thread waits for the process, which runs in its own session and completes even if the app exits.
        threading.Thread(target=self._make, args=arguments, name="backup", daemon=True).start()

    def _make(self, *arguments: str) -> None:
        answer = backed_up(self.database or "", *arguments)
        self.app.post_message(BackupEnded(answer, asked_for=DAILY not in arguments))

    def tell(self, ended: BackupEnded) -> None:
        """Show the result of a backup; a successful daily backup is not announced."""
        answer = ended.answer
        if not answer["ok"]:
            self.app.notices.warn(f"No backup was made: {answer['message']}")
        elif ended.asked_for:
            self.app.notices.mention(f"Backed up and verified: {answer['path']}")


def backed_up(database: str, *arguments: str) -> dict[str, Any]:
    """Run `opd-tui backup` and return its answer."""
    command = [sys.executable, "-P", "-m", "opd_tui", "backup", "--json", *arguments]
    path = os.pathsep.join(filter(None, (str(PACKAGE), os.environ.get("PYTHONPATH"))))
    environment = os.environ | {"PYTHONPATH": path} | ({"OPD_TUI_DATABASE": database} if database else {})
    try:
        result = subprocess.run(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            start_new_session=True,
            check=False,
        )
        answer: dict[str, Any] = json.loads(result.stdout)
    except (OSError, ValueError) as error:
        said = "" if isinstance(error, OSError) else result.stderr.strip().removeprefix("opd-tui: ")
        return {"ok": False, "message": said.splitlines()[-1] if said else str(error)}
    return answer
