"""The rows of the waitlist."""

from __future__ import annotations

from rich.style import Style

from opd_tui.desk.views import QueueRow
from opd_tui.tui.drawing.cells import Line, joined
from opd_tui.tui.drawing.columns import Column
from opd_tui.tui.drawing.text import BRIEF_MARKS, doctor_label
from opd_tui.tui.tokens.token_rows import NUMBER_WIDTH, SOURCE_WIDTH, STATUS_WIDTH, TokenRows
from opd_tui.tui.widgets.column_list import ColumnList
from opd_tui.tui.widgets.row_list import Heading

ROOM_FOR_PHONES = 115
"""The room in a terminal of 120 columns, beside the frame, the scroll bar and the pointer."""


class WaitRows(ColumnList[QueueRow | Heading], TokenRows):
    """The waiting tokens of a day across doctors, best rank first."""

    COLUMNS = (
        Column("NUMBER", size=NUMBER_WIDTH),
        Column("PATIENT", least=11, rank=4),
        Column("SOURCE", size=SOURCE_WIDTH),
        Column("STATE", size=STATUS_WIDTH),
        Column("PHONE", size=10, from_room=ROOM_FOR_PHONES),
        Column("DOCTOR", least=8, rank=1),
        Column("SLOT", size=5),
        Column("LINE", align="right", least=4, rank=2),
        Column("WAITED", align="right", size=7),
    )

    def cells(self, item: QueueRow | Heading) -> tuple[str, ...]:
        """Return the columns of a row."""
        assert isinstance(item, QueueRow)
        record = item.record
        return (
            record.token.number,
            record.token.patient.name,
            record.token.source.label,
            self.status_of(item)[0],
            record.token.patient.phone or "",
            doctor_label(record.doctor),
            record.slot.expected_start,
            f"{item.place or ''}",
            self.mark_of(item, BRIEF_MARKS) or ("! tell" if record.token.is_to_tell else self.wait_of(item)),
        )

    def wait_of(self, row: QueueRow) -> str:
        """Return the minutes waited; the slot's start is in its own column."""
        return "not yet" if self.now is not None and self.now < row.begins_at else super().wait_of(row)

    def draw(self, item: QueueRow | Heading, width: int) -> Line:
        cells = self.columns(item, width - 2)
        if isinstance(item, Heading):
            return joined((f"  {''.join(cells)}", self.part("head")))
        number, name, source, state, *rest, waited = cells
        return joined(
            (f"{self.pointer_of(item)} ", self.part("dim")),
            (number, self.part("strong")),
            (name, Style()),
            (source, self.source_of(item)[1]),
            (state, self.status_of(item)[1]),
            ("".join(rest), Style()),
            (waited, self.look_of_wait(item)),
        )

    def look_of_wait(self, row: QueueRow) -> Style:
        """Return the style of the last column."""
        if self.mark_of(row, BRIEF_MARKS):
            return self.part("mark")
        return self.part("warning") if row.record.token.is_to_tell else Style()
