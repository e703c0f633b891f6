"""`forget`: remove what identifies a person and leave everything else as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from opd_tui.cli.act import date_option
from opd_tui.cli.answers import confirm, refusals_in_json
from opd_tui.cli.options import (
    WRONG_USE,
    fail,
    front_desk,
    json_option,
    print_json,
    refusals_end_the_command,
    settings_file,
    shared_options,
)
from opd_tui.desk.actions import ForgetPatient
from opd_tui.desk.answers import accepted
from opd_tui.domain.errors import PatientAlreadyForgotten
from opd_tui.domain.field_types import whole_number
from opd_tui.domain.model import TokenId

if TYPE_CHECKING:
    from opd_tui.desk.backup_service import CopiesLeft
    from opd_tui.desk.front_desk import FrontDesk

SHOWN = 5
"""So many visits are named in the question."""
NOT_ERASED = (
    "Old pages of the database may hold the name for a while: those of a file until every desk is closed, those of a "
    "server as long as it keeps them in its own logs and copies."
)


@click.command()
@shared_options
@json_option
@click.option("--date", metavar="DATE", help="The day of the token's number; today by default.")
@click.option("--uhid", metavar="TEXT", help="The patient's hospital number, in place of a token.")
@click.option("--name", metavar="TEXT", help="The patient's name, with --phone, in place of a token.")
@click.option("--phone", metavar="PHONE", help="The patient's phone number, with --name.")
@click.option("--backups", is_flag=True, help="Also rewrite the backups that are kept.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.argument("patient", required=False, metavar="[PATIENT]")
@refusals_end_the_command
def forget(
    patient: str | None,
    date: str | None,
    uhid: str | None,
    name: str | None,
    phone: str | None,
    backups: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Remove what identifies a patient: name, phone, hospital number, year of birth and sex.

    PATIENT is any token of the patient: its id, or its number (A-003) with --date. Or name the patient by --uhid, or
    by --name and --phone together. All visits of the same person are meant: those with the same hospital number, or
    with the same name and phone; a name alone never is. The tokens, the counts and the journal stay as they are. A
    patient with an open token is refused.

    This cannot be taken back. The backups that are kept still hold the name: --backups rewrites them, too. What you
    copied elsewhere yourself is yours to delete.
    """
    if sum(map(bool, (patient, uhid, name or phone))) != 1:
        fail("Name one patient: by a token, by --uhid, or by --name and --phone together.", WRONG_USE)
    with front_desk(create=False) as desk, refusals_in_json(as_json, ForgetPatient.verb):
        token = chosen(desk, patient, date) if patient else desk.visit_of(uhid, name, phone)
        forget_one(desk, token, backups, yes, as_json)


def forget_one(desk: FrontDesk, token: TokenId, backups: bool, yes: bool, as_json: bool) -> None:
    """Ask, forget, and say where the name may still be."""
    from opd_tui.desk import backup_service

    action, answer, words = ForgetPatient(token=token), {}, []
    identity, copies = backup_service.identity_of(desk, token), len(backup_service.copies_of(desk))
    try:
        desk.preview(action)  # refused before anybody is asked
        confirm(question(desk, token), yes)
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
    """The token that was given by its id or its number."""
    token = whole_number(patient)
    return TokenId(token) if isinstance(token, int) else desk.token_numbered(patient, date_option(date) or desk.today())


def question(desk: FrontDesk, token: TokenId) -> str:
    """Who is forgotten, and in which visits."""
    visits = desk.visits_of(token)
    shown = [f"{record.token.number} on {record.slot.date:%d %b %Y}" for record in visits[-SHOWN:]]
    more = [f"and {len(visits) - SHOWN} before"] if len(visits) > SHOWN else []
    count = "1 visit" if len(visits) == 1 else f"{len(visits)} visits"
    return f"Forget {visits[-1].token.patient.name} for good, in {count} ({', '.join(shown + more)})?"


def in_json(left: CopiesLeft | None) -> dict[str, list[str]] | None:
    """What became of the backups, as part of an answer; None where they were not asked for."""
    if left is None:
        return None
    return {"rewritten": list(map(str, left.rewritten)), "still_naming": list(map(str, left.still_naming))}


def about(left: CopiesLeft) -> list[str]:
    """What became of the backups."""
    if not left.rewritten and not left.still_naming:
        return ["No backup that is kept holds the name."]
    lines = [f"Rewritten without the name: {path}" for path in left.rewritten]
    return lines + [
        f"Still holds the name, and could not be rewritten: {path}. Delete it." for path in left.still_naming
    ]


def kept_until(copies: int) -> list[str]:
    """How long the backups hold the name."""
    if not copies:
        return []
    kept = settings_file().settings.backups_kept
    return [
        f"{in_words(copies)} may still hold the name; `opd-tui backup --list` shows them. A daily one goes after "
        f"{kept} more days with a backup, a copy from before an upgrade or a restore when you delete it. The same "
        "command with --backups rewrites them at once."
    ]


def in_words(copies: int) -> str:
    """So many copies of the database."""
    return "One backup" if copies == 1 else f"{copies} backups"
