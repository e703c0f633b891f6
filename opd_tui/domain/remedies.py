"""What a person can do about a refusal; each user interface words it itself."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from pathlib import Path


class Advice(enum.Enum):
    """A next step without details."""

    LIST_DOCTORS = enum.auto()
    LIST_SLOTS = enum.auto()
    LIST_TOKENS = enum.auto()
    FIND_SEATS = enum.auto()
    """Carry over who waits without a seat, give the slot more seats, or move them."""
    LIST_BACKUPS = enum.auto()
    MAKE_BACKUP = enum.auto()
    VERIFY_DATABASE = enum.auto()
    NAME_DATABASE = enum.auto()
    CLOSE_DESKS = enum.auto()
    """Close the program on every desk, then restore again."""
    SHOW_SETTINGS = enum.auto()
    OWN_FILE = enum.auto()
    """Close the program on every desk, and give the database a file of its own."""
    ANOTHER_DATABASE = enum.auto()
    """Say explicitly that the backup of another database is meant."""
    FORGET_ALL_NAMES = enum.auto()
    """Say that people of different names are one person to be forgotten."""
    NAME_TIME_ZONE = enum.auto()
    LEAVE_OUT_TIME_ZONE = enum.auto()


@dataclass(frozen=True, slots=True)
class RestoreBackup:
    """Close the program on every desk, then replace the database by the newest backup."""

    backup: Path
    database: Path


Remedy = Advice | RestoreBackup
