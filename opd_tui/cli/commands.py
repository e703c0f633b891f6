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
    CancelToken,
    CheckInToken,
    CompleteToken,
    IssueToken,
    MarkNoShow,
    OpenSession,
    OpenSlot,
    ResizeSlot,
)


def group(name: str, help: str, *commands: click.Command) -> click.Command:
    """Return a group of commands named by a noun."""
    noun = click.group(name, help=help)(shared_options(lambda: None))
    for command in commands:
        noun.add_command(command)
    return noun


COMMANDS: tuple[click.Command, ...] = (
    group("doctor", "Doctors.", command_for(AddDoctor, "add", "Add a doctor."), doctor_list),
    group(
        "slot",
        "Slots.",
        command_for(OpenSlot, "open", "Open one slot of a doctor."),
        command_for(
            ResizeSlot,
            "resize",
            "Give a slot more seats, which go to the best who wait, or fewer, which the weakest lose.",
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
        token_list,
    ),
    apply,
    verify,
    backup,
    restore,
    forget,
    paths,
    settings,
    demo,
)
