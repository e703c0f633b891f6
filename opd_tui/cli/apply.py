"""`apply`: actions as JSON lines in, answers as JSON lines out, each action durable before its answer."""

from __future__ import annotations

import codecs
import os
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from opd_tui.cli.answers import answer_of
from opd_tui.cli.desks import front_desk
from opd_tui.cli.long_work import bar_on_terminal, hidden, long_work
from opd_tui.cli.options import REFUSED, WRONG_USE, are_terminals, fail, print_json, shared_options
from opd_tui.cli.refusals import message_of
from opd_tui.desk.answers import LINE_BYTES, accepted, read_action, read_fields, verb_of
from opd_tui.domain.actor import Road
from opd_tui.domain.errors import DeskRefusal, StoreDamaged
from opd_tui.domain.progress import Progress

if TYPE_CHECKING:
    from opd_tui.desk.front_desk import FrontDesk

INTERRUPTED = "Interrupted. Every line that was answered is done, and no other."


class InputFile(click.File):
    """A file to read, or - for standard input, which may have been closed."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if value == "-" and sys.stdin is None:
            self.fail("there is no standard input. Name a file.", param, ctx)
        return super().convert(value, param, ctx)


@click.command(
    "apply",
    help="""
    Perform actions from FILE (- for standard input), one JSON object per line.

    Each line is its own transaction and is answered by one line of JSON, which is flushed as soon as the action is
    durable. A refused line changes nothing, and the run continues. Blank lines and lines starting with # are skipped.
    The exit status is 1 if any line was refused. If the database is damaged, the run ends with status 2. Ctrl+C ends
    it between two lines, so that exactly those are done that were answered. If the answers go elsewhere, a progress bar
    shows how much of FILE is done.
    """,
)
@shared_options
@click.argument("file", type=InputFile("rb"))
def apply(file: BinaryIO) -> None:
    """Perform actions from FILE (- for standard input), one JSON object per line."""
    if sys.stdout is None:
        fail("There is no standard output for the answers. Connect it to a file or a program.", WRONG_USE)
    any_refused = False
    display = hidden() if are_terminals(sys.stdout) else bar_on_terminal()  # the answers show how far it is
    with front_desk(road=Road.APPLY) as desk, long_work(INTERRUPTED, display) as work:
        for line in followed(lines_of(file), file, work):
            with work.undivided():  # what is done is answered
                any_refused |= not apply_line(desk, line)
    if any_refused:
        raise click.exceptions.Exit(REFUSED)


def apply_line(desk: FrontDesk, line: bytes) -> bool:
    """Perform the action of a line and print its answer; return whether it was accepted."""
    verb = None
    try:
        fields = read_fields(line)
        verb = verb_of(fields)
        print_json(accepted(desk.perform(read_action(fields))))
    except StoreDamaged as refusal:
        print_json(answer_of(verb, refusal))
        fail(message_of(refusal), WRONG_USE)
    except DeskRefusal as refusal:
        print_json(answer_of(verb, refusal))
        return False
    return True


def followed(lines: Iterable[bytes], file: BinaryIO, progress: Progress) -> Iterator[bytes]:
    """Yield the lines, and report how much of a file, whose size is known, they are."""
    try:
        size = os.fstat(file.fileno()).st_size
    except (OSError, ValueError):  # click's tests read from memory
        size = 0
    for line in lines:
        if size:
            progress.report("applying", file.tell() / size)
        yield line


def lines_of(file: BinaryIO) -> Iterator[bytes]:
    """Yield the lines that are neither blank nor comments, without their ends.

    A line that is too long is cut just beyond the limit, where `read_fields` refuses it, and the rest is skipped: no
    line is ever held in memory whole.
    """
    first = True
    while line := read_line(file, LINE_BYTES + len(codecs.BOM_UTF8) + 2):
        rest = line
        if first:
            line, first = line.removeprefix(codecs.BOM_UTF8), False
        blank = not line.strip()
        while not rest.endswith(b"\n") and (rest := read_line(file, LINE_BYTES)):
            blank = blank and not rest.strip()
        line = line.removesuffix(b"\n").removesuffix(b"\r")
        if not blank and not line.startswith(b"#"):
            yield line


def read_line(file: BinaryIO, limit: int) -> bytes:
    """Return the next line, up to a limit; end the command if the input cannot be read."""
    try:
        return file.readline(limit)
    except OSError as error:
        fail(f"The input cannot be read: {error.strerror}.", WRONG_USE)
