"""What is told of the busy day: the moments at which a desk has to think."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from opd_tui.demo.clinic import TODAY, TOMORROW, Visit, Window, at, time_of
from opd_tui.demo.consulting import clear, look_in
from opd_tui.demo.day_book import DayBook
from opd_tui.desk.actions import (
    CloseSlot,
    EditDoctor,
    EditPatient,
    ForgetPatient,
    MergePatients,
    OpenSlot,
    ReopenSlot,
    RetireDoctor,
)
from opd_tui.desk.actions.words import in_patients
from opd_tui.domain.model import HoldReason, Patient, Source

TRIES = 12
"""How many minutes an incident waits for somebody to whom it can happen."""

Incident = Callable[[DayBook], bool]
"""Lets something happen, and returns whether it could."""


def plan_incidents(book: DayBook) -> None:
    """Plan the incidents of the day."""
    for time, incident in INCIDENTS:
        book.later(at(time), partial(let_happen, book, incident, TRIES))


def let_happen(book: DayBook, incident: Incident, tries: int) -> None:
    """Let an incident happen, or try again a minute later."""
    if not incident(book) and tries:
        book.soon(1, partial(let_happen, book, incident, tries - 1))


def moment(caption: str) -> Incident:
    """Return an incident that only says something."""

    def happen(book: DayBook) -> bool:
        book.say(caption)
        book.note()
        return True

    return happen


def standing(book: DayBook, code: str, fits: Callable[[Visit], bool]) -> Visit | None:
    """Return the first of a doctor's patients whose token can go somewhere and who fits."""
    found = (visit for visit in book.visits_of([book.doctors[code]]) if visit.can_go and not visit.held)
    return next(filter(fits, found), None)


def hour(book: DayBook, code: str, start: str) -> Window:
    """Return a doctor's slot of today."""
    return next(window for window in book.doctors[code].today if window.start == at(start))


# Doctors who are late, leave, move and retire


def rao_is_late(book: DayBook) -> bool:
    doctor = book.doctors["RAO"]
    count = len(book.visits_of([doctor]))
    book.say(f"Dr Rao is still in the theatre, 40 minutes late: {in_patients(count)} have to be told.")
    to_tell = book.delay(doctor, 40)
    for number, visit in enumerate(to_tell[: len(to_tell) * 2 // 3]):
        book.soon(3 + number * 1.7, partial(book.tell, visit))
    return True


def deshpande_leaves(book: DayBook) -> bool:
    doctor = book.doctors["DES"]
    tomorrow = [window for window in doctor.windows if window.date == TOMORROW]
    taken = dict.fromkeys(tomorrow, 0)

    def goes(visit: Visit) -> Window | None:
        free = next((window for window in tomorrow if window.free > taken[window]), None)
        if free is None or book.dice.random() < 0.12:
            return None
        taken[free] += 1
        return free

    count = sum(not visit.inside for visit in book.visits_of([doctor]) if visit.window.end > book.now)
    book.say(f"Dr Deshpande is called to a delivery: one plan moves {in_patients(count)} to tomorrow.")
    book.leave(doctor, book.now, goes)
    for number, visit in enumerate(visit for window in tomorrow for visit in window.visits):
        book.soon(4 + number * 2, partial(book.tell, visit))
    return True


def iyer_changes_rooms(book: DayBook) -> bool:
    book.say("A pipe leaks in room 5: Dr Iyer sees patients in room 14.")
    book.do(EditDoctor, doctor=book.doctors["IYE"].ref, room="14")
    return True


def mathew_retires(book: DayBook) -> bool:
    doctor = book.doctors["MAT"]
    if doctor.today[-1].visits:
        return False
    book.say("Dr Mathew’s last day is over: he retires. What he did stays in the history.")
    book.do(RetireDoctor, doctor=doctor.ref)
    return True


# Slots


def kurian_has_more_seats(book: DayBook) -> bool:
    window = hour(book, "KUR", "10:00")
    count = len(window.waiting())
    book.say(f"Dr Kurian takes two more at 10:00, where {count} wait{'s' if count == 1 else ''}.")
    book.resize(window, window.capacity + 2)
    return True


def nair_has_fewer_seats(book: DayBook) -> bool:
    window = hour(book, "NAI", "12:00")
    book.say("Dr Nair has fewer seats at 12:00: the weakest wait, and have to be told.")
    book.resize(window, max(len(window.seated()) - 2, window.completed + 1))
    return True


def singhs_last_hour(caption: str, *, closed: bool) -> Incident:
    """Return how Dr Singh's last hour is closed to new tokens, or opened again."""

    def happen(book: DayBook) -> bool:
        window = hour(book, "SIN", "11:00")
        book.say(caption)
        book.do(CloseSlot if closed else ReopenSlot, slot=window.ref)
        window.is_closed = closed
        return True

    return happen


def kurian_stays(book: DayBook) -> bool:
    doctor, start, end = book.doctors["KUR"], at("13:00"), at("14:00")
    book.say("Dr Kurian stays an hour longer; who still waits at one is carried over.")
    book.do(OpenSlot, doctor=doctor.ref, date=TODAY, start=time_of(start), end=time_of(end), capacity=10)
    window = Window(doctor, TODAY, start, end, 10)
    doctor.windows.append(window)
    book.later(end + 3, partial(clear, book, window))
    book.later(start + 6, partial(look_in, book, doctor, [window]))
    return True


# Patients


def emergency(code: str, what: str) -> Incident:
    """Return an emergency that takes the weakest seat of a doctor's full hour."""

    def happen(book: DayBook) -> bool:
        full = [each for each in book.doctors[code].today if each.start <= book.now < each.over and each.free <= 0]
        displaced = [visit for window in full for visit in window.seated() if not visit.inside]
        if not displaced:
            return False
        visit = book.visit(displaced[-1].window, Source.EMERGENCY)
        book.say(f"{visit.who} {what}: an emergency takes the weakest seat.")
        book.issue(visit)
        return True

    return happen


def gets_worse(book: DayBook) -> bool:
    walk_ins = (visit for visit in book.visits_of(book.doctors.values()) if visit.source is Source.WALKIN)
    waiting = (visit for visit in walk_ins if visit in visit.window.waiting() and not visit.held)
    visit = next((each for each in waiting if any(not other.inside for other in each.window.seated())), None)
    if visit is None:
        return False
    book.say(f"{visit.who} waits for a seat and gets worse: now an emergency, and next in.")
    book.change_source(visit, Source.EMERGENCY)
    return True


def pays(book: DayBook) -> bool:
    visit = standing(book, "KHA", lambda visit: visit.source is Source.WALKIN)
    if visit is None:
        return False
    name = book.name("change")
    book.say(f"{visit.who} has paid: the source changes, is undone, and done again.")
    book.change_source(visit, Source.PAID, name)
    book.now += 0.3
    book.undo(name)
    book.rank_as(visit, Source.WALKIN)
    book.now += 0.3
    book.redo(name)
    book.rank_as(visit, Source.PAID)
    return True


def wrong_row(book: DayBook) -> bool:
    visit = standing(book, "NAI", lambda visit: visit.here and visit in visit.window.seated() and not visit.to_tell)
    if visit is None:
        return False
    name = book.name("cancellation")
    book.say(f"The wrong row: {visit.who} is cancelled. Undo gives the place back.")
    book.cancel(visit, name)
    book.now += 0.4
    book.undo(name)
    book.open_again(visit)
    return True


def wrong_doctor(book: DayBook) -> bool:
    visit = standing(book, "KUR", lambda visit: visit.here and not visit.to_tell)
    windows = [window for window in book.doctors["KHA"].today if not window.is_closed]
    if visit is None or not windows:
        return False
    book.say(f"{visit.who} wanted Dr Khan, not Dr Kurian: moved, with a new number.")
    book.move(visit, windows[0])
    return True


def later_hour(code: str) -> Incident:
    """Return how somebody who waits takes a free seat in a later hour of the doctor."""

    def happen(book: DayBook) -> bool:
        visit = standing(book, code, lambda visit: visit in visit.window.waiting())
        free = (each for each in book.doctors[code].today if each.free > 0 and not each.is_closed)
        window = next((each for each in free if visit and each.start > visit.window.start), None)
        if visit is None or window is None:
            return False
        book.say(f"{visit.who} has no seat, and comes at {time_of(window.start + window.delay):%H:%M} instead.")
        book.move(visit, window)
        return True

    return happen


def out_of_turn(book: DayBook) -> bool:
    doctor = book.doctors["SIN"]
    others = [each for each in book.visits_of([doctor]) if each.can_be_called and each in each.window.seated()]
    if doctor.inside is None or not others:
        return False
    visit = min(others, key=lambda each: -(each.patient.birth_year or 0))
    age = TODAY.year - (visit.patient.birth_year or 0)
    book.say(f"{visit.who}, {age}, has a high fever and is called out of turn.")
    book.done(doctor.inside)
    book.call(visit)
    return True


def goes_for_a_test(book: DayBook) -> bool:
    visit = standing(book, "RAO", lambda visit: visit.here)
    if visit is None:
        return False
    book.say(f"{visit.who} goes for an X-ray: on hold, and the seat is kept.")
    book.hold(visit, HoldReason.TEST)
    book.soon(35, partial(book.release, visit))
    return True


def wrong_name(book: DayBook) -> bool:
    visit = standing(book, "BAN", lambda visit: "a" in visit.who.split()[0])
    if visit is None:
        return False
    first, rest = visit.who.split(" ", 1)
    spelt = f"{first.replace('a', 'aa', 1)} {rest}"
    book.say(f"{visit.who} spells it {spelt}: changed on every token.")
    book.do(EditPatient, token=visit.ref, name=spelt)
    visit.patient = replace(visit.patient, name=spelt)
    return True


def two_records(book: DayBook) -> bool:
    """Let somebody come to a second doctor under another spelling, and merge the records."""
    keep = standing(book, "RAO", lambda visit: bool(visit.patient.phone) and visit.who.isascii())
    window = next((each for each in book.doctors["NAI"].today if each.end > book.now and not each.is_closed), None)
    if keep is None or window is None:
        return False
    initial = f"{keep.who[0]}. {keep.who.split()[-1]}"
    twin = Visit(book.name("token"), Patient(name=initial, phone=keep.patient.phone), Source.WALKIN, window)
    book.say(f"{initial} and {keep.who} are one person: two records become one.")
    book.issue(twin)
    book.now += 0.5
    book.do(MergePatients, keep=keep.ref, merge=twin.ref)
    return True


def is_forgotten(book: DayBook) -> bool:
    visit = book.visit(hour(book, "KHA", "17:00"), Source.ONLINE)
    book.say(f"{visit.who} cancels and is forgotten: name and phone go, the token stays.")
    book.issue(visit)
    book.cancel(visit)
    book.do(ForgetPatient, token=visit.ref)
    return True


def the_rush(book: DayBook) -> bool:
    visits = book.visits_of(book.doctors.values())
    inside, here = sum(visit.inside for visit in visits), sum(visit.can_be_called for visit in visits)
    waiting = sum(visit in visit.window.waiting() for visit in visits)
    book.say(f"Twenty to eleven, the rush: {inside} inside, {here} here, {waiting} without a seat.")
    book.note()
    return True


def the_end(book: DayBook) -> bool:
    tomorrow = sum(len(w.visits) for doctor in book.doctors.values() for w in doctor.windows if w.date == TOMORROW)
    book.say(f"The last patient has gone. {in_patients(tomorrow)} were moved to tomorrow.")
    book.note()
    return True


INCIDENTS: tuple[tuple[str, Incident], ...] = (
    ("08:10", moment("The doors open: bookings are checked in, walk-ins get what is left.")),
    ("08:48", rao_is_late),
    ("09:01", moment("The first doctors call their patients: one key, done and next.")),
    ("09:12", wrong_name),
    ("09:18", iyer_changes_rooms),
    ("09:24", emergency("KUR", "has chest pain")),
    ("09:33", out_of_turn),
    ("09:41", wrong_doctor),
    ("09:48", wrong_row),
    ("09:56", goes_for_a_test),
    ("10:04", kurian_has_more_seats),
    ("10:10", gets_worse),
    ("10:15", emergency("IYE", "swallowed a fishbone")),
    ("10:19", singhs_last_hour("Dr Singh’s last hour is full enough: it is closed to new tokens.", closed=True)),
    ("10:24", two_records),
    ("10:29", later_hour("KUR")),
    ("10:33", emergency("SIN", "has a fit")),
    ("10:36", pays),
    ("10:40", the_rush),
    ("10:47", emergency("KRI", "has a weak pulse")),
    ("10:52", singhs_last_hour("Dr Singh has caught up: the hour is open again.", closed=False)),
    ("11:03", nair_has_fewer_seats),
    ("11:12", later_hour("IYE")),
    ("11:20", deshpande_leaves),
    ("11:34", emergency("RAO", "fell from a scooter")),
    ("12:05", moment("The morning thins out: each no-show’s seat goes to the next in line.")),
    ("12:42", kurian_stays),
    ("14:05", mathew_retires),
    ("14:20", is_forgotten),
    ("15:50", moment("The evening’s patients begin to come, for Dr Khan and Dr Joshi.")),
    ("17:25", emergency("KHA", "was stung by a wasp")),
    ("19:40", the_end),
)
"""When something is told, and what happens then."""
