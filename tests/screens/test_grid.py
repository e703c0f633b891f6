"""The slots of the day: moving, scrolling, and keeping one's place while the board changes."""

from __future__ import annotations

import datetime as dt

import pytest
from textual.geometry import Region

from opd_tui.clock import FixedClock
from opd_tui.desk.actions import OpenSession
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.tui.app import OpdApp
from opd_tui.tui.board.screen import SlotBoardScreen
from opd_tui.tui.board.slot_grid import SlotGrid
from opd_tui.tui.drawing.looks import look
from tests.support.helpers import DATE, add_doctor, issue, open_slot
from tests.support.pilot import WIDE, OpenDesk, Receptionist, at_the_counter, doctor_with_slots, full_slot

FIFTY, THIRTY, STRIDE = 50, 30, 3


def doctors_with_sessions(desk: FrontDesk, doctors: int, starts: int) -> None:
    """Add doctors D01, D02 … with as many slots of twenty minutes from 09:00."""
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


@pytest.mark.slow
async def test_left_and_right_go_from_slot_to_slot_and_up_and_down_keep_the_time(
    desk: FrontDesk, open_desk: OpenDesk
) -> None:
    for code, windows in {
        "A": ("09:00–10:00", "10:00–11:00", "12:30–13:00"),
        "B": ("09:00–13:00",),
        "C": ("09:00–10:00", "12:00–12:30", "13:00–14:00"),
        "D": ("16:00–17:00",),
    }.items():
        doctor = add_doctor(desk, f"Dr {code}", code=code)
        for window in windows:
            open_slot(desk, doctor, *window.split("–"))
    add_doctor(desk, "Dr E", code="E")
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("right", "right")
        assert place_of(meera) == "A 12:30"
        places = []
        for key in ("down", "down", "down", "down", "up", "up", "up"):
            await meera.press(key)
            places.append(place_of(meera))
        assert places == ["B 09:00", "C 12:00", "D 16:00", "D 16:00", "C 12:00", "B 09:00", "A 12:30"]
        assert "Dr E" not in meera.read("#grid")


async def test_every_slot_that_can_be_chosen_takes_a_token(desk: FrontDesk, open_desk: OpenDesk) -> None:
    doctor_with_slots(desk, "A", hours=3)
    open_slot(desk, add_doctor(desk, "Dr B", code="B"), "10:00", "11:00")
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("right", "right", "down", "left", "left")
        assert place_of(meera) == "B 10:00"
        await meera.press("n")
        await meera.type("hema")
        await meera.press("enter")
        await meera.panel_closes()
        (token,) = desk.token_list()
        assert (token.doctor.code, token.token.patient.name) == ("B", "hema")


async def test_the_chosen_slot_is_marked_without_colour_and_its_queue_shows(
    desk: FrontDesk, open_desk: OpenDesk
) -> None:
    full_slot(desk)
    doctor_with_slots(desk, "B")
    async with at_the_counter(OpdApp(open_desk)) as meera:
        assert meera.line_with("Dr A", "#grid").split()[3:] == ["▐██", "2/2", "▌"]
        assert "Asha Verma" in meera.read("#queue")
        await meera.press("down")
        await meera.sees("Dr B · 09:00–10:00", within="#queue-panel")
        assert meera.line_with("Dr B", "#grid").split()[3:] == ["▐░░", "0/2", "▌"]
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


@pytest.mark.slow
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
            assert meera.line_with("▐", "#grid").startswith(f"D{row + 1:02}")
            seen.update(line[:3] for line in meera.lines("#grid")[1:])
            await meera.type("j" * STRIDE)
        seen.update(line[:3] for line in meera.lines("#grid")[1:])
        assert len(seen) == FIFTY
        assert meera.lines("#grid")[0].split()[0] == "Doctor"


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
            await meera.settle()
            head, line = meera.lines("#grid")[0], meera.line_with("▐", "#grid")
            minute = 9 * 60 + 20 * column
            start = f"{minute // 60:02}:{minute % 60:02}"
            assert start in meera.read("#queue-panel")
            if start in head.replace("▼", ""):
                assert head.index(start) - line.index("▐") in (0, 2)
            assert line.startswith("D01  Doctor 01")
            assert "▌" in line
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
        target = grid.rows[grid.row][grid.place - 1]
        before, place, scroll = meera.lines("#grid"), (grid.row, grid.place, grid.first), grid.scroll_offset
        assert scroll.y > 0
        assert grid.first > 9 * 60
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
        assert after[changed[0]].count("1/2") == 1
        assert [(region.y, region.size) for region in regions] == [(changed[0], (7, 1))]
        assert (grid.row, grid.place, grid.first) == place
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
        await meera.press("end", *["right"] * 11)
        before = meera.lines("#grid")
        assert "‹" in before[0]
        await meera.press("2", "3", "1")
        await meera.settle()
        assert meera.lines("#grid") == before
        assert place_of(meera) == "D20 12:40"
        assert meera.focused_id == "grid"


@pytest.mark.slow
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


@pytest.mark.slow
async def test_the_place_is_kept_over_days_with_other_slots_or_none(desk: FrontDesk, open_desk: OpenDesk) -> None:
    doctors_with_sessions(desk, 3, 6)
    window = {"start": "09:00", "end": "12:00", "capacity": 2, "every": 60}
    for date, code in (("2026-11-24", "D02"), ("2026-11-25", "D01")):
        doctor = next(doctor for doctor in desk.doctor_list() if doctor.code == code)
        desk.perform(OpenSession(doctor=doctor.id, date=date, **window))  # type: ignore[arg-type]
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("down", "right", "right", "right", "right")
        assert place_of(meera) == "D02 10:20"
        places = []
        for key in ("]", "]", "]", "t", "[", "]"):
            await meera.press(key)
            await meera.settle()
            places.append(place_of(meera))
        assert places == ["", "D02 10:00", "D01 09:00", "D02 10:20", "", "D02 10:20"]


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
        await meera.hears("There is no slot on this day. Press 3, choose a doctor, then s for a session.")
        assert not meera.panel_is_open
        assert "Asha Verma" not in meera.read("#queue-panel")


async def test_it_opens_on_the_running_slot_of_the_first_doctor_who_has_one(
    desk: FrontDesk, open_desk: OpenDesk, clock: FixedClock
) -> None:
    for code, windows in {
        "A": ("08:00–08:30", "10:00–11:00"),
        "B": ("09:30–10:00", "10:00–10:30"),
        "C": ("09:00–13:00",),
        "D": ("09:45–09:50", "16:00–20:00"),
    }.items():
        doctor = add_doctor(desk, f"Dr {code}", code=code)
        for window in windows:
            open_slot(desk, doctor, *window.split("–"))
    clock.instant += dt.timedelta(minutes=47)
    async with at_the_counter(OpdApp(open_desk), (60, 24)) as meera:
        assert place_of(meera) == "B 09:30"
        assert "▼ 09:47" in meera.lines("#grid")[0]
        assert all("/2" in line for line in meera.lines("#grid")[2:5])
        await meera.press("[", "]")
        await meera.settle()
        assert place_of(meera) == "B 09:30"
    clock.instant += dt.timedelta(hours=4)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        assert place_of(meera) == "D 16:00"


@pytest.mark.slow
async def test_the_running_moment_moves_and_what_is_over_is_dim(
    desk: FrontDesk, open_desk: OpenDesk, clock: FixedClock
) -> None:
    doctor_with_slots(desk, "A", hours=3)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        grid = grid_of(meera)

        def dim() -> list[str]:
            over = look(grid, "dim").color
            return [piece.text.strip() for piece in grid._blocks(0) if piece.style.color == over and "/" in piece.text]

        await meera.press("end", "right", "right")
        assert "▼ 09:00" in meera.lines("#grid")[0]
        assert dim() == []
        await meera.time_passes(clock, 60)
        assert "▼ 10:00" in meera.lines("#grid")[0]
        assert dim() == ["0/2"]
        await meera.time_passes(clock, 15 * 60)
        await meera.press("[")
        await meera.sees("Sun 22 Nov 2026 (1 day ago", "0/2")
        assert "▼" not in meera.lines("#grid")[0]


@pytest.mark.slow
async def test_an_irregular_day_is_legible_in_eighty_columns(desk: FrontDesk, open_desk: OpenDesk) -> None:
    for code, capacity, windows in (
        ("A", 2, [f"09:{minute:02}–09:{minute + 10:02}" for minute in range(0, 50, 10)]),
        ("B", 500, ["09:00–13:00", "14:00–18:00"]),
        ("C", 40, ["09:00–12:00", "20:00–21:00"]),
    ):
        doctor = add_doctor(desk, f"Dr {code}", code=code)
        for window in windows:
            open_slot(desk, doctor, *window.split("–"), capacity)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        assert grid_of(meera).axis.width < 12 * 36 / 3
        lines = meera.lines("#grid")
        assert lines[1].count("0/2") == 5
        assert "0/500" in lines[2]
        assert "0/40" in lines[3]
        assert "›" in lines[0]
        await meera.press("end", "right")
        assert "▐" in meera.line_with("Dr C", "#grid")
        assert "‹" in meera.lines("#grid")[0]


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
        assert screen.grid.place == 1
        await meera.sees("10:00–11:00", within="#queue-panel")


async def test_where_the_day_has_no_room_titles_and_specialties_are_dropped(
    desk: FrontDesk, open_desk: OpenDesk
) -> None:
    doctor = add_doctor(desk, "Dr Anil Rao", specialty="Orthopedics")
    for hour in (9, 10):
        open_slot(desk, doctor, f"{hour}:00".zfill(5), f"{hour + 1}:00", 4)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.sees("Dr Anil Rao · Orthopedics", "░░░░ 0/4", within="#grid")
        for hour in range(11, 19):
            open_slot(desk, doctor, f"{hour}:00", f"{hour + 1}:00", 4)
        await meera.look_again()
        (head, line) = meera.lines("#grid")[:2]
        assert line.split("▐")[0].split()[1:] == ["Anil", "Rao"]
        assert line.count("0/4") == 10
        assert "09:00" in head
        assert "›" not in head


async def test_down_from_a_running_slot_goes_to_the_running_one_and_then_to_the_next(
    desk: FrontDesk, open_desk: OpenDesk, clock: FixedClock
) -> None:
    clock.instant += dt.timedelta(minutes=47)
    open_slot(desk, add_doctor(desk, "Dr A", code="A"), "09:00", "13:00")
    short, later = (add_doctor(desk, f"Dr {code}", code=code) for code in "BC")
    for start, end in (("09:00", "09:15"), ("09:15", "09:30"), ("09:45", "10:00")):
        open_slot(desk, short, start, end)
    for start, end in (("09:00", "09:30"), ("11:00", "12:00")):
        open_slot(desk, later, start, end)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("down")
        assert place_of(meera) == "B 09:45"
        await meera.press("down")
        assert place_of(meera) == "C 11:00"
        await meera.press("left")
        assert place_of(meera) == "C 09:00"
        await meera.press("up")
        assert place_of(meera) == "B 09:00", "a slot that is over was chosen, so its time is kept"
