"""The waitlist and the doctors' screen open on what is chosen on the board, so that no key meets another patient."""

from __future__ import annotations

import pytest

from opd_tui.desk.actions import CallToken
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.tui.app import OpdApp
from tests.support.helpers import add_doctor, issue, statuses, token_of
from tests.support.pilot import OpenDesk, at_the_counter, doctor_with_slots


def three_doctors(desk: FrontDesk) -> None:
    """Each doctor has a patient inside, another who is here and one who waits; Dr Z comes without slots."""
    add_doctor(desk, "Dr Z", code="AZ")
    for code in ("A", "B", "C"):
        (slot,) = doctor_with_slots(desk, code, capacity=2)
        inside, *_ = [token_of(issue(desk, slot, f"{code} {name}", "WALKIN")) for name in ("Uma", "Ravi", "Om", "Ila")]
        desk.perform(CallToken(token=inside))


async def test_done_and_next_on_the_doctors_screen_is_for_the_doctor_who_was_chosen_on_the_board(
    desk: FrontDesk, open_desk: OpenDesk
) -> None:
    three_doctors(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("3")
        await meera.until(lambda: "Dr A" in meera.line_with("▸", "#doctors"), "the first doctor")
        await meera.press("end", "1", "down")
        await meera.settle()
        meera.burst("3", " ")
        await meera.hears("B-001 B Uma is done")
        assert [number for number, state in statuses(desk).items() if state == "COMPLETED"] == ["B-001"]
        assert "Dr B" in meera.line_with("▸", "#doctors")


@pytest.mark.slow
async def test_the_doctor_who_was_chosen_on_the_board_is_shown_however_one_comes_and_whatever_is_filtered(
    desk: FrontDesk, open_desk: OpenDesk
) -> None:
    three_doctors(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("down", "2", "end", "3")
        await meera.until(lambda: "Dr B" in meera.line_with("▸", "#doctors"), "the board's doctor")
        await meera.press("down", "?", "escape")
        assert "Dr C" in meera.line_with("▸", "#doctors"), "a dialog over the screen moves nothing"
        await meera.press("enter", "3")
        assert "Dr C" in meera.line_with("▸", "#doctors")
        await meera.press("/", *"dr a", "enter", "1", "3")
        await meera.until(lambda: "Dr C" in meera.line_with("▸", "#doctors"), "the doctor, without the filter")
        assert meera.focused_id == "doctors"
        await meera.press("/", *"dr c", "enter", "1", "3")
        await meera.sees("Clear filter", within="#footer")
        assert "Dr A" not in meera.read("#doctors"), "a filter that does not hide the doctor stays"


@pytest.mark.slow
async def test_the_waitlist_opens_on_the_token_that_is_chosen_in_the_queue_if_it_waits(
    desk: FrontDesk, open_desk: OpenDesk
) -> None:
    three_doctors(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("2", "end", "1", "2")
        assert "C Ila" in meera.line_with("▸", "#waiting"), "in the grid no token is chosen, so the row is kept"
        await meera.press("1", "down", "enter", "end", "2")
        await meera.until(lambda: "B Ila" in meera.line_with("▸", "#waiting"), "the board's token")
        await meera.press("1", "home", "2")
        await meera.settle()
        assert "B Ila" in meera.line_with("▸", "#waiting"), "who has a seat is not in the waitlist"
