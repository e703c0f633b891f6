"""From what a person calls a database to the open one."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError

from opd_tui.clock import Clock
from opd_tui.domain.errors import StoreUnavailable
from opd_tui.storage.engines.database import Database


def open_database(
    location: str,
    clock: Clock,
    system_zone: ZoneInfo,
    back_up_server: Callable[[Connection, int], None],
    *,
    create: bool = True,
    group: str | None = None,
) -> Database:
    """Open a database by its file's path or its URL, and make it where there is none.

    `back_up_server` keeps a server's database before it is upgraded; a file is kept beside itself. `group` is the
    system's group that shares a file. Raises StoreUnavailable and DeskBusy.
    """
    url = database_url(location)
    if url.get_backend_name() == "postgresql":
        try:
            from opd_tui.storage.engines.postgresql import open_server
        except ImportError:
            raise StoreUnavailable(
                "PostgreSQL needs a driver that is not installed. Install it with `pip install 'opd-tui[postgres]'`."
            ) from None
        return open_server(url, clock, system_zone, back_up_server, create=create)
    from opd_tui.storage.engines.sqlite import open_file

    return open_file(Path(url.database or ""), clock, system_zone, create=create, group=group)


def database_url(location: str) -> URL:
    """The URL of a database that is named by its path or its URL; raises StoreUnavailable.

    A file is named by where it really is: SQLite keeps its log there, and no restore may put a file in a link's place.
    """
    if "://" not in location:
        return URL.create("sqlite", database=os.path.realpath(location))
    try:
        url = make_url(location)
    except (ArgumentError, ValueError):
        raise StoreUnavailable("This is no database URL. Give the path of a file or postgresql://….") from None
    if "@" in (url.host or ""):
        raise StoreUnavailable(
            "A password with an @ in it does not fit into a URL. Write %40 for it, or use ~/.pgpass."
        )
    if url.drivername in ("postgres", "postgresql", "postgresql+psycopg"):
        return url.set(drivername="postgresql+psycopg")
    if url.drivername not in ("sqlite", "sqlite+pysqlite") or not url.database or url.query:
        raise StoreUnavailable(f"{url.drivername}:// cannot keep the data. Give the path of a file or postgresql://….")
    return url.set(database=os.path.realpath(url.database))
