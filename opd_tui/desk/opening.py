"""The one place where a front desk is put together."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from opd_tui import settings
from opd_tui.clock import Clock, SystemClock
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.domain.errors import StoreUnavailable
from opd_tui.storage.file_access import make_private_folder
from opd_tui.storage.locate import open_database


def open_front_desk(
    location: str | None = None,
    *,
    operator: str | None = None,
    desk: str | None = None,
    clock: Clock | None = None,
    zone: str | None = None,
    create: bool = True,
    group: str | None = None,
) -> FrontDesk:
    """A desk on a database; what is not given comes from the system.

    `group` is the system's group of accounts that share what is made. Raises StoreUnavailable and DeskBusy.
    """
    if location is None:
        if create:
            make_data_directory(group)
        location = str(settings.default_database())
    clock = clock or SystemClock()
    system_zone = ZoneInfo(zone) if zone else settings.system_zone()
    database = open_database(location, clock, system_zone, create=create, group=group)
    return FrontDesk(
        database,
        clock,
        settings.label(operator) if operator else settings.default_operator(),
        settings.label(desk) if desk else settings.default_desk(),
    )


def make_data_directory(group: str | None = None) -> None:
    """Make the data directory, for its owner or a group only; raises StoreUnavailable."""
    try:
        make_private_folder(settings.data_directory(), group)
    except OSError as error:
        raise StoreUnavailable(
            f"The folder {settings.data_directory()} cannot be made: {error.strerror}. Name a database with --database."
        ) from None
