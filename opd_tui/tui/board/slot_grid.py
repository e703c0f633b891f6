"""The slot grid: one row per doctor, one column per start time, one cell per slot."""

from __future__ import annotations

import datetime as dt

from rich.cells import cell_len
from rich.style import Style
from textual import events
from textual.binding import Binding
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import var
from textual.strip import Strip

from opd_tui.desk.views import Board
from opd_tui.domain.model import Doctor, DoctorId, SlotRecord
from opd_tui.tui.drawing.cells import Line, fit, joined
from opd_tui.tui.drawing.looks import look
from opd_tui.tui.drawing.text import doctor_label, seats
from opd_tui.tui.widgets.calm_focus import CalmFocus

HEADER_LINES = 1
DOCTOR_WIDTH = (18, 32)
"""The smallest and largest width of the doctor column, in terminal cells."""
NARROWEST_CELL = 8
"""The smallest cell width, with room for a time and the scroll indicator."""


class SlotGrid(CalmFocus, can_focus=True):
    """The slots of a day; the cursor keeps its doctor and start time when the board changes."""

    BINDINGS = [
        Binding("up,k", "move(-1, 0)", "Up", show=False),
        Binding("down,j", "move(1, 0)", "Down", show=False),
        Binding("left,h", "move(0, -1)", "Left", show=False),
        Binding("right,l", "move(0, 1)", "Right", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("home,g", "to_row(0)", "First doctor", show=False),
        Binding("end,G", "to_row(-1)", "Last doctor", show=False),
    ]

    board: var[Board] = var(Board(dt.date.min), init=False)
    row: var[int] = var(0, init=False)
    column: var[int] = var(0, init=False)
    first_column: var[int] = var(0, init=False)
    """The leftmost visible start time; the doctor column does not scroll."""

    doctor_width = DOCTOR_WIDTH[0]
    cell_width = NARROWEST_CELL
    brief = False
    """Whether specialties are omitted and seats shown as numbers only, so that more times fit."""
    paper = Style()
    """The background style, looked up once per paint."""

    class Highlighted(Message):
        """Posted when the slot under the cursor changes; `record` is None if there is no slot."""

        def __init__(self, record: SlotRecord | None) -> None:
            super().__init__()
            self.record = record

    @property
    def chosen(self) -> SlotRecord | None:
        """The slot under the cursor."""
        return self._record(self.row, self.column)

    def move_to(self, doctor_id: DoctorId, start: dt.time) -> None:
        """Move the cursor to a doctor's slot."""
        ids = [doctor.id for doctor in self.board.doctors]
        if doctor_id in ids and start in self.board.starts:
            self._put_cursor(ids.index(doctor_id), self.board.starts.index(start))

    def on_mount(self) -> None:
        self._measure()

    def watch_board(self, old: Board, new: Board) -> None:
        widths = self.doctor_width, self.cell_width, self.brief
        self._measure()
        same_shape = (old.date, old.doctors, old.starts) == (new.date, new.doctors, new.starts)
        if same_shape and widths == (self.doctor_width, self.cell_width, self.brief):
            for row, doctor in enumerate(new.doctors):
                for column, start in enumerate(new.starts):
                    was, now = old.at(doctor.id, start), new.at(doctor.id, start)
                    if was is not now and was != now:
                        self._refresh_cell(row, column)
        else:
            self.virtual_size = Size(self.scrollable_content_region.width, len(new.doctors) + HEADER_LINES)
            self._keep_place(old, new)
            self.refresh()
        self.post_message(self.Highlighted(self.chosen))

    def _keep_place(self, old: Board, new: Board) -> None:
        doctor = old.doctors[self.row].id if self.row < len(old.doctors) else None
        start = old.starts[self.column] if self.column < len(old.starts) else None
        ids = [each.id for each in new.doctors]
        if doctor in ids:
            self.row = ids.index(doctor)
        if start in new.starts:
            self.column = new.starts.index(start)
        self.row = min(self.row, max(len(ids) - 1, 0))
        self.column = min(self.column, max(len(new.starts) - 1, 0))
        self._show_cursor()

    def on_resize(self) -> None:
        self._measure()
        self.virtual_size = Size(self.scrollable_content_region.width, len(self.board.doctors) + HEADER_LINES)
        self._show_cursor()
        self.refresh()

    def refresh_focus(self) -> None:
        self._refresh_cell(self.row, self.column)

    def on_click(self, event: events.Click) -> None:
        row = event.y - HEADER_LINES + self.scroll_offset.y
        column = self.first_column + (event.x - self.doctor_width) // self.cell_width
        if event.y >= HEADER_LINES and row < len(self.board.doctors) and 0 <= column < len(self.board.starts):
            self._go(row, column)

    def action_move(self, rows: int, columns: int) -> None:
        self._go(self.row + rows, self.column + columns)

    def action_page(self, direction: int) -> None:
        self._go(self.row + direction * max(self.size.height - HEADER_LINES - 1, 1), self.column)

    def action_to_row(self, row: int) -> None:
        self._go(len(self.board.doctors) - 1 if row < 0 else row, self.column)

    def _go(self, row: int, column: int) -> None:
        before = self.row, self.column
        self._put_cursor(
            min(max(row, 0), max(len(self.board.doctors) - 1, 0)),
            min(max(column, 0), max(len(self.board.starts) - 1, 0)),
        )
        if (self.row, self.column) != before:
            self.post_message(self.Highlighted(self.chosen))

    def _put_cursor(self, row: int, column: int) -> None:
        self._refresh_cell(self.row, self.column)
        self.row, self.column = row, column
        self._refresh_cell(row, column)
        self._show_cursor()

    def _show_cursor(self) -> None:
        """Scroll just enough to show the cursor."""
        visible = max(self.size.height - HEADER_LINES, 1)
        top = self.scroll_offset.y
        if not top <= self.row < top + visible:
            target = self.row if self.row < top else self.row - visible + 1
            self.scroll_to(y=target, animate=False, force=True, immediate=True)
        columns = self._columns_in_view()
        self.first_column = min(self.first_column, max(len(self.board.starts) - columns, 0))
        if self.column < self.first_column:
            self.first_column = self.column
        elif self.column >= self.first_column + columns:
            self.first_column = self.column - columns + 1

    def watch_first_column(self) -> None:
        self.refresh()

    def _record(self, row: int, column: int) -> SlotRecord | None:
        if row < len(self.board.doctors) and column < len(self.board.starts):
            return self.board.at(self.board.doctors[row].id, self.board.starts[column])
        return None

    def _measure(self) -> None:
        """Set the column widths: full texts if all times fit, otherwise brief ones."""
        different = {(r.load.taken, r.slot.capacity, r.load.waiting): r for r in self.board.slots}
        narrowest, widest = DOCTOR_WIDTH
        for self.brief in (False, True):
            gap = 2 if self.brief else 3
            cells = (cell_len(seats(record, brief=self.brief)) + gap for record in different.values())
            self.cell_width = max(NARROWEST_CELL, *cells, 0)
            longest = max((cell_len(self._label(doctor)) for doctor in self.board.doctors), default=0) + 2
            beside = self.scrollable_content_region.width - self.cell_width * len(self.board.starts)
            self.doctor_width = min(max(longest, 8), max(narrowest, min(beside, widest)))
            if beside >= self.doctor_width:
                break

    def _label(self, doctor: Doctor) -> str:
        """Return the label of a doctor in the first column."""
        return doctor.name if self.brief else doctor_label(doctor)

    def _columns_in_view(self) -> int:
        return max((self.scrollable_content_region.width - self.doctor_width) // self.cell_width, 1)

    def _refresh_cell(self, row: int, column: int) -> None:
        width = self.cell_width
        x = self.doctor_width + (column - self.first_column) * width
        self.refresh(Region(x, row + HEADER_LINES - self.scroll_offset.y, width, 1))

    def render_lines(self, crop: Region) -> list[Strip]:
        self.paper = self.rich_style
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        row = y - HEADER_LINES + self.scroll_offset.y
        if y < HEADER_LINES:
            line = self._head()
        elif row < len(self.board.doctors):
            line = self._row(row)
        else:
            return Strip.blank(width, self.paper)
        return Strip(line).adjust_cell_length(width).apply_style(self.paper)

    def _columns(self) -> range:
        """Return the indexes of the visible start times."""
        return range(self.first_column, min(self.first_column + self._columns_in_view(), len(self.board.starts)))

    def _head(self) -> Line:
        style, width = look(self, "head"), self.cell_width
        columns = self._columns()
        cells = [fit(f" {self.board.starts[column]:%H:%M}", width) for column in columns]
        before = "‹ " if columns and columns[0] > 0 else ""
        if columns and columns[-1] < len(self.board.starts) - 1:
            cells[-1] = cells[-1][: width - 1] + "›"
        return joined((fit(f"{before}Doctor", self.doctor_width), style), ("".join(cells), style))

    def _row(self, row: int) -> Line:
        doctor = self.board.doctors[row]
        name = fit(self._label(doctor), self.doctor_width - 1) + " "
        return joined((name, look(self, "strong")), *(self._cell(row, column) for column in self._columns()))

    def _cell(self, row: int, column: int) -> tuple[str, Style]:
        record, width = self._record(row, column), self.cell_width
        text = fit(seats(record, brief=self.brief) if record else "–", width - 2)
        if (row, column) == (self.row, self.column):
            marks = "▐▌" if self.has_focus else "[]"
            return f"{marks[0]}{text}{marks[1]}", look(self, "cursor-focused" if self.has_focus else "cursor-cell")
        return f" {text} ", look(self, _look(record))


def _look(record: SlotRecord | None) -> str:
    """Return the look of a cell, which only repeats what its numbers show."""
    if record is None:
        return "dim"
    if record.load.waiting:
        return "warning"
    return "good" if record.free_seats > 0 else "plain"
