"""Queue, waitlist, filter, find and what happened last: what they show, and that they keep one's place."""

from __future__ import annotations

import pytest

from opd_tui.clock import FixedClock
from opd_tui.desk.actions import CancelToken
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.tui.app import OpdApp
from opd_tui.tui.board.queue_rows import QueueRows
from opd_tui.tui.widgets.row_list import RowList
from tests.support.helpers import add_doctor, issue, open_slot
from tests.support.pilot import WIDE, OpenDesk, Receptionist, at_the_counter, doctor_with_slots, full_slot

MANY = 200


def long_queue(desk: FrontDesk) -> int:
    """A slot with two seats for two hundred patients."""
    slot = doctor_with_slots(desk)[0]
    for number in range(1, MANY + 1):
        issue(desk, slot, f"Patient {number:03}")
    return slot


def list_of(receptionist: Receptionist, selector: str) -> RowList[object]:
    """A list on the screen."""
    return receptionist.app.screen.query_one(selector, RowList)


async def open_waitlist(receptionist: Receptionist) -> None:
    """Go to the waitlist."""
    await receptionist.press("2")
    await receptionist.settle()


# What a queue says


async def test_a_queue_lists_seats_then_who_waits_then_the_closed_ones(desk: FrontDesk, open_desk: OpenDesk) -> None:
    slot = full_slot(desk, waiting=2)
    third = next(r.token.id for r in desk.token_list(slot) if r.token.number == "A-003")
    desk.perform(CancelToken(token=third))
    issue(desk, slot, "Imran Khan", "PAID")
    async with at_the_counter(OpdApp(open_desk)) as meera:
        lines = [line.split() for line in meera.lines("#queue") if line.strip()]
        assert [line[0] if line[0] != "──" else line[1] for line in lines] == [
            "A-005",
            "A-001",
            "waiting,",
            "1",
            "2",
            "closed",
            "A-003",
        ]
        assert "2 of 2 taken · 2 waiting" in meera.read("#queue-panel")


@pytest.mark.slow
async def test_keys_skip_the_headings_of_a_queue(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk, waiting=1)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("enter", "down", "j")
        assert "A-003" in meera.line_with("▸", "#queue")
        await meera.press("down")
        assert "A-003" in meera.line_with("▸", "#queue")
        await meera.press("k")
        assert "A-002" in meera.line_with("▸", "#queue")
        await meera.press("end")
        assert "A-003" in meera.line_with("▸", "#queue")
        await meera.press("home")
        assert "A-001" in meera.line_with("▸", "#queue")


@pytest.mark.slow
async def test_a_wait_counts_from_the_slots_start_and_is_never_negative(
    desk: FrontDesk, open_desk: OpenDesk, clock: FixedClock
) -> None:
    slot = open_slot(desk, add_doctor(desk, code="A"), "10:00", "11:00", capacity=1)
    issue(desk, slot, "Asha Verma")
    issue(desk, slot, "Ravi Kumar")
    async with at_the_counter(OpdApp(open_desk)) as meera:
        assert meera.line_with("A-002", "#queue").endswith("for 10:00")
        await meera.time_passes(clock, 59)
        assert meera.line_with("A-002", "#queue").endswith("for 10:00")
        await meera.time_passes(clock, 1)
        assert meera.line_with("A-002", "#queue").endswith("waits 0 min")
        await meera.time_passes(clock, 25)
        assert meera.line_with("A-002", "#queue").endswith("waits 25 min")
        assert meera.line_with("A-001", "#queue").endswith("issued 09:00")
        await open_waitlist(meera)
        assert " 25 min" in meera.line_with("A-002", "#waiting")
        await meera.time_passes(clock, 40)
        assert " 1 h 05" in meera.line_with("A-002", "#waiting")


async def test_a_clock_that_was_set_back_shows_no_negative_wait(
    desk: FrontDesk, open_desk: OpenDesk, clock: FixedClock
) -> None:
    full_slot(desk, waiting=1)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.time_passes(clock, 10)
        issue(desk, desk.slot_list()[0].slot.id, "Zoya Ali")
        await meera.time_passes(clock, -5)
        await meera.look_again()
        assert meera.line_with("A-004", "#queue").endswith("waits 0 min")
        assert "-" not in meera.line_with("A-004", "#queue").replace("A-004", "")


async def test_the_queue_says_when_its_window_is_over(desk: FrontDesk, open_desk: OpenDesk, clock: FixedClock) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.time_passes(clock, 59)
        await meera.look_again()
        assert "is over" not in meera.read("#queue-panel")
        await meera.time_passes(clock, 1)
        await meera.sees("the window is over", within="#queue-panel")


# Marks


@pytest.mark.slow
async def test_marks_of_who_was_displaced_and_who_moved_up_come_and_fade(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("e")
        await meera.type("Om")
        await meera.press("enter")
        await meera.asks("takes the seat of A-002")
        await meera.press("y")
        await meera.panel_closes()
        await meera.hears("took the seat")
        assert "○ expected   ↓ displaced" in meera.line_with("A-002", "#queue")
        assert "↓" not in meera.line_with("A-001", "#queue")
        await open_waitlist(meera)
        line = meera.line_with("A-002", "#waiting")
        assert "○ expected" in line
        assert line.rstrip(" │").endswith("↓ down")
        await meera.press("1", "enter", "home")
        meera.app.mark_seconds = 0.01
        await meera.press("c")
        await meera.asks("Cancel A-003 Om")
        await meera.press("y")
        await meera.hears("A-002 Ravi Kumar moves up")
        await meera.until(lambda: "↑" not in meera.line_with("A-002", "#queue"), "the end of the mark")
        assert not meera.app.marks


async def test_who_moved_up_is_marked(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk, waiting=1)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        meera.app.mark_seconds = 60.0
        await meera.press("enter", "x")
        await meera.asks("Mark A-001")
        await meera.press("y")
        await meera.until(lambda: "∙ expected    ↑ moved up" in meera.line_with("A-003", "#queue"))
        await meera.press("down", "i", "space")
        await meera.hears("A-003 Sunita Rao was called")
        await meera.until(lambda: "► inside      ↑ moved up" in meera.line_with("A-003", "#queue"))
        (mark,) = meera.app.marks.items()
        meera.app.unmark(dict([mark]))
        await meera.settle()
        assert "► inside     since 09:00" in meera.line_with("A-003", "#queue")


# Keeping one's place


@pytest.mark.parametrize("size", [(80, 24), WIDE])
@pytest.mark.fast_cases(1)
async def test_an_action_elsewhere_keeps_cursor_scroll_and_focus_in_a_long_queue(
    desk: FrontDesk, open_desk: OpenDesk, size: tuple[int, int]
) -> None:
    slot = long_queue(desk)
    async with at_the_counter(OpdApp(open_desk), size) as meera:
        await meera.press("enter", "end", *["pageup"] * 3)
        queue = list_of(meera, "#queue")
        token = meera.line_with("▸", "#queue").split()[2]
        before, scroll = meera.lines("#queue"), queue.scroll_offset
        assert scroll.y > 20
        issue(open_desk("tom", "desk 2"), slot, "Zoya Ali", "WALKIN")
        await meera.look_again()
        assert "A-201" in [line.record.token.number for line in queue.items[-1:]]  # type: ignore[attr-defined]
        assert meera.lines("#queue") == before
        issue(open_desk("tom", "desk 2"), slot, "Om Das", "EMERGENCY")
        await meera.look_again()
        assert meera.line_with("▸", "#queue").split()[2] == token
        assert abs(queue.scroll_offset.y - scroll.y) <= 1
        assert meera.focused_id == "queue"


@pytest.mark.fast_cases(1)
async def test_the_cursor_goes_to_a_neighbour_when_its_line_goes(desk: FrontDesk, open_desk: OpenDesk) -> None:
    slot = long_queue(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await open_waitlist(meera)
        await meera.press("end", *["pageup"] * 2)
        waiting = list_of(meera, "#waiting")
        line, scroll = meera.line_with("▸", "#waiting").split()[1], waiting.scroll_offset
        number = int(line.removeprefix("A-"))
        token = next(r.token.id for r in desk.token_list(slot) if r.token.number == line)
        open_desk("tom", "desk 2").perform(CancelToken(token=token))
        await meera.look_again()
        assert meera.line_with("▸", "#waiting").split()[1] == f"A-{number + 1}"
        assert waiting.scroll_offset == scroll
        assert meera.focused_id == "waiting"


@pytest.mark.slow
async def test_the_waitlist_keeps_cursor_scroll_and_focus(desk: FrontDesk, open_desk: OpenDesk) -> None:
    slot = long_queue(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await open_waitlist(meera)
        await meera.press("end", *["pageup"] * 2)
        before, scroll = meera.lines("#waiting"), list_of(meera, "#waiting").scroll_offset
        assert scroll.y > 20
        issue(open_desk("tom", "desk 2"), slot, "Zoya Ali", "WALKIN")
        await meera.look_again()
        assert "2 Waitlist 199" in meera.read("#mode-bar")
        assert meera.lines("#waiting") == before
        assert list_of(meera, "#waiting").scroll_offset == scroll
        assert meera.focused_id == "waiting"


@pytest.mark.slow
async def test_looking_again_at_an_unchanged_queue_repaints_nothing(
    desk: FrontDesk, open_desk: OpenDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    slot = full_slot(desk, waiting=3)
    drawn: list[int] = []
    async with at_the_counter(OpdApp(open_desk)) as meera:
        render_line = QueueRows.render_line
        monkeypatch.setattr(QueueRows, "render_line", lambda queue, y: (drawn.append(y), render_line(queue, y))[1])
        await meera.look_again()
        assert drawn == []
        issue(open_desk("tom", "desk 2"), slot, "Zoya Ali")
        await meera.look_again()
        assert drawn


async def test_a_changed_line_is_the_only_one_that_is_drawn_again(
    desk: FrontDesk, open_desk: OpenDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for code in "ABC":
        slot = doctor_with_slots(desk, code, capacity=1)[0]
        issue(desk, slot, "Asha Verma")
        issue(desk, slot, "Ravi Kumar")
    drawn: list[int] = []
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("3")
        await meera.settle()
        lines = type(list_of(meera, "#doctors"))
        render_line = lines.render_line
        monkeypatch.setattr(lines, "render_line", lambda doctors, y: (drawn.append(y), render_line(doctors, y))[1])
        await meera.look_again()
        drawn.clear()  # the screen has just been opened
        issue(open_desk("tom", "desk 2"), slot, "Zoya Ali")
        await meera.look_again()
        assert drawn == [3]
        assert meera.line_with("Dr C", "#doctors").endswith(" 2")


# What happened last


@pytest.mark.slow
async def test_what_happened_survives_a_restart_and_names_other_desks(desk: FrontDesk, open_desk: OpenDesk) -> None:
    slot = doctor_with_slots(desk)[0]
    async with at_the_counter(OpdApp(open_desk), WIDE) as meera:
        await meera.press("n")
        await meera.type("Om")
        await meera.press("enter")
        await meera.sees("09:00 Walk-in A-001 Om has a seat with Dr A 09:00", within="#activity")
        assert "desk" not in meera.read("#activity")
    issue(open_desk("tom", "desk 2"), slot, "Ila Sen", "PAID")
    async with at_the_counter(OpdApp(open_desk), WIDE) as meera:
        newest = "09:00 desk 2: Paid A-002 Ila Sen has a seat with Dr A 09:00"
        assert f"{newest} 09:00 Walk-in A-001 Om has a seat with Dr A 09:00" in meera.read("#activity")


@pytest.mark.slow
async def test_a_preemption_stays_in_the_list_of_what_happened(desk: FrontDesk, open_desk: OpenDesk) -> None:
    slot = full_slot(desk)
    issue(desk, slot, "Meera Nair", "PAID")
    async with at_the_counter(OpdApp(open_desk), WIDE) as meera:
        sentence = "Paid A-003 Meera Nair took the seat of A-002 Ravi Kumar, who now waits"
        assert sentence in meera.read("#activity")


# The waitlist


def three_waiting(desk: FrontDesk) -> None:
    """Somebody waits for each of three doctors: PAID, ONLINE and WALKIN."""
    for code, name, source in (("A", "Asha", "WALKIN"), ("B", "Ravi", "PAID"), ("C", "José", "ONLINE")):
        slot = doctor_with_slots(desk, code, capacity=1, specialty=f"Specialty {code}")[0]
        issue(desk, slot, "First", "EMERGENCY")
        issue(desk, slot, name, source)


def waiting_numbers(receptionist: Receptionist) -> list[str]:
    """The numbers on the waitlist as they are drawn."""
    lines = (line.replace("▸", " ").split() for line in receptionist.lines("#waiting"))
    return [words[0] for words in lines if words and words[0][1:2] == "-"]


async def test_the_waitlist_is_in_order_of_rank_over_all_doctors(desk: FrontDesk, open_desk: OpenDesk) -> None:
    three_waiting(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        assert "2 Waitlist 3" in meera.read("#mode-bar")
        await open_waitlist(meera)
        assert waiting_numbers(meera) == ["B-002", "C-002", "A-002"]
        line = " ".join(meera.line_with("B-002", "#waiting").split())
        for word in ("Ravi", "Paid", "Dr B", " 09:00 1 ", "0 min"):
            assert word in line


@pytest.mark.slow
async def test_words_narrow_the_waitlist(desk: FrontDesk, open_desk: OpenDesk) -> None:
    three_waiting(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await open_waitlist(meera)
        for words, left in {
            "dr b": ["B-002"],
            "online": ["C-002"],
            "jose": ["C-002"],
            "RAVI": ["B-002"],
            "specialty walkin": ["A-002"],
            "09:00": ["B-002", "C-002", "A-002"],
            "ravi online": [],
        }.items():
            await meera.press("/")
            await meera.type(words)
            await meera.settle()
            assert waiting_numbers(meera) == left
            assert f"{len(left)} line{'' if len(left) == 1 else 's'} of 3" in meera.read("FilterBar")
            if not left:
                assert f"Nothing here matches “{words}”. Esc clears the filter." in meera.read("#waiting")
            await meera.press("escape")
            await meera.settle()
            assert waiting_numbers(meera) == ["B-002", "C-002", "A-002"]
            assert meera.focused_id == "waiting"


@pytest.mark.slow
async def test_enter_leaves_the_filter_on_and_escape_in_the_list_clears_it(
    desk: FrontDesk, open_desk: OpenDesk
) -> None:
    three_waiting(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await open_waitlist(meera)
        await meera.press("/")
        await meera.type("paid")
        await meera.press("enter")
        await meera.settle()
        assert waiting_numbers(meera) == ["B-002"]
        assert meera.focused_id == "waiting"
        await meera.look_again()
        assert waiting_numbers(meera) == ["B-002"]
        assert "Esc Clear filter" in meera.read("#footer")
        await meera.press("c")
        await meera.asks("Cancel B-002 Ravi")
        await meera.press("escape")
        await meera.press("escape")
        await meera.settle()
        assert len(waiting_numbers(meera)) == 3


async def test_keys_typed_into_the_filter_act_on_nothing(desk: FrontDesk, open_desk: OpenDesk) -> None:
    three_waiting(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await open_waitlist(meera)
        await meera.press("/", "c", "x", "1", "n", "?")
        await meera.settle()
        assert (meera.app.current_mode, meera.dialogs) == ("waitlist", 0)
        assert not meera.panel_is_open
        assert "cx1n?" in meera.read("FilterBar")


# Find


async def test_find_jumps_to_a_token_in_another_slot(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk, waiting=1)
    slot = doctor_with_slots(desk, "B", hours=3)[2]
    issue(desk, slot, "Om Das")
    issue(desk, slot, "Zoya Ali", "PAID")
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("/")
        await meera.until(lambda: meera.app.focused is not None and meera.dialogs == 1)
        await meera.type("om")
        await meera.sees("1 match of", within="#found-count")
        await meera.press("enter")
        await meera.until(lambda: "B-001 Om Das" in " ".join(meera.line_with("▸", "#queue").split()), "the token")
        assert meera.focused_id == "queue"
        assert "Dr B · 11:00–12:00" in meera.read("#queue-panel")
        await meera.press("c")
        await meera.asks("Cancel B-001 Om Das")


@pytest.mark.slow
async def test_find_knows_phones_and_slots_and_the_arrows_choose(desk: FrontDesk, open_desk: OpenDesk) -> None:
    slot = doctor_with_slots(desk, "A", hours=2)[0]
    issue(desk, slot, {"name": "Om Das", "phone": "98765 43210"})
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("/")
        await meera.until(lambda: meera.dialogs == 1)
        await meera.type("43210")
        await meera.sees("1 match of 1 patient and 2 slots", within="#found-count")
        await meera.press(*["backspace"] * 5)
        await meera.type("dr a")
        await meera.sees("3 matches of 1 patient and 2 slots", within="#found-count")
        await meera.press("down", "down")
        assert "10:00" in meera.line_with("▸", "FoundRows")
        await meera.press("enter")
        await meera.sees("Dr A · 10:00–11:00", within="#queue-panel")
        assert meera.dialogs == 0


@pytest.mark.slow
async def test_find_says_when_there_is_nothing_and_escape_leaves(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("/")
        await meera.until(lambda: meera.dialogs == 1)
        await meera.type("zz")
        await meera.sees("Nothing found on this day", within="FoundRows")
        await meera.press("enter")
        await meera.sees("Nothing on this day matches “zz”. Try fewer letters, or Esc closes.", within="#found-count")
        assert meera.dialogs == 1
        await meera.press("escape")
        await meera.settle()
        assert meera.dialogs == 0
        assert meera.focused_id == "grid"


@pytest.mark.slow
async def test_a_filter_shows_what_it_finds_also_to_who_was_far_down(desk: FrontDesk, open_desk: OpenDesk) -> None:
    long_queue(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await open_waitlist(meera)
        await meera.press("end", "/", *"patient 01")
        await meera.until(lambda: "A-010" in meera.read("#waiting"), "those that are found")
        assert "A-019" in meera.read("#waiting")
        await meera.press("enter")
        assert meera.line_with("▸", "#waiting")


@pytest.mark.parametrize("text", ["patient 1", "a-"])
@pytest.mark.slow
async def test_whoever_filters_sees_the_chosen_line_wherever_the_list_was_scrolled(
    desk: FrontDesk, open_desk: OpenDesk, text: str
) -> None:
    long_queue(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await open_waitlist(meera)
        await meera.press("end")
        list_of(meera, "#waiting").scroll_to(y=0, animate=False, immediate=True)
        await meera.press("/", *text, "enter")
        assert meera.line_with("▸", "#waiting")


@pytest.mark.slow
async def test_find_goes_to_a_number_without_its_zeros_and_counts_what_it_lists(
    desk: FrontDesk, open_desk: OpenDesk
) -> None:
    slot = doctor_with_slots(desk, "RAT", hours=2, capacity=20, room="4")[0]
    for number in range(1, 15):
        issue(desk, slot, f"Patient {number}")
    doctor_with_slots(desk, "B", room="14")
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("/")
        await meera.until(lambda: meera.dialogs == 1)
        await meera.type("room 4")
        await meera.sees("16 matches of 14 patients and 3 slots", within="#found-count")
        await meera.press("end", "ctrl+u")
        await meera.type("rat 4")
        await meera.sees("2 matches of", within="#found-count")
        await meera.press("enter")
        await meera.until(lambda: "RAT-004 Patient 4" in " ".join(meera.line_with("▸", "#queue").split()), "RAT-004")


async def test_enter_in_an_empty_find_says_what_to_type(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("/", "enter")
        await meera.sees("Type a name, a number or a phone first, or choose with ↑ ↓.", within="#found-count")
        await meera.press("down", "enter")
        await meera.until(lambda: not meera.dialogs and meera.focused_id == "queue", "the chosen patient")


@pytest.mark.slow
async def test_the_waitlist_is_filtered_by_phone_room_and_short_number(desk: FrontDesk, open_desk: OpenDesk) -> None:
    slot = doctor_with_slots(desk, "R", capacity=1, room="4")[0]
    for name, phone in (("Asha Verma", None), ("Ravi Kumar", "+91 98450-12345"), ("Sunita Rao", None)):
        issue(desk, slot, {"name": name, "phone": phone})
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await open_waitlist(meera)
        for words, left in {
            "98450 12345": ["R-002"],
            "r-3": ["R-003"],
            "room 4": ["R-002", "R-003"],
            "room 14": [],
        }.items():
            await meera.press("/", "end", "ctrl+u")
            await meera.type(words)
            await meera.settle()
            assert waiting_numbers(meera) == left, words
