"""`forget`: remove what identifies a patient."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from opd_tui.cli.act import date_option
from opd_tui.cli.answers import confirm, refusals_in_json
from opd_tui.cli.options import (
    WRONG_USE,
    TypedText,
    fail,
    front_desk,
    json_option,
    print_json,
    refusals_end_the_command,
    settings_file,
    shared_options,
)
from opd_tui.desk.actions import ForgetPatient
from opd_tui.desk.actions.patients import listed, other_names, people_beside
from opd_tui.desk.answers import accepted
from opd_tui.domain.errors import PatientAlreadyForgotten
from opd_tui.domain.field_types import whole_number
from opd_tui.domain.model import Patient, TokenId

if TYPE_CHECKING:
    from opd_tui.desk.backup_service import CopiesLeft
    from opd_tui.desk.front_desk import FrontDesk

VISITS_SHOWN = 5
"""The maximum number of visits listed in the question."""
NOT_ERASED = (
    "Old pages of the database may hold the name for a while: a file's until every desk is closed, a server's as long "
    "as they are in its own logs and copies."
)


@click.command(
    help="""
    Remove what identifies a patient: name, phone, hospital number, year of birth and sex.

    PATIENT is any token of the patient: its id, or its number, such as A-003, on the day given by --date. Or name the
    patient by --uhid, or by --name and --phone together. This covers all visits of the same person: those with the
    same hospital number, or with the same name and phone, but never those with only the same name. The tokens, the
    counts and the journal stay as they are. A patient with an open token cannot be forgotten.

    This cannot be undone. Existing backups still hold the name: --backups rewrites them, too. Copies that you made
    elsewhere are yours to delete.
    """
)
@shared_options
@json_option
@click.option("--date", metavar="DATE", help="The day of the token's number; today by default.")
@click.option("--uhid", type=TypedText(), metavar="TEXT", help="The patient's hospital number, instead of a token.")
@click.option(
    "--name", type=TypedText(), metavar="TEXT", help="The patient's name, together with --phone, instead of a token."
)
@click.option("--phone", type=TypedText(), metavar="PHONE", help="The patient's phone number, together with --name.")
@click.option(
    "--all-names",
    is_flag=True,
    help="Forget also those with the same hospital number whose name and phone both differ.",
)
@click.option("--backups", is_flag=True, help="Rewrite the backups, too.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.argument("patient", required=False, metavar="[PATIENT]")
@refusals_end_the_command
def forget(
    patient: str | None,
    date: str | None,
    uhid: str | None,
    name: str | None,
    phone: str | None,
    all_names: bool,
    backups: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Remove what identifies a patient: name, phone, hospital number, year of birth and sex."""
    if sum(map(bool, (patient, uhid, name or phone))) != 1:
        fail("Name one patient: by a token, by --uhid, or by --name and --phone together.", WRONG_USE)
    with front_desk(create=False) as desk, refusals_in_json(as_json, ForgetPatient.verb):
        token = chosen(desk, patient, date) if patient else desk.visit_of(uhid, name, phone)
        forget_one(desk, ForgetPatient(token=token, all_names=all_names or not yes), backups, yes, as_json)


def forget_one(desk: FrontDesk, action: ForgetPatient, backups: bool, yes: bool, as_json: bool) -> None:
    """Ask for confirmation, forget the patient, and print where the name may still be."""
    from opd_tui.desk import backup_service

    answer, words = {}, []
    identity, copies = backup_service.identity_of(desk, action.token), len(backup_service.copies_of(desk))
    try:
        forecast = desk.preview(action)  # so that a refusal comes before the question
        confirm(question(desk, action.token, forecast.people), yes)
        if others := people_beside(forecast.people[0], forecast.people):
            confirm(
                f"Name and phone of {listed(others)} are others. Is it one person, to be forgotten as a whole?", yes
            )
        if copies and not backups and not yes:
            backups = click.confirm(f"{in_words(copies)} may still hold the name. Rewrite them, too?", err=True)
        outcome = desk.perform(action)
        answer, words = accepted(outcome) | {"erased": desk.erase_traces()}, [f"{outcome.sentence}."]
    except PatientAlreadyForgotten:
        if not backups:
            raise
    left = backup_service.forget_in_copies(desk, identity) if backups else None
    if as_json:
        print_json({"ok": True, **answer, "copies": in_json(left)})
        return
    if not answer.get("erased", True):
        words.append(NOT_ERASED)
    for line in words + (about(left) if left else kept_until(copies)):
        click.echo(line)


def chosen(desk: FrontDesk, patient: str, date: str | None) -> TokenId:
    """Return the token given by its id or its number."""
    token = whole_number(patient)
    return TokenId(token) if isinstance(token, int) else desk.token_numbered(patient, date_option(date) or desk.today())


def question(desk: FrontDesk, token: TokenId, people: Sequence[Patient]) -> str:
    """Return the question that names everybody who would be forgotten, and the visits."""
    visits = desk.visits_of(token)
    shown = [f"{record.token.number} on {record.slot.date:%d %b %Y}" for record in visits[-VISITS_SHOWN:]]
    more = [f"and {len(visits) - VISITS_SHOWN} before"] if len(visits) > VISITS_SHOWN else []
    count = "1 visit" if len(visits) == 1 else f"{len(visits)} visits"
    return f"Forget {listed([people[0].name, *other_names(people)])} for good, in {count} ({', '.join(shown + more)})?"


def in_json(left: CopiesLeft | None) -> dict[str, list[str]] | None:
    """Return the result for the backups as part of a JSON answer; None if they were not to be rewritten."""
    if left is None:
        return None
    return {"rewritten": list(map(str, left.rewritten)), "still_naming": list(map(str, left.still_naming))}


def about(left: CopiesLeft) -> list[str]:
    """Return the result for the backups, in sentences."""
    if not left.rewritten and not left.still_naming:
        return ["No backup holds the name."]
    lines = [f"Rewritten without the name: {path}" for path in left.rewritten]
    return lines + [
        f"Still holds the name, and could not be rewritten: {path}. Delete it." for path in left.still_naming
    ]


def kept_until(copies: int) -> list[str]:
    """Return how long the backups will hold the name, in sentences."""
    if not copies:
        return []
    kept = settings_file().settings.backups_kept
    return [
        f"{in_words(copies)} may still hold the name; `opd-tui backup --list` shows them. A daily one is deleted after "
        f"{kept} more daily backups, a copy from before an upgrade or a restore only by you. The same command with "
        "--backups rewrites them now."
    ]


def in_words(copies: int) -> str:
    """Return a number of backups in words."""
    return "One backup" if copies == 1 else f"{copies} backups"
