"""Actions on patients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from opd_tui.desk.actions.base import Action, known_token
from opd_tui.domain.errors import PatientForgotten, PatientHasOpenToken
from opd_tui.domain.field_types import Id
from opd_tui.domain.journal import JournalLine
from opd_tui.domain.model import TokenId
from opd_tui.domain.records import field
from opd_tui.domain.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from opd_tui.desk.outcome import Forecast


@dataclass(frozen=True, kw_only=True)
class ForgetPatient(Action):
    """Forget who had a token, in all visits of the same person; the tokens and the journal stay."""

    verb: ClassVar[str] = "forget_patient"

    token: TokenId = field(Id("token"), "the id of any token of the patient")

    yes = "Yes, forget"

    def question(self, forecast: Forecast, chosen: str = "") -> str:
        visits = forecast.outcome.forgotten
        return (
            f"Forget {chosen or 'this patient'} for good, in {visits} visit{'s' if visits > 1 else ''}? "
            "Name, phone and hospital number are removed; the tokens stay."
        )

    def run(self, uow: UnitOfWork) -> None:
        token = known_token(uow, self.token)
        if uow.is_forgotten(token.patient_id):
            raise PatientForgotten(f"The patient of {token.number} was forgotten before.")
        patients = uow.rows_of_person(token.patient_id)
        if open_token := uow.open_token_among(patients):
            raise PatientHasOpenToken(
                f"{open_token.label} has an open token ({open_token.status.name}) and is still needed by name. "
                "Close it first."
            )
        uow.forget(patients)
        uow.record(JournalLine(facts={"patients": list(patients)}))
