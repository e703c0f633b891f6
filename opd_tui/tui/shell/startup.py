"""What is left to do at startup once the board is shown."""

from __future__ import annotations

import asyncio
import gc
from contextlib import suppress
from typing import TYPE_CHECKING

from opd_tui.domain.errors import DeskRefusal

if TYPE_CHECKING:
    from opd_tui.desk.front_desk import FrontDesk
    from opd_tui.tui.host.desk_host import DeskHost
    from opd_tui.tui.shell.backups import Backups

SECONDS_BETWEEN_PARTS = 0.01


async def finish_startup(host: DeskHost, desk: FrontDesk, backups: Backups) -> None:
    """Enable garbage collection, show warnings, check the file, back up, and read the patients who can be found.

    The check runs on the write thread, so that the first action waits until the file is known to be intact.
    """
    gc.freeze()
    gc.enable()
    for warning in desk.warnings:
        host.notices.warn(warning)
    try:
        await host.async_desk.act(lambda desk: desk.check_file())
    except DeskRefusal as refusal:
        host.notices.report(refusal)
    backups.each_day(desk.today())
    await read_known_patients(host)


async def read_known_patients(host: DeskHost) -> None:
    """Read the patients who can be found in the new-token panel, in parts between which the screens can read."""
    with suppress(DeskRefusal):  # a search reads what is missing
        while await host.async_desk.read(lambda desk: desk.index_patients()):
            await asyncio.sleep(SECONDS_BETWEEN_PARTS)
