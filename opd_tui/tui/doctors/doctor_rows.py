"""The rows of the doctors screen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Sequence

from rich.style import Style
from textual.reactive import reactive

from opd_tui.desk.views import DoctorDay
from opd_tui.domain.model import SlotRecord, Token
from opd_tui.tui.drawing.cells import Line, joined
from opd_tui.tui.drawing.columns import Column
from opd_tui.tui.drawing.text import minutes
from opd_tui.tui.widgets.column_list import ColumnList
from opd_tui.tui.widgets.row_list import Heading


class DoctorRows(ColumnList[DoctorDay | Heading]):
    """Doctors with their hours, who is inside, and occupancy, one per row."""

    COLUMNS = (
        Column("CODE"),
        Column("NAME", least=16, rank=5),
        Column("SPECIALTY", least=12, rank=2),
        Column("ROOM", least=5, rank=1),
        Column("HOURS", least=12, rank=3),
        Column("INSIDE", least=14, rank=4),
        Column("PATIENT", least=6),
        Column("HERE", align="right"),
        Column("TAKEN", align="right", size=8),
        Column("WAITING", align="right", size=7),
    )

    now: reactive[dt.datetime | None] = reactive(None)
    """The desk's clock."""

    def watch_now(self) -> None:
        self.measure()

    def key_of(self, item: DoctorDay | Heading) -> Hashable | None:
        return item.doctor.id if isinstance(item, DoctorDay) else None

    def cells(self, item: DoctorDay | Heading) -> tuple[str, ...]:
        """Return the columns of a row."""
        assert isinstance(item, DoctorDay)
        doctor, slots = item.doctor, item.slots
        seats = sum(record.slot.capacity for record in slots)
        waiting = sum(record.load.waiting for record in slots)
        return (
            doctor.code,
            doctor.name,
            doctor.specialty or "",
            doctor.room or "",
            ", ".join(hours(slots)) or ("retired" if doctor.retired_at else "not here"),
            *self.inside(item.inside),
            f"{item.here or ''}",
            f"{sum(record.load.taken for record in slots)} of {seats}" if slots else "",
            f"{waiting}" if waiting else "",
        )

    def inside(self, token: Token | None) -> tuple[str, str]:
        """Return who is with a doctor and for how long: `A-003 12 min`, and the name."""
        if token is None or token.called_at is None or self.now is None:
            return "", ""
        return f"{token.number} {minutes(self.now - token.called_at)}", token.patient.name

    def draw(self, item: DoctorDay | Heading, width: int) -> Line:
        cells = self.columns(item, width - 2)
        if isinstance(item, Heading):
            return joined((f"  {''.join(cells)}", self.part("head")))
        pointer = "▸" if self.has_focus and item is self.chosen else " "
        code, *rest = cells
        return joined(
            (f"{pointer} ", self.part("dim")),
            (code, self.part("strong")),
            ("".join(rest), Style() if item.slots else self.part("dim")),
        )


def hours(slots: Sequence[SlotRecord]) -> list[str]:
    """Return when a doctor is expected, with adjacent slots merged and no minutes where they are zero: `09–12`."""
    stretches: list[tuple[str, str]] = []
    for record in slots:
        start, _, end = record.slot.expected_window.partition("–")
        if stretches and stretches[-1][1] == start:
            start = stretches.pop()[0]
        stretches.append((start, end))
    return ["–".join(time.removesuffix(":00") for time in stretch) for stretch in stretches]
