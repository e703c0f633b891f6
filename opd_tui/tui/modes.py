"""The modes: all main screens, declared once; the mode bar, keys, palette and help derive from this list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from opd_tui.tui.commands import BOARD_COMMANDS, DOCTORS_COMMANDS, WAITLIST_COMMANDS
from opd_tui.tui.keys.commands import Command

if TYPE_CHECKING:
    from opd_tui.tui.board.screen import SlotBoardScreen
    from opd_tui.tui.doctors.screen import DoctorsScreen
    from opd_tui.tui.screens.desk_screen import DeskScreen
    from opd_tui.tui.waitlist.screen import WaitlistScreen


@dataclass(frozen=True)
class Mode:
    """A main screen and the key that opens it."""

    id: str
    key: str
    label: str
    help: str
    new_screen: Callable[[], DeskScreen]
    """A factory for the screen, which imports its module when the mode is first shown."""
    commands: tuple[Command, ...]
    """The screen's own commands, in addition to the global ones."""

    @property
    def command(self) -> Command:
        """The command that switches to this mode."""
        return Command(f"mode.{self.id}", self.key, self.label, self.help, f"app.show('{self.id}')")


def board() -> SlotBoardScreen:
    from opd_tui.tui.board.screen import SlotBoardScreen

    return SlotBoardScreen()


def waitlist() -> WaitlistScreen:
    from opd_tui.tui.waitlist.screen import WaitlistScreen

    return WaitlistScreen()


def doctors() -> DoctorsScreen:
    from opd_tui.tui.doctors.screen import DoctorsScreen

    return DoctorsScreen()


MODES = (
    Mode("board", "1", "Board", "Show the slot board: the day at a glance", board, BOARD_COMMANDS),
    Mode("waitlist", "2", "Waitlist", "Show everyone who waits today", waitlist, WAITLIST_COMMANDS),
    Mode("doctors", "3", "Doctors", "Show the doctors and their sessions", doctors, DOCTORS_COMMANDS),
)
"""All modes; the first one is shown at startup."""

MODE_COMMANDS = tuple(mode.command for mode in MODES)
