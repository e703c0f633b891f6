"""Tokens that change their source, come back, or move to another slot, and what patients have to be told."""

from __future__ import annotations

import pytest

from opd_tui.clock import FixedClock
from opd_tui.desk.actions import (
    CallToken,
    CancelToken,
    ChangeSource,
    CheckInToken,
    CloseSlot,
    CompleteToken,
    ForgetPatient,
    HoldToken,
    MoveToken,
    ReinstateToken,
    TellPatient,
)
from opd_tui.desk.answers import accepted
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.domain import errors
from opd_tui.domain.model import Token
from tests.conftest import ZONE
from tests.support.actions import at, moves
from tests.support.helpers import add_doctor, issue, open_slot, statuses, token_of
from tests.support.memory_desk import MemoryDesk
from tests.support.stores import always_on_every_store

EARLY, LATE, ELSEWHERE = 1, 2, 3


@pytest.fixture
def day(clock: FixedClock) -> MemoryDesk:
    """Dr A with two seats from 09:00 and one from 10:00, Dr B with one; four ONLINE tokens early, one late."""
    day = MemoryDesk(clock, ZONE)
    doctor = add_doctor(day, "Dr A", code="A")
    open_slot(day, doctor)
    open_slot(day, doctor, "10:00", "11:00", capacity=1)
    open_slot(day, add_doctor(day, "Dr B", code="B"), capacity=1)
    for slot, name in ((EARLY, "Asha"), (EARLY, "Ravi"), (EARLY, "Sunita"), (EARLY, "Meera"), (LATE, "Joseph")):
        issue(day, slot, {"name": name, "phone": "98765 43210"})
    return day


def token(day: MemoryDesk, id_: int) -> Token:
    (found,) = [record.token for record in day.token_list() if record.token.id == id_]
    return found


def to_tell(day: MemoryDesk) -> set[str]:
    return {record.token.number for record in day.token_list() if record.token.to_tell_since}


# Source


def test_a_better_source_takes_a_seat_and_keeps_the_time_of_issue(day: MemoryDesk) -> None:
    issued_at = token(day, 4).issued_at
    better = ChangeSource(token=4, source="PAID")
    assert better.question(day.preview(better)) == (
        "Make A-004 Meera Paid? A-002 Ravi (Online) then loses the seat and waits."
    )
    assert moves(day.perform(better)) == [
        ("A-004", "WAITING", "source_changed"),
        ("A-002", "WAITING", "preempted"),
        ("A-004", "ACTIVE", "allocated"),
    ]
    assert token(day, 4).issued_at == issued_at
    assert moves(day.perform(ChangeSource(token=1, source="WALKIN"))) == [
        ("A-001", "ACTIVE", "source_changed"),
        ("A-001", "WAITING", "preempted"),
        ("A-002", "ACTIVE", "promoted"),
    ]
    assert token(day, 1).checked_in_at is None, "a change of source checks nobody in"


def test_an_emergency_has_a_reason(day: MemoryDesk) -> None:
    with pytest.raises(errors.InvalidAction, match="'reason' is missing"):
        day.perform(ChangeSource(token=1, source="EMERGENCY"))
    changed = day.perform(ChangeSource(token=1, source="EMERGENCY", reason="WORSE"))
    assert changed.sentence == "A-001 Asha is now Emergency, because the patient got worse"
    with pytest.raises(errors.NothingToChange, match="A-001 Asha is Emergency already"):
        day.perform(ChangeSource(token=1, source="EMERGENCY", reason="OTHER"))
    assert "because" not in day.perform(ChangeSource(token=1, source="PAID", reason="WORSE")).sentence


# Reinstating


def test_a_closed_token_comes_back_in_its_place_or_as_new(day: MemoryDesk, clock: FixedClock) -> None:
    day.perform(CheckInToken(token=1))
    day.perform(CancelToken(token=1))
    clock.instant = at(9, 30)
    back = ReinstateToken(token=1)
    assert back.question(day.preview(back)) == (
        "Open A-001 Asha (Online) again? A-003 Sunita (Online) then loses the seat and waits."
    )
    assert moves(day.perform(back)) == [
        ("A-001", "WAITING", "reinstated"),
        ("A-003", "WAITING", "preempted"),
        ("A-001", "ACTIVE", "allocated"),
    ]
    assert token(day, 1).checked_in_at == at(9)
    day.perform(CancelToken(token=1))
    assert moves(day.perform(ReinstateToken(token=1, keep_place=False))) == [("A-001", "WAITING", "reinstated")]
    assert token(day, 1).issued_at == at(9, 30)
    with pytest.raises(errors.NothingToChange, match="A-001 Asha is open already"):
        day.perform(ReinstateToken(token=1))


def test_a_consultation_that_did_not_take_place_gives_its_seat_back(day: MemoryDesk) -> None:
    day.perform(CheckInToken(token=1))
    day.perform(CallToken(token=1))
    day.perform(CompleteToken(token=1))
    issue(day, EARLY, "Imran", "EMERGENCY")
    day.perform(ReinstateToken(token=1))
    assert token(day, 1).called_at is None
    assert statuses(day, EARLY)["A-002"] == "WAITING"


def test_who_cannot_come_back(day: MemoryDesk) -> None:
    day.perform(CancelToken(token=1))
    issue(day, EARLY, {"name": "Asha", "phone": "98765 43210"})
    with pytest.raises(errors.DuplicatePatient, match="A-006 Asha is the same person"):
        day.perform(ReinstateToken(token=1))
    day.perform(CancelToken(token=6))
    day.perform(ForgetPatient(token=1))
    with pytest.raises(errors.PatientAlreadyForgotten):
        day.perform(ReinstateToken(token=1))
    day.perform(MoveToken(token=2, slot=ELSEWHERE))
    with pytest.raises(errors.TokenReplaced, match="B-001 Ravi replaces it"):
        day.perform(ReinstateToken(token=2))
    day.perform(MoveToken(token=token_of(issue(day, ELSEWHERE, "Imran")), slot=LATE))
    day.perform(MoveToken(token=7, slot=LATE))
    for earlier in (2, 7):
        with pytest.raises(errors.TokenReplaced, match="A-008 Ravi replaces it"):
            day.perform(ReinstateToken(token=earlier))


def test_an_emergency_comes_back_beside_another_token_of_the_same_person(day: MemoryDesk) -> None:
    day.perform(ChangeSource(token=1, source="EMERGENCY", reason="OTHER"))
    day.perform(CancelToken(token=1))
    issue(day, EARLY, {"name": "Asha", "phone": "98765 43210"})
    day.perform(ReinstateToken(token=1))


# Moving


def test_within_the_doctors_day_the_token_and_its_number_stay(day: MemoryDesk, clock: FixedClock) -> None:
    day.perform(CheckInToken(token=1))
    day.perform(HoldToken(token=1, reason="TEST"))
    clock.instant = at(9, 20)
    move = MoveToken(token=1, slot=LATE)
    assert move.question(day.preview(move)) == (
        "Move A-001 Asha to Dr A 10:00–11:00? There the patient has no seat and waits."
    )
    moved = day.perform(move)
    assert moves(moved) == [("A-001", "WAITING", "moved"), ("A-003", "ACTIVE", "promoted")]
    assert moved.sentence == ("A-001 Asha was moved to Dr A 10:00 and waits there; A-003 Sunita moves up")
    assert (token(day, 1).slot_id, token(day, 1).issued_at) == (LATE, at(9, 20))
    assert token(day, 1).checked_in_at == at(9)
    assert token(day, 1).held_at == at(9)


def test_with_its_place_it_may_take_a_seat_there(day: MemoryDesk) -> None:
    move = MoveToken(token=4, slot=LATE, keep_place=True)
    assert move.question(day.preview(move)) == (
        "Move A-004 Meera to Dr A 10:00–11:00? A-005 Joseph (Online) then loses the seat and waits."
    )
    assert moves(day.perform(move)) == [
        ("A-004", "WAITING", "moved"),
        ("A-005", "WAITING", "preempted"),
        ("A-004", "ACTIVE", "allocated"),
    ]
    assert to_tell(day) == {"A-004", "A-005"}


def test_to_another_doctor_a_new_token_replaces_it(day: MemoryDesk, clock: FixedClock) -> None:
    day.perform(CheckInToken(token=1))
    clock.instant = at(9, 20)
    answer = accepted(day.perform(MoveToken(token=1, slot=ELSEWHERE, keep_place=True)))
    assert (answer["token"]["number"], answer["token"]["status"]) == ("B-001", "ACTIVE")
    assert [(c["number"], c["reason"]) for c in answer["changes"]] == [
        ("A-001", "moved"),
        ("B-001", "issued"),
        ("B-001", "allocated"),
        ("A-003", "promoted"),
    ]
    new = token(day, 6)
    assert (new.replaces, new.issued_at, new.checked_in_at) == (1, at(9), at(9))
    assert statuses(day)["A-001"] == "CANCELLED"
    assert to_tell(day) == {"B-001"}


def test_where_a_token_cannot_move(day: MemoryDesk) -> None:
    with pytest.raises(errors.NothingToChange, match="A-001 Asha is in the slot 09:00–10:00 already"):
        day.perform(MoveToken(token=1, slot=EARLY))
    with pytest.raises(errors.UnknownSlot):
        day.perform(MoveToken(token=1, slot=99))
    day.perform(CloseSlot(slot=ELSEWHERE))
    with pytest.raises(errors.SlotIsClosed):
        day.perform(MoveToken(token=1, slot=ELSEWHERE))
    issue(day, LATE, {"name": "Asha", "phone": "98765 43210"})
    with pytest.raises(errors.DuplicatePatient, match="A-006 Asha is the same person"):
        day.perform(MoveToken(token=1, slot=LATE))
    day.perform(CheckInToken(token=2))
    day.perform(CallToken(token=2))
    with pytest.raises(errors.TokenInTheRoom):
        day.perform(MoveToken(token=2, slot=LATE))


# To be told


def test_who_is_displaced_has_to_be_told_until_it_is_done_or_the_seat_is_back(day: MemoryDesk) -> None:
    first = issue(day, EARLY, "Imran", "EMERGENCY")
    issue(day, EARLY, "Om", "PAID")
    assert to_tell(day) == {"A-001", "A-002"}
    day.perform(TellPatient(token=2))
    assert to_tell(day) == {"A-001"}
    with pytest.raises(errors.NothingToChange, match="nothing to tell A-002 Ravi"):
        day.perform(TellPatient(token=2))
    day.perform(CancelToken(token=first.changes[0].token.id))
    assert to_tell(day) == set(), "A-001 has a seat again"


@always_on_every_store
def test_moves_on_a_database(filled: FrontDesk) -> None:
    open_slot(filled, add_doctor(filled, "Dr B", code="B"), capacity=1)
    filled.perform(MoveToken(token=1, slot=2))
    filled.perform(MoveToken(token=2, slot=3, keep_place=True))
    filled.perform(ChangeSource(token=3, source="EMERGENCY", reason="ACCIDENT"))
    filled.perform(ReinstateToken(token=4))
    assert statuses(filled) == {
        "A-001": "ACTIVE",
        "A-002": "CANCELLED",
        "A-003": "ACTIVE",
        "A-004": "ACTIVE",
        "B-001": "ACTIVE",
    }
    assert filled.activity(2)[1].sentence == "A-003 Sunita Kumar is now Emergency, because the patient had an accident"
    assert filled.verify().problems == []
