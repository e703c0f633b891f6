"""The clinic of the busy day: its doctors and their sessions, and where its patients stand while the day is written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from opd_tui.demo.script import Ref, doctor_ref, slot_ref, token_ref
from opd_tui.domain.model import Patient, Source

TODAY = dt.date(2026, 11, 23)
TOMORROW = TODAY + dt.timedelta(1)
SENT_BACK_FOR = 5.0
"""For so many minutes a patient who was sent back to the queue is passed over."""


def at(text: str) -> float:
    """Return a time of day in minutes after midnight."""
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)


def time_of(minute: float) -> dt.time:
    """Return the time of day at so many minutes after midnight, in whole seconds."""
    second = round(minute * 60)
    return dt.time(second // 3600, second // 60 % 60, second % 60)


@dataclass(eq=False)
class Doctor:
    """A doctor, and how long a consultation takes."""

    code: str
    name: str
    specialty: str
    room: str
    minutes: float
    sessions: tuple[tuple[str, str], ...]
    seats: int
    """How many patients have a seat in each hour."""
    born: tuple[int, int] = (1938, 2008)
    """When the doctor's patients were born."""
    patients_sex: str | None = None
    comes_late: float = 3.0
    """By how many minutes."""
    tomorrow: bool = False
    """Whether the doctor also works on the next day."""
    has_left: bool = False
    windows: list[Window] = field(default_factory=list)

    @property
    def ref(self) -> Ref:
        return doctor_ref(self.code)

    @property
    def short(self) -> str:
        """The title and the last name."""
        title = "Prof." if self.name.startswith("Prof.") else "Dr"
        return f"{title} {self.name.split()[-1]}"

    @property
    def today(self) -> list[Window]:
        """Today's slots, the earliest first."""
        return sorted((each for each in self.windows if each.date == TODAY), key=lambda each: each.start)

    @property
    def inside(self) -> Visit | None:
        """Who is in the room."""
        return next((visit for window in self.today for visit in window.visits if visit.inside), None)

    def next_patient(self, now: float) -> Visit | None:
        """Whom the desk calls next: emergencies, then the earlier slot, then the better rank."""
        here = [visit for window in self.today for visit in window.seated() if visit.can_be_called]
        here.sort(key=lambda visit: (visit.source is not Source.EMERGENCY, visit.window.start, visit.rank))
        waited = [visit for visit in here if now - visit.sent_back > SENT_BACK_FOR]
        return next(iter(waited or here), None)


@dataclass(eq=False)
class Window:
    """A doctor's slot."""

    doctor: Doctor
    date: dt.date
    start: float
    end: float
    capacity: int
    is_closed: bool = False
    delay: float = 0.0
    visits: list[Visit] = field(default_factory=list)
    completed: int = 0
    had_seat: set[Visit] = field(default_factory=set)

    @property
    def ref(self) -> Ref:
        return slot_ref(self.doctor.code, self.date, time_of(self.start))

    @property
    def over(self) -> float:
        """When it ends, as the doctor's delay moves it."""
        return self.end + self.delay

    @property
    def free(self) -> int:
        """How many seats are free."""
        return self.capacity - self.completed - len(self.seated())

    def seated(self) -> list[Visit]:
        """Return who has a seat, the best rank first."""
        ranked = sorted(self.visits, key=lambda visit: (not visit.inside, visit.rank))
        return ranked[: max(self.capacity - self.completed, 0)]

    def waiting(self) -> list[Visit]:
        """Return who waits for a seat, the best rank first."""
        seated = set(self.seated())
        return sorted((visit for visit in self.visits if visit not in seated), key=lambda visit: visit.rank)

    def settle(self) -> None:
        """Note who has to be told of a seat that was lost, and who no longer, having one."""
        seated = set(self.seated())
        for visit in self.visits:
            if visit in seated and visit not in self.had_seat:
                visit.to_tell = False
            elif visit not in seated and visit in self.had_seat:
                visit.to_tell = True
        self.had_seat = seated


@dataclass(eq=False)
class Visit:
    """A patient's open token."""

    name: str
    """The token's name in the script."""
    patient: Patient
    source: Source
    window: Window
    since: float = 0.0
    """When it was issued."""
    comes: float | None = None
    """When a patient who booked comes, or None if never."""
    here: bool = False
    held: bool = False
    inside: bool = False
    open: bool = True
    to_tell: bool = False
    sent_back: float = float("-inf")

    @property
    def ref(self) -> Ref:
        return token_ref(self.name)

    @property
    def who(self) -> str:
        return self.patient.name

    @property
    def rank(self) -> tuple[int, float]:
        return self.source.priority, self.since

    @property
    def can_be_called(self) -> bool:
        """Whether a patient with a seat is at the door."""
        return self.here and not self.held and not self.inside

    @property
    def can_go(self) -> bool:
        """Whether the token can be moved, held or cancelled."""
        return self.open and not self.inside


MORNING_AND_EVENING = (("10:00", "13:00"), ("17:00", "19:00"))


def doctors() -> list[Doctor]:
    """Return the twelve doctors with their slots, an hour each."""
    found = [
        Doctor("RAO", "Dr Anil Rao", "Orthopedics", "1", 6.5, (("09:00", "13:00"),), 8, tomorrow=True),
        Doctor("BAN", "Dr Shubhra Bandyopadhyay", "Dermatology", "2", 6.0, (("09:30", "12:30"),), 9),
        Doctor("NAI", "Dr P. Nair", "Ophthalmology", "3", 6.0, (("09:00", "13:00"),), 9),
        Doctor("KRI", "Prof. Lakshmi Krishnan", "Cardiology", "4", 9.0, (("10:00", "13:00"),), 6, (1935, 1980)),
        Doctor("IYE", "Dr M. S. Iyer", "ENT", "5", 5.5, (("09:00", "12:00"),), 9),
        Doctor("KUR", "Dr Thomas Kurian", "General Medicine", "6", 4.7, (("09:00", "13:00"),), 12, tomorrow=True),
        Doctor(
            *("DES", "Smt. Dr Aruna Deshpande", "Gynaecology", "7", 6.5, (("09:30", "12:30"),), 8),
            *((1968, 2005), "female"),
            tomorrow=True,
        ),
        Doctor("SIN", "Dr Vikram Singh", "Pediatrics", "8", 5.0, (("09:00", "12:00"),), 11, (2013, 2025)),
        Doctor("KHA", "Dr Farida Khan", "General Medicine", "9", 4.7, MORNING_AND_EVENING, 12, tomorrow=True),
        Doctor("MAT", "Dr Joseph Mathew", "Surgery", "10", 7.5, (("09:00", "11:00"),), 7),
        Doctor("MEN", "Dr Leela Menon", "Psychiatry", "11", 13.0, (("10:00", "13:00"),), 4, (1950, 2004)),
        Doctor("JOS", "Dr Om Joshi", "Dental", "12", 11.0, (("17:00", "19:00"),), 5),
    ]
    for doctor in found:
        doctor.windows = [*hours(doctor, TODAY), *(hours(doctor, TOMORROW) if doctor.tomorrow else ())]
    return found


def hours(doctor: Doctor, date: dt.date) -> Iterable[Window]:
    """Yield a day's slots of a doctor."""
    for start, end in doctor.sessions:
        for minute in range(int(at(start)), int(at(end)), 60):
            yield Window(doctor, date, minute, minute + 60, doctor.seats)
