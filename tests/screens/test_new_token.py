"""A new token: a name and Enter."""

from __future__ import annotations

import threading

import pytest

from opd_tui.clock import FixedClock
from opd_tui.desk.actions import Action, CancelToken, ForgetPatient, IssueToken
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.desk.outcome import Forecast, Moves, Outcome
from opd_tui.domain.model import Source
from opd_tui.tui.app import OpdApp
from opd_tui.tui.tokens import new_token
from tests.support.helpers import add_doctor, issue, open_slot, statuses, token_of
from tests.support.pilot import (
    PATIENCE_SECONDS,
    OpenDesk,
    Receptionist,
    at_the_counter,
    doctor_with_slots,
    full_slot,
)

FORECAST = "#forecast"


def sources(desk: FrontDesk) -> list[str]:
    """The sources of all tokens in the order in which they were issued."""
    records = sorted(desk.token_list(), key=lambda record: record.token.id)
    return [record.token.source.name for record in records]


def people(desk: FrontDesk) -> dict[str, tuple[str | None, str]]:
    """Every patient's phone and source."""
    tokens = (record.token for record in desk.token_list())
    return {token.patient.name: (token.patient.phone, token.source.name) for token in tokens}


@pytest.mark.parametrize("place", ["grid", "queue"])
@pytest.mark.fast_cases(1)
async def test_a_name_and_enter_issue_a_token_and_lead_back_to_where_one_was(
    desk: FrontDesk, open_desk: OpenDesk, place: str
) -> None:
    slot = doctor_with_slots(desk, capacity=3)[0]
    issue(desk, slot, "Asha Verma")
    async with at_the_counter(OpdApp(open_desk)) as meera:
        if place == "queue":
            await meera.press("enter")
        await meera.press("n")
        await meera.type("Ila Sen")
        await meera.press("enter")
        await meera.panel_closes()
        assert [(r.token.patient.name, r.token.source) for r in desk.token_list()] == [
            ("Asha Verma", Source.ONLINE),
            ("Ila Sen", Source.WALKIN),
        ]
        assert "Ila Sen" in meera.read("#queue")
        assert meera.focused_id == place
        await meera.hears("Walk-in A-002 Ila Sen has a seat with Dr A 09:00.")


async def test_the_panel_closes_in_the_same_frame_in_which_the_token_shows(
    desk: FrontDesk, open_desk: OpenDesk
) -> None:
    doctor_with_slots(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("n")
        await meera.type("Ila")
        await meera.press("enter")
        await meera.until(lambda: not meera.panel_is_open or "A-001" in meera.read("#queue"))
        assert not meera.panel_is_open
        assert "Ila" in meera.read("#queue")


@pytest.mark.slow
async def test_the_board_and_the_list_of_what_happened_follow_a_new_token(desk: FrontDesk, open_desk: OpenDesk) -> None:
    doctor_with_slots(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        assert "░░ 0/2" in meera.read("#grid")
        await meera.press("n")
        await meera.type("Ila")
        await meera.press("enter")
        await meera.panel_closes()
        assert "█░ 1/2" in meera.read("#grid")
        await meera.hears("Walk-in A-001 Ila has a seat with Dr A 09:00")


async def test_an_emergency_takes_a_seat_with_one_key_more(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("e")
        await meera.type("Om")
        await meera.press("enter")
        await meera.asks("Emergency for Om takes the seat of A-002 Ravi Kumar (Online)")
        assert "Dr A 09:00–10:00" in meera.question
        assert "Ravi Kumar then waits first in line" in meera.question
        await meera.press("y")
        await meera.panel_closes()
        assert statuses(desk) == {"A-001": "ACTIVE", "A-002": "WAITING", "A-003": "ACTIVE"}
        await meera.hears("Emergency A-003 Om took the seat of A-002 Ravi Kumar")


@pytest.mark.slow
async def test_no_other_key_takes_a_seat_and_what_was_typed_stays(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("e")
        await meera.type("Om")
        for key in ("enter", "escape"):
            await meera.press("enter")
            await meera.asks("takes the seat")
            meera.takes_a_moment()
            await meera.press(key)
            await meera.until(lambda: not meera.question, f"the question's end by {key}")
            await meera.settle()
            assert statuses(desk) == {"A-001": "ACTIVE", "A-002": "ACTIVE"}
            assert meera.panel_is_open
            assert "Om" in meera.read("#patient")
            assert meera.focused_id == "patient"
            meera.takes_a_moment()
        await meera.press("escape")
        await meera.panel_closes()


@pytest.mark.slow
async def test_after_a_no_the_same_panel_still_issues(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("e")
        await meera.type("Om")
        await meera.press("enter")
        await meera.asks("takes the seat")
        await meera.press("escape")
        await meera.sees("Not issued", within=FORECAST)
        await meera.press("enter")
        await meera.asks("takes the seat")
        await meera.press("y")
        await meera.panel_closes()
        assert statuses(desk)["A-003"] == "ACTIVE"


@pytest.mark.slow
async def test_digits_are_a_phone_and_the_name_is_still_asked_for(desk: FrontDesk, open_desk: OpenDesk) -> None:
    doctor_with_slots(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("n")
        await meera.type("98765 43210")
        await meera.press("enter")
        await meera.sees("Now the name", within=FORECAST)
        assert desk.token_list() == []
        await meera.type("Ila")
        await meera.press("enter")
        await meera.panel_closes()
        (record,) = desk.token_list()
        assert record.token.patient.name == "Ila"
        assert record.token.patient.phone == "98765 43210"


async def test_a_phone_that_is_too_short_is_said_to_be_wrong_and_stays(desk: FrontDesk, open_desk: OpenDesk) -> None:
    doctor_with_slots(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("n", "1", "enter")
        await meera.settle()
        assert meera.app.screen.query_one(FORECAST).has_class("-wrong")
        assert "phone" in meera.read(FORECAST).lower()
        assert "1" in meera.read("#patient")


@pytest.mark.slow
async def test_without_a_name_the_panel_asks_for_one(desk: FrontDesk, open_desk: OpenDesk) -> None:
    doctor_with_slots(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("n")
        for typed, source in (("", "p"), ("   ", "w")):
            await meera.type(typed)
            await meera.press("enter")
            await meera.settle()
            assert "Type the patient's name first" in meera.read(FORECAST)
            await meera.press("tab", source)
            await meera.sees("gets a seat", within=FORECAST)
            await meera.press("tab")
        assert meera.panel_is_open
        assert desk.token_list() == []


@pytest.mark.slow
async def test_what_is_no_name_is_said_to_be_wrong_and_stays(desk: FrontDesk, open_desk: OpenDesk) -> None:
    doctor_with_slots(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("n")
        await meera.type("??")
        await meera.press("enter")
        await meera.settle()
        assert meera.app.screen.query_one(FORECAST).has_class("-wrong")
        assert "??" in meera.read("#patient")
        assert desk.token_list() == []


@pytest.mark.slow
async def test_tab_and_a_letter_choose_a_source(desk: FrontDesk, open_desk: OpenDesk) -> None:
    doctor_with_slots(desk, capacity=5)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        for key, name in zip("epfow", ("Asha", "Bina", "Chand", "Devi", "Esha"), strict=True):
            await meera.press("n")
            await meera.type(name)
            await meera.press("tab", key, "enter")
            await meera.panel_closes()
        assert sources(desk) == ["EMERGENCY", "PAID", "FOLLOWUP", "ONLINE", "WALKIN"]


async def test_letters_in_the_name_choose_no_source(desk: FrontDesk, open_desk: OpenDesk) -> None:
    doctor_with_slots(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("n")
        await meera.type("epfo")
        await meera.press("enter")
        await meera.panel_closes()
        assert sources(desk) == ["WALKIN"]
        assert desk.token_list()[0].token.patient.name == "epfo"


@pytest.mark.slow
async def test_the_panel_is_a_walk_in_again_after_an_emergency(desk: FrontDesk, open_desk: OpenDesk) -> None:
    doctor_with_slots(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("e")
        await meera.type("Om")
        await meera.press("enter")
        await meera.panel_closes()
        await meera.press("n")
        assert meera.read("#patient") == "name (or the phone number first), then Enter"
        await meera.type("Ila")
        await meera.press("enter")
        await meera.panel_closes()
        assert sources(desk) == ["EMERGENCY", "WALKIN"]


@pytest.mark.slow
async def test_tab_goes_back_and_forth_within_the_panel(desk: FrontDesk, open_desk: OpenDesk) -> None:
    doctor_with_slots(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("n")
        for key in ("tab", "shift+tab", "down", "up"):
            before = meera.focused_id
            await meera.press(key)
            assert {before, meera.focused_id} == {"patient", "source"}
        around = []
        for _ in range(6):
            await meera.press("tab")
            around.append(meera.focused_id)
        assert around == ["source", "phone", "birth_year", "sex", "uhid", "patient"]


async def test_a_seat_is_promised_with_its_number(desk: FrontDesk, open_desk: OpenDesk) -> None:
    slot = doctor_with_slots(desk)[0]
    issue(desk, slot, "Asha Verma")
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("n")
        await meera.sees("gets a seat (2 of 2)", within=FORECAST)


async def test_whose_seat_a_stronger_source_takes_is_said_before_enter(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("n", "tab", "p")
        await meera.sees("takes the seat of A-002 Ravi Kumar (Online), who then waits first in line", within=FORECAST)
        await meera.press("w")
        await meera.sees("waits, first in line", within=FORECAST)
        assert statuses(desk) == {"A-001": "ACTIVE", "A-002": "ACTIVE"}


async def test_the_place_in_line_is_said_with_the_nearest_free_seat(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk, waiting=2, hours=2)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("n")
        await meera.sees("waits, third in line; the nearest free seat is at 10:00", within=FORECAST)


async def test_the_nearest_seat_may_be_with_another_doctor_of_the_specialty(
    desk: FrontDesk, open_desk: OpenDesk
) -> None:
    doctor = add_doctor(desk, "Dr A", code="A", specialty="Surgery")
    slot = open_slot(desk, doctor, capacity=1)
    issue(desk, slot, "Asha Verma")
    doctor_with_slots(desk, "B", specialty="Surgery")
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("n")
        await meera.sees("the nearest free seat is with Dr B at 09:00", within=FORECAST)


@pytest.mark.slow
async def test_a_slot_whose_seats_are_used_up_says_that_none_will_free(desk: FrontDesk, open_desk: OpenDesk) -> None:
    slot = doctor_with_slots(desk, hours=2, capacity=1)[0]
    issue(desk, slot, "Asha Verma")
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("enter", "d")
        await meera.hears("A-001 Asha Verma is done")
        await meera.press("e")
        await meera.sees(
            "waits, first in line; no seat will free in this slot; the nearest free seat is at 10:00", within=FORECAST
        )


@pytest.mark.slow
async def test_a_token_for_a_window_that_is_over_is_warned_of_and_issued(
    desk: FrontDesk, open_desk: OpenDesk, clock: FixedClock
) -> None:
    doctor_with_slots(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("n")
        await meera.sees("gets a seat (1 of 2)", within=FORECAST)
        assert "is over" not in meera.read(FORECAST)
        await meera.press("escape")
        await meera.time_passes(clock, 60)
        await meera.press("n")
        await meera.sees("Note: 09:00–10:00 is over", within=FORECAST)
        await meera.type("Om")
        await meera.press("enter")
        await meera.panel_closes()
        assert statuses(desk) == {"A-001": "ACTIVE"}


@pytest.mark.slow
async def test_a_second_enter_cannot_issue_twice(desk: FrontDesk, open_desk: OpenDesk) -> None:
    doctor_with_slots(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("n")
        await meera.type("Om")
        await meera.type_at_once("enter", "enter", "enter")
        await meera.panel_closes()
        await meera.settle()
        assert statuses(desk) == {"A-001": "ACTIVE"}
        assert not meera.panel_is_open


async def test_an_enter_while_the_desk_is_slow_cannot_issue_twice(
    desk: FrontDesk, open_desk: OpenDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    doctor_with_slots(desk)
    begun, may_go_on = threading.Event(), threading.Event()
    perform = FrontDesk.perform

    def perform_slowly(self: FrontDesk, action: Action, *, expect: Moves | None = None) -> Outcome:
        begun.set()
        assert may_go_on.wait(PATIENCE_SECONDS)
        return perform(self, action, expect=expect)

    async with at_the_counter(OpdApp(open_desk)) as meera:
        monkeypatch.setattr(FrontDesk, "perform", perform_slowly)
        await meera.press("n")
        await meera.type("Om")
        await meera.press("enter")
        await meera.until(begun.is_set)
        meera.takes_a_moment()
        await meera.press("enter", "tab", "enter", "escape")
        assert meera.panel_is_open
        may_go_on.set()
        await meera.panel_closes()
        await meera.settle()
        assert statuses(desk) == {"A-001": "ACTIVE"}


@pytest.mark.slow
async def test_a_forecast_that_comes_late_does_not_cover_what_is_wrong(
    desk: FrontDesk, open_desk: OpenDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    doctor_with_slots(desk)
    may_go_on = threading.Event()
    preview = FrontDesk.preview

    def preview_slowly(self: FrontDesk, action: Action) -> Forecast:
        assert may_go_on.wait(PATIENCE_SECONDS)
        return preview(self, action)

    async with at_the_counter(OpdApp(open_desk)) as meera:
        monkeypatch.setattr(FrontDesk, "preview", preview_slowly)
        await meera.press("n", "enter")
        await meera.sees("Type the patient's name first", within=FORECAST)
        may_go_on.set()
        await meera.settle()
        assert "Type the patient's name first" in meera.read(FORECAST)
        await meera.press("tab", "p")
        await meera.sees("gets a seat (1 of 2)", within=FORECAST)


async def test_a_name_typed_ahead_of_the_panel_lands_in_it(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("enter")
        await meera.type_at_once("n", *"Chand", "enter")
        await meera.until(lambda: "A-003" in statuses(desk), "the token")
        await meera.panel_closes()
        assert [r.token.patient.name for r in desk.token_list() if r.token.number == "A-003"] == ["Chand"]
        assert not meera.question


async def test_the_screens_keys_sleep_while_the_panel_is_open(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("enter", "n", "tab")
        for key in ("c", "x", "d", "n", "1", "2", "3", "/", "[", "]", "t"):
            day = meera.app.day
            await meera.press(key)
            assert (meera.app.current_mode, meera.app.day) == ("board", day), key
            assert meera.dialogs == 0, key
            assert meera.panel_is_open, key
        await meera.settle()
        assert meera.focused_id == "source"
        assert statuses(desk) == {"A-001": "ACTIVE", "A-002": "ACTIVE"}


@pytest.mark.slow
async def test_the_screens_keys_wake_up_when_the_panel_closes(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("enter", "n", "escape")
        await meera.panel_closes()
        assert meera.focused_id == "queue"
        await meera.press("c")
        await meera.asks("Cancel A-001 Asha Verma")


async def test_a_refusal_keeps_the_panel_with_what_was_typed(desk: FrontDesk, open_desk: OpenDesk) -> None:
    slot = doctor_with_slots(desk)[0]
    issue(desk, slot, {"name": "Ila Sen", "phone": "9876543210"})
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("n")
        await meera.type("9876543210")
        await meera.press("enter")
        await meera.type("ila sen")
        await meera.press("enter")
        await meera.sees("A-001 Ila Sen is the same person", within=FORECAST)
        await meera.settle()
        assert meera.panel_is_open
        assert meera.focused_id == "patient"
        assert "ila sen" in meera.read("#patient")
        await meera.type("Om")
        assert meera.read("#patient") == "Om"
        await meera.press("enter")
        await meera.panel_closes()
        assert people(desk) == {"Ila Sen": ("9876543210", "ONLINE"), "Om": (None, "WALKIN")}


@pytest.mark.slow
async def test_on_the_waitlist_a_new_token_is_for_the_rows_slot(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk, waiting=1)
    doctor_with_slots(desk, "B")
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("2")
        await meera.sees("Sunita Rao", within="#waiting")
        await meera.press("n")
        await meera.sees("New token · Dr A 09:00–10:00", within="NewToken")
        await meera.type("Om")
        await meera.press("enter")
        await meera.panel_closes()
        assert statuses(desk)["A-004"] == "WAITING"
        assert "A-004 Om" in meera.read("#waiting")
        assert meera.focused_id == "waiting"


@pytest.mark.slow
async def test_a_seat_that_another_desk_took_meanwhile_is_asked_for_again(desk: FrontDesk, open_desk: OpenDesk) -> None:
    slot = full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("e")
        await meera.type("Om")
        await meera.press("enter")
        await meera.asks("A-002 Ravi Kumar")
        issue(open_desk("tom", "desk 2"), slot, "Zoya Ali", "PAID")
        await meera.press("y")
        await meera.asks("Another desk was faster")
        assert "takes the seat of A-001 Asha Verma" in meera.question
        assert "A-004" not in statuses(desk)
        await meera.press("y")
        await meera.panel_closes()
        assert statuses(desk) == {"A-001": "WAITING", "A-002": "WAITING", "A-003": "ACTIVE", "A-004": "ACTIVE"}


# Whose phone and source it is


async def geeta_is_not_issued(meera: Receptionist) -> None:
    """Geeta, PAID and with a phone, would take a seat of a full slot; the question is left."""
    await meera.press("n")
    await meera.type("9000000007")
    await meera.press("enter")
    await meera.type("Geeta Pal")
    await meera.press("tab", "p")
    await meera.sees("takes the seat of", within=FORECAST)
    await meera.press("enter")
    await meera.asks("Paid for Geeta Pal")
    await meera.press("escape")
    await meera.sees("Not issued", within=FORECAST)
    meera.takes_a_moment()


@pytest.mark.slow
async def test_another_name_after_a_no_has_nothing_of_the_first(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await geeta_is_not_issued(meera)
        await meera.press("ctrl+u")
        await meera.type("Kiran Bedi")
        await meera.sees("waits, first in line", within=FORECAST)
        assert "9000000007" not in meera.read("NewToken")
        await meera.press("enter")
        await meera.panel_closes()
        assert people(desk)["Kiran Bedi"] == (None, "WALKIN")
        assert "Geeta Pal" not in people(desk)


@pytest.mark.slow
async def test_a_name_that_is_corrected_after_a_no_keeps_phone_and_source(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await geeta_is_not_issued(meera)
        await meera.press("end", "backspace", "u", "l", "enter")
        await meera.asks("Paid for Geeta Paul")
        await meera.press("y")
        await meera.panel_closes()
        assert people(desk)["Geeta Paul"] == ("9000000007", "PAID")


@pytest.mark.slow
async def test_a_phone_belongs_to_the_name_typed_next_even_if_it_is_typed_anew(
    desk: FrontDesk, open_desk: OpenDesk
) -> None:
    doctor_with_slots(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("n")
        await meera.type("9000000007")
        await meera.press("enter")
        await meera.type("Kri")
        await meera.press("ctrl+u")
        await meera.type("Chris")
        await meera.press("enter")
        await meera.panel_closes()
        assert people(desk) == {"Chris": ("9000000007", "WALKIN")}


# What was typed in a closed panel


async def test_what_was_typed_comes_back_for_the_same_slot(desk: FrontDesk, open_desk: OpenDesk) -> None:
    doctor_with_slots(desk, capacity=3)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("n")
        await meera.type("9000000007")
        await meera.press("enter")
        await meera.type("Geeta Pal")
        await meera.press("tab", "p", "escape")
        await meera.panel_closes()
        await meera.press("n")
        await meera.sees("Typed before; type over it for another patient", "gets a seat (1 of 3)", within=FORECAST)
        assert meera.read("#patient") == "Geeta Pal"
        assert "phone 9000000007" in meera.read("NewToken")
        await meera.press("enter")
        await meera.panel_closes()
        assert people(desk) == {"Geeta Pal": ("9000000007", "PAID")}
        await meera.press("n")
        await meera.type("Om")
        assert meera.read("#patient") == "Om"
        await meera.press("enter")
        await meera.panel_closes()
        assert people(desk)["Om"] == (None, "WALKIN")


@pytest.mark.slow
async def test_typing_over_what_came_back_starts_anew(desk: FrontDesk, open_desk: OpenDesk) -> None:
    doctor_with_slots(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("n")
        await meera.type("Geeta Pal 9000000007")
        await meera.press("tab", "p", "escape")
        await meera.panel_closes()
        await meera.type_at_once("n", *"Om", "enter")
        await meera.until(lambda: people(desk), "the token")
        await meera.panel_closes()
        assert people(desk) == {"Om": (None, "WALKIN")}


@pytest.mark.slow
async def test_an_emergency_stays_one_with_what_was_typed_before(desk: FrontDesk, open_desk: OpenDesk) -> None:
    doctor_with_slots(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("n")
        await meera.type("Om")
        await meera.press("tab", "p", "escape")
        await meera.panel_closes()
        await meera.press("e", "enter")
        await meera.panel_closes()
        assert people(desk) == {"Om": (None, "EMERGENCY")}


@pytest.mark.slow
@pytest.mark.parametrize("away", [("right", "n", "escape", "left"), ("]", "["), ()], ids=["slot", "day", "emptied"])
@pytest.mark.fast_cases(1)
async def test_what_was_typed_is_forgotten(desk: FrontDesk, open_desk: OpenDesk, away: tuple[str, ...]) -> None:
    doctor_with_slots(desk, hours=2)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("n")
        await meera.type("Om")
        if not away:
            await meera.press("ctrl+u")
        await meera.press("escape")
        await meera.panel_closes()
        for key in away:
            await meera.press(key)
            await meera.settle()
        await meera.press("n")
        await meera.sees("gets a seat", within=FORECAST)
        assert meera.read("#patient") == "name (or the phone number first), then Enter"
        assert "Typed before" not in meera.read(FORECAST)


@pytest.mark.parametrize("elsewhere", [False, pytest.param(True, marks=pytest.mark.slow)])
async def test_what_was_typed_is_dropped_when_a_patient_is_forgotten(
    desk: FrontDesk, open_desk: OpenDesk, elsewhere: bool
) -> None:
    (slot,) = doctor_with_slots(desk)
    token = token_of(issue(desk, slot, "Zacharias Quux"))
    desk.perform(CancelToken(token=token))
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("n")
        await meera.type("Zacharias Quux")
        await meera.press("escape")
        await meera.panel_closes()
        issuing = meera.app.screen.issuing
        assert issuing.draft.text == "Zacharias Quux"
        if elsewhere:
            desk.perform(ForgetPatient(token=token))
        else:
            await meera.press("enter", "delete", "y")
        await meera.until(lambda: issuing.draft is None, "the draft's end")


# Digits beside a name


@pytest.mark.slow
async def test_a_phone_behind_the_name_is_seen_before_enter(desk: FrontDesk, open_desk: OpenDesk) -> None:
    doctor_with_slots(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("n")
        await meera.sees("gets a seat (1 of 2)", within=FORECAST)
        await meera.type("Ravi Kumar +91 98450-12345")
        await meera.sees("Phone +91 98450-12345", "gets a seat (1 of 2)", within=FORECAST)
        await meera.press("enter")
        await meera.panel_closes()
        assert people(desk) == {"Ravi Kumar": ("+91 98450-12345", "WALKIN")}


@pytest.mark.slow
async def test_digits_within_a_name_are_asked_about_once(desk: FrontDesk, open_desk: OpenDesk) -> None:
    doctor_with_slots(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("n")
        await meera.type("Rav1")
        await meera.press("enter")
        await meera.sees("“Rav1” has digits in it. Enter again takes it as the name.", within=FORECAST)
        await meera.press("end", "2", "enter")
        await meera.sees("“Rav12” has digits in it.", within=FORECAST)
        assert people(desk) == {}
        meera.takes_a_moment()
        await meera.press("enter")
        await meera.panel_closes()
        assert people(desk) == {"Rav12": (None, "WALKIN")}


# People of one name


@pytest.mark.slow
async def test_who_has_the_name_already_is_said_before_enter(desk: FrontDesk, open_desk: OpenDesk) -> None:
    slots = doctor_with_slots(desk, hours=2)
    other = doctor_with_slots(desk, "B")[0]
    issue(desk, slots[0], "Asha Verma")
    issue(desk, slots[0], "Ravi Kumar")
    issue(desk, slots[0], "Sunita Rao")
    issue(desk, slots[1], "Diya Joseph")
    issue(desk, other, "Kabir Mehta")
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("n")
        for name, note in {
            "  sunita  RAO": "A-003 of this name waits here",
            "Ásha Verma": "A-001 of this name has a seat here",
            "Diya Joseph": "A-004 of this name has a seat at 10:00",
        }.items():
            await meera.press("end", "ctrl+u")
            await meera.paste(name)
            await meera.sees(f"Note: {note}", within=FORECAST)
        await meera.press("end", "ctrl+u")
        await meera.type("Kabir Mehta")
        await meera.until(lambda: "Note" not in meera.read(FORECAST), "the forecast for a new name")
        await meera.press("end", "ctrl+u")
        await meera.type("Sunita Rao")
        await meera.press("enter")
        await meera.panel_closes()
        assert [record.token.patient.name for record in desk.token_list(slots[0])].count("Sunita Rao") == 2


@pytest.mark.slow
async def test_a_name_is_looked_up_once_it_is_typed(
    desk: FrontDesk, open_desk: OpenDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    slot = doctor_with_slots(desk)[0]
    issue(desk, slot, "Sunita Rao")
    asked: list[str] = []
    preview = FrontDesk.preview

    def counted(self: FrontDesk, action: Action) -> Forecast:
        assert isinstance(action, IssueToken)
        asked.append(action.patient.name)
        return preview(self, action)

    async with at_the_counter(OpdApp(open_desk)) as meera:
        monkeypatch.setattr(FrontDesk, "preview", counted)
        monkeypatch.setattr(new_token, "PAUSE_SECONDS", 2.0)  # longer than a slow machine needs for these keys
        await meera.press("n")
        await meera.type("Sunita Rao")
        await meera.sees("A-001 of this name has a seat here", within=FORECAST)
        assert asked == ["somebody", "Sunita Rao"]


async def test_a_seat_that_another_desk_took_is_told_in_a_whole_sentence(
    desk: FrontDesk, open_desk: OpenDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    slot = full_slot(desk, hours=2)
    desk.perform(CancelToken(token=2))
    other, perform, faster = open_desk("tom", "desk 2"), FrontDesk.perform, iter([True])

    def perform_after_another(self: FrontDesk, action: Action, *, expect: Moves | None = None) -> Outcome:
        if self is not other and next(faster, False):
            issue(other, slot, "Zoya Ali")
        return perform(self, action, expect=expect)

    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("n")
        await meera.type("Om")
        await meera.sees("gets a seat (2 of 2)", within=FORECAST)
        monkeypatch.setattr(FrontDesk, "perform", perform_after_another)
        await meera.press("enter")
        await meera.asks(
            "Another desk was faster, so this has changed. Om now waits, first in line; "
            "the nearest free seat is at 10:00. Issue the token?"
        )
        await meera.press("y")
        await meera.panel_closes()
        assert statuses(desk)["A-004"] == "WAITING"
