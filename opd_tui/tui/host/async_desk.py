"""Asynchronous access to a front desk: actions run in order on one thread, reads on others."""

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
    """A front desk that runs on worker threads.

    Actions run on one thread in the order of the calls and complete even if the calling screen is gone. Reads use a
    second thread and previews a third; the caller may cancel them in favour of a newer one.
    """

    def __init__(self, open_desk: Callable[[], FrontDesk]) -> None:
        self._writes = ThreadPoolExecutor(max_workers=1, thread_name_prefix="desk-writes")
        self._reads = ThreadPoolExecutor(max_workers=1, thread_name_prefix="desk-reads")
        # A preview may wait for the database's write lock; a separate thread keeps reads from queueing behind it.
        self._previews = ThreadPoolExecutor(max_workers=1, thread_name_prefix="desk-previews")
        self._open_desk = open_desk
        self._opened: Future[FrontDesk] | None = None
        self._following: threading.Thread | None = None

    async def desk(self) -> FrontDesk:
        """Return the desk, opening it on the first call; raise StoreUnavailable or DeskBusy if that fails."""
        if self._opened is None:
            self._opened = self._writes.submit(self._open_desk)
        return await asyncio.shield(asyncio.wrap_future(self._opened))

    async def perform(self, action: Action, expect: Moves | None, done: Callable[[Outcome], None]) -> Outcome:
        """Perform an action on the write thread; call `done` with its outcome even if the caller is cancelled."""
        desk = await self.desk()
        future = asyncio.wrap_future(self._writes.submit(desk.perform, action, expect=expect))
        future.add_done_callback(lambda ended: None if ended.cancelled() or ended.exception() else done(ended.result()))
        return await asyncio.shield(future)

    async def act(self, task: Callable[[FrontDesk], T]) -> T:
        """Run a task on the write thread; it completes even if the caller is cancelled."""
        desk = await self.desk()
        return await asyncio.shield(asyncio.wrap_future(self._writes.submit(task, desk)))

    async def preview(self, action: Action) -> Forecast:
        """Return what an action would do now."""
        return await self.foresee(lambda desk: desk.preview(action))

    async def foresee(self, question: Callable[[FrontDesk], T]) -> T:
        """Run a query that may wait for other desks, on the preview thread."""
        desk = await self.desk()
        return await asyncio.wrap_future(self._previews.submit(question, desk))

    async def read(self, question: Callable[[FrontDesk], T]) -> T:
        """Run a query on the read thread."""
        desk = await self.desk()
        return await asyncio.wrap_future(self._reads.submit(question, desk))

    async def follow(self, tell: Callable[[News], object]) -> None:
        """Start a thread that calls `tell` with each change at another desk; raise StoreUnavailable if that fails."""
        news = await self.read(lambda desk: desk.follow())
        self._following = threading.Thread(target=tell_all, args=(news, tell), name="desk-news", daemon=True)
        self._following.start()

    def close(self) -> None:
        """Finish pending actions, cancel pending reads, and close the database.

        `stop_waiting` comes first: it ends waits for other desks, on which `shutdown(wait=True)` would block.
        """
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
    """Call `tell` with each item in order until the news ends."""
    for piece in news:
        tell(piece)
