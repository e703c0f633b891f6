"""Facts about this machine and user: folders, the default operator and desk, and the time zone."""

from __future__ import annotations

import datetime as dt
import getpass
import os
import platform
import time
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import platformdirs

from opd_tui.domain.errors import StoreUnavailable
from opd_tui.domain.field_types import NAME_LENGTH
from opd_tui.domain.remedies import Advice
from opd_tui.domain.text import clean_text

APP_NAME = "opd-tui"
NAMES_SETTINGS_FILE = "OPD_TUI_CONFIG"
"""The environment variable that names another settings file."""


def data_directory() -> Path:
    """Return the program's data directory; raise StoreUnavailable if the user has no home directory."""
    try:
        return platformdirs.user_data_path(APP_NAME, appauthor=False)
    except RuntimeError:
        raise StoreUnavailable("You have no home directory to keep the data in.", Advice.NAME_DATABASE) from None


def default_database() -> Path:
    """Return the path of the default database."""
    return data_directory() / "opd.db"


def settings_file() -> Path | None:
    """Return the path of the settings file, whether or not it exists; None if the user has no home directory."""
    if named := os.environ.get(NAMES_SETTINGS_FILE):
        return Path(named)
    try:
        return platformdirs.user_config_path(APP_NAME, appauthor=False) / "config.toml"
    except RuntimeError:
        return None


def reports_directory() -> Path | None:
    """Return the folder of bug reports; None if the user has no home directory."""
    try:
        return platformdirs.user_log_path(APP_NAME, appauthor=False)
    except RuntimeError:
        return None


def default_operator() -> str:
    """Return the name of the system user."""
    try:
        return label(getpass.getuser())
    except (KeyError, OSError):
        return "unknown"


def default_desk() -> str:
    """Return the host's name, followed by the terminal's if there is one."""
    host = platform.node() or "desk"
    try:
        return label(f"{host} {os.ttyname(0).removeprefix('/dev/')}")
    except (OSError, AttributeError):
        return label(host)


def label(text: str) -> str:
    """Return a desk's or operator's name as it is stored in the journal."""
    return clean_text(text)[:NAME_LENGTH] or "unknown"


def system_zone() -> ZoneInfo | None:
    """Return the machine's IANA time zone; None if it has no such name, or a name that does not fit its clock."""
    from tzlocal import get_localzone_name

    try:
        zone = ZoneInfo(get_localzone_name() or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        zone = ZoneInfo("UTC")
    is_a_name = zone.key not in ("localtime", "posixrules") and not zone.key.startswith(("posix/", "right/"))
    return zone if is_a_name and fits_the_clock(zone) else None


def fits_the_clock(zone: ZoneInfo) -> bool:
    """Return whether the C library's local time has the zone's offset now and in other seasons.

    A zone may be set without its name: by TZ=IST-5:30, or by another file in place of /etc/localtime.
    """
    now = time.time()
    instants = (now + days * 86400 for days in (0, 91, 182, 273))
    return all(
        dt.datetime.fromtimestamp(instant, zone).utcoffset() == dt.timedelta(seconds=time.localtime(instant).tm_gmtoff)
        for instant in instants
    )
