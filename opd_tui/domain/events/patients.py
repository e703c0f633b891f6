"""What happens to patients' records. Personal fields are private: they go into the row and nowhere else."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import ClassVar, Self

from opd_tui.domain.events.base import Event, Names, Subject
from opd_tui.domain.instants import write_instant
from opd_tui.domain.model import Patient, PatientId, SlotId
from opd_tui.domain.text import name_key, phone_key, uhid_key

FORGOTTEN = "(forgotten)"
"""What stands in the place of a name; its key is empty, which no name's is."""


PERSONAL = tuple(spec.name for spec in Patient.specs())
"""What identifies a patient: name, phone, hospital number, year of birth and sex."""
KEYS = ("name_key", "phone_key", "uhid_key")
"""The keys by which the same person is found; they follow from the personal fields."""


def personal_fields(patient: Patient) -> dict[str, str | int | None]:
    """Return a patient's personal columns, with the keys by which the same person is found."""
    return {
        **{name: getattr(patient, name) for name in PERSONAL},
        "name_key": name_key(patient.name),
        "phone_key": phone_key(patient.phone) if patient.phone else None,
        "uhid_key": uhid_key(patient.uhid) if patient.uhid else None,
    }


@dataclass(frozen=True, slots=True)
class PatientEvent(Event):
    """Something that happened to a patient's record."""

    subject: ClassVar[Subject] = Subject.PATIENT


@dataclass(frozen=True, slots=True)
class PatientRegistered(PatientEvent):
    """A patient came for the first time, as far as the desk knows."""

    kind: ClassVar[str] = "patient_registered"

    @classmethod
    def of(cls, patient: Patient, slot_id: SlotId) -> Self:
        """Return the event that registers a patient when a token is issued in a slot."""
        return cls(0, None, {}, slot_id, private=personal_fields(patient))

    def sentence(self, names: Names) -> str:
        return "A patient was registered"


@dataclass(frozen=True, slots=True)
class PatientDetailsAdded(PatientEvent):
    """Fields that were empty in a patient's record were filled at a later visit."""

    kind: ClassVar[str] = "patient_details_added"

    @classmethod
    def of(cls, patient_id: PatientId, known: Patient, patient: Patient, slot_id: SlotId) -> Self | None:
        """Return the event that fills what `known` lacks and `patient` has; None where there is nothing."""
        new, old = personal_fields(patient), personal_fields(known)
        missing = {name: value for name, value in new.items() if old[name] is None and value is not None}
        if not missing:
            return None
        return cls(patient_id, {}, {}, slot_id, details={"fields": sorted(missing)}, private=missing)

    def sentence(self, names: Names) -> str:
        return "A patient's record was completed"


@dataclass(frozen=True, slots=True)
class PatientMerged(PatientEvent):
    """A record turned out to be another one's patient, to which its visits now belong."""

    kind: ClassVar[str] = "patient_merged"

    def sentence(self, names: Names) -> str:
        return "Two records of one patient were merged"


@dataclass(frozen=True, slots=True)
class PatientForgotten(PatientEvent):
    """What identified a patient was removed for good."""

    kind: ClassVar[str] = "patient_forgotten"

    @classmethod
    def of(cls, patient_id: PatientId, at: dt.datetime) -> Self:
        """Return the event that forgets a patient."""
        nothing = dict.fromkeys(("phone", "phone_key", "uhid", "uhid_key", "birth_year", "sex"))
        return cls(
            patient_id,
            {"forgotten_at": None},
            {"forgotten_at": write_instant(at)},
            private={"name": FORGOTTEN, "name_key": "", **nothing},
        )

    def sentence(self, names: Names) -> str:
        return "A patient was forgotten"
