"""The `opd-tui` command."""

from __future__ import annotations

import errno
import io
import os
import signal
import sys
from collections.abc import MutableMapping
from contextlib import suppress
from typing import Any

import click

from opd_tui import __version__
from opd_tui.cli.options import (
    WRONG_USE,
    are_terminals,
    fail,
    given_option,
    given_options,
    make_ready_for_screens,
    settings_file,
    shared_option,
    shared_options,
    tell,
)
from opd_tui.signals import exit_status

NEEDS_TERMINAL = (
    "The screens need a terminal. Without one, use `opd-tui token list`, `opd-tui slot list`, "
    "`opd-tui apply` or `opd-tui demo --plain`; `opd-tui --help` shows all."
)
OUTPUT_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
"""Errors of writing the output to a full disk. Errors in writing a named file are handled where it is written."""
OUT_OF_DESCRIPTORS = {errno.EMFILE, errno.ENFILE}
TOO_FEW_FILES = "The system allows too few open files. Everything done before is saved. Raise the limit (`ulimit -n`)."
OUTPUT_NOT_WRITTEN = "The output cannot be written: {}. Everything done before is saved. Free some disk space."


def discard_unwritable_output() -> None:
    """Send what a full disk or a lost terminal does not take to the null device.

    Python flushes the streams once more at exit, and would replace the exit status by 120 if that fails.
    """
    for stream in filter(None, (sys.stdout, sys.stderr)):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def occupy_standard_descriptors() -> None:
    """Open the null device in place of closed standard streams, so that no file gets their numbers."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest free number, which is this one


class LazyGroup(click.Group):
    """A group that imports its commands on first use, so that the screens start without loading them."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run a command; report an unexpected error without personal data."""
        occupy_standard_descriptors()
        try:
            return super().main(*args, **kwargs)
        except Exception as error:  # noqa: BLE001 - a traceback might quote personal data
            if isinstance(error, OSError) and error.errno in OUTPUT_FULL and error.filename is None:
                tell(OUTPUT_NOT_WRITTEN.format(error.strerror))
                sys.exit(WRONG_USE)
            if isinstance(error, OSError) and error.errno in OUT_OF_DESCRIPTORS:
                tell(TOO_FEW_FILES)
                sys.exit(WRONG_USE)
            from opd_tui import crashes

            with suppress(OSError):
                click.echo(crashes.report(error), err=True)
            sys.exit(crashes.STATUS)
        finally:
            discard_unwritable_output()

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; Ctrl+C ends it with the status of a program that SIGINT ended."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise click.exceptions.Exit(exit_status(signal.SIGINT)) from None

    @property
    def commands(self) -> MutableMapping[str, click.Command]:
        from opd_tui.cli.commands import COMMANDS

        return {command.name or "": command for command in COMMANDS}

    @commands.setter
    def commands(self, _none_yet: MutableMapping[str, click.Command]) -> None:
        """Do nothing: click's constructor assigns an empty mapping."""


@click.group(
    cls=LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="""
    The front desk of an outpatient department.

    Without a command, it opens the screens; press ? there for help on the keys.
    """,
)
@shared_options
@click.version_option(__version__, prog_name="opd-tui")
@click.pass_context
def main(context: click.Context) -> None:
    """The front desk of an outpatient department."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # no name may raise UnicodeEncodeError
    if context.invoked_subcommand is None:
        open_screens()


def open_screens() -> None:
    """Run the app on this terminal; fail if there is none."""
    if not are_terminals(sys.stdin, sys.stdout, sys.stderr):
        fail(NEEDS_TERMINAL, WRONG_USE)
    file = settings_file(quietly=True)  # the screens show its problems
    make_ready_for_screens(file.settings)
    from opd_tui.tui.app import run_app

    database, operator, desk = map(shared_option, ("database", "operator", "desk"))
    sys.exit(run_app(database, operator, desk, file, given_options(), given_option("time_zone")))
