"""All refusals, one class each in four groups, with codes that scripts can rely on.

The docstring of a refusal says when it is raised; the README's table is generated from these docstrings.
"""

from __future__ import annotations

from typing import ClassVar

from opd_tui.domain.remedies import Remedy


class DeskRefusal(Exception):
    """The desk refused an action."""

    code: ClassVar[str]
    """The stable name in JSON."""
    changes_nothing: ClassVar[bool] = True
    """Whether the message ends with “Nothing was changed.”"""

    def __init__(self, reason: str, remedy: Remedy | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy

    @property
    def message(self) -> str:
        """The message without the remedy."""
        return self.told()

    def told(self, advice: str = "") -> str:
        """Return the whole message; `advice` is the remedy in the words of the user interface."""
        closing = "Nothing was changed." if self.changes_nothing else ""
        return " ".join(filter(None, (self.reason, advice, closing)))

    def __str__(self) -> str:
        return self.message


class NotFound(DeskRefusal):
    """The action names something that does not exist."""


class Conflict(DeskRefusal):
    """The action does not fit the present state of the desk."""


class Invalid(DeskRefusal):
    """The request itself cannot be understood."""


class Unavailable(DeskRefusal):
    """The desk cannot do this now, whatever is asked for."""


class UnknownDoctor(NotFound):
    """No doctor has this id."""

    code = "UnknownDoctor"


class UnknownSlot(NotFound):
    """No slot has this id."""

    code = "UnknownSlot"


class UnknownToken(NotFound):
    """No token has this id or number."""

    code = "UnknownToken"


class UnknownPatient(NotFound):
    """No patient has this hospital number, or this name and phone."""

    code = "UnknownPatient"


class UnknownEntry(NotFound):
    """No action of this desk today has this journal entry."""

    code = "UnknownEntry"


class NoBackup(NotFound):
    """There is no verified backup."""

    code = "NoBackup"


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


class InvalidAction(Invalid):
    """A field is missing, unknown, of the wrong type or out of range."""

    code = "InvalidAction"


class DeskBusy(Unavailable):
    """Another desk holds the database; trying again may succeed."""

    code = "DeskBusy"


class StoreUnavailable(Unavailable):
    """The database cannot be opened, read or written."""

    code = "StoreUnavailable"


class StoreDamaged(StoreUnavailable):
    """The database's file is damaged, replaced or deleted; restore a backup."""

    code = "StoreDamaged"


class StoreOffline(StoreUnavailable):
    """The database server does not answer."""

    code = "StoreOffline"


class AnswerLost(StoreOffline):
    """The server went away before it answered; send the action again under its `key` to find out what became of it."""

    code = "AnswerLost"
    changes_nothing = False

    def __init__(self, key: str = "", advice: str = "Look before you repeat it.") -> None:
        self.key = key
        super().__init__(f"The server went away before it answered, so this may have been done or not. {advice}")


class ClockIsWrong(Unavailable):
    """The clock of this machine is centuries wrong."""

    code = "ClockIsWrong"


class CopyDoesNotVerify(Unavailable):
    """The new backup does not verify, so it does not count as one."""

    code = "CopyDoesNotVerify"
    changes_nothing = False


class SettingsNotKept(Unavailable):
    """A setting changed on the screens counts for now, but the settings file cannot be written."""

    code = "SettingsNotKept"
    changes_nothing = False
