"""The app's screens, one a file; each is imported when it is first shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opd_tui.tui.screens.doctors import DoctorsScreen
    from opd_tui.tui.screens.slot_board import SlotBoardScreen
    from opd_tui.tui.screens.waitlist import WaitlistScreen


def board() -> SlotBoardScreen:
    """Screen 1."""
    from opd_tui.tui.screens.slot_board import SlotBoardScreen

    return SlotBoardScreen()


def waitlist() -> WaitlistScreen:
    """Screen 2."""
    from opd_tui.tui.screens.waitlist import WaitlistScreen

    return WaitlistScreen()


def doctors() -> DoctorsScreen:
    """Screen 3."""
    from opd_tui.tui.screens.doctors import DoctorsScreen

    return DoctorsScreen()
