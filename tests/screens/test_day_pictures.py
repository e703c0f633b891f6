"""Pictures of what a desk does in a day, with names that are hard to draw, compared with the accepted ones."""

from __future__ import annotations

import datetime as dt
import shutil
from contextlib import closing
from pathlib import Path

import pytest

from opd_tui.clock import FixedClock
from opd_tui.desk.opening import open_front_desk
from opd_tui.tui.app import OpdApp
from tests.conftest import NINE, ZONE
from tests.screens.test_pictures import SnapCompare, pressing, report_folder
from tests.support.busy_desk import busy_desk
from tests.support.pilot import NARROW, WIDE, OpenDesk

__all__ = ["report_folder"]

QUEUE = ("enter", "home")
SURFACES = {
    "board": (),
    "queue": QUEUE,
    "end of the queue": ("enter", "end"),
    "waitlist": ("2",),
    "doctors": ("3",),
    "card": (*QUEUE, "enter"),
    "hold": (*QUEUE, "down", "w"),
    "source": (*QUEUE, "down", "p"),
    "move": (*QUEUE, "down", "m"),
    "move by letters": (*QUEUE, "down", "m", *"des"),
    "to tell": ("ctrl+t",),
    "close": ("ctrl+k",),
    "carry over": ("ctrl+o",),
    "delay": ("ctrl+d", *"20"),
    "leave": ("ctrl+e",),
    "leave plan": ("ctrl+e", "enter"),
    "leave asks": ("ctrl+e", "enter", "enter"),
    "undo asks": ("u",),
    "known patients": ("n", *"22244"),
    "known patient": ("n", *"22255", "down", "enter"),
    "edit patient": (*QUEUE, "down", "f2"),
    "find the other record": (*QUEUE, "down", "f5"),
    "records side by side": (*QUEUE, "down", "f5", *"asha", "down", "enter"),
    "who is at the desk": ("f6",),
    "edit doctor": ("3", "e"),
    "retire doctor": ("3", "x"),
}
"""The keys that lead to each surface."""


@pytest.fixture(scope="session")
def busy_file(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dt.datetime]:
    """A database of a busy desk, and what time it is there."""
    path, clock = tmp_path_factory.mktemp("busy desk") / "opd.db", FixedClock(NINE)
    with closing(open_front_desk(str(path), operator="meera", desk="desk 1", clock=clock, zone=ZONE)) as desk:
        busy_desk(desk, clock)
    return path, clock.instant


@pytest.mark.slow
@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "120x40"])
@pytest.mark.parametrize("keys", SURFACES.values(), ids=SURFACES.keys())
def test_a_busy_desk_looks_as_it_was_accepted(
    keys: tuple[str, ...],
    size: tuple[int, int],
    busy_file: tuple[Path, dt.datetime],
    database_path: Path,
    open_desk: OpenDesk,
    clock: FixedClock,
    snap_compare: SnapCompare,
) -> None:
    path, clock.instant = busy_file
    shutil.copy(path, database_path)
    app = OpdApp(open_desk)
    assert snap_compare(app, terminal_size=size, run_before=pressing(app, keys))
