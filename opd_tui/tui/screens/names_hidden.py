"""The screen while names are hidden: how full the slots are, and nobody's name."""

from __future__ import annotations

import datetime as dt

from textual import events, getters, work
from textual.app import ComposeResult
from textual.screen import Screen
from textual.widgets import Static

from opd_tui.desk.outcome import Outcome
from opd_tui.domain.errors import DeskRefusal
from opd_tui.tui.desk_app import DeskApp
from opd_tui.tui.screens.desk_screen import TOO_SMALL
from opd_tui.tui.widgets.bars import TopBar
from opd_tui.tui.widgets.slot_grid import SlotGrid

HIDDEN = "Names are hidden. Press any key to go on where you were; that key does nothing else."


class NamesHidden(Screen[None]):
    """Covers everything that shows a patient; the counts go on being right."""

    desk_app = DeskApp()
    grid = getters.query_one(SlotGrid)
    top_bar = getters.query_one(TopBar)

    def compose(self) -> ComposeResult:
        yield TopBar(id="top-bar")
        yield Static(HIDDEN, id="names-hidden", markup=False)
        yield SlotGrid(id="grid", can_focus=False)
        yield Static(TOO_SMALL, id="too-small", markup=False)

    def on_mount(self) -> None:
        self.desk_app.desk_changed.subscribe(self, self._desk_changed)
        self.watch(self.app, "day", self._look_again, init=False)
        self.watch(self.app, "now", self._show_now)
        self.watch(self.app, "offline_notice", self._show_absence)
        self.load()

    def _show_now(self, now: dt.datetime | None) -> None:
        bar = self.top_bar
        bar.title, bar.now, bar.day, bar.who = self.desk_app.hospital, now, self.desk_app.day, self.desk_app.who

    def _show_absence(self, offline_notice: str) -> None:
        self.top_bar.offline_notice = offline_notice

    def _desk_changed(self, outcome: Outcome | None) -> None:
        self.load()

    def _look_again(self) -> None:
        self._show_now(self.desk_app.now)
        self.load()

    @work(exclusive=True)
    async def load(self) -> None:
        """Count again; where the desk does not answer, the counts stay as they were."""
        app = self.desk_app
        day, now = app.day, app.now
        if day is None:
            return
        try:
            board = await app.async_desk.read(lambda desk: desk.board(day))
        except DeskRefusal:
            return  # whoever comes back sees the screen below say so
        self.grid.board = board
        if (current := board.next_slot(now)) is not None:
            self.grid.move_to(current.doctor.id, current.slot.start)

    def on_click(self, event: events.Click) -> None:
        """A click uncovers, too."""
        event.stop()
        self.desk_app.idle.pressed()
