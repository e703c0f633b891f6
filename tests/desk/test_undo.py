"""Undo and redo: what this desk did last, as far as it still stands, and then the one rule."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import suppress

import pytest

from opd_tui.clock import FixedClock
from opd_tui.desk.actions import (
    ACTIONS,
    Action,
    AddDoctor,
    CallToken,
    CancelToken,
    CarryOver,
    ChangeSource,
    CheckInToken,
    CloseSlot,
    CompleteAndCallNext,
    CompleteToken,
    DelayDoctor,
    DoctorLeaves,
    EditDoctor,
    EditPatient,
    ForgetPatient,
    HoldToken,
    MarkNoShow,
    MergePatients,
    MoveToken,
    OpenSlot,
    Redo,
    ReinstateToken,
    ReleaseToken,
    ReopenSlot,
    ResizeSlot,
    ReturnToken,
    Undo,
)
from opd_tui.desk.answers import accepted
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.desk.outcome import Outcome
from opd_tui.domain import errors
from opd_tui.domain.events import Subject
from tests.conftest import ZONE
from tests.desk.test_rules import seated_from_scratch
from tests.support.actions import session, window
from tests.support.helpers import ACTIVE, CANCELLED, DATE, WAITING, issue, statuses, token_of
from tests.support.memory import Row, Rows
from tests.support.memory_desk import MemoryDesk
from tests.support.random_day import BOTH, RandomDay
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
        "Undone: cancelling A-001 Asha Kumar; A-001 has a seat again; A-003 Sunita Kumar loses the seat"
    )
    again = filled.perform(Redo())
    assert statuses(filled) == after
    assert accepted(again)["redone"] == cancelled.entry_id
    assert again.sentence == (
        "Done again: cancelling A-001 Asha Kumar; A-001 is cancelled again; A-003 Sunita Kumar moves up"
    )
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
    assert "A-003 is expected again" in undone.sentence
    assert undone.sentence.endswith("(a patient who was forgotten since stays forgotten)")
    filled.perform(CheckInToken(token=WAITING))
    assert "forgotten" not in filled.perform(Undo()).sentence
    assert "forgotten" not in filled.perform(Undo()).sentence, "it was said when it was passed over"
    assert filled.verify().problems == []


def test_an_undo_keeps_its_words_whatever_is_done_after_it(filled: FrontDesk) -> None:
    for action in (CheckInToken(token=ACTIVE), CallToken(token=ACTIVE), CompleteToken(token=ACTIVE)):
        filled.perform(action)
    undone = filled.perform(Undo())
    assert undone.sentence.endswith("A-001 is with the doctor again")
    filled.perform(ReturnToken(token=ACTIVE))
    assert filled.activity(2)[1].sentence == undone.sentence


def test_of_an_action_on_several_patients_the_part_of_who_was_forgotten_stays(filled: FrontDesk) -> None:
    filled.perform(DelayDoctor(doctor=1, date=DATE, minutes=20))
    filled.perform(CompleteToken(token=ACTIVE))
    filled.perform(ForgetPatient(token=ACTIVE))
    filled.perform(DelayDoctor(doctor=1, date=DATE, minutes=30))
    assert filled.perform(Undo()).sentence == (
        "Undone: changing the start of 2 slots (Dr A 09:00 and Dr A 10:00) to 30 minutes late; "
        "Dr A 09:00 and Dr A 10:00 are 20 minutes late again"
    )
    undone = filled.perform(Undo())
    assert undone.sentence.endswith("(a patient who was forgotten since stays forgotten)")
    assert {record.slot.delay_minutes for record in filled.slot_list()} == {0}
    assert statuses(filled)["A-001"] == "COMPLETED"
    assert filled.verify().problems == []


def test_a_slot_that_lost_two_tokens_of_one_person_gets_both_back(filled: FrontDesk) -> None:
    for number, uhid in ((1, "H-1"), (2, "H-2")):
        filled.perform(EditPatient(token=number, name="Asha", uhid=uhid))
    filled.perform(EditPatient(token=2, uhid="H-1"))
    lines = [{"token": token, "cancel": True} for token in (1, 2, 3)]
    filled.perform(DoctorLeaves(doctor=1, date=DATE, from_="09:00", plan=lines))
    filled.perform(Undo())
    assert [*statuses(filled, 1).values()][:3] == ["ACTIVE", "ACTIVE", "WAITING"]


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
    assert filled.perform(Undo()).sentence == (
        "Undone: the change of Dr Anil Rao (was Dr A); the name is Dr A again and the room and specialty are as before"
    )
    assert filled.doctor_list() == [before]
    assert filled.perform(Redo()).sentence == (
        "Done again: the change of Dr A to Dr Anil Rao; the name is Dr Anil Rao again and the room and "
        "specialty are changed again"
    )
    assert filled.doctor_list() == [after]
    filled.perform(Undo())
    assert filled.doctor_list() == [before]
    assert filled.verify().problems == []


def test_the_question_says_what_was_done_and_who_moves(filled: FrontDesk) -> None:
    filled.perform(MarkNoShow(token=ACTIVE))
    assert Undo().question(filled.preview(Undo())) == (
        "Undo marking A-001 Asha Kumar as a no-show? Then A-001 has a seat again and A-003 Sunita Kumar loses the seat."
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
    for _, outcome in day.actions(250, desks=BOTH):
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
    done = {outcome.entry.action for seed in range(20) for _, outcome in RandomDay(seed).actions(250, desks=BOTH)}
    assert done == ACTIONS.keys()


@pytest.mark.parametrize(
    ("before", "action", "question"),
    [
        ([], CheckInToken(token=ACTIVE), "Undo checking in A-001 Asha Kumar? Then A-001 is expected again."),
        ([], HoldToken(token=ACTIVE, reason="TEST"), "Undo putting A-001 Asha Kumar on hold? Then A-001 is no longer"),
        (
            [HoldToken(token=ACTIVE, reason="TEST")],
            ReleaseToken(token=ACTIVE),
            "Undo releasing A-001 Asha Kumar from hold? Then A-001 is on hold again.",
        ),
        (
            [CheckInToken(token=ACTIVE)],
            CallToken(token=ACTIVE),
            "Undo calling A-001 Asha Kumar? Then A-001 is back in the queue.",
        ),
        (
            [CheckInToken(token=ACTIVE), CallToken(token=ACTIVE)],
            ReturnToken(token=ACTIVE),
            "Undo sending A-001 Asha Kumar back to the queue? Then A-001 is with the doctor again.",
        ),
        (
            [CheckInToken(token=ACTIVE), CallToken(token=ACTIVE)],
            CompleteToken(token=ACTIVE),
            "Undo completing A-001 Asha Kumar? Then A-001 is with the doctor again.",
        ),
        (
            [],
            ChangeSource(token=ACTIVE, source="PAID"),
            "Undo changing the source of A-001 Asha Kumar to Paid? Then A-001 is Online again.",
        ),
        (
            [CancelToken(token=ACTIVE)],
            ReinstateToken(token=ACTIVE),
            "Undo reinstating A-001 Asha Kumar? Then A-001 is cancelled again",
        ),
        ([], ResizeSlot(slot=1, capacity=5), "Undo changing the seats of Dr A 09:00 to 5? Then Dr A 09:00 has 2 seats"),
        ([], CloseSlot(slot=1), "Undo closing Dr A 09:00? Then Dr A 09:00 takes new tokens again."),
        ([CloseSlot(slot=1)], ReopenSlot(slot=1), "Undo reopening Dr A 09:00? Then Dr A 09:00 is closed again."),
        (
            [],
            EditPatient(token=ACTIVE, name="Usha Verma", sex="f"),
            "Undo the change of Usha Verma (was Asha Kumar)? Then the name is Asha Kumar again and the sex is as "
            "before.",
        ),
        (
            [],
            EditPatient(token=ACTIVE, phone="11111", sex="f"),
            "Undo the change of Asha Kumar (phone and sex)? Then the phone and sex are as before.",
        ),
        (
            [EditPatient(token=WAITING, uhid="MRN 1")],
            MergePatients(keep=ACTIVE, merge=WAITING),
            "Undo merging the records of Asha Kumar and Sunita Kumar? Then both are separate records again.",
        ),
        ([], AddDoctor(name="Dr B", code="B"), "Undo adding Dr B (B)? Then Dr B (B) is no longer there."),
        (
            [],
            session("11:00", "13:00", 20),
            "Undo opening 6 slots (Dr A 11:00, Dr A 11:20 and 4 more)? Then 6 slots are no longer there.",
        ),
        ([], window("11:00", "12:00"), "Undo opening Dr A 11:00? Then Dr A 11:00 is no longer there."),
    ],
    ids=lambda value: value.verb if isinstance(value, Action) else "",
)
def test_undo_names_what_was_done_and_how_it_then_stands(
    filled: FrontDesk, before: list[Action], action: Action, question: str
) -> None:
    for each in (*before, action):
        filled.perform(each)
    assert (Undo().question(filled.preview(Undo())) or "").startswith(question)
    assert filled.perform(Undo()).sentence.startswith(question.replace("Undo ", "Undone: ").partition("?")[0])


@pytest.mark.parametrize(
    ("action", "sentence"),
    [
        (
            EditPatient(token=ACTIVE, name="Usha Verma"),
            "the change of Asha Kumar to Usha Verma; the name is Usha Verma",
        ),
        (EditPatient(token=ACTIVE, sex="f"), "the change of Asha Kumar (sex); the sex is changed again"),
        (
            MergePatients(keep=ACTIVE, merge=WAITING),
            "merging the records of Asha Kumar and Sunita Kumar; both are one record again",
        ),
        (MarkNoShow(token=ACTIVE), "marking A-001 Asha Kumar as a no-show; A-001 is marked as a no-show again; A-003"),
        (DelayDoctor(doctor=1, date=DATE, minutes=5), "changing the start of 2 slots (Dr A 09:00 and Dr A 10:00) to 5"),
    ],
    ids=lambda value: value.verb if isinstance(value, Action) else "",
)
def test_redo_says_what_is_done_again(filled: FrontDesk, action: Action, sentence: str) -> None:
    filled.perform(action)
    filled.perform(Undo())
    question = Redo().question(filled.preview(Redo())) or ""
    again = filled.perform(Redo()).sentence
    assert again.startswith(f"Done again: {sentence}")
    assert question.startswith(again.replace("Done again: ", "Do this again: ").partition(";")[0])
    assert "as before" not in question + again


def test_what_was_changed_later_does_not_alter_what_an_undo_said(filled: FrontDesk) -> None:
    filled.perform(EditPatient(token=ACTIVE, name="Usha Verma"))
    undone = filled.perform(Undo())
    filled.perform(EditPatient(token=ACTIVE, name="Usha Varma"))
    assert filled.activity(2)[1].sentence == undone.sentence


def test_undo_of_many_says_how_many_and_names_a_few(filled: FrontDesk) -> None:
    for name in ("Imran", "Joseph", "Kabir"):
        issue(filled, 1, name)
    filled.perform(DelayDoctor(doctor=1, date=DATE, minutes=20))
    assert Undo().question(filled.preview(Undo())).startswith("Undo changing the start of ")
    waiting = [record.token for record in filled.token_list(1) if record.token.status.name == "WAITING"]
    assert len(waiting) > 3
    filled.perform(window("13:00", "14:00"))
    filled.perform(CarryOver(slot=1))
    question = Undo().question(filled.preview(Undo()))
    assert f"{len(waiting)} patients ({waiting[0].label}, {waiting[1].label} and {len(waiting) - 2} more)" in question
    assert question.endswith(f"Then {len(waiting)} patients wait with Dr A 09:20 again.")
    assert len(question) < 200
    filled.perform(Undo())
    assert filled.perform(Redo()).sentence.endswith(
        f"2 patients have a seat with Dr A 10:20 again; {len(waiting) - 2} patients wait with Dr A 10:20 again"
    )


def test_undo_of_a_move_to_another_doctor_counts_each_patient_once(filled: FrontDesk) -> None:
    filled.perform(AddDoctor(name="Dr B", code="B"))
    other = filled.perform(window("09:00", "10:00", doctor=2)).slots[0].id
    filled.perform(MoveToken(token=ACTIVE, slot=other))
    assert filled.perform(Undo()).sentence == (
        "Undone: moving A-001 Asha Kumar to Dr B 09:00; A-001 has a seat with Dr A 09:00 again in place of B-001; "
        "A-003 Sunita Kumar loses the seat"
    )
    assert "; B-001 has a seat with Dr B 09:00 again in place of A-001; " in filled.perform(Redo()).sentence
    filled.perform(Undo())
    plan = [{"token": token, "slot": other} for token in (ACTIVE, 2, WAITING)]
    filled.perform(DoctorLeaves(doctor=1, date=DATE, from_="09:00", plan=plan))
    leave = "closing 2 slots (Dr A 09:00 and Dr A 10:00) and moving 3 patients (A-001 Asha Kumar, A-002 Ravi Kumar and "
    assert Undo().question(filled.preview(Undo())) == (
        f"Undo {leave}1 more) to Dr B 09:00? Then Dr A 09:00 and Dr A 10:00 take new tokens again, "
        "2 patients have a seat with Dr A 09:00 again and 1 patient waits with Dr A 09:00 again."
    )
    filled.perform(Undo())
    assert Redo().question(filled.preview(Redo())) == (
        f"Do this again: {leave}1 more) to Dr B 09:00? Then Dr A 09:00 and Dr A 10:00 are closed again, "
        "2 patients have a seat with Dr B 09:00 again and 1 patient waits with Dr B 09:00 again."
    )


def test_a_moved_token_names_the_one_that_replaced_it_until_the_move_is_undone(
    filled: FrontDesk, clock: FixedClock
) -> None:
    filled.perform(AddDoctor(name="Dr B", code="B"))
    other = filled.perform(window("09:00", "10:00", doctor=2)).slots[0].id

    def moved_to() -> str | None:
        return next(record.moved_to for record in filled.token_list() if record.token.id == ACTIVE)

    filled.perform(MoveToken(token=ACTIVE, slot=other))
    assert moved_to() == "B-001"
    clock.instant += dt.timedelta(minutes=1)
    filled.perform(Undo())
    assert moved_to() is None
    clock.instant += dt.timedelta(minutes=1)
    filled.perform(CancelToken(token=ACTIVE))
    assert moved_to() is None
