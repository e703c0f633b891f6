"""A token for somebody known by id, and for somebody who is new whatever looks the same."""

from __future__ import annotations

import pytest

from opd_tui.desk.actions import CancelToken, EditPatient, ForgetPatient, IssueToken, MergePatients
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.domain import errors
from tests.support.helpers import ACTIVE, CANCELLED, issue, token_of
from tests.support.stores import always_on_every_store

SAME = {"name": "Asha Kumar", "phone": "98765 43210"}


def patient_of(desk: FrontDesk, token: int) -> int:
    (found,) = [record.token.patient_id for record in desk.token_list() if record.token.id == token]
    return found


@always_on_every_store
def test_a_known_patient_is_named_by_the_id_of_the_record(filled: FrontDesk) -> None:
    known = patient_of(filled, ACTIVE)
    issued = issue(filled, 2, {"id": known})
    assert issued.sentence == "Online A-005 Asha Kumar has a seat with Dr A 10:00"
    assert patient_of(filled, token_of(issued)) == known
    with pytest.raises(errors.DuplicatePatient, match="A-001 Asha Kumar is the same person"):
        issue(filled, 1, {"id": known})
    assert filled.verify().problems == []


@always_on_every_store
def test_fields_beside_the_id_fill_those_that_the_record_lacks(filled: FrontDesk) -> None:
    known = patient_of(filled, ACTIVE)
    token = token_of(issue(filled, 2, {"id": known, "phone": "+91 98765-43210", "birth_year": 1980, "uhid": "H 1"}))
    (record,) = (record for record in filled.token_list() if record.token.id == token)
    assert record.token.patient_id == known
    assert record.token.patient.to_json() == SAME | {"birth_year": 1980, "uhid": "H 1"}
    for differing in ({"phone": "98765 43211"}, {"birth_year": 1981}):
        with pytest.raises(errors.InvalidAction, match="differs from the record"):
            issue(filled, 2, {"id": known, **differing}, "EMERGENCY")
    assert filled.verify().problems == []


def test_an_id_of_nobody_is_refused(filled: FrontDesk) -> None:
    merged = patient_of(filled, 2)
    filled.perform(MergePatients(keep=ACTIVE, merge=2))
    for nobody in (99, 0, 10**40, merged):
        with pytest.raises(errors.UnknownPatient):
            issue(filled, 2, {"id": nobody})
    forgotten = patient_of(filled, CANCELLED)
    filled.perform(ForgetPatient(token=CANCELLED))
    with pytest.raises(errors.PatientAlreadyForgotten):
        issue(filled, 2, {"id": forgotten})


def test_somebody_new_has_a_record_of_their_own_whatever_looks_the_same(filled: FrontDesk) -> None:
    twin = token_of(issue(filled, 1, SAME | {"new": True}))
    assert patient_of(filled, twin) != patient_of(filled, ACTIVE)
    filled.perform(CancelToken(token=ACTIVE))
    assert patient_of(filled, token_of(issue(filled, 2, SAME | {"new": False}))) not in (twin, None)


def test_a_name_in_small_letters_joins_the_record_whose_name_stays(filled: FrontDesk) -> None:
    first = token_of(issue(filled, 1, {"name": "Gurpreet Singh", "phone": "90001 00003"}))
    again = token_of(issue(filled, 2, {"name": "gurpreet singh", "phone": "90001 00003"}))
    assert patient_of(filled, again) == patient_of(filled, first)
    assert filled.token_card(again).record.token.patient.name == "Gurpreet Singh"
    assert filled.verify().problems == []


def test_a_hospital_number_that_is_somebody_elses_asks_once(filled: FrontDesk) -> None:
    numbered = token_of(issue(filled, 2, {"name": "Asha Verma", "phone": "90001 12345", "uhid": "MRN 17"}))
    filled.perform(CancelToken(token=numbered))
    bob = {"name": "Bob Marley", "uhid": "mrn 17"}
    known = patient_of(filled, ACTIVE)
    for action, asked in (
        (IssueToken(slot=2, patient=bob, source="WALKIN"), "so Bob Marley would count as the same person. Issue"),
        (IssueToken(slot=2, patient={"id": known, "uhid": "MRN17"}, source="PAID"), "so Asha Kumar would count"),
        (EditPatient(token=ACTIVE, uhid="mrn 17"), "so both would count as the same person. Save it"),
    ):
        question = action.question(filled.preview(action))
        assert question is not None
        assert question.startswith(f"MRN 17 is Asha Verma's (…2345), {asked}")
    for action in (
        IssueToken(slot=2, patient={"name": "asha verma", "uhid": "mrn 17"}, source="WALKIN"),
        IssueToken(slot=2, patient=bob | {"uhid": "MRN 18"}, source="WALKIN"),
        IssueToken(slot=2, patient=bob | {"uhid": "N/A"}, source="WALKIN"),
        EditPatient(token=numbered, uhid="MRN 17", phone="90001 12346"),
    ):
        assert action.question(filled.preview(action)) is None
    assert filled.perform(IssueToken(slot=2, patient=bob, source="WALKIN")).token, "a script's line is explicit"


@pytest.mark.parametrize(
    ("patient", "field"),
    [
        ({"id": 1, "name": "x"}, "name"),
        ({"id": "1"}, "id"),
        ({"new": True}, "name"),
        ({"name": "x", "new": "yes"}, "new"),
    ],
)
def test_what_names_nobody_is_malformed(patient: dict[str, object], field: str) -> None:
    with pytest.raises(errors.InvalidAction, match=f"Field '{field}'"):
        IssueToken(slot=1, patient=patient, source="PAID")


def test_what_it_says_in_json_is_the_same_action() -> None:
    for patient in ({"id": 1}, {"id": 1, "sex": "female"}, SAME | {"new": True}, SAME):
        action = IssueToken(slot=1, patient=patient, source="PAID")
        assert action.to_json()["patient"] == patient
        assert IssueToken.from_mapping(action.to_json()) == action
