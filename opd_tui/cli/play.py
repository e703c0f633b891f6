"""`demo`: the timeline in the app, as text, or as JSON lines."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from opd_tui.cli.options import (
    REFUSED,
    WRONG_USE,
    are_terminals,
    fail,
    json_option,
    make_ready_for_screens,
    print_json,
    settings_file,
)
from opd_tui.cli.refusals import message_of
from opd_tui.domain.errors import DeskBusy, StoreUnavailable
from opd_tui.signals import ENDING, exit_status

if TYPE_CHECKING:
    from opd_tui.demo.player import PlayedStep, Player

SLOWEST, FASTEST = 0.1, 100.0
OWN_DATABASE = "The demo uses its own database and never opens yours. Leave out --database."


def check_speed(_context: click.Context, _parameter: click.Parameter, value: float) -> float:
    """Return the speed if it is within its limits, which NaN is not; else raise BadParameter."""
    if not SLOWEST <= value <= FASTEST:
        raise click.BadParameter(f"it must be a number from {SLOWEST:g} to {FASTEST:g}.")
    return value


@click.command(
    help="""
    Play a morning at the desk, 09:00 to 09:50.

    Without a terminal, or with --plain, it is printed as text; with --json, the answer to every action is printed, one
    per line. Both print without waiting, and the exit status is 1 if an action was refused.

    It uses a temporary database: --database is refused, and OPD_TUI_DATABASE is ignored. Operator and desk are both
    “demo”, and --operator and --desk are ignored.
    """
)
@click.option("--plain", is_flag=True, help="Print it as text, even in a terminal.")
@json_option
@click.option(
    "--speed",
    type=float,
    default=1.0,
    show_default=True,
    metavar="NUMBER",
    callback=check_speed,
    help=f"How fast the app plays, from {SLOWEST:g} to {FASTEST:g}; 2 is twice as fast.",
)
@click.option("--database", hidden=True)
@click.option("--desk", hidden=True, expose_value=False)
@click.option("--operator", hidden=True, expose_value=False)
def demo(plain: bool, as_json: bool, speed: float, database: str | None) -> None:
    """Play a morning at the desk, 09:00 to 09:50."""
    if database or click.get_current_context().find_root().meta.get("opd_tui.database"):
        fail(OWN_DATABASE, WRONG_USE)
    if plain or as_json or not are_terminals(sys.stdin, sys.stdout):
        print_the_day(as_json)
        return
    make_ready_for_screens()
    from opd_tui.tui.demo_app import run_demo

    sys.exit(run_demo(speed, settings_file(quietly=True)))


def print_the_day(as_json: bool) -> None:
    """Play the whole timeline without waiting; exit with 1 if an action was refused, 2 if no desk can be opened."""
    from opd_tui.demo.player import Player, open_demo_desk

    try:
        with unwound_by_signals(), open_demo_desk() as (desk, clock):
            player = Player(desk, clock)
            any_refused = print_answers(player) if as_json else print_text(player)
    except (StoreUnavailable, DeskBusy) as refusal:
        fail(message_of(refusal), WRONG_USE)
    if any_refused:
        raise click.exceptions.Exit(REFUSED)


@contextmanager
def unwound_by_signals() -> Iterator[None]:
    """Turn signals that would kill the process into SystemExit, so that the temporary folder is removed."""

    def leave(number: int, _frame: object) -> None:
        sys.exit(exit_status(number))

    before = [(number, signal.signal(number, leave)) for number in ENDING]
    try:
        yield
    finally:
        for number, handler in before:
            signal.signal(number, handler)


def print_answers(player: Player) -> bool:
    """Print the answer to each action as it is performed; return whether any was refused."""
    any_refused = False
    for played in player.play_all():
        for answer in answers_of(played):
            print_json(answer)
        any_refused |= bool(played.refusals)
    return any_refused


def answers_of(played: PlayedStep) -> list[dict[str, object]]:
    """Return the answers to a step's actions, as in JSON lines."""
    from opd_tui.cli.answers import answer_of
    from opd_tui.demo.player import Refused
    from opd_tui.desk.answers import accepted

    return [
        answer_of(result.scripted.verb, result.refusal) if isinstance(result, Refused) else accepted(result)
        for result in played.results
    ]


def print_text(player: Player) -> bool:
    """Print each step as it is played, then the final statuses; return whether any action was refused."""
    from opd_tui.demo.text import closing_lines, opening_lines, step_lines

    any_refused = False
    echo_lines(opening_lines())
    for played in player.play_all():
        echo_lines(step_lines(played, player.desk))
        any_refused |= bool(played.refusals)
    echo_lines(closing_lines(player.desk))
    return any_refused


def echo_lines(lines: list[str]) -> None:
    """Print lines, in ASCII if the output's encoding cannot represent them."""
    from opd_tui.demo.text import fit_encoding

    for line in lines:
        click.echo(fit_encoding(line, sys.stdout.encoding if sys.stdout else "utf-8"))
