"""Notices before the next action that somebody else has written to, replaced or deleted the database's file."""

from __future__ import annotations

import os
import random
import sqlite3
import time
from contextlib import suppress
from pathlib import Path

from opd_tui.storage.engines.sqlite_errors import damaged

Identity = tuple[int, int]
"""Device and inode."""
LOCK_SECONDS = 1.0
"""How long a desk tries to take the lock for the stamp."""
WRITE_BACK_AFTER = 100
"""So many commits of a desk lie in the log before it writes them back into the file."""


class FileFingerprint:
    """The file as this program left it.

    With a write-ahead log the file itself is only written when the log is written back into it. The desks do that
    themselves and keep the file's time and size in its `hospital` row, which lies in the log by then. Whoever closes
    the file last writes that row back as well, and then gives the file the time that the row says. A file that has
    another time or size was written by somebody else, or a desk died between the two; it is examined before anything
    more is done. A file that was replaced or deleted is another one by device and inode.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.log, self.index = f"{path}-wal", f"{path}-shm"
        self.identity = identity_of(self.path)
        self._beside: tuple[Identity | None, Identity | None] = (None, None)
        self._trusted = ""
        self._commits = 0

    def follow_log(self) -> None:
        """Take the log and its index, which are there by now, for those of this file."""
        self._beside = identity_of(self.log), identity_of(self.index)

    def refuse_other_file(self) -> None:
        """Raise StoreDamaged where the path does not lead to the file that was opened any more."""
        if identity_of(self.path) != self.identity:
            raise damaged(self.path, "was deleted or replaced by another file while this desk was open")
        if (identity_of(self.log), identity_of(self.index)) != self._beside:
            raise damaged(self.path, "lost its log while this desk was open")

    def is_known(self, cursor: sqlite3.Cursor) -> bool:
        """Whether, with the write lock held, the file is as a desk left it."""
        stamp = file_fingerprint_of(self.path)
        if stamp != self._trusted:
            if cursor.execute("SELECT file_stamp FROM hospital").fetchone()[0] != stamp:
                return False
            self._trusted = stamp
        return True

    def trust(self, cursor: sqlite3.Cursor) -> None:
        """Take the file, with the write lock held, for one that a desk left; committed by the caller."""
        self._remember(cursor, file_fingerprint_of(self.path))

    def before_closing(self, cursor: sqlite3.Cursor) -> str:
        """Write the log back for the last time if the file is known, and return its stamp; else nothing."""
        self.refuse_other_file()
        cursor.execute("BEGIN IMMEDIATE")
        known = self.is_known(cursor)
        cursor.execute("ROLLBACK")
        if not known or not os.path.getsize(self.log):
            return ""
        cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")
        return self._remember_now(cursor)

    def after_closing(self, stamp: str) -> None:
        """Give the file its time back if this desk closed it last."""
        if os.path.exists(self.log) or identity_of(self.path) != self.identity:
            return
        found = self.path.stat()
        time, _, size = stamp.partition("-")
        if found.st_size == int(size):
            os.utime(self.path, ns=(found.st_atime_ns, int(time)))

    def write_back_in_turn(self, cursor: sqlite3.Cursor) -> None:
        """After every so many commits, write the log back into the file and remember how that left it."""
        self._commits += 1
        if self._commits < WRITE_BACK_AFTER:
            return
        self._commits = 0
        with suppress(sqlite3.OperationalError):  # another desk writes: it is not this one's turn
            cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")
            self._remember_now(cursor)

    def empty_log(self, cursor: sqlite3.Cursor) -> bool:
        """Write the log back into the file and cut it off; False where another desk is just reading from it."""
        busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        if not busy:
            self._remember_now(cursor)
        return not busy

    def _remember_now(self, cursor: sqlite3.Cursor) -> str:
        take_lock(cursor)
        stamp = file_fingerprint_of(self.path)
        self._remember(cursor, stamp)
        cursor.execute("COMMIT")
        return stamp

    def _remember(self, cursor: sqlite3.Cursor, stamp: str) -> None:
        cursor.execute("UPDATE hospital SET file_stamp = ?", (stamp,))


def take_lock(cursor: sqlite3.Cursor) -> None:
    """Take the write lock within a moment: until the stamp is remembered every other desk waits for it."""
    deadline = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            cursor.execute("BEGIN IMMEDIATE")
            return
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(random.uniform(0.0003, 0.001))


def identity_of(path: Path | str) -> Identity | None:
    """Device and inode of a file, or None where there is none."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def file_fingerprint_of(path: Path) -> str:
    """When the file was last written and how long it is, as one word."""
    found = path.stat()
    return f"{found.st_mtime_ns}-{found.st_size}"
