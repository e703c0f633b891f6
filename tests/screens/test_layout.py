"""The board at every size: room goes to what has content, and what is chosen is in view."""

from __future__ import annotations

import re

import pytest

from opd_tui.clock import FixedClock
from opd_tui.desk.actions import CancelToken, CompleteToken, MarkNoShow
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.desk.views import Totals
from opd_tui.tui.app import OpdApp
from opd_tui.tui.widgets.bars import totals_in_words
from tests.support.full_day import full_day
from tests.support.helpers import add_doctor, issue, open_slot, token_of
from tests.support.pilot import NARROW, WIDE, OpenDesk, Receptionist, at_the_counter, doctor_with_slots, full_slot

SIZES = ((60, 16), NARROW, (100, 30), WIDE, (200, 50))
SMALLEST = SIZES[0]


def crowded_slot(desk: FrontDesk, seats: int = 3, waiting: int = 25) -> int:
    """Open a slot with all seats taken and many who wait."""
    slot = doctor_with_slots(desk, capacity=seats)[0]
    for number in range(1, seats + waiting + 1):
        issue(desk, slot, f"Patient {number:02}")
    return slot


def height_of(receptionist: Receptionist, selector: str) -> int:
    """Return the lines of a widget, 0 while it is hidden."""
    widget = receptionist.app.screen.query_one(selector)
    return widget.region.height if widget.display else 0


async def resize(receptionist: Receptionist, width: int, height: int) -> None:
    """Change the terminal's size."""
    await receptionist.pilot.resize_terminal(width, height)
    await receptionist.settle()


@pytest.mark.fast_cases(1)
@pytest.mark.parametrize("doctors", [3, 12, pytest.param(40, marks=pytest.mark.slow)])
async def test_the_doctors_have_all_lines_that_the_queue_does_not_need(
    desk: FrontDesk, open_desk: OpenDesk, doctors: int
) -> None:
    for number in range(doctors):
        open_slot(desk, add_doctor(desk, f"Dr {number:02}", code=f"D{number:02}"))
    async with at_the_counter(OpdApp(open_desk)) as meera:
        for size in SIZES:
            await resize(meera, *size)
            shown = sum(line.startswith("D") for line in meera.lines("#grid")[1:])
            queue = height_of(meera, "#queue-panel")
            assert shown == doctors or queue <= 12, size
            assert queue >= 6, size
            wide = size[0] >= 112
            assert (meera.app.screen.query_one("#slots").region.width == size[0]) is True
            beside = meera.app.screen.query_one("#activity-panel").region.y
            assert (beside == meera.app.screen.query_one("#queue-panel").region.y) is wide
            assert height_of(meera, "#activity-panel") > 0 or (size[1] < 32 and not wide)
            meera.assert_columns_are_straight()


@pytest.mark.slow
async def test_the_newest_news_is_one_line_where_there_is_no_panel_for_it(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.sees("09:00 Online A-002 Ravi Kumar has a seat with Dr A 09:00", within="MessageLine")
        assert "Just now" not in meera.text
        await resize(meera, *WIDE)
        assert meera.message == ""
        await meera.sees("09:00 Online A-002 Ravi Kumar has a seat with Dr A 09:00", within="#activity")


async def test_long_news_are_read_to_their_end(desk: FrontDesk, open_desk: OpenDesk) -> None:
    slot = full_slot(desk)
    issue(desk, slot, "Subrahmanyam Venkatasubramanian Iyer", "PAID")
    async with at_the_counter(OpdApp(open_desk), (112, 30)) as meera:
        await meera.sees(
            "Paid A-003 Subrahmanyam Venkatasubramanian Iyer took the seat of A-002 Ravi Kumar, who now waits",
            within="#activity",
        )


@pytest.mark.fast_cases(1)
@pytest.mark.parametrize("size", [SMALLEST, NARROW, WIDE])
async def test_seated_rows_stay_while_the_list_scrolls_and_comes_back(
    desk: FrontDesk, open_desk: OpenDesk, size: tuple[int, int]
) -> None:
    crowded_slot(desk, seats=1)
    async with at_the_counter(OpdApp(open_desk), size) as meera:
        top = meera.lines("#queue")
        await meera.press("enter", "end")
        assert "▸ 25 A-026" in meera.line_with("▸", "#queue")
        assert "A-001" in meera.lines("#queue")[0]
        await meera.press("home", "down")
        assert "A-002" in meera.line_with("▸", "#queue")
        await meera.press("end", "escape")
        assert meera.lines("#queue") == top
        await meera.press("enter")
        assert "A-026" in meera.line_with("▸", "#queue")


@pytest.mark.slow
async def test_the_headings_say_which_section_is_in_view_once_its_own_heading_is_not(
    desk: FrontDesk, open_desk: OpenDesk
) -> None:
    slot = crowded_slot(desk, seats=1)
    for number in range(30):
        desk.perform(CancelToken(token=token_of(issue(desk, slot, f"Gone {number}"))))
    async with at_the_counter(OpdApp(open_desk)) as meera:
        assert "25 waiting" not in meera.read("#queue-panel QueueHead")
        await meera.press("enter", *("down",) * 12)
        await meera.until(lambda: meera.read("QueueHead").endswith("STATUS 25 waiting"), "how many wait")
        await meera.press("end")
        await meera.until(lambda: meera.read("QueueHead").endswith("STATUS 30 closed"), "how many are closed")
        await meera.press("home", "down")
        await meera.until(lambda: meera.read("QueueHead").endswith("STATUS"), "the headings alone")


@pytest.mark.slow
async def test_many_seated_rows_leave_room_for_the_chosen_one(desk: FrontDesk, open_desk: OpenDesk) -> None:
    crowded_slot(desk, seats=12, waiting=3)
    async with at_the_counter(OpdApp(open_desk), SMALLEST) as meera:
        await meera.press("enter")
        for number in range(2, 16):
            assert f"A-{number - 1:03}" in meera.line_with("▸", "#queue")
            await meera.press("down")
        assert "A-015" in meera.line_with("▸", "#queue")


async def test_more_seats_than_lines_scroll_as_one_list(desk: FrontDesk, open_desk: OpenDesk) -> None:
    crowded_slot(desk, seats=20, waiting=3)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        top = meera.lines("#queue")
        await meera.press("enter", "end", "pageup")
        numbers = [line.strip("▸ ").split()[0] for line in meera.lines("#queue") if "∙ expected" in line]
        assert numbers == [f"A-{number:03}" for number in range(21 - len(numbers), 21)]
        await meera.press("home", "escape")
        assert meera.lines("#queue") == top


@pytest.mark.slow
async def test_what_is_chosen_is_in_view_after_every_resize(desk: FrontDesk, open_desk: OpenDesk) -> None:
    for number in range(30):
        doctor_with_slots(desk, f"D{number:02}", hours=8)
    crowded_slot(desk)
    async with at_the_counter(OpdApp(open_desk), WIDE) as meera:
        await meera.press("enter", "end")
        for size in (NARROW, SMALLEST, WIDE, SMALLEST, (100, 30)):
            await resize(meera, *size)
            assert "A-028" in meera.line_with("▸", "#queue"), size
        await meera.press("escape", "end", *["right"] * 7)
        for size in (WIDE, SMALLEST, NARROW):
            await resize(meera, *size)
            assert "D29" in meera.line_with("▐", "#grid"), size
            await meera.sees("D29 · ", "16:00–17:00", within="#queue-panel")


@pytest.mark.fast_cases(1)
@pytest.mark.parametrize(("key", "closed"), [("d", "✓ done"), ("c", "✗ cancelled"), ("x", "– no-show")])
async def test_after_closing_a_token_the_cursor_is_on_the_next_one(
    desk: FrontDesk, open_desk: OpenDesk, key: str, closed: str
) -> None:
    crowded_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("enter", "down")
        for number in (2, 3):
            assert f"A-{number:03}" in meera.line_with("▸", "#queue")
            await meera.press(key)
            if key != "d":
                await meera.asks(f"A-{number:03} Patient {number:02}")
                await meera.press("y")
            await meera.hears(f"A-{number:03}")
            await meera.settle()
        assert "A-004" in meera.line_with("▸", "#queue")
        await meera.press("end")
        assert closed in meera.line_with("▸", "#queue")


@pytest.mark.slow
async def test_after_the_last_open_token_the_cursor_goes_back(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("enter", "down")
        for number in (2, 1):
            assert f"A-{number:03}" in meera.line_with("▸", "#queue")
            await meera.press("c")
            await meera.asks(f"Cancel A-{number:03}")
            await meera.press("y")
            await meera.hears(f"A-{number:03}")
            await meera.settle()
        assert "▸" in meera.read("#queue")


@pytest.mark.slow
async def test_another_desks_closing_does_not_move_the_cursor_to_another_patient(
    desk: FrontDesk, open_desk: OpenDesk
) -> None:
    slot = crowded_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("enter")
        open_desk("tom", "desk 2").perform(CancelToken(token=desk.token_list(slot)[0].token.id))
        await meera.look_again()
        assert "✗ cancelled" in meera.line_with("▸", "#queue")


async def test_the_queue_has_headings_and_says_what_its_last_column_is(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk, waiting=1)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        head = meera.lines("#queue-head")[0]
        for heading, text in (("NUMBER", "A-001"), ("PATIENT", "Asha"), ("SOURCE", "Online"), ("STATUS", "∙ expected")):
            assert head.index(heading) == meera.line_with("A-001", "#queue").index(text)
        assert meera.line_with("A-001", "#queue").endswith("issued 09:00")
        assert meera.line_with("A-003", "#queue").endswith("waits 0 min")
        await resize(meera, *SMALLEST)
        assert meera.line_with("A-001", "#queue").endswith(" 09:00")
        assert "Asha Ver" in meera.line_with("A-001", "#queue")


@pytest.mark.slow
async def test_the_totals_of_the_day_stand_on_every_main_screen(desk: FrontDesk, open_desk: OpenDesk) -> None:
    slot = crowded_slot(desk, seats=4, waiting=6)
    for action, number in ((CompleteToken, 1), (MarkNoShow, 2), (CancelToken, 3)):
        desk.perform(action(token=number))
    totals = "seated 3 · waiting 4 · done 1"
    async with at_the_counter(OpdApp(open_desk), WIDE) as meera:
        for key in "231":
            await meera.press(key)
            await meera.sees(f"{totals} · no-show 1", within="#mode-bar")
        issue(desk, slot, "Zoya Ali")
        await meera.look_again()
        await meera.sees("2 Waitlist 5", "seated 3 · waiting 5 · done 1 · no-show 1", within="#mode-bar")
        await resize(meera, *SMALLEST)
        assert "seat 3·wait 5·done 1" in meera.read("#mode-bar")
        await meera.press("]")
        await meera.until(lambda: "seat" not in meera.read("#mode-bar"), "a day without tokens")


@pytest.mark.slow
async def test_an_own_token_is_in_the_totals(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("n")
        await meera.type("hema")
        await meera.press("enter")
        await meera.panel_closes()
        await meera.sees("seated 2 · waiting 1", within="#mode-bar")


@pytest.mark.parametrize(
    ("room", "words"),
    [
        (80, "inside 5 · here 20 · seated 61 · waiting 33 · done 42 · no-show 3 · to tell 4"),
        (70, "in 5 · here 20 · seat 61 · wait 33 · done 42 · no-show 3 · tell 4"),
        (53, "in 5·here 20·seat 61·wait 33·done 42·no-show 3·tell 4"),
        (43, "in 5·here 20·seat 61·wait 33·done 42·tell 4"),
        (40, "here 20·seat 61·wait 33·done 42·tell 4"),
        (30, "here 20·wait 33·done 42·tell 4"),
        (14, "done 42·tell 4"),
        (5, ""),
    ],
)
def test_totals_get_shorter_words_before_the_least_important_are_dropped(room: int, words: str) -> None:
    assert totals_in_words(Totals(61, 33, 42, 3, inside=5, here=20, to_tell=4), room) == words


def test_what_is_zero_is_not_told() -> None:
    assert totals_in_words(Totals(seated=2, to_tell=1), 80) == "seated 2 · to tell 1"
    assert totals_in_words(Totals(), 80) == ""


@pytest.mark.slow
async def test_a_full_day_is_legible_at_every_size(desk: FrontDesk, open_desk: OpenDesk, clock: FixedClock) -> None:
    full_day(desk, clock)
    async with at_the_counter(OpdApp(open_desk), WIDE) as meera:
        for size in SIZES:
            await resize(meera, *size)
            meera.assert_columns_are_straight()
            assert "▼ 09:47" in meera.lines("#grid")[0]
            for line in meera.lines("#grid")[1:]:
                assert "/" in line
                assert not re.search(r"[0-9×][▏▐‹›[]", line), "a blank between two cells"
