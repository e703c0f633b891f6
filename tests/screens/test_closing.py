"""Cancel and no-show: one question that names everybody, then it happens; done does not ask."""

from __future__ import annotations

import pytest

from opd_tui.desk.actions import CancelToken
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.tui.app import OpdApp
from tests.support.helpers import issue, statuses, token_of
from tests.support.pilot import OpenDesk, Receptionist, at_the_counter, doctor_with_slots, full_slot


async def choose_in_queue(receptionist: Receptionist, downs: int = 0) -> None:
    """Go into the queue and down to a token."""
    await receptionist.press("enter", *["down"] * downs)


@pytest.mark.parametrize(
    ("key", "question", "status", "said"),
    [
        (
            "c",
            "Cancel A-001 Asha Verma (Online, seated, Dr A 09:00–10:00)? "
            "A-003 Sunita Rao (Online) then moves up into the seat.",
            "CANCELLED",
            "A-001 Asha Verma was cancelled; A-003 Sunita Rao moves up.",
        ),
        (
            "x",
            "Mark A-001 Asha Verma (Online, seated, Dr A 09:00–10:00) as a no-show? "
            "A-003 Sunita Rao (Online) then moves up into the seat.",
            "NO_SHOW",
            "A-001 Asha Verma did not show up; A-003 Sunita Rao moves up.",
        ),
    ],
)
@pytest.mark.fast_cases(1)
async def test_whoever_frees_a_seat_is_asked_about_with_who_moves_up(
    desk: FrontDesk, open_desk: OpenDesk, key: str, question: str, status: str, said: str
) -> None:
    full_slot(desk, waiting=1)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await choose_in_queue(meera)
        await meera.press(key)
        await meera.asks(question)
        assert statuses(desk)["A-001"] == "ACTIVE"
        await meera.press("y")
        await meera.hears(said)
        await meera.settle()
        assert statuses(desk) == {"A-001": status, "A-002": "ACTIVE", "A-003": "ACTIVE"}
        assert meera.focused_id == "queue"
        assert "A-003" in meera.line_with("Sunita Rao", "#queue")
        assert "waiting" not in meera.read("#queue")


async def test_a_done_consultation_uses_its_seat_up_and_nobody_moves(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk, waiting=1)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await choose_in_queue(meera)
        await meera.press("d")
        await meera.hears("A-001 Asha Verma is done.")
        await meera.settle()
        assert statuses(desk) == {"A-001": "COMPLETED", "A-002": "ACTIVE", "A-003": "WAITING"}
        assert "✓ done" in meera.line_with("A-001", "#queue")


async def test_where_nobody_waits_the_question_says_that_the_seat_stays_free(
    desk: FrontDesk, open_desk: OpenDesk
) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await choose_in_queue(meera, downs=1)
        await meera.press("c")
        await meera.asks("Cancel A-002 Ravi Kumar", "Nobody waits, so the seat stays free.")


async def test_only_y_closes_a_token(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk, waiting=1)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await choose_in_queue(meera)
        for key in ("enter", "escape"):
            await meera.press("c")
            await meera.asks("Cancel A-001")
            await meera.press("n", "c", "tab", "right", "space", "u")
            assert meera.question
            await meera.press(key)
            await meera.settle()
            assert not meera.question
            assert set(statuses(desk).values()) == {"ACTIVE", "WAITING"}


@pytest.mark.slow
async def test_the_mouse_answers_too(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await choose_in_queue(meera)
        await meera.press("c")
        await meera.asks("Cancel A-001")
        await meera.pilot.click("#no")
        await meera.until(lambda: not meera.question, "the question's end")
        await meera.press("c")
        await meera.asks("Cancel A-001")
        await meera.pilot.click("#yes")
        await meera.hears("A-001 Asha Verma was cancelled")
        assert statuses(desk)["A-001"] == "CANCELLED"


@pytest.mark.slow
async def test_keys_in_a_hurry_ask_one_question_and_close_one_token(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk, waiting=1)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await choose_in_queue(meera)
        await meera.type("ccx")
        await meera.asks("Cancel A-001")
        await meera.type("yyy")
        await meera.until(lambda: statuses(desk)["A-001"] == "CANCELLED")
        await meera.settle()
        assert meera.dialogs == 0
        assert statuses(desk) == {"A-001": "CANCELLED", "A-002": "ACTIVE", "A-003": "ACTIVE"}


@pytest.mark.slow
async def test_after_a_no_another_token_can_be_asked_about(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await choose_in_queue(meera)
        await meera.press("c")
        await meera.asks("Cancel A-001")
        await meera.press("escape", "down", "x")
        await meera.asks("Mark A-002 Ravi Kumar")


async def test_in_the_grid_no_token_is_chosen(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        for key in "cxd":
            await meera.press(key)
            await meera.hears("Choose a token first (Enter).")
            assert not meera.question


async def test_a_closed_token_says_why_it_stays_closed(desk: FrontDesk, open_desk: OpenDesk) -> None:
    slot = doctor_with_slots(desk)[0]
    desk.perform(CancelToken(token=token_of(issue(desk, slot, "Asha Verma"))))  # type: ignore[arg-type]
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await choose_in_queue(meera)
        for key in "cxd":
            await meera.press(key)
            await meera.hears("A-001 was already cancelled at 09:00", "Nothing was changed")
            assert not meera.question
        await meera.press("escape")
        assert meera.focused_id == "grid"


@pytest.mark.slow
async def test_from_the_waitlist_a_waiting_token_is_cancelled_and_the_cursor_goes_on(
    desk: FrontDesk, open_desk: OpenDesk
) -> None:
    full_slot(desk, waiting=2)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("2")
        await meera.sees("Sunita Rao", within="#waiting")
        await meera.press("c")
        await meera.asks("Cancel A-003 Sunita Rao (Online, waiting, Dr A 09:00–10:00)?")
        assert "move" not in meera.question
        await meera.press("y")
        await meera.hears("A-003 Sunita Rao was cancelled.")
        await meera.settle()
        assert "Sunita Rao" not in meera.read("#waiting")
        assert meera.line_with("▸", "#waiting").split()[:4] == ["▸", "A-004", "Kabir", "Mehta"]


async def test_who_waits_can_neither_be_a_no_show_nor_done(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk, waiting=1)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("2")
        await meera.sees("Sunita Rao", within="#waiting")
        for key in "xd":
            await meera.press(key)
            await meera.hears("A-003", "Nothing was changed")
            assert not meera.question
        assert statuses(desk)["A-003"] == "WAITING"


@pytest.mark.slow
async def test_who_moves_up_is_asked_again_when_another_desk_changed_it(desk: FrontDesk, open_desk: OpenDesk) -> None:
    slot = full_slot(desk, waiting=1)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await choose_in_queue(meera)
        await meera.press("c")
        await meera.asks("A-003 Sunita Rao (Online) then moves up")
        other = open_desk("tom", "desk 2")
        waiting = next(r.token.id for r in desk.token_list(slot) if r.token.number == "A-003")
        other.perform(CancelToken(token=waiting))
        issue(other, slot, "Zoya Ali", "WALKIN")
        await meera.press("y")
        await meera.asks("Another desk was faster", "A-004 Zoya Ali (Walk-in) then moves up")
        assert statuses(desk)["A-001"] == "ACTIVE"
        await meera.press("y")
        await meera.hears("A-001 Asha Verma was cancelled; A-004 Zoya Ali moves up")
        assert statuses(desk)["A-004"] == "ACTIVE"


async def test_a_token_that_another_desk_closed_meanwhile_says_so(desk: FrontDesk, open_desk: OpenDesk) -> None:
    slot = full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await choose_in_queue(meera)
        await meera.press("c")
        await meera.asks("Cancel A-001 Asha Verma")
        first = desk.token_list(slot)[0].token.id
        open_desk("tom", "desk 2").perform(CancelToken(token=first))
        await meera.press("y")
        await meera.hears("A-001 was already cancelled at 09:00")
        assert not meera.question
        assert list(statuses(desk).values()).count("CANCELLED") == 1
