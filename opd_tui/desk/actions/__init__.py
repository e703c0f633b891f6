"""The actions of the desk, one frozen dataclass each, and a registry of them by verb."""

from opd_tui.desk.actions.base import Action
from opd_tui.desk.actions.doctors import AddDoctor
from opd_tui.desk.actions.patients import ForgetPatient
from opd_tui.desk.actions.slots import OpenSession, OpenSlot, ResizeSlot
from opd_tui.desk.actions.tokens import CancelToken, CompleteToken, IssueToken, MarkNoShow

ACTIONS: dict[str, type[Action]] = {
    action.verb: action
    for action in (
        *(AddDoctor, OpenSlot, OpenSession, ResizeSlot, IssueToken, CancelToken, MarkNoShow, CompleteToken),
        ForgetPatient,
    )
}
"""Every action class by its verb."""

__all__ = [
    "ACTIONS",
    "Action",
    "AddDoctor",
    "CancelToken",
    "CompleteToken",
    "ForgetPatient",
    "IssueToken",
    "MarkNoShow",
    "OpenSession",
    "OpenSlot",
    "ResizeSlot",
]
