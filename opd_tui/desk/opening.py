"""The one place where a front desk is put together."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from opd_tui import environment
from opd_tui.clock import Clock, SystemClock
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.domain.actor import Actor, Road
from opd_tui.domain.errors import StoreUnavailable
from opd_tui.domain.remedies import Advice
from opd_tui.storage.engines.locate import open_database
from opd_tui.storage.files.access import make_private_folder


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
    """A desk on a database; what is not given comes from the system.

    Operator, desk and road are the actor of every action that names no other.
    `group` is the system's group of accounts that share what is made. Raises StoreUnavailable and DeskBusy.
    """
    if location is None:
        if create:
            make_data_directory(group)
        location = str(environment.default_database())
    clock = clock or SystemClock()
    system_zone = ZoneInfo(zone) if zone else environment.system_zone()
    database = open_database(location, clock, system_zone, create=create, group=group)
    actor = Actor(
        environment.label(operator) if operator else environment.default_operator(),
        environment.label(desk) if desk else environment.default_desk(),
        road,
    )
    return FrontDesk(database, clock, actor)


def make_data_directory(group: str | None = None) -> None:
    """Make the data directory, for its owner or a group only; raises StoreUnavailable."""
    try:
        make_private_folder(environment.data_directory(), group)
    except OSError as error:
        folder = environment.data_directory()
        raise StoreUnavailable(f"The folder {folder} cannot be made: {error.strerror}.", Advice.NAME_DATABASE) from None
