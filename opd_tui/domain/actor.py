"""Who acts: a person, at a desk, by one of the roads into the program."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Road(enum.StrEnum):
    """How an action reaches the desk."""

    SCREEN = "screen"
    COMMAND_LINE = "command line"
    APPLY = "apply"
    DEMO = "demo"
    PROGRAM = "program"
    """Another Python program."""


@dataclass(frozen=True, slots=True)
class Actor:
    """The operator and the desk as the journal names them, and the road."""

    operator: str
    desk: str
    road: Road = Road.PROGRAM
