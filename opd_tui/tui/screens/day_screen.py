"""A screen for one day, which loads its view off the event loop and keeps the user's selection."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext, suppress
from typing import TYPE_CHECKING, NamedTuple

from textual import work

from opd_tui.desk.outcome import Outcome
from opd_tui.domain.errors import DeskBusy, DeskRefusal
from opd_tui.domain.model import Doctor, DoctorId, SlotRecord, Token, TokenId
from opd_tui.tui.keys.commands import Need
from opd_tui.tui.screens.bar_screen import BarScreen
from opd_tui.tui.screens.chosen import NEVER, Chosen
from opd_tui.tui.screens.request import Request

if TYPE_CHECKING:
    from opd_tui.desk.front_desk import FrontDesk


class Room(NamedTuple):
    """Who is with a doctor, and since when the screen shows that (monotonic)."""

    inside: Token | None
    since: float


class DayScreen(BarScreen):
    """A screen that loads and shows a view of the day; commands apply to the selected item."""

    shown_day: dt.date | None = None
    """The day of the displayed view, or None before the first one."""
    prepared: Callable[[], None] | None = None
    """A callback that shows the view loaded before the screen was mounted."""
    returns = False
    """Whether the screen is shown again, and its view is still that of before."""
    news_came = False
    """Whether there was a change that is not loaded yet."""

    def __init__(self) -> None:
        super().__init__()
        self.rooms: dict[tuple[DoctorId, dt.date], Room] = {}
        """Who is with the doctors, as far as this screen has shown it."""

    @property
    def is_stale(self) -> bool:
        """Whether the view of the day in the top bar is still loading."""
        return self.shown_day != self.host.day

    def on_mount(self) -> None:
        self.host.desk_changed.subscribe(self, self.follow_desk)
        self.host.operator_changed.subscribe(self, self._operator_changed)
        self.watch(self.host, "day", self._day_changed, init=False)
        self.watch(self.host, "now", self._now_changed)
        self.watch(self.host, "offline_notice", self._offline_notice_changed)
        self.watch(self.host, "marks", self.show_marks)

    def on_screen_resume(self) -> None:
        if self.prepared:
            self.prepared()
            self.prepared, self.shown_day = None, self.host.day
        else:
            self.returns = True
            self.reload()

    def follow_desk(self, outcome: Outcome | None) -> None:
        """Show the result of an action; the outcome is None if another desk performed it."""
        if self in self.host.screen_stack:
            self.reload()

    def _offline_notice_changed(self, offline_notice: str) -> None:
        self.top_bar.offline_notice = offline_notice

    def _operator_changed(self, operator: str) -> None:
        self.top_bar.who = self.host.who

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
        """Update waiting times to this instant."""

    def show_marks(self, marks: Mapping[TokenId, str]) -> None:
        """Show the marks of recently moved tokens."""

    # Loading

    @work(exclusive=True, group="load")
    async def reload(self) -> None:
        """Reload the view; hold keys typed ahead if it is of another day, or older than the screen before it."""
        async with self.host.keys.held(self) if self.is_stale or self.returns else nullcontext():
            self.returns = False
            await self.load()

    async def prepare(self) -> None:
        """Load the first view before the screen is shown, so that it appears in the first paint."""
        if self.host.day is not None:
            with suppress(DeskRefusal):  # on_screen_resume loads again and reports it
                self.prepared = await self.host.async_desk.read(self.read_day(self.host.day))

    async def load(self) -> None:
        """Load the view on the read thread and show it."""
        if (day := self.host.day) is None:
            return
        self.news_came = False
        try:
            show = await self.host.async_desk.read(self.read_day(day))
        except DeskBusy as busy:
            self.host.notices.busy(busy, self.reload)
        except DeskRefusal as refusal:
            self.host.notices.report(refusal)
        else:
            if self.host.keys.ends:
                return
            with self.host.batch_update():
                show()
            self.shown_day = day

    @work(group="totals", exclusive=True)
    async def load_totals(self, day: dt.date) -> None:
        """Load a day's totals alone, which take longer to count than a slot's queue to read."""
        with suppress(DeskRefusal):  # the next load shows and reports it
            totals = await self.host.async_desk.read(lambda desk: desk.totals(day))
            if day == self.shown_day:
                self.mode_bar.totals = totals

    def read_day(self, day: dt.date) -> Callable[[FrontDesk], Callable[[], None]]:
        """Return a query for the view and the totals of a day, which returns a callback to show both."""
        read_view = self.read_view(day)

        def read(desk: FrontDesk) -> Callable[[], None]:
            show, totals = read_view(desk), desk.totals(day)

            def show_both() -> None:
                self.mode_bar.totals = totals
                show()

            return show_both

        return read

    def read_view(self, day: dt.date) -> Callable[[FrontDesk], Callable[[], None]]:
        """Return a query that runs on the read thread and returns a callback to show its result on the event loop."""
        raise NotImplementedError

    async def load_change(self, outcome: Outcome) -> None:
        """Show the result of an action just performed on this screen."""
        await self.load()

    async def go_to_outcome(self, outcome: Outcome) -> None:
        """Show the result of a command on this screen, and navigate to the item it changed, if needed."""
        await self.load()

    async def offer_after(self, outcome: Outcome) -> Request | None:
        """Return the command that the user is asked about after another one, or None."""
        return None

    def show_token(self, token_id: TokenId) -> None:
        """Scroll to a token."""

    # Who is inside

    def show_room(self, doctor: DoctorId, date: dt.date, inside: Token | None) -> None:
        """Remember who is with a doctor, and since when the screen shows it if it showed somebody else before."""
        shown = self.rooms.get((doctor, date))
        if shown is None:
            self.rooms[doctor, date] = Room(inside, NEVER)
        elif (shown.inside and shown.inside.id) != (inside and inside.id):
            self.rooms[doctor, date] = Room(inside, self.host.keys.clock())

    def follow_rooms(self, outcome: Outcome) -> None:
        """Remember whom an action of this desk called or sent out, which no key before may have been meant for."""
        for record in outcome.directory.tokens.values():
            place = record.doctor.id, record.slot.date
            shown, token = self.rooms.get(place, Room(None, NEVER)).inside, record.token
            if token.in_the_room and (shown is None or shown.id != token.id):
                self.rooms[place] = Room(token, self.host.keys.clock())
            elif shown is not None and shown.id == token.id and not token.in_the_room:
                self.rooms[place] = Room(None, self.host.keys.clock())

    def chosen_doctor(self, doctor: Doctor, date: dt.date, records: Sequence[SlotRecord]) -> Chosen:
        """Return a selected doctor with their slots of a day and who is inside."""
        room = self.rooms.get((doctor.id, date), Room(None, NEVER))
        return Chosen.doctor(doctor, records, room.inside, room.since)

    # Selection

    def chosen(self, need: Need) -> Chosen | None:
        """Return the selected item of the needed kind, or None."""
        return None

    def chosen_id(self, need: Need) -> int | None:
        """Return the id of the selected item of the needed kind, or None."""
        chosen = self.chosen(need)
        return chosen.thing.id if chosen else None

    def why_none(self, need: Need) -> str:
        """Return why nothing is selected, with a next step."""
        return f"Choose a {need.value} first."

    def shows_the_day(self) -> bool:
        """Return whether the displayed view belongs to the current day; if not, refuse the key.

        This keeps commands from applying to an item of another day.
        """
        if self.is_stale:
            self.host.refuse_key("One moment: this day is being loaded.")
            return False
        return True
