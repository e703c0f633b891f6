"""The settings in words: every option with its value and its default, and a file to start from."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from opd_tui.config.options import Option, Settings, options
from opd_tui.domain.text import without_secrets

_HEAD = """\
# Settings of opd-tui.
#
# Every line is a comment and shows the default. Take the leading # away from a line to change what stands in it;
# `opd-tui settings` shows what counts, and what is wrong.
"""
_KEYS_HEAD = """
# Keys, by the command's id: one key, or several with commas between them, such as "n, F2". Take the # away from
# the line [keys] too.
#
# [keys]
"""


class Line(NamedTuple):
    """One option as it counts."""

    option: Option
    value: object
    """As JSON would hold it; None where nothing is set."""

    @property
    def toml(self) -> str:
        """The value as the file would hold it; a password is not shown."""
        return self.option.default_toml if self.value is None else to_toml(without_password(self.value))

    @property
    def is_default(self) -> bool:
        return bool(self.value == self.option.default)


def lines_of(settings: Settings, instead: Mapping[str, object]) -> list[Line]:
    """Every option with its value, or with the one that command line or environment put in its place."""
    return [Line(option, instead.get(option.id) or getattr(settings, option.id)) for option in options()]


def to_toml(value: object) -> str:
    """A text, a number, true or false as TOML writes it."""
    return json.dumps(value, ensure_ascii=False)


def without_password(value: object) -> object:
    """An option's value as it may be shown."""
    return without_secrets(value) if isinstance(value, str) else value


def sample(keys: Iterable[tuple[str, str, str]]) -> str:
    """A settings file in which every line is a comment and shows the default; keys come with id, key and meaning."""
    parts = [_HEAD]
    for option in options():
        parts.append(f"\n# {option.help[0].upper()}{option.help[1:]}.\n# {option.id} = {option.default_toml}\n")
    parts.append(_KEYS_HEAD)
    parts += [f"# {to_toml(id)} = {to_toml(key)}  # {meaning}\n" for id, key, meaning in keys]
    return "".join(parts)
