"""A full morning at the desk: doctors with sessions of every kind, and some hundred tokens, the same for each seed."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass
from itertools import cycle

from opd_tui.clock import FixedClock
from opd_tui.desk.actions import AddDoctor, CancelToken, CompleteToken, IssueToken, MarkNoShow, OpenSession
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.domain.model import Patient, SlotRecord, Source, Status
from tests.support.helpers import DATE

OPENING, NOW = dt.time(8, 30), dt.time(9, 47)
"""When the first token is issued, and what the clock shows in the end."""
SEED = 11


@dataclass(frozen=True)
class Session:
    """Slots of the same length and size."""

    start: str
    end: str
    every: int
    capacity: int


SESSIONS = (
    (Session("09:00", "13:00", 15, 3),),
    (Session("09:00", "13:00", 60, 10), Session("16:00", "18:00", 60, 10)),
    (Session("09:00", "13:00", 30, 6), Session("16:30", "18:30", 30, 6)),
    (Session("10:00", "13:00", 60, 10), Session("17:00", "20:00", 60, 8)),
    (Session("09:20", "13:00", 20, 4),),
    (Session("09:00", "13:00", 240, 40),),
)
"""What the doctors offer, in turn."""
DOCTORS = (
    ("Dr Anil Rao", "Orthopedics"),
    ("Dr Shubhra Bandyopadhyay", "Dermatology"),
    ("Dr P. Nair", "Ophthalmology"),
    ("Prof. Lakshmi Krishnan", "Cardiology"),
    ("Dr M. S. Iyer", "ENT"),
    ("Dr Thomas Kurian", "General Medicine"),
    ("Smt. Dr Aruna Deshpande", "Gynaecology"),
    ("Dr Vikram Singh", "Pediatrics"),
    ("Dr Farida Khan", "General Medicine"),
    ("Dr Joseph Mathew", "Surgery"),
    ("Dr Leela Menon", "Psychiatry"),
    ("Dr Om Joshi", "Dental"),
)
FIRST = ("Asha", "Ravi", "Sunita", "Imran", "Meera", "Kabir", "Diya", "Farhan", "Nila", "Arjun", "Zoya", "Om", "Kavya")
LAST = ("Verma", "Kumar", "Rao", "Khan", "Nair", "Mehta", "Joseph", "Qureshi", "Iyer", "Das", "Pillai", "Reddy", "Ali")
SOURCES = (Source.EMERGENCY, Source.PAID, Source.FOLLOWUP, Source.ONLINE, Source.WALKIN)
WEIGHTS = (2, 10, 18, 40, 30)


def full_day(desk: FrontDesk, clock: FixedClock, doctors: int = 12, tokens: int = 500, seed: int = SEED) -> None:
    """Fill a desk's day with doctors, slots and tokens, and set its clock to a quarter to ten."""
    dice = random.Random(seed)
    add_doctors(desk, doctors)
    slots = desk.slot_list(dt.date.fromisoformat(DATE))
    minutes = iter(sorted(dice.uniform(0, minutes_of(NOW) - minutes_of(OPENING)) for _ in range(tokens)))
    for number, minute in enumerate(minutes):
        set_clock(desk, clock, minutes_of(OPENING) + minute)
        patient = Patient(name=f"{dice.choice(FIRST)} {dice.choice(LAST)}", phone=f"98{number:08}")
        source = dice.choices(SOURCES, WEIGHTS)[0]
        desk.perform(IssueToken(slot=early_slot(slots, dice).slot.id, patient=patient, source=source))
        if number % 8 == 7:
            close_one(desk, dice)
    set_clock(desk, clock, minutes_of(NOW))


def add_doctors(desk: FrontDesk, count: int) -> None:
    """Add doctors, each with the sessions of one kind; from the thirteenth on the names come again with a number."""
    for number, ((name, specialty), sessions) in enumerate(zip(cycle(DOCTORS), cycle(SESSIONS), strict=False)):
        if number == count:
            return
        series = f" {number // len(DOCTORS) + 1}" if number >= len(DOCTORS) else ""
        room = str(number + 1) if number % 3 else None
        doctor = desk.perform(AddDoctor(name=name + series, specialty=specialty, room=room)).doctor
        assert doctor is not None
        for session in sessions:
            desk.perform(OpenSession(doctor=doctor.id, date=DATE, **vars(session)))


def early_slot(slots: list[SlotRecord], dice: random.Random) -> SlotRecord:
    """Return a slot; large and early ones fill up first."""
    weights = [record.slot.capacity / (record.slot.start.hour - 7) ** 1.3 for record in slots]
    return dice.choices(slots, weights)[0]


def close_one(desk: FrontDesk, dice: random.Random) -> None:
    """Complete, cancel or miss a seated token of a slot that has begun, if there is one."""
    now = desk.wall_clock()
    seated = [
        record
        for record in desk.token_list(date=dt.date.fromisoformat(DATE), status=Status.ACTIVE)
        if record.slot.start <= now.time()
    ]
    if seated:
        token = dice.choice(seated).token.id
        action = dice.choices((CompleteToken, CancelToken, MarkNoShow), (6, 2, 1))[0]
        desk.perform(action(token=token))


def minutes_of(time: dt.time) -> int:
    """Return a time in minutes after midnight."""
    return time.hour * 60 + time.minute


def set_clock(desk: FrontDesk, clock: FixedClock, minutes: float) -> None:
    """Set the clock to a minute of the day."""
    midnight = dt.datetime.combine(dt.date.fromisoformat(DATE), dt.time(0), desk.zone)
    clock.instant = midnight + dt.timedelta(minutes=minutes)
