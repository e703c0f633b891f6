"""The modes: every main screen, declared once. Mode bar, keys, palette and help follow from this list."""

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
    """One main screen with the key that goes there."""

    id: str
    key: str
    label: str
    help: str
    new_screen: Callable[[], DeskScreen]
    """Makes the screen; its module is imported when the mode is first shown."""
    commands: tuple[Command, ...]
    """What can be asked for there, besides what works everywhere."""

    @property
    def command(self) -> Command:
        """The command that goes there."""
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
"""The first is shown at the start."""

MODE_COMMANDS = tuple(mode.command for mode in MODES)
