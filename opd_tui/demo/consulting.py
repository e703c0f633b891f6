"""How the doctors of the busy day see their patients, and what becomes of those who are left when an hour is over."""

from __future__ import annotations

from functools import partial

from opd_tui.demo.clinic import TODAY, Doctor, Visit, Window, at
from opd_tui.demo.day_book import DayBook

NOT_AT_THE_DOOR = 0.03
"""How many of those who are called are not there, in one."""
STAYS = 25
"""For so many minutes after the last hour a doctor sees who comes late."""


def plan_doctor(book: DayBook, doctor: Doctor) -> None:
    """Plan the sessions of a doctor, and what becomes of each hour's rest."""
    for start, end in doctor.sessions:
        windows = [window for window in doctor.today if at(start) <= window.start < at(end)]
        late = max(book.dice.gauss(doctor.comes_late, 3), 0)
        book.later(at(start) + late, partial(look_in, book, doctor, windows))
        for window in windows:
            book.later(window.end + 3, partial(clear, book, window))


def look_in(book: DayBook, doctor: Doctor, windows: list[Window]) -> None:
    """Send in the next patient if nobody is inside, else end the consultation first; look again when it is over."""
    if (wait := windows[0].start + windows[0].delay - book.now) > 0:
        book.soon(wait, partial(look_in, book, doctor, windows))
        return
    inside, following = doctor.inside, doctor.next_patient(book.now)
    if following is None:
        if inside:
            book.done(inside)
        is_over = book.now > max(each.over for each in windows) + STAYS
        if not is_over or any(window.visits for window in windows):
            book.soon(1.5, partial(look_in, book, doctor, windows))
        return
    book.done_and_next(inside, following) if inside else book.call_next(following)
    if book.dice.random() < NOT_AT_THE_DOOR:
        book.soon(1, partial(miss, book, doctor, windows))
        return
    minutes = max(book.dice.gauss(doctor.minutes, doctor.minutes / 4), 1.5)
    book.soon(minutes, partial(look_in, book, doctor, windows))


def miss(book: DayBook, doctor: Doctor, windows: list[Window]) -> None:
    """Send somebody who is not at the door back to the queue, and call the next."""
    if inside := doctor.inside:
        book.send_back(inside)
    look_in(book, doctor, windows)


def clear(book: DayBook, window: Window) -> None:
    """Close or carry over what stands in an hour that is over, until nothing does."""
    if (wait := window.over + 3 - book.now) > 0:
        book.soon(wait, partial(clear, book, window))
        return
    while absent := [visit for visit in window.seated() if not visit.here]:
        book.no_show(absent[0])
    for visit in window.waiting():
        if not visit.here:
            book.cancel(visit)
    if waiting := window.waiting():
        find_places(book, window, waiting)
    if window.visits:
        book.soon(12, partial(clear, book, window))


def find_places(book: DayBook, window: Window, waiting: list[Visit]) -> None:
    """Carry over who waits to the doctor's next hour, or else find a place with somebody else or tomorrow."""
    doctor = window.doctor
    following = [each for each in doctor.today if each.start > window.start and not each.is_closed]
    if following and following[0].over > book.now:
        book.carry_over(window, following[0])
        return
    for visit in waiting:
        place = other_place(book, doctor)
        book.move(visit, place) if place else book.cancel(visit)


def other_place(book: DayBook, doctor: Doctor) -> Window | None:
    """Return an hour with a free seat: later today with another doctor of the specialty, or tomorrow."""
    alike = [each for each in book.doctors.values() if each.specialty == doctor.specialty]
    hours = [window for each in alike for window in each.windows if window.free > 0 and not window.is_closed]
    later = [window for window in hours if window.date != TODAY or window.end > book.now + 30]
    return min(later, key=lambda window: (window.date, window.start), default=None)
