"""Forgetting a person in backups and other copies of a database."""

from __future__ import annotations

import enum
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from opd_tui.domain.errors import StoreUnavailable
from opd_tui.domain.events import PatientForgotten
from opd_tui.domain.journal import JournalEntry
from opd_tui.domain.progress import UNFOLLOWED, Progress
from opd_tui.storage.backups.copies import driver_of, engine_of, verify_file
from opd_tui.storage.engines.sqlite_errors import is_disk_full
from opd_tui.storage.files.backup_store import copy_pages
from opd_tui.storage.files.drafts import draft, finish
from opd_tui.storage.files.untrusted import read_only, refuse_strange_objects
from opd_tui.storage.queries.people import Identity, rows_of
from opd_tui.storage.schema.tables import SCHEMA_VERSION, hospital
from opd_tui.storage.transaction import Statements, Transaction
from opd_tui.storage.unit_of_work import SqlUnitOfWork

FORGOTTEN_IN_COPY = "forget_in_copy"
"""The action under which the journal of a copy records that a person was forgotten in it."""


class Result(enum.Enum):
    """The outcome of forgetting a person in a copy."""

    NOT_IN_IT = enum.auto()
    FORGOTTEN = enum.auto()
    STILL_IN_IT = enum.auto()
    """The copy is of an older version, does not verify, or cannot be read or written."""
    NO_ROOM = enum.auto()
    """The disk has no room to rewrite the copy, which still names the person."""


def forget_in_copy(
    path: Path,
    identity: Identity,
    zone: ZoneInfo,
    entry: JournalEntry,
    group: str | None,
    progress: Progress = UNFOLLOWED,
) -> Result:
    """Replace a copy by one without the person, provided that the new one verifies."""
    if os.path.exists(f"{path}-wal"):  # in use, or left by a crash: the log may hold the name
        return Result.STILL_IN_IT
    try:
        with draft(path, group) as written:
            with closing(read_only(path)) as original:
                copy_pages(original, written, progress)
            result = rewrite(written, identity, zone, entry)
            if result is Result.FORGOTTEN:
                if verify_file(written, progress).problems:
                    return Result.STILL_IN_IT
                finish(written, path)
            return result
    except (sqlite3.Error, DBAPIError, StoreUnavailable) as error:
        return Result.NO_ROOM if is_disk_full(error) else Result.STILL_IN_IT


def rewrite(path: Path, identity: Identity, zone: ZoneInfo, entry: JournalEntry) -> Result:
    """Forget the person in a file that no desk uses, even with an open token, and vacuum it to drop old pages."""
    engine = engine_of(path)
    connection = engine.raw_connection()
    try:
        refuse_strange_objects(driver_of(connection), path)
        cursor = connection.cursor()
        cursor.execute("PRAGMA secure_delete=ON")
        cursor.execute("BEGIN IMMEDIATE")
        transaction = Transaction(connection, Statements(engine.dialect), lambda pooled: pooled.commit())
        patients = tuple(rows_of(transaction, identity))
        if not patients:
            return Result.NOT_IN_IT
        if transaction.value(select(hospital.c.schema_version)) != SCHEMA_VERSION:
            return Result.STILL_IN_IT
        uow = SqlUnitOfWork(transaction, zone, entry)
        for patient_id in patients:
            uow.record(PatientForgotten.of(patient_id, entry.at))
        uow.write_journal()
        transaction.commit()
        cursor.execute("VACUUM")
    finally:
        connection.close()
    return Result.FORGOTTEN
