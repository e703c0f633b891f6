"""`backup` and `restore`: copies of the database, and the way back from them."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from opd_tui.cli.answers import confirm, refusals_in_json
from opd_tui.cli.options import (
    WRONG_USE,
    fail,
    front_desk,
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

if TYPE_CHECKING:
    from opd_tui.desk.backup_service import Checked, Copy

GENTLE = 10
"""By how much a daily backup lets other programs go first (nice)."""


@click.command()
@shared_options
@json_option
@click.option("--daily", is_flag=True, help="Only if there is none of today yet; nobody is waiting for it.")
@click.option("--list", "as_list", is_flag=True, help="List the backups, the newest last.")
@click.option("--drill", is_flag=True, help="Restore the newest backup into a temporary place and verify it.")
@click.argument("path", required=False, type=click.Path(path_type=Path))
@refusals_end_the_command
def backup(path: Path | None, drill: bool, as_list: bool, daily: bool, as_json: bool) -> None:
    """Copy the whole database and verify the copy, while the desks go on working.

    Without PATH the copy goes into the folder of backups, beside the database; of a database on a server, into your
    data directory. The last 14 daily ones stay there, and the last 14 that you ask for; the setting backups_kept
    changes the number. PATH is a folder, such as a memory stick, or a new file; what you put there is never deleted.

    The program makes a backup by itself, once a day, when the screens are opened. --daily does the same from a
    timetable (cron). Try --drill now and then: it proves that the newest backup can be restored, and its exit status
    is 1 if there is none or it does not verify. The way back is `opd-tui restore`.
    """
    if sum((path is not None, drill, as_list, daily)) > 1:
        fail("PATH, --daily, --list and --drill do not go together. Choose one.", WRONG_USE)
    with refusals_in_json(as_json):
        if as_list:
            list_backups(as_json)
        elif drill:
            drill_newest(as_json)
        elif daily:
            make_daily(as_json)
        else:
            make(path.absolute() if path else None, as_json)


def make(path: Path | None, as_json: bool) -> None:
    """Make a backup and say where it is."""
    from opd_tui.desk.backup_service import back_up

    with front_desk(create=False) as desk:
        copy = back_up(desk, path, settings_file().settings.backups_kept)
    if as_json:
        print_json(in_json(copy))
    else:
        click.echo(f"Backed up to {copy.path} ({size(copy.size)}): {counted(copy.checked)}, all verified.")


def make_daily(as_json: bool) -> None:
    """Make today's backup unless it is there."""
    from opd_tui.desk.backup_service import back_up_today

    if hasattr(os, "nice"):
        os.nice(GENTLE)
    with front_desk(create=False) as desk:
        copy = back_up_today(desk, settings_file().settings.backups_kept)
    if as_json:
        print_json(in_json(copy) if copy else {"ok": True, "path": None})
    elif copy:
        click.echo(f"Backed up to {copy.path} ({size(copy.size)}): {counted(copy.checked)}, all verified.")
    else:
        click.echo("There is a backup of today already, or nothing to back up yet.")


def list_backups(as_json: bool) -> None:
    """Show every verified backup, and what else is kept."""
    from opd_tui.desk.opening import store_of

    store = store_of(shared_option("database"))
    found = store.backups()
    others = sorted({*store.copies()} - {each.path for each in found})
    if as_json:
        listed = [
            {
                "path": str(each.path),
                "made_at": write_instant(each.made_at),
                "kind": each.kind.value,
                "bytes": each.size,
            }
            for each in found
        ]
        print_json({"ok": True, "backups": listed, "others": [str(path) for path in others]})
        return
    rows = [
        (f"{each.made_at.astimezone():%Y-%m-%d %H:%M %Z}", each.kind.value, size(each.size), each.path)
        for each in found
    ]
    print_table(("MADE", "KIND", "SIZE", "PATH"), rows, "There is no backup yet. `opd-tui backup` makes one.")
    for path in others:
        click.echo(f"Also kept: {path}")


def drill_newest(as_json: bool) -> None:
    """Prove that the newest backup can be restored."""
    from opd_tui.desk import backup_service

    drill = backup_service.drill(shared_option("database"), SystemClock())
    backup = drill.backup
    if as_json:
        age = int(drill.age.total_seconds())
        print_json({"ok": True, "path": str(backup.path), "age_seconds": age, "checked": drill.checked})
    else:
        click.echo(f"{backup.path} is {age_in_words(drill.age)} old and can be restored: {counted(drill.checked)}.")


@click.command()
@shared_options
@json_option
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.argument("file", type=click.Path(path_type=Path))
@refusals_end_the_command
def restore(file: Path, yes: bool, as_json: bool) -> None:
    """Put the backup FILE in the place of the database.

    Close the program on every desk first. FILE is verified before anything is touched; one of an older version is
    brought to this one. The database that is replaced is kept beside the new one, or, of a server, among the backups:
    nothing is deleted, also where it is damaged. Actions since the backup are not in it: enter them again from paper.

    A backup of a server's database can be restored into a file, too, if the server is gone: give
    --database with the file's path.
    """
    from opd_tui.desk import backup_service

    confirm(f"Put {file} in the place of the database? What was done since that backup is not in it.", yes)
    with refusals_in_json(as_json):
        group = settings_file().settings.group
        restored = backup_service.restore(file, shared_option("database"), SystemClock(), group)
    if as_json:
        replaced = str(restored.replaced) if restored.replaced else None
        print_json({"ok": True, "checked": restored.checked, "replaced": replaced})
        return
    click.echo(f"Restored: {counted(restored.checked)}, all verified.")
    if restored.replaced:
        click.echo(f"What was there before is kept as {restored.replaced}.")


def in_json(copy: Copy) -> dict[str, object]:
    """A backup as an answer."""
    return {"ok": True, "path": str(copy.path), "bytes": copy.size, "checked": copy.checked}


def counted(checked: Checked) -> str:
    """What was checked, in words."""
    return ", ".join(f"{count} {what}" for what, count in checked.items())


def size(count: int) -> str:
    """A number of bytes in words."""
    return f"{count / 1_000_000:.1f} MB" if count >= 100_000 else f"{count / 1000:.0f} kB"


def age_in_words(age: dt.timedelta) -> str:
    """How long ago something was, to the unit that matters."""
    hours = age.total_seconds() / 3600
    if hours < 1:
        return f"{max(round(hours * 60), 0)} minutes"
    return f"{round(hours)} hours" if hours < 48 else f"{round(hours / 24)} days"
