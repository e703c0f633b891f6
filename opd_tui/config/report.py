"""The settings for display: every option with its value and default, and a sample file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from opd_tui.config.options import Option, Settings, options
from opd_tui.domain.text import without_secrets

_HEAD = """\
# Settings of opd-tui.
#
# Every line is a comment and shows the default. To change a setting, remove the leading # from its line.
# `opd-tui settings` shows the settings in effect, and any problems in this file.
"""
_KEYS_HEAD = """
# Keys, by command id: one key, or several separated by commas, such as "n, F12". Remove the leading # from the line
# [keys] too.
#
# [keys]
"""


class OptionValue(NamedTuple):
    """An option with the value in effect."""

    option: Option
    value: object
    """The value as JSON; None if it is not set."""

    @property
    def toml(self) -> str:
        """The value as TOML, with any password masked."""
        return self.option.default_toml if self.value is None else to_toml(without_password(self.value))

    @property
    def is_default(self) -> bool:
        return bool(self.value == self.option.default)


def lines_of(settings: Settings, instead: Mapping[str, object]) -> list[OptionValue]:
    """Return every option with its value; `instead` holds those given by command line or environment."""
    return [OptionValue(option, instead.get(option.id) or getattr(settings, option.id)) for option in options()]


def to_toml(value: object) -> str:
    """Return a string, number or Boolean as TOML; JSON's notation of these is valid TOML."""
    return json.dumps(value, ensure_ascii=False)


def without_password(value: object) -> object:
    """Return an option's value with any password masked."""
    return without_secrets(value) if isinstance(value, str) else value


def sample(keys: Iterable[tuple[str, str, str]]) -> str:
    """Return a settings file with every default commented out; `keys` are triples of command id, key and help."""
    parts = [_HEAD]
    for option in options():
        parts.append(f"\n# {option.help[0].upper()}{option.help[1:]}.\n# {option.id} = {option.default_toml}\n")
    parts.append(_KEYS_HEAD)
    parts += [f"# {to_toml(id)} = {to_toml(key)}  # {meaning}\n" for id, key, meaning in keys]
    return "".join(parts)
