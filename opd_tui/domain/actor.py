"""Who performs an action: an operator at a desk, through one of the program's interfaces."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Road(enum.StrEnum):
    """The interface through which an action comes in."""

    SCREEN = "screen"
    COMMAND_LINE = "command line"
    APPLY = "apply"
    DEMO = "demo"
    PROGRAM = "program"
    """A Python program that uses the package as a library."""


@dataclass(frozen=True, slots=True)
class Actor:
    """The operator, desk and road that the journal records with an action."""

    operator: str
    desk: str
    road: Road = Road.PROGRAM
