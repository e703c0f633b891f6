"""Detection of database files that another program wrote to, replaced or deleted."""

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
"""How long a desk tries to take the write lock for storing the fingerprint."""
WRITE_BACK_AFTER = 100
"""Commits of a desk between its checkpoints of the write-ahead log."""


class FileFingerprint:
    """The fingerprint of a database file as this program left it.

    In WAL mode only a checkpoint writes to the file itself. The desks run all checkpoints themselves (SQLite's
    automatic ones are off) and then store the file's modification time and size in its `hospital` row, which goes to
    the log. The last desk to close the file checkpoints that row, too, which changes the modification time again, so
    it sets the time back to the stored one. If the time or size differs, another program wrote to the file or a desk
    died between two of these steps: the file is examined before the next action. Device and inode reveal a file
    that was replaced or deleted.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.log, self.index = f"{path}-wal", f"{path}-shm"
        self.identity = identity_of(self.path)
        self._log_identities: tuple[Identity | None, Identity | None] = (None, None)
        self._trusted = ""
        self._commits = 0

    def remember_log(self) -> None:
        """Remember the identities of the log and its index, which exist once a connection has read the file."""
        self._log_identities = identity_of(self.log), identity_of(self.index)

    def refuse_other_file(self) -> None:
        """Raise StoreDamaged if the file or its log was replaced or deleted since it was opened."""
        if identity_of(self.path) != self.identity:
            raise damaged(self.path, "was deleted or replaced by another file while this desk was open")
        if (identity_of(self.log), identity_of(self.index)) != self._log_identities:
            raise damaged(self.path, "lost its log while this desk was open")

    def is_known(self, cursor: sqlite3.Cursor) -> bool:
        """Return whether the file is as a desk left it; the caller holds the write lock, so no desk changes it now."""
        stamp = file_fingerprint_of(self.path)
        if stamp != self._trusted:
            if cursor.execute("SELECT file_stamp FROM hospital").fetchone()[0] != stamp:
                return False
            self._trusted = stamp
        return True

    def trust(self, cursor: sqlite3.Cursor) -> None:
        """Store the file's present fingerprint; the caller holds the write lock and commits."""
        self._remember(cursor, file_fingerprint_of(self.path))

    def before_closing(self, cursor: sqlite3.Cursor) -> str:
        """Checkpoint a last time; return the stored fingerprint, or "" if the file is unknown or the log is empty."""
        self.refuse_other_file()
        cursor.execute("BEGIN IMMEDIATE")
        known = self.is_known(cursor)
        cursor.execute("ROLLBACK")
        if not known or not os.path.getsize(self.log):
            return ""
        cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")
        return self._remember_now(cursor)

    def after_closing(self, stamp: str) -> None:
        """Set the file's modification time back to the stored one if this desk was the last to close it."""
        if os.path.exists(self.log) or identity_of(self.path) != self.identity:
            return
        found = self.path.stat()
        time, _, size = stamp.partition("-")
        if found.st_size == int(size):
            os.utime(self.path, ns=(found.st_atime_ns, int(time)))

    def checkpoint_periodically(self, cursor: sqlite3.Cursor) -> None:
        """Count a commit, and after every WRITE_BACK_AFTER of them checkpoint and store the new fingerprint."""
        self._commits += 1
        if self._commits < WRITE_BACK_AFTER:
            return
        self._commits = 0
        with suppress(sqlite3.OperationalError):  # another desk holds the write lock; a later checkpoint will do
            cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")
            self._remember_now(cursor)

    def empty_log(self, cursor: sqlite3.Cursor) -> bool:
        """Checkpoint and truncate the log; return False if another desk is reading from it."""
        busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        if not busy:
            self._remember_now(cursor)
        return not busy

    def _remember_now(self, cursor: sqlite3.Cursor) -> str:
        # A checkpoint cannot run inside a transaction, so the lock is taken after it. Between the two the file is
        # unknown to other desks, which wait for SETTLING_SECONDS before they examine it.
        take_lock(cursor)
        stamp = file_fingerprint_of(self.path)
        self._remember(cursor, stamp)
        cursor.execute("COMMIT")
        return stamp

    def _remember(self, cursor: sqlite3.Cursor, stamp: str) -> None:
        cursor.execute("UPDATE hospital SET file_stamp = ?", (stamp,))


def take_lock(cursor: sqlite3.Cursor) -> None:
    """Take the write lock, retrying in steps below 1 ms, because other desks wait until the fingerprint is stored."""
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
    """Return a file's device and inode, or None if it does not exist."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def file_fingerprint_of(path: Path) -> str:
    """Return the file's modification time in nanoseconds and its size in bytes, joined by a hyphen."""
    found = path.stat()
    return f"{found.st_mtime_ns}-{found.st_size}"
