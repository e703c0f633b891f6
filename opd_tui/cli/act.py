"""A command for every action, made from the fields that the action declares."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import click

from opd_tui.cli.options import (
    front_desk,
    json_option,
    print_json,
    refusals_end_the_command,
    shared_options,
    status_of,
)
from opd_tui.desk.actions import Action
from opd_tui.desk.answers import accepted, refused
from opd_tui.desk.outcome import Outcome, nearest_seat_sentence
from opd_tui.domain.declared import Nested, Spec
from opd_tui.domain.errors import DeskRefusal, InvalidAction
from opd_tui.domain.kinds import Date, Unacceptable
from opd_tui.domain.model import Reason, Status

if TYPE_CHECKING:
    from opd_tui.desk.front_desk import FrontDesk

_TOKEN_HELP = "TOKEN is the token's id, or its number (A-003) with --date."


def command_for(action: type[Action], word: str) -> click.Command:
    """The command `word` that performs an action."""
    names_token = any(spec.name == "token" for spec in action.specs())

    @refusals_end_the_command
    def run(as_json: bool, **values: str | None) -> None:
        _perform(action, values, as_json)

    command: Any = json_option(shared_options(run))
    for spec in reversed((*_own_options(action), *action.specs()[: len(action.specs()) - len(action.own_specs())])):
        command = click.option(
            f"--{spec.name.replace('_', '-')}",
            spec.name,
            required=spec.required,
            help=_sentence(spec),
            metavar=spec.kind.metavar,
        )(command)
    help = action.__doc__ or ""
    if names_token:
        command = click.option("--date", metavar="DATE", help="The day of the token's number; today by default.")(
            command
        )
        command = click.argument("token")(command)
        help += f"\n\n{_TOKEN_HELP}"
    return click.command(word, help=help)(command)


def _own_options(action: type[Action]) -> list[Spec]:
    """The action's fields as options: a nested field gives its own fields, the first under the outer name."""
    options: list[Spec] = []
    for spec in action.own_specs():
        if spec.name == "token":
            continue
        if isinstance(spec.kind, Nested):
            first, *others = spec.kind.declared_class.specs()
            options += [Spec(spec.name, first.kind, first.help, spec.required), *others]
        else:
            options.append(spec)
    return options


def _sentence(spec: Spec) -> str:
    return f"{spec.help[0].upper()}{spec.help[1:]}."


def _fields(action: type[Action], values: dict[str, str | None]) -> dict[str, object]:
    """The options that were given, as the fields of the action."""
    fields: dict[str, object] = {}
    for spec in action.specs():
        if isinstance(spec.kind, Nested):
            first, *others = spec.kind.declared_class.specs()
            inner = {first.name: first.kind.from_text(values.get(spec.name) or "")}
            inner |= {other.name: other.kind.from_text(text) for other in others if (text := values.get(other.name))}
            fields[spec.name] = inner
        elif (text := values.get(spec.name)) is not None:
            fields[spec.name] = spec.kind.from_text(text)
    return fields


def _perform(action: type[Action], values: dict[str, str | None], as_json: bool) -> None:
    try:
        date = _date(values.pop("date", None)) if "token" in values else None
        fields = _fields(action, values)
        with front_desk() as desk:
            if "token" in fields and isinstance(fields["token"], str):
                fields["token"] = desk.token_numbered(fields["token"], date or desk.today())
            outcome = desk.perform(action.from_mapping(fields))
            said = "" if as_json else _said(desk, outcome)
    except DeskRefusal as refusal:
        if not as_json:
            raise
        print_json(refused(action.verb, refusal))
        raise click.exceptions.Exit(status_of(refusal)) from None
    if as_json:
        print_json(accepted(outcome))
    else:
        click.echo(said)


def _said(desk: FrontDesk, outcome: Outcome) -> str:
    """What was done; of a new token that waits also where a seat is free."""
    issued = outcome.changed(Reason.ISSUED)
    if outcome.token is None or issued is None or outcome.token.token.status is not Status.WAITING:
        return f"{outcome.sentence}."
    where = nearest_seat_sentence(desk.nearest_seat(outcome.token), outcome.token)
    return f"{outcome.sentence}; {where}."


def _date(text: str | None) -> dt.date | None:
    try:
        return None if text is None else Date().accept(text)
    except Unacceptable as error:
        raise InvalidAction(f"Option --date {error}.") from None
