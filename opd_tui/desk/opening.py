"""The composition root: opens a database and builds a front desk on it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from opd_tui import environment
from opd_tui.clock import Clock, SystemClock
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.domain.actor import Actor, Road
from opd_tui.domain.errors import StoreUnavailable
from opd_tui.domain.records import quoted
from opd_tui.domain.remedies import Advice
from opd_tui.storage.engines.database import Database
from opd_tui.storage.engines.locate import database_url, open_database
from opd_tui.storage.files import backup_store
from opd_tui.storage.files.access import make_private_folder
from opd_tui.storage.files.backup_store import BackupStore

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
) -> FrontDesk:
    """Open a desk on a database; what is not given comes from the system.

    Operator, desk and road are the default actor of its actions. `group` is the Unix group that shares the files.
    Raises StoreUnavailable and DeskBusy.
    """
    if location is None:
        if create:
            make_data_directory(group)
        location = str(environment.default_database())
    clock = clock or SystemClock()
    system_zone = zone_named(zone) if zone else environment.system_zone()
    database = open_database_at(location, clock, system_zone, create=create, group=group)
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
    if zone and zone != desk.zone.key:
        desk.close()
        raise StoreUnavailable(
            f"The hospital's time zone is {desk.zone.key} since the database was made, and not {zone}.",
            Advice.LEAVE_OUT_TIME_ZONE,
        )
    return desk


def open_database_at(
    location: str, clock: Clock, system_zone: ZoneInfo | None, *, create: bool = True, group: str | None = None
) -> Database:
    """Open a database, backing it up before any upgrade; raise StoreUnavailable or DeskBusy."""

    def back_up_server(connection: Connection, version: int) -> None:
        from opd_tui.storage.backups import older_servers

        older_servers.back_up(connection, version, store_of(location), clock.now())

    return open_database(location, clock, system_zone, back_up_server, create=create, group=group)


def store_of(location: str | None) -> BackupStore:
    """Return the backup folder of a database: beside a file, or in this machine's data directory for a server."""
    url = database_url(location or str(environment.default_database()))
    if url.get_backend_name() == "sqlite":
        return backup_store.store_of(Path(url.database or ""))
    make_data_directory()
    name = re.sub(r"[^\w.-]+", "_", "-".join(filter(None, (url.host, str(url.port or ""), url.database))))
    return BackupStore(environment.data_directory() / f"{name}-backups")


def make_data_directory(group: str | None = None) -> None:
    """Make the data directory, accessible only to its owner or the group; raise StoreUnavailable if that fails."""
    try:
        make_private_folder(environment.data_directory(), group)
    except OSError as error:
        folder = environment.data_directory()
        raise StoreUnavailable(f"The folder {folder} cannot be made: {error.strerror}.", Advice.NAME_DATABASE) from None
