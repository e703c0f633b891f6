"""All commands of `opd-tui`."""

from __future__ import annotations

import click

from opd_tui.cli.act import command_for
from opd_tui.cli.apply import apply
from opd_tui.cli.backup import backup, restore
from opd_tui.cli.forget import forget
from opd_tui.cli.journal import journal
from opd_tui.cli.lists import doctor_list, slot_list, token_list
from opd_tui.cli.options import shared_options
from opd_tui.cli.play import demo
from opd_tui.cli.report import paths, verify
from opd_tui.cli.settings import settings
from opd_tui.cli.slip import token_slip
from opd_tui.desk.actions import (
    AddDoctor,
    CallNext,
    CallToken,
    CancelToken,
    CarryOver,
    ChangeSource,
    CheckInToken,
    CloseSlot,
    CompleteAndCallNext,
    CompleteToken,
    DelayDoctor,
    DoctorLeaves,
    EditDoctor,
    EditPatient,
    HoldToken,
    IssueToken,
    MarkNoShow,
    MergePatients,
    MoveToken,
    NoteSlip,
    OpenSession,
    OpenSlot,
    Redo,
    ReinstateToken,
    ReleaseToken,
    ReopenSlot,
    ResizeSlot,
    RetireDoctor,
    ReturnToken,
    TellPatient,
    Undo,
)


def group(name: str, help: str, *commands: click.Command) -> click.Command:
    """Return a group of commands named by a noun."""
    noun = click.group(name, help=help)(shared_options(lambda: None))
    for command in commands:
        noun.add_command(command)
    return noun


COMMANDS: tuple[click.Command, ...] = (
    group(
        "doctor",
        "Doctors.",
        command_for(AddDoctor, "add", "Add a doctor."),
        command_for(EditDoctor, "edit", "Change a doctor's name, specialty or room; what is left out stays as it is."),
        command_for(RetireDoctor, "retire", "Retire a doctor, who gets no further slots; patients and history stay."),
        command_for(CallNext, "call-next", "Call the doctor's next patient into the room."),
        command_for(
            CompleteAndCallNext,
            "complete-and-call-next",
            "Complete the consultation in the room, and call the doctor's next patient.",
        ),
        command_for(DelayDoctor, "delay", "Delay a doctor's day by so many minutes in all; 0 takes it back."),
        command_for(
            DoctorLeaves,
            "leave",
            "Close the doctor's slots from a time on, and move or cancel every patient by a plan.",
        ),
        doctor_list,
    ),
    group(
        "slot",
        "Slots.",
        command_for(OpenSlot, "open", "Open one slot of a doctor."),
        command_for(
            ResizeSlot,
            "resize",
            "Give a slot more seats, which go to the best who wait, or fewer, which the weakest lose.",
        ),
        command_for(CloseSlot, "close", "Close a slot to new tokens; those that it has stay."),
        command_for(ReopenSlot, "reopen", "Let a closed slot take new tokens again."),
        command_for(
            CarryOver,
            "carry-over",
            "Carry over who waits in a slot to the doctor's next slot of the day; they keep their numbers and places.",
        ),
        slot_list,
    ),
    group(
        "session",
        "Sessions: equal slots one after another.",
        command_for(OpenSession, "open", "Open a session: equal slots one after another."),
    ),
    group(
        "token",
        "Tokens.",
        command_for(IssueToken, "issue", "Issue a token for a patient."),
        command_for(CheckInToken, "check-in", "Check in a patient who has come; the token stands as it stood."),
        command_for(CancelToken, "cancel", "Cancel a token."),
        command_for(MarkNoShow, "no-show", "Mark a token whose patient did not show up."),
        command_for(
            CompleteToken, "complete", "Complete a token: the consultation took place, and its seat is used up."
        ),
        command_for(CallToken, "call", "Call a patient into the room out of turn."),
        command_for(ReturnToken, "return", "Send the patient back from the room to the queue."),
        command_for(
            HoldToken, "hold", "Hold a token while its patient is away: it keeps what it has, and is not called."
        ),
        command_for(ReleaseToken, "release", "Release a token whose patient is back."),
        command_for(TellPatient, "tell", "Note that the patient was told of a change."),
        command_for(
            MoveToken,
            "move",
            "Move a token to another slot; for another doctor or day it is replaced by a token with a new number.",
        ),
        command_for(
            ChangeSource,
            "change-source",
            "Change a token's source, and with it its priority; it keeps its time of issue.",
        ),
        command_for(ReinstateToken, "reinstate", "Open a closed token again: it competes for a seat."),
        command_for(
            NoteSlip, "note-slip", "Note that a token's slip was printed; the next one is marked as a reprint."
        ),
        token_slip,
        token_list,
    ),
    group(
        "patient",
        "Patients.",
        command_for(EditPatient, "edit", "Change a patient's details; what is left out stays as it is."),
        command_for(MergePatients, "merge", "Merge two records of one patient."),
    ),
    command_for(Undo, "undo", "Undo this desk's last action of today; again, the one before."),
    command_for(Redo, "redo", "Do again what this desk undid last."),
    apply,
    journal,
    verify,
    backup,
    restore,
    forget,
    paths,
    settings,
    demo,
)
