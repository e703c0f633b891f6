"""Notices before the next action that somebody else has written to, replaced or deleted the database's file."""

from __future__ import annotations

import os
import sqlite3
from contextlib import suppress
from pathlib import Path

from opd_tui.domain.errors import StoreDamaged
from opd_tui.storage import backups

WRITE_BACK_AFTER = 100
"""So many commits of a desk lie in the log before it writes them back into the file."""


class FileStamp:
    """The file as this program left it.

    With a write-ahead log the file itself is only written when the log is written back into it. The desks do that
    themselves and keep the file's time and size in its `hospital` row, which lies in the log by then. A file that has
    another time or size was written by somebody else, or a desk died between the two; it is checked before anything
    more is done. A file that was replaced or deleted is another one by device and inode.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.log = f"{path}-wal"
        self.identity = identity_of(self.path)
        self.log_identity: tuple[int, int] | None = None
        self._trusted = ""
        self._commits = 0

    def refuse_other_file(self) -> None:
        """Raise StoreDamaged where the path does not lead to the file that was opened any more."""
        if identity_of(self.path) != self.identity:
            raise StoreDamaged(self._sentence("was deleted or replaced by another file while this desk was open"))
        log = identity_of(self.log)
        if self.log_identity is None:
            self.log_identity = log
        elif log != self.log_identity:
            raise StoreDamaged(self._sentence("lost its log while this desk was open"))

    def check(self, cursor: sqlite3.Cursor) -> None:
        """See, with the write lock held, that the file is as a desk left it; raises StoreDamaged."""
        stamp = stamp_of(self.path)
        if stamp == self._trusted:
            return
        if cursor.execute("SELECT file_stamp FROM hospital").fetchone()[0] != stamp:
            problem = cursor.execute("PRAGMA quick_check(1)").fetchone()[0]
            if problem != "ok":
                raise StoreDamaged(self._sentence("is damaged"))
            self._remember(cursor, stamp)
        self._trusted = stamp

    def write_back_in_turn(self, cursor: sqlite3.Cursor) -> None:
        """After every so many commits, write the log back into the file and remember how that left it."""
        self._commits += 1
        if self._commits < WRITE_BACK_AFTER:
            return
        self._commits = 0
        with suppress(sqlite3.OperationalError):  # another desk writes: it is not this one's turn
            cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")
            cursor.execute("BEGIN IMMEDIATE")
            self._remember(cursor, stamp_of(self.path))
            cursor.execute("COMMIT")

    def _remember(self, cursor: sqlite3.Cursor, stamp: str) -> None:
        cursor.execute("UPDATE hospital SET file_stamp = ?", (stamp,))

    def _sentence(self, what: str) -> str:
        return f"{self.path} {what}, so nothing more is written. {backups.advice(self.path)}"


def identity_of(path: Path | str) -> tuple[int, int] | None:
    """Device and inode of a file, or None where there is none."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def stamp_of(path: Path) -> str:
    """When the file was last written and how long it is, as one word."""
    found = path.stat()
    return f"{found.st_mtime_ns}-{found.st_size}"
