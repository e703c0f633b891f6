"""The details of a token and its patient."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from textual.binding import Binding

from opd_tui.desk.views import QueueRow
from opd_tui.domain.model import Status
from opd_tui.tui.commands import VIEW
from opd_tui.tui.dialogs.help import Help
from opd_tui.tui.drawing.text import doctor_label, minutes, status_words


class Details(Help):
    """A token's details; the key that opened them closes them too."""

    BINDINGS = [Binding(VIEW.keys, "close", "Close", show=False, id=VIEW.id)]

    def __init__(self, row: QueueRow, now: dt.datetime | None, zone: dt.tzinfo | None) -> None:
        patient = [*patient_rows(row)]
        super().__init__(row.record.token.label, (("Patient", patient), ("Token", [*token_rows(row, now, zone)])))


def patient_rows(row: QueueRow) -> Iterator[tuple[str, str]]:
    """Yield what is known of the patient, a label and a value each."""
    patient = row.record.token.patient
    yield "Name", patient.name
    yield "Phone", patient.phone or "not known"
    yield "Hospital number", patient.uhid or "not known"
    if patient.birth_year is not None:
        yield "Born", f"{patient.birth_year}"
    if patient.sex is not None:
        yield "Sex", patient.sex


def token_rows(row: QueueRow, now: dt.datetime | None, zone: dt.tzinfo | None) -> Iterator[tuple[str, str]]:
    """Yield the token's state and its times at the hospital, a label and a value each."""
    token, slot, doctor = row.record.token, row.record.slot, row.record.doctor
    yield "Number", token.number
    yield "Source", token.source.label
    place = f", number {row.place} in line" if row.place else ""
    yield "Status", f"{status_words(token)}{place}"
    yield "Slot", f"{slot.window}, {slot.date:%a %d %b %Y}"
    room = f" · room {doctor.room}" if doctor.room else ""
    yield "Doctor", f"{doctor.code} · {doctor_label(doctor)}{room}"
    yield "Issued at", f"{token.issued_at.astimezone(zone):%H:%M}"
    if token.checked_in_at is not None:
        yield "Here since", f"{token.checked_in_at.astimezone(zone):%H:%M}"
    if token.status is Status.WAITING:
        since = max(token.issued_at, row.begins_at).astimezone(zone)
        waited = f" ({minutes(row.waited(now))})" if now is not None and now >= since else ""
        yield "Waiting since", f"{since:%H:%M}{waited}"
