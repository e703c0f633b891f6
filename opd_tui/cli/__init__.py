"""The `opd-tui` command."""

from __future__ import annotations

import io
import sys

import click

from opd_tui import __version__
from opd_tui.cli.act import command_for
from opd_tui.cli.apply import apply
from opd_tui.cli.lists import doctor_list, slot_list, token_list
from opd_tui.cli.options import WRONG_USE, fail, shared_option, shared_options
from opd_tui.cli.play import demo
from opd_tui.cli.report import paths, verify
from opd_tui.desk.actions import (
    AddDoctor,
    CancelToken,
    CompleteToken,
    IssueToken,
    MarkNoShow,
    OpenSession,
    OpenSlot,
)

NEEDS_TERMINAL = (
    "The screens need a terminal. Without one, use `opd-tui token list`, `opd-tui slot list`, "
    "`opd-tui apply` or `opd-tui demo --plain`; `opd-tui --help` shows all."
)


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@shared_options
@click.version_option(__version__, prog_name="opd-tui")
@click.pass_context
def main(context: click.Context) -> None:
    """The front desk of an outpatient department.

    Without a command it opens the screens; press ? there for the keys.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a name that the terminal cannot spell ends no command
    if context.invoked_subcommand is None:
        open_screens()


def open_screens() -> None:
    """Run the app on this terminal."""
    if not all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):
        fail(NEEDS_TERMINAL, WRONG_USE)
    from opd_tui.tui.app import run_app

    sys.exit(run_app(shared_option("database"), shared_option("operator"), shared_option("desk")))


def group(name: str, help: str, *commands: click.Command) -> None:
    """Add a noun with its verbs."""
    noun = click.group(name, help=help)(shared_options(lambda: None))
    for command in commands:
        noun.add_command(command)
    main.add_command(noun)


group("doctor", "Doctors.", command_for(AddDoctor, "add"), doctor_list)
group("slot", "Slots.", command_for(OpenSlot, "open"), slot_list)
group("session", "Sessions: equal slots one after another.", command_for(OpenSession, "open"))
group(
    "token",
    "Tokens.",
    command_for(IssueToken, "issue"),
    command_for(CancelToken, "cancel"),
    command_for(MarkNoShow, "no-show"),
    command_for(CompleteToken, "complete"),
    token_list,
)
for command in (apply, verify, paths, demo):
    main.add_command(command)
