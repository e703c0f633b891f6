"""The rows of the waitlist."""

from __future__ import annotations

from rich.style import Style

from opd_tui.desk.views import QueueRow
from opd_tui.tui.drawing.cells import Line, joined
from opd_tui.tui.drawing.text import doctor_label
from opd_tui.tui.tokens.token_rows import TokenRows
from opd_tui.tui.widgets.column_list import ColumnList
from opd_tui.tui.widgets.row_list import Heading


class WaitRows(ColumnList[QueueRow | Heading], TokenRows):
    """The waiting tokens of a day across doctors, best rank first."""

    FLEXIBLE = (1, 3)
    HEADINGS = ("NUMBER", "PATIENT", "SOURCE", "DOCTOR", "SLOT", "LINE", "WAITED", "")

    def watch_now(self) -> None:
        self.measure_again()

    def watch_marks(self) -> None:
        self.measure_again()

    def cells(self, item: QueueRow | Heading) -> tuple[str, ...]:
        """Return the columns of a row."""
        if isinstance(item, Heading):
            return self.HEADINGS
        record = item.record
        return (
            record.token.number,
            record.token.patient.name,
            record.token.source.name,
            doctor_label(record.doctor),
            f"{record.slot.start:%H:%M}",
            f"{item.place or ''}",
            self.wait_of(item),
            self.mark_of(item),
        )

    def draw(self, item: QueueRow | Heading, width: int) -> Line:
        cells = self.columns(item, width - 2)
        if isinstance(item, Heading):
            return joined((f"  {''.join(cells)}", self.part("dim")))
        number, name, source, *rest, mark = cells
        return joined(
            (f"{self.pointer_of(item)} ", self.part("dim")),
            (number, self.part("strong")),
            (name, Style()),
            (source, self.source_of(item)[1]),
            ("".join(rest), Style()),
            (mark.rstrip(), self.part("mark")),
        )
