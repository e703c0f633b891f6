"""Events of doctors."""

from __future__ import annotations

import hashlib
from typing import ClassVar, Self

from opd_tui.domain.events.base import Event, Names, Subject


def sealed(name: str) -> str:
    """Return the digest that the journal stores for a doctor's name, so that `verify` detects an altered name."""
    return f"sha256:{hashlib.sha256(name.encode()).hexdigest()}"


class DoctorAdded(Event):
    """A doctor was added."""

    __slots__ = ()

    kind: ClassVar[str] = "doctor_added"
    subject: ClassVar[Subject] = Subject.DOCTOR

    @classmethod
    def of(cls, code: str, name: str, specialty: str | None, room: str | None) -> Self:
        """Return the event that adds a doctor."""
        after = {"code": code, "name": sealed(name), "specialty": specialty, "room": room}
        return cls(0, None, after, private={"name": name})

    def sentence(self, names: Names) -> str:
        return f"{names.doctor(self.subject_id)} was added with the code {self.after['code']}"


class DoctorNameSealed(Event):
    """The journal got the digest of a doctor's name that schema 1 or 2 had stored without one."""

    __slots__ = ()

    kind: ClassVar[str] = "doctor_name_sealed"
    reversible: ClassVar[bool] = False
    subject: ClassVar[Subject] = Subject.DOCTOR

    def sentence(self, names: Names) -> str:
        return f"The name of {names.doctor(self.subject_id)} is sealed in the journal"
