"""Copies of a database that were verified, and the way back from them."""

from __future__ import annotations

import datetime as dt
import sqlite3
from contextlib import closing
from pathlib import Path

from opd_tui.storage.file_access import make_private, make_private_folder


def folder_of(path: Path) -> Path:
    """Where the backups of a database's file are kept."""
    return path.with_name(f"{path.name}-backups")


def newest(path: Path) -> Path | None:
    """The newest verified backup of a database's file."""
    folder = folder_of(path)
    return max(folder.glob("*.db"), default=None) if folder.is_dir() else None


def advice(path: Path) -> str:
    """What a person does whose database is damaged."""
    if found := newest(path):
        return f"Close the program on every desk, then restore the newest backup: `opd-tui restore {found}`."
    return "Close the program on every desk. There is no backup beside it; ask for the hospital's own."


def before_upgrade(path: Path, version: int, now: dt.datetime) -> Path:
    """Copy a file of an older version before it is upgraded; raises OSError."""
    target = folder_of(path) / f"before-upgrade-from-version-{version}-{now:%Y%m%dT%H%M%S}Z.db"
    make_private_folder(target.parent)
    copy_file(path, target)
    return target


def copy_file(source: Path, target: Path) -> None:
    """Copy a database's file while desks go on writing to it; raises OSError and sqlite3.Error."""
    make_private(target)
    with closing(sqlite3.connect(source)) as original, closing(sqlite3.connect(target)) as copy:
        original.backup(copy)
