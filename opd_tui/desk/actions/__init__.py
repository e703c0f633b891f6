"""Everything the desk can be asked to do, one frozen dataclass each, and how to find them by name."""

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
"""Every action by the name it has in JSON lines."""

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
