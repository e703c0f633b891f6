"""Every action at a real desk, and every way in which it is refused."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import pytest

from opd_tui.clock import FixedClock
from opd_tui.desk.actions import (
    Action,
    AddDoctor,
    CancelToken,
    CompleteToken,
    IssueToken,
    MarkNoShow,
    OpenSession,
    OpenSlot,
)
from opd_tui.desk.answers import accepted
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.desk.opening import open_front_desk
from opd_tui.domain import errors
from opd_tui.domain.model import Status
from tests.conftest import NINE
from tests.support.helpers import DATE, add_doctor, but_for_new_ids, issue, open_slot, statuses, token_of
from tests.support.stores import NewStore, Store, always_on_every_store, on_every_store

pytestmark = on_every_store

Refusing = Callable[[type[errors.DeskRefusal], Action], str]


@pytest.fixture
def refuses(desk: FrontDesk, store: Store) -> Refusing:
    """Performing and previewing are both refused with this class, change nothing and say so."""

    def refuse(expected: type[errors.DeskRefusal], action: Action) -> str:
        before = store.dump()
        messages = set()
        for do in (desk.perform, desk.preview):
            with pytest.raises(errors.DeskRefusal) as refusal:
                do(action)
            assert type(refusal.value) is expected
            messages.add(refusal.value.message)
        assert store.dump() == before
        (message,) = messages
        assert message.endswith("Nothing was changed.")
        return message

    return refuse


@pytest.fixture
def slot(desk: FrontDesk) -> int:
    """An empty slot of Dr A with two seats."""
    return open_slot(desk, add_doctor(desk, "Dr A", code="A"))


@contextmanager
def malformed(naming: str) -> Iterator[None]:
    with pytest.raises(errors.InvalidAction, match=naming):
        yield


def at(hour: int, minute: int = 0) -> dt.datetime:
    """A time of the day at the hospital."""
    return NINE + dt.timedelta(hours=hour - 9, minutes=minute)


def moves(action_outcome: object) -> list[tuple[str, str, str]]:
    """Numbers with where they went and why."""
    changes = action_outcome.changes
    return [(change.token.number, change.to_status.name, change.reason) for change in changes]


# The morning of the rules


@always_on_every_store
def test_the_one_day_timeline_ends_as_the_rules_say(desk: FrontDesk, clock: FixedClock) -> None:
    slots = [open_slot(desk, add_doctor(desk, f"Dr {code}", code=code)) for code in "ABC"]
    for slot in slots:
        for name in ("first", "second"):
            issue(desk, slot, name)
    assert set(statuses(desk).values()) == {"ACTIVE"}
    clock.instant = at(9, 10)
    assert [moves(issue(desk, slot, "third")) for slot in slots] == [
        [(f"{code}-003", "WAITING", "issued")] for code in "ABC"
    ]
    clock.instant = at(9, 15)
    paid = issue(desk, slots[0], "paying", "PAID")
    assert moves(paid)[1:] == [("A-002", "WAITING", "preempted"), ("A-004", "ACTIVE", "allocated")]
    clock.instant = at(9, 25)
    emergency = issue(desk, slots[0], "emergency", "EMERGENCY")
    assert moves(emergency)[1:] == [("A-001", "WAITING", "preempted"), ("A-005", "ACTIVE", "allocated")]
    clock.instant = at(9, 40)
    cancelled = desk.perform(CancelToken(token=token_of(paid)))
    assert moves(cancelled) == [("A-004", "CANCELLED", "cancelled"), ("A-001", "ACTIVE", "promoted")]
    clock.instant = at(9, 50)
    no_show = desk.perform(MarkNoShow(token=desk.token_numbered("B-001", desk.today())))
    assert moves(no_show) == [("B-001", "NO_SHOW", "no_show"), ("B-003", "ACTIVE", "promoted")]
    ended = {"A-002": "WAITING", "A-003": "WAITING", "C-003": "WAITING", "A-004": "CANCELLED", "B-001": "NO_SHOW"}
    active = ("A-005", "A-001", "B-002", "B-003", "C-001", "C-002")
    assert statuses(desk) == ended | dict.fromkeys(active, "ACTIVE")
    assert desk.verify().problems == []


def test_each_change_says_why_in_words(desk: FrontDesk, slot: int) -> None:
    assert issue(desk, slot, "Asha").sentence == "ONLINE A-001 Asha has a seat with Dr A 09:00"
    issue(desk, slot, "Ravi")
    assert issue(desk, slot, "Sunita").sentence == "ONLINE A-003 Sunita waits for Dr A 09:00"
    preempted = "PAID A-004 Meera took the seat of A-002 Ravi, who now waits first in line"
    assert issue(desk, slot, "Meera", "PAID").sentence == preempted
    cancelled = "A-004 Meera was cancelled; A-002 Ravi moves up into the seat"
    assert desk.perform(CancelToken(token=4)).sentence == cancelled
    assert [outcome.sentence for outcome in desk.activity(2)] == [cancelled, preempted]


# Doctors


def test_a_doctors_code_is_made_from_the_name_with_a_digit_on_collision(desk: FrontDesk) -> None:
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


def test_a_made_code_stays_within_six_characters(desk: FrontDesk) -> None:
    codes = [desk.perform(AddDoctor(name="Dr Rao")).doctor.code for _ in range(12)]
    assert codes == ["RAO", *(f"RAO{n}" for n in range(2, 13))]


def test_a_code_is_folded_and_unique(desk: FrontDesk, refuses: Refusing) -> None:
    add_doctor(desk, "Dr A", code=" ort1 ")
    assert desk.doctor_list()[0].code == "ORT1"
    assert "ORT1" in refuses(errors.DoctorCodeTaken, AddDoctor(name="Dr B", code="Ort1"))


@pytest.mark.parametrize("code", ["TOOLONG", "A-1", "A B", "Ä", "١", "ı", "ſ", "ﬀ"])
def test_a_code_is_one_to_six_letters_or_digits(code: str) -> None:
    with malformed("'code' must be 1 to 6 letters A–Z or digits"):
        AddDoctor(name="Dr A", code=code)


def test_what_a_doctor_has_besides_a_name_may_be_left_out_or_blank(desk: FrontDesk) -> None:
    doctor = desk.perform(AddDoctor(name=" Dr  A ", code="", specialty=" ", room="\t")).doctor
    assert doctor is not None
    assert (doctor.name, doctor.code, doctor.specialty, doctor.room) == ("Dr A", "A", None, None)


# Slots and sessions


def window(start: str, end: str, doctor: int = 1, date: str = DATE, capacity: int = 2) -> OpenSlot:
    return OpenSlot(doctor=doctor, date=date, start=start, end=end, capacity=capacity)


def session(start: str, end: str, every: int, doctor: int = 1) -> OpenSession:
    return OpenSession(doctor=doctor, date=DATE, start=start, end=end, capacity=10, every=every)


@pytest.mark.parametrize(
    "overlapping", [("09:30", "10:30"), ("08:00", "09:01"), ("09:10", "09:20"), ("08:00", "12:00")]
)
def test_slots_of_one_doctor_never_overlap(slot: int, refuses: Refusing, overlapping: tuple[str, str]) -> None:
    assert "09:00–10:00" in refuses(errors.SlotOverlap, window(*overlapping))


def test_slots_may_touch_and_others_may_be_at_the_same_time(desk: FrontDesk, slot: int) -> None:
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


@pytest.mark.parametrize("end", ["09:00", "08:59", "00:00"])
def test_a_slot_ends_after_it_starts(slot: int, refuses: Refusing, end: str) -> None:
    assert "'end'" in refuses(errors.InvalidAction, window("09:00", end))


def test_a_session_is_equal_slots_one_after_another(desk: FrontDesk, slot: int) -> None:
    outcome = desk.perform(session("10:00", "13:00", 45))
    opened = [(one.window, one.capacity) for one in outcome.slots]
    assert opened == [(w, 10) for w in ("10:00–10:45", "10:45–11:30", "11:30–12:15", "12:15–13:00")]
    assert [record.slot for record in desk.slot_list()][1:] == list(outcome.slots)


@always_on_every_store
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


@pytest.mark.parametrize("again", [CancelToken, MarkNoShow, CompleteToken])
@pytest.mark.parametrize(
    ("first", "words"),
    [(CancelToken, "cancelled"), (MarkNoShow, "marked as a no-show"), (CompleteToken, "completed")],
)
def test_closed_is_final_and_says_since_when(
    desk: FrontDesk, clock: FixedClock, slot: int, refuses: Refusing, first: type[CancelToken], words: str, again: type
) -> None:
    issue(desk, slot, "Asha")
    clock.instant = at(9, 40)
    desk.perform(first(token=1))
    clock.instant = at(9, 55)
    message = refuses(errors.TokenAlreadyClosed, again(token=1))
    assert message == f"A-001 was already {words} at 09:40. Nothing was changed."
    clock.instant = at(9) + dt.timedelta(days=1)
    assert f"{words} on 22 Nov 2026 at 09:40" in refuses(errors.TokenAlreadyClosed, again(token=1))


def test_who_waits_can_be_cancelled_and_nothing_else(desk: FrontDesk, slot: int, refuses: Refusing) -> None:
    for name in ("Asha", "Ravi", "Sunita", "Meera"):
        issue(desk, slot, name)
    assert "A-003 Sunita" in refuses(errors.TokenHoldsNoSeat, MarkNoShow(token=3))
    assert "A-003 Sunita" in refuses(errors.TokenHoldsNoSeat, CompleteToken(token=3))
    assert moves(desk.perform(CancelToken(token=3))) == [("A-003", "CANCELLED", "cancelled")]


def test_who_is_in_the_room_did_show_up(desk: FrontDesk, slot: int, refuses: Refusing, store: Store) -> None:
    for name in ("Asha", "Ravi", "Sunita"):
        issue(desk, slot, name)
    store.execute("UPDATE token SET called_at = '2026-11-22T03:30:00.000000Z' WHERE id = 2")
    assert "A-002 Ravi" in refuses(errors.TokenInTheRoom, MarkNoShow(token=2))
    assert moves(issue(desk, slot, "Imran", "EMERGENCY"))[1:] == [
        ("A-001", "WAITING", "preempted"),
        ("A-004", "ACTIVE", "allocated"),
    ]
    assert moves(issue(desk, slot, "Joseph", "EMERGENCY")) == [("A-005", "WAITING", "issued")]
    assert moves(desk.perform(CompleteToken(token=2))) == [("A-002", "COMPLETED", "completed")]


def test_a_cancelled_token_promotes_the_best_who_waits(desk: FrontDesk, slot: int) -> None:
    for name, source in (("a", "PAID"), ("b", "PAID"), ("c", "WALKIN"), ("d", "ONLINE"), ("e", "ONLINE")):
        issue(desk, slot, name, source)
    outcome = desk.perform(CancelToken(token=1))
    assert moves(outcome) == [("A-001", "CANCELLED", "cancelled"), ("A-004", "ACTIVE", "promoted")]
    assert [change.because_of for change in outcome.changes] == [None, 1]


def test_a_completed_token_keeps_its_seat_and_promotes_nobody(desk: FrontDesk, slot: int) -> None:
    for name in ("Asha", "Ravi", "Sunita"):
        issue(desk, slot, name)
    assert moves(desk.perform(CompleteToken(token=1))) == [("A-001", "COMPLETED", "completed")]
    assert moves(desk.perform(CancelToken(token=2)))[1:] == [("A-003", "ACTIVE", "promoted")]
    assert statuses(desk) == {"A-001": "COMPLETED", "A-002": "CANCELLED", "A-003": "ACTIVE"}


def test_numbers_count_per_doctor_and_date_and_are_never_reused(desk: FrontDesk, slot: int) -> None:
    later = open_slot(desk, 1, "10:00", "11:00")
    tomorrow = desk.perform(window("09:00", "10:00", date="2026-11-23")).slots[0].id
    other = open_slot(desk, add_doctor(desk, "Dr B", code="B"))
    issue(desk, slot, "Asha")
    desk.perform(CancelToken(token=1))
    issued = [issue(desk, here, "Ravi").changes[0].token.number for here in (slot, later, tomorrow, other, later)]
    assert issued == ["A-002", "A-003", "A-001", "B-001", "A-004"]


def test_a_number_has_three_digits_and_more_when_it_needs_them(desk: FrontDesk, slot: int, store: Store) -> None:
    store.execute(f"INSERT INTO token_counter VALUES (1, '{DATE}', 998)")
    assert [issue(desk, slot, name).changes[0].token.number for name in ("a", "b")] == ["A-999", "A-1000"]


# The same person


def person(name: str, phone: str | None = None, uhid: str | None = None) -> dict[str, str]:
    return {key: value for key, value in (("name", name), ("phone", phone), ("uhid", uhid)) if value}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (person("José Núñez", "+91 98765 43210"), person("JOSE  nunez", "098765-43210")),
        (person("Asha", uhid="MRN 17"), person("Somebody Else", "98765 43210", "mrn17")),
        (person("Asha", "98765 43210", "MRN 17"), person("asha", "9876543210")),
        (person("Asha", "98765 43210"), person("asha", "9876543210", "MRN 17")),
        (person("राम", "9876543210"), person("राम", "९८७६५४३२१०")),
    ],
)
def test_the_same_person_has_one_open_token_in_a_slot(
    desk: FrontDesk, slot: int, refuses: Refusing, first: dict[str, str], second: dict[str, str]
) -> None:
    issue(desk, slot, first)
    again = IssueToken(slot=slot, patient=second, source="EMERGENCY")
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
    ],
)
def test_two_people_are_two_patients(desk: FrontDesk, slot: int, first: dict[str, str], second: dict[str, str]) -> None:
    issue(desk, slot, first)
    issue(desk, slot, second)


def test_the_same_person_may_have_tokens_in_two_slots_and_a_waiting_one_counts(
    desk: FrontDesk, slot: int, refuses: Refusing
) -> None:
    asha = person("Asha", "98765 43210")
    for name in ("x", "y"):
        issue(desk, slot, name)
    issue(desk, open_slot(desk, 1, "10:00", "11:00"), asha)
    issue(desk, slot, asha)
    message = refuses(errors.DuplicatePatient, IssueToken(slot=slot, patient=asha, source="PAID"))
    assert message.startswith("A-004 Asha is the same person")
    assert "(ONLINE, WAITING)" in message


# Time


def test_a_clock_set_back_never_lets_a_later_arrival_overtake(desk: FrontDesk, clock: FixedClock, slot: int) -> None:
    first, second = issue(desk, slot, "first"), issue(desk, slot, "second")
    clock.instant = at(8, 30)
    third = issue(desk, slot, "third")
    assert moves(third) == [("A-003", "WAITING", "issued")]
    assert third.changes[0].token.issued_at == first.changes[0].token.issued_at
    assert third.entry.at == at(8, 30), "the journal keeps what the clock said"
    desk.perform(CancelToken(token=token_of(second)))
    clock.instant = at(8, 45)
    assert moves(issue(desk, slot, "fourth")) == [("A-004", "WAITING", "issued")]


def test_a_closed_token_still_holds_the_clock_of_its_slot(desk: FrontDesk, clock: FixedClock, slot: int) -> None:
    issue(desk, slot, "first")
    desk.perform(CancelToken(token=1))
    clock.instant = at(8)
    token = issue(desk, slot, "second").token
    assert token is not None
    assert token.token.issued_at == at(9)


@always_on_every_store
def test_back_entry_takes_the_place_of_its_instant_even_if_it_moves_an_equal(
    desk: FrontDesk, clock: FixedClock, slot: int
) -> None:
    clock.instant = at(9, 30)
    issue(desk, slot, "at 09:10", at=at(9, 10))
    issue(desk, slot, "at 09:20", at=at(9, 20))
    outcome = issue(desk, slot, "at 09:15", at=at(9, 15))
    assert moves(outcome)[1:] == [("A-002", "WAITING", "preempted"), ("A-003", "ACTIVE", "allocated")]
    assert (outcome.entry.at, outcome.entry.recorded_at) == (at(9, 15), at(9, 30))
    assert moves(issue(desk, slot, "also at 09:15", at=at(9, 15))) == [("A-004", "WAITING", "issued")]


def test_an_instant_of_the_future_is_refused_to_the_microsecond(desk: FrontDesk, slot: int, refuses: Refusing) -> None:
    late = IssueToken(slot=slot, patient="Asha", source="PAID", at=NINE + dt.timedelta(microseconds=1))
    assert "'at' must not be later than the desk's clock, 2026-11-22 09:00" in refuses(errors.InvalidAction, late)
    issue(desk, slot, "Asha", at=NINE)


def test_an_instant_before_1970_is_refused(desk: FrontDesk, slot: int, refuses: Refusing) -> None:
    early = dt.datetime(1969, 12, 31, 23, 59, 59, tzinfo=dt.UTC)
    assert "1970" in refuses(errors.InvalidAction, CancelToken(token=1, at=early))
    issue(desk, slot, "Asha", at=dt.datetime(1970, 1, 1, tzinfo=dt.UTC))
    with malformed("'at' .*1970"):
        CancelToken(token=1, at="1950-01-01T00:00:00Z")


@pytest.fixture
def in_berlin(new_store: NewStore) -> Store:
    """A database that is made in Berlin."""
    return new_store(empty=True)


@pytest.fixture
def berlin(in_berlin: Store) -> Iterator[FrontDesk]:
    """A desk in Berlin, late in 2026."""
    with closing(open_front_desk(in_berlin.location, clock=FixedClock(NINE), zone="Europe/Berlin")) as desk:
        open_slot(desk, add_doctor(desk))
        yield desk


@pytest.mark.parametrize(
    ("local", "why"), [("2026-10-25T02:30:00", "happened twice"), ("2026-03-29T02:30:00", "does not exist")]
)
def test_a_local_time_is_refused_where_the_clocks_were_changed(
    berlin: FrontDesk, in_berlin: Store, local: str, why: str
) -> None:
    before = in_berlin.dump()
    with malformed(f"'at'.* {why} in Europe/Berlin.* offset"):
        issue(berlin, 1, "Asha", at=local)
    assert in_berlin.dump() == before


@pytest.mark.parametrize(
    ("written", "utc"),
    [
        ("2026-10-25T02:30:00+02:00", "2026-10-25T00:30:00+00:00"),
        ("2026-10-25T02:30:00+01:00", "2026-10-25T01:30:00+00:00"),
        ("2026-10-25T01:59:59.999999", "2026-10-24T23:59:59.999999+00:00"),
        ("2026-10-25T03:00", "2026-10-25T02:00:00+00:00"),
        ("2026-07-01T09:00:00", "2026-07-01T07:00:00+00:00"),
        ("2026-07-01T09:00:00Z", "2026-07-01T09:00:00+00:00"),
    ],
)
def test_an_instant_without_offset_is_the_hospitals_wall_clock(berlin: FrontDesk, written: str, utc: str) -> None:
    assert issue(berlin, 1, "Asha", at=written).entry.at == dt.datetime.fromisoformat(utc)


def test_nobody_is_born_later_than_this_year(desk: FrontDesk, slot: int, refuses: Refusing) -> None:
    unborn = {"name": "Asha", "birth_year": 2027}
    assert "'birth_year'" in refuses(errors.InvalidAction, IssueToken(slot=slot, patient=unborn, source="PAID"))
    issue(desk, slot, {"name": "Asha", "birth_year": 2026})


# Keys


def test_a_repeat_returns_the_first_outcome_even_after_the_token_moved_on(
    desk: FrontDesk, clock: FixedClock, slot: int, store: Store
) -> None:
    action = IssueToken(slot=slot, patient=person("Asha", "98765 43210"), source="ONLINE", key="k1")
    first = desk.perform(action)
    for name in ("a", "b"):
        issue(desk, slot, name, "PAID")
    assert statuses(desk)["A-001"] == "WAITING"
    desk.perform(CancelToken(token=1))
    clock.instant = at(12)
    before = store.dump()
    again = desk.perform(action)
    assert again == first
    assert accepted(again) == accepted(first)
    assert desk.preview(action).outcome == first
    assert store.dump() == before


@pytest.mark.parametrize(
    "action",
    [
        AddDoctor(name="Dr B", key="k"),
        window("10:00", "11:00"),
        session("12:00", "14:00", 60),
        CancelToken(token=1),
        CompleteToken(token=2),
    ],
)
def test_every_action_is_safe_to_send_again(desk: FrontDesk, slot: int, store: Store, action: Action) -> None:
    for name in ("Asha", "Ravi", "Sunita"):
        issue(desk, slot, name)
    keyed = type(action).from_mapping(action.to_json() | {"key": "k"})
    first = desk.perform(keyed)
    before = store.dump()
    assert desk.perform(keyed) == first
    assert store.dump() == before


@always_on_every_store
def test_a_repeat_is_known_from_another_desk_and_however_it_is_written(
    desk: FrontDesk, slot: int, open_desk: Callable[..., FrontDesk]
) -> None:
    first = issue(desk, slot, "Asha  Verma", at="2026-11-22T09:00:00", key="k1")
    other = open_desk(operator="ravi", desk="desk 2")
    assert issue(other, slot, {"name": "Asha Verma"}, at="2026-11-22T03:30:00Z", key="k1") == first
    assert first.entry.operator == "meera"


def test_a_repeat_returns_the_first_outcome_even_after_the_clock_was_set_back(
    desk: FrontDesk, clock: FixedClock, slot: int
) -> None:
    first = issue(desk, slot, "Asha", at=NINE, key="k1")
    clock.instant = at(8)
    assert issue(desk, slot, "Asha", at=NINE, key="k1") == first


@pytest.mark.parametrize(
    "change",
    [{"patient": "Ravi"}, {"source": "PAID"}, {"slot": 99}, {"at": NINE}, {"patient": person("Asha", "12345")}],
)
def test_a_key_belongs_to_the_contents_it_was_used_for(
    desk: FrontDesk, slot: int, refuses: Refusing, change: dict[str, object]
) -> None:
    contents = {"slot": slot, "patient": "Asha", "source": "ONLINE", "key": "k1"}
    desk.perform(IssueToken(**contents))
    assert "k1" in refuses(errors.KeyReused, IssueToken(**(contents | change)))
    refuses(errors.KeyReused, CancelToken(token=1, key="k1"))


def test_the_same_contents_of_another_action_are_other_contents(desk: FrontDesk, slot: int, refuses: Refusing) -> None:
    issue(desk, slot, "Asha")
    desk.perform(CancelToken(token=1, key="k1"))
    refuses(errors.KeyReused, CompleteToken(token=1, key="k1"))


def test_keys_are_compared_letter_by_letter(desk: FrontDesk, slot: int) -> None:
    numbers = [issue(desk, slot, "Asha", key=key).changes[0].token.number for key in ("k", "K", "k ", "é", "e\u0301")]
    assert len(set(numbers)) == 5


def test_a_refused_key_is_not_used_up(desk: FrontDesk, slot: int, refuses: Refusing) -> None:
    refuses(errors.UnknownSlot, IssueToken(slot=99, patient="Asha", source="PAID", key="k1"))
    issue(desk, slot, "Ravi", key="k1")


@pytest.mark.parametrize("key", ["", "x" * 65, "a\nb", "a\x1b", "a\u202eb", "\ud800"])
def test_a_key_is_up_to_64_printable_characters(key: str) -> None:
    with malformed("'key' must be 1 to 64 printable characters"):
        CancelToken(token=1, key=key)


# Preview and expect


@always_on_every_store
def test_a_preview_is_what_perform_does_and_leaves_no_trace(desk: FrontDesk, slot: int, store: Store) -> None:
    for name in ("Asha", "Ravi", "Sunita"):
        issue(desk, slot, name)
    actions: list[Callable[[], Action]] = [
        lambda: AddDoctor(name="Dr B", key="k1"),
        lambda: session("12:00", "14:00", 60),
        lambda: IssueToken(slot=slot, patient="Imran", source="EMERGENCY", key="k2"),
        lambda: CancelToken(token=1),
        lambda: MarkNoShow(token=desk.token_numbered("A-004", desk.today())),
        lambda: CompleteToken(token=3),
    ]
    for action in (make() for make in actions):
        before = store.dump()
        forecast = desk.preview(action)
        assert store.dump() == before
        assert but_for_new_ids(desk.perform(action)) == but_for_new_ids(forecast.outcome)
        assert store.dump() != before


def test_a_preview_tells_the_place_in_line_and_the_nearest_seat(desk: FrontDesk, slot: int) -> None:
    action = IssueToken(slot=slot, patient="Imran", source="ONLINE")
    assert (desk.preview(action).place, desk.preview(action).nearest) == (None, None)
    for name, source in (("a", "PAID"), ("b", "PAID"), ("c", "WALKIN"), ("d", "ONLINE")):
        issue(desk, slot, name, source)
    assert (desk.preview(action).place, desk.preview(action).nearest) == (2, None)
    open_slot(desk, add_doctor(desk, "Dr B"), "10:00", "11:00")
    assert desk.preview(action).nearest is None, "a doctor of no specialty is not of the same one"
    open_slot(desk, 1, "08:00", "09:00")
    open_slot(desk, 1, "11:00", "12:00")
    open_slot(desk, 1, "10:00", "11:00")
    nearest = desk.preview(action).nearest
    assert nearest is not None
    assert (nearest.slot.window, nearest.doctor.code) == ("10:00–11:00", "A")


def test_a_window_that_is_over_offers_no_seat(desk: FrontDesk, clock: FixedClock, slot: int) -> None:
    open_slot(desk, 1, "10:00", "11:00")
    for name in "ab":
        issue(desk, slot, name, "PAID")
    action = IssueToken(slot=slot, patient="Imran", source="ONLINE")
    clock.instant = at(10, 59)
    assert desk.preview(action).nearest is not None
    clock.instant = at(11)
    assert desk.preview(action).nearest is None


def test_a_seat_with_the_same_doctor_is_offered_before_an_earlier_one_of_the_specialty(desk: FrontDesk) -> None:
    doctors = [
        add_doctor(desk, f"Dr {code}", specialty=specialty) for code, specialty in zip("ABC", "xxy", strict=True)
    ]
    full = open_slot(desk, doctors[0], capacity=1)
    issue(desk, full, "Asha", "PAID")
    action = IssueToken(slot=full, patient="Imran", source="ONLINE")
    for doctor, start, end, offered in (
        (doctors[2], "09:00", "10:00", None),
        (doctors[1], "09:30", "10:00", "Dr B"),
        (doctors[0], "15:00", "16:00", "Dr A"),
    ):
        open_slot(desk, doctor, start, end)
        nearest = desk.preview(action).nearest
        assert (nearest and nearest.doctor.name) == offered


def test_perform_does_what_was_expected(desk: FrontDesk, slot: int) -> None:
    action = IssueToken(slot=slot, patient="Asha", source="PAID")
    assert desk.perform(action, expect=desk.preview(action).outcome.moves).sentence.startswith("PAID A-001 Asha has")


def test_perform_is_refused_where_others_would_move_than_the_person_was_shown(
    desk: FrontDesk, slot: int, open_desk: Callable[..., FrontDesk], store: Store
) -> None:
    for name in ("Asha", "Ravi"):
        issue(desk, slot, name)
    action = IssueToken(slot=slot, patient="Imran", source="EMERGENCY", key="k1")
    shown = desk.preview(action).outcome.moves
    issue(open_desk(), slot, "Meera", "PAID")
    before = store.dump()
    with pytest.raises(errors.MovesChanged, match="Look again"):
        desk.perform(action, expect=shown)
    assert store.dump() == before
    desk.perform(action, expect=desk.preview(action).outcome.moves)
    assert statuses(desk)["A-004"] == "ACTIVE"


def test_a_number_that_another_desk_took_meanwhile_changes_no_moves(
    desk: FrontDesk, slot: int, open_desk: Callable[..., FrontDesk]
) -> None:
    action = IssueToken(slot=slot, patient="Imran", source="EMERGENCY")
    shown = desk.preview(action).outcome.moves
    issue(open_desk(), open_slot(desk, 1, "10:00", "11:00"), "Meera")
    assert desk.perform(action, expect=shown).changes[0].token.number == "A-002"


def test_a_repeat_expects_nothing_any_more(desk: FrontDesk, slot: int) -> None:
    action = CancelToken(token=1, key="k1")
    for name in ("Asha", "Ravi", "Sunita"):
        issue(desk, slot, name)
    first = desk.perform(action)
    assert desk.perform(action, expect=()) == first


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
        ({"patient": {"name": "x", "birth_year": 1849}}, "'birth_year' must be a year from 1850"),
        ({"patient": {"name": "x", "uhid": "7" * 65}}, "'uhid' must be at most 64 characters"),
    ],
)
def test_an_action_cannot_hold_what_is_malformed(fields: dict[str, object], naming: str) -> None:
    with malformed(naming):
        IssueToken.from_mapping({"slot": 1, "patient": "Asha", "source": "PAID"} | fields)


def test_a_queue_lists_tokens_in_the_order_in_which_they_are_seen(desk: FrontDesk, slot: int) -> None:
    for name, source in (("a", "ONLINE"), ("b", "PAID"), ("c", "WALKIN"), ("d", "ONLINE"), ("e", "EMERGENCY")):
        issue(desk, slot, name, source)
    desk.perform(CancelToken(token=3))
    desk.perform(CompleteToken(token=2))
    lines = [(line.record.token.number, line.record.token.status, line.place) for line in desk.queue(slot).lines]
    assert lines == [
        ("A-005", Status.ACTIVE, None),
        ("A-001", Status.WAITING, 1),
        ("A-004", Status.WAITING, 2),
        ("A-002", Status.COMPLETED, None),
        ("A-003", Status.CANCELLED, None),
    ]


def test_no_wait_is_negative_and_none_counts_from_before_the_slot(
    desk: FrontDesk, clock: FixedClock, slot: int
) -> None:
    clock.instant = at(8, 30)
    issue(desk, slot, "early")
    (line,) = desk.queue(slot).lines
    assert line.waited(at(8, 45)) == dt.timedelta()
    assert line.waited(at(9, 10)) == dt.timedelta(minutes=10)
    clock.instant = at(9, 5)
    issue(desk, slot, "late")
    assert desk.queue(slot).lines[1].waited(at(9, 10)) == dt.timedelta(minutes=5)
