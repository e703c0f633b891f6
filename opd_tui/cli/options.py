"""Options shared by all commands, accepted before or after the command's name, and helpers for output."""

from __future__ import annotations

import functools
import gc
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import IO, TYPE_CHECKING, Any, NoReturn, TypeVar, cast

import click
from rich.cells import cell_len

from opd_tui.cli.refusals import message_of
from opd_tui.config.reading import SettingsFile, read_settings
from opd_tui.domain.actor import Road
from opd_tui.domain.errors import DeskBusy, DeskRefusal, Invalid, StoreDamaged, StoreUnavailable
from opd_tui.domain.text import has_undecoded_bytes

if TYPE_CHECKING:
    from opd_tui.desk.front_desk import FrontDesk

F = TypeVar("F", bound=Callable[..., Any])

REFUSED = 1
WRONG_USE = 2
NAMES = ("desk", "operator")
"""The shared options that are kept as text."""

_SETTINGS = "opd_tui.environment"

_SHARED = {
    "database": "The database's file, or a server's URL; by default the desk's own database.",
    "desk": "The desk's name; by default the host and its terminal.",
    "operator": "The operator's name; by default the system user.",
    "time-zone": "The hospital's time zone for a new database, such as Asia/Kolkata; by default the system's.",
}


def shared_options(command: F) -> F:
    """Add --database, --desk and --operator to a command; the last one on the command line wins."""
    for name, help in reversed(_SHARED.items()):
        command = click.option(f"--{name}", help=help, metavar="TEXT", expose_value=False, callback=_remember)(command)
    return command


def json_option(command: F) -> F:
    """Add --json to a command."""
    return click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")(command)


def _remember(context: click.Context, parameter: click.Parameter, value: str | None) -> None:
    if value is not None:
        context.find_root().meta[f"opd_tui.{parameter.name}"] = value


def shared_option(name: str) -> str | None:
    """Return an option's value from the command line, the environment or the settings file; None if it is empty."""
    return given_option(name) or getattr(settings_file().settings, name, None)


def given_option(name: str) -> str | None:
    """Return an option's value from the command line or the environment, or None."""
    given = click.get_current_context().find_root().meta.get(f"opd_tui.{name}")
    value: str | None = given or os.environ.get(f"OPD_TUI_{name.upper()}") or None
    if value and name in NAMES and has_undecoded_bytes(value):
        fail(f"The {name}'s name has characters that are not in the expected encoding. Write it in UTF-8.", WRONG_USE)
    return value


def settings_file(*, quietly: bool = False) -> SettingsFile:
    """Return the settings, read once per run; unless `quietly`, print a line that they have problems."""
    meta = click.get_current_context().find_root().meta
    if _SETTINGS not in meta:
        meta[_SETTINGS] = file = read_settings()
        if file.problems and not quietly:
            count = "1 problem" if len(file.problems) == 1 else f"{len(file.problems)} problems"
            tell(f"The settings file has {count}; `opd-tui settings` shows what is wrong.")
    return cast(SettingsFile, meta[_SETTINGS])


@contextmanager
def front_desk(*, create: bool = True, road: Road = Road.COMMAND_LINE) -> Iterator[FrontDesk]:
    """Yield the desk that the options name; end the command with status 2 if it cannot be opened."""
    from opd_tui.desk.opening import in_zone, open_front_desk

    zone = given_option("time_zone")
    try:
        desk = open_front_desk(
            shared_option("database"),
            operator=shared_option("operator"),
            desk=shared_option("desk"),
            road=road,
            create=create,
            zone=zone,
            group=settings_file().settings.group,
        )
        in_zone(desk, zone)
    except (StoreUnavailable, DeskBusy) as refusal:
        fail(message_of(refusal), WRONG_USE)
    for warning in desk.warnings:
        tell(warning)
    try:
        yield desk
    finally:
        desk.close()


def desk_to_read() -> AbstractContextManager[FrontDesk]:
    """Open the desk that the options name, for a list: a mistyped path must not create a database."""
    return front_desk(create=shared_option("database") is None)


def status_of(refusal: DeskRefusal) -> int:
    """Return the exit status of a refusal: 2 for malformed input or a damaged database, else 1."""
    return WRONG_USE if isinstance(refusal, Invalid | StoreDamaged) else REFUSED


def refusals_end_the_command(command: F) -> F:
    """Decorate a command to print a refusal in one line and exit with its status."""

    @functools.wraps(command)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except DeskRefusal as refusal:
            fail(message_of(refusal), status_of(refusal))

    return guarded  # type: ignore[return-value]


class TypedText(click.ParamType[str]):
    """Text that is kept or searched, whose bytes must all be readable."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if has_undecoded_bytes(value):
            self.fail("it has characters that are not in the expected encoding; write it in UTF-8.", param, ctx)
        return str(value)


def are_terminals(*streams: IO[str] | None) -> bool:
    """Return whether a person is at all these streams; one that was closed before the start is None."""
    return all(stream is not None and stream.isatty() for stream in streams)


def make_ready_for_screens() -> None:
    """Prepare the process for Textual; call this before Textual is imported, since it reads these variables then."""
    gc.disable()  # the app enables it once the first board is drawn: until then it would only slow the start down
    for name in ("COLUMNS", "LINES"):  # Textual prefers them to the terminal's size, even after a resize
        os.environ.pop(name, None)
    # A key press and the desk's answer are two frames; at the default of 60 per second, the second waits 17 ms.
    os.environ.setdefault("TEXTUAL_FPS", "1000")


def tell(message: str) -> None:
    """Print a message on standard error, if that can be written: a full disk there must not stop the work."""
    with suppress(OSError):
        click.echo(f"opd-tui: {message}", err=True)


def fail(message: str, status: int) -> NoReturn:
    """Print an error message and end the command with this status."""
    tell(message)
    raise click.exceptions.Exit(status)


def print_json(value: object) -> None:
    """Print a value as one line of JSON in UTF-8, whatever the terminal's encoding."""
    click.echo(json.dumps(value, ensure_ascii=False).encode(errors="backslashreplace"))


def print_table(head: Sequence[str], rows: Sequence[Sequence[object]], empty: str) -> None:
    """Print rows as aligned columns, or the sentence `empty` if there are none."""
    if not rows:
        click.echo(empty)
        return
    lines = [list(head), *([("" if cell is None else str(cell)) for cell in row] for row in rows)]
    widths = [max(cell_len(line[column]) for line in lines) for column in range(len(head))]
    for line in lines:
        padded = (cell + " " * (width - cell_len(cell)) for cell, width in zip(line, widths, strict=True))
        click.echo("  ".join(padded).rstrip())
