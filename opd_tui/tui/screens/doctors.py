"""Screen 3: who is here on a day, where, and how full their slots are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from rich.style import Style
from textual import getters, work
from textual.widget import Widget

from opd_tui.desk.actions import AddDoctor, OpenSession
from opd_tui.desk.views import DoctorDay
from opd_tui.domain.model import SlotRecord
from opd_tui.tui.commands import ADD_DOCTOR, DOCTORS_COMMANDS, bindings
from opd_tui.tui.dialogs.action_form import ActionForm
from opd_tui.tui.lines import Line, joined
from opd_tui.tui.screens.filtered import FilteredScreen
from opd_tui.tui.widgets.column_list import ColumnList
from opd_tui.tui.widgets.filter_bar import FilterBar
from opd_tui.tui.widgets.panel import Panel
from opd_tui.tui.widgets.row_list import RowList
from opd_tui.tui.widgets.token_rows import Heading

if TYPE_CHECKING:
    from opd_tui.desk.front_desk import FrontDesk

USUAL_SESSION = {"start": "09:00", "end": "13:00", "capacity": "10", "every": "60"}


class DoctorRows(ColumnList[DoctorDay | Heading]):
    """Doctors, a line each."""

    FLEXIBLE = (1, 2, 4)
    HEADINGS = ("CODE", "NAME", "SPECIALTY", "ROOM", "HOURS", "SEATS TAKEN", "WAITING")

    def key_of(self, item: DoctorDay | Heading) -> Hashable | None:
        return item.doctor.id if isinstance(item, DoctorDay) else None

    def cells(self, item: DoctorDay | Heading) -> tuple[str, ...]:
        """A line's columns."""
        if isinstance(item, Heading):
            return self.HEADINGS
        doctor, slots = item.doctor, item.slots
        seats = sum(record.slot.capacity for record in slots)
        waiting = sum(record.load.waiting for record in slots)
        return (
            doctor.code,
            doctor.name,
            doctor.specialty or "",
            doctor.room or "",
            ", ".join(f"{start:%H:%M}–{end:%H:%M}" for start, end in hours(slots)) or "not here",
            f"{sum(record.load.taken for record in slots)} of {seats}" if slots else "",
            f"{waiting}" if waiting else "",
        )

    def draw(self, item: DoctorDay | Heading, width: int) -> Line:
        cells = self.columns(item, width - 2)
        if isinstance(item, Heading):
            return joined((f"  {''.join(cells)}", self.part("dim")))
        pointer = "▸" if self.has_focus and item is self.chosen else " "
        code, *rest = cells
        return joined(
            (f"{pointer} ", self.part("dim")),
            (code, self.part("strong")),
            ("".join(rest), Style() if item.slots else self.part("dim")),
        )


def hours(slots: Sequence[SlotRecord]) -> list[tuple[dt.time, dt.time]]:
    """When a doctor is here: slots that touch are one stretch."""
    stretches: list[tuple[dt.time, dt.time]] = []
    for record in slots:
        if stretches and stretches[-1][1] == record.slot.start:
            stretches[-1] = stretches[-1][0], record.slot.end
        else:
            stretches.append((record.slot.start, record.slot.end))
    return stretches


class DoctorsScreen(FilteredScreen):
    """All doctors with their slots of a day."""

    MODE = "doctors"
    INTENTS = DOCTORS_COMMANDS
    BINDINGS = bindings(*INTENTS)
    AUTO_FOCUS = "DoctorRows"

    lines = getters.query_one(DoctorRows)

    def body(self) -> Iterable[Widget]:
        with Panel("Doctors", id="doctors-panel"):
            yield DoctorRows(id="doctors")
        yield FilterBar()

    @property
    def list(self) -> RowList[Any]:
        return self.lines

    def words_of(self, item: DoctorDay) -> str:
        doctor = item.doctor
        return f"{doctor.code} {doctor.name} {doctor.specialty or ''} {doctor.room or ''}"

    def say_empty(self) -> str:
        add = self.desk_app.keymap.key_of(ADD_DOCTOR)
        return f" No doctors yet. Press {add} to add one, or run the demo with opd-tui demo."

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
        outcome = await self.ask(ActionForm(AddDoctor, "Add a doctor", {}, {}))
        if outcome is not None and outcome.doctor is not None:
            await self.load()
            self.place_of(outcome.doctor.id)
        await self.desk_app.keys.release(finished=True)

    def action_open_session(self) -> None:
        day = self.lines.chosen
        if self.shown_day is None:
            self.desk_app.say("One moment: the doctors are being loaded.")
        elif not isinstance(day, DoctorDay):
            add = self.desk_app.keymap.key_of(ADD_DOCTOR)
            self.desk_app.say(f"There is no doctor to open a session for. Press {add} to add one.")
        else:
            self.open_session(day)

    @work(group="form")
    async def open_session(self, day: DoctorDay) -> None:
        """Ask for a session of the chosen doctor and open its slots."""
        date = self.desk_app.day
        preset = {"date": date.isoformat() if date else "", **USUAL_SESSION}
        form = ActionForm(OpenSession, f"Open a session · {day.doctor.name}", {"doctor": day.doctor.id}, preset)
        await self.ask(form)
        await self.desk_app.keys.release(finished=True)
