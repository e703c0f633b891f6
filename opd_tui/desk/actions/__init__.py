"""The actions of the desk, one frozen dataclass each, and a registry of them by verb."""

from opd_tui.desk.actions.absence import DelayDoctor, DoctorLeaves
from opd_tui.desk.actions.base import Action
from opd_tui.desk.actions.calling import CallNext, CallToken, CompleteAndCallNext, ReturnToken
from opd_tui.desk.actions.closing_slots import CarryOver, CloseSlot, ReopenSlot
from opd_tui.desk.actions.doctors import AddDoctor, EditDoctor, RetireDoctor
from opd_tui.desk.actions.holding import HoldToken, NoteSlip, ReleaseToken, TellPatient
from opd_tui.desk.actions.moving import ChangeSource, MoveToken, ReinstateToken
from opd_tui.desk.actions.patients import ForgetPatient
from opd_tui.desk.actions.records import EditPatient, MergePatients
from opd_tui.desk.actions.slots import OpenSession, OpenSlot, ResizeSlot
from opd_tui.desk.actions.tokens import CancelToken, CheckInToken, CompleteToken, IssueToken, MarkNoShow
from opd_tui.desk.actions.undo import Redo, Undo

ACTIONS: dict[str, type[Action]] = {
    action.verb: action
    for action in (
        *(AddDoctor, OpenSlot, OpenSession, ResizeSlot, IssueToken, CancelToken, MarkNoShow, CompleteToken),
        *(CheckInToken, ForgetPatient, CallToken, CallNext, CompleteAndCallNext, ReturnToken),
        *(HoldToken, ReleaseToken, TellPatient, NoteSlip, ChangeSource, ReinstateToken, MoveToken),
        *(CloseSlot, ReopenSlot, CarryOver, DelayDoctor, DoctorLeaves, EditDoctor, RetireDoctor),
        *(EditPatient, MergePatients, Undo, Redo),
    )
}
"""Every action class by its verb."""

__all__ = [
    "ACTIONS",
    "Action",
    "AddDoctor",
    "CallNext",
    "CallToken",
    "CancelToken",
    "CarryOver",
    "ChangeSource",
    "CheckInToken",
    "CloseSlot",
    "CompleteAndCallNext",
    "CompleteToken",
    "DelayDoctor",
    "DoctorLeaves",
    "EditDoctor",
    "EditPatient",
    "ForgetPatient",
    "HoldToken",
    "IssueToken",
    "MarkNoShow",
    "MergePatients",
    "MoveToken",
    "NoteSlip",
    "OpenSession",
    "OpenSlot",
    "Redo",
    "ReinstateToken",
    "ReleaseToken",
    "ReopenSlot",
    "ResizeSlot",
    "RetireDoctor",
    "ReturnToken",
    "TellPatient",
    "Undo",
]
