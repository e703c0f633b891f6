"""A desk in the middle of a morning: patients in every state, with names that are hard to draw."""

from __future__ import annotations

import datetime as dt

from opd_tui.clock import FixedClock
from opd_tui.desk.actions import (
    CallToken,
    CancelToken,
    CheckInToken,
    CloseSlot,
    CompleteToken,
    DelayDoctor,
    HoldToken,
    IssueToken,
    MarkNoShow,
    MoveToken,
    OpenSession,
)
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.domain.model import HoldReason, Patient
from tests.support.helpers import DATE, add_doctor, token_of

VISITORS = (
    ("Asha Verma", "9811122233", "PAID"),
    ("सुनीता देवी", "9811122244", "PAID"),
    ("محمد عبد الرحمن", "9811122244", "FOLLOWUP"),
    ("Om \u202egnihton\u202c Das", "9811122255", "FOLLOWUP"),
    ("漢字 山田太郎", "9811122266", "ONLINE"),
    ("[bold]Ravi[/bold] Kumar", "9811122277", "ONLINE"),
    ("Zoe\u0301 N\u0303o\\", "9811122288", "ONLINE"),
    (("Venkatanarasimharajuvaripeta " * 5)[:119].strip() + "z", "9811122299", "ONLINE"),
    ("Leela 👩🏽‍⚕️ Menon", "9811122300", "WALKIN"),
    ("=cmd()", "", "WALKIN"),
)


def busy_desk(desk: FrontDesk, clock: FixedClock) -> None:
    """Fill a desk with three doctors and patients in every state, and set its clock to twenty past nine."""
    first, second, third = [
        add_doctor(desk, name, code=code, specialty=specialty, room=str(number))
        for number, (code, name, specialty) in enumerate(
            [
                ("A", "Dr Anil Rao", "Orthopedics"),
                ("B", "Smt. Dr Aruna Deshpande", "Orthopedics"),
                ("C", "Dr Qureshi", ""),
            ]
        )
    ]
    for doctor, capacity in ((first, 7), (second, 4), (third, 2)):
        desk.perform(OpenSession(doctor=doctor, date=DATE, start="09:00", end="12:00", every=60, capacity=capacity))
    slots = [record.slot.id for record in desk.slot_list(dt.date.fromisoformat(DATE)) if record.slot.doctor_id == first]
    tokens = [_issue(desk, slots[0], *visitor) for visitor in VISITORS]
    others = [_issue(desk, slots[0], f"{name} Kulkarni", "", "WALKIN") for name in ("Diya", "Farhan", "Nila")]
    for token in tokens[1:6]:
        desk.perform(CheckInToken(token=token))
    _pass(desk, clock, 5)
    desk.perform(CallToken(token=tokens[1]))
    _pass(desk, clock, 5)
    desk.perform(CompleteToken(token=tokens[1]))
    desk.perform(CallToken(token=tokens[2]))
    desk.perform(HoldToken(token=tokens[4], reason=HoldReason.TEST))
    desk.perform(MarkNoShow(token=tokens[6]))
    desk.perform(CancelToken(token=others[0]))
    other_slots = [
        record.slot for record in desk.slot_list(dt.date.fromisoformat(DATE)) if record.slot.doctor_id == second
    ]
    desk.perform(MoveToken(token=others[1], slot=other_slots[0].id))
    _pass(desk, clock, 10)
    _issue(desk, slots[0], "Kiran Bedi", "9811122311", "EMERGENCY")
    desk.perform(DelayDoctor(doctor=second, date=DATE, minutes=20))
    desk.perform(CloseSlot(slot=other_slots[2].id))


def _issue(desk: FrontDesk, slot: int, name: str, phone: str, source: str) -> int:
    patient = Patient(name=name, phone=phone or None)
    return token_of(desk.perform(IssueToken(slot=slot, patient=patient, source=source)))


def _pass(desk: FrontDesk, clock: FixedClock, minutes: int) -> None:
    clock.instant += dt.timedelta(minutes=minutes)
