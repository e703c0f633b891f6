"""Actions on doctors."""

from __future__ import annotations

import itertools
import re
import unicodedata
from dataclasses import dataclass
from typing import ClassVar

from opd_tui.desk.actions.base import Action, held_doctor
from opd_tui.desk.outcome import Forecast, Json, Outcome
from opd_tui.desk.views import doctor_json
from opd_tui.domain.errors import DoctorCodeTaken, DoctorHasOpenTokens, InvalidAction, NothingToChange
from opd_tui.domain.events import DoctorAdded, DoctorEdited, DoctorRetired
from opd_tui.domain.field_types import NAME_LENGTH, Code, Id, Name, Text
from opd_tui.domain.model import DoctorId
from opd_tui.domain.records import UNCHANGED, Unchanged, field
from opd_tui.domain.unit_of_work import UnitOfWork

CODE_LENGTH = 6
MADE_CODE_LENGTH = 3
NAMED = 5
"""So many open tokens are named in a refusal."""
_TITLES = {"DR", "DOCTOR", "PROF", "PROFESSOR", "MR", "MRS", "MS", "SMT", "SHRI", "SRI"}
_DEGREES = {"MBBS", "MD", "DM", "MCH", "DNB", "FRCS", "MRCP", "PHD", "JR", "SR"}


@dataclass(frozen=True, kw_only=True)
class AddDoctor(Action):
    """Add a doctor."""

    verb: ClassVar[str] = "add_doctor"

    name: str = field(Name(), "the doctor's name")
    specialty: str | None = field(Text(NAME_LENGTH), "what the doctor treats", default=None)
    code: str | None = field(
        Code(),
        "the short code that begins the doctor's token numbers; made from the name when left out",
        default=None,
    )
    room: str | None = field(Text(40), "where the doctor sees patients", default=None)

    def run(self, uow: UnitOfWork) -> None:
        if self.code and uow.code_is_taken(self.code):
            raise DoctorCodeTaken(f"The code {self.code} belongs to another doctor. Choose another, or leave it out.")
        code = self.code or free_code(self.name, uow)
        uow.record(DoctorAdded.of(code, self.name, self.specialty, self.room))

    @classmethod
    def answer(cls, outcome: Outcome) -> Json:
        """See `Action`."""
        return {"doctor": doctor_json(outcome.doctor)} if outcome.doctor else {}


@dataclass(frozen=True, kw_only=True)
class EditDoctor(Action):
    """Change a doctor's name, specialty or room; what is left out stays as it is."""

    verb: ClassVar[str] = "edit_doctor"

    doctor: DoctorId = field(Id("doctor"), "the doctor's id")
    name: str | Unchanged = field(Name(), "the doctor's name", default=UNCHANGED)
    specialty: str | Unchanged | None = field(Text(NAME_LENGTH), "what the doctor treats", default=UNCHANGED)
    room: str | Unchanged | None = field(Text(40), "where the doctor sees patients", default=UNCHANGED)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.name is None:
            raise InvalidAction("cannot be cleared, only changed.", "name", "The doctor's name")

    def run(self, uow: UnitOfWork) -> None:
        doctor = held_doctor(uow, self.doctor)
        given = {"name": self.name, "specialty": self.specialty, "room": self.room}
        fields = {name: text for name, text in given.items() if not isinstance(text, Unchanged)}
        fields = {name: text for name, text in fields.items() if text != getattr(doctor, name)}
        if not fields:
            raise NothingToChange(f"{doctor.name} has just these details already.")
        uow.record(DoctorEdited.of(doctor, fields))

    @classmethod
    def answer(cls, outcome: Outcome) -> Json:
        """See `Action`."""
        return {"doctor": doctor_json(outcome.doctor)} if outcome.doctor else {}


@dataclass(frozen=True, kw_only=True)
class RetireDoctor(Action):
    """Retire a doctor, who gets no further slots; patients and history stay."""

    verb: ClassVar[str] = "retire_doctor"

    doctor: DoctorId = field(Id("doctor"), "the doctor's id")

    yes = "Yes, retire"

    def question(self, forecast: Forecast, chosen: str = "") -> str:
        """See `Action`."""
        return f"Retire {chosen or 'this doctor'}? There are no further slots then; patients and history stay."

    def run(self, uow: UnitOfWork) -> None:
        doctor = held_doctor(uow, self.doctor)
        if doctor.retired_at:
            raise NothingToChange(f"{doctor.name} has retired already.")
        if tokens := uow.open_tokens_of_doctor(doctor.id, NAMED + 1):
            names = [token.label for token in tokens[:NAMED]]
            others = " and others" if len(tokens) > NAMED else ""
            raise DoctorHasOpenTokens(f"{doctor.name} still has {', '.join(names)}{others}. Close or move these first.")
        uow.record(DoctorRetired.of(doctor, uow.at))

    @classmethod
    def answer(cls, outcome: Outcome) -> Json:
        """See `Action`."""
        return {"doctor": doctor_json(outcome.doctor)} if outcome.doctor else {}


def free_code(name: str, uow: UnitOfWork) -> str:
    """Return a code made from the name, numbered if another doctor already has it."""
    stem = code_stem(name)
    codes = (stem if n == 1 else f"{stem[: CODE_LENGTH - len(str(n))]}{n}" for n in itertools.count(1))
    return next(code for code in codes if not uow.code_is_taken(code))


def code_stem(name: str) -> str:
    """Return the start of the name's last word that is neither title nor degree: “Dr Anil Rao” gives RAO."""
    decomposed = unicodedata.normalize("NFKD", name)
    plain = "".join(c for c in decomposed if not unicodedata.combining(c) and c not in "'’").upper()
    words = [word for word in re.findall("[A-Z][A-Z0-9]*", plain) if word not in _TITLES | _DEGREES]
    return words[-1][:MADE_CODE_LENGTH] if words else "DR"
