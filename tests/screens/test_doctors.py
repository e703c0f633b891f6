"""The doctors' screen: who is here, and the forms that add a doctor and open a session."""

from __future__ import annotations

import pytest

from opd_tui.desk.front_desk import FrontDesk
from opd_tui.tui.app import OpdApp
from tests.support.helpers import add_doctor, issue
from tests.support.pilot import OpenDesk, Receptionist, at_the_counter, doctor_with_slots, full_slot


async def open_doctors(receptionist: Receptionist, *keys: str) -> None:
    """Go to the doctors and press more keys there."""
    await receptionist.press("3")
    await receptionist.settle()
    await receptionist.press(*keys)
    await receptionist.settle()


def in_form(receptionist: Receptionist) -> bool:
    """Whether a form is on the screen."""
    return bool(receptionist.app.screen.query(".form"))


async def test_a_doctors_line_says_when_where_and_how_full(desk: FrontDesk, open_desk: OpenDesk) -> None:
    slots = doctor_with_slots(desk, "RAO", hours=3, name="Anil Rao", specialty="Surgery", room="R 7")
    for name in ("Asha Verma", "Ravi Kumar", "Sunita Rao"):
        issue(desk, slots[1], name)
    add_doctor(desk, "Dr Absent", code="ABS")
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await open_doctors(meera)
        line = " ".join(meera.line_with("RAO", "#doctors").split())
        assert line == "▸ RAO Anil Rao Surgery R 7 09–12 2 of 6 1"
        assert "not here" in meera.line_with("ABS", "#doctors")
        assert "2 Waitlist 1" in meera.read("#mode-bar")


@pytest.mark.slow
async def test_a_doctor_is_added_by_typing_through_the_form(desk: FrontDesk, open_desk: OpenDesk) -> None:
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await open_doctors(meera, "a")
        assert meera.focused_id == "name"
        for field, text in (("name", "Dr Anil Rao"), ("specialty", "Surgery"), ("code", "ar"), ("room", "R 7")):
            assert meera.focused_id == field
            await meera.type(text)
            await meera.press("enter")
        await meera.hears("Dr Anil Rao was added with the code AR. Press s to open the first session.")
        await meera.settle()
        assert not in_form(meera)
        (doctor,) = desk.doctor_list()
        assert (doctor.name, doctor.specialty, doctor.code, doctor.room) == ("Dr Anil Rao", "Surgery", "AR", "R 7")
        assert "Dr Anil Rao" in meera.line_with("▸ AR", "#doctors")


@pytest.mark.slow
async def test_a_name_alone_makes_a_doctor(desk: FrontDesk, open_desk: OpenDesk) -> None:
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await open_doctors(meera, "a")
        await meera.type("Anil Rao")
        await meera.press("enter", "enter", "enter", "enter")
        await meera.hears("Anil Rao was added with the code RAO.")
        assert [doctor.code for doctor in desk.doctor_list()] == ["RAO"]


@pytest.mark.slow
async def test_the_new_doctor_is_under_the_cursor(desk: FrontDesk, open_desk: OpenDesk) -> None:
    for code in ("A", "B", "C"):
        add_doctor(desk, f"Dr {code}", code=code)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await open_doctors(meera, "a")
        await meera.type("Dr Bo")
        await meera.press("enter", "enter", "enter", "enter")
        await meera.until(lambda: "Dr Bo" in meera.line_with("▸", "#doctors"), "the new doctor")


async def test_an_empty_name_is_said_to_be_missing_beside_it(desk: FrontDesk, open_desk: OpenDesk) -> None:
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await open_doctors(meera, "a", "enter")
        await meera.sees("Please fill this in: the doctor's name.", within="#name-wrong")
        assert meera.focused_id == "name"
        assert desk.doctor_list() == []


@pytest.mark.slow
async def test_a_wrong_field_is_said_beside_it_and_the_rest_is_kept(desk: FrontDesk, open_desk: OpenDesk) -> None:
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await open_doctors(meera, "a")
        await meera.type("Anil Rao")
        await meera.press("enter", "enter")
        await meera.type("TOOLONG")
        await meera.press("enter")
        await meera.until(lambda: meera.read("#code-wrong"), "what is wrong")
        assert "Anil Rao" in meera.read("#name")
        assert "TOOLONG" in meera.read("#code")
        assert meera.focused_id == "code"
        assert not meera.read("#name-wrong")
        await meera.type("TOO")
        await meera.press("enter", "enter")
        await meera.hears("Anil Rao was added with the code TOO.")


@pytest.mark.slow
async def test_the_form_says_beforehand_which_code_is_made(desk: FrontDesk, open_desk: OpenDesk) -> None:
    add_doctor(desk, "Dr Anil Rao")
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("3", "a")
        await meera.type("Dr Sunita Rao")
        await meera.press("enter", "enter")
        await meera.sees("Code: RAO2 if you leave it empty.", within="#field-help")
        await meera.press("S")
        await meera.sees("Code: the short code", within="#field-help")
        await meera.press("backspace", "enter", "enter")
        await meera.hears("Dr Sunita Rao was added with the code RAO2")


async def test_a_code_that_is_taken_is_said_in_the_form_which_stays(desk: FrontDesk, open_desk: OpenDesk) -> None:
    add_doctor(desk, "Dr A", code="A")
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await open_doctors(meera, "a")
        await meera.type("Anil Rao")
        await meera.press("enter", "enter")
        await meera.type("a")
        await meera.press("enter", "enter")
        await meera.sees("The code A belongs to another doctor.", within="#form-wrong")
        assert "Anil Rao" in meera.read("#name")
        assert len(desk.doctor_list()) == 1
        await meera.press("up")
        await meera.type("b")
        await meera.press("down", "enter")
        await meera.until(lambda: not in_form(meera), "the form's end")
        assert {doctor.code for doctor in desk.doctor_list()} == {"A", "B"}


@pytest.mark.slow
async def test_escape_leaves_a_form_without_adding_anything(desk: FrontDesk, open_desk: OpenDesk) -> None:
    add_doctor(desk, "Dr A", code="A")
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await open_doctors(meera, "a")
        await meera.type("Anil")
        await meera.press("escape")
        await meera.settle()
        assert not in_form(meera)
        assert meera.focused_id == "doctors"
        assert len(desk.doctor_list()) == 1


async def test_a_session_is_opened_with_enter_alone(desk: FrontDesk, open_desk: OpenDesk) -> None:
    add_doctor(desk, "Dr A", code="A")
    add_doctor(desk, "Dr B", code="B")
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await open_doctors(meera, "down", "s")
        await meera.sees("Open a session · Dr B")
        assert "2026-11-22" in meera.read("#date")
        for _ in range(5):
            await meera.press("enter")
        await meera.hears("Dr B has 4 slots 09:00–13:00 on Sun 22 Nov with 10 seats each.")
        await meera.settle()
        assert [(r.doctor.code, r.slot.window, r.slot.capacity) for r in desk.slot_list()] == [
            ("B", f"{hour:02}:00–{hour + 1}:00", 10) for hour in range(9, 13)
        ]
        assert "0 of 40" in meera.line_with("▸ B", "#doctors")
        assert "not here" in meera.line_with("Dr A", "#doctors")


@pytest.mark.slow
async def test_a_session_is_for_the_day_that_is_shown(desk: FrontDesk, open_desk: OpenDesk) -> None:
    add_doctor(desk, "Dr A", code="A")
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await open_doctors(meera, "]", "s")
        assert "2026-11-23" in meera.read("#date")
        for _ in range(5):
            await meera.press("enter")
        await meera.until(desk.slot_list)
        assert {record.slot.date.isoformat() for record in desk.slot_list()} == {"2026-11-23"}


@pytest.mark.parametrize(
    ("presses", "text", "field", "problem"),
    [
        (2, "xx", "start", "This"),
        (3, "08:00", "form", "The end must be later than the start"),
        (5, "50", "form", "slots of 50 minutes leave 40 minutes over"),
    ],
)
@pytest.mark.slow
async def test_what_is_wrong_with_a_session_is_said_in_the_form(
    desk: FrontDesk, open_desk: OpenDesk, presses: int, text: str, field: str, problem: str
) -> None:
    add_doctor(desk, "Dr A", code="A")
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await open_doctors(meera, "s")
        await meera.press(*["down"] * (presses - 1), "end", "ctrl+u")
        await meera.type(text)
        for _ in range(6 - presses):
            await meera.press("enter")
        await meera.sees(problem, within=f"#{field}-wrong")
        assert in_form(meera)
        assert text in meera.read("ActionForm .form")
        assert desk.slot_list() == []


@pytest.mark.slow
async def test_a_session_that_overlaps_is_refused_in_the_form(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await open_doctors(meera, "s")
        for _ in range(5):
            await meera.press("enter")
        await meera.sees("Dr A already has a slot 09:00–10:00 on 22 Nov 2026.", within="#form-wrong")
        assert len(desk.slot_list()) == 1


async def test_without_a_doctor_there_is_nobody_to_open_a_session_for(desk: FrontDesk, open_desk: OpenDesk) -> None:
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await open_doctors(meera, "s")
        await meera.hears("There are no doctors yet. Press a to add one.")
        assert not in_form(meera)


@pytest.mark.slow
async def test_words_narrow_the_doctors(desk: FrontDesk, open_desk: OpenDesk) -> None:
    add_doctor(desk, "Dr A", code="A", specialty="Surgery", room="R 7")
    add_doctor(desk, "Dr B", code="B", specialty="Pediatrics")
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await open_doctors(meera, "/")
        await meera.type("pedi")
        await meera.sees("1 line of 2", within="FilterBar")
        assert "Dr A" not in meera.read("#doctors")
        await meera.press("enter")
        assert "Dr B" in meera.line_with("▸", "#doctors")
        await meera.press("escape")
        await meera.sees("Dr A", within="#doctors")


async def test_the_first_morning_from_an_empty_desk_to_a_token(desk: FrontDesk, open_desk: OpenDesk) -> None:
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("3", "a")
        await meera.type("Anil Rao")
        await meera.press("enter", "enter", "enter", "enter")
        await meera.until(desk.doctor_list)
        await meera.settle()
        await meera.press("s", "enter", "enter", "enter", "enter", "enter")
        await meera.until(desk.slot_list)
        await meera.settle()
        await meera.press("1")
        await meera.settle()
        await meera.press("n")
        await meera.type("Om")
        await meera.press("enter")
        await meera.hears("Walk-in RAO-001 Om has a seat with Anil Rao 09:00.")


@pytest.mark.slow
async def test_the_footer_forgets_a_filter_that_was_cleared(desk: FrontDesk, open_desk: OpenDesk) -> None:
    doctor_with_slots(desk, "RAO")
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("3", "/", *"rao", "enter")
        await meera.sees("Clear filter", within="#footer")
        await meera.press("escape")
        await meera.until(lambda: "Clear filter" not in meera.read("#footer"), "the footer without it")


async def test_where_there_is_no_slot_a_key_for_tokens_says_so(desk: FrontDesk, open_desk: OpenDesk) -> None:
    doctor_with_slots(desk, "RAO")
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("]")
        await meera.sees("No slots on this day")
        await meera.press("c")
        await meera.hears("There is no slot on this day")
