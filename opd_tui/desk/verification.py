"""Verifying a database, by itself and against its backups, without changing it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypeVar

from opd_tui import environment
from opd_tui.clock import Clock
from opd_tui.desk.opening import open_database_at, store_of
from opd_tui.storage.backups import comparing, copies
from opd_tui.storage.engines.locate import database_url
from opd_tui.storage.files import backup_store, drafts
from opd_tui.storage.journal.verify import Verification, verify
from opd_tui.storage.transaction import Transaction

T = TypeVar("T")


def verify_database(location: str | None, clock: Clock, against: Path | None = None) -> Verification:
    """Verify a database and, if `against` names a backup, that the database holds what is in it.

    Raises StoreUnavailable, DeskBusy and AnotherDatabase.
    """
    if against is None:
        return examine(location, clock, verify)
    with prepared(location, against, clock) as (_, copy):
        return examine(location, clock, lambda transaction: _verify_against(transaction, copy, against))


def _verify_against(transaction: Transaction, copy: Transaction, name: Path) -> Verification:
    result = verify(transaction)
    if not result.problems:
        result.problems += comparing.missing(transaction, copy, str(name))
    return result


def lost_since(location: str | None, clock: Clock, copy: Transaction, name: Path) -> list[str]:
    """Return what a backup holds and the database does not; raises as `verify_database` does."""
    return examine(location, clock, lambda transaction: list(comparing.missing(transaction, copy, str(name))))


@contextmanager
def prepared(location: str | None, backup: Path, clock: Clock) -> Iterator[tuple[Verification, Transaction]]:
    """Restore a backup into a draft among the database's backups; yield its verification and a transaction on it."""
    store = store_of(location)
    with store.exclusively(), drafts.draft(store.folder / "restored.db", store.group) as written:
        result = copies.prepare(backup.resolve(), written, clock.now())
        with copies.reading_file(written) as copy:
            yield result, copy


def examine(location: str | None, clock: Clock, look: Callable[[Transaction], T]) -> T:
    """Return what `look` finds in a snapshot of a database, which stays as it is."""
    location = location or str(environment.default_database())
    url = database_url(location)
    if url.get_backend_name() == "sqlite":
        from opd_tui.storage.engines import looking

        return looking.look(Path(url.database or ""), look)
    database = open_database_at(location, clock, environment.system_zone(), create=False)
    with closing(database), database.long_running() as transaction:
        return look(transaction)


def warnings(location: str | None, group: str | None) -> tuple[str, ...]:
    """Return what is wrong with the permissions of a database's files."""
    url = database_url(location or str(environment.default_database()))
    if url.get_backend_name() != "sqlite":
        return ()
    return backup_store.warnings_of(Path(url.database or ""), group)
