"""Tokens that come back, change their source or move to another slot, by keys in the queue."""

from __future__ import annotations

import datetime as dt

import pytest

from opd_tui.desk.actions import (
    CallToken,
    CancelToken,
    CheckInToken,
    CompleteToken,
    DelayDoctor,
    MoveToken,
    OpenSlot,
    ResizeSlot,
    TellPatient,
)
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.domain.model import Source
from opd_tui.tui.app import OpdApp
from tests.support.helpers import DATE, issue, statuses, token_of
from tests.support.pilot import WIDE, OpenDesk, Receptionist, at_the_counter, doctor_with_slots, full_slot


def sources(desk: FrontDesk) -> dict[str, Source]:
    """Return every token's source by its number."""
    return {record.token.number: record.token.source for record in desk.token_list()}


def places(desk: FrontDesk) -> dict[str, str]:
    """Return the doctor and time of every open token by its patient."""
    return {
        record.token.patient.name: f"{record.doctor.code} {record.slot.start:%H:%M}"
        for record in desk.token_list()
        if record.token.status.is_open
    }


async def test_a_closed_token_is_reinstated_and_a_patient_who_loses_the_seat_is_named_first(
    desk: FrontDesk, open_desk: OpenDesk
) -> None:
    slot = full_slot(desk, waiting=1)
    desk.perform(CancelToken(token=next(r.token.id for r in desk.token_list(slot))))
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("enter", "end", "a")
        await meera.asks("Open A-001 Asha Verma (Online) again?", "A-003 Sunita Rao (Online) then loses the seat")
        await meera.press("y")
        await meera.until(lambda: statuses(desk)["A-001"] == "ACTIVE", "the token that stands again")
        await meera.press("a")
        await meera.hears("is open already")


async def test_one_letter_chooses_another_source(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("enter", "p")
        await meera.sees("Another source · Asha Verma", "P Paid", "O Online (now)", within=".choose")
        await meera.press("p")
        await meera.until(lambda: sources(desk)["A-001"] is Source.PAID, "the source")
        await meera.hears("A-001 Asha Verma is now Paid")


async def test_an_emergency_has_a_reason_and_names_who_loses_the_seat(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk, waiting=1)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("enter", "end", "p", "e")
        await meera.sees("W Got worse", "A Had an accident", within=".choose")
        await meera.press("w")
        await meera.asks("Make A-003 Sunita Rao Emergency?", "A-002 Ravi Kumar (Online) then loses the seat")
        await meera.press("y")
        await meera.hears("because the patient got worse")
        assert statuses(desk)["A-003"] == "ACTIVE"


@pytest.mark.slow
async def test_a_letter_that_is_no_source_and_the_source_it_has_choose_nothing(
    desk: FrontDesk, open_desk: OpenDesk
) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("enter", "p", "z")
        await meera.sees("Pause a second, then one of these letters chooses", within=".choose")
        await meera.press("o")
        assert meera.dialogs == 1
        await meera.press("escape")
        await meera.until(lambda: meera.dialogs == 0, "the end")
        assert sources(desk)["A-001"] is Source.ONLINE


async def test_the_letters_of_a_name_change_no_source(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("enter")
        meera.burst(*"powell", "enter")
        await meera.settle()
        assert set(sources(desk).values()) == {Source.ONLINE}
        assert len(desk.token_list()) == 2


@pytest.mark.slow
async def test_a_letter_typed_right_behind_the_key_chooses_when_nothing_follows(
    desk: FrontDesk, open_desk: OpenDesk
) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("enter")
        meera.burst("p", "f")
        await meera.until(lambda: sources(desk)["A-001"] is Source.FOLLOWUP, "the source")


@pytest.mark.parametrize("key", ["p", "m"])
async def test_a_closed_token_opens_no_dialog_and_says_which_key_reinstates_it(
    desk: FrontDesk, open_desk: OpenDesk, key: str
) -> None:
    desk.perform(CancelToken(token=token_of(issue(desk, doctor_with_slots(desk)[0], "Asha Verma"))))
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("enter", key)
        await meera.hears("A-001 Asha Verma is cancelled. Press a to reinstate the token first.")
        assert meera.dialogs == 0


async def test_enter_moves_to_the_nearest_free_seat_of_the_doctor(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk, hours=3)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("enter", "m")
        await meera.sees("Move A-001 Asha Verma", "2 free of 2", "the nearest free seat first", within=".find")
        await meera.press("enter")
        await meera.until(lambda: places(desk)["Asha Verma"] == "A 10:00", "the move")
        await meera.hears("A-001 Asha Verma was moved to Dr A 10:00 and has a seat")


async def test_a_few_letters_choose_another_doctor_whose_full_slot_asks_first(
    desk: FrontDesk, open_desk: OpenDesk
) -> None:
    full_slot(desk, hours=2)
    (full,) = doctor_with_slots(desk, code="KUR", capacity=1)
    issue(desk, full, "Diya Joseph")
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("enter", "m")
        await meera.type("kur")
        await meera.sees("1 match of 2 slots", "full", within=".find")
        await meera.press("enter")
        await meera.asks("Move A-001 Asha Verma to Dr KUR 09:00–10:00?", "no seat and waits")
        await meera.press("y")
        await meera.until(lambda: places(desk)["Asha Verma"] == "KUR 09:00", "the move")


@pytest.mark.slow
async def test_a_move_to_another_day_finds_the_day_by_its_words(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk)
    doctor, tomorrow = desk.doctor_list()[0], dt.date.fromisoformat(DATE) + dt.timedelta(1)
    desk.perform(OpenSlot(doctor=doctor.id, date=tomorrow, start="11:00", end="12:00", capacity=1))
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("enter", "m")
        await meera.type("mon 23")
        await meera.sees("Mon 23 Nov", within=".find")
        await meera.press("enter")
        await meera.until(lambda: places(desk)["Asha Verma"] == "A 11:00", "the move")


async def test_tab_keeps_the_place_in_line(desk: FrontDesk, open_desk: OpenDesk) -> None:
    first = full_slot(desk, hours=2)
    issued = {record.token.id: record.token.issued_at for record in desk.token_list(first)}
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("enter", "m")
        await meera.sees("As a new arrival there Tab keeps the place in line", within=".find")
        await meera.press("tab")
        await meera.sees("Keeps the place in line Tab", within=".find")
        await meera.press("enter")
        await meera.until(lambda: places(desk)["Asha Verma"] == "A 10:00", "the move")
    moved = next(record.token for record in desk.token_list() if record.token.patient.name == "Asha Verma")
    assert moved.issued_at == issued[moved.id]


@pytest.mark.slow
async def test_without_another_slot_move_says_so(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("enter", "m", "enter")
        await meera.sees("There is no other slot that is open. Esc closes.", within="#found-count")
        await meera.press("escape")


async def test_a_patient_who_is_with_the_doctor_is_not_moved(desk: FrontDesk, open_desk: OpenDesk) -> None:
    slot = doctor_with_slots(desk, hours=2)[0]
    inside = token_of(issue(desk, slot, "Asha Verma", source="WALKIN"))
    desk.perform(CallToken(token=inside))
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("enter", "m")
        await meera.hears("A-001 Asha Verma is with the doctor")
        assert meera.dialogs == 0
        assert places(desk)["Asha Verma"] == "A 09:00"


async def tell_list(meera: Receptionist) -> None:
    """Open the list of whom to tell."""
    await meera.press("ctrl+t")
    await meera.sees("Whom to tell")


async def test_who_is_to_be_told_is_listed_by_the_longest_wait_and_ticked_off_one_by_one(
    desk: FrontDesk, open_desk: OpenDesk
) -> None:
    slot = doctor_with_slots(desk, capacity=1, hours=2)[0]
    for source, name in (("WALKIN", "Asha Verma"), ("ONLINE", "Ravi Kumar"), ("PAID", "Sunita Rao")):
        issue(desk, slot, {"name": name, "phone": "98450 12345"}, source=source)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        assert "! to tell" in meera.line_with("Ravi Kumar", "QueueRows")
        await tell_list(meera)
        await meera.sees("2 to tell, the longest wait first", "98450 12345", "waits 09:00 A", "here")
        await meera.sees("Knows of: seat 09:00 · Dr A", within="#known")
        first, second = meera.lines("ToTellRows")[1:3]
        assert "Asha Verma" in first
        assert "Ravi Kumar" in second
        await meera.press("f")
        await meera.sees("1 to tell", within="#to-tell-count")
        await meera.hears("A-001 Asha Verma was told")
        await meera.press("f")
        await meera.sees("Nobody has to be told of a change on this day.")
        await meera.press("escape", "enter", "end", "f")
        await meera.hears("There is nothing to tell A-001 Asha Verma.")


async def test_who_is_inside_or_was_seen_need_not_be_told_and_who_is_here_is_marked(
    desk: FrontDesk, open_desk: OpenDesk
) -> None:
    slot = full_slot(desk, waiting=3)
    desk.perform(ResizeSlot(slot=slot, capacity=6))
    desk.perform(DelayDoctor(doctor=1, date=DATE, minutes=20))
    tokens = {record.token.patient.name: record.token.id for record in desk.token_list(slot)}
    seen, inside, here, *expected, cancelled = tokens
    for name in (seen, inside, here):
        desk.perform(CheckInToken(token=tokens[name]))
    desk.perform(CompleteToken(token=tokens[seen]))
    desk.perform(CallToken(token=tokens[inside]))
    desk.perform(CancelToken(token=tokens[cancelled]))
    listed = {record.token.patient.name for record in desk.to_tell(desk.today())}
    assert listed == {here, *expected, cancelled}, "a patient whose token was cancelled may still be on the way"
    assert desk.totals(desk.today()).to_tell == len(listed)
    assert {r.token.patient.name for r in desk.token_list(slot) if r.token.is_to_tell} == listed
    async with at_the_counter(OpdApp(open_desk), WIDE) as meera:
        await meera.sees(f"to tell {len(listed)}", within="ModeBar")
        for name in tokens:
            assert ("! to tell" in meera.line_with(name, "QueueRows")) is (name in listed)
        await tell_list(meera)
        rows = meera.lines("ToTellRows")
        assert [" here " in row for row in rows if row.strip()] == [here in row for row in rows if row.strip()]
        assert any(here in row for row in rows)


@pytest.mark.slow
async def test_enter_in_the_list_goes_to_the_token_on_the_board(desk: FrontDesk, open_desk: OpenDesk) -> None:
    slot = doctor_with_slots(desk, capacity=1, hours=2)[1]
    issue(desk, slot, "Asha Verma")
    issue(desk, slot, "Sunita Rao", source="PAID")
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("3")
        await tell_list(meera)
        await meera.press("enter")
        await meera.sees("▸", "10:00", within="#queue-panel")
        await meera.press("f")
        await meera.hears("A-001 Asha Verma was told")


@pytest.mark.slow
async def test_a_list_in_which_another_desk_told_somebody_says_so(desk: FrontDesk, open_desk: OpenDesk) -> None:
    slot = doctor_with_slots(desk, capacity=1)[0]
    first = token_of(issue(desk, slot, "Asha Verma"))
    issue(desk, slot, "Sunita Rao", source="PAID")
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await tell_list(meera)
        desk.perform(TellPatient(token=first))
        await meera.press("f")
        await meera.settle()
        await meera.sees("Nobody has to be told of a change on this day.")


@pytest.mark.slow
async def test_the_row_of_a_token_that_moved_away_names_the_new_number(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk)
    (other,) = doctor_with_slots(desk, code="B")
    desk.perform(MoveToken(token=1, slot=other))
    async with at_the_counter(OpdApp(open_desk)) as meera:
        assert "→ B-001" in meera.line_with("Asha Verma", "QueueRows")
        await meera.press("enter", "end", "enter")
        await meera.sees("moved to B-001")


@pytest.mark.slow
async def test_whom_to_tell_is_counted_once_for_all_places(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk, waiting=1)
    tomorrow = dt.date.fromisoformat(DATE) + dt.timedelta(1)
    later = desk.perform(OpenSlot(doctor=1, date=tomorrow, start="11:00", end="12:00", capacity=1)).slots[0].id
    desk.perform(MoveToken(token=1, slot=later))
    issue(desk, 1, "Zoya Ali", source="PAID")
    async with at_the_counter(OpdApp(open_desk), WIDE) as meera:
        await meera.sees("to tell 2", within="ModeBar")
        await meera.press("2")
        await meera.until(lambda: "! tell" in meera.line_with("Sunita Rao", "WaitRows"), "her row")
        await tell_list(meera)
        await meera.sees("2 to tell, the longest wait first", "Mon 23 Nov 11:00")
