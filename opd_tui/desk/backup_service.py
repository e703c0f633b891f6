"""Backing up and restoring the database, and the drill that proves that the newest backup can be restored."""

from __future__ import annotations

import datetime as dt
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from opd_tui import environment
from opd_tui.clock import Clock
from opd_tui.desk.actions import ForgetPatient
from opd_tui.desk.opening import make_data_directory, open_database_at, store_of
from opd_tui.domain.errors import CopyDoesNotVerify, DeskBusy, NoBackup
from opd_tui.domain.journal import JournalEntry
from opd_tui.domain.model import TokenId
from opd_tui.domain.remedies import Advice
from opd_tui.storage.backups import copies
from opd_tui.storage.backups.forgetting import Result, forget_in_copy
from opd_tui.storage.engines.locate import database_url
from opd_tui.storage.files import backup_store
from opd_tui.storage.files.backup_store import Backup, BackupStore, Kind
from opd_tui.storage.journal.verify import Verification
from opd_tui.storage.queries import people
from opd_tui.storage.queries.people import Identity

if TYPE_CHECKING:
    from opd_tui.desk.front_desk import FrontDesk

Checked = dict[str, int]
"""The number of rows checked, by kind."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A verified backup, with its size in bytes."""

    path: Path
    size: int
    checked: Checked


@dataclass(frozen=True, slots=True)
class Drill:
    """The result of restoring the newest backup into a temporary folder and verifying it there."""

    backup: Backup
    age: dt.timedelta
    checked: Checked


@dataclass(frozen=True, slots=True)
class Restored:
    """The result of a restore: what was verified, and where the replaced database is kept."""

    checked: Checked
    replaced: Path | None


@dataclass(frozen=True, slots=True)
class CopiesLeft:
    """The copies of the database from which a person was removed, and those that still name the person."""

    rewritten: tuple[Path, ...]
    still_naming: tuple[Path, ...]


def back_up(desk: FrontDesk, to: Path | None, kept: int) -> Copy:
    """Make and verify a backup; without `to`, in the backup folder, which keeps the newest `kept` of each kind.

    `to` is a folder or a new file. Raises StoreUnavailable, DeskBusy and CopyDoesNotVerify.
    """
    now = desk.clock.now()
    if to is None:
        store = store_of(desk.database.location)
        with store.exclusively():
            return _back_up_to_store(desk, store, Kind.MANUAL, now, kept)
    path = BackupStore(to).free_path(Kind.MANUAL, now) if to.is_dir() else to
    return _verified_copy(*copies.back_up_to(desk.database, path))


def back_up_today(desk: FrontDesk, kept: int) -> Copy | None:
    """Make today's backup by the hospital's clock; return None if a desk already made it or the database is empty.

    Raises as `back_up` does.
    """
    store = store_of(desk.database.location)
    with ExitStack() as stack:
        try:
            stack.enter_context(store.exclusively())
        except DeskBusy:
            return None  # another desk is still copying a large database
        if _made_today(desk, store) or not desk.activity(1):
            return None
        return _back_up_to_store(desk, store, Kind.DAILY, desk.clock.now(), kept)


def _made_today(desk: FrontDesk, store: BackupStore) -> bool:
    days = (backup.made_at.astimezone(desk.zone).date() for backup in store.backups() if backup.kind is Kind.DAILY)
    return desk.today() in days


def _back_up_to_store(desk: FrontDesk, store: BackupStore, kind: Kind, now: dt.datetime, kept: int) -> Copy:
    path, result = copies.back_up(desk.database, store, kind, now)
    store.prune(kept)  # also if this copy does not verify: it is on the disk all the same
    return _verified_copy(path, result)


def _verified_copy(path: Path, result: Verification) -> Copy:
    if result.problems:
        more = f" and {len(result.problems) - 1} more" if len(result.problems) > 1 else ""
        raise CopyDoesNotVerify(
            f"The copy does not verify: {result.problems[0]}{more}. It is kept as {path} and does not count as a "
            "backup.",
            Advice.VERIFY_DATABASE,
        )
    return Copy(path, path.stat().st_size, result.checked)


def newest(location: str | None) -> Backup:
    """Return the newest verified backup; raise NoBackup if there is none."""
    found = store_of(location).backups()
    if not found:
        raise NoBackup("There is no backup yet.", Advice.MAKE_BACKUP)
    return found[-1]


def drill(location: str | None, clock: Clock) -> Drill:
    """Restore the newest backup into a temporary folder and verify it; raise NoBackup or StoreUnavailable."""
    from opd_tui.storage.backups.restoring import restore_file

    backup, store, now = newest(location), store_of(location), clock.now()
    with (
        store.exclusively(),
        backup_store.refusals(store.folder),
        TemporaryDirectory(prefix=backup_store.DRAFT, dir=store.folder) as place,
    ):
        result, _ = restore_file(backup.path, Path(place) / "opd.db", now)
    return Drill(backup, now - backup.made_at, result.checked)


def restore(source: Path, location: str | None, clock: Clock, group: str | None = None) -> Restored:
    """Replace a database by a backup, and keep the replaced one; a new file is shared with the Unix group `group`.

    Raises StoreUnavailable and DatabaseInUse.
    """
    from opd_tui.storage.backups import restoring

    if location is None:
        make_data_directory(group)
        location = str(environment.default_database())
    url, store, now = database_url(location), store_of(location), clock.now()
    store.group = store.group or group
    source = source.resolve()  # SQLite looks for the write-ahead log beside the file, not beside a link to it
    if url.get_backend_name() == "sqlite":
        with store.exclusively():
            result, replaced = restoring.restore_file(source, Path(url.database or ""), now, group)
        return Restored(result.checked, replaced)
    database = open_database_at(location, clock, environment.system_zone() or ZoneInfo("UTC"))
    try:
        with store.exclusively():
            result, replaced = restoring.restore_server(source, database, store, now)
    finally:
        database.close()
    return Restored(result.checked, replaced)


def identity_of(desk: FrontDesk, token: TokenId) -> Identity:
    """Return what identifies a token's patient in the copies; raise UnknownToken.

    Call it before the patient is forgotten: afterwards the database no longer has these fields.
    """
    patient = next(visit.token.patient_id for visit in desk.visits_of(token) if visit.token.id == token)
    return desk.read(lambda transaction: people.identity_of(transaction, patient))


def forget_in_copies(desk: FrontDesk, identity: Identity) -> CopiesLeft:
    """Forget a person in every copy of the database; each copy is verified before it replaces the old one."""
    now, store = desk.clock.now(), store_of(desk.database.location)
    entry = JournalEntry(ForgetPatient.verb, now, now, desk.actor.operator, desk.actor.desk, desk.actor.road.value)
    found: dict[Result, list[Path]] = {result: [] for result in Result}
    with store.exclusively():
        backup_store.clear_drafts_of(Path(desk.database.location))
        for path in copies_of(desk):
            found[forget_in_copy(path, identity, desk.zone, entry, store.group)].append(path)
    return CopiesLeft(tuple(found[Result.FORGOTTEN]), tuple(found[Result.STILL_IN_IT]))


def copies_of(desk: FrontDesk) -> list[Path]:
    """Return every copy that the program keeps: backups, and databases from before an upgrade or a restore."""
    location = desk.database.location
    return [*store_of(location).copies(), *backup_store.replaced(Path(location))]
