"""The line number of each key in a TOML document, which the standard library's parser does not report."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

KeyPath = tuple[str, ...]

_TOKEN = re.compile(
    r'''
      """(?:\\.|[^\\])*?"""(?:"{0,2})
    | \'\'\'.*?\'\'\'(?:'{0,2})
    | "(?:\\.|[^"\\\n])*"
    | '[^'\n]*'
    | \#[^\n]*
    | [\[\]{},=\n]
    | [^"'\#\[\]{},=\n]+
    ''',
    re.VERBOSE | re.DOTALL,
)


def key_lines(text: str) -> dict[KeyPath, int]:
    """Return the line number, from 1, at which each key and table first appears; the text must be valid TOML."""
    scan = _Scan()
    for token, line in _tokens(text):
        scan.take(token, line)
    return scan.found


def _tokens(text: str) -> Iterator[tuple[str, int]]:
    line = 1
    for match in _TOKEN.finditer(text):
        token = match.group()
        if not token.startswith("#"):
            yield token, line
        line += token.count("\n")


@dataclass
class _Scan:
    """The state of the scan: the keys found, the current table, and what the next token belongs to."""

    found: dict[KeyPath, int] = field(default_factory=dict)
    table: KeyPath = ()
    path: KeyPath = ()
    """The key whose value is being read."""
    brackets: list[tuple[str, KeyPath]] = field(default_factory=list)
    """The open arrays and inline tables, each with the key whose value it is part of."""
    raw: str = ""
    """The source text of the key being read."""
    place: str = "key"
    """What is being read: `key`, `header` (a table's name in brackets) or `value`."""

    def take(self, token: str, line: int) -> None:
        """Process one token."""
        if token == "\n" and not self.brackets:
            self.place, self.raw = "key", ""
        elif self.place == "value":
            self._take_in_value(token)
        elif self.place == "header":
            self._take_in_header(token, line)
        elif token == "[":
            self.place = "header"
        elif token == "}":
            self._close()
        elif token == "=":
            self._found((self.brackets[-1][1] if self.brackets else self.table), line)
            self.place = "value"
        else:
            self.raw += token

    def _take_in_header(self, token: str, line: int) -> None:
        if token == "]" and self.raw.strip():
            self._found((), line)
            self.table = self.path
        elif token not in "[]":
            self.raw += token

    def _take_in_value(self, token: str) -> None:
        if token in "[{":
            self.brackets.append((token, self.path))
            self.place = "key" if token == "{" else "value"
        elif token in "]}":
            self._close()
        elif token == "," and self.brackets[-1][0] == "{":
            self.place = "key"

    def _close(self) -> None:
        self.path = self.brackets.pop()[1]
        self.place, self.raw = "value", ""

    def _found(self, within: KeyPath, line: int) -> None:
        """Record the line of a complete key and of the tables in its dotted path, unless they were found before."""
        self.path = (*within, *_parts(self.raw))
        self.raw = ""
        for length in range(1, len(self.path) + 1):
            self.found.setdefault(self.path[:length], line)


def _parts(raw: str) -> KeyPath:
    """Split a dotted key such as `a."b.c"` into its parts; tomllib itself handles the quoting."""
    import tomllib

    parts: list[str] = []
    value: Any = tomllib.loads(f"{raw.strip()} = 0")
    while isinstance(value, Mapping):
        ((part, value),) = value.items()
        parts.append(part)
    return tuple(parts)
