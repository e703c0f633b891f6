"""A command is a declaration: what it needs, what it asks for and the action that it makes; the rest follows."""

from __future__ import annotations

import datetime as dt

import pytest

from opd_tui.desk.actions import AddDoctor, CancelToken, OpenSession, OpenSlot
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.desk.outcome import Forecast
from opd_tui.domain.errors import AnswerLost
from opd_tui.tui.app import OpdApp
from opd_tui.tui.board.screen import SlotBoardScreen
from opd_tui.tui.catalogue import declared_commands
from opd_tui.tui.commands import ADD_DOCTOR, CANCEL, OPEN_SESSION
from opd_tui.tui.keys.commands import DeskCommand, Need
from opd_tui.tui.modes import MODES
from opd_tui.tui.screens.chosen import Chosen
from tests.support.pilot import OpenDesk, Receptionist, at_the_counter, doctor_with_slots

MORE = DeskCommand(
    "slot.more",
    "f4",
    "Open slot",
    "Open a slot for the chosen doctor",
    makes="open_slot",
    needs=Need.DOCTOR,
    presets={"start": "09:00", "end": "10:00", "capacity": "3"},
)


@pytest.fixture
def with_more(monkeypatch: pytest.MonkeyPatch, desk: FrontDesk) -> FrontDesk:
    """A board with one declaration more, and a doctor with a slot from 09:00 to 10:00."""
    monkeypatch.setattr(SlotBoardScreen, "INTENTS", (*SlotBoardScreen.INTENTS, MORE))
    doctor_with_slots(desk)
    return desk


async def ask_for_more(meera: Receptionist) -> None:
    """Ask for the new command as its key would."""
    await meera.app.run_action(MORE.action, meera.app.screen)
    await meera.sees("Open slot · Dr A", within=".dialog")


async def submit(meera: Receptionist) -> None:
    """Press Enter in the last field."""
    meera.takes_a_moment()
    meera.app.screen.query_one("#capacity").focus()
    await meera.press("enter")


async def retype(meera: Receptionist, field: str, text: str) -> None:
    """Put another text into a field."""
    meera.app.screen.query_one(f"#{field}").focus()
    await meera.press("end", "ctrl+u")
    await meera.type(text)


def test_the_fields_of_a_form_are_those_that_nothing_else_fills_in() -> None:
    names = {command.id: [spec.name for spec in command.asked] for command in (ADD_DOCTOR, OPEN_SESSION, CANCEL)}
    assert names == {
        "doctor.add": [spec.name for spec in AddDoctor.own_specs()],
        "session.open": [spec.name for spec in OpenSession.own_specs() if spec.name != "doctor"],
        "token.cancel": [],
    }


def test_a_command_may_ask_for_fewer_fields() -> None:
    brief = DeskCommand("x", "f4", "X", "X", makes="open_slot", needs=Need.DOCTOR, asks=("capacity",))
    assert [spec.name for spec in brief.asked] == ["capacity"]


def test_every_desk_command_needs_a_field_of_its_action() -> None:
    for command in declared_commands():
        if isinstance(command, DeskCommand) and command.needs is not None:
            assert command.needs.value in {spec.name for spec in command.action_class.own_specs()}, command.id


def test_every_mode_is_the_screen_that_it_declares() -> None:
    for mode in MODES:
        screen = mode.new_screen()
        assert (mode.id, mode.commands) == (screen.MODE, screen.INTENTS)


def test_a_form_suggests_what_the_chosen_thing_has(desk: FrontDesk) -> None:
    doctor_with_slots(desk, capacity=7)
    (record,) = desk.slot_list()
    specs = [spec for spec in OpenSlot.own_specs() if spec.name != "doctor"]
    presets = Chosen.slot(record.slot, record.doctor).presets(specs)
    assert {spec.name: spec.type.from_text(presets[spec.name], record.slot.date) for spec in specs} == {
        "date": record.slot.date,
        "start": dt.time(9),
        "end": dt.time(10),
        "capacity": 7,
    }


async def test_a_declared_command_has_its_form_its_refusal_and_its_effect(
    with_more: FrontDesk, open_desk: OpenDesk
) -> None:
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await ask_for_more(meera)
        await submit(meera)
        await meera.sees("Dr A already has a slot 09:00–10:00", "Nothing was changed", within="#form-wrong")
        assert "3" in meera.read("#capacity"), "what was typed stays"
        await retype(meera, "start", "10:00")
        await retype(meera, "end", "11:00")
        await submit(meera)
        await meera.until(lambda: len(with_more.slot_list()) == 2, "the slot")
        await meera.until(lambda: meera.dialogs == 0, "the form's end")


async def test_a_question_of_the_action_is_asked_over_its_form_and_a_no_leads_back_to_it(
    with_more: FrontDesk, open_desk: OpenDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def question(_action: OpenSlot, forecast: Forecast, chosen: str = "") -> str:
        return f"Open {len(forecast.outcome.slots)} for {chosen}?"

    monkeypatch.setattr(OpenSlot, "question", question)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await ask_for_more(meera)
        await retype(meera, "start", "10:00")
        await retype(meera, "end", "11:00")
        await submit(meera)
        await meera.asks("Open 1 for Dr A?")
        await meera.press("escape")
        await meera.sees("Not done", within="#form-wrong")
        assert len(with_more.slot_list()) == 1
        await submit(meera)
        await meera.asks("Open 1 for Dr A?")
        await meera.press("y")
        await meera.until(lambda: len(with_more.slot_list()) == 2, "the slot")
        await meera.until(lambda: meera.dialogs == 0, "the form's end")


@pytest.mark.slow
async def test_a_form_whose_answer_is_lost_closes_so_that_nothing_is_done_twice(
    with_more: FrontDesk, open_desk: OpenDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_the_counter(OpdApp(open_desk)) as meera:

        async def lose(*_: object, **__: object) -> None:
            raise AnswerLost("key")

        await ask_for_more(meera)
        await retype(meera, "start", "10:00")
        await retype(meera, "end", "11:00")
        monkeypatch.setattr(meera.app, "perform", lose)
        await submit(meera)
        await meera.hears("may have been done or not")
        assert meera.dialogs == 0


async def test_a_command_says_what_has_to_be_chosen_first(desk: FrontDesk, open_desk: OpenDesk) -> None:
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("c")
        await meera.hears("There is no slot on this day. Press 3")


def test_what_is_asked_and_answered_belongs_to_the_action() -> None:
    assert (CancelToken.yes, AddDoctor.yes) == ("Yes, cancel it", "Yes, do it")
