"""The upgrade to schema 3 merges the rows of a person if no known field differs."""

from __future__ import annotations

import datetime as dt
import random
import sqlite3
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest

from opd_tui.domain.text import name_key, phone_key, uhid_key
from opd_tui.storage.backups.copies import bring_up_to_date
from tests.support.older import old_file

NOW = dt.datetime(2026, 11, 22, 3, 30, tzinfo=dt.UTC)
FIRST = 101
"""The id of the first row and the first token that a test adds to the old database."""


class Visit(NamedTuple):
    """A row of `patient`; version 2 wrote one for every visit."""

    name: str
    phone: str | None = None
    uhid: str | None = None
    birth_year: int | None = None
    sex: str | None = None


RAVI = Visit("Ravi Menon", "98450 11111", "MRN 5", 1970, "male")
PHONE = RAVI.phone


def upgraded(path: Path, *visits: Visit) -> sqlite3.Connection:
    """Add rows, each with a token, to a database of version 2 and upgrade it."""
    old_file(path, 2)
    with closing(sqlite3.connect(path)) as connection:
        for id_, visit in enumerate(visits, FIRST):
            keys = name_key(visit.name), visit.phone and phone_key(visit.phone), visit.uhid and uhid_key(visit.uhid)
            connection.execute(f"INSERT INTO patient VALUES ({id_}{', ?' * 8})", (*visit, *keys))
            connection.execute(
                f"INSERT INTO token VALUES ({id_}, 4, {id_}, 2, '2026-11-20', {id_}, 'JOB-{id_}', 'PAID', 2,"
                " 'CANCELLED', '2026-11-20T04:00:00.000000Z', NULL, '2026-11-20T05:00:00.000000Z')"
            )
        connection.commit()
    bring_up_to_date(path, NOW)
    return sqlite3.connect(path)


def whose(connection: sqlite3.Connection) -> list[int]:
    """Return the number of the added row, from 1, to which each added token belongs."""
    rows = connection.execute("SELECT patient_id FROM token WHERE id >= ? ORDER BY id", (FIRST,)).fetchall()
    return [row[0] - FIRST + 1 for row in rows]


@pytest.mark.parametrize(
    ("visits", "expected"),
    [
        pytest.param([RAVI, RAVI], [1, 1], id="equal in every field"),
        pytest.param([RAVI, Visit("Ravi Menon", PHONE)], [1, 1], id="name and phone, nothing else known"),
        pytest.param([Visit("Ravi Menon", PHONE), RAVI], [1, 1], id="more known later"),
        pytest.param([RAVI, Visit("Ravi Menon", uhid="mrn5")], [1, 1], id="hospital number alone"),
        pytest.param([RAVI, Visit("Ravi Menon", "+91 9845011111")], [1, 1], id="phone written otherwise"),
        pytest.param([Visit("Ravi Menon"), Visit("Ravi Menon")], [1, 2], id="a name alone says nothing"),
        pytest.param([RAVI, Visit("ravi menon", PHONE, "MRN 5")], [1, 2], id="the name was typed otherwise"),
        pytest.param([RAVI, Visit("Ravi Menon", "98450 22222", "MRN 5")], [1, 2], id="another phone"),
        pytest.param([RAVI, Visit("Ravi Menon", PHONE, "MRN 6")], [1, 2], id="another hospital number"),
        pytest.param([RAVI, Visit("Ravi Menon", PHONE, None, 2001)], [1, 2], id="another year of birth"),
        pytest.param([RAVI, Visit("Ravi Menon", PHONE, None, None, "female")], [1, 2], id="another sex"),
        pytest.param(
            [RAVI._replace(uhid=None), RAVI._replace(birth_year=2001, uhid=None), Visit("Ravi Menon", PHONE)],
            [1, 2, 3],
            id="it may be the father or the son",
        ),
        pytest.param(
            [
                RAVI._replace(uhid=None),
                RAVI._replace(birth_year=2001, uhid=None),
                Visit("Ravi Menon", PHONE, None, 2001),
            ],
            [1, 2, 2],
            id="it can only be the son",
        ),
        pytest.param(
            [Visit("Ravi Menon", PHONE), Visit("Ravi Menon", PHONE, "MRN 5"), Visit("Ravi Menon", None, "MRN 5")],
            [1, 1, 1],
            id="found by what the second visit added",
        ),
        pytest.param(
            [
                Visit("Ravi Menon", PHONE),
                Visit("Ravi Menon", PHONE, None, 1970),
                Visit("Ravi Menon", PHONE, None, 2001),
            ],
            [1, 1, 3],
            id="what the second visit added differs from the third",
        ),
        pytest.param(
            [Visit("Ravi Menon", uhid="N/A"), Visit("Ravi Menon", uhid="N/A")], [1, 2], id="a number that is none"
        ),
        pytest.param(
            [Visit("Ravi Menon", PHONE, "N/A"), Visit("Ravi Menon", PHONE, "MRN 5")],
            [1, 1],
            id="a number that was none",
        ),
        pytest.param([Visit("Ravi Menon", "000"), Visit("Ravi Menon", "000")], [1, 2], id="a phone that is none"),
    ],
)
def test_rows_are_joined_where_no_known_field_differs(
    database_path: Path, visits: list[Visit], expected: list[int]
) -> None:
    with closing(upgraded(database_path, *visits)) as connection:
        assert whose(connection) == expected
        kept = connection.execute("SELECT id FROM patient WHERE id >= ? ORDER BY id", (FIRST,)).fetchall()
        assert [row[0] - FIRST + 1 for row in kept] == sorted(set(expected))
        names = connection.execute("SELECT name FROM token JOIN patient p ON p.id = patient_id WHERE token.id >= 101")
        assert [row[0] for row in names] == [visit.name for visit in visits], "what was typed for each token"


def test_empty_fields_are_filled_and_known_ones_kept(database_path: Path) -> None:
    visits = Visit("Ravi Menon", "98450 11111", "N/A"), Visit("Ravi Menon", "+91 9845011111", "MRN 5", 1970, "male")
    with closing(upgraded(database_path, *visits)) as connection:
        row = connection.execute("SELECT * FROM patient WHERE id = ?", (FIRST,)).fetchone()
        assert row[1:] == (
            *("Ravi Menon", "98450 11111", "MRN 5", 1970, "male"),
            *("ravimenon", "9845011111", "mrn5", None, None),
        )
        (event,) = connection.execute(
            "SELECT details FROM journal_event WHERE kind = 'patient_details_added' AND subject_id = ?", (FIRST,)
        ).fetchall()
        assert event == ('{"fields": ["birth_year", "sex", "uhid", "uhid_key"]}',)


@pytest.mark.slow
def test_many_people_are_joined_across_what_is_read_at_once(database_path: Path) -> None:
    chance = random.Random(7)
    people = [Visit(f"Patient {number}", f"98450 {number:05}") for number in range(1, 1501)]
    visits = [*people, *(chance.choice(people) for _ in range(2500))]
    with closing(upgraded(database_path, *visits)) as connection:
        first = {visit: number for number, visit in reversed(list(enumerate(visits, 1)))}
        assert whose(connection) == [first[visit] for visit in visits]
        hashes = connection.execute(
            "SELECT number, entry_id FROM journal_event WHERE format = 2 ORDER BY entry_id, number"
        )
        assert all(after[0] == before[0] + 1 for before, after in pairwise(hashes))
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
