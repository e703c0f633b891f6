"""The entities: doctors, slots, patients and tokens."""

from __future__ import annotations

import datetime as dt
import enum
from dataclasses import dataclass
from typing import NamedTuple, NewType
from zoneinfo import ZoneInfo

from opd_tui.domain.field_types import MINUTES_A_DAY, BirthYear, Name, Phone, Sex, Text
from opd_tui.domain.instants import MIDNIGHT_END, slot_instant, time_of_day, write_end
from opd_tui.domain.records import Record, field
from opd_tui.domain.text import look_alike_key, phone_key, uhid_key

UHID_LENGTH = 64

DoctorId = NewType("DoctorId", int)
SlotId = NewType("SlotId", int)
PatientId = NewType("PatientId", int)
TokenId = NewType("TokenId", int)


class Source(enum.Enum):
    """The source of a token; the value is its priority, 1 being the highest."""

    EMERGENCY = 1
    PAID = 2
    FOLLOWUP = 3
    ONLINE = 4
    WALKIN = 5

    @property
    def priority(self) -> int:
        return self.value

    @property
    def label(self) -> str:
        """The source in words: `Walk-in`."""
        return _SOURCE_LABELS.get(self.name) or self.name.capitalize()


_SOURCE_LABELS = {"FOLLOWUP": "Follow-up", "WALKIN": "Walk-in"}


class Status(enum.Enum):
    """The status of a token; the last three are final."""

    WAITING = "waiting"
    ACTIVE = "seated"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    NO_SHOW = "no-show"

    @property
    def is_open(self) -> bool:
        return self in (Status.WAITING, Status.ACTIVE)

    @property
    def holds_seat(self) -> bool:
        return self in (Status.ACTIVE, Status.COMPLETED)


class Attendance(enum.Enum):
    """Where the patient of an open token is, in the order of a queue; the value is the word for it."""

    INSIDE = "inside"
    HERE = "here"
    EXPECTED = "expected"
    ON_HOLD = "on hold"


class HoldReason(enum.Enum):
    """Why a patient is away for a while; the value follows “is away for”."""

    TEST = "a test"
    PAYMENT = "a payment"
    DOCUMENTS = "documents"
    OTHER = "another reason"


class EmergencyReason(enum.Enum):
    """Why a token that was issued becomes an emergency."""

    WORSE = "got worse"
    REFERRED = "was referred"
    ACCIDENT = "had an accident"
    OTHER = "has another reason"


class Rank(NamedTuple):
    """The sort key of a slot's open tokens: the smallest is first."""

    priority: int
    issued_at: dt.datetime
    token_id: TokenId


@dataclass(frozen=True, slots=True)
class Doctor:
    """A medical practitioner with a code that is unique in the hospital."""

    id: DoctorId
    code: str
    name: str
    specialty: str | None = None
    room: str | None = None
    retired_at: dt.datetime | None = None
    withdrawn_at: dt.datetime | None = None
    """When the adding of the doctor was undone."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A doctor's half-open time window [start, end) on a date, in the hospital's wall clock time.

    An end at 00:00 is the midnight that ends the date.
    """

    id: SlotId
    doctor_id: DoctorId
    date: dt.date
    start: dt.time
    end: dt.time
    capacity: int
    closed_at: dt.datetime | None = None
    delay_minutes: int = 0
    withdrawn_at: dt.datetime | None = None
    """When the opening of the slot was undone."""

    @property
    def window(self) -> str:
        """The window as planned, which names the slot among those of its doctor."""
        return f"{self.start:%H:%M}–{write_end(self.end)}"

    @property
    def expected_window(self) -> str:
        """The window as the doctor's delay moves it, which is what people are told."""
        end = self.minutes[1] + self.delay_minutes
        return f"{self.expected_start}–{MIDNIGHT_END if end == MINUTES_A_DAY else time_of_day(end)}"

    @property
    def expected_start(self) -> str:
        """When the window begins, as the doctor's delay moves it, which is what people are told."""
        return time_of_day(self.minutes[0] + self.delay_minutes)

    def begins_at(self, zone: ZoneInfo) -> dt.datetime:
        """Return the instant at which the window begins, as the doctor's delay moves it."""
        return slot_instant(self.date, self.start, zone) + dt.timedelta(minutes=self.delay_minutes)

    @property
    def minutes(self) -> tuple[int, int]:
        """The window's start and end in minutes after the midnight that begins the date."""
        start, end = (time.hour * 60 + time.minute for time in (self.start, self.end))
        return start, end or MINUTES_A_DAY

    def is_running(self, wall_clock: dt.datetime) -> bool:
        """Return whether this wall clock time of the hospital lies in the window, as a delay moves it."""
        wall_clock -= dt.timedelta(minutes=self.delay_minutes)
        return self.date == wall_clock.date() and self.start <= wall_clock.time() and self.ends_after(wall_clock.time())

    def ends_after(self, time: dt.time) -> bool:
        """Return whether the window ends later on its day; 00:00 is the midnight that ends the day."""
        return self.end == dt.time() or self.end > time

    def is_over(self, wall_clock: dt.datetime) -> bool:
        """Return whether the window, as a delay moves it, has ended at this wall clock time of the hospital."""
        wall_clock -= dt.timedelta(minutes=self.delay_minutes)
        if self.end == dt.time.min:
            return self.date < wall_clock.date()
        return (self.date, self.end) <= (wall_clock.date(), wall_clock.time())


@dataclass(frozen=True, slots=True)
class SlotLoad:
    """The number of a slot's active, waiting and completed tokens."""

    active: int = 0
    waiting: int = 0
    completed: int = 0

    @property
    def taken(self) -> int:
        return self.active + self.completed


@dataclass(frozen=True, kw_only=True)
class Patient(Record):
    """A patient's personal fields; only the name is required."""

    name: str = field(Name(), "the patient's name")
    phone: str | None = field(Phone(), "the patient's phone number", default=None)
    uhid: str | None = field(Text(UHID_LENGTH), "the hospital's own number for the patient (UHID)", default=None)
    birth_year: int | None = field(BirthYear(), "the year of birth", default=None)
    sex: str | None = field(Sex(), "female, male, other or unknown", default=None)

    def has_name_of(self, other: Patient) -> bool:
        """Return whether the names are equal but for case, accents, spacing and look-alike letters."""
        return look_alike_key(self.name) == look_alike_key(other.name)

    def differs_from(self, other: Patient) -> bool:
        """Return whether any field known in both differs, not only in case, accents, spacing or look-alike letters."""
        pairs = (
            (self.phone and phone_key(self.phone), other.phone and phone_key(other.phone)),
            (self.uhid and uhid_key(self.uhid), other.uhid and uhid_key(other.uhid)),
            (self.birth_year, other.birth_year),
            (self.sex, other.sex),
        )
        return not self.has_name_of(other) or any(mine and theirs and mine != theirs for mine, theirs in pairs)


@dataclass(frozen=True, slots=True)
class KnownPatient:
    """A patient's stored record."""

    id: PatientId
    patient: Patient


@dataclass(frozen=True, slots=True)
class Token:
    """A patient's numbered place in a slot."""

    id: TokenId
    number: str
    slot_id: SlotId
    patient_id: PatientId
    patient: Patient
    source: Source
    status: Status
    issued_at: dt.datetime
    called_at: dt.datetime | None = None
    closed_at: dt.datetime | None = None
    checked_in_at: dt.datetime | None = None
    returned_at: dt.datetime | None = None
    """When the patient was sent back from the room to the queue; None once somebody else was called."""
    held_at: dt.datetime | None = None
    hold_reason: HoldReason | None = None
    to_tell_since: dt.datetime | None = None
    """Since when the patient has to be told of a change; None once told or seated again."""
    replaces: TokenId | None = None
    """The token that this one replaced when the patient moved to another doctor or day."""

    @property
    def rank(self) -> Rank:
        return Rank(self.source.priority, self.issued_at, self.id)

    @property
    def in_the_room(self) -> bool:
        return self.status is Status.ACTIVE and self.called_at is not None

    @property
    def is_to_tell(self) -> bool:
        """Whether the patient has to be told of a change: not one who is with the doctor or was seen."""
        return self.to_tell_since is not None and not self.in_the_room and self.status is not Status.COMPLETED

    @property
    def is_here(self) -> bool:
        """Whether the patient of the open token has come and is at hand: not with the doctor, and not on hold."""
        return self.status.is_open and self.attendance is Attendance.HERE

    @property
    def attendance(self) -> Attendance:
        """Where the patient of the open token is."""
        if self.in_the_room:
            return Attendance.INSIDE
        if self.held_at is not None:
            return Attendance.ON_HOLD
        return Attendance.HERE if self.checked_in_at else Attendance.EXPECTED

    @property
    def label(self) -> str:
        """The number and the patient's name: `A-003 Sunita Rao`."""
        return f"{self.number} {self.patient.name}"


@dataclass(frozen=True, slots=True)
class SlotRecord:
    """A slot with its doctor and load."""

    slot: Slot
    doctor: Doctor
    load: SlotLoad

    @property
    def free_seats(self) -> int:
        return self.slot.capacity - self.load.taken


@dataclass(frozen=True, slots=True)
class TokenRecord:
    """A token with its slot and doctor."""

    token: Token
    slot: Slot
    doctor: Doctor
    moved_to: str | None = None
    """The number of the token that replaced this one when the patient moved to another doctor or day."""
