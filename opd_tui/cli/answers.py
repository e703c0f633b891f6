"""Confirmations before irreversible commands, and refusals as JSON."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from opd_tui.cli.options import REFUSED, WRONG_USE, are_terminals, fail, print_json, status_of
from opd_tui.cli.refusals import advice_of
from opd_tui.desk.answers import refused
from opd_tui.desk.outcome import Json
from opd_tui.domain.errors import DeskRefusal


def at_terminal() -> bool:
    """Return whether standard input is a terminal, so that a person can answer."""
    return are_terminals(sys.stdin)


def confirm(question: str, yes: bool) -> None:
    """Return if the person confirms or gave --yes; else end the command."""
    if yes:
        return
    if not at_terminal():
        fail("This cannot be undone and needs confirmation. Without a terminal, add --yes.", WRONG_USE)
    if not click.confirm(question, err=True):
        fail("Nothing was changed.", REFUSED)


def answer_of(verb: str | None, refusal: DeskRefusal) -> Json:
    """Return the JSON answer to a refused action, with the command line's advice."""
    return refused(verb, refusal, advice_of(refusal.remedy))


@contextmanager
def refusals_in_json(as_json: bool, verb: str | None = None) -> Iterator[None]:
    """Print a refusal as JSON and end the command if `as_json`; else let it propagate."""
    try:
        yield
    except DeskRefusal as refusal:
        if not as_json:
            raise
        print_json(answer_of(verb, refusal))
        raise click.exceptions.Exit(status_of(refusal)) from None
