"""The screen shown while names are hidden: the slots' occupancy without patients' names."""

from __future__ import annotations

import datetime as dt

from textual import events, getters, work
from textual.app import ComposeResult
from textual.screen import Screen
from textual.widgets import Static

from opd_tui.desk.outcome import Outcome
from opd_tui.domain.errors import DeskRefusal
from opd_tui.tui.board.slot_grid import SlotGrid
from opd_tui.tui.host.desk_host import DeskHost
from opd_tui.tui.screens.bar_screen import TOO_SMALL
from opd_tui.tui.widgets.bars import TopBar

HIDDEN = "Names are hidden. Press any key to go on where you were; that key does nothing else."


class NamesHidden(Screen[None]):
    """A screen that covers all patient data and keeps its counts up to date."""

    host = getters.app(DeskHost)
    grid = getters.query_one(SlotGrid)
    top_bar = getters.query_one(TopBar)

    def compose(self) -> ComposeResult:
        yield TopBar(id="top-bar")
        yield Static(HIDDEN, id="names-hidden", markup=False)
        yield SlotGrid(id="grid", can_focus=False)
        yield Static(TOO_SMALL, id="too-small", markup=False)

    def on_mount(self) -> None:
        self.host.desk_changed.subscribe(self, self._desk_changed)
        self.watch(self.app, "day", self._look_again, init=False)
        self.watch(self.app, "now", self._show_now)
        self.watch(self.app, "offline_notice", self._show_offline_notice)
        self.load()

    def _show_now(self, now: dt.datetime | None) -> None:
        bar = self.top_bar
        self.grid.now = now
        bar.title, bar.now, bar.day, bar.who = self.host.hospital, now, self.host.day, self.host.who

    def _show_offline_notice(self, offline_notice: str) -> None:
        self.top_bar.offline_notice = offline_notice

    def _desk_changed(self, outcome: Outcome | None) -> None:
        self.load()

    def _look_again(self) -> None:
        self._show_now(self.host.now)
        self.load()

    @work(exclusive=True)
    async def load(self) -> None:
        """Reload the counts; keep the old ones if the desk refuses."""
        day, now = self.host.day, self.host.now
        if day is None:
            return
        try:
            board = await self.host.async_desk.read(lambda desk: desk.board(day))
        except DeskRefusal:
            return  # the screen below reports it when the names are shown again
        if not self.is_current:
            return  # a key has shown the names meanwhile, and the grid may be gone
        self.grid.board = board
        if (current := board.opening_slot(now)) is not None:
            self.grid.open_at(current)

    def on_click(self, event: events.Click) -> None:
        """Show the names again on a click."""
        event.stop()
        self.host.idle.pressed()
