"""A whole busy day at the desk, made from a seed: twelve doctors, forty slots and some four hundred patients."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from opd_tui.demo.clinic import TODAY, TOMORROW, Doctor, Visit, Window, at, time_of
from opd_tui.demo.consulting import STAYS, clear, plan_doctor
from opd_tui.demo.day_book import DayBook
from opd_tui.demo.incidents import plan_incidents
from opd_tui.demo.script import Script, ScriptedAction, Step, scripted
from opd_tui.desk.actions import AddDoctor, OpenSession
from opd_tui.domain.model import HoldReason, Source

SEED = 2026
OPENING = at("07:45")
BOOKED = (Source.ONLINE, Source.FOLLOWUP, Source.PAID)
AT_THE_DESK = (Source.WALKIN, Source.FOLLOWUP, Source.PAID)
WALK_INS = (("08:20", "12:30", "09:45", 158), ("15:50", "18:20", "17:00", 30))
"""From when until when they come, when most, and how many."""
BOOKED_SEATS = 0.62
"""How many of the seats are booked before the day, in one."""
NEVER_COMES, COMES_LATE, CALLS_OFF = 0.07, 0.04, 0.05
GOES_AWAY, TIRES = 0.13, 0.12
AWAY = (*(HoldReason.TEST,) * 4, *(HoldReason.PAYMENT,) * 2, HoldReason.DOCUMENTS, HoldReason.OTHER)


def busy_day(seed: int = SEED) -> Script:
    """Return the script of the day; it is the same for the same seed."""
    book = DayBook(seed)
    setting = setting_of(book.doctors.values())
    plan_bookings(book)
    plan_walk_ins(book)
    for doctor in book.doctors.values():
        plan_doctor(book, doctor)
    plan_incidents(book)
    book.run()
    return Script("A whole day at the front desk", TODAY, setting, tuple(book.steps), boards=False)


def setting_of(doctors: Iterable[Doctor]) -> Step:
    """Return the doctors with their sessions of this day and the next."""
    actions: list[ScriptedAction] = []
    for doctor in doctors:
        fields = {"name": doctor.name, "specialty": doctor.specialty, "code": doctor.code, "room": doctor.room}
        actions.append(scripted(AddDoctor, doctor.code, **fields))
        for date in (TODAY, TOMORROW) if doctor.tomorrow else (TODAY,):
            for start, end in doctor.sessions:
                hours = {"date": date, "start": time_of(at(start)), "end": time_of(at(end)), "every": 60}
                actions.append(scripted(OpenSession, doctor=doctor.ref, capacity=doctor.seats, **hours))
    return Step(
        time_of(OPENING), "Twelve doctors, in hours from nine in the morning to seven at night.", tuple(actions)
    )


# Patients


def plan_bookings(book: DayBook) -> None:
    """Plan the tokens that were booked before the day, and when their patients come."""
    booked: list[Visit] = []
    for doctor in book.doctors.values():
        for window in doctor.today:
            for _ in range(round(window.capacity * BOOKED_SEATS + book.dice.uniform(-1.4, 1.4))):
                source = book.dice.choices(BOOKED, (12, 6, 2))[0]
                booked.append(book.visit(window, source, arrival(book, window)))
    book.dice.shuffle(booked)
    book.later(OPENING, lambda: book.say(f"{len(booked)} bookings came in overnight; each takes its seat."))
    for number, visit in enumerate(booked):
        book.later(OPENING + 14 * number / len(booked), partial(book.issue, visit))
        if book.dice.random() < CALLS_OFF:
            visit.comes = None
            book.later(book.dice.uniform(at("08:05"), at("09:00")), partial(call_off, book, visit))
        elif visit.comes is not None:
            book.later(visit.comes, partial(arrive, book, visit))


def arrival(book: DayBook, window: Window) -> float | None:
    """Return when somebody with a booking comes, or None if never."""
    kind = book.dice.random()
    if kind < NEVER_COMES:
        return None
    late = kind < NEVER_COMES + COMES_LATE
    minute = window.start + (book.dice.uniform(68, 85) if late else book.dice.triangular(-25, 40, 0))
    return max(minute, at("08:10"))


def arrive(book: DayBook, visit: Visit) -> None:
    """Check in a patient with a booking, whose token is opened again if it was closed as a no-show."""
    if visit.window.date != TODAY or visit.here:
        return
    if not visit.open:
        if visit.window.is_closed or book.now > visit.window.over + STAYS - 5:
            return
        book.say(f"{visit.who} comes an hour late: the no-show is opened again.")
        book.reinstate(visit)
        book.soon(5, partial(clear, book, visit.window))
    book.check_in(visit)
    maybe_away(book, visit)


def call_off(book: DayBook, visit: Visit) -> None:
    """Cancel the token of a patient who telephones."""
    if visit.can_go and not visit.here:
        book.cancel(visit)


def plan_walk_ins(book: DayBook) -> None:
    """Plan when patients without a booking come."""
    for first, last, most, count in WALK_INS:
        for _ in range(count):
            book.later(book.dice.triangular(at(first), at(last), at(most)), partial(walk_in, book))


def walk_in(book: DayBook) -> None:
    """Issue a token to a patient without a booking, for an hour of a doctor who is there or comes soon."""
    windows = [window for doctor in book.doctors.values() if (window := hour_for(book, doctor))]
    if not windows:
        return
    window = book.dice.choices(windows, [each.capacity**1.5 for each in windows])[0]
    visit = book.visit(window, book.dice.choices(AT_THE_DESK, (80, 10, 10))[0])
    book.issue(visit)
    if not visit.here:
        book.check_in(visit)
    maybe_away(book, visit)
    if book.dice.random() < TIRES:
        book.soon(book.dice.uniform(35, 60), partial(tire, book, visit))


def hour_for(book: DayBook, doctor: Doctor) -> Window | None:
    """Return the doctor's hour that a patient who stands at the desk gets: this one, or a later one with a seat."""
    open_hours = [each for each in doctor.today if not each.is_closed and each.over > book.now + 10]
    if not open_hours or open_hours[0].start > book.now + 50:
        return None
    with_seat = [each for each in open_hours if each.free > 0 and each.start < book.now + 200]
    if with_seat and book.dice.random() < 0.55:
        return with_seat[0]
    return open_hours[0] if len(open_hours[0].waiting()) < 5 else with_seat[0] if with_seat else None


def maybe_away(book: DayBook, visit: Visit) -> None:
    """Let some of those who came go away for a while."""
    if book.dice.random() < GOES_AWAY:
        book.soon(book.dice.uniform(2, 10), partial(go_away, book, visit))


def go_away(book: DayBook, visit: Visit) -> None:
    """Put a token on hold, and plan when its patient is back."""
    if visit.can_go and visit.here and not visit.held:
        book.hold(visit, book.dice.choice(AWAY))
        minutes = book.dice.uniform(34, 45) if book.dice.random() < 0.2 else book.dice.uniform(8, 24)
        book.soon(minutes, partial(book.release, visit))


def tire(book: DayBook, visit: Visit) -> None:
    """Cancel the token of somebody who still waits for a seat."""
    if visit.can_go and visit in visit.window.waiting():
        book.cancel(visit)
