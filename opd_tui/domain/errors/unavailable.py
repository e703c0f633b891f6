"""What the desk cannot do now, whatever is asked for."""

from __future__ import annotations

from opd_tui.domain.errors.base import Unavailable


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
