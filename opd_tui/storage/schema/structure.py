"""Comparison of a database's schema with this program's: tables, constraints, indexes, triggers and anything else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any

from sqlalchemy import create_engine, text
from sqlalchemy.pool import StaticPool

from opd_tui.storage.schema import triggers
from opd_tui.storage.schema.tables import metadata
from opd_tui.storage.transaction import Transaction

Structure = dict[tuple[str, str], str]
"""The definition of each object of a schema, normalised for comparison, by kind and name."""

_OBJECTS = text("SELECT type, name, tbl_name, sql FROM sqlite_master")


def problems(transaction: Transaction, *, additions: bool = True) -> Iterator[str]:
    """Yield what is missing from the schema or was altered, and unless `additions` is false what was added to it.

    Only the catalogue is read, so that nothing which the schema defines runs.
    """
    found, expected = _found(transaction), _expected(transaction.dialect)
    for _, name in sorted(expected.keys() - found.keys()):
        yield f"{name} is missing from the schema"
    for kind, name in sorted(found.keys() - expected.keys() if additions else ()):
        yield f"the schema has an object that does not belong to it: {kind} {name}"
    for kind, name in sorted(expected.keys() & found.keys()):
        if found[kind, name] != expected[kind, name]:
            yield f"{name} was altered and does not do what it should"


def are_tables_sound(transaction: Transaction) -> bool:
    """Return whether the tables are this program's, so that reading them is safe: a view can have a table's name."""
    expected = _expected(transaction.dialect).items()
    tables = {(key, code) for key, code in expected if key[0] in ("table", "column")}
    return tables <= _found(transaction).items()


def _found(transaction: Transaction) -> Structure:
    if transaction.dialect == "sqlite":
        return _of_objects(transaction.rows(_OBJECTS))
    from opd_tui.storage.schema import postgresql_structure  # imports the dialect

    return postgresql_structure.found(transaction)


@cache
def _expected(dialect: str) -> Structure:
    if dialect == "sqlite":
        return _sqlite_expected()
    from opd_tui.storage.schema import postgresql_structure

    return postgresql_structure.expected()


def _sqlite_expected() -> Structure:
    """Return the structure of a new database in memory."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    with engine.connect() as connection:
        metadata.create_all(connection)
        triggers.create(connection)
        structure = _of_objects(connection.execute(_OBJECTS).all())
    engine.dispose()
    return structure


def _of_objects(rows: Iterable[Sequence[Any]]) -> Structure:
    return {(kind, name): f"{table}: {_normalised(kind, sql or '')}" for kind, name, table, sql in rows}


def _normalised(kind: str, sql: str) -> str:
    """Return an object's SQL without spacing and quotes, and a table's parts in alphabetical order.

    SQLite appends an added column behind the constraints, and quotes the name of a renamed table.
    """
    plain = "".join(sql.split()).replace('"', "")
    if kind != "table":
        return plain
    head, _, rest = plain.partition("(")
    body, _, options = rest.rpartition(")")
    return "\n".join((head, *sorted(_parts(body)), options))


def _parts(body: str) -> list[str]:
    """Return the columns and constraints of a table's definition."""
    parts, depth = [""], 0
    for character in body:
        depth += (character == "(") - (character == ")")
        if character == "," and not depth:
            parts.append("")
        else:
            parts[-1] += character
    return parts
