"""Actions that do not fit the present state of the desk."""

from __future__ import annotations

from opd_tui.domain.errors.base import Conflict


class DoctorCodeTaken(Conflict):
    """Another doctor has this code."""

    code = "DoctorCodeTaken"


class SlotOverlap(Conflict):
    """The doctor already has a slot at this time."""

    code = "SlotOverlap"


class NothingToChange(Conflict):
    """It is so already, and nothing would change."""

    code = "NothingToChange"


class SlotIsClosed(Conflict):
    """The slot is closed to new tokens."""

    code = "SlotClosed"


class SlotHasOpenTokens(Conflict):
    """The slot cannot be withdrawn while it has open tokens."""

    code = "SlotHasOpenTokens"


class NoLaterSlot(Conflict):
    """The doctor has no later slot on this day that is not closed."""

    code = "NoLaterSlot"


class DoctorHasNoSlots(Conflict):
    """The doctor has no slots then."""

    code = "DoctorHasNoSlots"


class DoctorHasSlots(Conflict):
    """The doctor cannot be withdrawn while there are slots."""

    code = "DoctorHasSlots"


class DoctorHasOpenTokens(Conflict):
    """The doctor cannot retire while patients have open tokens."""

    code = "DoctorHasOpenTokens"


class DoctorRetired(Conflict):
    """The doctor has retired and gets no further slots."""

    code = "DoctorRetired"


class PlanDoesNotFit(Conflict):
    """The plan misses a patient of the doctor who leaves, or names somebody else's token or one token twice."""

    code = "PlanDoesNotFit"


class AlreadyCheckedIn(Conflict):
    """The patient was checked in before."""

    code = "AlreadyCheckedIn"


class SeatsInUse(Conflict):
    """More patients were seen or are with the doctor than the slot would have seats."""

    code = "SeatsInUse"


class TokenAlreadyClosed(Conflict):
    """The token is already completed, cancelled or marked as a no-show."""

    code = "TokenAlreadyClosed"


class TokenHoldsNoSeat(Conflict):
    """The token is waiting, so it can be neither called nor completed nor a no-show."""

    code = "TokenHoldsNoSeat"


class TokenInTheRoom(Conflict):
    """The patient is with the doctor, so the token can be neither a no-show nor held nor moved."""

    code = "TokenInTheRoom"


class RoomOccupied(Conflict):
    """Another patient is with the doctor."""

    code = "RoomOccupied"


class PatientNotHere(Conflict):
    """The patient has not been checked in."""

    code = "PatientNotHere"


class NobodyToCall(Conflict):
    """No patient of the doctor can be called: none is seated, here and not on hold."""

    code = "NobodyToCall"


class TokenReplaced(Conflict):
    """The token was moved, and the one that replaced it is still open."""

    code = "TokenReplaced"


class NothingToUndo(Conflict):
    """This desk has done nothing today that can be undone."""

    code = "NothingToUndo"


class NothingToRedo(Conflict):
    """Nothing was undone at this desk since its last action."""

    code = "NothingToRedo"


class ChangedSince(Conflict):
    """Another action changed since what this one did."""

    code = "ChangedSince"


class CannotBeUndone(Conflict):
    """The action cannot be undone."""

    code = "CannotBeUndone"


class DuplicatePatient(Conflict):
    """The same person already has an open token in this slot."""

    code = "DuplicatePatient"


class SeveralPeople(Conflict):
    """More than one person is meant; name one by a token, or forget them all with `all_names`."""

    code = "SeveralPeople"


class PatientHasOpenToken(Conflict):
    """The patient has an open token and cannot be forgotten yet."""

    code = "PatientHasOpenToken"


class PatientAlreadyForgotten(Conflict):
    """The patient was already forgotten."""

    code = "PatientForgotten"


class KeyReused(Conflict):
    """The idempotency key belongs to an action with other contents."""

    code = "KeyReused"


class MovesChanged(Conflict):
    """Another desk changed who would move after the person was shown it."""

    code = "MovesChanged"


class DatabaseInUse(Conflict):
    """Other desks have the database open, so it cannot be replaced."""

    code = "DatabaseInUse"


class AnotherDatabase(Conflict):
    """The backup is of another database."""

    code = "AnotherDatabase"
