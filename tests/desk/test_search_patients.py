"""Patients who were here before are found by phone, hospital number or the words of a name."""

from __future__ import annotations

import datetime as dt

import pytest

from opd_tui.clock import FixedClock
from opd_tui.desk import people_reads
from opd_tui.desk.actions import (
    CancelToken,
    CompleteToken,
    EditPatient,
    ForgetPatient,
    IssueToken,
    MarkNoShow,
    MergePatients,
    MoveToken,
    OpenSlot,
    Undo,
)
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.desk.news import Changed
from opd_tui.desk.search_patients import MOST_WORDS, PatientQuery
from tests.support.helpers import DATE, add_doctor, issue, open_slot, token_of
from tests.support.pilot import OpenDesk

PEOPLE = (
    {"name": "Ravi Kumar", "phone": "98450 12345", "uhid": "H-17", "birth_year": 1981, "sex": "male"},
    {"name": "Lalita Kumar", "phone": "+91 98450-12345"},
    {"name": "Łukasz O'Brien", "phone": "080 2222 4321"},
    {"name": "सुनीता राव"},
    {"name": "Ravindra Iyer-Menon", "uhid": "MRN 00123"},
)


@pytest.fixture
def known(desk: FrontDesk) -> FrontDesk:
    """A desk where these people were."""
    slot = open_slot(desk, add_doctor(desk, code="A"), capacity=9)
    for patient in PEOPLE:
        issue(desk, slot, patient)
    return desk


def names(desk: FrontDesk, text: str) -> list[str]:
    """The names of those whom a text finds."""
    return [hit.patient.name for hit in desk.find_patients(text).hits]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("9845", {"Ravi Kumar", "Lalita Kumar"}),
        ("098450", {"Ravi Kumar", "Lalita Kumar"}),
        ("+91 98450 12345", {"Ravi Kumar", "Lalita Kumar"}),
        ("919845012345", {"Ravi Kumar", "Lalita Kumar"}),
        ("2345", {"Ravi Kumar", "Lalita Kumar"}),
        ("4321", {"Łukasz O'Brien"}),
        ("0802222", {"Łukasz O'Brien"}),
        ("984", set()),
        ("5012", set()),
        ("MRN 00123", {"Ravindra Iyer-Menon"}),
        ("H-17", {"Ravi Kumar"}),
        ("h-1", {"Ravi Kumar"}),
        ("mrn001", {"Ravindra Iyer-Menon"}),
        ("kumar", {"Ravi Kumar", "Lalita Kumar"}),
        ("KUM rav", {"Ravi Kumar"}),
        ("lukasz obrien", {"Łukasz O'Brien"}),
        ("brien", set()),
        ("sunita", {"सुनीता राव"}),
        ("सुनी", {"सुनीता राव"}),
        ("menon", set()),
        ("r", set()),
        ("", set()),
        ("Kumar 98450 12345", {"Ravi Kumar", "Lalita Kumar"}),
        ("Lalita 98450 12345", {"Lalita Kumar"}),
    ],
)
@pytest.mark.fast_cases(8)
def test_a_phone_from_either_end_a_hospital_number_and_any_words_of_a_name_find_people(
    known: FrontDesk, text: str, found: set[str]
) -> None:
    assert set(names(known, text)) == found


def test_whole_words_come_first(known: FrontDesk) -> None:
    assert names(known, "ravi") == ["Ravi Kumar", "Ravindra Iyer-Menon"]


def test_six_are_given_and_whether_there_are_more(desk: FrontDesk) -> None:
    slot = open_slot(desk, add_doctor(desk), capacity=9)
    for number in range(7):
        issue(desk, slot, {"name": f"Asha {'ABCDEFG'[number]}", "phone": "98450 12345"})
        found = desk.find_patients("98450 12345")
        assert (len(found.hits), found.more) == (min(number + 1, 6), number == 6)


def test_all_are_found_although_they_are_read_in_parts(
    known: FrontDesk, open_desk: OpenDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people_reads, "PATIENTS_AT_ONCE", 2)
    other = open_desk(desk="desk 2")
    assert not other.find_patients("kumar").is_complete
    assert [other.index_patients() for _ in range(2)] == [True, False]
    assert set(names(other, "kumar")) == {"Ravi Kumar", "Lalita Kumar"}
    assert other.find_patients("kumar").is_complete


def test_what_another_desk_changes_is_found_at_once(known: FrontDesk, open_desk: OpenDesk) -> None:
    other = open_desk(desk="desk 2")
    assert names(known, "leela") == []
    (slot,) = known.slot_list()
    token = token_of(issue(other, slot.slot.id, "Leela Das"))
    assert names(known, "leela") == ["Leela Das"]
    other.perform(EditPatient(token=token, name="Lila Das"))
    assert (names(known, "leela"), names(known, "lila")) == ([], ["Lila Das"])


def test_two_records_that_were_merged_are_found_as_one(known: FrontDesk) -> None:
    keep, merge = (record.token.id for record in known.token_list()[:2])
    assert len(names(known, "98450 12345")) == 2
    known.perform(MergePatients(keep=keep, merge=merge))
    (hit,) = known.find_patients("98450 12345").hits
    assert len(hit.visits) == 2


def forget_sunita(desk: FrontDesk) -> None:
    """Complete and forget सुनीता राव."""
    (token,) = (record.token.id for record in desk.token_list() if record.token.patient.name == "सुनीता राव")
    desk.perform(CompleteToken(token=token))
    desk.perform(ForgetPatient(token=token))


def in_memory(desk: FrontDesk) -> str:
    """The names that a desk holds to search them."""
    return "".join(part.names for part in desk._index.parts)


def test_who_was_forgotten_is_at_once_in_no_desks_memory(known: FrontDesk, open_desk: OpenDesk) -> None:
    other, unconnected = open_desk(desk="desk 2"), open_desk(desk="desk 3")
    news = other.follow()
    for desk in (known, other, unconnected):
        assert names(desk, "sunita") == ["सुनीता राव"]
    forget_sunita(known)
    assert "sunita" not in in_memory(known)
    while "sunita" in in_memory(other):
        assert isinstance(next(news), Changed)
    for desk in (known, other, unconnected):
        assert names(desk, "sunita") == []
        assert names(desk, "ravi") == ["Ravi Kumar", "Ravindra Iyer-Menon"]
        assert "sunita" not in in_memory(desk)


def test_a_search_ends_after_a_forget_among_more_patients_than_are_read_at_once(
    known: FrontDesk, open_desk: OpenDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people_reads, "PATIENTS_AT_ONCE", 2)
    other = open_desk(desk="desk 2")  # which is not told of the forget, and finds it when it searches
    while other.index_patients():
        pass
    forget_sunita(known)
    searches = [other.find_patients("kumar") for _ in range(4)]
    assert [found.is_complete for found in searches] == [False, False, True, True]
    assert {hit.patient.name for hit in searches[-1].hits} == {"Ravi Kumar", "Lalita Kumar"}


def test_of_many_words_only_some_are_spelled_in_every_way() -> None:
    words = [f"सुनी{letter}" for letter in "कखगघङचछजझञटठडढण"]
    spelled = [len(PatientQuery(" ".join(words[:count])).alternatives) for count in (1, MOST_WORDS, len(words))]
    assert spelled == [2, 2**MOST_WORDS, 2**MOST_WORDS]


def test_a_hit_knows_the_last_visits(known: FrontDesk, clock: FixedClock) -> None:
    (hit,) = known.find_patients("h-17").hits
    (record,) = hit.visits
    today = known.today()
    assert today.isoformat() == DATE
    assert hit.last_visit(today) == record == hit.open_with(record.doctor.id, today)
    assert hit.seen_by(record.doctor.id, today, 7) is None, "not seen yet"
    known.perform(CompleteToken(token=record.token.id))
    (hit,) = known.find_patients("h-17").hits
    assert hit.open_with(record.doctor.id, today) is None
    week = record.slot.date.replace(day=record.slot.date.day + 7)
    assert hit.seen_by(record.doctor.id, week, 7) == today
    assert hit.seen_by(record.doctor.id, week, 6) is None
    assert hit.seen_by(add_doctor(known, "Dr B"), week, 7) is None


def test_what_was_undone_moved_or_cancelled_is_no_last_visit(known: FrontDesk) -> None:
    today = known.today()
    first = known.find_patients("h-17").hits[0].visits[0].token.id
    known.perform(CompleteToken(token=first))
    other = open_slot(known, add_doctor(known, "Dr B"), capacity=3)
    hit = known.find_patients("h-17").hits[0]

    def visit_of(text: str) -> int | None:
        visit = known.find_patients(text).hits[0].last_visit(today)
        return visit and visit.token.id

    cancelled = token_of(known.perform(IssueToken(slot=other, patient={"id": hit.id}, source="FOLLOWUP")))
    known.perform(CancelToken(token=cancelled))
    assert visit_of("h-17") == first

    lukasz = known.find_patients("4321").hits[0].visits[0].token.id
    assert visit_of("4321") == lukasz, "who has an open token today is here today"
    moved = known.perform(MoveToken(token=lukasz, slot=other))
    assert visit_of("4321") == next(change.token.id for change in moved.changes if change.reason == "issued")
    known.perform(Undo())
    assert visit_of("4321") == lukasz, "not the doctor to whom the patient did not go"
    known.perform(MarkNoShow(token=lukasz))
    assert visit_of("4321") is None
    tomorrow = OpenSlot(doctor=1, date=today + dt.timedelta(1), start="09:00", end="10:00", capacity=1)
    issue(known, known.perform(tomorrow).slots[0].id, dict(PEOPLE[2]))
    assert visit_of("4321") is None, "a booking is no visit yet"


def test_a_token_for_a_known_patient_adds_a_visit_and_no_record(known: FrontDesk) -> None:
    slot = open_slot(known, add_doctor(known, "Dr B"), capacity=3)
    (hit,) = known.find_patients("h-17").hits
    known.perform(IssueToken(slot=slot, patient={"id": hit.id}, source="FOLLOWUP"))
    (again,) = known.find_patients("h-17").hits
    assert (again.id, len(again.visits)) == (hit.id, 2)
