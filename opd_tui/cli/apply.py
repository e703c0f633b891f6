"""`apply`: one action a line in, one answer a line out, each durable before it is answered."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import BinaryIO

import click

from opd_tui.cli.answers import answer_of
from opd_tui.cli.options import REFUSED, WRONG_USE, fail, front_desk, print_json, shared_options
from opd_tui.cli.refusals import message_of
from opd_tui.desk.answers import LINE_BYTES, accepted, read_action, read_fields, verb_of
from opd_tui.domain.actor import Road
from opd_tui.domain.errors import DeskRefusal, StoreDamaged


@click.command("apply")
@shared_options
@click.argument("file", type=click.File("rb"))
def apply(file: BinaryIO) -> None:
    """Perform actions from FILE (- for standard input), one JSON object a line.

    Each line is a transaction of its own and is answered by one line of JSON, flushed as soon as the action is
    durable. A refused line changes nothing and the run goes on. Blank lines and lines that start with # are skipped.
    The exit status is 1 if any line was refused. The run ends, with status 2, where the database turns out damaged.
    """
    any_refused = False
    with front_desk(road=Road.APPLY) as desk:
        for line in lines_of(file):
            verb = None
            try:
                fields = read_fields(line)
                verb = verb_of(fields)
                answer = accepted(desk.perform(read_action(fields)))
            except StoreDamaged as refusal:
                print_json(answer_of(verb, refusal))
                fail(message_of(refusal), WRONG_USE)
            except DeskRefusal as refusal:
                answer = answer_of(verb, refusal)
                any_refused = True
            print_json(answer)
    if any_refused:
        raise click.exceptions.Exit(REFUSED)


def lines_of(file: BinaryIO) -> Iterator[bytes]:
    """The lines that hold something; one that is too long comes cut just beyond the limit, whatever its length."""
    first = True
    while line := file.readline(LINE_BYTES + len(codecs.BOM_UTF8) + 2):
        rest = line
        if first:
            line, first = line.removeprefix(codecs.BOM_UTF8), False
        blank = not line.strip()
        while not rest.endswith(b"\n") and (rest := file.readline(LINE_BYTES)):
            blank = blank and not rest.strip()
        line = line.removesuffix(b"\n").removesuffix(b"\r")
        if not blank and not line.startswith(b"#"):
            yield line
