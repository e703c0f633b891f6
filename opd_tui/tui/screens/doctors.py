"""Screen 3: who is here on a day, where, and how full their slots are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Hashable, Iterable
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text
from textual import getters, work
from textual.containers import Vertical
from textual.widget import Widget

from opd_tui.desk.actions import AddDoctor, OpenSession
from opd_tui.desk.views import DoctorDay
from opd_tui.tui.commands import ADD_DOCTOR, CLEAR_FILTER, DAY_COMMANDS, FILTER, OPEN_SESSION, bindings
from opd_tui.tui.dialogs.action_form import ActionForm
from opd_tui.tui.screens.filtered import FilteredScreen
from opd_tui.tui.text import count, fit, joined
from opd_tui.tui.widgets.filter_bar import FilterBar
from opd_tui.tui.widgets.line_list import LineList

if TYPE_CHECKING:
    from opd_tui.desk.front_desk import FrontDesk

USUAL_SESSION = {"start": "09:00", "end": "13:00", "capacity": "10", "every": "60"}


class DoctorLines(LineList[DoctorDay]):
    """Doctors, a line each."""

    def key_of(self, item: DoctorDay) -> Hashable | None:
        return item.doctor.id

    def draw(self, item: DoctorDay, width: int) -> Text:
        doctor, slots = item.doctor, item.slots
        pointer = "▸" if self.has_focus and item is self.chosen else " "
        when, full = "not here", ""
        if slots:
            seats = sum(record.slot.capacity for record in slots)
            taken = sum(record.load.taken for record in slots)
            waiting = sum(record.load.waiting for record in slots)
            when = f"{slots[0].slot.start:%H:%M}–{slots[-1].slot.end:%H:%M}  {count(len(slots), 'slot')}"
            full = f"{taken}/{seats} seats" + (f" +{waiting}" if waiting else "")
        room_width = max((cell_len(each.doctor.room or "") + 1 for each in self.items), default=0)
        room_width = 0 if room_width == 1 else min(room_width, 9)
        spare = max(width - 2 - 7 - room_width - 21 - 14, 16)
        name_width = spare * 5 // 9
        return joined(
            (f"{pointer} ", self.part("dim")),
            (fit(doctor.code, 7), self.part("strong")),
            (fit(doctor.name, name_width - 1) + " ", Style()),
            (fit(doctor.specialty or "", spare - name_width - 1) + " ", Style()),
            (fit(doctor.room or "", room_width), self.part("dim")),
            (fit(when, 21), Style() if slots else self.part("dim")),
            (fit(full, 14), Style()),
        )


class DoctorsScreen(FilteredScreen):
    """All doctors with their slots of a day."""

    MODE = "doctors"
    INTENTS = (ADD_DOCTOR, OPEN_SESSION, FILTER, *DAY_COMMANDS, CLEAR_FILTER)
    BINDINGS = bindings(*INTENTS)
    AUTO_FOCUS = "DoctorLines"

    lines = getters.query_one(DoctorLines)

    def body(self) -> Iterable[Widget]:
        with Vertical(id="doctors-panel", classes="panel") as panel:
            panel.border_title = "Doctors"
            yield DoctorLines(id="doctors")
        yield FilterBar()

    @property
    def list(self) -> LineList[Any]:
        return self.lines

    def words_of(self, item: DoctorDay) -> str:
        doctor = item.doctor
        return f"{doctor.code} {doctor.name} {doctor.specialty or ''} {doctor.room or ''}"

    def say_empty(self) -> str:
        return " No doctors yet. Press a to add one, or run the demo with opd-tui demo."

    def read_view(self, day: dt.date) -> Callable[[FrontDesk], Callable[[], None]]:
        def read(desk: FrontDesk) -> Callable[[], None]:
            days = desk.doctors(day)
            return lambda: self.show(days)

        return read

    def show(self, days: tuple[DoctorDay, ...]) -> None:
        """Show the doctors of a day."""
        self.mode_bar.waiting = sum(record.load.waiting for day in days for record in day.slots)
        self.show_items(days)

    def action_add_doctor(self) -> None:
        self.add_doctor()

    @work(group="form")
    async def add_doctor(self) -> None:
        """Ask for a doctor and add them."""
        outcome = await self.app.push_screen_wait(ActionForm(AddDoctor, "Add a doctor", {}, {}))
        if outcome is not None and outcome.doctor is not None:
            await self.load()
            self.place_of(outcome.doctor.id)

    def action_open_session(self) -> None:
        day = self.lines.chosen
        if day is None:
            self.desk_app.say("There is no doctor to open a session for. Press a to add one.")
        else:
            self.open_session(day)

    @work(group="form")
    async def open_session(self, day: DoctorDay) -> None:
        """Ask for a session of the chosen doctor and open its slots."""
        date = self.desk_app.day
        preset = {"date": date.isoformat() if date else "", **USUAL_SESSION}
        form = ActionForm(OpenSession, f"Open a session · {day.doctor.name}", {"doctor": day.doctor.id}, preset)
        await self.app.push_screen_wait(form)
