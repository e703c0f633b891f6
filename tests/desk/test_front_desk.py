"""The road of every action through a desk to its database: instants, keys, previews, and what lists then show."""

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
    ChangeSource,
    CompleteToken,
    IssueToken,
    MarkNoShow,
    MoveToken,
    RetireDoctor,
)
from opd_tui.desk.answers import accepted
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.desk.opening import open_front_desk
from opd_tui.domain import errors
from opd_tui.domain.model import Status
from tests.conftest import NINE
from tests.support.actions import Refusing, at, moves, person, session, window
from tests.support.helpers import add_doctor, but_for_new_ids, issue, open_slot, statuses, token_of
from tests.support.stores import NewStore, Store, always_on_every_store, on_every_store

pytestmark = on_every_store


@pytest.fixture
def refuses(desk: FrontDesk, store: Store) -> Refusing:
    """See `Refusing`."""

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


def test_a_preview_names_others_of_the_same_name_with_the_doctor_that_day(desk: FrontDesk, slot: int) -> None:
    later = open_slot(desk, 1, "10:00", "11:00")
    other = open_slot(desk, add_doctor(desk, "Dr B", code="B"))
    for place in (later, slot, other):
        issue(desk, place, "Ásha Verma")
    gone = token_of(issue(desk, slot, "asha verma"))
    desk.perform(CancelToken(token=gone))

    def namesakes(name: str) -> list[str]:
        forecast = desk.preview(IssueToken(slot=slot, patient=name, source="PAID"))
        return [record.token.number for record in forecast.namesakes]

    assert namesakes("ASHA  verma") == ["A-002", "A-001"]
    assert namesakes("Asha") == []
    for typed in ("Maeve O'Brien", "Łukasz Nowak", "فاطمہ علی"):
        issue(desk, slot, typed)
    assert namesakes("maeve O’Brien") == ["A-004"]
    assert namesakes("Lukasz Nowak") == ["A-005"]
    assert namesakes("فاطمه على") == ["A-006"]


def test_each_change_says_why_in_words(desk: FrontDesk, slot: int) -> None:
    assert issue(desk, slot, "Asha").sentence == "Online A-001 Asha has a seat with Dr A 09:00"
    issue(desk, slot, "Ravi")
    assert issue(desk, slot, "Sunita").sentence == "Online A-003 Sunita waits for Dr A 09:00"
    preempted = "Paid A-004 Meera took the seat of A-002 Ravi, who now waits"
    assert issue(desk, slot, "Meera", "PAID").sentence == preempted
    cancelled = "A-004 Meera was cancelled; A-002 Ravi moves up"
    assert desk.perform(CancelToken(token=4)).sentence == cancelled
    assert [outcome.sentence for outcome in desk.activity(2)] == [cancelled, preempted]


@always_on_every_store
def test_an_action_is_done_whole_or_not_at_all(desk: FrontDesk, slot: int, refuses: Refusing) -> None:
    assert "09:00–10:00" in refuses(errors.SlotOverlap, session("07:00", "11:00", 60))
    assert len(desk.slot_list()) == 1


def test_what_no_database_can_hold_is_not_there(slot: int, refuses: Refusing) -> None:
    for unknown in (2, 0, -1, 2**63, 10**4000):
        refuses(errors.UnknownDoctor, window("09:00", "10:00", doctor=unknown))
        refuses(errors.UnknownSlot, IssueToken(slot=unknown, patient="Asha", source="PAID"))
        refuses(errors.UnknownToken, CancelToken(token=unknown))


def test_a_patient_who_is_in_the_room_keeps_the_seat(desk: FrontDesk, slot: int, store: Store) -> None:
    for name in ("Asha", "Ravi"):
        issue(desk, slot, name)
    store.execute("UPDATE token SET called_at = '2026-11-22T03:30:00.000000Z' WHERE id = 2")
    assert moves(issue(desk, slot, "Imran", "EMERGENCY"))[1:] == [
        ("A-001", "WAITING", "preempted"),
        ("A-003", "ACTIVE", "allocated"),
    ]


# Instants


@always_on_every_store
def test_what_is_entered_later_keeps_its_instant_beside_that_of_the_entry(
    desk: FrontDesk, clock: FixedClock, slot: int
) -> None:
    clock.instant = at(9, 30)
    for minute in (10, 20):
        issue(desk, slot, f"at 09:{minute}", at=at(9, minute))
    outcome = issue(desk, slot, "at 09:15", at=at(9, 15))
    assert moves(outcome)[1:] == [("A-002", "WAITING", "preempted"), ("A-003", "ACTIVE", "allocated")]
    assert (outcome.entry.at, outcome.entry.recorded_at) == (at(9, 15), at(9, 30))
    assert desk.activity(1) == (outcome,)


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


def test_a_local_time_is_refused_where_the_clocks_were_changed(berlin: FrontDesk, in_berlin: Store) -> None:
    before = in_berlin.dump()
    for local, why in (("2026-10-25T02:30:00", "happened twice"), ("2026-03-29T02:30:00", "does not exist")):
        with malformed(f"'at'.* {why} in Europe/Berlin.* offset"):
            issue(berlin, 1, "Asha", at=local)
    assert in_berlin.dump() == before


def test_an_instant_without_offset_is_the_hospitals_wall_clock(berlin: FrontDesk) -> None:
    for written, utc in (
        ("2026-10-25T02:30:00+02:00", "2026-10-25T00:30:00+00:00"),
        ("2026-10-25T02:30:00+01:00", "2026-10-25T01:30:00+00:00"),
        ("2026-10-25T01:59:59.999999", "2026-10-24T23:59:59.999999+00:00"),
        ("2026-10-25T03:00", "2026-10-25T02:00:00+00:00"),
        ("2026-07-01T09:00:00", "2026-07-01T07:00:00+00:00"),
        ("2026-07-01T09:00:00Z", "2026-07-01T09:00:00+00:00"),
    ):
        assert issue(berlin, 1, "Asha", at=written).entry.at == dt.datetime.fromisoformat(utc)


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


def test_what_happened_is_told_as_it_was_then_whatever_came_later(desk: FrontDesk, slot: int) -> None:
    later = [open_slot(desk, 1, f"{hour}:00", f"{hour + 1}:00") for hour in (10, 11)]
    actions = [
        IssueToken(slot=slot, patient=person("Asha", "98765 43210"), source="ONLINE", key="issue"),
        ChangeSource(token=1, source="PAID", key="source"),
        MoveToken(token=1, slot=later[0], key="move"),
    ]
    first = [desk.perform(action) for action in actions]
    desk.perform(MoveToken(token=1, slot=later[1]))
    assert [desk.perform(action).sentence for action in actions] == [outcome.sentence for outcome in first]
    assert [accepted(desk.perform(action)) for action in actions] == [accepted(outcome) for outcome in first]
    assert [outcome.sentence for outcome in desk.activity(4)][:0:-1] == [outcome.sentence for outcome in first]


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


def test_a_doctor_who_has_retired_offers_no_seat(desk: FrontDesk) -> None:
    doctors = [add_doctor(desk, f"Dr {code}", specialty="x") for code in "AB"]
    full, _ = (open_slot(desk, doctor, capacity=1) for doctor in doctors)
    issue(desk, full, "Asha", "PAID")
    action = IssueToken(slot=full, patient="Imran", source="ONLINE")
    assert desk.preview(action).nearest is not None
    desk.perform(RetireDoctor(doctor=doctors[1]))
    assert desk.preview(action).nearest is None


def test_perform_does_what_was_expected(desk: FrontDesk, slot: int) -> None:
    action = IssueToken(slot=slot, patient="Asha", source="PAID")
    assert desk.perform(action, expect=desk.preview(action).outcome.moves).sentence.startswith("Paid A-001 Asha has")


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


# What lists show


def test_a_queue_lists_tokens_in_the_order_in_which_they_are_seen(desk: FrontDesk, slot: int) -> None:
    for name, source in (("a", "ONLINE"), ("b", "PAID"), ("c", "WALKIN"), ("d", "ONLINE"), ("e", "EMERGENCY")):
        issue(desk, slot, name, source)
    desk.perform(CancelToken(token=3))
    desk.perform(CompleteToken(token=2))
    lines = [(line.record.token.number, line.record.token.status, line.place) for line in desk.queue(slot).rows]
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
    (line,) = desk.queue(slot).rows
    assert line.waited(at(8, 45)) == dt.timedelta()
    assert line.waited(at(9, 10)) == dt.timedelta(minutes=10)
    clock.instant = at(9, 5)
    issue(desk, slot, "late")
    assert desk.queue(slot).rows[1].waited(at(9, 10)) == dt.timedelta(minutes=5)
