"""All commands of `opd-tui`."""

from __future__ import annotations

import click

from opd_tui.cli.act import command_for
from opd_tui.cli.apply import apply
from opd_tui.cli.backup import backup, restore
from opd_tui.cli.forget import forget
from opd_tui.cli.lists import doctor_list, slot_list, token_list
from opd_tui.cli.options import shared_options
from opd_tui.cli.play import demo
from opd_tui.cli.report import paths, verify
from opd_tui.cli.settings import settings
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
    HoldToken,
    IssueToken,
    MarkNoShow,
    MoveToken,
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
        command_for(AddDoctor, "add"),
        command_for(EditDoctor, "edit"),
        command_for(RetireDoctor, "retire"),
        command_for(CallNext, "call-next"),
        command_for(CompleteAndCallNext, "complete-and-call-next"),
        command_for(DelayDoctor, "delay"),
        command_for(DoctorLeaves, "leave"),
        doctor_list,
    ),
    group(
        "slot",
        "Slots.",
        command_for(OpenSlot, "open"),
        command_for(ResizeSlot, "resize"),
        command_for(CloseSlot, "close"),
        command_for(ReopenSlot, "reopen"),
        command_for(CarryOver, "carry-over"),
        slot_list,
    ),
    group("session", "Sessions: equal slots one after another.", command_for(OpenSession, "open")),
    group(
        "token",
        "Tokens.",
        command_for(IssueToken, "issue"),
        command_for(CheckInToken, "check-in"),
        command_for(CancelToken, "cancel"),
        command_for(MarkNoShow, "no-show"),
        command_for(CompleteToken, "complete"),
        command_for(CallToken, "call"),
        command_for(ReturnToken, "return"),
        command_for(HoldToken, "hold"),
        command_for(ReleaseToken, "release"),
        command_for(TellPatient, "tell"),
        command_for(MoveToken, "move"),
        command_for(ChangeSource, "change-source"),
        command_for(ReinstateToken, "reinstate"),
        token_list,
    ),
    command_for(Undo, "undo"),
    command_for(Redo, "redo"),
    apply,
    verify,
    backup,
    restore,
    forget,
    paths,
    settings,
    demo,
)
