"""Known patients appear while a name is typed; ↓ or Tab chooses, Enter takes, and a new name goes straight through."""

from __future__ import annotations

import datetime as dt

import pytest

from opd_tui.clock import FixedClock
from opd_tui.config.options import Settings
from opd_tui.config.reading import SettingsFile
from opd_tui.desk.actions import CompleteToken, OpenSlot
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.desk.search_patients import FoundPatients
from opd_tui.domain.errors import DeskBusy
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
        await type_and_see(meera, "2345", "Lalita Kumar", "Ravi Kumar 45 m …2345 22 Nov 2026 with B")
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


@pytest.mark.parametrize(
    ("name", "letter", "source"),
    [("Ravi Ku", "p", "PAID"), ("Zoya", "p", "PAID"), ("kumar", "W", "WALKIN"), ("lalita", "f", "FOLLOWUP")],
)
@pytest.mark.fast_cases(1)
async def test_tab_and_the_letter_of_a_source_are_for_what_is_typed_whether_or_not_somebody_known_is_found(
    desk: FrontDesk, open_desk: OpenDesk, name: str, letter: str, source: str
) -> None:
    slot = family(desk)[0]
    known = {each.token.patient_id for each in desk.token_list()}
    async with at_the_counter(OpdApp(open_desk)) as meera:
        meera.burst("n", *name, "tab", letter, "enter")
        await meera.until(lambda: desk.token_list(slot), "the token")
        await meera.panel_closes()
        ((patient, *rest),) = visitors(desk, slot)
        assert rest == [name, source]
        assert patient not in known


@pytest.mark.parametrize("keys", [("tab", "enter", "enter"), ("tab", "p", "up", "down", "enter", "enter")], ids=str)
@pytest.mark.slow
async def test_tab_chooses_a_known_patient_too(desk: FrontDesk, open_desk: OpenDesk, keys: tuple[str, ...]) -> None:
    slot = family(desk)[0]
    async with at_the_counter(OpdApp(open_desk)) as meera:
        meera.burst("n", *"ravi", *keys)
        await meera.until(lambda: desk.token_list(slot), "the token")
        await meera.panel_closes()
        source = "PAID" if "p" in keys else "WALKIN"
        assert visitors(desk, slot) == [(record_of(desk, "Ravi Kumar"), "Ravi Kumar", source)]


def numbered(desk: FrontDesk) -> int:
    """Numbers of every length among those who came before; return an empty slot of Dr A."""
    (slot,) = doctor_with_slots(desk, "A", capacity=5)
    (other,) = doctor_with_slots(desk, "B", capacity=5)
    for name, phone, uhid in (
        ("Asha Verma", "98450 10001", "501"),
        ("Ravi Kumar", "98450 12345", "10002"),
        ("Lalita Kumar", "98450 12345", "20260001"),
    ):
        issue(desk, other, {"name": name, "phone": phone, "uhid": uhid})
    return slot


@pytest.mark.parametrize(
    ("digits", "name"),
    [("10001", "Asha Verma"), ("10002", "Ravi Kumar"), ("501", "Asha Verma"), ("20260001", "Lalita Kumar")],
)
@pytest.mark.fast_cases(1)
async def test_enter_takes_the_only_one_whom_a_part_of_a_number_finds_and_no_digits_for_a_phone(
    desk: FrontDesk, open_desk: OpenDesk, digits: str, name: str
) -> None:
    slot = numbered(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        meera.burst("n", *digits, "enter")
        await meera.sees("Known patient", within=FORECAST)
        await meera.press("enter")
        await meera.panel_closes()
        assert visitors(desk, slot) == [(record_of(desk, name), name, "WALKIN")]


async def test_enter_among_several_whom_a_part_of_a_number_finds_takes_nobody_and_changes_nothing(
    desk: FrontDesk, open_desk: OpenDesk
) -> None:
    slot = numbered(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        meera.burst("n", *"12345", "enter", *"Om", "enter")
        await meera.sees("Choose with ↓, or type the whole number.", within=FORECAST)
        await meera.sees("Lalita Kumar", within=HITS)
        assert (meera.focused_id, desk.token_list(slot)) == ("patient", [])
        await meera.type("67")
        await meera.press("enter")
        await meera.sees("Phone 1234567. Now the name.", within=FORECAST)
        await meera.type("Om")
        await meera.press("enter")
        await meera.panel_closes()
        assert desk.token_list(slot)[0].token.patient.to_json() == {"name": "Om", "phone": "1234567"}


@pytest.mark.parametrize("digits", ["9845012345", "777", "98451", "1234567"])
@pytest.mark.slow
async def test_a_number_that_is_whole_or_known_to_nobody_is_the_phone_of_the_name_that_follows(
    desk: FrontDesk, open_desk: OpenDesk, digits: str
) -> None:
    slot = numbered(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        meera.burst("n", *digits, "enter", *"Om", "enter")
        await meera.until(lambda: desk.token_list(slot), "the token")
        await meera.panel_closes()
        assert desk.token_list(slot)[0].token.patient.to_json() == {"name": "Om", "phone": digits}


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


@pytest.mark.slow
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


@pytest.mark.slow
async def test_a_wrong_detail_is_named_and_what_was_typed_stays(desk: FrontDesk, open_desk: OpenDesk) -> None:
    (slot,) = doctor_with_slots(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("n")
        await meera.type("Ila")
        await meera.press("tab", "tab", "tab")
        await meera.type("old")
        await meera.press("enter")
        await meera.sees("Birth year: this must be a year from 1900", within=FORECAST)
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
        assert desk.token_list(slot)[0].token.patient.to_json() == {"name": "Ravi Kumar Jr"}, "nothing of the record"


async def test_a_typed_name_and_phone_of_a_known_record_are_said_to_join_it(
    desk: FrontDesk, open_desk: OpenDesk
) -> None:
    slot = family(desk)[0]
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("n")
        await meera.type("Ravi Kumar")
        await meera.sees("gets a seat", within=FORECAST)
        assert "Joins" not in meera.read(FORECAST)
        await meera.type(" 98450 12345")
        await meera.sees("Joins the record of Ravi Kumar · 45 m · …2345 → gets a seat", within=FORECAST)
        await meera.press("shift+tab")
        assert meera.focused_id == "uhid"
        await meera.type("H-17")
        await meera.sees("…2345 · and adds hospital number", within=FORECAST)
        await meera.press("enter")
        await meera.panel_closes()
        assert visitors(desk, slot) == [(record_of(desk, "Ravi Kumar"), "Ravi Kumar", "WALKIN")]
        assert desk.token_list(slot)[0].token.patient.uhid == "H-17"


@pytest.mark.slow
async def test_what_was_typed_before_finds_the_known_patients_again_and_an_open_token_at_the_same_hour_is_named(
    desk: FrontDesk, open_desk: OpenDesk
) -> None:
    family(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await type_and_see(meera, "ravi k", "Ravi Kumar", "22 Nov 2026 with B")
        await meera.press("escape")
        await meera.press("n")
        await meera.sees("Ravi Kumar", "…2345", within=HITS)
        await meera.press("down", "enter")
        await meera.sees("Known patient", "B-001 has a seat with Dr B at 09:00 too", within=FORECAST)


@pytest.mark.slow
async def test_a_name_in_small_letters_is_said_to_join_the_record(desk: FrontDesk, open_desk: OpenDesk) -> None:
    slot = family(desk)[0]
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("n")
        await meera.type("ravi  KUMAR 98450 12345")
        await meera.sees("Joins the record of Ravi Kumar · 45 m · …2345", within=FORECAST)
        await meera.press("enter")
        await meera.panel_closes()
        assert visitors(desk, slot) == [(record_of(desk, "Ravi Kumar"), "Ravi Kumar", "WALKIN")]


@pytest.mark.slow
async def test_a_hospital_number_that_is_somebody_elses_is_said_and_asked_before_anything_is_saved(
    desk: FrontDesk, open_desk: OpenDesk
) -> None:
    slot = numbered(desk)
    issue(desk, slot, "Ziggy")
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("n")
        await meera.type("Bob Marley")
        await meera.press("shift+tab")
        await meera.type("501")
        await meera.sees("501 is Asha Verma's (…0001)", within=FORECAST)
        await meera.press("enter")
        await meera.asks("501 is Asha Verma's (…0001), so Bob Marley would count as the same person. Issue the token")
        await meera.press("escape")
        await meera.sees("Not issued", within=FORECAST)
        assert len(desk.token_list(slot)) == 1
        await meera.press("escape", "enter", "f2", "tab", "tab")
        await meera.type("501")
        await meera.press("enter")
        await meera.asks("501 is Asha Verma's (…0001), so both would count as the same person. Save it")
        await meera.press("escape")
        await meera.sees("Not done", within="#form-wrong")
        assert desk.token_list(slot)[0].token.patient.uhid is None


@pytest.mark.slow
async def test_the_details_of_a_taken_patient_are_the_records_and_the_empty_ones_are_filled(
    desk: FrontDesk, open_desk: OpenDesk
) -> None:
    slot = family(desk)[0]
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await type_and_see(meera, "ravi", "Ravi Kumar")
        await meera.press("down", "enter")
        await meera.sees("Details 98450 12345 1981 male hospital no.", within="NewToken")
        await meera.press("tab")
        assert meera.focused_id == "uhid", "the only one that can be filled"
        await meera.type("H-17")
        await meera.press("enter")
        await meera.panel_closes()
        (record,) = desk.token_list(slot)
        assert record.token.patient.to_json() == RAVI | {"uhid": "H-17"}
        assert record.token.patient_id == record_of(desk, "Ravi Kumar")


async def test_a_phone_typed_before_a_patient_was_taken_is_saved_or_said_not_to_be(
    desk: FrontDesk, open_desk: OpenDesk
) -> None:
    slot, later = family(desk)
    issue(desk, later, "Asha Verma")
    phones = {}
    async with at_the_counter(OpdApp(open_desk)) as meera:
        for name, said in (
            ("ravi", "Phone 90000 00007 is not saved: the record has another. F2 changes it. Known patient"),
            ("asha", "A-001 Asha Verma has a seat with this doctor already"),
        ):
            await meera.press("n")
            await meera.sees("Details phone 45 or 1981", within="NewToken")
            await meera.type("90000 00007")
            await meera.press("enter")
            await meera.type(name)
            await meera.sees(name.title(), within=HITS)
            await meera.press("down", "enter")
            await meera.sees(said, within=FORECAST)
            await meera.press("enter")
            await meera.panel_closes()
            patient = max(desk.token_list(slot), key=lambda each: each.token.id).token.patient
            phones[patient.name] = patient.phone
        assert phones == {"Ravi Kumar": "98450 12345", "Asha Verma": "90000 00007"}


@pytest.mark.slow
async def test_two_phones_and_a_wrong_one_are_said_before_enter_and_nothing_is_dropped(
    desk: FrontDesk, open_desk: OpenDesk
) -> None:
    (slot,) = doctor_with_slots(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("n")
        await meera.type("Ila 90000 00001")
        await meera.press("tab", "tab")
        await meera.type("12")
        assert "must be" not in meera.read(FORECAST), "it is still being typed"
        await meera.press("tab")
        await meera.sees("Phone: this must be a phone number", within=FORECAST)
        await meera.press("escape", "n")
        await meera.sees("Typed before", "Phone: this must be a phone number", within=FORECAST)
        await meera.press("tab", "tab")
        await meera.type("90000 00002")
        await meera.sees("Two phones: 90000 00001 and 90000 00002. Clear one of them.", within=FORECAST)
        await meera.press("enter")
        assert (desk.token_list(slot), meera.focused_id) == ([], "phone")
        await meera.press("backspace", "enter")
        await meera.panel_closes()
        assert desk.token_list(slot)[0].token.patient.phone == "90000 00001"


@pytest.mark.slow
async def test_the_key_to_the_open_token_is_offered_where_it_is_a_key(desk: FrontDesk, open_desk: OpenDesk) -> None:
    slot = family(desk)[0]
    issue(desk, slot, RAVI)
    other = open_desk("tom", "desk 2")
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await type_and_see(meera, "ravi", "Ravi Kumar")
        await meera.press("down", "enter")
        await meera.sees("already at 09:00: g goes there", "is the same person", within=FORECAST)
        await meera.press("shift+tab")
        assert (meera.focused_id, "g goes there" in meera.read(FORECAST)) == ("patient", False)
        await meera.press("enter")
        await meera.sees("is the same person", "g goes there.", within=FORECAST)
        assert meera.focused_id == "source"
        other.perform(CompleteToken(token=desk.token_list(slot)[0].token.id))
        await meera.press("g")
        await meera.panel_closes()
        await meera.until(lambda: meera.focused_id == "queue", "the queue")


@pytest.mark.slow
async def test_an_open_token_with_another_doctor_hinders_nobody_and_a_refusal_ends_with_its_reason(
    desk: FrontDesk, open_desk: OpenDesk
) -> None:
    slot = family(desk)[0]
    token = token_of(issue(desk, slot, RAVI))
    other = open_desk("tom", "desk 2")
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await type_and_see(meera, "Ravi Kumar 98450 12345", "Ravi Kumar")
        await meera.sees("is the same person and already has a token in this slot", within=FORECAST)
        other.perform(CompleteToken(token=token))
        await meera.look_again()
        await meera.sees("Joins the record of Ravi Kumar", "gets a seat (2 of 5)", within=FORECAST)
        await meera.press("enter")
        await meera.panel_closes()
        await meera.press("down")
        await type_and_see(meera, "lalita", "Lalita Kumar")
        await meera.press("down", "enter")
        await meera.sees("B-002 Lalita Kumar has a seat with this doctor already at 09:00", within=FORECAST)
        await meera.press("escape", "up")
        await meera.press("n")
        await meera.type("lalita")
        await meera.sees("Lalita Kumar", within=HITS)
        await meera.press("down", "enter")
        await meera.sees("Known patient", "gets a seat", within=FORECAST)
        await meera.press("enter")
        await meera.panel_closes()
        assert visitors(desk, slot)[-1] == (record_of(desk, "Lalita Kumar"), "Lalita Kumar", "WALKIN")


async def test_a_refused_search_shows_none_of_an_earlier_text_and_drops_the_keys_behind(
    desk: FrontDesk, open_desk: OpenDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    slot = family(desk)[0]

    def busy(desk: FrontDesk, text: str) -> FoundPatients:
        raise DeskBusy("Another desk is busy.")

    async with at_the_counter(OpdApp(open_desk)) as meera:
        await type_and_see(meera, "rav", "Ravi Kumar")
        monkeypatch.setattr(FrontDesk, "find_patients", busy)
        meera.burst("i", "down", "enter", "enter")
        await meera.hears("Another desk is busy")
        assert (meera.read(HITS), meera.focused_id, desk.token_list(slot)) == ("", "patient", [])


NASTY = (
    "सुनीता राव क्षेत्रपाल",
    "שרה כהן",
    "Z\u0323\u0302\u0301a\u0308\u0308\u0308\u0308lgo",
    "👩🏽‍⚕️ Emoji 😀",
    "漢字 太郎",
    "Kumara" + "swamy" * 22,
)


async def test_names_of_any_script_keep_the_list_and_the_card_straight(desk: FrontDesk, open_desk: OpenDesk) -> None:
    slots = doctor_with_slots(desk, capacity=9)
    for number, name in enumerate(NASTY):
        issue(desk, slots[0], {"name": name, "phone": "98450 12345", "uhid": f"H [/b] {number}{'9' * 40}"})
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await type_and_see(meera, "98450 12345", "…2345 22 Nov 2026 with A")
        meera.assert_columns_are_straight()
        ends = {line.rstrip().endswith("22 Nov 2026 with A") for line in meera.lines(HITS)}
        assert (len(meera.lines(HITS)), ends) == (6, {True})
        await meera.press("escape", "n")
        meera.burst(*NASTY[0][:6], "down", "enter")  # the list goes while what is beside it is drawn anew
        await meera.sees(f"{NASTY[0]} has a seat with this doctor", within=FORECAST)
        meera.assert_columns_are_straight()
        await meera.press("escape", "enter")
        for _ in NASTY:
            await meera.press("v")
            await meera.sees("Hospital number H [/b]", within=".dialog")
            meera.assert_columns_are_straight()
            await meera.press("v", "down")


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


@pytest.mark.parametrize(
    ("known", "typed", "offered"),
    [
        ({"sex": "female"}, ["shift+tab", "shift+tab", "m"], True),
        ({"birth_year": 1981}, ["shift+tab", "shift+tab", "shift+tab", *"1982"], True),
        ({"birth_year": 1981}, ["shift+tab", "shift+tab", "shift+tab", *"2019"], False),
        ({"uhid": "H-1"}, [], False),
    ],
    ids=["sex", "year", "son", "joins"],
)
@pytest.mark.fast_cases(1)
async def test_a_returning_patient_who_gets_a_record_of_its_own_is_offered_for_merging(
    desk: FrontDesk, open_desk: OpenDesk, known: dict[str, object], typed: list[str], offered: bool
) -> None:
    first, _ = doctor_with_slots(desk, hours=2)
    issue(desk, first, {"name": "Meera Nair", "phone": "90000 00002", **known})
    async with at_the_counter(OpdApp(open_desk), WIDE) as meera:
        await meera.press("right", "n")
        await meera.type("Meera Nair 90000 00002")
        await meera.press(*typed, "enter")
        await meera.panel_closes()
        await meera.settle()
        said = "Meera Nair of 90000 00002 is a record of its own now: F5 on A-002 merges it with the earlier one."
        if offered:
            await meera.until(lambda: said in said_by(meera), "the offer")
        else:
            assert said not in said_by(meera)


def said_by(meera: Receptionist) -> list[str]:
    """All messages so far."""
    return [message.text for message in meera.app.notices.log.history]
