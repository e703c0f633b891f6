"""The triggers by which the database itself refuses an overbooked slot, an overlap and a rewritten journal."""

from __future__ import annotations

from sqlalchemy import Connection

from opd_tui.storage.schema import SEAT_STATUSES, journal_entry, journal_line

SEATS_TAKEN = f"(SELECT count(*) FROM token WHERE slot_id = NEW.slot_id AND status IN ({SEAT_STATUSES}))"
CAPACITY = "(SELECT capacity FROM slot WHERE id = NEW.slot_id)"

_SQLITE = [
    f"""
    CREATE TRIGGER token_takes_seat_at_issue AFTER INSERT ON token
    WHEN NEW.status IN ({SEAT_STATUSES}) AND {SEATS_TAKEN} > {CAPACITY}
    BEGIN SELECT RAISE(ABORT, 'a slot never holds more tokens than its capacity'); END
    """,
    f"""
    CREATE TRIGGER token_takes_seat AFTER UPDATE OF status, slot_id ON token
    WHEN NEW.status IN ({SEAT_STATUSES}) AND {SEATS_TAKEN} > {CAPACITY}
    BEGIN SELECT RAISE(ABORT, 'a slot never holds more tokens than its capacity'); END
    """,
    f"""
    CREATE TRIGGER slot_keeps_room AFTER UPDATE OF capacity ON slot
    WHEN (SELECT count(*) FROM token WHERE slot_id = NEW.id AND status IN ({SEAT_STATUSES})) > NEW.capacity
    BEGIN SELECT RAISE(ABORT, 'a slot never holds more tokens than its capacity'); END
    """,
    *(
        f"""
        CREATE TRIGGER slot_overlap_{when.split()[0].lower()} AFTER {when} ON slot
        WHEN EXISTS (
            SELECT 1 FROM slot WHERE doctor_id = NEW.doctor_id AND date = NEW.date AND id <> NEW.id
            AND "start" < NEW."end" AND NEW."start" < "end"
        )
        BEGIN SELECT RAISE(ABORT, 'slots of one doctor never overlap'); END
        """
        for when in ("INSERT", 'UPDATE OF doctor_id, date, "start", "end"')
    ),
    *(
        f"""
        CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table}
        BEGIN SELECT RAISE(ABORT, 'the journal is only ever added to'); END
        """
        for table in (journal_entry.name, journal_line.name)
        for verb in ("UPDATE", "DELETE")
    ),
    # REPLACE deletes the old row without firing its DELETE trigger.
    *(
        f"""
        CREATE TRIGGER {table.name}_no_replace BEFORE INSERT ON {table.name}
        WHEN EXISTS (SELECT 1 FROM {table.name} WHERE {key} = NEW.{key})
        BEGIN SELECT RAISE(ABORT, 'the journal is only ever added to'); END
        """
        for table, key in ((journal_entry, "id"), (journal_line, "sequence"))
    ),
]


NAMES = {statement.split()[2] for statement in _SQLITE}
"""The triggers' names."""


def create(connection: Connection) -> None:
    """Create the triggers beside the tables."""
    for statement in _SQLITE:
        connection.exec_driver_sql(statement)
