"""The composition root: opens a database and builds a front desk on it."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from opd_tui import environment
from opd_tui.clock import Clock, SystemClock
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.domain.actor import Actor, Road
from opd_tui.domain.errors import StoreUnavailable
from opd_tui.domain.progress import UNFOLLOWED, Progress
from opd_tui.domain.records import quoted
from opd_tui.domain.remedies import Advice
from opd_tui.storage.engines.database import Database, Upgrade, read_identity, refuse_other_zone
from opd_tui.storage.engines.locate import database_url, identity_on_server, open_database
from opd_tui.storage.files import backup_store
from opd_tui.storage.files.access import make_private_folder
from opd_tui.storage.files.backup_store import BackupStore
from opd_tui.storage.files.untrusted import identity_in

if TYPE_CHECKING:
    from sqlalchemy import Connection


def open_front_desk(
    location: str | None = None,
    *,
    operator: str | None = None,
    desk: str | None = None,
    road: Road = Road.PROGRAM,
    clock: Clock | None = None,
    zone: str | None = None,
    create: bool = True,
    group: str | None = None,
    progress: Progress = UNFOLLOWED,
) -> FrontDesk:
    """Open a desk on a database; what is not given comes from the system.

    Operator, desk and road are the default actor of its actions. `group` is the Unix group that shares the files, and
    `progress` follows the upgrade of an older database. Raises StoreUnavailable and DeskBusy.
    """
    if location is None:
        if create:
            make_data_directory(group)
        location = str(environment.default_database())
    clock = clock or SystemClock()
    system_zone = zone_named(zone) if zone else environment.system_zone()
    database = open_database_at(location, clock, system_zone, create=create, group=group, progress=progress)
    actor = Actor(
        environment.label(operator) if operator else environment.default_operator(),
        environment.label(desk) if desk else environment.default_desk(),
        road,
    )
    return FrontDesk(database, clock, actor)


def zone_named(name: str) -> ZoneInfo:
    """Return a time zone by its IANA name; raise StoreUnavailable if there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise StoreUnavailable(f"There is no time zone {quoted(name)}. Names are like Asia/Kolkata.") from None


def in_zone(desk: FrontDesk, zone: str | None) -> FrontDesk:
    """Return the desk; close it and raise StoreUnavailable if a zone is named that is not the hospital's."""
    try:
        refuse_other_zone(zone, desk.zone.key)
    except StoreUnavailable:
        desk.close()
        raise
    return desk


def open_database_at(
    location: str,
    clock: Clock,
    system_zone: ZoneInfo | None,
    *,
    create: bool = True,
    group: str | None = None,
    upgrade: bool = True,
    progress: Progress = UNFOLLOWED,
) -> Database:
    """Open a database, backing it up before an upgrade; raise StoreUnavailable or DeskBusy.

    Unless `upgrade`, an older one on a server is refused.
    """

    def back_up_server(connection: Connection, version: int) -> None:
        from opd_tui.storage.backups import older_servers

        store = store_of(location, read_identity(connection))
        older_servers.back_up(connection, version, store, clock.now(), progress)

    how = Upgrade(back_up_server, progress) if upgrade else None
    database = open_database(location, clock, system_zone, how, create=create, group=group)
    if "://" in database.location:
        with suppress(StoreUnavailable):  # without a home directory there are no backups
            database.warnings += tuple(_store_of_server(database.identity).warnings())
    return database


def store_of(location: str | None, identity: str | None = None) -> BackupStore:
    """Return the backup folder of a database: beside a file, or in this machine's data directory for a server.

    A server's is named by the database's identity: another server may have the same address. Where it is not given, it
    is read; raise StoreUnavailable or DeskBusy if a server does not answer.
    """
    url = database_url(location or str(environment.default_database()))
    if url.get_backend_name() == "sqlite":
        path = Path(url.database or "")
        return backup_store.store_of(path, identity or identity_in(path))
    make_data_directory()
    return _store_of_server(identity or identity_on_server(url))


def _store_of_server(identity: str) -> BackupStore:
    return BackupStore(environment.data_directory() / f"server-{identity}-backups", identity=identity)


def stores_of_servers() -> list[BackupStore]:
    """Return the backup folders of all servers' databases that this machine has, for a server that is gone."""
    folders = environment.data_directory().glob("server-*-backups")
    return [BackupStore(folder) for folder in sorted(folders)]


def make_data_directory(group: str | None = None) -> None:
    """Make the data directory, accessible only to its owner or the group; raise StoreUnavailable if that fails."""
    try:
        make_private_folder(environment.data_directory(), group)
    except OSError as error:
        folder = environment.data_directory()
        raise StoreUnavailable(f"The folder {folder} cannot be made: {error.strerror}.", Advice.NAME_DATABASE) from None
