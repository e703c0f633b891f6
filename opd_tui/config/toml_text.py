"""Reading a TOML file, with its mistakes as problems with line numbers."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any, NamedTuple

from opd_tui.domain.text import clean_text

LARGEST_BYTES = 64 * 1024
"""The maximum size of a settings file; a larger one is rejected."""
OWN_DATABASE = "Unless another is named at the start, this desk now works on its own database."
"""The warning that a setting for the database was lost, since patients would go into another database."""

_ERROR_LINE = r" \(at (?:line (\d+), column \d+|end of document)\)$"
_NAMES_DATABASE = rb"(?m)^\s*[\"']?database[\"']?\s*="


class Problem(NamedTuple):
    """Something in the settings file that is ignored, and why."""

    message: str
    line: int | None = None
    """The line number, from 1; None if the problem is not in a single line."""

    def __str__(self) -> str:
        return f"line {self.line}: {self.message}" if self.line else self.message


class Unreadable(Exception):
    """The whole file cannot be read or parsed."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def bytes_of(path: Path, *, must_exist: bool) -> bytes | None:
    """Return the file's content, or None if it does not exist; raise Unreadable, also if it must."""
    try:
        if path == Path(os.devnull) or not (must_exist or path.exists()):
            return None
        if not path.is_file():
            what = "is not a file" if path.exists() else "does not exist"
            raise Unreadable(Problem(f"The settings file {what}, so every default is used."))
        with path.open("rb") as file:
            return file.read(LARGEST_BYTES + 1)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        words = f"The settings file cannot be read ({reason}), so every default is used. {OWN_DATABASE}"
        raise Unreadable(Problem(words)) from None


def text_of(data: bytes) -> str:
    """Return the text without a byte order mark; raise Unreadable if it is too large or not UTF-8."""
    if len(data) > LARGEST_BYTES:
        raise _nothing_counts(data, f"The file is larger than {LARGEST_BYTES // 1024} KiB")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _nothing_counts(data, "This is not UTF-8 text", data.count(b"\n", 0, error.start) + 1) from None


def table_of(data: bytes) -> dict[str, Any]:
    """Return the parsed document; raise Unreadable if it is not valid TOML."""
    text = text_of(data)
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        said = str(error)
        what = clean_text(re.sub(_ERROR_LINE, "", said))[:100]
        raise _nothing_counts(data, f'This is not TOML, such as desk = "desk 1" ({what})', _line(text, said)) from None
    except ValueError:
        raise _nothing_counts(data, "A number in it is too long") from None
    except RecursionError:
        raise _nothing_counts(data, "Brackets in it are nested too deeply") from None


def _line(text: str, said: str) -> int:
    """Return the line number in tomllib's message; for “end of document”, the last line that is not blank."""
    last = text.rstrip().count("\n") + 1
    where = re.search(_ERROR_LINE, said)
    return int(where[1]) if where and where[1] else last


def _nothing_counts(data: bytes, what: str, line: int | None = None) -> Unreadable:
    warning = f" {OWN_DATABASE}" if re.search(_NAMES_DATABASE, data) else ""
    return Unreadable(
        Problem(f"{what}. Until this is fixed the whole file is ignored, and every default is used.{warning}", line)
    )
