"""Questions before what cannot be taken back, and refusals where answers are JSON."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from opd_tui.cli.options import REFUSED, WRONG_USE, fail, print_json, status_of
from opd_tui.cli.refusals import advice_of
from opd_tui.desk.answers import refused
from opd_tui.desk.outcome import Json
from opd_tui.domain.errors import DeskRefusal


def at_terminal() -> bool:
    """Whether there is somebody to answer."""
    return sys.stdin.isatty()


def confirm(question: str, yes: bool) -> None:
    """Go on only if a person says so, or said so with --yes; else end the command."""
    if yes:
        return
    if not at_terminal():
        fail("This cannot be taken back, so it asks. Say --yes where nobody can answer.", WRONG_USE)
    if not click.confirm(question, err=True):
        fail("Nothing was changed.", REFUSED)


def answer_of(verb: str | None, refusal: DeskRefusal) -> Json:
    """Return the answer to an action that was refused, in the words of the command line."""
    return refused(verb, refusal, advice_of(refusal.remedy))


@contextmanager
def refusals_in_json(as_json: bool, verb: str | None = None) -> Iterator[None]:
    """Answer a refusal in JSON, where answers are."""
    try:
        yield
    except DeskRefusal as refusal:
        if not as_json:
            raise
        print_json(answer_of(verb, refusal))
        raise click.exceptions.Exit(status_of(refusal)) from None
