"""A screen that shows something of a day: it loads its view off the event loop and keeps the person's place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from contextlib import nullcontext, suppress
from typing import TYPE_CHECKING

from textual import work

from opd_tui.desk.outcome import Outcome
from opd_tui.domain.errors import DeskBusy, DeskRefusal
from opd_tui.domain.model import TokenId
from opd_tui.tui.keys.commands import Need
from opd_tui.tui.screens.bar_screen import BarScreen
from opd_tui.tui.screens.chosen import Chosen

if TYPE_CHECKING:
    from opd_tui.desk.front_desk import FrontDesk


class DayScreen(BarScreen):
    """Loads a view of the day and shows it; what is chosen there is what commands are about."""

    shown_day: dt.date | None = None
    """The day whose view it shows, None before the first one."""
    prepared: Callable[[], None] | None = None
    """Shows a view that was loaded before the screen was there."""
    news_came = False
    """Whether another desk changed something that is not loaded yet."""

    @property
    def is_stale(self) -> bool:
        """Whether the view of the day that stands above is still on its way."""
        return self.shown_day != self.host.day

    def on_mount(self) -> None:
        self.host.desk_changed.subscribe(self, self.follow_desk)
        self.watch(self.host, "day", self._day_changed, init=False)
        self.watch(self.host, "now", self._now_changed)
        self.watch(self.host, "offline_notice", self._offline_notice_changed)
        self.watch(self.host, "marks", self.show_marks)

    def on_screen_resume(self) -> None:
        if self.prepared:
            self.prepared()
            self.prepared, self.shown_day = None, self.host.day
        else:
            self.reload()

    def follow_desk(self, outcome: Outcome | None) -> None:
        """Show what was done; without an outcome another desk did it."""
        if self in self.host.screen_stack:
            self.reload()

    def _offline_notice_changed(self, offline_notice: str) -> None:
        self.top_bar.offline_notice = offline_notice

    def _day_changed(self, day: dt.date | None) -> None:
        self.top_bar.day = day
        if self in self.host.screen_stack:
            self.reload()

    def _now_changed(self, now: dt.datetime | None) -> None:
        self.top_bar.now = now
        self.top_bar.day = self.host.day
        self.top_bar.who = self.host.who
        self.show_now(now)

    def show_now(self, now: dt.datetime | None) -> None:
        """Count waits from this instant."""

    def show_marks(self, marks: Mapping[TokenId, str]) -> None:
        """Mark the tokens that were moved just now."""

    # Loading

    @work(exclusive=True, group="load")
    async def reload(self) -> None:
        """Load the view again; the keys of somebody who types ahead wait for that of another day."""
        async with self.host.keys.held(self) if self.is_stale else nullcontext():
            await self.load()

    async def prepare(self) -> None:
        """Load the first view before the screen is shown, so that one paint shows both."""
        if self.host.day is not None:
            with suppress(DeskRefusal):  # the screen asks again when it is shown, and says it then
                self.prepared = await self.host.async_desk.read(self.read_view(self.host.day))

    async def load(self) -> None:
        """Load the view in a thread and show it."""
        if (day := self.host.day) is None:
            return
        self.news_came = False
        try:
            show = await self.host.async_desk.read(self.read_view(day))
        except DeskBusy as busy:
            self.host.notices.busy(busy, self.reload)
        except DeskRefusal as refusal:
            self.host.notices.refuse(refusal)
        else:
            with self.host.batch_update():
                show()
            self.shown_day = day

    def read_view(self, day: dt.date) -> Callable[[FrontDesk], Callable[[], None]]:
        """A question for the desk's thread; its answer is called on the screen's."""
        raise NotImplementedError

    async def load_change(self, outcome: Outcome) -> None:
        """Show what was just done here."""
        await self.load()

    async def go_to_outcome(self, outcome: Outcome) -> None:
        """Bring what a command has changed into view; `desk_changed` shows it where it stands."""

    def show_token(self, token_id: TokenId) -> None:
        """Bring a token into view."""

    # What commands are about

    def chosen(self, need: Need) -> Chosen | None:
        """What the person has chosen."""
        return None

    def why_none(self, need: Need) -> str:
        """Why nothing is chosen, with a next step."""
        return f"Choose a {need.value} first."

    def shows_the_day(self) -> bool:
        """Whether the list below is that of the day above; else it says so, and nothing of another day is touched."""
        if self.is_stale:
            self.host.notices.say("One moment: this day is being loaded.")
            return False
        return True
