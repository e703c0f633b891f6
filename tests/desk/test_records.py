"""Patients' records: changed and merged by hand, set back by undo, erased with everything that stood before."""

from __future__ import annotations

from pathlib import Path

import pytest

from opd_tui.desk.actions import CancelToken, EditPatient, ForgetPatient, MergePatients, Redo, ReinstateToken, Undo
from opd_tui.desk.answers import accepted
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.domain import errors
from tests.support.helpers import ACTIVE, CANCELLED, WAITING, issue, token_of
from tests.support.stores import always_on_every_store


def details(desk: FrontDesk, token: int) -> tuple[object, ...]:
    """What is known of a token's patient."""
    (record,) = [record for record in desk.token_list() if record.token.id == token]
    patient = record.token.patient
    return patient.name, patient.phone, patient.uhid, patient.birth_year, patient.sex


@always_on_every_store
def test_a_wrong_name_is_changed_in_all_visits_and_comes_back_with_undo(filled: FrontDesk) -> None:
    again = token_of(issue(filled, 2, {"name": "Asha Kumar", "phone": "98765 43210"}))
    edited = filled.perform(EditPatient(token=ACTIVE, name="Usha Kumar", uhid="MRN 1", phone=None))
    assert details(filled, again) == details(filled, ACTIVE) == ("Usha Kumar", None, "MRN 1", None, None)
    assert edited.sentence == "A-001 Usha Kumar has another name, a hospital number now and no phone any more"
    answer = accepted(edited)
    assert (answer["token"]["patient"], answer["changes"][0]["reason"]) == ("Usha Kumar", "edited")
    filled.perform(EditPatient(token=ACTIVE, birth_year=1980))
    after = details(filled, again)
    for _ in range(2):
        filled.perform(Undo())
    assert details(filled, again) == ("Asha Kumar", "98765 43210", None, None, None)
    for _ in range(2):
        filled.perform(Redo())
    assert details(filled, again) == after
    assert filled.verify().problems == []


def test_a_visit_is_known_by_the_present_details_alone(filled: FrontDesk) -> None:
    filled.perform(EditPatient(token=ACTIVE, phone="11111"))
    records = {record.token.number: record.token.patient_id for record in filled.token_list()}
    for phone, known in (("11111", True), ("98765 43210", False)):
        new = token_of(issue(filled, 2, {"name": "Asha Kumar", "phone": phone}))
        (joined,) = [record.token.patient_id for record in filled.token_list() if record.token.id == new]
        assert (joined == records["A-001"]) == known


def test_what_does_not_change_or_cannot_be_is_refused(filled: FrontDesk) -> None:
    with pytest.raises(errors.NothingToChange, match="A-001 Asha Kumar has just these details already"):
        filled.perform(EditPatient(token=ACTIVE, name="Asha Kumar", sex=None))
    with pytest.raises(errors.InvalidAction, match="'name'"):
        EditPatient(token=ACTIVE, name=None)
    with pytest.raises(errors.InvalidAction, match="'birth_year'"):
        filled.perform(EditPatient(token=ACTIVE, birth_year=2027))
    filled.perform(ForgetPatient(token=CANCELLED))
    with pytest.raises(errors.PatientAlreadyForgotten):
        filled.perform(EditPatient(token=CANCELLED, name="Meera"))
    with pytest.raises(errors.NothingToChange, match="have one record already"):
        filled.perform(MergePatients(keep=ACTIVE, merge=ACTIVE))


def test_an_edit_that_another_one_followed_is_not_undone_alone(filled: FrontDesk) -> None:
    first = filled.perform(EditPatient(token=ACTIVE, phone="11111")).entry_id
    filled.perform(EditPatient(token=ACTIVE, phone="22222"))
    with pytest.raises(errors.ChangedSince, match="A-001 Asha Kumar has another phone"):
        filled.perform(Undo(entry=first))
    filled.perform(Undo())
    filled.perform(Undo(entry=first))
    assert details(filled, ACTIVE)[1] == "98765 43210"


@always_on_every_store
def test_two_records_become_one_and_two_again(filled: FrontDesk) -> None:
    patient = {"name": "Asha K", "uhid": "MRN 1", "birth_year": 1980}
    other = token_of(issue(filled, 2, patient))
    before = [
        (record.token.id, record.token.patient_id, details(filled, record.token.id)) for record in filled.token_list()
    ]
    merge = MergePatients(keep=ACTIVE, merge=other)
    assert merge.question(filled.preview(merge)) == (
        "Merge both records into one, with 1 more visit? Is it one person?"
    )
    merged = filled.perform(merge)
    assert merged.sentence == "The records of Asha Kumar and Asha K were merged: A-005 Asha Kumar, 1 visit more"
    assert details(filled, other) == ("Asha Kumar", "98765 43210", "MRN 1", 1980, None)
    assert len({record.token.patient_id for record in filled.token_list() if record.token.id in (ACTIVE, other)}) == 1
    assert filled.verify().problems == []
    filled.perform(Undo())
    assert [(r.token.id, r.token.patient_id, details(filled, r.token.id)) for r in filled.token_list()] == before
    filled.perform(Redo())
    assert details(filled, other)[0] == "Asha Kumar"
    assert filled.verify().problems == []


def test_merging_two_open_tokens_of_one_slot_names_both_and_the_record_counts_as_one_person(
    filled: FrontDesk,
) -> None:
    first, second = (token_of(issue(filled, 2, name)) for name in ("Ravi", "R. Kumar"))
    merge = MergePatients(keep=first, merge=second)
    question = merge.question(filled.preview(merge))
    assert question is not None
    assert question.endswith("A-005 and A-006 are both open with Dr A 10:00: cancel one of them then.")
    filled.perform(merge)
    filled.perform(CancelToken(token=second))
    with pytest.raises(errors.DuplicatePatient, match="A-005 Ravi is the same person in this slot"):
        filled.perform(ReinstateToken(token=second))
    record = filled.token_card(first).record.token.patient_id
    with pytest.raises(errors.DuplicatePatient, match="A-005 Ravi is the same person"):
        issue(filled, 2, {"id": record})
    assert issue(filled, 2, {"id": record}, "EMERGENCY").same_person
    assert issue(filled, 1, {"id": record}).token, "in another slot it is nobody's second"
    assert filled.verify().problems == []


def test_a_reinstated_token_that_finds_a_seat_is_told_in_one_clause(filled: FrontDesk) -> None:
    token = token_of(issue(filled, 2, "Ravi"))
    filled.perform(CancelToken(token=token))
    assert filled.perform(ReinstateToken(token=token)).sentence == "A-005 Ravi is back in the queue and has a seat"


def test_forgetting_erases_what_stood_before(filled: FrontDesk, database_path: Path) -> None:
    other = token_of(issue(filled, 2, {"name": "Zacharias Quux", "uhid": "MRN 1"}))
    filled.perform(EditPatient(token=other, name="Asha Kumar", phone="98765 43210", uhid=None))
    filled.perform(MergePatients(keep=ACTIVE, merge=other))
    for token in (ACTIVE, other):
        filled.perform(CancelToken(token=token))
    assert b"Zacharias" in database_path.read_bytes() + Path(f"{database_path}-wal").read_bytes()
    filled.perform(ForgetPatient(token=other))
    assert details(filled, ACTIVE)[0] == details(filled, other)[0] == "(forgotten)"
    filled.close()
    assert b"Zacharias" not in database_path.read_bytes()


def test_undo_passes_over_what_was_done_to_a_forgotten_patient(filled: FrontDesk) -> None:
    filled.perform(EditPatient(token=WAITING, phone="11111"))
    filled.perform(EditPatient(token=CANCELLED, phone="22222"))
    filled.perform(ForgetPatient(token=CANCELLED))
    undone = filled.perform(Undo())
    assert undone.sentence.startswith("Undone: the change of Sunita Kumar (phone); the phone is as before")
    assert details(filled, WAITING)[1] == "98765 43210"
