"""Whom a token is issued to: somebody described, somebody known by id, or explicitly somebody new."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from opd_tui.desk.actions.base import short_id
from opd_tui.domain.errors import PatientAlreadyForgotten, UnknownPatient
from opd_tui.domain.events import PatientDetailsAdded, PatientRegistered, Subject
from opd_tui.domain.field_types import Flag, Id
from opd_tui.domain.model import Patient, PatientId, Slot
from opd_tui.domain.records import Nested, Record, field
from opd_tui.domain.unit_of_work import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class KnownVisitor(Record):
    """A patient with a record, named by its id."""

    id: PatientId = field(Id("patient"), "the id of a patient's record")


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
    """Return a visitor's personal fields; raise UnknownPatient or PatientAlreadyForgotten for an id."""
    if not isinstance(visitor, KnownVisitor):
        return visitor
    fields = uow.fields(Subject.PATIENT, visitor.id)
    if fields is None or fields["merged_into"]:
        raise UnknownPatient(f"There is no patient with id {short_id(visitor.id)}. Check the number.")
    if uow.is_forgotten(visitor.id):
        raise PatientAlreadyForgotten(f"The patient with id {visitor.id} was forgotten. Give the name instead.")
    return uow.hold_patient(visitor.id)


def record_of(uow: UnitOfWork, visitor: Visitor, slot: Slot) -> PatientId:
    """Return the id of a visitor's record, whose empty fields are filled, or of a new one; a token is issued next."""
    if isinstance(visitor, KnownVisitor):
        return visitor.id
    known = None if is_new(visitor) else uow.known_patient(visitor)
    if known is None:
        uow.prefetch_number(slot)
        return PatientId(uow.record(PatientRegistered.of(visitor, slot.id)).subject_id)
    if added := PatientDetailsAdded.of(known.id, known.patient, visitor, slot.id):
        uow.record(added)
    return known.id
