"""What the hashes of the journal's events cover."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opd_tui.storage.journal.formats import StoredEvent, hashed_text

TEXTS = st.text(max_size=8)
NUMBERS = st.integers(1, 2**63 - 1)


@given(
    previous=TEXTS,
    entry=TEXTS,
    stored=st.builds(
        StoredEvent,
        *(TEXTS, TEXTS, NUMBERS, st.none() | NUMBERS, st.none() | TEXTS, st.none() | NUMBERS),
        *(st.none() | TEXTS, TEXTS, TEXTS, NUMBERS),
    ),
)
def test_what_is_hashed_is_the_json_of_the_values(previous: str, entry: str, stored: StoredEvent) -> None:
    *fields, format = stored
    assert hashed_text(previous, entry, stored) == json.dumps([previous, format, entry, *fields])


@pytest.mark.parametrize(
    "wrong",
    [
        {"subject_id": "1, 2"},
        {"subject_id": None},
        {"slot_id": "1"},
        {"cause_id": 1.0},
        {"after": None},
        {"format": ""},
    ],
    ids=str,
)
def test_a_value_of_another_type_is_never_hashed_as_if_it_were_right(wrong: dict[str, object]) -> None:
    stored = StoredEvent("kind", "token", 1, 2, None, None, None, "{}", "{}")
    with pytest.raises((TypeError, ValueError)):
        hashed_text("", "", stored._replace(**wrong))
