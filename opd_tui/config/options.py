"""The options of the settings file, each declared once with its type, default and help text."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from opd_tui.config.option_types import Names, Printer, SlipWidth, TimeText
from opd_tui.domain.field_types import CAPACITY_LIMIT, MINUTES_A_DAY, NAME_LENGTH, FieldType, Flag, Text, Whole
from opd_tui.domain.time_types import TimeOfDay, WindowEnd

HOSPITAL_LENGTH = 60
"""The maximum length of the hospital's name, in characters, which leaves room for the date and time beside it."""
MOST_BACKUPS = 1000
ESCAPE_MILLISECONDS = 100
"""How long a local terminal may take to send the rest of a key."""
ESCAPE_MILLISECONDS_OVER_SSH = 500
"""How long a remote terminal may take: a lost packet is sent again after 200 ms and a round trip."""
MOST_MILLISECONDS = 10_000


class Automatic(FieldType[bool | None]):
    """A Boolean, or None for “auto”: the program decides."""

    expected = 'true, false or "auto"'

    def accept(self, value: object) -> bool | None:
        if value == "auto":
            return None
        if isinstance(value, bool):
            return value
        raise self.refuse()


class AutomaticWhole(Whole):
    """An integer within limits, or None for “auto”: the program decides."""

    def __init__(self, first: int, last: int) -> None:
        super().__init__(first, last)
        self.expected += ' or "auto"'

    def accept(self, value: object) -> int | None:  # type: ignore[override]
        return None if value == "auto" else super().accept(value)


class Location(FieldType[str]):
    """A database: a file's absolute path, or a server's URL."""

    expected = "a file's full path, such as /srv/opd/opd.db or ~/opd.db, or an address such as postgresql+psycopg://…"

    def accept(self, value: object) -> str:
        if not isinstance(value, str) or not value.isprintable():
            raise self.refuse()
        if "://" in value or not value:
            return value
        try:
            path = Path(value).expanduser()
        except RuntimeError:
            raise self.refuse(
                f"names the home directory of a user who does not exist here; it must be {self.expected}"
            ) from None
        if not path.is_absolute():
            raise self.refuse()
        return str(path)


class ThemeName(Text):
    """The name of a Textual theme. Whether it exists is checked by the screens, which load Textual."""

    def __init__(self) -> None:
        super().__init__(64)
        self.expected = "the name of a theme of the palette"


class Group(FieldType[str]):
    """The name of a Unix group on this machine."""

    expected = "the name of a group of this system"

    def accept(self, value: object) -> str:
        if not isinstance(value, str):
            raise self.refuse()
        if value:
            self._look_up(value)
        return value

    def _look_up(self, name: str) -> None:
        try:
            import grp
        except ImportError:
            raise self.refuse("means nothing here: this system has no groups") from None
        try:
            grp.getgrnam(name)
        except (KeyError, ValueError):
            raise self.refuse() from None


class Option(NamedTuple):
    """An option of the settings file."""

    id: str
    type: FieldType[Any]
    default: Any
    help: str
    default_toml: str
    """The default as TOML; an empty string stands for “not set”."""

    def to_json(self, value: object) -> object:
        """Return the value as JSON, or the default's if `value` is None; None if that is not set either."""
        return (json.loads(self.default_toml) or None) if value is None else value


def option(type: FieldType[Any], default: Any, help: str, default_toml: str = '""') -> Any:
    """Return a dataclass field for an option of `Settings`."""
    return dataclasses.field(default=default, metadata={"type": type, "help": help, "toml": default_toml})


@dataclass(frozen=True)
class Settings:
    """The user's settings, all of them valid; None stands for “not set”."""

    hospital: str | None = option(Text(HOSPITAL_LENGTH), None, "the hospital's name, at the top of every screen")
    desk: str | None = option(
        Text(NAME_LENGTH),
        None,
        "the desk's name, as the journal and the other desks know it; else the host and its terminal",
    )
    database: str | None = option(Location(), None, "the database that is opened; else a file in your data directory")
    theme: str | None = option(
        ThemeName(), None, "the colours; what the palette changes (Ctrl+P, Theme) is remembered here", '"textual-dark"'
    )
    ascii_symbols: bool | None = option(
        Automatic(),
        None,
        "draw with letters and plain signs only; “auto” does so where the terminal cannot show others",
        '"auto"',
    )
    idle_minutes: int = option(
        Whole(0, MINUTES_A_DAY), 5, "minutes without a key until all names are hidden; 0 never hides them", "5"
    )
    hold_minutes: int = option(
        Whole(0, MINUTES_A_DAY), 30, "minutes on hold after which a patient is marked in the queue; 0 never marks", "30"
    )
    escape_milliseconds: int | None = option(
        AutomaticWhole(1, MOST_MILLISECONDS),
        None,
        "how long the rest of a key such as ↑ may take to arrive before its first part counts as Esc; “auto” is "
        f"{ESCAPE_MILLISECONDS}, and {ESCAPE_MILLISECONDS_OVER_SSH} over SSH",
        '"auto"',
    )
    follow_up_days: int = option(
        Whole(0, 365),
        7,
        "days after a consultation within which the doctor’s patient is offered as FOLLOWUP; 0 never offers it",
        "7",
    )
    session_start: str = option(
        TimeText(TimeOfDay()), "09:00", "when a session begins, as its form proposes", '"09:00"'
    )
    session_end: str = option(TimeText(WindowEnd()), "13:00", "when a session ends, as its form proposes", '"13:00"')
    slot_minutes: int = option(
        Whole(1, MINUTES_A_DAY), 60, "how many minutes each slot of a session takes, as its form proposes", "60"
    )
    slot_seats: int = option(
        Whole(1, CAPACITY_LIMIT), 10, "how many seats each slot of a session has, as its form proposes", "10"
    )
    operators: tuple[str, ...] = option(
        Names(), (), "who may sit here: the only names that F6 offers and takes; without any, it takes every name", "[]"
    )
    slip_printer: str | None = option(Printer(), None, "where slips are printed; else a key only shows them")
    slip_width: int = option(SlipWidth(), 32, "how many columns a slip has: 32 on paper of 58 mm, 48 of 80 mm", "32")
    slip_on_issue: bool = option(
        Flag(),
        False,
        "print the slip of every token issued on the screens, if there is a printer; else by key only",
        "false",
    )
    missed_call_minutes: int = option(
        Whole(0, MINUTES_A_DAY),
        30,
        "within how many minutes a patient who misses the call reports to the desk, as the slip says; 0 leaves it out",
        "30",
    )
    backups_kept: int = option(Whole(1, MOST_BACKUPS), 14, "how many backups of each kind are kept", "14")
    group: str | None = option(Group(), None, "the group of accounts that share the files; else they are yours alone")
    keys: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """Keys by command id, as written in the file; the screens check them, since they know the commands."""


def options() -> tuple[Option, ...]:
    """Return every option except the keys, in display order."""
    return tuple(
        Option(field.name, field.metadata["type"], field.default, field.metadata["help"], field.metadata["toml"])
        for field in dataclasses.fields(Settings)
        if field.metadata
    )
