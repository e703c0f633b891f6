"""The commands that list doctors, slots and tokens."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from opd_tui.cli.desks import desk_to_read
from opd_tui.cli.options import (
    TypedText,
    json_option,
    print_json,
    print_json_list,
    print_streamed_table,
    print_table,
    refusals_end_the_command,
    shared_options,
)
from opd_tui.cli.typed import option_help, optional
from opd_tui.desk.search import doctor_words, found, slot_words, token_words
from opd_tui.desk.views import doctor_record_json, slot_record_json, token_record_json
from opd_tui.domain.field_types import Choice, FieldType, Id
from opd_tui.domain.model import Status, TokenRecord
from opd_tui.domain.records import quoted
from opd_tui.domain.time_types import Date

if TYPE_CHECKING:
    from opd_tui.desk.front_desk import FrontDesk

DATE, SLOT, DOCTOR, STATUS = Date(), Id("slot"), Id("doctor"), Choice(Status)


def filter_option(name: str, type: FieldType[Any], help: str) -> Callable[[Any], Any]:
    """Return an option that restricts a list to the rows with a value."""
    return click.option(f"--{name}", metavar=type.metavar, help=option_help(type, help))


find_option = click.option(
    "--find",
    type=TypedText(),
    metavar="TEXT",
    help="Only those in which every word is found: a name, a number, a phone, a room.",
)


@click.command("list", help="List all doctors by code.")
@shared_options
@json_option
@find_option
@refusals_end_the_command
def doctor_list(as_json: bool, find: str | None) -> None:
    """List all doctors by code."""
    with desk_to_read() as desk:
        doctors = found(find or "", desk.doctor_list(), doctor_words)
    if as_json:
        print_json([doctor_record_json(doctor) for doctor in doctors])
    else:
        rows = [(d.id, d.code, d.name, d.specialty, d.room) for d in doctors]
        print_table(
            ("ID", "CODE", "NAME", "SPECIALTY", "ROOM"),
            rows,
            none_found(find) or "No doctors yet. `opd-tui doctor add` adds one.",
        )


@click.command("list", help="List slots by date, start and doctor's code, with their seats taken and patients waiting.")
@shared_options
@json_option
@filter_option("date", DATE, "only slots of this day")
@filter_option("doctor", DOCTOR, "only this doctor's slots")
@find_option
@refusals_end_the_command
def slot_list(as_json: bool, date: str | None, doctor: str | None, find: str | None) -> None:
    """List slots by date, start and doctor's code, with their seats taken and patients waiting."""
    with desk_to_read() as desk:
        today = desk.today()
        slots = desk.slot_list(optional("date", DATE, date, today), optional("doctor", DOCTOR, doctor, today))
    records = found(find or "", slots, slot_words)
    if as_json:
        print_json([slot_record_json(record) for record in records])
        return
    rows = [
        (r.slot.id, r.slot.date, r.slot.window, r.doctor.name, f"{r.load.taken} of {r.slot.capacity}", r.load.waiting)
        for r in records
    ]
    head = ("ID", "DATE", "TIME", "DOCTOR", "SEATS TAKEN", "WAITING")
    print_table(head, rows, none_found(find) or "No slots here. `opd-tui session open` opens some.")


@click.command("list", help="List tokens in queue order.")
@shared_options
@json_option
@filter_option("slot", SLOT, "only tokens of this slot")
@filter_option("status", STATUS, "only tokens with this status")
@filter_option("date", DATE, "only tokens of this day")
@find_option
@refusals_end_the_command
def token_list(as_json: bool, slot: str | None, status: str | None, date: str | None, find: str | None) -> None:
    """List tokens in queue order; what --find names by its number comes first."""
    head = ("ID", "NUMBER", "PATIENT", "SOURCE", "STATUS", "DATE", "TIME", "DOCTOR", "ISSUED")
    empty = none_found(find) or "No tokens here. `opd-tui token issue` issues one."
    with desk_to_read() as desk, listed_tokens(desk, slot, status, date, find) as tokens:
        if as_json:
            print_json_list(map(token_record_json, tokens()))
        else:
            print_streamed_table(head, lambda: (token_row(record, desk.zone) for record in tokens()), empty)


@contextmanager
def listed_tokens(
    desk: FrontDesk, slot: str | None, status: str | None, date: str | None, find: str | None
) -> Iterator[Callable[[], Iterable[TokenRecord]]]:
    """Yield a function that streams the tokens of the options; those that --find finds are held in memory."""
    today = desk.today()
    only = (
        optional("slot", SLOT, slot, today),
        optional("status", STATUS, status, today),
        optional("date", DATE, date, today),
    )
    with desk.streamed_tokens(*only) as tokens:
        if find:
            hits = found(find, tokens(), token_words)
            yield lambda: hits
        else:
            yield tokens


def token_row(record: TokenRecord, zone: ZoneInfo) -> tuple[object, ...]:
    """Return the cells of a token."""
    token, slot = record.token, record.slot
    return (
        *(token.id, token.number, token.patient.name, token.source.label, status_of(record)),
        *(slot.date, slot.expected_window, record.doctor.name),
        f"{token.issued_at.astimezone(zone):%H:%M}",
    )


def status_of(record: TokenRecord) -> str:
    """Return a token's status, and the number of the token to which its patient moved."""
    return f"{record.token.status.name} → {record.moved_to}" if record.moved_to else record.token.status.name


def none_found(text: str | None) -> str:
    """Return that nothing matches a search, or "" if there was none."""
    return f"Nothing here matches {quoted(text)}." if text else ""
