"""One morning at the desk, as data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from opd_tui.demo.script import Script, ScriptedAction, Step, doctor_ref, scripted, slot_ref, token_ref
from opd_tui.desk.actions import AddDoctor, CancelToken, IssueToken, MarkNoShow, OpenSlot
from opd_tui.domain.model import Patient, Source, Status

DATE = dt.date(2026, 11, 22)
START, END = dt.time(9), dt.time(10)


def join(code: str, name: str, specialty: str) -> ScriptedAction:
    """A doctor starts work."""
    return scripted(AddDoctor, code, name=name, specialty=specialty, code=code)


def open_slot(code: str) -> ScriptedAction:
    """A doctor's slot is opened."""
    return scripted(OpenSlot, doctor=doctor_ref(code), date=DATE, start=START, end=END, capacity=2)


def issue(label: str, code: str, patient: str, source: Source) -> ScriptedAction:
    """A patient gets a token for a doctor's slot; later steps refer to it by its label."""
    slot = slot_ref(code, DATE, START)
    return scripted(IssueToken, label, slot=slot, patient=Patient(name=patient), source=source)


SETTING = Step(
    dt.time(8, 55),
    "Three doctors are in from 09:00 to 10:00, with two seats each.",
    (
        join("A", "Dr A", "General Medicine"),
        join("B", "Dr B", "Orthopedics"),
        join("C", "Dr C", "Pediatrics"),
        open_slot("A"),
        open_slot("B"),
        open_slot("C"),
    ),
)
"""What exists before the timeline begins."""

TIMELINE: tuple[Step, ...] = (
    Step(
        dt.time(9, 0),
        "Two patients have booked online for each doctor.",
        (
            issue("a1", "A", "Asha Verma", Source.ONLINE),
            issue("a2", "A", "Ravi Kumar", Source.ONLINE),
            issue("b1", "B", "Vikram Singh", Source.ONLINE),
            issue("b2", "B", "Lakshmi Iyer", Source.ONLINE),
            issue("c1", "C", "Ananya Das", Source.ONLINE),
            issue("c2", "C", "Kabir Mehta", Source.ONLINE),
        ),
    ),
    Step(
        dt.time(9, 10),
        "One more patient books online for each doctor.",
        (
            issue("a3", "A", "Sunita Rao", Source.ONLINE),
            issue("b3", "B", "Farhan Qureshi", Source.ONLINE),
            issue("c3", "C", "Diya Joseph", Source.ONLINE),
        ),
    ),
    Step(
        dt.time(9, 15),
        "Meera Nair has paid for Dr A, and paid goes before online.",
        (issue("a4", "A", "Meera Nair", Source.PAID),),
    ),
    Step(
        dt.time(9, 25),
        "Imran Khan is an emergency for Dr A, and emergencies go first.",
        (issue("a5", "A", "Imran Khan", Source.EMERGENCY),),
    ),
    Step(
        dt.time(9, 40), "Meera Nair cannot stay and cancels her token.", (scripted(CancelToken, token=token_ref("a4")),)
    ),
    Step(dt.time(9, 50), "Vikram Singh has not come for Dr B.", (scripted(MarkNoShow, token=token_ref("b1")),)),
)

MORNING = Script("A morning at the front desk: more patients than seats", DATE, SETTING, TIMELINE)

EXPECTED: Mapping[str, Status] = {
    "a1": Status.ACTIVE,
    "a2": Status.WAITING,
    "a3": Status.WAITING,
    "a4": Status.CANCELLED,
    "a5": Status.ACTIVE,
    "b1": Status.NO_SHOW,
    "b2": Status.ACTIVE,
    "b3": Status.ACTIVE,
    "c1": Status.ACTIVE,
    "c2": Status.ACTIVE,
    "c3": Status.WAITING,
}
"""The status of every token at the end, if nobody acts between the steps."""
