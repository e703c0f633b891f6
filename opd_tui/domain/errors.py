"""Every way in which the desk says no, one class each.

A message is a sentence for the person at the desk, with the next step. None of them changes anything.
"""

from __future__ import annotations


class DeskRefusal(Exception):
    """The desk did not do what was asked, and nothing was changed."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.reason = message
        self.message = f"{message} Nothing was changed."

    def __str__(self) -> str:
        return self.message


class InvalidAction(DeskRefusal):
    """What was asked for is malformed: a field is missing, unknown, of the wrong type or out of range."""


class UnknownDoctor(DeskRefusal):
    """No doctor has this id."""


class UnknownSlot(DeskRefusal):
    """No slot has this id."""


class UnknownToken(DeskRefusal):
    """No token has this id or number."""


class DoctorCodeTaken(DeskRefusal):
    """Another doctor has this code."""


class SlotOverlap(DeskRefusal):
    """The doctor has a slot in this time already."""


class SlotClosed(DeskRefusal):
    """The slot takes no more tokens."""


class TokenAlreadyClosed(DeskRefusal):
    """The token was completed, cancelled or marked as a no-show before."""


class TokenHoldsNoSeat(DeskRefusal):
    """The token waits, so it can be neither completed nor a no-show."""


class TokenInTheRoom(DeskRefusal):
    """The patient is with the doctor, so they did show up."""


class DuplicatePatient(DeskRefusal):
    """The same person has an open token in this slot."""


class KeyReused(DeskRefusal):
    """The idempotency key belongs to an action with other contents."""


class MovesChanged(DeskRefusal):
    """Another desk changed who would move after the person was shown it."""


class DeskBusy(DeskRefusal):
    """Another desk held the database for too long; it can be tried again."""


class DatabaseInUse(DeskRefusal):
    """Other desks have the database open, so it cannot be replaced by a restored one."""


class NoBackup(DeskRefusal):
    """There is no verified backup."""


class CopyDoesNotVerify(DeskRefusal):
    """A backup was made that contradicts itself, so it does not count as one."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class UnknownPatient(DeskRefusal):
    """Nobody who ever had a token is known by this hospital number, or by this name and phone."""


class PatientHasOpenToken(DeskRefusal):
    """Somebody whose token is open is still needed by name."""


class PatientForgotten(DeskRefusal):
    """What identified the patient was removed before."""


class StoreUnavailable(DeskRefusal):
    """The database cannot be opened, read or written."""


class StoreDamaged(StoreUnavailable):
    """The database's file is damaged, or was replaced or deleted from outside; only a restored one goes on."""


class StoreOffline(StoreUnavailable):
    """The database's server does not answer."""


class AnswerLost(StoreOffline):
    """The server went away before it answered; the key is the one to find out by whether the action was done."""

    def __init__(self, key: str = "", advice: str = "Look before you repeat it.") -> None:
        self.key = key
        super().__init__(f"The server went away before it answered, so this may have been done or not. {advice}")
        self.message = self.reason


class SettingsNotKept(DeskRefusal):
    """What was changed on the screens counts for now, but could not be written into the settings file."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
