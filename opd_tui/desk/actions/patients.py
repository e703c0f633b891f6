"""Actions on patients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from opd_tui.desk.actions.base import Action, known_token
from opd_tui.domain.declared import declared
from opd_tui.domain.errors import PatientForgotten, PatientHasOpenToken
from opd_tui.domain.journal import JournalLine
from opd_tui.domain.kinds import Id
from opd_tui.domain.ledger import Ledger
from opd_tui.domain.model import TokenId


@dataclass(frozen=True, kw_only=True)
class ForgetPatient(Action):
    """Forget who had a token, in all visits of the same person; the tokens and the journal stay."""

    verb: ClassVar[str] = "forget_patient"

    token: TokenId = declared(Id("token"), "the id of any token of the patient")

    def run(self, ledger: Ledger) -> None:
        token = known_token(ledger, self.token)
        if ledger.is_forgotten(token.patient_id):
            raise PatientForgotten(f"The patient of {token.number} was forgotten before.")
        patients = ledger.rows_of_person(token.patient_id)
        if open_token := ledger.open_token_among(patients):
            raise PatientHasOpenToken(
                f"{open_token.label} has an open token ({open_token.status.name}) and is still needed by name. "
                "Close it first."
            )
        ledger.forget(patients)
        ledger.record(JournalLine(facts={"patients": list(patients)}))
