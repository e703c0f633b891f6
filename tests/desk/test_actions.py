"""Every action without a database, and every way in which it is refused."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from opd_tui.clock import FixedClock
from opd_tui.desk.actions import (
    Action,
    AddDoctor,
    CancelToken,
    CheckInToken,
    CompleteToken,
    ForgetPatient,
    IssueToken,
    MarkNoShow,
)
from opd_tui.desk.answers import accepted
from opd_tui.domain import errors
from opd_tui.domain.events import Subject
from opd_tui.domain.model import Source
from tests.conftest import ZONE
from tests.support.actions import Refusing, at, moves, person, session, window
from tests.support.helpers import DATE, add_doctor, issue, open_slot, statuses, token_of
from tests.support.memory_desk import MemoryDesk


@pytest.fixture
def desk(clock: FixedClock) -> MemoryDesk:
    return MemoryDesk(clock, ZONE)


@pytest.fixture
def refuses(desk: MemoryDesk) -> Refusing:
    """See `Refusing`."""

    def refuse(expected: type[errors.DeskRefusal], action: Action) -> str:
        rows, journal = desk.store.rows.copy(), list(desk.store.journal)
        messages = set()
        for do in (desk.perform, desk.preview):
            with pytest.raises(errors.DeskRefusal) as refusal:
                do(action)
            assert type(refusal.value) is expected
            messages.add(refusal.value.message)
        assert (desk.store.rows, desk.store.journal) == (rows, journal)
        (message,) = messages
        assert message.endswith("Nothing was changed.")
        return message

    return refuse


@pytest.fixture
def slot(desk: MemoryDesk) -> int:
    """An empty slot of Dr A with two seats."""
    return open_slot(desk, add_doctor(desk, "Dr A", code="A"))


@contextmanager
def malformed(naming: str) -> Iterator[None]:
    with pytest.raises(errors.InvalidAction, match=naming):
        yield


# Doctors


def test_a_doctors_code_is_made_from_the_name_with_a_digit_on_collision(desk: MemoryDesk) -> None:
    names = {
        "Dr Anil Rao": "RAO",
        "Sunil Rao": "RAO2",
        "Dr. Raoul": "RAO3",
        "Dr. Zoë": "ZOE",
        "Dr A": "A",
        "dr. a.": "A2",
        "देवनागरी": "DR",
        "漢字": "DR2",
        "Dr": "DR3",
        "Prof. Dr. Müller": "MUL",
        "Dr Meera O'Neil, MD": "ONE",
        "Sunita Rao MBBS": "RAO4",
        "007": "DR4",
    }
    made = {name: desk.perform(AddDoctor(name=name)).doctor for name in names}
    assert {name: doctor and doctor.code for name, doctor in made.items()} == names


def test_a_made_code_stays_within_six_characters(desk: MemoryDesk) -> None:
    codes = [desk.perform(AddDoctor(name="Dr Rao")).doctor.code for _ in range(12)]
    assert codes == ["RAO", *(f"RAO{n}" for n in range(2, 13))]


def test_a_code_is_folded_and_unique(desk: MemoryDesk, refuses: Refusing) -> None:
    add_doctor(desk, "Dr A", code=" ort1 ")
    assert desk.doctor_list()[0].code == "ORT1"
    assert "ORT1" in refuses(errors.DoctorCodeTaken, AddDoctor(name="Dr B", code="Ort1"))


@pytest.mark.parametrize("code", ["TOOLONG", "A-1", "A B", "Ä", "١", "ı", "ſ", "ﬀ"])
def test_a_code_is_one_to_six_letters_or_digits(code: str) -> None:
    with malformed("'code' must be 1 to 6 letters A–Z or digits"):
        AddDoctor(name="Dr A", code=code)


def test_what_a_doctor_has_besides_a_name_may_be_left_out_or_blank(desk: MemoryDesk) -> None:
    doctor = desk.perform(AddDoctor(name=" Dr  A ", code="", specialty=" ", room="\t")).doctor
    assert doctor is not None
    assert (doctor.name, doctor.code, doctor.specialty, doctor.room) == ("Dr A", "A", None, None)


# Slots and sessions


@pytest.mark.parametrize(
    "overlapping", [("09:30", "10:30"), ("08:00", "09:01"), ("09:10", "09:20"), ("08:00", "12:00")]
)
def test_slots_of_one_doctor_never_overlap(slot: int, refuses: Refusing, overlapping: tuple[str, str]) -> None:
    assert "09:00–10:00" in refuses(errors.SlotOverlap, window(*overlapping))


def test_slots_may_touch_and_others_may_be_at_the_same_time(desk: MemoryDesk, slot: int) -> None:
    other = add_doctor(desk, "Dr B")
    for action in (
        window("08:00", "09:00"),
        window("10:00", "10:01"),
        window("09:00", "10:00", doctor=other),
        window("09:00", "10:00", date="2026-11-23"),
    ):
        desk.perform(action)
    assert len(desk.slot_list()) == 5


def test_a_slot_of_nobody_is_refused(refuses: Refusing) -> None:
    for nobody in (1, 0, -1, 2**63, 10**4000):
        refuses(errors.UnknownDoctor, window("09:00", "10:00", doctor=nobody))


@pytest.mark.parametrize("end", ["09:00", "08:59", "00:01"])
def test_a_slot_ends_after_it_starts(slot: int, refuses: Refusing, end: str) -> None:
    assert "'end'" in refuses(errors.InvalidAction, window("09:00", end))


@pytest.mark.parametrize("midnight", ["24:00", "00:00"])
def test_midnight_ends_the_day(desk: MemoryDesk, slot: int, refuses: Refusing, midnight: str) -> None:
    outcome = desk.perform(session("20:00", midnight, 120))
    assert [one.window for one in outcome.slots] == ["20:00–22:00", "22:00–24:00"]
    assert "20:00–24:00 on" in outcome.sentence
    late = outcome.slots[1]
    assert accepted(outcome)["slots"][1]["end"] == "24:00"
    evening = dt.datetime.combine(late.date, dt.time(23, 59))
    assert late.minutes[1] == 24 * 60
    assert late.is_running(evening)
    assert not late.is_running(evening + dt.timedelta(minutes=1))
    assert not late.is_over(evening)
    assert late.is_over(evening + dt.timedelta(minutes=1))
    assert "22:00–24:00" in refuses(errors.SlotOverlap, window("23:30", midnight))
    desk.perform(window("00:00", midnight, date="2026-11-23"))
    assert "to 24:00, slots of 7 minutes leave" in refuses(errors.InvalidAction, session("20:00", midnight, 7))


def test_a_session_is_equal_slots_one_after_another(desk: MemoryDesk, slot: int) -> None:
    outcome = desk.perform(session("10:00", "13:00", 45))
    opened = [(one.window, one.capacity) for one in outcome.slots]
    assert opened == [(w, 10) for w in ("10:00–10:45", "10:45–11:30", "11:30–12:15", "12:15–13:00")]
    assert [record.slot for record in desk.slot_list()][1:] == list(outcome.slots)


def test_a_session_is_opened_whole_or_not_at_all(slot: int, refuses: Refusing) -> None:
    assert "09:00–10:00" in refuses(errors.SlotOverlap, session("07:00", "11:00", 60))
    assert "5 minutes over" in refuses(errors.InvalidAction, session("10:00", "11:05", 60))
    assert "30 minutes over" in refuses(errors.InvalidAction, session("10:00", "10:30", 60))
    refuses(errors.InvalidAction, session("11:00", "10:00", 60))
    refuses(errors.UnknownDoctor, session("10:00", "11:00", 60, doctor=2))


# Tokens


def test_a_token_of_no_slot_is_refused(slot: int, refuses: Refusing) -> None:
    for unknown in (2, 0, -1, 2**63, 10**4000):
        refuses(errors.UnknownSlot, IssueToken(slot=unknown, patient="Asha", source="PAID"))


@pytest.mark.parametrize("action", [CancelToken, MarkNoShow, CompleteToken])
def test_a_token_that_is_not_there_is_refused(slot: int, refuses: Refusing, action: type[CancelToken]) -> None:
    for unknown in (1, 0, -1, 2**63, 10**4000):
        refuses(errors.UnknownToken, action(token=unknown))


@pytest.mark.parametrize("action", [CancelToken, MarkNoShow, CompleteToken, CheckInToken, ForgetPatient])
def test_nothing_happens_to_a_token_before_it_was_issued(
    desk: MemoryDesk, clock: FixedClock, slot: int, refuses: Refusing, action: type[CancelToken]
) -> None:
    issued = at(8, 30) + dt.timedelta(seconds=20)
    issue(desk, slot, "Asha", at=issued)
    for before, words in (
        (at(8), "issued at 08:30, and this is said to have happened at 08:00. Check"),
        (at(8, 30), "issued at 08:30, and this is said to have happened at 08:30:00. Check"),
        (dt.datetime(1971, 1, 1, tzinfo=dt.UTC), "on 01 Jan 1971 at 05:30. Check"),
    ):
        assert words in refuses(errors.InvalidAction, action(token=1, at=before))
    clock.instant = at(8, 15)  # set back: without `at`, nothing is refused and no wait is negative
    if action in (CancelToken, CheckInToken):
        desk.perform(action(token=1))
        token = desk.token_list()[0].token
        assert issued in (token.closed_at, token.checked_in_at)


@pytest.mark.parametrize("again", [CancelToken, MarkNoShow, CompleteToken])
@pytest.mark.parametrize(
    ("first", "words"),
    [(CancelToken, "cancelled"), (MarkNoShow, "marked as a no-show"), (CompleteToken, "completed")],
)
def test_closed_is_final_and_says_since_when(
    desk: MemoryDesk, clock: FixedClock, slot: int, refuses: Refusing, first: type[CancelToken], words: str, again: type
) -> None:
    issue(desk, slot, "Asha")
    clock.instant = at(9, 40)
    desk.perform(first(token=1))
    clock.instant = at(9, 55)
    message = refuses(errors.TokenAlreadyClosed, again(token=1))
    assert message == f"A-001 was already {words} at 09:40. Nothing was changed."
    clock.instant = at(9) + dt.timedelta(days=1)
    assert f"{words} on 22 Nov 2026 at 09:40" in refuses(errors.TokenAlreadyClosed, again(token=1))


def test_who_waits_can_be_cancelled_and_nothing_else(desk: MemoryDesk, slot: int, refuses: Refusing) -> None:
    for name in ("Asha", "Ravi", "Sunita", "Meera"):
        issue(desk, slot, name)
    assert "A-003 Sunita" in refuses(errors.TokenHoldsNoSeat, MarkNoShow(token=3))
    assert "A-003 Sunita" in refuses(errors.TokenHoldsNoSeat, CompleteToken(token=3))
    assert moves(desk.perform(CancelToken(token=3))) == [("A-003", "CANCELLED", "cancelled")]


def test_who_is_in_the_room_did_show_up(desk: MemoryDesk, slot: int, refuses: Refusing) -> None:
    for name in ("Asha", "Ravi", "Sunita"):
        issue(desk, slot, name)
    desk.store.alter(Subject.TOKEN, 2, called_at="2026-11-22T03:30:00.000000Z")
    assert "A-002 Ravi" in refuses(errors.TokenInTheRoom, MarkNoShow(token=2))
    assert moves(issue(desk, slot, "Imran", "EMERGENCY"))[1:] == [
        ("A-001", "WAITING", "preempted"),
        ("A-004", "ACTIVE", "allocated"),
    ]
    assert moves(issue(desk, slot, "Joseph", "EMERGENCY")) == [("A-005", "WAITING", "issued")]
    assert moves(desk.perform(CompleteToken(token=2))) == [("A-002", "COMPLETED", "completed")]


def test_a_cancelled_token_promotes_the_best_who_waits(desk: MemoryDesk, slot: int) -> None:
    for name, source in (("a", "PAID"), ("b", "PAID"), ("c", "WALKIN"), ("d", "ONLINE"), ("e", "ONLINE")):
        issue(desk, slot, name, source)
    outcome = desk.perform(CancelToken(token=1))
    assert moves(outcome) == [("A-001", "CANCELLED", "cancelled"), ("A-004", "ACTIVE", "promoted")]
    assert [change.because_of for change in outcome.changes] == [None, 1]


def test_a_completed_token_keeps_its_seat_and_promotes_nobody(desk: MemoryDesk, slot: int) -> None:
    for name in ("Asha", "Ravi", "Sunita"):
        issue(desk, slot, name)
    assert moves(desk.perform(CompleteToken(token=1))) == [("A-001", "COMPLETED", "completed")]
    assert moves(desk.perform(CancelToken(token=2)))[1:] == [("A-003", "ACTIVE", "promoted")]
    assert statuses(desk) == {"A-001": "COMPLETED", "A-002": "CANCELLED", "A-003": "ACTIVE"}


def test_numbers_count_per_doctor_and_date_and_are_never_reused(desk: MemoryDesk, slot: int) -> None:
    later = open_slot(desk, 1, "10:00", "11:00")
    tomorrow = desk.perform(window("09:00", "10:00", date="2026-11-23")).slots[0].id
    other = open_slot(desk, add_doctor(desk, "Dr B", code="B"))
    issue(desk, slot, "Asha")
    desk.perform(CancelToken(token=1))
    issued = [issue(desk, here, "Ravi").changes[0].token.number for here in (slot, later, tomorrow, other, later)]
    assert issued == ["A-002", "A-003", "A-001", "B-001", "A-004"]


def test_a_number_has_three_digits_and_more_when_it_needs_them(desk: MemoryDesk, slot: int) -> None:
    desk.store.rows.counters[1, DATE] = 998
    assert [issue(desk, slot, name).changes[0].token.number for name in ("a", "b")] == ["A-999", "A-1000"]


# The same person


PHONE = {"phone": "98765 43210"}
LOOK_ALIKES = [
    ("Siobhan O'Brien", "Siobhan O’Brien"),
    ("Siobhan O'Brien", "SIOBHAN Oʼbrien"),
    ("Anne-Marie Souza", "Anne‑Marie Souza"),
    ("Anne-Marie Souza", "Anne–Marie Souza"),
    ("സജിൻ", "സജിന്\u200d"),
    ("علی", "علي"),
    ("عيسى", "عیسی"),
    ("أحمد", "احمد"),
    ("Łukasz", "Lukasz"),
    ("Đặng Ødegård", "Dang Odegard"),
    ("উৎপল", "উত্\u200dপল"),
]
"""Names that look the same, or that a keyboard of another language spells otherwise."""


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (person("José Núñez", "+91 98765 43210"), person("JOSE  nunez", "098765-43210")),
        (person("Asha", uhid="MRN 17"), person("Somebody Else", "98765 43210", "mrn17")),
        (person("Asha", "98765 43210", "MRN 17"), person("asha", "9876543210")),
        (person("Asha", "98765 43210"), person("asha", "9876543210", "MRN 17")),
        (person("राम", "9876543210"), person("राम", "९८७६५४३२१०")),
        *(({"name": one} | PHONE, {"name": other} | PHONE) for one, other in LOOK_ALIKES),
        (person("Ravi", "98765 43210") | {"birth_year": 1962}, person("Ravi", "98765 43210") | {"birth_year": 1963}),
        (person("Ravi", "98765 43210") | {"birth_year": 1962}, person("Ravi", "98765 43210", "N/A")),
    ],
)
def test_the_same_person_has_one_open_token_in_a_slot(
    desk: MemoryDesk, slot: int, refuses: Refusing, first: dict[str, str], second: dict[str, str]
) -> None:
    issue(desk, slot, first)
    again = IssueToken(slot=slot, patient=second, source="PAID")
    assert refuses(errors.DuplicatePatient, again).startswith(f"A-001 {first['name']} is the same person")
    desk.perform(CancelToken(token=1))
    desk.perform(again)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (person("Ravi Kumar"), person("Ravi Kumar")),
        (person("Ravi Kumar", "98765 43210"), person("Ravi Kumar")),
        (person("Ravi Kumar"), person("Ravi Kumar", "98765 43210")),
        (person("Ravi Kumar", "98765 43210"), person("Ravi Kumar", "98765 43211")),
        (person("Ravi Kumar", "98765 43210"), person("Asha Kumar", "98765 43210")),
        (person("Ravi Kumar", uhid="17"), person("Ravi Kumar", uhid="18")),
        (person("Ravi Kumar", "98765 43210", "17"), person("Ravi Kumar", "98765 43210", "18")),
        (person("राम", "98765 43210"), person("रमा", "98765 43210")),
        (person("Ravi", "98765 43210") | {"birth_year": 1962}, person("Ravi", "98765 43210") | {"birth_year": 1964}),
        *((person("Asha", "11111", uhid), person("Meera", "22222", uhid)) for uhid in ("N/A", "-", "0", "XXXX", "०")),
    ],
)
def test_two_people_are_two_patients(
    desk: MemoryDesk, slot: int, first: dict[str, str], second: dict[str, str]
) -> None:
    issue(desk, slot, first)
    issue(desk, slot, second)


def test_an_emergency_is_told_of_the_token_that_the_person_has_and_goes_on(desk: MemoryDesk, slot: int) -> None:
    for number, name in enumerate(("Asha", "Ravi", "Sunita")):
        issue(desk, slot, person(name, f"98765 1000{number}"))
    again = IssueToken(slot=slot, patient=person("ravi", "98765-10001"), source="EMERGENCY")
    forecast, outcome = desk.preview(again), desk.perform(again)
    clause = "A-002 Ravi is the same person and has a token in this slot already"
    assert clause in (again.question(forecast) or "")
    assert outcome.sentence.endswith(f"; {clause}")
    assert accepted(outcome)["same_person"] == {"token": 2, "number": "A-002"}
    assert "same_person" not in accepted(issue(desk, slot, "Imran", "EMERGENCY"))


def test_the_same_person_may_have_tokens_in_two_slots_and_a_waiting_one_counts(
    desk: MemoryDesk, slot: int, refuses: Refusing
) -> None:
    asha = person("Asha", "98765 43210")
    for name in ("x", "y"):
        issue(desk, slot, name)
    issue(desk, open_slot(desk, 1, "10:00", "11:00"), asha)
    issue(desk, slot, asha)
    message = refuses(errors.DuplicatePatient, IssueToken(slot=slot, patient=asha, source="PAID"))
    assert message.startswith("A-004 Asha is the same person")
    assert "(Online, waiting)" in message


# Time


def test_a_clock_set_back_never_lets_a_later_arrival_overtake(desk: MemoryDesk, clock: FixedClock, slot: int) -> None:
    first, second = issue(desk, slot, "first"), issue(desk, slot, "second")
    clock.instant = at(8, 30)
    third = issue(desk, slot, "third")
    assert moves(third) == [("A-003", "WAITING", "issued")]
    assert third.changes[0].token.issued_at == first.changes[0].token.issued_at
    assert third.entry.at == at(8, 30), "the journal keeps what the clock said"
    desk.perform(CancelToken(token=token_of(second)))
    clock.instant = at(8, 45)
    assert moves(issue(desk, slot, "fourth")) == [("A-004", "WAITING", "issued")]


def test_a_closed_token_still_holds_the_clock_of_its_slot(desk: MemoryDesk, clock: FixedClock, slot: int) -> None:
    issue(desk, slot, "first")
    desk.perform(CancelToken(token=1))
    clock.instant = at(8)
    token = issue(desk, slot, "second").token
    assert token is not None
    assert token.token.issued_at == at(9)


def test_back_entry_takes_the_place_of_its_instant_even_if_it_moves_an_equal(
    desk: MemoryDesk, clock: FixedClock, slot: int
) -> None:
    clock.instant = at(9, 30)
    issue(desk, slot, "at 09:10", at=at(9, 10))
    issue(desk, slot, "at 09:20", at=at(9, 20))
    outcome = issue(desk, slot, "at 09:15", at=at(9, 15))
    assert moves(outcome)[1:] == [("A-002", "WAITING", "preempted"), ("A-003", "ACTIVE", "allocated")]
    assert (outcome.entry.at, outcome.entry.recorded_at) == (at(9, 15), at(9, 30))
    assert moves(issue(desk, slot, "also at 09:15", at=at(9, 15))) == [("A-004", "WAITING", "issued")]


def test_nobody_is_born_later_than_this_year(desk: MemoryDesk, slot: int, refuses: Refusing) -> None:
    unborn = {"name": "Asha", "birth_year": 2027}
    assert "'birth_year'" in refuses(errors.InvalidAction, IssueToken(slot=slot, patient=unborn, source="PAID"))
    issue(desk, slot, {"name": "Asha", "birth_year": 2026})


@pytest.mark.parametrize("key", ["", "x" * 65, "a\nb", "a\x1b", "a\u202eb", "\ud800"])
def test_a_key_is_up_to_64_printable_characters(key: str) -> None:
    with malformed("'key' must be 1 to 64 printable characters"):
        CancelToken(token=1, key=key)


# Forgetting


ASHA = {"name": "Asha Verma", "phone": "98765 43210", "uhid": "MRN 17", "birth_year": 1980, "sex": "female"}
FORGOTTEN = "(forgotten)"


def seen(desk: MemoryDesk, slot: int, patient: object) -> int:
    """A visit that was and is over."""
    token = token_of(issue(desk, slot, patient))
    desk.perform(CancelToken(token=token))
    return token


def forget(desk: MemoryDesk, token: int) -> int:
    """Forget who has a token, and return in how many visits."""
    return desk.perform(ForgetPatient(token=token)).visits


def names(desk: MemoryDesk) -> dict[int, str]:
    return {record.token.id: record.token.patient.name for record in desk.token_list()}


def test_who_has_no_number_is_found_by_the_number_of_another_visit(
    desk: MemoryDesk, slot: int, refuses: Refusing
) -> None:
    plain = seen(desk, slot, {"name": "Asha Verma", "phone": "9876543210"})
    seen(desk, slot, ASHA)
    moved = seen(desk, slot, {"name": "Asha Rao", "phone": "11111", "uhid": "MRN 17"})
    message = refuses(errors.SeveralPeople, ForgetPatient(token=plain))
    assert message.startswith("Asha Rao (11111) would be forgotten together with A-001 Asha Verma")
    everybody = ForgetPatient(token=plain, all_names=True)
    question = everybody.question(desk.preview(everybody), "A-001 Asha Verma")
    assert "in 3 visits? This includes Asha Rao. Name and phone of Asha Rao (11111) differ" in question
    assert desk.perform(everybody).visits == 3
    assert names(desk)[moved] == FORGOTTEN


def test_of_two_people_with_one_name_and_phone_neither_is_forgotten_by_chance(desk: MemoryDesk, slot: int) -> None:
    first, second = (seen(desk, slot, ASHA | {"uhid": uhid}) for uhid in ("MRN 17", "MRN 18"))
    plain = seen(desk, slot, {"name": "Asha Verma", "phone": "9876543210"})
    assert forget(desk, plain) == 1
    assert names(desk) == {plain: FORGOTTEN, first: "Asha Verma", second: "Asha Verma"}


def test_a_son_is_not_forgotten_with_his_father(desk: MemoryDesk, slot: int) -> None:
    ravi = person("Ravi Kumar", "98765 43210")
    father, son = (seen(desk, slot, ravi | {"birth_year": year}) for year in (1962, 2019))
    told = seen(desk, slot, ravi | {"birth_year": 1963})
    either = seen(desk, slot, ravi)
    assert forget(desk, either) == 1, "of whom nothing tells which of the two it was"
    assert forget(desk, father) == 2
    assert names(desk) == {father: FORGOTTEN, told: FORGOTTEN, either: FORGOTTEN, son: "Ravi Kumar"}


def test_a_name_alone_is_forgotten_in_its_one_visit(desk: MemoryDesk, slot: int) -> None:
    first, second = seen(desk, slot, "Asha"), seen(desk, slot, "Asha")
    assert forget(desk, first) == 1
    assert names(desk)[second] == "Asha"


def test_who_was_forgotten_before_and_who_is_not_there(desk: MemoryDesk, slot: int, refuses: Refusing) -> None:
    token = seen(desk, slot, ASHA)
    forget(desk, token)
    before = refuses(errors.PatientAlreadyForgotten, ForgetPatient(token=token))
    assert "The patient of A-001 has already been forgotten" in before
    refuses(errors.UnknownToken, ForgetPatient(token=99))


def test_who_is_forgotten_is_somebody_new_the_next_time(desk: MemoryDesk, slot: int) -> None:
    forgotten = seen(desk, slot, ASHA)
    assert desk.perform(ForgetPatient(token=forgotten)).sentence == "A patient was forgotten, in 1 visit"
    again = seen(desk, slot, ASHA)
    assert names(desk) == {forgotten: FORGOTTEN, again: "Asha Verma"}
    assert forget(desk, again) == 1


def test_who_has_an_open_token_is_not_forgotten(desk: MemoryDesk, slot: int, refuses: Refusing) -> None:
    token = seen(desk, slot, ASHA)
    issue(desk, slot, {"name": "Asha", "uhid": "MRN17"})
    assert "A-002 Asha is still seated, so the name is needed." in refuses(
        errors.PatientHasOpenToken, ForgetPatient(token=token)
    )


# Records of patients


def test_a_visit_joins_the_record_whose_known_fields_do_not_differ_and_fills_it(desk: MemoryDesk, slot: int) -> None:
    for patient in (person("Asha", "98765 43210"), person("Asha", "+91 9876543210", "MRN 17")):
        seen(desk, slot, patient)
    (record,) = desk.store.rows.where(Subject.PATIENT)
    assert (record["phone"], record["uhid"]) == ("98765 43210", "MRN 17"), "what was known stays as it was typed"
    assert [type(event).__name__ for event in desk.store.journal[-2].events][:1] == ["PatientDetailsAdded"]


def test_a_differing_field_makes_another_record(desk: MemoryDesk, slot: int) -> None:
    for patient in (ASHA, ASHA | {"birth_year": 1981}, ASHA | {"name": "Asha V."}):
        seen(desk, slot, patient)
    assert len(desk.store.rows.where(Subject.PATIENT)) == 3


# Words


def test_no_sentence_question_or_refusal_has_a_word_of_the_program(
    desk: MemoryDesk, slot: int, refuses: Refusing
) -> None:
    said = []
    for number, source in enumerate(reversed(Source)):  # each stronger than those before
        patient = person(f"Patient {source.label}", f"98765 4321{number}")
        action = IssueToken(slot=slot, patient=patient, source=source)
        said += [action.question(desk.preview(action)), desk.perform(action).sentence]
        said.append(refuses(errors.DuplicatePatient, replace(action, source=Source.PAID)))
    said += [action.question(desk.preview(action)), desk.preview(action).outcome.sentence]  # a second emergency
    for token, closing in ((5, CompleteToken), (4, MarkNoShow), (1, CancelToken)):
        action = closing(token=token)
        said.append(refuses(errors.PatientHasOpenToken, ForgetPatient(token=token)))
        said += [action.question(desk.preview(action)), desk.perform(action).sentence]
        said.append(refuses(errors.TokenAlreadyClosed, action))
    said += [
        refuses(errors.TokenHoldsNoSeat, MarkNoShow(token=2)),
        refuses(errors.TokenHoldsNoSeat, CompleteToken(token=2)),
    ]
    assert [text for text in said if text and re.search(r"[A-Z]{3}|_|Field|None", text)] == []
    assert "Walk-in A-001 Patient Walk-in has a seat with Dr A 09:00" in said


# Every value that an action holds is a valid one


@pytest.mark.parametrize(
    ("fields", "naming"),
    [
        ({"source": "VIP"}, "'source' must be one of EMERGENCY, PAID, FOLLOWUP, ONLINE, WALKIN"),
        ({"source": "paid"}, "'source'"),
        ({"slot": True}, "'slot'"),
        ({"slot": 1.0}, "'slot'"),
        ({"slot": "1"}, "'slot'"),
        ({"slot": None}, "'slot' is missing"),
        ({"patient": ""}, "'name' must be a name of 1 to 120 characters"),
        ({"patient": 7}, "'patient' must be a name, or an object"),
        ({"patient": {"phone": "12345"}}, "'name' is missing"),
        ({"patient": {"name": "x", "phone": "call me"}}, "'phone' must be a phone number"),
        ({"patient": {"name": "x", "sex": "x"}}, "'sex' must be female, male, other or unknown"),
        ({"patient": {"name": "x", "birth_year": 1899}}, "'birth_year' must be a year from 1900"),
        ({"patient": {"name": "x", "uhid": "7" * 65}}, "'uhid' must be at most 64 characters"),
    ],
)
def test_an_action_cannot_hold_what_is_malformed(fields: dict[str, object], naming: str) -> None:
    with malformed(naming):
        IssueToken.from_mapping({"slot": 1, "patient": "Asha", "source": "PAID"} | fields)
