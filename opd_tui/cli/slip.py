"""`token slip`: the slip of a token, shown or printed."""

from __future__ import annotations

import click

from opd_tui.cli.desks import desk_to_read
from opd_tui.cli.options import REFUSED, fail, refusals_end_the_command, settings_file, shared_options
from opd_tui.cli.typed import token_named
from opd_tui.config.option_types import SLIP_WIDTHS


@click.command(
    "slip",
    help="""
    Show a token's slip, or print it.

    TOKEN is the token's id, or its number, such as A-003, on the day given by --date. Printing goes where the setting
    slip_printer says, and is noted in the journal: the next slip is marked as a reprint.
    """,
)
@shared_options
@click.argument("token")
@click.option("--date", metavar="DATE", help="The day of the token's number; today by default.")
@click.option(
    "--width",
    type=click.Choice([str(width) for width in SLIP_WIDTHS]),
    help="The columns of the paper; by default those of the setting slip_width.",
)
@click.option("--print", "prints", is_flag=True, help="Print it instead of showing it.")
@refusals_end_the_command
def token_slip(token: str, date: str | None, width: str | None, prints: bool) -> None:
    """Show a token's slip, or print it."""
    from dataclasses import replace

    from opd_tui.desk.actions import NoteSlip
    from opd_tui.printing.layout import SlipLayout, as_text
    from opd_tui.printing.printers import printer_of
    from opd_tui.printing.slip_printer import NotPrinted

    settings = settings_file().settings
    layout = SlipLayout.of(settings)
    layout = replace(layout, width=int(width)) if width else layout
    printer = printer_of(settings.slip_printer) if prints else None
    if prints and printer is None:
        fail("No printer is set. Name one as slip_printer in the settings; without --print the slip is shown.", REFUSED)
    with desk_to_read() as desk:
        slip = desk.slip(token_named(desk, token, date))
        number, id_ = slip.record.token.number, slip.record.token.id
        if printer is None:
            click.echo(as_text(layout.lines(slip), layout.width), nl=False)
            return
        try:
            printer.print(layout.lines(slip, printer.letters), layout.width, str(id_))
        except NotPrinted as error:
            fail(f"The slip of {number} was not printed: {error}.", REFUSED)
        click.echo(f"{desk.perform(NoteSlip(token=id_)).sentence}.")
