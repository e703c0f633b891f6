"""The domain events: one frozen dataclass for each, named in the past tense."""

from opd_tui.domain.events.base import Cause, Event, Fields, Names, Subject, unknown_event
from opd_tui.domain.events.doctors import DoctorAdded, DoctorEdited, DoctorNameSealed, DoctorRetired, DoctorWithdrawn
from opd_tui.domain.events.patients import (
    PatientDetailsAdded,
    PatientForgotten,
    PatientMerged,
    PatientRegistered,
)
from opd_tui.domain.events.queue import (
    TokenCalled,
    TokenHeld,
    TokenMoved,
    TokenMovedAway,
    TokenPassedOver,
    TokenReinstated,
    TokenReleased,
    TokenReturned,
    TokenSourceChanged,
    TokenTold,
    TokenToTell,
    TokenWithdrawn,
)
from opd_tui.domain.events.reverting import REVERTED, inverse
from opd_tui.domain.events.slots import SlotClosed, SlotDelayed, SlotOpened, SlotReopened, SlotResized, SlotWithdrawn
from opd_tui.domain.events.tokens import (
    TokenAllocated,
    TokenCancelled,
    TokenCheckedIn,
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
    *(DoctorAdded, DoctorNameSealed, DoctorEdited, DoctorRetired, DoctorWithdrawn),
    *(SlotOpened, SlotResized, SlotClosed, SlotReopened, SlotDelayed, SlotWithdrawn),
    *(PatientRegistered, PatientDetailsAdded, PatientMerged, PatientForgotten),
    *(TokenIssued, TokenAllocated, TokenPreempted, TokenPromoted, TokenPatientChanged),
    *(TokenCheckedIn, TokenCancelled, TokenMarkedNoShow, TokenCompleted),
    *(TokenCalled, TokenReturned, TokenPassedOver, TokenHeld, TokenReleased, TokenToTell, TokenTold),
    *(TokenMoved, TokenMovedAway, TokenWithdrawn, TokenSourceChanged, TokenReinstated),
    *REVERTED.values(),
)
EVENTS: dict[str, type[Event]] = {event.kind: event for event in _ALL}
"""All event classes by kind, the name that the journal stores."""

__all__ = [
    "EVENTS",
    "REVERTED",
    "Cause",
    "DoctorAdded",
    "DoctorEdited",
    "DoctorNameSealed",
    "DoctorRetired",
    "DoctorWithdrawn",
    "Event",
    "Fields",
    "Names",
    "PatientDetailsAdded",
    "PatientForgotten",
    "PatientMerged",
    "PatientRegistered",
    "SlotClosed",
    "SlotDelayed",
    "SlotOpened",
    "SlotReopened",
    "SlotResized",
    "SlotWithdrawn",
    "Subject",
    "TokenAllocated",
    "TokenCalled",
    "TokenCancelled",
    "TokenCheckedIn",
    "TokenClosed",
    "TokenCompleted",
    "TokenEvent",
    "TokenHeld",
    "TokenIssued",
    "TokenMarkedNoShow",
    "TokenMoved",
    "TokenMovedAway",
    "TokenPassedOver",
    "TokenPatientChanged",
    "TokenPreempted",
    "TokenPromoted",
    "TokenReinstated",
    "TokenReleased",
    "TokenReturned",
    "TokenSourceChanged",
    "TokenToTell",
    "TokenTold",
    "TokenWithdrawn",
    "inverse",
    "unknown_event",
]
