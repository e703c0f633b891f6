"""The types of options of which there is only one or two: names, times and the slip printer."""

from __future__ import annotations

import datetime as dt
import shlex
from pathlib import Path

from opd_tui.domain.field_types import FieldType, InvalidValue, Name, Whole

MOST_NAMES = 500
SLIP_WIDTHS = (32, 48)
"""The columns of the usual paper rolls, 58 and 80 mm wide."""
COMMAND, FILE, ESCPOS = "command", "file", "escpos"
"""The ways to print a slip."""


class TimeText(FieldType[str]):
    """A time of day, kept as it is written."""

    def __init__(self, type: FieldType[dt.time]) -> None:
        self.type = type
        self.expected = type.expected

    def accept(self, value: object) -> str:
        return str(self.type.to_json(self.type.accept(value)))


class Names(FieldType[tuple[str, ...]]):
    """A list of people's names, each of them once."""

    expected = 'a list of names, such as ["Meera Nair", "Ravi"]'

    def accept(self, value: object) -> tuple[str, ...]:
        if not isinstance(value, list | tuple) or len(value) > MOST_NAMES:
            raise self.refuse()
        try:
            return tuple(dict.fromkeys(map(Name().accept, value)))
        except InvalidValue:
            raise self.refuse() from None


class SlipWidth(Whole):
    """The columns of a slip."""

    def __init__(self) -> None:
        super().__init__(*SLIP_WIDTHS)
        self.expected = " or ".join(map(str, SLIP_WIDTHS))

    def accept(self, value: object) -> int:
        if (columns := super().accept(value)) not in SLIP_WIDTHS:
            raise self.refuse()
        return columns


class Printer(FieldType[str]):
    """Where slips are printed: `command:`, `file:` or `escpos:`, and what to run, write or connect to."""

    expected = (
        'a printer, such as "command:lp -d desk", "file:/srv/opd/slips.txt", "escpos:/dev/usb/lp0" or '
        '"escpos:192.0.2.7:9100"'
    )

    def accept(self, value: object) -> str:
        if not isinstance(value, str) or not value.isprintable():
            raise self.refuse()
        if not value:
            return value
        way, _, target = value.partition(":")
        if not target.strip() or not self._is_valid(way, target.strip()):
            raise self.refuse()
        return f"{way}:{target.strip()}"

    def _is_valid(self, way: str, target: str) -> bool:
        try:
            if way == COMMAND:
                return bool(shlex.split(target))
            if way == FILE:
                return Path(target).expanduser().is_absolute()
        except (ValueError, RuntimeError):  # a quote without an end; a user without a home directory
            return False
        return way == ESCPOS and (target.startswith("/") or " " not in target)
