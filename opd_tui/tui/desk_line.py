"""The way from the screens to the desk: off the event loop, writes in order, nothing lost on the way."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from opd_tui.desk.actions import Action
    from opd_tui.desk.front_desk import FrontDesk
    from opd_tui.desk.outcome import Forecast, Moves, Outcome

T = TypeVar("T")


class DeskLine:
    """A front desk behind threads of its own.

    Actions go through one thread in the order in which they were asked for, and run to their end even when
    whoever asked is gone. Reads and previews have another, and a newer one may replace them.
    """

    def __init__(self, open_desk: Callable[[], FrontDesk]) -> None:
        self._writes = ThreadPoolExecutor(max_workers=1, thread_name_prefix="desk-writes")
        self._reads = ThreadPoolExecutor(max_workers=1, thread_name_prefix="desk-reads")
        self._open_desk = open_desk
        self._opened: Future[FrontDesk] | None = None

    async def desk(self) -> FrontDesk:
        """The desk, opened at the first call; raises StoreUnavailable and DeskBusy."""
        if self._opened is None:
            self._opened = self._writes.submit(self._open_desk)
        return await asyncio.shield(asyncio.wrap_future(self._opened))

    async def perform(self, action: Action, expect: Moves | None, done: Callable[[Outcome], None]) -> Outcome:
        """Perform an action; `done` learns of its outcome even where the caller was cancelled meanwhile."""
        desk = await self.desk()
        future = asyncio.wrap_future(self._writes.submit(desk.perform, action, expect))
        future.add_done_callback(lambda ended: None if ended.cancelled() or ended.exception() else done(ended.result()))
        return await asyncio.shield(future)

    async def act(self, deed: Callable[[FrontDesk], T]) -> T:
        """Do something on the desk in its turn, to the end."""
        desk = await self.desk()
        return await asyncio.shield(asyncio.wrap_future(self._writes.submit(deed, desk)))

    async def preview(self, action: Action) -> Forecast:
        """What an action would do now."""
        return await self.read(lambda desk: desk.preview(action))

    async def read(self, question: Callable[[FrontDesk], T]) -> T:
        """Ask the desk something."""
        desk = await self.desk()
        return await asyncio.wrap_future(self._reads.submit(question, desk))

    def close(self) -> None:
        """Finish what was asked for, then let go of the database."""
        opened = self._opened
        if opened is not None and opened.done() and not opened.exception():
            opened.result().stop_waiting()
        self._writes.shutdown(wait=True)
        self._reads.shutdown(wait=True, cancel_futures=True)
        if opened is not None and not opened.exception():
            opened.result().close()
