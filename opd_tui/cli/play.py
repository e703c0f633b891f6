"""`demo`: a morning or a day in the app, as text, or as JSON lines."""

from __future__ import annotations

import sys
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
from opd_tui.signals import unwound_by_signals

if TYPE_CHECKING:
    from opd_tui.demo.player import PlayedStep, Player

SLOWEST, FASTEST = 0.1, 3600.0
MORNING_SPEED, DAY_SPEED = 1.0, 60.0
OWN_DATABASE = "The demo uses its own database and never opens yours. Leave out --database."


def check_speed(_context: click.Context, _parameter: click.Parameter, value: float | None) -> float | None:
    """Return the speed if it is within its limits, which NaN is not; else raise BadParameter."""
    if value is not None and not SLOWEST <= value <= FASTEST:
        raise click.BadParameter(f"it must be a number from {SLOWEST:g} to {FASTEST:g}.")
    return value


@click.command(
    help="""
    Play a morning at the desk, 09:00 to 09:50; with --day, a whole busy day.

    The day has 12 doctors, 40 slots, some 400 patients and everything that a desk does, and is the same every time.

    Without a terminal, or with --plain, it is printed as text; with --json, the answer to every action is printed, one
    per line. Both print without waiting, and the exit status is 1 if an action was refused.

    It uses a temporary database: --database is refused, and OPD_TUI_DATABASE is ignored. Operator and desk are both
    “demo”, and --operator and --desk are ignored.
    """
)
@click.option("--plain", is_flag=True, help="Print it as text, even in a terminal.")
@json_option
@click.option("--day", is_flag=True, help="Play a whole busy day, 07:45 to 19:40, instead of the fifty minutes.")
@click.option(
    "--speed",
    type=float,
    metavar="NUMBER",
    callback=check_speed,
    help=f"How fast the app plays, from {SLOWEST:g} to {FASTEST:g}: 2 is twice as fast. With --day, how many times as "
    f"fast as a clock: {DAY_SPEED:g}, which is what it is by default, plays a minute in a second.",
)
@click.option("--database", hidden=True)
@click.option("--desk", hidden=True, expose_value=False)
@click.option("--operator", hidden=True, expose_value=False)
def demo(plain: bool, as_json: bool, day: bool, speed: float | None, database: str | None) -> None:
    """Play a morning at the desk, 09:00 to 09:50, or a whole day."""
    if database or click.get_current_context().find_root().meta.get("opd_tui.database"):
        fail(OWN_DATABASE, WRONG_USE)
    if plain or as_json or not are_terminals(sys.stdin, sys.stdout):
        print_script(as_json, day)
        return
    file = settings_file(quietly=True)
    make_ready_for_screens(file.settings)
    from opd_tui.tui.demo_app import DAY, MORNING, run_demo

    sys.exit(run_demo(speed or (DAY_SPEED if day else MORNING_SPEED), file, DAY if day else MORNING))


def print_script(as_json: bool, day: bool) -> None:
    """Play the whole script without waiting; exit with 1 if an action was refused, 2 if no desk can be opened."""
    from opd_tui.demo.busy_day import busy_day
    from opd_tui.demo.player import Player, open_demo_desk
    from opd_tui.demo.timeline import MORNING

    script = busy_day() if day else MORNING
    try:
        with unwound_by_signals(), open_demo_desk(script=script) as (desk, clock):
            player = Player(desk, clock, script=script)
            any_refused = print_answers(player) if as_json else print_text(player)
    except (StoreUnavailable, DeskBusy) as refusal:
        fail(message_of(refusal), WRONG_USE)
    if any_refused:
        raise click.exceptions.Exit(REFUSED)


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
    echo_lines(opening_lines(player.script))
    for played in player.play_all():
        echo_lines(step_lines(played, player))
        any_refused |= bool(played.refusals)
    echo_lines(closing_lines(player))
    return any_refused


def echo_lines(lines: list[str]) -> None:
    """Print lines, in ASCII if the output's encoding cannot represent them."""
    from opd_tui.demo.text import fit_encoding

    for line in lines:
        click.echo(fit_encoding(line, sys.stdout.encoding if sys.stdout else "utf-8"))
