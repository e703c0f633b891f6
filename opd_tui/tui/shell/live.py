"""What comes to the screens unasked: other desks, a database that is gone or back, answers that were lost."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual.message import Message

from opd_tui.domain.errors import AnswerLost, DeskBusy, DeskRefusal, StoreOffline, StoreUnavailable
from opd_tui.tui.shell.remedies import explanation_of

if TYPE_CHECKING:
    from opd_tui.desk.news import Gone, News
    from opd_tui.tui.host.desk_host import DeskHost

ASK_AGAIN_SECONDS = 1.0
"""How often the desk tries to find out what became of an action whose answer was lost."""
FOUND_SECONDS = 15.0
"""How long it says so: somebody may be writing on paper."""


class NewsArrived(Message):
    """The thread that follows the other desks has learnt something."""

    def __init__(self, news: News) -> None:
        super().__init__()
        self.news = news


class Live:
    """Follows the other desks for an app."""

    def __init__(self, app: DeskHost) -> None:
        self.app = app

    async def start(self) -> None:
        """Follow from now on; what was committed before must be loaded after this."""
        try:
            await self.app.async_desk.follow(lambda news: self.app.post_message(NewsArrived(news)))
        except DeskRefusal as refusal:
            self.app.notices.refuse(refusal)

    def take(self, news: News) -> None:
        """Show what was learnt."""
        from opd_tui.desk.news import Back, Changed, Gone

        if isinstance(news, Changed):
            self.app.mark_moved(change for outcome in news.outcomes for change in outcome.changes)
            self.app.desk_changed.publish(None)
        elif isinstance(news, Gone):
            self.app.offline_notice = self.offline_notice(news)
            self.app.notices.warn(explanation_of(news.refusal, self.app.keymap))
        elif isinstance(news, Back):
            self.app.offline_notice = ""
            # Aside, since what became of a lost action may be said already.
            self.app.notices.say_aside("The database is there again.")
            self.app.desk_changed.publish(None)

    def offline_notice(self, gone: Gone) -> str:
        """Since when the database is not there, in the words of the top line."""
        what = "offline since" if isinstance(gone.refusal, StoreOffline) else "stopped at"
        return f"{what} {gone.since.astimezone(self.app.zone):%H:%M}"

    async def find_out(self, lost: AnswerLost) -> None:
        """Ask until the server says whether the action was done, and tell the person."""
        while True:
            try:
                outcome = await self.app.async_desk.act(lambda desk: desk.find_out(lost.key))
            except (StoreUnavailable, DeskBusy):
                await asyncio.sleep(ASK_AGAIN_SECONDS)
                continue
            if outcome is None:
                said = "The server is back. What you asked for last was not done; do it again."
            else:
                self.app.publish(outcome, toast=False)
                said = f"The server is back, and it was done: {outcome.sentence}."
            self.app.notices.say(said, FOUND_SECONDS)
            return
