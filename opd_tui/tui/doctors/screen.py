"""Screen 3: the doctors with their rooms, hours and occupancy on a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from textual import getters
from textual.widget import Widget

from opd_tui.desk.outcome import Outcome
from opd_tui.desk.search import Words, doctor_words
from opd_tui.desk.views import DoctorDay
from opd_tui.tui.commands import ADD_DOCTOR, DOCTORS_COMMANDS, OPEN_SESSION
from opd_tui.tui.doctors.doctor_rows import DoctorRows
from opd_tui.tui.keys.commands import DeskCommand, Need, bindings
from opd_tui.tui.screens.chosen import Chosen
from opd_tui.tui.screens.filtered_screen import FilteredScreen
from opd_tui.tui.widgets.filter_bar import FilterBar
from opd_tui.tui.widgets.panel import Panel

if TYPE_CHECKING:
    from opd_tui.desk.front_desk import FrontDesk


class DoctorsScreen(FilteredScreen):
    """All doctors with their slots on a day."""

    MODE = "doctors"
    ROWS = Need.DOCTOR
    INTENTS = DOCTORS_COMMANDS
    BINDINGS = bindings(*INTENTS)
    AUTO_FOCUS = "DoctorRows"

    rows = getters.query_one(DoctorRows)

    def body(self) -> Iterable[Widget]:
        with Panel("Doctors", id="doctors-panel"):
            yield DoctorRows(id="doctors")
        yield FilterBar()

    def words_of(self, item: DoctorDay) -> Words:
        return doctor_words(item.doctor)

    def say_empty(self) -> str:
        add = self.host.keymap.key_of(ADD_DOCTOR)
        return f" No doctors yet. Press {add} to add one, or run the demo with opd-tui demo."

    def as_preferred(self, command: DeskCommand) -> DeskCommand:
        return replace(command, presets=self.host.session_presets) if command is OPEN_SESSION else command

    def read_view(self, day: dt.date) -> Callable[[FrontDesk], Callable[[], None]]:
        def read(desk: FrontDesk) -> Callable[[], None]:
            days = desk.doctors(day)
            return lambda: self.show(days, day)

        return read

    def show(self, days: tuple[DoctorDay, ...], date: dt.date) -> None:
        """Show the doctors of a day."""
        for day in days:
            self.show_room(day.doctor.id, date, day.inside)
        self.show_items(days)

    def show_now(self, now: dt.datetime | None) -> None:
        self.rows.now = now

    def chosen(self, need: Need) -> Chosen | None:
        row = self.rows.chosen
        if need is not Need.DOCTOR or not isinstance(row, DoctorDay) or self.shown_day is None:
            return None
        return self.chosen_doctor(row.doctor, self.shown_day, row.slots)

    def open_row(self) -> None:
        row = self.rows.chosen
        if not isinstance(row, DoctorDay):
            self.host.refuse_key(self.why_none(Need.DOCTOR))
        elif row.slots:
            self.go_to_board(row.slots[0].slot)
        else:
            key = self.host.keymap.key_of(OPEN_SESSION)
            self.host.refuse_key(f"{row.doctor.name} has no slots on this day. Press {key} to open a session.")

    def why_none(self, need: Need) -> str:
        if need is not Need.DOCTOR:
            return super().why_none(need)
        add = self.host.keymap.key_of(ADD_DOCTOR)
        return self.why_nothing_is_chosen(f"There are no doctors yet. Press {add} to add one.")

    async def go_to_outcome(self, outcome: Outcome) -> None:
        await self.load()
        if outcome.doctor is not None:
            self.rows.move_to(outcome.doctor.id)
