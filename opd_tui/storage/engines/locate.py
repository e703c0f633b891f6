"""Opening a database by its path or URL."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from opd_tui.clock import Clock
from opd_tui.domain.errors import StoreUnavailable
from opd_tui.domain.progress import UNFOLLOWED
from opd_tui.storage.engines.database import Database, Upgrade, new_zone

NO_DRIVER = "PostgreSQL needs a driver that is not installed. Install it with `pip install 'opd-tui[postgres]'`."

LONGEST_ENDING = "-replaced-20261122T033000.000000Z"
"""The longest name beside a database is that of one which a restore replaced."""


def open_database(
    location: str,
    clock: Clock,
    system_zone: ZoneInfo | None,
    upgrade: Upgrade | None,
    *,
    create: bool = True,
    group: str | None = None,
) -> Database:
    """Open a database by its path or URL, and create it if it does not exist.

    Without an `upgrade`, an older database on a server is refused. `group` is the operating system's group that shares
    the file. Raise StoreUnavailable or DeskBusy if it cannot be opened.
    """
    url = database_url(location)
    if url.get_backend_name() == "postgresql":
        try:
            from opd_tui.storage.engines.postgresql import open_server
        except ImportError:
            raise StoreUnavailable(NO_DRIVER) from None
        return open_server(url, clock, system_zone, upgrade, create=create)
    from opd_tui.storage.engines.sqlite import open_file

    path = Path(url.database or "")
    if create and not os.path.exists(path):
        new_zone(system_zone)  # refuses before there is a file
    progress = upgrade.progress if upgrade else UNFOLLOWED
    return open_file(path, clock, system_zone, create=create, group=group, progress=progress)


def identity_on_server(url: URL) -> str:
    """Return the identity of a server's database, or "" if it has no tables; raise StoreUnavailable or DeskBusy."""
    try:
        from opd_tui.storage.engines.postgresql import identity_on
    except ImportError:
        raise StoreUnavailable(NO_DRIVER) from None
    return identity_on(url)


def database_url(location: str) -> URL:
    """Return the URL of a database that is given by path or URL; raise StoreUnavailable if it is not valid.

    Symbolic links are resolved: SQLite keeps the log beside the real file, and a restore must not replace a link.
    """
    if "://" not in location:
        return URL.create("sqlite", database=real_path(location))
    try:
        url = make_url(location)
    except (ArgumentError, ValueError):
        raise StoreUnavailable("This is not a database URL. Give the path of a file or postgresql://….") from None
    if "@" in (url.host or ""):
        raise StoreUnavailable("A password cannot contain @ in a URL. Write it as %40, or use ~/.pgpass.")
    if url.drivername in ("postgres", "postgresql", "postgresql+psycopg"):
        return url.set(drivername="postgresql+psycopg")
    if url.drivername not in ("sqlite", "sqlite+pysqlite") or not url.database or url.query:
        raise StoreUnavailable(f"{url.drivername}:// is not supported. Give the path of a file or postgresql://….")
    return url.set(database=real_path(url.database))


def real_path(path: str) -> str:
    """Return a path without symbolic links; raise StoreUnavailable if no file and no backups beside it can have it."""
    real = os.path.realpath(path)
    if os.path.exists(real) and not os.path.isfile(real) and not os.path.isdir(real):
        raise StoreUnavailable(f"{real} is a device or a pipe, which can hold no database. Name a file.")
    for name in (real, f"{real}{LONGEST_ENDING}"):
        try:
            os.stat(name)
        except (OSError, ValueError) as error:
            if isinstance(error, OSError) and error.errno in (errno.ELOOP, errno.ENAMETOOLONG):
                reason = f"{real} cannot be opened: {error.strerror}. Check the name and your permissions."
                raise StoreUnavailable(reason) from error
    return real
