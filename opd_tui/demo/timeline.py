"""One morning at the desk, as data; doctors, slots and tokens go by names of the timeline's own, not by ids."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

from opd_tui.desk.actions import Action, AddDoctor, CancelToken, IssueToken, MarkNoShow, OpenSlot
from opd_tui.domain.errors import UnknownDoctor, UnknownSlot, UnknownToken
from opd_tui.domain.model import DoctorId, Patient, SlotId, Source, Status, TokenId

DATE = dt.date(2026, 11, 22)
ZONE = "Asia/Kolkata"


@dataclass(frozen=True)
class Ids:
    """The database ids of the doctors, slots and tokens that the timeline names."""

    doctors: dict[str, DoctorId] = field(default_factory=dict)
    slots: dict[str, SlotId] = field(default_factory=dict)
    tokens: dict[str, TokenId] = field(default_factory=dict)

    def doctor(self, code: str) -> DoctorId:
        """Return the id of the doctor with this code; raise UnknownDoctor if adding the doctor was refused."""
        if code not in self.doctors:
            raise UnknownDoctor(f"The demo's doctor {code} could not be added earlier.")
        return self.doctors[code]

    def slot(self, doctor: str) -> SlotId:
        """Return the id of the doctor's slot; raise UnknownSlot if opening it was refused."""
        if doctor not in self.slots:
            raise UnknownSlot(f"The slot of the demo's doctor {doctor} could not be opened earlier.")
        return self.slots[doctor]

    def token(self, label: str) -> TokenId:
        """Return the id of the token with this label; raise UnknownToken if issuing it was refused."""
        if label not in self.tokens:
            raise UnknownToken("The demo's token for this step could not be issued earlier.")
        return self.tokens[label]


class ScriptedAction(Protocol):
    """One action of a step."""

    @property
    def verb(self) -> str:
        """The action's name in JSON lines."""

    def action(self, ids: Ids) -> Action:
        """Return the action for the desk; raise a DeskRefusal if what it refers to was never made."""


@dataclass(frozen=True)
class Join:
    """A doctor starts work."""

    verb: ClassVar[str] = AddDoctor.verb
    code: str
    name: str
    specialty: str

    def action(self, ids: Ids) -> Action:
        return AddDoctor(name=self.name, specialty=self.specialty, code=self.code)


@dataclass(frozen=True)
class Open:
    """A doctor's slot is opened."""

    verb: ClassVar[str] = OpenSlot.verb
    doctor: str
    start: dt.time = dt.time(9)
    end: dt.time = dt.time(10)
    capacity: int = 2

    def action(self, ids: Ids) -> Action:
        doctor = ids.doctor(self.doctor)
        return OpenSlot(doctor=doctor, date=DATE, start=self.start, end=self.end, capacity=self.capacity)


@dataclass(frozen=True)
class Issue:
    """A patient gets a token for a doctor's slot; later steps refer to it by its label."""

    verb: ClassVar[str] = IssueToken.verb
    label: str
    doctor: str
    patient: str
    source: Source

    def action(self, ids: Ids) -> Action:
        return IssueToken(slot=ids.slot(self.doctor), patient=Patient(name=self.patient), source=self.source)


@dataclass(frozen=True)
class Cancel:
    """A token is cancelled."""

    verb: ClassVar[str] = CancelToken.verb
    label: str

    def action(self, ids: Ids) -> Action:
        return CancelToken(token=ids.token(self.label))


@dataclass(frozen=True)
class NoShow:
    """A token's patient does not show up."""

    verb: ClassVar[str] = MarkNoShow.verb
    label: str

    def action(self, ids: Ids) -> Action:
        return MarkNoShow(token=ids.token(self.label))


@dataclass(frozen=True)
class Step:
    """What happens at one time of the hospital's local clock, with a caption."""

    at: dt.time
    caption: str
    actions: tuple[ScriptedAction, ...]


SETTING = Step(
    dt.time(8, 55),
    "Three doctors are in from 09:00 to 10:00, with two seats each.",
    (
        Join("A", "Dr A", "General Medicine"),
        Join("B", "Dr B", "Orthopedics"),
        Join("C", "Dr C", "Pediatrics"),
        Open("A"),
        Open("B"),
        Open("C"),
    ),
)
"""What exists before the timeline begins."""

TIMELINE: tuple[Step, ...] = (
    Step(
        dt.time(9, 0),
        "Two patients have booked online for each doctor.",
        (
            Issue("a1", "A", "Asha Verma", Source.ONLINE),
            Issue("a2", "A", "Ravi Kumar", Source.ONLINE),
            Issue("b1", "B", "Vikram Singh", Source.ONLINE),
            Issue("b2", "B", "Lakshmi Iyer", Source.ONLINE),
            Issue("c1", "C", "Ananya Das", Source.ONLINE),
            Issue("c2", "C", "Kabir Mehta", Source.ONLINE),
        ),
    ),
    Step(
        dt.time(9, 10),
        "One more patient books online for each doctor.",
        (
            Issue("a3", "A", "Sunita Rao", Source.ONLINE),
            Issue("b3", "B", "Farhan Qureshi", Source.ONLINE),
            Issue("c3", "C", "Diya Joseph", Source.ONLINE),
        ),
    ),
    Step(
        dt.time(9, 15),
        "Meera Nair has paid for Dr A, and paid goes before online.",
        (Issue("a4", "A", "Meera Nair", Source.PAID),),
    ),
    Step(
        dt.time(9, 25),
        "Imran Khan is an emergency for Dr A, and emergencies go first.",
        (Issue("a5", "A", "Imran Khan", Source.EMERGENCY),),
    ),
    Step(dt.time(9, 40), "Meera Nair cannot stay and cancels her token.", (Cancel("a4"),)),
    Step(dt.time(9, 50), "Vikram Singh has not come for Dr B.", (NoShow("b1"),)),
)

EXPECTED: Mapping[str, Status] = {
    "a1": Status.ACTIVE,
    "a2": Status.WAITING,
    "a3": Status.WAITING,
    "a4": Status.CANCELLED,
    "a5": Status.ACTIVE,
    "b1": Status.NO_SHOW,
    "b2": Status.ACTIVE,
    "b3": Status.ACTIVE,
    "c1": Status.ACTIVE,
    "c2": Status.ACTIVE,
    "c3": Status.WAITING,
}
"""The status of every token at the end, if nobody acts between the steps."""
