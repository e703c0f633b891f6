"""Triggers that refuse overbooked slots, overlapping slots and changes of the journal."""

from __future__ import annotations

from sqlalchemy import Connection

from opd_tui.storage.schema.tables import SEAT_STATUSES, journal_entry, journal_event

OVERBOOKED = "a slot never holds more tokens than its capacity"
OVERLAPPING = "slots of one doctor never overlap"
REWRITTEN = "the journal is only ever added to"
UNCHAINED = "an event of the journal carries its hash"

SEATS_TAKEN = f"(SELECT count(*) FROM token WHERE slot_id = NEW.slot_id AND status IN ({SEAT_STATUSES}))"
CAPACITY = "(SELECT capacity FROM slot WHERE id = NEW.slot_id)"

_SQLITE = [
    f"""
    CREATE TRIGGER token_takes_seat_at_issue AFTER INSERT ON token
    WHEN NEW.status IN ({SEAT_STATUSES}) AND {SEATS_TAKEN} > {CAPACITY}
    BEGIN SELECT RAISE(ABORT, '{OVERBOOKED}'); END
    """,
    f"""
    CREATE TRIGGER token_takes_seat AFTER UPDATE OF status, slot_id ON token
    WHEN NEW.status IN ({SEAT_STATUSES}) AND {SEATS_TAKEN} > {CAPACITY}
    BEGIN SELECT RAISE(ABORT, '{OVERBOOKED}'); END
    """,
    f"""
    CREATE TRIGGER slot_keeps_room AFTER UPDATE OF capacity ON slot
    WHEN (SELECT count(*) FROM token WHERE slot_id = NEW.id AND status IN ({SEAT_STATUSES})) > NEW.capacity
    BEGIN SELECT RAISE(ABORT, '{OVERBOOKED}'); END
    """,
    *(
        f"""
        CREATE TRIGGER slot_overlap_{when.split()[0].lower()} AFTER {when} ON slot
        WHEN EXISTS (
            SELECT 1 FROM slot WHERE doctor_id = NEW.doctor_id AND date = NEW.date AND id <> NEW.id
            AND "start" < NEW."end" AND NEW."start" < "end" AND withdrawn_at IS NULL AND NEW.withdrawn_at IS NULL
        )
        BEGIN SELECT RAISE(ABORT, '{OVERLAPPING}'); END
        """
        for when in ("INSERT", 'UPDATE OF doctor_id, date, "start", "end", withdrawn_at')
    ),
    *(
        f"""
        CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table}
        BEGIN SELECT RAISE(ABORT, '{REWRITTEN}'); END
        """
        for table in (journal_entry.name, journal_event.name)
        for verb in ("UPDATE", "DELETE")
    ),
    # INSERT OR REPLACE deletes the old row without firing DELETE triggers.
    *(
        f"""
        CREATE TRIGGER {table.name}_no_replace BEFORE INSERT ON {table.name}
        WHEN EXISTS (SELECT 1 FROM {table.name} WHERE {key})
        BEGIN SELECT RAISE(ABORT, '{REWRITTEN}'); END
        """
        for table, key in (
            (journal_entry, "id = NEW.id"),
            (journal_event, "entry_id = NEW.entry_id AND number = NEW.number"),
        )
    ),
    f"""
    CREATE TRIGGER journal_event_is_chained BEFORE INSERT ON journal_event WHEN length(NEW.hash) <> 64
    BEGIN SELECT RAISE(ABORT, '{UNCHAINED}'); END
    """,
]

_SEATED = f"count(*) FROM token WHERE status IN ({SEAT_STATUSES}) AND slot_id ="
_POSTGRESQL = [
    f"""
    CREATE FUNCTION token_takes_seat() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF (SELECT {_SEATED} NEW.slot_id) > (SELECT capacity FROM slot WHERE id = NEW.slot_id)
        THEN RAISE check_violation USING MESSAGE = '{OVERBOOKED}'; END IF; RETURN NULL;
    END $$
    """,
    f"""
    CREATE FUNCTION slot_keeps_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF (SELECT {_SEATED} NEW.id) > NEW.capacity
        THEN RAISE check_violation USING MESSAGE = '{OVERBOOKED}'; END IF; RETURN NULL;
    END $$
    """,
    f"""
    CREATE FUNCTION slot_overlap() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF EXISTS (SELECT 1 FROM slot WHERE doctor_id = NEW.doctor_id AND date = NEW.date AND id <> NEW.id
                   AND "start" < NEW."end" AND NEW."start" < "end"
                   AND withdrawn_at IS NULL AND NEW.withdrawn_at IS NULL)
        THEN RAISE check_violation USING MESSAGE = '{OVERLAPPING}'; END IF; RETURN NULL;
    END $$
    """,
    f"""
    CREATE FUNCTION journal_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        RAISE check_violation USING MESSAGE = '{REWRITTEN}';
    END $$
    """,
    f"""
    CREATE TRIGGER token_takes_seat AFTER INSERT OR UPDATE OF status, slot_id ON token FOR EACH ROW
    WHEN (NEW.status IN ({SEAT_STATUSES})) EXECUTE FUNCTION token_takes_seat()
    """,
    """
    CREATE TRIGGER slot_keeps_room AFTER UPDATE OF capacity ON slot FOR EACH ROW EXECUTE FUNCTION slot_keeps_room()
    """,
    """
    CREATE TRIGGER slot_overlap AFTER INSERT OR UPDATE OF doctor_id, date, "start", "end", withdrawn_at ON slot
    FOR EACH ROW EXECUTE FUNCTION slot_overlap()
    """,
    *(
        f"""
        CREATE TRIGGER {table}_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} FOR EACH STATEMENT
        EXECUTE FUNCTION journal_is_kept()
        """
        for table in (journal_entry.name, journal_event.name)
    ),
]
_STATEMENTS = {"sqlite": _SQLITE, "postgresql": _POSTGRESQL}


def statements(dialect: str) -> list[list[str]]:
    """Return the statements that create the triggers, each as a list of words."""
    return [statement.split() for statement in _STATEMENTS[dialect]]


def functions() -> dict[str, str]:
    """Return the bodies of the functions on PostgreSQL by name.

    `verify` compares triggers and functions with the database, so any change of the code needs a migration.
    """
    created = [statement for statement in _POSTGRESQL if statement.split()[1] == "FUNCTION"]
    return {statement.split()[2].removesuffix("()"): fold(statement.split("$$")[1]) for statement in created}


def fold(code: str) -> str:
    """Return SQL with normalised whitespace."""
    return " ".join(code.split())


def create(connection: Connection) -> None:
    """Create the triggers of this version."""
    for statement in _STATEMENTS[connection.dialect.name]:
        connection.exec_driver_sql(statement)


def drop(connection: Connection) -> None:
    """Drop all triggers, of any version, before a migration that creates them again."""
    if connection.dialect.name == "sqlite":
        names = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars().all()
        for name in names:
            quoted = name.replace('"', '""')
            connection.exec_driver_sql(f'DROP TRIGGER "{quoted}"')
        return
    functions = connection.exec_driver_sql(
        "SELECT DISTINCT p.proname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
        " JOIN pg_proc p ON p.oid = t.tgfoid"
        " WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace"
    )
    for name in functions.scalars().all():
        connection.exec_driver_sql(f'DROP FUNCTION "{name}" CASCADE')
