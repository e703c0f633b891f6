"""Who is called, who is sent back, who is away."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from opd_tui.clock import FixedClock
from opd_tui.desk.actions import (
    CallNext,
    CallToken,
    CancelToken,
    CheckInToken,
    CompleteAndCallNext,
    CompleteToken,
    HoldToken,
    MoveToken,
    ReleaseToken,
    ReturnToken,
)
from opd_tui.desk.answers import accepted
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.domain import errors
from opd_tui.domain.errors import DeskRefusal
from tests.conftest import ZONE
from tests.support.actions import at, moves
from tests.support.helpers import DATE, add_doctor, issue, open_slot, statuses
from tests.support.memory_desk import MemoryDesk
from tests.support.stores import always_on_every_store, on_every_store


@pytest.fixture
def day(clock: FixedClock) -> MemoryDesk:
    """Dr A from 09:00 and from 10:00, two seats each; A-001 and A-002 are early, A-003 to A-005 late; all are here."""
    desk = MemoryDesk(clock, ZONE)
    doctor = add_doctor(desk, "Dr A", code="A")
    slots = [open_slot(desk, doctor), open_slot(desk, doctor, "10:00", "11:00")]
    for slot, name in ((0, "Asha"), (0, "Ravi"), (1, "Sunita"), (1, "Meera"), (1, "Joseph")):
        issue(desk, slots[slot], name)
    for token in range(1, 6):
        desk.perform(CheckInToken(token=token))
    return desk


def inside(desk: MemoryDesk | FrontDesk) -> list[str]:
    """Who is in the room, by number."""
    return [record.token.number for record in desk.token_list() if record.token.in_the_room]


def called(desk: MemoryDesk, count: int) -> list[str]:
    """The numbers of those who are called one after another."""
    found = []
    for _ in range(count):
        desk.perform(CompleteAndCallNext(doctor=1))
        found += inside(desk)
    return found


def refused(desk: MemoryDesk, action: object, error: type[DeskRefusal], saying: str) -> None:
    with pytest.raises(error, match=saying):
        desk.perform(action)


def test_the_earlier_slot_first_then_the_rank_and_who_waits_is_not_called(day: MemoryDesk) -> None:
    assert called(day, 4) == ["A-001", "A-002", "A-003", "A-004"]
    assert accepted(day.perform(CompleteAndCallNext(doctor=1)))["token"] is None, "the last one is only completed"
    refused(day, CompleteAndCallNext(doctor=1), errors.NobodyToCall, "1 waits for Dr A without a seat")
    assert statuses(day)["A-005"] == "WAITING"


def test_an_emergency_goes_before_the_earlier_slot(day: MemoryDesk) -> None:
    issue(day, 2, "Imran", "EMERGENCY")
    assert called(day, 2) == ["A-006", "A-001"]


def test_one_patient_at_a_time(day: MemoryDesk) -> None:
    day.perform(CallToken(token=3))
    assert inside(day) == ["A-003"]
    for action in (CallToken(token=1), CallNext(doctor=1)):
        refused(day, action, errors.RoomOccupied, "A-003 Sunita is with the doctor")
    refused(day, CallToken(token=3), errors.NothingToChange, "with the doctor already")
    answer = accepted(day.perform(CompleteAndCallNext(doctor=1)))
    assert (answer["completed"]["number"], answer["token"]["number"]) == ("A-003", "A-001")
    assert [(c["number"], c["from"], c["to"], c["reason"]) for c in answer["changes"]] == [
        ("A-003", "ACTIVE", "COMPLETED", "completed"),
        ("A-001", "ACTIVE", "ACTIVE", "called"),
    ]


def test_another_doctor_and_another_day_have_a_room_of_their_own(day: MemoryDesk) -> None:
    slot = open_slot(day, add_doctor(day, "Dr B", code="B"))
    issue(day, slot, "Imran", "WALKIN")
    day.perform(CallNext(doctor=1))
    day.perform(CallNext(doctor=2))
    assert inside(day) == ["A-001", "B-001"]
    refused(day, CallNext(doctor=1, date="2026-11-23"), errors.NobodyToCall, "Nobody is left to call for Dr A")


def test_only_who_is_seated_and_here_is_called(day: MemoryDesk) -> None:
    issue(day, 1, "Imran", "PAID")
    refused(day, CallToken(token=6), errors.PatientNotHere, "A-006 Imran has not been checked in")
    refused(day, CallToken(token=5), errors.TokenHoldsNoSeat, "A-005 Joseph has no seat yet")
    day.perform(CancelToken(token=1))
    refused(day, CallToken(token=1), errors.TokenAlreadyClosed, "already cancelled")


def test_who_is_on_hold_is_passed_over_and_a_call_ends_the_hold(day: MemoryDesk) -> None:
    for token in (1, 2):
        day.perform(HoldToken(token=token, reason="TEST"))
    assert called(day, 1) == ["A-003"]
    day.perform(CompleteToken(token=3))
    answer = accepted(day.perform(CallToken(token=2)))
    assert answer["token"]["status"] == "ACTIVE"
    assert held(day) == {"A-001"}
    for token in (2, 4):
        day.perform(CompleteToken(token=token))
    refused(day, CallNext(doctor=1), errors.NobodyToCall, "Everybody with a seat who is here for Dr A is on hold")
    day.perform(ReleaseToken(token=1))
    assert called(day, 1) == ["A-001"]


def held(desk: MemoryDesk) -> set[str]:
    return {record.token.number for record in desk.token_list() if record.token.held_at}


def test_a_hold_ends_with_the_token_and_says_why(day: MemoryDesk) -> None:
    assert day.perform(HoldToken(token=5, reason="PAYMENT")).sentence == "A-005 Joseph is away for a payment"
    refused(day, HoldToken(token=5, reason="PAYMENT"), errors.NothingToChange, "away for a payment already")
    day.perform(HoldToken(token=5, reason="OTHER"))
    day.perform(CancelToken(token=5))
    assert held(day) == set()
    refused(day, ReleaseToken(token=1), errors.NothingToChange, "not on hold")
    day.perform(CallToken(token=1))
    refused(day, HoldToken(token=1, reason="TEST"), errors.TokenInTheRoom, "A-001 Asha is with the doctor")


def test_nobody_here_is_said(clock: FixedClock) -> None:
    desk = MemoryDesk(clock, ZONE)
    issue(desk, open_slot(desk, add_doctor(desk)), "Asha")
    refused(desk, CallNext(doctor=1), errors.NobodyToCall, "Nobody with a seat is here for Dr A yet")


@pytest.mark.parametrize(("seats", "sources", "hold", "why"), [
    (1, [], False, "Nobody is left to call for Dr A."),
    (1, ["WALKIN"], True, "Everybody with a seat who is here for Dr A is on hold. Release who is back."),
    (1, ["WALKIN"] * 2, True, "Everybody with a seat who is here for Dr A is on hold, and 1 waits without a seat."),
    (1, ["ONLINE"] * 4, False, "Nobody with a seat is here for Dr A yet, and 3 wait without a seat. Check in"),
])  # fmt: skip
def test_why_nobody_is_called_counts_who_waits_without_a_seat(
    clock: FixedClock, seats: int, sources: list[str], hold: bool, why: str
) -> None:
    desk = MemoryDesk(clock, ZONE)
    slot = open_slot(desk, add_doctor(desk), capacity=seats)
    for number, source in enumerate(sources):
        issue(desk, slot, f"P {number}", source)
    if hold:
        desk.perform(HoldToken(token=1, reason="TEST"))
    refused(desk, CallNext(doctor=1), errors.NobodyToCall, why)


def test_when_every_seat_is_used_up_those_without_one_are_counted(clock: FixedClock) -> None:
    desk = MemoryDesk(clock, ZONE)
    slot = open_slot(desk, add_doctor(desk), capacity=1)
    for name in ("Asha", "Ravi", "Om"):
        issue(desk, slot, name, "WALKIN")
    desk.perform(CompleteAndCallNext(doctor=1))
    done = desk.perform(CompleteAndCallNext(doctor=1))
    assert done.sentence == "A-001 Asha is done; nobody can be called next"
    for action in (CallNext, CompleteAndCallNext):
        refused(desk, action(doctor=1), errors.NobodyToCall, "2 wait for Dr A without a seat.")


def test_who_was_sent_back_is_passed_over_once_for_five_minutes(day: MemoryDesk, clock: FixedClock) -> None:
    day.perform(CallNext(doctor=1))
    assert moves(day.perform(ReturnToken(token=1))) == [("A-001", "ACTIVE", "returned")]
    assert called(day, 3) == ["A-002", "A-001", "A-003"]
    day.perform(ReturnToken(token=3))
    clock.instant += dt.timedelta(minutes=5)
    assert called(day, 1) == ["A-003"], "five minutes later it is not recent any more"


def test_of_those_who_were_sent_back_one_is_called_if_there_is_nobody_else(day: MemoryDesk) -> None:
    for token in (2, 3, 4):
        day.perform(HoldToken(token=token, reason="OTHER"))
    day.perform(CallNext(doctor=1))
    day.perform(ReturnToken(token=1))
    assert called(day, 1) == ["A-001"]


def test_who_is_sent_back_may_lose_the_seat_and_the_question_says_so(day: MemoryDesk) -> None:
    for token in (1, 2):
        day.perform(CallToken(token=token))
        if token == 1:
            day.perform(CompleteToken(token=1))
    issue(day, 1, "Imran", "EMERGENCY")
    assert statuses(day)["A-006"] == "WAITING", "the room keeps its seat"
    back = ReturnToken(token=2)
    assert back.question(day.preview(back)) == (
        "Send A-002 Ravi (Online) back to the queue? A-006 Imran (Emergency) takes the seat, and Ravi then waits."
    )
    assert moves(day.perform(back)) == [
        ("A-002", "ACTIVE", "returned"),
        ("A-002", "WAITING", "preempted"),
        ("A-006", "ACTIVE", "promoted"),
    ]
    refused(day, back, errors.NothingToChange, "A-002 Ravi is not with the doctor")


def test_nobody_is_done_before_the_token_was_issued(day: MemoryDesk) -> None:
    day.perform(CallNext(doctor=1))
    early = CompleteAndCallNext(doctor=1, date=DATE, at=at(8))
    refused(day, early, errors.InvalidAction, "is earlier than the token")


@always_on_every_store
def test_done_and_next_on_a_database(filled: FrontDesk) -> None:
    for token in (1, 2):
        filled.perform(CheckInToken(token=token))
    assert filled.perform(CompleteAndCallNext(doctor=1)).sentence == "A-001 Asha Kumar was called"
    done = filled.perform(CompleteAndCallNext(doctor=1))
    assert done.sentence == "A-001 Asha Kumar is done; A-002 Ravi Kumar was called"
    assert inside(filled) == ["A-002"]
    assert filled.verify().problems == []


@on_every_store
def test_two_desks_at_once_never_have_two_patients_inside(open_desk: Callable[..., FrontDesk]) -> None:
    desks = [open_desk("meera", "desk 1"), open_desk("ravi", "desk 2")]
    doctor = add_doctor(desks[0], "Dr A", code="A")
    slots = [open_slot(desks[0], doctor, f"{hour:02}:00", f"{hour + 1}:00", capacity=10) for hour in (9, 10)]
    for number in range(20):
        issue(desks[0], slots[number % 2], f"P {number}", "WALKIN")

    def work(desk: FrontDesk, token: int) -> list[str]:
        """Call and complete until nobody is left, moving somebody to and fro meanwhile."""
        done: list[str] = []
        while True:
            with suppress(DeskRefusal):
                desk.perform(MoveToken(token=token, slot=slots[len(done) % 2]))
            try:
                done += [change.reason for change in desk.perform(CompleteAndCallNext(doctor=doctor)).changes]
            except errors.NobodyToCall:
                return done
            assert len(inside(desk)) <= 1

    with ThreadPoolExecutor(2) as pool:
        done = Counter(reason for reasons in pool.map(work, desks, (19, 20)) for reason in reasons)
    assert done == {"called": 20, "completed": 20}
    assert desks[0].verify().problems == []
