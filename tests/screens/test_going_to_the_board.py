"""Enter on the waitlist and the doctors goes to the board, and says why where it cannot."""

from __future__ import annotations

import pytest

from opd_tui.desk.actions import CancelToken
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.tui.app import OpdApp
from tests.support.helpers import add_doctor, issue, open_slot, token_of
from tests.support.pilot import OpenDesk, at_the_counter, doctor_with_slots


def two_doctors(desk: FrontDesk) -> int:
    """Ravi waits first for Dr B at 11:00, then Om, whose token is returned; Dr A has three empty slots."""
    doctor_with_slots(desk, "A", hours=3)
    slot = doctor_with_slots(desk, "B", hours=3, capacity=1)[2]
    issue(desk, slot, "Asha Verma", "PAID")
    issue(desk, slot, "Ravi Kumar")
    return token_of(issue(desk, slot, "Om Das"))


async def test_enter_on_the_waitlist_goes_to_the_token_on_the_board(desk: FrontDesk, open_desk: OpenDesk) -> None:
    two_doctors(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("2", "down", "enter")
        await meera.until(lambda: "Om Das" in meera.line_with("▸", "#queue"), "the token")
        assert (meera.app.current_mode, meera.focused_id) == ("board", "queue")
        assert "Dr B · 11:00–12:00" in meera.read("#queue-panel")


@pytest.mark.parametrize(
    ("keys", "question"), [(("c",), "Cancel B-003 Om Das"), (("k", "c"), "Cancel B-002 Ravi Kumar")]
)
@pytest.mark.fast_cases(1)
async def test_keys_typed_behind_enter_act_where_it_leads(
    desk: FrontDesk, open_desk: OpenDesk, keys: tuple[str, ...], question: str
) -> None:
    two_doctors(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("2")
        await meera.settle()
        await meera.type_at_once("down", "enter", *keys)
        await meera.asks(question)


@pytest.mark.slow
async def test_enter_on_a_doctor_goes_to_the_first_slot_also_of_another_day(
    desk: FrontDesk, open_desk: OpenDesk
) -> None:
    two_doctors(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("]", "3", "t")
        await meera.settle()
        await meera.type_at_once("down", "enter", "n")
        await meera.sees("New token · Dr B 09:00–10:00")
        await meera.press("escape")
        assert (meera.app.current_mode, meera.focused_id) == ("board", "grid")
        assert "Dr B · 09:00–10:00" in meera.read("#queue-panel")


@pytest.mark.slow
async def test_enter_on_a_doctor_without_slots_names_the_next_step(desk: FrontDesk, open_desk: OpenDesk) -> None:
    add_doctor(desk, "Dr Z", code="Z")
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("3", "enter")
        await meera.hears("Dr Z has no slots on this day. Press s to open a session.")
        assert meera.app.current_mode == "doctors"


@pytest.mark.slow
async def test_enter_in_an_empty_list_or_filter_says_why_nothing_happens(desk: FrontDesk, open_desk: OpenDesk) -> None:
    doctor_with_slots(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("2")
        await meera.settle()
        await meera.press("enter")
        await meera.hears("Nobody waits on this day. Press 1 for the board.")
        await meera.press("3", "/", *"zz", "enter")
        await meera.hears("Nothing matches the filter “zz”. Esc clears it.")
        await meera.press("backspace")
        assert "z" in meera.read("FilterBar"), "the filter keeps the focus, so that it can be mended"
        assert meera.app.current_mode == "doctors"


@pytest.mark.slow
async def test_enter_on_a_token_that_was_cancelled_meanwhile_shows_it_among_the_closed(
    desk: FrontDesk, open_desk: OpenDesk
) -> None:
    om = two_doctors(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("2", "down")
        await meera.settle()
        open_desk("tom", "desk 2").perform(CancelToken(token=om))
        await meera.press("enter")
        await meera.until(lambda: "✗ cancelled" in meera.line_with("▸", "#queue"), "the cancelled token")


async def test_a_view_that_comes_late_does_not_move_the_cursor_away(desk: FrontDesk, open_desk: OpenDesk) -> None:
    two_doctors(desk)
    slot = open_slot(desk, add_doctor(desk, "Dr C", code="C"), "12:00", "13:00")
    issue(desk, slot, "Zoya Ali")
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("3", "end", "enter")
        await meera.sees("Dr C · 12:00–13:00", within="#queue-panel")
        await meera.look_again()
        assert "Zoya Ali" in meera.read("#queue")
        assert "Dr C · 12:00–13:00" in meera.read("#queue-panel")
