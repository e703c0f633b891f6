"""Undo and redo, by one key and a yes, on every main screen."""

from __future__ import annotations

import pytest

from opd_tui.desk.actions import ChangeSource
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.tui.app import OpdApp
from tests.support.helpers import statuses
from tests.support.pilot import OpenDesk, at_the_counter, full_slot


async def test_undo_says_what_it_undoes_and_then_what_stands_again(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk, waiting=1)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("enter", "c", "y")
        await meera.until(lambda: statuses(desk)["A-001"] == "CANCELLED", "the cancelled token")
        await meera.press("u")
        await meera.asks("Undo cancelling A-001 Asha Verma?", "Then A-001 has a seat again")
        await meera.press("y")
        await meera.until(lambda: statuses(desk)["A-001"] == "ACTIVE", "the token that stands again")
        await meera.hears("Undone: cancelling A-001 Asha Verma; A-001 has a seat again; A-003 Sunita")
        await meera.press("ctrl+y")
        await meera.asks("Do this again: cancelling A-001", "A-003 Sunita Rao")
        await meera.press("y")
        await meera.until(lambda: statuses(desk)["A-001"] == "CANCELLED", "the token that is cancelled again")


async def test_undo_goes_back_step_by_step_from_any_screen_and_then_says_that_nothing_is_left(
    desk: FrontDesk, open_desk: OpenDesk
) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        for screen, number in (("2", "A-002"), ("3", "A-001")):
            await meera.press(screen, "u")
            await meera.asks("Undo ", number)
            await meera.press("y")
            await meera.until(lambda number=number: statuses(desk)[number] == "CANCELLED", "the token withdrawn")
        for asked in ("09:00", "Dr A"):
            await meera.press("u")
            await meera.asks("Undo ", asked)
            await meera.press("y")
            await meera.hears("Undone")
        await meera.press("u")
        await meera.hears("This desk has done nothing today that can be undone.")
        await meera.press("1", "ctrl+y")
        await meera.asks("again")
        await meera.press("y")
        await meera.until(lambda: len(desk.doctor_list()) == 1, "the doctor who is back")


@pytest.mark.parametrize(("key", "number"), [("c", "A-001"), ("d", "A-002"), ("i", "A-002")])
@pytest.mark.fast_cases(1)
async def test_after_an_undo_the_cursor_is_on_what_came_back(
    desk: FrontDesk, open_desk: OpenDesk, key: str, number: str
) -> None:
    full_slot(desk, waiting=2)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("enter", *(["down"] if number == "A-002" else []), key, *(["y"] if key == "c" else []))
        await meera.hears(number)
        await meera.settle()
        await meera.press("end", "u")
        await meera.asks("Undo ")
        await meera.press("y")
        await meera.hears("Undone: ", f" {number} ")
        await meera.until(lambda: "▸" in meera.line_with(number, "#queue"), "the cursor on the token")


async def test_a_no_undoes_nothing(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("u", "escape")
        await meera.settle()
        assert statuses(desk)["A-002"] == "ACTIVE"


async def test_undo_in_the_letters_of_a_name_does_nothing(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        meera.burst(*"uyg")
        await meera.settle()
        assert set(statuses(desk).values()) == {"ACTIVE"}
        await meera.asks("Undo ")


async def test_undo_is_refused_and_says_who_changed_the_same_since(desk: FrontDesk, open_desk: OpenDesk) -> None:
    slot = full_slot(desk)
    first = desk.token_list(slot)[0].token.id
    other = open_desk(operator="ravi", desk="desk 2")
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("enter", "p", "p")
        await meera.hears("A-001 Asha Verma is now Paid")
        other.perform(ChangeSource(token=first, source="FOLLOWUP"))
        await meera.press("u")
        await meera.hears("ravi", "desk 2")
        assert meera.dialogs == 0
