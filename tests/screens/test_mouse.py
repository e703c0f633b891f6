"""Clicks that arrive at once act one after the other, each on what the one before it has left."""

from __future__ import annotations

import random

import pytest
from textual import events

from opd_tui.desk.front_desk import FrontDesk
from opd_tui.tui.app import OpdApp
from tests.support.helpers import statuses
from tests.support.pilot import OpenDesk, Receptionist, at_the_counter, full_slot, key_event


def click(meera: Receptionist, x: int, y: int, times: int = 1) -> None:
    """Let clicks arrive at once, as in one packet."""
    for _ in range(times):
        for kind in (events.MouseDown, events.MouseUp):
            meera.app.post_message(kind(None, x, y, 0, 0, 1, False, False, False, screen_x=x, screen_y=y))


@pytest.mark.parametrize(("opens", "where"), [("ctrl+p", None), ("c", "#no"), ("f7", ".dialog"), ("ctrl+l", None)])
@pytest.mark.fast_cases(1)
async def test_the_second_of_two_clicks_goes_where_the_first_leads(
    desk: FrontDesk, open_desk: OpenDesk, opens: str, where: str | None
) -> None:
    """A click that closes a dialog is followed by one on what was below it, not by another on what is gone."""
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        depth = len(meera.app.screen_stack)
        await meera.press("enter", opens)
        await meera.until(lambda: len(meera.app.screen_stack) > depth, opens)
        await meera.settle()
        at = meera.app.screen.query_one(where).region.offset if where else (2, 20)
        click(meera, *at, times=3)
        await meera.settle()
        await meera.press("escape", "escape")
        await meera.settle()
        assert len(meera.app.screen_stack) == depth
        assert set(statuses(desk).values()) == {"ACTIVE"}


async def test_two_clicks_on_yes_answer_one_question(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("enter", "c")
        await meera.asks("Cancel A-001")
        click(meera, *meera.app.screen.query_one("#yes").region.offset, times=4)
        await meera.hears("A-001 Asha Verma was cancelled")
        await meera.settle()
        assert statuses(desk) == {"A-001": "CANCELLED", "A-002": "ACTIVE"}


MEETINGS = 30
"""The number of bursts of clicks and keys in each slow test."""
OPENING = ("ctrl+p", "c", "n", "e", "/", "?", "f7", "ctrl+l", "2", "3", "1", "escape", "enter", "tab")


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
async def test_no_burst_of_clicks_and_keys_ends_the_app(
    desk: FrontDesk, open_desk: OpenDesk, seed: int, pytestconfig: pytest.Config
) -> None:
    dice = random.Random(f"{pytestconfig.getoption('--seed')} {seed}")
    full_slot(desk, waiting=2)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        for _ in range(MEETINGS):
            await meera.press(dice.choice(OPENING))
            for _ in range(dice.randint(1, 12)):
                x, y = dice.randrange(80), dice.randrange(24)
                if dice.random() < 0.3:
                    meera.app.post_message(key_event(dice.choice(OPENING)))
                elif dice.random() < 0.2:
                    move = events.MouseMove(None, x, y, 1, 1, 0, False, False, False, screen_x=x, screen_y=y)
                    meera.app.post_message(move)
                else:
                    click(meera, x, y, dice.randint(1, 3))
            await meera.settle()
            assert meera.app.is_running
