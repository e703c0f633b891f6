"""Backing up and restoring the database, and the drill that proves that the newest backup can be restored."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from opd_tui import environment
from opd_tui.clock import Clock
from opd_tui.desk.opening import make_data_directory, open_database_at, store_of, stores_of_servers
from opd_tui.desk.verification import lost_since, prepared
from opd_tui.domain.errors import CopyDoesNotVerify, DeskBusy, NoBackup, StoreUnavailable
from opd_tui.domain.journal import JournalEntry
from opd_tui.domain.model import TokenId
from opd_tui.domain.progress import UNFOLLOWED, PartOfWork, Progress
from opd_tui.domain.remedies import Advice
from opd_tui.domain.sameness import Traits
from opd_tui.storage.backups import copies
from opd_tui.storage.backups.forgetting import FORGOTTEN_IN_COPY, Result, forget_in_copy
from opd_tui.storage.engines.locate import database_url
from opd_tui.storage.files import backup_store, drafts
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
    lost: tuple[str, ...]
    """What the backup holds and the database no longer does."""


@dataclass(frozen=True, slots=True)
class Restored:
    """The result of a restore: what was verified, and where the replaced database is kept."""

    checked: Checked
    replaced: Path | None


@dataclass(frozen=True, slots=True)
class CopiesLeft:
    """The copies from which a person was removed, those that still name the person, and those of other databases."""

    rewritten: tuple[Path, ...]
    still_naming: tuple[Path, ...]
    no_room: tuple[Path, ...] = ()
    """Those of `still_naming` that only a full disk kept from being rewritten."""
    not_searched: tuple[Path, ...] = ()
    """Copies of another database in the same folder, where the person may be another database's patient."""


def back_up(desk: FrontDesk, to: Path | None, kept: int, progress: Progress = UNFOLLOWED) -> Copy:
    """Make and verify a backup; without `to`, in the backup folder, which keeps the newest `kept` of each kind.

    `to` is a folder or a new file. Raises StoreUnavailable, DeskBusy and CopyDoesNotVerify.
    """
    now = desk.clock.now()
    if to is None:
        store = store_of_desk(desk)
        with store.exclusively():
            return _back_up_to_store(desk, store, Kind.MANUAL, now, kept, progress)
    path = BackupStore(to).free_path(Kind.MANUAL, now) if to.is_dir() else to
    return _verified_copy(*copies.back_up_to(desk.database, path, progress))


def back_up_today(desk: FrontDesk, kept: int, progress: Progress = UNFOLLOWED) -> Copy | None:
    """Make today's backup by the hospital's clock; return None if a desk already made it or the database is empty.

    Raises as `back_up` does.
    """
    store = store_of_desk(desk)
    with ExitStack() as stack:
        try:
            stack.enter_context(store.exclusively())
        except DeskBusy:
            return None  # another desk is still copying a large database
        if _made_today(desk, store) or not desk.activity(1):
            return None
        return _back_up_to_store(desk, store, Kind.DAILY, desk.clock.now(), kept, progress)


def _made_today(desk: FrontDesk, store: BackupStore) -> bool:
    days = (backup.made_at.astimezone(desk.zone).date() for backup in store.backups() if backup.kind is Kind.DAILY)
    return desk.today() in days


def _back_up_to_store(
    desk: FrontDesk, store: BackupStore, kind: Kind, now: dt.datetime, kept: int, progress: Progress
) -> Copy:
    path, result = copies.back_up(desk.database, store, kind, now, progress)
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


def store_of_desk(desk: FrontDesk) -> BackupStore:
    """Return the backup folder of a desk's database."""
    return store_of(desk.database.location, desk.database.identity)


def newest(location: str | None) -> Backup:
    """Return the newest verified backup; raise NoBackup if there is none."""
    found = store_of(location).backups()
    if not found:
        raise NoBackup("There is no backup yet.", Advice.MAKE_BACKUP)
    return found[-1]


def listed(location: str | None, folder: Path | None) -> tuple[list[Backup], list[Path], list[Path]]:
    """Return the backups of a database, in its own or another folder, the other copies, and what killed ones left.

    If a server does not answer, those of every server's database that this machine has are listed.
    """
    if folder is not None:
        stores = [BackupStore(folder)]
    else:
        try:
            stores = [store_of(location)]
        except (StoreUnavailable, DeskBusy):
            stores = stores_of_servers()
    backups = sorted(backup for store in stores for backup in store.backups())
    others = {path for store in stores for path in store.copies()} - {backup.path for backup in backups}
    return backups, sorted(others), [path for store in stores for path in drafts.abandoned(store.folder)]


def drill(location: str | None, clock: Clock, progress: Progress = UNFOLLOWED) -> Drill:
    """Restore the newest backup into a draft, verify it, and compare the database with it.

    Raises NoBackup, StoreUnavailable and DeskBusy.
    """
    backup = newest(location)
    with prepared(location, backup.path, clock, progress) as (result, copy):
        lost = lost_since(location, clock, copy, backup.path, progress)
    return Drill(backup, clock.now() - backup.made_at, result.checked, tuple(lost))


def restore(
    source: Path,
    location: str | None,
    clock: Clock,
    group: str | None = None,
    *,
    another: bool = False,
    zone: str | None = None,
    progress: Progress = UNFOLLOWED,
) -> Restored:
    """Replace a database by a backup, and keep the replaced one; a new file is shared with the Unix group `group`.

    Raises DatabaseInUse, StoreUnavailable, also if the backup's time zone is not `zone`, and AnotherDatabase unless
    `another` database's backup is meant.
    """
    from opd_tui.storage.backups import restoring

    if location is None:
        make_data_directory(group)
        location = str(environment.default_database())
    url, now = database_url(location), clock.now()
    source = source.resolve()  # SQLite looks for the write-ahead log beside the file, not beside a link to it
    if url.get_backend_name() == "sqlite":
        store = store_of(location)
        store.group = store.group or group
        with store.exclusively():
            result, replaced = restoring.restore_file(
                source, Path(url.database or ""), now, group, another=another, zone=zone, progress=progress
            )
        return Restored(result.checked, replaced)
    database = open_database_at(location, clock, environment.system_zone() or ZoneInfo("UTC"))
    try:
        store = store_of(location, database.identity)
        with store.exclusively():
            result, replaced = restoring.restore_server(
                source, database, store, now, another=another, zone=zone, progress=progress
            )
    finally:
        database.close()
    return Restored(result.checked, replaced)


def identity_of(desk: FrontDesk, token: TokenId) -> Identity:
    """Return what identifies a token's patient in the copies; raise UnknownToken.

    Call it before the patient is forgotten: afterwards the database no longer has these fields.
    """
    patient = next(visit.token.patient_id for visit in desk.visits_of(token) if visit.token.id == token)
    return desk.read(lambda transaction: people.identity_of(transaction, patient))


def identity_named(uhid: str | None, name: str | None, phone: str | None) -> Identity:
    """Return how to find a person in the copies whom the database does not name, or no longer."""
    return Identity(frozenset({Traits.typed(name or "", phone, uhid)}), frozenset())


def forget_in_copies(desk: FrontDesk, identity: Identity, progress: Progress = UNFOLLOWED) -> CopiesLeft:
    """Forget a person in every copy of the database; each copy is verified before it replaces the old one.

    If `progress` ends this, the copies that it has not reached still name the person.
    """
    now, store = desk.clock.now(), store_of_desk(desk)
    entry = JournalEntry(FORGOTTEN_IN_COPY, now, now, desk.actor.operator, desk.actor.desk, desk.actor.road.value)
    found: dict[Result, list[Path]] = {result: [] for result in Result}
    with store.exclusively():
        drafts.clear_beside(Path(desk.database.location))
        own, others = copies_beside(desk)
        for number, path in enumerate(own):
            part = PartOfWork(progress, number, len(own))
            found[forget_in_copy(path, identity, desk.zone, entry, store.group, part)].append(path)
            part.report("forgetting", 1)  # here, too, it may be ended
    no_room = tuple(found[Result.NO_ROOM])
    still_naming = (*found[Result.STILL_IN_IT], *no_room)
    return CopiesLeft(tuple(found[Result.FORGOTTEN]), still_naming, no_room, tuple(others))


def copies_of(desk: FrontDesk) -> list[Path]:
    """Return every copy that the program keeps: backups, and databases from before an upgrade or a restore."""
    return copies_beside(desk)[0]


def copies_beside(desk: FrontDesk) -> tuple[list[Path], list[Path]]:
    """Return the copies of a desk's database, and those of other databases that lie among them."""
    store, copies = store_of_desk(desk), defaultdict[bool, list[Path]](list)
    for path in (*store.copies(), *backup_store.replaced(Path(desk.database.location))):
        copies[store.is_own(path)].append(path)
    return copies[True], copies[False]
