"""Requests that name nothing there is, or that cannot be understood."""

from __future__ import annotations

from opd_tui.domain.errors.base import Invalid, NotFound


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


class InvalidAction(Invalid):
    """A field is missing, unknown, of the wrong type or out of range."""

    code = "InvalidAction"

    def __init__(self, problem: str, field: str = "", label: str = "") -> None:
        """`problem` is a sentence, or what follows the name of the field in one; `label` is that name on the screen."""
        super().__init__(f"Field '{field}' {problem}" if field else problem)
        self.problem = problem
        self.field = field
        self.label = label

    def naming(self, name: str) -> InvalidAction:
        """Return this refusal with the field named as a user interface names it."""
        return InvalidAction(f"{name} {self.problem}") if self.field and name else self
