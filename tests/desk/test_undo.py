"""Undo and redo: what this desk did last, as far as it still stands, and then the one rule."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import suppress

import pytest

from opd_tui.clock import FixedClock
from opd_tui.desk.actions import (
    ACTIONS,
    AddDoctor,
    CancelToken,
    CheckInToken,
    CompleteAndCallNext,
    CompleteToken,
    EditDoctor,
    ForgetPatient,
    MarkNoShow,
    OpenSlot,
    Redo,
    ResizeSlot,
    Undo,
)
from opd_tui.desk.answers import accepted
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.desk.outcome import Outcome
from opd_tui.domain import errors
from opd_tui.domain.events import Subject
from tests.conftest import ZONE
from tests.desk.test_rules import seated_from_scratch
from tests.support.actions import window
from tests.support.helpers import ACTIVE, CANCELLED, DATE, WAITING, issue, statuses, token_of
from tests.support.memory import Row, Rows
from tests.support.memory_desk import MemoryDesk
from tests.support.random_day import RandomDay
from tests.support.stores import always_on_every_store
from tests.support.units_of_work import without_nulls


@always_on_every_store
def test_a_cancellation_is_undone_and_done_again(filled: FrontDesk) -> None:
    before = statuses(filled)
    cancelled = filled.perform(CancelToken(token=ACTIVE))
    after = statuses(filled)
    undone = filled.perform(Undo())
    assert statuses(filled) == before
    assert accepted(undone)["undone"] == cancelled.entry_id
    assert undone.sentence == (
        "Undone: A-001 Asha Kumar was cancelled; A-001 Asha Kumar has a seat again; "
        "A-003 Sunita Kumar loses the seat and waits"
    )
    again = filled.perform(Redo())
    assert statuses(filled) == after
    assert accepted(again)["redone"] == cancelled.entry_id
    assert again.sentence == "Done again: A-001 Asha Kumar was cancelled; A-003 Sunita Kumar moves up into the seat"
    assert filled.verify().problems == []


@always_on_every_store
def test_every_kind_of_subject_is_set_back_and_verify_agrees(filled: FrontDesk) -> None:
    before = filled.slot_list(), filled.doctor_list()
    filled.perform(ResizeSlot(slot=1, capacity=1))
    filled.perform(AddDoctor(name="Dr B", code="B"))
    filled.perform(window("11:00", "12:00", doctor=2))
    filled.perform(window("11:00", "12:00", doctor=1))
    for _ in range(4):
        filled.perform(Undo())
    assert (filled.slot_list(), filled.doctor_list()) == before
    assert filled.verify().problems == []
    for _ in range(4):
        filled.perform(Redo())
    assert [doctor.code for doctor in filled.doctor_list()] == ["A", "B"]
    assert len(filled.slot_list()) == len(before[0]) + 2
    assert filled.verify().problems == []


def test_what_was_withdrawn_leaves_its_code_and_window_to_another(filled: FrontDesk) -> None:
    filled.perform(AddDoctor(name="Dr B", code="B"))
    filled.perform(Undo())
    filled.perform(AddDoctor(name="Dr Bose", code="B"))
    with pytest.raises(errors.NothingToRedo):
        filled.perform(Redo())
    filled.perform(window("11:00", "12:00"))
    filled.perform(Undo())
    opened = filled.perform(window("11:00", "12:00")).slots[0].id
    with pytest.raises(errors.UnknownSlot):
        issue(filled, opened - 1, "Imran")


def test_an_undone_issue_is_a_mistake_and_its_number_is_not_used_again(filled: FrontDesk) -> None:
    issue(filled, 1, "Imran", "EMERGENCY")
    undone = filled.perform(Undo())
    assert [(change.token.number, change.reason) for change in undone.changes] == [
        ("A-005", "mistake"),
        ("A-002", "promoted"),
    ]
    assert issue(filled, 1, "Joseph").changes[0].token.number == "A-006"
    with pytest.raises(errors.NothingToRedo):
        filled.perform(Redo())


def test_the_last_then_the_one_before_and_the_same_way_back(filled: FrontDesk) -> None:
    entries = [filled.perform(action).entry_id for action in (CheckInToken(token=1), CheckInToken(token=2))]
    assert [accepted(filled.perform(Undo()))["undone"] for _ in entries] == entries[::-1]
    assert [accepted(filled.perform(Redo()))["redone"] for _ in entries] == entries
    assert accepted(filled.perform(Undo()))["undone"] == entries[-1]
    assert accepted(filled.perform(Undo(entry=entries[0])))["undone"] == entries[0]
    with pytest.raises(errors.NothingToChange):
        filled.perform(Undo(entry=entries[0]))
    assert accepted(filled.perform(Redo(entry=entries[0])))["redone"] == entries[0]


def test_only_what_this_desk_did_today(
    filled: FrontDesk, open_desk: Callable[..., FrontDesk], clock: FixedClock
) -> None:
    other = open_desk("ravi", "desk 2")
    theirs = other.perform(CheckInToken(token=ACTIVE)).entry_id
    with pytest.raises(errors.UnknownEntry):
        filled.perform(Undo(entry=theirs))
    assert accepted(filled.perform(Undo()))["undone"] < theirs
    clock.instant += dt.timedelta(days=1)
    with pytest.raises(errors.NothingToUndo, match="has done nothing today"):
        filled.perform(Undo())


def test_what_another_desk_changed_since_is_said_with_the_time_and_the_name(
    filled: FrontDesk, open_desk: Callable[..., FrontDesk], clock: FixedClock
) -> None:
    issue(filled, 2, "Imran")
    clock.instant += dt.timedelta(minutes=10)
    open_desk("ravi", "desk 2").perform(CheckInToken(token=5))
    with pytest.raises(
        errors.ChangedSince, match=r"A-005 Imran is here, done at 09:10 by ravi at desk 2\. Undo that first\."
    ):
        filled.perform(Undo())


def test_what_comes_between_is_kept_and_the_rest_is_what_sorting_gives(
    filled: FrontDesk, open_desk: Callable[..., FrontDesk]
) -> None:
    filled.perform(CancelToken(token=ACTIVE))
    issue(open_desk("ravi", "desk 2"), 1, "Imran", "PAID")
    filled.perform(Undo())
    assert statuses(filled, 1) == {
        "A-001": "ACTIVE",
        "A-002": "WAITING",
        "A-003": "WAITING",
        "A-004": "CANCELLED",
        "A-005": "ACTIVE",
    }
    assert filled.verify().problems == []


def test_who_was_done_is_in_the_room_again_unless_somebody_else_is(
    filled: FrontDesk, open_desk: Callable[..., FrontDesk]
) -> None:
    for token in (1, 2):
        filled.perform(CheckInToken(token=token))
    filled.perform(CompleteAndCallNext(doctor=1))
    filled.perform(CompleteToken(token=1))
    filled.perform(Undo())
    (inside,) = [record.token for record in filled.token_list() if record.token.in_the_room]
    assert inside.number == "A-001"
    filled.perform(Redo())
    open_desk("ravi", "desk 2").perform(CompleteAndCallNext(doctor=1))
    with pytest.raises(errors.RoomOccupied, match="A-002 Ravi Kumar is with the doctor"):
        filled.perform(Undo())


def test_fewer_seats_again_only_as_long_as_they_are_free(filled: FrontDesk) -> None:
    wider = filled.perform(ResizeSlot(slot=1, capacity=3)).entry_id
    for token in (1, 2, 3):
        filled.perform(CompleteToken(token=token))
    with pytest.raises(errors.SeatsInUse):
        filled.perform(Undo(entry=wider))


def test_what_was_opened_stays_while_a_patient_has_a_token_there(
    filled: FrontDesk, open_desk: Callable[..., FrontDesk]
) -> None:
    opened = filled.perform(OpenSlot(doctor=1, date=DATE, start="11:00", end="12:00", capacity=1)).slots[0].id
    issue(open_desk("ravi", "desk 2"), opened, "Imran")
    with pytest.raises(errors.SlotHasOpenTokens, match="A-005 Imran"):
        filled.perform(Undo())


def test_forgetting_is_passed_over_and_said(filled: FrontDesk) -> None:
    filled.perform(ForgetPatient(token=token_of(cancelled(filled))))
    with pytest.raises(errors.CannotBeUndone, match="cannot be brought back"):
        filled.perform(Undo(entry=filled.activity(1)[0].entry_id))
    undone = filled.perform(Undo())
    assert "A-003 Sunita Kumar is here" in undone.sentence
    assert undone.sentence.endswith("(a patient who was forgotten since stays forgotten)")
    assert filled.verify().problems == []


def cancelled(desk: FrontDesk) -> Outcome:
    """Check in who waits, then issue a token for somebody and cancel it."""
    desk.perform(CheckInToken(token=WAITING))
    new = issue(desk, 2, {"name": "Joseph", "phone": "11111"})
    desk.perform(CancelToken(token=token_of(new)))
    return new


@always_on_every_store
def test_a_doctor_has_the_earlier_name_again_and_then_the_new_one(filled: FrontDesk) -> None:
    (before,) = filled.doctor_list()
    filled.perform(EditDoctor(doctor=1, name="Dr Anil Rao", specialty="Surgery", room=None))
    (after,) = filled.doctor_list()
    assert filled.perform(Undo()).sentence == "Undone: Dr A has another name, room, specialty"
    assert filled.doctor_list() == [before]
    filled.perform(Redo())
    assert filled.doctor_list() == [after]
    filled.perform(Undo())
    assert filled.doctor_list() == [before]
    assert filled.verify().problems == []


def test_the_question_says_what_was_done_and_who_moves(filled: FrontDesk) -> None:
    filled.perform(MarkNoShow(token=ACTIVE))
    assert Undo().question(filled.preview(Undo())) == (
        "Undo this? A-001 Asha Kumar did not show up. Then A-003 Sunita Kumar loses the seat and waits, "
        "and A-001 Asha Kumar gets a seat."
    )
    with pytest.raises(errors.TokenAlreadyClosed):
        filled.perform(MarkNoShow(token=CANCELLED))


# Random days

NOT_UNDONE = {"undo", "redo", "forget_patient", "note_slip"}


def everything(rows: Rows, *but: str) -> dict[Subject, dict[int, Row]]:
    """All rows, without some columns."""
    return {
        subject: {
            id_: {name: value for name, value in without_nulls(row).items() if name not in but}
            for id_, row in rows.tables[subject].items()
        }
        for subject in Subject
    }


def gives_back(day: RandomDay, before: Rows, outcome: Outcome) -> None:
    """In a copy, undo restores every row exactly and withdraws the new ones, and redo does the same again."""
    desk = MemoryDesk(day.clock, ZONE)
    desk.store.rows, desk.store.journal = day.rows, list(day.desk.store.journal)
    assert accepted(desk.perform(Undo()))["undone"] == outcome.entry_id
    was, undone = everything(before), everything(desk.store.rows)
    for subject in Subject:
        assert {id_: undone[subject][id_] for id_ in was[subject]} == was[subject]
        new = (row for id_, row in undone[subject].items() if id_ not in was[subject])
        if subject is not Subject.PATIENT:
            assert all(row.get("withdrawn_at") or row["status"] == "CANCELLED" for row in new)
    assert accepted(desk.perform(Redo()))["redone"] == outcome.entry_id
    again, after = (everything(rows, "to_tell_since") for rows in (desk.store.rows, day.rows))
    kept = again[Subject.PATIENT].keys() - after[Subject.PATIENT].keys()
    assert again == {
        **after,
        Subject.PATIENT: after[Subject.PATIENT] | {id_: again[Subject.PATIENT][id_] for id_ in kept},
    }


@pytest.mark.parametrize("seed", range(30))
@pytest.mark.fast_cases(3)
def test_undo_right_after_any_action_restores_exactly_what_was(seed: int) -> None:
    day = RandomDay(seed)
    for before, outcome in day.actions(150, "forget_patient"):
        if outcome.entry.action not in NOT_UNDONE:
            gives_back(day, before, outcome)


@pytest.mark.parametrize("seed", range(30))
@pytest.mark.fast_cases(3)
def test_undoing_the_whole_day_leaves_nobody_and_nothing(seed: int) -> None:
    day = RandomDay(seed)
    for _ in day.actions(200, "forget_patient"):
        pass
    with suppress(errors.NothingToUndo):
        while True:
            day.desk.perform(Undo())
    assert day.rows.open_tokens() == day.rows.where(Subject.SLOT, withdrawn_at=None) == []
    assert day.rows.where(Subject.DOCTOR, withdrawn_at=None) == []


@pytest.mark.parametrize("seed", range(30))
@pytest.mark.fast_cases(3)
def test_with_another_desk_between_the_seats_are_those_of_sorting(seed: int) -> None:
    day = RandomDay(seed)
    done = set()
    for _, outcome in day.actions(250, desks=2):
        done.add(outcome.entry.action)
        for slot in day.rows.where(Subject.SLOT):
            tokens = day.rows.where(Subject.TOKEN, slot_id=slot["id"])
            seated = {token["id"] for token in tokens if token["status"] == "ACTIVE"}
            assert seated == seated_from_scratch(slot["capacity"], tokens)
        inside = [row for row in day.rows.open_tokens() if row.get("called_at")]
        assert len({(row["doctor_id"], row["date"]) for row in inside}) == len(inside)
        assert not any(row.get("held_at") for row in inside)
        assert {row["status"] for row in inside} <= {"ACTIVE"}
    assert {"undo", "issue_token"} <= done <= ACTIONS.keys()


@pytest.mark.slow
def test_everything_is_done_on_some_random_day() -> None:
    done = {outcome.entry.action for seed in range(20) for _, outcome in RandomDay(seed).actions(250, desks=2)}
    assert done == ACTIONS.keys()
