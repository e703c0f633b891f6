"""Actions on patients."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from opd_tui.desk.actions.base import Action, known_token
from opd_tui.desk.outcome import Forecast, Json, Outcome
from opd_tui.domain.errors import PatientAlreadyForgotten, PatientHasOpenToken, SeveralPeople
from opd_tui.domain.events import PatientForgotten
from opd_tui.domain.field_types import Flag, Id
from opd_tui.domain.merges import copies, earlier_records
from opd_tui.domain.model import Patient, Token, TokenId
from opd_tui.domain.records import field
from opd_tui.domain.remedies import Advice
from opd_tui.domain.sameness import Traits
from opd_tui.domain.text import listed
from opd_tui.domain.unit_of_work import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class ForgetPatient(Action):
    """Remove what identifies a token's patient, in all visits of the same person; tokens and journal stay."""

    verb: ClassVar[str] = "forget_patient"

    token: TokenId = field(Id("token"), "the id of any token of the patient")
    all_names: bool | None = field(
        Flag(),
        "true to forget also those with the same hospital number whose name and phone both differ",
        default=None,
    )

    yes = "Yes, forget"

    def question(self, forecast: Forecast, chosen: str = "") -> str:
        visits = forecast.outcome.visits
        return (
            f"Forget {chosen or 'this patient'} for good, in {visits} visit{'s' if visits > 1 else ''}?"
            f"{others_sentence(forecast.people)} Name, phone and hospital number are removed; the tokens stay."
            f"{untold_sentence(forecast.untold)}"
        )

    def run(self, uow: UnitOfWork) -> None:
        token = known_token(uow, self.token)
        patients = uow.same_person(token.patient_id)  # holds them: nobody else forgets them meanwhile
        if uow.is_forgotten(token.patient_id):
            raise PatientAlreadyForgotten(f"The patient of {token.number} has already been forgotten.")
        if open_token := uow.open_token_among(patients):
            raise PatientHasOpenToken(
                f"{open_token.label} is still {open_token.status.value}, so the name is needed. "
                "Cancel or complete that token first."
            )
        if not self.all_names:
            refuse_other_people(token, map(uow.patient, patients))
        chosen_first = sorted(patients, key=lambda id_: id_ != token.patient_id)
        records = [*chosen_first, *earlier_records(patients, uow.merged_into)]
        for patient_id in (*records, *(others := copies(records, uow.merged_into, uow.history))):
            if not uow.is_forgotten(patient_id):
                uow.record(PatientForgotten.of(patient_id, uow.at, is_copy=patient_id in others))

    @classmethod
    def sentence(cls, outcome: Outcome) -> str:
        """See `Action`."""
        return f"A patient was forgotten, in {outcome.visits} visit{'s' if outcome.visits > 1 else ''}"

    @classmethod
    def answer(cls, outcome: Outcome) -> Json:
        """See `Action`."""
        return {"visits": outcome.visits}


def refuse_other_people(token: Token, patients: Iterable[Patient]) -> None:
    """Raise SeveralPeople if the name and the phone of any of these differ from those of the token's patient."""
    if others := people_beside(token.patient, patients):
        raise SeveralPeople(
            f"{listed(others)} would be forgotten together with {token.label}: the hospital number is the same, but "
            "name and phone differ.",
            Advice.FORGET_ALL_NAMES,
        )


def people_beside(chosen: Patient, patients: Iterable[Patient]) -> list[str]:
    """Return those of the patients whose name and phone both differ from the chosen one's, by name and phone."""
    traits = Traits.of(chosen)
    others = (each for each in patients if Traits.of(each).has_other_name_and_phone(traits))
    return list(dict.fromkeys(f"{other.name} ({other.phone})" for other in others))


def other_names(people: Sequence[Patient]) -> list[str]:
    """Return the names under which the first of these people is known besides the first one's."""
    return list(dict.fromkeys(each.name for each in people if each.name != people[0].name))


def others_sentence(people: Sequence[Patient]) -> str:
    """Return the sentences that name everybody else who would be forgotten with the first; empty if there is nobody."""
    if not (names := other_names(people)):
        return ""
    differing = people_beside(people[0], people)
    warning = f" Name and phone of {listed(differing)} differ: is it one person?" if differing else ""
    return f" This includes {listed(names)}.{warning}"


def untold_sentence(tokens: Sequence[Token]) -> str:
    """Return the sentence that names the tokens of whose change the patient has not been told; empty if none."""
    if not tokens:
        return ""
    return f" The patient has not been told of a change of {listed([token.number for token in tokens])}: do that first."
