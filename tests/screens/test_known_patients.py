"""Known patients appear while a name is typed; ↓ or Tab chooses, Enter takes, and a new name goes straight through."""

from __future__ import annotations

import datetime as dt

import pytest

from opd_tui.clock import FixedClock
from opd_tui.config.options import Settings
from opd_tui.config.reading import SettingsFile
from opd_tui.desk.actions import CompleteToken, OpenSlot
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.tui.app import OpdApp
from opd_tui.tui.catalogue import preferences_from
from opd_tui.tui.tokens.patient_hits import PatientHits
from tests.support.helpers import issue, token_of
from tests.support.pilot import NARROW, WIDE, OpenDesk, Receptionist, at_the_counter, doctor_with_slots

HITS, FORECAST = "#hits", "#forecast"
RAVI = {"name": "Ravi Kumar", "phone": "98450 12345", "birth_year": 1981, "sex": "male"}
LALITA = {"name": "Lalita Kumar", "phone": "98450 12345"}


def family(desk: FrontDesk) -> list[int]:
    """Two of one family had tokens with Dr B this morning; Dr A's slots are empty."""
    slots = doctor_with_slots(desk, "A", hours=2, capacity=5)
    (other,) = doctor_with_slots(desk, "B", capacity=5)
    for patient in (RAVI, LALITA):
        issue(desk, other, patient)
    return slots


def visitors(desk: FrontDesk, slot: int) -> list[tuple[int, str, str]]:
    """The records, names and sources of a slot's patients, by token."""
    records = sorted(desk.token_list(slot), key=lambda record: record.token.id)
    return [(each.token.patient_id, each.token.patient.name, each.token.source.name) for each in records]


def record_of(desk: FrontDesk, name: str) -> int:
    """The id of the record with this name."""
    return next(each.token.patient_id for each in desk.token_list() if each.token.patient.name == name)


async def type_and_see(meera: Receptionist, text: str, *expected: str) -> None:
    """Open the panel, type, and wait for what is found."""
    await meera.press("n")
    await meera.type(text)
    await meera.sees(*expected, within=HITS)


@pytest.mark.parametrize("size", [NARROW, pytest.param(WIDE, marks=pytest.mark.slow)])
async def test_everybody_on_a_phone_is_shown_and_the_chosen_one_gets_the_token(
    desk: FrontDesk, open_desk: OpenDesk, size: tuple[int, int]
) -> None:
    slot = family(desk)[0]
    async with at_the_counter(OpdApp(open_desk), size) as meera:
        await type_and_see(meera, "2345", "Lalita Kumar", "Ravi Kumar 45 m …2345 22 Nov 2026 B")
        await meera.press("down", "down", "enter")
        await meera.sees("Known patient · 45 m · phone …2345", "gets a seat", within=FORECAST)
        await meera.press("enter")
        await meera.panel_closes()
        assert visitors(desk, slot) == [(record_of(desk, "Ravi Kumar"), "Ravi Kumar", "WALKIN")]


async def test_a_returning_patient_has_a_token_in_sixteen_keys_typed_at_once(
    desk: FrontDesk, open_desk: OpenDesk
) -> None:
    slot = family(desk)[0]
    keys = ["n", *"9845012345", "down", "down", "enter", "enter"]
    assert len(keys) <= 16
    async with at_the_counter(OpdApp(open_desk)) as meera:
        meera.burst(*keys)
        await meera.until(lambda: desk.token_list(slot), "the token")
        await meera.panel_closes()
        assert visitors(desk, slot) == [(record_of(desk, "Ravi Kumar"), "Ravi Kumar", "WALKIN")]


async def test_a_name_and_enter_go_straight_through_although_somebody_of_this_name_is_known(
    desk: FrontDesk, open_desk: OpenDesk
) -> None:
    slot = family(desk)[0]
    before = {each.token.patient_id for each in desk.token_list()}
    async with at_the_counter(OpdApp(open_desk)) as meera:
        for _ in range(2):
            meera.burst("n", *"Ravi Kumar", "enter")
        await meera.until(lambda: len(desk.token_list(slot)) == 2, "two tokens")
        await meera.panel_closes()
        ids = {patient for patient, _, _ in visitors(desk, slot)}
        assert len(ids) == 2
        assert ids.isdisjoint(before)


async def test_tab_goes_over_the_known_ones_to_the_source_and_a_letter_there_issues_nothing_wrong(
    desk: FrontDesk, open_desk: OpenDesk
) -> None:
    slot = family(desk)[0]
    async with at_the_counter(OpdApp(open_desk)) as meera:
        meera.burst("n", *"Ravi Ku", "tab", "p", "enter")
        await meera.hears("p does nothing here")
        assert desk.token_list(slot) == []
        await meera.press("tab", "p", "enter")
        await meera.panel_closes()
        ((patient, name, source),) = visitors(desk, slot)
        assert (name, source) == ("Ravi Ku", "PAID")
        assert patient != record_of(desk, "Ravi Kumar")


@pytest.mark.slow
async def test_a_step_back_from_the_list_leads_to_the_name_where_one_types_on(
    desk: FrontDesk, open_desk: OpenDesk
) -> None:
    slot = family(desk)[0]
    async with at_the_counter(OpdApp(open_desk)) as meera:
        for back in ("escape", "up", "shift+tab"):
            await type_and_see(meera, "kumar", "Ravi Kumar")
            await meera.press("down", back)
            assert meera.focused_id == "patient", back
            await meera.press("escape")
        await meera.press("n", "end")
        await meera.type("i")
        await meera.press("enter")
        await meera.panel_closes()
        assert [name for _, name, _ in visitors(desk, slot)] == ["kumari"]


async def test_who_was_seen_by_this_doctor_lately_is_offered_as_a_follow_up(
    desk: FrontDesk, open_desk: OpenDesk, clock: FixedClock
) -> None:
    slot, later = family(desk)
    desk.perform(CompleteToken(token=token_of(issue(desk, slot, RAVI))))
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await type_and_see(meera, "ravi", "Ravi Kumar")
        await meera.press("down", "enter")
        await meera.sees("Dr A saw this patient on Sun 22 Nov: F makes it a follow-up", within=FORECAST)
        await meera.press("f", "enter")
        await meera.panel_closes()
        assert visitors(desk, slot)[-1] == (record_of(desk, "Ravi Kumar"), "Ravi Kumar", "FOLLOWUP")
        assert later


@pytest.mark.slow
async def test_a_follow_up_is_not_offered_where_the_settings_say_so(
    desk: FrontDesk, open_desk: OpenDesk, clock: FixedClock
) -> None:
    slot, _ = family(desk)
    desk.perform(CompleteToken(token=token_of(issue(desk, slot, RAVI))))
    clock.instant += dt.timedelta(days=1)
    doctor = desk.doctor_list()[0]
    desk.perform(OpenSlot(doctor=doctor.id, date=desk.today(), start="09:00", end="10:00", capacity=3))
    preferences = preferences_from(SettingsFile(settings=Settings(follow_up_days=0)))
    async with at_the_counter(OpdApp(open_desk, preferences)) as meera:
        await type_and_see(meera, "ravi", "Ravi Kumar")
        await meera.press("down", "enter")
        await meera.sees("Known patient", within=FORECAST)
        assert "follow-up" not in meera.read(FORECAST)


async def test_an_open_token_with_this_doctor_is_named_and_one_key_goes_there(
    desk: FrontDesk, open_desk: OpenDesk
) -> None:
    _, later = family(desk)
    issue(desk, later, RAVI)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await type_and_see(meera, "ravi", "Ravi Kumar")
        await meera.press("down", "enter")
        await meera.sees("A-001 Ravi Kumar has a seat with this doctor already at 10:00: g goes there", within=FORECAST)
        await meera.press("g")
        await meera.panel_closes()
        await meera.until(lambda: meera.focused_id == "queue", "the queue")
        assert "A-001" in meera.line_with("▸", "#queue")
        assert len(desk.token_list(later)) == 1


@pytest.mark.parametrize("age", ["45", "45y", "1981"])
@pytest.mark.fast_cases(1)
async def test_details_are_two_tabs_behind_the_name(desk: FrontDesk, open_desk: OpenDesk, age: str) -> None:
    (slot,) = doctor_with_slots(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        meera.burst("n", *"Ila", "tab", "tab", *"98450 12345", "tab", *age, "tab", "f", "tab", *"H-1", "enter")
        await meera.until(lambda: desk.token_list(slot), "the token")
        await meera.panel_closes()
        patient = desk.token_list(slot)[0].token.patient
        assert patient.to_json() == {
            "name": "Ila",
            "phone": "98450 12345",
            "birth_year": 1981,
            "sex": "female",
            "uhid": "H-1",
        }


async def test_a_wrong_detail_is_named_and_what_was_typed_stays(desk: FrontDesk, open_desk: OpenDesk) -> None:
    (slot,) = doctor_with_slots(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("n")
        await meera.type("Ila")
        await meera.press("tab", "tab", "tab")
        await meera.type("old")
        await meera.press("enter")
        await meera.sees("Birth year: this must be a year from 1850", within=FORECAST)
        assert (desk.token_list(slot), meera.focused_id) == ([], "birth_year")
        await meera.type("8m")
        await meera.press("enter")
        await meera.panel_closes()
        assert desk.token_list(slot)[0].token.patient.birth_year == 2026


@pytest.mark.slow
async def test_another_name_typed_over_a_taken_patient_is_somebody_else(desk: FrontDesk, open_desk: OpenDesk) -> None:
    slot = family(desk)[0]
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await type_and_see(meera, "ravi", "Ravi Kumar")
        await meera.press("down", "enter", "shift+tab")
        assert meera.focused_id == "patient"
        await meera.press("end")
        await meera.type(" Jr")
        await meera.press("enter")
        await meera.panel_closes()
        ((patient, name, _),) = visitors(desk, slot)
        assert (name, patient != record_of(desk, "Ravi Kumar")) == ("Ravi Kumar Jr", True)


async def test_a_list_that_is_hidden_right_after_it_was_drawn_repaints_nothing(
    desk: FrontDesk, open_desk: OpenDesk
) -> None:
    """What stands beside a name of disputed width is repainted after a refresh; the list may be hidden by then."""
    issue(desk, doctor_with_slots(desk)[0], "देवनागरी नाम")
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await type_and_see(meera, "dev", "देवनागरी नाम")
        hits = meera.app.screen.query_one(HITS, PatientHits)
        hits.render_line(0)
        hits.display = False
        await meera.settle()
        await meera.press("escape", "enter")
        await meera.sees("देवनागरी नाम", within="#queue")
