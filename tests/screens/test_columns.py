"""The columns of the lists: which ones give way, and that none moves while a filter is typed."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from opd_tui.clock import FixedClock
from opd_tui.desk.actions import CheckInToken
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.tui.app import OpdApp
from opd_tui.tui.dialogs.to_tell import ToTellRows
from opd_tui.tui.doctors.doctor_rows import DoctorRows
from opd_tui.tui.drawing.cells import fit
from opd_tui.tui.drawing.columns import Column, layout
from opd_tui.tui.waitlist.wait_rows import WaitRows
from tests.support.helpers import add_doctor, issue, open_slot, token_of
from tests.support.pilot import NARROW, WIDE, OpenDesk, Receptionist, at_the_counter, doctor_with_slots

LONG = "Venkataraghavan Subramaniam Pillai"
LISTS = (WaitRows.COLUMNS, DoctorRows.COLUMNS)


def places(receptionist: Receptionist, selector: str) -> dict[str, int]:
    """Return where each heading ends, or begins if its column is left-aligned."""
    line = receptionist.lines(selector)[0]
    headings = {column.heading for columns in LISTS for column in columns}
    right = {column.heading for columns in LISTS for column in columns if column.align == "right"}
    found = {heading: re.search(rf"\b{heading}\b", line) for heading in headings}
    return {name: match.end() if name in right else match.start() for name, match in found.items() if match}


def waiting_patients(desk: FrontDesk, *patients: object) -> list[int]:
    """Let patients wait in a slot of one seat; return the ids of their tokens."""
    slot = doctor_with_slots(desk, "A", capacity=1, specialty="Gynaecology and obstetrics")[0]
    issue(desk, slot, "First", "EMERGENCY")
    return [token_of(issue(desk, slot, patient)) for patient in patients]


@given(
    st.sampled_from(LISTS),
    st.lists(st.integers(0, 60), min_size=10, max_size=10),
    st.integers(55, 200),
)
def test_columns_fit_their_room_and_keep_what_matters(columns: tuple[Column, ...], sizes: list[int], room: int) -> None:
    wanted = [max(size, len(column.heading), column.size) for column, size in zip(columns, sizes, strict=False)]
    for index, column in enumerate(columns):  # columns that never shrink have short texts
        if column.least is None:
            wanted[index] = max(column.size, len(column.heading))
    widths, gap = layout(columns, wanted, room)
    shown = [width for width in widths if width]
    assert sum(shown) + gap * (len(shown) - 1) <= room
    yielding = sorted((i for i, c in enumerate(columns) if c.least is not None), key=lambda i: columns[i].rank)
    for column, width, wants in zip(columns, widths, wanted, strict=True):
        if column.least is None and column.from_room <= room:
            assert width == wants
    assert widths[yielding[-1]] >= min(columns[yielding[-1]].least or 0, wanted[yielding[-1]])
    most = max((rank for rank, i in enumerate(yielding) if widths[i] < wanted[i]), default=0)
    assert all(widths[i] <= (columns[i].least or 0) for i in yielding[:most]), "one of more importance shrank first"


@pytest.mark.slow
@pytest.mark.parametrize(("room", "specialty"), [(115, 16), (75, 0)])
def test_who_is_inside_gives_way_by_name_before_specialties_and_hours_are_cut(room: int, specialty: int) -> None:
    wanted = {"CODE": 4, "NAME": 24, "SPECIALTY": 16, "ROOM": 4, "HOURS": 12, "INSIDE": 14, "PATIENT": 21, "HERE": 4}
    widths, _ = layout(DoctorRows.COLUMNS, [*wanted.values(), 8, 7], room)
    shown = dict(zip((column.heading for column in DoctorRows.COLUMNS), widths, strict=True))
    assert (shown["SPECIALTY"], shown["HOURS"], shown["INSIDE"]) == (specialty, 12, 14)
    assert shown["NAME"] >= 20


def test_the_list_of_whom_to_tell_keeps_phones_and_doctors_whole() -> None:
    widths, gap = layout(ToTellRows.COLUMNS, (7, 21, 11, 16, 13), 66)
    assert (widths, gap) == ((7, 15, 11, 16, 13), 1)


@pytest.mark.parametrize(("keys", "selector"), [(("2",), "#waiting"), (("3",), "#doctors")])
@pytest.mark.fast_cases(1)
async def test_no_column_moves_while_a_filter_is_typed(
    desk: FrontDesk, open_desk: OpenDesk, keys: tuple[str, ...], selector: str
) -> None:
    waiting_patients(desk, LONG, "Om Das")
    add_doctor(desk, LONG, code="LONGER", specialty="ENT", room="Block B, 2nd floor, east wing")
    for code, specialty in (("OM", None), ("B", "ENT")):
        add_doctor(desk, f"Om {code}", code=code, **({"specialty": specialty} if specialty else {}))
    async with at_the_counter(OpdApp(open_desk), WIDE) as meera:
        await meera.press(*keys)
        await meera.settle()
        before = places(meera, selector)
        assert len(before) >= 6
        await meera.press("/", "o", "m")
        await meera.settle()
        assert LONG not in meera.read(selector)
        assert places(meera, selector) == before


@pytest.mark.slow
async def test_no_column_moves_when_a_wait_grows_and_a_patient_comes_and_is_displaced(
    desk: FrontDesk, open_desk: OpenDesk, clock: FixedClock
) -> None:
    om, *_ = waiting_patients(desk, {"name": "Om Das", "phone": "98765 43210"}, "Ila Sen")
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("2")
        await meera.settle()
        before = places(meera, "#waiting")
        desk.perform(CheckInToken(token=om))
        meera.app.marks = {om: "preempted"}
        await meera.time_passes(clock, 75)
        await meera.look_again()
        assert "↓ down" in meera.line_with("Om Das", "#waiting")
        assert places(meera, "#waiting") == before
        meera.app.marks = {}
        await meera.settle()
        assert "1 h 15" in meera.line_with("Om Das", "#waiting")
        assert places(meera, "#waiting") == before


async def test_the_waitlist_says_who_is_here_and_when_a_wait_has_not_begun(
    desk: FrontDesk, open_desk: OpenDesk
) -> None:
    slot = open_slot(desk, add_doctor(desk, code="A"), "10:00", "11:00", capacity=1)
    for name, source in (("First", "PAID"), ("Om Das", "ONLINE"), ("Ila Sen", "WALKIN")):
        issue(desk, slot, name, source)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("2")
        await meera.settle()
        assert "○ expected" in meera.line_with("Om Das", "#waiting")
        assert "Walk-in ○ here" in " ".join(meera.line_with("Ila Sen", "#waiting").split())
        assert meera.line_with("Ila Sen", "#waiting").endswith("not yet")


@pytest.mark.slow
@pytest.mark.parametrize(("width", "shown"), [(119, False), (120, True)])
@pytest.mark.fast_cases(1)
async def test_phones_have_a_column_on_a_wide_terminal(
    desk: FrontDesk, open_desk: OpenDesk, width: int, shown: bool
) -> None:
    waiting_patients(desk, {"name": LONG, "phone": "98765 43210"})
    async with at_the_counter(OpdApp(open_desk), (width, 40)) as meera:
        await meera.press("2")
        await meera.settle()
        assert ("98765 43210" in meera.read("#waiting")) is shown


async def test_numbers_end_in_one_column_and_the_room_gives_way_first(desk: FrontDesk, open_desk: OpenDesk) -> None:
    for code, capacity in (("A", 3), ("B", 12)):
        fields = {"specialty": "Gynaecology", "room": "Block B, 2nd floor, east wing"}
        doctor = add_doctor(desk, "Dr Fatima Sheikh", code=code, **fields)
        open_slot(desk, doctor, capacity=capacity)
        open_slot(desk, doctor, "10:00", "11:00", capacity=capacity)
    async with at_the_counter(OpdApp(open_desk), NARROW) as meera:
        await meera.press("3")
        await meera.settle()
        lines = [line for line in meera.lines("#doctors") if "Fatima" in line]
        assert [line.index(" of ") + len(f" of {n}") for line, n in zip(lines, (6, 24), strict=True)] == [
            places(meera, "#doctors")["TAKEN"]
        ] * 2
        assert all("Dr Fatima Sheikh" in line and "Gynaecology" in line for line in lines)
        assert all("east wing" not in line for line in lines)


@pytest.mark.parametrize(
    ("text", "shown"), [("محمد", "محمد\u200e    "), ("محمد عبد الرحمن", "محمد عب…\u200e"), ("Asha", "Asha    ")]
)
def test_digits_behind_a_name_from_the_right_stay_where_they_are(text: str, shown: str) -> None:
    """A terminal that reorders text takes the next column's digits for a part of the name unless a mark ends it."""
    assert fit(text, 8) == shown
    assert cell_len(shown) == 8
