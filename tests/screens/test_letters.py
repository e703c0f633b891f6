"""A letter that changes something at once does so by itself, and not as one of a name that is typed over a list."""

from __future__ import annotations

import pytest

from opd_tui.desk.actions import CallToken, CancelToken, DelayDoctor, HoldToken
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.tui.app import OpdApp
from tests.support.helpers import issue, statuses, token_of
from tests.support.pilot import OpenDesk, Receptionist, at_the_counter, doctor_with_slots

STATES = ("here", "expected", "on hold", "closed")
ASKS_NOTHING = {
    "Dyuti Sen": "here",
    "D Souza": "here",
    "Indira Rao": "expected",
    "Om": "here",
    "Jo": "here",
    "Bela": "here",
    "Wasim": "on hold",
    "Farida": "expected",
    "Asha": "closed",
    "J K Rao": "here",
    "Kim": "here",
    "Gh Id": "here",
}
"""Names that begin with the letter of a command, or have it behind letters that move the cursor."""


def a_day(desk: FrontDesk, *, inside: bool) -> None:
    """Open a slot with a patient in each state, and one more who may be inside; all have to be told of a delay."""
    (slot,) = doctor_with_slots(desk, capacity=6)
    for name, source in (("Uma", "WALKIN"), ("Ravi", "ONLINE"), ("Tara", "WALKIN"), ("Zoya", "WALKIN")):
        issue(desk, slot, name, source)
    if inside:
        desk.perform(CallToken(token=token_of(issue(desk, slot, "Hema", "WALKIN"))))
    desk.perform(HoldToken(token=3, reason="TEST"))
    desk.perform(CancelToken(token=4))
    desk.perform(DelayDoctor(doctor=1, date=desk.today(), minutes=20))


def last_entry(desk: FrontDesk) -> int:
    """Return the id of the newest journal entry."""
    return desk.activity(1)[0].entry_id


async def go_to(meera: Receptionist, state: str) -> None:
    """Put the cursor on the first token in this state."""
    numbers = dict(zip(STATES, ("A-001", "A-002", "A-003", "A-004"), strict=True))
    await meera.press("escape", "enter", "home")
    for _ in range(8):
        if "▸" in meera.line_with(numbers[state], "#queue"):
            return
        await meera.press("down")
    raise AssertionError(meera.text)


@pytest.mark.parametrize("name", ASKS_NOTHING)
@pytest.mark.parametrize("inside", [True, False], ids=["inside", "empty"])
@pytest.mark.fast_cases(2)
async def test_a_name_typed_over_a_queue_changes_nothing(
    desk: FrontDesk, open_desk: OpenDesk, name: str, inside: bool
) -> None:
    a_day(desk, inside=inside)
    before = last_entry(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        for keys in ((*name,), (*name, "enter"), (*name.upper(), "backspace"), (*name[:2], "tab")):
            await go_to(meera, ASKS_NOTHING[name])
            meera.burst(*keys)
            await meera.settle()
            await meera.until(lambda: not meera.app.keys.is_held, "the end of the wait for another letter")
            assert last_entry(desk) == before, keys
            await meera.press("escape", "escape")


async def test_the_refusal_says_how_the_letter_is_meant(desk: FrontDesk, open_desk: OpenDesk) -> None:
    a_day(desk, inside=False)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await go_to(meera, "here")
        meera.burst(*"Dyuti")
        await meera.hears("Not done: d came with other letters. Dropped: “yuti”. Pause a second, then press it alone.")
        await meera.press("d")
        await meera.until(lambda: statuses(desk)["A-001"] == "COMPLETED", "the token that is done")


async def test_a_letter_by_itself_says_at_once_what_it_does_and_does_it(desk: FrontDesk, open_desk: OpenDesk) -> None:
    a_day(desk, inside=False)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await go_to(meera, "expected")
        meera.burst("i")
        await meera.sees("Here: Ravi …", within="MessageLine")
        await meera.hears("A-002 Ravi is here")
        assert "…" not in meera.message


@pytest.mark.slow
async def test_keys_that_are_no_letters_may_follow_at_once(desk: FrontDesk, open_desk: OpenDesk) -> None:
    (slot,) = doctor_with_slots(desk, capacity=4)
    for name in ("Uma", "Ravi", "Tara"):
        issue(desk, slot, name)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("enter")
        meera.burst("end", "i", "down", "i", "escape")  # who is here goes to the top, and the cursor follows
        await meera.settle()
        here = [each.token.number for each in desk.token_list() if each.token.checked_in_at]
        assert here == ["A-001", "A-003"]
        await meera.until(lambda: meera.focused_id == "grid", "the slots")


async def test_the_key_for_done_and_next_does_not_wait_by_itself(desk: FrontDesk, open_desk: OpenDesk) -> None:
    a_day(desk, inside=False)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        meera.app.keys.followed = None  # type: ignore[assignment, method-assign]
        meera.burst("down", " ")
        await meera.hears("A-001 Uma was called")


@pytest.mark.slow
async def test_a_name_typed_over_the_list_of_whom_to_tell_ticks_nobody_off(
    desk: FrontDesk, open_desk: OpenDesk
) -> None:
    a_day(desk, inside=False)
    before = last_entry(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("ctrl+t")
        await meera.sees("3 to tell", within=".find")
        meera.burst(*"Farida", "enter")
        await meera.hears("Not done: f came with other letters")
        meera.burst(*"fff")  # a key that is held down
        await meera.settle()
        assert last_entry(desk) == before
        await meera.press("f")
        await meera.sees("2 to tell", within=".find")


async def test_a_letter_on_a_card_is_no_command_within_a_name(desk: FrontDesk, open_desk: OpenDesk) -> None:
    a_day(desk, inside=False)
    before = last_entry(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await go_to(meera, "expected")
        meera.burst(*"Vikram", "enter")
        await meera.hears("Not done: i came with other letters")
        assert last_entry(desk) == before


def places_and_sources(desk: FrontDesk) -> list[tuple[str, int, str]]:
    """The number, slot and source of each token."""
    return [(each.token.number, each.slot.id, each.token.source.name) for each in desk.token_list()]


@pytest.mark.parametrize("name", ["Mehta", "Mo", "Medha Sen", "Poonam", "Priya", "S 12 b", "Sunil", "MEENA"])
@pytest.mark.fast_cases(2)
async def test_a_name_typed_over_a_queue_fills_no_form_that_acts(
    desk: FrontDesk, open_desk: OpenDesk, name: str
) -> None:
    a_day(desk, inside=False)
    for other in ("Mehta", "Ode", "B"):
        doctor_with_slots(desk, other[:3].upper(), hours=2, name=f"Dr {other}", specialty="Edha Een 2 sen")
    before = last_entry(desk), places_and_sources(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("home")
        for keys in ((*name, "enter"), (*name, "enter", "enter")):
            await go_to(meera, "expected")
            meera.burst(*keys)
            await meera.settle()
            await meera.until(lambda: not meera.app.keys.is_held, "the end of the wait for another letter")
            assert (last_entry(desk), places_and_sources(desk)) == before, keys
            await meera.press("escape", "escape", "escape")


async def test_a_move_typed_in_one_go_is_asked_about_and_one_that_was_looked_at_is_not(
    desk: FrontDesk, open_desk: OpenDesk
) -> None:
    a_day(desk, inside=False)
    doctor_with_slots(desk, "KUR", hours=2)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("home")
        await go_to(meera, "expected")
        meera.burst("m", *"kur", "enter")
        await meera.asks("A-002 Ravi", "KUR", "Do it?")
        await meera.press("y")
        await meera.hears("A-002 Ravi was moved")
        await go_to(meera, "here")
        meera.burst("m", "enter")
        await meera.hears("A-001 Uma was moved")
        await meera.press("escape", "end", "enter", "m")
        await meera.type("10:00")
        await meera.sees("1 match", within=".find")
        await meera.press("enter")
        await meera.hears("was moved")


async def test_a_name_typed_over_the_doctors_renames_nobody(desk: FrontDesk, open_desk: OpenDesk) -> None:
    doctor_with_slots(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("3")
        await meera.settle()
        meera.burst(*"Edwin", "enter")
        await meera.asks("Do it?")
        await meera.press("enter", "escape")
        assert [doctor.name for doctor in desk.doctor_list()] == ["Dr A"]
