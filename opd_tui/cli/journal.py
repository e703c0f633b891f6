"""`journal`: what happened on a day, at every desk."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from opd_tui.cli.desks import desk_to_read
from opd_tui.cli.lists import DATE, filter_option, find_option, none_found
from opd_tui.cli.options import (
    json_option,
    print_json_list,
    print_table,
    refusals_end_the_command,
    shared_options,
)
from opd_tui.cli.typed import optional
from opd_tui.desk.answers import entry_json
from opd_tui.desk.search import found, outcome_words

if TYPE_CHECKING:
    from opd_tui.desk.outcome import Outcome


@click.command(
    help="""
    List what happened on a day, at every desk: when, where, by whom, and what.

    The list has every entry of the journal that was recorded on the day, the oldest first. An entry that was written
    later for an earlier time has both times.

    With --out-of-turn it has only those by which a patient came before others, and says in how far: an emergency, a
    higher source, a seat that somebody lost, a call out of turn.
    """
)
@shared_options
@json_option
@filter_option("date", DATE, "the day; today by default")
@click.option("--out-of-turn", is_flag=True, help="Only entries by which a patient came before others.")
@find_option
@refusals_end_the_command
def journal(as_json: bool, date: str | None, out_of_turn: bool, find: str | None) -> None:
    """List what happened on a day."""
    from opd_tui.desk.out_of_turn import out_of_turn as reasons

    with desk_to_read() as desk:
        today = desk.today()
        outcomes = found(find or "", desk.journal(optional("date", DATE, date, today) or today), outcome_words)
        zone = desk.zone
    listed = [(outcome, reasons(outcome)) for outcome in outcomes]
    if out_of_turn:
        listed = [each for each in listed if each[1]]
    if as_json:
        print_json_list(entry_json(outcome, why) for outcome, why in listed)
        return
    rows = [(*entry_row(outcome, zone), ", ".join(why), outcome.sentence) for outcome, why in listed]
    nothing = "Nobody came before others on this day." if out_of_turn else "Nothing was recorded on this day."
    print_table(("ENTRY", "TIME", "DESK", "OPERATOR", "OUT OF TURN", "WHAT"), rows, none_found(find) or nothing)


def entry_row(outcome: Outcome, zone: ZoneInfo) -> tuple[object, ...]:
    """Return the first cells of an entry: its id, when, where and by whom."""
    return outcome.entry_id, times(outcome, zone), outcome.entry.desk, outcome.entry.operator


def times(outcome: Outcome, zone: ZoneInfo) -> str:
    """Return when an action took place, and when it was written down if that was later."""
    at, recorded_at = (each.astimezone(zone) for each in (outcome.entry.at, outcome.entry.recorded_at))
    took_place = f"{at:%H:%M}" if at.date() == recorded_at.date() else f"{at:%d %b %H:%M}"
    return took_place if outcome.entry.at == outcome.entry.recorded_at else f"{took_place}, written {recorded_at:%H:%M}"
