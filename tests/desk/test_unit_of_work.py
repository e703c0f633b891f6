"""What actions may rely on, whatever holds the rows: in memory, in a file and on a server."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace

import pytest

from opd_tui.domain import events
from opd_tui.domain.errors import DeskRefusal, TokenAlreadyClosed
from opd_tui.domain.events import EVENTS, Cause, Event, Subject, inverse, unknown_event
from opd_tui.domain.events.doctors import sealed
from opd_tui.domain.model import (
    Doctor,
    DoctorId,
    EmergencyReason,
    HoldReason,
    KnownPatient,
    Patient,
    PatientId,
    Rank,
    Slot,
    SlotId,
    Source,
    Status,
    Token,
    TokenId,
)
from opd_tui.domain.unit_of_work import UnitOfWork
from opd_tui.storage.journal.history import PAGE
from tests.conftest import NINE, ZONE
from tests.support.helpers import PATIENCE_SECONDS, until
from tests.support.stores import PostgresStore
from tests.support.units_of_work import (
    MemoryUnitsOfWork,
    SqlUnitsOfWork,
    Tables,
    UnitsOfWork,
    folded,
    journaled,
    without_nulls,
)

on_every_kind = pytest.mark.parametrize(
    "store_kind", ["memory", "sqlite", pytest.param("postgresql", marks=pytest.mark.slow)]
)
always_on_every_kind = pytest.mark.parametrize("store_kind", ["memory", "sqlite", "postgresql"])
on_postgresql = pytest.mark.parametrize("store_kind", ["postgresql"])

DAY = dt.date(2026, 11, 22)
DATE = DAY.isoformat()
ASHA = Patient(name="Asha Verma", phone="98765 43210")
RAVI = Patient(name="Ravi Kumar", uhid="MRN 99")
SUNITA = Patient(name="Sunita Rao")
FIRST, SECOND, THIRD = TokenId(1), TokenId(2), TokenId(3)
SLOT = Slot(SlotId(1), DoctorId(1), DAY, dt.time(9), dt.time(10), 2)
DR_A = Doctor(DoctorId(1), "A", "Dr A", "Medicine", "1")
NOWHERE = (0, -1, 99, 2**63, 10**40)


@pytest.fixture
def units(store_kind: str, request: pytest.FixtureRequest) -> Iterator[UnitsOfWork]:
    """A store with two doctors, three slots, and three patients in the first slot: two seated, one waiting."""
    if store_kind == "memory":
        units: UnitsOfWork = MemoryUnitsOfWork(NINE, ZONE)
        fill(units)
        yield units
        return
    units = SqlUnitsOfWork(NINE, ZONE, request.getfixturevalue("store"))
    with closing(units.database):
        fill(units)
        yield units


def fill(units: UnitsOfWork) -> None:
    with units.action() as uow:
        uow.record(events.DoctorAdded.of("A", "Dr A", "Medicine", "1"))
        uow.record(events.DoctorAdded.of("B", "Dr B", None, None))
    with units.action() as uow:
        for doctor, start, capacity in ((1, 9, 2), (1, 10, 2), (2, 9, 1)):
            uow.record(events.SlotOpened.of(DoctorId(doctor), DAY, dt.time(start), dt.time(start + 1), capacity))
    with units.action() as uow:
        (slot,) = uow.hold_slots([SLOT.id]).values()
        for patient in (ASHA, RAVI, SUNITA):
            arrive(uow, slot, patient)
        for token in (FIRST, SECOND):
            uow.record(events.TokenAllocated.of(token, slot.id, None))


def arrive(uow: UnitOfWork, slot: Slot, patient: Patient, issued_at: dt.datetime = NINE) -> TokenId:
    """Register a patient and issue a token, which waits."""
    registered = uow.record(events.PatientRegistered.of(patient, slot.id))
    sequence, number = uow.take_number(slot)
    patient_id = PatientId(registered.subject_id)
    issued = events.TokenIssued.of(slot, patient_id, Source.ONLINE, sequence, number, issued_at)
    return TokenId(uow.record(issued).subject_id)


def token(id_: TokenId, patient: Patient, status: Status) -> Token:
    """A token as the store was filled with it."""
    return Token(id_, f"A-{id_:03}", SLOT.id, PatientId(id_), patient, Source.ONLINE, status, NINE)


# Recording


SEATED = token(FIRST, ASHA, Status.ACTIVE)
BECAUSE = Cause(Subject.TOKEN, SECOND)
ASHA_COMPLETE = Patient(name="Asha Verma", phone="9876543210", uhid="MRN 1", birth_year=1980, sex="female")
SAMPLES: dict[str, Event] = {
    event.kind: event
    for event in (
        events.DoctorAdded.of("C", "Dr C", "Surgery", None),
        events.DoctorNameSealed(1, {"name": None}, {"name": sealed("Dr A")}, private={"name": "Dr A"}),
        events.SlotOpened.of(DoctorId(2), DAY, dt.time(10), dt.time(11), 4),
        events.SlotResized.of(SLOT, 3),
        events.PatientRegistered.of(Patient(name="Meera Iyer", phone="11111"), SLOT.id),
        events.PatientDetailsAdded.of(PatientId(1), ASHA, ASHA_COMPLETE, SLOT.id),
        events.PatientKept.of(PatientId(1), ASHA, SLOT.id),
        events.PatientEdited.of(token(FIRST, ASHA, Status.ACTIVE), {"phone": "22222", "sex": "female"}, ASHA, 4, 0),
        events.PatientMerged.of(PatientId(2), PatientId(1), SLOT.id),
        events.PatientForgotten.of(PatientId(3), NINE),
        events.TokenIssued.of(SLOT, PatientId(1), Source.PAID, 4, "A-004", NINE),
        events.TokenAllocated.of(THIRD, SLOT.id, None),
        events.TokenPromoted.of(THIRD, SLOT.id, BECAUSE),
        events.TokenPreempted.of(FIRST, SLOT.id, Cause(Subject.SLOT, SLOT.id)),
        events.TokenPatientChanged.of(SECOND, SLOT.id, PatientId(2), PatientId(1)),
        events.TokenCheckedIn.of(SEATED, NINE),
        *(closed.of(SEATED, NINE) for closed in (events.TokenCancelled, events.TokenMarkedNoShow)),
        events.TokenCompleted.of(SEATED, NINE),
        EVENTS["doctor_reverted"](1, {"room": "1"}, {"room": None}),
        EVENTS["slot_reverted"](1, {"capacity": 2}, {"capacity": 4}, SLOT.id),
        EVENTS["patient_reverted"](2, {"merged_into": None}, {"merged_into": 3}),
        EVENTS["token_reverted"](3, {"hold_reason": None}, {"hold_reason": "lab"}, SLOT.id),
        events.DoctorEdited.of(DR_A, {"specialty": "Surgery", "room": None}),
        events.DoctorRetired.of(DR_A, NINE),
        events.DoctorWithdrawn.of(DR_A, NINE),
        events.SlotClosed.of(SLOT, NINE),
        events.SlotReopened.of(replace(SLOT, closed_at=NINE)),
        events.SlotDelayed.of(SLOT, 20, 1),
        events.SlotWithdrawn.of(SLOT, NINE),
        events.TokenCalled.of(SEATED, NINE),
        events.TokenReturned.of(replace(SEATED, called_at=NINE), NINE),
        events.TokenPassedOver.of(replace(SEATED, returned_at=NINE)),
        events.TokenHeld.of(SEATED, HoldReason.TEST, NINE),
        events.TokenReleased.of(replace(SEATED, held_at=NINE, hold_reason=HoldReason.TEST)),
        events.TokenToTell.of(SEATED, NINE),
        events.TokenTold.of(replace(SEATED, to_tell_since=NINE)),
        events.SlipPrinted.of(SEATED),
        events.TokenMoved.of(SEATED, SlotId(2), NINE + dt.timedelta(minutes=1)),
        *(closed.of(SEATED, NINE) for closed in (events.TokenMovedAway, events.TokenWithdrawn)),
        events.TokenSourceChanged.of(SEATED, Source.EMERGENCY, EmergencyReason.WORSE),
        events.TokenReinstated.of(replace(SEATED, status=Status.CANCELLED, closed_at=NINE), NINE),
        unknown_event("token_juggled", Subject.TOKEN)(3, {"held_at": None}, {"held_at": "x"}, SLOT.id),
    )
    if event is not None
}
"""One event of each kind, and one of a kind that this version does not know."""
ADDITIONS = [kind for kind, event in SAMPLES.items() if event.before is None]
MAKING_ROOM = dict.fromkeys(("token_allocated", "token_promoted"), SAMPLES["token_preempted"]) | {
    "slot_reopened": SAMPLES["slot_closed"],
    "token_returned": SAMPLES["token_called"],
    "token_passed_over": events.TokenReturned.of(SEATED, NINE),
    "token_released": SAMPLES["token_held"],
    "token_told": SAMPLES["token_to_tell"],
    "token_reinstated": SAMPLES["token_cancelled"],
}
"""What has to happen before."""
REVERTIBLE = [kind for kind in SAMPLES if kind not in ADDITIONS and SAMPLES[kind].reversible]
"""Those whose fields are all in the journal."""


def test_there_is_a_sample_of_every_kind_of_event() -> None:
    assert EVENTS.keys() == SAMPLES.keys() - {"token_juggled"}
    assert len(ADDITIONS) == 5


def do(units: UnitsOfWork, *happening: Event) -> list[Event]:
    """Record events in an action of their own."""
    if not happening:
        return []
    with units.action() as uow:
        uow.hold_slots([SLOT.id])
        return [uow.record(event) for event in happening]


@always_on_every_kind
def test_an_event_changes_its_row_as_it_says_and_nothing_else_and_its_inverse_changes_it_back(
    units: UnitsOfWork,
) -> None:
    for kind, event in SAMPLES.items():
        room = [MAKING_ROOM[kind]] if kind in MAKING_ROOM else []
        do(units, *room)
        before, counters = units.tables(), units.counters()
        (recorded,) = do(units, event)
        assert (recorded.subject_id in before[event.subject]) == (event.before is not None), kind
        assert units.tables() == changed_by(recorded, before), kind
        assert (units.counters(), units.events()[-1]) == (counters, recorded), kind
        if kind in REVERTIBLE:
            do(units, inverse(event))
            assert units.events()[-1].kind == f"{event.subject.value}_reverted"
            assert but_for(event.private, units.tables(), event) == but_for(event.private, before, event), kind
            do(units, *map(inverse, room))
        assert folded(units.events()) == journaled(units.tables()), kind
    assert {event.kind for event in units.events()} == SAMPLES.keys()


def changed_by(event: Event, tables: Tables) -> Tables:
    """Return what is stored after an event."""
    row = tables[event.subject].get(event.subject_id, {"id": event.subject_id})
    row = without_nulls({**row, **event.after, **event.private})
    return tables | {event.subject: tables[event.subject] | {event.subject_id: row}}


def but_for(personal: Iterable[str], tables: Tables, event: Event) -> Tables:
    """Return what is stored without the personal fields that an event set: no inverse knows what they were."""
    row = {name: value for name, value in tables[event.subject][event.subject_id].items() if name not in personal}
    return tables | {event.subject: tables[event.subject] | {event.subject_id: row}}


@on_every_kind
def test_an_event_that_makes_a_row_comes_back_with_its_id(units: UnitsOfWork) -> None:
    first, second = do(units, *[events.DoctorAdded.of(code, "Dr Rao", None, None) for code in ("C", "D")])
    assert [units.tables()[Subject.DOCTOR][event.subject_id]["code"] for event in (first, second)] == ["C", "D"]


@always_on_every_kind
def test_of_an_action_that_is_not_committed_nothing_is_left(units: UnitsOfWork) -> None:
    before = units.tables(), units.counters(), units.events()
    with units.action(commit=False) as uow:
        everything(uow)
    with pytest.raises(TokenAlreadyClosed), units.action() as uow:
        everything(uow, refusal=TokenAlreadyClosed("It is closed."))
    assert (units.tables(), units.counters(), units.events()) == before


def everything(uow: UnitOfWork, refusal: DeskRefusal | None = None) -> None:
    """Make rows, change rows, take a number, and be refused."""
    (slot,) = uow.hold_slots([SLOT.id]).values()
    arrive(uow, slot, Patient(name="Meera Iyer"))
    for kind in ("token_completed", "patient_forgotten", "slot_reverted", "doctor_reverted"):
        uow.record(SAMPLES[kind])
    if refusal:
        raise refusal


@on_every_kind
def test_an_action_sees_what_it_did_itself(units: UnitsOfWork) -> None:
    with units.action(commit=False) as uow:
        (slot,) = uow.hold_slots([SLOT.id]).values()
        new = arrive(uow, slot, Patient(name="Meera Iyer", phone="11111"))
        found = uow.token(new)
        assert found is not None
        assert (found.number, found.patient.name, found.status) == ("A-004", "Meera Iyer", Status.WAITING)
        uow.record(SAMPLES["token_cancelled"])
        uow.record(events.TokenPromoted.of(new, slot.id, None))
        assert uow.queue(slot).free_seats() == 0
        assert uow.queue(slot).weakest_seated() == found.rank


@on_every_kind
def test_what_happens_in_a_slot_that_is_not_held_is_a_bug(units: UnitsOfWork) -> None:
    before = units.tables()
    with pytest.raises(KeyError), units.action() as uow:
        uow.record(SAMPLES["token_cancelled"])
    assert units.tables() == before


BROKEN = [
    EVENTS["slot_reverted"](1, {}, {"capacity": 1}, SLOT.id),
    EVENTS["token_reverted"](1, {}, {"closed_at": "2026-11-22T03:30:00.000000Z"}, SLOT.id),
    EVENTS["token_reverted"](1, {}, {"status": "COMPLETED"}, SLOT.id),
    EVENTS["doctor_reverted"](1, {}, {"code": None}),
    EVENTS["doctor_reverted"](1, {}, {"no_such_column": 1}),
]


@on_every_kind
def test_the_store_itself_refuses_what_must_not_be(units: UnitsOfWork) -> None:
    before = units.tables(), units.events()
    for event in BROKEN:
        with pytest.raises((KeyError, *units.broken_rule)):
            do(units, event)
    assert (units.tables(), units.events()) == before


@on_every_kind
def test_a_slot_is_never_overbooked_not_even_for_a_moment(units: UnitsOfWork) -> None:
    with pytest.raises(units.broken_rule):
        do(units, SAMPLES["token_allocated"], SAMPLES["token_cancelled"])
    do(units, SAMPLES["token_cancelled"], SAMPLES["token_allocated"])


# Time


@on_every_kind
def test_now_is_the_desks_clock_and_at_when_it_took_place(units: UnitsOfWork) -> None:
    earlier = NINE - dt.timedelta(minutes=10)
    with units.action(at=earlier) as uow:
        assert (uow.now, uow.at, uow.zone.key) == (NINE, earlier, ZONE)
        uow.record(SAMPLES["doctor_added"])


# Slots that are held


@on_every_kind
def test_slots_are_held_in_order_of_id_and_unknown_ones_are_left_out(units: UnitsOfWork) -> None:
    with units.action(commit=False) as uow:
        held = uow.hold_slots([SlotId(id_) for id_ in (3, *NOWHERE, 1, 3)])
        assert list(held) == [1, 3]
        assert held[SLOT.id] == SLOT
        assert uow.hold_slots([]) == {}
        assert list(uow.hold_slots([SlotId(2), SLOT.id])) == [1, 2], "some may be held already"


@on_postgresql
def test_who_waits_for_a_slot_holds_those_of_lower_ids_and_none_of_higher(units: SqlUnitsOfWork) -> None:
    store = units.store
    assert isinstance(store, PostgresStore)

    def hold_all() -> list[int]:
        with units.action(commit=False) as uow:
            held = list(uow.hold_slots([SlotId(id_) for id_ in (3, 2, 1)]))
            assert free() == []
            return held

    def free() -> list[int]:
        return [row[0] for row in store.query("SELECT id FROM slot ORDER BY id FOR UPDATE SKIP LOCKED")]

    with ThreadPoolExecutor(1) as pool, store.server.connect(store.name) as other:
        with other.transaction():
            other.execute("SELECT * FROM slot WHERE id = 2 FOR UPDATE")
            waiting = pool.submit(hold_all)
            until(lambda: store.query("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"))
            assert free() == [3]
        assert waiting.result(PATIENCE_SECONDS) == [1, 2, 3]
    assert free() == [1, 2, 3]


# Questions


@on_every_kind
def test_doctors_and_their_codes(units: UnitsOfWork) -> None:
    with units.action(commit=False) as uow:
        found = uow.doctor(DoctorId(1))
        assert found is not None
        assert (found.id, found.code, found.name, found.specialty, found.room) == (1, "A", "Dr A", "Medicine", "1")
        assert [uow.doctor(DoctorId(id_)) for id_ in NOWHERE] == [None] * len(NOWHERE)
        assert [uow.code_is_taken(code) for code in ("A", "B", "C", "a")] == [True, True, False, False]
        assert not uow.code_is_taken("B", besides=2)
        for doctor in (1, 2):
            uow.record(EVENTS["doctor_reverted"](doctor, {}, {"withdrawn_at": "2026-11-22T03:30:00.000000Z"}))
        assert not uow.code_is_taken("B"), "a withdrawn doctor leaves the code to another"
        assert uow.code_is_taken("A"), "but not if tokens have it in their numbers"
        assert not uow.code_is_taken("A", besides=1)


WINDOWS = [
    ("09:30", "10:30", 1),
    ("08:00", "09:01", 1),
    ("08:00", "12:00", 1),
    ("10:59", "12:00", 2),
    ("08:00", "09:00", None),
    ("11:00", "12:00", None),
]
"""Windows, and the slot that shares a minute with them."""


@on_every_kind
def test_a_slot_that_shares_a_minute_is_found_the_earliest_first(units: UnitsOfWork) -> None:
    with units.action(commit=False) as uow:
        for start, end, overlapping in WINDOWS:
            window = dt.time.fromisoformat(start), dt.time.fromisoformat(end)
            found = uow.overlapping_slot(DoctorId(1), DAY, *window)
            assert (found and found.id) == overlapping, window
            assert uow.overlapping_slot(DoctorId(1), DAY + dt.timedelta(days=1), *window) is None
            assert uow.overlapping_slot(DoctorId(3), DAY, *window) is None
        uow.hold_slots([SLOT.id])
        uow.record(EVENTS["slot_reverted"](1, {}, {"withdrawn_at": "2026-11-22T03:30:00.000000Z"}, SLOT.id))
        assert uow.overlapping_slot(DoctorId(1), DAY, dt.time(9), dt.time(10)) is None


@on_every_kind
def test_a_token_comes_with_its_patient_as_the_record_is_now(units: UnitsOfWork) -> None:
    with units.action(commit=False) as uow:
        assert uow.token(FIRST) == SEATED
        assert uow.token(SECOND) == token(SECOND, RAVI, Status.ACTIVE)
        assert [uow.token(TokenId(id_)) for id_ in NOWHERE] == [None] * len(NOWHERE)
        uow.hold_slots([SLOT.id])
        uow.record(SAMPLES["token_completed"])
        uow.record(SAMPLES["patient_details_added"])
        closed = uow.token(FIRST)
        assert closed is not None
        assert (closed.status, closed.closed_at, closed.patient.uhid) == (Status.COMPLETED, NINE, "MRN 1")


@on_every_kind
def test_numbers_count_up_for_each_doctor_and_date(units: UnitsOfWork) -> None:
    with units.action() as uow:
        slots = uow.hold_slots([SlotId(1), SlotId(2), SlotId(3)])
        numbers = [uow.take_number(slots[SlotId(id_)]) for id_ in (1, 2, 3)]
        uow.prefetch_number(slots[SlotId(1)])
        numbers.append(uow.take_number(slots[SlotId(1)]))
        assert numbers == [(4, "A-004"), (5, "A-005"), (1, "B-001"), (6, "A-006")]
        uow.record(SAMPLES["doctor_added"])
    assert units.counters() == {(1, DATE): 6, (2, DATE): 1}
    with units.action(commit=False) as uow:
        assert [uow.take_number(SLOT) for _ in range(994)][-1] == (1000, "A-1000")


@on_every_kind
def test_the_latest_issue_of_a_slot_counts_closed_tokens_too(units: UnitsOfWork) -> None:
    later = NINE + dt.timedelta(microseconds=1)
    with units.action(commit=False) as uow:
        (slot,) = uow.hold_slots([SLOT.id]).values()
        assert uow.latest_issued_at(slot.id) == NINE
        new = arrive(uow, slot, Patient(name="Meera Iyer"), later)
        cancelled = uow.token(new)
        assert cancelled is not None
        uow.record(events.TokenCancelled.of(cancelled, NINE))
        assert uow.latest_issued_at(slot.id) == later
        assert [uow.latest_issued_at(SlotId(id_)) for id_ in (2, 99)] == [None, None]


@on_every_kind
def test_a_queue_knows_its_free_seats_its_best_and_its_weakest(units: UnitsOfWork) -> None:
    call = EVENTS["token_reverted"](SECOND, {}, {"called_at": "2026-11-22T03:30:00.000000Z"}, SLOT.id)
    with units.action(commit=False) as uow:
        (slot,) = uow.hold_slots([SLOT.id]).values()
        queue = uow.queue(slot)
        assert queue.slot_id == SLOT.id
        assert (queue.free_seats(), uow.seats_in_use(slot.id)) == (0, 0)
        assert queue.best_waiting() == Rank(4, NINE, THIRD)
        assert queue.weakest_seated() == Rank(4, NINE, SECOND)
        uow.record(call)
        assert queue.weakest_seated() == Rank(4, NINE, FIRST), "who is in the room does not leave"
        assert uow.seats_in_use(slot.id) == 1
        uow.record(SAMPLES["token_completed"])
        assert (queue.weakest_seated(), queue.free_seats(), uow.seats_in_use(slot.id)) == (None, 0, 2)
        uow.record(events.TokenCancelled.of(token(SECOND, RAVI, Status.ACTIVE), NINE))
        assert (queue.free_seats(), uow.seats_in_use(slot.id)) == (1, 1)
        queue.record(SAMPLES["token_promoted"])
        assert (queue.best_waiting(), queue.free_seats()) == (None, 0)
        arrive(uow, slot, Patient(name="later"), NINE + dt.timedelta(minutes=1))
        arrive(uow, slot, Patient(name="earlier"), NINE - dt.timedelta(minutes=1))
        assert queue.best_waiting() == Rank(4, NINE - dt.timedelta(minutes=1), TokenId(5))
    with units.action(commit=False) as uow:
        (slot,) = uow.hold_slots([SlotId(2)]).values()
        queue = uow.queue(slot)
        assert (queue.free_seats(), queue.best_waiting(), queue.weakest_seated()) == (2, None, None)


# A doctor's day


@on_every_kind
def test_the_slots_of_a_day_by_start_but_those_withdrawn(units: UnitsOfWork) -> None:
    with units.action(commit=False) as uow:
        assert uow.slots_of_day(DoctorId(1), DAY) == uow.slots_beside(SlotId(2)) == [1, 2]
        assert uow.slots_of_day(DoctorId(1), DAY + dt.timedelta(days=1)) == []
        assert [uow.slots_beside(SlotId(id_)) for id_ in NOWHERE] == [[]] * len(NOWHERE)
        assert [uow.has_slots(DoctorId(id_)) for id_ in (1, 2, 3)] == [True, True, False]
        uow.hold_slots([SLOT.id, SlotId(3)])
        uow.record(SAMPLES["slot_withdrawn"])
        uow.record(events.SlotWithdrawn.of(replace(SLOT, id=SlotId(3)), NINE))
        assert uow.slots_of_day(DoctorId(1), DAY) == uow.slots_beside(SLOT.id) == [2]
        assert not uow.has_slots(DoctorId(2))


@on_every_kind
def test_open_tokens_stand_by_rank_and_those_of_a_doctor_by_slot(units: UnitsOfWork) -> None:
    with units.action(commit=False) as uow:
        first, later = uow.hold_slots([SLOT.id, SlotId(2)]).values()
        new = arrive(uow, later, Patient(name="Imran"))
        uow.record(events.TokenSourceChanged.of(token(THIRD, SUNITA, Status.WAITING), Source.PAID, None))
        assert [found.id for found in uow.open_tokens(first.id)] == [THIRD, FIRST, SECOND]
        assert [found.id for found in uow.open_tokens_of_doctor(DoctorId(1), 9)] == [THIRD, FIRST, SECOND, new]
        assert len(uow.open_tokens_of_doctor(DoctorId(1), 2)) == 2
        uow.record(SAMPLES["token_cancelled"])
        assert [found.id for found in uow.open_tokens(first.id)] == [THIRD, SECOND]
        assert uow.open_tokens(SlotId(3)) == uow.open_tokens_of_doctor(DoctorId(2), 9) == []


@on_every_kind
def test_who_is_called_next_and_who_is_in_the_room(units: UnitsOfWork) -> None:
    ago = NINE - dt.timedelta(minutes=5)
    seated = [token(FIRST, ASHA, Status.ACTIVE), token(SECOND, RAVI, Status.ACTIVE)]
    day = DoctorId(1), DAY

    def coming(uow: UnitOfWork) -> TokenId | None:
        found = uow.next_to_call(*day, ago)
        return found.id if found else None

    with units.action(commit=False) as uow:
        uow.hold_slots([SLOT.id])
        assert (coming(uow), uow.in_the_room(*day)) == (None, None), "nobody is here"
        for each in seated:
            uow.record(events.TokenCheckedIn.of(each, NINE))
        assert coming(uow) == FIRST
        uow.record(events.TokenSourceChanged.of(seated[1], Source.EMERGENCY, None))
        assert coming(uow) == SECOND, "an emergency comes first"
        uow.record(events.TokenHeld.of(seated[1], HoldReason.TEST, NINE))
        assert coming(uow) == FIRST, "who is on hold is away"
        uow.record(events.TokenReleased.of(replace(seated[1], held_at=NINE, hold_reason=HoldReason.TEST)))
        uow.record(events.TokenCalled.of(seated[1], NINE))
        inside = uow.in_the_room(*day)
        assert (coming(uow), inside and inside.id) == (FIRST, SECOND)
        uow.record(events.TokenReturned.of(replace(seated[1], called_at=NINE), NINE))
        assert (coming(uow), [back.id for back in uow.sent_back(*day, ago)]) == (FIRST, [SECOND])
        uow.record(events.TokenCancelled.of(seated[0], NINE))
        assert coming(uow) == SECOND, "there is nobody else"
        assert uow.sent_back(*day, NINE) == []
        assert uow.next_to_call(DoctorId(2), DAY, ago) is uow.in_the_room(DoctorId(2), DAY) is None


@on_every_kind
def test_a_token_knows_the_open_one_that_replaced_it(units: UnitsOfWork) -> None:
    old = token(FIRST, ASHA, Status.ACTIVE)
    with units.action(commit=False) as uow:
        _, elsewhere = uow.hold_slots([SLOT.id, SlotId(3)]).values()
        assert uow.replacement_of(old) is None
        uow.record(events.TokenMovedAway.of(old, NINE))
        issued = events.TokenIssued.replacing(old, elsewhere, uow.take_number(elsewhere), NINE, same_day=True)
        new = uow.token(TokenId(uow.record(issued).subject_id))
        assert new is not None
        assert (new.replaces, new.patient, uow.replacement_of(old)) == (FIRST, ASHA, new)
        further = events.TokenIssued.replacing(new, SLOT, uow.take_number(SLOT), NINE, same_day=True)
        newest = uow.token(TokenId(uow.record(further).subject_id))
        assert newest is not None
        uow.record(events.TokenCancelled.of(new, NINE))
        assert [uow.replacement_of(each) for each in (new, newest)] == [newest, None]
        uow.record(events.TokenCancelled.of(newest, NINE))
        assert uow.replacement_of(old) is None


# What the journal holds


@on_every_kind
def test_the_fields_of_a_row_are_as_its_events_hold_them(units: UnitsOfWork) -> None:
    with units.action(commit=False) as uow:
        for subject, row_id in ((Subject.DOCTOR, 1), (Subject.SLOT, 1), (Subject.PATIENT, 1), (Subject.TOKEN, 3)):
            fields = uow.fields(subject, row_id)
            assert fields is not None
            assert without_nulls(dict(fields)) | {"id": row_id} == folded(units.events())[subject][row_id]
            assert [uow.fields(subject, id_) for id_ in NOWHERE] == [None] * len(NOWHERE)


@on_every_kind
def test_earlier_entries_come_newest_first_with_their_events(units: UnitsOfWork) -> None:
    before = [SAMPLES["token_released"]] * PAGE
    for event in (*before, SAMPLES["token_checked_in"], SAMPLES["slot_closed"], SAMPLES["token_called"]):
        do(units, event)
    with units.action(commit=False) as uow:
        assert uow.desk == "desk 1"
        entries = [*uow.history.newest_entries()]
        assert {entry.action for _, entry in entries} == {"test"}
        found = [entry_id for entry_id, _ in entries]
        assert found == sorted(found, reverse=True)
        assert len(found) == PAGE + 6, "more than are read at once"
        assert [uow.history.events_of(entry_id) for entry_id in found[:2]] == [
            [SAMPLES["token_called"]],
            [SAMPLES["slot_closed"]],
        ]
        later = uow.history.later_events(Subject.TOKEN, FIRST, found[-1])
        kinds = [event.kind for _, event in later]
        assert kinds == [
            "token_issued",
            "token_allocated",
            *["token_released"] * PAGE,
            "token_checked_in",
            "token_called",
        ]
        assert uow.history.later_events(Subject.TOKEN, FIRST, found[0]) == []


@on_every_kind
def test_questions_change_nothing_and_have_the_same_answer_twice(units: UnitsOfWork) -> None:
    before = units.tables(), units.counters(), units.events()
    with units.action(commit=False) as uow:
        first = answers(uow)
        assert answers(uow) == first
        for patient in (None, ASHA, RAVI):
            uow.prefetch_issue(SLOT.id, patient)
            assert answers(uow) == first
        for nowhere in NOWHERE:
            uow.prefetch_issue(SlotId(nowhere), ASHA)
            assert uow.hold_slots([SlotId(nowhere)]) == {}
    assert (units.tables(), units.counters(), units.events()) == before


def answers(uow: UnitOfWork) -> list[object]:
    """Every question, asked once."""
    (slot,) = uow.hold_slots([SLOT.id]).values()
    queue = uow.queue(slot)
    return [
        *(slot, uow.now, uow.at, uow.zone),
        *(uow.doctor(DoctorId(1)), uow.code_is_taken("A"), uow.token(FIRST)),
        uow.overlapping_slot(DoctorId(1), DAY, dt.time(9), dt.time(10)),
        *(uow.open_token_of(slot.id, ASHA), uow.latest_issued_at(slot.id), uow.seats_in_use(slot.id)),
        *(queue.free_seats(), queue.best_waiting(), queue.weakest_seated()),
        *(
            uow.known_patient(ASHA),
            uow.patient(PatientId(1)),
            uow.is_forgotten(PatientId(1)),
            uow.same_person(PatientId(1)),
        ),
        uow.open_token_among([PatientId(1)]),
    ]


# Who is one person


def person(name: str, phone: str | None = None, uhid: str | None = None, **more: object) -> Patient:
    return Patient(name=name, phone=phone, uhid=uhid, **more)


SAME = [
    (person("José Núñez", "+91 98765 43210"), person("JOSE  nunez", "098765-43210")),
    (person("Asha", uhid="MRN 17"), person("Somebody Else", "98765 43210", "mrn17")),
    (person("Asha", "98765 43210", "MRN 17"), person("asha", "9876543210")),
    (person("Asha", "98765 43210"), person("asha", "9876543210", "MRN 17")),
    (person("राम", "9876543210"), person("राम", "९८७६५४३२१०")),
    (person("O'Brien", "98765 43210"), person("O’Brien", "98765‑43210")),
    (person("علی", "98765 43210"), person("علي", "＋91 98765 43210")),
    (person("Ravi", "98765 43210", birth_year=1962), person("Ravi", "98765 43210", birth_year=1963)),
    (person("Asha", "98765 43210", "MRN 17", birth_year=1962), person("A", "11111", "MRN 17", birth_year=2019)),
]
DIFFERENT = [
    (person("Ravi"), person("Ravi")),
    (person("Ravi", "98765 43210"), person("Ravi")),
    (person("Ravi"), person("Ravi", "98765 43210")),
    (person("Ravi", "98765 43210"), person("Ravi", "98765 43211")),
    (person("Ravi", "98765 43210"), person("Asha", "98765 43210")),
    (person("Ravi", uhid="17"), person("Ravi", uhid="18")),
    (person("Ravi", "98765 43210", "17"), person("Ravi", "98765 43210", "18")),
    (person("Ravi", "98765 43210", birth_year=1962), person("Ravi", "98765 43210", birth_year=2019)),
    (person("Asha", "11111", "N/A"), person("Meera", "22222", "n/a")),
]
PAIRS = [*((*pair, True) for pair in SAME), *((*pair, False) for pair in DIFFERENT)]


@on_every_kind
def test_a_hospital_number_decides_alone_and_a_name_only_with_its_phone(units: UnitsOfWork) -> None:
    for first, second, same in PAIRS:
        with units.action(commit=False) as uow:
            here, there = uow.hold_slots([SlotId(2), SlotId(3)]).values()
            issued, again = arrive(uow, here, first), arrive(uow, there, second)
            tokens = uow.token(issued), uow.token(again)
            patients = [found.patient_id for found in tokens if found]
            assert uow.open_token_of(here.id, second) == (tokens[0] if same else None), (first, second)
            assert uow.open_token_of(SLOT.id, second) is None
            for patient in patients:
                assert uow.same_person(patient) == (tuple(patients) if same else (patient,)), (first, second)


@on_every_kind
def test_a_phone_number_that_is_typed_for_everybody_still_finds_a_namesake(units: UnitsOfWork) -> None:
    with units.action(commit=False) as uow:
        (here,) = uow.hold_slots([SlotId(2)]).values()
        for number in range(120):
            uow.record(events.PatientRegistered.of(person(f"Patient {number}", "55555"), here.id))
        issued = arrive(uow, here, person("Siobhan O’Brien", "55555"))
        assert uow.open_token_of(here.id, person("siobhan o'brien", "555-55")) == uow.token(issued)
        assert uow.open_token_of(here.id, person("Patient 7", "55555")) is None


@on_every_kind
def test_a_token_that_is_closed_is_no_longer_open(units: UnitsOfWork) -> None:
    with units.action(commit=False) as uow:
        uow.hold_slots([SLOT.id])
        everybody = [PatientId(id_) for id_ in (1, 2, 3)]
        assert uow.open_token_of(SLOT.id, ASHA) == uow.open_token_among(everybody[:1]) == SEATED
        uow.record(SAMPLES["token_cancelled"])
        assert uow.open_token_of(SLOT.id, ASHA) is uow.open_token_among(everybody[:1]) is None
        assert uow.open_token_among(everybody) == token(SECOND, RAVI, Status.ACTIVE)
        assert uow.open_token_among([]) is None


CHAINS = [
    # Another visit's hospital number joins who has none, and whom it joins besides.
    ([person("A", "11111"), person("A", "11111", "1"), person("B", "22222", "1")], [{0, 1, 2}] * 3),
    # Two namesakes with different numbers: who has none is neither's.
    ([person("A", "11111"), person("A", "11111", "1"), person("A", "11111", "2")], [{0}, {0, 1}, {0, 2}]),
    # A number's other name and phone finds a visit without a number.
    ([person("A", "11111", "1"), person("B", "22222", "1"), person("B", "22222")], [{0, 1, 2}] * 3),
    ([person("A"), person("A")], [{0}, {1}]),
    # A father and a son of one name and phone, and a visit without a year, which may be either's.
    (
        [person("A", "11111", birth_year=1962), person("A", "11111", birth_year=2019), person("A", "11111")],
        [{0, 2}, {1, 2}, {2}],
    ),
    # The number says whose visit it is.
    (
        [person("A", "11111", "1"), person("A", "11111", "1", birth_year=1962), person("A", "11111", birth_year=2019)],
        [{0, 1}, {0, 1}, {2}],
    ),
]


@on_every_kind
def test_the_records_of_one_person_are_found_through_each_other(units: UnitsOfWork) -> None:
    for people, expected in CHAINS:
        with units.action(commit=False) as uow:
            (slot,) = uow.hold_slots([SlotId(2)]).values()
            ids = [uow.record(events.PatientRegistered.of(who, slot.id)).subject_id for who in people]
            for id_, same in zip(ids, expected, strict=True):
                assert uow.same_person(PatientId(id_)) == tuple(ids[number] for number in sorted(same)), people


WHOLE = person("Asha", "98765 43210", "MRN 1", birth_year=1980, sex="female")
JOINS = [
    (WHOLE, WHOLE, True),
    (WHOLE, person("Asha", "+91-98765-43210"), True),
    (WHOLE, person("Asha", uhid="mrn1"), True),
    (person("Asha", "98765 43210"), WHOLE, True),
    (person("Asha", uhid="MRN 1"), WHOLE, True),
    (WHOLE, person("Asha"), False),
    (WHOLE, person("ASHA", "98765 43210"), True),
    (WHOLE, person(" ásha", uhid="mrn1"), True),
    (person("Siobhan O’Brien", "90001 00004"), person("siobhan o'brien", "+91 90001-00004"), True),
    (person("Łukasz Nowak", "90001 00004"), person("lukasz  nowak", "90001 00004"), True),
    (person("علي", "90001 00005"), person("علی", "90001 00005"), True),
    (person("Gurpreet Singh", "90001 00003"), person("gurpreet sing", "90001 00003"), False),
    (WHOLE, person("Asha Verma", uhid="MRN 1"), False),
    (WHOLE, person("Asha", "98765 43211", "MRN 1"), False),
    (WHOLE, person("Asha", "98765 43210", "MRN 2"), False),
    (WHOLE, person("Asha", "98765 43210", birth_year=1981), False),
    (WHOLE, person("Asha", "98765 43210", sex="male"), False),
    (person("Asha"), person("Asha"), False),
]
"""A record, a visitor, and whether the visit joins the record."""


@on_every_kind
def test_a_visit_joins_the_record_of_which_no_known_field_differs(units: UnitsOfWork) -> None:
    for record, visitor, joins in JOINS:
        with units.action(commit=False) as uow:
            uow.hold_slots([SLOT.id])
            known = PatientId(uow.record(events.PatientRegistered.of(record, SLOT.id)).subject_id)
            assert uow.known_patient(visitor) == (KnownPatient(known, record) if joins else None), (record, visitor)


@on_every_kind
def test_of_several_records_that_fit_a_visit_joins_none(units: UnitsOfWork) -> None:
    with units.action(commit=False) as uow:
        uow.hold_slots([SLOT.id])
        for uhid in ("1", "2"):
            uow.record(events.PatientRegistered.of(person("Meera", "11111", uhid), SLOT.id))
        assert uow.known_patient(person("Meera", "11111")) is None
        found = uow.known_patient(person("Meera", "11111", "2"))
        assert found is not None
        assert found.patient.uhid == "2"


@on_every_kind
def test_of_two_names_that_look_the_same_the_one_that_is_typed_is_joined(units: UnitsOfWork) -> None:
    with units.action(commit=False) as uow:
        uow.hold_slots([SLOT.id])
        for name in ("Gurpreet Singh", "gurpreet singh"):
            uow.record(events.PatientRegistered.of(person(name, "11111"), SLOT.id))
        found = [uow.known_patient(person(name, "111 11")) for name in ("gurpreet singh", "GURPREET SINGH")]
        assert [known and known.patient.name for known in found] == ["gurpreet singh", None]


@on_every_kind
def test_a_forgotten_patient_is_nobody(units: UnitsOfWork) -> None:
    with units.action(commit=False) as uow:
        assert not uow.is_forgotten(PatientId(1))
        uow.record(events.PatientForgotten.of(PatientId(1), NINE))
        assert uow.is_forgotten(PatientId(1))
        assert uow.known_patient(ASHA) is None
        assert uow.same_person(PatientId(1)) == (1,)
        assert uow.open_token_of(SLOT.id, ASHA) is None
