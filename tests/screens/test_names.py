"""Text that people typed is text: hostile and foreign names on every surface."""

from __future__ import annotations

import pytest
from rich.cells import cell_len, set_cell_size

from opd_tui.desk.front_desk import FrontDesk
from opd_tui.domain.text import clean_text
from opd_tui.tui.app import OpdApp
from tests.support.helpers import add_doctor, issue, open_slot
from tests.support.pilot import NARROW, WIDE, OpenDesk, Receptionist, at_the_counter

NAMES = {
    "a closing tag": "Ravi [/x",
    "markup": "[bold]x[/bold]",
    "a formula": "=cmd()",
    "an escape sequence": "a\x1b[31mred",
    "a text that is turned round": "Om \u202egnihton\u202c Das",
    "Devanagari": "देवनागरी नाम",
    "Han": "漢字 山田太郎",
    "accents that combine and backslashes": "Zoe\u0301 \\[b] N\u0303o\\",
    "a name of 120 characters": ("Venkatanarasimharajuvaripeta " * 5)[:119].strip() + "z",
}
LEGIBLE_CELLS = 8
"""Where a name does not fit, at least so much of it stands."""


def start_of(name: str) -> str:
    """As much of the name as stands everywhere."""
    name = clean_text(name)
    return name if cell_len(name) <= LEGIBLE_CELLS else set_cell_size(name, LEGIBLE_CELLS).strip()


def seed(desk: FrontDesk, name: str, code: str = "A") -> None:
    """A doctor and two patients of this name, of whom one waits."""
    doctor = add_doctor(desk, name, code=code, specialty=name[:60], room=name[:40])
    slot = open_slot(desk, doctor, capacity=1)
    issue(desk, slot, name)
    issue(desk, slot, name)


async def shows(receptionist: Receptionist, name: str, *places: str) -> None:
    """The name stands literally in these places, and no line is out of line."""
    await receptionist.settle()
    for place in places:
        await receptionist.sees(start_of(name), within=place)
    receptionist.assert_columns_are_straight()


@pytest.fixture(params=NAMES.values(), ids=NAMES.keys())
def name(request: pytest.FixtureRequest) -> str:
    """A name that somebody might have, or type."""
    return str(request.param)


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["narrow", "wide"])
@pytest.mark.slow
async def test_names_are_drawn_literally_on_every_screen(
    desk: FrontDesk, open_desk: OpenDesk, size: tuple[int, int]
) -> None:
    for number, name in enumerate(NAMES.values()):
        seed(desk, name, f"D{number:02}")
    async with at_the_counter(OpdApp(open_desk), size) as meera:
        for name in NAMES.values():
            await shows(meera, name, "#grid", "#queue", "#queue-panel")
            await meera.press("down")
        await meera.press("2")
        for name in NAMES.values():
            await shows(meera, name, "#waiting")
        await meera.press("3", "home")
        for name in NAMES.values():
            await shows(meera, name, "#doctors")
            await meera.press("s")
            await shows(meera, name, ".form")
            await meera.press("escape", "down")
        await meera.press("1", "?")
        await shows(meera, "On this screen", ".help")
        await meera.press("escape", "ctrl+p")
        await shows(meera, "Issue a token for the chosen slot", "CommandList")


@pytest.mark.fast_cases(1)
async def test_a_name_is_typed_shown_asked_about_and_said_literally(
    desk: FrontDesk, open_desk: OpenDesk, name: str
) -> None:
    seed(desk, name)
    async with at_the_counter(OpdApp(open_desk), WIDE) as meera:
        await shows(meera, name, "#activity")
        await meera.press("e")
        await meera.paste(name)
        await shows(meera, name, "#new-token", "#forecast", "#patient")
        await meera.press("enter")
        if any(character.isdigit() for character in name):
            await meera.sees("has digits in it", within="#forecast")
            await meera.press("enter")
        await shows(meera, name, ".question")
        await meera.press("y")
        await shows(meera, "took the seat of A-001", "MessageLine")
        await meera.hears(f"Emergency A-003 {clean_text(name)} took the seat of A-001 {clean_text(name)}")
        await shows(meera, name, "#queue")
        assert desk.token_list()[0].token.patient.name == clean_text(name)
        await meera.press("enter", "home", "c")
        await meera.asks("Cancel A-003")
        await shows(meera, name, ".question")
        await meera.press("y")
        await meera.hears(f"A-001 {clean_text(name)} moves up")


@pytest.mark.slow
async def test_names_are_found_and_filtered_for_literally(desk: FrontDesk, open_desk: OpenDesk) -> None:
    for number, name in enumerate(NAMES.values()):
        seed(desk, name, f"D{number:02}")
    async with at_the_counter(OpdApp(open_desk), WIDE) as meera:
        for place, selector in (("1", "FoundRows"), ("2", "#waiting")):
            await meera.press(place)
            for number, name in enumerate(NAMES.values()):
                await meera.press("/")
                await meera.settle()
                await meera.paste(name)
                await meera.type(f" d{number:02}-002")
                await shows(meera, name, selector)
                found = [line for line in meera.lines(selector) if "-002" in line]
                assert len(found) == 1
                assert f"D{number:02}-002" in found[0]
                await meera.type(" qq")
                await meera.sees("Nothing", within=selector)
                await shows(meera, name, *(["#waiting"] if place == "2" else []))
                await meera.press("escape")


@pytest.mark.slow
async def test_doctors_of_any_name_are_added_in_the_form(open_desk: OpenDesk) -> None:
    async with at_the_counter(OpdApp(open_desk), WIDE) as meera:
        await meera.press("3", "home")
        for name in NAMES.values():
            await meera.press("a")
            await meera.settle()
            await meera.paste(name)
            await shows(meera, name, "#name")
            await meera.press("enter", "enter", "enter", "enter")
            await shows(meera, "was added with the code", "MessageLine")
            await meera.hears(f"{clean_text(name)} was added with the code")
            await shows(meera, name, "#doctors")


@pytest.mark.slow
async def test_a_refusal_quotes_what_was_typed_literally(open_desk: OpenDesk) -> None:
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("3", "a")
        await meera.settle()
        await meera.type("Om")
        await meera.press("enter", "enter")
        await meera.paste("[/]\x1b[1m")
        await meera.press("enter", "enter")
        await meera.until(lambda: meera.read("#code-wrong"), "what is wrong")
        meera.assert_columns_are_straight()


async def test_what_is_pasted_joins_what_is_typed_and_replaces_what_is_selected(
    desk: FrontDesk, open_desk: OpenDesk
) -> None:
    seed(desk, "Om")
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("n")
        await meera.type("Ila ")
        await meera.paste("Sen\n Das\t")
        assert meera.read("#patient") == "Ila Sen Das"
        await meera.press("home", "right", "right", "right", "shift+end")
        await meera.paste("\u202e")
        assert meera.read("#patient") == "Ila"


@pytest.mark.slow
@pytest.mark.fast_cases(1)
@pytest.mark.parametrize("code", ["ABCDEF", "D12345"])
async def test_a_number_with_a_long_code_is_never_cut(desk: FrontDesk, open_desk: OpenDesk, code: str) -> None:
    slot = open_slot(desk, add_doctor(desk, "Dr A", code=code), capacity=1)
    issue(desk, slot, "Asha Verma")
    issue(desk, slot, "Ravi Kumar")
    async with at_the_counter(OpdApp(open_desk)) as meera:
        assert f"{code}-001 " in meera.read("#queue")
        await meera.press("2")
        await meera.sees(f"{code}-002 ", within="#waiting")
        meera.assert_columns_are_straight()
        await meera.press("1", "/")
        await meera.sees(f"{code}-002 ", within="FoundRows")


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["narrow", "wide"])
@pytest.mark.slow
async def test_names_are_drawn_literally_where_patients_are_moved_and_told(
    desk: FrontDesk, open_desk: OpenDesk, name: str, size: tuple[int, int]
) -> None:
    seed(desk, name)
    open_slot(desk, desk.doctor_list()[0].id, "10:00", "11:00", capacity=1)
    async with at_the_counter(OpdApp(open_desk), size) as meera:
        await meera.press("enter", "m")
        await meera.sees("1 match of 1 slot")
        await shows(meera, name, ".dialog", "FoundRows")
        await meera.press("escape", "p")
        await meera.sees("A letter chooses")
        await shows(meera, name, ".dialog")
        await meera.press("escape", "escape", "ctrl+d", "9", "enter")
        await meera.sees("late", within="#queue-panel")
        await shows(meera, name, "#grid", "#queue-panel")
        await meera.press("ctrl+t")
        await meera.sees("2 to tell")
        await shows(meera, name, "ToTellRows")
        await meera.press("escape", "ctrl+e", "enter")
        await meera.sees("2 patients:")
        await shows(meera, name, ".dialog", "PlanRows")
