"""More seats, or fewer: the best who wait get them, the weakest lose them, and no token is the cause."""

from __future__ import annotations

import pytest

from opd_tui.desk.actions import CompleteToken, OpenSlot, ResizeSlot
from opd_tui.desk.answers import accepted
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.domain.errors import InvalidAction, NothingToChange, SeatsInUse, UnknownSlot
from opd_tui.domain.model import Status
from tests.support.helpers import ACTIVE, add_doctor, issue, statuses
from tests.support.stores import Store, always_on_every_store

SLOT = 1


@always_on_every_store
def test_more_seats_promote_the_best_who_wait(filled: FrontDesk) -> None:
    issue(filled, SLOT, "Imran", "PAID")
    assert statuses(filled)["A-002"] == statuses(filled)["A-003"] == "WAITING"
    outcome = filled.perform(ResizeSlot(slot=SLOT, capacity=3))
    assert outcome.sentence == "Dr A 09:00 now has 3 seats; A-002 Ravi Kumar moves up"
    assert statuses(filled)["A-003"] == "WAITING"
    assert filled.verify().problems == []


@always_on_every_store
def test_fewer_seats_unseat_the_weakest_and_name_no_token_as_the_cause(filled: FrontDesk) -> None:
    answer = accepted(filled.perform(ResizeSlot(slot=SLOT, capacity=1)))
    assert answer["slot"]["capacity"] == 1
    assert answer["changes"] == [
        {"token": 2, "number": "A-002", "from": "ACTIVE", "to": "WAITING", "reason": "preempted", "because_of": None},
        {"token": None, "number": None, "from": None, "to": None, "reason": "resized", "because_of": None, "slot": 1},
    ]
    assert filled.verify().problems == []


@always_on_every_store
def test_a_slot_never_gets_fewer_seats_than_are_in_use(filled: FrontDesk, store: Store) -> None:
    filled.perform(CompleteToken(token=ACTIVE))
    store.force("UPDATE token SET called_at = issued_at WHERE id = 2")
    with pytest.raises(SeatsInUse, match=r"2 seats of the slot 09:00–10:00 are used .* Choose 2 or more"):
        filled.perform(ResizeSlot(slot=SLOT, capacity=1))


def test_a_size_that_it_has_or_that_is_none_is_refused(filled: FrontDesk) -> None:
    with pytest.raises(NothingToChange, match="has 2 seats already"):
        filled.perform(ResizeSlot(slot=SLOT, capacity=2))
    with pytest.raises(UnknownSlot):
        filled.perform(ResizeSlot(slot=99, capacity=2))
    with pytest.raises(InvalidAction, match="capacity"):
        ResizeSlot(slot=SLOT, capacity=0)


def test_a_slot_has_500_seats_at_most_but_keeps_more_from_before(filled: FrontDesk, store: Store) -> None:
    with pytest.raises(InvalidAction, match="must be a whole number from 1 to 500"):
        ResizeSlot(slot=SLOT, capacity=501)
    store.force("UPDATE slot SET capacity = 1000")
    assert issue(filled, SLOT, "Imran").token.token.status is Status.ACTIVE
    assert filled.perform(ResizeSlot(slot=SLOT, capacity=500)).slots[0].capacity == 500


def test_the_question_names_who_loses_a_seat_and_is_asked_of_nobody_else(filled: FrontDesk) -> None:
    fewer, more = ResizeSlot(slot=SLOT, capacity=1), ResizeSlot(slot=SLOT, capacity=5)
    question = fewer.question(filled.preview(fewer), "Dr A 09:00–10:00")
    assert question == "Give Dr A 09:00–10:00 1 seat? A-002 Ravi Kumar (Online) then waits, first in line."
    assert more.question(filled.preview(more), "Dr A 09:00–10:00") is None


def test_what_was_opened_is_told_with_the_seats_that_it_had(desk: FrontDesk) -> None:
    add_doctor(desk, "Dr A", code="A")
    window = {"date": desk.today(), "start": "09:00", "end": "10:00"}
    opening = OpenSlot(doctor=1, capacity=2, key="open-1", **window)
    first = accepted(desk.perform(opening))
    desk.perform(ResizeSlot(slot=SLOT, capacity=5))
    assert accepted(desk.perform(opening)) == first
    assert desk.activity(2)[1].sentence == desk.perform(opening).sentence
    assert desk.activity(2)[1].sentence.endswith("with 2 seats")


def test_of_many_who_lose_a_seat_the_first_are_named_in_the_order_of_the_line(filled: FrontDesk) -> None:
    filled.perform(ResizeSlot(slot=SLOT, capacity=8))
    for name, source in (("B", "WALKIN"), ("C", "WALKIN"), ("D", "PAID"), ("E", "ONLINE")):
        issue(filled, SLOT, name, source)
    fewer = ResizeSlot(slot=SLOT, capacity=1)
    assert fewer.question(filled.preview(fewer), "Dr A 09:00–10:00") == (
        "Give Dr A 09:00–10:00 1 seat? A-001 Asha Kumar (Online), A-002 Ravi Kumar (Online), "
        "A-003 Sunita Kumar (Online) and 3 more then wait at the head of the line."
    )
