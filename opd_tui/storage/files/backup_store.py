"""Where verified copies of a database are kept, how they are named, and how long they stay."""

from __future__ import annotations

import datetime as dt
import enum
import os
import re
import secrets
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from glob import escape
from pathlib import Path

from opd_tui.domain.errors import DeskBusy, StoreUnavailable
from opd_tui.domain.instants import EPOCH
from opd_tui.domain.remedies import RestoreBackup
from opd_tui.storage.files.access import group_of, make_private, make_private_folder

PATIENCE_SECONDS = 60.0
"""How long somebody who asks for a backup waits for another that is being made."""
DOES_NOT_VERIFY = "does-not-verify"
DRAFT = ".opd-tui-draft-"
"""How the name of everything begins that is not whole yet."""
_INSTANT = "%Y%m%dT%H%M%S.%f"
_PLACE = re.compile(r"opd-tui-([0-9]{6,})-")
_NAME = re.compile(_PLACE.pattern + r"([0-9]{8}T[0-9]{6}\.[0-9]{6})Z-(daily|manual)\.db")


class Kind(enum.Enum):
    """Who asked for a backup: the day, or somebody."""

    DAILY = "daily"
    MANUAL = "manual"


@dataclass(frozen=True, order=True)
class Backup:
    """A copy that was verified when it was made; only then does a file get such a name."""

    place: int
    """Its place among the backups, one after the other: a clock may have been wrong meanwhile."""
    made_at: dt.datetime
    path: Path
    kind: Kind

    @property
    def size(self) -> int:
        """In bytes."""
        return self.path.stat().st_size


class BackupStore:
    """The folder with the backups of one database, for its owner alone or for the group that shares it."""

    def __init__(self, folder: Path, group: str | None = None) -> None:
        self.folder = folder
        self.group = group

    def backups(self) -> list[Backup]:
        """All verified ones, oldest first; copies from before an upgrade or a restore are not among them."""
        found = ((_NAME.fullmatch(path.name), path) for path in self.copies())
        named = ((int(name[1]), instant_in(name[2]), path, Kind(name[3])) for name, path in found if name)
        return sorted(Backup(place, instant, path, kind) for place, instant, path, kind in named if instant)

    def copies(self) -> list[Path]:
        """Every database in the folder, whatever it is kept for, by name."""
        return sorted(filter(Path.is_file, self.folder.glob("[!.]*.db"))) if self.folder.is_dir() else []

    @contextmanager
    def exclusively(self) -> Iterator[None]:
        """Let nobody else make a backup there meanwhile; raises DeskBusy and StoreUnavailable."""
        with refusals(self.folder):
            make_private_folder(self.folder, self.group)
            lock = self.folder / ".lock"
            with suppress(FileExistsError):
                make_private(lock, self.group)
        if not os.access(lock, os.R_OK | os.W_OK):  # SQLite would only read it, beside somebody else
            raise StoreUnavailable(f"{lock} cannot be written. Check its permissions and its owner.")
        with closing(locked(lock)):
            clear_drafts(self.folder, DRAFT)  # of somebody who was killed while making a backup
            yield

    def free_path(self, kind: Kind, now: dt.datetime) -> Path:
        """The name of the next backup, which nothing has yet: it says when, and comes after all others."""
        places = (int(found[1]) for path in self.copies() if (found := _PLACE.match(path.name)))
        place = max(places, default=0) + 1
        return unused(self.folder, f"opd-tui-{place:06}-{{}}-{kind.value}", now)

    def prune(self, kept: int) -> None:
        """Keep so many of the newest of each kind, and of those that do not verify."""
        kinds = [[backup.path for backup in self.backups() if backup.kind is kind] for kind in Kind]
        kinds.append([path for path in self.copies() if DOES_NOT_VERIFY in path.name])
        for paths in kinds:
            for path in paths[:-kept]:
                with refusals(path):
                    path.unlink()


def locked(path: Path) -> sqlite3.Connection:
    """The lock of a database that is never written: whoever is killed lets go of it, on every system.

    Raises DeskBusy and StoreUnavailable.
    """
    with ExitStack() as stack:
        try:
            connection = sqlite3.connect(path, timeout=PATIENCE_SECONDS, isolation_level=None)
            stack.enter_context(closing(connection))
            connection.execute("PRAGMA journal_mode=MEMORY")
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY:
                raise DeskBusy("Another desk is making a backup just now.") from None
            raise StoreUnavailable(f"{path} cannot be locked: {error}. Check its disk.") from error
        stack.pop_all()
    return connection


def folder_of(path: Path) -> Path:
    """Where the backups of a database's file are kept."""
    return path.with_name(f"{path.name}-backups")


def store_of(path: Path) -> BackupStore:
    """The backups of a database's file, which the same group shares."""
    return BackupStore(folder_of(path), group_of(path))


def newest(path: Path) -> Path | None:
    """The newest verified backup of a database's file."""
    found = BackupStore(folder_of(path)).backups()
    return found[-1].path if found else None


def replaced_name(path: Path, now: dt.datetime) -> Path:
    """The name beside a database for the one that a restored one replaces."""
    return unused(path.parent, path.name.replace("{", "{{").replace("}", "}}") + "-replaced-{}", now)


def replaced(path: Path) -> list[Path]:
    """The databases that restored ones replaced."""
    return sorted(path.parent.glob(f"{escape(path.name)}-replaced-*.db")) if path.parent.is_dir() else []


def restore_newest(path: Path) -> RestoreBackup | None:
    """Return the remedy for a damaged database, or None if there is no backup beside it."""
    found = newest(path)
    return RestoreBackup(found, path) if found else None


def unused(folder: Path, pattern: str, now: dt.datetime) -> Path:
    """A name with this instant in it that no copy has yet."""
    while True:
        path = folder / f"{pattern.format(now.astimezone(dt.UTC).strftime(_INSTANT) + 'Z')}.db"
        if not path.exists() and not unverified(path).exists():
            return path
        now += dt.timedelta(microseconds=1)


def instant_in(text: str) -> dt.datetime | None:
    """The instant in a backup's name; None where there is no such date, or the program never saw it."""
    try:
        instant = dt.datetime.strptime(text, _INSTANT).replace(tzinfo=dt.UTC)
    except ValueError:
        return None
    return instant if instant >= EPOCH else None


def unverified(path: Path) -> Path:
    """The name of a copy that turned out not to verify."""
    return path.with_stem(f"{path.stem}-{DOES_NOT_VERIFY}")


def draft_of(path: Path) -> Path:
    """The name under which a copy is written until it is whole."""
    return path.with_name(f"{DRAFT}{path.name}-{secrets.token_hex(4)}")


@contextmanager
def draft(path: Path, group: str | None = None) -> Iterator[Path]:
    """An empty private file to write a copy into, which is gone afterwards unless `finish` made it `path`."""
    written = draft_of(path)
    with refusals(path.parent):
        make_private(written, group)
        try:
            yield written
        finally:
            clear_drafts(written.parent, written.name)


def clear_drafts(folder: Path, name: str) -> None:
    """Remove drafts, and what SQLite kept beside them."""
    for left in folder.glob(f"{escape(name)}*"):
        shutil.rmtree(left) if left.is_dir() else left.unlink()


def clear_drafts_of(path: Path) -> None:
    """Remove what a restore that was killed left beside a database; the caller has its store to itself."""
    if path.parent.is_dir():
        clear_drafts(path.parent, f"{DRAFT}{path.name}-")


def finish(written: Path, path: Path) -> None:
    """Give a draft its name once every byte of it is on the disk; raises OSError."""
    flush(written)
    os.replace(written, path)
    flush(path.parent)


def flush(path: Path) -> None:
    """Wait until a file, or a folder's list of names, is on the disk."""
    if path.is_dir() and os.name != "posix":
        return  # other systems open no folders
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def before_upgrade(store: BackupStore, version: int, now: dt.datetime) -> Iterator[Path]:
    """Yield a draft to copy a database of an older version into, which is kept once it is whole.

    Raises StoreUnavailable.
    """
    target = unused(store.folder, f"before-upgrade-from-version-{version}-{{}}", now)
    try:
        with store.exclusively(), draft(target, store.group) as written:
            yield written
            finish(written, target)
    except (DeskBusy, StoreUnavailable) as refusal:
        raise StoreUnavailable(
            f"The database has version {version} and is backed up before it is upgraded, which cannot be done: "
            f"{refusal.reason}",
            refusal.remedy,
        ) from refusal


def copy_pages(source: sqlite3.Connection, target: Path) -> None:
    """Copy a database into an empty file that needs no log beside it, while desks go on writing to the database."""
    with closing(sqlite3.connect(target, isolation_level=None)) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")


@contextmanager
def refusals(place: Path) -> Iterator[None]:
    """Say in words where nothing can be written."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise StoreUnavailable(f"{place} cannot be written: {reason}. Check its disk and your permissions.") from error
