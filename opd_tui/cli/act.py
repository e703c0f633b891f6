"""Commands for the actions, generated from their fields."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from opd_tui.cli.answers import answer_of
from opd_tui.cli.desks import front_desk
from opd_tui.cli.options import (
    json_option,
    print_json,
    refusals_end_the_command,
    shared_options,
    status_of,
)
from opd_tui.cli.typed import option_help, token_named, value_of
from opd_tui.desk.actions import Action
from opd_tui.desk.answers import accepted
from opd_tui.desk.outcome import Outcome, nearest_seat_sentence
from opd_tui.domain.errors import DeskRefusal
from opd_tui.domain.events import TokenIssued
from opd_tui.domain.events.patients import PERSONAL
from opd_tui.domain.model import Status
from opd_tui.domain.records import Nested, Spec

if TYPE_CHECKING:
    from opd_tui.desk.front_desk import FrontDesk

_TOKEN_HELP = "TOKEN is the token's id, or its number, such as A-003, on the day given by --date."
ARGUMENTS_ARE_SEEN = (
    "Other users of this machine can read a command's arguments while it runs. To keep a name to yourself, use the "
    "screens or `opd-tui apply`."
)


def command_for(action: type[Action], word: str, help: str) -> click.Command:
    """Return a command named `word` that performs an action; `help` says what that is."""
    names_token = any(spec.name == "token" for spec in action.specs())

    @refusals_end_the_command
    def run(as_json: bool, **values: str | None) -> None:
        _perform(action, values, as_json)

    command: Any = json_option(shared_options(run))
    for spec in reversed((*_own_options(action), *action.envelope_specs())):
        command = click.option(
            f"--{spec.name.replace('_', '-')}",
            spec.name,
            required=spec.required,
            help=option_help(spec.type, spec.help),
            metavar=spec.type.metavar,
        )(command)
    if names_token:
        command = click.option("--date", metavar="DATE", help="The day of the token's number; today by default.")(
            command
        )
        command = click.argument("token")(command)
        help += f"\n\n{_TOKEN_HELP}"
    if {spec.name for spec in _own_options(action)} >= {*PERSONAL} - {"name"}:
        help += f"\n\n{ARGUMENTS_ARE_SEEN}"
    return click.command(word, help=help)(command)


def _own_options(action: type[Action]) -> list[Spec]:
    """Return the action's fields as options; a nested field becomes several, the first under the outer name."""
    options: list[Spec] = []
    for spec in action.own_specs():
        if spec.name == "token":
            continue
        if isinstance(spec.type, Nested):
            first, *others = spec.type.record_class.specs()
            options += [replace(first, name=spec.name, required=spec.required), *others]
        else:
            options.append(spec)
    return options


def _fields(action: type[Action], values: dict[str, str | None], today: dt.date) -> dict[str, object]:
    """Return the given options as the fields of the action, without its token."""
    fields: dict[str, object] = {}
    for spec in action.specs():
        if isinstance(spec.type, Nested):
            first, *others = spec.type.record_class.specs()
            inner = {first.name: value_of(spec.name, first.type, values.get(spec.name) or "", today)}
            given = ((other, values.get(other.name)) for other in others)
            inner |= {other.name: value_of(other.name, other.type, text, today) for other, text in given if text}
            fields[spec.name] = inner
        elif spec.name != "token" and (text := values.get(spec.name)) is not None:
            fields[spec.name] = value_of(spec.name, spec.type, text, today)
    return fields


def _perform(action: type[Action], values: dict[str, str | None], as_json: bool) -> None:
    with front_desk() as desk:
        try:
            outcome = desk.perform(_action(desk, action, values))
        except DeskRefusal as refusal:
            if not as_json:
                raise
            print_json(answer_of(action.verb, refusal))
            raise click.exceptions.Exit(status_of(refusal)) from None
        if as_json:
            print_json(accepted(outcome))
        else:
            click.echo(f"{outcome.sentence}{_nearest_seat_clause(desk, outcome)}.")


def _action(desk: FrontDesk, action: type[Action], values: dict[str, str | None]) -> Action:
    """Build the action from the options, looking up a token by its number."""
    today = desk.today()
    fields = _fields(action, values, today)
    if (token := values.get("token")) is not None:
        fields["token"] = token_named(desk, token, values.pop("date"))
    return action.from_mapping(fields)


def _nearest_seat_clause(desk: FrontDesk, outcome: Outcome) -> str:
    """Return a clause on the nearest free seat if the action issued a token that waits, else an empty string."""
    issued = outcome.changed(TokenIssued)
    if outcome.token is None or issued is None or outcome.token.token.status is not Status.WAITING:
        return ""
    try:
        return f"; {nearest_seat_sentence(desk.nearest_seat(outcome.token), outcome.token)}"
    except DeskRefusal:
        return ""  # the token is issued already: a failed look-up must not look like a refusal
