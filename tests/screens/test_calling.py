"""The rhythm of the day: who is here, who is called, who is done, and whom a key concerns."""

from __future__ import annotations

from dataclasses import replace

import pytest

from opd_tui.clock import FixedClock
from opd_tui.desk.actions import (
    CallToken,
    CheckInToken,
    CompleteAndCallNext,
    CompleteToken,
    HoldToken,
    ReturnToken,
    Undo,
)
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.domain.errors import DeskBusy
from opd_tui.domain.model import HoldReason, TokenId
from opd_tui.tui.app import OpdApp
from opd_tui.tui.board.screen import SlotBoardScreen
from opd_tui.tui.settings.preferences import Preferences
from tests.screens.test_type_ahead import SlowReads
from tests.support.helpers import DATE, issue, open_slot, statuses
from tests.support.pilot import OpenDesk, Receptionist, at_the_counter, doctor_with_slots, full_slot

NAMES = ("Asha Verma", "Ravi Kumar", "Sunita Rao", "Kabir Mehta")


def all_here(desk: FrontDesk, code: str = "A") -> int:
    """Open a doctor's slot with three seats for four patients, who are all here; return the doctor's id."""
    (slot,) = doctor_with_slots(desk, code, capacity=3)
    for name in NAMES:
        issue(desk, slot, name, "WALKIN")
    return desk.slot_list()[-1].doctor.id


def inside(desk: FrontDesk) -> list[str]:
    """Return the numbers of the tokens that are with a doctor."""
    return [record.token.number for record in desk.token_list() if record.token.in_the_room]


def completed(desk: FrontDesk) -> list[str]:
    """Return the numbers of the tokens that are completed."""
    return [number for number, status in statuses(desk).items() if status == "COMPLETED"]


def chosen(meera: Receptionist) -> str:
    """Return the number of the row under the pointer in the queue."""
    return next(word for word in meera.line_with("▸", "#queue").split() if "-" in word)


def numbers(meera: Receptionist) -> list[str]:
    """Return the numbers of the queue from the top."""
    words = (line.replace("▸", " ").split() for line in meera.lines("#queue"))
    return [word for line in words for word in line if word[:2] == "A-"]


def not_told(meera: Receptionist) -> None:
    """Keep news of other desks from the screens, as in the moment before it arrives."""
    meera.app.live.take = lambda news: None  # type: ignore[method-assign]


async def test_one_key_calls_the_first_patient_and_then_completes_and_calls_the_next(
    desk: FrontDesk, open_desk: OpenDesk
) -> None:
    all_here(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("space")
        await meera.hears("A-001 Asha Verma was called")
        await meera.sees("► inside since 09:00", within="#queue")
        await meera.sees("inside 1 · here 3 · seated 3", within="#mode-bar")
        await meera.press("enter", "down", "space")
        await meera.hears("A-001 Asha Verma is done; A-002 Ravi Kumar was called")
        assert (completed(desk), inside(desk)) == (["A-001"], ["A-002"])
        await meera.press("space", "space")
        await meera.hears("A-003 Sunita Rao is done")
        assert inside(desk) == []
        await meera.press("space")
        await meera.hears("1 waits for Dr A without a seat.")


async def test_the_doctors_screen_calls_and_says_who_is_inside(
    desk: FrontDesk, open_desk: OpenDesk, clock: FixedClock
) -> None:
    all_here(desk, "A")
    all_here(desk, "B")
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("3", "down", "space")
        await meera.hears("B-001 Asha Verma was called")
        await meera.time_passes(clock, minutes=12)
        line = meera.line_with("Dr B", "#doctors").split()
        assert " ".join(line[line.index("B-001") :]) == "B-001 12 min Asha Verma 3 3 of 3 1"
        assert "B-001" not in meera.line_with("Dr A", "#doctors")
        await meera.press("space")
        await meera.sees("B-002 0 min Ravi Kumar", within="#doctors")
        assert "▸" in meera.line_with("Dr B", "#doctors")


@pytest.mark.parametrize(
    ("keys", "done"),
    [
        (("space", "space"), "A-001"),
        (("space",) * 30, "A-001"),  # a key that is held down
        (("enter", "d", "d"), "A-001"),
        (("enter", "space", "d"), "A-001"),
        (("enter", "down", "d", "d", "d"), "A-002"),
    ],
)
@pytest.mark.fast_cases(2)
async def test_a_key_never_completes_whom_nobody_could_see_when_it_was_pressed(
    desk: FrontDesk, open_desk: OpenDesk, keys: tuple[str, ...], done: str
) -> None:
    all_here(desk)
    desk.perform(CompleteAndCallNext(doctor=1))
    async with at_the_counter(OpdApp(open_desk)) as meera:
        meera.burst(*keys)
        await meera.hears("That would complete A-0", "again if it should")
        await meera.settle()
        assert completed(desk) == [done]
        await meera.press(keys[-1])
        await meera.until(lambda: len(completed(desk)) == 2, "the key that was pressed on seeing it")


@pytest.mark.parametrize("is_read", [False, True])
@pytest.mark.fast_cases(1)
async def test_the_second_of_two_spaces_blames_nobody_for_the_first(
    desk: FrontDesk, open_desk: OpenDesk, monkeypatch: pytest.MonkeyPatch, is_read: bool
) -> None:
    late = doctor_with_slots(desk, hours=2)[1]
    for name in NAMES[:2]:
        issue(desk, late, name, "WALKIN")
    desk.perform(CompleteAndCallNext(doctor=1))
    async with at_the_counter(OpdApp(open_desk)) as meera:  # whose cursor is on the slot at 09:00
        if not is_read:  # as the second space finds it that comes before the queue of this slot
            monkeypatch.setattr(SlotBoardScreen, "load_queue", lambda screen, record: None)
        meera.burst("space", "space")
        await meera.hears("That would complete A-002 Ravi Kumar. Press space again if it should.")
        await meera.settle()
        assert (meera.dialogs, completed(desk), inside(desk)) == (0, ["A-001"], ["A-002"])
        await meera.press("space")
        await meera.hears("A-002 Ravi Kumar is done")


async def test_after_the_last_one_it_says_who_is_left_without_a_seat_and_the_keys_for_them(
    desk: FrontDesk, open_desk: OpenDesk
) -> None:
    (slot,) = doctor_with_slots(desk, capacity=1)
    keys = "On the board: ^o carry over, s seats, m move."
    for name in NAMES:
        issue(desk, slot, name, "WALKIN")
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("space", "space")
        await meera.hears(f"A-001 Asha Verma is done. 3 wait for Dr A without a seat. {keys}")
        await meera.press("space")
        await meera.hears(f"3 wait for Dr A without a seat. {keys}")


@pytest.mark.slow
async def test_after_the_very_last_one_nobody_is_left(desk: FrontDesk, open_desk: OpenDesk) -> None:
    (slot,) = doctor_with_slots(desk)
    issue(desk, slot, "Om", "WALKIN")
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("space", "space")
        await meera.hears("A-001 Om is done. Nobody is left to call for Dr A.")


async def test_what_another_desk_did_just_before_is_asked_about(desk: FrontDesk, open_desk: OpenDesk) -> None:
    doctor = all_here(desk)
    desk.perform(CompleteAndCallNext(doctor=doctor))
    async with at_the_counter(OpdApp(open_desk)) as meera:
        not_told(meera)
        open_desk("tom", "desk 2").perform(CompleteAndCallNext(doctor=doctor))
        await meera.press("space")
        await meera.asks("Another desk was faster", "A-002 Ravi Kumar is done; A-003 Sunita Rao was called")
        await meera.press("escape")
        await meera.settle()
        assert (completed(desk), inside(desk)) == (["A-001"], ["A-002"])


async def test_two_desks_complete_one_patient_once(desk: FrontDesk, open_desk: OpenDesk) -> None:
    all_here(desk)
    desk.perform(CompleteAndCallNext(doctor=1))
    async with at_the_counter(OpdApp(open_desk)) as meera:
        not_told(meera)
        open_desk("tom", "desk 2").perform(CompleteToken(token=1))
        await meera.press("enter", "d")
        await meera.hears("A-001 was already completed at 09:00")
        assert completed(desk) == ["A-001"]


@pytest.mark.slow
async def test_a_key_behind_the_arrows_waits_for_the_queue_of_its_slot(desk: FrontDesk, open_desk: OpenDesk) -> None:
    all_here(desk, "A")
    all_here(desk, "B")
    async with at_the_counter(OpdApp(open_desk)) as meera:
        reads = SlowReads(meera)
        meera.burst("down", "enter", "d")
        await meera.until(lambda: reads.asked, "the queue that is read")
        await meera.breathe()
        assert not completed(desk)
        reads.may_come.set()
        await meera.hears("B-001 Asha Verma is done")
        assert completed(desk) == ["B-001"]


async def test_the_arrows_do_not_wait_for_the_queues_that_they_pass(desk: FrontDesk, open_desk: OpenDesk) -> None:
    for code in "ABCDEF":
        all_here(desk, code)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        reads = SlowReads(meera)
        meera.burst("down", "j", "down", "pagedown", "up", "enter", "d")
        await meera.until(lambda: "▐" in meera.line_with("Dr E", "#grid"), "the cursor on its slot")
        assert not completed(desk)
        reads.may_come.set()
        await meera.hears("E-001 Asha Verma is done")
        assert completed(desk) == ["E-001"]


@pytest.mark.slow
async def test_out_of_turn_and_back_to_the_queue(desk: FrontDesk, open_desk: OpenDesk) -> None:
    all_here(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("o")
        await meera.hears("Choose a token first (Enter)")
        await meera.press("enter", "down", "o")
        await meera.hears("A-002 Ravi Kumar was called")
        await meera.sees("► inside", within="#queue")
        assert (numbers(meera)[0], chosen(meera)) == ("A-002", "A-002")
        await meera.press("down", "o")
        await meera.hears("A-002 Ravi Kumar is with the doctor")
        await meera.press("b")
        await meera.hears("A-001 Asha Verma is not with the doctor")
        await meera.press("up", "b")
        await meera.hears("A-002 Ravi Kumar is back in the queue")
        assert inside(desk) == []


async def test_the_third_return_offers_a_no_show(desk: FrontDesk, open_desk: OpenDesk) -> None:
    all_here(desk)
    for _ in range(2):
        desk.perform(CallToken(token=1))
        desk.perform(ReturnToken(token=1))
    desk.perform(CallToken(token=1))
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("enter", "b")
        await meera.asks("Mark A-001 Asha Verma", "no-show?", "third time")
        assert inside(desk) == []
        await meera.press("y")
        await meera.hears("A-001 Asha Verma did not show up; A-004 Kabir Mehta moves up")
        assert statuses(desk)["A-001"] == "NO_SHOW"


@pytest.mark.parametrize(("key", "reason"), [("t", "TEST"), ("P", "PAYMENT"), ("enter", "OTHER"), ("escape", None)])
@pytest.mark.fast_cases(1)
async def test_a_hold_takes_its_key_and_a_letter_and_the_key_ends_it(
    desk: FrontDesk, open_desk: OpenDesk, key: str, reason: str | None
) -> None:
    all_here(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("enter")
        meera.burst("w", key)
        if reason is None:
            await meera.settle()
            assert (meera.dialogs, desk.token_list()[0].token.held_at) == (0, None)
            return
        await meera.sees("‖ on hold", within="#queue")
        assert desk.token_list()[0].token.hold_reason is HoldReason[reason]
        assert (numbers(meera)[:3], chosen(meera)) == (["A-002", "A-003", "A-001"], "A-001")
        await meera.press("w")
        await meera.hears("A-001 Asha Verma is no longer on hold")
        assert meera.dialogs == 0


async def test_who_is_inside_is_not_put_on_hold_and_no_reason_is_asked_for(
    desk: FrontDesk, open_desk: OpenDesk
) -> None:
    all_here(desk)
    desk.perform(CallToken(token=1))
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("enter", "w")
        await meera.hears("A-001 Asha Verma is with the doctor. Send the patient back first.")
        assert meera.dialogs == 0


@pytest.mark.slow
async def test_another_letter_is_no_reason_for_a_hold(desk: FrontDesk, open_desk: OpenDesk) -> None:
    all_here(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        meera.burst("enter", "w", "w", "t")
        await meera.sees("Pause a second, then one of these letters chooses.", within=".dialog")
        await meera.settle()
        assert (meera.dialogs, desk.token_list()[0].token.held_at) == (1, None)


@pytest.mark.parametrize(("limit", "marked"), [(30, True), (31, False), (0, False)])
@pytest.mark.fast_cases(1)
async def test_a_hold_that_lasts_is_marked(
    desk: FrontDesk, open_desk: OpenDesk, clock: FixedClock, limit: int, marked: bool
) -> None:
    all_here(desk)
    desk.perform(HoldToken(token=2, reason="DOCUMENTS"))
    async with at_the_counter(OpdApp(open_desk, Preferences(hold_minutes=limit))) as meera:
        await meera.time_passes(clock, minutes=29)
        assert meera.line_with("A-002", "#queue").endswith("‖ on hold    docs 29 min")
        await meera.time_passes(clock, minutes=1)
        assert ("! on hold    docs 30 min" in meera.line_with("A-002", "#queue")) is marked


async def test_the_queue_stands_in_the_order_of_the_day(desk: FrontDesk, open_desk: OpenDesk) -> None:
    (slot,) = doctor_with_slots(desk, capacity=5)
    for name in ("Asha", "Ravi", "Sunita", "Kabir", "Diya", "Om", "Zoya"):
        issue(desk, slot, name)
    for token in (2, 4, 5, 7):
        desk.perform(CheckInToken(token=token))
    desk.perform(HoldToken(token=5, reason="TEST"))
    desk.perform(CallToken(token=4))
    async with at_the_counter(OpdApp(open_desk), (80, 30)) as meera:
        rows = [" ".join(line.split()) for line in meera.lines("#queue")]
        assert [row.replace("A-00", "") for row in rows if row][:8] == [
            "4 Kabir Online ► inside since 09:00",
            "2 Ravi Online ● here since 09:00",
            "1 Asha Online ∙ expected issued 09:00",
            "3 Sunita Online ∙ expected issued 09:00",
            "5 Diya Online ‖ on hold test 0 min",
            "── waiting, in the order of promotion ──",
            "1 6 Om Online ○ expected waits 0 min",
            "2 7 Zoya Online ○ here waits 0 min",
        ]
        assert "5 of 5 taken · 2 here · 2 waiting" in meera.read("#queue-panel")
        await meera.press("enter", "down", "down", "down")
        assert chosen(meera) == "A-003"
        await meera.press("i")
        await meera.hears("A-003 Sunita is here")
        await meera.until(lambda: numbers(meera)[2] == "A-003", "the patient among those who are here")
        assert chosen(meera) == "A-003"


async def test_whoever_is_inside_from_another_slot_is_named_beside_the_queue(
    desk: FrontDesk, open_desk: OpenDesk
) -> None:
    early, late = doctor_with_slots(desk, hours=2)
    for slot in (early, late):
        issue(desk, slot, "Asha", "WALKIN")
    desk.perform(CallToken(token=1))
    async with at_the_counter(OpdApp(open_desk)) as meera:
        assert "A-001 inside" not in meera.read("#queue-panel")
        await meera.press("right")
        await meera.sees("1 of 2 taken · 1 here · A-001 inside", within="#queue-panel")


async def test_the_totals_leave_out_a_slot_whose_opening_was_undone(desk: FrontDesk) -> None:
    all_here(desk)
    slot = open_slot(desk, 1, "10:00", "11:00")
    opened = desk.activity(1)[0].entry_id
    issue(desk, slot, "Om", "WALKIN")
    desk.perform(CompleteToken(token=5))
    date = desk.slot_list()[0].slot.date
    before = desk.totals(date)
    desk.perform(Undo(entry=opened))
    assert f"{date}" == DATE
    assert desk.totals(date) == replace(before, done=0)


@pytest.mark.slow
async def test_what_fits_is_in_the_footer_of_a_small_terminal(desk: FrontDesk, open_desk: OpenDesk) -> None:
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        assert "space Done+next" in meera.read("#footer")
        await meera.press("enter")
        assert "i Here space Done+next c Cancel" in meera.read("#footer")
        await meera.press("3")
        assert "space Done+next" in meera.read("#footer")


async def test_a_retry_repeats_the_step_that_a_busy_desk_prevented_not_the_one_before(
    desk: FrontDesk, open_desk: OpenDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    all_here(desk)
    token = desk.token_list()[0].token.id
    for action in (CallToken(token=token), ReturnToken(token=token)) * 2:
        desk.perform(action)
    desk.perform(CallToken(token=token))
    returns, failures = FrontDesk.returns_of, [DeskBusy("Another desk is busy.")]

    def busy_once(self: FrontDesk, token: TokenId) -> int:
        if failures:
            raise failures.pop()
        return returns(self, token)

    monkeypatch.setattr(FrontDesk, "returns_of", busy_once)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        await meera.press("enter", "b")
        await meera.hears("Press r to try again.")
        await meera.press("r")
        await meera.asks("It is the third time")
        await meera.press("y")
        await meera.until(lambda: statuses(desk)["A-001"] == "NO_SHOW", "the no-show")
