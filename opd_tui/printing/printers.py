"""The printers of slips: a command, a file, and a thermal printer that understands ESC/POS."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from opd_tui.config.option_types import COMMAND, FILE
from opd_tui.domain.text import clean_text
from opd_tui.printing.layout import SlipLine, as_text
from opd_tui.printing.slip_printer import SECONDS_TO_PRINT, NotPrinted, SlipPrinter

LONGEST_REASON = 80


@dataclass(frozen=True)
class CommandPrinter:
    """A command that gets each slip as UTF-8 on its standard input; no shell reads it."""

    words: tuple[str, ...]

    def letters(self, text: str) -> str:
        """See `SlipPrinter`."""
        return text

    def print(self, lines: Sequence[SlipLine], width: int, id: str) -> None:
        """See `SlipPrinter`."""
        name = Path(self.words[0]).name
        try:
            ended = subprocess.run(
                self.words,
                input=as_text(lines, width).encode(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                timeout=SECONDS_TO_PRINT,
                start_new_session=True,  # a Ctrl+C at the terminal must not end it
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise NotPrinted(f"{name} did not end within {SECONDS_TO_PRINT} seconds") from None
        except OSError as error:
            raise NotPrinted(f"{name} cannot be run: {error.strerror}") from error
        if ended.returncode:
            said = clean_text(ended.stderr.decode(errors="replace"))[:LONGEST_REASON]
            raise NotPrinted(f"{name} ended with status {ended.returncode}{f': {said}' if said else ''}")


@dataclass(frozen=True)
class FilePrinter:
    """A file to which each slip is appended as UTF-8, with a form feed after it; only its owner may read a new one."""

    path: Path

    def letters(self, text: str) -> str:
        """See `SlipPrinter`."""
        return text

    def print(self, lines: Sequence[SlipLine], width: int, id: str) -> None:
        """See `SlipPrinter`."""
        # A named pipe that nobody reads must not keep the next slips waiting.
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NONBLOCK", 0)
        try:
            with open(os.open(self.path, flags, 0o600), "wb") as file:
                file.write(f"{as_text(lines, width)}\f".encode())
        except OSError as error:
            raise NotPrinted(f"{self.path} cannot be written: {error.strerror}") from error


def printer_of(setting: str | None) -> SlipPrinter | None:
    """Return the printer that the setting `slip_printer` names, or None if it is not set."""
    if not setting:
        return None
    way, _, target = setting.partition(":")
    if way == COMMAND:
        return CommandPrinter(tuple(shlex.split(target)))
    if way == FILE:
        return FilePrinter(Path(target).expanduser())
    from opd_tui.printing.thermal import ThermalPrinter

    return ThermalPrinter(target)
