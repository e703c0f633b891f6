"""Events of patients' records. Personal fields are private: they are stored in the row only."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar, Self

from opd_tui.domain.events.base import Event, Names, Subject
from opd_tui.domain.instants import write_instant
from opd_tui.domain.model import Patient, PatientId, SlotId
from opd_tui.domain.text import name_key, phone_key, uhid_key

FORGOTTEN = "(forgotten)"
"""The name of a forgotten patient; its key is empty, which no real name's key is."""

PERSONAL = tuple(spec.name for spec in Patient.specs())
"""The columns that identify a patient: name, phone, hospital number, year of birth and sex."""
KEYS = ("name_key", "phone_key", "uhid_key")
"""The columns for matching the same person, derived from the personal fields."""


def personal_fields(patient: Patient) -> dict[str, str | int | None]:
    """Return a patient's personal columns and match keys."""
    return {
        **{name: getattr(patient, name) for name in PERSONAL},
        "name_key": name_key(patient.name),
        "phone_key": phone_key(patient.phone) if patient.phone else None,
        "uhid_key": uhid_key(patient.uhid) if patient.uhid else None,
    }


class PatientEvent(Event):
    """An event of a patient's record."""

    __slots__ = ()

    subject: ClassVar[Subject] = Subject.PATIENT


class PatientRegistered(PatientEvent):
    """A patient without a record came to the desk."""

    __slots__ = ()

    kind: ClassVar[str] = "patient_registered"

    @classmethod
    def of(cls, patient: Patient, slot_id: SlotId) -> Self:
        """Return the event that registers a patient when a token is issued in a slot."""
        return cls(0, None, {}, slot_id, private=personal_fields(patient))

    def sentence(self, names: Names) -> str:
        return "A patient was registered"


class PatientDetailsAdded(PatientEvent):
    """Empty fields of a patient's record were filled in at a later visit."""

    __slots__ = ()

    kind: ClassVar[str] = "patient_details_added"
    reversible: ClassVar[bool] = False

    @classmethod
    def of(cls, patient_id: PatientId, known: Patient, patient: Patient, slot_id: SlotId) -> Self | None:
        """Return the event that fills the fields missing in `known` from `patient`, or None if there are none."""
        new, old = personal_fields(patient), personal_fields(known)
        missing: dict[str, str | int | None] = {}
        for name in PERSONAL:
            told = f"{name}_key" if name in ("phone", "uhid") else name  # N/A is as good as no number
            if old[told] is None and new[told] is not None:
                missing |= {name: new[name], told: new[told]}
        if not missing:
            return None
        return cls(patient_id, {}, {}, slot_id, details={"fields": sorted(missing)}, private=missing)

    def sentence(self, names: Names) -> str:
        return "A patient's record was completed"


class PatientMerged(PatientEvent):
    """A duplicate record was merged into another record of the same patient, which takes over its visits."""

    __slots__ = ()

    kind: ClassVar[str] = "patient_merged"

    def sentence(self, names: Names) -> str:
        return "Two records of one patient were merged"


class PatientForgotten(PatientEvent):
    """A patient's personal fields were erased permanently."""

    __slots__ = ()

    kind: ClassVar[str] = "patient_forgotten"
    reversible: ClassVar[bool] = False

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
