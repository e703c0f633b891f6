"""Advice on refusals, worded for the screens."""

from __future__ import annotations

import shlex

from opd_tui.domain.errors import DeskRefusal, InvalidAction
from opd_tui.domain.remedies import Advice, Remedy, RestoreBackup
from opd_tui.tui.commands import BACK_UP, CARRY_OVER, FIND, MOVE, QUIT, RESIZE, SETTINGS
from opd_tui.tui.keys.commands import Command
from opd_tui.tui.keys.keymap import Keymap
from opd_tui.tui.modes import MODES

_MODES = {mode.id: mode.command for mode in MODES}
_WORDS: dict[Advice, tuple[Command, str]] = {
    Advice.LIST_DOCTORS: (_MODES["doctors"], "Press {key} to see the doctors."),
    Advice.LIST_SLOTS: (_MODES["board"], "Press {key} to see the slots."),
    Advice.LIST_TOKENS: (FIND, "Press {key} on the board to find it."),
    Advice.MAKE_BACKUP: (BACK_UP, "Press {key} to make one."),
    Advice.CLOSE_DESKS: (QUIT, "Press {key} on every desk, then restore again."),
    Advice.SHOW_SETTINGS: (SETTINGS, "Press {key} to see where."),
}
"""The command and sentence for each piece of advice that a key can follow."""
_OF_THE_BOARD = {
    Advice.FIND_SEATS: (
        (CARRY_OVER, RESIZE, MOVE),
        "On the board: {} carry over, {} seats, {} move.",
    ),
}
"""The same for advice that several keys can follow."""
_AT_THE_START = {
    Advice.NAME_DATABASE: "Name a database with --database when you start the program.",
    Advice.OWN_FILE: "Close the program on every desk, then restore this file under a new name and start with that.",
    Advice.NAME_TIME_ZONE: "Name it when you start the program, for example with --time-zone Asia/Kolkata.",
    Advice.LEAVE_OUT_TIME_ZONE: "Leave out --time-zone when you start the program.",
}


def advice_of(remedy: Remedy | None, keymap: Keymap) -> str:
    """Return the sentence about a remedy, or "" if the screens cannot offer it."""
    if isinstance(remedy, RestoreBackup):
        # The app cannot replace the database that it has open.
        command = shlex.join(["opd-tui", "restore", str(remedy.backup), "--database", str(remedy.database)])
        return f"Close the program on every desk, then restore the newest backup: `{command}`."
    if remedy in _WORDS:
        command_, words = _WORDS[remedy]
        return words.format(key=keymap.key_of(command_))
    if remedy in _OF_THE_BOARD:
        commands, words = _OF_THE_BOARD[remedy]
        return words.format(*map(keymap.key_of, commands))
    return _AT_THE_START.get(remedy, "") if remedy else ""


def message_of(refusal: DeskRefusal, keymap: Keymap) -> str:
    """Return the full message of a refusal, with its advice."""
    if isinstance(refusal, InvalidAction):
        refusal = refusal.naming(refusal.label)
    return refusal.told(advice_of(refusal.remedy, keymap))


def explanation_of(refusal: DeskRefusal, keymap: Keymap) -> str:
    """Return why the database is unavailable and what to do, without mentioning an action."""
    return " ".join(filter(None, (refusal.reason, advice_of(refusal.remedy, keymap))))
