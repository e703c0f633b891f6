"""From a file to what its TOML says; where that cannot be, what is wrong and in which line."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any, NamedTuple

from opd_tui.domain.text import clean_text

LARGEST_BYTES = 64 * 1024
"""Of a settings file; what is larger is none."""
OWN_DATABASE = "Unless another is named at the start, this desk now works on its own database."
"""What must not be overlooked."""

_ERROR_LINE = r" \(at (?:line (\d+), column \d+|end of document)\)$"
_NAMES_DATABASE = rb"(?m)^\s*[\"']?database[\"']?\s*="


class Problem(NamedTuple):
    """Something in the settings file that does not count, and why."""

    message: str
    line: int | None = None
    """Counted from 1; None where no single line is wrong."""

    def __str__(self) -> str:
        return f"line {self.line}: {self.message}" if self.line else self.message


class Unreadable(Exception):
    """The file as a whole cannot be read."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def bytes_of(path: Path, *, must_exist: bool) -> bytes | None:
    """What is in the file; None where there is none and none must be. Raises Unreadable."""
    try:
        if path == Path(os.devnull) or not (must_exist or path.exists()):
            return None
        if not path.is_file():
            what = "is no file" if path.exists() else "does not exist"
            raise Unreadable(Problem(f"The settings file {what}, so every default is used."))
        with path.open("rb") as file:
            return file.read(LARGEST_BYTES + 1)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        words = f"The settings file cannot be read ({reason}), so every default is used. {OWN_DATABASE}"
        raise Unreadable(Problem(words)) from None


def text_of(data: bytes) -> str:
    """The text, without the mark that some editors put at its beginning; raises Unreadable."""
    if len(data) > LARGEST_BYTES:
        raise _nothing_counts(data, f"The file is larger than {LARGEST_BYTES // 1024} KiB")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _nothing_counts(data, "This is no text in UTF-8", data.count(b"\n", 0, error.start) + 1) from None


def table_of(data: bytes) -> dict[str, Any]:
    """What the file says; raises Unreadable."""
    text = text_of(data)
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        said = str(error)
        what = clean_text(re.sub(_ERROR_LINE, "", said))[:100]
        raise _nothing_counts(data, f'This is no TOML, such as desk = "desk 1" ({what})', _line(text, said)) from None
    except ValueError:
        raise _nothing_counts(data, "A number in it is too long") from None
    except RecursionError:
        raise _nothing_counts(data, "Brackets in it are nested too deeply") from None


def _line(text: str, said: str) -> int:
    """The line that the reader complains of; the end of the document is the last line that holds something."""
    last = text.rstrip().count("\n") + 1
    where = re.search(_ERROR_LINE, said)
    return int(where[1]) if where and where[1] else last


def _nothing_counts(data: bytes, what: str, line: int | None = None) -> Unreadable:
    warning = f" {OWN_DATABASE}" if re.search(_NAMES_DATABASE, data) else ""
    return Unreadable(
        Problem(f"{what}. Until that is right nothing in the file counts, and every default is used.{warning}", line)
    )
