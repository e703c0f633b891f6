"""`verify` and `paths`: the state and the place of the database."""

from __future__ import annotations

import os
from pathlib import Path

import click

from opd_tui import environment
from opd_tui.cli.desks import front_desk, refusals_end_with_wrong_use, refuse_other_zone
from opd_tui.cli.long_work import long_work
from opd_tui.cli.options import (
    REFUSED,
    given_option,
    json_option,
    print_json,
    print_table,
    refusals_end_the_command,
    settings_file,
    shared_option,
    shared_options,
    warn,
)
from opd_tui.clock import SystemClock

NO_HOME = "none, since you have no home directory"
NO_ZONE = "none with a name; give --time-zone when the database is made"


@click.command(
    help="""
    Check the whole database, and change nothing.

    Compares the schema with the program's, folds the journal and compares the result with the tables, sorts every slot
    from scratch by the one rule, and looks for gaps in counters and token numbers. The exit status is 1 if anything
    does not agree.
    """
)
@shared_options
@json_option
@click.option(
    "--against",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Also check that the journal still holds every line that the backup FILE holds.",
)
@refusals_end_the_command
def verify(as_json: bool, against: Path | None) -> None:
    """Check the whole database, and change nothing."""
    from opd_tui.desk import verification

    location = shared_option("database")
    with refusals_end_with_wrong_use():
        with long_work() as work:
            refuse_other_zone(location)
            result = verification.verify_database(location, SystemClock(), against, work)
        warn(verification.warnings(location, settings_file().settings.group))
    if as_json:
        print_json({"ok": not result.problems, "checked": result.checked, "problems": result.problems})
    else:
        checked = ", ".join(f"{count} {what}" for what, count in result.checked.items())
        click.echo(
            f"Checked {checked}: the file, the schema, the journal's fold, the one rule in every slot, counters and "
            f"numbers{f', and every line of {against}' if against else ''}."
        )
        for problem in result.problems:
            click.echo(f"- {problem}")
        click.echo("Something does not agree." if result.problems else "All agree.")
    if result.problems:
        raise click.exceptions.Exit(REFUSED)


@click.command(help="Show where files are kept, the operator and desk, and the hospital's time zone.")
@shared_options
@json_option
@refusals_end_the_command
def paths(as_json: bool) -> None:
    """Show where files are kept, the operator and desk, and the hospital's time zone."""
    location, zone = _location_and_zone()
    facts = {
        "database": location,
        "time zone": zone,
        "desk": shared_option("desk") or environment.default_desk(),
        "operator": shared_option("operator") or environment.default_operator(),
        "settings": str(environment.settings_file() or NO_HOME),
        "reports of bugs": str(environment.reports_directory() or NO_HOME),
    }
    if as_json:
        print_json({name.replace(" ", "_"): value for name, value in facts.items()})
    else:
        print_table(("WHAT", "WHERE"), list(facts.items()), "")


def _location_and_zone() -> tuple[str, str]:
    """Return the database's location without a password, and its time zone, or the zone that a new one would get."""
    location = shared_option("database") or str(environment.default_database())
    if "://" not in location and not os.path.exists(location):
        zone = given_option("time_zone") or environment.system_zone()
        return location, str(zone or NO_ZONE)
    with front_desk(create=False) as desk:
        return (desk.database.location if "://" in location else location), desk.zone.key
