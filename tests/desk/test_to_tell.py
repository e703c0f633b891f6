"""Which patients have to be told: those who do not know yet where and when their token stands."""

from __future__ import annotations

import pytest

from opd_tui.clock import FixedClock
from opd_tui.desk.actions import (
    CancelToken,
    CarryOver,
    DelayDoctor,
    ForgetPatient,
    MoveToken,
    TellPatient,
    Undo,
)
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.domain.knowledge import known_place_of_visit
from opd_tui.domain.model import Status, TokenId
from tests.conftest import ZONE
from tests.support.helpers import DATE, add_doctor, issue, open_slot
from tests.support.memory_desk import MemoryDesk
from tests.support.stores import always_on_every_store

NINE, TEN, ELSEWHERE = 1, 2, 3


@pytest.fixture
def day(clock: FixedClock) -> MemoryDesk:
    """Dr A at 09:00 and 10:00, Dr B at 09:00, one seat each, all taken; A-004 Om waits at 09:00."""
    desk = MemoryDesk(clock, ZONE)
    doctor = add_doctor(desk, "Dr A", code="A")
    open_slot(desk, doctor, capacity=1)
    open_slot(desk, doctor, "10:00", "11:00", capacity=1)
    open_slot(desk, add_doctor(desk, "Dr B", code="B"), capacity=1)
    for slot, name in ((NINE, "Asha"), (TEN, "Ravi"), (ELSEWHERE, "Sunita"), (NINE, "Om")):
        issue(desk, slot, name, "PAID")
    return desk


def to_tell(desk: MemoryDesk) -> set[str]:
    return {record.token.patient.name for record in desk.token_list() if record.token.to_tell_since}


def late(desk: MemoryDesk, minutes: int) -> str:
    return desk.perform(DelayDoctor(doctor=1, date=DATE, minutes=minutes)).sentence


def test_a_seat_elsewhere_is_not_the_seat_of_which_a_patient_knows(day: MemoryDesk) -> None:
    day.perform(CarryOver(slot=NINE))
    assert to_tell(day) == {"Om"}
    day.perform(CancelToken(token=2))
    assert to_tell(day) == {"Om"}, "has a seat at 10:00, and knows of 09:00"
    day.perform(Undo())
    assert to_tell(day) == {"Om"}
    day.perform(Undo())
    assert to_tell(day) == set()


def test_nor_is_one_with_another_doctor(day: MemoryDesk) -> None:
    day.perform(MoveToken(token=1, slot=ELSEWHERE))
    day.perform(CancelToken(token=3))
    assert to_tell(day) == {"Asha"}


def test_nor_is_one_at_another_time(day: MemoryDesk) -> None:
    emergency = issue(day, NINE, "Imran", "EMERGENCY").changes[0].token.id
    late(day, 20)
    assert to_tell(day) == {"Asha", "Ravi", "Om", "Imran"}
    day.perform(CancelToken(token=emergency))
    assert "Asha" in to_tell(day), "knows of 09:00, not of 09:20"


def test_a_patient_who_was_told_of_the_new_slot_knows_of_it(day: MemoryDesk) -> None:
    day.perform(MoveToken(token=1, slot=TEN))
    day.perform(TellPatient(token=1))
    day.perform(CancelToken(token=2))
    issue(day, TEN, "Imran", "EMERGENCY")
    assert to_tell(day) == {"Asha", "Ravi"}
    day.perform(Undo())
    assert to_tell(day) == {"Ravi"}, "who was displaced, and cancelled after that"


def test_a_delay_taken_back_concerns_only_those_who_were_told_of_it(day: MemoryDesk) -> None:
    assert late(day, 20).endswith("; 3 patients have to be told")
    day.perform(TellPatient(token=1))
    assert late(day, 0).endswith("is on time on Sun 22 Nov; 1 patient has to be told")
    assert to_tell(day) == {"Asha"}
    day.perform(Undo())
    assert to_tell(day) == {"Ravi", "Om"}


def test_so_does_a_second_delay(day: MemoryDesk) -> None:
    late(day, 20)
    for token in (1, 2):
        day.perform(TellPatient(token=token))
    assert late(day, 40).endswith("; 3 patients have to be told"), "Om, who was not told of the first one, as well"
    day.perform(TellPatient(token=2))
    assert late(day, 20).endswith("; 2 patients have to be told")
    assert to_tell(day) == {"Ravi", "Om"}, "Asha knows of 20 minutes"
    assert late(day, 0).endswith("; 2 patients have to be told")
    assert to_tell(day) == {"Asha", "Ravi"}, "Om knows of none"


def test_a_lost_seat_is_still_to_be_told_when_a_delay_is_taken_back(day: MemoryDesk) -> None:
    issue(day, NINE, "Imran", "EMERGENCY")
    late(day, 20)
    assert late(day, 0).endswith("; 1 patient has to be told")
    assert to_tell(day) == {"Asha"}


def test_who_was_told_of_a_delay_is_told_when_it_is_undone(day: MemoryDesk) -> None:
    late(day, 20)
    delay = len(day.store.journal)
    day.perform(TellPatient(token=1))
    day.perform(Undo(entry=delay))
    assert to_tell(day) == {"Asha"}


@always_on_every_store
def test_a_patient_who_is_forgotten_is_not_to_be_told(filled: FrontDesk) -> None:
    today = filled.today()
    filled.perform(DelayDoctor(doctor=1, date=DATE, minutes=20))
    told, untold = (record.token for record in filled.to_tell(today)[:2])
    filled.perform(TellPatient(token=told.id))
    for token in (told, untold):
        filled.perform(CancelToken(token=token.id))
    forget = ForgetPatient(token=told.id)
    assert "told" not in forget.question(filled.preview(forget))
    filled.perform(forget)
    forget = ForgetPatient(token=untold.id)
    assert forget.question(filled.preview(forget)).endswith(
        f" The patient has not been told of a change of {untold.number}: do that first."
    )
    filled.perform(forget)
    assert untold.id not in {record.token.id for record in filled.to_tell(today)}
    assert filled.totals(today).to_tell == len(filled.to_tell(today))


# What the patients know


def knows(desk: MemoryDesk, token: int) -> tuple[int, int, str] | None:
    """Return the slot, the minutes that it is late, and the status of which a token's patient knows."""
    known = known_place_of_visit(desk.history, TokenId(token))
    return (known.slot_id, known.delay_minutes, known.status) if known else None


def test_a_displaced_patient_knows_of_the_seat(day: MemoryDesk) -> None:
    assert knows(day, 1) == (NINE, 0, "ACTIVE")
    issue(day, NINE, "Imran", "EMERGENCY")
    assert knows(day, 1) == (NINE, 0, "ACTIVE")
    day.perform(TellPatient(token=1))
    assert knows(day, 1) == (NINE, 0, "WAITING")


def test_a_patient_knows_of_the_delay_that_was_told(day: MemoryDesk) -> None:
    late(day, 20)
    day.perform(TellPatient(token=1))
    late(day, 40)
    assert knows(day, 1) == (NINE, 20, "ACTIVE")
    assert knows(day, 2) == (TEN, 0, "ACTIVE")


def test_a_patient_who_moved_twice_knows_of_the_first_token_until_told(day: MemoryDesk) -> None:
    late(day, 20)
    second = moved(day, 1, ELSEWHERE)
    assert knows(day, second) == (NINE, 0, "ACTIVE")
    third = moved(day, second, TEN)
    assert knows(day, third) == (NINE, 0, "ACTIVE")
    day.perform(TellPatient(token=third))
    assert knows(day, third) == (TEN, 20, "WAITING")
    fourth = moved(day, third, ELSEWHERE)
    assert knows(day, fourth) == (TEN, 20, "WAITING")


def moved(day: MemoryDesk, token: int, slot: int) -> int:
    """Move a token to another doctor; return the one that replaces it."""
    return next(
        change.token.id for change in day.perform(MoveToken(token=token, slot=slot)).changes if not change.from_status
    )


@always_on_every_store
def test_the_list_says_what_each_patient_knows(filled: FrontDesk) -> None:
    filled.perform(DelayDoctor(doctor=1, date=DATE, minutes=20))
    first, second, *_ = (record.token.id for record in filled.to_tell(filled.today()))
    filled.perform(TellPatient(token=first))
    filled.perform(DelayDoctor(doctor=1, date=DATE, minutes=40))
    known = {each.record.token.id: each.knows for each in filled.whom_to_tell(filled.today())}
    assert list(known) == [record.token.id for record in filled.to_tell(filled.today())]
    for token, minutes in ((first, 20), (second, 0)):
        knows = known[token]
        assert knows is not None
        status, slot, doctor = knows
        assert (status, slot.delay_minutes, doctor.id) == (Status.ACTIVE, minutes, 1)
