"""The slot grid: moving, scrolling, and keeping one's place while the board changes."""

from __future__ import annotations

import pytest
from textual.geometry import Region

from opd_tui.clock import FixedClock
from opd_tui.desk.actions import OpenSession
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.tui.app import OpdApp
from opd_tui.tui.board.screen import SlotBoardScreen
from opd_tui.tui.board.slot_grid import SlotGrid
from tests.support.helpers import DATE, add_doctor, issue, open_slot
from tests.support.pilot import WIDE, OpenDesk, Receptionist, at_the_counter, doctor_with_slots, full_slot

FIFTY, THIRTY, STRIDE = 50, 30, 3


def doctors_with_sessions(desk: FrontDesk, doctors: int, starts: int) -> None:
    """Doctors D01, D02 … with as many slots of twenty minutes from 09:00."""
    end = 9 * 60 + 20 * starts
    for number in range(1, doctors + 1):
        doctor = add_doctor(desk, f"Doctor {number:02}", code=f"D{number:02}")
        session = {"date": DATE, "start": "09:00", "end": f"{end // 60:02}:{end % 60:02}", "capacity": 2, "every": 20}
        desk.perform(OpenSession(doctor=doctor, **session))  # type: ignore[arg-type]


def grid_of(receptionist: Receptionist) -> SlotGrid:
    """The grid on the screen."""
    return receptionist.app.screen.query_one(SlotGrid)


def place_of(receptionist: Receptionist) -> str:
    """The doctor and the start under the cursor."""
    record = grid_of(receptionist).chosen
    return f"{record.doctor.code} {record.slot.start:%H:%M}" if record else ""


@pytest.mark.parametrize("keys", [("up", "down", "left", "right"), ("k", "j", "h", "l")])
async def test_arrows_and_letters_move_the_cursor_and_stop_at_the_edges(
    desk: FrontDesk, open_desk: OpenDesk, keys: tuple[str, str, str, str]
) -> None:
    up, down, left, right = keys
    doctors_with_sessions(desk, 3, 3)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press(up, left)
        assert place_of(meera) == "D01 09:00"
        await meera.press(right, down)
        assert place_of(meera) == "D02 09:20"
        await meera.press(right, right, right, down, down, down)
        assert place_of(meera) == "D03 09:40"
        await meera.press(up, left)
        assert place_of(meera) == "D02 09:20"


async def test_the_chosen_cell_is_marked_without_colour_and_its_queue_shows(
    desk: FrontDesk, open_desk: OpenDesk
) -> None:
    full_slot(desk)
    doctor_with_slots(desk, "B")
    async with at_the_counter(OpdApp(open_desk)) as meera:
        assert "▐●● 2/2 ▌" in meera.line_with("Dr A", "#grid")
        assert "Asha Verma" in meera.read("#queue")
        await meera.press("down")
        await meera.sees("Dr B · 09:00–10:00", within="#queue-panel")
        assert "▐○○ 0/2 ▌" in meera.line_with("Dr B", "#grid")
        assert "▐" not in meera.line_with("Dr A", "#grid")
        assert "Asha Verma" not in meera.read("#queue")


async def test_home_end_and_pages_move_over_the_doctors(desk: FrontDesk, open_desk: OpenDesk) -> None:
    doctors_with_sessions(desk, 20, 1)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("end")
        assert place_of(meera) == "D20 09:00"
        assert "Doctor 20" in meera.read("#grid")
        await meera.press("home")
        assert place_of(meera) == "D01 09:00"
        assert "Doctor 01" in meera.read("#grid")
        await meera.press("pagedown")
        page = grid_of(meera).row
        assert 1 < page < 19
        await meera.press("pagedown")
        assert grid_of(meera).row == 2 * page
        await meera.press("pageup", "pageup", "pageup")
        assert place_of(meera) == "D01 09:00"


async def test_enter_leads_into_the_queue_and_escape_back(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        assert meera.focused_id == "grid"
        await meera.press("enter")
        assert meera.focused_id == "queue"
        assert "▸" in meera.line_with("A-001", "#queue")
        await meera.press("escape")
        assert meera.focused_id == "grid"
        await meera.press("tab")
        assert meera.focused_id == "queue"


async def test_enter_on_an_empty_slot_says_what_to_press(desk: FrontDesk, open_desk: OpenDesk) -> None:
    doctor_with_slots(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("enter")
        await meera.hears("This slot has no tokens yet. Press n for a new one.")
        assert meera.focused_id == "grid"


@pytest.mark.slow
async def test_fifty_doctors_scroll_and_every_one_can_be_seen(desk: FrontDesk, open_desk: OpenDesk) -> None:
    doctors_with_sessions(desk, FIFTY, 2)
    seen: set[str] = set()
    async with at_the_counter(OpdApp(open_desk)) as meera:
        for row in range(0, FIFTY, STRIDE):
            assert meera.line_with("▐", "#grid").startswith(f"Doctor {row + 1:02}")
            seen.update(line[:9] for line in meera.lines("#grid")[1:])
            await meera.type("j" * STRIDE)
        seen.update(line[:9] for line in meera.lines("#grid")[1:])
        assert len(seen) == FIFTY
        assert meera.lines("#grid")[0].split() == ["Doctor", "09:00", "09:20"]


@pytest.mark.parametrize("size", [(80, 24), WIDE])
@pytest.mark.slow
async def test_thirty_start_times_scroll_and_the_doctors_column_stays(
    desk: FrontDesk, open_desk: OpenDesk, size: tuple[int, int]
) -> None:
    doctors_with_sessions(desk, 2, THIRTY)
    async with at_the_counter(OpdApp(open_desk), size) as meera:
        assert "›" in meera.lines("#grid")[0]
        assert "‹" not in meera.lines("#grid")[0]
        for column in range(0, THIRTY, STRIDE):
            head, line = meera.lines("#grid")[0], meera.line_with("▐", "#grid")
            minute = 9 * 60 + 20 * column
            start = f"{minute // 60:02}:{minute % 60:02}"
            assert head.index(start) == line.index("▐") + 1
            assert line.startswith("Doctor 01")
            await meera.type("l" * STRIDE)
        assert "‹" in meera.lines("#grid")[0]
        assert "›" not in meera.lines("#grid")[0]
        meera.assert_columns_are_straight()


async def test_the_cursor_stays_on_its_slot_when_doctors_come_before_it(desk: FrontDesk, open_desk: OpenDesk) -> None:
    doctors_with_sessions(desk, 30, 3)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("end", "right")
        assert place_of(meera) == "D30 09:20"
        other = open_desk("tom", "desk 2")
        for code in ("AAA", "BBB"):
            open_slot(other, add_doctor(other, f"Doctor {code}", code=code), "08:00", "09:00")
        await meera.look_again()
        assert place_of(meera) == "D30 09:20"
        assert "▐" in meera.line_with("Doctor 30", "#grid")
        assert meera.focused_id == "grid"


async def test_another_desks_token_changes_one_cell_and_nothing_else(desk: FrontDesk, open_desk: OpenDesk) -> None:
    doctors_with_sessions(desk, 30, 20)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("end", "up", "up", *["right"] * 10)
        grid = grid_of(meera)
        target = grid.board.at(grid.board.doctors[27].id, grid.board.starts[grid.column - 1])
        assert target is not None
        before, place, scroll = meera.lines("#grid"), (grid.row, grid.column, grid.first_column), grid.scroll_offset
        assert scroll.y > 0
        assert grid.first_column > 0
        issue(open_desk("tom", "desk 2"), target.slot.id, "Zoya Ali")
        regions: list[Region] = []
        refresh = grid.refresh

        def spy(*dirty: Region, **options: bool) -> SlotGrid:
            regions.extend(dirty or (grid.size.region,))
            refresh(*dirty, **options)
            return grid

        grid.refresh = spy  # type: ignore[method-assign, assignment]
        await meera.look_again()
        after = meera.lines("#grid")
        changed = [row for row, (was, now) in enumerate(zip(before, after, strict=True)) if was != now]
        assert len(changed) == 1
        assert after[changed[0]].count(" 1/2 ") == 1
        assert [(region.y, region.size) for region in regions] == [(changed[0], (grid.cell_width, 1))]
        assert (grid.row, grid.column, grid.first_column) == place
        assert grid.scroll_offset == scroll
        assert meera.focused_id == "grid"


async def test_looking_again_at_an_unchanged_board_repaints_nothing(
    desk: FrontDesk, open_desk: OpenDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    full_slot(desk, waiting=2)
    drawn: list[int] = []
    async with at_the_counter(OpdApp(open_desk)) as meera:
        render_line = SlotGrid.render_line
        monkeypatch.setattr(SlotGrid, "render_line", lambda grid, y: (drawn.append(y), render_line(grid, y))[1])
        await meera.look_again()
        assert drawn == []
        issue(desk, grid_of(meera).board.slots[0].slot.id, "Zoya Ali")
        await meera.look_again()
        assert drawn


@pytest.mark.slow
async def test_the_cursor_keeps_its_place_over_the_other_screens(desk: FrontDesk, open_desk: OpenDesk) -> None:
    doctors_with_sessions(desk, 20, 12)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("end", *["right"] * 9)
        before = meera.lines("#grid")
        await meera.press("2", "3", "1")
        await meera.settle()
        assert meera.lines("#grid") == before
        assert place_of(meera) == "D20 12:00"
        assert meera.focused_id == "grid"


async def test_days_go_back_forth_and_to_today(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("]")
        await meera.sees("Mon 23 Nov 2026 (1 day ahead; press t for today) 09:00", "No slots on this day. Press 3")
        await meera.press("]")
        await meera.sees("Tue 24 Nov 2026 (2 days ahead; press t for today)")
        await meera.press("t")
        await meera.sees("Sun 22 Nov 2026 09:00", "Dr A", "A-001 Asha Verma")
        await meera.press("[")
        await meera.sees("Sat 21 Nov 2026 (1 day ago; press t for today)", "No slots on this day")
        await meera.press("]")
        await meera.sees("Sun 22 Nov 2026 09:00", "A-001 Asha Verma")


async def test_whoever_looks_at_today_stays_on_today_over_midnight(
    desk: FrontDesk, open_desk: OpenDesk, clock: FixedClock
) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.time_passes(clock, 15 * 60)
        await meera.sees("Mon 23 Nov 2026 00:00", "No slots on this day")
        await meera.press("[")
        await meera.sees("Sun 22 Nov 2026 (1 day ago; press t for today) 00:00", "A-001 Asha Verma")
        await meera.time_passes(clock, 24 * 60)
        await meera.sees("Sun 22 Nov 2026 (2 days ago; press t for today) 00:00", "A-001 Asha Verma")


async def test_on_a_day_without_slots_n_says_where_to_open_one(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("]")
        await meera.sees("No slots on this day")
        await meera.press("n")
        await meera.hears("There is no slot on this day. Press 3, choose a doctor, then s to open a session.")
        assert not meera.panel_is_open
        assert "Asha Verma" not in meera.read("#queue-panel")


async def test_above_four_seats_figures_stand_alone(desk: FrontDesk, open_desk: OpenDesk) -> None:
    slot = doctor_with_slots(desk, "A", capacity=5)[0]
    doctor_with_slots(desk, "B", capacity=4)
    issue(desk, slot, "Asha Verma")
    async with at_the_counter(OpdApp(open_desk)) as meera:
        assert "▐1/5" in meera.line_with("Dr A", "#grid")
        assert "○○○○ 0/4" in meera.line_with("Dr B", "#grid")


async def test_a_doctor_without_a_slot_at_a_time_has_a_dash(desk: FrontDesk, open_desk: OpenDesk) -> None:
    doctor_with_slots(desk, "A", hours=2)
    open_slot(desk, add_doctor(desk, "Dr B", code="B"), "10:00", "11:00")
    async with at_the_counter(OpdApp(open_desk)) as meera:
        assert meera.line_with("Dr B", "#grid").split()[2] == "–"
        await meera.press("down")
        await meera.sees("No slot at this time.", within="#queue-panel")


async def test_a_view_that_comes_after_the_person_moved_does_not_move_them_back(
    desk: FrontDesk, open_desk: OpenDesk
) -> None:
    doctor = add_doctor(desk, "Dr A")
    open_slot(desk, doctor, "09:00", "10:00")
    open_slot(desk, doctor, "10:00", "11:00")
    async with at_the_counter(OpdApp(open_desk)) as meera:
        screen, day = meera.app.screen, meera.app.day
        assert isinstance(screen, SlotBoardScreen)
        assert day is not None
        show = await meera.app.async_desk.read(screen.read_view(day))
        await meera.press("right")
        show()
        await meera.settle()
        assert screen.grid.column == 1
        await meera.sees("10:00–11:00", within="#queue-panel")


async def test_where_the_times_have_no_room_names_and_figures_stand_alone(desk: FrontDesk, open_desk: OpenDesk) -> None:
    doctor = add_doctor(desk, "Dr Anil Rao", specialty="Orthopedics")
    for hour in (9, 10):
        open_slot(desk, doctor, f"{hour}:00".zfill(5), f"{hour + 1}:00", 4)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.sees("Dr Anil Rao · Orthopedics", "○○○○ 0/4", within="#grid")
        for hour in range(11, 19):
            open_slot(desk, doctor, f"{hour}:00", f"{hour + 1}:00", 4)
        await meera.look_again()
        (head, line) = meera.lines("#grid")[:2]
        assert line.split() == ["Dr", "Anil", "Rao", "▐0/4", "▌", *["0/4"] * 7]
        assert head.split() == ["Doctor", *(f"{hour:02}:00" for hour in range(9, 17)), "›"]
