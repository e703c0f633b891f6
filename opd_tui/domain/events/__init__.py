"""What can happen at a desk: a frozen dataclass for each fact, named in the past tense."""

from opd_tui.domain.events.base import Cause, Event, Fields, Names, Subject, unknown_event
from opd_tui.domain.events.doctors import DoctorAdded, DoctorNameSealed
from opd_tui.domain.events.patients import (
    PatientDetailsAdded,
    PatientForgotten,
    PatientMerged,
    PatientRegistered,
)
from opd_tui.domain.events.reverting import REVERTED, inverse
from opd_tui.domain.events.slots import SlotOpened, SlotResized
from opd_tui.domain.events.tokens import (
    TokenAllocated,
    TokenCancelled,
    TokenClosed,
    TokenCompleted,
    TokenEvent,
    TokenIssued,
    TokenMarkedNoShow,
    TokenPatientChanged,
    TokenPreempted,
    TokenPromoted,
)

_ALL: tuple[type[Event], ...] = (
    *(DoctorAdded, DoctorNameSealed, SlotOpened, SlotResized),
    *(PatientRegistered, PatientDetailsAdded, PatientMerged, PatientForgotten),
    *(TokenIssued, TokenAllocated, TokenPreempted, TokenPromoted, TokenPatientChanged),
    *(TokenCancelled, TokenMarkedNoShow, TokenCompleted),
    *REVERTED.values(),
)
EVENTS: dict[str, type[Event]] = {event.kind: event for event in _ALL}
"""Every event by its kind, as the journal stores it."""

__all__ = [
    "EVENTS",
    "Cause",
    "DoctorAdded",
    "DoctorNameSealed",
    "Event",
    "Fields",
    "Names",
    "PatientDetailsAdded",
    "PatientForgotten",
    "PatientMerged",
    "PatientRegistered",
    "SlotOpened",
    "SlotResized",
    "Subject",
    "TokenAllocated",
    "TokenCancelled",
    "TokenClosed",
    "TokenCompleted",
    "TokenEvent",
    "TokenIssued",
    "TokenMarkedNoShow",
    "TokenPatientChanged",
    "TokenPreempted",
    "TokenPromoted",
    "inverse",
    "unknown_event",
]
