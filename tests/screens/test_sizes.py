"""Terminals of any size: too small says so, and nothing is lost while it is."""

from __future__ import annotations

import pytest

from opd_tui.desk.front_desk import FrontDesk
from opd_tui.tui.app import OpdApp
from tests.support.helpers import statuses
from tests.support.pilot import NARROW, OpenDesk, Receptionist, at_the_counter, full_slot

TOO_SMALL = "The terminal is too small. opd-tui needs 60 columns and 16 lines."
TINY = [(50, 12), (59, 24), (80, 15), (20, 5), (1, 1)]


async def resize(receptionist: Receptionist, width: int, height: int) -> None:
    """Change the terminal's size."""
    await receptionist.pilot.resize_terminal(width, height)
    await receptionist.settle()


@pytest.mark.slow
async def test_a_terminal_that_is_too_small_says_what_it_needs(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk), TINY[0]) as meera:
        for size in TINY[:3]:
            await resize(meera, *size)
            await meera.sees(TOO_SMALL)
            assert "Asha" not in meera.text
            meera.assert_columns_are_straight()


@pytest.mark.slow
async def test_a_terminal_that_is_large_enough_shows_everything(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk, waiting=1)
    async with at_the_counter(OpdApp(open_desk), (60, 16)) as meera:
        for size in ((60, 16), (60, 24), (80, 24), (100, 30), (120, 40), (240, 70)):
            await resize(meera, *size)
            assert TOO_SMALL not in meera.read()
            for text in ("██ 2/2 1 waiting", "A-001", "A-003", "A-003 Sunita Rao", "n New", "? Help"):
                assert text in meera.read()
            meera.assert_columns_are_straight()


@pytest.mark.slow
async def test_the_screen_is_back_where_it_was_after_a_resize(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk, waiting=1)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("enter", "down")
        before = meera.text
        for size in TINY:
            await resize(meera, *size)
        await resize(meera, *NARROW)
        assert meera.text == before
        assert meera.focused_id == "queue"
        await meera.press("c")
        await meera.asks("Cancel A-002 Ravi Kumar")


@pytest.mark.slow
async def test_a_question_survives_any_size(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("enter", "c")
        await meera.asks("Cancel A-001")
        for size in TINY:
            await resize(meera, *size)
            meera.assert_columns_are_straight()
            await resize(meera, *NARROW)
            await meera.asks("Cancel A-001 Asha Verma")
        await meera.press("y")
        await meera.hears("A-001 Asha Verma was cancelled")


async def test_while_the_terminal_is_too_small_a_question_says_so(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("enter", "c")
        await meera.asks("Cancel A-001")
        await resize(meera, 50, 12)
        await meera.sees(TOO_SMALL)
        assert not meera.question


@pytest.mark.slow
async def test_the_panel_keeps_what_was_typed_through_any_size(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("n")
        await meera.type("Om")
        for size in TINY:
            await resize(meera, *size)
        await resize(meera, *NARROW)
        assert "Om" in meera.read("#patient")
        await meera.press("enter")
        await meera.until(lambda: "A-003" in statuses(desk))


@pytest.mark.slow
async def test_every_screen_and_dialog_survives_any_size(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk, waiting=1)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        for keys in (("3", "a"), ("3", "s"), ("/",), ("?",), ("ctrl+p",), ("2",), ("3",)):
            for key in keys:
                await meera.press(key)
                await meera.settle()
            depth = len(meera.app.screen_stack)
            for size in ((59, 15), (1, 1), (60, 16), NARROW):
                await resize(meera, *size)
                meera.assert_columns_are_straight()
            assert len(meera.app.screen_stack) == depth
            await meera.press("escape", "1")


@pytest.mark.slow
async def test_a_dialog_that_is_higher_than_the_terminal_can_be_walked_to_its_end(
    desk: FrontDesk, open_desk: OpenDesk
) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk), (60, 16)) as meera:
        await meera.press("3")
        await meera.settle()
        await meera.press("s")
        await meera.settle()
        await meera.press("enter", "enter", "enter", "enter")
        assert meera.focused_id == "every"
        await meera.sees("60", within="#every")
