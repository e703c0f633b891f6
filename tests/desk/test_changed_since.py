"""What was changed since an action keeps its undo from setting back what is no longer its own."""

from __future__ import annotations

import pytest

from opd_tui.clock import FixedClock
from opd_tui.desk.actions import (
    Action,
    AddDoctor,
    CallToken,
    CancelToken,
    EditPatient,
    ForgetPatient,
    MergePatients,
    MoveToken,
    Redo,
    RetireDoctor,
    Undo,
)
from opd_tui.desk.outcome import Outcome
from opd_tui.domain import errors
from opd_tui.domain.events import Subject
from tests.conftest import ZONE
from tests.support.actions import person, window
from tests.support.helpers import add_doctor, issue, open_slot, statuses, token_of
from tests.support.memory_desk import MemoryDesk

ASHA, SUNITA = 1, 2
EARLY, LATE, ELSEWHERE = 1, 2, 3


@pytest.fixture
def day(clock: FixedClock) -> MemoryDesk:
    """Asha, of whom nothing is known, and Sunita in a slot of Dr A with three seats; a later slot, and one of Dr B."""
    day = MemoryDesk(clock, ZONE)
    doctor = add_doctor(day, "Dr A", code="A")
    open_slot(day, doctor, capacity=3)
    open_slot(day, doctor, "10:00", "11:00")
    open_slot(day, add_doctor(day, "Dr B", code="B"))
    issue(day, EARLY, "Asha")
    issue(day, EARLY, {"name": "Sunita", "phone": "98765 43210", "uhid": "MRN 7", "birth_year": 1980})
    return day


def at_another_desk(day: MemoryDesk, action: Action) -> Outcome:
    day.name = "desk 2"
    outcome = day.perform(action)
    day.name = "desk 1"
    return outcome


def records(day: MemoryDesk) -> list[int]:
    """The record of each token's patient."""
    return [record.token.patient_id for record in day.token_list()]


def words_of(day: MemoryDesk) -> str:
    """Every personal field that any row holds."""
    return repr(day.store.rows.tables[Subject.PATIENT])


def test_who_is_forgotten_after_a_merge_was_undone_is_left_in_no_row(day: MemoryDesk) -> None:
    day.perform(MergePatients(keep=ASHA, merge=SUNITA))
    day.perform(Undo())
    day.perform(CancelToken(token=SUNITA))
    at_another_desk(day, ForgetPatient(token=SUNITA))
    assert "Asha" in words_of(day)
    assert not any(word in words_of(day) for word in ("Sunita", "98765", "MRN", "mrn", "1980"))


def test_nor_in_what_the_other_record_kept_while_they_were_merged(day: MemoryDesk) -> None:
    day.perform(MergePatients(keep=ASHA, merge=SUNITA))
    day.perform(EditPatient(token=ASHA, name="Asha Rao"))
    for _ in range(2):
        day.perform(Undo())
    assert words_of(day).count("98765 43210") > 1
    day.perform(EditPatient(token=ASHA, phone="11111 22222"))
    day.perform(CancelToken(token=SUNITA))
    question = ForgetPatient(token=SUNITA).question(day.preview(ForgetPatient(token=SUNITA)))
    assert question.startswith("Forget this patient for good, in 1 visit? Name, phone")
    at_another_desk(day, ForgetPatient(token=SUNITA))
    assert not any(word in words_of(day) for word in ("Sunita", "98765", "MRN", "mrn", "1980"))
    assert day.token_list()[0].token.patient.name == "Asha"
    for _ in range(2):
        day.perform(Undo())  # Asha's phone, which was changed after the merge was undone, and the cancelled token
    assert day.token_list()[0].token.patient.phone is None


@pytest.mark.parametrize("forgotten", [ASHA, SUNITA])
def test_a_merge_with_who_was_forgotten_is_not_done_again(day: MemoryDesk, forgotten: int) -> None:
    at_another_desk(day, CancelToken(token=forgotten))
    day.perform(MergePatients(keep=ASHA, merge=SUNITA))
    day.perform(Undo())
    at_another_desk(day, ForgetPatient(token=forgotten))
    with pytest.raises(errors.NothingToRedo, match="The patient was forgotten since"):
        day.perform(Redo())
    assert records(day) == [1, 2]


def test_a_merge_is_not_undone_while_a_visit_has_another_token(day: MemoryDesk) -> None:
    merged = day.perform(MergePatients(keep=ASHA, merge=SUNITA)).entry_id
    day.perform(MoveToken(token=SUNITA, slot=ELSEWHERE))
    with pytest.raises(errors.ChangedSince, match="A-002 Asha was moved, done at 09:00 by meera"):
        day.perform(Undo(entry=merged))
    day.perform(Undo())
    day.perform(Undo())
    assert records(day)[:2] == [1, 2]


def test_a_merge_is_undone_though_a_closed_visit_is_in_a_slot_that_was_withdrawn(day: MemoryDesk) -> None:
    there = day.perform(window("12:00", "13:00"))
    closed = token_of(issue(day, there.slots[0].id, person("Sunita", phone="11111")))
    day.perform(CancelToken(token=closed))
    day.perform(Undo(entry=there.entry_id))
    day.perform(MergePatients(keep=ASHA, merge=closed))
    day.perform(Undo())
    assert records(day) == [1, 2, 3]


@pytest.mark.parametrize("again", [False, True])
def test_nobody_goes_back_into_a_slot_that_was_withdrawn(day: MemoryDesk, *, again: bool) -> None:
    opened = day.perform(window("12:00", "13:00"))
    there = opened.slots[0].id
    token = SUNITA if again else token_of(issue(day, there, "Imran"))
    at_another_desk(day, MoveToken(token=token, slot=there if again else LATE))
    if again:
        at_another_desk(day, Undo())
    day.perform(Undo(entry=opened.entry_id))
    with pytest.raises(errors.CannotBeUndone, match="was withdrawn"):
        at_another_desk(day, Redo() if again else Undo())


def test_an_edit_is_not_undone_over_what_a_visit_filled_in_unless_that_was_undone(day: MemoryDesk) -> None:
    edited = day.perform(EditPatient(token=SUNITA, phone=None)).entry_id
    visit = issue(day, LATE, {"id": 2, "phone": "11111"}).entry_id
    with pytest.raises(errors.ChangedSince, match=r"record was completed, done at 09:00 by meera .* Undo that first\."):
        day.perform(Undo(entry=edited))
    assert phone_of(day, SUNITA) == "11111"
    day.perform(Undo(entry=visit))
    day.perform(Undo(entry=edited))
    assert phone_of(day, SUNITA) == "98765 43210"


def phone_of(day: MemoryDesk, token: int) -> str | None:
    (patient,) = [record.token.patient for record in day.token_list() if record.token.id == token]
    return patient.phone


def test_a_hospital_number_that_says_nothing_gives_way_in_a_merge(day: MemoryDesk) -> None:
    day.perform(EditPatient(token=ASHA, uhid="N/A"))
    day.perform(MergePatients(keep=ASHA, merge=SUNITA))
    (kept,) = {record.token.patient.uhid for record in day.token_list()}
    assert kept == "MRN 7"


def test_a_slot_is_not_there_again_with_a_doctor_who_is_gone(day: MemoryDesk) -> None:
    for doctor, error in ((3, errors.UnknownDoctor), (2, errors.DoctorRetired)):
        if doctor == 3:
            added = day.perform(AddDoctor(name="Dr C", code="C"))
        at_another_desk(day, window("12:00", "13:00", doctor=doctor))
        at_another_desk(day, Undo())
        day.perform(Undo(entry=added.entry_id) if doctor == 3 else RetireDoctor(doctor=doctor))
        with pytest.raises(error):
            at_another_desk(day, Redo())


def test_who_was_with_the_doctor_comes_back_only_without_another_token_there(day: MemoryDesk) -> None:
    walks_in = token_of(issue(day, LATE, person("Imran", phone="11111"), "WALKIN"))
    day.perform(CallToken(token=walks_in))
    cancelled = day.perform(CancelToken(token=walks_in)).entry_id
    issue(day, LATE, person("Imran", phone="11111"))
    with pytest.raises(errors.DuplicatePatient, match="A-004 Imran is the same person in this slot"):
        day.perform(Undo(entry=cancelled))


def test_the_code_of_a_doctor_who_was_taken_back_is_free_only_without_tokens(day: MemoryDesk) -> None:
    unused = day.perform(AddDoctor(name="Dr C", code="C")).entry_id
    day.perform(Undo(entry=unused))
    used = day.perform(AddDoctor(name="Dr Chen", code="C"))
    assert used.doctor is not None
    there = day.perform(window("12:00", "13:00", doctor=used.doctor.id)).slots[0].id
    issue(day, there, "Imran")
    for _ in range(3):
        day.perform(Undo())
    with pytest.raises(errors.DoctorCodeTaken):
        day.perform(AddDoctor(name="Dr Cole", code="C"))
    for _ in range(3):
        day.perform(Redo())
    assert "C-001" in statuses(day)
