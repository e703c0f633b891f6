"""A desk on a database of its own, at a clock that stands still."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from opd_tui.clock import FixedClock
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.desk.opening import open_front_desk

ZONE = "Asia/Kolkata"
NINE = dt.datetime(2026, 11, 22, 3, 30, tzinfo=dt.UTC)
"""09:00 at the hospital."""


@pytest.fixture(autouse=True)
def quiet_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of the developer's own desk or terminal reaches a test."""
    for name in list(os.environ):
        if name == "NO_COLOR" or name.startswith(("TEXTUAL", "OPD_TUI_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NINE)


@pytest.fixture
def database_path(tmp_path: Path) -> Path:
    return tmp_path / "opd.db"


@pytest.fixture
def open_desk(database_path: Path, clock: FixedClock) -> Iterator[Callable[..., FrontDesk]]:
    """Opens desks on one database; closes them all."""
    desks: list[FrontDesk] = []

    def open_one(operator: str = "meera", desk: str = "desk 1") -> FrontDesk:
        desks.append(open_front_desk(str(database_path), operator=operator, desk=desk, clock=clock, zone=ZONE))
        return desks[-1]

    yield open_one
    for opened in desks:
        opened.close()


@pytest.fixture
def desk(open_desk: Callable[..., FrontDesk]) -> FrontDesk:
    return open_desk()
