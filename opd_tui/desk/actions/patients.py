"""Actions on patients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from opd_tui.desk.actions.base import Action, known_token
from opd_tui.desk.outcome import Forecast, Json, Outcome
from opd_tui.domain.errors import PatientAlreadyForgotten, PatientHasOpenToken
from opd_tui.domain.events import PatientForgotten
from opd_tui.domain.field_types import Id
from opd_tui.domain.model import TokenId
from opd_tui.domain.records import field
from opd_tui.domain.unit_of_work import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class ForgetPatient(Action):
    """Remove what identifies a token's patient, in all visits of the same person; tokens and journal stay."""

    verb: ClassVar[str] = "forget_patient"

    token: TokenId = field(Id("token"), "the id of any token of the patient")

    yes = "Yes, forget"

    def question(self, forecast: Forecast, chosen: str = "") -> str:
        visits = forecast.outcome.visits
        return (
            f"Forget {chosen or 'this patient'} for good, in {visits} visit{'s' if visits > 1 else ''}? "
            "Name, phone and hospital number are removed; the tokens stay."
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
        for patient_id in patients:
            uow.record(PatientForgotten.of(patient_id, uow.at))

    @classmethod
    def sentence(cls, outcome: Outcome) -> str:
        """See `Action`."""
        return f"A patient was forgotten, in {outcome.visits} visit{'s' if outcome.visits > 1 else ''}"

    @classmethod
    def answer(cls, outcome: Outcome) -> Json:
        """See `Action`."""
        return {"visits": outcome.visits}
