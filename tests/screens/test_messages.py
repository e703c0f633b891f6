"""The message line above the footer, and the list of the last messages."""

from __future__ import annotations

import pytest

from opd_tui.desk.actions import CancelToken
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.tui.app import OpdApp
from opd_tui.tui.demo_app import DemoApp
from opd_tui.tui.host import message_log
from opd_tui.tui.widgets.message_line import MessageLine
from tests.support.helpers import issue
from tests.support.pilot import NARROW, WIDE, OpenDesk, Receptionist, at_the_counter, doctor_with_slots, full_slot

LONG = "A-001 Asha Verma was cancelled; " + "A-003 Sunita Rao moves up into the seat and " * 3 + "so on to the end."


@pytest.fixture
def other(open_desk: OpenDesk) -> FrontDesk:
    """A desk beside the one on the screen."""
    return open_desk(operator="ravi", desk="desk 2")


def line_of(meera: Receptionist) -> MessageLine:
    """The message line of the active screen."""
    return meera.app.screen.query_one(MessageLine)


async def test_an_action_says_what_changed_and_another_desk_by_whom(open_desk: OpenDesk, other: FrontDesk) -> None:
    slot = full_slot(other)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        issue(other, slot, "Farah Khan")
        await meera.sees("desk 2: Online A-003 Farah Khan waits", within="MessageLine")
        await meera.press("enter", "c")
        await meera.asks("Asha Verma")
        await meera.press("y")
        await meera.sees("A-001 Asha Verma was cancelled; A-003 Farah Khan moves up", within="MessageLine")


async def test_a_refusal_stays_until_a_key_does_something_and_news_comes_after_it(
    open_desk: OpenDesk, other: FrontDesk
) -> None:
    slot = full_slot(other)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("c")
        await meera.sees("! Choose a token first (Enter).", within="MessageLine")
        issue(other, slot, "Farah Khan")
        await meera.hears("desk 2:", "Farah Khan")
        assert meera.message == "! Choose a token first (Enter)."
        await meera.press("z")
        assert meera.message == "! z does nothing here. Press ? for the keys."
        await meera.press("down")
        await meera.sees("desk 2: Online A-003 Farah Khan waits", within="MessageLine")


async def test_a_refusal_of_the_desk_stays_while_another_desk_works(open_desk: OpenDesk, other: FrontDesk) -> None:
    slot = full_slot(other)
    async with at_the_counter(OpdApp(open_desk), WIDE) as meera:
        await meera.press("enter", "c")
        await meera.asks("Asha Verma")
        other.perform(CancelToken(token=1))
        await meera.hears("desk 2: A-001 Asha Verma was cancelled")
        await meera.press("y")
        await meera.sees("! A-001 was already cancelled at 09:00", within="MessageLine")
        issue(other, slot, "Farah Khan")
        await meera.hears("desk 2:", "Farah Khan")
        assert "! A-001 was already cancelled at 09:00" in meera.message


@pytest.mark.slow
async def test_a_result_that_is_fresh_is_not_replaced_by_news(open_desk: OpenDesk, other: FrontDesk) -> None:
    slot = full_slot(other)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("n", *"Om", "enter")
        await meera.panel_closes()
        issue(other, slot, "Farah Khan")
        await meera.hears("desk 2:", "Farah Khan")
        assert "Walk-in A-003 Om waits" in meera.message


@pytest.mark.slow
async def test_the_same_refusal_is_counted_in_the_line_and_in_the_list(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("z", "z", "z")
        assert meera.message == "! z does nothing here. Press ? for the keys. ×3"
        await meera.press("f7")
        await meera.sees("09:00 ! z does nothing here. Press ? for the keys. ×3", within=".messages")
        assert meera.read(".messages").count("does nothing") == 1


async def test_a_long_message_is_cut_and_f7_shows_it_whole(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        meera.app.notices.say("The first.")
        meera.app.notices.say(LONG)
        await meera.sees("A-001 Asha Verma was cancelled", "… F7 more", within="MessageLine")
        await meera.press("f7")
        await meera.sees(f"09:00 {LONG} 09:00 The first.", within=".messages")
        meera.assert_columns_are_straight()
        await meera.press("f7")
        await meera.until(lambda: not meera.dialogs, "the end of the list")


@pytest.mark.slow
async def test_the_list_of_messages_scrolls_and_is_empty_at_first(desk: FrontDesk, open_desk: OpenDesk) -> None:
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("f7")
        await meera.sees("No messages yet.", within=".messages")
        await meera.press("escape")
        for number in range(40):
            meera.app.notices.say(f"Message [b]{number}[/b]")
        await meera.press("f7")
        await meera.sees("Message [b]39[/b]", within=".messages")
        assert "Message [b]0[/b]" not in meera.read(".messages")
        await meera.press("end")
        await meera.sees("Message [b]0[/b]", within=".messages")
        await meera.press(*["k"] * 40)
        await meera.sees("Message [b]39[/b]", within=".messages")


@pytest.mark.slow
async def test_a_result_that_a_refusal_hides_comes_back(desk: FrontDesk, open_desk: OpenDesk) -> None:
    doctor_with_slots(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.type_at_once("n", *"Om", "enter")
        await meera.panel_closes()
        await meera.press("z")
        await meera.sees("! z does nothing here.", within="MessageLine")
        await meera.press("down")
        await meera.sees("Walk-in A-001 Om has a seat", within="MessageLine")


@pytest.mark.parametrize("size", [NARROW, (60, 16), WIDE])
@pytest.mark.parametrize("opening", [("enter", "c"), ("/",), ("?",), ("3", "s"), ("ctrl+p",)])
@pytest.mark.fast_cases(1)
async def test_over_a_dialog_a_message_is_seen_and_covers_nothing(
    desk: FrontDesk, open_desk: OpenDesk, size: tuple[int, int], opening: tuple[str, ...]
) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk), size) as meera:
        await meera.press(*opening)
        await meera.until(lambda: meera.dialogs, "a dialog")
        await meera.settle()
        before = meera.text.splitlines()
        await meera.press("f8")
        await meera.sees("! F8 waits until this is answered or closed (Esc).", within="MessageLine")
        assert line_of(meera).screen is meera.app.screen, "that of the screen below is dimmed"
        after = meera.text.splitlines()
        assert [n for n, pair in enumerate(zip(before, after, strict=True)) if pair[0] != pair[1]] == [size[1] - 2]


async def test_the_line_covers_neither_the_panel_nor_the_captions_of_the_demo() -> None:
    async with at_the_counter(DemoApp(playing=False)) as person:
        await person.press(".")
        await person.settle()
        await person.press("n")
        await person.settle()
        person.app.notices.say("A message.")
        await person.sees("A message.", within="MessageLine")
        screen = person.app.screen
        places = [screen.query_one(f"#{id}").region for id in ("new-token", "demo-bar", "message-line", "footer")]
        assert [place.bottom for place in places[:-1]] == [place.y for place in places[1:]]


async def test_ctrl_c_says_how_to_leave(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("ctrl+c")
        await meera.sees("^c does nothing here. ^q leaves the program.", within="MessageLine")


async def test_an_old_result_is_dimmed_and_the_latest_news_of_the_screen_stands_where_no_message_is(
    desk: FrontDesk, open_desk: OpenDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(message_log, "FRESH_SECONDS", 0.0)
    doctor_with_slots(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        line = line_of(meera)
        line.news = ("09:00 desk 2: A-001 Asha Verma is here",)
        await meera.sees("desk 2: A-001 Asha Verma is here", within="MessageLine")
        meera.app.notices.say("Done.")
        meera.app.notices.pass_time()
        await meera.sees("Done.", within="MessageLine")
        assert line.shown.look == "dim"
