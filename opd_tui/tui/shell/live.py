"""Live updates: changes at other desks, a lost or restored database, and actions whose answer was lost."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING

from textual.message import Message

from opd_tui.domain.errors import AnswerLost, DeskBusy, DeskRefusal, StoreOffline, StoreUnavailable
from opd_tui.tui.host.notices import DATABASE
from opd_tui.tui.shell.remedies import explanation_of

if TYPE_CHECKING:
    from opd_tui.desk.news import Gone, News
    from opd_tui.desk.outcome import Outcome
    from opd_tui.tui.host.desk_host import DeskHost

ASK_AGAIN_SECONDS = 1.0
"""Interval between attempts to find out whether an action with a lost answer was performed."""


class NewsArrived(Message):
    """Posted from the news thread with news of another desk or of the database connection."""

    def __init__(self, news: News) -> None:
        super().__init__()
        self.news = news


class Live:
    """A service that applies news of other desks and of the database to the app."""

    def __init__(self, app: DeskHost) -> None:
        self.app = app

    async def start(self) -> None:
        """Start following; load the data afterwards, so that earlier commits are not missed."""
        try:
            await self.app.async_desk.follow(lambda news: self.app.post_message(NewsArrived(news)))
        except DeskRefusal as refusal:
            self.app.notices.report(refusal)

    def take(self, news: News) -> None:
        """Apply one piece of news to the screens."""
        from opd_tui.desk.news import Back, Changed, Gone

        if isinstance(news, Changed):
            if news.forgotten:
                self.app.forget_names()
            self.app.mark_moved(change for outcome in news.outcomes for change in outcome.changes)
            self.mention(news.outcomes)
            self.app.desk_changed.publish(None)
        elif isinstance(news, Gone):
            self.app.offline_notice = self.offline_notice(news)
            self.app.notices.warn(explanation_of(news.refusal, self.app.keymap), DATABASE)
        elif isinstance(news, Back):
            self.app.offline_notice = ""
            self.app.notices.withdraw(DATABASE)
            self.app.notices.mention("The database is there again.")
            self.app.desk_changed.publish(None)

    def mention(self, outcomes: Iterable[Outcome]) -> None:
        """Show what was done elsewhere, with the name of the desk."""
        from opd_tui.tui.drawing.sentences import forms_of, outcome_sentence

        for outcome in filter(lambda outcome: outcome.is_news, outcomes):
            where = "" if outcome.entry.desk == self.app.desk_name else f"{outcome.entry.desk}: "
            self.app.notices.mention(*forms_of(f"{where}{outcome_sentence(outcome, self.app.zone)}.", outcome))

    def offline_notice(self, gone: Gone) -> str:
        """Return the notice for the top bar that the database is offline and since when."""
        what = "offline since" if isinstance(gone.refusal, StoreOffline) else "stopped at"
        return f"{what} {gone.since.astimezone(self.app.zone):%H:%M}"

    async def find_out(self, lost: AnswerLost) -> None:
        """Retry until the server says whether the action was performed, and show the result."""
        while True:
            try:
                outcome = await self.app.async_desk.act(lambda desk: desk.find_out(lost.key))
            except (StoreUnavailable, DeskBusy):
                await asyncio.sleep(ASK_AGAIN_SECONDS)
                continue
            if outcome is None:
                said = "The server is back. What you asked for last was not done; do it again."
            else:
                self.app.publish(outcome, announce=False)
                self.app.print_issued(outcome)
                said = f"The server is back, and it was done: {outcome.sentence}."
            self.app.notices.withdraw(lost.key)
            self.app.notices.warn(said)
            return
