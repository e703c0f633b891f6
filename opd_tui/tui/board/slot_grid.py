"""The slots of a day: one row per doctor, across a time axis."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from rich.style import Style
from textual import events
from textual.binding import Binding
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import var
from textual.strip import Strip

from opd_tui.desk.views import Board, nearest
from opd_tui.domain.model import DoctorId, SlotRecord
from opd_tui.tui.board.doctor_column import DoctorColumn, doctor_column
from opd_tui.tui.board.slot_block import are_laid_out_alike, block_text, edges, look_of, span_of, state_of
from opd_tui.tui.board.time_axis import PACES, TimeAxis, axis_of, fitted_axis, tight
from opd_tui.tui.drawing.cells import Line, Piece, fit, joined, laid_out
from opd_tui.tui.drawing.looks import look
from opd_tui.tui.widgets.calm_focus import CalmFocus

SCALE_LINES = 1
"""The lines above the doctors."""
NAMES_SHARE = 4
"""Where the day does not fit, the doctors have one column in so many of the width."""


class SlotGrid(CalmFocus, can_focus=True):
    """The slots of a day; the cursor goes from slot to slot and keeps its place when the board changes."""

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
    now: var[dt.datetime | None] = var(None, init=False)
    """The desk's clock in the hospital's time zone."""
    first: var[int] = var(0, init=False)
    """The minute of the day at the left edge, a stop of the axis; the doctors' column does not scroll."""

    row = 0
    place = 0
    """The cursor: the doctor's row, and the slot's place in it."""
    wanted: tuple[DoctorId, int] | None = None
    """The doctor and the minute of the day that the user went to, kept over rows and days that lack such a slot."""
    wants_running = False
    """Whether the slot that the user went to was running, so that the next doctor's running one is meant, too."""
    rows: tuple[tuple[SlotRecord, ...], ...] = ()
    axis = TimeAxis()
    labels: tuple[tuple[int, str], ...] = ()
    names = DoctorColumn()
    paper = Style()
    """The background style, looked up once per paint."""
    painted: dict[tuple[str, bool], tuple[Style, Style]] = {}
    """The styles of blocks that were looked up in this paint."""

    class Highlighted(Message):
        """Posted when the slot under the cursor changes; `record` is None if there is no slot."""

        def __init__(self, record: SlotRecord | None) -> None:
            super().__init__()
            self.record = record

    @property
    def chosen(self) -> SlotRecord | None:
        """The slot under the cursor, or None if the day has no slots."""
        return self.rows[self.row][self.place] if self.rows else None

    # Content

    def watch_board(self, old: Board, new: Board) -> None:
        chosen = self.chosen
        self.rows = tuple(new.of(doctor.id) for doctor in new.doctors)
        if chosen is not None:
            self._find(chosen)
        self.row = min(self.row, max(len(self.rows) - 1, 0))
        self.place = min(self.place, len(self.rows[self.row]) - 1) if self.rows else 0
        if are_laid_out_alike(old, new):
            for row, records in enumerate(self.rows):
                for place, (was, now) in enumerate(zip(old.of(new.doctors[row].id), records, strict=True)):
                    if was is not now and was != now:
                        self._refresh_block(row, place)
        else:
            self._measure()
            self._make_room()
            self.refresh()
        self.show_cursor()
        self.post_message(self.Highlighted(self.chosen))

    def _find(self, record: SlotRecord) -> None:
        """Put the cursor on a slot, or on the nearest one of its doctor."""
        ids = [doctor.id for doctor in self.board.doctors]
        if record.doctor.id not in ids:
            return
        self.row = ids.index(record.doctor.id)
        row = self.rows[self.row]
        same = (place for place, other in enumerate(row) if other.slot.id == record.slot.id)
        self.place = next(same, self._nearest_place(self.row, record.slot.minutes[0]))

    def watch_now(self, old: dt.datetime | None, new: dt.datetime | None) -> None:
        self._refresh_scale()
        for row, records in enumerate(self.rows):
            for place, record in enumerate(records):
                if state_of(record, old) != state_of(record, new):
                    self._refresh_block(row, place)

    # Moving

    def open_at(self, record: SlotRecord) -> None:
        """Put the cursor on a slot of a day just opened, with the slots that run now in view from their start."""
        self._find(record)
        if self.wanted is None:
            self._want(record)
        running = [each.slot.minutes[0] for each in self.board.slots if self.now and each.slot.is_running(self.now)]
        if running:
            self.first = min(running)
        self.show_cursor()
        self.refresh()

    def move_to(self, doctor_id: DoctorId, start: dt.time) -> None:
        """Move the cursor to a doctor's slot."""
        for row, records in enumerate(self.rows):
            for place, record in enumerate(records):
                if record.doctor.id == doctor_id and record.slot.start == start:
                    self._put_cursor(row, place)
                    self._want(record)

    def action_move(self, rows: int, slots: int) -> None:
        if slots:
            self._go_to_slot(self.row, self.place + slots)
        else:
            self._go_to_row(self.row + rows)

    def action_page(self, direction: int) -> None:
        self._go_to_row(self.row + direction * max(self.size.height - SCALE_LINES - 1, 1))

    def action_to_row(self, row: int) -> None:
        self._go_to_row(len(self.rows) - 1 if row < 0 else row)

    def on_click(self, event: events.Click) -> None:
        row, column = event.y - SCALE_LINES + self.scroll_offset.y, event.x - self.names.width
        if event.y >= SCALE_LINES and 0 <= row < len(self.rows):
            for place, record in enumerate(self.rows[row]):
                start, end = self._columns(record)
                if max(start, 0) <= column < end:
                    self._go_to_slot(row, place)

    def _go_to_slot(self, row: int, place: int) -> None:
        """Move the cursor to a slot of a row, and remember its time."""
        if self.rows:
            self._go(row, min(max(place, 0), len(self.rows[row]) - 1))
            self._want(self.rows[self.row][self.place])

    def _want(self, record: SlotRecord) -> None:
        """Remember the time of a slot that the user went to."""
        self.wanted = record.doctor.id, record.slot.minutes[0]
        self.wants_running = self.now is not None and record.slot.is_running(self.now)

    def _go_to_row(self, row: int) -> None:
        """Move the cursor to a doctor's slot nearest to the remembered time, which goes on if it was running."""
        if self.rows:
            row = min(max(row, 0), len(self.rows) - 1)
            minute = self.wanted[1] if self.wanted else 0
            self._go(row, self._nearest_place(row, minute))
            self.wanted = self.board.doctors[row].id, minute

    def _nearest_place(self, row: int, minute: int) -> int:
        is_today = self.now is not None and self.now.date() == self.board.date
        record = nearest(self.rows[row], minute, self.now, running=self.wants_running and is_today)
        return self.rows[row].index(record) if record else 0

    def _go(self, row: int, place: int) -> None:
        before = self.row, self.place
        self._put_cursor(row, place)
        if (self.row, self.place) != before:
            self.post_message(self.Highlighted(self.chosen))

    def _put_cursor(self, row: int, place: int) -> None:
        self._refresh_block(self.row, self.place)
        self.row, self.place = row, place
        self._refresh_block(row, place)
        self.show_cursor()

    def show_cursor(self) -> None:
        """Scroll just enough to show the cursor."""
        visible, room = self.size.height - SCALE_LINES, self._room
        if visible <= 0 or room <= 0 or self.chosen is None:
            return
        top = self.scroll_offset.y
        if not top <= self.row < top + visible:
            target = self.row if self.row < top else self.row - visible + 1
            self.scroll_to(y=target, animate=False, force=True, immediate=True)
        self.first = self.axis.first_stop(self.first, *self.chosen.slot.minutes, room)

    def watch_first(self) -> None:
        self.refresh()

    # Measures

    def on_resize(self) -> None:
        self._measure()
        self._make_room()
        self.show_cursor()
        self.refresh()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return the lines for all doctors, as far as there is room."""
        return min(self.virtual_size.height, container.height)

    def _make_room(self) -> None:
        self.virtual_size = Size(self.scrollable_content_region.width, len(self.rows) + SCALE_LINES)

    def _measure(self) -> None:
        """Choose the names and the scale: names in full if the whole day fits beside them."""
        width, doctors = self.scrollable_content_region.width, self.board.doctors
        spans = {span_of(record) for record in self.board.slots}
        beside = width - axis_of(tight(spans), PACES[-1]).width - 1
        delays = [max(record.slot.delay_minutes for record in self.board.of(doctor.id)) for doctor in doctors]
        self.names = doctor_column(doctors, delays, min(max(beside, width // NAMES_SHARE), width // 2))
        self.axis = fitted_axis(spans, width - self.names.width - 1)
        self.labels = tuple(self.axis.labels())

    @property
    def _room(self) -> int:
        """The columns of the axis in view; the last one only closes a block."""
        return self.scrollable_content_region.width - self.names.width - 1

    @property
    def _left(self) -> int:
        """The column of the axis at the left edge."""
        return self.axis.column(self.first)

    def _columns(self, record: SlotRecord) -> tuple[int, int]:
        """Return the columns at which a slot begins and ends, from the left edge."""
        start, end = record.slot.minutes
        return self.axis.column(start) - self._left, self.axis.column(end) - self._left

    # Drawing

    def refresh_focus(self) -> None:
        self._refresh_block(self.row, self.place)

    def _refresh_block(self, row: int, place: int) -> None:
        if row < len(self.rows):
            start, end = self._columns(self.rows[row][place])
            start, end = max(start, 0), min(end, self._room)
            y = row + SCALE_LINES - self.scroll_offset.y
            self.refresh(Region(self.names.width + start, y, max(end - start + 1, 0), 1))

    def _refresh_scale(self) -> None:
        self.refresh(Region(0, 0, self.size.width, SCALE_LINES))

    def render_lines(self, crop: Region) -> list[Strip]:
        self.paper, self.painted = self.rich_style, {}
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        row = y - SCALE_LINES + self.scroll_offset.y
        if y < SCALE_LINES:
            line = self._scale()
        elif row < len(self.rows):
            line = self._row(row)
        else:
            return Strip.blank(width, self.paper)
        return Strip(line).adjust_cell_length(width).apply_style(self.paper).simplify()

    def _scale(self) -> Line:
        """Return the times, the running moment, and arrows where the day goes on."""
        head, names, left, room = look(self, "head"), self.names.width, self._left, self._room
        before, after = "‹" if left else " ", "›" if left + room < self.axis.width else " "
        pieces = [Piece(column - left, text, head) for column, text in self.labels]
        moment = self._moment()
        if moment is not None and 0 <= moment.column <= room - len(moment.text):
            end = moment.column + len(moment.text)
            pieces = [piece for piece in pieces if not moment.column - len(piece.text) <= piece.column <= end]
            pieces.append(moment)
        whole = [piece for piece in pieces if piece.column >= 0 and piece.column + len(piece.text) <= room]
        return [*joined((fit("Doctor", names - 1) + before, head)), *laid_out(whole, room), *joined((after, head))]

    def _moment(self) -> Piece | None:
        """Return the mark of the running moment: `▼ 09:47`, or `09:47 ▼` at the right edge."""
        if self.now is None or self.now.date() != self.board.date:
            return None
        minute = self.now.hour * 60 + self.now.minute
        if not self.axis.covers(minute):
            return None
        column, time = self.axis.column(minute) - self._left, f"{self.now:%H:%M}"
        fits = column + len(time) + 2 <= self._room
        return Piece(
            column if fits else column - len(time) - 1, f"▼ {time}" if fits else f"{time} ▼", look(self, "strong")
        )

    def _row(self, row: int) -> Line:
        code, name = self.names.codes[row], self.names.names[row]
        return [
            *joined((fit(code, self.names.code_width), look(self, "strong"))),
            *joined((fit(name, self.names.name_width - 1) + " ", look(self, "plain"))),
            *laid_out(self._blocks(row), self._room + 1),
        ]

    def _blocks(self, row: int) -> Iterator[Piece]:
        """Yield the visible slots of a row, each with the edge that closes it if no other slot follows at once."""
        records, room, left = self.rows[row], self._room, self._left
        for place, record in enumerate(records):
            start, end = (self.axis.column(minute) - left for minute in record.slot.minutes)
            if end <= 0 or start >= room:
                continue
            chosen = (row, place) == (self.row, self.place)
            style, quiet = self._styles(record, chosen)
            opens, closes = edges(chosen, self.has_focus, start < 0, end > room)
            begin, width = max(start, 0), min(end, room) - max(start, 0)
            shape, text = block_text(record, width - 2)
            yield Piece(begin, opens + shape, quiet)
            yield Piece(begin + 1 + len(shape), fit(text, width - 1 - len(shape)), style)
            follows = place + 1 < len(records) and records[place + 1].slot.start == record.slot.end
            if chosen or end > room or not follows:
                yield Piece(begin + width, closes, quiet)

    def _styles(self, record: SlotRecord, chosen: bool) -> tuple[Style, Style]:
        """Return the style of a block's figures, and that of its edges and shape."""
        if chosen:
            return (look(self, "cursor-focused" if self.has_focus else "cursor-cell"),) * 2
        is_over, is_running = state_of(record, self.now)
        key = look_of(record, is_over), is_running
        if key not in self.painted:
            style = look(self, key[0])
            self.painted[key] = style + Style(bold=is_running), style + Style(dim=True)
        return self.painted[key]
