"""Opening the desk that the shared options name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

from opd_tui.cli.long_work import long_work
from opd_tui.cli.options import WRONG_USE, fail, given_option, settings_file, shared_option, warn
from opd_tui.cli.refusals import message_of
from opd_tui.clock import SystemClock
from opd_tui.domain.actor import Road
from opd_tui.domain.errors import DeskBusy, StoreUnavailable

if TYPE_CHECKING:
    from opd_tui.desk.front_desk import FrontDesk

NOTHING_DONE = "Interrupted. Nothing was done."


@contextmanager
def front_desk(*, create: bool = True, road: Road = Road.COMMAND_LINE) -> Iterator[FrontDesk]:
    """Yield the desk that the options name; end the command with status 2 if it cannot be opened."""
    from opd_tui.desk.opening import in_zone, open_front_desk

    zone = given_option("time_zone")
    with refusals_end_with_wrong_use(), long_work(NOTHING_DONE) as work:
        desk = open_front_desk(
            shared_option("database"),
            operator=shared_option("operator"),
            desk=shared_option("desk"),
            road=road,
            create=create,
            zone=zone,
            group=settings_file().settings.group,
            progress=work,
        )
        in_zone(desk, zone)
    warn(desk.warnings)
    try:
        yield desk
    finally:
        desk.close()


def desk_to_read() -> AbstractContextManager[FrontDesk]:
    """Open the desk that the options name, for a list: a mistyped path must not create a database."""
    return front_desk(create=shared_option("database") is None)


def refuse_other_zone(location: str | None) -> None:
    """Raise StoreUnavailable or DeskBusy if --time-zone is not the time zone of the database at a location."""
    from opd_tui.desk.verification import refuse_other_zone_at

    if zone := given_option("time_zone"):
        refuse_other_zone_at(location, SystemClock(), zone)


@contextmanager
def refusals_end_with_wrong_use() -> Iterator[None]:
    """End the command with status 2 if the database cannot be used."""
    try:
        yield
    except (StoreUnavailable, DeskBusy) as refusal:
        fail(message_of(refusal), WRONG_USE)
