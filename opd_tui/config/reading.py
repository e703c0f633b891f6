"""Reading the settings file: each mistake is reported with its line number, and the default is used instead."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from opd_tui import environment
from opd_tui.config.options import Option, Settings, options
from opd_tui.config.toml_text import OWN_DATABASE, Problem, Unreadable, bytes_of, table_of, text_of
from opd_tui.domain.field_types import InvalidValue
from opd_tui.domain.records import quoted

if TYPE_CHECKING:
    from opd_tui.config.toml_lines import KeyPath

KEYS = "keys"
"""The name of the table of keys by command id."""


@dataclass(frozen=True)
class SettingsFile:
    """The settings in effect, the file they come from, and the problems found in it."""

    path: Path | None = None
    """The file's path, whether or not it exists; None if the user has no home directory."""
    settings: Settings = Settings()
    problems: tuple[Problem, ...] = ()
    text: str | None = field(default=None, repr=False)
    """The file's text; None if it does not exist or cannot be read."""

    @functools.cached_property
    def lines(self) -> Mapping[KeyPath, int]:
        """The line number of every key in the file."""
        from opd_tui.config.toml_lines import key_lines

        return key_lines(self.text or "")

    def line_of(self, option: str) -> int | None:
        """Return the line number at which an option is set, or None."""
        return self.lines.get((option,))

    def line_of_key(self, command: str) -> int | None:
        """Return the line number at which a command's key is set, or None."""
        given = (line for path, line in self.lines.items() if path[0] == KEYS and ".".join(path[1:]) == command)
        return next(given, None)


def read_settings() -> SettingsFile:
    """Return the user's settings. Mistakes in the file and errors in reading it become problems, never exceptions."""
    path = environment.settings_file()
    if path is None:
        return SettingsFile()
    try:
        data = bytes_of(path, must_exist=environment.NAMES_SETTINGS_FILE in os.environ)
        if data is None:
            return SettingsFile(path)
        return _checked(SettingsFile(path, text=text_of(data)), table_of(data))
    except Unreadable as error:
        return SettingsFile(path, problems=(error.problem,))


def _checked(file: SettingsFile, table: Mapping[str, Any]) -> SettingsFile:
    """Return the file with its valid values as settings and a problem for each of the others."""
    known = {option.id: option for option in options()}
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, value in table.items():
        try:
            if name == KEYS:
                values[KEYS], wrong = _keys(value, file)
                problems += wrong
            elif name in known:
                values[name] = _accepted(known[name], value)
            else:
                raise InvalidValue(_unknown(name, (*known, KEYS)))
        except InvalidValue as error:
            problems.append(Problem(str(error), file.line_of(name)))
    problems.sort(key=lambda problem: problem.line or 0)
    return SettingsFile(file.path, Settings(**values), tuple(problems), file.text)


def _accepted(option: Option, value: object) -> Any:
    """Return the cleaned value, or the default for an empty string; raise InvalidValue with complete sentences."""
    try:
        clean = option.type.accept(value)
    except InvalidValue as error:
        default = "" if option.default_toml == '""' else f", {option.default_toml},"
        warning = f" {OWN_DATABASE}" if option.id == "database" else ""
        raise InvalidValue(f"{option.id} {error}; the default{default} is used.{warning}") from None
    return option.default if clean == "" else clean


def _keys(value: object, file: SettingsFile) -> tuple[dict[str, str], list[Problem]]:
    """Return keys by command id, and a problem for each that is not a string; raise InvalidValue if not a table."""
    if not isinstance(value, Mapping):
        raise InvalidValue(f'{KEYS} must be a table: a line [{KEYS}], and below it lines such as "token.new" = "f12".')
    keys: dict[str, str] = {}
    problems = []
    for path, key in _leaves(value):
        command, wrong = ".".join(path), ""
        if not isinstance(key, str):
            wrong = f'The key of {quoted(command)} must be a string, such as "f12"; the default is used.'
        elif command in keys:
            wrong = f"{quoted(command)} already has a key; this one is ignored."
        else:
            keys[command] = key
        if wrong:
            problems.append(Problem(wrong, file.lines.get((KEYS, *path))))
    return keys, problems


def _leaves(table: Mapping[str, Any]) -> Iterator[tuple[KeyPath, object]]:
    """Yield the values of a table and its subtables: to TOML, `token.new = …` without quotes is a nested table."""
    # A loop and not recursion, so that no depth of nesting in the file can raise RecursionError.
    waiting: list[tuple[KeyPath, Any]] = [((name,), value) for name, value in table.items()]
    while waiting:
        path, value = waiting.pop(0)
        if isinstance(value, Mapping):
            waiting[:0] = [((*path, name), inner) for name, inner in value.items()]
        else:
            yield path, value


def _unknown(name: str, allowed: Iterable[str]) -> str:
    return f"{quoted(name)} is not an option{did_you_mean(name, allowed)}; the options are {', '.join(allowed)}."


def did_you_mean(name: str, allowed: Iterable[str]) -> str:
    """Return “ (did you mean …?)” with the most similar name, or an empty string if none is similar."""
    import difflib

    near = difflib.get_close_matches(name, list(allowed), n=1)
    return f" (did you mean {near[0]}?)" if near else ""
