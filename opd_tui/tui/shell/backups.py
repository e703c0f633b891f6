"""Backups started by the app, in a separate process: verifying a year of data takes a minute and much memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.message import Message

import opd_tui
from opd_tui.tui.shell.long_work import BACKUP, WorkProgressed

if TYPE_CHECKING:
    import datetime as dt

    from opd_tui.tui.host.desk_host import DeskHost

Show = Callable[[str, int], None]
"""Shows a step of a backup and how many per cent of it are done."""
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
        self.app.notices.follow(BACKUP, "Backing up …")
        self._begin()

    def _begin(self, *arguments: str) -> None:
        # A daemon thread waits for the process, which runs in its own session and completes even if the app exits.
        threading.Thread(target=self._make, args=arguments, name="backup", daemon=True).start()

    def _make(self, *arguments: str) -> None:
        asked_for = DAILY not in arguments
        answer = backed_up(self.database or "", *arguments, show=self._show if asked_for else None)
        self.app.post_message(BackupEnded(answer, asked_for=asked_for))

    def _show(self, step: str, per_cent: int) -> None:
        self.app.post_message(WorkProgressed(BACKUP, f"Backing up: {step}, {per_cent}%"))

    def tell(self, ended: BackupEnded) -> None:
        """Show the result of a backup; a successful daily backup is not announced."""
        answer = ended.answer
        if ended.asked_for:
            self.app.notices.withdraw(BACKUP)
        if not answer["ok"]:
            self.app.notices.warn(f"No backup was made: {answer['message']}")
        elif ended.asked_for:
            self.app.notices.mention(f"Backed up and verified: {answer['path']}")


def backed_up(database: str, *arguments: str, show: Show | None = None) -> dict[str, Any]:
    """Run `opd-tui backup`, show how far it is, and return its answer."""
    command = [sys.executable, "-P", "-m", "opd_tui", "backup", "--json", "--progress", *arguments]
    path = os.pathsep.join(filter(None, (str(PACKAGE), os.environ.get("PYTHONPATH"))))
    environment = os.environ | {"PYTHONPATH": path} | ({"OPD_TUI_DATABASE": database} if database else {})
    said = ""
    try:
        with subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        ) as process:
            for line in process.stderr or ():
                if not (reported := progress_in(line)):
                    said = line.strip().removeprefix("opd-tui: ") or said
                elif show is not None:
                    show(*reported)
            answer: dict[str, Any] = json.loads(process.stdout.read() if process.stdout else "")
    except (OSError, ValueError) as error:
        return {"ok": False, "message": said or str(error)}
    return answer


def progress_in(line: str) -> tuple[str, int] | None:
    """Return the step and the per cent in a line of `backup --progress`; None if it is another line."""
    try:
        fields = json.loads(line)
        return str(fields["step"]), int(fields["per_cent"])
    except (ValueError, LookupError, TypeError):
        return None
