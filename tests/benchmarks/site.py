"""Where a run takes place: its folder, its databases, and the environment of the programs that it starts."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import opd_tui
from opd_tui.storage.files.backup_store import Kind, store_of
from tests.benchmarks.data import Content, build
from tests.benchmarks.terminal import Terminal

ROOT = Path(opd_tui.__file__).parent.parent


@dataclass
class Site:
    """One run; databases are built when they are first asked for and copied for whoever writes."""

    folder: Path
    quick: bool = False
    """Little data and few samples: to try a change, not to judge it."""
    built: dict[Content, Path] = field(default_factory=dict)
    copies: int = 0

    def samples(self, count: int) -> int:
        """How many samples to take where a whole run takes `count`."""
        return max(count // 5, 5) if self.quick else count

    @property
    def year(self) -> Content:
        """One year at a hospital: half a million tokens."""
        return Content(history=20_000 if self.quick else 500_000)

    @property
    def long(self) -> Content:
        """A million tokens of history."""
        return Content(history=40_000 if self.quick else 1_000_000)

    @property
    def empty(self) -> Content:
        """Only today."""
        return Content()

    @property
    def crowded(self) -> Content:
        """Ten thousand who wait in one slot."""
        return Content(crowd=500 if self.quick else 10_000)

    @property
    def ten_waiting(self) -> Content:
        """Ten who wait in the same slot."""
        return Content(crowd=10)

    def original(self, content: Content) -> Path:
        """The database with this content, for those who only read it."""
        if content not in self.built:
            path = self.folder / f"history-{content.history}-crowd-{content.crowd}.db"
            build(str(path), content)
            leave_backup(path)
            self.built[content] = path
        return self.built[content]

    @contextmanager
    def copy(self, content: Content) -> Iterator[Path]:
        """A copy of the database in a folder of its own, written through to the disk, and gone afterwards."""
        original = self.original(content)
        self.copies += 1
        folder = self.folder / f"copy-{self.copies}"
        folder.mkdir()
        try:
            shutil.copy2(original, folder / "opd.db")
            leave_backup(folder / "opd.db")
            os.sync()
            yield folder / "opd.db"
        finally:
            shutil.rmtree(folder)

    def environment(self) -> dict[str, str]:
        """The environment of a user who has never changed anything."""
        own = {name: value for name, value in os.environ.items() if not is_personal(name)}
        home = self.folder / "home"
        return own | {
            "HOME": str(home),
            **{f"XDG_{kind}_HOME": str(home / kind) for kind in ("DATA", "CONFIG", "STATE")},
        }

    def app(self, database: Path | str) -> Terminal:
        """The program on a terminal."""
        return self.program("opd_tui", "--database", str(database), "--desk", "desk 1", "--operator", "meera")

    def floor(self, name: str, *arguments: str | Path) -> Terminal:
        """One of the floors on a terminal."""
        return self.program(f"tests.benchmarks.floors.{name}", *map(str, arguments))

    def program(self, module: str, *arguments: str) -> Terminal:
        """A module run as a program on a terminal."""
        return Terminal([sys.executable, "-m", module, *arguments], cwd=ROOT, env=self.environment())


def leave_backup(path: Path) -> None:
    """Leave the name of a backup of today, so that no desk makes one while something is measured."""
    store = store_of(path)
    store.folder.mkdir(mode=0o700)
    store.free_path(Kind.DAILY, dt.datetime.now(dt.UTC)).touch(mode=0o600)


def is_personal(name: str) -> bool:
    """Whether a variable of the environment would change what the program does."""
    return name == "NO_COLOR" or name.startswith(("TEXTUAL", "OPD_TUI_", "PYTHON", "XDG_"))
