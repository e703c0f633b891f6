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
        self._opened: Future[FrontDesk] = self._writes.submit(open_desk)

    async def desk(self) -> FrontDesk:
        """The desk, once it is open; raises StoreUnavailable and DeskBusy."""
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
        if self._opened.done() and not self._opened.exception():
            self._opened.result().database.closing.set()
        self._writes.shutdown(wait=True)
        self._reads.shutdown(wait=True, cancel_futures=True)
        if not self._opened.exception():
            self._opened.result().close()
