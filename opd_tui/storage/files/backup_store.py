"""The folder of a database's backups: locking, names, retention, and what is wrong with its permissions."""

from __future__ import annotations

import datetime as dt
import enum
import os
import re
import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from glob import escape
from pathlib import Path

from opd_tui.domain.errors import DeskBusy, StoreUnavailable
from opd_tui.domain.instants import EPOCH
from opd_tui.domain.progress import UNFOLLOWED, Progress
from opd_tui.domain.remedies import RestoreBackup
from opd_tui.storage.files import drafts
from opd_tui.storage.files.access import (
    group_of,
    is_trusted_folder,
    loose_mode,
    make_private,
    make_private_folder,
    permission_warnings,
    refuse_foreign_folder,
)
from opd_tui.storage.files.drafts import draft, finish, refusals
from opd_tui.storage.files.untrusted import identity_in

LOCK_SECONDS = 60.0
"""How long a backup waits for another one that is being made."""
LOOK_SECONDS = 0.1
"""How long SQLite waits for a lock at once; a signal has to wait for it, too."""
COPYING = "copying"
DOES_NOT_VERIFY = "does-not-verify"
PAGES_AT_ONCE = 1000
"""The pages copied between two reports of how far it is."""
_INSTANT = "%Y%m%dT%H%M%S.%f"
_PLACE = re.compile(r"opd-tui-([0-9]{6,})-")
_NAME = re.compile(_PLACE.pattern + r"([0-9]{8}T[0-9]{6}\.[0-9]{6})Z-(daily|manual)\.db")


class Kind(enum.Enum):
    """The reason for a backup: the daily schedule or a person's request."""

    DAILY = "daily"
    MANUAL = "manual"


@dataclass(frozen=True, order=True)
class Backup:
    """A backup that was verified when it was made; only such files match the name's pattern."""

    place: int
    """The sequence number, which gives the order even if the clock was wrong."""
    made_at: dt.datetime
    path: Path
    kind: Kind

    @property
    def size(self) -> int:
        """The size in bytes."""
        return self.path.stat().st_size


@dataclass
class BackupStore:
    """The folder with the backups of a database, private to its owner or shared with a group."""

    folder: Path
    group: str | None = None
    identity: str | None = None
    """The database's identity; None if it cannot be read, so that every backup in the folder counts."""
    database: Path | None = None
    """The database's file; None for a server's."""

    def backups(self) -> list[Backup]:
        """Return the database's verified backups, oldest first, without copies from before an upgrade or a restore."""
        found = ((_NAME.fullmatch(path.name), path) for path in self.copies())
        named = ((int(name[1]), instant_in(name[2]), path, Kind(name[3])) for name, path in found if name)
        return sorted(
            Backup(place, instant, path, kind) for place, instant, path, kind in named if instant and self.is_own(path)
        )

    def copies(self) -> list[Path]:
        """Return all databases in the folder, by name; none if the folder is another account's."""
        if not self.folder.is_dir() or not is_trusted_folder(self.folder, self.database or self.folder, self.group):
            return []
        return sorted(filter(Path.is_file, self.folder.glob("[!.]*.db")))

    def is_own(self, path: Path) -> bool:
        """Return whether a copy is of this database; one that cannot be read counts, so that somebody looks at it."""
        return self.identity is None or identity_in(path) in (None, self.identity)

    @contextmanager
    def exclusively(self) -> Iterator[None]:
        """Hold the store's lock; raise DeskBusy if another process keeps it, or StoreUnavailable if locking fails."""
        with refusals(self.folder):
            make_private_folder(self.folder, self.group, like=self.database)
            refuse_foreign_folder(self.folder, self.database or self.folder, self.group)
            lock = self.folder / ".lock"
            with suppress(FileExistsError):
                make_private(lock, self.group)
        if not os.access(lock, os.R_OK | os.W_OK):  # SQLite would open it read-only, which locks nobody out
            raise StoreUnavailable(f"{lock} cannot be written. Check its permissions and its owner.")
        with closing(locked(lock)):
            drafts.clear(self.folder)
            yield

    def free_path(self, kind: Kind, now: dt.datetime) -> Path:
        """Return an unused path for the next backup, with the next sequence number and the time."""
        places = (int(found[1]) for path in self.copies() if (found := _PLACE.match(path.name)))
        place = max(places, default=0) + 1
        return unused(self.folder, f"opd-tui-{place:06}-{{}}-{kind.value}", now)

    def prune(self, kept: int) -> None:
        """Delete all but the newest `kept` backups of each kind, and likewise of those that do not verify."""
        kinds = [[backup.path for backup in self.backups() if backup.kind is kind] for kind in Kind]
        kinds.append([path for path in self.copies() if DOES_NOT_VERIFY in path.name and self.is_own(path)])
        for paths in kinds:
            for path in paths[:-kept]:
                with refusals(path):
                    path.unlink()

    def warnings(self, others: Iterable[Path] = ()) -> Iterator[str]:
        """Yield warnings if other accounts can read the folder, the copies in it, or other copies of the database."""
        if os.name != "posix" or not os.path.lexists(self.folder):
            return
        if not is_trusted_folder(self.folder, self.database or self.folder, self.group):
            yield f"The folder {self.folder} belongs to another account, so no backup can be made. Move it away."
        elif mode := loose_mode(self.folder, self.group):
            right = f"{0o2770 if self.group else 0o700:o}"
            yield (
                f"The backups in {self.folder} can be read by others (mode {mode:04o}) and hold patients' names. "
                f"Run `chmod {right} {self.folder}`."
            )
        for paths in (self.copies(), list(others)):
            if loose := [path for path in paths if loose_mode(path, self.group)]:
                more = f" and {len(loose) - 1} more copies" if len(loose) > 1 else ""
                yield (
                    f"{loose[0]}{more} can be read by others and may hold patients' names. "
                    f"Run `chmod {0o660 if self.group else 0o600:o}` on every copy."
                )


def locked(path: Path) -> sqlite3.Connection:
    """Return a connection that holds an exclusive lock on an empty SQLite file; closing it releases the lock.

    SQLite's lock works on every operating system, and is released when a process is killed. Raise DeskBusy if another
    process keeps it, or StoreUnavailable if it cannot be taken.
    """
    with ExitStack() as stack:
        try:
            connection = sqlite3.connect(path, timeout=LOOK_SECONDS, isolation_level=None)
            stack.enter_context(closing(connection))
            _begin_exclusive(connection)
        except sqlite3.Error as error:
            if _is_busy(error):
                raise DeskBusy("Another desk is making a backup just now.") from None
            raise StoreUnavailable(f"{path} cannot be locked: {error}. Check its disk.") from error
        stack.pop_all()
    return connection


def _begin_exclusive(connection: sqlite3.Connection) -> None:
    """Lock a file; raise sqlite3.OperationalError if another process keeps it for LOCK_SECONDS."""
    deadline = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=MEMORY")
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if not _is_busy(error) or time.monotonic() > deadline:
                raise
        else:
            return


def _is_busy(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY


def folder_of(path: Path) -> Path:
    """Return the backup folder of a database's file."""
    return path.with_name(f"{path.name}-backups")


def store_of(path: Path, identity: str | None = None) -> BackupStore:
    """Return the backup store of a database's file, shared with the same group."""
    return BackupStore(folder_of(path), group_of(path), identity, path)


def warnings_of(path: Path, group: str | None) -> tuple[str, ...]:
    """Return what is wrong with the permissions of a database's file and of its copies."""
    store = store_of(path)
    store.group = store.group or group
    return *permission_warnings(path, group), *store.warnings(replaced(path))


def newest(path: Path) -> Path | None:
    """Return the newest verified backup of a database's file, whose identity may be lost; or None."""
    found = store_of(path).backups()
    return found[-1].path if found else None


def replaced_name(path: Path, now: dt.datetime) -> Path:
    """Return an unused path beside a database for the file that a restore replaces."""
    return unused(path.parent, path.name.replace("{", "{{").replace("}", "}}") + "-replaced-{}", now)


def replaced(path: Path) -> list[Path]:
    """Return the files that restores of this database replaced."""
    return sorted(path.parent.glob(f"{escape(path.name)}-replaced-*.db")) if path.parent.is_dir() else []


def restore_newest(path: Path) -> RestoreBackup | None:
    """Return the remedy for a damaged database, or None if there is no backup beside it."""
    found = newest(path)
    return RestoreBackup(found, path) if found else None


def unused(folder: Path, pattern: str, now: dt.datetime) -> Path:
    """Return an unused path with this instant in its name."""
    while True:
        path = folder / f"{pattern.format(now.astimezone(dt.UTC).strftime(_INSTANT) + 'Z')}.db"
        if not path.exists() and not unverified(path).exists():
            return path
        now += dt.timedelta(microseconds=1)


def instant_in(text: str) -> dt.datetime | None:
    """Return the instant in a backup's name, or None if it is not a date since 1970."""
    try:
        instant = dt.datetime.strptime(text, _INSTANT).replace(tzinfo=dt.UTC)
    except ValueError:
        return None
    return instant if instant >= EPOCH else None


def unverified(path: Path) -> Path:
    """Return the path for a copy that does not verify."""
    return path.with_stem(f"{path.stem}-{DOES_NOT_VERIFY}")


@contextmanager
def before_upgrade(store: BackupStore, version: int, now: dt.datetime) -> Iterator[Path]:
    """Yield a draft for the backup before an upgrade, and keep it unless an error is raised.

    Raise StoreUnavailable if the backup fails.
    """
    target = unused(store.folder, f"before-upgrade-from-version-{version}-{{}}", now)
    try:
        with store.exclusively(), draft(target, store.group) as written:
            yield written
            finish(written, target)
    except (DeskBusy, StoreUnavailable) as refusal:
        raise StoreUnavailable(
            f"The database has version {version} and must be backed up before its upgrade, but the backup failed: "
            f"{refusal.reason}",
            refusal.remedy,
        ) from refusal


def back_up_before_upgrade(path: Path, version: int, now: dt.datetime, progress: Progress) -> None:
    """Back up a file of an older version before its transaction writes; raise StoreUnavailable if that fails."""
    with before_upgrade(store_of(path), version, now) as written, closing(sqlite3.connect(path)) as original:
        copy_pages(original, written, progress)


def copy_pages(source: sqlite3.Connection, target: Path, progress: Progress = UNFOLLOWED) -> None:
    """Copy a database to an empty file without a log, by SQLite's online backup; desks can write meanwhile."""
    with closing(sqlite3.connect(target, isolation_level=None)) as copy:
        if own := not source.in_transaction:
            source.execute("BEGIN")
        source.execute("SELECT count(*) FROM sqlite_master").fetchone()
        write_pages(source, copy, progress)
        if own:
            source.rollback()
        copy.execute("PRAGMA journal_mode=DELETE")


def write_pages(source: sqlite3.Connection, target: sqlite3.Connection, progress: Progress) -> None:
    """Overwrite a database with another, whose snapshot a transaction keeps, in one transaction.

    It is copied in steps, between which Python handles signals.
    """

    def report(_status: int, remaining: int, total: int) -> None:
        progress.report(COPYING, 1 - remaining / max(total, 1))

    source.backup(target, pages=PAGES_AT_ONCE, progress=report, sleep=0.001)
