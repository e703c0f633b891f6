"""`backup` and `restore`."""

from __future__ import annotations

import datetime as dt
import os
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from opd_tui.cli.answers import confirm, refusals_in_json
from opd_tui.cli.desks import front_desk, refuse_other_zone
from opd_tui.cli.long_work import Show, lines_for_programs, long_work
from opd_tui.cli.options import (
    REFUSED,
    WRONG_USE,
    fail,
    given_option,
    json_option,
    print_json,
    print_table,
    refusals_end_the_command,
    settings_file,
    shared_option,
    shared_options,
)
from opd_tui.clock import SystemClock
from opd_tui.domain.instants import write_instant
from opd_tui.domain.text import printable

if TYPE_CHECKING:
    from opd_tui.desk.backup_service import Checked, Copy

LOST = (
    "The database no longer holds all that this backup holds: an older one was restored since, or somebody altered it. "
    "If you did not restore one, ask for help before the older backups are gone."
)
NICENESS = 10
"""How much a daily backup lowers its priority, so that it does not slow the desks down."""


@click.command(
    help="""
    Copy the whole database and verify the copy, while the desks keep working.

    Without PATH, the copy goes into the backup folder beside the database or, for a database on a server, in your
    data directory. It keeps the last 14 daily backups and the last 14 that you ask for; the setting backups_kept
    changes this number. PATH is a folder, such as a memory stick, or a new file; copies there are never deleted.

    The program makes a backup automatically once a day, when the screens are opened. --daily does the same from cron
    or another scheduler. Run --drill now and then: it proves that the newest backup can be restored, and its exit
    status is 1 if there is none, if it does not verify, or if the database no longer holds all that it holds. To go
    back to a backup, use `opd-tui restore`.
    """
)
@shared_options
@json_option
@click.option("--daily", is_flag=True, help="Only if there is no backup of today yet; runs at low priority.")
@click.option(
    "--list", "as_list", is_flag=True, help="List the backups, newest last; with PATH, those in another folder."
)
@click.option("--progress", "for_program", is_flag=True, hidden=True, help="Print how far it is, for the screens.")
@click.option("--drill", is_flag=True, help="Restore the newest backup into a temporary folder and verify it.")
@click.argument("path", required=False, type=click.Path(path_type=Path))
@refusals_end_the_command
def backup(path: Path | None, drill: bool, as_list: bool, daily: bool, for_program: bool, as_json: bool) -> None:
    """Copy the whole database and verify the copy, while the desks keep working."""
    if sum((path is not None and not as_list, drill, as_list, daily)) > 1:
        fail("PATH, --daily, --list and --drill cannot be combined. Choose one; only --list takes PATH.", WRONG_USE)
    display = lines_for_programs() if for_program else None
    with refusals_in_json(as_json):
        if as_list:
            list_backups(path, as_json)
        elif drill:
            drill_newest(as_json)
        elif daily:
            make_daily(as_json, display)
        else:
            make(path.absolute() if path else None, as_json, display)


def make(path: Path | None, as_json: bool, display: AbstractContextManager[Show] | None) -> None:
    """Make a backup and print its path."""
    from opd_tui.desk.backup_service import back_up

    with front_desk(create=False) as desk, long_work(display=display) as work:
        copy = back_up(desk, path, settings_file().settings.backups_kept, work)
    if as_json:
        print_json(in_json(copy))
    else:
        click.echo(f"Backed up to {copy.path} ({size(copy.size)}): {counted(copy.checked)}, all verified.")


def make_daily(as_json: bool, display: AbstractContextManager[Show] | None) -> None:
    """Make today's backup unless there is one."""
    from opd_tui.desk.backup_service import back_up_today

    if hasattr(os, "nice"):
        os.nice(NICENESS)
    with front_desk(create=False) as desk, long_work(display=display) as work:
        copy = back_up_today(desk, settings_file().settings.backups_kept, work)
    if as_json:
        print_json(in_json(copy) if copy else {"ok": True, "path": None})
    elif copy:
        click.echo(f"Backed up to {copy.path} ({size(copy.size)}): {counted(copy.checked)}, all verified.")
    else:
        click.echo("There is already a backup of today, or nothing to back up yet.")


def list_backups(folder: Path | None, as_json: bool) -> None:
    """Print every verified backup, the other copies in the folder, and what a killed backup left there."""
    from opd_tui.desk.backup_service import listed

    found, others, left = listed(shared_option("database"), folder)
    if as_json:
        backups = [
            {
                "path": str(each.path),
                "made_at": write_instant(each.made_at),
                "kind": each.kind.value,
                "bytes": each.size,
            }
            for each in found
        ]
        rest = {"others": [str(path) for path in others], "left": [str(path) for path in left]}
        print_json({"ok": True, "backups": backups, **rest})
        return
    rows = [
        (f"{each.made_at.astimezone():%Y-%m-%d %H:%M %Z}", each.kind.value, size(each.size), each.path)
        for each in found
    ]
    print_table(("MADE", "KIND", "SIZE", "PATH"), rows, "There is no backup yet. `opd-tui backup` makes one.")
    for path in others:
        click.echo(f"Also kept: {printable(path)}")
    for path in left:
        click.echo(f"Left by a backup that was killed: {printable(path)}. The next backup there deletes it.")


def drill_newest(as_json: bool) -> None:
    """Prove that the newest backup can be restored."""
    from opd_tui.desk import backup_service

    location = shared_option("database")
    with long_work() as work:
        refuse_other_zone(location)
        drill = backup_service.drill(location, SystemClock(), work)
    backup = drill.backup
    if as_json:
        age = int(drill.age.total_seconds())
        answer = {"path": str(backup.path), "age_seconds": age, "checked": drill.checked, "lost": drill.lost}
        print_json({"ok": not drill.lost, **answer})
    else:
        click.echo(f"{backup.path} is {age_in_words(drill.age)} old and can be restored: {counted(drill.checked)}.")
        for problem in drill.lost:
            click.echo(f"- {printable(problem)}")
        if drill.lost:
            click.echo(LOST)
    if drill.lost:
        raise click.exceptions.Exit(REFUSED)


@click.command(
    help="""
    Replace the database by the backup FILE.

    Close the program on every desk first. FILE is verified before anything is changed, and upgraded if an older
    version made it. The replaced database is kept, even a damaged one: a file beside the new one, a server's among
    the backups. Actions since the backup are not in it: enter them again from paper. A backup of another database is
    refused unless you say so.

    If a server is lost, a backup of its database can be restored into a file: give the file's path with --database.
    """
)
@shared_options
@json_option
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--another-database", is_flag=True, help="FILE may be a backup of another database.")
@click.argument("file", type=click.Path(path_type=Path))
@refusals_end_the_command
def restore(file: Path, another_database: bool, yes: bool, as_json: bool) -> None:
    """Replace the database by the backup FILE."""
    from opd_tui.desk import backup_service

    confirm(f"Replace the database by {file}? Actions since that backup are not in it.", yes)
    group, location, zone = settings_file().settings.group, shared_option("database"), given_option("time_zone")
    with refusals_in_json(as_json), long_work() as work:
        restored = backup_service.restore(
            file, location, SystemClock(), group, another=another_database, zone=zone, progress=work
        )
    if as_json:
        replaced = str(restored.replaced) if restored.replaced else None
        print_json({"ok": True, "checked": restored.checked, "replaced": replaced})
        return
    click.echo(f"Restored: {counted(restored.checked)}, all verified.")
    if restored.replaced:
        click.echo(f"The replaced database is kept as {restored.replaced}.")


def in_json(copy: Copy) -> dict[str, object]:
    """Return a backup as a JSON answer."""
    return {"ok": True, "path": str(copy.path), "bytes": copy.size, "checked": copy.checked}


def counted(checked: Checked) -> str:
    """Return what was checked, in words."""
    return ", ".join(f"{count} {what}" for what, count in checked.items())


def size(count: int) -> str:
    """Return a number of bytes as kB or MB."""
    return f"{count / 1_000_000:.1f} MB" if count >= 100_000 else f"{count / 1000:.0f} kB"


def age_in_words(age: dt.timedelta) -> str:
    """Return an age in minutes, hours or days."""
    hours = age.total_seconds() / 3600
    if hours < 1:
        return f"{max(round(hours * 60), 0)} minutes"
    return f"{round(hours)} hours" if hours < 48 else f"{round(hours / 24)} days"
