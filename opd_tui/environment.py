"""Where things live, and who acts at which desk."""

from __future__ import annotations

import getpass
import os
import platform
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import platformdirs

from opd_tui.domain.errors import StoreUnavailable
from opd_tui.domain.field_types import NAME_LENGTH
from opd_tui.domain.remedies import Advice
from opd_tui.domain.text import clean_text

APP_NAME = "opd-tui"
NAMES_SETTINGS_FILE = "OPD_TUI_CONFIG"
"""The environment variable that may name another settings file."""


def data_directory() -> Path:
    """The user's data directory of this program; raises StoreUnavailable where the user has no home."""
    try:
        return platformdirs.user_data_path(APP_NAME, appauthor=False)
    except RuntimeError:
        raise StoreUnavailable("You have no home directory to keep the data in.", Advice.NAME_DATABASE) from None


def default_database() -> Path:
    """The desk's own file."""
    return data_directory() / "opd.db"


def settings_file() -> Path | None:
    """The settings file, whether it is there or not; None where the user has no home to keep one in."""
    if named := os.environ.get(NAMES_SETTINGS_FILE):
        return Path(named)
    try:
        return platformdirs.user_config_path(APP_NAME, appauthor=False) / "config.toml"
    except RuntimeError:
        return None


def reports_directory() -> Path | None:
    """Where reports of bugs are kept; None where the user has no home."""
    try:
        return platformdirs.user_log_path(APP_NAME, appauthor=False)
    except RuntimeError:
        return None


def default_operator() -> str:
    """The system's user."""
    try:
        return label(getpass.getuser())
    except (KeyError, OSError):
        return "unknown"


def default_desk() -> str:
    """The host and, where there is one, its terminal."""
    host = platform.node() or "desk"
    try:
        return label(f"{host} {os.ttyname(0).removeprefix('/dev/')}")
    except (OSError, AttributeError):
        return label(host)


def label(text: str) -> str:
    """A desk's or an operator's name as the journal keeps it."""
    return clean_text(text)[:NAME_LENGTH] or "unknown"


def system_zone() -> ZoneInfo:
    """The machine's IANA time zone, or UTC where it has none."""
    from tzlocal import get_localzone_name

    try:
        return ZoneInfo(get_localzone_name() or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")
