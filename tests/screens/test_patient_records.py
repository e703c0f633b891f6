"""A wrong name is put right, two records of one person become one, and a card tells what happened to a token."""

from __future__ import annotations

import pytest

from opd_tui.desk import people_reads
from opd_tui.desk.actions import EditPatient, Undo
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.desk.people_reads import PeopleReads
from opd_tui.tui.app import OpdApp
from tests.support.helpers import issue, token_of
from tests.support.pilot import NARROW, WIDE, OpenDesk, at_the_counter, doctor_with_slots, full_slot

PHONE = "98450 12345"


def patient_of(desk: FrontDesk, token: int) -> dict[str, object]:
    """What is known of a token's patient."""
    return next(each.token.patient.to_json() for each in desk.token_list() if each.token.id == token)


@pytest.mark.parametrize("way", [("enter",), ("2",)], ids=["queue", "waitlist"])
@pytest.mark.fast_cases(1)
async def test_a_wrong_name_is_put_right_with_two_keys_and_its_letters(
    desk: FrontDesk, open_desk: OpenDesk, way: tuple[str, ...]
) -> None:
    (slot,) = doctor_with_slots(desk, capacity=1)
    token = token_of(issue(desk, slot, {"name": "Ravi Kumr", "phone": PHONE, "birth_year": 1981}))
    other = token_of(issue(desk, slot, {"name": "Ila Sn", "phone": "1234"}))
    wrong = other if way == ("2",) else token
    kept = patient_of(desk, wrong)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press(*way)
        await meera.settle()
        meera.burst("f2", *"Asha Rao", "enter")
        await meera.until(lambda: patient_of(desk, wrong)["name"] == "Asha Rao", "the name")
        await meera.until(lambda: meera.dialogs == 0, "the form's end")
        await meera.hears("Asha Rao has another name.")
        assert patient_of(desk, wrong) == kept | {"name": "Asha Rao"}
        await meera.sees("Asha Rao", within="#queue" if way == ("enter",) else "#waiting")


@pytest.mark.slow
async def test_any_field_is_changed_filled_or_cleared(desk: FrontDesk, open_desk: OpenDesk) -> None:
    (slot,) = doctor_with_slots(desk)
    token = token_of(issue(desk, slot, {"name": "Ravi", "phone": PHONE, "uhid": "H-17"}))
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("enter", "f2")
        await meera.sees("Edit patient · Ravi", PHONE, "H-17", within=".dialog")
        await meera.press("tab", "backspace", "tab", "tab")
        await meera.type("45")
        await meera.sees("born in 1981", within=".dialog")
        await meera.press("enter")
        await meera.until(lambda: meera.dialogs == 0, "the form's end")
        assert patient_of(desk, token) == {"name": "Ravi", "uhid": "H-17", "birth_year": 1981}


@pytest.mark.slow
async def test_what_cannot_be_said_is_told_in_the_form(desk: FrontDesk, open_desk: OpenDesk) -> None:
    token = full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("f2")
        await meera.hears("Choose a token first (Enter).")
        await meera.press("enter", "f2", "enter")
        await meera.sees("has just these details already", within="#form-wrong")
        await meera.press("backspace", "enter")
        await meera.sees("cannot be cleared, only changed", within="#form-wrong")
        await meera.press("escape")
        assert token


@pytest.mark.parametrize("size", [NARROW, pytest.param(WIDE, marks=pytest.mark.slow)])
async def test_two_records_are_shown_side_by_side_and_merged_and_undone(
    desk: FrontDesk, open_desk: OpenDesk, size: tuple[int, int]
) -> None:
    first, second = doctor_with_slots(desk, hours=2)
    keep = token_of(issue(desk, first, {"name": "Ravi Kumar", "phone": PHONE, "sex": "male"}))
    merge = token_of(issue(desk, second, {"name": "Ravi Kumaar", "phone": PHONE, "uhid": "H-17"}))
    async with at_the_counter(OpdApp(open_desk), size) as meera:
        await meera.press("enter", "f5")
        await meera.sees("Merge Ravi Kumar with another record", "▸ Ravi Kumaar", within=".dialog")
        await meera.press("enter")
        await meera.asks(
            "Is it one person?",
            "stays is merged into it",
            "Name Ravi Kumar Ravi Kumaar",
            "Hospital number – H-17",
            "Tokens A-001 A-002",
            "Given up: name Ravi Kumaar",
        )
        await meera.press("y")
        await meera.until(lambda: patient_of(desk, merge)["name"] == "Ravi Kumar", "one record")
        assert patient_of(desk, keep) == patient_of(desk, merge)
        assert patient_of(desk, keep)["uhid"] == "H-17"
        desk.perform(Undo())
        assert patient_of(desk, merge)["name"] == "Ravi Kumaar"


@pytest.mark.slow
async def test_tab_lets_the_other_record_stay_and_both_are_shown_as_they_are_now(
    desk: FrontDesk, open_desk: OpenDesk
) -> None:
    first, second = doctor_with_slots(desk, hours=2)
    own = token_of(issue(desk, first, {"name": "Ravi Kumaar", "phone": PHONE}))
    right = token_of(issue(desk, second, {"name": "Ravi Kumar", "phone": PHONE, "uhid": "H-17"}))
    other_desk = open_desk("tom", "desk 2")
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("enter", "f5")
        await meera.sees("▸ Ravi Kumar", within=".dialog")
        other_desk.perform(EditPatient(token=own, sex="male"))
        await meera.press("enter")
        await meera.asks("stays is merged into it", "Name Ravi Kumaar Ravi Kumar", "Sex male –")
        await meera.press("tab")
        await meera.asks("Name Ravi Kumar Ravi Kumaar", "Hospital number H-17 –", "Sex – male")
        await meera.press("y")
        await meera.until(lambda: patient_of(desk, own)["name"] == "Ravi Kumar", "one record")
        assert patient_of(desk, own) == patient_of(desk, right)
        assert patient_of(desk, own) == {"name": "Ravi Kumar", "phone": PHONE, "uhid": "H-17", "sex": "male"}


async def test_the_other_record_is_found_among_all_patients_although_they_are_still_being_read(
    desk: FrontDesk, open_desk: OpenDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = doctor_with_slots(desk, hours=2, capacity=9)
    issue(desk, first, {"name": "Ravi Kumaar", "phone": PHONE})
    for letter in "ABCD":
        issue(desk, second, f"Asha {letter}")
    monkeypatch.setattr(people_reads, "PATIENTS_AT_ONCE", 1)
    monkeypatch.setattr(PeopleReads, "index_patients", lambda desk: False)  # nothing is read in the background
    own = token_of(issue(desk, second, {"name": "Ravi Kumar", "phone": PHONE}))
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("right", "enter", "end", "f5")
        await meera.sees("▸ Ravi Kumaar", within=".dialog")
        assert own


@pytest.mark.slow
async def test_the_other_record_is_found_by_what_is_typed_and_who_has_none_is_told(
    desk: FrontDesk, open_desk: OpenDesk
) -> None:
    first, second = doctor_with_slots(desk, hours=2)
    issue(desk, first, "Ravi Kumar")
    merge = token_of(issue(desk, second, {"name": "Sunita Rao", "phone": "98765 43210"}))
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("f5")
        await meera.hears("Choose a token first (Enter).")
        await meera.press("enter", "f5")
        await meera.sees("No other record is found", within="#found-count")
        meera.burst(*"3210", "enter")
        await meera.asks("Name Ravi Kumar Sunita Rao")
        await meera.press("escape")
        await meera.sees("Not merged. Enter shows both again, Esc leaves.", "▸ Sunita Rao", within=".dialog")
        meera.takes_a_moment()
        await meera.press("y", "backspace")  # a late answer, which replaces nothing
        assert "3210" in meera.read("#record")
        await meera.press("enter")
        await meera.asks("Name Ravi Kumar Sunita Rao")
        await meera.press("escape", "escape")
        await meera.until(lambda: meera.dialogs == 0, "the dialog's end")
        assert patient_of(desk, merge)["name"] == "Sunita Rao"


async def test_a_card_tells_what_happened_and_knows_the_patients_other_tokens(
    desk: FrontDesk, open_desk: OpenDesk
) -> None:
    slot = full_slot(desk, hours=2)
    later = desk.slot_list()[-1].slot.id
    known = next(each.token.patient_id for each in desk.token_list() if each.token.patient.name == "Ravi Kumar")
    issue(desk, later, {"id": known}, "PAID")
    issue(desk, slot, "Om", "EMERGENCY")
    async with at_the_counter(OpdApp(open_desk), WIDE) as meera:
        await meera.press("enter")
        meera.app.screen.query_one("#queue").move_to(2)
        await meera.press("enter")
        await meera.sees("A-002 Ravi Kumar")
        for words in (
            "What happened",
            "09:00 Online A-002 Ravi Kumar has a seat with Dr A 09:00 (meera).",
            "09:00 Emergency A-004 Om took the seat of A-002 Ravi Kumar, who now waits (meera).",
            "Other tokens of the day 22 Nov 2026 A-003 ∙ expected, 10:00 Dr A",
        ):
            await meera.sees(words, within=".dialog")
        await meera.press("escape")
        assert (meera.dialogs, meera.focused_id) == (0, "queue")


async def test_a_key_of_the_row_works_on_its_card(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        meera.burst("enter", "enter", "c")
        await meera.asks("Cancel A-001 Asha Verma")
        await meera.press("y")
        await meera.hears("A-001 Asha Verma was cancelled")
        await meera.press("enter")
        await meera.sees("A-002 Ravi Kumar", within=".dialog")
        await meera.press("f2")
        await meera.sees("Edit patient · Ravi Kumar", within=".dialog")


async def test_a_doctor_is_edited_and_retired_on_the_doctors_screen_only(desk: FrontDesk, open_desk: OpenDesk) -> None:
    (slot,) = doctor_with_slots(desk, room="4")
    issue(desk, slot, "Asha Verma")
    doctor_with_slots(desk, "B", hours=0)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("3")
        await meera.settle()
        meera.burst("e", *"Dr Anil Rao", "enter")
        await meera.asks("Do it?")
        await meera.press("y")
        await meera.hears("Dr Anil Rao")
        assert [(each.name, each.room) for each in desk.doctor_list()] == [("Dr Anil Rao", "4"), ("Dr B", None)]
        await meera.press("x")
        await meera.hears("Dr Anil Rao still has A-001 Asha Verma. Close or move these first.")
        await meera.press("j", "x")
        await meera.asks("Retire Dr B?")
        await meera.press("y")
        await meera.sees("retired", within="#doctors")
        assert [bool(each.retired_at) for each in desk.doctor_list()] == [False, True]


async def test_who_is_at_the_desk_stands_in_the_journal_from_then_on(desk: FrontDesk, open_desk: OpenDesk) -> None:
    doctor_with_slots(desk)
    async with at_the_counter(OpdApp(open_desk), WIDE) as meera:
        await meera.press("f6")
        await meera.sees("now meera", within=".dialog")
        meera.burst(*"Sana Qureshi", "enter")
        await meera.hears("Sana Qureshi is at the desk now.")
        await meera.sees("desk 1 · Sana Qureshi", within="#top-bar")
        meera.burst("n", *"Ila", "enter")
        await meera.until(lambda: desk.token_list(), "the token")
        assert desk.activity(1)[0].entry.operator == "Sana Qureshi"
        await meera.press("f6", "down", "down", "enter")
        await meera.hears("meera is at the desk now.")
        await meera.press("f6", "enter")
        await meera.sees("Type a name first", within=".dialog")
