"""Backups of the database, the way back from them, and the proof that it works."""

from __future__ import annotations

import datetime as dt
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

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
"""How many of each kind were checked."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A verified copy: where it is, how large in bytes, and what is in it."""

    path: Path
    size: int
    checked: Checked


@dataclass(frozen=True, slots=True)
class Drill:
    """The newest backup, which was restored into a temporary place and verified there."""

    backup: Backup
    age: dt.timedelta
    checked: Checked


@dataclass(frozen=True, slots=True)
class Restored:
    """What is in the database now, and where the one before it is kept."""

    checked: Checked
    replaced: Path | None


@dataclass(frozen=True, slots=True)
class CopiesLeft:
    """Copies of the database in which a person was forgotten, too, and those that still name the person."""

    rewritten: tuple[Path, ...]
    still_naming: tuple[Path, ...]


def back_up(desk: FrontDesk, to: Path | None, kept: int) -> Copy:
    """Make a verified backup in its usual place, a folder or a new file; `kept` of each kind stay in the usual place.

    Raises StoreUnavailable, DeskBusy and CopyDoesNotVerify.
    """
    now = desk.clock.now()
    if to is None:
        store = store_of(desk.database.location)
        with store.exclusively():
            return _kept(desk, store, Kind.MANUAL, now, kept)
    path = BackupStore(to).free_path(Kind.MANUAL, now) if to.is_dir() else to
    return _verified(*copies.back_up_to(desk.database, path))


def back_up_today(desk: FrontDesk, kept: int) -> Copy | None:
    """Make the backup of the hospital's day, where no desk has made it yet; None where there is nothing to do.

    Raises as `back_up`.
    """
    store = store_of(desk.database.location)
    with ExitStack() as stack:
        try:
            stack.enter_context(store.exclusively())
        except DeskBusy:
            return None  # another desk is making it, of a database that takes long
        if _made_today(desk, store) or not desk.activity(1):
            return None
        return _kept(desk, store, Kind.DAILY, desk.clock.now(), kept)


def _made_today(desk: FrontDesk, store: BackupStore) -> bool:
    days = (backup.made_at.astimezone(desk.zone).date() for backup in store.backups() if backup.kind is Kind.DAILY)
    return desk.today() in days


def _kept(desk: FrontDesk, store: BackupStore, kind: Kind, now: dt.datetime, kept: int) -> Copy:
    path, result = copies.back_up(desk.database, store, kind, now)
    store.prune(kept)
    return _verified(path, result)


def _verified(path: Path, result: Verification) -> Copy:
    if result.problems:
        more = f" and {len(result.problems) - 1} more" if len(result.problems) > 1 else ""
        raise CopyDoesNotVerify(
            f"The copy does not verify: {result.problems[0]}{more}. It is kept as {path} and does not count as a "
            "backup.",
            Advice.VERIFY_DATABASE,
        )
    return Copy(path, path.stat().st_size, result.checked)


def newest(location: str | None) -> Backup:
    """The newest verified backup; raises NoBackup."""
    found = store_of(location).backups()
    if not found:
        raise NoBackup("There is no backup yet.", Advice.MAKE_BACKUP)
    return found[-1]


def drill(location: str | None, clock: Clock) -> Drill:
    """Restore the newest backup into a temporary place and verify it; raises NoBackup and StoreUnavailable."""
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
    """Put a backup in the place of a database, which is kept; a new one is shared with the system's `group`.

    Raises StoreUnavailable and DatabaseInUse.
    """
    from opd_tui.storage.backups import restoring

    if location is None:
        make_data_directory(group)
        location = str(environment.default_database())
    url, store, now = database_url(location), store_of(location), clock.now()
    store.group = store.group or group
    source = source.resolve()  # beside the file itself lies its log
    if url.get_backend_name() == "sqlite":
        with store.exclusively():
            result, replaced = restoring.restore_file(source, Path(url.database or ""), now, group)
        return Restored(result.checked, replaced)
    database = open_database_at(location, clock, environment.system_zone())
    try:
        with store.exclusively():
            result, replaced = restoring.restore_server(source, database, store, now)
    finally:
        database.close()
    return Restored(result.checked, replaced)


def identity_of(desk: FrontDesk, token: TokenId) -> Identity:
    """How to find the person who has a token in the copies, as long as nobody forgot it; raises UnknownToken."""
    patient = next(visit.token.patient_id for visit in desk.visits_of(token) if visit.token.id == token)
    return desk.read(lambda transaction: people.identity_of(transaction, patient))


def forget_in_copies(desk: FrontDesk, identity: Identity) -> CopiesLeft:
    """Forget a person in every kept copy of the database, each verified before it replaces the old one."""
    now, store = desk.clock.now(), store_of(desk.database.location)
    entry = JournalEntry(ForgetPatient.verb, now, now, desk.actor.operator, desk.actor.desk, desk.actor.road.value)
    found: dict[Result, list[Path]] = {result: [] for result in Result}
    with store.exclusively():
        backup_store.clear_drafts_of(Path(desk.database.location))
        for path in copies_of(desk):
            found[forget_in_copy(path, identity, desk.zone, entry, store.group)].append(path)
    return CopiesLeft(tuple(found[Result.FORGOTTEN]), tuple(found[Result.STILL_IN_IT]))


def copies_of(desk: FrontDesk) -> list[Path]:
    """Every copy of the database that this program keeps: backups, and what was upgraded or replaced."""
    location = desk.database.location
    return [*store_of(location).copies(), *backup_store.replaced(Path(location))]
