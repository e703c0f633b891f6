"""Every intent, declared once: its key, its words in footer, palette and help, and the action that it runs."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Self

from textual.binding import Binding, BindingType
from textual.keys import format_key


@dataclass(frozen=True)
class Command:
    """One thing a person can ask for by a key; `footer` ranks it there, 0 is left out last, None never shows."""

    id: str
    keys: str
    action: str
    label: str
    help: str
    footer: int | None = None
    key_display: str | None = None
    in_palette: bool = True
    hint: tuple[Command, str] | None = None
    """A command whose key the footer shows together with this one's, and the label of both."""

    @property
    def key_label(self) -> str:
        """The keys as they are printed."""
        return self.key_display or " ".join(map(printed_key, self.keys.split(",")))

    @property
    def one_key(self) -> str:
        """The first of the keys as a sentence names it."""
        return self.key_display or printed_key(self.keys.partition(",")[0])

    @property
    def written_keys(self) -> str:
        """The keys as the settings file holds them."""
        return ", ".join(map(printed_key, self.keys.split(",")))

    def with_keys(self, keys: str) -> Self:
        """The same command on other keys."""
        return replace(self, keys=keys, key_display=None)

    @property
    def binding(self) -> Binding:
        return Binding(self.keys, self.action, self.label, show=False, id=self.id, key_display=self.key_display)


_FUNCTION_KEY = re.compile("f[0-9]+")
_KEY_LABELS = {
    "escape": "Esc",
    "enter": "Enter",
    "tab": "Tab",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "backspace": "Backspace",
    "insert": "Ins",
    "delete": "Del",
}


def printed_key(key: str) -> str:
    """A key as it is printed: `n`, `F2`, `^p`, `Esc`."""
    modifiers, _, base = key.rpartition("+")
    if not modifiers:
        return _KEY_LABELS.get(key) or (key.upper() if _FUNCTION_KEY.fullmatch(key) else format_key(key))
    if modifiers == "ctrl" and len(base) == 1:
        return f"^{base}"
    return "+".join((*(each.capitalize() for each in modifiers.split("+")), printed_key(base)))


BOARD = Command("mode.board", "1", "app.show('board')", "Board", "Show the slot board: the day at a glance")
WAITLIST = Command("mode.waitlist", "2", "app.show('waitlist')", "Waitlist", "Show everyone who waits today")
DOCTORS = Command("mode.doctors", "3", "app.show('doctors')", "Doctors", "Show the doctors and their sessions")
HELP = Command("app.help", "question_mark,f1", "app.help", "Help", "Show the keys that work here", 1, "?")
PALETTE = Command(
    "app.palette", "ctrl+p", "app.command_palette", "Palette", "Find any command by its name", 9, "^p", in_palette=False
)
SETTINGS = Command("app.settings", "f9", "app.settings", "Settings", "Show the settings, and what is wrong in them")
HIDE_NAMES = Command(
    "app.hide_names", "ctrl+l", "app.hide_names", "Hide names", "Hide all names until a key is pressed"
)
BACK_UP = Command("app.back_up", "f8", "app.back_up", "Back up now", "Back up the database now, and verify the copy")
QUIT = Command("app.quit", "ctrl+q", "app.quit", "Quit", "Leave the program; everything is saved already", 10, "^q")

NEW = Command("token.new", "n", "new_token", "New", "Issue a token for the chosen slot", 0)
EMERGENCY = Command("token.emergency", "e", "new_token('EMERGENCY')", "Emergency", "Issue an emergency token", 1)
CANCEL = Command("token.cancel", "c", "close_token('cancel_token')", "Cancel", "Cancel the chosen token", 3)
NO_SHOW = Command("token.no_show", "x", "close_token('mark_no_show')", "No-show", "The patient did not show up", 4)
DONE = Command("token.done", "d", "close_token('complete_token')", "Done", "The consultation took place", 5)
FORGET = Command(
    "token.forget",
    "delete",
    "close_token('forget_patient')",
    "Forget a patient",
    "Forget the patient of a closed token",
)
FIND = Command("find", "slash", "find", "Find", "Find a patient or a token of the day", 6)
FILTER = Command("filter", "slash", "filter", "Filter", "Show only lines that hold every word you type", 6)
NEXT_DAY = Command("day.next", "right_square_bracket", "app.move_day(1)", "Day after", "Show the day after")
PREVIOUS_DAY = Command(
    "day.previous",
    "left_square_bracket",
    "app.move_day(-1)",
    "Day before",
    "Show the day before",
    7,
    hint=(NEXT_DAY, "Day"),
)
TODAY = Command("day.today", "t", "app.move_day(0)", "Today", "Show today")
RETRY = Command("desk.retry", "r", "app.retry", "Try again", "Try again what a busy desk prevented, or load again")
ADD_DOCTOR = Command("doctor.add", "a", "add_doctor", "Add doctor", "Add a doctor", 0)
OPEN_SESSION = Command(
    "session.open", "s", "open_session", "Open session", "Open the slots of a session for the chosen doctor", 1
)
ENTER_QUEUE = Command("open", "enter", "open_row", "Open", "Go into the chosen slot's queue", 2, in_palette=False)
STEP_BACK = Command("back", "escape", "step_back", "Back", "Back to the slots", 2, in_palette=False)
CLEAR_FILTER = Command("back", "escape", "step_back", "Clear filter", "Clear the filter", 2)
PANEL_HINTS = (
    Command("panel.issue", "enter", "", "Issue", "Issue the token", 0),
    Command("panel.source", "tab", "", "Source", "Go to the source, where one letter chooses it", 0, "Tab"),
    Command("panel.close", "escape", "", "Close", "Leave without issuing anything", 0),
)
"""What the footer says while a token is being issued."""

FILTER_HINTS = (
    Command("filter.list", "enter", "", "To the list", "Go to the list", 0),
    Command("filter.clear", "escape", "", "Clear filter", "Clear the filter", 0),
)
"""What the footer says while a filter is being typed."""

MODES = (BOARD, WAITLIST, DOCTORS)
TOKEN_COMMANDS = (NEW, EMERGENCY, CANCEL, NO_SHOW, DONE)
DAY_COMMANDS = (PREVIOUS_DAY, NEXT_DAY, TODAY)
BOARD_COMMANDS = (*TOKEN_COMMANDS, FORGET, FIND, *DAY_COMMANDS, ENTER_QUEUE, STEP_BACK)
WAITLIST_COMMANDS = (*TOKEN_COMMANDS, FILTER, *DAY_COMMANDS, CLEAR_FILTER)
DOCTORS_COMMANDS = (ADD_DOCTOR, OPEN_SESSION, FILTER, *DAY_COMMANDS, CLEAR_FILTER)
ON_SCREENS = (BOARD_COMMANDS, WAITLIST_COMMANDS, DOCTORS_COMMANDS)
"""The commands of each screen."""

EVERYWHERE = (*MODES, RETRY, HELP, PALETTE, SETTINGS, HIDE_NAMES, BACK_UP, QUIT)
OVER_DIALOGS = (HIDE_NAMES, QUIT)
"""What nobody should have to close a dialog for."""

MOVES = (
    ("↑ ↓ or k j", "Move up and down"),
    ("← → or h l", "Move to another time on the board"),
    ("PgUp PgDn Home End", "Move by a page, to the first, to the last"),
    ("Tab", "Go to the next part of the screen"),
)
"""Keys that every list shares, as help rows."""

DEMO_PAUSE = Command("demo.pause", "space", "app.demo_pause", "Pause", "Pause the demo, or go on")
DEMO_STEP = Command("demo.step", "full_stop", "app.demo_step", "Step", "Play the demo's next step now")
DEMO_FASTER = Command("demo.faster", "plus,equals_sign", "app.demo_speed(2)", "Faster", "Play faster", key_display="+")
DEMO_SLOWER = Command("demo.slower", "minus", "app.demo_speed(0.5)", "Slower", "Play slower", key_display="-")
DEMO_LEAVE = Command("demo.leave", "q", "app.quit", "Leave", "Leave the demo")
DEMO_COMMANDS = (DEMO_PAUSE, DEMO_STEP, DEMO_FASTER, DEMO_SLOWER, DEMO_LEAVE)


def bindings(*commands: Command) -> list[BindingType]:
    """The commands as a screen's or the app's bindings."""
    return [command.binding for command in commands]
