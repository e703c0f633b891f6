"""How many keys the usual tasks of a morning take, typed letters aside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from opd_tui.desk.actions import CallToken, CheckInToken, IssueToken, MarkNoShow
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.domain.actor import Actor
from opd_tui.domain.model import Token
from opd_tui.tui.app import OpdApp
from tests.support.helpers import issue
from tests.support.pilot import OpenDesk, at_the_counter, doctor_with_slots, full_slot

LETTERS = "…"
"""Where a task's letters are typed."""


def empty(desk: FrontDesk) -> None:
    """A doctor with free seats."""
    issue(desk, doctor_with_slots(desk, hours=2)[1], "Om Joseph")


def full(desk: FrontDesk) -> None:
    """A full slot with one who waits, of a doctor with later slots, and another doctor."""
    full_slot(desk, waiting=1, hours=2)
    doctor_with_slots(desk, code="KUR", hours=1)


def here(desk: FrontDesk) -> None:
    """A full slot whose patients are here."""
    full(desk)
    for token in (1, 2):
        desk.perform(CheckInToken(token=token))


def inside(desk: FrontDesk) -> None:
    """The same with the first patient in the room."""
    here(desk)
    desk.perform(CallToken(token=1))


def missed(desk: FrontDesk) -> None:
    """A wrong no-show."""
    full(desk)
    desk.perform(MarkNoShow(token=1))


def returning(desk: FrontDesk) -> None:
    """A full slot, and two people on one phone who came before, to another doctor."""
    full(desk)
    kur = desk.slot_list()[-1].slot.id
    for name in ("Lalita Das", "Kabir Das"):
        issue(desk, kur, {"name": name, "phone": "98450 12345"})


def returning_to_a_free_seat(desk: FrontDesk) -> None:
    """The same, before a free slot."""
    doctor_with_slots(desk)
    (kur,) = doctor_with_slots(desk, code="KUR")
    for name in ("Lalita Das", "Kabir Das"):
        issue(desk, kur, {"name": name, "phone": "98450 12345"})


def newest(desk: FrontDesk) -> Token:
    return max((record.token for record in desk.token_list()), key=lambda token: token.id)


def token(desk: FrontDesk, id_: int) -> Token:
    return next(record.token for record in desk.token_list() if record.token.id == id_)


def place_of(desk: FrontDesk, id_: int) -> tuple[str, int]:
    """The doctor and hour of a token, or of the one that replaced it."""
    records = (record for record in desk.token_list() if id_ in (record.token.id, record.token.replaces))
    last = max(records, key=lambda record: record.token.id)
    return last.doctor.code, last.slot.start.hour


@dataclass(frozen=True)
class Task:
    """What a receptionist does from the board, in at most so many keys, and how it ends."""

    name: str
    before: Callable[[FrontDesk], None]
    keys: str
    at_most: int
    done: Callable[[FrontDesk], object]
    letters: str = ""
    asked: str = ""
    """What a question names before the last key."""


TASKS = (
    Task(
        "another source",
        empty,
        "n … tab p enter",
        2 + 2,
        lambda desk: newest(desk).source.name == "PAID",
        "Zoya Ali",
    ),
    Task(
        "an emergency that displaces",
        full,
        "e … enter y",
        3,
        lambda desk: newest(desk).status.name == "ACTIVE",
        "Zoya Ali",
        "takes the seat of A-002 Ravi Kumar",
    ),
    Task("cancel", full, "enter c y", 3, lambda desk: token(desk, 1).status.name == "CANCELLED", "", "A-001"),
    Task("the first call", here, "space", 1, lambda desk: token(desk, 1).in_the_room),
    Task(
        "done and next",
        inside,
        "space",
        1,
        lambda desk: token(desk, 1).status.name == "COMPLETED" and token(desk, 2).in_the_room,
    ),
    Task("a new patient", empty, "n … enter", 2, lambda d: newest(d).patient.name == "Zoya Ali", "Zoya Ali"),
    Task("done, in the queue", inside, "enter d", 2, lambda desk: token(desk, 1).status.name == "COMPLETED"),
    Task("back to the queue", inside, "enter b", 2, lambda desk: not token(desk, 1).in_the_room),
    Task("out of turn", here, "enter down o", 3, lambda desk: token(desk, 2).in_the_room),
    Task(
        "find and cancel",
        full,
        "/ … enter c y",
        4,
        lambda desk: token(desk, 3).status.name == "CANCELLED",
        "sunita",
        "A-003",
    ),
    Task(
        "undo a wrong no-show",
        missed,
        "u y",
        2,
        lambda desk: token(desk, 1).status.name == "ACTIVE",
        "",
        "Undo marking A-001 Asha Verma as a no-show",
    ),
    Task("move to the nearest free seat", full, "enter m enter", 6, lambda desk: place_of(desk, 1) == ("A", 10)),
    Task("move to another doctor", full, "enter m k u enter", 6, lambda desk: place_of(desk, 1)[0] == "KUR"),
    Task(
        "a wrong name",
        full,
        "enter f2 … enter",
        5,
        lambda desk: token(desk, 1).patient.name == "Asha Varma",
        "Asha Varma",
    ),
    Task(
        "a returning patient, one of two on the phone",
        returning_to_a_free_seat,
        "n 9 8 4 5 0 1 2 3 4 5 down down enter enter",
        16,
        lambda desk: newest(desk).patient_id == token(desk, 1).patient_id and newest(desk).id > 2,
    ),
    Task(
        "an emergency of a returning patient",
        returning,
        "e 2 3 4 5 down enter enter y",
        12,
        lambda desk: newest(desk).status.name == "ACTIVE" and newest(desk).source.name == "EMERGENCY",
        "",
        "takes the seat of A-002 Ravi Kumar",
    ),
    Task(
        "a doctor an hour late",
        full,
        "ctrl+d 6 0 enter",
        4,
        lambda desk: {r.slot.delay_minutes for r in desk.slot_list() if r.doctor.code == "A"} == {60},
    ),
)


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
@pytest.mark.fast_cases(7)
async def test_a_task_takes_no_more_keys_than_it_should(desk: FrontDesk, open_desk: OpenDesk, task: Task) -> None:
    task.before(desk)
    keys = task.keys.split()
    assert len([key for key in keys if key != LETTERS]) <= task.at_most
    *first, last = keys
    async with at_the_counter(OpdApp(open_desk)) as meera:
        for key in first:
            await (meera.type(task.letters) if key == LETTERS else meera.press(key))
            await meera.settle()
        if task.asked:
            await meera.asks(task.asked)
        assert not task.done(desk)
        await meera.press(last)
        await meera.until(lambda: task.done(desk), task.name)


def displaced(desk: FrontDesk) -> None:
    """A patient whose seat an emergency took, and who is first of those who wait."""
    full(desk)
    desk.perform(IssueToken(slot=1, patient="Zoya Ali", source="EMERGENCY"), Actor("ravi", "desk 2"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("chosen", "keys", "says"),
    [
        ("enter down down", "v", ("A-002 Ravi Kumar", "number 1 in line")),
        ("", "/ … enter v end", ("Emergency A-004 Zoya Ali took the seat of", "(ravi)")),
    ],
    ids=["how long", "who took the seat"],
)
async def test_a_question_takes_no_more_keys_than_it_should(
    desk: FrontDesk, open_desk: OpenDesk, chosen: str, keys: str, says: tuple[str, ...]
) -> None:
    """Somebody at the counter asks how long it takes, and an auditor who did what to a token."""
    displaced(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        for key in (*chosen.split(), *keys.split()):
            assert not meera.dialogs or key != "v"
            await (meera.type("A-002") if key == LETTERS else meera.press(key))
            await meera.settle()
        await meera.sees(*says, within=".dialog")
