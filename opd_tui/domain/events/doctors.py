"""Events of doctors."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from typing import ClassVar, Self

from opd_tui.domain.events.base import Event, Names, Subject
from opd_tui.domain.instants import write_instant
from opd_tui.domain.model import Doctor


def sealed(name: str) -> str:
    """Return the digest that the journal stores for a doctor's name, so that `verify` detects an altered name."""
    return f"sha256:{hashlib.sha256(name.encode()).hexdigest()}"


EARLIER_NAME = "earlier_name"
"""The detail of an event that holds the name which a doctor had before."""
RESTORED_NAME = "restored_name"
"""The detail of an event that holds the name which it set back."""


class DoctorAdded(Event):
    """A doctor was added."""

    __slots__ = ()

    kind: ClassVar[str] = "doctor_added"
    deed: ClassVar[str] = "adding {}"
    subject: ClassVar[Subject] = Subject.DOCTOR

    @classmethod
    def of(cls, code: str, name: str, specialty: str | None, room: str | None) -> Self:
        """Return the event that adds a doctor."""
        after = {"code": code, "name": sealed(name), "specialty": specialty, "room": room}
        return cls(0, None, after, private={"name": name})

    def sentence(self, names: Names) -> str:
        code = self.after.get("code")
        return f"{names.doctor(self.subject_id)} was added{f' with the code {code}' if code else ''}"


class DoctorNameSealed(Event):
    """The journal got the digest of a doctor's name that schema 1 or 2 had stored without one."""

    __slots__ = ()

    kind: ClassVar[str] = "doctor_name_sealed"
    reversible: ClassVar[bool] = False
    subject: ClassVar[Subject] = Subject.DOCTOR

    def sentence(self, names: Names) -> str:
        return f"The name of {names.doctor(self.subject_id)} is sealed in the journal"


class DoctorEdited(Event):
    """A doctor got another name, specialty or room."""

    __slots__ = ()

    kind: ClassVar[str] = "doctor_edited"
    deed: ClassVar[str] = "the change of {}"
    subject: ClassVar[Subject] = Subject.DOCTOR
    reason: ClassVar[str | None] = "edited"

    @classmethod
    def of(cls, doctor: Doctor, fields: Mapping[str, str | None]) -> Self:
        """Return the event that changes these fields of a doctor; the details keep an earlier name for undo."""
        before = {name: getattr(doctor, name) for name in fields}
        renamed = "name" in fields
        return cls(
            doctor.id,
            _with_seal(before),
            _with_seal(fields),
            details={EARLIER_NAME: doctor.name} if renamed else {},
            private={"name": fields["name"]} if renamed else {},
        )

    def sentence(self, names: Names) -> str:
        return f"{names.doctor(self.subject_id)} has another {', '.join(sorted(self.after))}"


class DoctorRetired(Event):
    """A doctor retired and gets no further slots."""

    __slots__ = ()

    kind: ClassVar[str] = "doctor_retired"
    deed: ClassVar[str] = "retiring {}"
    subject: ClassVar[Subject] = Subject.DOCTOR
    reason: ClassVar[str | None] = "retired"

    @classmethod
    def of(cls, doctor: Doctor, at: dt.datetime) -> Self:
        """Return the event that retires a doctor."""
        return cls(doctor.id, {"retired_at": None}, {"retired_at": write_instant(at)})

    def sentence(self, names: Names) -> str:
        return f"{names.doctor(self.subject_id)} has retired"


class DoctorWithdrawn(Event):
    """The adding of a doctor was undone: the doctor is not shown, and the code is free."""

    __slots__ = ()

    kind: ClassVar[str] = "doctor_withdrawn"
    subject: ClassVar[Subject] = Subject.DOCTOR
    reason: ClassVar[str | None] = "withdrawn"

    @classmethod
    def of(cls, doctor: Doctor, at: dt.datetime) -> Self:
        """Return the event that withdraws a doctor."""
        return cls(doctor.id, {"withdrawn_at": None}, {"withdrawn_at": write_instant(at)})

    def sentence(self, names: Names) -> str:
        return f"{names.doctor(self.subject_id)} is no longer there"


def _with_seal(fields: Mapping[str, str | None]) -> dict[str, str | None]:
    """Return a doctor's fields as the journal has them: the digest of the name."""
    return {name: sealed(value) if name == "name" and value else value for name, value in fields.items()}
