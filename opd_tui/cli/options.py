"""Options shared by all commands, accepted before or after the command's name, and helpers for output."""

from __future__ import annotations

import functools
import gc
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import IO, Any, NoReturn, TypeVar, cast

import click
from rich.cells import cell_len

from opd_tui.cli.refusals import message_of
from opd_tui.config.options import ESCAPE_MILLISECONDS, ESCAPE_MILLISECONDS_OVER_SSH, Settings
from opd_tui.config.reading import SettingsFile, read_settings
from opd_tui.domain.errors import DeskRefusal, Invalid, StoreDamaged
from opd_tui.domain.text import has_undecoded_bytes, printable
from opd_tui.environment import is_over_ssh

F = TypeVar("F", bound=Callable[..., Any])

REFUSED = 1
WRONG_USE = 2
NAMES = ("desk", "operator")
"""The shared options that are kept as text."""

_SETTINGS = "opd_tui.environment"

_OBEYED = re.compile("[\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
"""Characters that JSON may hold as they are, and that a terminal obeys."""

_SHARED = {
    "database": "The database's file, or a server's URL; by default the desk's own database.",
    "desk": "The desk's name; by default the host and its terminal.",
    "operator": "The operator's name; by default the system user.",
    "time-zone": "The hospital's time zone for a new database, such as Asia/Kolkata; by default the system's.",
}


def shared_options(command: F) -> F:
    """Add the options of every command, such as --database; the last one on the command line wins."""
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


def given_options() -> dict[str, str]:
    """Return the options of the settings file that the command line or the environment sets."""
    return {name: value for name in ("database", "desk") if (value := given_option(name))}


def settings_file(*, quietly: bool = False) -> SettingsFile:
    """Return the settings, read once per run; unless `quietly`, print a line that they have problems."""
    meta = click.get_current_context().find_root().meta
    if _SETTINGS not in meta:
        meta[_SETTINGS] = file = read_settings()
        if file.problems and not quietly:
            count = "1 problem" if len(file.problems) == 1 else f"{len(file.problems)} problems"
            tell(f"The settings file has {count}; `opd-tui settings` shows what is wrong.")
    return cast(SettingsFile, meta[_SETTINGS])


def warn(warnings: Iterable[str]) -> None:
    """Print what is wrong with the permissions of a database's files."""
    for warning in warnings:
        tell(printable(warning))


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


def make_ready_for_screens(settings: Settings) -> None:
    """Prepare the process for Textual; call this before Textual is imported, since it reads these variables then."""
    gc.disable()  # the app enables it once the first board is drawn: until then it would only slow the start down
    for name in ("COLUMNS", "LINES"):  # Textual prefers them to the terminal's size, even after a resize
        os.environ.pop(name, None)
    # A key press and the desk's answer are two frames; at the default of 60 per second, the second waits 17 ms.
    os.environ.setdefault("TEXTUAL_FPS", "1000")
    by_default = ESCAPE_MILLISECONDS_OVER_SSH if is_over_ssh() else ESCAPE_MILLISECONDS
    os.environ.setdefault("ESCDELAY", str(settings.escape_milliseconds or by_default))


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
    click.echo(_json_of(value))


def print_json_list(values: Iterable[object]) -> None:
    """Print values as `print_json` prints a list of them, one after another."""
    between = b"["
    for value in values:
        click.echo(between + _json_of(value), nl=False)
        between = b", "
    click.echo(b"[]" if between == b"[" else b"]")


def _json_of(value: object) -> bytes:
    text = _OBEYED.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(value, ensure_ascii=False))
    return text.encode(errors="backslashreplace")


def print_table(head: Sequence[str], rows: Sequence[Sequence[object]], empty: str) -> None:
    """Print rows as aligned columns, or the sentence `empty` if there are none."""
    print_streamed_table(head, lambda: rows, empty)


def print_streamed_table(head: Sequence[str], rows: Callable[[], Iterable[Sequence[object]]], empty: str) -> None:
    """Print rows as `print_table` does; they are read twice, and are the same both times."""

    def lines() -> Iterator[list[str]]:
        yield list(head)
        yield from (["" if cell is None else printable(cell) for cell in row] for row in rows())

    count, widths = 0, [0] * len(head)
    for line in lines():
        count += 1
        widths = [max(width, cell_len(cell)) for width, cell in zip(widths, line, strict=True)]
    if count == 1:  # the head alone
        click.echo(empty)
        return
    for line in lines():
        padded = (cell + " " * (width - cell_len(cell)) for cell, width in zip(line, widths, strict=True))
        click.echo("  ".join(padded).rstrip())
