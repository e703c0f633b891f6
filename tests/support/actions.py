"""Actions written shortly, and what they did."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from opd_tui.desk.actions import Action, OpenSession, OpenSlot
from opd_tui.desk.outcome import Outcome
from opd_tui.domain.errors import DeskRefusal
from opd_tui.domain.events import Subject, unknown_event
from opd_tui.domain.instants import write_instant
from opd_tui.domain.model import SlotId
from opd_tui.domain.unit_of_work import UnitOfWork
from tests.conftest import NINE
from tests.support.helpers import DATE

Refusing = Callable[[type[DeskRefusal], Action], str]
"""Performing and previewing are both refused with this class, change nothing and say so; returns the message."""


def at(hour: int, minute: int = 0) -> dt.datetime:
    """A time of the day at the hospital."""
    return NINE + dt.timedelta(hours=hour - 9, minutes=minute)


def window(start: str, end: str, doctor: int = 1, date: str = DATE, capacity: int = 2) -> OpenSlot:
    """Open a slot."""
    return OpenSlot(doctor=doctor, date=date, start=start, end=end, capacity=capacity)


def session(start: str, end: str, every: int, doctor: int = 1) -> OpenSession:
    """Open a session."""
    return OpenSession(doctor=doctor, date=DATE, start=start, end=end, capacity=10, every=every)


def person(name: str, phone: str | None = None, uhid: str | None = None) -> dict[str, str]:
    """A patient's fields."""
    return {key: value for key, value in (("name", name), ("phone", phone), ("uhid", uhid)) if value}


def call_into_the_room(uow: UnitOfWork, token: int, slot: int) -> None:
    """Call a seated token: no action does it yet, but the one rule depends on it."""
    uow.hold_slots([SlotId(slot)])
    called = {"called_at": write_instant(uow.now)}
    uow.record(unknown_event("token_called", Subject.TOKEN)(token, {"called_at": None}, called, SlotId(slot)))


def moves(outcome: Outcome) -> list[tuple[str, str, str]]:
    """Numbers with where they went and why."""
    changes = outcome.changes
    return [(change.token.number, change.to_status.name, change.reason) for change in changes if change.to_status]
