"""Merging two records of one patient, which are shown side by side first."""

from __future__ import annotations

from opd_tui.desk.actions import EditPatient, MergePatients
from opd_tui.desk.outcome import Forecast, Outcome
from opd_tui.desk.search_patients import PatientHit
from opd_tui.domain.model import Patient, TokenRecord
from opd_tui.tui.dialogs.choose_record import ChooseRecord
from opd_tui.tui.drawing.cells import fit
from opd_tui.tui.host.desk_host import DeskHost
from opd_tui.tui.screens.command_flow import CommandFlow

LABEL_WIDTH, VALUE_WIDTH = 16, 22


async def merge_patients(host: DeskHost, flow: CommandFlow, record: TokenRecord) -> Outcome | None:
    """Ask for the other record of a token's patient, show both, and merge it into the token's; None if declined."""
    other = await host.ask(ChooseRecord(record.token))
    if other is None:
        return None
    action = MergePatients(keep=record.token.id, merge=other.visits[0].token.id)

    def question(forecast: Forecast) -> str:
        return f"{action.question(forecast)}\n\n{side_by_side(record.token.patient, other)}"

    return await flow.confirm_and_perform(action, question)


def side_by_side(stays: Patient, merged: PatientHit) -> str:
    """Return both records as a table."""
    _, *specs = EditPatient.own_specs()  # all but the token
    rows = [("", "stays", "is merged into it")]
    for spec in specs:
        left, right = (getattr(patient, spec.attribute) for patient in (stays, merged.patient))
        rows.append((spec.label, str(left or "–"), str(right or "–")))
    last = f"{merged.last_visit.slot.date:%d %b %Y}" if merged.last_visit else "–"
    rows.append(("Last visit", "", last))
    return "\n".join(
        f"{fit(label, LABEL_WIDTH)}{fit(left, VALUE_WIDTH)}  {fit(right, VALUE_WIDTH)}" for label, left, right in rows
    )
