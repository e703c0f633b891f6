"""What the new-token panel says of a known patient."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from opd_tui.desk.actions.words import last_digits
from opd_tui.desk.outcome import Outcome
from opd_tui.desk.search_patients import PatientHit
from opd_tui.domain.events import PatientDetailsAdded, PatientRegistered
from opd_tui.domain.events.patients import PERSONAL, WORDS
from opd_tui.domain.model import Patient, SlotRecord, Status
from opd_tui.domain.text import with_initials
from opd_tui.tui.drawing.doctor_names import short_name


def known_note(hit: PatientHit, record: SlotRecord, follow_up_days: int, today: dt.date | None, *, can_go: bool) -> str:
    """Return who has been taken, and what matters for a token: an open one, or a consultation a few days ago.

    With `can_go`, a letter is a key where the focus is.
    """
    doctor, date = record.doctor, record.slot.date
    if (there := hit.open_with(doctor.id, date)) is not None:
        stands = "waits" if there.token.status is Status.WAITING else "has a seat"
        goes = ": g goes there" if can_go else ""
        return f"{there.token.label} {stands} with this doctor already at {there.slot.expected_start}{goes}"
    if (seen := hit.seen_by(doctor.id, date, follow_up_days)) is not None:
        return f"{doctor.name} saw this patient on {seen:%a %d %b}: F makes it a follow-up"
    return " · ".join(filter(None, (known_in_words(hit, today), at_the_same_time(hit, record))))


def at_the_same_time(hit: PatientHit, record: SlotRecord) -> str:
    """Return which open token a known patient has with another doctor while a slot lasts; "" if there is none."""
    (start, end), slot = record.slot.minutes, record.slot
    for visit in hit.visits:
        first, last = visit.slot.minutes
        beside = visit.token.status.is_open and visit.slot.date == slot.date and visit.doctor.id != record.doctor.id
        if beside and first < end and start < last:
            stands = "waits" if visit.token.status is Status.WAITING else "has a seat"
            return f"{visit.token.number} {stands} with {visit.doctor.name} at {visit.slot.expected_start} too"
    return ""


def joined_note(outcome: Outcome, today: dt.date | None) -> str:
    """Return whose record a typed patient's visit joins, and what it adds; "" for a new record."""
    if outcome.token is None or any(isinstance(event, PatientRegistered) for event in outcome.events):
        return ""
    patient = outcome.token.token.patient
    added = (event for event in outcome.events if isinstance(event, PatientDetailsAdded))
    words = [WORDS.get(name, name) for event in added for name in event.details["fields"] if name in PERSONAL]
    what = f"and adds {' and '.join(words)}" if words else ""
    parts = (patient.name, age_and_sex(patient, today), last_digits(patient), what)
    return f"Joins the record of {' · '.join(filter(None, parts))}"


def known_in_words(hit: PatientHit, today: dt.date | None) -> str:
    """Return what tells a known patient from others, in one line."""

    def parts() -> Iterator[str]:
        yield age_and_sex(hit.patient, today)
        yield f"phone {last_digits(hit.patient)}" if hit.patient.phone else ""
        yield f"number {hit.patient.uhid}" if hit.patient.uhid else ""
        yield f"last visit {visit}" if (visit := last_visit(hit, today)) else ""

    return " · ".join(("Known patient", *filter(None, parts())))


def age_and_sex(patient: Patient, today: dt.date | None) -> str:
    """Return what is known of age and sex: `45 f`."""
    age = f"{max(today.year - patient.birth_year, 0)}" if today and patient.birth_year else ""
    return " ".join(filter(None, (age, (patient.sex or "")[:1])))


def last_visit(hit: PatientHit, today: dt.date | None) -> str:
    """Return when and with whom the last visit was: `12 Nov 2026 with A. Rao`; "" if there was none."""
    visit = hit.last_visit(today)
    return f"{visit.slot.date:%d %b %Y} with {with_initials(short_name(visit.doctor))}" if visit else ""
