"""The commands that list doctors, slots and tokens."""

from __future__ import annotations

import datetime as dt
from typing import Any

import click

from opd_tui.cli.options import (
    desk_to_read,
    json_option,
    print_json,
    print_table,
    refusals_end_the_command,
    shared_options,
)
from opd_tui.desk.views import doctor_record_json, slot_record_json, token_record_json
from opd_tui.domain.field_types import Choice, Date, FieldType, Id, InvalidValue
from opd_tui.domain.model import Status


class FieldParamType(click.ParamType[Any]):
    """A field type as the type of a click option."""

    def __init__(self, type: FieldType[Any]) -> None:
        self.type = type
        self.name = type.metavar

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> object:
        try:
            return self.type.accept(self.type.from_text(value) if isinstance(value, str) else value)
        except InvalidValue as error:
            self.fail(f"it {error}.", param, ctx)


DATE = FieldParamType(Date())


@click.command("list", help="List all doctors by code.")
@shared_options
@json_option
@refusals_end_the_command
def doctor_list(as_json: bool) -> None:
    """List all doctors by code."""
    with desk_to_read() as desk:
        doctors = desk.doctor_list()
    if as_json:
        print_json([doctor_record_json(doctor) for doctor in doctors])
    else:
        rows = [(d.id, d.code, d.name, d.specialty, d.room) for d in doctors]
        print_table(("ID", "CODE", "NAME", "SPECIALTY", "ROOM"), rows, "No doctors yet. `opd-tui doctor add` adds one.")


@click.command("list", help="List slots by date, start and doctor's code, with their seats taken and patients waiting.")
@shared_options
@json_option
@click.option("--date", type=DATE, help="Only slots of this day.")
@click.option("--doctor", type=FieldParamType(Id("doctor")), help="Only this doctor's slots.")
@refusals_end_the_command
def slot_list(as_json: bool, date: dt.date | None, doctor: int | None) -> None:
    """List slots by date, start and doctor's code, with their seats taken and patients waiting."""
    with desk_to_read() as desk:
        records = desk.slot_list(date, doctor)
    if as_json:
        print_json([slot_record_json(record) for record in records])
        return
    rows = [
        (r.slot.id, r.slot.date, r.slot.window, r.doctor.name, f"{r.load.taken} of {r.slot.capacity}", r.load.waiting)
        for r in records
    ]
    head = ("ID", "DATE", "TIME", "DOCTOR", "SEATS TAKEN", "WAITING")
    print_table(head, rows, "No slots here. `opd-tui session open` opens some.")


@click.command("list", help="List tokens in queue order.")
@shared_options
@json_option
@click.option("--slot", type=FieldParamType(Id("slot")), help="Only tokens of this slot.")
@click.option("--status", type=FieldParamType(Choice(Status)), help="Only tokens with this status.")
@click.option("--date", type=DATE, help="Only tokens of this day.")
@refusals_end_the_command
def token_list(as_json: bool, slot: int | None, status: Status | None, date: dt.date | None) -> None:
    """List tokens in queue order."""
    with desk_to_read() as desk:
        records = desk.token_list(slot, status, date)
        zone = desk.zone
    if as_json:
        print_json([token_record_json(record) for record in records])
        return
    rows = [
        (
            r.token.id,
            r.token.number,
            r.token.patient.name,
            r.token.source.name,
            r.token.status.name,
            r.slot.date,
            r.slot.window,
            r.doctor.name,
            f"{r.token.issued_at.astimezone(zone):%H:%M}",
        )
        for r in records
    ]
    head = ("ID", "NUMBER", "PATIENT", "SOURCE", "STATUS", "DATE", "TIME", "DOCTOR", "ISSUED")
    print_table(head, rows, "No tokens here. `opd-tui token issue` issues one.")
