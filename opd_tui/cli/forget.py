"""`forget`: remove what identifies a patient."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from opd_tui.cli.answers import confirm, refusals_in_json
from opd_tui.cli.desks import front_desk
from opd_tui.cli.long_work import long_work
from opd_tui.cli.options import (
    WRONG_USE,
    TypedText,
    fail,
    json_option,
    print_json,
    refusals_end_the_command,
    settings_file,
    shared_options,
    tell,
)
from opd_tui.cli.typed import token_named
from opd_tui.desk.actions import ForgetPatient
from opd_tui.desk.actions.patients import other_names, people_beside
from opd_tui.desk.answers import accepted
from opd_tui.domain.errors import PatientAlreadyForgotten, UnknownPatient
from opd_tui.domain.model import Patient, TokenId
from opd_tui.domain.text import listed, printable

if TYPE_CHECKING:
    from opd_tui.desk.backup_service import CopiesLeft
    from opd_tui.desk.front_desk import FrontDesk

MAKE_ROOM = "Make room, then give the same command with --backups again."
SOME_BACKUPS_LEFT = (
    "Interrupted. Each backup is either rewritten or as it was; to rewrite the others, give the same command with "
    "--backups again."
)
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
    counts and the journal stay as they are. A patient with an open token cannot be forgotten. The question names
    everybody. If the hospital number also belongs to somebody whose name and phone both differ, it asks once more; with
    --yes, that needs --all-names.

    This cannot be undone. Existing backups still hold the name: --backups rewrites them, too. Copies that you made
    elsewhere are yours to delete. Other users of this machine can read a command's arguments while it runs: a token
    tells them less than a name.
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
        try:
            token = token_named(desk, patient, date) if patient else desk.visit_of(uhid, name, phone)
        except UnknownPatient:
            if not backups:
                raise
            forget_in_backups_alone(desk, uhid, name, phone, yes, as_json)
        else:
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
        with long_work() as work:
            work.point_of_no_return()
            outcome = desk.perform(action)
            answer, words = accepted(outcome) | {"erased": desk.erase_traces()}, [f"{outcome.sentence}."]
    except PatientAlreadyForgotten:
        if not backups:
            raise
    left = None
    if backups:
        with long_work(SOME_BACKUPS_LEFT) as work:
            left = backup_service.forget_in_copies(desk, identity, work)
    if as_json:
        print_json({"ok": True, **answer, "copies": in_json(left)})
        return
    if not answer.get("erased", True):
        words.append(NOT_ERASED)
    for line in words + (about(left) if left else kept_until(copies)):
        click.echo(line)


def forget_in_backups_alone(
    desk: FrontDesk, uhid: str | None, name: str | None, phone: str | None, yes: bool, as_json: bool
) -> None:
    """Forget a patient whom only the backups still name; raise UnknownPatient if none does."""
    from opd_tui.desk import backup_service

    confirm("The database does not name this patient, or no longer. Remove what the backups hold, for good?", yes)
    with long_work(SOME_BACKUPS_LEFT) as work:
        left = backup_service.forget_in_copies(desk, backup_service.identity_named(uhid, name, phone), work)
    if not left.rewritten and not left.still_naming:
        for line in others(left):
            tell(line)
        raise UnknownPatient("Neither the database nor a backup has a patient like this. Check what you typed.")
    if as_json:
        print_json({"ok": True, "copies": in_json(left)})
        return
    for line in about(left):
        click.echo(line)


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
    paths = {"rewritten": left.rewritten, "still_naming": left.still_naming, "not_searched": left.not_searched}
    return {name: list(map(str, found)) for name, found in paths.items()}


def about(left: CopiesLeft) -> list[str]:
    """Return the result for the backups, in sentences."""
    if not left.rewritten and not left.still_naming:
        return ["No backup holds the name.", *others(left)]
    lines = [f"Rewritten without the name: {printable(path)}" for path in left.rewritten]
    for path in left.still_naming:
        if path in left.no_room:
            lines.append(f"Still holds the name, because the disk is full: {printable(path)}. {MAKE_ROOM}")
        else:
            lines.append(f"Still holds the name, and could not be rewritten: {printable(path)}. Delete it.")
    return [*lines, *others(left)]


def others(left: CopiesLeft) -> list[str]:
    """Return which copies were not searched, in sentences."""
    return [f"Not searched, because it is of another database: {printable(path)}" for path in left.not_searched]


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
