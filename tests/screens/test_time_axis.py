"""The board's scale by itself: from minutes of the day to columns."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opd_tui.domain.model import Doctor, DoctorId, Slot, SlotId, SlotLoad, SlotRecord
from opd_tui.tui.board.doctor_column import doctor_column
from opd_tui.tui.board.slot_block import block_text, brief, span_of
from opd_tui.tui.board.time_axis import GAP_COLUMNS, Span, axis_of, fitted_axis
from opd_tui.tui.drawing.doctor_names import without_titles
from tests.support.helpers import DATE

NINE, HOUR = 9 * 60, 60


def session(start: int, end: int, every: int, columns: int = 6) -> set[Span]:
    """The spans of adjacent slots."""
    return {Span(minute, minute + every, columns) for minute in range(start, end, every)}


def record(capacity: int, taken: int = 0, waiting: int = 0, minutes: tuple[int, int] = (540, 600)) -> SlotRecord:
    """A slot with so many seats taken and so many patients waiting."""
    start, end = (dt.time(minute // 60, minute % 60) for minute in minutes)
    slot = Slot(SlotId(1), DoctorId(1), dt.date.fromisoformat(DATE), start, end, capacity)
    return SlotRecord(slot, Doctor(DoctorId(1), "A", "Dr A"), SlotLoad(taken, waiting))


@st.composite
def days(draw: st.DrawFn) -> set[Span]:
    """Slots of several doctors, of any length and with any gaps between them."""
    spans: set[Span] = set()
    for _ in range(draw(st.integers(1, 5))):
        minute = draw(st.integers(0, 1200))
        for length, gap, columns in draw(
            st.lists(st.tuples(st.integers(1, 300), st.integers(0, 200), st.integers(6, 13)), min_size=1, max_size=12)
        ):
            if minute + length < 24 * HOUR:
                spans.add(Span(minute, minute + length, columns))
                minute += length + gap
    return spans or {Span(0, 1, 6)}


@given(days(), st.integers(20, 240))
def test_every_slot_has_its_columns_and_time_only_goes_forward(spans: set[Span], width: int) -> None:
    axis = fitted_axis(spans, width)
    assert all(axis.column(span.end) - axis.column(span.start) >= span.columns - 1 for span in spans), "but for a blank"
    columns = [axis.column(minute) for minute in range(0, 24 * HOUR, 7)]
    assert columns == sorted(columns)
    labels = sorted(axis.labels())
    assert all(later - earlier >= 6 for (earlier, _), (later, _) in pairwise(labels))


@given(days(), st.integers(20, 240), st.data())
def test_the_view_shows_the_chosen_slot_and_begins_at_a_stop(spans: set[Span], room: int, data: st.DataObject) -> None:
    axis = fitted_axis(spans, room)
    chosen = data.draw(st.sampled_from(sorted(spans)))
    first = axis.first_stop(data.draw(st.integers(0, 24 * HOUR)), chosen.start, chosen.end, room)
    left, start, end = (axis.column(minute) for minute in (first, chosen.start, chosen.end))
    assert first in axis.stops
    assert left <= start < left + room
    assert end <= left + room or left == start
    if axis.width <= room:
        assert left == 0


def test_slots_of_one_length_are_on_an_even_scale() -> None:
    axis = fitted_axis(session(NINE, NINE + 4 * HOUR, 15), 100)
    assert [axis.column(NINE + 15 * number) for number in range(17)] == [6 * number for number in range(17)]


def test_only_the_hours_of_short_slots_are_stretched() -> None:
    short, long = session(NINE, NINE + HOUR, 10), session(NINE, NINE + 8 * HOUR, 240)
    axis = fitted_axis(short | long, 90)
    assert axis.column(NINE + HOUR) == 6 * 6
    assert axis.width == 36 + 7 * 6
    assert axis.width < axis_of(session(NINE, NINE + 8 * HOUR, 10), 6).width / 3


def test_a_time_without_slots_is_only_as_wide_as_a_label() -> None:
    axis = fitted_axis(session(NINE, NINE + HOUR, 60) | session(NINE + 7 * HOUR, NINE + 8 * HOUR, 60), 30)
    assert axis.column(NINE + 7 * HOUR) - axis.column(NINE + HOUR) == GAP_COLUMNS
    assert [text for _, text in sorted(axis.labels())] == ["09:00", "10:00", "16:00"]


def test_a_day_without_slots_has_no_width() -> None:
    assert (fitted_axis((), 80).width, fitted_axis((), 80).column(NINE)) == (0, 0)


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0"), (999, "999"), (1000, "1k"), (1999, "1.9k"), (12_345, "12k"), (999_999, "999k"), (1_000_000, "1M")],
)
def test_large_numbers_are_shortened_and_never_rounded_up(number: int, text: str) -> None:
    assert brief(number) == text


@pytest.mark.parametrize(
    ("capacity", "taken", "waiting", "room", "text"),
    [
        (3, 3, 1, 5, "3/3+1"),
        (3, 3, 1, 6, "3/3 +1"),
        (3, 1, 0, 7, "█░░ 1/3"),
        (3, 3, 4, 20, "███ 3/3  4 waiting"),
        (10, 10, 4, 20, "██████████ 10/10 +4"),
        (10, 9, 0, 12, "██████░ 9/10"),
        (40, 1, 0, 16, "█░░░░░░░░░ 1/40"),
        (1_000_000, 12_345, 3, 9, "12k/1M +3"),
        (10, 10, 4, 6, "10+4"),
        (10, 10, 4, 3, ""),
    ],
)
def test_a_block_says_as_much_as_it_has_room_for(capacity: int, taken: int, waiting: int, room: int, text: str) -> None:
    assert "".join(block_text(record(capacity, taken, waiting), room)) == text


@given(st.integers(1, 10_000_000), st.integers(0, 10_000_000), st.integers(0, 9))
def test_the_columns_of_a_block_hold_its_figures_however_many_seats_are_taken(
    capacity: int, taken: int, waiting: int
) -> None:
    slot = record(capacity, min(taken, capacity), waiting)
    span = span_of(slot)
    assert span == span_of(record(capacity))
    assert 7 <= span.columns <= 14
    assert block_text(slot, span.columns - 2)[1]
    assert block_text(slot, span.columns - 3)[1], "with a blank where the axis has none to spare"


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Dr Anil Rao", "Anil Rao"),
        ("Smt. Dr. Aruna Deshpande", "Aruna Deshpande"),
        ("Prof Rao · ENT", "Rao · ENT"),
        ("Dr", "Dr"),
        ("Dr · ENT", "Dr · ENT"),
        ("Drake Miller", "Drake Miller"),
    ],
)
def test_titles_are_dropped_and_nothing_else(name: str, short: str) -> None:
    assert without_titles(name) == short


def test_the_doctors_column_drops_specialties_then_titles_then_letters() -> None:
    doctor = Doctor(DoctorId(1), "RAO", "Dr Anil Rao", "Orthopedics")
    widths = {room: doctor_column([doctor], [0], room) for room in (40, 28, 20, 10)}
    assert [column.names[0] for column in widths.values()] == [
        "Dr Anil Rao · Orthopedics",
        "Anil Rao · Orthopedics",
        "Anil Rao",
        "Anil Rao",
    ]
    assert all(column.width <= room for room, column in widths.items())
