"""Random changes of single cells, and a day after which every column of every table has a value."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Integer

from opd_tui.desk.actions import (
    CallToken,
    CancelToken,
    CheckInToken,
    CloseSlot,
    CompleteToken,
    DelayDoctor,
    EditDoctor,
    EditPatient,
    ForgetPatient,
    HoldToken,
    MoveToken,
    Redo,
    ResizeSlot,
    RetireDoctor,
    ReturnToken,
    Undo,
)
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.domain.events.patients import PERSONAL
from opd_tui.storage.schema.tables import metadata
from tests.support.helpers import DATE, add_doctor, issue, open_slot, token_of
from tests.support.stores import Store


def a_day(desk: FrontDesk) -> None:
    """Fill an empty database: rows in every table, a value in every column, one patient forgotten."""
    slot = open_slot(desk, add_doctor(desk, "Dr A", code="A", specialty="Medicine", room="1"))
    for name in ("Asha", "Ravi", "Sunita", "Meera"):
        numbers = {"phone": "98765 43210", "uhid": f"MRN 7 {name}", "birth_year": 1980, "sex": "f"}
        issue(desk, slot, {"name": f"{name} Kumar"} | numbers, key=name)
    for action in (
        *(CancelToken(token=4), CompleteToken(token=1), ResizeSlot(slot=slot, capacity=3)),
        ForgetPatient(token=4),
    ):
        desk.perform(action)
    other = open_slot(desk, add_doctor(desk, "Dr B", code="B"), start="11:00", end="12:00")
    moved = token_of(issue(desk, slot, "Imran Shaikh"))
    for action in (
        *(CheckInToken(token=2), CallToken(token=2), ReturnToken(token=2)),
        HoldToken(token=3, reason="TEST"),
        *(DelayDoctor(doctor=1, date=DATE, minutes=20), MoveToken(token=moved, slot=other)),
        *(CloseSlot(slot=other), CheckInToken(token=moved + 1), CallToken(token=moved + 1)),
        *(EditPatient(token=1, phone="98765 11111"), Undo(), Redo(), EditDoctor(doctor=2, room="7")),
    ):
        desk.perform(action)
    retired = add_doctor(desk, "Dr C", code="C")
    desk.perform(RetireDoctor(doctor=retired))
    open_slot(desk, add_doctor(desk, "Dr D", code="D"))
    for _ in range(2):
        desk.perform(Undo())


@dataclass(frozen=True)
class Tampering:
    """A cell, and another value for it."""

    table: str
    column: str
    key: Mapping[str, str]
    """The values of the row's key, in SQL."""
    before: str
    """What the cell holds, in SQL."""
    value: str
    """The new value, in SQL."""

    @property
    def is_of_a_person(self) -> bool:
        """Whether it is a patient's own field, of which nothing proves how it was typed."""
        return self.table == "patient" and self.column in PERSONAL

    @property
    def statement(self) -> str:
        """The SQL that changes the cell."""
        return self._setting(self.value, self.key)

    @property
    def reverse(self) -> str:
        """The SQL that changes it back."""
        changed = {self.column: self.value} if self.column in self.key else {}
        return self._setting(self.before, {**self.key, **changed})

    def _setting(self, value: str, key: Mapping[str, str]) -> str:
        where = " AND ".join(f'"{name}" = {value}' for name, value in key.items())
        return f'UPDATE {self.table} SET "{self.column}" = {value} WHERE {where}'


def tampering(store: Store, dice: random.Random, odd: Sequence[str] = ()) -> Tampering:
    """Return a random change of any cell: to a value that is near, that another row has, or that is odd."""
    cells = [(table, column) for table in metadata.sorted_tables for column in table.columns]
    table, column = dice.choice(cells)
    keys = [key.name for key in table.primary_key.columns]
    names = ", ".join(f'"{name}"' for name in keys)
    rows = store.query(f'SELECT "{column.name}", {names} FROM {table.name} ORDER BY {names}')
    before, *key = dice.choice(rows)
    near: list[Any] = [None, dice.choice(rows)[0]]
    if isinstance(column.type, Integer):
        near += [(before or 0) + 1, (before or 0) - 1, 0]
    else:
        text = before or "x"
        near += [text.swapcase(), text[:-1], f"{text}a", f" {text}", f"{text}\x1b[2J", f"{text}\u202e", "2026-11-23"]
    values = [literal(value) for value in near if value != before] + list(odd)
    row = dict(zip(keys, map(literal, key), strict=True))
    return Tampering(table.name, column.name, row, literal(before), dice.choice(values))


def literal(value: Any) -> str:
    """Return a value in SQL."""
    if value is None:
        return "NULL"
    return str(value) if isinstance(value, int) else "'{}'".format(str(value).replace("'", "''"))
