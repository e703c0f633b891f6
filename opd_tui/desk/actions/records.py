"""Changing and merging patients' records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from opd_tui.desk.actions.base import Action, known_token
from opd_tui.desk.actions.tokens import refuse_impossible_birth
from opd_tui.desk.actions.words import in_words, whose_number
from opd_tui.desk.outcome import Forecast, Json, Outcome
from opd_tui.desk.views import token_json
from opd_tui.domain.errors import InvalidAction, NothingToChange, PatientAlreadyForgotten
from opd_tui.domain.events import PatientEdited, PatientKept, PatientMerged, Subject, TokenPatientChanged
from opd_tui.domain.events.patients import PERSONAL, told
from opd_tui.domain.field_types import BirthYear, Id, Name, Phone, Sex, Text
from opd_tui.domain.model import UHID_LENGTH, PatientId, Token, TokenId, TokenRecord
from opd_tui.domain.records import UNCHANGED, Unchanged, field
from opd_tui.domain.unit_of_work import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class EditPatient(Action):
    """Change a patient's details; what is left out stays as it is."""

    verb: ClassVar[str] = "edit_patient"

    token: TokenId = field(Id("token"), "the id of any token of the patient")
    name: str | Unchanged = field(Name(), "the patient's name", default=UNCHANGED)
    phone: str | Unchanged | None = field(Phone(), "the patient's phone number", default=UNCHANGED)
    uhid: str | Unchanged | None = field(
        Text(UHID_LENGTH),
        "the hospital's own number for the patient (UHID)",
        default=UNCHANGED,
        label="Hospital number",
    )
    birth_year: int | Unchanged | None = field(
        BirthYear(), "the year of birth", default=UNCHANGED, label="Year of birth"
    )
    sex: str | Unchanged | None = field(Sex(), "female, male, other or unknown", default=UNCHANGED)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.name is None:
            raise InvalidAction("cannot be cleared, only changed.", "name", "The patient's name")

    yes = "Yes, save it"

    def question(self, forecast: Forecast, chosen: str = "") -> str | None:
        """See `Action`."""
        whose = whose_number(forecast.number_of)
        return f"{whose}, so both would count as the same person. Save it with this number?" if whose else None

    def run(self, uow: UnitOfWork) -> None:
        token = held_with_patients(uow, known_token(uow, self.token))
        refuse_forgotten(uow, token)
        given = {name: getattr(self, name) for name in PERSONAL}
        fields = {name: value for name, value in given.items() if not isinstance(value, Unchanged)}
        if isinstance(year := fields.get("birth_year"), int):
            refuse_impossible_birth(uow, year)
        if not edit(uow, token, fields):
            raise NothingToChange(f"{token.label} has just these details already.")

    @classmethod
    def answer(cls, outcome: Outcome) -> Json:
        """See `Action`."""
        (edited,) = (event for event in outcome.events if isinstance(event, PatientEdited))
        return {"token": token_json(outcome.directory.tokens[TokenId(edited.details["token"])].token)}


@dataclass(frozen=True, kw_only=True)
class MergePatients(Action):
    """Merge two records of one patient: all tokens of the second belong to the first, whose empty fields are filled."""

    verb: ClassVar[str] = "merge_patients"

    keep: TokenId = field(Id("token"), "the id of a token of the record that stays")
    merge: TokenId = field(Id("token"), "the id of a token of the record that is merged into it")

    yes = "Yes, merge them"

    def question(self, forecast: Forecast, chosen: str = "") -> str:
        """See `Action`."""
        visits = sum(isinstance(event, TokenPatientChanged) for event in forecast.outcome.events)
        question = (
            f"Merge both records into one, with {visits} more visit{'s' if visits > 1 else ''}? Is it one person?"
        )
        return " ".join([question, *map(open_twice, forecast.open_twice)])

    def run(self, uow: UnitOfWork) -> None:
        keep, merge = known_token(uow, self.keep), known_token(uow, self.merge)
        if keep.patient_id == merge.patient_id:
            raise NothingToChange(f"{keep.label} and {merge.label} have one record already.")
        keep, merge = held_with_patients(uow, keep, merge), known_token(uow, self.merge)
        for token in (keep, merge):
            refuse_forgotten(uow, token)
        known = told(keep.patient)  # N/A as a hospital number says nothing
        edit(uow, keep, {name: value for name, value in told(merge.patient).items() if name not in known})
        uow.record(PatientMerged.of(merge.patient_id, keep.patient_id, merge.slot_id))
        for token in uow.tokens_of_patient(merge.patient_id):
            uow.record(TokenPatientChanged.of(token.id, token.slot_id, merge.patient_id, keep.patient_id))

    @classmethod
    def sentence(cls, outcome: Outcome) -> str:
        """See `Action`."""
        changed = [event for event in outcome.events if isinstance(event, TokenPatientChanged)]
        merged = next(event for event in outcome.events if isinstance(event, PatientMerged))
        visits = f"{len(changed)} visit{'s' if len(changed) > 1 else ''}"
        names = outcome.directory
        return f"{merged.sentence(names)}: {names.token(changed[0].subject_id)}, {visits} more"

    @classmethod
    def answer(cls, outcome: Outcome) -> Json:
        """See `Action`."""
        moved = next(event for event in outcome.events if isinstance(event, TokenPatientChanged))
        return {"token": token_json(outcome.directory.tokens[TokenId(moved.subject_id)].token)}


def open_twice(tokens: Sequence[TokenRecord]) -> str:
    """Return that a patient has several open tokens in one slot, as a sentence."""
    numbers, where = in_words([record.token.number for record in tokens]), tokens[0]
    both = "both" if len(tokens) == 2 else "all"
    return f"{numbers} are {both} open with {where.doctor.name} {where.slot.expected_start}: cancel one of them then."


def edit(uow: UnitOfWork, token: Token, fields: Mapping[str, Any]) -> bool:
    """Change the fields of a patient's record that differ, and keep the earlier ones; return False if none does."""
    patient = uow.patient(token.patient_id)
    differing = {name: value for name, value in fields.items() if value != getattr(patient, name)}
    if not differing:
        return False
    version = version_of(uow, token.patient_id)
    kept = uow.record(PatientKept.of(token.patient_id, patient, token.slot_id)).subject_id
    uow.record(PatientEdited.of(token, differing, patient, kept, version))
    return True


def version_of(uow: UnitOfWork, patient_id: PatientId) -> int:
    """Return the version of a record: 0 until it is first changed by hand."""
    events = (event for _, event in uow.history.later_events(Subject.PATIENT, patient_id, 0))
    return next((event.details["to"] for event in reversed([*events]) if "to" in event.details), 0)


def held_with_patients(uow: UnitOfWork, *tokens: Token) -> Token:
    """Lock the slots of all tokens of these tokens' patients, and then the records; return the first, read again."""
    slots: set[int] = set()
    while True:
        found = [uow.token(token.id) or token for token in tokens]
        all_of = [each for token in found for each in uow.tokens_of_patient(token.patient_id)]
        wanted = {each.slot_id for each in all_of}
        if wanted <= slots:
            break
        slots |= uow.hold_slots(wanted).keys()
    for patient_id in sorted({token.patient_id for token in found}):
        uow.hold_patient(patient_id)
    return uow.token(tokens[0].id) or tokens[0]


def refuse_forgotten(uow: UnitOfWork, token: Token) -> None:
    """Raise PatientAlreadyForgotten if the patient's personal fields were erased."""
    if uow.is_forgotten(token.patient_id):
        raise PatientAlreadyForgotten(f"The patient of {token.number} was forgotten. There is nothing to change.")
