"""Whom a token is issued to: somebody described, somebody known by id, or explicitly somebody new."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from opd_tui.desk.actions.base import short_id
from opd_tui.domain.errors import InvalidAction, PatientAlreadyForgotten, UnknownPatient
from opd_tui.domain.events import PatientDetailsAdded, PatientRegistered, Subject
from opd_tui.domain.events.patients import told
from opd_tui.domain.field_types import BirthYear, Flag, Id, Phone, Sex, Text
from opd_tui.domain.model import UHID_LENGTH, KnownPatient, Patient, PatientId, Slot
from opd_tui.domain.records import Nested, Record, field
from opd_tui.domain.unit_of_work import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class KnownVisitor(Record):
    """A patient with a record, named by its id; the other fields fill those that the record lacks."""

    id: PatientId = field(Id("patient"), "the id of a patient's record")
    phone: str | None = field(Phone(), "a phone number, if the record has none", default=None)
    uhid: str | None = field(Text(UHID_LENGTH), "a hospital number, if the record has none", default=None)
    birth_year: int | None = field(BirthYear(), "a year of birth, if the record has none", default=None)
    sex: str | None = field(Sex(), "female, male, other or unknown, if the record has none", default=None)

    @property
    def details(self) -> dict[str, object]:
        """The fields that are given."""
        return {name: value for name, value in self.to_json().items() if name != "id"}

    def completing(self, known: Patient) -> Patient:
        """Return the record with these fields; raise InvalidAction where it has another value."""
        details, recorded = self.details, told(known)
        for name, value in details.items():
            if name in recorded and Patient.from_mapping({"name": known.name, name: value}).differs_from(known):
                label = next(spec.label for spec in self.specs() if spec.name == name)
                raise InvalidAction("differs from the record. Leave it out, or edit the patient.", name, label)
        return Patient.trusted(**{**known.to_json(), **details, **recorded}) if details else known


@dataclass(frozen=True, kw_only=True)
class NewVisitor(Patient):
    """A patient who is somebody new, whatever looks the same."""

    new: bool = field(Flag(), "true for somebody new, whatever looks the same")


Visitor = Patient | KnownVisitor


class VisitorField(Nested[Patient]):
    """A patient's fields, with `new` for somebody new; or the id of a patient who is known."""

    def accept(self, value: object) -> Any:
        """See `FieldType`."""
        if isinstance(value, KnownVisitor):
            return value
        if isinstance(value, Mapping) and "id" in value:
            return KnownVisitor.from_mapping(value)
        if isinstance(value, Mapping) and value.get("new") is not None:
            return NewVisitor.from_mapping(value)
        return super().accept(value)


def is_new(visitor: Visitor) -> bool:
    """Return whether a visitor is explicitly somebody new."""
    return isinstance(visitor, NewVisitor) and visitor.new


def described(visitor: Visitor) -> Patient | None:
    """Return the fields by which a visitor is looked up; None for an id, and for somebody new."""
    return None if isinstance(visitor, KnownVisitor) or is_new(visitor) else visitor


def details_of(uow: UnitOfWork, visitor: Visitor) -> Patient:
    """Return a visitor's personal fields; raise UnknownPatient, PatientAlreadyForgotten or InvalidAction for an id."""
    if not isinstance(visitor, KnownVisitor):
        return visitor
    fields = uow.fields(Subject.PATIENT, visitor.id)
    if fields is None or fields["merged_into"]:
        raise UnknownPatient(f"There is no patient with id {short_id(visitor.id)}. Check the number.")
    if uow.is_forgotten(visitor.id):
        raise PatientAlreadyForgotten(f"The patient with id {visitor.id} was forgotten. Give the name instead.")
    return visitor.completing(uow.hold_patient(visitor.id))


def record_of(uow: UnitOfWork, visitor: Visitor, patient: Patient, slot: Slot) -> PatientId:
    """Return the id of a visitor's record, whose empty fields are filled, or of a new one; a token is issued next."""
    if isinstance(visitor, KnownVisitor):
        known = KnownPatient(visitor.id, uow.patient(visitor.id) if visitor.details else patient)
    elif is_new(visitor) or (found := uow.known_patient(patient)) is None:
        uow.prefetch_number(slot)
        return PatientId(uow.record(PatientRegistered.of(patient, slot.id)).subject_id)
    else:
        known = found
    if added := PatientDetailsAdded.of(known.id, known.patient, patient, slot.id):
        uow.record(added)
    return known.id
