"""The way from the screens to the desk: off the event loop, writes in order, nothing lost on the way."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from opd_tui.desk.actions import Action
    from opd_tui.desk.front_desk import FrontDesk
    from opd_tui.desk.news import News
    from opd_tui.desk.outcome import Forecast, Moves, Outcome

T = TypeVar("T")


class AsyncDesk:
    """A front desk behind threads of its own.

    Actions go through one thread in the order in which they were asked for, and run to their end even when the screen
    that asked is gone. Reads have another and previews a third, and a newer one may replace them.
    """

    def __init__(self, open_desk: Callable[[], FrontDesk]) -> None:
        self._writes = ThreadPoolExecutor(max_workers=1, thread_name_prefix="desk-writes")
        self._reads = ThreadPoolExecutor(max_workers=1, thread_name_prefix="desk-reads")
        # A preview waits for the write lock, and no read may wait behind it.
        self._previews = ThreadPoolExecutor(max_workers=1, thread_name_prefix="desk-previews")
        self._open_desk = open_desk
        self._opened: Future[FrontDesk] | None = None
        self._following: threading.Thread | None = None

    async def desk(self) -> FrontDesk:
        """The desk, opened at the first call; raises StoreUnavailable and DeskBusy."""
        if self._opened is None:
            self._opened = self._writes.submit(self._open_desk)
        return await asyncio.shield(asyncio.wrap_future(self._opened))

    async def perform(self, action: Action, expect: Moves | None, done: Callable[[Outcome], None]) -> Outcome:
        """Perform an action; `done` learns of its outcome even where the caller was cancelled meanwhile."""
        desk = await self.desk()
        future = asyncio.wrap_future(self._writes.submit(desk.perform, action, expect=expect))
        future.add_done_callback(lambda ended: None if ended.cancelled() or ended.exception() else done(ended.result()))
        return await asyncio.shield(future)

    async def act(self, task: Callable[[FrontDesk], T]) -> T:
        """Do something on the desk in its turn, to the end."""
        desk = await self.desk()
        return await asyncio.shield(asyncio.wrap_future(self._writes.submit(task, desk)))

    async def preview(self, action: Action) -> Forecast:
        """What an action would do now."""
        return await self.foresee(lambda desk: desk.preview(action))

    async def foresee(self, question: Callable[[FrontDesk], T]) -> T:
        """Ask the desk something that may wait for other desks."""
        desk = await self.desk()
        return await asyncio.wrap_future(self._previews.submit(question, desk))

    async def read(self, question: Callable[[FrontDesk], T]) -> T:
        """Ask the desk something."""
        desk = await self.desk()
        return await asyncio.wrap_future(self._reads.submit(question, desk))

    async def follow(self, tell: Callable[[News], object]) -> None:
        """Tell what other desks do from now on, on a thread of its own; raises StoreUnavailable."""
        news = await self.read(lambda desk: desk.follow())
        self._following = threading.Thread(target=tell_all, args=(news, tell), name="desk-news", daemon=True)
        self._following.start()

    def close(self) -> None:
        """Finish what was asked for, then let go of the database."""
        opened = self._opened
        if opened is not None and opened.done() and not opened.exception():
            opened.result().stop_waiting()
        self._writes.shutdown(wait=True)
        for asked in (self._reads, self._previews):
            asked.shutdown(wait=True, cancel_futures=True)
        if self._following is not None:
            self._following.join()
        if opened is not None and not opened.exception():
            opened.result().close()


def tell_all(news: Iterator[News], tell: Callable[[News], object]) -> None:
    """Tell everything, in its order, until there is no more."""
    for piece in news:
        tell(piece)
