"""Checks of stored values that no comparison with the journal covers: types, lengths, formats and characters.

The database counts the wrong ones in one pass over each table. The journal's events are checked one by one instead,
since `verify` reads them anyway.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, Integer, String, Table, TextClause, text

from opd_tui.domain.events.patients import KEYS
from opd_tui.domain.field_types import BirthYear, Sex
from opd_tui.domain.text import UNPRINTABLE
from opd_tui.storage.schema.tables import DATE, HASH, INSTANT, TIME, journal_event, metadata, patient
from opd_tui.storage.transaction import Transaction

_UNSAFE = {"sqlite": f"*[{UNPRINTABLE}]*", "postgresql": f"[{UNPRINTABLE}]"}
_DIGIT = "[0-9]"
_TIME_PATTERN = f"[0-2]{_DIGIT}:[0-5]{_DIGIT}"
_INSTANT_PATTERN = "*T" + _TIME_PATTERN + f":[0-5]{_DIGIT}." + _DIGIT * 6 + "Z"
_SEXES, _YEARS = ", ".join(f"'{code}'" for code in Sex.codes), BirthYear()
_NO_PATIENT = {
    patient.c.sex: f"sex NOT IN ({_SEXES})",
    patient.c.birth_year: f"birth_year NOT BETWEEN {_YEARS.first} AND {_YEARS.last}",
}
"""Conditions for values of the right type that the desk never writes; it does write any name and phone."""
FILE_STAMP = re.compile("([0-9]{1,20}-[0-9]{1,20})?")
"""The form of `hospital.file_stamp`."""


def problems(transaction: Transaction) -> Iterator[str]:
    """Yield the columns that have values of a wrong type, length, format or with characters that no text has."""
    unsafe = {"unsafe": _UNSAFE[transaction.dialect]}
    for table in metadata.sorted_tables:
        if table is journal_event:
            continue
        counts = transaction.row(_statement(table, transaction.dialect), unsafe) or ()
        for column, count in zip(table.columns, counts, strict=True):
            if count:
                yield f"{table.name}.{column.name} has a value of a wrong type, length or character: {count}"


def _statement(table: Table, dialect: str) -> TextClause:
    flaw = _flaw_in_file if dialect == "sqlite" else _flaw_on_server
    sums = (f"sum(CASE WHEN {flaw(column)} THEN 1 ELSE 0 END)" for column in table.columns)
    return text(f"SELECT {', '.join(sums)} FROM {table.name} WHERE :unsafe <> ''")


def _flaw_on_server(column: Column[Any]) -> str:
    """Return the condition for a wrong value on PostgreSQL, which enforces types and lengths itself."""
    unsafe = f'"{column.name}" ~ :unsafe' if isinstance(column.type, String) else "1 = 0"
    return f"({unsafe} OR {_NO_PATIENT[column]})" if column in _NO_PATIENT else unsafe


def _flaw_in_file(column: Column[Any]) -> str:
    name = f'"{column.name}"'
    null = f"{name} IS NOT NULL AND" if column.nullable else f"{name} IS NULL OR"
    return f"{null} ({' OR '.join(_flaws_in_file(column, name))})"


def _flaws_in_file(column: Column[Any], name: str) -> Iterator[str]:
    type_ = column.type
    if column in _NO_PATIENT:
        yield _NO_PATIENT[column]
    if isinstance(type_, Integer):
        yield f"typeof({name}) <> 'integer'"
        return
    yield f"typeof({name}) <> 'text'"
    yield f"instr({name}, char(0)) > 0"  # length() and GLOB end at the first NUL
    if type_ is INSTANT:
        yield f"{name} NOT GLOB '{_INSTANT_PATTERN}'"
        yield f"strftime('%Y-%m-%dT%H:%M:%S', substr({name}, 1, 19)) IS NOT substr({name}, 1, 19)"
    elif type_ is DATE:
        yield f"date({name}) IS NOT {name}"
    elif type_ is TIME:
        yield f"{name} NOT GLOB '{_TIME_PATTERN}'"
    elif type_ is HASH:
        yield f"length({name}) NOT IN (0, 64) OR {name} GLOB '*[^0-9a-f]*'"
    else:
        yield f"{name} GLOB :unsafe"
        length = getattr(type_, "length", None)
        if length and column.name not in KEYS:  # a key may be longer than its name, see `patient`
            yield f"length({name}) > {length}"
