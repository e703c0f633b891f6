"""All commands, declared once; those that switch modes are derived in modes.py."""

from __future__ import annotations

from opd_tui.tui.keys.commands import Command, DeskCommand, Need

HELP = Command("app.help", "question_mark,f1", "Help", "Show the keys that work here", "app.help", 1, "?")
PALETTE = Command(
    "app.palette",
    "ctrl+p",
    "Palette",
    "Find any command by its name",
    "app.command_palette",
    9,
    "^p",
    in_palette=False,
)
SETTINGS = Command("app.settings", "f9", "Settings", "Show the settings, and what is wrong in them", "app.settings")
MESSAGES = Command("app.messages", "f7", "Messages", "Show the last messages", "app.messages")
HIDE_NAMES = Command(
    "app.hide_names", "ctrl+l", "Hide names", "Hide all names until a key is pressed", "app.hide_names"
)
WHO = Command("app.who", "f6", "Who is here", "Say who is at the desk", "app.who")
REDRAW = Command("app.redraw", "ctrl+r", "Redraw", "Clear the terminal and draw everything again", "app.redraw")
BACK_UP = Command("app.back_up", "f8", "Back up now", "Back up the database now, and verify the copy", "app.back_up")
QUIT = Command("app.quit", "ctrl+q", "Quit", "Leave the program; everything is saved already", "app.quit", 10, "^q")

NEW = Command("token.new", "n", "New", "Issue a token for the chosen slot", "new_token", 0)
EMERGENCY = Command("token.emergency", "e", "Emergency", "Issue an emergency token", "new_token('EMERGENCY')", 5)
CHECK_IN = DeskCommand(
    "token.check_in",
    "i",
    "Here",
    "The patient is here",
    footer=1,
    makes="check_in_token",
    needs=Need.TOKEN,
    on_the_day=True,
)
NEXT = DeskCommand(
    "doctor.next",
    "space",
    "Done+next",
    "Done and next: complete who is inside, and call the doctor's next patient",
    footer=1,
    makes="complete_and_call_next",
    needs=Need.DOCTOR,
    asks=(),
    completes=True,
    on_the_day=True,
)
CALL = DeskCommand(
    "token.call",
    "o",
    "Call",
    "Call the chosen patient into the room, out of turn",
    footer=8,
    makes="call_token",
    needs=Need.TOKEN,
    on_the_day=True,
)
RETURN = DeskCommand(
    "token.return",
    "b",
    "Back to queue",
    "Send the chosen patient from the room back to the queue",
    footer=9,
    makes="return_token",
    needs=Need.TOKEN,
)
HOLD_OR_RELEASE = Command(
    "token.hold",
    "w",
    "Hold",
    "Put the chosen token on hold while the patient is away, or release it",
    "hold_or_release",
    footer=8,
)
HOLD = DeskCommand(
    HOLD_OR_RELEASE.id,
    HOLD_OR_RELEASE.keys,
    "On hold for",
    HOLD_OR_RELEASE.help,
    makes="hold_token",
    needs=Need.TOKEN,
    asks=(),
    picks=("reason",),
    presets={"reason": "OTHER"},
)
RELEASE = DeskCommand(
    HOLD_OR_RELEASE.id,
    HOLD_OR_RELEASE.keys,
    "Release",
    HOLD_OR_RELEASE.help,
    makes="release_token",
    needs=Need.TOKEN,
)
"""What the key for a hold does, depending on whether the token is on hold."""
CANCEL = DeskCommand(
    "token.cancel", "c", "Cancel", "Cancel the chosen token", footer=3, makes="cancel_token", needs=Need.TOKEN
)
NO_SHOW = DeskCommand(
    "token.no_show",
    "x",
    "No-show",
    "The patient did not show up",
    footer=4,
    makes="mark_no_show",
    needs=Need.TOKEN,
    on_the_day=True,
)
DONE = DeskCommand(
    "token.done",
    "d",
    "Done",
    "The consultation took place",
    footer=7,
    makes="complete_token",
    needs=Need.TOKEN,
    completes=True,
    on_the_day=True,
)
REINSTATE = DeskCommand(
    "token.reinstate",
    "a",
    "Reinstate",
    "Open a closed token again, in its old place",
    makes="reinstate_token",
    needs=Need.TOKEN,
    asks=(),
)
CHANGE_SOURCE = DeskCommand(
    "token.source",
    "p",
    "Source",
    "Give the chosen token another source, and so another priority",
    makes="change_source",
    needs=Need.TOKEN,
    asks=(),
    picks=("source", "reason"),
    title="Another source",
    footer=13,
)
MOVE = DeskCommand(
    "token.move",
    "m",
    "Move",
    "Move the chosen token to another slot, doctor or day",
    makes="move_token",
    needs=Need.TOKEN,
    asks=(),
    picks=("slot",),
    footer=6,
)
TOLD = DeskCommand(
    "token.told",
    "f",
    "Told",
    "The patient was informed of the change",
    makes="tell_patient",
    needs=Need.TOKEN,
    footer=14,
)
VIEW = Command(
    "token.view", "v", "Card", "Show the chosen token's card: patient, history, other tokens", "view_token", footer=8
)
SLIP = Command("token.slip", "f3", "Slip", "Show the chosen token's slip, and print it", "show_slip")
EDIT_PATIENT = DeskCommand(
    "patient.edit", "f2", "Edit patient", "Change the patient's details", makes="edit_patient", needs=Need.TOKEN
)
MERGE = Command(
    "patient.merge", "f5", "Merge records", "Merge two records of one patient, shown side by side", "merge_patients"
)
FORGET = DeskCommand(
    "token.forget",
    "delete",
    "Forget a patient",
    "Forget the patient of a closed token",
    makes="forget_patient",
    needs=Need.TOKEN,
    asks=(),
    fixed={"all_names": True},  # the question names everybody
    note="Backups hold the name until they are rewritten: see opd-tui forget --help.",
)
RESIZE = DeskCommand(
    "slot.resize",
    "s",
    "Seats",
    "Give the chosen slot more seats, or fewer",
    makes="resize_slot",
    needs=Need.SLOT,
    footer=11,
)
CLOSE_SLOT = DeskCommand(
    "slot.close",
    "ctrl+k",
    "Close or reopen",
    "Close the chosen slot to new tokens, or reopen it",
    makes="close_slot",
    makes_when_closed="reopen_slot",
    needs=Need.SLOT,
)
CARRY_OVER = DeskCommand(
    "slot.carry_over",
    "ctrl+o",
    "Carry over",
    "Carry over who waits to the doctor's next slot",
    makes="carry_over",
    needs=Need.SLOT,
)
DELAY = DeskCommand(
    "doctor.delay",
    "ctrl+d",
    "Delay",
    "The chosen doctor is late, or on time again",
    makes="delay_doctor",
    needs=Need.DOCTOR,
    asks=("minutes",),
    footer=15,
)
LEAVE = DeskCommand(
    "doctor.leave",
    "ctrl+e",
    "Leave",
    "The chosen doctor leaves: plan where each patient goes",
    makes="doctor_leaves",
    needs=Need.DOCTOR,
    asks=("from",),
    picks=("plan",),
    footer=15,
)
UNDO = DeskCommand("desk.undo", "u", "Undo", "Undo the last action of this desk", makes="undo", asks=(), footer=3)
REDO = DeskCommand("desk.redo", "ctrl+y", "Redo", "Do again what was undone last", makes="redo", asks=())
TO_TELL = Command("day.to_tell", "ctrl+t", "Whom to tell", "Show whom to phone about a change", "to_tell")
FIND = Command("find", "slash", "Find", "Find a patient or a token of the day", "find", 6)
FILTER = Command("filter", "slash", "Filter", "Show only lines that hold every word you type", "filter", 6)
NEXT_DAY = Command("day.next", "right_square_bracket", "Day after", "Show the day after", "app.move_day(1)")
PREVIOUS_DAY = Command(
    "day.previous",
    "left_square_bracket",
    "Day before",
    "Show the day before",
    "app.move_day(-1)",
    7,
    hint=(NEXT_DAY, "Day"),
)
TODAY = Command("day.today", "t", "Today", "Show today", "app.move_day(0)")
GO_TO_DAY = Command(
    "day.go_to",
    "ctrl+g",
    "Go to a day",
    "Show the day that you type, such as 28, 28/11, tomorrow or +3",
    "app.ask_day",
)
RETRY = Command("desk.retry", "r", "Try again", "Try again what a busy desk prevented, or load again", "app.retry")
ADD_DOCTOR = DeskCommand(
    "doctor.add",
    "a",
    "Add doctor",
    "Add a doctor",
    footer=0,
    makes="add_doctor",
    derived=("code",),
    title="Add a doctor",
)
OPEN_SESSION = DeskCommand(
    "session.open",
    "s",
    "Open session",
    "Open the slots of a session for the chosen doctor",
    footer=1,
    makes="open_session",
    needs=Need.DOCTOR,
    title="Open a session",
)
EDIT_DOCTOR = DeskCommand(
    "doctor.edit",
    "e",
    "Edit",
    "Change the chosen doctor's name, specialty or room",
    footer=2,
    makes="edit_doctor",
    needs=Need.DOCTOR,
    title="Edit a doctor",
)
RETIRE_DOCTOR = DeskCommand(
    "doctor.retire",
    "x",
    "Retire",
    "Retire the chosen doctor, who gets no further slots",
    footer=3,
    makes="retire_doctor",
    needs=Need.DOCTOR,
)
ENTER_QUEUE = Command("open", "enter", "Open", "Go into the chosen slot's queue", "open_row", 2, in_palette=False)
GO_TO_TOKEN = Command("open", "enter", "Board", "Go to the chosen token on the board", "open_row", 2, in_palette=False)
GO_TO_DOCTOR = Command(
    "open", "enter", "Board", "Go to the doctor's first slot of the day", "open_row", 2, in_palette=False
)
STEP_BACK = Command("back", "escape", "Back", "Back to the slots", "step_back", 2, in_palette=False)
CLEAR_FILTER = Command("back", "escape", "Clear filter", "Clear the filter", "step_back", 2)
ARRIVAL_COMMANDS = (NEW, EMERGENCY, CHECK_IN)
ROOM_COMMANDS = (NEXT, CALL, RETURN)
QUEUE_COMMANDS = (CANCEL, NO_SHOW, DONE, HOLD_OR_RELEASE, MOVE, CHANGE_SOURCE, TOLD, VIEW, SLIP, EDIT_PATIENT, MERGE)
TOKEN_COMMANDS = (*ARRIVAL_COMMANDS, *QUEUE_COMMANDS)
SLOT_COMMANDS = (RESIZE, CLOSE_SLOT, CARRY_OVER)
DOCTOR_COMMANDS = (DELAY, LEAVE)
DAY_COMMANDS = (UNDO, REDO, TO_TELL, PREVIOUS_DAY, NEXT_DAY, TODAY, GO_TO_DAY)
BOARD_COMMANDS = (
    *(*ARRIVAL_COMMANDS, *ROOM_COMMANDS, *QUEUE_COMMANDS, REINSTATE),
    *(*SLOT_COMMANDS, *DOCTOR_COMMANDS, FORGET, FIND, *DAY_COMMANDS, ENTER_QUEUE, STEP_BACK),
)
WAITLIST_COMMANDS = (*TOKEN_COMMANDS, GO_TO_TOKEN, FILTER, *DAY_COMMANDS, CLEAR_FILTER)
DOCTORS_COMMANDS = (
    *(NEXT, GO_TO_DOCTOR, ADD_DOCTOR, OPEN_SESSION, EDIT_DOCTOR, RETIRE_DOCTOR, *DOCTOR_COMMANDS),
    *(FILTER, *DAY_COMMANDS, CLEAR_FILTER),
)

IN_EVERY_FOOTER = (HELP, PALETTE, QUIT)
APP_COMMANDS = (RETRY, HELP, PALETTE, WHO, MESSAGES, SETTINGS, HIDE_NAMES, REDRAW, BACK_UP, QUIT)
"""The commands of every screen, besides those that switch screens."""
OVER_DIALOGS = (HIDE_NAMES, REDRAW, MESSAGES, QUIT)
"""Commands that work over a dialog."""

MOVES = (
    ("↑ ↓ or k j", "Move up and down"),
    ("← → or h l", "Move to another slot of the doctor"),
    ("PgUp PgDn Home End", "Move by a page, to the first, to the last"),
    ("Tab", "Go to the next part of the screen"),
)
"""Navigation keys of every list, as help rows."""
MOVING_KEYS = frozenset(["up", "down", "left", "right", *"hjklgG", "home", "end", "pageup", "pagedown"])
"""The keys that move the cursor of a list or of the slot grid."""

DEMO_PAUSE = Command("demo.pause", "comma", "Pause", "Pause the demo, or go on", "app.demo_pause")
DEMO_STEP = Command("demo.step", "full_stop", "Step", "Play the demo's next step now", "app.demo_step")
DEMO_FASTER = Command("demo.faster", "plus,equals_sign", "Faster", "Play faster", "app.demo_speed(2)", key_display="+")
DEMO_SLOWER = Command("demo.slower", "minus", "Slower", "Play slower", "app.demo_speed(0.5)", key_display="-")
DEMO_LEAVE = Command("demo.leave", "q", "Leave", "Leave the demo", "app.quit")
DEMO_COMMANDS = (DEMO_PAUSE, DEMO_STEP, DEMO_FASTER, DEMO_SLOWER, DEMO_LEAVE)
