"""Verifying a database, by itself and against its backups, without changing it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypeVar

from sqlalchemy import select

from opd_tui import environment
from opd_tui.clock import Clock
from opd_tui.desk.opening import open_database_at, store_of
from opd_tui.domain.progress import UNFOLLOWED, Progress
from opd_tui.storage.backups import comparing, copies
from opd_tui.storage.engines.database import refuse_other_zone
from opd_tui.storage.engines.locate import database_url
from opd_tui.storage.files import backup_store, drafts
from opd_tui.storage.journal.verify import Verification, verify
from opd_tui.storage.schema.tables import hospital
from opd_tui.storage.transaction import Transaction

T = TypeVar("T")


def verify_database(
    location: str | None, clock: Clock, against: Path | None = None, progress: Progress = UNFOLLOWED
) -> Verification:
    """Verify a database and, if `against` names a backup, that the database holds what is in it.

    Raises StoreUnavailable, DeskBusy and AnotherDatabase.
    """

    def look(transaction: Transaction) -> Verification:
        return verify(transaction, progress=progress)

    if against is None:
        return examine(location, clock, look)
    with prepared(location, against, clock, progress) as (_, copy):

        def look_at_both(transaction: Transaction) -> Verification:
            result = look(transaction)
            if not result.problems:
                result.problems += comparing.missing(transaction, copy, str(against), progress)
            return result

        return examine(location, clock, look_at_both)


def lost_since(
    location: str | None, clock: Clock, copy: Transaction, name: Path, progress: Progress = UNFOLLOWED
) -> list[str]:
    """Return what a backup holds and the database does not; raises as `verify_database` does."""
    return examine(location, clock, lambda transaction: list(comparing.missing(transaction, copy, str(name), progress)))


def refuse_other_zone_at(location: str | None, clock: Clock, zone: str) -> None:
    """Raise StoreUnavailable if a zone is not the hospital's."""
    kept = examine(location, clock, lambda transaction: transaction.value(select(hospital.c.time_zone)))
    refuse_other_zone(zone, kept)


@contextmanager
def prepared(
    location: str | None, backup: Path, clock: Clock, progress: Progress
) -> Iterator[tuple[Verification, Transaction]]:
    """Restore a backup into a draft among the database's backups; yield its verification and a transaction on it."""
    store = store_of(location)
    with store.exclusively(), drafts.draft(store.folder / "restored.db", store.group) as written:
        result = copies.prepare(backup.resolve(), written, clock.now(), progress)
        with copies.reading_file(written) as copy:
            yield result, copy


def examine(location: str | None, clock: Clock, look: Callable[[Transaction], T]) -> T:
    """Return what `look` finds in a snapshot of a database, which stays as it is; refuse one of an older version."""
    location = location or str(environment.default_database())
    url = database_url(location)
    if url.get_backend_name() == "sqlite":
        from opd_tui.storage.engines import looking

        return looking.look(Path(url.database or ""), look)
    database = open_database_at(location, clock, environment.system_zone(), create=False, upgrade=False)
    with closing(database), database.long_running() as transaction:
        return look(transaction)


def warnings(location: str | None, group: str | None) -> tuple[str, ...]:
    """Return what is wrong with the permissions of a database's files."""
    url = database_url(location or str(environment.default_database()))
    if url.get_backend_name() != "sqlite":
        return ()
    return backup_store.warnings_of(Path(url.database or ""), group)
