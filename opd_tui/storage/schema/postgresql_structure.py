"""The structure of a schema on PostgreSQL, from its catalogue and from this program's tables and triggers.

Expressions are compared only where every version of the server writes them alike: a CHECK and the predicate of an index
or a trigger count by their presence. Objects of extensions are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import Any

from sqlalchemy import (
    Column,
    Dialect,
    ForeignKeyConstraint,
    Integer,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects import postgresql

from opd_tui.storage.schema import triggers
from opd_tui.storage.schema.tables import CONDITION, ONLY_ON, metadata
from opd_tui.storage.transaction import Transaction

_DIALECT: Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
_HERE = "current_schema()::regnamespace"


def _of_no_extension(catalogue: str) -> str:
    return (
        "NOT EXISTS (SELECT FROM pg_depend d"
        f" WHERE d.classid = '{catalogue}'::regclass AND d.objid = o.oid AND d.deptype = 'e')"
    )


_RELATION_KINDS = {"r": "table", "p": "table", "f": "table", "v": "view", "m": "view", "S": "sequence", "c": "type"}
_RELATIONS = text(
    f"SELECT o.relkind::text, o.relname::text, o.relrowsecurity FROM pg_class o WHERE o.relnamespace = {_HERE}"
    f" AND o.relkind NOT IN ('i', 'I', 't') AND {_of_no_extension('pg_class')}"
)
_COLUMNS = text(
    "SELECT o.relname || '.' || a.attname, format_type(a.atttypid, a.atttypmod), coalesce(l.collname, ''),"
    " a.attnotnull, a.attgenerated::text || a.attidentity::text, coalesce(pg_get_expr(f.adbin, f.adrelid), '')"
    " FROM pg_attribute a JOIN pg_class o ON o.oid = a.attrelid"
    " LEFT JOIN pg_collation l ON l.oid = a.attcollation"
    " LEFT JOIN pg_attrdef f ON f.adrelid = a.attrelid AND f.adnum = a.attnum"
    f" WHERE o.relnamespace = {_HERE} AND o.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped"
    f" AND {_of_no_extension('pg_class')}"
)
_CONSTRAINTS = text(
    "SELECT r.relname || '.' || o.conname, o.contype::text, o.convalidated,"
    " coalesce((SELECT relname FROM pg_class WHERE oid = o.confrelid), '')"
    " FROM pg_constraint o JOIN pg_class r ON r.oid = o.conrelid"
    f" WHERE o.connamespace = {_HERE} AND o.contype <> 'n' AND r.relkind = 'r' AND {_of_no_extension('pg_constraint')}"
)
"""All constraints but NOT NULL, which PostgreSQL lists from version 18 on."""
_INDEXES = text(
    "SELECT o.relname::text, r.relname::text, i.indisunique, i.indisvalid, i.indpred IS NOT NULL,"
    " ARRAY(SELECT pg_get_indexdef(o.oid, n, true) FROM generate_series(1, i.indnkeyatts) n)"
    " FROM pg_index i JOIN pg_class o ON o.oid = i.indexrelid JOIN pg_class r ON r.oid = i.indrelid"
    f" WHERE o.relnamespace = {_HERE} AND r.relkind = 'r' AND {_of_no_extension('pg_class')}"
)
_TRIGGERS = text(
    "SELECT r.relname::text, o.tgname::text, p.proname::text, o.tgtype, o.tgqual IS NOT NULL"
    " FROM pg_trigger o JOIN pg_class r ON r.oid = o.tgrelid JOIN pg_proc p ON p.oid = o.tgfoid"
    f" WHERE NOT o.tgisinternal AND r.relnamespace = {_HERE} AND o.tgenabled IN ('O', 'A')"
)
_DISABLED = text(
    "SELECT DISTINCT r.relname::text FROM pg_trigger o JOIN pg_class r ON r.oid = o.tgrelid"
    f" WHERE o.tgisinternal AND r.relnamespace = {_HERE} AND o.tgenabled NOT IN ('O', 'A')"
)
"""Tables whose foreign keys are not enforced."""
_FUNCTIONS = text(
    "SELECT o.proname::text, l.lanname::text, o.prosrc, o.prosecdef FROM pg_proc o"
    f" JOIN pg_language l ON l.oid = o.prolang WHERE o.pronamespace = {_HERE} AND {_of_no_extension('pg_proc')}"
)
_RULES = text(f"SELECT rulename::text FROM pg_rules WHERE schemaname = {_HERE}::text")
_POLICIES = text("SELECT policyname::text FROM pg_policies WHERE schemaname = current_schema()")

_ROW, _BEFORE = 1, 2
_EVENT_BITS = {"INSERT": 4, "DELETE": 8, "UPDATE": 16, "TRUNCATE": 32}
"""The bits of `pg_trigger.tgtype`."""


def found(transaction: Transaction) -> dict[tuple[str, str], str]:
    """Return the structure of the connection's schema."""
    structure = {}
    for kind, name, row_security in transaction.rows(_RELATIONS):
        structure[_RELATION_KINDS.get(kind, "relation"), name] = f"{kind} {row_security}"
    for name, type_, collation, not_null, generated, default in transaction.rows(_COLUMNS):
        structure["column", name] = _column(type_, collation, not_null, generated + _default_kind(default))
    for name, kind, valid, target in transaction.rows(_CONSTRAINTS):
        structure["constraint", name] = f"{kind} {valid} {target}"
    for name, table, unique, valid, partial, keys in transaction.rows(_INDEXES):
        structure["index", name] = _index(table, unique, partial, keys) + ("" if valid else " not valid")
    for table, name, function, bits, conditional in transaction.rows(_TRIGGERS):
        structure[f"trigger of {table}", name] = f"{function} {bits} {conditional}"
    for name, language, code, as_owner in transaction.rows(_FUNCTIONS):
        structure["function", name] = f"{language} {as_owner} {triggers.fold(code)}"
    for kind, statement in (("rule", _RULES), ("policy", _POLICIES), ("disabled foreign key of", _DISABLED)):
        structure |= {(kind, row[0]): "" for row in transaction.rows(statement)}
    return structure


def expected() -> dict[tuple[str, str], str]:
    """Return the structure of this program's schema."""
    structure = {}
    for table in metadata.tables.values():
        structure["table", table.name] = "r False"
        structure |= _columns(table)
        structure |= _constraints(table)
        structure |= _indexes(table)
    structure |= dict(_triggers())
    structure |= {("function", name): f"plpgsql False {code}" for name, code in triggers.functions().items()}
    return structure


def _columns(table: Table) -> dict[tuple[str, str], str]:
    structure = {}
    for column in table.columns:
        collation = "C" if _collation_of(column) else "" if isinstance(column.type, Integer) else "default"
        default = "''" if column.server_default is not None else ""
        if column is table.autoincrement_column:
            default = "nextval"
            structure["sequence", f"{table.name}_{column.name}_seq"] = "S False"
        not_null = column.primary_key or not column.nullable
        structure["column", f"{table.name}.{column.name}"] = _column(_type_of(column), collation, not_null, default)
    return structure


def _column(type_: str, collation: str, not_null: bool, default: str) -> str:
    return " ".join((type_, collation, str(not_null), default))


def _default_kind(expression: str) -> str:
    """Return the kind of a default, of which the program has two: the next id, and the empty text."""
    if re.fullmatch(r"nextval\('[\w.\"]+'::regclass\)", expression):
        return "nextval"
    return "''" if expression == "''::character varying" else expression


def _compiled_type(column: Column[Any]) -> str:
    return column.type.compile(dialect=_DIALECT).lower()


def _type_of(column: Column[Any]) -> str:
    return _compiled_type(column).partition(" collate")[0].replace("varchar", "character varying")


def _collation_of(column: Column[Any]) -> bool:
    return "collate" in _compiled_type(column)


def _constraints(table: Table) -> dict[tuple[str, str], str]:
    preparer = _DIALECT.identifier_preparer
    structure = {}
    for constraint in chain(table.constraints, *(column.constraints for column in table.columns)):
        kind = {PrimaryKeyConstraint: "p", ForeignKeyConstraint: "f", UniqueConstraint: "u"}.get(type(constraint), "c")
        target = constraint.referred_table.name if isinstance(constraint, ForeignKeyConstraint) else ""
        name = str(preparer.format_constraint(constraint))
        structure["constraint", f"{table.name}.{name}"] = f"{kind} True {target}"
        if kind in ("p", "u"):
            assert isinstance(constraint, PrimaryKeyConstraint | UniqueConstraint)
            structure["index", name] = _index(table.name, True, False, list(constraint.columns.keys()))
    return structure


def _indexes(table: Table) -> dict[tuple[str, str], str]:
    there = (index for index in table.indexes if ONLY_ON.get(str(index.name), "postgresql") == "postgresql")
    return {
        ("index", str(index.name)): _index(
            table.name,
            index.unique,
            CONDITION in index.info,
            [column.name for column in index.columns],
        )
        for index in there
    }


def _index(table: str, unique: bool, partial: bool, keys: list[str]) -> str:
    return f"{table} {unique} {partial} {[key.replace(chr(34), '') for key in keys]}"


def _triggers() -> Iterator[tuple[tuple[str, str], str]]:
    for words in triggers.statements("postgresql"):
        if words[1] == "TRIGGER":
            head, _, tail = " ".join(words).partition(" ON ")
            bits = sum(bit for event, bit in _EVENT_BITS.items() if event in head.split())
            bits |= (_BEFORE if "BEFORE" in words else 0) | (_ROW if "FOR EACH ROW" in tail else 0)
            function = words[-1].removesuffix("()")
            yield (f"trigger of {tail.split()[0]}", words[2]), f"{function} {bits} {'WHEN' in tail.split()}"
